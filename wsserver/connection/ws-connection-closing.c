/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* How connections end. RFC 6455 §7. */
#include <errno.h>
#include <string.h>

#include "wsserver/connection/ws-connection-closing-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-input-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-loop-private.h"
#include "wsserver/connection/ws-connection-opening-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/connection/ws-send-job-private.h"
#include "wsserver/io/ws-byte-buffer-private.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-private.h"

static void
set_end (WsConnection *self,
         guint         code,
         const char   *description)
{
  self->close_code = code;
  if (description != self->description)
    {
      g_free (self->description);
      self->description = g_strdup (description);
    }
}

static void
arm_phase_timer (WsConnection *self,
                 WsTimerQueue *queue)
{
  /* By the clock, not by the time at which a long dispatch began. */
  ws_timer_arm (&self->phase_timer, queue, g_get_monotonic_time ());
}

static void
queue_close_frame (WsConnection *self,
                   guint         code,
                   const char   *reason)
{
  guint8 payload[WS_CONTROL_PAYLOAD_MAX_LENGTH];
  gsize  length = ws_close_payload_write (payload, code, reason);

  if (self->close_sent)
    return;

  self->close_sent = TRUE;
  ws_connection_queue_control (self, WS_OPCODE_CLOSE, payload, length);
}

static void
drop_received (WsConnection *self)
{
  self->input_length = 0;
  if (self->extra != NULL)
    {
      ws_byte_buffer_clear (&self->extra->message);
      ws_byte_buffer_clear (&self->extra->held);
      ws_byte_buffer_clear (&self->extra->head);
    }
}

void
ws_connection_end (WsConnection *self,
                   guint         code,
                   const char   *description)
{
  if (self->state == WS_STATE_CLOSED)
    return;

  set_end (self, code, description);
  self->state = WS_STATE_CLOSED;
  ws_timer_disarm (&self->phase_timer);
  ws_timer_disarm (&self->idle_timer);
  ws_timer_disarm (&self->ping_timer);
  ws_poller_remove_watch (self->context->poller, &self->watch);
  g_clear_pointer (&self->transport, ws_transport_free);
  drop_received (self);
  ws_protocol_clear (&self->protocol);
  g_clear_pointer (&self->deflater, ws_deflater_free);
  ws_connection_forget_open_request (self);
  ws_connection_end_tls (self);
  ws_connection_fail_jobs (self, FALSE, self->description);
  ws_outbox_clear (&self->outbox);
  ws_connection_schedule (self, WS_PENDING_END);
}

void
ws_connection_lost (WsConnection *self,
                    GError       *error)
{
  if (self->state == WS_STATE_CLOSED)
    {
      g_clear_error (&error);
      return;
    }

  /* After a complete closing handshake the rest is the operating system's affair. */
  if (self->state == WS_STATE_LINGERING || (self->state == WS_STATE_ENDING && self->close_received))
    {
      g_clear_error (&error);
      ws_connection_end (self, self->close_code, self->description);
      return;
    }

  if (error == NULL)
    ws_set_error_from_errno (&error, ECONNRESET, NULL);
  self->tell_fault = self->tls != NULL && error->code >= WS_ERROR_TLS_LIBRARY &&
                     error->code <= WS_ERROR_DECRYPT;
  g_clear_error (&self->fault);
  self->fault = error;
  ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, error->message);
}

void
ws_connection_drained (WsConnection *self)
{
  if (self->state == WS_STATE_ENDING && !self->linger)
    {
      /* close_notify ends TLS in order. RFC 8446 §6.1. */
      if (self->tls != NULL)
        ws_transport_shutdown_write (self->transport);
      ws_connection_end (self, self->close_code, self->description);
      return;
    }

  /* Closing at once with bytes unread would make the system send a reset, which can overtake our
   * last bytes; so only our side is shut down until the peer has ended its own. */
  ws_transport_shutdown_write (self->transport);
  self->state = WS_STATE_LINGERING;
  arm_phase_timer (self, &self->context->linger_timers);
  if (self->peer_finished)
    ws_connection_end (self, self->close_code, self->description);
}

void
ws_connection_peer_finished (WsConnection *self)
{
  self->peer_finished = TRUE;
  switch ((WsConnectionState) self->state)
    {
    case WS_STATE_LINGERING:
      ws_connection_end (self, self->close_code, self->description);
      break;

    case WS_STATE_SECURING:
    case WS_STATE_VETTING:
    case WS_STATE_HEAD:
    case WS_STATE_DECIDING:
      ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, "the client left before the WebSocket was open");
      break;

    case WS_STATE_OPEN:
    case WS_STATE_CLOSING:
      ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, "the connection ended without a close frame");
      break;

    case WS_STATE_ANSWERING:
    case WS_STATE_ENDING:
    case WS_STATE_CLOSED:
    default:
      break;
    }
}

void
ws_connection_fail (WsConnection *self,
                    guint         code,
                    const char   *fault)
{
  ws_connection_log_error (self, "Failing the connection with %u: %s", code, fault);
  if (self->state != WS_STATE_OPEN && self->state != WS_STATE_CLOSING) /* by a handler of the log */
    return;

  set_end (self, code, fault);
  drop_received (self);
  self->linger = TRUE;
  self->state = WS_STATE_ENDING;
  ws_connection_fail_jobs (self, TRUE, fault);
  arm_phase_timer (self, &self->context->close_timers);
  queue_close_frame (self, code, fault);
  ws_connection_flush (self);
}

static void
receive_first_close (WsConnection *self,
                     guint         code,
                     const char   *reason)
{
  set_end (self, code, *reason != '\0' ? reason : ws_close_code_get_description (code));
  self->state = WS_STATE_ENDING;
  ws_connection_fail_jobs (self, TRUE, "the client is closing the connection");
  arm_phase_timer (self, &self->context->close_timers);
  queue_close_frame (self, code, NULL);
}

/* The answer to ours. The code of a connection is the one in the first close frame received; an
 * answer without any leaves ours. RFC 6455 §7.1.5. */
static void
receive_close_answer (WsConnection *self,
                      guint         code,
                      const char   *reason)
{
  if (code != WS_CLOSE_CODE_NO_STATUS && code != self->close_code)
    set_end (self, code, *reason != '\0' ? reason : ws_close_code_get_description (code));
  self->state = WS_STATE_ENDING;
}

void
ws_connection_receive_close (WsConnection          *self,
                             const WsProtocolEvent *event)
{
  /* Handlers of what is told below may bring the next bytes, which take the event's memory. */
  g_autofree char *reason = g_strndup ((const char *) event->data, event->length);
  guint            code = event->close_code;

  self->close_received = TRUE;
  if (!self->paused)
    ws_connection_deliver_rest_of_line (self);
  if (self->state != WS_STATE_OPEN && self->state != WS_STATE_CLOSING)
    return;

  if (self->state == WS_STATE_OPEN)
    receive_first_close (self, code, reason);
  else
    receive_close_answer (self, code, reason);

  /* What came behind the close frame is ignored, but makes the system reset if it is not read. */
  if (self->input_length > 0)
    self->linger = TRUE;
  ws_connection_flush (self);
}

void
ws_connection_start_close (WsConnection *self,
                           guint         code,
                           const char   *reason)
{
  if (self->state != WS_STATE_OPEN)
    {
      if (self->state != WS_STATE_CLOSED && !self->was_connected)
        ws_connection_end (self, code, reason);
      return;
    }

  g_object_ref (self);
  set_end (self, code, reason);
  if (self->context->settings->wait_for_close_response)
    {
      self->state = WS_STATE_CLOSING;
    }
  else
    {
      /* What the client has sent meanwhile would make the system reset what we send last. */
      self->state = WS_STATE_ENDING;
      self->linger = TRUE;
    }
  /* The client's close frame has to be read, and the application wants no data. */
  self->discarding = self->paused;
  self->paused = FALSE;
  ws_connection_fail_jobs (self, TRUE, "the connection is being closed");
  arm_phase_timer (self, &self->context->close_timers);
  queue_close_frame (self, code, reason);
  ws_connection_flush (self);
  if (self->discarding && self->context != NULL)
    ws_connection_schedule (self, WS_PENDING_INPUT);
  ws_connection_set_ready_to_send (self, FALSE);
  g_object_notify (G_OBJECT (self), "connected");
  g_object_unref (self);
}

static WsConnection *
connection_of_phase_timer (WsTimer *timer)
{
  return (WsConnection *) ((guint8 *) timer - G_STRUCT_OFFSET (WsConnection, phase_timer));
}

void
ws_connection_handshake_timer_expired (WsTimer *timer)
{
  WsConnection *self = g_object_ref (connection_of_phase_timer (timer));

  if (self->state == WS_STATE_SECURING)
    ws_connection_tls_timer_expired (self);
  else if (self->state == WS_STATE_HEAD)
    ws_connection_answer (self, 408, "the request did not end within HandshakeTimeout");
  else if (self->state == WS_STATE_DECIDING)
    ws_connection_answer (self, 503, "the decision on the request took longer than HandshakeTimeout");
  else
    ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, "the response was not read within HandshakeTimeout");
  ws_connection_finish_timer (self);
}

void
ws_connection_close_timer_expired (WsTimer *timer)
{
  WsConnection *self = g_object_ref (connection_of_phase_timer (timer));

  if (ws_connection_is_peer_taking (self))
    arm_phase_timer (self, &self->context->close_timers);
  /* In ENDING the codes are settled; only the last bytes did not go out. */
  else if (self->state == WS_STATE_ENDING)
    ws_connection_end (self, self->close_code, self->description);
  else
    ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, "no close frame came within CloseTimeout");
  ws_connection_finish_timer (self);
}

void
ws_connection_linger_timer_expired (WsTimer *timer)
{
  WsConnection *self = g_object_ref (connection_of_phase_timer (timer));

  ws_connection_end (self, self->close_code, self->description);
  ws_connection_finish_timer (self);
}

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
  if (self->state >= WS_STATE_CLOSING)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_SENDING, "Connection %s is closing or closed",
                   ws_connection_get_connection_id (self));
      return FALSE;
    }

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
 * Begins the closing handshake, unless it has begun, and tells when the connection has ended.
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
  if (self->state < WS_STATE_CLOSING)
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
