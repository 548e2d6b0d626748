/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "poller-fixture.h"

#include <errno.h>
#include <sys/resource.h>

static void
test_new_context (Fixture      *fixture,
                  gconstpointer user_data)
{
  WsPoller *poller = ws_poller_new (NULL);
  GSource  *source;

  g_test_summary ("The poller is one named source of its context; NULL is the default context.");

  g_assert_true (ws_poller_get_context (fixture->poller) == fixture->context);
  g_assert_true (ws_poller_get_context (poller) == g_main_context_default ());
  g_assert_cmpuint (ws_poller_get_depth (poller), ==, 0);
  g_assert_nonnull (ws_poller_get_buffer_pool (poller));

  source = g_main_context_find_source_by_id (g_main_context_default (), 1);
  g_assert_nonnull (source);
  g_assert_cmpstr (g_source_get_name (source), ==, "WsPoller");
  g_assert_true (g_source_get_can_recurse (source));

  g_assert_true (ws_poller_ref (poller) == poller);
  ws_poller_unref (poller);
  ws_poller_unref (poller);
  g_assert_null (g_main_context_find_source_by_id (g_main_context_default (), 1));
}

static void
test_add_readiness (Fixture      *fixture,
                    gconstpointer user_data)
{
  Peer *peer = add_socket_peer (fixture, 'a', WS_POLL_IN);

  g_test_summary ("A watch gets the events that it requested, for as long as they last.");

  run_ready (fixture);
  g_assert_cmpuint (peer->n_ready, ==, 0);

  send_bytes (peer, "x");
  run_until_ready (peer);
  g_assert_cmpuint (peer->last_events, ==, WS_POLL_IN);
  run_until_ready (peer);

  peer->on_ready = log_and_drain;
  run_until_ready (peer);
  run_ready (fixture);
  assert_log (fixture, "a");
}

static void
test_add_hang_up (Fixture      *fixture,
                  gconstpointer user_data)
{
  Peer *quiet = add_socket_peer (fixture, 'q', 0);
  Peer *reader = add_socket_peer (fixture, 'r', WS_POLL_IN | WS_POLL_READ_HANG_UP);
  Peer *half = add_socket_peer (fixture, 'h', WS_POLL_READ_HANG_UP);

  g_test_summary ("A half hang-up is reported on request; a full one is always reported.");

  send_bytes (quiet, "x");
  run_ready (fixture);
  g_assert_cmpuint (quiet->n_ready, ==, 0);

  g_assert_cmpint (shutdown (half->other_fd, SHUT_WR), ==, 0);
  run_until_ready (half);
  g_assert_cmpuint (half->last_events, ==, WS_POLL_READ_HANG_UP);
  drop_peer (half);

  close_other (quiet);
  run_until_ready (quiet);
  g_assert_cmpuint (quiet->last_events & WS_POLL_HANG_UP, ==, WS_POLL_HANG_UP);
  g_assert_cmpuint (quiet->last_events & WS_POLL_IN, ==, 0);

  close_other (reader);
  run_until_ready (reader);
  g_assert_cmpuint (reader->last_events, ==, WS_POLL_IN | WS_POLL_HANG_UP | WS_POLL_READ_HANG_UP);
}

static void
test_add_pipe_error (Fixture      *fixture,
                     gconstpointer user_data)
{
  int   fds[2];
  Peer *peer;

  g_test_summary ("An error is always reported.");

  g_assert_cmpint (pipe (fds), ==, 0);
  peer = add_peer_with_fd (fixture, 'p', fds[1], fds[0], 0);
  close_other (peer);
  run_until_ready (peer);
  g_assert_cmpuint (peer->last_events, ==, WS_POLL_ERROR);
}

static void
test_add_refused (Fixture      *fixture,
                  gconstpointer user_data)
{
  int           fd = eventfd (1, EFD_NONBLOCK | EFD_CLOEXEC);
  Peer         *peer;
  struct rlimit old, none;
  gboolean      added;

  g_test_summary ("Without a free descriptor, adding works or reports why not; later it works.");

  peer = g_new0 (Peer, 1);
  peer->fixture = fixture;
  peer->other_fd = -1;
  peer->backlog = g_string_new (NULL);
  g_ptr_array_add (fixture->peers, peer);

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &old), ==, 0);
  none = old;
  none.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  added = ws_poller_add_watch (fixture->poller, &peer->watch, &plain_funcs, fd, WS_POLL_IN);
  if (!added)
    g_assert_cmpint (errno, ==, EMFILE);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &old), ==, 0);

  if (!added)
    {
      g_assert_null (peer->watch.poller);
      ws_poller_remove_watch (fixture->poller, &peer->watch);
      g_assert_true (ws_poller_add_watch (fixture->poller, &peer->watch, &plain_funcs,
                                          fd, WS_POLL_IN));
    }
  run_until_ready (peer);
}

static void
test_modify_changes (Fixture      *fixture,
                     gconstpointer user_data)
{
  Peer *peer = add_socket_peer (fixture, 'a', WS_POLL_IN);

  g_test_summary ("The requested events can change, also to none and back.");

  ws_poller_modify_watch (fixture->poller, &peer->watch, WS_POLL_IN | WS_POLL_OUT);
  run_until_ready (peer);
  g_assert_cmpuint (peer->last_events, ==, WS_POLL_OUT);

  send_bytes (peer, "x");
  run_until_ready (peer);
  g_assert_cmpuint (peer->last_events, ==, WS_POLL_IN | WS_POLL_OUT);

  ws_poller_modify_watch (fixture->poller, &peer->watch, 0);
  peer->n_ready = 0;
  run_ready (fixture);
  g_assert_cmpuint (peer->n_ready, ==, 0);

  ws_poller_modify_watch (fixture->poller, &peer->watch, WS_POLL_IN);
  ws_poller_modify_watch (fixture->poller, &peer->watch, WS_POLL_IN);
  run_until_ready (peer);
  g_assert_cmpuint (peer->last_events, ==, WS_POLL_IN);
}

static void
quiet_others (Peer *peer)
{
  for (guint i = 0; i < peer->fixture->peers->len; i++)
    {
      Peer *other = g_ptr_array_index (peer->fixture->peers, i);

      ws_poller_modify_watch (peer->fixture->poller, &other->watch, 0);
    }
}

static void
test_modify_inside (Fixture      *fixture,
                    gconstpointer user_data)
{
  g_test_summary ("An event that is no longer requested is not reported, even if it was fetched.");

  for (guint i = 0; i < 10; i++)
    add_event_peer (fixture, 'a', TRUE)->on_ready = quiet_others;

  run_ready (fixture);
  g_assert_cmpuint (count_ready (fixture), ==, 1);
}

static void
remove_self (Peer *peer)
{
  Fixture *fixture = peer->fixture;

  g_string_append_c (fixture->log, peer->name);
  ws_poller_remove_watch (fixture->poller, &peer->watch);
  g_assert_null (peer->watch.poller);
  ws_poller_remove_watch (fixture->poller, &peer->watch);
  ws_poller_modify_watch (fixture->poller, &peer->watch, WS_POLL_OUT);
  drop_peer (peer);
}

static void
test_remove_self (Fixture      *fixture,
                  gconstpointer user_data)
{
  g_test_summary ("A watch may be removed, and its memory freed, in its own call.");

  add_event_peer (fixture, 'a', TRUE)->on_ready = remove_self;
  run_ready (fixture);
  assert_log (fixture, "a");
  g_assert_cmpuint (fixture->peers->len, ==, 0);
}

static void
drop_others (Peer *peer)
{
  GPtrArray *peers = peer->fixture->peers;

  for (guint i = peers->len; i > 0; i--)
    if (g_ptr_array_index (peers, i - 1) != peer)
      drop_peer (g_ptr_array_index (peers, i - 1));
}

static void
test_remove_others (Fixture      *fixture,
                    gconstpointer user_data)
{
  Peer *left;

  g_test_summary ("Watches that are removed and freed in another call get no events, ready or not.");

  for (guint i = 0; i < 100; i++)
    add_event_peer (fixture, 'a', TRUE)->on_ready = drop_others;

  g_main_context_iteration (fixture->context, FALSE);
  g_assert_cmpuint (fixture->peers->len, ==, 1);
  left = g_ptr_array_index (fixture->peers, 0);
  g_assert_cmpuint (left->n_ready, >=, 1);
}

static void
add_again (Peer *peer)
{
  Fixture *fixture = peer->fixture;
  Peer    *other = g_ptr_array_index (fixture->peers, peer->name == 'a' ? 1 : 0);

  /* The other watch's memory is used again, with a descriptor that is not ready. */
  g_string_append_c (fixture->log, 'r');
  ws_poller_remove_watch (fixture->poller, &other->watch);
  close (other->watch.fd);
  g_assert_true (ws_poller_add_watch (fixture->poller, &other->watch, &peer_funcs,
                                      eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC), WS_POLL_IN));
  log_and_drain (peer);
}

static void
test_remove_and_add (Fixture      *fixture,
                     gconstpointer user_data)
{
  g_test_summary ("A watch that is added again in the same iteration gets no event of its old descriptor.");

  add_event_peer (fixture, 'a', TRUE)->on_ready = add_again;
  add_event_peer (fixture, 'b', TRUE)->on_ready = add_again;
  run_ready (fixture);
  g_assert_cmpuint (count_ready (fixture), ==, 1);
  g_assert_cmpuint (fixture->log->len, ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD_POLLER_TEST ("poller/new/context", test_new_context);
  ADD_POLLER_TEST ("poller/add-watch/readiness", test_add_readiness);
  ADD_POLLER_TEST ("poller/add-watch/hang-up", test_add_hang_up);
  ADD_POLLER_TEST ("poller/add-watch/pipe-error", test_add_pipe_error);
  ADD_POLLER_TEST ("poller/add-watch/refused", test_add_refused);
  ADD_POLLER_TEST ("poller/modify-watch/changes", test_modify_changes);
  ADD_POLLER_TEST ("poller/modify-watch/inside", test_modify_inside);
  ADD_POLLER_TEST ("poller/remove-watch/self", test_remove_self);
  ADD_POLLER_TEST ("poller/remove-watch/others", test_remove_others);
  ADD_POLLER_TEST ("poller/remove-watch/and-add", test_remove_and_add);

  return g_test_run ();
}
