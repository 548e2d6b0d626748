/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What connections over TLS share. */
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/server/ws-server-properties-private.h"
#include "wsserver/server/ws-server-signals-private.h"
#include "wsserver/server/ws-server-tls-private.h"
#include "wsserver/certificate/ws-certificate-credentials-private.h"
#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/tls-gio/ws-gio-tls-transport-private.h"
#include "wsserver/tls-gnutls/ws-gnutls-transport-private.h"

/* How many contexts are kept for certificates that handlers of ssl-connection-request choose. When there are
 * more, all are dropped, so that a handler that loads a new certificate for each client fills no memory. */
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

/* Clients that ask for a name that no certificate has are shown the first one. */
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
    if (!ws_certificate_load_credentials (certificates->pdata[i], self->settings->ssl_ca_certs,
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
log_priority (WsServer            *self,
              const WsTlsPriority *priority,
              gboolean             tls13)
{
  const char *string = ws_tls_priority_get_string (priority, tls13);

  if (string != NULL)
    ws_server_log (self, WS_LOG_VERBOSE, "Verbose", "TLS: the priority string of GnuTLS for clients of %s is %s",
                   tls13 ? "TLS 1.3" : "older versions", string);
}

void
ws_server_log_tls (WsServer *self)
{
  WsTlsContext        *context = self->tls_context;
  const WsTlsPriority *priority;
  const char *const   *notes;

  if (context == NULL)
    return;

  /* A handler of the log may change the certificate. */
  ws_tls_context_ref (context);
  priority = ws_tls_policy_get_priority (ws_tls_context_get_policy (context));
  notes = ws_tls_priority_get_notes (priority);
  for (guint i = 0; notes != NULL && notes[i] != NULL; i++)
    ws_server_log (self, WS_LOG_INFO, "Info", "TLS: %s", notes[i]);
  log_priority (self, priority, TRUE);
  log_priority (self, priority, FALSE);
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
      ws_set_error (error, WS_ERROR_SERVER_CERT_NOT_FOUND,
                    "Could not find server certificate: use-ssl needs ssl-cert to be set");
      return FALSE;
    }

  if (!(self->ssl_provider == WS_SSL_PROVIDER_PLATFORM ? update_platform (self, error)
                                                       : update_internal (self, error)))
    return FALSE;

  g_hash_table_remove_all (self->chosen_contexts);
  return TRUE;
}

/* A server that does not listen is checked when it starts. */
gboolean
ws_server_tls_changed (WsServer *self,
                       GError  **error)
{
  if (self->acceptor == NULL || !self->use_ssl)
    return TRUE;

  if (!ws_server_update_tls (self, error))
    return FALSE;

  ws_server_log_tls (self);
  return TRUE;
}

/* Puts a certificate in the place of old in a property; returns FALSE and puts old back if it cannot be
 * served. */
static gboolean
try_certificate (WsServer       *self,
                 WsCertificate **place,
                 WsCertificate  *certificate,
                 GError        **error)
{
  g_autoptr (WsCertificate) old = *place;

  *place = certificate != NULL ? g_object_ref (certificate) : NULL;
  if (ws_server_tls_changed (self, error))
    return TRUE;

  g_clear_object (place);
  *place = g_steal_pointer (&old);
  return FALSE;
}

gboolean
ws_server_put_ssl_cert (WsServer      *self,
                        WsCertificate *certificate,
                        GError       **error)
{
  gboolean changed = self->ssl_cert != certificate;

  if (!try_certificate (self, &self->ssl_cert, certificate, error))
    return FALSE;
  if (changed)
    ws_server_notify (self, WS_SERVER_PROP_SSL_CERT);

  return TRUE;
}

gboolean
ws_server_replace_ssl_cert (WsServer      *self,
                            WsCertificate *old,
                            WsCertificate *renewed,
                            GError       **error)
{
  guint index;

  if (self->ssl_cert == old)
    return ws_server_put_ssl_cert (self, renewed, error);
  if (!g_ptr_array_find (self->more_ssl_certs, old, &index))
    return TRUE;

  return try_certificate (self, (WsCertificate **) &self->more_ssl_certs->pdata[index], renewed, error);
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
  /* While the server listens, its own context has the authorities that the settings name. They are shared,
   * because reading those of the system takes longer than a handshake. */
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
  g_clear_pointer (&self->told_expiries, g_hash_table_unref);
  g_clear_pointer (&self->chosen_contexts, g_hash_table_unref);
  g_clear_pointer (&self->gio_tls_context, ws_gio_tls_context_unref);
  g_clear_pointer (&self->tls_context, ws_tls_context_unref);
  g_clear_pointer (&self->more_ssl_certs, g_ptr_array_unref);
  g_clear_object (&self->ssl_cert);
}
