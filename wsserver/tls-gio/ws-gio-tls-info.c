/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-gio-tls-info-private.h"

#include "wsserver/tls/ws-cipher-suites-private.h"
#include "wsserver/tls/ws-tls-version-private.h"

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

/* 0 if it is not known. */
static guint16
find_gio_suite (const char *name)
{
  guint16 id = 0;

  return name != NULL && ws_cipher_suite_find (name, &id) ? id : 0;
}

void
ws_gio_tls_info_get (GTlsConnection *connection,
                     WsTlsInfo      *info)
{
  g_autofree char          *name = g_tls_connection_get_ciphersuite_name (connection);
  guint16                   suite = find_gio_suite (name);
  gnutls_kx_algorithm_t     kx;
  gnutls_cipher_algorithm_t cipher;

  *info = (WsTlsInfo){
    .version = ws_tls_version_from_gio (g_tls_connection_get_protocol_version (connection)),
    .cipher_suite = ws_cipher_suite_get_name (suite),
    .cipher_bits = ws_cipher_suite_get_bits (suite),
    .application_protocol = g_intern_string (g_tls_connection_get_negotiated_protocol (connection)),
  };
  if (!find_algorithms (suite, &kx, &cipher))
    return;

  info->cipher = gnutls_cipher_get_name (cipher);
  /* The backend does not say what TLS 1.3 used. */
  if (kx != GNUTLS_KX_UNKNOWN)
    info->key_exchange = gnutls_kx_get_name (kx);
}

char *
ws_gio_tls_info_check (GTlsConnection    *connection,
                       const WsTlsPolicy *policy)
{
  guint16          version = ws_tls_version_from_gio (g_tls_connection_get_protocol_version (connection));
  g_autofree char *name = g_tls_connection_get_ciphersuite_name (connection);
  guint16          suite = find_gio_suite (name);

  if (!ws_tls_policy_enables_version (policy, version))
    return g_strdup_printf ("%s was negotiated, which SSLEnabledProtocols does not enable",
                            version != 0 ? ws_tls_version_get_name (version) : "an unknown version");

  if (ws_tls_policy_enables_suite (policy, suite))
    return NULL;
  if (suite == 0)
    return g_strdup_printf ("the cipher suite %s was negotiated, which is not known", name != NULL ? name : "");

  return g_strdup_printf ("the cipher suite %s was negotiated, which SSLEnabledCipherSuites and SSLCipherStrength "
                          "do not enable",
                          name);
}
