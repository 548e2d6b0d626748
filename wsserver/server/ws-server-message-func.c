/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to a plain function instead of a signal. */
#include "wsserver/connection/ws-message-handler-private.h"
#include "wsserver/server/ws-server-private.h"

void
ws_server_take_message_handler (WsServer         *self,
                                WsMessageHandler *handler)
{
  WsMessageHandler *old = self->message_handler;

  /* The old one goes last: what it destroys may come back here. */
  self->message_handler = handler;
  self->context.message_handler = handler;
  if (old != NULL)
    ws_message_handler_unref (old);
}

/**
 * ws_server_set_message_func:
 * @self: a server
 * @func: (nullable) (scope notified) (closure data) (destroy destroy): called for each message, or %NULL
 * @data: data for @func
 * @destroy: frees @data when it is no longer needed
 *
 * Has each message of each client given to a function, in place of
 * [signal@Ws.Server::data-in] and [signal@Ws.Connection::data-in].
 *
 * For programs that count nanoseconds: a signal and the [struct@GLib.Bytes] it carries cost more
 * than receiving a short message does. The function gets whole messages, whatever BufferMessage
 * says: @func is called once a message, when its last byte is here, with its format and its bytes
 * where they lie. Answer with [method@Ws.Connection.send_data].
 *
 * In every other respect it is like a handler of the signal: it is called from the server's main
 * context, in the order in which messages come; it may send, close, pause (nothing is given to it
 * until the client's data is processed again), iterate the main context, set another function, or
 * drop the last reference to the server. @data is destroyed when another function is set or the
 * server goes, but never while @func runs.
 *
 * The signals stay for what a function for messages cannot tell: a client in line mode
 * ([method@Ws.Connection.change_line_mode]) is told of by them, and so is the rest of a message of
 * which they have told a part before the function was set.
 *
 * ```c
 * static void
 * echo (WsConnection *connection, WsDataFormat format, const guint8 *data, gsize length, gpointer user_data)
 * {
 *   ws_connection_send_data (connection, format, data, length, NULL);
 * }
 *
 * static void
 * set_up (WsServer *server)
 * {
 *   ws_server_set_message_func (server, echo, NULL, NULL);
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

  /* Nobody will ask for the data. */
  if (func == NULL && destroy != NULL)
    destroy (data);
}
