/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-priority-private.h"

#include "wsserver/base/ws-error.h"
#include "wsserver/tls/ws-cipher-suites-private.h"

#include <string.h>

static WsTlsPriority *
make_priority (const WsTlsOptions *options)
{
  g_autoptr (GError) error = NULL;
  WsTlsPriority *priority = ws_tls_priority_new (options, &error);

  g_assert_no_error (error);

  return priority;
}

/* The names of the suites in one line. */
static char *
get_suites (const WsTlsPriority *priority)
{
  const GArray *suites = ws_tls_priority_get_suites (priority);
  GString      *text = g_string_new (NULL);

  for (guint i = 0; i < suites->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ";" : "",
                            ws_cipher_suite_get_name (g_array_index (suites, guint16, i)));

  return g_string_free (text, FALSE);
}

static void
check_suites (const WsTlsOptions *options,
              const char         *expected)
{
  WsTlsPriority   *priority = make_priority (options);
  g_autofree char *suites = get_suites (priority);

  g_assert_cmpstr (suites, ==, expected);
  ws_tls_priority_free (priority);
}

static void
test_defaults (void)
{
  WsTlsOptions     options;
  WsTlsPriority   *priority;
  g_autofree char *suites = NULL;

  g_test_summary ("The defaults serve TLS 1.3 and 1.2 with what GnuTLS holds to be sound");

  ws_tls_options_init (&options);
  priority = make_priority (&options);
  suites = get_suites (priority);
  g_assert_nonnull (strstr (suites, "TLS_AES_128_GCM_SHA256"));
  g_assert_nonnull (strstr (suites, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
  g_assert_null (strstr (suites, "anon"));
  g_assert_null (strstr (suites, "PSK"));
  g_assert_null (strstr (suites, "NULL"));
  g_assert_null (strstr (suites, "RC4"));
  g_assert_null (ws_tls_priority_get_notes (priority));
  g_assert_nonnull (strstr (ws_tls_priority_get_string (priority, TRUE), ":+GROUP-X25519:+GROUP-X448:"));
  g_assert_null (strstr (ws_tls_priority_get_string (priority, FALSE), "VERS-TLS1.1"));
  ws_tls_priority_free (priority);
}

static void
test_versions (void)
{
  WsTlsOptions options;

  g_test_summary ("Versions without suites, and suites without versions, are dropped");

  ws_tls_options_init (&options);
  options.cipher_suites = "TLS_AES_128_GCM_SHA256;TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;TLS_RSA_WITH_AES_128_CBC_SHA";
  check_suites (&options, options.cipher_suites);
  options.protocols = WS_TLS_PROTOCOL_TLS13;
  check_suites (&options, "TLS_AES_128_GCM_SHA256");
  options.protocols = 1 << 10; /* the one bit of TLS 1.2 */
  check_suites (&options, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;TLS_RSA_WITH_AES_128_CBC_SHA");
  options.protocols = WS_TLS_PROTOCOL_TLS11 | WS_TLS_PROTOCOL_TLS10;
  check_suites (&options, "TLS_RSA_WITH_AES_128_CBC_SHA");
}

static void
test_strength (void)
{
  WsTlsOptions options;

  g_test_summary ("SSLCipherStrength drops weaker ciphers");

  ws_tls_options_init (&options);
  options.cipher_suites = "TLS_RSA_WITH_3DES_EDE_CBC_SHA;TLS_RSA_WITH_AES_128_CBC_SHA;TLS_RSA_WITH_AES_256_CBC_SHA";
  check_suites (&options, options.cipher_suites);
  options.min_cipher_bits = 128;
  check_suites (&options, "TLS_RSA_WITH_AES_128_CBC_SHA;TLS_RSA_WITH_AES_256_CBC_SHA");
  options.min_cipher_bits = 256;
  check_suites (&options, "TLS_RSA_WITH_AES_256_CBC_SHA");
}

static void
test_notes (void)
{
  WsTlsOptions       options;
  WsTlsPriority     *priority;
  const char *const *notes;

  g_test_summary ("What is left out, or weak, is told");

  ws_tls_options_init (&options);
  options.cipher_suites = "TLS_AES_128_GCM_SHA256;TLS_MADE_UP;TLS_ECDH_RSA_WITH_NULL_SHA;"
                          "TLS_DH_anon_WITH_AES_128_CBC_SHA;SSL_RSA_WITH_RC4_128_SHA";
  options.tls13_groups = "ecdhe_x25519,brainpool";
  priority = make_priority (&options);
  notes = ws_tls_priority_get_notes (priority);
  g_assert_cmpuint (g_strv_length ((GStrv) notes), ==, 5);
  g_assert_nonnull (strstr (notes[0], "TLS_MADE_UP"));
  g_assert_nonnull (strstr (notes[1], "not supported by GnuTLS"));
  g_assert_nonnull (strstr (notes[2], "by certificate"));
  g_assert_nonnull (strstr (notes[3], "weak"));
  g_assert_nonnull (strstr (notes[4], "brainpool"));
  ws_tls_priority_free (priority);
}

static void
test_lists (void)
{
  WsTlsOptions   options;
  WsTlsPriority *priority;

  g_test_summary ("Groups, signature algorithms and Diffie-Hellman bits");

  ws_tls_options_init (&options);
  options.tls12_groups = "ecdhe_secp384r1";
  options.tls13_groups = "ffdhe_4096, ecdhe_secp256r1";
  options.tls12_signature_algorithms = "sha256-rsa";
  options.tls13_signature_algorithms = "rsa_pss_sha384";
  options.dh_group_bits = 3000;
  priority = make_priority (&options);
  g_assert_nonnull (strstr (ws_tls_priority_get_string (priority, TRUE),
                            ":+GROUP-FFDHE4096:+GROUP-SECP256R1:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-SHA384:"));
  g_assert_nonnull (strstr (ws_tls_priority_get_string (priority, FALSE),
                            ":+GROUP-SECP384R1:+GROUP-FFDHE3072:+GROUP-FFDHE4096:+GROUP-FFDHE6144:+GROUP-FFDHE8192"
                            ":+SIGN-RSA-SHA256:+SIGN-RSA-PSS-RSAE-SHA256:"));
  ws_tls_priority_free (priority);

  options.tls12_groups = options.tls13_groups = "";
  options.tls12_signature_algorithms = options.tls13_signature_algorithms = "";
  options.dh_group_bits = 100000;
  priority = make_priority (&options);
  g_assert_nonnull (strstr (ws_tls_priority_get_string (priority, TRUE), ":+GROUP-ALL:+SIGN-ALL:"));
  g_assert_nonnull (strstr (ws_tls_priority_get_string (priority, FALSE), ":+GROUP-FFDHE8192:+SIGN-ALL:"));
  ws_tls_priority_free (priority);
}

static void
check_failure (const WsTlsOptions *options,
               int                 code,
               const char         *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ws_tls_priority_new (options, &error));
  g_assert_error (error, WS_ERROR, code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_failures (void)
{
  WsTlsOptions options;

  g_test_summary ("270 for versions, 273 for suites and lists, each with a text");

  ws_tls_options_init (&options);
  options.protocols = WS_TLS_PROTOCOL_TLS12 | WS_TLS_PROTOCOL_SSL3;
  check_failure (&options, WS_ERROR_TLS_LIBRARY, "SSL 2.0 or 3.0");
  options.protocols = 0;
  check_failure (&options, WS_ERROR_TLS_LIBRARY, "SSLEnabledProtocols=0");
  options.protocols = 0x4000 | WS_TLS_PROTOCOL_TLS12;
  check_failure (&options, WS_ERROR_TLS_LIBRARY, "no sum of");

  ws_tls_options_init (&options);
  options.cipher_suites = "TLS_KRB5_WITH_RC4_128_MD5";
  check_failure (&options, WS_ERROR_CREDENTIALS, "TLS_KRB5_WITH_RC4_128_MD5");
  options.cipher_suites = "TLS_AES_128_GCM_SHA256";
  options.protocols = WS_TLS_PROTOCOL_TLS12;
  check_failure (&options, WS_ERROR_CREDENTIALS, "No cipher suite is left");

  ws_tls_options_init (&options);
  options.min_cipher_bits = 512;
  check_failure (&options, WS_ERROR_CREDENTIALS, "SSLCipherStrength 512");

  ws_tls_options_init (&options);
  options.tls13_groups = "brainpool";
  check_failure (&options, WS_ERROR_CREDENTIALS, "TLS13SupportedGroups");
  ws_tls_options_init (&options);
  options.tls12_signature_algorithms = "x";
  check_failure (&options, WS_ERROR_CREDENTIALS, "TLS12SignatureAlgorithms");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/tls/tls-priority/new/defaults", test_defaults);
  g_test_add_func ("/unit/tls/tls-priority/new/versions", test_versions);
  g_test_add_func ("/unit/tls/tls-priority/new/strength", test_strength);
  g_test_add_func ("/unit/tls/tls-priority/new/notes", test_notes);
  g_test_add_func ("/unit/tls/tls-priority/new/lists", test_lists);
  g_test_add_func ("/unit/tls/tls-priority/new/failures", test_failures);

  return g_test_run ();
}
