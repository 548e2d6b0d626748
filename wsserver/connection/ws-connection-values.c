/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of properties that are not fields as they are. Those that have to be made are made when first asked
 * for, and kept. */
#include "wsserver/connection/ws-connection-values-private.h"

#include <gio/gunixsocketaddress.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/io/ws-peer-address-private.h"
#include "wsserver/tls/ws-tls-version-private.h"

const char *
ws_connection_load_id_text (WsConnection *self)
{
  if (self->id_text == NULL)
    self->id_text = g_strdup_printf ("%" G_GUINT64_FORMAT, self->id);
  return self->id_text;
}

/* --- addresses ------------------------------------------------------------------------------- */

/* The socket is asked while there is one; what it has answered once stays. */
static void
load_local_address (WsConnection *self)
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

const char *
ws_connection_load_local_address (WsConnection *self)
{
  load_local_address (self);
  return self->local_address != NULL ? self->local_address : "";
}

guint
ws_connection_load_local_port (WsConnection *self)
{
  load_local_address (self);
  return self->local_port;
}

const char *
ws_connection_load_remote_host (WsConnection *self)
{
  if (self->remote_host == NULL)
    self->remote_host = ws_peer_address_to_string (&self->peer);
  return self->remote_host;
}

GSocketAddress *
ws_connection_make_remote_address (WsConnection *self)
{
  if (self->peer.any.sa_family != AF_INET && self->peer.any.sa_family != AF_INET6)
    return g_unix_socket_address_new_with_type ("", 0, G_UNIX_SOCKET_ADDRESS_ANONYMOUS);

  return g_socket_address_new_from_native (&self->peer, sizeof self->peer);
}

/* --- the opening request --------------------------------------------------------------------- */

const char *
ws_connection_find_header (WsConnection *self,
                           const char   *name)
{
  const char *value = self->head != NULL ? ws_http_head_get (self->head, name) : NULL;

  return value != NULL ? value : "";
}

const char *
ws_connection_find_host (WsConnection *self)
{
  const char *host = self->head != NULL ? ws_http_head_get_host (self->head) : NULL;

  return host != NULL ? host : "";
}

const char *
ws_connection_find_request_uri (WsConnection *self)
{
  return self->head != NULL ? ws_http_head_get_path (self->head) : "";
}

const char *
ws_connection_find_request_headers (WsConnection *self)
{
  return self->head != NULL ? ws_http_head_get_header_text (self->head) : "";
}

const char *
ws_connection_load_offered_sub_protocols (WsConnection *self)
{
  if (self->offered_sub_protocols == NULL && self->head != NULL)
    self->offered_sub_protocols = ws_http_head_get_list (self->head, "Sec-WebSocket-Protocol");
  return self->offered_sub_protocols != NULL ? self->offered_sub_protocols : "";
}

/* --- what was negotiated --------------------------------------------------------------------- */

const char *
ws_connection_find_tls_protocol (WsConnection *self)
{
  const char *name = self->tls != NULL ? ws_tls_version_get_name (self->tls->info.version) : NULL;

  return name != NULL ? name : "";
}

const char *
ws_connection_find_tls_cipher_suite (WsConnection *self)
{
  const char *name = self->tls != NULL ? self->tls->info.cipher_suite : NULL;

  return name != NULL ? name : "";
}

GTlsConnection *
ws_connection_load_tls_connection (WsConnection *self)
{
  if (self->tls == NULL)
    return NULL;

  if (self->tls->connection == NULL && self->transport != NULL)
    self->tls->connection = ws_tls_transport_dup_connection (WS_TLS_TRANSPORT (self->transport));

  return self->tls->connection;
}

WsCertificate *
ws_connection_find_peer_certificate (WsConnection *self)
{
  return self->tls != NULL ? self->tls->peer_certificate : NULL;
}

double
ws_connection_calculate_compression_ratio (WsConnection *self)
{
  return self->uncompressed_bytes > 0 ? (double) self->compressed_bytes / (double) self->uncompressed_bytes
                                      : 1;
}
