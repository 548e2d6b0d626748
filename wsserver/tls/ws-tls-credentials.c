/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-credentials-private.h"

#include <gnutls/x509.h>

static WsTlsKeyKinds
get_key_kind (gnutls_x509_crt_t certificate)
{
  switch (gnutls_x509_crt_get_pk_algorithm (certificate, NULL))
    {
    case GNUTLS_PK_RSA:
      return WS_TLS_KEY_RSA;
    case GNUTLS_PK_RSA_PSS:
      return WS_TLS_KEY_RSA_PSS;
    case GNUTLS_PK_ECDSA:
    case GNUTLS_PK_EDDSA_ED25519:
    case GNUTLS_PK_EDDSA_ED448:
      return WS_TLS_KEY_ECDSA;
    case GNUTLS_PK_DSA:
      return WS_TLS_KEY_DSA;
    default:
      return 0;
    }
}

WsTlsKeyKinds
ws_tls_credentials_get_key_kinds (gnutls_certificate_credentials_t credentials)
{
  WsTlsKeyKinds      kinds = 0;
  gnutls_x509_crt_t *chain;
  guint              n_chain;

  for (guint i = 0; gnutls_certificate_get_x509_crt (credentials, i, &chain, &n_chain) >= 0; i++)
    {
      if (n_chain > 0)
        kinds |= get_key_kind (chain[0]);
      for (guint j = 0; j < n_chain; j++)
        gnutls_x509_crt_deinit (chain[j]);
      gnutls_free (chain);
    }

  return kinds;
}

void
ws_tls_credentials_set_dh_group (gnutls_certificate_credentials_t credentials,
                                 guint                            bits)
{
  gnutls_sec_param_t level = gnutls_pk_bits_to_sec_param (GNUTLS_PK_DH, bits);

  gnutls_certificate_set_known_dh_params (credentials, MAX (level, GNUTLS_SEC_PARAM_MEDIUM));
}
