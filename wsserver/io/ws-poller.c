/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-poller-backend-private.h"

#include "wsserver/io/ws-block-cache-private.h"

/* Timers of one queue that one dispatch lets expire; the rest waits for the next turn, behind the
 * other sources of the context. */
#define EXPIRE_MAX_PER_QUEUE 64

/* In each turn a GMainContext serves only the sources of the highest priority that is ready. So that a
 * flood of clients does not keep those below from theirs (GTK draws at a lower priority), the
 * poller lets some turns pass when it has been ready in all for so long: one in which others of its own
 * priority are ready, one for what is below them, such as drawing, and one for idle work. Meanwhile a
 * source below all others stands in, so that a turn in which nobody else is ready is not lost. */
#define BUSY_MAX_US 4000
#define PASSED_TURNS 3
#define STAND_IN_PRIORITY G_PRIORITY_LOW

/* A wait that found something ready at once takes less. */
#define WAITED_MIN_US 1000

/* Who refers to a smaller part of something received than this, say a client's queue of short messages,
 * would keep a large multiple of what it counts. */
#define SHARED_PART 4

/* To copy less is cheaper than to refer to it. */
#define SHARED_MIN_BYTES 512

typedef struct
{
  GSource   source;
  WsPoller *poller; /* not a reference: the poller destroys its source before it goes */
} PollerSource;

/* Dispatches. */

gint64
ws_poller_refresh_time (WsPoller *self)
{
  self->now_us = g_get_monotonic_time ();

  return self->now_us;
}

void
ws_poller_begin_dispatch (WsPoller   *self,
                          WsDispatch *dispatch)
{
  ws_poller_ref (self);
  dispatch->outer = self->dispatch;
  dispatch->watch = NULL;
  self->dispatch = dispatch;
  self->depth++;
  ws_task_queue_note_thread (self->task_queue);
  ws_poller_refresh_time (self);
}

void
ws_poller_end_dispatch (WsPoller   *self,
                        WsDispatch *dispatch)
{
  g_assert (self->dispatch == dispatch);

  self->dispatch = dispatch->outer;
  self->depth--;
  ws_poller_unref (self);
}

void
ws_poller_call_ready (WsPoller    *self,
                      WsWatch     *watch,
                      WsPollEvents events)
{
  WsDispatch *dispatch = self->dispatch;

  dispatch->watch = watch;
  watch->funcs->ready (watch, events);
  dispatch->watch = NULL;
}

void
ws_poller_deliver (WsPoller *self,
                   WsWatch  *watch)
{
  /* The caller is a source of its own, so that no dispatch need hold what a handler may let go. */
  ws_poller_ref (self);
  if (self->dispatch != NULL && self->dispatch->watch == NULL)
    ws_poller_call_ready (self, watch, 0);
  else
    watch->funcs->ready (watch, 0);
  ws_poller_unref (self);
}

static gboolean
has_backlog (WsDispatch *dispatch)
{
  WsWatch *watch = dispatch->watch;

  return watch != NULL && watch->funcs->has_backlog != NULL && watch->funcs->has_backlog (watch);
}

/* Whether an iteration inside one of the dispatches under way has something to go on with. */
static gboolean
has_any_backlog (WsPoller *self)
{
  for (WsDispatch *dispatch = self->dispatch; dispatch != NULL; dispatch = dispatch->outer)
    if (has_backlog (dispatch))
      return TRUE;

  return FALSE;
}

/* The outer dispatches stay on the stack whatever the calls do. */
static void
deliver_backlogs (WsPoller *self)
{
  for (WsDispatch *outer = self->dispatch->outer; outer != NULL && !self->destroyed;
       outer = outer->outer)
    if (has_backlog (outer))
      ws_poller_call_ready (self, outer->watch, 0);
}

/* Timers. */

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
        /* One by one, since each call may remove and free this queue or the next. */
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

/* Idle calls. */

static void
append_call (WsPoller   *self,
             WsIdleCall *call)
{
  call->queued = TRUE;
  call->next = NULL;
  call->prev = self->calls_tail;

  if (self->calls_tail != NULL)
    self->calls_tail->next = call;
  else
    self->calls_head = call;

  self->calls_tail = call;

  if (call->func != NULL)
    self->n_calls++;
}

static void
unlink_call (WsPoller   *self,
             WsIdleCall *call)
{
  if (call->prev != NULL)
    call->prev->next = call->next;
  else
    self->calls_head = call->next;

  if (call->next != NULL)
    call->next->prev = call->prev;
  else
    self->calls_tail = call->prev;

  call->prev = NULL;
  call->next = NULL;
  call->queued = FALSE;

  if (call->func != NULL)
    self->n_calls--;
}

/* Makes the calls queued so far. A mark without a function ends them, since a call may queue others
 * and cancel any. A nested dispatch that comes upon the mark has made the calls before it, and
 * takes it out. */
static void
run_calls (WsPoller *self)
{
  WsIdleCall mark = { 0 };

  if (self->n_calls == 0)
    return;

  append_call (self, &mark);

  while (mark.queued)
    {
      WsIdleCall *call = self->calls_head;

      unlink_call (self, call);
      if (call->func != NULL)
        call->func (call);
    }
}

void
ws_poller_call_later (WsPoller   *self,
                      WsIdleCall *call)
{
  g_assert (call->func != NULL);

  if (!call->queued && !self->destroyed)
    append_call (self, call);
}

void
ws_poller_cancel_call (WsPoller   *self,
                       WsIdleCall *call)
{
  if (call->queued)
    unlink_call (self, call);
}

/* The source. */

static void
remove_stand_in (WsPoller *self)
{
  if (self->stand_in == NULL)
    return;

  g_source_destroy (self->stand_in);
  g_clear_pointer (&self->stand_in, g_source_unref);
}

static gboolean
poller_source_prepare (GSource *source,
                       int     *timeout_ms)
{
  WsPoller *self = ((PollerSource *) source)->poller;
  gint64    deadline_us = get_deadline (self);
  gint64    wait_us;

  *timeout_ms = -1;

  if (self->turns_to_pass > 0)
    {
      *timeout_ms = 0;
      return FALSE;
    }
  remove_stand_in (self);

  if (self->n_calls > 0 || has_any_backlog (self) || ws_poller_backend_has_fetched (self->backend) ||
      ws_task_queue_has_tasks (self->task_queue))
    return TRUE;

  self->wait_begin_us = g_source_get_time (source);
  if (deadline_us == G_MAXINT64)
    return FALSE;

  wait_us = deadline_us - self->wait_begin_us;
  if (wait_us <= 0)
    return TRUE;

  /* Rounded up: waking before the deadline would only spin until it. */
  *timeout_ms = (int) MIN ((wait_us + 999) / 1000, G_MAXINT);

  return FALSE;
}

static gboolean
poller_source_check (GSource *source)
{
  WsPoller *self = ((PollerSource *) source)->poller;
  gint64    now_us;

  if (self->turns_to_pass > 0)
    {
      self->turns_to_pass--;
      return FALSE;
    }

  now_us = g_source_get_time (source);
  if (now_us - self->wait_begin_us >= WAITED_MIN_US) /* nobody was ready meanwhile */
    self->busy_since_us = 0;
  if (ws_poller_backend_is_ready (self->backend) || ws_task_queue_has_tasks (self->task_queue) ||
      get_deadline (self) <= now_us)
    return TRUE;

  self->busy_since_us = 0;
  return FALSE;
}

static void serve (WsPoller *self);

/* Nobody else was ready. */
static gboolean
stand_in_dispatch (GSource    *source,
                   GSourceFunc callback,
                   gpointer    user_data)
{
  WsPoller *self = ((PollerSource *) source)->poller;

  self->turns_to_pass = 0;
  remove_stand_in (self);
  serve (self);

  return G_SOURCE_REMOVE;
}

static GSourceFuncs stand_in_funcs = { .dispatch = stand_in_dispatch };

static void
add_stand_in (WsPoller *self)
{
  remove_stand_in (self);
  self->stand_in = g_source_new (&stand_in_funcs, sizeof (PollerSource));
  ((PollerSource *) self->stand_in)->poller = self;
  g_source_set_name (self->stand_in, "WsPoller, after all others");
  g_source_set_priority (self->stand_in, STAND_IN_PRIORITY);
  g_source_set_ready_time (self->stand_in, 0);
  g_source_attach (self->stand_in, self->context);
}

/* At the end of a turn. Of a loop that a handler runs, the turns are passed as well: it may be one for as
 * long as a dialog is open. */
static void
note_busy_turn (WsPoller *self,
                gint64    start_us)
{
  if (self->destroyed)
    return;

  if (self->busy_since_us == 0)
    self->busy_since_us = start_us;
  if (g_get_monotonic_time () - self->busy_since_us < BUSY_MAX_US)
    return;

  self->busy_since_us = 0;
  self->turns_to_pass = PASSED_TURNS;
  add_stand_in (self);
}

static void
serve (WsPoller *self)
{
  WsDispatch dispatch;
  gint64     start_us;

  ws_poller_begin_dispatch (self, &dispatch);
  start_us = self->now_us;

  deliver_backlogs (self);
  if (!self->destroyed)
    ws_poller_backend_dispatch (self->backend);
  expire_timers (self);
  ws_task_queue_run (self->task_queue);
  run_calls (self);
  note_busy_turn (self, start_us);

  ws_poller_end_dispatch (self, &dispatch);
}

static gboolean
poller_source_dispatch (GSource    *source,
                        GSourceFunc callback,
                        gpointer    user_data)
{
  serve (((PollerSource *) source)->poller);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poller_source_funcs = {
  .prepare = poller_source_prepare,
  .check = poller_source_check,
  .dispatch = poller_source_dispatch,
};

WsPoller *
ws_poller_new (GMainContext *context)
{
  WsPoller *self = g_new0 (WsPoller, 1);

  self->ref_count = 1;
  self->context = g_main_context_ref (context != NULL ? context : g_main_context_default ());
  self->buffer_pool = ws_buffer_pool_new ();
  self->task_queue = ws_task_queue_new (self->context);

  self->source = g_source_new (&poller_source_funcs, sizeof (PollerSource));
  ((PollerSource *) self->source)->poller = self;
  g_source_set_name (self->source, "WsPoller");
  g_source_set_can_recurse (self->source, TRUE);
  self->backend = ws_poller_backend_new (self);
  g_source_attach (self->source, self->context);

  return self;
}

WsPoller *
ws_poller_ref (WsPoller *self)
{
  self->ref_count++;

  return self;
}

void
ws_poller_unref (WsPoller *self)
{
  g_assert (self->ref_count > 0);

  if (self->ref_count > 1)
    {
      self->ref_count--;
      return;
    }

  ws_poller_destroy (self);
  g_source_unref (self->source);
  g_main_context_unref (self->context);
  ws_buffer_pool_unref (self->buffer_pool);
  ws_task_queue_unref (self->task_queue);
  g_free (self->receive_buffer);
  g_free (self);
}

void
ws_poller_destroy (WsPoller *self)
{
  if (self->destroyed)
    return;

  self->destroyed = TRUE;
  g_source_destroy (self->source);
  remove_stand_in (self);
  g_clear_pointer (&self->backend, ws_poller_backend_free);

  self->timer_queues = NULL;
  self->timer_queues_serial++;

  while (self->calls_head != NULL)
    unlink_call (self, self->calls_head);

  /* Last: what is told then runs the application's code. */
  ws_task_queue_close (self->task_queue);
}

GMainContext *
ws_poller_get_context (WsPoller *self)
{
  return self->context;
}

guint
ws_poller_get_depth (WsPoller *self)
{
  return self->depth;
}

gint64
ws_poller_get_time (WsPoller *self)
{
  return self->depth > 0 ? self->now_us : g_get_monotonic_time ();
}

/* Watches. */

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

  for (WsDispatch *dispatch = self->dispatch; dispatch != NULL; dispatch = dispatch->outer)
    if (dispatch->watch == watch)
      dispatch->watch = NULL;

  ws_poller_backend_remove (self->backend, watch);
  watch->poller = NULL;
}

/* Memory. */

static void
push_received (WsPoller   *self,
               WsReceived *received)
{
  received->outer = self->received;
  self->received = received;
}

void
ws_poller_take_receive_buffer (WsPoller   *self,
                               WsReceived *received)
{
  gsize capacity;

  received->data = g_steal_pointer (&self->receive_buffer);
  if (received->data == NULL)
    received->data = ws_block_cache_take (WS_RECEIVE_BUFFER_BYTES, &capacity);
  received->size = WS_RECEIVE_BUFFER_BYTES;
  received->bytes = NULL;
  push_received (self, received);
}

void
ws_poller_lend_received (WsPoller   *self,
                         WsReceived *received,
                         GBytes     *bytes)
{
  received->data = (guint8 *) g_bytes_get_data (bytes, &received->size);
  received->bytes = g_bytes_ref (bytes);
  push_received (self, received);
}

void
ws_poller_give_received (WsPoller   *self,
                         WsReceived *received)
{
  g_assert (self->received == received);

  self->received = received->outer;
  if (received->bytes != NULL)
    g_bytes_unref (received->bytes);
  else if (self->receive_buffer == NULL)
    self->receive_buffer = received->data;
  else
    g_free (received->data);
}

static gboolean
lies_in (const WsReceived *received,
         const guint8     *data,
         gsize             length)
{
  return data >= received->data && length <= received->size &&
         data <= received->data + (received->size - length);
}

GBytes *
ws_poller_share_received (WsPoller     *self,
                          const guint8 *data,
                          gsize         length)
{
  WsReceived *received = self->received;

  if (length < SHARED_MIN_BYTES)
    return NULL;

  while (received != NULL && !lies_in (received, data, length))
    received = received->outer;
  if (received == NULL || length < received->size / SHARED_PART)
    return NULL;

  if (received->bytes == NULL)
    received->bytes = ws_block_cache_new_bytes (received->data, received->size, received->size);
  return g_bytes_new_from_bytes (received->bytes, (gsize) (data - received->data), length);
}

WsTaskQueue *
ws_poller_get_task_queue (WsPoller *self)
{
  return self->task_queue;
}

WsBufferPool *
ws_poller_get_buffer_pool (WsPoller *self)
{
  return self->buffer_pool;
}
