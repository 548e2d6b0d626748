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
   * How many clients may wait in the system to be accepted. Takes effect with the next
   * [method@Ws.Server.start_listening]; the system may have a lower limit.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_CONNECTION_BACKLOG] =
      g_param_spec_int ("connection-backlog", NULL, NULL, 1, G_MAXINT,
                        SOMAXCONN, WS_PARAM_READWRITE);
  /**
   * WsServer:connections: (getter get_connections)
   *
   * The clients that are connected. The object stays the same for the server's life.
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
   * Whether the server listens. It notifies.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_LISTENING] =
      g_param_spec_boolean ("listening", NULL, NULL, FALSE, WS_PARAM_READABLE);
  /**
   * WsServer:local-host: (getter get_local_host)
   *
   * Where to listen: an IP address, a host name, or empty for every IPv4 address of this machine (every
   * IPv6 one with UseIPv6=1, both with 2). A path that starts with `/` or `unix:` makes it a Unix
   * socket. While listening it reads as the address bound, and setting it emits [signal@Ws.Server::error]
   * with `WS_ERROR_LOCAL_HOST_FIXED`.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_LOCAL_HOST] =
      g_param_spec_string ("local-host", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsServer:local-port: (getter get_local_port)
   *
   * The TCP port to listen on; 0 lets the system pick one, which it then reads as. While listening
   * setting it emits [signal@Ws.Server::error] with `WS_ERROR_LOCAL_PORT_FIXED`.
   *
   * Since: 1.0
   */
  properties[WS_SERVER_PROP_LOCAL_PORT] =
      g_param_spec_uint ("local-port", NULL, NULL, 0, G_MAXUINT16, 0, WS_PARAM_READWRITE);
  /**
   * WsServer:ssl-authenticate-clients: (getter get_ssl_authenticate_clients) (setter set_ssl_authenticate_clients)
   *
   * Whether clients have to show a certificate that an authority known to the system, or one of
   * SSLClientCACerts, vouches for. A handler of [signal@Ws.Server::ssl-client-authentication] has the
   * last word.
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
   * The certificate, with its private key, that clients are shown. It may be replaced while listening:
   * new clients get the new one. One that cannot be used then is refused with
   * [signal@Ws.Server::error], and the old one stays.
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
   * Who speaks TLS.
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
   * Whether clients are served over TLS. It needs [property@Ws.Server:ssl-cert]. A change that is refused
   * while listening emits [signal@Ws.Server::error] and leaves it as it was.
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
