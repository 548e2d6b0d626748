/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/io/ws-buffer-pool-private.h"
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

/* Asked for beside others, it has a state told once when it begins and not for as long as it lasts
 * (EPOLLET), which spares the kernel a look at every socket that has just been read. The owner reads until
 * there is nothing more, or has it told again. */
#define WS_POLL_EDGE (1u << 31)

/* One GSource that serves every file descriptor of one server, with its timers and its idle
 * calls, in one GMainContext. Two implementations, chosen when building: one epoll descriptor, or
 * a GSource per descriptor. */
typedef struct _WsPoller   WsPoller;
typedef struct _WsWatch    WsWatch;
typedef struct _WsIdleCall WsIdleCall;
typedef struct _WsReceived WsReceived;

typedef struct
{
  /* Called from the poller's dispatch with what is ready (never 0, except to work off a backlog
   * in a nested dispatch). Only what the watch asks for at that moment, ERROR and HANG_UP are
   * reported. It is a hint: what was ready may have been consumed since. The owner keeps itself
   * alive; it may remove this or any other watch. */
  void (*ready) (WsWatch     *watch,
                 WsPollEvents events);

  /* Whether input already read waits to be delivered. Asked, in a nested dispatch only, of the
   * watches whose ready call is still on the stack: their bytes must go on in order while a
   * handler iterates the context. */
  gboolean (*has_backlog) (WsWatch *watch);
} WsWatchFuncs;

/* Embedded in its owner. */
struct _WsWatch
{
  const WsWatchFuncs *funcs;
  WsPoller           *poller; /* NULL when not added */
  gpointer            source; /* the implementation's own */
  int                 fd;
  guint               events;
};

/* A call to make once from the loop, not from where it was asked for. Embedded in its owner. */
struct _WsIdleCall
{
  void (*func) (WsIdleCall *call);
  WsIdleCall *prev;
  WsIdleCall *next;
  gboolean    queued;
};

/* Attached to context (NULL: the global default) at once. */
WsPoller *ws_poller_new (GMainContext *context);
WsPoller *ws_poller_ref (WsPoller *self);
void      ws_poller_unref (WsPoller *self);

/* Detaches from the context; watches must have been removed (removing one later is harmless, but
 * nothing is reported for it any more). Idle calls and timer queues are dropped: they are not
 * called again. Tasks that wait run now. Idempotent; legal inside a dispatch. */
void ws_poller_destroy (WsPoller *self);

GMainContext *ws_poller_get_context (WsPoller *self);

/* How many dispatches of this poller are on the stack: 0 outside, 2 and more when nested. */
guint ws_poller_get_depth (WsPoller *self);

/* Monotonic time in microseconds; inside a dispatch the time at which it began (refreshed for each
 * batch), outside the clock. */
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
/* Whether WS_POLL_EDGE may be asked for: not every implementation can. */
gboolean ws_poller_has_edges (WsPoller *self);
/* Has what is ready told again, to a watch that asks for WS_POLL_EDGE. */
void ws_poller_rearm_watch (WsPoller *self,
                            WsWatch  *watch);
/* Nothing is reported for the watch afterwards, also not what the dispatch under way has already
 * fetched. Its memory may go at once. Call before closing the descriptor. Idempotent. */
void ws_poller_remove_watch (WsPoller *self,
                             WsWatch  *watch);

/* Makes the context call call->func once, soon. Asking again while queued changes nothing. */
void ws_poller_call_later (WsPoller   *self,
                           WsIdleCall *call);
void ws_poller_cancel_call (WsPoller   *self,
                            WsIdleCall *call);

/* Calls ready (watch, 0) as if from the poller, so that a nested dispatch knows of its backlog. To be
 * used from idle calls and timers. */
void ws_poller_deliver (WsPoller *self,
                        WsWatch  *watch);

/* The queue is owned by the caller and must be removed (empty) before it goes. */
void ws_poller_add_timer_queue (WsPoller     *self,
                                WsTimerQueue *queue);
void ws_poller_remove_timer_queue (WsPoller     *self,
                                   WsTimerQueue *queue);

/* Memory in which received bytes lie while they are delivered; on the stack of whoever delivers them, the
 * innermost first. */
struct _WsReceived
{
  WsReceived *outer;
  guint8     *data;
  gsize       size;
  GBytes     *bytes; /* owns data; NULL as long as nobody shares it */
};

/* A buffer of WS_RECEIVE_BUFFER_BYTES. One serves all: it is handed out and given back around each
 * read; a nested dispatch finds it taken and gets another. */
#define WS_RECEIVE_BUFFER_BYTES (128 * 1024)
void ws_poller_take_receive_buffer (WsPoller   *self,
                                    WsReceived *received);
/* Bytes that have their own memory; a reference is held until they are given back. */
void ws_poller_lend_received (WsPoller   *self,
                              WsReceived *received,
                              GBytes     *bytes);
/* Ends either of them, the innermost first. */
void ws_poller_give_received (WsPoller   *self,
                              WsReceived *received);
/* A reference to the bytes at data instead of a copy, if they are a good part of something received that is
 * being delivered; otherwise NULL. It keeps all of that: its memory goes with the last reference. */
GBytes *ws_poller_share_received (WsPoller     *self,
                                  const guint8 *data,
                                  gsize         length);

/* Tasks from other threads. */
WsTaskQueue *ws_poller_get_task_queue (WsPoller *self);

/* Chunks for the outboxes of this poller's connections. */
WsBufferPool *ws_poller_get_buffer_pool (WsPoller *self);

G_END_DECLS
