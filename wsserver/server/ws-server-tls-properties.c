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
 * Before [method@Ws.Server.start_listening] this cannot fail. While listening it can fail with the same
 * errors; then nothing changes.
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
 * While the server listens over TLS, clients that connect from now on get the new certificate; connected
 * clients stay. A certificate is checked when the server starts listening or, while it listens, by this
 * function; if it cannot be used, the old one stays. Later changes of the object have no effect until it
 * is set again.
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
 * A client is shown the certificate that has the host name it asks for and a key it can verify, or
 * [property@Ws.Server:ssl-cert] if none has the name. So one server can have certificates for several
 * host names, or an ECDSA and an RSA certificate for one name. Provider INTERNAL only: with other
 * providers every client is shown [property@Ws.Server:ssl-cert].
 *
 * While the server listens over TLS, it sets the same errors as [method@Ws.Server.set_ssl_cert].
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
 * Removes a certificate that was added with [method@Ws.Server.add_ssl_cert].
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
 * Gets the TLS provider.
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
 * Sets the TLS provider for clients that connect from now on.
 *
 * While the server listens over TLS, it sets @error to `WS_ERROR_TLS_LIBRARY` if the platform has no TLS
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
 * While the server listens over TLS, it sets @error to `WS_ERROR_CERT_STORE` if SSLClientCACerts cannot
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
