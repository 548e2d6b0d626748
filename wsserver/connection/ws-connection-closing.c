/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The closing handshake, from either side. RFC 6455 §7.1. */
#include "wsserver/connection/ws-connection-closing-private.h"

#include <string.h>

#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-lines-private.h"
#include "wsserver/connection/ws-connection-log-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-memory-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-state-private.h"

static void
queue_close_frame (WsConnection *self,
                   guint         code,
                   const char   *reason)
{
  guint8 payload[WS_CONTROL_PAYLOAD_MAX_LENGTH];
  gsize  length = ws_close_payload_write (payload, code, reason);

  ws_connection_queue_control (self, WS_OPCODE_CLOSE, payload, length);
}

static gboolean
may_fail (WsConnection *self)
{
  return self->state == WS_STATE_OPEN || self->state == WS_STATE_CLOSING;
}

void
ws_connection_fail (WsConnection *self,
                    guint         code,
                    const char   *fault)
{
  gboolean is_close_owed;

  ws_connection_log_error (self, "Failing the connection with %u: %s", code, fault);
  if (!may_fail (self)) /* by a handler of the log */
    return;

  is_close_owed = self->state == WS_STATE_OPEN;
  ws_connection_set_end (self, code, fault);
  ws_connection_drop_received (self);
  ws_connection_enter_state (self, WS_STATE_FLUSHING_TO_LINGER);
  ws_connection_fail_waiting_jobs (self, fault);
  if (is_close_owed)
    queue_close_frame (self, code, fault);
  ws_connection_flush (self);
}

void
ws_connection_end_for_memory (WsConnection *self)
{
  const char *reason = "all clients together take more than MaxTotalMemory";

  if (self->state == WS_STATE_OPEN && self->outbox.length == 0)
    {
      ws_connection_fail (self, WS_CLOSE_CODE_TRY_AGAIN_LATER, reason);
    }
  else
    {
      ws_connection_log_error (self, "Ending the connection: %s", reason);
      ws_connection_end (self, WS_CLOSE_CODE_TRY_AGAIN_LATER, reason);
    }
  ws_connection_count_memory (self);
}

/* What came behind the close frame is ignored, but makes the system reset if it is not read. */
static void
enter_flushing (WsConnection *self)
{
  ws_connection_enter_state (self, self->input_length > 0 ? WS_STATE_FLUSHING_TO_LINGER : WS_STATE_FLUSHING);
}

static void
receive_first_close (WsConnection *self,
                     guint         code,
                     const char   *reason)
{
  ws_connection_set_end (self, code, *reason != '\0' ? reason : ws_close_code_get_description (code));
  enter_flushing (self);
  ws_connection_fail_waiting_jobs (self, "the client is closing the connection");
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
    ws_connection_set_end (self, code, *reason != '\0' ? reason : ws_close_code_get_description (code));
  enter_flushing (self);
}

void
ws_connection_receive_close (WsConnection          *self,
                             const WsProtocolEvent *event)
{
  /* Handlers of what is delivered below may bring the next bytes, which take the event's memory. */
  g_autofree char *reason = g_strndup ((const char *) event->data, event->length);
  guint            code = event->close_code;

  self->close_received = TRUE;
  if (self->delivery != WS_DELIVERY_PAUSED)
    ws_connection_deliver_rest_of_line (self);

  /* The handler may have begun a close of its own, or ended the connection. */
  if (self->state == WS_STATE_OPEN)
    receive_first_close (self, code, reason);
  else if (self->state == WS_STATE_CLOSING)
    receive_close_answer (self, code, reason);
  else
    return;

  ws_connection_flush (self);
}

void
ws_connection_start_close (WsConnection *self,
                           guint         code,
                           const char   *reason)
{
  if (self->state != WS_STATE_OPEN)
    {
      if (!self->was_open)
        ws_connection_end (self, code, reason);
      return;
    }

  g_object_ref (self);
  ws_connection_set_end (self, code, reason);
  /* What the client has sent meanwhile would make the system reset what we send last. */
  ws_connection_enter_state (self, self->context->settings->wait_for_close_response
                                       ? WS_STATE_CLOSING
                                       : WS_STATE_FLUSHING_TO_LINGER);
  /* The client's close frame has to be read, and the application wants no data. */
  if (self->delivery == WS_DELIVERY_PAUSED)
    self->delivery = WS_DELIVERY_DISCARD;
  ws_connection_resume_reading (self);
  ws_connection_fail_waiting_jobs (self, "the connection is being closed");
  queue_close_frame (self, code, reason);
  ws_connection_flush (self);
  if (self->delivery == WS_DELIVERY_DISCARD && self->context != NULL)
    ws_connection_schedule (self, WS_PENDING_INPUT);
  ws_connection_set_ready_to_send (self, FALSE);
  ws_connection_notify_connected (self);
  g_object_unref (self);
}
