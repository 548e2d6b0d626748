/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* TLS of a server: its properties, and what connections share. A change while listening holds for the
 * clients that connect afterwards; one that cannot be served is refused and changes nothing. */
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/server/ws-server-private.h"
#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/tls-gio/ws-gio-tls-transport-private.h"
#include "wsserver/tls-gnutls/ws-gnutls-transport-private.h"

/* Contexts of certificates that handlers of ssl-connection-request choose; beyond so many all are
 * forgotten, so that a handler which loads one anew for each client fills no memory. */
#define MAX_CHOSEN_CONTEXTS 64

#define APPLICATION_PROTOCOLS "http/1.1" /* WebSocket over HTTP/2 is not served */

static void
fill_options (const WsSettings *settings,
              WsTlsOptions     *options)
{
  ws_tls_options_init (options);
  options->protocols = settings->ssl_enabled_protocols;
  options->cipher_suites = settings->ssl_enabled_cipher_suites;
  options->min_cipher_bits = settings->ssl_cipher_strength_bits;
  options->tls12_signature_algorithms = settings->tls12_signature_algorithms;
  options->tls13_signature_algorithms = settings->tls13_signature_algorithms;
  options->tls12_groups = settings->tls12_supported_groups;
  options->tls13_groups = settings->tls13_supported_groups;
  options->dh_group_bits = settings->preferred_dh_group_bits;
  options->serve_renegotiation = settings->ssl_enable_renegotiation;
  options->reuse_sessions = settings->reuse_ssl_session;
  options->client_ca_pem = settings->ssl_client_ca_certs;
  options->use_system_trust = TRUE;
  options->key_log_file = settings->ssl_key_log_file;
  options->application_protocols = APPLICATION_PROTOCOLS;
}

static void
fill_options_for_clients (WsServer     *self,
                          WsTlsOptions *options)
{
  fill_options (self->settings, options);
  options->request_client_certificate = self->ssl_authenticate_clients;
}

/* --- contexts -------------------------------------------------------------------------------- */

/* The first certificate answers for names that none of the others has. */
static WsTlsContext *
make_context (WsServer     *self,
              GPtrArray    *certificates,
              const char   *ocsp_response,
              WsTlsContext *authorities,
              GError      **error)
{
  WsTlsOptions                     options;
  gnutls_certificate_credentials_t credentials;

  gnutls_certificate_allocate_credentials (&credentials);
  for (guint i = 0; i < certificates->len; i++)
    if (!ws_certificate_load_credentials_with_chain (certificates->pdata[i], self->settings->ssl_ca_certs,
                                                     credentials, error))
      {
        gnutls_certificate_free_credentials (credentials);
        return NULL;
      }

  fill_options_for_clients (self, &options);
  options.authorities = authorities != NULL ? ws_tls_context_get_policy (authorities) : NULL;
  options.ocsp_response = ocsp_response;
  return ws_tls_context_new (&options, credentials, certificates, self->settings->ssl_ca_certs, error);
}

static GPtrArray *
collect_certificates (WsServer      *self,
                      WsCertificate *first)
{
  GPtrArray *certificates = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (certificates, g_object_ref (first));
  for (guint i = 0; i < self->more_ssl_certs->len; i++)
    g_ptr_array_add (certificates, g_object_ref (self->more_ssl_certs->pdata[i]));
  return certificates;
}

static void
log_notes (WsServer     *self,
           WsTlsContext *context)
{
  const char *const *notes = ws_tls_priority_get_notes (
      ws_tls_policy_get_priority (ws_tls_context_get_policy (context)));

  /* A handler of the log may change the certificate. */
  ws_tls_context_ref (context);
  for (guint i = 0; notes != NULL && notes[i] != NULL; i++)
    ws_server_log (self, WS_LOG_INFO, "Info", "TLS: %s", notes[i]);
  ws_tls_context_unref (context);
}

static gboolean
update_internal (WsServer *self,
                 GError  **error)
{
  g_autoptr (GPtrArray) certificates = collect_certificates (self, self->ssl_cert);
  WsTlsContext *context = make_context (self, certificates, self->settings->ssl_ocsp_response, NULL, error);

  if (context == NULL)
    return FALSE;

  g_clear_pointer (&self->gio_tls_context, ws_gio_tls_context_unref);
  g_clear_pointer (&self->tls_context, ws_tls_context_unref);
  self->tls_context = context;
  log_notes (self, context);
  return TRUE;
}

static gboolean
update_platform (WsServer *self,
                 GError  **error)
{
  WsTlsOptions     options;
  WsGioTlsContext *context;

  fill_options_for_clients (self, &options);
  context = ws_gio_tls_context_new (&options, self->ssl_cert, self->settings->ssl_ca_certs, error);
  if (context == NULL)
    return FALSE;

  g_clear_pointer (&self->tls_context, ws_tls_context_unref);
  g_clear_pointer (&self->gio_tls_context, ws_gio_tls_context_unref);
  self->gio_tls_context = context;
  return TRUE;
}

gboolean
ws_server_update_tls (WsServer *self,
                      GError  **error)
{
  if (self->ssl_cert == NULL)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_SERVER_CERT_NOT_FOUND,
                   "[%d] Could not find server certificate: use-ssl needs ssl-cert to be set",
                   WS_ERROR_SERVER_CERT_NOT_FOUND);
      return FALSE;
    }

  if (!(self->ssl_provider == WS_SSL_PROVIDER_PLATFORM ? update_platform (self, error)
                                                       : update_internal (self, error)))
    return FALSE;

  g_hash_table_remove_all (self->chosen_contexts);
  return TRUE;
}

/* Only what is listening has to be right at each moment; the rest is looked at when it starts. */
gboolean
ws_server_tls_changed (WsServer *self,
                       GError  **error)
{
  if (self->acceptor == NULL || !self->use_ssl)
    return TRUE;

  return ws_server_update_tls (self, error);
}

/* All other settings are at their defaults, so the error is about this value. */
gboolean
ws_server_check_tls_priority (const WsSetting  *setting,
                              const WsSettings *settings,
                              GError          **error)
{
  WsSettings      *alone = ws_settings_new ();
  g_autofree char *value = ws_config_load (setting, settings);
  WsTlsOptions     options;
  WsTlsPriority   *priority;

  ws_config_store (setting, alone, value, NULL);
  fill_options (alone, &options);
  priority = ws_tls_priority_new (&options, error);
  if (priority != NULL)
    ws_tls_priority_free (priority);
  ws_settings_unref (alone);
  return priority != NULL;
}

WsTlsContext *
ws_server_get_chosen_context (WsServer      *self,
                              WsCertificate *certificate,
                              GError       **error)
{
  WsTlsContext *context = g_hash_table_lookup (self->chosen_contexts, certificate);
  g_autoptr (GPtrArray) certificates = NULL;

  if (context != NULL)
    return context;

  certificates = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (certificates, g_object_ref (certificate));
  /* While the server listens, its own context is as the settings are. To read the system's authorities
   * takes longer than the handshake of a client for whom a certificate is loaded. */
  context = make_context (self, certificates, NULL,
                          self->acceptor != NULL && self->use_ssl ? self->tls_context : NULL, error);
  if (context == NULL)
    return NULL;

  if (g_hash_table_size (self->chosen_contexts) >= MAX_CHOSEN_CONTEXTS)
    g_hash_table_remove_all (self->chosen_contexts);
  g_hash_table_insert (self->chosen_contexts, certificate, context);
  return context;
}

WsTransport *
ws_server_new_transport (WsServer *self,
                         int       fd)
{
  if (!self->use_ssl)
    return ws_plain_transport_new (fd);

  if (self->gio_tls_context != NULL)
    return ws_gio_tls_transport_new (fd, self->gio_tls_context, ws_poller_get_context (self->poller));

  return ws_gnutls_transport_new (fd, self->tls_context);
}

void
ws_server_init_tls (WsServer *self)
{
  self->more_ssl_certs = g_ptr_array_new_with_free_func (g_object_unref);
  /* The context keeps the certificate that is its key. */
  self->chosen_contexts = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) ws_tls_context_unref);
}

void
ws_server_clear_tls (WsServer *self)
{
  g_clear_pointer (&self->chosen_contexts, g_hash_table_unref);
  g_clear_pointer (&self->gio_tls_context, ws_gio_tls_context_unref);
  g_clear_pointer (&self->tls_context, ws_tls_context_unref);
  g_clear_pointer (&self->more_ssl_certs, g_ptr_array_unref);
  g_clear_object (&self->ssl_cert);
}

/* --- properties ------------------------------------------------------------------------------ */

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

  use_ssl = !!use_ssl;
  if (self->use_ssl == use_ssl)
    return TRUE;
  if (use_ssl && self->acceptor != NULL && !ws_server_update_tls (self, error))
    return FALSE;

  self->use_ssl = use_ssl;
  ws_server_watch_files (self);
  g_object_notify (G_OBJECT (self), "use-ssl");
  return TRUE;
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
  g_autoptr (WsCertificate) old = NULL;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (ssl_cert == NULL || WS_IS_CERTIFICATE (ssl_cert), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  old = g_steal_pointer (&self->ssl_cert);
  self->ssl_cert = ssl_cert != NULL ? g_object_ref (ssl_cert) : NULL;
  if (!ws_server_tls_changed (self, error))
    {
      g_clear_object (&self->ssl_cert);
      self->ssl_cert = g_steal_pointer (&old);
      return FALSE;
    }

  ws_server_watch_files (self);
  if (old != ssl_cert)
    g_object_notify (G_OBJECT (self), "ssl-cert");
  return TRUE;
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

  g_ptr_array_add (self->more_ssl_certs, g_object_ref (ssl_cert));
  if (!ws_server_tls_changed (self, error))
    {
      g_ptr_array_remove_index (self->more_ssl_certs, self->more_ssl_certs->len - 1);
      return FALSE;
    }

  ws_server_watch_files (self);
  return TRUE;
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
  GError *error = NULL;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (WS_IS_CERTIFICATE (ssl_cert), FALSE);

  if (!g_ptr_array_remove (self->more_ssl_certs, ssl_cert))
    return FALSE;

  if (!ws_server_tls_changed (self, &error))
    {
      ws_server_emit_error (self, NULL, error->code, error->message);
      g_error_free (error);
    }
  ws_server_watch_files (self);
  return TRUE;
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
  WsSslProvider old;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  old = self->ssl_provider;
  if (old == ssl_provider)
    return TRUE;

  self->ssl_provider = ssl_provider;
  if (!ws_server_tls_changed (self, error))
    {
      self->ssl_provider = old;
      return FALSE;
    }

  self->settings->use_internal_security_api = ssl_provider == WS_SSL_PROVIDER_INTERNAL;
  g_object_notify (G_OBJECT (self), "ssl-provider");
  return TRUE;
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

  ssl_authenticate_clients = !!ssl_authenticate_clients;
  if (self->ssl_authenticate_clients == ssl_authenticate_clients)
    return TRUE;

  self->ssl_authenticate_clients = ssl_authenticate_clients;
  if (!ws_server_tls_changed (self, error))
    {
      self->ssl_authenticate_clients = !ssl_authenticate_clients;
      return FALSE;
    }

  g_object_notify (G_OBJECT (self), "ssl-authenticate-clients");
  return TRUE;
}
