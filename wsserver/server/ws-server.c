/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/base/ws-error.h"
#include "wsserver/base/ws-marshal-data-private.h"
#include "wsserver/base/ws-marshal.h"
#include "wsserver/connection/ws-connection-request.h"
#include "wsserver/server/ws-server-private.h"

/**
 * WsServer:
 *
 * A WebSocket server.
 *
 * The smallest one that is of use:
 *
 * ```c
 * static void
 * data_in_cb (WsServer *server, WsConnection *connection, WsDataFormat format, GBytes *data)
 * {
 *   ws_connection_send (connection, data, NULL);
 * }
 *
 * int
 * main (void)
 * {
 *   g_autoptr (WsServer) server = ws_server_new ();
 *   g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
 *
 *   g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), NULL);
 *   ws_server_set_local_port (server, 8080, NULL);
 *   if (!ws_server_start_listening (server, NULL))
 *     return 1;
 *   g_main_loop_run (loop);
 *   return 0;
 * }
 * ```
 *
 * For each client the signals come in this order: [signal@Ws.Server::connection-request],
 * [signal@Ws.Server::web-socket-open-request], [signal@Ws.Server::connected],
 * [signal@Ws.Server::ready-to-send], [signal@Ws.Server::data-in] as often as data comes, and
 * [signal@Ws.Server::disconnected]. A handler may do anything: send, close, pause, stop or shut down
 * the server, run the main context, drop the last reference.
 *
 * The server belongs to the main context that was the thread's default when it started to listen;
 * call it from there only. It makes no thread. When its last reference goes, the clients are
 * dropped.
 *
 * Settings that are rarely needed go through [method@Ws.Server.config].
 *
 * Source: the reference's WSServer; RFC 6455.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (WsServer, ws_server, G_TYPE_OBJECT)

enum
{
  PROP_CONNECTION_BACKLOG = 1,
  PROP_CONNECTIONS,
  PROP_DEFAULT_TIMEOUT,
  PROP_LISTENING,
  PROP_LOCAL_HOST,
  PROP_LOCAL_PORT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

guint ws_server_signals[WS_SERVER_N_SIGNALS];

static void
ws_server_dispose (GObject *object)
{
  ws_server_dispose_network (WS_SERVER (object));
  ws_server_take_message_handler (WS_SERVER (object), NULL); /* its data may hold a reference to us */

  G_OBJECT_CLASS (ws_server_parent_class)->dispose (object);
}

static void
ws_server_finalize (GObject *object)
{
  WsServer *self = WS_SERVER (object);

  ws_access_list_free (self->allowed_clients);
  ws_access_list_free (self->blocked_clients);
  ws_settings_unref (self->settings);
  g_object_unref (self->connections);
  g_free (self->local_host);

  G_OBJECT_CLASS (ws_server_parent_class)->finalize (object);
}

static void
ws_server_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  WsServer *self = WS_SERVER (object);

  switch (prop_id)
    {
    case PROP_CONNECTION_BACKLOG:
      g_value_set_int (value, self->connection_backlog);
      break;
    case PROP_CONNECTIONS:
      g_value_set_object (value, self->connections);
      break;
    case PROP_DEFAULT_TIMEOUT:
      g_value_set_int (value, self->default_timeout_s);
      break;
    case PROP_LISTENING:
      g_value_set_boolean (value, self->acceptor != NULL);
      break;
    case PROP_LOCAL_HOST:
      g_value_set_string (value, ws_server_get_local_host (self));
      break;
    case PROP_LOCAL_PORT:
      g_value_set_uint (value, self->local_port);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* A property setter has no error to set; it tells by signal. */
static void
report (WsServer *self,
        GError   *error)
{
  if (error == NULL)
    return;

  ws_server_emit_error (self, NULL, error->code, error->message);
  g_error_free (error);
}

static void
ws_server_set_property (GObject      *object,
                        guint         prop_id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  WsServer *self = WS_SERVER (object);
  GError   *error = NULL;

  switch (prop_id)
    {
    case PROP_CONNECTION_BACKLOG:
      ws_server_set_connection_backlog (self, g_value_get_int (value));
      break;
    case PROP_DEFAULT_TIMEOUT:
      ws_server_set_default_timeout (self, g_value_get_int (value));
      break;
    case PROP_LOCAL_HOST:
      ws_server_set_local_host (self, g_value_get_string (value), &error);
      break;
    case PROP_LOCAL_PORT:
      ws_server_set_local_port (self, g_value_get_uint (value), &error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }

  report (self, error);
}

#define READ_ONLY (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define READ_WRITE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)

static void
install_properties (GObjectClass *object_class)
{
  /**
   * WsServer:connection-backlog: (getter get_connection_backlog) (setter set_connection_backlog)
   *
   * How many clients may wait in the system to be accepted. Takes effect with the next
   * [method@Ws.Server.start_listening]; the system may have a lower limit.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECTION_BACKLOG] = g_param_spec_int ("connection-backlog", NULL, NULL, 1, G_MAXINT, SOMAXCONN, READ_WRITE);
  /**
   * WsServer:connections: (getter get_connections)
   *
   * The clients that are connected. The object stays the same for the server's life.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECTIONS] = g_param_spec_object ("connections", NULL, NULL, WS_TYPE_CONNECTION_MAP, READ_ONLY);
  /**
   * WsServer:default-timeout: (getter get_default_timeout) (setter set_default_timeout)
   *
   * Seconds: the [property@Ws.Connection:timeout] of clients that connect from now on.
   *
   * Since: 0.1
   */
  properties[PROP_DEFAULT_TIMEOUT] = g_param_spec_int ("default-timeout", NULL, NULL, 0, G_MAXINT, 0, READ_WRITE);
  /**
   * WsServer:listening: (getter get_listening)
   *
   * Whether the server listens. It notifies.
   *
   * Since: 0.1
   */
  properties[PROP_LISTENING] = g_param_spec_boolean ("listening", NULL, NULL, FALSE, READ_ONLY);
  /**
   * WsServer:local-host: (getter get_local_host)
   *
   * Where to listen: an IP address, a host name, or empty for every address of this machine. A path
   * that starts with `/` or `unix:` makes it a Unix socket. While listening it reads as the address
   * bound, and setting it emits [signal@Ws.Server::error] with `WS_ERROR_LOCAL_HOST_FIXED`.
   *
   * Since: 0.1
   */
  properties[PROP_LOCAL_HOST] = g_param_spec_string ("local-host", NULL, NULL, "", READ_WRITE);
  /**
   * WsServer:local-port: (getter get_local_port)
   *
   * The TCP port to listen on; 0 lets the system pick one, which it then reads as. While listening
   * setting it emits [signal@Ws.Server::error] with `WS_ERROR_LOCAL_PORT_FIXED`.
   *
   * Since: 0.1
   */
  properties[PROP_LOCAL_PORT] = g_param_spec_uint ("local-port", NULL, NULL, 0, G_MAXUINT16, 0, READ_WRITE);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
add_signal (WsServerSignal     signal,
            const char        *name,
            GSignalCMarshaller marshaller,
            GSignalCVaMarshaller va_marshaller,
            guint              n_parameters,
            ...)
{
  va_list types;

  va_start (types, n_parameters);
  ws_server_signals[signal] =
      g_signal_new_valist (name, WS_TYPE_SERVER, G_SIGNAL_RUN_LAST, NULL, NULL, NULL, marshaller, G_TYPE_NONE,
                           n_parameters, types);
  va_end (types);
  g_signal_set_va_marshaller (ws_server_signals[signal], WS_TYPE_SERVER, va_marshaller);
}

static void
ws_server_class_init (WsServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ws_server_dispose;
  object_class->finalize = ws_server_finalize;
  object_class->get_property = ws_server_get_property;
  object_class->set_property = ws_server_set_property;
  install_properties (object_class);

  /**
   * WsServer::connected:
   * @self: the server
   * @connection: the client
   *
   * A WebSocket is open. [signal@Ws.Server::ready-to-send] follows at once.
   *
   * Source: the reference's Connected.
   *
   * Since: 0.1
   */
  add_signal (WS_SERVER_SIGNAL_CONNECTED, "connected", ws_marshal_VOID__OBJECT,
              ws_marshal_VOID__OBJECTv, 1, WS_TYPE_CONNECTION);

  /**
   * WsServer::connection-request:
   * @self: the server
   * @request: address and port of the client, and whether it is accepted
   *
   * A client has connected its socket; nothing of it has been read. A handler may refuse it.
   *
   * Source: the reference's ConnectionRequest.
   *
   * Since: 0.1
   */
  add_signal (WS_SERVER_SIGNAL_CONNECTION_REQUEST, "connection-request", ws_marshal_VOID__OBJECT,
              ws_marshal_VOID__OBJECTv, 1, WS_TYPE_CONNECTION_REQUEST);

  /**
   * WsServer::data-in:
   * @self: the server
   * @connection: the client
   * @format: `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY` for what begins a message,
   *   `WS_DATA_FORMAT_AUTOMATIC` for a further part of it and for lines
   * @data: the bytes; keep a reference to keep them
   * @eom: whether the message ends with them
   * @eol: in line mode, whether a line ends with them
   *
   * Data has come. Each frame of up to 64 KiB comes in one piece, a longer one in parts as they
   * arrive; with the setting BufferMessage each message comes whole. In line mode lines come instead:
   * see [method@Ws.Connection.change_line_mode].
   *
   * Parts of a text may be cut inside a character; each has been checked to be UTF-8 as far as it goes.
   *
   * Source: the reference's DataIn; RFC 6455 §5.6, §6.2.
   *
   * Since: 0.1
   */
  add_signal (WS_SERVER_SIGNAL_DATA_IN, "data-in", ws_marshal_VOID__OBJECT_ENUM_BOXED_BOOLEAN_BOOLEAN,
              ws_marshal_server_data_inv, 5, WS_TYPE_CONNECTION, WS_TYPE_DATA_FORMAT, G_TYPE_BYTES, G_TYPE_BOOLEAN, G_TYPE_BOOLEAN);

  /**
   * WsServer::disconnected:
   * @self: the server
   * @connection: the client, which has left [property@Ws.Server:connections]
   * @status_code: close code: the client's, or 1005 if it gave none; ours if it did not answer or was at fault;
   *   1006 if there was no closing handshake
   * @description: the reason, or what happened
   *
   * A WebSocket has ended. Emitted exactly once for each [signal@Ws.Server::connected]; nothing
   * follows it for this client.
   *
   * Source: the reference's Disconnected; RFC 6455 §7.1.5.
   *
   * Since: 0.1
   */
  add_signal (WS_SERVER_SIGNAL_DISCONNECTED, "disconnected", ws_marshal_VOID__OBJECT_INT_STRING,
              ws_marshal_VOID__OBJECT_INT_STRINGv, 3, WS_TYPE_CONNECTION, G_TYPE_INT, G_TYPE_STRING);

  /**
   * WsServer::error:
   * @self: the server
   * @connection: (nullable): the client concerned, or %NULL
   * @code: one of [error@Ws.Error]
   * @description: what happened, in words
   *
   * Something failed outside of any call that could have reported it. What a client does wrong is no
   * error of this side: it is logged, and answered.
   *
   * Source: the reference's Error.
   *
   * Since: 0.1
   */
  add_signal (WS_SERVER_SIGNAL_ERROR, "error", ws_marshal_VOID__OBJECT_INT_STRING,
              ws_marshal_VOID__OBJECT_INT_STRINGv, 3, WS_TYPE_CONNECTION, G_TYPE_INT, G_TYPE_STRING);

  /**
   * WsServer::log:
   * @self: the server
   * @connection: (nullable): the client concerned, or %NULL
   * @level: 1 information and errors, 2 verbose, 3 debug
   * @message: the entry
   * @type: `Info`, `Error`, `Verbose` or `Debug`
   *
   * An entry of the log. How much is told depends on the setting LogLevel. Payload is never told.
   *
   * Source: the reference's Log.
   *
   * Since: 0.1
   */
  add_signal (WS_SERVER_SIGNAL_LOG, "log", ws_marshal_VOID__OBJECT_INT_STRING_STRING,
              ws_marshal_VOID__OBJECT_INT_STRING_STRINGv, 4, WS_TYPE_CONNECTION, G_TYPE_INT, G_TYPE_STRING, G_TYPE_STRING);

  /**
   * WsServer::ping:
   * @self: the server
   * @connection: the client
   * @payload: what it carries
   * @response: %TRUE for a pong, %FALSE for a ping, which has been answered already
   *
   * A ping or pong has come.
   *
   * Source: the reference's Ping; RFC 6455 §5.5.2.
   *
   * Since: 0.1
   */
  add_signal (WS_SERVER_SIGNAL_PING, "ping", ws_marshal_VOID__OBJECT_BOXED_BOOLEAN,
              ws_marshal_VOID__OBJECT_BOXED_BOOLEANv, 3, WS_TYPE_CONNECTION, G_TYPE_BYTES, G_TYPE_BOOLEAN);

  /**
   * WsServer::ready-to-send:
   * @self: the server
   * @connection: the client
   *
   * Sends are accepted: right after the WebSocket has opened, and when the queue has fallen below half
   * of MaxSendQueue after a send failed with `WS_ERROR_WOULD_BLOCK`.
   *
   * Source: the reference's ReadyToSend.
   *
   * Since: 0.1
   */
  add_signal (WS_SERVER_SIGNAL_READY_TO_SEND, "ready-to-send", ws_marshal_VOID__OBJECT,
              ws_marshal_VOID__OBJECTv, 1, WS_TYPE_CONNECTION);

  /**
   * WsServer::web-socket-open-request:
   * @self: the server
   * @connection: the client
   * @request: what it asks for, and the answer
   *
   * A client asks to open a WebSocket. It is accepted unless a handler decides else or defers the
   * decision; see [class@Ws.OpenRequest].
   *
   * Source: the reference's WebSocketOpenRequest; RFC 6455 §4.2.2.
   *
   * Since: 0.1
   */
  add_signal (WS_SERVER_SIGNAL_WEB_SOCKET_OPEN_REQUEST, "web-socket-open-request", ws_marshal_VOID__OBJECT_OBJECT,
              ws_marshal_VOID__OBJECT_OBJECTv, 2, WS_TYPE_CONNECTION, WS_TYPE_OPEN_REQUEST);

  /**
   * WsServer::http-request:
   * @self: the server
   * @connection: the client
   * @request: what it asks for, and the answer
   *
   * A client sends a GET or HEAD that asks for no WebSocket; see [class@Ws.HttpRequest].
   *
   * Since: 0.1
   */
  add_signal (WS_SERVER_SIGNAL_HTTP_REQUEST, "http-request", ws_marshal_VOID__OBJECT_OBJECT,
              ws_marshal_VOID__OBJECT_OBJECTv, 2, WS_TYPE_CONNECTION, WS_TYPE_HTTP_REQUEST);
}

static void
ws_server_init (WsServer *self)
{
  self->settings = ws_settings_new ();
  self->allowed_clients = ws_access_list_new (self->settings->allowed_clients, NULL);
  self->blocked_clients = ws_access_list_new (self->settings->blocked_clients, NULL);
  self->connections = ws_connection_map_new ();
  self->local_host = g_strdup ("");
  self->connection_backlog = SOMAXCONN;
}

/**
 * ws_server_new:
 *
 * Makes a server that does not listen yet.
 *
 * Returns: (transfer full): a new server
 *
 * Since: 0.1
 */
WsServer *
ws_server_new (void)
{
  return g_object_new (WS_TYPE_SERVER, NULL);
}

/**
 * ws_server_get_connection_backlog: (get-property connection-backlog)
 * @self: a server
 *
 * Gets how many clients may wait to be accepted.
 *
 * Returns: the number
 *
 * Since: 0.1
 */
int
ws_server_get_connection_backlog (WsServer *self)
{
  g_return_val_if_fail (WS_IS_SERVER (self), 0);

  return self->connection_backlog;
}

/**
 * ws_server_get_connections: (get-property connections)
 * @self: a server
 *
 * Gets the clients that are connected.
 *
 * Returns: (transfer none): the list model, the same for the server's life
 *
 * Since: 0.1
 */
WsConnectionMap *
ws_server_get_connections (WsServer *self)
{
  g_return_val_if_fail (WS_IS_SERVER (self), NULL);

  return self->connections;
}

/**
 * ws_server_get_default_timeout: (get-property default-timeout)
 * @self: a server
 *
 * Gets the timeout of new connections.
 *
 * Returns: seconds
 *
 * Since: 0.1
 */
int
ws_server_get_default_timeout (WsServer *self)
{
  g_return_val_if_fail (WS_IS_SERVER (self), 0);

  return self->default_timeout_s;
}

/**
 * ws_server_get_listening: (get-property listening)
 * @self: a server
 *
 * Gets whether the server listens.
 *
 * Returns: %TRUE if so
 *
 * Since: 0.1
 */
gboolean
ws_server_get_listening (WsServer *self)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);

  return self->acceptor != NULL;
}

/**
 * ws_server_get_local_host: (get-property local-host)
 * @self: a server
 *
 * Gets where the server listens.
 *
 * Returns: the address bound, or, when it does not listen, what was set
 *
 * Since: 0.1
 */
const char *
ws_server_get_local_host (WsServer *self)
{
  g_return_val_if_fail (WS_IS_SERVER (self), NULL);

  return self->bound_host != NULL ? self->bound_host : self->local_host;
}

/**
 * ws_server_get_local_port: (get-property local-port)
 * @self: a server
 *
 * Gets the port.
 *
 * Returns: the port
 *
 * Since: 0.1
 */
guint
ws_server_get_local_port (WsServer *self)
{
  g_return_val_if_fail (WS_IS_SERVER (self), 0);

  return self->local_port;
}

/**
 * ws_server_set_connection_backlog: (set-property connection-backlog)
 * @self: a server
 * @connection_backlog: the number, 1 or more
 *
 * Sets how many clients may wait to be accepted, from the next
 * [method@Ws.Server.start_listening] on.
 *
 * Since: 0.1
 */
void
ws_server_set_connection_backlog (WsServer *self,
                                  int       connection_backlog)
{
  g_return_if_fail (WS_IS_SERVER (self));
  g_return_if_fail (connection_backlog >= 1);

  if (self->connection_backlog == connection_backlog)
    return;

  self->connection_backlog = connection_backlog;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONNECTION_BACKLOG]);
}

/**
 * ws_server_set_default_timeout: (set-property default-timeout)
 * @self: a server
 * @default_timeout: seconds, 0 or more
 *
 * Sets the timeout of clients that connect from now on.
 *
 * Since: 0.1
 */
void
ws_server_set_default_timeout (WsServer *self,
                               int       default_timeout)
{
  g_return_if_fail (WS_IS_SERVER (self));
  g_return_if_fail (default_timeout >= 0);

  if (self->default_timeout_s == default_timeout)
    return;

  self->default_timeout_s = default_timeout;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEFAULT_TIMEOUT]);
}

/**
 * ws_server_set_local_host:
 * @self: a server
 * @local_host: (nullable): an IP address, a host name, a path, or empty
 * @error: return location for an error, or %NULL
 *
 * Sets where to listen.
 *
 * Sets @error to `WS_ERROR_LOCAL_HOST_FIXED` while the server listens.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 0.1
 */
gboolean
ws_server_set_local_host (WsServer   *self,
                          const char *local_host,
                          GError    **error)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (local_host == NULL)
    local_host = "";
  if (g_str_equal (self->local_host, local_host))
    return TRUE;
  if (self->acceptor != NULL)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_LOCAL_HOST_FIXED,
                   "Cannot change LocalHost to \"%s\" while the server is listening on %s", local_host, self->bound_host);
      return FALSE;
    }

  g_free (self->local_host);
  self->local_host = g_strdup (local_host);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOCAL_HOST]);
  return TRUE;
}

/**
 * ws_server_set_local_port:
 * @self: a server
 * @local_port: the port, or 0 to let the system pick one
 * @error: return location for an error, or %NULL
 *
 * Sets the port to listen on.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_LOCAL_PORT_FIXED` while the server listens
 * - `WS_ERROR_INVALID_ARGUMENT` for a number over 65535
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 0.1
 */
gboolean
ws_server_set_local_port (WsServer *self,
                          guint     local_port,
                          GError  **error)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (local_port > G_MAXUINT16)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT,
                   "[%d] Invalid argument: LocalPort %u; accepted is a number from 0 to 65535", WS_ERROR_INVALID_ARGUMENT,
                   local_port);
      return FALSE;
    }
  if (self->local_port == local_port)
    return TRUE;
  if (self->acceptor != NULL)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_LOCAL_PORT_FIXED,
                   "Cannot change LocalPort to %u while the server is listening on %s:%u", local_port, self->bound_host,
                   self->local_port);
      return FALSE;
    }

  self->local_port = local_port;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOCAL_PORT]);
  return TRUE;
}

/**
 * ws_server_get_connection:
 * @self: a server
 * @connection_id: a connection's id
 *
 * Looks up a connection by its id, in the same time whatever the number of clients.
 *
 * Returns: (transfer none) (nullable): the connection, or %NULL if there is none with this id
 *
 * Since: 0.1
 */
WsConnection *
ws_server_get_connection (WsServer   *self,
                          const char *connection_id)
{
  g_return_val_if_fail (WS_IS_SERVER (self), NULL);
  g_return_val_if_fail (connection_id != NULL, NULL);

  return ws_connection_map_lookup (self->connections, connection_id);
}
