/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Tasks that other threads post to the thread that runs a poller. Each task has a target. The tasks of a
 * target run in the order in which they were posted. Posting wakes the main context only if no task is
 * waiting yet. The poller runs the tasks within the time limit of its own dispatches.
 *
 * This is the only part of io/ that any thread may use. It outlives its poller: every thread that may post
 * holds a reference, and the queue is closed when the poller is destroyed. */
typedef struct _WsTaskQueue WsTaskQueue;

/* Embedded in a struct with the data of the task, which keeps the target alive. */
typedef struct _WsTask WsTask;

struct _WsTask
{
  WsTask *next;
  gsize   size_bytes; /* counts towards the limit */
};

/* Called in the poller's thread when tasks wait. Takes up to n_max of them with ws_task_queue_take() and
 * runs them. */
typedef void (*WsTaskFunc) (gpointer target,
                            guint    n_max);

typedef enum
{
  WS_TASK_POSTED,
  WS_TASK_FULL,   /* the tasks of this target would exceed the limit */
  WS_TASK_CLOSED, /* the poller was destroyed */
} WsTaskStatus;

typedef struct _WsTaskTarget WsTaskTarget;

struct _WsTaskQueue
{
  gatomicrefcount ref_count;
  GMainContext   *context;   /* a reference */
  gsize           thread;    /* number of the last thread that ran the poller; atomic */
  guint           n_waiting; /* targets with waiting tasks; atomic */

  GMutex      mutex; /* protects the fields below */
  gboolean    closed;
  guint64     limit_bytes;
  GHashTable *targets; /* key: target, value: WsTaskTarget; those with waiting tasks */
  GQueue      queue;   /* the same targets, in the order in which they are served */
};

WsTaskQueue *ws_task_queue_new (GMainContext *context);
WsTaskQueue *ws_task_queue_ref (WsTaskQueue *self);
void         ws_task_queue_unref (WsTaskQueue *self);

/* Limits the bytes that may wait for one target. Its first task is always accepted. */
void ws_task_queue_set_limit (WsTaskQueue *self,
                              guint64      limit_bytes);

/* Called by the poller in each dispatch. */
void ws_task_queue_note_thread (WsTaskQueue *self);

/* TRUE if this thread may use the objects of the poller. The thread owns the context, or it was the last to
 * run the context and no other thread runs it now. After TRUE no other thread can run it until
 * ws_task_queue_leave() is called. */
gboolean ws_task_queue_enter (WsTaskQueue *self);
void     ws_task_queue_leave (WsTaskQueue *self);

/* Called by the poller. ws_task_queue_run() runs waiting tasks for a limited time. */
static inline gboolean
ws_task_queue_has_tasks (WsTaskQueue *self)
{
  return g_atomic_int_get (&self->n_waiting) > 0;
}

void ws_task_queue_run (WsTaskQueue *self);

/* May be called in any thread. The queue owns the task if the result is WS_TASK_POSTED. func must be the
 * same for all tasks of a target. */
WsTaskStatus ws_task_queue_post (WsTaskQueue *self,
                                 gpointer     target,
                                 WsTaskFunc   func,
                                 WsTask      *task);

/* Returns the next task of the target, or NULL. Only in the poller's thread. */
WsTask *ws_task_queue_take (WsTaskQueue *self,
                            gpointer     target);

/* Called by the destroyed poller: refuses further tasks and runs the waiting ones. */
void ws_task_queue_close (WsTaskQueue *self);

G_END_DECLS
