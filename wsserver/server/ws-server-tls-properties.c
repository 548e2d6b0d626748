/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public functions about TLS. */
#include "wsserver/server/ws-server-tls-changes-private.h"

/**
 * ws_server_get_use_ssl: (get-property use-ssl)
 * @self: a server
 *
 * Gets whether clients are served over TLS.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_server_get_use_ssl (WsServer *self)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);

  return self->use_ssl;
}

/**
 * ws_server_set_use_ssl:
 * @self: a server
 * @use_ssl: whether to speak TLS
 * @error: return location for an error, or %NULL
 *
 * Sets whether clients that connect from now on are served over TLS.
 *
 * Before [method@Ws.Server.start_listening] it cannot fail; while listening it sets @error as that
 * does, and nothing changes.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_set_use_ssl (WsServer *self,
                       gboolean  use_ssl,
                       GError  **error)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return ws_server_change_use_ssl (self, !!use_ssl, error);
}

/**
 * ws_server_get_ssl_cert: (get-property ssl-cert)
 * @self: a server
 *
 * Gets the server's certificate.
 *
 * Returns: (transfer none) (nullable): the certificate, or %NULL
 *
 * Since: 1.0
 */
WsCertificate *
ws_server_get_ssl_cert (WsServer *self)
{
  g_return_val_if_fail (WS_IS_SERVER (self), NULL);

  return self->ssl_cert;
}

/**
 * ws_server_set_ssl_cert:
 * @self: a server
 * @ssl_cert: (nullable): a certificate with its private key
 * @error: return location for an error, or %NULL
 *
 * Sets the server's certificate.
 *
 * While the server listens over TLS, clients that connect from now on get the new one, and those that
 * are connected stay. What is wrong with a certificate is found out when the server starts to listen,
 * or, while it listens, here; then the old one stays. Later changes of the object are not looked at:
 * set it again.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_SERVER_CERT_NOT_FOUND` without a certificate
 * - `WS_ERROR_CREDENTIALS` without its private key
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_set_ssl_cert (WsServer      *self,
                        WsCertificate *ssl_cert,
                        GError       **error)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (ssl_cert == NULL || WS_IS_CERTIFICATE (ssl_cert), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return ws_server_change_ssl_cert (self, ssl_cert, error);
}

/**
 * ws_server_add_ssl_cert:
 * @self: a server
 * @ssl_cert: a certificate with its private key
 * @error: return location for an error, or %NULL
 *
 * Adds a certificate beside [property@Ws.Server:ssl-cert].
 *
 * Each client is shown the one that has the host name it asks for and a key it can verify;
 * [property@Ws.Server:ssl-cert] if none has the name. So one server has certificates for several host
 * names, or an ECDSA and an RSA certificate for one. Provider INTERNAL only: others show
 * [property@Ws.Server:ssl-cert] to everybody.
 *
 * Sets @error, while the server listens over TLS, as [method@Ws.Server.set_ssl_cert] does.
 *
 * Source: RFC 6066 §3.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_add_ssl_cert (WsServer      *self,
                        WsCertificate *ssl_cert,
                        GError       **error)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (WS_IS_CERTIFICATE (ssl_cert), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return ws_server_put_more_ssl_cert (self, ssl_cert, error);
}

/**
 * ws_server_remove_ssl_cert:
 * @self: a server
 * @ssl_cert: a certificate that was added
 *
 * Takes away a certificate added by [method@Ws.Server.add_ssl_cert].
 *
 * Returns: %FALSE if it had not been added
 *
 * Since: 1.0
 */
gboolean
ws_server_remove_ssl_cert (WsServer      *self,
                           WsCertificate *ssl_cert)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (WS_IS_CERTIFICATE (ssl_cert), FALSE);

  return ws_server_drop_more_ssl_cert (self, ssl_cert);
}

/**
 * ws_server_get_ssl_provider: (get-property ssl-provider)
 * @self: a server
 *
 * Gets who speaks TLS.
 *
 * Returns: the provider
 *
 * Since: 1.0
 */
WsSslProvider
ws_server_get_ssl_provider (WsServer *self)
{
  g_return_val_if_fail (WS_IS_SERVER (self), WS_SSL_PROVIDER_AUTOMATIC);

  return self->ssl_provider;
}

/**
 * ws_server_set_ssl_provider:
 * @self: a server
 * @ssl_provider: the provider
 * @error: return location for an error, or %NULL
 *
 * Sets who speaks TLS with clients that connect from now on.
 *
 * Sets @error to `WS_ERROR_TLS_LIBRARY`, while the server listens over TLS, if the platform has no TLS
 * backend.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_set_ssl_provider (WsServer     *self,
                            WsSslProvider ssl_provider,
                            GError      **error)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return ws_server_change_ssl_provider (self, ssl_provider, error);
}

/**
 * ws_server_get_ssl_authenticate_clients: (get-property ssl-authenticate-clients)
 * @self: a server
 *
 * Gets whether clients are asked for a certificate.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_server_get_ssl_authenticate_clients (WsServer *self)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);

  return self->ssl_authenticate_clients;
}

/**
 * ws_server_set_ssl_authenticate_clients:
 * @self: a server
 * @ssl_authenticate_clients: whether to ask
 * @error: return location for an error, or %NULL
 *
 * Sets whether clients that connect from now on have to show a certificate.
 *
 * Sets @error, while the server listens over TLS, to `WS_ERROR_CERT_STORE` if SSLClientCACerts cannot
 * be read.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_server_set_ssl_authenticate_clients (WsServer *self,
                                        gboolean  ssl_authenticate_clients,
                                        GError  **error)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return ws_server_change_ssl_authenticate_clients (self, !!ssl_authenticate_clients, error);
}
