/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Closing: the public interface. */
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-closing-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-send-job-private.h"

static gboolean
check_close_arguments (guint       code,
                       const char *reason,
                       GError    **error)
{
  if (code != 0 && !ws_close_code_may_be_sent (code))
    {
      g_set_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT,
                   "[%d] Invalid argument: close code %u may not be sent; accepted are 1000 to 1003, 1007 to 1014 and 3000 to 4999",
                   WS_ERROR_INVALID_ARGUMENT, code);
      return FALSE;
    }
  if (reason != NULL && strlen (reason) > WS_CONTROL_PAYLOAD_MAX_LENGTH - 2)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT,
                   "[%d] Invalid argument: a close reason of %" G_GSIZE_FORMAT " bytes; at most %d are possible",
                   WS_ERROR_INVALID_ARGUMENT, strlen (reason), WS_CONTROL_PAYLOAD_MAX_LENGTH - 2);
      return FALSE;
    }
  if (reason != NULL && !g_utf8_validate (reason, -1, NULL))
    {
      g_set_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT, "[%d] Invalid argument: the close reason is not UTF-8",
                   WS_ERROR_INVALID_ARGUMENT);
      return FALSE;
    }

  return TRUE;
}

static gboolean
is_closing_or_closed (WsConnection *self)
{
  switch (self->state)
    {
    case WS_STATE_CLOSING:
    case WS_STATE_FLUSHING:
    case WS_STATE_FLUSHING_TO_LINGER:
    case WS_STATE_LINGERING:
    case WS_STATE_CLOSED:
      return TRUE;
    case WS_STATE_ACCEPTED:
    case WS_STATE_TLS_HANDSHAKE:
    case WS_STATE_CHECKING_REVOCATION:
    case WS_STATE_READING_REQUEST:
    case WS_STATE_READING_BODY:
    case WS_STATE_AWAITING_DECISION:
    case WS_STATE_RESPONDING:
    case WS_STATE_OPEN:
      return FALSE;
    }

  g_assert_not_reached ();
}

/**
 * ws_connection_close:
 * @self: a connection
 * @code: close code, 1000 to 1003, 1007 to 1014 or 3000 to 4999; 0 takes the settings
 *   DisconnectStatusCode and DisconnectStatusDescription
 * @reason: (nullable) (type filename): reason in UTF-8 without U+0000, at most 123 bytes; %NULL takes the
 *   standard text of @code
 * @error: return location for an error, or %NULL
 *
 * Begins the closing handshake.
 *
 * The close frame goes out behind what is queued. With WaitForCloseResponse the client's close
 * frame is awaited for CloseTimeout seconds; data that arrives until then is still delivered. Sends
 * fail from now on. [signal@Ws.Connection::disconnected] follows from the main loop. A request that
 * is not open yet is dropped.
 *
 * ```c
 * ws_connection_close (connection, 1008, "wrong password", NULL);
 * ```
 *
 * Sets @error to:
 *
 * - `WS_ERROR_SENDING` when the connection is closing or closed already
 * - `WS_ERROR_INVALID_ARGUMENT` for a code or reason that may not be sent
 *
 * Source: RFC 6455 §7.1.2; [Coming from IPWorks WSServer](coming-from-ipworks.html), Disconnect.
 *
 * Returns: %TRUE if the closing handshake has begun
 *
 * Since: 1.0
 */
gboolean
ws_connection_close (WsConnection *self,
                     guint         code,
                     const char   *reason,
                     GError      **error)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_close_arguments (code, reason, error))
    return FALSE;
  if (is_closing_or_closed (self))
    {
      g_set_error (error, WS_ERROR, WS_ERROR_SENDING, "Connection %s is closing or closed",
                   ws_connection_get_connection_id (self));
      return FALSE;
    }
  if (!ws_connection_check_process (self, error))
    return FALSE;

  if (code == 0)
    {
      code = self->context->settings->disconnect_status_code;
      if (reason == NULL && *self->context->settings->disconnect_status_description != '\0')
        reason = self->context->settings->disconnect_status_description;
    }
  if (reason == NULL)
    reason = ws_close_code_get_description (code);

  ws_connection_start_close (self, code, reason);
  return TRUE;
}

/**
 * ws_connection_close_async:
 * @self: a connection
 * @code: as in [method@Ws.Connection.close]
 * @reason: (nullable) (type filename): as in [method@Ws.Connection.close]
 * @cancellable: (nullable): cancels the waiting, not the closing
 * @callback: (scope async): called when the connection has ended
 * @user_data: data for @callback
 *
 * Begins the closing handshake, unless it has begun, and reports when the connection has ended.
 *
 * The callback runs before [signal@Ws.Connection::disconnected].
 *
 * Source: RFC 6455 §7.1.
 *
 * Since: 1.0
 */
void
ws_connection_close_async (WsConnection       *self,
                           guint               code,
                           const char         *reason,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (WsSendJob) job = NULL;
  GError *error = NULL;

  g_return_if_fail (WS_IS_CONNECTION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ws_connection_close_async);
  if (!check_close_arguments (code, reason, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->state == WS_STATE_CLOSED)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  job = ws_send_job_new (WS_JOB_CLOSE, task);
  ws_connection_add_job (self, job);
  if (!is_closing_or_closed (self))
    ws_connection_close (self, code, reason, NULL);
}

/**
 * ws_connection_close_finish:
 * @self: a connection
 * @result: the result given to the callback
 * @error: return location for an error, or %NULL
 *
 * Finishes [method@Ws.Connection.close_async].
 *
 * Returns: %TRUE when the connection has ended, however it did
 *
 * Since: 1.0
 */
gboolean
ws_connection_close_finish (WsConnection *self,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
