/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pings that the application sends. RFC 6455 §5.5.2. */
#include "wsserver/connection/ws-connection-blocking-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-keepalive-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-send-job-private.h"

static WsSendJob *
start_ping_job (WsConnection *self,
                GTask        *task)
{
  WsSendJob *job = ws_send_job_new (WS_JOB_PING, task);

  ws_connection_add_job (self, job);
  job->sequence = ws_connection_queue_ping (self);
  job->sent_us = self->extra->ping_sent_us;
  return job;
}

/**
 * ws_connection_send_ping:
 * @self: an open connection
 * @error: return location for an error, or %NULL
 *
 * Sends a ping, and with a positive [property@Ws.Connection:timeout] waits for its pong.
 *
 * While it waits the main context runs: other clients are served and signals are emitted. With a
 * timeout of 0 it returns at once. [signal@Ws.Connection::ping] reports the pong in both cases.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_SENDING` if the connection is not open, or ends meanwhile
 * - `WS_ERROR_TIMED_OUT` if no pong came within the timeout
 * - `WS_ERROR_INTERRUPTED` after [method@Ws.Connection.interrupt]
 *
 * Source: RFC 6455 §5.5.2; [Coming from IPWorks WSServer](coming-from-ipworks.html), Ping.
 *
 * Returns: %TRUE if the ping is on its way, or with a timeout, answered
 *
 * Since: 1.0
 */
gboolean
ws_connection_send_ping (WsConnection *self,
                         GError      **error)
{
  g_autoptr (WsSendJob) job = NULL;

  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_connection_check_open (self, error) || !ws_connection_check_can_block (self, error))
    return FALSE;
  if (self->timeout_s == 0)
    {
      ws_connection_queue_ping (self);
      return TRUE;
    }

  job = start_ping_job (self, NULL);
  return ws_connection_wait_for_job (self, job, error);
}

/**
 * ws_connection_send_ping_async:
 * @self: an open connection
 * @cancellable: (nullable): cancels the waiting
 * @callback: (scope async): called when the pong has come
 * @user_data: data for @callback
 *
 * Sends a ping and measures the time until its pong.
 *
 * ```c
 * static void
 * pong_cb (GObject *connection, GAsyncResult *result, gpointer user_data)
 * {
 *   gint64 microseconds = ws_connection_send_ping_finish (WS_CONNECTION (connection), result, NULL);
 *
 *   if (microseconds >= 0)
 *     g_print ("%" G_GINT64_FORMAT " µs\n", microseconds);
 * }
 *
 * static void
 * measure (WsConnection *connection)
 * {
 *   ws_connection_send_ping_async (connection, NULL, pong_cb, NULL);
 * }
 * ```
 *
 * Source: RFC 6455 §5.5.2.
 *
 * Since: 1.0
 */
void
ws_connection_send_ping_async (WsConnection       *self,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (WsSendJob) job = NULL;
  GError *error = NULL;

  g_return_if_fail (WS_IS_CONNECTION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ws_connection_send_ping_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (!ws_connection_check_open (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  job = start_ping_job (self, task);
}

/**
 * ws_connection_send_ping_finish:
 * @self: a connection
 * @result: the result given to the callback
 * @error: return location for an error, or %NULL
 *
 * Finishes [method@Ws.Connection.send_ping_async].
 *
 * Returns: the round-trip time in microseconds, or -1 with @error set
 *
 * Since: 1.0
 */
gint64
ws_connection_send_ping_finish (WsConnection *self,
                                GAsyncResult *result,
                                GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return (gint64) g_task_propagate_int (G_TASK (result), error);
}
