/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to a plain function instead of a signal. */
#include "wsserver/connection/ws-message-handler-private.h"
#include "wsserver/server/ws-server-message-func-private.h"

/**
 * ws_server_set_message_func:
 * @self: a server
 * @func: (nullable) (scope notified) (closure data) (destroy destroy): called for each message, or %NULL
 * @data: data for @func
 * @destroy: frees @data when it is no longer needed
 *
 * Delivers each message of each client to a function instead of through
 * [signal@Ws.Server::data-in] and [signal@Ws.Connection::data-in].
 *
 * This is the normal way to receive whole messages in C. @func is called once for each message,
 * after its last byte has arrived, whatever BufferMessage says. It gets the message's format and
 * bytes; the bytes are valid until @func returns. Answer with [method@Ws.Connection.send_data]. It
 * is also the fastest way: emitting a signal and creating its [struct@GLib.Bytes] takes longer than
 * receiving a short message.
 *
 * Otherwise @func is like a handler of the signal. It is called in the server's main context, in
 * the order in which messages arrive. It may send, close, pause (it then gets nothing until the
 * client's data is processed again), iterate the main context, set another function, or drop the
 * last reference to the server. @data is destroyed when another function is set or the server is
 * finalized, but never while @func runs.
 *
 * Two cases still go through the signals: a client in line mode
 * ([method@Ws.Connection.change_line_mode]), and the rest of a message whose first part was
 * delivered by a signal before the function was set.
 *
 * ```c
 * static void
 * message_cb (WsConnection *connection,
 *             WsDataFormat  format,
 *             const guint8 *data,
 *             gsize         length,
 *             gpointer      user_data)
 * {
 *   g_autoptr (GError) error = NULL;
 *
 *   if (!ws_connection_send_data (connection, format, data, length, &error))
 *     g_printerr ("%s\n", error->message);
 * }
 *
 * static void
 * set_up (WsServer *server)
 * {
 *   ws_server_set_message_func (server, message_cb, NULL, NULL);
 * }
 * ```
 *
 * Since: 1.0
 */
void
ws_server_set_message_func (WsServer      *self,
                            WsMessageFunc  func,
                            gpointer       data,
                            GDestroyNotify destroy)
{
  g_return_if_fail (WS_IS_SERVER (self));

  ws_server_take_message_handler (self, func != NULL ? ws_message_handler_new (func, data, destroy) : NULL);

  /* The data is not needed any more. */
  if (func == NULL && destroy != NULL)
    destroy (data);
}
