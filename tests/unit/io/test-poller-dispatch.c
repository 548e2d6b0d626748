/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "poller-fixture.h"

#include <sys/timerfd.h>

#include "wsserver/io/ws-poller-dispatch-private.h"

typedef struct
{
  WsIdleCall idle_call;
  Fixture   *fixture;
  char       name;
  void (*on_call) (Fixture *fixture);
} Call;

static void
call_cb (WsIdleCall *idle_call)
{
  Call *call = (Call *) idle_call;

  g_assert_false (idle_call->queued);
  g_string_append_c (call->fixture->log, call->name);
  if (call->on_call != NULL)
    call->on_call (call->fixture);
}

#define CALL(fixture_, name_, on_call_)                                                     \
 {                                                                                          \
  .idle_call = { .func = call_cb }, .fixture = fixture_, .name = name_, .on_call = on_call_ \
 }

static WsTimerQueue *timer_queue;
static WsTimer       loose_timer;

static void
destroy_from_call (Fixture *fixture)
{
  ws_poller_destroy (fixture->poller);
  g_clear_pointer (&fixture->poller, ws_poller_unref);
}

static void
test_destroy_drops_calls (Fixture      *fixture,
                          gconstpointer user_data)
{
  Call a = CALL (fixture, 'a', NULL), b = CALL (fixture, 'b', NULL);

  g_test_summary ("Destroying the poller drops idle calls, and none is queued afterwards.");

  ws_poller_call_later (fixture->poller, &a.idle_call);
  ws_poller_call_later (fixture->poller, &b.idle_call);
  ws_poller_destroy (fixture->poller);
  g_assert_false (a.idle_call.queued);
  g_assert_false (b.idle_call.queued);

  ws_poller_call_later (fixture->poller, &a.idle_call);
  g_assert_false (a.idle_call.queued);
  ws_poller_cancel_call (fixture->poller, &a.idle_call);
  run_ready (fixture);
  assert_log (fixture, "");
}

static void
test_destroy_from_call (Fixture      *fixture,
                        gconstpointer user_data)
{
  Call a = CALL (fixture, 'a', destroy_from_call), b = CALL (fixture, 'b', NULL);

  g_test_summary ("An idle call may destroy and free the poller; the others are dropped.");

  ws_poller_call_later (fixture->poller, &a.idle_call);
  ws_poller_call_later (fixture->poller, &b.idle_call);
  run_ready (fixture);
  assert_log (fixture, "a");
  g_assert_false (b.idle_call.queued);
}

static void
test_call_later_order (Fixture      *fixture,
                       gconstpointer user_data)
{
  Call a = CALL (fixture, 'a', NULL), b = CALL (fixture, 'b', NULL), c = CALL (fixture, 'c', NULL);

  g_test_summary ("Idle calls run in order, once, from the main loop, without an event.");

  ws_poller_call_later (fixture->poller, &a.idle_call);
  ws_poller_call_later (fixture->poller, &b.idle_call);
  ws_poller_call_later (fixture->poller, &c.idle_call);
  ws_poller_call_later (fixture->poller, &a.idle_call);
  assert_log (fixture, "");
  g_main_context_iteration (fixture->context, TRUE);
  assert_log (fixture, "abc");
  g_assert_false (g_main_context_iteration (fixture->context, FALSE));
}

static Call *cancelled;
static Call *asked;

static void
cancel_other (Fixture *fixture)
{
  ws_poller_cancel_call (fixture->poller, &cancelled->idle_call);
  ws_poller_cancel_call (fixture->poller, &cancelled->idle_call);
}

static void
ask_again (Fixture *fixture)
{
  ws_poller_call_later (fixture->poller, &asked->idle_call);
}

static void
test_cancel_call_anywhere (Fixture      *fixture,
                           gconstpointer user_data)
{
  g_test_summary ("Any queued call can be cancelled, in advance and by another call.");

  for (guint gone = 0; gone < 3; gone++)
    {
      static const char *const before[] = { "bc", "ac", "ab" };
      Call                     calls[] = { CALL (fixture, 'a', NULL),
                                           CALL (fixture, 'b', NULL),
                                           CALL (fixture, 'c', NULL) };

      for (guint i = 0; i < 3; i++)
        ws_poller_call_later (fixture->poller, &calls[i].idle_call);
      ws_poller_cancel_call (fixture->poller, &calls[gone].idle_call);
      run_ready (fixture);
      assert_log (fixture, before[gone]);

      calls[0].on_call = cancel_other;
      cancelled = &calls[gone];
      for (guint i = 0; i < 3; i++)
        ws_poller_call_later (fixture->poller, &calls[i].idle_call);
      run_ready (fixture);
      assert_log (fixture, gone == 0 ? "abc" : before[gone]);
    }
}

static void
test_call_later_next_turn (Fixture      *fixture,
                           gconstpointer user_data)
{
  Call a = CALL (fixture, 'a', ask_again), b = CALL (fixture, 'b', cancel_other);
  Call c = CALL (fixture, 'c', NULL);

  g_test_summary ("A call that is queued by a call runs in the next iteration: none is endless.");

  asked = &a;
  cancelled = &c;
  ws_poller_call_later (fixture->poller, &a.idle_call);
  ws_poller_call_later (fixture->poller, &b.idle_call);
  ws_poller_call_later (fixture->poller, &c.idle_call);
  g_assert_true (g_main_context_iteration (fixture->context, TRUE));
  assert_log (fixture, "ab");
  g_assert_true (g_main_context_iteration (fixture->context, TRUE));
  assert_log (fixture, "a");
  ws_poller_cancel_call (fixture->poller, &a.idle_call);
  g_assert_false (g_main_context_iteration (fixture->context, FALSE));
}

static void
nest_once (Fixture *fixture)
{
  g_string_append_c (fixture->log, '(');
  g_main_context_iteration (fixture->context, FALSE);
  g_main_context_iteration (fixture->context, FALSE);
  g_string_append_c (fixture->log, ')');
}

static void
ask_and_nest (Fixture *fixture)
{
  ask_again (fixture);
  nest_once (fixture);
}

static void
test_call_later_nested (Fixture      *fixture,
                        gconstpointer user_data)
{
  Call a = CALL (fixture, 'a', ask_and_nest), b = CALL (fixture, 'b', nest_once);
  Call c = CALL (fixture, 'c', NULL), d = CALL (fixture, 'd', NULL);

  g_test_summary ("Nested dispatches make the remaining calls, each once.");

  asked = &d;
  ws_poller_call_later (fixture->poller, &a.idle_call);
  ws_poller_call_later (fixture->poller, &b.idle_call);
  ws_poller_call_later (fixture->poller, &c.idle_call);
  g_main_context_iteration (fixture->context, TRUE);
  assert_log (fixture, "a(b(cd))");
  g_assert_false (g_main_context_iteration (fixture->context, FALSE));
}

static void
ask_from_ready (Peer *peer)
{
  log_and_drain (peer);
  ask_again (peer->fixture);
}

static void
test_call_later_from_ready (Fixture      *fixture,
                            gconstpointer user_data)
{
  Call  d = CALL (fixture, 'd', NULL);
  Peer *peer = add_event_peer (fixture, 'a', TRUE);

  g_test_summary ("A call that a ready watch queues runs without another event.");

  asked = &d;
  peer->on_ready = ask_from_ready;
  run_ready (fixture);
  assert_log (fixture, "ad");
}

static void
take_long (Fixture *fixture)
{
  g_usleep (10 * 1000); /* longer than a dispatch makes calls */
}

static void
test_call_in_turn_order (Fixture      *fixture,
                         gconstpointer user_data)
{
  Call  a = CALL (fixture, 'a', take_long), b = CALL (fixture, 'b', take_long), c = CALL (fixture, 'c', NULL);
  Peer *peer = add_event_peer (fixture, 'P', TRUE);

  g_test_summary ("What takes long comes behind ready watches and idle calls, which are also served between two of them.");

  peer->on_ready = log_and_drain;
  ws_poller_call_in_turn (fixture->poller, &a.idle_call);
  ws_poller_call_in_turn (fixture->poller, &b.idle_call);
  ws_poller_call_in_turn (fixture->poller, &a.idle_call);
  ws_poller_call_later (fixture->poller, &c.idle_call);
  while (a.idle_call.queued)
    g_main_context_iteration (fixture->context, TRUE);
  /* Sources of equal priority take turns, whatever they do. */
  assert_log (fixture, ws_poller_has_edges (fixture->poller) ? "Pca" : "caP");
  g_assert_true (b.idle_call.queued);

  ws_poller_call_in_turn (fixture->poller, &a.idle_call);
  ws_poller_call_later (fixture->poller, &c.idle_call);
  run_ready (fixture);
  assert_log (fixture, "cba");
}

static void
test_cancel_turn (Fixture      *fixture,
                  gconstpointer user_data)
{
  Call a = CALL (fixture, 'a', NULL), b = CALL (fixture, 'b', NULL);

  g_test_summary ("A turn can be cancelled, and destroying the poller drops the others.");

  ws_poller_call_in_turn (fixture->poller, &a.idle_call);
  ws_poller_call_in_turn (fixture->poller, &b.idle_call);
  ws_poller_cancel_turn (fixture->poller, &a.idle_call);
  ws_poller_cancel_turn (fixture->poller, &a.idle_call);
  run_ready (fixture);
  assert_log (fixture, "b");

  ws_poller_call_in_turn (fixture->poller, &b.idle_call);
  ws_poller_destroy (fixture->poller);
  g_assert_false (b.idle_call.queued);
  ws_poller_call_in_turn (fixture->poller, &b.idle_call);
  g_assert_false (b.idle_call.queued);
  run_ready (fixture);
  assert_log (fixture, "");
}

typedef struct
{
  WsTimer  timer;
  Fixture *fixture;
  char     name;
} NamedTimer;

static void
timer_cb (WsTimer *timer)
{
  NamedTimer *self = (NamedTimer *) timer;

  g_assert_cmpint (g_get_monotonic_time (), >=, timer->deadline_us);
  g_string_append_c (self->fixture->log, self->name);
}

static void
run_until_logged (Fixture *fixture,
                  gsize    length)
{
  while (fixture->log->len < length)
    g_main_context_iteration (fixture->context, TRUE);
}

static void
test_timer_order (Fixture      *fixture,
                  gconstpointer user_data)
{
  WsTimerQueue slow, fast, unused;
  NamedTimer   timers[] = { { .fixture = fixture, .name = 's' },
                            { .fixture = fixture, .name = 'f' },
                            { .fixture = fixture, .name = 'F' } };
  gint64       begin_us, now_us;

  g_test_summary ("Timers of all queues expire by deadline, none early; the loop waits for them.");

  ws_timer_queue_init (&slow, 12000, timer_cb);
  ws_timer_queue_init (&fast, 3000, timer_cb);
  ws_timer_queue_init (&unused, 1, timer_cb);
  ws_poller_add_timer_queue (fixture->poller, &slow);
  ws_poller_add_timer_queue (fixture->poller, &unused);
  ws_poller_add_timer_queue (fixture->poller, &fast);

  begin_us = ws_poller_get_time (fixture->poller);
  ws_timer_arm (&timers[0].timer, &slow, begin_us);
  ws_timer_arm (&timers[1].timer, &fast, begin_us);
  ws_timer_arm (&timers[2].timer, &fast, begin_us);
  run_until_logged (fixture, 3);
  now_us = g_get_monotonic_time ();
  assert_log (fixture, "fFs");
  g_assert_cmpint (now_us - begin_us, >=, 12000);
  g_assert_cmpint (now_us - begin_us, <, 20 * G_USEC_PER_SEC);

  ws_poller_remove_timer_queue (fixture->poller, &slow);
  ws_poller_remove_timer_queue (fixture->poller, &fast);
  ws_poller_remove_timer_queue (fixture->poller, &fast);
  ws_poller_remove_timer_queue (fixture->poller, &unused);
}

static gboolean
count_turn (gpointer user_data)
{
  (*(guint *) user_data)++;

  return G_SOURCE_CONTINUE;
}

/* A source that is always ready and has the poller's priority. */
static GSource *
add_competitor (Fixture *fixture,
                guint   *n_turns)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, count_turn, n_turns, NULL);
  g_source_attach (source, fixture->context);

  return source;
}

static void
end_competitor (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
test_timer_bounded (Fixture      *fixture,
                    gconstpointer user_data)
{
  WsTimerQueue           queue;
  NamedTimer             first = { .fixture = fixture, .name = 'x' };
  g_autofree NamedTimer *timers = g_new0 (NamedTimer, 1000);
  guint                  n_turns = 0;
  GSource               *competitor = add_competitor (fixture, &n_turns);

  g_test_summary ("Many due timers do not block other sources, and all of them expire.");

  ws_timer_queue_init (&queue, 1, timer_cb);
  ws_poller_add_timer_queue (fixture->poller, &queue);
  ws_timer_arm (&first.timer, &queue, 0);
  for (guint i = 0; i < 1000; i++)
    {
      timers[i].fixture = fixture;
      timers[i].name = 't';
      ws_timer_arm (&timers[i].timer, &queue, 0);
    }

  run_until_logged (fixture, 1001);
  g_assert_cmpuint (n_turns, >=, 4);
  g_assert_cmpuint (fixture->log->len, ==, 1001);
  g_assert_cmpint (fixture->log->str[0], ==, 'x');

  end_competitor (competitor);
  ws_poller_remove_timer_queue (fixture->poller, &queue);
}

static Fixture *timer_fixture;

static void
free_queue_cb (WsTimer *timer)
{
  g_string_append_c (timer_fixture->log, 'f');
  ws_timer_disarm (&loose_timer);
  ws_poller_remove_timer_queue (timer_fixture->poller, timer_queue);
  g_clear_pointer (&timer_queue, g_free);
}

static void
test_timer_frees_queue (Fixture      *fixture,
                        gconstpointer user_data)
{
  WsTimerQueue before, after;
  NamedTimer   a = { .fixture = fixture, .name = 'a' }, b = { .fixture = fixture, .name = 'b' };
  WsTimer      timer = { 0 };

  g_test_summary ("A timer's call may remove and free its own queue; the others continue.");

  timer_fixture = fixture;
  timer_queue = g_new (WsTimerQueue, 1);
  ws_timer_queue_init (&before, 1, timer_cb);
  ws_timer_queue_init (timer_queue, 1, free_queue_cb);
  ws_timer_queue_init (&after, 1, timer_cb);
  ws_poller_add_timer_queue (fixture->poller, &before);
  ws_poller_add_timer_queue (fixture->poller, timer_queue);
  ws_poller_add_timer_queue (fixture->poller, &after);
  ws_timer_arm (&a.timer, &before, 0);
  ws_timer_arm (&timer, timer_queue, 0);
  ws_timer_arm (&loose_timer, timer_queue, 0);
  ws_timer_arm (&b.timer, &after, 0);

  run_until_logged (fixture, 3);
  g_assert_null (timer_queue);
  run_ready (fixture);
  g_assert_cmpuint (fixture->log->len, ==, 3);

  ws_poller_remove_timer_queue (fixture->poller, &before);
  ws_poller_remove_timer_queue (fixture->poller, &after);
}

static void
destroy_poller_cb (WsTimer *timer)
{
  g_string_append_c (timer_fixture->log, 'd');
  ws_poller_destroy (timer_fixture->poller);
  g_clear_pointer (&timer_fixture->poller, ws_poller_unref);
  g_clear_pointer (&timer_queue, g_free);
}

static void
test_timer_destroys (Fixture      *fixture,
                     gconstpointer user_data)
{
  WsTimer timer = { 0 };

  g_test_summary ("A timer's call may destroy and free the poller, then free the queue.");

  timer_fixture = fixture;
  timer_queue = g_new (WsTimerQueue, 1);
  ws_timer_queue_init (timer_queue, 1, destroy_poller_cb);
  ws_poller_add_timer_queue (fixture->poller, timer_queue);
  ws_timer_arm (&timer, timer_queue, 0);
  run_until_logged (fixture, 1);
  assert_log (fixture, "d");
}

static void
test_dispatch_fair (Fixture      *fixture,
                    gconstpointer user_data)
{
  guint n_least = G_MAXUINT, n_most = 0;

  g_test_summary ("Descriptors that are always ready are served in rotation, all equally often.");

  for (guint i = 0; i < 200; i++)
    add_event_peer (fixture, 'a', TRUE);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (fixture->context, FALSE);

  for (guint i = 0; i < fixture->peers->len; i++)
    {
      Peer *peer = g_ptr_array_index (fixture->peers, i);

      n_least = MIN (n_least, peer->n_ready);
      n_most = MAX (n_most, peer->n_ready);
    }

  g_assert_cmpuint (n_least, >=, 6);
  g_assert_cmpuint (n_most, <=, n_least + 2);
}

static void
test_dispatch_bounded (Fixture      *fixture,
                       gconstpointer user_data)
{
  guint    n_turns = 0;
  GSource *competitor = add_competitor (fixture, &n_turns);

  g_test_summary ("However many events there are, another source runs in every iteration.");

  for (guint i = 0; i < 100; i++)
    add_event_peer (fixture, 'a', TRUE);

  for (guint i = 1; i <= 10; i++)
    {
      guint n_before = count_ready (fixture);

      g_main_context_iteration (fixture->context, TRUE);
      g_assert_cmpuint (n_turns, ==, i);
      g_assert_cmpuint (count_ready (fixture) - n_before, <=, 1024);
    }

  end_competitor (competitor);
}

static void
test_dispatch_time (Fixture      *fixture,
                    gconstpointer user_data)
{
  guint    n_turns = 0;
  GSource *competitor = add_competitor (fixture, &n_turns);

  g_test_summary ("Slow calls end the dispatch after a few milliseconds, at the end of a batch.");

  for (guint i = 0; i < 100; i++)
    add_event_peer (fixture, 'a', TRUE)->on_ready = spend_time;

  for (guint i = 1; i <= 5; i++)
    {
      guint n_before = count_ready (fixture);

      g_main_context_iteration (fixture->context, TRUE);
      g_assert_cmpuint (n_turns, ==, i);
      g_assert_cmpuint (count_ready (fixture) - n_before, <=, 100);
    }

  end_competitor (competitor);
}

static void
test_dispatch_flood_and_timer (Fixture      *fixture,
                               gconstpointer user_data)
{
  WsTimerQueue queue;
  NamedTimer   timer = { .fixture = fixture, .name = 't' };
  Call         call = CALL (fixture, 'd', NULL);

  g_test_summary ("Timers expire and idle calls run during a flood of events.");

  for (guint i = 0; i < 100; i++)
    add_event_peer (fixture, 'a', TRUE);

  ws_timer_queue_init (&queue, 2000, timer_cb);
  ws_poller_add_timer_queue (fixture->poller, &queue);
  ws_timer_arm (&timer.timer, &queue, ws_poller_get_time (fixture->poller));
  ws_poller_call_later (fixture->poller, &call.idle_call);
  run_until_logged (fixture, 2);
  g_assert_nonnull (strchr (fixture->log->str, 'd'));
  g_assert_nonnull (strchr (fixture->log->str, 't'));
  ws_poller_remove_timer_queue (fixture->poller, &queue);
}

static gboolean
log_idle_cb (gpointer user_data)
{
  g_string_append_c (user_data, 'i');
  return G_SOURCE_CONTINUE;
}

static void
log_and_spend_time (Peer *peer)
{
  g_string_append_c (peer->fixture->log, peer->name);
  spend_time (peer);
}

static void
test_dispatch_lets_others (Fixture      *fixture,
                           gconstpointer user_data)
{
  GSource *idle = g_idle_source_new ();
  gsize    n_calls = 0;

  g_test_summary ("Sources of lower priority run although the poller is ready in every iteration.");

  if (!ws_poller_has_edges (fixture->poller))
    {
      g_source_unref (idle);
      g_test_skip ("a source per descriptor has no turn to give");
      return;
    }

  add_event_peer (fixture, 'f', TRUE)->on_ready = log_and_spend_time;
  g_source_set_callback (idle, log_idle_cb, fixture->log, NULL);
  g_source_attach (idle, fixture->context);
  for (guint n_idle = 0; n_idle < 3;)
    {
      g_main_context_iteration (fixture->context, TRUE);
      n_calls++;
      if (fixture->log->str[fixture->log->len - 1] == 'i')
        n_idle++;
      g_assert_cmpuint (n_calls, <, 3 * 41); /* 4 ms in steps of 100 us, and the iteration itself */
    }
  g_assert_nonnull (strstr (fixture->log->str, "ff"));

  g_source_destroy (idle);
  g_source_unref (idle);
}

/* As a handler that shows a dialog and waits for its result. */
static void
run_until_idle_has_run (Peer *peer)
{
  Fixture *fixture = peer->fixture;
  guint    n_calls = 0;

  log_and_drain (peer);
  while (fixture->log->str[fixture->log->len - 1] != 'i')
    {
      g_main_context_iteration (fixture->context, TRUE);
      g_assert_cmpuint (n_calls++, <, 200);
    }
}

static void
test_dispatch_lets_others_nested (Fixture      *fixture,
                                  gconstpointer user_data)
{
  GSource *idle = g_idle_source_new ();
  Peer    *waiting = add_event_peer (fixture, 'w', FALSE);

  g_test_summary ("Sources of lower priority also run in a loop that a handler runs.");

  if (!ws_poller_has_edges (fixture->poller))
    {
      g_source_unref (idle);
      g_test_skip ("a source per descriptor has no turn to give");
      return;
    }

  add_event_peer (fixture, 'f', TRUE)->on_ready = log_and_spend_time;
  waiting->on_ready = run_until_idle_has_run;
  eventfd_write (waiting->watch.fd, 1);
  g_source_set_callback (idle, log_idle_cb, fixture->log, NULL);
  g_source_attach (idle, fixture->context);
  run_until_ready (waiting);
  g_string_truncate (fixture->log, 0);

  g_source_destroy (idle);
  g_source_unref (idle);
}

static void
test_dispatch_uses_turns (Fixture      *fixture,
                          gconstpointer user_data)
{
  Peer *peer = add_event_peer (fixture, 'f', TRUE);

  g_test_summary ("An iteration in which no other source is ready is never skipped.");

  peer->on_ready = spend_time;
  for (guint i = 0; i < 200; i++)
    g_assert_true (g_main_context_iteration (fixture->context, FALSE));
  g_assert_cmpuint (peer->n_ready, ==, 200);
}

static void
test_dispatch_idle (Fixture      *fixture,
                    gconstpointer user_data)
{
  const struct itimerspec every_10_ms = { { 0, 10000000 }, { 0, 10000000 } };
  int                     fd = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  Peer                   *peer = add_peer_with_fd (fixture, 'a', fd, -1, WS_POLL_IN);
  guint                   n_waits = 0;

  g_test_summary ("A poller that has waited was not busy and skips no iteration.");

  peer->on_ready = log_and_drain;
  g_assert_cmpint (timerfd_settime (fd, 0, &every_10_ms, NULL), ==, 0);
  while (n_waits < 3)
    {
      gint64 begin_us = g_get_monotonic_time ();

      run_until_ready (peer);
      if (g_get_monotonic_time () - begin_us < 2000) /* a machine under load has not waited */
        continue;

      n_waits++;
      g_assert_cmpuint (fixture->poller->fairness.skip_iterations, ==, 0);
    }
  g_string_truncate (fixture->log, 0);
}

typedef struct
{
  WsTask   task;
  Fixture *fixture;
  guint    n_received;
} EndlessTask;

/* Posts again at once, as a thread that sends all the time does. */
static void
receive_endless (gpointer target,
                 guint    n_max)
{
  EndlessTask *self = target;
  WsTaskQueue *queue = ws_poller_get_task_queue (self->fixture->poller);
  gint64       end_us = g_get_monotonic_time () + 100;

  g_assert_true (ws_task_queue_take (queue, self) == &self->task);
  while (g_get_monotonic_time () < end_us)
    ;
  self->n_received++;
  ws_task_queue_post (queue, self, receive_endless, &self->task);
}

static void
test_tasks_let_others (Fixture      *fixture,
                       gconstpointer user_data)
{
  EndlessTask endless = { .fixture = fixture };
  GSource    *idle = g_idle_source_new ();
  guint       n_calls = 0;
  guint       n_received;

  g_test_summary ("Sources of lower priority run although other threads post all the time.");

  g_source_set_callback (idle, log_idle_cb, fixture->log, NULL);
  g_source_attach (idle, fixture->context);
  ws_task_queue_post (ws_poller_get_task_queue (fixture->poller), &endless, receive_endless, &endless.task);
  while (fixture->log->len < 3)
    {
      g_main_context_iteration (fixture->context, TRUE);
      g_assert_cmpuint (n_calls++, <, 100);
    }
  g_source_destroy (idle);
  g_source_unref (idle);
  n_received = endless.n_received;
  g_assert_cmpuint (n_received, >, 3);
  for (guint i = 0; i < 10; i++)
    g_assert_true (g_main_context_iteration (fixture->context, FALSE)); /* none is lost */

  ws_poller_destroy (fixture->poller);
  g_string_truncate (fixture->log, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD_POLLER_TEST ("poller-dispatch/destroy/drops-calls", test_destroy_drops_calls);
  ADD_POLLER_TEST ("poller-dispatch/destroy/from-call", test_destroy_from_call);
  ADD_POLLER_TEST ("poller-dispatch/call-later/order", test_call_later_order);
  ADD_POLLER_TEST ("poller-dispatch/call-later/next-turn", test_call_later_next_turn);
  ADD_POLLER_TEST ("poller-dispatch/call-later/nested", test_call_later_nested);
  ADD_POLLER_TEST ("poller-dispatch/call-later/from-ready", test_call_later_from_ready);
  ADD_POLLER_TEST ("poller-dispatch/cancel-call/anywhere", test_cancel_call_anywhere);
  ADD_POLLER_TEST ("poller-dispatch/call-in-turn/order", test_call_in_turn_order);
  ADD_POLLER_TEST ("poller-dispatch/cancel-turn/dropped", test_cancel_turn);
  ADD_POLLER_TEST ("poller-dispatch/add-timer-queue/order", test_timer_order);
  ADD_POLLER_TEST ("poller-dispatch/add-timer-queue/bounded", test_timer_bounded);
  ADD_POLLER_TEST ("poller-dispatch/remove-timer-queue/frees", test_timer_frees_queue);
  ADD_POLLER_TEST ("poller-dispatch/destroy/from-timer", test_timer_destroys);
  ADD_POLLER_TEST ("poller-dispatch/dispatch/fair", test_dispatch_fair);
  ADD_POLLER_TEST ("poller-dispatch/dispatch/bounded", test_dispatch_bounded);
  ADD_POLLER_TEST ("poller-dispatch/dispatch/lets-others", test_dispatch_lets_others);
  ADD_POLLER_TEST ("poller-dispatch/dispatch/lets-others-nested", test_dispatch_lets_others_nested);
  ADD_POLLER_TEST ("poller-dispatch/dispatch/uses-turns", test_dispatch_uses_turns);
  ADD_POLLER_TEST ("poller-dispatch/dispatch/idle", test_dispatch_idle);
  ADD_POLLER_TEST ("poller-dispatch/dispatch/tasks-let-others", test_tasks_let_others);
  ADD_POLLER_TEST ("poller-dispatch/dispatch/time", test_dispatch_time);
  ADD_POLLER_TEST ("poller-dispatch/dispatch/flood-and-timer", test_dispatch_flood_and_timer);

  return g_test_run ();
}
