/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends that are waited for, and streams: they are carried out in order, as the outbox empties. */
#include "wsserver/connection/ws-connection-jobs-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-closing-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-log-private.h"
#include "wsserver/connection/ws-connection-memory-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-send-job-private.h"

/* While more than this waits in the outbox no more of a stream is read. */
#define LOW_WATER_BYTES (256 * 1024)
#define MAX_READ_BYTES (128 * 1024)

/* --- streams --------------------------------------------------------------------------------- */

static gsize
get_read_size (WsConnection *self)
{
  return MIN (self->context->settings->max_frame_bytes, MAX_READ_BYTES);
}

/* A text message that turns out to be invalid can be neither taken back nor ended well. */
static gboolean
check_stream_text (WsConnection *self,
                   WsSendJob    *job,
                   const guint8 *data,
                   gsize         length)
{
  GError *error = NULL;

  if (job->opcode != WS_OPCODE_TEXT || (length > 0 ? ws_utf8_validator_feed (&job->utf8, data, length)
                                                   : ws_utf8_validator_is_complete (&job->utf8)))
    return TRUE;

  g_set_error (&error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT,
               "[%d] Invalid argument: what was sent as text is not UTF-8 behind its first %" G_GUINT64_FORMAT " bytes",
               WS_ERROR_INVALID_ARGUMENT, job->total);
  /* No last fragment makes it look whole, and no other message may begin behind the first ones. */
  ws_connection_take_job_result (self, job, error);
  ws_connection_start_close (self, WS_CLOSE_CODE_INTERNAL_ERROR, "the message was broken off");
  return FALSE;
}

static void
queue_stream_part (WsConnection *self,
                   WsSendJob    *job,
                   GBytes       *bytes)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  gboolean      is_last = length == 0;
  WsPart        part = (job->total == 0 ? WS_PART_FIRST : 0) | (is_last ? WS_PART_LAST : 0);

  if (!check_stream_text (self, job, data, length))
    return;

  if (is_last)
    {
      /* Writing it may ask already whether the job is finished. */
      job->target = G_MAXUINT64;
      job->all_queued = TRUE;
    }
  job->total += length;
  ws_connection_queue_part (self, job->opcode, part, &job->compressed, data, length, bytes);
  if (is_last)
    job->target = self->outbox.written + self->outbox.length;
}

/* Without a caller that waits, the error signal reports it. */
void
ws_connection_take_reading_error (WsConnection *self,
                                  WsSendJob    *job,
                                  GError       *gio_error,
                                  const char   *subject)
{
  gboolean is_waited_for = job->task != NULL || job->waited_for;
  GError  *error = NULL;
  g_autoptr (GError) copy = NULL;

  ws_propagate_gio_error (&error, gio_error, subject);
  copy = g_error_copy (error);
  ws_connection_take_job_end (self, job, error);
  if (is_waited_for)
    return;

  ws_connection_log_error (self, "%s", copy->message);
  if (self->context != NULL)
    ws_connection_emit_error (self, copy->code, copy->message);
}

static void
stream_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (WsSendJob) job = user_data;
  g_autoptr (WsConnection) kept = job->connection != NULL ? g_object_ref (job->connection) : NULL;
  g_autoptr (GBytes) bytes = NULL;
  GError       *error = NULL;
  WsConnection *self;

  bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  /* A stream may keep the outbox from ever being empty. Writing goes on with the jobs, so this comes before
   * the job says that it has ended, and while its read is in flight: else the next message would begin before
   * the last fragment. */
  if (kept != NULL)
    ws_connection_queue_owed_pong (kept);

  self = job->connection;
  job->reading = FALSE;
  if (self == NULL) /* the connection has ended, or the job was broken off */
    {
      g_clear_error (&error);
      if (job->close_stream)
        g_input_stream_close (job->stream, NULL, NULL);
      return;
    }

  if (bytes == NULL)
    {
      ws_connection_take_reading_error (self, job, error, "reading what is to be sent");
    }
  else
    {
      queue_stream_part (self, job, bytes);
      if (job->progress != NULL && job->connection != NULL)
        job->progress ((goffset) job->total, job->size, job->progress_data);
      if (self->transport != NULL)
        ws_connection_run_jobs (self);
    }
}

static void
read_stream (WsConnection *self,
             WsSendJob    *job)
{
  if (job->stream == NULL || job->reading || self->outbox.length > LOW_WATER_BYTES ||
      self->state != WS_STATE_OPEN)
    return;

  /* The callback belongs to the server's context, whatever is the thread's default now. */
  g_autoptr (GMainContext) context = g_main_context_ref (ws_poller_get_context (self->context->poller));
  gboolean foreign = context != g_main_context_get_thread_default ();

  job->reading = TRUE;
  if (foreign)
    g_main_context_push_thread_default (context);
  g_input_stream_read_bytes_async (job->stream, get_read_size (self), G_PRIORITY_DEFAULT,
                                   job->task != NULL ? g_task_get_cancellable (job->task) : NULL,
                                   stream_read_cb, ws_send_job_ref (job));
  if (foreign)
    g_main_context_pop_thread_default (context);
}

/* --- the order of jobs ----------------------------------------------------------------------- */

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

      ws_connection_release_job_data (self, job);
      ws_connection_queue_message (self, job->opcode, bytes, length, data);
      job->all_queued = TRUE;
      job->target = self->outbox.written + self->outbox.length;
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
    read_stream (self, job);

  return !job->all_queued && !job->finished;
}

/* The first job is always the first to be written as a whole. */
static gboolean
is_head_written (WsConnection *self)
{
  const WsSendJob *head = g_queue_peek_head (&self->extra->jobs);

  return head != NULL && head->all_queued && self->outbox.written >= head->target;
}

void
ws_connection_run_jobs (WsConnection *self)
{
  WsConnectionExtra *extra = self->extra;

  if (extra->running_jobs)
    return;

  /* The application's streams are read, and its bytes freed. Advancing writes, and what fails then ends jobs:
   * each step looks anew. */
  g_object_ref (self);
  extra->running_jobs = TRUE;
  while (self->transport != NULL)
    {
      g_autoptr (WsSendJob) job = NULL;

      if (is_head_written (self))
        {
          ws_connection_take_job_end (self, g_queue_peek_head (&extra->jobs), NULL);
          continue;
        }

      job = ws_connection_get_next_job (self);
      if (job == NULL || advance_job (self, ws_send_job_ref (job)))
        break;
    }
  extra->running_jobs = FALSE;
  g_object_unref (self);
}

void
ws_connection_take_job_end (WsConnection *self,
                            WsSendJob    *job,
                            GError       *error)
{
  gboolean is_last_fragment_owed = job->kind == WS_JOB_STREAM && job->started && job->total > 0 &&
                                   !job->all_queued && !job->finished;

  ws_connection_take_job_result (self, job, error);

  /* A message that is broken off still has to end before another can begin. RFC 6455 §5.4. */
  if (is_last_fragment_owed && self->state == WS_STATE_OPEN)
    ws_connection_queue_part (self, job->opcode, WS_PART_LAST, &job->compressed, NULL, 0, NULL);
  if (!self->extra->running_jobs && self->transport != NULL)
    ws_connection_run_jobs (self);
}

static gboolean
job_cancelled_cb (GCancellable *cancellable,
                  gpointer      user_data)
{
  WsSendJob *job = user_data;
  g_autoptr (WsConnection) kept = job->connection != NULL ? g_object_ref (job->connection) : NULL;

  /* A message whose frames are queued cannot be called back; it will say how it ended. */
  if (job->connection != NULL && !(job->kind == WS_JOB_MESSAGE && job->started))
    ws_connection_take_job_end (job->connection, job,
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
  ws_connection_enqueue_job (self, job);
  ws_connection_count_memory (self);
  watch_cancellable (self, job);
}
