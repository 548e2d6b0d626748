/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "poller-fixture.h"

/* Delivers each byte of the backlog as a message, whose handler iterates the context. */
static void
deliver_nested (Peer *peer)
{
  Fixture *fixture = peer->fixture;

  if (peer->last_events & WS_POLL_IN)
    drain (peer);
  else
    g_assert_cmpuint (peer->last_events, ==, 0);

  while (peer->backlog->len > 0)
    {
      char message = peer->backlog->str[0];

      g_string_erase (peer->backlog, 0, 1);
      g_string_append_printf (fixture->log, "%c%u", message, ws_poller_get_depth (fixture->poller));
      g_main_context_iteration (fixture->context, FALSE);
    }
}

static void
test_nested_backlog (Fixture      *fixture,
                     gconstpointer user_data)
{
  Peer *peer = add_socket_peer (fixture, 'a', WS_POLL_IN);

  g_test_summary ("Nested dispatches deliver the bytes that were read already, in order.");

  peer->on_ready = deliver_nested;
  send_bytes (peer, "abcd");
  run_until_ready (peer);
  assert_log (fixture, "a1b2c3d4");
  g_assert_cmpuint (ws_poller_get_depth (fixture->poller), ==, 0);
  g_assert_cmpuint (peer->n_ready, ==, 4);

  run_ready (fixture);
  assert_log (fixture, "");
}

/* Waits, as a blocking call does, for a message that is in the backlog. */
static void
wait_for_backlog (Peer *peer)
{
  Fixture *fixture = peer->fixture;

  if (peer->last_events == 0)
    {
      g_string_append (fixture->log, peer->backlog->str);
      g_string_truncate (peer->backlog, 0);
      return;
    }

  drain (peer);
  while (peer->backlog->len > 0)
    g_main_context_iteration (fixture->context, TRUE);
}

static void
test_nested_blocking (Fixture      *fixture,
                      gconstpointer user_data)
{
  Peer *peer = add_socket_peer (fixture, 'a', WS_POLL_IN);

  g_test_summary ("A blocking iteration does not sleep while there is a backlog.");

  peer->on_ready = wait_for_backlog;
  send_bytes (peer, "xyz");
  run_until_ready (peer);
  assert_log (fixture, "xyz");
}

/* The peer whose call runs in the outermost dispatch, until it is freed. */
static Peer *outer_peer;

static void
free_outer_peer (Peer *peer)
{
  log_and_drain (peer);
  drop_peer (g_steal_pointer (&outer_peer));

  /* The freed peer is not asked for a backlog. */
  g_main_context_iteration (peer->fixture->context, FALSE);
}

/* Its own backlog call makes the other peer ready. The other peer frees it while it still iterates. */
static void
nest_until_freed (Peer *peer)
{
  Fixture *fixture = peer->fixture;
  Peer    *other = g_ptr_array_index (fixture->peers, 0);
  guint64  one = 1;

  if (peer->last_events == 0)
    {
      g_string_append_c (fixture->log, '0');
      g_string_truncate (peer->backlog, 0);
      ws_poller_modify_watch (fixture->poller, &peer->watch, 0);
      g_assert_cmpint (write (other->watch.fd, &one, sizeof one), ==, sizeof one);
      return;
    }

  g_string_append_c (fixture->log, '<');
  g_string_append_c (peer->backlog, 'x');
  outer_peer = peer;
  while (outer_peer != NULL)
    g_main_context_iteration (fixture->context, TRUE);
  g_string_append_c (fixture->log, '>');
}

static void
test_nested_remove_under_way (Fixture      *fixture,
                              gconstpointer user_data)
{
  Peer *other = add_event_peer (fixture, 'o', FALSE);
  Peer *peer = add_event_peer (fixture, 'p', TRUE);

  g_test_summary ("A nested call may free a watch whose call is running.");

  other->on_ready = free_outer_peer;
  peer->on_ready = nest_until_freed;
  run_ready (fixture);
  assert_log (fixture, "<0o>");
  g_assert_cmpuint (fixture->peers->len, ==, 1);
}

/* The first call iterates. Inside, the next one frees all others except the first. */
static void
nest_and_drop (Peer *peer)
{
  Fixture *fixture = peer->fixture;

  if (ws_poller_get_depth (fixture->poller) == 1)
    {
      if (outer_peer != NULL)
        return;

      outer_peer = peer;
      ws_poller_modify_watch (fixture->poller, &peer->watch, 0);
      g_main_context_iteration (fixture->context, FALSE);
      g_assert_cmpuint (fixture->peers->len, ==, 2);
      return;
    }

  for (guint i = fixture->peers->len; i > 0; i--)
    {
      Peer *other = g_ptr_array_index (fixture->peers, i - 1);

      if (other != peer && other != outer_peer)
        drop_peer (other);
    }
}

static void
test_nested_remove_fetched (Fixture      *fixture,
                            gconstpointer user_data)
{
  g_test_summary ("The fetched events of a watch are dropped when a nested call frees it.");

  for (guint i = 0; i < 50; i++)
    add_event_peer (fixture, 'a', TRUE)->on_ready = nest_and_drop;

  g_main_context_iteration (fixture->context, FALSE);
  g_assert_cmpuint (fixture->peers->len, ==, 2);
  g_assert_cmpuint (outer_peer->n_ready, ==, 1);
  outer_peer = NULL;
}

static WsTimerQueue *timer_queue;

static void
never_cb (WsTimer *timer)
{
  g_assert_not_reached ();
}

static void
destroy_inside (Peer *peer)
{
  Fixture  *fixture = peer->fixture;
  WsPoller *poller = fixture->poller;

  g_string_append_c (fixture->log, 'd');
  ws_poller_destroy (poller);
  ws_poller_destroy (poller);

  /* Removing still works, and the last reference may be released here. */
  for (guint i = 0; i < fixture->peers->len; i++)
    {
      Peer *other = g_ptr_array_index (fixture->peers, i);

      ws_poller_modify_watch (poller, &other->watch, 0);
      ws_poller_remove_watch (poller, &other->watch);
      ws_poller_remove_watch (poller, &other->watch);
    }

  ws_poller_remove_timer_queue (poller, timer_queue);
  fixture->poller = NULL;
  ws_poller_unref (poller);
}

static void
test_destroy_inside (Fixture      *fixture,
                     gconstpointer user_data)
{
  WsTimerQueue queue;

  g_test_summary ("Destroying and freeing in a call ends the dispatch, without further calls.");

  for (guint i = 0; i < 100; i++)
    add_event_peer (fixture, 'a', TRUE)->on_ready = destroy_inside;

  timer_queue = &queue;
  ws_timer_queue_init (&queue, 1, never_cb);
  ws_poller_add_timer_queue (fixture->poller, &queue);
  g_main_context_iteration (fixture->context, FALSE);
  g_assert_null (fixture->poller);
  g_assert_cmpuint (count_ready (fixture), ==, 1);
  assert_log (fixture, "d");
}

static void
destroy_nested (Peer *peer)
{
  Fixture *fixture = peer->fixture;

  if (ws_poller_get_depth (fixture->poller) < 3)
    {
      ws_poller_modify_watch (fixture->poller, &peer->watch, 0);
      g_main_context_iteration (fixture->context, FALSE);
    }
  else
    {
      destroy_inside (peer);
    }
}

static void
test_destroy_nested (Fixture      *fixture,
                     gconstpointer user_data)
{
  WsTimerQueue queue;

  g_test_summary ("Destroying in a nested call ends all dispatches.");

  for (guint i = 0; i < 100; i++)
    add_event_peer (fixture, 'a', TRUE)->on_ready = destroy_nested;

  timer_queue = &queue;
  ws_timer_queue_init (&queue, 1, never_cb);
  ws_poller_add_timer_queue (fixture->poller, &queue);
  g_main_context_iteration (fixture->context, FALSE);
  g_assert_null (fixture->poller);
  g_assert_cmpuint (count_ready (fixture), ==, 3);
  assert_log (fixture, "d");
}

static void
note_time (Peer *peer)
{
  WsPoller *poller = peer->fixture->poller;
  gint64    now_us = ws_poller_get_time (poller);

  log_and_drain (peer);
  g_assert_cmpint (now_us, <=, g_get_monotonic_time ());
  spend_time (peer);
  g_assert_cmpint (ws_poller_get_time (poller), ==, now_us);
}

static void
test_get_time_cached (Fixture      *fixture,
                      gconstpointer user_data)
{
  gint64 before_us = ws_poller_get_time (fixture->poller);

  g_test_summary ("Inside a dispatch the time is constant; outside it is the clock's.");

  add_event_peer (fixture, 'a', TRUE)->on_ready = note_time;
  run_ready (fixture);
  assert_log (fixture, "a");
  g_assert_cmpint (ws_poller_get_time (fixture->poller), >=, before_us + 100);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD_POLLER_TEST ("poller-nesting/get-depth/backlog", test_nested_backlog);
  ADD_POLLER_TEST ("poller-nesting/get-depth/blocking", test_nested_blocking);
  ADD_POLLER_TEST ("poller-nesting/get-depth/remove-under-way", test_nested_remove_under_way);
  ADD_POLLER_TEST ("poller-nesting/get-depth/remove-fetched", test_nested_remove_fetched);
  ADD_POLLER_TEST ("poller-nesting/destroy/inside", test_destroy_inside);
  ADD_POLLER_TEST ("poller-nesting/destroy/nested", test_destroy_nested);
  ADD_POLLER_TEST ("poller-nesting/get-time/cached", test_get_time_cached);

  return g_test_run ();
}
