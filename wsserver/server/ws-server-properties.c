/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-server-properties-private.h"

#include <sys/socket.h>

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/base/ws-param-private.h"

static GParamSpec *properties[WS_SERVER_N_PROPS];

void
ws_server_properties_class_init (GObjectClass *object_class)
{
  /**
   * WsServer:connection-backlog: (getter get_connection_backlog) (setter set_connection_backlog)
   *
   * How many clients the system lets wait to be accepted. Takes effect with the next
   * [method@Ws.Server.start_listening]. The system may have a lower limit.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_CONNECTION_BACKLOG] =
      g_param_spec_int ("connection-backlog", NULL, NULL, 1, G_MAXINT,
                        SOMAXCONN, WS_PARAM_READWRITE);
  /**
   * WsServer:connections: (getter get_connections)
   *
   * The connected clients. The object stays the same for the life of the server.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_CONNECTIONS] =
      g_param_spec_object ("connections", NULL, NULL, WS_TYPE_CONNECTION_MAP,
                           WS_PARAM_READABLE);
  /**
   * WsServer:default-timeout: (getter get_default_timeout) (setter set_default_timeout)
   *
   * Seconds: the [property@Ws.Connection:timeout] of clients that connect from now on.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_DEFAULT_TIMEOUT] =
      g_param_spec_int ("default-timeout", NULL, NULL, 0, G_MAXINT, 0,
                        WS_PARAM_READWRITE);
  /**
   * WsServer:listening: (getter get_listening)
   *
   * Whether the server listens. Changes are notified.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_LISTENING] =
      g_param_spec_boolean ("listening", NULL, NULL, FALSE, WS_PARAM_READABLE);
  /**
   * WsServer:local-host: (getter get_local_host)
   *
   * Where to listen: an IP address, a host name, or an empty string for all IPv4 addresses of this machine
   * (all IPv6 addresses with UseIPv6=1, both with 2). A value that starts with `/` or `unix:` is the path
   * of a Unix socket. While the server listens, this is the bound address, and setting it emits
   * [signal@Ws.Server::error] with `WS_ERROR_LOCAL_HOST_FIXED`.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_LOCAL_HOST] =
      g_param_spec_string ("local-host", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsServer:local-port: (getter get_local_port)
   *
   * The TCP port to listen on. With 0 the system picks a port, which is the value while the server listens.
   * Setting it while the server listens emits [signal@Ws.Server::error] with `WS_ERROR_LOCAL_PORT_FIXED`.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_LOCAL_PORT] =
      g_param_spec_uint ("local-port", NULL, NULL, 0, G_MAXUINT16, 0, WS_PARAM_READWRITE);
  /**
   * WsServer:ssl-authenticate-clients: (getter get_ssl_authenticate_clients) (setter set_ssl_authenticate_clients)
   *
   * Whether clients have to show a certificate signed by an authority that the system trusts or that is in
   * SSLClientCACerts. A handler of [signal@Ws.Server::ssl-client-authentication] makes the final decision.
   *
   * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SSLAuthenticateClients.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_SSL_AUTHENTICATE_CLIENTS] =
      g_param_spec_boolean ("ssl-authenticate-clients", NULL, NULL, FALSE, WS_PARAM_READWRITE);
  /**
   * WsServer:ssl-cert: (getter get_ssl_cert) (setter set_ssl_cert)
   *
   * The certificate that clients are shown, with its private key. It may be replaced while the server
   * listens: new clients get the new one. If it cannot be used, [signal@Ws.Server::error] is emitted and
   * the old one stays.
   *
   * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SSLCert.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_SSL_CERT] =
      g_param_spec_object ("ssl-cert", NULL, NULL, WS_TYPE_CERTIFICATE, WS_PARAM_READWRITE);
  /**
   * WsServer:ssl-provider: (getter get_ssl_provider) (setter set_ssl_provider)
   *
   * The TLS provider.
   *
   * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SSLProvider.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_SSL_PROVIDER] =
      g_param_spec_enum ("ssl-provider", NULL, NULL, WS_TYPE_SSL_PROVIDER,
                         WS_SSL_PROVIDER_AUTOMATIC, WS_PARAM_READWRITE);
  /**
   * WsServer:use-ssl: (getter get_use_ssl) (setter set_use_ssl)
   *
   * Whether clients are served over TLS. This needs [property@Ws.Server:ssl-cert]. If a change is refused
   * while the server listens, [signal@Ws.Server::error] is emitted and the old value stays.
   *
   * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), UseSSL.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_USE_SSL] =
      g_param_spec_boolean ("use-ssl", NULL, NULL, FALSE, WS_PARAM_READWRITE);

  g_object_class_install_properties (object_class, WS_SERVER_N_PROPS, properties);
}

void
ws_server_notify (WsServer        *self,
                  WsServerProperty property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}
