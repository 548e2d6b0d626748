/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends that somebody waits for: asynchronous ones, blocking ones, streams and pings. */
#include <errno.h>

#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-loop-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-send-private.h"
#include "wsserver/connection/ws-connection-stream-private.h"
#include "wsserver/connection/ws-send-job-private.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-private.h"

/* A handler may block, the handlers run meanwhile may block again, and so on: the stack is finite. */
#define MAX_NESTING 32

WsSendJob *
ws_send_job_new (WsJobKind kind,
                 GTask    *task)
{
  WsSendJob *job = g_rc_box_new0 (WsSendJob);

  job->kind = kind;
  job->size = -1;
  g_set_object (&job->task, task);
  if (task != NULL)
    g_set_object (&job->cancellable, g_task_get_cancellable (task));
  return job;
}

WsSendJob *
ws_send_job_ref (WsSendJob *job)
{
  return g_rc_box_acquire (job);
}

static void
clear_job (gpointer data)
{
  WsSendJob *job = data;

  g_clear_pointer (&job->data, g_bytes_unref);
  g_clear_object (&job->stream);
  g_clear_error (&job->error);
  g_clear_object (&job->task);
  g_clear_object (&job->cancellable);
  if (job->progress_destroy != NULL)
    job->progress_destroy (job->progress_data);
}

void
ws_send_job_unref (WsSendJob *job)
{
  g_rc_box_release_full (job, clear_job);
}

static GQueue *
get_queue (WsConnection *self,
           WsSendJob    *job)
{
  WsConnectionExtra *extra = ws_connection_get_extra (self);

  switch (job->kind)
    {
    case WS_JOB_PING:
      return &extra->pings;
    case WS_JOB_CLOSE:
      return &extra->closers;
    case WS_JOB_MESSAGE:
    case WS_JOB_STREAM:
    default:
      return &extra->jobs;
    }
}

static gboolean
job_cancelled_cb (GCancellable *cancellable,
                  gpointer      user_data)
{
  WsSendJob *job = user_data;

  /* A message whose frames are queued cannot be called back; it will say how it ended. */
  if (job->connection != NULL && !(job->kind == WS_JOB_MESSAGE && job->started))
    ws_connection_finish_job (job->connection, job,
                              g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The operation was cancelled"));
  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (WsConnection *self,
                   WsSendJob    *job)
{
  if (job->cancellable == NULL)
    return;

  job->cancel_source = g_cancellable_source_new (job->cancellable);
  g_source_set_callback (job->cancel_source, G_SOURCE_FUNC (job_cancelled_cb), ws_send_job_ref (job),
                         (GDestroyNotify) ws_send_job_unref);
  g_source_attach (job->cancel_source, ws_poller_get_context (self->context->poller));
}

void
ws_connection_add_job (WsConnection *self,
                       WsSendJob    *job)
{
  job->connection = self;
  g_queue_push_tail (get_queue (self, job), ws_send_job_ref (job));
  if (job->data != NULL)
    self->extra->waiting_bytes += g_bytes_get_size (job->data);
  watch_cancellable (self, job);
}

gboolean
ws_connection_is_streaming (WsConnection *self)
{
  if (self->extra == NULL)
    return FALSE;

  /* Only a stream keeps those behind it waiting, so it is enough to look at the last one: it is
   * the stream, or waits for one. */
  const WsSendJob *last = g_queue_peek_tail (&self->extra->jobs);

  return last != NULL && !last->all_queued;
}

static void
forget_data (WsConnection *self,
             WsSendJob    *job)
{
  if (job->data == NULL)
    return;

  self->extra->waiting_bytes -= g_bytes_get_size (job->data);
  g_clear_pointer (&job->data, g_bytes_unref);
}

static void
start_job (WsConnection *self,
           WsSendJob    *job)
{
  job->started = TRUE;
  if (job->kind == WS_JOB_MESSAGE && job->data != NULL)
    {
      g_autoptr (GBytes) data = g_bytes_ref (job->data);
      gsize         length;
      const guint8 *bytes = g_bytes_get_data (data, &length);

      forget_data (self, job);
      ws_connection_queue_message (self, job->opcode, bytes, length, data);
      job->all_queued = TRUE;
      job->target = self->written + self->outbox.length;
    }
}

/* TRUE if the job can go no further now and those behind it must wait. */
static gboolean
advance_job (WsConnection *self,
             WsSendJob    *job)
{
  if (!job->started)
    start_job (self, job);
  if (job->kind == WS_JOB_STREAM && !job->all_queued && !job->finished)
    ws_connection_pump_stream (self, job);

  return !job->all_queued && !job->finished;
}

void
ws_connection_run_jobs (WsConnection *self)
{
  WsConnectionExtra *extra = self->extra;

  if (extra->running_jobs)
    return;

  extra->running_jobs = TRUE;
  for (GList *link = extra->jobs.head; link != NULL && self->transport != NULL;)
    {
      g_autoptr (WsSendJob) job = ws_send_job_ref (link->data);

      if (advance_job (self, job))
        break;

      /* Advancing writes, and what fails then ends jobs: begin anew after any change. */
      if (job->connection != NULL && self->written >= job->target)
        {
          ws_connection_finish_job (self, job, NULL);
          link = extra->jobs.head;
        }
      else
        {
          link = job->connection != NULL ? link->next : extra->jobs.head;
        }
    }
  extra->running_jobs = FALSE;
}

void
ws_connection_finish_job (WsConnection *self,
                          WsSendJob    *job,
                          GError       *error)
{
  gboolean was_last_fragment_owed = job->kind == WS_JOB_STREAM && job->started && job->total > 0 &&
                                    !job->all_queued;

  if (job->finished)
    {
      g_clear_error (&error);
      return;
    }

  job->finished = TRUE;
  job->error = error;
  job->connection = NULL;
  forget_data (self, job);
  if (job->cancel_source != NULL)
    {
      g_source_destroy (job->cancel_source);
      g_clear_pointer (&job->cancel_source, g_source_unref);
    }
  g_queue_remove (get_queue (self, job), job);
  g_queue_push_tail (&self->extra->finished, job);
  ws_connection_schedule (self, WS_PENDING_COMPLETIONS);

  /* A message that is broken off still has to end before another can begin. RFC 6455 §5.4. */
  if (was_last_fragment_owed && self->state == WS_STATE_OPEN)
    ws_connection_queue_part (self, job->opcode, FALSE, TRUE, &job->compressed, NULL, 0, NULL);
  if (!self->extra->running_jobs && self->transport != NULL)
    ws_connection_run_jobs (self);
}

static void
fail_queue (WsConnection *self,
            GQueue       *queue,
            gboolean      only_waiting,
            const char   *why)
{
  GList *link = queue->head;

  while (link != NULL)
    {
      WsSendJob *job = link->data;
      GError    *error = NULL;

      link = link->next;
      if (only_waiting && job->all_queued)
        continue;
      if (job->kind != WS_JOB_CLOSE)
        g_set_error (&error, WS_ERROR, WS_ERROR_SENDING, "Not everything was sent on connection %s: %s",
                     ws_connection_get_connection_id (self), why);
      ws_connection_finish_job (self, job, error);
    }
}

void
ws_connection_fail_jobs (WsConnection *self,
                         gboolean      only_waiting,
                         const char   *why)
{
  gboolean was_running;

  if (self->extra == NULL)
    return;

  was_running = self->extra->running_jobs;
  self->extra->running_jobs = TRUE; /* nothing may start now */
  fail_queue (self, &self->extra->jobs, only_waiting, why);
  if (!only_waiting)
    {
      fail_queue (self, &self->extra->pings, FALSE, why);
      fail_queue (self, &self->extra->closers, FALSE, why);
    }
  self->extra->running_jobs = was_running;
}

static void
tell_job (WsSendJob *job)
{
  if (job->kind == WS_JOB_STREAM && job->stream != NULL && job->close_stream && !job->reading)
    g_input_stream_close (job->stream, NULL, NULL);

  if (job->task == NULL)
    return;
  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else if (job->kind == WS_JOB_PING)
    g_task_return_int (job->task, (gssize) job->result);
  else
    g_task_return_boolean (job->task, TRUE);
  g_clear_object (&job->task); /* which may own the job */
}

void
ws_connection_tell_finished_jobs (WsConnection *self)
{
  WsSendJob *job;

  while ((job = g_queue_pop_head (&self->extra->finished)) != NULL)
    {
      tell_job (job);
      ws_send_job_unref (job);
    }
}

/* --- blocking -------------------------------------------------------------------------------- */

static gboolean
wait_timeout_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE; /* it only has to wake the context */
}

/* Asked before anything is queued, so that a refused call leaves nothing behind. */
gboolean
ws_connection_check_can_block (WsConnection *self,
                               GError      **error)
{
  if (self->timeout_s == 0 || ws_poller_get_depth (self->context->poller) < MAX_NESTING)
    return TRUE;

  g_set_error (error, WS_ERROR, WS_ERROR_IN_PROGRESS,
               "[%d] Operation now in progress: blocking calls are nested %d deep in signal handlers",
               WS_ERROR_IN_PROGRESS, MAX_NESTING);
  return FALSE;
}

/* Grows with whatever goes out or comes in. */
static guint64
get_traffic (WsConnection *self)
{
  return self->written + self->bytes_received;
}

/* Iterates the context until the job is finished or nothing has moved for the timeout: any data sent
 * or received extends it. */
static void
iterate_until_finished (WsConnection *self,
                        WsSendJob    *job)
{
  g_autoptr (GMainContext) context = g_main_context_ref (ws_poller_get_context (self->context->poller));
  gint64  timeout_us = self->timeout_s * (gint64) G_USEC_PER_SEC;
  gint64  deadline = g_get_monotonic_time () + timeout_us;
  guint64 traffic = get_traffic (self);
  g_autoptr (GSource) wake = g_timeout_source_new (G_MAXUINT);

  g_source_set_callback (wake, wait_timeout_cb, NULL, NULL);
  g_source_attach (wake, context);
  while (!job->finished && g_get_monotonic_time () < deadline)
    {
      g_source_set_ready_time (wake, deadline);
      g_main_context_iteration (context, TRUE);
      if (get_traffic (self) != traffic && job->kind != WS_JOB_PING) /* a ping waits for its pong only */
        {
          traffic = get_traffic (self);
          deadline = g_get_monotonic_time () + timeout_us;
        }
    }
  g_source_destroy (wake);
}

gboolean
ws_connection_wait_for_job (WsConnection *self,
                            WsSendJob    *job,
                            GError      **error)
{
  gboolean was_corked = self->corked;

  g_object_ref (self);
  job->waited_for = TRUE;
  self->corked = FALSE;
  ws_connection_flush (self);
  if (!job->finished)
    iterate_until_finished (self, job);
  self->corked = was_corked;

  if (!job->finished)
    ws_connection_finish_job (
        self, job,
        g_error_new (WS_ERROR, WS_ERROR_TIMED_OUT,
                     "[%d] Connection timed out: nothing moved on connection %s for %d seconds",
                     WS_ERROR_TIMED_OUT, ws_connection_get_connection_id (self), self->timeout_s));
  g_object_unref (self);

  if (job->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&job->error));
      return FALSE;
    }

  return TRUE;
}

/**
 * ws_connection_interrupt:
 * @self: a connection
 * @error: return location for an error, or %NULL
 *
 * Breaks off what is being sent on this connection: a blocking call that waits, a file, a stream.
 *
 * The call or operation fails with `WS_ERROR_INTERRUPTED`; the connection stays open. A file or
 * stream of which a part has gone out ends its message there. Messages whose frames are queued still
 * go out. Without anything under way nothing happens.
 *
 * Sets @error to `WS_ERROR_SENDING` if the connection is not open.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Interrupt.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_connection_interrupt (WsConnection *self,
                         GError      **error)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_connection_check_open (self, error))
    return FALSE;
  if (self->extra == NULL)
    return TRUE;

  GQueue *queues[] = { &self->extra->jobs, &self->extra->pings };

  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    for (GList *link = queues[i]->head, *next; link != NULL; link = next)
      {
        WsSendJob *job = link->data;

        next = link->next;
        if (job->waited_for || job->kind == WS_JOB_STREAM)
          {
            ws_connection_finish_job (self, job,
                                      g_error_new (WS_ERROR, WS_ERROR_INTERRUPTED,
                                                   "[%d] Interrupted: connection %s", WS_ERROR_INTERRUPTED,
                                                   ws_connection_get_connection_id (self)));
            next = queues[i]->head;
          }
      }

  return TRUE;
}
