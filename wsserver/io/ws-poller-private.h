/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/io/ws-buffer-pool-private.h"
#include "wsserver/io/ws-idle-call-private.h"
#include "wsserver/io/ws-receive-buffer-private.h"
#include "wsserver/io/ws-task-queue-private.h"
#include "wsserver/io/ws-timer-private.h"

G_BEGIN_DECLS

/* Readiness of a file descriptor. The numbers are those of poll() and epoll. */
typedef enum
{
  WS_POLL_IN = 0x001,
  WS_POLL_URGENT = 0x002, /* the peer has sent a byte out of band; a read ends before it */
  WS_POLL_OUT = 0x004,
  WS_POLL_ERROR = 0x008,         /* reported without being asked for */
  WS_POLL_HANG_UP = 0x010,       /* reported without being asked for: both directions are gone */
  WS_POLL_READ_HANG_UP = 0x2000, /* the peer will send no more (EPOLLRDHUP) */
} WsPollEvents;

/* Edge-triggered (EPOLLET): an event is reported once when its state begins, and not for as long as it
 * lasts. The kernel then need not look again at every socket that has just been read. The owner reads
 * until nothing is left, or calls ws_poller_rearm_watch(). */
#define WS_POLL_EDGE (1u << 31)

/* One GSource that serves all file descriptors of one server, its timers and its idle calls, in one
 * GMainContext. The build selects one of two implementations: one epoll descriptor, or a GSource for each
 * descriptor. */
typedef struct _WsPoller WsPoller;
typedef struct _WsWatch  WsWatch;

typedef struct
{
  /* Called in a dispatch with the events that are ready: those that the watch asks for at that moment, ERROR
   * and HANG_UP. 0 means: deliver the backlog, in a nested dispatch. It is a hint, since the input may have
   * been read in between. The owner keeps itself alive; it may remove this watch and any other. */
  void (*ready) (WsWatch     *watch,
                 WsPollEvents events);

  /* Whether input that has been read waits to be delivered. A nested dispatch asks the watches whose ready
   * function is on the stack: their input has to go on in order while a handler iterates the context. */
  gboolean (*has_backlog) (WsWatch *watch);
} WsWatchFuncs;

/* Embedded in its owner. */
struct _WsWatch
{
  const WsWatchFuncs *funcs;
  WsPoller           *poller; /* NULL when not added */
  gpointer            source; /* for the implementation */
  int                 fd;
  guint               events;
};

/* Attached to context (NULL: the global default) at once. */
WsPoller *ws_poller_new (GMainContext *context);
WsPoller *ws_poller_ref (WsPoller *self);
void      ws_poller_unref (WsPoller *self);

/* Detaches from the context. Nothing is reported for a watch afterwards; it may still be removed. Idle calls
 * and timer queues are dropped without being called. Tasks that wait run now. Idempotent; allowed inside a
 * dispatch. */
void ws_poller_destroy (WsPoller *self);

/* Whether this is a forked child, and the poller its parent's: nothing of it may be used here. */
gboolean ws_poller_is_foreign (WsPoller *self);

GMainContext *ws_poller_get_context (WsPoller *self);

/* How many dispatches of this poller are on the stack: 0 outside, 2 and more when nested. */
guint ws_poller_get_depth (WsPoller *self);

/* Monotonic time in microseconds. Inside a dispatch it is the time at which the dispatch began, or its
 * current batch of events. */
gint64 ws_poller_get_time (WsPoller *self);

/* FALSE with errno set when the kernel refuses (ENOSPC, ENOMEM; EMFILE for the first watch). */
gboolean ws_poller_add_watch (WsPoller           *self,
                              WsWatch            *watch,
                              const WsWatchFuncs *funcs,
                              int                 fd,
                              guint               events);
void     ws_poller_modify_watch (WsPoller *self,
                                 WsWatch  *watch,
                                 guint     events);
/* Whether the implementation supports WS_POLL_EDGE. */
gboolean ws_poller_has_edges (WsPoller *self);
/* Reports again what is ready, to a watch that asks for WS_POLL_EDGE. */
void ws_poller_rearm_watch (WsPoller *self,
                            WsWatch  *watch);
/* Nothing is reported for the watch afterwards, not even events that a dispatch in progress has fetched. Its
 * memory may be freed at once. Call this before closing the descriptor. Idempotent. */
void ws_poller_remove_watch (WsPoller *self,
                             WsWatch  *watch);

/* Calls call->func once from the main loop, soon. Queueing it again changes nothing. */
void ws_poller_call_later (WsPoller   *self,
                           WsIdleCall *call);
void ws_poller_cancel_call (WsPoller   *self,
                            WsIdleCall *call);

/* Calls ready (watch, 0) as a dispatch would, so that a nested dispatch finds the backlog. For idle calls and
 * timers. */
void ws_poller_deliver (WsPoller *self,
                        WsWatch  *watch);

/* The caller owns the queue, and removes it before freeing it. */
void ws_poller_add_timer_queue (WsPoller     *self,
                                WsTimerQueue *queue);
void ws_poller_remove_timer_queue (WsPoller     *self,
                                   WsTimerQueue *queue);

/* Memory into which the poller's connections read. */
WsReceiveBuffer *ws_poller_get_receive_buffer (WsPoller *self);

/* Tasks from other threads. */
WsTaskQueue *ws_poller_get_task_queue (WsPoller *self);

/* Chunks for the outboxes of this poller's connections. */
WsBufferPool *ws_poller_get_buffer_pool (WsPoller *self);

G_END_DECLS
