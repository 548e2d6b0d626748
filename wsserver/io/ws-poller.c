/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/base/ws-process-private.h"
#include "wsserver/io/ws-poller-backend-private.h"

/* The number of timers of one queue that may expire in one dispatch. The rest waits for the next iteration,
 * so that the other sources of the context run in between. */
#define EXPIRE_MAX_PER_QUEUE 64

/* How long one dispatch makes idle calls, and how long it goes on with clients that have much to do. */
#define CALLS_MAX_US 4000

typedef struct
{
  GSource   source;
  WsPoller *poller; /* not a reference: the poller destroys its source before it is freed */
} PollerSource;

/* --- timers ---------------------------------------------------------------------------------- */

static gint64
get_deadline (WsPoller *self)
{
  gint64 deadline_us = G_MAXINT64;

  for (WsTimerQueue *queue = self->timer_queues; queue != NULL; queue = queue->next)
    deadline_us = MIN (deadline_us, ws_timer_queue_get_deadline (queue));

  return deadline_us;
}

static void
expire_timers (WsPoller *self)
{
  guint serial = self->timer_queues_serial;

  for (WsTimerQueue *queue = self->timer_queues; queue != NULL; queue = queue->next)
    for (guint n = 0; n < EXPIRE_MAX_PER_QUEUE; n++)
      {
        /* One at a time, because each call may remove and free this queue or the next. */
        gboolean called = ws_timer_queue_expire (queue, self->now_us, 1);

        if (self->timer_queues_serial != serial)
          return;

        if (!called)
          break;
      }
}

void
ws_poller_add_timer_queue (WsPoller     *self,
                           WsTimerQueue *queue)
{
  g_assert (!self->destroyed);

  queue->next = self->timer_queues;
  self->timer_queues = queue;
}

void
ws_poller_remove_timer_queue (WsPoller     *self,
                              WsTimerQueue *queue)
{
  for (WsTimerQueue **link = &self->timer_queues; *link != NULL; link = &(*link)->next)
    if (*link == queue)
      {
        *link = queue->next;
        queue->next = NULL;
        self->timer_queues_serial++;
        return;
      }
}

/* --- the source ------------------------------------------------------------------------------ */

/* A forked child may continue the parent's main loop, but the clients belong to the parent. */
static void
abandon_source (GSource *source,
                int     *timeout_ms)
{
  *timeout_ms = -1;
  g_source_destroy (source);
}

static gboolean
poller_source_prepare (GSource *source,
                       int     *timeout_ms)
{
  WsPoller *self = ((PollerSource *) source)->poller;
  gint64    deadline_us = get_deadline (self);
  gint64    now_us;

  if (ws_poller_is_foreign (self))
    {
      abandon_source (source, timeout_ms);
      return FALSE;
    }

  if (ws_poller_fairness_skips_prepare (&self->fairness))
    {
      *timeout_ms = 0;
      return FALSE;
    }

  *timeout_ms = -1;
  if (self->idle_calls.n_calls > 0 || self->turn_calls.n_calls > 0 || ws_poller_has_backlog (self) ||
      ws_poller_backend_has_fetched (self->backend) || ws_task_queue_has_tasks (self->task_queue))
    return TRUE;

  now_us = g_source_get_time (source);
  ws_poller_fairness_begin_wait (&self->fairness, now_us);
  if (deadline_us == G_MAXINT64)
    return FALSE;
  if (deadline_us <= now_us)
    return TRUE;

  /* Rounded up: a context that wakes before the deadline would only spin until then. */
  *timeout_ms = (int) MIN ((deadline_us - now_us + 999) / 1000, G_MAXINT);

  return FALSE;
}

static gboolean
poller_source_check (GSource *source)
{
  WsPoller *self = ((PollerSource *) source)->poller;
  gint64    now_us;

  if (ws_poller_is_foreign (self))
    return FALSE;

  if (ws_poller_fairness_skips_check (&self->fairness))
    return FALSE;

  now_us = g_source_get_time (source);
  ws_poller_fairness_end_wait (&self->fairness, now_us);
  if (ws_poller_backend_is_ready (self->backend) || ws_task_queue_has_tasks (self->task_queue) ||
      get_deadline (self) <= now_us)
    return TRUE;

  ws_poller_fairness_set_idle (&self->fairness);
  return FALSE;
}

static void
run_calls (WsPoller        *self,
           WsIdleCallQueue *calls)
{
  if (calls->n_calls > 0)
    ws_idle_call_queue_run (calls, ws_poller_refresh_time (self) + CALLS_MAX_US);
}

/* One dispatch: everything that is ready, within limits. */
static void
dispatch_poller (gpointer poller)
{
  WsPoller  *self = poller;
  WsDispatch dispatch;
  gint64     start_us;

  ws_poller_begin_dispatch (self, &dispatch);
  start_us = self->now_us;

  ws_poller_deliver_backlogs (self);
  if (!self->destroyed)
    ws_poller_backend_dispatch (self->backend);
  expire_timers (self);
  ws_task_queue_run (self->task_queue);
  run_calls (self, &self->idle_calls);
  run_calls (self, &self->turn_calls);
  if (!self->destroyed)
    ws_poller_fairness_end_dispatch (&self->fairness, start_us);

  ws_poller_end_dispatch (self, &dispatch);
}

static gboolean
poller_source_dispatch (GSource    *source,
                        GSourceFunc callback,
                        gpointer    user_data)
{
  dispatch_poller (((PollerSource *) source)->poller);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poller_source_funcs = {
  .prepare = poller_source_prepare,
  .check = poller_source_check,
  .dispatch = poller_source_dispatch,
};

/* --- the poller ------------------------------------------------------------------------------ */

static void
finalize_poller (WsPoller *self)
{
  ws_poller_destroy (self);
  g_source_unref (self->source);
  g_main_context_unref (self->context);
  ws_buffer_pool_unref (self->buffer_pool);
  ws_task_queue_unref (self->task_queue);
  ws_receive_buffer_clear (&self->receive_buffer);
  g_free (self);
}

WsPoller *
ws_poller_new (GMainContext *context)
{
  WsPoller *self = g_new0 (WsPoller, 1);

  ws_process_watch_forks ();
  self->process_generation = ws_process_generation;
  self->ref_count = 1;
  self->finalize = finalize_poller;
  self->context = g_main_context_ref (context != NULL ? context : g_main_context_default ());
  self->buffer_pool = ws_buffer_pool_new ();
  self->task_queue = ws_task_queue_new (self->context);
  ws_poller_fairness_init (&self->fairness, self->context, dispatch_poller, self);

  self->source = g_source_new (&poller_source_funcs, sizeof (PollerSource));
  ((PollerSource *) self->source)->poller = self;
  g_source_set_name (self->source, "WsPoller");
  g_source_set_can_recurse (self->source, TRUE);
  self->backend = ws_poller_backend_new (self);
  g_source_attach (self->source, self->context);

  return self;
}

void
ws_poller_destroy (WsPoller *self)
{
  if (self->destroyed)
    return;

  self->destroyed = TRUE;
  g_source_destroy (self->source);
  ws_poller_fairness_clear (&self->fairness);
  g_clear_pointer (&self->backend, ws_poller_backend_free);

  self->timer_queues = NULL;
  self->timer_queues_serial++;
  ws_idle_call_queue_clear (&self->idle_calls);
  ws_idle_call_queue_clear (&self->turn_calls);

  /* Last, because it runs code of the application. */
  ws_task_queue_close (self->task_queue);
}

GMainContext *
ws_poller_get_context (WsPoller *self)
{
  return self->context;
}

WsTaskQueue *
ws_poller_get_task_queue (WsPoller *self)
{
  return self->task_queue;
}

WsReceiveBuffer *
ws_poller_get_receive_buffer (WsPoller *self)
{
  return &self->receive_buffer;
}

WsBufferPool *
ws_poller_get_buffer_pool (WsPoller *self)
{
  return self->buffer_pool;
}

void
ws_poller_call_later (WsPoller   *self,
                      WsIdleCall *call)
{
  if (!self->destroyed)
    ws_idle_call_queue_add (&self->idle_calls, call);
}

void
ws_poller_cancel_call (WsPoller   *self,
                       WsIdleCall *call)
{
  ws_idle_call_queue_remove (&self->idle_calls, call);
}

void
ws_poller_call_in_turn (WsPoller   *self,
                        WsIdleCall *call)
{
  if (!self->destroyed)
    ws_idle_call_queue_add (&self->turn_calls, call);
}

void
ws_poller_cancel_turn (WsPoller   *self,
                       WsIdleCall *call)
{
  ws_idle_call_queue_remove (&self->turn_calls, call);
}

/* --- watches --------------------------------------------------------------------------------- */

gboolean
ws_poller_add_watch (WsPoller           *self,
                     WsWatch            *watch,
                     const WsWatchFuncs *funcs,
                     int                 fd,
                     guint               events)
{
  g_assert (!self->destroyed);
  g_assert (watch->poller == NULL);
  g_assert (fd >= 0);

  *watch = (WsWatch){ .funcs = funcs, .poller = self, .fd = fd, .events = events };

  if (!ws_poller_backend_add (self->backend, watch))
    {
      watch->poller = NULL;
      return FALSE;
    }

  return TRUE;
}

void
ws_poller_modify_watch (WsPoller *self,
                        WsWatch  *watch,
                        guint     events)
{
  if (watch->poller == NULL || watch->events == events)
    return;

  g_assert (watch->poller == self);

  watch->events = events;
  if (!self->destroyed)
    ws_poller_backend_modify (self->backend, watch);
}

gboolean
ws_poller_has_edges (WsPoller *self)
{
  return ws_poller_backend_has_edges (self->backend);
}

void
ws_poller_rearm_watch (WsPoller *self,
                       WsWatch  *watch)
{
  if (watch->poller != NULL && !self->destroyed)
    ws_poller_backend_modify (self->backend, watch);
}

void
ws_poller_remove_watch (WsPoller *self,
                        WsWatch  *watch)
{
  if (watch->poller == NULL)
    return;

  g_assert (watch->poller == self);

  ws_poller_forget_watch (self, watch);
  ws_poller_backend_remove (self->backend, watch);
  watch->poller = NULL;
}
