/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-policy-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/certificate/ws-cert-chain-private.h"
#include "wsserver/tls/ws-cipher-suites-private.h"
#include "wsserver/tls/ws-tls-version-private.h"

#include <string.h>

struct _WsTlsPolicy
{
  gatomicrefcount          ref_count;
  guint                    protocols; /* SSLEnabledProtocols */
  guint                    min_cipher_bits;
  gboolean                 enables_any_suite; /* SSLEnabledCipherSuites is "*" */
  WsTlsPriority           *priority;
  gboolean                 requests_certificate;
  gnutls_x509_trust_list_t trust_list;
  WsTlsPolicy             *authorities; /* a reference: the trust list is borrowed from it; or NULL */
  GStrv                    application_protocols;
};

static gboolean
add_client_authorities (gnutls_x509_trust_list_t list,
                        const char              *client_ca_pem,
                        GError                 **error)
{
  gnutls_datum_t pem = { (guint8 *) client_ca_pem, 0 };
  int            result;

  if (client_ca_pem == NULL || client_ca_pem[0] == '\0')
    return TRUE;

  pem.size = (guint) strlen (client_ca_pem);
  result = gnutls_x509_trust_list_add_trust_mem (list, &pem, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
  if (result > 0)
    return TRUE;

  g_set_error (error, WS_ERROR, WS_ERROR_CERT_STORE, "[%d] %s: SSLClientCACerts", WS_ERROR_CERT_STORE,
               result < 0 ? gnutls_strerror (result) : "no certificate in PEM form");
  return FALSE;
}

gboolean
ws_tls_policy_check_authorities (const char *client_ca_pem,
                                 GError    **error)
{
  gnutls_x509_trust_list_t list;
  gboolean                 good;

  gnutls_x509_trust_list_init (&list, 0);
  good = add_client_authorities (list, client_ca_pem, error);
  gnutls_x509_trust_list_deinit (list, 1);
  return good;
}

static gboolean
load_trust_list (WsTlsPolicy        *self,
                 const WsTlsOptions *options,
                 GError            **error)
{
  int result;

  if (!options->request_client_certificate)
    return TRUE;

  if (options->authorities != NULL && options->authorities->trust_list != NULL)
    {
      self->authorities = ws_tls_policy_ref (options->authorities);
      self->trust_list = self->authorities->trust_list;
      return TRUE;
    }

  gnutls_x509_trust_list_init (&self->trust_list, 0);
  if (options->use_system_trust)
    {
      result = gnutls_x509_trust_list_add_system_trust (self->trust_list, 0, 0);
      if (result < 0 && result != GNUTLS_E_UNIMPLEMENTED_FEATURE)
        {
          g_set_error (error, WS_ERROR, WS_ERROR_CERT_STORE, "[%d] %s: the system's certificate authorities",
                       WS_ERROR_CERT_STORE, gnutls_strerror (result));
          return FALSE;
        }
    }

  return add_client_authorities (self->trust_list, options->client_ca_pem, error);
}

static GStrv
split_application_protocols (const char *protocols)
{
  GStrv names;

  if (protocols == NULL || protocols[0] == '\0')
    return NULL;

  names = g_strsplit (protocols, ",", -1);
  for (guint i = 0; names[i] != NULL; i++)
    g_strstrip (names[i]);
  return names;
}

WsTlsPolicy *
ws_tls_policy_new (const WsTlsOptions *options,
                   GError            **error)
{
  g_autoptr (WsTlsPolicy) self = g_new0 (WsTlsPolicy, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->protocols = options->protocols;
  self->min_cipher_bits = options->min_cipher_bits;
  self->enables_any_suite = strcmp (options->cipher_suites, "*") == 0;
  self->requests_certificate = options->request_client_certificate;
  self->application_protocols = split_application_protocols (options->application_protocols);
  self->priority = ws_tls_priority_new (options, error);
  if (self->priority == NULL || !load_trust_list (self, options, error))
    return NULL;

  return g_steal_pointer (&self);
}

WsTlsPolicy *
ws_tls_policy_ref (WsTlsPolicy *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
ws_tls_policy_unref (WsTlsPolicy *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->priority, ws_tls_priority_free);
  if (self->authorities != NULL)
    ws_tls_policy_unref (self->authorities);
  else if (self->trust_list != NULL)
    gnutls_x509_trust_list_deinit (self->trust_list, 1);
  g_strfreev (self->application_protocols);
  g_free (self);
}

const WsTlsPriority *
ws_tls_policy_get_priority (const WsTlsPolicy *self)
{
  return self->priority;
}

const char *const *
ws_tls_policy_get_application_protocols (const WsTlsPolicy *self)
{
  return (const char *const *) self->application_protocols;
}

gboolean
ws_tls_policy_enables_version (const WsTlsPolicy *self,
                               guint16            version)
{
  return (self->protocols & ws_tls_version_get_protocol_bits (version)) != 0;
}

gboolean
ws_tls_policy_enables_suite (const WsTlsPolicy *self,
                             guint16            id)
{
  const GArray *suites = ws_tls_priority_get_suites (self->priority);

  /* A provider's idea of all suites that are sound need not be the same as ours. */
  if (self->enables_any_suite)
    return ws_cipher_suite_get_bits (id) >= self->min_cipher_bits;

  for (guint i = 0; i < suites->len; i++)
    if (g_array_index (suites, guint16, i) == id)
      return id != 0;

  return FALSE;
}

gboolean
ws_tls_policy_requests_certificate (const WsTlsPolicy *self)
{
  return self->requests_certificate;
}

gnutls_x509_trust_list_t
ws_tls_policy_get_trust_list (const WsTlsPolicy *self)
{
  return self->trust_list;
}

guint
ws_tls_policy_verify_client (const WsTlsPolicy    *self,
                             const gnutls_datum_t *chain,
                             guint                 n_chain)
{
  gnutls_x509_crt_t     certificates[WS_CERT_MAX_CHAIN];
  gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
                                    .data = (guint8 *) GNUTLS_KP_TLS_WWW_CLIENT };
  guint                 status = GNUTLS_CERT_INVALID;
  guint                 n_certificates = 0;
  gboolean              imported = n_chain > 0 && n_chain <= WS_CERT_MAX_CHAIN;

  if (self->trust_list == NULL)
    return GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNER_NOT_FOUND;

  for (guint i = 0; imported && i < n_chain; i++)
    {
      imported = gnutls_x509_crt_init (&certificates[i]) >= 0;
      if (!imported)
        break;
      n_certificates++;
      imported = gnutls_x509_crt_import (certificates[i], &chain[i], GNUTLS_X509_FMT_DER) >= 0;
    }

  if (imported && gnutls_x509_trust_list_verify_crt2 (self->trust_list, certificates, n_certificates,
                                                      &purpose, 1, 0, &status, NULL) < 0)
    status = GNUTLS_CERT_INVALID;

  for (guint i = 0; i < n_certificates; i++)
    gnutls_x509_crt_deinit (certificates[i]);

  return status;
}
