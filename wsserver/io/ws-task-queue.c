/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-task-queue-private.h"

/* Limits of one call for a target, and of one dispatch. The other sources of the context run in between. */
#define TASKS_PER_ROUND 64
#define RUN_MAX_US 4000

struct _WsTaskTarget
{
  gpointer   target;
  WsTaskFunc func;
  WsTask    *head; /* never NULL while the target is in a queue */
  WsTask    *tail;
  guint64    size_bytes; /* of all its tasks */
  GList      link;       /* in the queue */
};

/* Returns a number that no other thread ever has. pthread_self() may return the same value in a new thread
 * after this thread has ended. */
static gsize
get_thread_number (void)
{
  static gsize          last_number;
  static __thread gsize number;

  if (G_UNLIKELY (number == 0))
    number = __atomic_add_fetch (&last_number, 1, __ATOMIC_RELAXED);
  return number;
}

void
ws_task_queue_note_thread (WsTaskQueue *self)
{
  __atomic_store_n (&self->thread, get_thread_number (), __ATOMIC_RELAXED);
}

WsTaskQueue *
ws_task_queue_new (GMainContext *context)
{
  WsTaskQueue *self = g_new0 (WsTaskQueue, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->context = g_main_context_ref (context);
  self->limit_bytes = G_MAXUINT64;
  g_mutex_init (&self->mutex);
  self->targets = g_hash_table_new (NULL, NULL);
  ws_task_queue_note_thread (self);
  return self;
}

WsTaskQueue *
ws_task_queue_ref (WsTaskQueue *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ws_task_queue_unref (WsTaskQueue *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->queue.length == 0);

  g_hash_table_unref (self->targets);
  g_mutex_clear (&self->mutex);
  g_main_context_unref (self->context);
  g_free (self);
}

void
ws_task_queue_set_limit (WsTaskQueue *self,
                         guint64      limit_bytes)
{
  g_mutex_lock (&self->mutex);
  self->limit_bytes = limit_bytes;
  g_mutex_unlock (&self->mutex);
}

/* Between two iterations no thread owns the context. Only the number of the thread that ran the last
 * iteration is known. Acquiring the context makes sure that no other thread has taken it over since. */
gboolean
ws_task_queue_enter (WsTaskQueue *self)
{
  gsize thread = __atomic_load_n (&self->thread, __ATOMIC_RELAXED);

  return (thread == get_thread_number () || g_main_context_is_owner (self->context)) &&
         g_main_context_acquire (self->context);
}

void
ws_task_queue_leave (WsTaskQueue *self)
{
  g_main_context_release (self->context);
}

/* --- running tasks --------------------------------------------------------------------------- */

/* Takes the first target and moves it to the end of the queue. It stays in the queue as long as it has
 * tasks, so a handler that iterates the context continues with the next target. */
static gboolean
next_target (WsTaskQueue *self,
             gpointer    *target,
             WsTaskFunc  *func)
{
  GList *link;

  g_mutex_lock (&self->mutex);
  link = g_queue_pop_head_link (&self->queue);
  if (link != NULL)
    {
      WsTaskTarget *entry = link->data;

      g_queue_push_tail_link (&self->queue, link);
      *target = entry->target;
      *func = entry->func;
    }
  g_mutex_unlock (&self->mutex);

  return link != NULL;
}

WsTask *
ws_task_queue_take (WsTaskQueue *self,
                    gpointer     target)
{
  WsTaskTarget *entry;
  WsTask       *task = NULL;

  g_mutex_lock (&self->mutex);
  entry = g_hash_table_lookup (self->targets, target);
  if (entry != NULL)
    {
      task = entry->head;
      entry->head = task->next;
      entry->size_bytes -= task->size_bytes;
      if (entry->head == NULL)
        {
          g_hash_table_remove (self->targets, target);
          g_queue_unlink (&self->queue, &entry->link);
          g_atomic_int_set (&self->n_waiting, self->queue.length);
          g_free (entry);
        }
    }
  g_mutex_unlock (&self->mutex);

  return task;
}

void
ws_task_queue_run (WsTaskQueue *self)
{
  gint64     end_us;
  gpointer   target;
  WsTaskFunc func;

  if (!ws_task_queue_has_tasks (self))
    return;

  end_us = g_get_monotonic_time () + RUN_MAX_US;
  while (next_target (self, &target, &func))
    {
      func (target, TASKS_PER_ROUND);
      if (g_get_monotonic_time () >= end_us)
        return;
    }
}

void
ws_task_queue_close (WsTaskQueue *self)
{
  gpointer   target;
  WsTaskFunc func;

  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_mutex_unlock (&self->mutex);

  while (next_target (self, &target, &func))
    func (target, G_MAXUINT);
}

/* --- posting --------------------------------------------------------------------------------- */

static void
append_task (WsTaskQueue *self,
             gpointer     target,
             WsTaskFunc   func,
             WsTask      *task)
{
  WsTaskTarget *entry = g_hash_table_lookup (self->targets, target);

  task->next = NULL;
  if (entry == NULL)
    {
      entry = g_new0 (WsTaskTarget, 1);
      entry->target = target;
      entry->func = func;
      entry->head = task;
      entry->link.data = entry;
      g_hash_table_insert (self->targets, target, entry);
      g_queue_push_tail_link (&self->queue, &entry->link);
      g_atomic_int_set (&self->n_waiting, self->queue.length);
    }
  else
    {
      entry->tail->next = task;
    }
  entry->tail = task;
  entry->size_bytes += task->size_bytes;
}

/* All or nothing, as in the send queue of a connection. */
static gboolean
fits_limit (WsTaskQueue *self,
            gpointer     target,
            gsize        size_bytes)
{
  const WsTaskTarget *entry = g_hash_table_lookup (self->targets, target);

  return entry == NULL ||
         (entry->size_bytes <= self->limit_bytes && size_bytes <= self->limit_bytes - entry->size_bytes);
}

WsTaskStatus
ws_task_queue_post (WsTaskQueue *self,
                    gpointer     target,
                    WsTaskFunc   func,
                    WsTask      *task)
{
  WsTaskStatus status = WS_TASK_POSTED;
  gboolean     is_first = FALSE;

  g_mutex_lock (&self->mutex);
  if (self->closed)
    {
      status = WS_TASK_CLOSED;
    }
  else if (!fits_limit (self, target, task->size_bytes))
    {
      status = WS_TASK_FULL;
    }
  else
    {
      is_first = self->queue.length == 0;
      append_task (self, target, func, task);
    }
  g_mutex_unlock (&self->mutex);

  /* The poller finds later tasks without a wake-up. */
  if (is_first)
    g_main_context_wakeup (self->context);

  return status;
}
