/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The methods that name one connection by its id. */
#include "wsserver/base/ws-error-private.h"
#include "wsserver/server/ws-connection-map.h"
#include "wsserver/server/ws-server-private.h"

static WsConnection *
find_client (WsServer   *self,
             const char *connection_id,
             GError    **error)
{
  WsConnection *connection = ws_connection_map_lookup (self->connections, connection_id);

  if (connection == NULL)
    ws_set_error (error, WS_ERROR_INVALID_CONNECTION_ID, "Invalid ConnectionId: no connection has the id \"%s\"",
                  connection_id);
  return connection;
}

/**
 * ws_server_send:
 * @self: a server
 * @connection_id: the client's [property@Ws.Connection:connection-id]
 * @data: what to send
 * @error: return location for an error, or %NULL
 *
 * Sends data to a client; see [method@Ws.Connection.send].
 *
 * Sets @error to `WS_ERROR_INVALID_CONNECTION_ID` if no connection has this id.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Send.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_send (WsServer   *self,
                const char *connection_id,
                GBytes     *data,
                GError    **error)
{
  WsConnection *connection;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (connection_id != NULL, FALSE);
  g_return_val_if_fail (data != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  connection = find_client (self, connection_id, error);
  return connection != NULL && ws_connection_send (connection, data, error);
}

/**
 * ws_server_send_text:
 * @self: a server
 * @connection_id: the client's [property@Ws.Connection:connection-id]
 * @text: (type filename): the text, UTF-8, without U+0000
 * @error: return location for an error, or %NULL
 *
 * Sends a text message to a client; see [method@Ws.Connection.send_text].
 *
 * Sets @error to `WS_ERROR_INVALID_CONNECTION_ID` if no connection has this id.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SendText.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_send_text (WsServer   *self,
                     const char *connection_id,
                     const char *text,
                     GError    **error)
{
  WsConnection *connection;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (connection_id != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  connection = find_client (self, connection_id, error);
  return connection != NULL && ws_connection_send_text (connection, text, error);
}

/**
 * ws_server_send_bytes:
 * @self: a server
 * @connection_id: the client's [property@Ws.Connection:connection-id]
 * @data: what to send
 * @error: return location for an error, or %NULL
 *
 * Sends a binary message to a client; see [method@Ws.Connection.send_bytes].
 *
 * Sets @error to `WS_ERROR_INVALID_CONNECTION_ID` if no connection has this id.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SendBytes.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_send_bytes (WsServer   *self,
                      const char *connection_id,
                      GBytes     *data,
                      GError    **error)
{
  WsConnection *connection;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (connection_id != NULL, FALSE);
  g_return_val_if_fail (data != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  connection = find_client (self, connection_id, error);
  return connection != NULL && ws_connection_send_bytes (connection, data, error);
}

/**
 * ws_server_send_file:
 * @self: a server
 * @connection_id: the client's [property@Ws.Connection:connection-id]
 * @filename: (type filename): a file, a pipe or a device
 * @error: return location for an error, or %NULL
 *
 * Sends the content of a file to a client as one message; see [method@Ws.Connection.send_file].
 *
 * Sets @error to `WS_ERROR_INVALID_CONNECTION_ID` if no connection has this id.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SendFile.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_send_file (WsServer   *self,
                     const char *connection_id,
                     const char *filename,
                     GError    **error)
{
  WsConnection *connection;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (connection_id != NULL, FALSE);
  g_return_val_if_fail (filename != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  connection = find_client (self, connection_id, error);
  return connection != NULL && ws_connection_send_file (connection, filename, error);
}

/**
 * ws_server_set_upload_stream:
 * @self: a server
 * @connection_id: the client's [property@Ws.Connection:connection-id]
 * @stream: a stream to read
 * @error: return location for an error, or %NULL
 *
 * Sends what a stream gives to a client as one message; see
 * [method@Ws.Connection.set_upload_stream].
 *
 * Sets @error to `WS_ERROR_INVALID_CONNECTION_ID` if no connection has this id.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SetUploadStream.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_set_upload_stream (WsServer     *self,
                             const char   *connection_id,
                             GInputStream *stream,
                             GError      **error)
{
  WsConnection *connection;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (connection_id != NULL, FALSE);
  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  connection = find_client (self, connection_id, error);
  return connection != NULL && ws_connection_set_upload_stream (connection, stream, error);
}

/**
 * ws_server_ping_client:
 * @self: a server
 * @connection_id: the client's [property@Ws.Connection:connection-id]
 * @error: return location for an error, or %NULL
 *
 * Pings a client; see [method@Ws.Connection.send_ping].
 *
 * Sets @error to `WS_ERROR_INVALID_CONNECTION_ID` if no connection has this id.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Ping.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_ping_client (WsServer   *self,
                       const char *connection_id,
                       GError    **error)
{
  WsConnection *connection;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (connection_id != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  connection = find_client (self, connection_id, error);
  return connection != NULL && ws_connection_send_ping (connection, error);
}

/**
 * ws_server_disconnect_client:
 * @self: a server
 * @connection_id: the client's [property@Ws.Connection:connection-id]
 * @error: return location for an error, or %NULL
 *
 * Begins to close a client's connection with DisconnectStatusCode and DisconnectStatusDescription;
 * see [method@Ws.Connection.close].
 *
 * Sets @error to `WS_ERROR_INVALID_CONNECTION_ID` if no connection has this id.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Disconnect.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_disconnect_client (WsServer   *self,
                             const char *connection_id,
                             GError    **error)
{
  WsConnection *connection;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (connection_id != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  connection = find_client (self, connection_id, error);
  return connection != NULL && ws_connection_close (connection, 0, NULL, error);
}

/**
 * ws_server_interrupt:
 * @self: a server
 * @connection_id: the client's [property@Ws.Connection:connection-id]
 * @error: return location for an error, or %NULL
 *
 * Breaks off what is being sent to a client; see [method@Ws.Connection.interrupt].
 *
 * Sets @error to `WS_ERROR_INVALID_CONNECTION_ID` if no connection has this id.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Interrupt.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_interrupt (WsServer   *self,
                     const char *connection_id,
                     GError    **error)
{
  WsConnection *connection;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (connection_id != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  connection = find_client (self, connection_id, error);
  return connection != NULL && ws_connection_interrupt (connection, error);
}

/**
 * ws_server_change_line_mode:
 * @self: a server
 * @connection_id: the client's [property@Ws.Connection:connection-id]
 * @line_mode: whether to deliver line by line
 * @error: return location for an error, or %NULL
 *
 * Switches a client between messages and lines; see
 * [method@Ws.Connection.change_line_mode].
 *
 * Sets @error to `WS_ERROR_INVALID_CONNECTION_ID` if no connection has this id.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), ChangeLineMode.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_change_line_mode (WsServer   *self,
                            const char *connection_id,
                            gboolean    line_mode,
                            GError    **error)
{
  WsConnection *connection;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (connection_id != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  connection = find_client (self, connection_id, error);
  return connection != NULL && ws_connection_change_line_mode (connection, line_mode, error);
}
