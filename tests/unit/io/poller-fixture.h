/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The fixture of the poller's tests: a poller on a context of its own, and watched descriptors that record
 * their calls. */
#include "wsserver/io/ws-poller-private.h"

#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct _Peer Peer;

typedef struct
{
  GMainContext *context;
  WsPoller     *poller; /* NULL once a test has released it */
  GString      *log;    /* the calls, in order */
  GPtrArray    *peers;
} Fixture;

/* One watched descriptor and its owner. */
struct _Peer
{
  WsWatch  watch;
  Fixture *fixture;
  char     name;
  int      other_fd; /* the other end of a socket pair, or -1 for an eventfd */
  guint    n_ready;
  guint    last_events;
  GString *backlog;              /* each byte is one message */
  void (*on_ready) (Peer *peer); /* the action of the test, or NULL */
};

static inline void
peer_ready_cb (WsWatch     *watch,
               WsPollEvents events)
{
  Peer *peer = (Peer *) watch;

  peer->n_ready++;
  peer->last_events = events;
  g_assert_cmpuint (ws_poller_get_depth (peer->fixture->poller), >, 0);

  if (peer->on_ready != NULL)
    peer->on_ready (peer);
}

static inline gboolean
peer_has_backlog_cb (WsWatch *watch)
{
  return ((Peer *) watch)->backlog->len > 0;
}

static const WsWatchFuncs peer_funcs = { peer_ready_cb, peer_has_backlog_cb };
static const WsWatchFuncs plain_funcs = { peer_ready_cb, NULL };

static inline Peer *
add_peer_with_fd (Fixture *fixture,
                  char     name,
                  int      fd,
                  int      other_fd,
                  guint    events)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->fixture = fixture;
  peer->name = name;
  peer->other_fd = other_fd;
  peer->backlog = g_string_new (NULL);
  g_ptr_array_add (fixture->peers, peer);
  g_assert_true (ws_poller_add_watch (fixture->poller, &peer->watch, &peer_funcs, fd, events));

  return peer;
}

/* An eventfd: readable for ever once it is signalled. */
static inline Peer *
add_event_peer (Fixture *fixture,
                char     name,
                gboolean readable)
{
  int fd = eventfd (readable ? 1 : 0, EFD_NONBLOCK | EFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);

  return add_peer_with_fd (fixture, name, fd, -1, WS_POLL_IN);
}

static inline Peer *
add_socket_peer (Fixture *fixture,
                 char     name,
                 guint    events)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);

  return add_peer_with_fd (fixture, name, fds[0], fds[1], events);
}

static inline void
close_other (Peer *peer)
{
  close (peer->other_fd);
  peer->other_fd = -1;
}

/* Frees its memory too, so that a late access is detected. */
static inline void
free_peer (gpointer data)
{
  Peer *peer = data;

  if (peer->fixture->poller != NULL)
    ws_poller_remove_watch (peer->fixture->poller, &peer->watch);
  close (peer->watch.fd);
  if (peer->other_fd >= 0)
    close (peer->other_fd);
  g_string_free (peer->backlog, TRUE);
  g_free (peer);
}

static inline void
drop_peer (Peer *peer)
{
  g_ptr_array_remove (peer->fixture->peers, peer);
}

static inline void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->context = g_main_context_new ();
  fixture->poller = ws_poller_new (fixture->context);
  fixture->log = g_string_new (NULL);
  fixture->peers = g_ptr_array_new_with_free_func (free_peer);
}

static inline void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  g_ptr_array_unref (fixture->peers);
  if (fixture->poller != NULL)
    {
      g_assert_cmpuint (ws_poller_get_depth (fixture->poller), ==, 0);
      ws_poller_destroy (fixture->poller);
      ws_poller_unref (fixture->poller);
    }

  g_assert_false (g_main_context_iteration (fixture->context, FALSE));
  g_main_context_unref (fixture->context);
  g_string_free (fixture->log, TRUE);
}

/* Runs everything that is ready now, and everything that follows from it. */
static inline void
run_ready (Fixture *fixture)
{
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
}

static inline void
run_until_ready (Peer *peer)
{
  guint n = peer->n_ready;

  while (peer->n_ready == n)
    g_main_context_iteration (peer->fixture->context, TRUE);
}

static inline void
assert_log (Fixture    *fixture,
            const char *expected)
{
  g_assert_cmpstr (fixture->log->str, ==, expected);
  g_string_truncate (fixture->log, 0);
}

static inline void
send_bytes (Peer       *peer,
            const char *bytes)
{
  g_assert_cmpint (write (peer->other_fd, bytes, strlen (bytes)), ==, (gssize) strlen (bytes));
}

static inline void
drain (Peer *peer)
{
  char   buffer[256];
  gssize n;

  while ((n = read (peer->watch.fd, buffer, sizeof buffer)) > 0)
    g_string_append_len (peer->backlog, buffer, n);
}

static inline void
log_and_drain (Peer *peer)
{
  g_string_append_c (peer->fixture->log, peer->name);
  drain (peer);
  g_string_truncate (peer->backlog, 0);
}

static inline guint
count_ready (Fixture *fixture)
{
  guint n = 0;

  for (guint i = 0; i < fixture->peers->len; i++)
    n += ((Peer *) g_ptr_array_index (fixture->peers, i))->n_ready;

  return n;
}

static inline void
spend_time (Peer *peer)
{
  gint64 end_us = g_get_monotonic_time () + 100;

  while (g_get_monotonic_time () < end_us)
    ;
}

#define ADD_POLLER_TEST(path, func) \
 g_test_add ("/unit/io/" path, Fixture, NULL, set_up, func, tear_down)
