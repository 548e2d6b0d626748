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

/* The ready states of a file descriptor. The numbers are those of poll() and epoll. */
typedef enum
{
  WS_POLL_IN = 0x001,
  WS_POLL_URGENT = 0x002, /* the peer has sent an out-of-band byte; a read ends before it */
  WS_POLL_OUT = 0x004,
  WS_POLL_ERROR = 0x008,         /* always reported */
  WS_POLL_HANG_UP = 0x010,       /* always reported: both directions are closed */
  WS_POLL_READ_HANG_UP = 0x2000, /* the peer will send no more (EPOLLRDHUP) */
} WsPollEvents;

/* Edge-triggered (EPOLLET): an event is reported once, when its state begins, not for as long as the state
 * lasts. The kernel then need not check every socket again after a read. The owner reads until nothing is
 * left, or calls ws_poller_rearm_watch(). */
#define WS_POLL_EDGE (1u << 31)

/* One GSource that serves all file descriptors of one server, its timers and its idle calls, in one
 * GMainContext. The build selects one of two implementations: one epoll descriptor, or a GSource for each
 * descriptor. */
typedef struct _WsPoller WsPoller;
typedef struct _WsWatch  WsWatch;

typedef struct
{
  /* Called in a dispatch with the ready events: those that the watch requests at that moment, ERROR and
   * HANG_UP. 0 means: deliver the backlog, in a nested dispatch. That is a hint, because the input may have
   * been read in between. The owner keeps itself alive. It may remove this watch and any other. */
  void (*ready) (WsWatch     *watch,
                 WsPollEvents events);

  /* TRUE if input that was read still waits for delivery. A nested dispatch asks the watches whose ready
   * function is on the stack, because their input has to continue in order while a handler iterates the
   * context. */
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

/* Attaches the poller to the context at once. NULL is the global default context. */
WsPoller *ws_poller_new (GMainContext *context);
WsPoller *ws_poller_ref (WsPoller *self);
void      ws_poller_unref (WsPoller *self);

/* Detaches the poller from its context. No watch is called afterwards, but it may still be removed. Idle
 * calls and timer queues are dropped without a call. Waiting tasks run now. Idempotent; allowed inside a
 * dispatch. */
void ws_poller_destroy (WsPoller *self);

/* TRUE in a forked child if the poller belongs to the parent. The child must not use any part of it. */
gboolean ws_poller_is_foreign (WsPoller *self);

GMainContext *ws_poller_get_context (WsPoller *self);

/* Returns the number of dispatches of this poller on the stack: 0 outside, 2 and more when nested. */
guint ws_poller_get_depth (WsPoller *self);

/* Returns monotonic time in microseconds. Inside a dispatch it is the start of the dispatch or of its
 * current batch of events. */
gint64 ws_poller_get_time (WsPoller *self);

/* FALSE with errno set if the kernel refuses (ENOSPC, ENOMEM; EMFILE for the first watch). */
gboolean ws_poller_add_watch (WsPoller           *self,
                              WsWatch            *watch,
                              const WsWatchFuncs *funcs,
                              int                 fd,
                              guint               events);
void     ws_poller_modify_watch (WsPoller *self,
                                 WsWatch  *watch,
                                 guint     events);
/* TRUE if the implementation supports WS_POLL_EDGE. */
gboolean ws_poller_has_edges (WsPoller *self);
/* Reports the current events once more, for a watch that uses WS_POLL_EDGE. */
void ws_poller_rearm_watch (WsPoller *self,
                            WsWatch  *watch);
/* Reports nothing for the watch afterwards, not even events that a dispatch in progress has fetched. Its
 * memory may be freed at once. Call this before closing the descriptor. Idempotent. */
void ws_poller_remove_watch (WsPoller *self,
                             WsWatch  *watch);

/* Calls call->func once from the main loop, soon. Queueing it again changes nothing. */
void ws_poller_call_later (WsPoller   *self,
                           WsIdleCall *call);
void ws_poller_cancel_call (WsPoller   *self,
                            WsIdleCall *call);

/* As ws_poller_call_later(), for what may take long. These calls come behind the ready descriptors and all
 * other calls of a dispatch, and take turns. However many clients have much to do, a client that has little
 * to do is served first. */
void ws_poller_call_in_turn (WsPoller   *self,
                             WsIdleCall *call);
void ws_poller_cancel_turn (WsPoller   *self,
                            WsIdleCall *call);

/* Calls ready (watch, 0) as a dispatch would, so that a nested dispatch finds the backlog. For idle calls
 * and timers. */
void ws_poller_deliver (WsPoller *self,
                        WsWatch  *watch);

/* The caller owns the queue and removes it before freeing it. */
void ws_poller_add_timer_queue (WsPoller     *self,
                                WsTimerQueue *queue);
void ws_poller_remove_timer_queue (WsPoller     *self,
                                   WsTimerQueue *queue);

/* Returns the memory into which the poller's connections read. */
WsReceiveBuffer *ws_poller_get_receive_buffer (WsPoller *self);

/* Returns the queue of tasks from other threads. */
WsTaskQueue *ws_poller_get_task_queue (WsPoller *self);

/* Returns the pool of chunks for the outboxes of this poller's connections. */
WsBufferPool *ws_poller_get_buffer_pool (WsPoller *self);

G_END_DECLS
