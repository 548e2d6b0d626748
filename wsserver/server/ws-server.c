/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/server/ws-connection-map-private.h"
#include "wsserver/server/ws-connection-map.h"
#include "wsserver/connection/ws-message-handler-private.h"
#include "wsserver/server/ws-server-message-func-private.h"
#include "wsserver/server/ws-server-memory-private.h"
#include "wsserver/server/ws-server-network-private.h"
#include "wsserver/server/ws-server-properties-private.h"
#include "wsserver/server/ws-server-signals-private.h"
#include "wsserver/server/ws-server-tls-changes-private.h"
#include "wsserver/server/ws-server-tls-private.h"

/**
 * WsServer:
 *
 * A WebSocket server.
 *
 * This program sends each message back. [method@Ws.Server.set_message_func] delivers whole messages to
 * a function; the setting `BufferMessage` makes [signal@Ws.Server::data-in] deliver whole messages.
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
 * int
 * main (void)
 * {
 *   g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
 *   g_autoptr (WsServer) server = ws_server_new ();
 *   g_autoptr (GError) error = NULL;
 *
 *   g_object_set (server, "local-host", "127.0.0.1", "local-port", 8080, NULL);
 *   ws_server_set_message_func (server, message_cb, NULL, NULL);
 *   if (!ws_server_start_listening (server, &error))
 *     {
 *       g_printerr ("%s\n", error->message);
 *       return 1;
 *     }
 *
 *   g_print ("ws://127.0.0.1:%u/\n", ws_server_get_local_port (server));
 *   g_main_loop_run (loop);
 *   return 0;
 * }
 * ```
 *
 * The signals of one client come in this order: [signal@Ws.Server::connection-request],
 * [signal@Ws.Server::web-socket-open-request], [signal@Ws.Server::connected],
 * [signal@Ws.Server::ready-to-send], any number of [signal@Ws.Server::data-in], and
 * [signal@Ws.Server::disconnected]. A handler may send, close, pause, stop or shut down the server,
 * run the main context, and drop the last reference to the server.
 *
 * The server belongs to the main context that was the thread's default when it started listening.
 * Call it from that context only. It starts no thread. When its last reference is dropped, it drops
 * its clients.
 *
 * Rarely needed settings have no property; set them with [method@Ws.Server.config].
 *
 * Source: RFC 6455; [Coming from IPWorks WSServer](coming-from-ipworks.html), WSServer.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (WsServer, ws_server, G_TYPE_OBJECT)

void
ws_server_take_message_handler (WsServer         *self,
                                WsMessageHandler *handler)
{
  WsMessageHandler *old = self->message_handler;

  /* The old one goes last: the destroy function of its data may call this again. */
  self->message_handler = handler;
  self->context.message_handler = handler;
  if (old != NULL)
    ws_message_handler_unref (old);
}

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

  ws_server_clear_tls (self);
  ws_access_list_free (self->allowed_clients);
  ws_access_list_free (self->blocked_clients);
  ws_access_list_free (self->trusted_proxies);
  ws_settings_unref (self->settings);
  g_object_unref (self->connections);
  ws_address_counts_free (self->addresses);
  ws_page_set_free (self->pages);
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
    case WS_SERVER_PROP_CONNECTION_BACKLOG:
      g_value_set_int (value, self->connection_backlog);
      break;
    case WS_SERVER_PROP_CONNECTIONS:
      g_value_set_object (value, self->connections);
      break;
    case WS_SERVER_PROP_DEFAULT_TIMEOUT:
      g_value_set_int (value, self->default_timeout_s);
      break;
    case WS_SERVER_PROP_LISTENING:
      g_value_set_boolean (value, self->acceptor != NULL);
      break;
    case WS_SERVER_PROP_LOCAL_HOST:
      g_value_set_string (value, ws_server_get_local_host (self));
      break;
    case WS_SERVER_PROP_LOCAL_PORT:
      g_value_set_uint (value, self->local_port);
      break;
    case WS_SERVER_PROP_SSL_AUTHENTICATE_CLIENTS:
      g_value_set_boolean (value, self->ssl_authenticate_clients);
      break;
    case WS_SERVER_PROP_SSL_CERT:
      g_value_set_object (value, self->ssl_cert);
      break;
    case WS_SERVER_PROP_SSL_PROVIDER:
      g_value_set_enum (value, self->ssl_provider);
      break;
    case WS_SERVER_PROP_USE_SSL:
      g_value_set_boolean (value, self->use_ssl);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
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
    case WS_SERVER_PROP_CONNECTION_BACKLOG:
      ws_server_set_connection_backlog (self, g_value_get_int (value));
      break;
    case WS_SERVER_PROP_DEFAULT_TIMEOUT:
      ws_server_set_default_timeout (self, g_value_get_int (value));
      break;
    case WS_SERVER_PROP_LOCAL_HOST:
      ws_server_set_local_host (self, g_value_get_string (value), &error);
      break;
    case WS_SERVER_PROP_LOCAL_PORT:
      ws_server_set_local_port (self, g_value_get_uint (value), &error);
      break;
    case WS_SERVER_PROP_SSL_AUTHENTICATE_CLIENTS:
      ws_server_change_ssl_authenticate_clients (self, g_value_get_boolean (value), &error);
      break;
    case WS_SERVER_PROP_SSL_CERT:
      ws_server_change_ssl_cert (self, g_value_get_object (value), &error);
      break;
    case WS_SERVER_PROP_SSL_PROVIDER:
      ws_server_change_ssl_provider (self, (WsSslProvider) g_value_get_enum (value), &error);
      break;
    case WS_SERVER_PROP_USE_SSL:
      ws_server_change_use_ssl (self, g_value_get_boolean (value), &error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }

  ws_server_emit_gerror (self, error); /* a setter of GObject cannot report it otherwise */
}

static void
ws_server_class_init (WsServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ws_server_dispose;
  object_class->finalize = ws_server_finalize;
  object_class->get_property = ws_server_get_property;
  object_class->set_property = ws_server_set_property;
  ws_server_properties_class_init (object_class);

  ws_server_signals_class_init (G_TYPE_FROM_CLASS (klass));
}

static void
ws_server_init (WsServer *self)
{
  self->settings = ws_settings_new ();
  self->allowed_clients = ws_access_list_new (self->settings->allowed_clients, NULL);
  self->blocked_clients = ws_access_list_new (self->settings->blocked_clients, NULL);
  self->trusted_proxies = ws_access_list_new (self->settings->trusted_proxies, NULL);
  self->connections = ws_connection_map_new ();
  self->addresses = ws_address_counts_new ();
  self->pages = ws_page_set_new ();
  ws_server_init_memory (self);
  ws_server_init_tls (self);
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
 * Since: 1.0
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
 * Since: 1.0
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
 * Since: 1.0
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
 * Since: 1.0
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
 * Since: 1.0
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
 * Returns: the bound address while the server listens, otherwise what was set
 *
 * Since: 1.0
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
 * Since: 1.0
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
 * Since: 1.0
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
  ws_server_notify (self, WS_SERVER_PROP_CONNECTION_BACKLOG);
}

/**
 * ws_server_set_default_timeout: (set-property default-timeout)
 * @self: a server
 * @default_timeout: seconds, 0 or more
 *
 * Sets the timeout of clients that connect from now on.
 *
 * Since: 1.0
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
  ws_server_notify (self, WS_SERVER_PROP_DEFAULT_TIMEOUT);
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
 * Since: 1.0
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
      ws_set_error (error, WS_ERROR_LOCAL_HOST_FIXED,
                    "Cannot change LocalHost to \"%s\" while the server is listening on %s", local_host,
                    self->bound_host);
      return FALSE;
    }

  g_free (self->local_host);
  self->local_host = g_strdup (local_host);
  ws_server_notify (self, WS_SERVER_PROP_LOCAL_HOST);
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
 * Since: 1.0
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
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                    "Invalid argument: LocalPort %u; accepted is a number from 0 to 65535", local_port);
      return FALSE;
    }
  if (self->local_port == local_port)
    return TRUE;
  if (self->acceptor != NULL)
    {
      ws_set_error (error, WS_ERROR_LOCAL_PORT_FIXED,
                    "Cannot change LocalPort to %u while the server is listening on %s:%u", local_port,
                    self->bound_host, self->local_port);
      return FALSE;
    }

  self->local_port = local_port;
  ws_server_notify (self, WS_SERVER_PROP_LOCAL_PORT);
  return TRUE;
}

/**
 * ws_server_get_connection:
 * @self: a server
 * @connection_id: a connection's id
 *
 * Looks up a connection by its id. The time does not depend on the number of clients.
 *
 * Returns: (transfer none) (nullable): the connection, or %NULL if there is none with this id
 *
 * Since: 1.0
 */
WsConnection *
ws_server_get_connection (WsServer   *self,
                          const char *connection_id)
{
  g_return_val_if_fail (WS_IS_SERVER (self), NULL);
  g_return_val_if_fail (connection_id != NULL, NULL);

  return ws_connection_map_lookup (self->connections, connection_id);
}
