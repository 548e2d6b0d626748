/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of a connection. Those about addresses are in ws-connection-addresses.c. */
#include <string.h>

#include "wsserver/connection/ws-connection-loop-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-send-private.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-private.h"

static const char *
get_header (WsConnection *self,
            const char   *name)
{
  const char *value = self->head != NULL ? ws_http_head_get (self->head, name) : NULL;

  return value != NULL ? value : "";
}

/**
 * ws_connection_get_connection_id: (get-property connection-id)
 * @self: a connection
 *
 * Gets what identifies the connection.
 *
 * Returns: a decimal number as text
 *
 * Since: 1.0
 */
const char *
ws_connection_get_connection_id (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  if (self->id_text == NULL)
    self->id_text = g_strdup_printf ("%" G_GUINT64_FORMAT, self->id);
  return self->id_text;
}

/**
 * ws_connection_get_connected: (get-property connected)
 * @self: a connection
 *
 * Gets whether the WebSocket is open.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_connection_get_connected (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);

  return self->state == WS_STATE_OPEN;
}

/**
 * ws_connection_get_host: (get-property host)
 * @self: a connection
 *
 * Gets host and port that the opening request is for: its Host header field, or those of the request
 * target where it is a whole URI.
 *
 * Returns: the value
 *
 * Since: 1.0
 */
const char *
ws_connection_get_host (WsConnection *self)
{
  const char *host;

  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  host = self->head != NULL ? ws_http_head_get_host (self->head) : NULL;
  return host != NULL ? host : "";
}

/**
 * ws_connection_get_origin: (get-property origin)
 * @self: a connection
 *
 * Gets the Origin header field of the opening request.
 *
 * Returns: the value, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_connection_get_origin (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return get_header (self, "Origin");
}

/**
 * ws_connection_get_request_uri: (get-property request-uri)
 * @self: a connection
 *
 * Gets the target of the opening request.
 *
 * Returns: path and query as sent
 *
 * Since: 1.0
 */
const char *
ws_connection_get_request_uri (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return self->head != NULL ? ws_http_head_get_path (self->head) : "";
}

/**
 * ws_connection_get_request_headers: (get-property request-headers)
 * @self: a connection
 *
 * Gets the header lines of the opening request.
 *
 * Returns: the lines as sent, each ended by CRLF
 *
 * Since: 1.0
 */
const char *
ws_connection_get_request_headers (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return self->head != NULL ? ws_http_head_get_header_text (self->head) : "";
}

/**
 * ws_connection_get_sub_protocols: (get-property sub-protocols)
 * @self: a connection
 *
 * Gets the subprotocols that the client offered.
 *
 * Returns: names separated by commas, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_connection_get_sub_protocols (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  if (self->offered_sub_protocols == NULL && self->head != NULL)
    self->offered_sub_protocols = ws_http_head_get_list (self->head, "Sec-WebSocket-Protocol");
  return self->offered_sub_protocols != NULL ? self->offered_sub_protocols : "";
}

/**
 * ws_connection_get_sub_protocol: (get-property sub-protocol)
 * @self: a connection
 *
 * Gets the subprotocol selected.
 *
 * Returns: the name, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_connection_get_sub_protocol (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return self->sub_protocol != NULL ? self->sub_protocol : "";
}

/**
 * ws_connection_get_extensions: (get-property extensions)
 * @self: a connection
 *
 * Gets the extensions negotiated.
 *
 * Returns: the list as answered, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_connection_get_extensions (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return self->extensions != NULL ? self->extensions : "";
}

/**
 * ws_connection_get_accept_data: (get-property accept-data)
 * @self: a connection
 *
 * Gets whether data is being received.
 *
 * Returns: %FALSE while paused
 *
 * Since: 1.0
 */
gboolean
ws_connection_get_accept_data (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);

  return !self->paused && !self->discarding;
}

/**
 * ws_connection_get_ready_to_send: (get-property ready-to-send)
 * @self: a connection
 *
 * Gets whether sends are accepted.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_connection_get_ready_to_send (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);

  return self->ready_to_send;
}

/**
 * ws_connection_get_line_mode: (get-property line-mode)
 * @self: a connection
 *
 * Gets whether data is delivered line by line.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_connection_get_line_mode (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);

  return self->line_mode;
}

/**
 * ws_connection_get_bytes_sent: (get-property bytes-sent)
 * @self: a connection
 *
 * Gets how much the latest send accepted.
 *
 * Returns: payload bytes: all of it, or 0
 *
 * Since: 1.0
 */
guint64
ws_connection_get_bytes_sent (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 0);

  return self->bytes_sent;
}

/**
 * ws_connection_get_bytes_received: (get-property bytes-received)
 * @self: a connection
 *
 * Gets the payload of all messages received.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
ws_connection_get_bytes_received (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 0);

  return self->bytes_received;
}

/**
 * ws_connection_get_messages_sent: (get-property messages-sent)
 * @self: a connection
 *
 * Gets the number of messages sent or queued.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
ws_connection_get_messages_sent (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 0);

  return self->messages_sent;
}

/**
 * ws_connection_get_messages_received: (get-property messages-received)
 * @self: a connection
 *
 * Gets the number of messages received completely.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
ws_connection_get_messages_received (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 0);

  return self->messages_received;
}

/**
 * ws_connection_get_send_queue_length: (get-property send-queue-length)
 * @self: a connection
 *
 * Gets how much waits to be sent.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
ws_connection_get_send_queue_length (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 0);

  return ws_connection_get_queued_bytes (self);
}

/**
 * ws_connection_get_round_trip_time: (get-property round-trip-time)
 * @self: a connection
 *
 * Gets the time between the latest ping and its pong.
 *
 * Returns: microseconds, or -1 before there was one
 *
 * Since: 1.0
 */
gint64
ws_connection_get_round_trip_time (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), -1);

  return self->round_trip_us;
}

/**
 * ws_connection_get_data_format: (get-property data-format)
 * @self: a connection
 *
 * Gets what [method@Ws.Connection.send] makes of its data.
 *
 * Returns: the format
 *
 * Since: 1.0
 */
WsDataFormat
ws_connection_get_data_format (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), WS_DATA_FORMAT_AUTOMATIC);

  return (WsDataFormat) self->data_format;
}

/**
 * ws_connection_get_timeout: (get-property timeout)
 * @self: a connection
 *
 * Gets how long a send or ping may wait without progress.
 *
 * Returns: seconds, 0 for not at all
 *
 * Since: 1.0
 */
int
ws_connection_get_timeout (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 0);

  return self->timeout_s;
}

/**
 * ws_connection_get_compress: (get-property compress)
 * @self: a connection
 *
 * Gets whether messages may be compressed.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_connection_get_compress (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);

  return self->compress;
}

/**
 * ws_connection_set_compress: (set-property compress)
 * @self: a connection
 * @compress: whether messages sent from now on may be compressed
 *
 * Allows or forbids compression, message by message.
 *
 * Source: RFC 7692 §6.
 *
 * Since: 1.0
 */
void
ws_connection_set_compress (WsConnection *self,
                            gboolean      compress)
{
  g_return_if_fail (WS_IS_CONNECTION (self));

  if (self->compress == !!compress)
    return;

  self->compress = !!compress;
  g_object_notify (G_OBJECT (self), "compress");
}

/**
 * ws_connection_get_compression_ratio: (get-property compression-ratio)
 * @self: a connection
 *
 * Gets what compression has made of what was sent.
 *
 * Returns: size after compression divided by the size before; 1 before there was any
 *
 * Since: 1.0
 */
double
ws_connection_get_compression_ratio (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 1);

  return self->uncompressed_bytes > 0 ? (double) self->compressed_bytes / (double) self->uncompressed_bytes
                                      : 1;
}

/**
 * ws_connection_set_data_format: (set-property data-format)
 * @self: a connection
 * @data_format: the format
 *
 * Sets what [method@Ws.Connection.send] makes of its data.
 *
 * Since: 1.0
 */
void
ws_connection_set_data_format (WsConnection *self,
                               WsDataFormat  data_format)
{
  g_return_if_fail (WS_IS_CONNECTION (self));
  g_return_if_fail (data_format <= WS_DATA_FORMAT_BINARY || data_format == WS_DATA_FORMAT_PING ||
                    data_format == WS_DATA_FORMAT_PONG);

  if (self->data_format == data_format)
    return;

  self->data_format = (guint8) data_format;
  g_object_notify (G_OBJECT (self), "data-format");
}

/**
 * ws_connection_set_timeout: (set-property timeout)
 * @self: a connection
 * @timeout: seconds, 0 or more
 *
 * Sets how long a send or ping may wait without progress.
 *
 * With 0 they return at once: what cannot go out is queued. With a positive number they return when
 * all has been handed to the system, and fail with `WS_ERROR_TIMED_OUT` when nothing moves for so
 * long; the main context runs meanwhile.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Timeout.
 *
 * Since: 1.0
 */
void
ws_connection_set_timeout (WsConnection *self,
                           int           timeout)
{
  g_return_if_fail (WS_IS_CONNECTION (self));
  g_return_if_fail (timeout >= 0);

  if (self->timeout_s == timeout)
    return;

  self->timeout_s = timeout;
  g_object_notify (G_OBJECT (self), "timeout");
}

/**
 * ws_connection_change_line_mode:
 * @self: a connection
 * @line_mode: whether to deliver line by line
 * @error: return location for an error, or %NULL
 *
 * Switches between delivering messages and delivering lines.
 *
 * In line mode [signal@Ws.Server::data-in] comes once for each line that ends with LF or CRLF, without
 * these, wherever messages begin and end; `eol` is %TRUE. A line longer than the setting
 * MaxLineLength comes in pieces of that length with `eol` %FALSE. What is left of an unfinished
 * line is delivered when line mode ends or the client disconnects.
 *
 * Sets @error to `WS_ERROR_SENDING` if the connection has closed.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), ChangeLineMode.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_connection_change_line_mode (WsConnection *self,
                                gboolean      line_mode,
                                GError      **error)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_connection_check_not_closed (self, error))
    return FALSE;
  if (self->line_mode == !!line_mode)
    return TRUE;

  self->line_mode = !!line_mode;
  g_object_notify (G_OBJECT (self), "line-mode");
  ws_connection_schedule (self, WS_PENDING_INPUT);
  return TRUE;
}

/**
 * ws_connection_pause_data:
 * @self: a connection
 * @error: return location for an error, or %NULL
 *
 * Stops receiving: nothing more is read from the socket, so that in time the client cannot send more.
 *
 * [signal@Ws.Server::data-in] is not emitted until [method@Ws.Connection.process_data]. Pings are
 * not answered and a close is not noticed meanwhile.
 *
 * Sets @error to `WS_ERROR_SENDING` if the connection has closed.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), PauseData.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_connection_pause_data (WsConnection *self,
                          GError      **error)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_connection_check_not_closed (self, error))
    return FALSE;
  if (self->paused)
    return TRUE;

  self->paused = TRUE;
  ws_connection_update_watch (self);
  g_object_notify (G_OBJECT (self), "accept-data");
  return TRUE;
}

/**
 * ws_connection_process_data:
 * @self: a connection
 * @error: return location for an error, or %NULL
 *
 * Receives again after [method@Ws.Connection.pause_data]. What came in between is delivered from the
 * main loop.
 *
 * Sets @error to `WS_ERROR_SENDING` if the connection has closed.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), ProcessData.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_connection_process_data (WsConnection *self,
                            GError      **error)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_connection_check_not_closed (self, error))
    return FALSE;
  if (!self->paused)
    return TRUE;

  self->paused = FALSE;
  ws_connection_update_watch (self);
  ws_connection_schedule (self, WS_PENDING_INPUT);
  g_object_notify (G_OBJECT (self), "accept-data");
  return TRUE;
}
