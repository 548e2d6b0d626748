/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A function that the main loop calls once, after the current call stack has returned to it. Embedded in its
 * owner, so that queueing allocates nothing. */
typedef struct _WsIdleCall WsIdleCall;

struct _WsIdleCall
{
  void (*func) (WsIdleCall *call);
  WsIdleCall *prev;
  WsIdleCall *next;
  gboolean    queued;
};

/* The calls of one poller, in the order in which they were queued. */
typedef struct
{
  WsIdleCall *head;
  WsIdleCall *tail;
  guint       n_calls; /* without the marks of ws_idle_call_queue_run() */
} WsIdleCallQueue;

/* Queueing a call that is queued already changes nothing, and so does removing one that is not. */
void ws_idle_call_queue_add (WsIdleCallQueue *self,
                             WsIdleCall      *call);
void ws_idle_call_queue_remove (WsIdleCallQueue *self,
                                WsIdleCall      *call);
void ws_idle_call_queue_clear (WsIdleCallQueue *self);

/* Makes the calls queued so far. A call may queue others, remove any, and clear the queue; self has to live
 * until the function returns. */
void ws_idle_call_queue_run (WsIdleCallQueue *self);

G_END_DECLS
