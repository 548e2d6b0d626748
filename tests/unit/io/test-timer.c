/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-timer-private.h"

#include <string.h>

/* The names of the timers that expired, in order. */
static GString *expired_names;

typedef struct
{
  WsTimer timer;
  char    name;
} NamedTimer;

static void
note_expired (WsTimer *timer)
{
  g_assert_false (ws_timer_is_armed (timer));
  g_string_append_c (expired_names, ((NamedTimer *) timer)->name);
}

static void
assert_expired (const char *names)
{
  g_assert_cmpstr (expired_names->str, ==, names);
  g_string_truncate (expired_names, 0);
}

static void
assert_linked (const WsTimerQueue *queue,
               guint               n_expected)
{
  const WsTimer *previous = NULL;
  guint          n = 0;

  for (const WsTimer *timer = queue->head; timer != NULL; timer = timer->next)
    {
      g_assert_true (timer->queue == queue);
      g_assert_true (timer->prev == previous);
      if (previous != NULL)
        g_assert_cmpint (previous->deadline_us, <=, timer->deadline_us);
      previous = timer;
      n++;
    }

  g_assert_true (queue->tail == previous);
  g_assert_cmpuint (n, ==, n_expected);
}

static void
test_init_empty (void)
{
  WsTimerQueue queue;

  g_test_summary ("A new queue has no deadline and nothing to expire.");

  ws_timer_queue_init (&queue, 100, note_expired);

  assert_linked (&queue, 0);
  g_assert_cmpint (queue.duration_us, ==, 100);
  g_assert_cmpint (ws_timer_queue_get_deadline (&queue), ==, G_MAXINT64);
  g_assert_cmpint (ws_timer_queue_get_start (&queue), ==, G_MAXINT64);
  g_assert_false (ws_timer_queue_expire (&queue, G_MAXINT64, 10));
  assert_expired ("");
}

static void
test_arm_order (void)
{
  WsTimerQueue queue;
  NamedTimer   a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' };

  g_test_summary ("Timers expire in the order of arming, at the deadline and not before.");

  ws_timer_queue_init (&queue, 100, note_expired);
  ws_timer_arm (&a.timer, &queue, 1000);
  ws_timer_arm (&b.timer, &queue, 1010);
  ws_timer_arm (&c.timer, &queue, 1010);
  assert_linked (&queue, 3);
  g_assert_true (ws_timer_is_armed (&a.timer));
  g_assert_cmpint (ws_timer_queue_get_deadline (&queue), ==, 1100);
  g_assert_cmpint (ws_timer_queue_get_start (&queue), ==, 1000);

  g_assert_false (ws_timer_queue_expire (&queue, 1099, 10));
  assert_expired ("");
  g_assert_false (ws_timer_queue_expire (&queue, 1100, 10));
  assert_expired ("a");
  g_assert_cmpint (ws_timer_queue_get_deadline (&queue), ==, 1110);
  g_assert_false (ws_timer_queue_expire (&queue, 2000, 10));
  assert_expired ("bc");
  assert_linked (&queue, 0);
}

static void
test_arm_again (void)
{
  WsTimerQueue queue;
  NamedTimer   a = { .name = 'a' }, b = { .name = 'b' };

  g_test_summary ("Arming again starts the full duration.");

  ws_timer_queue_init (&queue, 100, note_expired);
  ws_timer_arm (&a.timer, &queue, 1000);
  ws_timer_arm (&b.timer, &queue, 1010);
  ws_timer_arm (&a.timer, &queue, 1050);
  assert_linked (&queue, 2);

  ws_timer_queue_expire (&queue, 1149, 10);
  assert_expired ("b");
  ws_timer_queue_expire (&queue, 1150, 10);
  assert_expired ("a");
}

static void
test_arm_old_time (void)
{
  WsTimerQueue queue;
  NamedTimer   a = { .name = 'a' }, b = { .name = 'b' };

  g_test_summary ("A caller whose time is slightly old does not break the order.");

  ws_timer_queue_init (&queue, 100, note_expired);
  ws_timer_arm (&a.timer, &queue, 1000);
  ws_timer_arm (&b.timer, &queue, 990);
  assert_linked (&queue, 2);

  ws_timer_queue_expire (&queue, 1100, 10);
  assert_expired ("ab");
}

static void
test_arm_moves (void)
{
  WsTimerQueue first, second;
  NamedTimer   a = { .name = 'a' }, b = { .name = 'b' };

  g_test_summary ("A timer is in one queue at a time.");

  ws_timer_queue_init (&first, 100, note_expired);
  ws_timer_queue_init (&second, 500, note_expired);
  ws_timer_arm (&a.timer, &first, 0);
  ws_timer_arm (&b.timer, &first, 0);
  ws_timer_arm (&a.timer, &second, 0);
  assert_linked (&first, 1);
  assert_linked (&second, 1);

  ws_timer_queue_expire (&first, 499, 10);
  assert_expired ("b");
  ws_timer_queue_expire (&second, 499, 10);
  assert_expired ("");
  ws_timer_queue_expire (&second, 500, 10);
  assert_expired ("a");
}

static void
test_arm_switched_off (void)
{
  WsTimerQueue on, off;
  NamedTimer   a = { .name = 'a' };

  g_test_summary ("A queue that is switched off accepts no timer, and the timer leaves its former queue.");

  ws_timer_queue_init (&on, 100, note_expired);
  ws_timer_queue_init (&off, 0, note_expired);
  ws_timer_arm (&a.timer, &off, 0);
  g_assert_false (ws_timer_is_armed (&a.timer));

  ws_timer_arm (&a.timer, &on, 0);
  ws_timer_arm (&a.timer, &off, 0);
  g_assert_false (ws_timer_is_armed (&a.timer));
  assert_linked (&on, 0);
  assert_linked (&off, 0);
}

static void
test_disarm_anywhere (void)
{
  g_test_summary ("A timer can be disarmed at the head, in the middle, at the tail, and twice.");

  for (guint gone = 0; gone < 3; gone++)
    {
      static const char *const left[] = { "bc", "ac", "ab" };
      WsTimerQueue             queue;
      NamedTimer               timers[] = { { .name = 'a' }, { .name = 'b' }, { .name = 'c' } };

      ws_timer_queue_init (&queue, 100, note_expired);
      for (guint i = 0; i < 3; i++)
        ws_timer_arm (&timers[i].timer, &queue, i);

      ws_timer_disarm (&timers[gone].timer);
      ws_timer_disarm (&timers[gone].timer);
      g_assert_false (ws_timer_is_armed (&timers[gone].timer));
      assert_linked (&queue, 2);

      ws_timer_queue_expire (&queue, 1000, 10);
      assert_expired (left[gone]);
    }
}

static void
test_set_duration_shifts (void)
{
  WsTimerQueue queue;
  NamedTimer   a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' }, d = { .name = 'd' };

  g_test_summary ("Armed timers continue as if they had been armed with the new duration.");

  ws_timer_queue_init (&queue, 100, note_expired);
  ws_timer_arm (&a.timer, &queue, 0);
  ws_timer_arm (&b.timer, &queue, 50);
  ws_timer_arm (&c.timer, &queue, 90);

  ws_timer_queue_set_duration (&queue, 20);
  g_assert_cmpint (a.timer.deadline_us, ==, 20);
  g_assert_cmpint (b.timer.deadline_us, ==, 70);
  g_assert_cmpint (c.timer.deadline_us, ==, 110);

  ws_timer_queue_set_duration (&queue, 1000);
  ws_timer_arm (&d.timer, &queue, 95);
  g_assert_cmpint (a.timer.deadline_us, ==, 1000);
  g_assert_cmpint (c.timer.deadline_us, ==, 1090);
  g_assert_cmpint (d.timer.deadline_us, ==, 1095);
  assert_linked (&queue, 4);

  ws_timer_queue_expire (&queue, 5000, 10);
  assert_expired ("abcd");
}

static void
test_set_duration_off (void)
{
  WsTimerQueue queue;
  NamedTimer   a = { .name = 'a' }, b = { .name = 'b' };

  g_test_summary ("Switching off disarms all timers.");

  ws_timer_queue_init (&queue, 100, note_expired);
  ws_timer_arm (&a.timer, &queue, 0);
  ws_timer_arm (&b.timer, &queue, 0);
  ws_timer_queue_set_duration (&queue, 0);

  assert_linked (&queue, 0);
  g_assert_false (ws_timer_is_armed (&a.timer));
  g_assert_false (ws_timer_is_armed (&b.timer));
}

static void
test_expire_max (void)
{
  WsTimerQueue queue;
  NamedTimer   timers[5] = { 0 };

  g_test_summary ("At most max timers are called at once; TRUE means that max was reached.");

  ws_timer_queue_init (&queue, 100, note_expired);
  for (guint i = 0; i < G_N_ELEMENTS (timers); i++)
    {
      timers[i].name = "abcde"[i];
      ws_timer_arm (&timers[i].timer, &queue, 0);
    }

  g_assert_true (ws_timer_queue_expire (&queue, 100, 2));
  assert_expired ("ab");
  g_assert_true (ws_timer_queue_expire (&queue, 100, 2));
  assert_expired ("cd");
  g_assert_false (ws_timer_queue_expire (&queue, 100, 2));
  assert_expired ("e");
}

static NamedTimer   *other_timer;
static WsTimerQueue *other_queue;

static void
arm_again (WsTimer *timer)
{
  note_expired (timer);
  ws_timer_arm (timer, other_queue, 100);
}

static void
disarm_other (WsTimer *timer)
{
  note_expired (timer);
  ws_timer_disarm (&other_timer->timer);
}

static void
free_queue (WsTimer *timer)
{
  note_expired (timer);
  g_clear_pointer (&other_queue, g_free);
}

static void
test_expire_arms_again (void)
{
  WsTimerQueue queue;
  NamedTimer   a = { .name = 'a' };

  g_test_summary ("A timer that its own call arms again waits the full duration.");

  ws_timer_queue_init (&queue, 100, arm_again);
  other_queue = &queue;
  ws_timer_arm (&a.timer, &queue, 0);

  g_assert_false (ws_timer_queue_expire (&queue, 100, 10));
  assert_expired ("a");
  g_assert_true (ws_timer_is_armed (&a.timer));
  g_assert_cmpint (ws_timer_queue_get_deadline (&queue), ==, 200);
  other_queue = NULL;
}

static void
test_expire_disarms_other (void)
{
  WsTimerQueue queue;
  NamedTimer   a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' };

  g_test_summary ("A call may disarm the next timer.");

  ws_timer_queue_init (&queue, 100, disarm_other);
  other_timer = &b;
  ws_timer_arm (&a.timer, &queue, 0);
  ws_timer_arm (&b.timer, &queue, 0);
  ws_timer_arm (&c.timer, &queue, 0);

  ws_timer_queue_expire (&queue, 100, 10);
  assert_expired ("ac");
  other_timer = NULL;
}

static void
test_expire_frees_queue (void)
{
  NamedTimer a = { .name = 'a' };

  g_test_summary ("The last of max calls may free the queue.");

  other_queue = g_new (WsTimerQueue, 1);
  ws_timer_queue_init (other_queue, 100, free_queue);
  ws_timer_arm (&a.timer, other_queue, 0);

  g_assert_true (ws_timer_queue_expire (other_queue, 100, 1));
  assert_expired ("a");
  g_assert_null (other_queue);
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  expired_names = g_string_new (NULL);

  g_test_add_func ("/unit/io/timer/queue-init/empty", test_init_empty);
  g_test_add_func ("/unit/io/timer/arm/order", test_arm_order);
  g_test_add_func ("/unit/io/timer/arm/again", test_arm_again);
  g_test_add_func ("/unit/io/timer/arm/old-time", test_arm_old_time);
  g_test_add_func ("/unit/io/timer/arm/moves", test_arm_moves);
  g_test_add_func ("/unit/io/timer/arm/switched-off", test_arm_switched_off);
  g_test_add_func ("/unit/io/timer/disarm/anywhere", test_disarm_anywhere);
  g_test_add_func ("/unit/io/timer/queue-set-duration/shifts", test_set_duration_shifts);
  g_test_add_func ("/unit/io/timer/queue-set-duration/off", test_set_duration_off);
  g_test_add_func ("/unit/io/timer/queue-expire/max", test_expire_max);
  g_test_add_func ("/unit/io/timer/queue-expire/arms-again", test_expire_arms_again);
  g_test_add_func ("/unit/io/timer/queue-expire/disarms-other", test_expire_disarms_other);
  g_test_add_func ("/unit/io/timer/queue-expire/frees-queue", test_expire_frees_queue);

  result = g_test_run ();
  g_string_free (expired_names, TRUE);

  return result;
}
