/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-poller-private.h"

G_BEGIN_DECLS

/* Between ws-poller.c and the one implementation compiled with it. Nobody else includes this. */
typedef struct _WsPollerBackend WsPollerBackend;

/* One dispatch under way, on the C stack of that dispatch. */
typedef struct _WsDispatch WsDispatch;

struct _WsDispatch
{
  WsDispatch *outer; /* the one in whose ready, expired or idle call this one runs */
  WsWatch    *watch; /* whose ready call is under way; NULL for none, also once it is removed */
};

struct _WsPoller
{
  guint            ref_count;
  gboolean         destroyed;
  GMainContext    *context; /* a reference */
  GSource         *source;  /* a reference; attached until destroyed */
  WsPollerBackend *backend; /* NULL once destroyed */

  WsDispatch *dispatch; /* the innermost, NULL outside */
  guint       depth;    /* how many */
  gint64      now_us;   /* valid inside a dispatch */

  gint64   wait_begin_us; /* when the context last began to wait, with nothing to do here */
  gint64   busy_since_us; /* ready in every turn of the context since; 0: it was not, the last time */
  guint    turns_to_pass; /* that it leaves to the other sources */
  GSource *stand_in;      /* a reference; NULL unless turns are passed */

  WsTimerQueue *timer_queues;
  guint         timer_queues_serial; /* changes when one is removed: a walk must not go on */

  WsIdleCall *calls_head;
  WsIdleCall *calls_tail;
  guint       n_calls; /* without the marks of dispatches under way */

  WsTaskQueue *task_queue;

  guint8       *receive_buffer; /* NULL when handed out, or not needed yet */
  WsReceived   *received;       /* what is being delivered, innermost first */
  WsBufferPool *buffer_pool;
};

/* What every dispatch of every source of the poller has around it. Holds a reference. */
void ws_poller_begin_dispatch (WsPoller   *self,
                               WsDispatch *dispatch);
void ws_poller_end_dispatch (WsPoller   *self,
                             WsDispatch *dispatch);

/* Reads the clock; returns the time. */
gint64 ws_poller_refresh_time (WsPoller *self);

/* Calls ready as part of the innermost dispatch. The watch may be gone afterwards. */
void ws_poller_call_ready (WsPoller    *self,
                           WsWatch     *watch,
                           WsPollEvents events);

/* The implementation. */
WsPollerBackend *ws_poller_backend_new (WsPoller *poller);
void             ws_poller_backend_free (WsPollerBackend *self);

/* The watch is filled in; FALSE with errno set. */
gboolean ws_poller_backend_add (WsPollerBackend *self,
                                WsWatch         *watch);
/* watch->events has just changed. */
void ws_poller_backend_modify (WsPollerBackend *self,
                               WsWatch         *watch);
/* Also forgets what dispatches under way hold for the watch. self is NULL once destroyed. */
void ws_poller_backend_remove (WsPollerBackend *self,
                               WsWatch         *watch);

gboolean ws_poller_backend_has_edges (WsPollerBackend *self);

/* Whether dispatches under way hold events that they have fetched and not told yet. A nested one tells
 * them: of what is told once only, it would not hear again. */
gboolean ws_poller_backend_has_fetched (WsPollerBackend *self);

/* For the poller's own source: whether a descriptor is known to be ready, and the calls for those
 * that are, bounded. Ends early when the poller is destroyed, by which self has been freed. */
gboolean ws_poller_backend_is_ready (WsPollerBackend *self);
void     ws_poller_backend_dispatch (WsPollerBackend *self);

G_END_DECLS
