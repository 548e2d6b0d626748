/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-loaders-private.h"

#include <gnutls/pkcs7.h>

#define MAX_CERTIFICATES 1000

static gboolean
add_p7b_certificates (WsCertStore   *store,
                      gnutls_pkcs7_t pkcs7,
                      GError       **error)
{
  int count = gnutls_pkcs7_get_crt_count (pkcs7);

  if (count < 0)
    return ws_cert_store_fail (store, error, "its certificates cannot be read: %s", gnutls_strerror (count));

  for (int i = 0; i < MIN (count, MAX_CERTIFICATES); i++)
    {
      gnutls_datum_t der = { NULL, 0 };
      int            code = gnutls_pkcs7_get_crt_raw2 (pkcs7, (guint) i, &der);
      gboolean       added;

      if (code < 0)
        return ws_cert_store_fail (store, error, "certificate %d cannot be read: %s", i + 1,
                                   gnutls_strerror (code));
      added = ws_cert_store_add_der_certificate (store, &der, error);
      gnutls_free (der.data);
      if (!added)
        return FALSE;
    }
  return TRUE;
}

gboolean
ws_cert_store_load_p7b (WsCertStore  *store,
                        const guint8 *data,
                        gsize         length,
                        GError      **error)
{
  gnutls_datum_t datum = { (guint8 *) data, (guint) length };
  gnutls_pkcs7_t pkcs7;
  gboolean       loaded;
  int            code = gnutls_pkcs7_init (&pkcs7);

  if (code < 0)
    return ws_cert_store_fail (store, error, "%s", gnutls_strerror (code));

  code = gnutls_pkcs7_import (pkcs7, &datum, GNUTLS_X509_FMT_DER);
  if (code < 0)
    code = gnutls_pkcs7_import (pkcs7, &datum, GNUTLS_X509_FMT_PEM);
  if (code < 0)
    loaded = ws_cert_store_fail (store, error, "it is not PKCS #7: %s", gnutls_strerror (code));
  else
    loaded = add_p7b_certificates (store, pkcs7, error);
  gnutls_pkcs7_deinit (pkcs7);
  return loaded;
}
