/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* One message to many clients. */
#include "wsserver/server/ws-connection-map-private.h"
#include "wsserver/server/ws-broadcast-private.h"
#include "wsserver/server/ws-server-private.h"

/**
 * ws_server_broadcast:
 * @self: a server
 * @format: `WS_DATA_FORMAT_AUTOMATIC`, `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY`
 * @data: what to send; referenced, not copied for each client
 * @filter: (nullable) (scope call) (closure filter_data): returns whether a client gets the message;
 *   %NULL means all clients
 * @filter_data: data for @filter
 * @error: return location for an error, or %NULL
 *
 * Sends one message to every client that is connected, or to those that @filter picks.
 *
 * The message is checked once, and compressed once for all clients with the same compression
 * parameters. Up to 2 KiB it is framed once; of a longer one only the header is written for each client.
 * Each client gets it after everything that was sent before, including a file or stream that is being
 * sent. The call never waits and ignores the client's [property@Ws.Connection:timeout].
 *
 * A client does not get the message if its queue would exceed MaxSendQueue; then
 * [signal@Ws.Server::ready-to-send] is emitted when there is room again, as after any send. A client
 * that is closing, or in the middle of a message announced by MessageLength, does not get it either.
 *
 * @filter may close this client or others, and do whatever a signal handler may do. It is not called
 * for clients that connect while it runs.
 *
 * The message is compressed without the context of earlier messages, and later messages do not use
 * it as context. For clients that get nothing but broadcasts with similar content, separate sends
 * take more time and fewer bytes.
 *
 * To the clients of one path:
 *
 * ```c
 * static gboolean
 * is_on_path (WsConnection *connection, gpointer path)
 * {
 *   return g_str_equal (ws_connection_get_request_uri (connection), path);
 * }
 *
 * static guint
 * send_news (WsServer *server, const char *text)
 * {
 *   g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));
 *
 *   return ws_server_broadcast (server, WS_DATA_FORMAT_TEXT, data, is_on_path, (gpointer) "/news", NULL);
 * }
 * ```
 *
 * Sets @error to `WS_ERROR_INVALID_ARGUMENT` if text was asked for and @data is not UTF-8.
 *
 * Returns: the number of clients that took it; 0 with @error set
 *
 * Since: 1.0
 */
guint
ws_server_broadcast (WsServer         *self,
                     WsDataFormat      format,
                     GBytes           *data,
                     WsBroadcastFilter filter,
                     gpointer          filter_data,
                     GError          **error)
{
  g_autoptr (GPtrArray) clients = NULL;
  WsBroadcast broadcast;
  WsOpcode    opcode;
  guint       n_taken = 0;

  g_return_val_if_fail (WS_IS_SERVER (self), 0);
  g_return_val_if_fail (format <= WS_DATA_FORMAT_BINARY, 0);
  g_return_val_if_fail (data != NULL, 0);
  g_return_val_if_fail (error == NULL || *error == NULL, 0);

  if (!ws_broadcast_resolve_opcode (format, data, &opcode, error))
    return 0;

  /* The filter, and handlers called while sending, may change the list. */
  clients = ws_connection_map_snapshot_listed (self->connections);
  ws_broadcast_init (&broadcast, opcode, data);
  for (guint i = 0; i < clients->len; i++)
    {
      WsConnection *connection = clients->pdata[i];

      if (connection->state == WS_STATE_OPEN && (filter == NULL || filter (connection, filter_data)))
        n_taken += ws_broadcast_send (&broadcast, connection) == WS_BROADCAST_SENT;
    }
  ws_broadcast_clear (&broadcast);

  return n_taken;
}
