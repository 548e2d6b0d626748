/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-hello-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/tls/ws-tls-clear-answer-private.h"
#include "wsserver/tls/ws-tls-version-private.h"

#define RECEIVE_BYTES (16 * 1024)

static void
send_clear (WsTlsTransport *self,
            const guint8   *data,
            gsize           length)
{
  const struct iovec vector = { (guint8 *) data, length };

  if (self->socket->write_errno != 0)
    return;

  ws_tls_transport_report_sent (self, data, length);
  ws_record_socket_send (self->socket, &vector, 1);
}

void
ws_tls_hello_send_alert (WsTlsTransport *self,
                         guint8          alert)
{
  guint8 record[WS_TLS_CLEAR_ALERT_BYTES];

  ws_tls_clear_answer_write_alert (record, alert);
  send_clear (self, record, sizeof record);
}

void
ws_tls_hello_replay (WsTlsTransport *self)
{
  self->max_record_bytes = self->reader->hello.max_record_bytes;
  ws_record_socket_take_replay (self->socket, g_steal_pointer (&self->reader->bytes));
  ws_client_hello_reader_clear (self->reader);
  g_clear_pointer (&self->reader, g_free);
}

void
ws_tls_hello_proceed (WsTlsTransport *self)
{
  if (self->state == WS_TLS_STATE_DECIDING)
    self->state = WS_TLS_STATE_HANDSHAKE;
}

static WsIOStatus
refuse_bytes (WsTlsTransport *self,
              GError        **error)
{
  WsClientHelloFault fault = self->reader->fault;
  gsize              length;
  const guint8      *answer = ws_tls_clear_answer_get (fault, &length);

  if (answer != NULL)
    send_clear (self, answer, length);
  /* To close with a request unread would reset the connection, and the answer would be lost. */
  if (fault == WS_CLIENT_HELLO_FAULT_HTTP)
    ws_record_socket_end (self->socket);
  ws_tls_transport_fail_handshake (self, WS_ERROR_HANDSHAKE, ws_client_hello_fault_to_string (fault));

  return ws_tls_transport_propagate_failure (self, error);
}

/* Reads until the ClientHello is complete. status: of the last read. */
static WsParseResult
read_hello (WsTlsTransport *self,
            WsIOStatus     *status)
{
  WsParseResult result = WS_PARSE_NEED_MORE;
  guint8        buffer[RECEIVE_BYTES];
  gsize         n_received;

  /* A handler of status may iterate the main loop, which comes here again. */
  self->is_reading = TRUE;
  do
    {
      *status = ws_record_socket_receive (self->socket, buffer, sizeof buffer, &n_received);
      if (*status == WS_IO_OK)
        {
          ws_tls_transport_report_received (self, buffer, n_received);
          result = ws_client_hello_reader_feed (self->reader, buffer, n_received);
        }
    }
  while (result == WS_PARSE_NEED_MORE && *status == WS_IO_OK);
  self->is_reading = FALSE;

  return result;
}

static void
report_hello (WsTlsTransport      *self,
              const WsClientHello *hello)
{
  g_autoptr (GString) line = NULL;

  if (self->report_level == WS_TLS_REPORT_NOTHING)
    return;

  line = g_string_new ("Received ClientHello:");
  for (guint i = 0; i < hello->versions->len; i++)
    {
      const char *name = ws_tls_version_get_name (g_array_index (hello->versions, guint16, i));

      if (name != NULL)
        g_string_append_printf (line, " %s", name);
    }
  g_string_append_printf (line, ", %u cipher suites", hello->cipher_suites->len);
  if (hello->server_name != NULL)
    g_string_append_printf (line, ", server name %s", hello->server_name);
  if (hello->protocols != NULL)
    {
      g_autofree char *protocols = g_strjoinv (",", hello->protocols);

      g_string_append_printf (line, ", ALPN %s", protocols);
    }

  ws_tls_transport_report (self, "%s", line->str);
}

/* Whether the handshake goes on at once. */
static gboolean
decide (WsTlsTransport *self)
{
  if (self->funcs->set_context == NULL || self->listener->client_hello == NULL)
    return TRUE;

  return self->listener->client_hello (self, &self->reader->hello, self->user_data);
}

WsIOStatus
ws_tls_hello_receive (WsTlsTransport *self,
                      GError        **error)
{
  WsIOStatus status;

  if (self->is_reading)
    return WS_IO_WOULD_BLOCK;

  switch (read_hello (self, &status))
    {
    case WS_PARSE_FAILED:
      return refuse_bytes (self, error);
    case WS_PARSE_NEED_MORE:
      if (status == WS_IO_WOULD_BLOCK)
        return WS_IO_WOULD_BLOCK;
      if (status == WS_IO_CLOSED)
        ws_tls_transport_fail_handshake (self, WS_ERROR_CONNECTION_RESET,
                                         "the client went away in the middle of it");
      else
        ws_tls_transport_fail_from_errno (self, self->socket->read_errno);
      return ws_tls_transport_propagate_failure (self, error);
    case WS_PARSE_DONE:
    default:
      break;
    }

  self->state = WS_TLS_STATE_DECIDING;
  report_hello (self, &self->reader->hello);
  if (self->state == WS_TLS_STATE_DECIDING && decide (self))
    ws_tls_hello_proceed (self);

  return WS_IO_OK;
}

void
ws_tls_hello_refuse (WsTlsTransport *self,
                     guint8          alert,
                     const char     *reason)
{
  if (self->state != WS_TLS_STATE_DECIDING)
    return;

  ws_tls_transport_ref (self);
  ws_tls_hello_send_alert (self, alert);
  ws_tls_transport_take_failure (self, g_error_new (WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] TLS handshake refused: %s",
                                                    WS_ERROR_HANDSHAKE, reason));
  ws_tls_transport_unref (self);
}
