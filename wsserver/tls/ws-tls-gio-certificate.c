/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-gio-certificate-private.h"

#include "wsserver/tls/ws-tls-policy-private.h"
#include "wsserver/certificate/ws-cert-chain-private.h"

#include <gnutls/x509.h>

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

static void
clear_datum (gpointer data)
{
  g_free (((gnutls_datum_t *) data)->data);
}

GArray *
ws_tls_gio_certificate_dup_chain (GTlsCertificate *certificate)
{
  GArray *chain = g_array_new (FALSE, FALSE, sizeof (gnutls_datum_t));

  g_array_set_clear_func (chain, clear_datum);
  for (; certificate != NULL && chain->len < WS_CERT_MAX_CHAIN;
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
