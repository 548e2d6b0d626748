/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-gio-tls-context-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/certificate/ws-cert-chain-private.h"
#include "wsserver/certificate/ws-certificate-credentials-private.h"
#include "wsserver/tls/ws-tls-verifier-private.h"

#include <string.h>

struct _WsGioTlsContext
{
  gatomicrefcount  ref_count;
  WsTlsPolicy     *policy;
  WsCertificate   *source;      /* keeps the PIN of a key on a token */
  GTlsCertificate *certificate; /* with key and chain */
  GTlsDatabase    *database;    /* NULL unless client certificates are asked for */
};

/* What the backend has no setting for is left at its default, so that nothing in it can be wrong. */
static WsTlsPolicy *
create_policy (const WsTlsOptions *options,
               GError            **error)
{
  WsTlsOptions own;

  ws_tls_options_init (&own);
  own.protocols = options->protocols;
  own.cipher_suites = options->cipher_suites;
  own.min_cipher_bits = options->min_cipher_bits;
  own.request_client_certificate = options->request_client_certificate;
  own.client_ca_pem = options->client_ca_pem;
  own.use_system_trust = options->use_system_trust;
  own.application_protocols = options->application_protocols;

  return ws_tls_policy_new (&own, error);
}

static GByteArray *
copy_der (const gnutls_datum_t *der)
{
  return g_byte_array_append (g_byte_array_sized_new (der->size), der->data, der->size);
}

/* A URI may have a PIN in it. */
static void
wipe (char *text)
{
  if (text != NULL)
    gnutls_memset (text, 0, strlen (text));
}

/* The chain is that of the credentials, which SSLCACerts has completed; the key that of GIO's
 * certificate. */
static GTlsCertificate *
create_certificate (gnutls_certificate_credentials_t credentials,
                    WsCertificate                   *certificate,
                    GError                         **error)
{
  GType            type = g_tls_backend_get_certificate_type (g_tls_backend_get_default ());
  GTlsCertificate *own = ws_certificate_get_tls_certificate (certificate);
  g_autoptr (GTlsCertificate) issuer = NULL;
  g_autoptr (GByteArray) key = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *key_uri = NULL;
  gnutls_datum_t   der[WS_CERT_MAX_CHAIN];
  guint            n_certificates = 0;
  GError          *failure = NULL;

  if (own != NULL)
    g_object_get (own, "private-key", &key, "pkcs11-uri", &uri, "private-key-pkcs11-uri", &key_uri, NULL);
  while (n_certificates < WS_CERT_MAX_CHAIN &&
         gnutls_certificate_get_crt_raw (credentials, 0, n_certificates, &der[n_certificates]) >= 0)
    n_certificates++;

  for (guint i = n_certificates; (key != NULL || uri != NULL) && i > 0; i--)
    {
      g_autoptr (GByteArray) bytes = copy_der (&der[i - 1]);
      GTlsCertificate *next;

      if (i > 1)
        next = g_initable_new (type, NULL, &failure, "certificate", bytes, "issuer", issuer, NULL);
      else if (key != NULL)
        next = g_initable_new (type, NULL, &failure, "certificate", bytes, "issuer", issuer, "private-key",
                               key, NULL);
      else
        next = g_initable_new (type, NULL, &failure, "pkcs11-uri", uri, "private-key-pkcs11-uri", key_uri, "issuer", issuer, NULL);
      g_set_object (&issuer, next);
      g_clear_object (&next);
      if (issuer == NULL)
        break;
    }

  if (key != NULL)
    gnutls_memset (key->data, 0, key->len);
  wipe (uri);
  wipe (key_uri);

  if (issuer == NULL)
    g_set_error (error, WS_ERROR, WS_ERROR_CREDENTIALS, "[%d] GIO's TLS backend cannot use the certificate%s%s",
                 WS_ERROR_CREDENTIALS, failure != NULL ? ": " : "", failure != NULL ? failure->message : " and its key");
  g_clear_error (&failure);

  return g_steal_pointer (&issuer);
}

static gboolean
load_certificate (WsGioTlsContext *self,
                  WsCertificate   *certificate,
                  const char      *ca_certs,
                  GError         **error)
{
  gnutls_certificate_credentials_t credentials = NULL;

  gnutls_certificate_allocate_credentials (&credentials);
  if (ws_certificate_load_credentials (certificate, ca_certs, credentials, error))
    self->certificate = create_certificate (credentials, certificate, error);
  gnutls_certificate_free_credentials (credentials);
  self->source = g_object_ref (certificate);

  return self->certificate != NULL;
}

WsGioTlsContext *
ws_gio_tls_context_new (const WsTlsOptions *options,
                        WsCertificate      *certificate,
                        const char         *ca_certs,
                        GError            **error)
{
  g_autoptr (WsGioTlsContext) self = NULL;

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_set_error (error, WS_ERROR, WS_ERROR_TLS_LIBRARY,
                   "[%d] GIO has no TLS backend (glib-networking is not installed): use SSLProvider Internal",
                   WS_ERROR_TLS_LIBRARY);
      return NULL;
    }

  self = g_new0 (WsGioTlsContext, 1);
  g_atomic_ref_count_init (&self->ref_count);
  if (!load_certificate (self, certificate, ca_certs, error))
    return NULL;

  self->policy = create_policy (options, error);
  if (self->policy == NULL)
    return NULL;
  if (ws_tls_policy_requests_certificate (self->policy))
    self->database = ws_tls_verifier_new (self->policy);

  return g_steal_pointer (&self);
}

WsGioTlsContext *
ws_gio_tls_context_ref (WsGioTlsContext *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
ws_gio_tls_context_unref (WsGioTlsContext *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->database);
  g_clear_object (&self->certificate);
  g_clear_object (&self->source);
  g_clear_pointer (&self->policy, ws_tls_policy_unref);
  g_free (self);
}

WsTlsPolicy *
ws_gio_tls_context_get_policy (const WsGioTlsContext *self)
{
  return self->policy;
}

GTlsCertificate *
ws_gio_tls_context_get_certificate (const WsGioTlsContext *self)
{
  return self->certificate;
}

GTlsConnection *
ws_gio_tls_context_create_connection (WsGioTlsContext *self,
                                      GIOStream       *base,
                                      GError         **error)
{
  GTlsBackend       *backend = g_tls_backend_get_default ();
  const char *const *protocols = ws_tls_policy_get_application_protocols (self->policy);
  GTlsConnection    *connection;

  /* The database is named even if there is none: otherwise the system's would be loaded into each
   * connection, 3.7 MiB. */
  connection = g_initable_new (
      g_tls_backend_get_server_connection_type (backend), NULL, error, "base-io-stream", base, "certificate",
      self->certificate, "database", self->database, "require-close-notify", FALSE, "authentication-mode",
      self->database != NULL ? G_TLS_AUTHENTICATION_REQUESTED : G_TLS_AUTHENTICATION_NONE, NULL);
  if (connection != NULL && protocols != NULL)
    g_tls_connection_set_advertised_protocols (connection, protocols);

  return connection;
}
