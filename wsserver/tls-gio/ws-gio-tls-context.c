/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-gio-tls-context-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/tls/ws-cipher-suites-private.h"
#include "wsserver/tls-gio/ws-gio-tls-verifier-private.h"

#include <string.h>

#define MAX_CHAIN_CERTIFICATES 16

struct _WsTlsPlatform
{
  gatomicrefcount  ref_count;
  WsTlsContext    *context;     /* of the other provider: its authorities, and which suites may be */
  GTlsCertificate *certificate; /* with key and chain */
  GTlsDatabase    *database;    /* NULL unless client certificates are asked for */
  guint            protocols;
  guint            min_cipher_bits;
  gboolean         any_suite; /* SSLEnabledCipherSuites is "*" */
};

/* What the backend has no setting for is left at its default, so that nothing in it can be wrong. */
static WsTlsContext *
create_context (const WsTlsOptions *options,
                WsCertificate      *certificate,
                const char         *ca_certs,
                GError            **error)
{
  gnutls_certificate_credentials_t credentials = NULL;
  WsTlsOptions                     own;
  WsTlsContext                    *context;

  ws_tls_options_init (&own);
  own.protocols = options->protocols;
  own.cipher_suites = options->cipher_suites;
  own.min_cipher_bits = options->min_cipher_bits;
  own.reuse_sessions = FALSE;
  own.request_client_certificate = options->request_client_certificate;
  own.client_ca_pem = options->client_ca_pem;
  own.use_system_trust = options->use_system_trust;
  own.application_protocols = options->application_protocols;

  gnutls_certificate_allocate_credentials (&credentials);
  if (!ws_certificate_load_credentials_with_chain (certificate, ca_certs, credentials, error))
    {
      gnutls_certificate_free_credentials (credentials);
      return NULL;
    }

  context = ws_tls_context_new (&own, credentials, error);
  if (context != NULL)
    {
      /* It keeps the PIN of a key on a token. */
      context->certificates = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (context->certificates, g_object_ref (certificate));
    }

  return context;
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
create_certificate (WsTlsContext  *context,
                    WsCertificate *certificate,
                    GError       **error)
{
  GType            type = g_tls_backend_get_certificate_type (g_tls_backend_get_default ());
  GTlsCertificate *own = ws_certificate_get_tls_certificate (certificate);
  g_autoptr (GTlsCertificate) issuer = NULL;
  g_autoptr (GByteArray) key = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *key_uri = NULL;
  gnutls_datum_t   der[MAX_CHAIN_CERTIFICATES];
  guint            n_certificates = 0;
  GError          *failure = NULL;

  if (own != NULL)
    g_object_get (own, "private-key", &key, "pkcs11-uri", &uri, "private-key-pkcs11-uri", &key_uri, NULL);
  while (n_certificates < MAX_CHAIN_CERTIFICATES &&
         gnutls_certificate_get_crt_raw (context->credentials, 0, n_certificates, &der[n_certificates]) >= 0)
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

WsTlsPlatform *
ws_tls_platform_new (const WsTlsOptions *options,
                     WsCertificate      *certificate,
                     const char         *ca_certs,
                     GError            **error)
{
  g_autoptr (WsTlsPlatform) self = NULL;

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_set_error (error, WS_ERROR, WS_ERROR_TLS_LIBRARY,
                   "[%d] GIO has no TLS backend (glib-networking is not installed): use SSLProvider Internal",
                   WS_ERROR_TLS_LIBRARY);
      return NULL;
    }

  self = g_new0 (WsTlsPlatform, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->protocols = options->protocols;
  self->min_cipher_bits = options->min_cipher_bits;

  self->context = create_context (options, certificate, ca_certs, error);
  if (self->context == NULL)
    return NULL;

  self->certificate = create_certificate (self->context, certificate, error);
  if (self->certificate == NULL)
    return NULL;

  self->any_suite = strcmp (options->cipher_suites, "*") == 0;
  if (self->context->request_client_certificate)
    self->database = ws_tls_verifier_new (self->context);

  return g_steal_pointer (&self);
}

WsTlsPlatform *
ws_tls_platform_ref (WsTlsPlatform *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
ws_tls_platform_unref (WsTlsPlatform *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->database);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->context, ws_tls_context_unref);
  g_free (self);
}

GTlsConnection *
ws_tls_platform_create_connection (WsTlsPlatform *self,
                                   GIOStream     *base,
                                   GError       **error)
{
  GTlsBackend    *backend = g_tls_backend_get_default ();
  GTlsConnection *connection;

  /* The database is named even if there is none: otherwise the system's would be loaded into each
   * connection, 3.7 MiB. */
  connection = g_initable_new (
      g_tls_backend_get_server_connection_type (backend), NULL, error, "base-io-stream", base, "certificate",
      self->certificate, "database", self->database, "require-close-notify", FALSE, "authentication-mode",
      self->database != NULL ? G_TLS_AUTHENTICATION_REQUESTED : G_TLS_AUTHENTICATION_NONE, NULL);
  if (connection != NULL && self->context->application_protocols != NULL)
    g_tls_connection_set_advertised_protocols (connection,
                                               (const char *const *) self->context->application_protocols);

  return connection;
}

gboolean
ws_tls_platform_asks_for_certificates (WsTlsPlatform *self)
{
  return self->database != NULL;
}

guint
ws_tls_platform_verify_client (WsTlsPlatform *self,
                               const GArray  *chain)
{
  return ws_tls_context_verify_client (self->context, (const gnutls_datum_t *) (gpointer) chain->data,
                                       chain->len);
}

gnutls_x509_trust_list_t
ws_tls_platform_get_trust_list (WsTlsPlatform *self)
{
  return self->context->trust_list;
}

static void
clear_datum (gpointer data)
{
  g_free (((gnutls_datum_t *) data)->data);
}

GArray *
ws_tls_platform_dup_chain (GTlsCertificate *certificate)
{
  GArray *chain = g_array_new (FALSE, FALSE, sizeof (gnutls_datum_t));

  g_array_set_clear_func (chain, clear_datum);
  for (; certificate != NULL && chain->len < MAX_CHAIN_CERTIFICATES;
       certificate = g_tls_certificate_get_issuer (certificate))
    {
      g_autoptr (GByteArray) der = NULL;

      g_object_get (certificate, "certificate", &der, NULL);
      if (der != NULL)
        {
          gnutls_datum_t copy = { g_memdup2 (der->data, der->len), der->len };

          g_array_append_val (chain, copy);
        }
    }

  return chain;
}

/* What was negotiated. */

static const struct
{
  GTlsProtocolVersion version;
  guint16             number;
  guint               protocol; /* bits of SSLEnabledProtocols */
  const char         *name;
} versions[] = {
  { G_TLS_PROTOCOL_VERSION_TLS_1_3, 0x0304, WS_TLS_PROTOCOL_TLS13, "TLSv1.3" },
  { G_TLS_PROTOCOL_VERSION_TLS_1_2, 0x0303, WS_TLS_PROTOCOL_TLS12, "TLSv1.2" },
  { G_TLS_PROTOCOL_VERSION_TLS_1_1, 0x0302, WS_TLS_PROTOCOL_TLS11, "TLSv1.1" },
  { G_TLS_PROTOCOL_VERSION_TLS_1_0, 0x0301, WS_TLS_PROTOCOL_TLS10, "TLSv1.0" },
};

const char *
ws_tls_platform_get_version_name (GTlsProtocolVersion version)
{
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    if (versions[i].version == version)
      return versions[i].name;

  return version == G_TLS_PROTOCOL_VERSION_UNKNOWN ? NULL : "unknown";
}

gboolean
ws_tls_platform_accepts_hello (WsTlsPlatform       *self,
                               const WsClientHello *hello)
{
  for (guint i = 0; i < hello->versions->len; i++)
    for (guint j = 0; j < G_N_ELEMENTS (versions); j++)
      if (versions[j].number == g_array_index (hello->versions, guint16, i) &&
          (self->protocols & versions[j].protocol) != 0)
        return TRUE;

  return FALSE;
}

static gboolean
is_version_enabled (WsTlsPlatform      *self,
                    GTlsProtocolVersion version)
{
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    if (versions[i].version == version)
      return (self->protocols & versions[i].protocol) != 0;

  return FALSE;
}

gboolean
ws_tls_platform_find_suite (GTlsConnection *connection,
                            guint16        *id)
{
  g_autofree char *name = g_tls_connection_get_ciphersuite_name (connection);

  return name != NULL && ws_cipher_suite_find (name, id);
}

static gboolean
is_suite_enabled (WsTlsPlatform *self,
                  guint16        id)
{
  const GArray *suites = ws_tls_priority_get_suites (self->context->priority);

  /* The backend's idea of all that is sound need not be the same as ours. */
  if (self->any_suite)
    return ws_cipher_suite_get_bits (id) >= self->min_cipher_bits;

  for (guint i = 0; i < suites->len; i++)
    if (g_array_index (suites, guint16, i) == id)
      return TRUE;

  return FALSE;
}

char *
ws_tls_platform_check_negotiated (WsTlsPlatform  *self,
                                  GTlsConnection *connection)
{
  GTlsProtocolVersion version = g_tls_connection_get_protocol_version (connection);
  g_autofree char    *suite = g_tls_connection_get_ciphersuite_name (connection);
  guint16             id;

  if (!is_version_enabled (self, version))
    return g_strdup_printf ("%s was negotiated, which SSLEnabledProtocols does not enable",
                            version != G_TLS_PROTOCOL_VERSION_UNKNOWN
                                ? ws_tls_platform_get_version_name (version)
                                : "an unknown version");

  if (!ws_tls_platform_find_suite (connection, &id))
    return self->any_suite && self->min_cipher_bits == 0
               ? NULL
               : g_strdup_printf ("the cipher suite %s was negotiated, which is not known", suite != NULL ? suite : "");

  if (!is_suite_enabled (self, id))
    return g_strdup_printf ("the cipher suite %s was negotiated, which SSLEnabledCipherSuites and SSLCipherStrength "
                            "do not enable",
                            suite);

  return NULL;
}

static gboolean
find_algorithms (guint16                    id,
                 gnutls_kx_algorithm_t     *kx,
                 gnutls_cipher_algorithm_t *cipher)
{
  guint8                 bytes[2];
  gnutls_mac_algorithm_t mac;
  gnutls_protocol_t      version;

  for (gsize i = 0; gnutls_cipher_suite_info (i, bytes, kx, cipher, &mac, &version) != NULL; i++)
    if ((bytes[0] << 8 | bytes[1]) == id)
      return TRUE;

  return FALSE;
}

const char *
ws_tls_platform_get_suite_cipher (guint16 id)
{
  gnutls_kx_algorithm_t     kx;
  gnutls_cipher_algorithm_t cipher;

  return find_algorithms (id, &kx, &cipher) ? gnutls_cipher_get_name (cipher) : NULL;
}

const char *
ws_tls_platform_get_suite_key_exchange (guint16 id)
{
  gnutls_kx_algorithm_t     kx;
  gnutls_cipher_algorithm_t cipher;

  return find_algorithms (id, &kx, &cipher) && kx != GNUTLS_KX_UNKNOWN ? gnutls_kx_get_name (kx) : NULL;
}
