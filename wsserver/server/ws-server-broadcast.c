/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* One message to many clients. */
#include "wsserver/connection/ws-connection-map-private.h"
#include "wsserver/base/ws-error.h"
#include "wsserver/connection/ws-broadcast-private.h"
#include "wsserver/server/ws-server-private.h"

static gboolean
resolve_opcode (WsDataFormat format,
                GBytes      *data,
                WsOpcode    *opcode,
                GError     **error)
{
  gsize         length;
  const guint8 *bytes = g_bytes_get_data (data, &length);
  gboolean      is_text = format != WS_DATA_FORMAT_BINARY && ws_utf8_is_valid (bytes, length);

  *opcode = is_text ? WS_OPCODE_TEXT : WS_OPCODE_BINARY;
  if (format != WS_DATA_FORMAT_TEXT || is_text)
    return TRUE;

  g_set_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT,
               "[%d] Invalid argument: the text is not UTF-8; send it as binary", WS_ERROR_INVALID_ARGUMENT);
  return FALSE;
}

/**
 * ws_server_broadcast:
 * @self: a server
 * @format: `WS_DATA_FORMAT_AUTOMATIC`, `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY`
 * @data: what to send; referenced, and copied for no client
 * @filter: (nullable) (scope call) (closure filter_data): asked of each client whether it is meant;
 *   %NULL means all
 * @filter_data: data for @filter
 * @error: return location for an error, or %NULL
 *
 * Sends one message to every client that is connected, or to those that @filter picks.
 *
 * It is checked and framed once, and compressed once for all clients that have agreed on the same
 * compression. For each client it takes its place behind what was sent before, also behind a file
 * or stream under way, and never waits, whatever the client's
 * [property@Ws.Connection:timeout].
 *
 * A client does not get it if its queue would pass MaxSendQueue; then
 * [signal@Ws.Server::ready-to-send] tells when there is room again, as after any send. Neither does
 * one that is closing, nor one in the middle of a message announced by MessageLength.
 *
 * @filter may close clients, this one or others, and do whatever a signal handler may. Those who
 * connect while it runs are not asked.
 *
 * A client whose compression keeps its context gets a message that refers to nothing before it, and
 * what is sent to it next does not refer to it or anything before: for a client that gets nothing
 * but broadcasts with much in common, separate sends cost more time and fewer bytes.
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
 * tell_news (WsServer *server, const char *text)
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

  if (!resolve_opcode (format, data, &opcode, error))
    return 0;

  /* The filter, and whatever is told while sending, may change the list. */
  clients = ws_connection_map_snapshot_listed (self->connections);
  ws_broadcast_init (&broadcast, opcode, data);
  for (guint i = 0; i < clients->len; i++)
    {
      WsConnection *connection = clients->pdata[i];

      if (connection->state == WS_STATE_OPEN && (filter == NULL || filter (connection, filter_data)))
        n_taken += ws_broadcast_send (&broadcast, connection);
    }
  ws_broadcast_clear (&broadcast);

  return n_taken;
}
