/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-chain-private.h"

int
ws_cert_chain_find_issuer (GPtrArray *chain,
                           GPtrArray *candidates)
{
  gnutls_x509_crt_t last = g_ptr_array_index (chain, chain->len - 1);

  if (chain->len >= WS_CERT_MAX_CHAIN || gnutls_x509_crt_check_issuer (last, last) != 0)
    return -1;
  for (guint i = 0; i < candidates->len; i++)
    {
      gnutls_x509_crt_t candidate = g_ptr_array_index (candidates, i);

      if (candidate != NULL && gnutls_x509_crt_check_issuer (last, candidate) != 0)
        return (int) i;
    }
  return -1;
}
