/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef _GNU_SOURCE
# define _GNU_SOURCE /* POLLRDHUP */
#endif

#include "wsserver/io/ws-poller-backend-private.h"

#include <glib-unix.h>

#include <poll.h>

/* Without POLLRDHUP, a read of 0 bytes shows the end of the stream. */
#ifndef POLLRDHUP
# define POLLRDHUP 0
#endif

/* A source of the context for each watch. It is slower with many watches, but needs only poll(). Sources of
 * equal priority take turns. There is no fairness to lower priorities: a continuous flood starves them. */
typedef struct
{
  GSource   source;
  WsPoller *poller; /* a reference */
  WsWatch  *watch;  /* NULL once removed */
  gpointer  tag;
} WatchSource;

struct _WsPollerBackend
{
  WsPoller *poller;
};

static GIOCondition
condition_from_events (guint events)
{
  guint condition = 0;

  if (events & WS_POLL_IN)
    condition |= POLLIN;
  if (events & WS_POLL_OUT)
    condition |= POLLOUT;
  if (events & WS_POLL_READ_HANG_UP)
    condition |= POLLRDHUP;

  return (GIOCondition) condition;
}

static guint
events_from_condition (GIOCondition condition)
{
  guint events = 0;

  if (condition & POLLIN)
    events |= WS_POLL_IN;
  if (condition & POLLOUT)
    events |= WS_POLL_OUT;
  if (condition & (POLLERR | POLLNVAL))
    events |= WS_POLL_ERROR;
  if (condition & POLLHUP)
    events |= WS_POLL_HANG_UP;
  if (condition & POLLRDHUP)
    events |= WS_POLL_READ_HANG_UP;

  return events;
}

/* Returns the ready events that the watch still requests: an earlier call may have changed them. */
static guint
get_ready_events (WatchSource *self)
{
  guint events = events_from_condition (g_source_query_unix_fd (&self->source, self->tag));

  return events & (self->watch->events | WS_POLL_ERROR | WS_POLL_HANG_UP);
}

static gboolean
watch_source_dispatch (GSource    *source,
                       GSourceFunc callback,
                       gpointer    user_data)
{
  WatchSource *self = (WatchSource *) source;
  WsPoller    *poller = self->poller;
  WsDispatch   dispatch;
  guint        events;

  if (poller->destroyed)
    return G_SOURCE_REMOVE;

  events = get_ready_events (self);
  if (events == 0)
    return G_SOURCE_CONTINUE;

  ws_poller_begin_dispatch (poller, &dispatch);
  ws_poller_call_ready (poller, self->watch, (WsPollEvents) events);
  ws_poller_end_dispatch (poller, &dispatch);

  return G_SOURCE_CONTINUE;
}

static void
watch_source_finalize (GSource *source)
{
  WatchSource *self = (WatchSource *) source;

  ws_poller_unref (self->poller);
}

/* Without prepare and check functions, the context polls the descriptor itself. */
static GSourceFuncs watch_source_funcs = {
  .dispatch = watch_source_dispatch,
  .finalize = watch_source_finalize,
};

WsPollerBackend *
ws_poller_backend_new (WsPoller *poller)
{
  WsPollerBackend *self = g_new0 (WsPollerBackend, 1);

  self->poller = poller;

  return self;
}

void
ws_poller_backend_free (WsPollerBackend *self)
{
  g_free (self);
}

gboolean
ws_poller_backend_add (WsPollerBackend *self,
                       WsWatch         *watch)
{
  GSource     *source = g_source_new (&watch_source_funcs, sizeof (WatchSource));
  WatchSource *watch_source = (WatchSource *) source;

  watch_source->poller = ws_poller_ref (self->poller);
  watch_source->watch = watch;
  watch_source->tag =
      g_source_add_unix_fd (source, watch->fd, condition_from_events (watch->events));

  g_source_set_name (source, "WsWatch");
  g_source_set_can_recurse (source, TRUE);
  g_source_set_priority (source, g_source_get_priority (self->poller->source));
  g_source_attach (source, self->poller->context);
  watch->source = source;

  return TRUE;
}

void
ws_poller_backend_modify (WsPollerBackend *self,
                          WsWatch         *watch)
{
  WatchSource *source = watch->source;

  g_source_modify_unix_fd (&source->source, source->tag, condition_from_events (watch->events));
}

void
ws_poller_backend_remove (WsPollerBackend *self,
                          WsWatch         *watch)
{
  WatchSource *source = g_steal_pointer (&watch->source);

  source->watch = NULL;
  g_source_destroy (&source->source);
  g_source_unref (&source->source);
}

gboolean
ws_poller_backend_has_edges (WsPollerBackend *self)
{
  return FALSE;
}

gboolean
ws_poller_backend_has_fetched (WsPollerBackend *self)
{
  return FALSE;
}

/* The sources of the watches make the calls. */
gboolean
ws_poller_backend_is_ready (WsPollerBackend *self)
{
  return FALSE;
}

void
ws_poller_backend_dispatch (WsPollerBackend *self)
{
}
