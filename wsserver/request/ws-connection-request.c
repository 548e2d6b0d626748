/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/request/ws-connection-request-private.h"

#include "wsserver/base/ws-param-private.h"

/**
 * WsConnectionRequest:
 *
 * A client that has just connected. Nothing has been read from it yet.
 *
 * [signal@Ws.Server::connection-request] carries it. Set
 * [property@Ws.ConnectionRequest:accept] to %FALSE to close the socket at once. With the setting
 * RefuseByDefault it is %FALSE until a handler sets it.
 *
 * ```c
 * static void
 * connection_request_cb (WsServer *server, WsConnectionRequest *request)
 * {
 *   if (!g_str_has_prefix (ws_connection_request_get_address (request), "192.168."))
 *     ws_connection_request_set_accept (request, FALSE);
 * }
 * ```
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), ConnectionRequest.
 *
 * Since: 1.0
 */
struct _WsConnectionRequest
{
  GObject parent_instance;

  char    *address;
  guint    port;
  gboolean accept;
};

G_DEFINE_FINAL_TYPE (WsConnectionRequest, ws_connection_request, G_TYPE_OBJECT)

enum
{
  PROP_ADDRESS = 1,
  PROP_PORT,
  PROP_ACCEPT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
ws_connection_request_finalize (GObject *object)
{
  WsConnectionRequest *self = WS_CONNECTION_REQUEST (object);

  g_free (self->address);

  G_OBJECT_CLASS (ws_connection_request_parent_class)->finalize (object);
}

static void
ws_connection_request_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  WsConnectionRequest *self = WS_CONNECTION_REQUEST (object);

  switch (prop_id)
    {
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_ACCEPT:
      g_value_set_boolean (value, self->accept);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_connection_request_set_property (GObject      *object,
                                    guint         prop_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  WsConnectionRequest *self = WS_CONNECTION_REQUEST (object);

  switch (prop_id)
    {
    case PROP_ACCEPT:
      ws_connection_request_set_accept (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_connection_request_class_init (WsConnectionRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = ws_connection_request_finalize;
  object_class->get_property = ws_connection_request_get_property;
  object_class->set_property = ws_connection_request_set_property;

  /**
   * WsConnectionRequest:address: (getter get_address)
   *
   * The client's IP address, or the path of the Unix socket it connected to.
   *
   * Since: 1.0
   */
  properties[PROP_ADDRESS] =
      g_param_spec_string ("address", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnectionRequest:port: (getter get_port)
   *
   * The client's port; 0 for a Unix socket.
   *
   * Since: 1.0
   */
  properties[PROP_PORT] =
      g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0, WS_PARAM_READABLE);
  /**
   * WsConnectionRequest:accept: (getter get_accept) (setter set_accept)
   *
   * Whether to accept the client. Initially the result of AllowedClients and BlockedClients.
   *
   * Since: 1.0
   */
  properties[PROP_ACCEPT] =
      g_param_spec_boolean ("accept", NULL, NULL, TRUE,
                            WS_PARAM_READWRITE);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
ws_connection_request_init (WsConnectionRequest *self)
{
  self->accept = TRUE;
}

WsConnectionRequest *
ws_connection_request_new (const char *address,
                           guint       port,
                           gboolean    accept)
{
  WsConnectionRequest *self = g_object_new (WS_TYPE_CONNECTION_REQUEST, NULL);

  self->address = g_strdup (address);
  self->port = port;
  self->accept = accept;
  return self;
}

/**
 * ws_connection_request_get_address: (get-property address)
 * @self: a connection request
 *
 * Gets the client's address.
 *
 * Returns: IP address, or path of the Unix socket
 *
 * Since: 1.0
 */
const char *
ws_connection_request_get_address (WsConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION_REQUEST (self), NULL);

  return self->address;
}

/**
 * ws_connection_request_get_port: (get-property port)
 * @self: a connection request
 *
 * Gets the client's port.
 *
 * Returns: the port, 0 for a Unix socket
 *
 * Since: 1.0
 */
guint
ws_connection_request_get_port (WsConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION_REQUEST (self), 0);

  return self->port;
}

/**
 * ws_connection_request_get_accept: (get-property accept)
 * @self: a connection request
 *
 * Gets whether to accept the client.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_connection_request_get_accept (WsConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION_REQUEST (self), FALSE);

  return self->accept;
}

/**
 * ws_connection_request_set_accept: (set-property accept)
 * @self: a connection request
 * @accept: whether to accept the client
 *
 * Accepts or refuses the client. The last handler that calls this decides.
 *
 * Since: 1.0
 */
void
ws_connection_request_set_accept (WsConnectionRequest *self,
                                  gboolean             accept)
{
  g_return_if_fail (WS_IS_CONNECTION_REQUEST (self));

  accept = !!accept;
  if (self->accept == accept)
    return;

  self->accept = accept;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACCEPT]);
}
