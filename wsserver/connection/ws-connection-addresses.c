/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <gio/gunixsocketaddress.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "wsserver/connection/ws-connection-addresses-private.h"
#include "wsserver/io/ws-peer-address-private.h"
#include "wsserver/connection/ws-connection-private.h"

/* Asked of the socket while there is one; what was asked once stays. */
void
ws_connection_load_local_address (WsConnection *self)
{
  union
  {
    WsPeerAddress           peer;
    struct sockaddr_un      un;
    struct sockaddr_storage storage;
  } address = { 0 };
  socklen_t length = sizeof address;

  if (self->local_address != NULL || self->transport == NULL)
    return;
  if (getsockname (self->transport->fd, (struct sockaddr *) &address, &length) != 0)
    return;

  if (address.storage.ss_family == AF_UNIX)
    {
      self->local_address =
          g_strdup (length > G_STRUCT_OFFSET (struct sockaddr_un, sun_path) ? address.un.sun_path : "");
      return;
    }
  self->local_address = ws_peer_address_to_string (&address.peer);
  self->local_port = (guint16) ws_peer_address_get_port (&address.peer);
}

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

  ws_connection_load_local_address (self);
  return self->local_address != NULL ? self->local_address : "";
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

  ws_connection_load_local_address (self);
  return self->local_port;
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

  if (self->remote_host == NULL)
    self->remote_host = ws_peer_address_to_string (&self->peer);
  return self->remote_host;
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

  if (self->peer.any.sa_family != AF_INET && self->peer.any.sa_family != AF_INET6)
    return g_unix_socket_address_new_with_type ("", 0, G_UNIX_SOCKET_ADDRESS_ANONYMOUS);

  return g_socket_address_new_from_native (&self->peer, sizeof self->peer);
}
