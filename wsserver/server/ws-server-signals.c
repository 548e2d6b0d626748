/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signals, and the functions that emit them. */
#include <stdarg.h>

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/base/ws-marshal-data-private.h"
#include "wsserver/base/ws-marshal.h"
#include "wsserver/base/ws-text-private.h"
#include "wsserver/request/ws-connection-request.h"
#include "wsserver/server/ws-server-signals-private.h"

guint ws_server_signals[WS_SERVER_N_SIGNALS];

static void
add_signal (GType                type,
            WsServerSignal       signal,
            const char          *name,
            GSignalCMarshaller   marshaller,
            GSignalCVaMarshaller va_marshaller,
            guint                n_parameters,
            ...)
{
  va_list types;

  va_start (types, n_parameters);
  ws_server_signals[signal] =
      g_signal_new_valist (name, type, G_SIGNAL_RUN_LAST, NULL, NULL, NULL, marshaller, G_TYPE_NONE,
                           n_parameters, types);
  va_end (types);
  g_signal_set_va_marshaller (ws_server_signals[signal], type, va_marshaller);
}

void
ws_server_signals_class_init (GType type)
{
  /**
   * WsServer::connected:
   * @self: the server
   * @connection: the client
   *
   * A WebSocket is open. [signal@Ws.Server::ready-to-send] follows at once.
   *
   * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Connected.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_CONNECTED, "connected", ws_marshal_VOID__OBJECT,
              ws_marshal_VOID__OBJECTv, 1, WS_TYPE_CONNECTION);

  /**
   * WsServer::connection-request:
   * @self: the server
   * @request: address and port of the client, and whether it is accepted
   *
   * A client has connected; nothing it sent has been read. A handler may refuse it.
   *
   * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), ConnectionRequest.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_CONNECTION_REQUEST, "connection-request", ws_marshal_VOID__OBJECT,
              ws_marshal_VOID__OBJECTv, 1, WS_TYPE_CONNECTION_REQUEST);

  /**
   * WsServer::data-in:
   * @self: the server
   * @connection: the client
   * @format: `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY` for the start of a message,
   *   `WS_DATA_FORMAT_AUTOMATIC` for its further parts and for lines
   * @data: the bytes; keep a reference to keep them
   * @eom: whether the message ends with them
   * @eol: in line mode, whether a line ends with them
   *
   * Data has arrived. A frame of up to 64 KiB is delivered in one piece, a longer frame in parts as
   * they arrive. With the setting BufferMessage, whole messages are delivered. In line mode, lines are
   * delivered: see [method@Ws.Connection.change_line_mode].
   *
   * A part of a text may end inside a character. What has arrived was checked to be UTF-8.
   *
   * With the setting BufferMessage:
   *
   * ```c
   * static void
   * data_in_cb (WsServer     *server,
   *             WsConnection *connection,
   *             WsDataFormat  format,
   *             GBytes       *data,
   *             gboolean      eom,
   *             gboolean      eol)
   * {
   *   gsize       length;
   *   const char *text = g_bytes_get_data (data, &length);
   *
   *   if (format == WS_DATA_FORMAT_TEXT)
   *     g_print ("%.*s\n", (int) length, text);
   * }
   * ```
   *
   * Source: RFC 6455 §5.6, §6.2; [Coming from IPWorks WSServer](coming-from-ipworks.html), DataIn.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_DATA_IN, "data-in", ws_marshal_VOID__OBJECT_ENUM_BOXED_BOOLEAN_BOOLEAN,
              ws_marshal_server_data_inv, 5, WS_TYPE_CONNECTION, WS_TYPE_DATA_FORMAT, G_TYPE_BYTES,
              G_TYPE_BOOLEAN, G_TYPE_BOOLEAN);

  /**
   * WsServer::disconnected:
   * @self: the server
   * @connection: the client, which has left [property@Ws.Server:connections]
   * @status_code: the client's close code, or 1005 if it sent none; the server's if the client did not answer
   *   or was at fault; 1006 if there was no closing handshake
   * @description: the reason, or what happened
   *
   * A WebSocket has ended. Emitted exactly once for each [signal@Ws.Server::connected]; nothing
   * follows it for this client.
   *
   * ```c
   * static void
   * disconnected_cb (WsServer *server, WsConnection *connection, int status_code, const char *description)
   * {
   *   g_print ("%s has gone: %d %s\n", ws_connection_get_connection_id (connection),
   *            status_code, description);
   * }
   * ```
   *
   * Source: RFC 6455 §7.1.5; [Coming from IPWorks WSServer](coming-from-ipworks.html), Disconnected.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_DISCONNECTED, "disconnected", ws_marshal_VOID__OBJECT_INT_STRING,
              ws_marshal_VOID__OBJECT_INT_STRINGv, 3, WS_TYPE_CONNECTION, G_TYPE_INT, G_TYPE_STRING);

  /**
   * WsServer::error:
   * @self: the server
   * @connection: (nullable): the client concerned, or %NULL
   * @code: one of [error@Ws.Error]
   * @description: what happened, in words
   *
   * Something failed, and there is no call that could have reported it. A fault of a client is not an
   * error in this sense: it is logged and answered.
   *
   * ```c
   * static void
   * error_cb (WsServer *server, WsConnection *connection, int error_code, const char *description)
   * {
   *   const char *id = connection != NULL ? ws_connection_get_connection_id (connection) : "server";
   *
   *   g_printerr ("%s: %s\n", id, description);
   * }
   * ```
   *
   * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Error.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_ERROR, "error", ws_marshal_VOID__OBJECT_INT_STRING,
              ws_marshal_VOID__OBJECT_INT_STRINGv, 3, WS_TYPE_CONNECTION, G_TYPE_INT, G_TYPE_STRING);

  /**
   * WsServer::log:
   * @self: the server
   * @connection: (nullable): the client concerned, or %NULL
   * @level: 1 information and errors, 2 verbose, 3 debug
   * @message: the entry
   * @type: `Info`, `Error`, `Verbose` or `Debug`
   *
   * A line of the log. The setting LogLevel decides which lines are emitted. Payload is never logged.
   *
   * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Log.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_LOG, "log", ws_marshal_VOID__OBJECT_INT_STRING_STRING,
              ws_marshal_VOID__OBJECT_INT_STRING_STRINGv, 4, WS_TYPE_CONNECTION, G_TYPE_INT, G_TYPE_STRING,
              G_TYPE_STRING);

  /**
   * WsServer::ping:
   * @self: the server
   * @connection: the client
   * @payload: its payload
   * @response: %TRUE for a pong, %FALSE for a ping, which has been answered already
   *
   * A ping or pong has arrived.
   *
   * Source: RFC 6455 §5.5.2; [Coming from IPWorks WSServer](coming-from-ipworks.html), Ping.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_PING, "ping", ws_marshal_VOID__OBJECT_BOXED_BOOLEAN,
              ws_marshal_VOID__OBJECT_BOXED_BOOLEANv, 3, WS_TYPE_CONNECTION, G_TYPE_BYTES, G_TYPE_BOOLEAN);

  /**
   * WsServer::ready-to-send:
   * @self: the server
   * @connection: the client
   *
   * The connection accepts sends. Emitted after the WebSocket has opened, and, after a send failed with
   * `WS_ERROR_WOULD_BLOCK`, when the queue has fallen below half of MaxSendQueue.
   *
   * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), ReadyToSend.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_READY_TO_SEND, "ready-to-send", ws_marshal_VOID__OBJECT,
              ws_marshal_VOID__OBJECTv, 1, WS_TYPE_CONNECTION);

  /**
   * WsServer::ssl-client-authentication:
   * @self: the server
   * @connection: the client
   * @authentication: what it has shown, and whether it is accepted
   *
   * With [property@Ws.Server:ssl-authenticate-clients]: a client has shown its certificate, or that it
   * has none. A handler decides whether to accept it, whatever the verification says. The signal is
   * emitted in each handshake, before the request is read. A client that resumes a session is judged by
   * the certificate of that session. A client that is not accepted gets an alert, and
   * [signal@Ws.Server::error] is emitted with `WS_ERROR_CERT_NOT_VERIFIED` or
   * `WS_ERROR_CLIENT_CERT_NOT_FOUND`.
   *
   * Source: RFC 8446 §4.4.2;
   * [Coming from IPWorks WSServer](coming-from-ipworks.html), SSLClientAuthentication.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_SSL_CLIENT_AUTHENTICATION, "ssl-client-authentication",
              ws_marshal_VOID__OBJECT_OBJECT, ws_marshal_VOID__OBJECT_OBJECTv, 2, WS_TYPE_CONNECTION,
              WS_TYPE_CLIENT_AUTHENTICATION);

  /**
   * WsServer::ssl-connection-request:
   * @self: the server
   * @connection: the client
   * @request: what it offers, and which certificate it is shown
   *
   * A client has sent its ClientHello; TLS has not answered yet. A handler may choose another
   * certificate, now or later: see [class@Ws.SslConnectionRequest]. Provider INTERNAL only.
   *
   * Source: RFC 8446 §4.1.2; [Coming from IPWorks WSServer](coming-from-ipworks.html), SSLConnectionRequest.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_SSL_CONNECTION_REQUEST, "ssl-connection-request",
              ws_marshal_VOID__OBJECT_OBJECT, ws_marshal_VOID__OBJECT_OBJECTv, 2, WS_TYPE_CONNECTION,
              WS_TYPE_SSL_CONNECTION_REQUEST);

  /**
   * WsServer::ssl-status:
   * @self: the server
   * @connection: the client
   * @message: one line
   *
   * A step of TLS with a client: what the client offers, a message of the handshake, what was negotiated,
   * an alert, the end. With LogSSLPackets also each record. Connect a handler before the client connects;
   * otherwise nothing is reported for it.
   *
   * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SSLStatus.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_SSL_STATUS, "ssl-status", ws_marshal_VOID__OBJECT_STRING,
              ws_marshal_VOID__OBJECT_STRINGv, 2, WS_TYPE_CONNECTION, G_TYPE_STRING);

  /**
   * WsServer::web-socket-open-request:
   * @self: the server
   * @connection: the client
   * @request: what it asks for, and the answer
   *
   * A client asks to open a WebSocket. It is accepted unless a handler refuses it or defers the
   * decision; see [class@Ws.OpenRequest].
   *
   * Source: RFC 6455 §4.2.2; [Coming from IPWorks WSServer](coming-from-ipworks.html), WebSocketOpenRequest.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_WEB_SOCKET_OPEN_REQUEST, "web-socket-open-request",
              ws_marshal_VOID__OBJECT_OBJECT, ws_marshal_VOID__OBJECT_OBJECTv, 2, WS_TYPE_CONNECTION,
              WS_TYPE_OPEN_REQUEST);

  /**
   * WsServer::http-request:
   * @self: the server
   * @connection: the client
   * @request: what it asks for, and the answer
   *
   * A client has sent a request that does not ask for a WebSocket; see [class@Ws.HttpRequest].
   *
   * Before 1.2 it was emitted for GET and HEAD only. A request with a body is refused with 413, unless
   * MaxHttpBodySize allows it.
   *
   * Since: 1.0
   */
  add_signal (type, WS_SERVER_SIGNAL_HTTP_REQUEST, "http-request", ws_marshal_VOID__OBJECT_OBJECT,
              ws_marshal_VOID__OBJECT_OBJECTv, 2, WS_TYPE_CONNECTION, WS_TYPE_HTTP_REQUEST);
}

gboolean
ws_server_wants (WsServer      *self,
                 WsServerSignal signal)
{
  return g_signal_has_handler_pending (self, ws_server_signals[signal], 0, FALSE);
}

void
ws_server_emit_error (WsServer     *self,
                      WsConnection *connection,
                      int           code,
                      const char   *description)
{
  g_autofree char *line = ws_text_dup_line (description);

  g_signal_emit (self, ws_server_signals[WS_SERVER_SIGNAL_ERROR], 0, connection, code, line);
}

void
ws_server_emit_gerror (WsServer *self,
                       GError   *error)
{
  if (error == NULL)
    return;

  ws_server_emit_error (self, NULL, error->code, error->message);
  g_error_free (error);
}

/* What a handler of the log causes is not logged: a log that is sent to a client would never end. */
gboolean
ws_server_wants_log (WsServer  *self,
                     WsLogLevel level)
{
  return self->settings->log_level >= (guint) level && !self->logging &&
         ws_server_wants (self, WS_SERVER_SIGNAL_LOG);
}

void
ws_server_emit_log (WsServer     *self,
                    WsConnection *connection,
                    WsLogLevel    level,
                    const char   *message,
                    const char   *type)
{
  g_object_ref (self);
  self->logging = TRUE;
  g_signal_emit (self, ws_server_signals[WS_SERVER_SIGNAL_LOG], 0, connection, (int) level, message, type);
  self->logging = FALSE;
  g_object_unref (self);
}

void
ws_server_log (WsServer   *self,
               WsLogLevel  level,
               const char *type,
               const char *format,
               ...)
{
  g_autofree char *message = NULL;
  gboolean         trace = self->poller != NULL && self->context.trace;
  va_list          arguments;

  if (!trace && !ws_server_wants_log (self, level))
    return;

  va_start (arguments, format);
  message = ws_text_take_line (g_strdup_vprintf (format, arguments));
  va_end (arguments);
  if (trace)
    g_debug ("%s", message);
  if (ws_server_wants_log (self, level))
    ws_server_emit_log (self, NULL, level, message, type);
}
