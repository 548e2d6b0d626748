/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a connection: the socket is closed and everything is released. RFC 6455 §7.1.1. */
#include "wsserver/connection/ws-connection-end-private.h"

#include <errno.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-turn-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/io/ws-byte-buffer-private.h"
#include "wsserver/request/ws-http-request-private.h"
#include "wsserver/request/ws-open-request-private.h"

void
ws_connection_set_end (WsConnection *self,
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

void
ws_connection_drop_received (WsConnection *self)
{
  self->input_length = 0;
  if (self->extra != NULL)
    {
      ws_byte_buffer_clear (&self->extra->message);
      ws_byte_buffer_clear (&self->extra->held);
      self->extra->held_start = 0;
      ws_byte_buffer_clear (&self->extra->head);
      g_clear_pointer (&self->extra->payload, g_byte_array_unref);
      g_clear_pointer (&self->extra->response_body, ws_response_body_abandon);
    }
}

void
ws_connection_cancel_requests (WsConnection *self)
{
  WsConnectionExtra *extra = self->extra;

  if (extra == NULL)
    return;

  if (extra->open_request != NULL)
    ws_decision_cancel (ws_open_request_get_decision (g_steal_pointer (&extra->open_request)));
  if (extra->http_request != NULL)
    ws_decision_cancel (ws_http_request_get_decision (g_steal_pointer (&extra->http_request)));
  /* What was scheduled for this request must not be taken for a decision on the next one. */
  self->pending &= (guint16) ~WS_PENDING_HTTP_DECISION;
}

static void
cancel_tls (WsConnectionTls *tls)
{
  WsSslConnectionRequest *request = g_steal_pointer (&tls->request);

  tls->waiting = FALSE;
  if (request != NULL)
    ws_decision_cancel (ws_ssl_connection_request_get_decision (request));
  if (tls->revocation_check != NULL)
    g_cancellable_cancel (tls->revocation_check);
}

void
ws_connection_end (WsConnection *self,
                   guint         code,
                   const char   *description)
{
  if (self->state == WS_STATE_CLOSED)
    return;

  g_object_ref (self);
  ws_connection_set_end (self, code, description);
  ws_connection_enter_state (self, WS_STATE_CLOSED);
  ws_timer_disarm (&self->idle_timer);
  ws_timer_disarm (&self->ping_timer);
  ws_poller_cancel_turn (self->context->poller, &self->turn_call);
  ws_poller_remove_watch (self->context->poller, &self->watch);
  g_clear_pointer (&self->transport, ws_transport_free);
  ws_connection_drop_received (self);
  ws_protocol_clear (&self->protocol);
  g_clear_pointer (&self->deflater, ws_deflater_free);
  ws_connection_fail_all_jobs (self, self->description);
  ws_connection_schedule (self, WS_PENDING_END);

  /* Code of the application: who waits for a decision learns that it is too late, and the bytes of messages
   * are freed. It may drop the server, which does the rest. */
  ws_connection_cancel_requests (self);
  if (self->tls != NULL)
    cancel_tls (self->tls);
  ws_outbox_clear (&self->outbox);
  g_object_unref (self);
}

void
ws_connection_end_as_settled (WsConnection *self)
{
  ws_connection_end (self, self->close_code, self->description);
}

static void
take_fault (WsConnection *self,
            GError       *error,
            gboolean      report)
{
  self->report_fault = !!report;
  g_clear_error (&self->fault);
  self->fault = error;
  ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, error->message);
}

/* After a complete closing handshake the rest is the operating system's affair. */
static gboolean
is_settled (WsConnection *self)
{
  switch (self->state)
    {
    case WS_STATE_LINGERING:
      return TRUE;

    case WS_STATE_FLUSHING:
    case WS_STATE_FLUSHING_TO_LINGER:
      return self->close_received;

    case WS_STATE_ACCEPTED:
    case WS_STATE_TLS_HANDSHAKE:
    case WS_STATE_CHECKING_REVOCATION:
    case WS_STATE_READING_REQUEST:
    case WS_STATE_READING_BODY:
    case WS_STATE_AWAITING_DECISION:
    case WS_STATE_RESPONDING:
    case WS_STATE_OPEN:
    case WS_STATE_CLOSING:
    case WS_STATE_CLOSED:
      return FALSE;
    }

  g_assert_not_reached ();
}

void
ws_connection_take_io_error (WsConnection *self,
                             GError       *error)
{
  if (self->state == WS_STATE_CLOSED)
    {
      g_clear_error (&error);
      return;
    }

  if (is_settled (self))
    {
      g_clear_error (&error);
      ws_connection_end_as_settled (self);
      return;
    }

  if (error == NULL)
    ws_set_error_from_errno (&error, ECONNRESET, NULL);
  take_fault (self, error,
              self->tls != NULL && error->code >= WS_ERROR_TLS_LIBRARY && error->code <= WS_ERROR_DECRYPT);
}

void
ws_connection_take_tls_error (WsConnection *self,
                              GError       *error,
                              gboolean      report)
{
  take_fault (self, error, report);
}

gboolean
ws_connection_is_between_requests (WsConnection *self)
{
  return self->state == WS_STATE_READING_REQUEST && self->answered &&
         (self->extra == NULL || self->extra->head.length == 0);
}

void
ws_connection_end_between_requests (WsConnection *self,
                                    const char   *description)
{
  if (self->tls != NULL)
    ws_transport_shutdown_write (self->transport);
  ws_connection_end (self, 0, description);
}

void
ws_connection_handle_eof (WsConnection *self)
{
  if (ws_connection_is_between_requests (self))
    {
      ws_connection_end_between_requests (self, "the client has left after its last response");
      return;
    }

  switch (self->state)
    {
    case WS_STATE_LINGERING:
      ws_connection_end_as_settled (self);
      break;

    case WS_STATE_ACCEPTED:
    case WS_STATE_TLS_HANDSHAKE:
    case WS_STATE_CHECKING_REVOCATION:
    case WS_STATE_READING_REQUEST:
    case WS_STATE_READING_BODY:
    case WS_STATE_AWAITING_DECISION:
      ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, "the client left before the WebSocket was open");
      break;

    case WS_STATE_OPEN:
    case WS_STATE_CLOSING:
      ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, "the connection ended without a close frame");
      break;

    case WS_STATE_RESPONDING:
    case WS_STATE_FLUSHING:
    case WS_STATE_FLUSHING_TO_LINGER:
    case WS_STATE_CLOSED:
      break;
    }
}

/* What the client has sent ahead is taken from the main loop, so that other clients are served between two of
 * its requests. */
static void
await_next_request (WsConnection *self)
{
  ws_connection_enter_state (self, WS_STATE_READING_REQUEST);
  ws_connection_restart_phase_timer (self);
  self->answered = TRUE;
  g_clear_pointer (&self->head, ws_http_head_unref);
  g_clear_pointer (&self->offered_sub_protocols, g_free);

  if ((self->extra == NULL || self->extra->held.length == 0) && !ws_transport_has_pending (self->transport))
    return;

  ws_connection_defer_input (self);
}

/* close_notify ends TLS in order. RFC 8446 §6.1. FALSE: it waits for the socket. */
static gboolean
has_ended_tls (WsConnection *self)
{
  if (self->tls == NULL)
    return TRUE;

  ws_transport_shutdown_write (self->transport);
  /* A handler that logs the end of TLS may have ended the connection. */
  return self->state != WS_STATE_FLUSHING ||
         ws_transport_flush (self->transport, NULL) != WS_IO_WOULD_BLOCK;
}

void
ws_connection_handle_flushed (WsConnection *self)
{
  if (self->state == WS_STATE_RESPONDING && self->keep_alive)
    {
      await_next_request (self);
      return;
    }

  switch (self->state)
    {
    case WS_STATE_FLUSHING:
      /* While the socket has no room for close_notify, this is repeated with each write. */
      if (has_ended_tls (self))
        ws_connection_end_as_settled (self);
      break;

    case WS_STATE_RESPONDING:
    case WS_STATE_FLUSHING_TO_LINGER:
      /* Closing at once with bytes unread would make the system send a reset, which can overtake our
       * last bytes; so only our side is shut down until the peer has ended its own. */
      ws_transport_shutdown_write (self->transport);
      ws_connection_enter_state (self, WS_STATE_LINGERING);
      break;

    case WS_STATE_ACCEPTED:
    case WS_STATE_TLS_HANDSHAKE:
    case WS_STATE_CHECKING_REVOCATION:
    case WS_STATE_READING_REQUEST:
    case WS_STATE_READING_BODY:
    case WS_STATE_AWAITING_DECISION:
    case WS_STATE_OPEN:
    case WS_STATE_CLOSING:
    case WS_STATE_LINGERING:
    case WS_STATE_CLOSED:
      break;
    }
}
