/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <wsserver/wsserver.h>

/* What the fields of a certificate say, where tests/unit/certificate/test-certificate.c has not said it. */

#define TIME_ZONE "<+0530>-5:30"

static GBytes *
make_certificate (guint version,
                  guint usage)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t     certificate;
  gnutls_datum_t        der;
  GBytes               *bytes;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                                 GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
                   ==, 0);
  g_assert_cmpint (gnutls_x509_crt_init (&certificate), ==, 0);
  gnutls_x509_crt_set_version (certificate, version);
  gnutls_x509_crt_set_serial (certificate, "\x01\x02\x0a", 3);
  gnutls_x509_crt_set_dn (certificate, "CN=made here", NULL);
  gnutls_x509_crt_set_activation_time (certificate, 948639600); /* 23 January 2000, 15:00 UTC */
  gnutls_x509_crt_set_expiration_time (certificate, 4102444800);
  gnutls_x509_crt_set_key (certificate, key);
  if (usage != 0)
    gnutls_x509_crt_set_key_usage (certificate, usage);
  g_assert_cmpint (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der), ==, 0);
  bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  return bytes;
}

static void
test_usage (void)
{
  static const struct
  {
    guint       flag;
    const char *word;
  } usages[] = {
    { 0x80, "Digital Signature" },
    { 0x40, "Non-Repudiation" },
    { 0x20, "Key Encipherment" },
    { 0x10, "Data Encipherment" },
    { 0x08, "Key Agreement" },
    { 0x04, "Certificate Signing" },
    { 0x02, "CRL Signing" },
    { 0x01, "Encipher Only" },
  };
  g_autoptr (GString) all = g_string_new (NULL);

  g_test_summary ("Each flag of usage-flags has its word in usage, and several are separated by commas.");

  for (gsize i = 0; i <= G_N_ELEMENTS (usages); i++)
    {
      gboolean last = i == G_N_ELEMENTS (usages);
      guint    flags = last ? 0xff : usages[i].flag;
      g_autoptr (GBytes) encoded = make_certificate (3, flags);
      g_autoptr (GError) error = NULL;
      g_autoptr (WsCertificate) certificate = ws_certificate_new_from_encoded (encoded, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (ws_certificate_get_usage_flags (certificate), ==, flags);
      g_assert_cmpstr (ws_certificate_get_usage (certificate), ==, last ? all->str : usages[i].word);
      if (!last)
        g_string_append_printf (all, "%s%s", i > 0 ? "," : "", usages[i].word);
    }
}

static void
test_version (void)
{
  g_test_summary ("version is V1 to V3; dates are of the local time zone; the serial number has two digits a byte.");

  for (guint version = 1; version <= 3; version++)
    {
      g_autoptr (GBytes) encoded = make_certificate (version, 0);
      g_autoptr (GError) error = NULL;
      g_autoptr (WsCertificate) certificate = ws_certificate_new_from_encoded (encoded, &error);
      g_autofree char *expected = g_strdup_printf ("V%u", version);

      g_assert_no_error (error);
      g_assert_cmpstr (ws_certificate_get_version (certificate), ==, expected);
      g_assert_cmpstr (ws_certificate_get_effective_date (certificate), ==, "23-Jan-2000 20:30:00");
      g_assert_cmpstr (ws_certificate_get_expiration_date (certificate), ==, "01-Jan-2100 05:30:00");
      g_assert_cmpstr (ws_certificate_get_serial_number (certificate), ==, "01020A");
      g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "CN=made here");
      g_assert_false (ws_certificate_get_private_key_available (certificate));
      g_assert_finalize_object (g_steal_pointer (&certificate));
    }
}

static void
test_key_password (void)
{
  g_autoptr (WsCertificate) certificate = ws_certificate_new ();

  g_test_summary ("key-password is store-password until it is set, also to the empty string.");

  g_assert_cmpstr (ws_certificate_get_key_password (certificate), ==, "");
  ws_certificate_set_store_password (certificate, "first");
  g_assert_cmpstr (ws_certificate_get_key_password (certificate), ==, "first");
  ws_certificate_set_key_password (certificate, "");
  g_assert_cmpstr (ws_certificate_get_key_password (certificate), ==, "");
  ws_certificate_set_store_password (certificate, "second");
  g_assert_cmpstr (ws_certificate_get_key_password (certificate), ==, "");
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

static void
test_store (void)
{
  g_autoptr (WsCertificate) certificate = ws_certificate_new ();
  g_autoptr (GBytes) binary = g_bytes_new_static ("\x30\x00\xff", 3);
  g_autoptr (GBytes) text = g_bytes_new_static ("a.pem", 5);

  g_test_summary ("store and store-b are one value, as text and as bytes.");

  ws_certificate_set_store (certificate, "a.pem");
  g_assert_true (g_bytes_equal (ws_certificate_get_store_b (certificate), text));
  ws_certificate_set_store_b (certificate, binary);
  g_assert_cmpstr (ws_certificate_get_store (certificate), ==, "");
  g_assert_true (g_bytes_equal (ws_certificate_get_store_b (certificate), binary));
  ws_certificate_set_store_type (certificate, WS_CERT_STORE_TYPE_PFX_BLOB);
  g_assert_cmpint (ws_certificate_get_store_type (certificate), ==, WS_CERT_STORE_TYPE_PFX_BLOB);
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

static void
test_configuration (void)
{
  static const char *const accepted[] = {
    NULL,
    "",
    "PersistPFXKey=False",
    "UseInternalSecurityAPI=True",
    "PersistPFXKey=True\nUseInternalSecurityAPI=False\n",
  };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "certificates", "files", "chain.pem", NULL);
  g_autoptr (GBytes) store = g_bytes_new (path, strlen (path));

  g_test_summary ("The configuration string takes each setting of IPWorks WSServer, one on each line.");

  for (gsize i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (WsCertificate) certificate = NULL;

      certificate = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_FILE, store, NULL, "*",
                                                   accepted[i], &error);
      g_assert_no_error (error);
      g_assert_true (ws_certificate_get_private_key_available (certificate));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_setenv ("TZ", TIME_ZONE, TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/contract/certificate/usage", test_usage);
  g_test_add_func ("/contract/certificate/version", test_version);
  g_test_add_func ("/contract/certificate/key-password", test_key_password);
  g_test_add_func ("/contract/certificate/store", test_store);
  g_test_add_func ("/contract/certificate/configuration", test_configuration);

  return g_test_run ();
}
