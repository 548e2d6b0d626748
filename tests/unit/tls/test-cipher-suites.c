/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-cipher-suites-private.h"

#include "wsserver/base/ws-error.h"

#include <gnutls/gnutls.h>
#include <string.h>

static void
test_names (void)
{
  guint16 id;

  g_test_summary ("Numbers, registered names, SSL_ aliases and key bits");

  g_assert_cmpstr (ws_cipher_suite_get_name (0x1301), ==, "TLS_AES_128_GCM_SHA256");
  g_assert_cmpstr (ws_cipher_suite_get_name (0xc030), ==, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
  g_assert_cmpstr (ws_cipher_suite_get_name (0x0000), ==, NULL);
  g_assert_cmpstr (ws_cipher_suite_get_name (0xffff), ==, NULL);

  g_assert_true (ws_cipher_suite_find ("SSL_RSA_WITH_RC4_128_SHA", &id));
  g_assert_cmphex (id, ==, 0x0005);
  g_assert_true (ws_cipher_suite_find ("tls_krb5_export_with_des_cbc_40_md5", &id));
  g_assert_cmphex (id, ==, 0x0029);
  g_assert_false (ws_cipher_suite_find ("XLS_RSA_WITH_RC4_128_SHA", &id));
  g_assert_false (ws_cipher_suite_find ("", &id));

  g_assert_cmpuint (ws_cipher_suite_get_bits (0x1303), ==, 256);
  g_assert_cmpuint (ws_cipher_suite_get_bits (0x000a), ==, 112);
  g_assert_cmpuint (ws_cipher_suite_get_bits (0x0001), ==, 0);
}

/* GnuTLS joins SHA and 1, drops WITH, and spells RC4 and anon otherwise. */
static void
test_gnutls (void)
{
  guint8                    bytes[2];
  gnutls_cipher_algorithm_t cipher;
  gnutls_kx_algorithm_t     kx;
  gnutls_mac_algorithm_t    mac;
  gnutls_protocol_t         version;
  gsize                     n;

  g_test_summary ("Every suite of GnuTLS is known, with its key bits");

  for (n = 0; gnutls_cipher_suite_info (n, bytes, &kx, &cipher, &mac, &version) != NULL; n++)
    {
      guint16 id = (guint16) (bytes[0] << 8 | bytes[1]);
      guint   bits = cipher == GNUTLS_CIPHER_3DES_CBC ? 112 : (guint) gnutls_cipher_get_key_size (cipher) * 8;

      g_assert_nonnull (ws_cipher_suite_get_name (id));
      g_assert_cmpuint (ws_cipher_suite_get_bits (id), ==, bits);
    }
  g_assert_cmpuint (n, >, 100);
}

static void
test_grease (void)
{
  g_test_summary ("The sixteen values of RFC 8701 and no others");

  for (guint i = 0; i <= 0xffff; i++)
    g_assert_cmpint (ws_tls_is_grease ((guint16) i), ==, (i & 0xf) == 0xa && i % 0x101 == 0);
}

static void
test_parse (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) suites = NULL;
  g_auto (GStrv) unknown = NULL;

  g_test_summary ("Lists of names; what is not known is told apart");

  g_assert_true (ws_cipher_suites_parse (" * ", &suites, &unknown, &error));
  g_assert_null (suites);
  g_assert_null (unknown);

  g_assert_true (ws_cipher_suites_parse ("SSL_RSA_WITH_RC4_128_SHA; TLS_AES_128_GCM_SHA256;;TLS_MADE_UP; "
                                         "TLS_AES_128_GCM_SHA256;TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
                                         &suites, &unknown, &error));
  g_assert_cmpuint (suites->len, ==, 2);
  g_assert_cmphex (g_array_index (suites, guint16, 0), ==, 0x0005);
  g_assert_cmphex (g_array_index (suites, guint16, 1), ==, 0x1301);
  g_assert_cmpuint (g_strv_length (unknown), ==, 1);
  g_assert_cmpstr (unknown[0], ==, "TLS_MADE_UP");
}

static void
test_parse_failures (void)
{
  static const char *const values[] = { "", ";", "TLS_MADE_UP", "AES;**" };

  g_test_summary ("A value without any known name is refused, naming it");

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;
      GArray *suites = (GArray *) &error;
      GStrv   unknown = NULL;

      g_assert_false (ws_cipher_suites_parse (values[i], &suites, &unknown, &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_CREDENTIALS);
      g_assert_nonnull (strstr (error->message, values[i]));
      g_assert_true (suites == (GArray *) &error);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/tls/cipher-suites/get-name", test_names);
  g_test_add_func ("/unit/tls/cipher-suites/get-bits/gnutls", test_gnutls);
  g_test_add_func ("/unit/tls/cipher-suites/is-grease", test_grease);
  g_test_add_func ("/unit/tls/cipher-suites/parse", test_parse);
  g_test_add_func ("/unit/tls/cipher-suites/parse/failures", test_parse_failures);

  return g_test_run ();
}
