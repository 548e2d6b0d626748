/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was negotiated. */
#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"

#include "wsserver/tls/ws-cipher-suites-private.h"
#include "wsserver/tls/ws-tls-version-private.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

/* In TLS 1.3 the signature is no part of the key exchange, and GnuTLS calls each one RSA. */
static gboolean
is_signed_by_rsa (gnutls_session_t session)
{
  int signature = gnutls_sign_algorithm_get (session);

  switch (gnutls_sign_get_pk_algorithm ((gnutls_sign_algorithm_t) signature))
    {
    case GNUTLS_PK_RSA:
    case GNUTLS_PK_RSA_PSS:
      return TRUE;
    default:
      return FALSE;
    }
}

static const char *
get_key_exchange (gnutls_session_t session)
{
  gnutls_kx_algorithm_t kx = gnutls_kx_get (session);

  if (gnutls_protocol_get_version (session) == GNUTLS_TLS1_3 && !is_signed_by_rsa (session))
    {
      if (kx == GNUTLS_KX_ECDHE_RSA)
        return gnutls_kx_get_name (GNUTLS_KX_ECDHE_ECDSA);
      if (kx == GNUTLS_KX_DHE_RSA)
        return "DHE-ECDSA"; /* TLS 1.2 had none, so GnuTLS has no name for it */
    }

  return gnutls_kx_get_name (kx);
}

static guint
get_own_key_bits (gnutls_session_t session)
{
  const gnutls_datum_t *own = gnutls_certificate_get_ours (session);
  gnutls_x509_crt_t     certificate;
  guint                 bits = 0;

  if (own == NULL || gnutls_x509_crt_init (&certificate) < 0)
    return 0;

  if (gnutls_x509_crt_import (certificate, own, GNUTLS_X509_FMT_DER) >= 0)
    gnutls_x509_crt_get_pk_algorithm (certificate, &bits);
  gnutls_x509_crt_deinit (certificate);

  return bits;
}

static guint
get_key_exchange_bits (gnutls_session_t session)
{
  int bits;

  if (gnutls_kx_get (session) == GNUTLS_KX_RSA)
    return get_own_key_bits (session);

  switch (gnutls_group_get (session))
    {
    case GNUTLS_GROUP_SECP192R1:
      return 192;
    case GNUTLS_GROUP_SECP224R1:
      return 224;
    case GNUTLS_GROUP_SECP256R1:
      return 256;
    case GNUTLS_GROUP_X25519:
      return 255;
    case GNUTLS_GROUP_SECP384R1:
      return 384;
    case GNUTLS_GROUP_X448:
      return 448;
    case GNUTLS_GROUP_SECP521R1:
      return 521;
    case GNUTLS_GROUP_FFDHE2048:
      return 2048;
    case GNUTLS_GROUP_FFDHE3072:
      return 3072;
    case GNUTLS_GROUP_FFDHE4096:
      return 4096;
    case GNUTLS_GROUP_FFDHE6144:
      return 6144;
    case GNUTLS_GROUP_FFDHE8192:
      return 8192;
    default:
      bits = gnutls_dh_get_prime_bits (session);
      return bits > 0 ? (guint) bits : 0;
    }
}

static const char *
get_application_protocol (gnutls_session_t session)
{
  gnutls_datum_t   protocol;
  g_autofree char *name = NULL;

  if (gnutls_alpn_get_selected_protocol (session, &protocol) < 0)
    return NULL;

  /* It is one of ours. */
  name = g_strndup ((const char *) protocol.data, protocol.size);

  return g_intern_string (name);
}

void
ws_gnutls_info_get (gnutls_session_t session,
                    WsTlsInfo       *info)
{
  guint16 suite;

  info->version = ws_tls_version_from_gnutls (gnutls_protocol_get_version (session));
  info->cipher_suite = gnutls_ciphersuite_get (session);
  info->cipher = gnutls_cipher_get_name (gnutls_cipher_get (session));
  if (info->cipher_suite != NULL && ws_cipher_suite_find (info->cipher_suite, &suite))
    info->cipher_bits = ws_cipher_suite_get_bits (suite);
  info->key_exchange = get_key_exchange (session);
  info->key_exchange_bits = get_key_exchange_bits (session);
  info->application_protocol = get_application_protocol (session);
  info->is_resumed = gnutls_session_is_resumed (session) != 0;
}
