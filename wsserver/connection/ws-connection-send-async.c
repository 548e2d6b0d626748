/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending from any thread. In the thread that runs the server's context a message is queued at once. In
 * another thread it goes through the task queue of the poller, and nothing of the connection is touched. */
#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-conductor-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-send-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-send-job-private.h"

/* What a message that waits in the task queue counts beside its payload. */
#define MESSAGE_OVERHEAD_BYTES 256

typedef struct
{
  WsTask        queued;
  WsConnection *connection; /* a reference */
  WsOpcode      opcode;
  GBytes       *data;
  GTask        *task; /* NULL: the caller does not ask for the result */
  GCancellable *cancellable;
} Message;

static Message *
message_new (WsConnection *connection,
             WsOpcode      opcode,
             GBytes       *data,
             GTask        *task,
             GCancellable *cancellable)
{
  Message *self = g_new0 (Message, 1);

  self->queued.size_bytes = g_bytes_get_size (data) + MESSAGE_OVERHEAD_BYTES;
  self->connection = g_object_ref (connection);
  self->opcode = opcode;
  self->data = g_bytes_ref (data);
  g_set_object (&self->task, task);
  g_set_object (&self->cancellable, cancellable);
  return self;
}

static void
message_free (Message *self)
{
  g_clear_object (&self->cancellable);
  g_clear_object (&self->task);
  g_bytes_unref (self->data);
  g_object_unref (self->connection);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Message, message_free)

/* Takes the error. */
static void
fail_task (GTask  *task,
           GError *error)
{
  if (task != NULL)
    g_task_return_error (task, error);
  else
    g_error_free (error);
}

/* In the thread of the server's context. */
static gboolean
queue (WsConnection *self,
       WsOpcode      opcode,
       GBytes       *data,
       GTask        *task,
       GCancellable *cancellable,
       GError      **error)
{
  g_autoptr (WsSendJob) job = NULL;
  gsize         length;
  const guint8 *bytes = g_bytes_get_data (data, &length);

  if (!ws_connection_check_can_start_message (self, error) ||
      !ws_connection_has_room (self, ws_connection_get_frames_size (self, length), error))
    return FALSE;

  if (task == NULL && !ws_connection_is_streaming (self))
    {
      ws_connection_queue_message (self, opcode, bytes, length, data);
      return TRUE;
    }

  job = ws_send_job_new (WS_JOB_MESSAGE, task);
  g_set_object (&job->cancellable, cancellable);
  job->opcode = opcode;
  job->data = g_bytes_ref (data);
  ws_connection_add_job (self, job);
  ws_connection_run_jobs (self);
  return TRUE;
}

/* --- from other threads ---------------------------------------------------------------------- */

static void
end_gathering (WsConnection *self)
{
  self->corked = FALSE;
  ws_connection_flush (self);
}

static void
send_queued (WsConnection *self,
             Message      *message)
{
  GError *error = NULL;

  self->corked = self->state == WS_STATE_OPEN;
  if (!g_cancellable_set_error_if_cancelled (message->cancellable, &error) &&
      queue (self, message->opcode, message->data, message->task, message->cancellable, &error))
    return;

  /* The callback may run the main loop, and wait for what has been gathered and for what it sends itself. */
  end_gathering (self);
  fail_task (message->task, error);
}

/* Messages of other threads to one connection are sent with one write. */
static void
deliver_messages (gpointer addressee,
                  guint    n_max)
{
  g_autoptr (WsConnection) self = g_object_ref (addressee);
  gboolean was_corked = self->corked;

  for (guint n = 0; n < n_max; n++)
    {
      g_autoptr (Message) message = (Message *) ws_task_queue_take (self->task_queue, self);

      if (message == NULL)
        break;
      send_queued (self, message);
    }
  end_gathering (self);
  self->corked = was_corked;

  if (self->pending != 0 && self->dispatching == 0)
    ws_connection_run_pending (self);
}

static void
hand_over (WsConnection *self,
           WsOpcode      opcode,
           GBytes       *data,
           GTask        *task,
           GCancellable *cancellable)
{
  g_autoptr (Message) message = message_new (self, opcode, data, task, cancellable);

  switch (ws_task_queue_post (self->task_queue, self, deliver_messages, &message->queued))
    {
    case WS_TASK_POSTED:
      g_steal_pointer (&message);
      break;
    case WS_TASK_FULL:
      fail_task (task,
                 g_error_new (
                     WS_ERROR, WS_ERROR_WOULD_BLOCK,
                     "[%d] Operation would block: messages of other threads wait for connection %" G_GUINT64_FORMAT
                     ", and another of %" G_GSIZE_FORMAT " bytes would exceed MaxSendQueue",
                     WS_ERROR_WOULD_BLOCK, self->id, g_bytes_get_size (data)));
      break;
    case WS_TASK_CLOSED:
    default:
      fail_task (task,
                 g_error_new (WS_ERROR, WS_ERROR_SENDING, "Connection %" G_GUINT64_FORMAT " is closed", self->id));
      break;
    }
}

/* --- the call -------------------------------------------------------------------------------- */

static void
send_here (WsConnection *self,
           WsDataFormat  format,
           GBytes       *data,
           GTask        *task,
           GCancellable *cancellable)
{
  GError       *error = NULL;
  gsize         length;
  const guint8 *bytes = g_bytes_get_data (data, &length);

  if (!ws_connection_check_open (self, &error) ||
      !ws_connection_resolve_format (&format, bytes, length, &error) ||
      !queue (self, (WsOpcode) format, data, task, cancellable, &error))
    fail_task (task, error);
}

static void
send_from_elsewhere (WsConnection *self,
                     WsDataFormat  format,
                     GBytes       *data,
                     GTask        *task,
                     GCancellable *cancellable)
{
  GError       *error = NULL;
  gsize         length;
  const guint8 *bytes = g_bytes_get_data (data, &length);

  if (ws_connection_resolve_format (&format, bytes, length, &error))
    hand_over (self, (WsOpcode) format, data, task, cancellable);
  else
    fail_task (task, error);
}

/**
 * ws_connection_send_async:
 * @self: an open connection
 * @format: `WS_DATA_FORMAT_AUTOMATIC`, `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY`
 * @data: what to send; referenced, not copied
 * @cancellable: (nullable): takes the message back while it waits behind a stream or in the task queue
 * @callback: (scope async) (nullable): called when the system has taken the whole message
 * @user_data: data for @callback
 *
 * Sends a message, and reports when the system has taken it or that it was not sent.
 *
 * It never blocks and ignores [property@Ws.Connection:timeout]. It fails like
 * [method@Ws.Connection.send].
 *
 * This method may be called from any thread. If it is not the thread that runs the server's main context, the
 * message is handed over to that thread:
 *
 * - Messages of one thread to one connection stay in order. Messages of the server's own thread do not wait
 *   for them.
 * - Messages that wait to be handed over to one connection are limited by MaxSendQueue as well. They are
 *   counted apart from the connection's queue, each with its payload and 256 bytes. Over either limit the
 *   message fails with `WS_ERROR_WOULD_BLOCK`. [signal@Ws.Server::ready-to-send] is not for other threads:
 *   wait for the callback of an earlier message.
 * - If the connection, its server or its client ends meanwhile, the message fails with `WS_ERROR_SENDING`.
 *
 * @callback is called in the thread-default main context of the caller. A thread without one uses the global
 * default context, which usually runs in the main thread. If no thread runs it, pass %NULL.
 *
 * ```c
 * static void
 * sent_cb (GObject *connection, GAsyncResult *result, gpointer user_data)
 * {
 *   g_autoptr (GError) error = NULL;
 *
 *   if (!ws_connection_send_finish (WS_CONNECTION (connection), result, &error))
 *     g_warning ("%s", error->message);
 * }
 *
 * static void
 * send_result (WsConnection *connection, GBytes *bytes)
 * {
 *   ws_connection_send_async (connection, WS_DATA_FORMAT_BINARY, bytes, NULL, sent_cb, NULL);
 * }
 * ```
 *
 * Since: 1.0
 */
void
ws_connection_send_async (WsConnection       *self,
                          WsDataFormat        format,
                          GBytes             *data,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (WsConnection) kept = NULL;
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (WS_IS_CONNECTION (self));
  g_return_if_fail (format <= WS_DATA_FORMAT_BINARY);
  g_return_if_fail (data != NULL);

  kept = g_object_ref (self);
  /* Without a callback there is no task: it would report its end in a context that perhaps no thread runs. */
  if (callback != NULL)
    {
      task = g_task_new (self, cancellable, callback, user_data);
      g_task_set_source_tag (task, ws_connection_send_async);
      g_task_set_check_cancellable (task, FALSE); /* a message whose frames are queued arrives all the same */
    }

  if (g_cancellable_set_error_if_cancelled (cancellable, &error))
    {
      fail_task (task, error);
    }
  else if (ws_task_queue_enter (self->task_queue))
    {
      send_here (self, format, data, task, cancellable);
      ws_task_queue_leave (self->task_queue);
    }
  else
    {
      send_from_elsewhere (self, format, data, task, cancellable);
    }
}

/**
 * ws_connection_send_finish:
 * @self: a connection
 * @result: the result given to the callback
 * @error: return location for an error, or %NULL
 *
 * Finishes [method@Ws.Connection.send_async].
 *
 * Returns: %TRUE if the message has been handed to the system
 *
 * Since: 1.0
 */
gboolean
ws_connection_send_finish (WsConnection *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
