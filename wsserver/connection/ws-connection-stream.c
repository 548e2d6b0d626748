/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files and streams sent as one message without holding them in memory. */
#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-blocking-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-send-job-private.h"
#include "wsserver/io/ws-file-opener-private.h"

static WsOpcode
get_stream_opcode (WsConnection *self)
{
  return self->data_format == WS_DATA_FORMAT_TEXT ? WS_OPCODE_TEXT : WS_OPCODE_BINARY;
}

static WsSendJob *
start_stream (WsConnection *self,
              GInputStream *stream,
              gboolean      close_stream,
              goffset       size,
              GTask        *task)
{
  WsSendJob *job = ws_send_job_new (WS_JOB_STREAM, task);

  job->opcode = get_stream_opcode (self);
  job->stream = g_object_ref (stream);
  job->close_stream = close_stream;
  job->size = size;
  ws_connection_add_job (self, job);
  return job;
}

/* Waits when the connection's timeout is positive. */
static gboolean
run_and_wait (WsConnection *self,
              WsSendJob    *job,
              GError      **error)
{
  ws_connection_run_jobs (self);
  if (self->timeout_s == 0)
    return TRUE;

  return ws_connection_wait_for_job (self, job, error);
}

static gboolean
send_stream_now (WsConnection *self,
                 GInputStream *stream,
                 gboolean      close_stream,
                 GError      **error)
{
  g_autoptr (WsSendJob) job = NULL;

  if (!ws_connection_check_can_block (self, error))
    return FALSE;

  job = start_stream (self, stream, close_stream, -1, NULL);
  return run_and_wait (self, job, error);
}

/* What a pipe or a device says of its size means nothing. */
static goffset
get_size (GFileInputStream *stream)
{
  g_autoptr (GFileInfo) info = g_file_input_stream_query_info (
      stream, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE, NULL, NULL);

  return info != NULL && g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR ? g_file_info_get_size (info)
                                                                                 : -1;
}

/* stream: of the job, or NULL with an error. */
static void
take_opened_file (WsSendJob    *job,
                  GInputStream *stream,
                  goffset       size,
                  GError       *error,
                  const char   *name)
{
  WsConnection *self = job->connection;
  g_autoptr (WsConnection) kept = self != NULL ? g_object_ref (self) : NULL; /* handlers may drop it */

  if (self == NULL) /* the connection has ended, or the job was broken off */
    {
      g_clear_object (&stream);
      g_clear_error (&error);
      return;
    }
  if (stream == NULL)
    {
      ws_connection_take_reading_error (self, job, error, name);
      return;
    }

  job->size = size;
  job->stream = stream;
  ws_connection_run_jobs (self);
}

static void
local_file_opened_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr (WsSendJob) job = user_data;
  GError       *error = NULL;
  goffset       size;
  GInputStream *stream = ws_file_open_finish (result, &size, &error);

  take_opened_file (job, stream, size, error, NULL);
}

static void
file_opened_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (WsSendJob) job = user_data;
  g_autofree char  *name = g_file_get_parse_name (G_FILE (source));
  GError           *error = NULL;
  GFileInputStream *stream = g_file_read_finish (G_FILE (source), result, &error);
  goffset           size = stream != NULL ? get_size (stream) : -1;

  take_opened_file (job, (GInputStream *) stream, size, error, name);
}

/* The job has its place among the messages before its file is open. */
static void
open_job_file (WsSendJob    *job,
               GFile        *file,
               GCancellable *cancellable)
{
  if (g_file_is_native (file))
    ws_file_open_async (g_file_peek_path (file), cancellable, local_file_opened_cb, ws_send_job_ref (job));
  else
    g_file_read_async (file, G_PRIORITY_DEFAULT, cancellable, file_opened_cb, ws_send_job_ref (job));
}

static WsSendJob *
start_unopened_file (WsConnection *self,
                     const char   *filename)
{
  g_autoptr (GFile) file = g_file_new_for_path (filename);
  WsSendJob *job = ws_send_job_new (WS_JOB_STREAM, NULL);

  job->opcode = get_stream_opcode (self);
  job->close_stream = TRUE;
  ws_connection_add_job (self, job);
  g_main_context_push_thread_default (ws_poller_get_context (self->context->poller));
  open_job_file (job, file, NULL);
  g_main_context_pop_thread_default (ws_poller_get_context (self->context->poller));
  return job;
}

/* Opening a file may take for ever: a pipe without a writer, a mount that does not answer. Other clients must
 * not wait for that. */
static WsSendJob *
start_file (WsConnection *self,
            const char   *filename,
            GError      **error)
{
  g_autoptr (GInputStream) stream = NULL;
  goffset size = -1;

  switch (ws_file_open (filename, &stream, &size, error))
    {
    case WS_FILE_OPENED:
      return start_stream (self, stream, TRUE, size, NULL);
    case WS_FILE_PENDING:
      return start_unopened_file (self, filename);
    case WS_FILE_FAILED:
      return NULL;
    }

  g_assert_not_reached ();
}

/**
 * ws_connection_send_file:
 * @self: an open connection
 * @filename: (type filename): a file, a pipe or a device
 * @error: return location for an error, or %NULL
 *
 * Sends the content of a file as one message.
 *
 * It is read as the client takes it and never held in memory as a whole. It is a text message if
 * [property@Ws.Connection:data-format] is `WS_DATA_FORMAT_TEXT`, else a binary one. Messages sent
 * meanwhile go out behind it. With a positive [property@Ws.Connection:timeout] the call returns when
 * all has been handed to the system; the main context runs meanwhile. With 0 it returns at once, and
 * [signal@Ws.Connection::error] reports if reading fails later; the message ends there.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_SENDING` if the connection is not open, or ends meanwhile
 * - `WS_ERROR_INVALID_ARGUMENT`, `WS_ERROR_ACCESS_DENIED` … if the file cannot be read; the text
 *   names it
 * - `WS_ERROR_TIMED_OUT`, `WS_ERROR_INTERRUPTED`
 *
 * Source: RFC 6455 §5.4; [Coming from IPWorks WSServer](coming-from-ipworks.html), SendFile.
 *
 * Returns: %TRUE if it was sent, or with a timeout of 0, begun
 *
 * Since: 1.0
 */
gboolean
ws_connection_send_file (WsConnection *self,
                         const char   *filename,
                         GError      **error)
{
  g_autoptr (WsSendJob) job = NULL;

  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (filename != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_connection_check_can_start_message (self, error))
    return FALSE;

  if (!ws_connection_check_can_block (self, error))
    return FALSE;

  job = start_file (self, filename, error);
  return job != NULL && run_and_wait (self, job, error);
}

/**
 * ws_connection_set_upload_stream:
 * @self: an open connection
 * @stream: a stream to read
 * @error: return location for an error, or %NULL
 *
 * Sends what a stream gives until its end, as one message.
 *
 * Otherwise like [method@Ws.Connection.send_file]. The stream is closed afterwards, unless
 * CloseStreamAfterTransfer is False.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SetUploadStream.
 *
 * Returns: %TRUE if it was sent, or with a timeout of 0, begun
 *
 * Since: 1.0
 */
gboolean
ws_connection_set_upload_stream (WsConnection *self,
                                 GInputStream *stream,
                                 GError      **error)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_connection_check_can_start_message (self, error))
    return FALSE;

  return send_stream_now (self, stream, self->context->settings->close_stream_after_transfer, error);
}

/**
 * ws_connection_send_stream_async:
 * @self: an open connection
 * @stream: a stream to read
 * @cancellable: (nullable): breaks the message off
 * @callback: (scope async): called when all has been handed to the system
 * @user_data: data for @callback
 *
 * Sends what a stream gives until its end, as one message.
 *
 * The stream is closed afterwards, unless CloseStreamAfterTransfer is False. When it is cancelled
 * after a part has gone out, the message ends there.
 *
 * Since: 1.0
 */
void
ws_connection_send_stream_async (WsConnection       *self,
                                 GInputStream       *stream,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (WsSendJob) job = NULL;
  GError *error = NULL;

  g_return_if_fail (WS_IS_CONNECTION (self));
  g_return_if_fail (G_IS_INPUT_STREAM (stream));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ws_connection_send_stream_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (!ws_connection_check_can_start_message (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  job = start_stream (self, stream, self->context->settings->close_stream_after_transfer, -1, task);
  ws_connection_run_jobs (self);
}

/**
 * ws_connection_send_stream_finish:
 * @self: a connection
 * @result: the result given to the callback
 * @error: return location for an error, or %NULL
 *
 * Finishes [method@Ws.Connection.send_stream_async].
 *
 * Returns: %TRUE if all of it was sent
 *
 * Since: 1.0
 */
gboolean
ws_connection_send_stream_finish (WsConnection *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * ws_connection_send_file_async:
 * @self: an open connection
 * @file: the file
 * @cancellable: (nullable): breaks the message off
 * @progress_callback: (nullable) (scope notified) (closure progress_callback_data) (destroy progress_callback_destroy):
 *   called as the file is read, with the bytes so far and in total (-1 if unknown)
 * @progress_callback_data: data for @progress_callback
 * @progress_callback_destroy: (nullable): frees @progress_callback_data
 * @callback: (scope async): called when all has been handed to the system
 * @user_data: data for @callback
 *
 * Sends the content of a file as one message.
 *
 * Otherwise like [method@Ws.Connection.send_stream_async].
 *
 * ```c
 * static void
 * progress_cb (goffset current, goffset total, gpointer user_data)
 * {
 *   g_print ("%" G_GOFFSET_FORMAT " of %" G_GOFFSET_FORMAT " bytes\n", current, total);
 * }
 *
 * static void
 * sent_cb (GObject *connection, GAsyncResult *result, gpointer user_data)
 * {
 *   g_autoptr (GError) error = NULL;
 *
 *   if (!ws_connection_send_file_finish (WS_CONNECTION (connection), result, &error))
 *     g_warning ("%s", error->message);
 * }
 *
 * static void
 * send_film (WsConnection *connection)
 * {
 *   g_autoptr (GFile) film = g_file_new_for_path ("film.webm");
 *
 *   ws_connection_send_file_async (connection, film, NULL, progress_cb, NULL, NULL, sent_cb, NULL);
 * }
 * ```
 *
 * Since: 1.0
 */
void
ws_connection_send_file_async (WsConnection         *self,
                               GFile                *file,
                               GCancellable         *cancellable,
                               GFileProgressCallback progress_callback,
                               gpointer              progress_callback_data,
                               GDestroyNotify        progress_callback_destroy,
                               GAsyncReadyCallback   callback,
                               gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (WsSendJob) job = NULL;
  GError *error = NULL;

  g_return_if_fail (WS_IS_CONNECTION (self));
  g_return_if_fail (G_IS_FILE (file));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ws_connection_send_file_async);
  job = ws_send_job_new (WS_JOB_STREAM, task);
  job->opcode = get_stream_opcode (self);
  job->close_stream = TRUE;
  job->progress = progress_callback;
  job->progress_data = progress_callback_data;
  job->progress_destroy = progress_callback_destroy;
  if (g_task_return_error_if_cancelled (task))
    return;
  if (!ws_connection_check_can_start_message (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  ws_connection_add_job (self, job);
  open_job_file (job, file, cancellable);
}

/**
 * ws_connection_send_file_finish:
 * @self: a connection
 * @result: the result given to the callback
 * @error: return location for an error, or %NULL
 *
 * Finishes [method@Ws.Connection.send_file_async].
 *
 * Returns: %TRUE if all of it was sent
 *
 * Since: 1.0
 */
gboolean
ws_connection_send_file_finish (WsConnection *self,
                                GAsyncResult *result,
                                GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
