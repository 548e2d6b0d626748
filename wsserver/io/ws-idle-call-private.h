/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A function that the main loop calls once, after the current call stack has returned. The struct is
 * embedded in its owner, so queueing allocates nothing. */
typedef struct _WsIdleCall WsIdleCall;

struct _WsIdleCall
{
  void (*func) (WsIdleCall *call);
  WsIdleCall *prev;
  WsIdleCall *next;
  gboolean    queued;
};

/* The idle calls of one poller, in the order in which they were queued. */
typedef struct
{
  WsIdleCall *head;
  WsIdleCall *tail;
  guint       n_calls; /* does not include the marks of ws_idle_call_queue_run() */
} WsIdleCallQueue;

/* Adding a queued call again changes nothing. Removing a call that is not queued changes nothing. */
void ws_idle_call_queue_add (WsIdleCallQueue *self,
                             WsIdleCall      *call);
void ws_idle_call_queue_remove (WsIdleCallQueue *self,
                                WsIdleCall      *call);
void ws_idle_call_queue_clear (WsIdleCallQueue *self);

/* Makes the calls that are queued at this moment, at least one, until the monotonic time is end_us. The
 * others stay in the queue. A call may queue others, remove any call, and clear the queue. self has to exist
 * until the function returns. */
void ws_idle_call_queue_run (WsIdleCallQueue *self,
                             gint64           end_us);

G_END_DECLS
