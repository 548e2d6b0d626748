/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the application can ask and change of a connection. The properties that can be written are in
 * ws-connection.c. */
#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection-values-private.h"
#include "wsserver/connection/ws-connection-watch-private.h"
#include "wsserver/io/ws-peer-address-private.h"

/**
 * ws_connection_get_connection_id: (get-property connection-id)
 * @self: a connection
 *
 * Gets the identifier of the connection.
 *
 * Returns: a decimal number as text
 *
 * Since: 1.0
 */
const char *
ws_connection_get_connection_id (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_load_id_text (self);
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
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_find_host (self);
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

  return ws_connection_find_header (self, "Origin");
}

/**
 * ws_connection_get_request_uri: (get-property request-uri)
 * @self: a connection
 *
 * Gets the target of the opening request.
 *
 * Returns: path and query
 *
 * Since: 1.0
 */
const char *
ws_connection_get_request_uri (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_find_request_uri (self);
}

/**
 * ws_connection_get_request_headers: (get-property request-headers)
 * @self: a connection
 *
 * Gets the header lines of the opening request.
 *
 * Returns: the lines as the client sent them, each ending with CRLF
 *
 * Since: 1.0
 */
const char *
ws_connection_get_request_headers (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_find_request_headers (self);
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

  return ws_connection_load_offered_sub_protocols (self);
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

  return self->delivery == WS_DELIVERY_ON;
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
 * Gets how many bytes the latest send accepted.
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
 * Gets how many bytes wait to be sent.
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
 * ws_connection_get_compression_ratio: (get-property compression-ratio)
 * @self: a connection
 *
 * Gets the compression ratio of what was sent.
 *
 * Returns: size after compression divided by the size before; 1 before there was any
 *
 * Since: 1.0
 */
double
ws_connection_get_compression_ratio (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 1);

  return ws_connection_calculate_compression_ratio (self);
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
 * Stops receiving: nothing more is read from the socket, so after a while the client cannot send more.
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
  if (self->delivery != WS_DELIVERY_ON)
    return TRUE;

  self->delivery = WS_DELIVERY_PAUSED;
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
  if (self->delivery != WS_DELIVERY_PAUSED)
    return TRUE;

  self->delivery = WS_DELIVERY_ON;
  ws_connection_update_watch (self);
  ws_connection_schedule (self, WS_PENDING_INPUT);
  g_object_notify (G_OBJECT (self), "accept-data");
  return TRUE;
}

/* --- addresses ------------------------------------------------------------------------------- */

/**
 * ws_connection_get_local_address: (get-property local-address)
 * @self: a connection
 *
 * Gets the address of this machine that the client connected to.
 *
 * Returns: IP address, or path of the Unix socket
 *
 * Since: 1.0
 */
const char *
ws_connection_get_local_address (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_load_local_address (self);
}

/**
 * ws_connection_get_local_port: (get-property local-port)
 * @self: a connection
 *
 * Gets the port of this machine that the client connected to.
 *
 * Returns: the port, 0 for a Unix socket
 *
 * Since: 1.0
 */
guint
ws_connection_get_local_port (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 0);

  return ws_connection_load_local_port (self);
}

/**
 * ws_connection_get_remote_host: (get-property remote-host)
 * @self: a connection
 *
 * Gets the client's IP address.
 *
 * Returns: the address, empty for a Unix socket
 *
 * Since: 1.0
 */
const char *
ws_connection_get_remote_host (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_load_remote_host (self);
}

/**
 * ws_connection_get_remote_port: (get-property remote-port)
 * @self: a connection
 *
 * Gets the client's port.
 *
 * Returns: the port, 0 for a Unix socket
 *
 * Since: 1.0
 */
guint
ws_connection_get_remote_port (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 0);

  return ws_peer_address_get_port (&self->peer);
}

/**
 * ws_connection_get_remote_address: (get-property remote-address)
 * @self: a connection
 *
 * Gets the client's address as GIO has it, for example for a look-up of its name.
 *
 * Returns: (transfer full): the address; an anonymous one for a client of a Unix socket
 *
 * Since: 1.0
 */
GSocketAddress *
ws_connection_get_remote_address (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_make_remote_address (self);
}
