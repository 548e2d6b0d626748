/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the jobs of a connection wait, and how they are completed. */
#include "wsserver/connection/ws-connection-send-queue-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-memory-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-send-job-private.h"

static GQueue *
get_queue (WsConnection *self,
           WsSendJob    *job)
{
  WsConnectionExtra *extra = ws_connection_ensure_extra (self);

  switch (job->kind)
    {
    case WS_JOB_PING:
      return &extra->pings;
    case WS_JOB_CLOSE:
      return &extra->closers;
    case WS_JOB_MESSAGE:
    case WS_JOB_STREAM:
      return &extra->jobs;
    }

  g_assert_not_reached ();
}

static gsize
get_data_size (const WsSendJob *job)
{
  return job->data != NULL ? g_bytes_get_size (job->data) : 0;
}

void
ws_connection_enqueue_job (WsConnection *self,
                           WsSendJob    *job)
{
  GQueue *queue = get_queue (self, job);

  job->connection = self;
  g_queue_push_tail_link (queue, &ws_send_job_ref (job)->link);
  self->extra->waiting_bytes += get_data_size (job);
  if (queue == &self->extra->jobs && self->extra->next_job == NULL)
    self->extra->next_job = &job->link;
}

WsSendJob *
ws_connection_get_next_job (WsConnection *self)
{
  GList **next = &self->extra->next_job;

  while (*next != NULL && ((WsSendJob *) (*next)->data)->all_queued)
    *next = (*next)->next;

  return *next != NULL ? (*next)->data : NULL;
}

guint64
ws_connection_get_queued_bytes (WsConnection *self)
{
  return self->outbox.length + (self->extra != NULL ? self->extra->waiting_bytes : 0);
}

guint64
ws_connection_get_queue_memory (WsConnection *self)
{
  const WsConnectionExtra *extra = self->extra;

  if (extra == NULL)
    return self->outbox.length + self->outbox.kept;

  return self->outbox.length + self->outbox.kept + extra->waiting_bytes +
         WS_SEND_JOB_BYTES * (guint64) (extra->jobs.length + extra->pings.length + extra->closers.length);
}

/* Whether more than 1/divisor of ReadPauseQueue waits. A mark that MaxSendQueue keeps the queue below anyway
 * is none. A blocking call holds more than the client's answers, and its timeout begins anew with whatever
 * comes in. */
static gboolean
is_over_mark (WsConnection *self,
              guint         divisor)
{
  const WsSettings *settings = self->context->settings;
  guint64           mark = settings->read_pause_queue_bytes;

  return mark > 0 && mark < settings->max_send_queue_bytes &&
         (self->extra == NULL || self->extra->n_waits == 0) &&
         ws_connection_get_queue_memory (self) > mark / divisor;
}

static gboolean
must_pause_reading (WsConnection *self,
                    guint         divisor)
{
  return self->state == WS_STATE_OPEN && self->context != NULL &&
         (ws_connection_is_held_back (self) || is_over_mark (self, divisor));
}

void
ws_connection_note_queue (WsConnection *self)
{
  if (must_pause_reading (self, 1))
    self->reading_paused = TRUE;
}

void
ws_connection_resume_reading (WsConnection *self)
{
  if (!self->reading_paused || must_pause_reading (self, 2))
    return;

  self->reading_paused = FALSE;
  if (self->context != NULL)
    ws_connection_schedule (self, WS_PENDING_INPUT);
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

void
ws_connection_release_job_data (WsConnection *self,
                                WsSendJob    *job)
{
  if (job->data == NULL)
    return;

  self->extra->waiting_bytes -= get_data_size (job);
  g_clear_pointer (&job->data, g_bytes_unref);
}

/* --- completion ------------------------------------------------------------------------------ */

void
ws_connection_take_job_result (WsConnection *self,
                               WsSendJob    *job,
                               GError       *error)
{
  if (job->finished)
    {
      g_clear_error (&error);
      return;
    }

  job->finished = TRUE;
  job->error = error;
  job->connection = NULL;
  /* The data is freed with the job, where the application's free function may do anything. */
  self->extra->waiting_bytes -= get_data_size (job);
  if (job->cancel_source != NULL)
    {
      g_source_destroy (job->cancel_source);
      g_clear_pointer (&job->cancel_source, g_source_unref);
    }
  if (self->extra->next_job == &job->link)
    self->extra->next_job = job->link.next;
  g_queue_unlink (get_queue (self, job), &job->link);
  g_queue_push_tail_link (&self->extra->finished, &job->link);
  ws_connection_schedule (self, WS_PENDING_COMPLETIONS);
}

static void
fail_job (WsConnection *self,
          WsSendJob    *job,
          const char   *why)
{
  GError *error = NULL;

  /* To end is what a closing waits for. */
  if (job->kind != WS_JOB_CLOSE)
    g_set_error (&error, WS_ERROR, WS_ERROR_SENDING,
                 "Not everything was sent on connection %" G_GUINT64_FORMAT ": %s", self->id, why);
  ws_connection_take_job_result (self, job, error);
}

static void
fail_queue (WsConnection *self,
            GQueue       *queue,
            const char   *why)
{
  while (queue->head != NULL)
    fail_job (self, queue->head->data, why);
}

void
ws_connection_fail_all_jobs (WsConnection *self,
                             const char   *why)
{
  if (self->extra == NULL)
    return;

  fail_queue (self, &self->extra->jobs, why);
  fail_queue (self, &self->extra->pings, why);
  fail_queue (self, &self->extra->closers, why);
}

void
ws_connection_fail_waiting_jobs (WsConnection *self,
                                 const char   *why)
{
  if (self->extra == NULL)
    return;

  for (GList *link = self->extra->jobs.head, *next; link != NULL; link = next)
    {
      WsSendJob *job = link->data;

      next = link->next;
      if (!job->all_queued)
        fail_job (self, job, why);
    }
}

static void
report_job (WsSendJob *job)
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
ws_connection_report_completed_jobs (WsConnection *self)
{
  GList *link;

  while ((link = g_queue_pop_head_link (&self->extra->finished)) != NULL)
    {
      WsSendJob *job = link->data;

      report_job (job);
      ws_send_job_unref (job);
    }
}
