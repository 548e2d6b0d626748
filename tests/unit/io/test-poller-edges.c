/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "poller-fixture.h"

static guint
get_edge (Fixture *fixture)
{
  return ws_poller_has_edges (fixture->poller) ? WS_POLL_EDGE : 0;
}

static void
log_only (Peer *peer)
{
  g_string_append_c (peer->fixture->log, peer->name);
}

static void
test_told_once (Fixture      *fixture,
                gconstpointer user_data)
{
  Peer *peer = add_socket_peer (fixture, 'a', WS_POLL_IN | WS_POLL_EDGE);

  g_test_summary ("An edge is reported once; again with the next bytes, and on request.");

  if (!ws_poller_has_edges (fixture->poller))
    {
      g_test_skip ("this poller has no edges");
      return;
    }

  peer->on_ready = log_only;
  send_bytes (peer, "1");
  run_until_ready (peer);
  run_ready (fixture);
  assert_log (fixture, "a");

  send_bytes (peer, "2");
  run_ready (fixture);
  assert_log (fixture, "a");

  ws_poller_rearm_watch (fixture->poller, &peer->watch);
  run_ready (fixture);
  assert_log (fixture, "a");

  drain (peer);
  g_assert_cmpstr (peer->backlog->str, ==, "12");
  ws_poller_rearm_watch (fixture->poller, &peer->watch);
  run_ready (fixture);
  assert_log (fixture, "");

  close_other (peer);
  run_ready (fixture);
  assert_log (fixture, "a");
  g_assert_cmpuint (peer->last_events & WS_POLL_HANG_UP, ==, WS_POLL_HANG_UP);
}

/* The first call waits for all others, as a blocking call in a handler does. */
static void
wait_for_others (Peer *peer)
{
  Fixture *fixture = peer->fixture;

  log_and_drain (peer);
  if (ws_poller_get_depth (fixture->poller) > 1)
    return;

  while (count_ready (fixture) < fixture->peers->len)
    g_main_context_iteration (fixture->context, TRUE);
}

static void
test_nested_told (Fixture      *fixture,
                  gconstpointer user_data)
{
  g_test_summary ("A nested dispatch reports the fetched events of the outer one; no poll would.");

  for (char name = 'a'; name <= 'z'; name++)
    {
      Peer *peer = add_socket_peer (fixture, name, WS_POLL_IN | get_edge (fixture));

      peer->on_ready = wait_for_others;
      send_bytes (peer, "x");
    }

  while (count_ready (fixture) == 0)
    g_main_context_iteration (fixture->context, TRUE);
  run_ready (fixture);
  g_assert_cmpuint (fixture->log->len, ==, 26);
  g_string_truncate (fixture->log, 0);
}

static void
drain_slowly (Peer *peer)
{
  gint64 end_us = g_get_monotonic_time () + G_TIME_SPAN_MILLISECOND;

  log_and_drain (peer);
  while (g_get_monotonic_time () < end_us)
    ;
}

static void
test_no_time (Fixture      *fixture,
              gconstpointer user_data)
{
  g_test_summary ("Events over the time limit are reported in a later dispatch, and none twice.");

  for (char name = 'a'; name <= 'z'; name++)
    {
      Peer *peer = add_socket_peer (fixture, name, WS_POLL_IN | get_edge (fixture));

      peer->on_ready = drain_slowly;
      send_bytes (peer, "x");
    }

  while (count_ready (fixture) == 0)
    g_main_context_iteration (fixture->context, TRUE);
  if (ws_poller_has_edges (fixture->poller))
    g_assert_cmpuint (fixture->log->len, <=, 8);
  while (fixture->log->len < fixture->peers->len)
    g_main_context_iteration (fixture->context, TRUE);
  run_ready (fixture);
  g_assert_cmpuint (count_ready (fixture), ==, fixture->peers->len);
  g_string_truncate (fixture->log, 0);
}

/* The first call runs one iteration of the loop. */
static void
iterate_once (Peer *peer)
{
  Fixture *fixture = peer->fixture;

  drain_slowly (peer);
  if (fixture->log->len > 1)
    return;

  g_main_context_iteration (fixture->context, TRUE);
  if (ws_poller_has_edges (fixture->poller))
    g_assert_cmpuint (fixture->log->len, <=, 1 + 8);
}

static void
test_no_time_nested (Fixture      *fixture,
                     gconstpointer user_data)
{
  g_test_summary ("A nested dispatch keeps its time limit for fetched events, and none is lost.");

  for (char name = 'a'; name <= 'z'; name++)
    {
      Peer *peer = add_socket_peer (fixture, name, WS_POLL_IN | get_edge (fixture));

      peer->on_ready = iterate_once;
      send_bytes (peer, "x");
    }

  while (fixture->log->len < fixture->peers->len)
    g_main_context_iteration (fixture->context, TRUE);
  run_ready (fixture);
  g_assert_cmpuint (count_ready (fixture), ==, fixture->peers->len);
  g_string_truncate (fixture->log, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD_POLLER_TEST ("poller-edges/rearm-watch/told-once", test_told_once);
  ADD_POLLER_TEST ("poller-edges/rearm-watch/nested", test_nested_told);
  ADD_POLLER_TEST ("poller-edges/rearm-watch/no-time", test_no_time);
  ADD_POLLER_TEST ("poller-edges/rearm-watch/no-time-nested", test_no_time_nested);

  return g_test_run ();
}
