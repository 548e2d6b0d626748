/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-poller-fairness-private.h"
#include "wsserver/io/ws-poller-private.h"

G_BEGIN_DECLS

/* The structs of a poller and its dispatches, for ws-poller.c and the backends. */
typedef struct _WsPollerBackend WsPollerBackend;

/* One dispatch in progress, on the C stack of the function that runs it. */
typedef struct _WsDispatch WsDispatch;

struct _WsDispatch
{
  WsDispatch *outer; /* the dispatch that called the handler in which this one runs */
  WsWatch    *watch; /* its ready function is running; NULL if none, or once it is removed */
};

struct _WsPoller
{
  guint ref_count;
  void (*finalize) (WsPoller *self); /* called by the last ws_poller_unref() */
  gboolean         destroyed;
  guint            process_generation; /* see ws-process-private.h */
  GMainContext    *context;            /* a reference */
  GSource         *source;             /* a reference; attached until destroyed */
  WsPollerBackend *backend;            /* NULL once destroyed */

  WsDispatch *dispatch; /* the innermost; NULL outside a dispatch */
  guint       depth;    /* number of nested dispatches */
  gint64      now_us;   /* valid inside a dispatch */

  WsPollerFairness fairness;

  WsTimerQueue *timer_queues;
  guint         timer_queues_serial; /* changes when a queue is removed: iterations over the list then end */

  WsIdleCallQueue idle_calls;
  WsIdleCallQueue turn_calls; /* behind everything else */
  WsTaskQueue    *task_queue;
  WsReceiveBuffer receive_buffer;
  WsBufferPool   *buffer_pool;
};

/* Every dispatch of every source of a poller is between these two calls. It holds a reference. */
void ws_poller_begin_dispatch (WsPoller   *self,
                               WsDispatch *dispatch);
void ws_poller_end_dispatch (WsPoller   *self,
                             WsDispatch *dispatch);

/* Reads the clock and returns the time. */
gint64 ws_poller_refresh_time (WsPoller *self);

/* Calls the ready function as part of the innermost dispatch. The watch may be gone afterwards. */
void ws_poller_call_ready (WsPoller    *self,
                           WsWatch     *watch,
                           WsPollEvents events);

/* TRUE if a dispatch in progress has input that a nested one can deliver. The second function delivers it. */
gboolean ws_poller_has_backlog (WsPoller *self);
void     ws_poller_deliver_backlogs (WsPoller *self);

/* No dispatch in progress calls the watch after this. */
void ws_poller_forget_watch (WsPoller *self,
                             WsWatch  *watch);

G_END_DECLS
