/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-gio-certificate-private.h"

#include "wsserver/base/ws-error-private.h"

#include <gnutls/abstract.h>

#define MAX_CHAIN_CERTIFICATES 16

static int
import_key (GTlsCertificate *certificate,
            gnutls_privkey_t key)
{
  g_autoptr (GByteArray) der = NULL;
  g_autofree char *uri = NULL;

  g_object_get (certificate, "private-key", &der, NULL);
  if (der != NULL)
    {
      gnutls_datum_t datum = { der->data, der->len };

      return gnutls_privkey_import_x509_raw (key, &datum, GNUTLS_X509_FMT_DER, NULL, 0);
    }

  g_object_get (certificate, "private-key-pkcs11-uri", &uri, NULL);
  if (uri == NULL)
    g_object_get (certificate, "pkcs11-uri", &uri, NULL);

  return uri != NULL ? gnutls_privkey_import_url (key, uri, 0) : GNUTLS_E_INSUFFICIENT_CREDENTIALS;
}

static int
import_chain (GTlsCertificate *certificate,
              gnutls_pcert_st *chain,
              guint           *n_chain)
{
  while (certificate != NULL && *n_chain < MAX_CHAIN_CERTIFICATES)
    {
      g_autoptr (GByteArray) der = NULL;
      gnutls_datum_t datum;
      int            result;

      g_object_get (certificate, "certificate", &der, NULL);
      if (der == NULL)
        return GNUTLS_E_NO_CERTIFICATE_FOUND;

      datum = (gnutls_datum_t){ der->data, der->len };
      result = gnutls_pcert_import_x509_raw (&chain[*n_chain], &datum, GNUTLS_X509_FMT_DER, 0);
      if (result < 0)
        return result;

      (*n_chain)++;
      certificate = g_tls_certificate_get_issuer (certificate);
    }

  return 0;
}

gnutls_certificate_credentials_t
ws_tls_credentials_new_for_certificate (GTlsCertificate *certificate,
                                        GError         **error)
{
  gnutls_certificate_credentials_t credentials = NULL;
  gnutls_pcert_st                  chain[MAX_CHAIN_CERTIFICATES];
  gnutls_privkey_t                 key = NULL;
  guint                            n_chain = 0;
  int                              result;

  gnutls_certificate_allocate_credentials (&credentials);
  result = gnutls_privkey_init (&key);
  if (result >= 0)
    result = import_key (certificate, key);
  if (result >= 0)
    result = import_chain (certificate, chain, &n_chain);
  if (result >= 0)
    result = gnutls_certificate_set_key (credentials, NULL, 0, chain, (int) n_chain, key);
  if (result >= 0)
    return credentials; /* which now own what chain and key hold */

  for (guint i = 0; i < n_chain; i++)
    gnutls_pcert_deinit (&chain[i]);
  if (key != NULL)
    gnutls_privkey_deinit (key);
  gnutls_certificate_free_credentials (credentials);
  g_set_error (error, WS_ERROR, WS_ERROR_CREDENTIALS, "[%d] %s: certificate and key", WS_ERROR_CREDENTIALS,
               gnutls_strerror (result));

  return NULL;
}

GTlsCertificate *
ws_tls_gio_certificate_new (const gnutls_datum_t *chain,
                            guint                 n_chain)
{
  GTlsBackend     *backend = g_tls_backend_get_default ();
  GTlsCertificate *issuer = NULL;

  if (!g_tls_backend_supports_tls (backend))
    return NULL;

  /* From the end, since each is made with its issuer. */
  for (guint i = n_chain; i > 0; i--)
    {
      g_autoptr (GByteArray) der = g_byte_array_new ();
      GTlsCertificate *certificate;

      g_byte_array_append (der, chain[i - 1].data, chain[i - 1].size);
      certificate = g_initable_new (g_tls_backend_get_certificate_type (backend), NULL, NULL,
                                    "certificate", der, "issuer", issuer, NULL);
      g_clear_object (&issuer);
      if (certificate == NULL)
        return NULL;
      issuer = certificate;
    }

  return issuer;
}

GTlsCertificateFlags
ws_tls_gio_certificate_flags (guint status)
{
  GTlsCertificateFlags flags = 0;

  if (status == 0)
    return 0;

  if ((status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) != 0)
    flags |= G_TLS_CERTIFICATE_UNKNOWN_CA;
  if ((status & GNUTLS_CERT_NOT_ACTIVATED) != 0)
    flags |= G_TLS_CERTIFICATE_NOT_ACTIVATED;
  if ((status & GNUTLS_CERT_EXPIRED) != 0)
    flags |= G_TLS_CERTIFICATE_EXPIRED;
  if ((status & GNUTLS_CERT_REVOKED) != 0)
    flags |= G_TLS_CERTIFICATE_REVOKED;
  if ((status & GNUTLS_CERT_INSECURE_ALGORITHM) != 0)
    flags |= G_TLS_CERTIFICATE_INSECURE;

  return flags != 0 ? flags : G_TLS_CERTIFICATE_GENERIC_ERROR;
}
