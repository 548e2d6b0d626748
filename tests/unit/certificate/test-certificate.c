/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate-fixture.h"

#include <glib/gstdio.h>

/* --- What openssl and ssh-keygen say --- */

static char *
get_value (WsCertificate *certificate,
           const char    *name)
{
  g_autoptr (GDateTime) time = NULL;
  char *value = NULL;

  if (g_str_equal (name, "start") || g_str_equal (name, "end"))
    {
      time = g_str_equal (name, "start") ? ws_certificate_get_effective_time (certificate)
                                         : ws_certificate_get_expiration_time (certificate);
      return g_strdup_printf ("%" G_GINT64_FORMAT, g_date_time_to_unix (time));
    }

  g_object_get (certificate, name, &value, NULL);
  if (g_str_equal (name, "public-key"))
    {
      g_auto (GStrv) lines = g_strsplit (value, "\n", -1);

      g_free (value);
      value = g_strjoinv ("", lines);
    }
  return value;
}

static void
test_fields_expected (void)
{
  g_autoptr (GBytes) expected = read_sample ("expected");
  g_autofree char *text = g_strndup (g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);

  g_test_summary ("Every recorded field is what openssl and ssh-keygen have found");
  g_assert_cmpuint (g_strv_length (lines), >, 50);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], "\t", 3);
      g_autofree char *path = get_sample_path (parts[0]);
      g_autoptr (GError) error = NULL;
      g_autoptr (WsCertificate) certificate = ws_certificate_new_from_file (path, &error);
      g_autofree char *value = NULL;

      g_assert_no_error (error);
      value = get_value (certificate, parts[1]);
      g_test_message ("%s %s", parts[0], parts[1]);
      g_assert_cmpstr (value, ==, parts[2]);
      g_assert_finalize_object (g_steal_pointer (&certificate));
    }
}

static void
test_no_such_file (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is not there is named, and its name is not taken for a certificate.");
  g_assert_null (ws_certificate_new_from_file ("MIIBnothere", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
  g_assert_nonnull (strstr (error->message, "MIIBnothere: No such file"));
}

static void
test_fields_others (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = NULL;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *private_key = NULL;
  g_autofree char *year = NULL;

  g_test_summary ("Fields with a format of their own are written as IPWorks WSServer writes them.");
  certificate = open_sample (WS_CERT_STORE_TYPE_PEM_KEY_FILE, "chain.pem", NULL, "*", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ws_certificate_get_extended_key_usage (certificate), ==, "1.3.6.1.5.5.7.3.1,1.3.6.1.5.5.7.3.2");
  g_assert_cmpstr (ws_certificate_get_subject_alt_names (certificate), ==,
                   "www.example.com,*.example.org,127.0.0.1,::1,webmaster@example.com");
  g_assert_cmpstr (ws_certificate_get_usage (certificate), ==, "Digital Signature,Key Encipherment");
  g_assert_cmpuint (ws_certificate_get_usage_flags (certificate), ==, 0xa0);
  g_assert_cmpstr (ws_certificate_get_version (certificate), ==, "V3");
  g_assert_cmpstr (ws_certificate_get_signature_algorithm (certificate), ==, "RSA-SHA256");
  g_assert_cmpstr (ws_certificate_get_public_key_algorithm (certificate), ==, "RSA");
  g_assert_cmpint (ws_certificate_get_public_key_length (certificate), ==, 2048);
  g_assert_cmpstr (ws_certificate_get_private_key_container (certificate), ==, "");
  g_assert_true (ws_certificate_get_private_key_available (certificate));
  private_key = ws_certificate_get_private_key (certificate);
  g_assert_true (g_str_has_prefix (private_key, "-----BEGIN PRIVATE KEY-----\n"));
  g_assert_true (
      g_str_has_prefix (ws_certificate_get_encoded (certificate), "-----BEGIN CERTIFICATE-----\n"));
  time = ws_certificate_get_effective_time (certificate);
  year = g_date_time_format (time, "-%Y ");
  g_assert_nonnull (strstr (ws_certificate_get_effective_date (certificate), year));
  g_assert_cmpuint (strlen (ws_certificate_get_effective_date (certificate)), ==, strlen ("23-Jan-2000 15:00:00"));
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

/* A certificate whose subject and issuer have one attribute, given in DER. */
static WsCertificate *
make_named (const char *attribute,
            guint       length)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t     made;
  gnutls_datum_t        der = { NULL, 0 };
  WsCertificate        *certificate;
  int                   code;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                                 GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
                   ==, 0);
  g_assert_cmpint (gnutls_x509_crt_init (&made), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_version (made, 3), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_serial (made, "\1", 1), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_activation_time (made, 1), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_expiration_time (made, 1000000000), ==, 0);
  code = gnutls_x509_crt_set_dn_by_oid (made, GNUTLS_OID_X520_COMMON_NAME, 1, attribute, length);
  g_assert_cmpint (code, ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_key (made, key), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_sign2 (made, made, key, GNUTLS_DIG_SHA256, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (made, GNUTLS_X509_FMT_DER, &der), ==, 0);
  certificate = ws_certificate_new_for_peers (&der, 1);
  gnutls_free (der.data);
  gnutls_x509_crt_deinit (made);
  gnutls_x509_privkey_deinit (key);
  return certificate;
}

static void
test_fields_nul (void)
{
  static const struct
  {
    const char *attribute;
    guint       length;
    const char *name;
  } cases[] = {
    { "\x14\x05"
      "admin",
      7, "CN=admin" },
    { "\x14\x07"
      "admin\0x",
      9, "CN=#61646D696E0078" },
    { "\x14\x06"
      "admin\0",
      8, "CN=#61646D696E00" },
    { "\x0c\x07"
      "admin\0x",
      9, "CN=#61646D696E0078" },
    { "\x1e\x04"
      "\0a\0b",
      6, "CN=ab" },
    { "\x1e\x06"
      "\0a\0\0\0b",
      8, "CN=#006100000062" },
    { "\x1c\x08"
      "\0\0\0a\0\0\0\0",
      10, "CN=#0000006100000000" },
    { "\x1e\x03"
      "\0ab",
      5, "CN=#006162" },
  };

  g_test_summary ("A name with a NUL, or one that is not text, is written whole in hexadecimal");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WsCertificate) certificate = make_named (cases[i].attribute, cases[i].length);

      g_assert_nonnull (certificate);
      g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, cases[i].name);
      g_assert_cmpstr (ws_certificate_get_issuer (certificate), ==, cases[i].name);
      g_assert_finalize_object (g_steal_pointer (&certificate));
    }
}

static void
test_fields_empty (void)
{
  g_autoptr (WsCertificate) certificate = ws_certificate_new ();
  g_autofree GParamSpec **pspecs = NULL;
  guint                   n_pspecs;

  g_test_summary ("An empty certificate has the defaults of IPWorks WSServer.");
  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (certificate), &n_pspecs);
  g_assert_cmpuint (n_pspecs, ==, 34);
  for (guint i = 0; i < n_pspecs; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (certificate), pspecs[i]->name, &value);
      if (G_IS_PARAM_SPEC_STRING (pspecs[i]))
        g_assert_cmpstr (g_value_get_string (&value), ==, g_str_equal (pspecs[i]->name, "store") ? "MY" : "");
    }
  g_assert_cmpint (ws_certificate_get_store_type (certificate), ==, WS_CERT_STORE_TYPE_USER);
  g_assert_null (ws_certificate_get_tls_certificate (certificate));
  g_assert_null (ws_certificate_get_effective_time (certificate));
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

/* --- Selecting --- */

static const struct
{
  const char *subject;
  const char *found; /* beginning of the subject found, or NULL */
} subject_cases[] = {
  { "*", "C=US" },
  { "C=DE, O=Test Root", "C=DE" },
  { "O=Test Root,C=DE", "C=DE" },
  { "o=test root", "C=DE" },
  { "www.example.com", "C=US" },
  { "O=\"Widgets, Inc\"", "C=US" },
  { "C=US, ST=Utah, O=\"Widgets, Inc\", OU=\xc3\x9cnit, CN=www.example.com, EMAIL=webmaster@example.com", "C=US" },
  { "CN=nobody", NULL },
  { "", NULL },
  { "Thumbprint=", NULL },
  { "Thumbprint=00", NULL },
};

static void
test_select_subjects (void)
{
  g_test_summary ("A subject is matched as a whole, then as a part");
  for (guint i = 0; i < G_N_ELEMENTS (subject_cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (WsCertificate) certificate = NULL;

      certificate = open_sample (WS_CERT_STORE_TYPE_PEM_KEY_FILE, "chain.pem", NULL, subject_cases[i].subject,
                                 &error);
      if (subject_cases[i].found != NULL)
        {
          g_assert_no_error (error);
          g_assert_true (g_str_has_prefix (ws_certificate_get_subject (certificate), subject_cases[i].found));
        }
      else
        g_assert_error (error, WS_ERROR, WS_ERROR_CERT_NOT_FOUND);
    }
}

static void
test_select_thumbprints (void)
{
  static const char *const names[] = { "thumbprint-md5", "thumbprint-sha1", "thumbprint-sha256", "fingerprint-sha1" };
  g_autofree char         *path = get_sample_path ("ca.pem");
  g_autofree char         *chain = get_sample_path ("chain.pem");
  g_autoptr (GBytes) store = make_bytes (chain);
  g_autoptr (WsCertificate) root = ws_certificate_new_from_file (path, NULL);

  g_test_summary ("A thumbprint selects, in the subject and in the configuration string");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (WsCertificate) by_subject = NULL;
      g_autoptr (WsCertificate) by_configuration = NULL;
      g_autofree char *hash = NULL;
      g_autofree char *subject = NULL;
      g_autofree char *configuration = NULL;

      g_object_get (root, names[i], &hash, NULL);
      subject = g_strdup_printf ("thumbprint=%s", hash);
      configuration = g_strdup_printf ("PersistPFXKey=True\r\nThumbprint=%s\n", hash);
      by_subject = open_sample (WS_CERT_STORE_TYPE_PEM_KEY_FILE, "chain.pem", NULL, subject, &error);
      g_assert_no_error (error);
      by_configuration = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_AUTO, store, NULL, "*",
                                                        configuration, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (ws_certificate_get_subject (by_subject), ==, "C=DE, O=Test Root");
      g_assert_cmpstr (ws_certificate_get_subject (by_configuration), ==, "C=DE, O=Test Root");
    }
}

static void
test_select_configuration_unknown (void)
{
  g_autofree char *chain = get_sample_path ("chain.pem");
  g_autoptr (GBytes) store = make_bytes (chain);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      ws_certificate_new_from_store (WS_CERT_STORE_TYPE_AUTO, store, NULL, "*", "Colour=blue", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "Colour=blue"));
}

static void
test_select_encoded (void)
{
  g_autofree char *path = get_sample_path ("rsa-key.pem");
  g_autoptr (GBytes) store = make_bytes (path);
  g_autoptr (GBytes) right = read_sample ("rsa.pem");
  g_autoptr (GBytes) wrong = read_sample ("ec.der");
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = NULL;

  g_test_summary ("The key of a given certificate is looked for in the store");
  certificate = ws_certificate_new_from_store_encoded (WS_CERT_STORE_TYPE_PEM_KEY_FILE, store, NULL, right,
                                                       &error);
  g_assert_no_error (error);
  g_assert_true (ws_certificate_get_private_key_available (certificate));
  g_assert_finalize_object (g_steal_pointer (&certificate));

  g_assert_null (
      ws_certificate_new_from_store_encoded (WS_CERT_STORE_TYPE_PEM_KEY_FILE, store, NULL, wrong, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_NOT_FOUND);
  g_clear_error (&error);

  certificate = ws_certificate_new_from_encoded (wrong, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "CN=localhost, O=Curves");
  g_assert_false (ws_certificate_get_private_key_available (certificate));
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

/* --- Setters --- */

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  guint *count = user_data;

  (*count)++;
}

static void
test_setters_subject (void)
{
  g_autoptr (WsCertificate) certificate = ws_certificate_new ();
  g_autofree char *path = get_sample_path ("new.pfx");
  guint            n_notified = 0;

  g_test_summary ("Setting the subject searches the store; what is not found leaves nothing selected");
  g_signal_connect (certificate, "notify::serial-number", G_CALLBACK (count_cb), &n_notified);
  ws_certificate_set_store_type (certificate, WS_CERT_STORE_TYPE_PFX_FILE);
  ws_certificate_set_store (certificate, path);
  ws_certificate_set_store_password (certificate, SAMPLE_PASSWORD);
  g_assert_cmpuint (n_notified, ==, 0);
  ws_certificate_set_subject (certificate, "CN=www.example.com");
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_true (g_str_has_suffix (ws_certificate_get_subject (certificate), "E=webmaster@example.com"));
  g_assert_cmpstr (ws_certificate_get_serial_number (certificate), ==, "C0FFEE01");
  g_assert_true (ws_certificate_get_private_key_available (certificate));

  ws_certificate_set_subject (certificate, "CN=nobody");
  g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "");
  g_assert_cmpstr (ws_certificate_get_serial_number (certificate), ==, "");
  g_assert_false (ws_certificate_get_private_key_available (certificate));
  ws_certificate_set_subject (certificate, "*");
  g_assert_true (ws_certificate_get_private_key_available (certificate));
  ws_certificate_set_subject (certificate, NULL);
  g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "");
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

static void
test_setters_order (void)
{
  g_autofree char *path = get_sample_path ("new.pfx");
  g_autoptr (WsCertificate) certificate = NULL;

  g_test_summary ("A search that could not open the store is done again when that is set");
  certificate = g_object_new (WS_TYPE_CERTIFICATE,
                              "subject", "*",
                              "store-password", SAMPLE_PASSWORD,
                              "store", path,
                              "store-type", WS_CERT_STORE_TYPE_PFX_FILE,
                              NULL);
  g_assert_true (ws_certificate_get_private_key_available (certificate));
  g_assert_cmpstr (ws_certificate_get_key_password (certificate), ==, SAMPLE_PASSWORD);
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

static void
test_setters_key_password (void)
{
  g_autoptr (WsCertificate) certificate = ws_certificate_new ();
  g_autoptr (GBytes) store = read_sample ("ec-encrypted.pem");
  g_autoptr (GError) error = NULL;
  gnutls_certificate_credentials_t credentials;

  g_test_summary ("A key that its password opens later is found when the password is set");
  gnutls_certificate_allocate_credentials (&credentials);
  ws_certificate_set_store_type (certificate, WS_CERT_STORE_TYPE_PEM_KEY_BLOB);
  ws_certificate_set_store_b (certificate, store);
  ws_certificate_set_subject (certificate, "localhost");
  g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "CN=localhost, O=Curves");
  g_assert_false (ws_certificate_get_private_key_available (certificate));
  g_assert_false (ws_certificate_load_credentials (certificate, NULL, credentials, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CREDENTIALS);
  g_assert_nonnull (strstr (error->message, "needs a password"));

  ws_certificate_set_key_password (certificate, "wrong");
  g_assert_false (ws_certificate_get_private_key_available (certificate));
  ws_certificate_set_key_password (certificate, SAMPLE_PASSWORD);
  g_assert_true (ws_certificate_get_private_key_available (certificate));
  gnutls_certificate_free_credentials (credentials);
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

static void
test_setters_encoded (void)
{
  g_autoptr (WsCertificate) certificate = ws_certificate_new ();
  g_autofree char *path = get_sample_path ("rsa-key.pem");
  g_autoptr (GBytes) right = read_sample ("rsa.pem");
  g_autoptr (GBytes) wrong = read_sample ("ec.pem");
  g_autoptr (GBytes) read_back = NULL;

  g_test_summary ("Setting encoded looks for its key; without one the subject is empty");
  ws_certificate_set_store_type (certificate, WS_CERT_STORE_TYPE_PEM_KEY_FILE);
  ws_certificate_set_store (certificate, path);
  ws_certificate_set_encoded_b (certificate, right);
  g_assert_true (g_str_has_prefix (ws_certificate_get_subject (certificate), "C=US, S=Utah"));
  g_assert_true (ws_certificate_get_private_key_available (certificate));
  read_back = ws_certificate_get_encoded_b (certificate);
  ws_certificate_set_encoded_b (certificate, wrong);
  g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "");
  g_assert_cmpstr (ws_certificate_get_encoded (certificate), ==, "");
  ws_certificate_set_encoded_b (certificate, read_back);
  g_assert_true (ws_certificate_get_private_key_available (certificate));
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

/* --- For TLS --- */

static void
test_credentials_chain (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = NULL;
  g_autoptr (GBytes) root = read_sample ("ca.pem");
  g_autofree char *ca_certs =
      g_strndup (g_bytes_get_data (root, NULL), g_bytes_get_size (root));
  gnutls_certificate_credentials_t credentials;
  gnutls_datum_t                   der;

  g_test_summary ("Credentials get the key and the chain without its root");
  gnutls_certificate_allocate_credentials (&credentials);
  certificate = open_sample (WS_CERT_STORE_TYPE_PFX_FILE, "new.pfx", SAMPLE_PASSWORD, "*", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ws_certificate_get_chain (certificate)->len, ==, 2);
  g_assert_true (ws_certificate_load_credentials (certificate, ca_certs, credentials, &error));
  g_assert_no_error (error);
  g_assert_cmpint (gnutls_certificate_get_crt_raw (credentials, 0, 0, &der), ==, 0);
  g_assert_cmpint (gnutls_certificate_get_crt_raw (credentials, 0, 1, &der), <, 0);
  g_assert_finalize_object (g_steal_pointer (&certificate));
  gnutls_certificate_free_credentials (credentials);
}

static void
test_credentials_missing (void)
{
  static const struct
  {
    const char *name;
    int         code;
  } cases[] = { { "rsa.pem", WS_ERROR_CREDENTIALS }, { "rsa.pub", WS_ERROR_SERVER_CERT_NOT_FOUND } };
  gnutls_certificate_credentials_t credentials;

  g_test_summary ("A certificate without key, or a key without certificate, cannot serve");
  gnutls_certificate_allocate_credentials (&credentials);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = get_sample_path (cases[i].name);
      g_autoptr (GError) error = NULL;
      g_autoptr (WsCertificate) certificate = ws_certificate_new_from_file (path, &error);

      g_assert_no_error (error);
      g_assert_false (ws_certificate_load_credentials (certificate, NULL, credentials, &error));
      g_assert_error (error, WS_ERROR, cases[i].code);
    }
  gnutls_certificate_free_credentials (credentials);
}

static void
test_self_signed (void)
{
  static const char *const names[] = { "chat.example.com", "10.0.0.1", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = ws_certificate_new_self_signed (names, 30, &error);
  g_autoptr (GDateTime) end = NULL;
  gnutls_certificate_credentials_t credentials;

  g_assert_no_error (error);
  g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "CN=chat.example.com");
  g_assert_cmpstr (ws_certificate_get_issuer (certificate), ==, "CN=chat.example.com");
  g_assert_cmpstr (ws_certificate_get_subject_alt_names (certificate), ==, "chat.example.com,10.0.0.1");
  g_assert_cmpstr (ws_certificate_get_public_key_algorithm (certificate), ==, "ECDSA");
  g_assert_cmpint (ws_certificate_get_public_key_length (certificate), ==, 256);
  g_assert_cmpuint (ws_certificate_get_usage_flags (certificate), ==, 0x80);
  end = ws_certificate_get_expiration_time (certificate);
  g_assert_cmpint (llabs (g_date_time_to_unix (end) - g_get_real_time () / G_USEC_PER_SEC - 30 * 86400), <,
                   600);
  gnutls_certificate_allocate_credentials (&credentials);
  g_assert_true (ws_certificate_load_credentials (certificate, NULL, credentials, &error));
  g_assert_no_error (error);
  gnutls_certificate_free_credentials (credentials);
  g_assert_finalize_object (g_steal_pointer (&certificate));

  certificate = ws_certificate_new_self_signed (NULL, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ws_certificate_get_subject_alt_names (certificate), ==, "localhost,127.0.0.1,::1");
}

static void
test_tls_certificate (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = NULL;
  g_autoptr (WsCertificate) back = NULL;
  g_autoptr (GTlsCertificate) tls_certificate = NULL;
  g_autofree char *key = NULL;
  g_autofree char *key_back = NULL;

  g_test_summary ("A certificate goes to GIO and back with key and chain");
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_skip ("GIO has no TLS backend");
      return;
    }
  certificate = open_sample (WS_CERT_STORE_TYPE_PEM_KEY_FILE, "chain.pem", NULL, "*", &error);
  g_assert_no_error (error);
  tls_certificate = g_object_ref (ws_certificate_get_tls_certificate (certificate));
  g_assert_nonnull (g_tls_certificate_get_issuer (tls_certificate));

  back = ws_certificate_new_for_tls_certificate (tls_certificate);
  g_assert_true (ws_certificate_get_tls_certificate (back) == tls_certificate);
  g_assert_cmpstr (ws_certificate_get_thumbprint_sha256 (back), ==,
                   ws_certificate_get_thumbprint_sha256 (certificate));
  g_assert_cmpuint (ws_certificate_get_chain (back)->len, ==, 2);
  key = ws_certificate_get_private_key (certificate);
  key_back = ws_certificate_get_private_key (back);
  g_assert_cmpstr (key_back, ==, key);
  g_assert_finalize_object (g_steal_pointer (&certificate));
  g_assert_finalize_object (g_steal_pointer (&back));
}

static void
test_reopen (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("ws-certificate-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "server.pem", NULL);
  g_autofree char *name = NULL;
  g_autoptr (GBytes) first = read_sample ("chain.pem");
  g_autoptr (GBytes) second = read_sample ("ec-both.pem");
  g_autoptr (GBytes) store = make_bytes (path);
  g_autoptr (WsCertificate) old = NULL;
  g_autoptr (WsCertificate) new = NULL;

  g_test_summary ("A renewed file gives a new certificate, a broken one an error");
  g_file_set_contents (path, g_bytes_get_data (first, NULL), (gssize) g_bytes_get_size (first), NULL);
  old = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_FILE, store, NULL, "*", NULL, &error);
  g_assert_no_error (error);
  name = ws_certificate_dup_filename (old);
  g_assert_cmpstr (name, ==, path);

  g_file_set_contents (path, g_bytes_get_data (second, NULL), (gssize) g_bytes_get_size (second), NULL);
  new = ws_certificate_reopen (old, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ws_certificate_get_subject (new), ==, "CN=localhost, O=Curves");
  g_assert_cmpstr (ws_certificate_get_serial_number (old), ==, "C0FFEE01");

  g_file_set_contents (path, g_bytes_get_data (second, NULL), 200, NULL);
  g_assert_null (ws_certificate_reopen (old, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
  g_assert_nonnull (strstr (error->message, path));
  g_remove (path);
  g_rmdir (folder);
}

static void
test_peers (void)
{
  g_autoptr (GBytes) der = read_sample ("ec.der");
  gnutls_datum_t datum = { (guint8 *) g_bytes_get_data (der, NULL), (guint) g_bytes_get_size (der) };
  g_autoptr (WsCertificate) certificate = ws_certificate_new_for_peers (&datum, 1);

  g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "CN=localhost, O=Curves");
  datum.size = 10;
  g_assert_null (ws_certificate_new_for_peers (&datum, 1));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/certificate/certificate/fields/expected", test_fields_expected);
  g_test_add_func ("/unit/certificate/certificate/fields/others", test_fields_others);
  g_test_add_func ("/unit/certificate/certificate/no-such-file", test_no_such_file);
  g_test_add_func ("/unit/certificate/certificate/fields/nul", test_fields_nul);
  g_test_add_func ("/unit/certificate/certificate/fields/empty", test_fields_empty);
  g_test_add_func ("/unit/certificate/certificate/select/subjects", test_select_subjects);
  g_test_add_func ("/unit/certificate/certificate/select/thumbprints", test_select_thumbprints);
  g_test_add_func ("/unit/certificate/certificate/select/configuration-unknown",
                   test_select_configuration_unknown);
  g_test_add_func ("/unit/certificate/certificate/select/encoded", test_select_encoded);
  g_test_add_func ("/unit/certificate/certificate/setters/subject", test_setters_subject);
  g_test_add_func ("/unit/certificate/certificate/setters/order", test_setters_order);
  g_test_add_func ("/unit/certificate/certificate/setters/key-password", test_setters_key_password);
  g_test_add_func ("/unit/certificate/certificate/setters/encoded", test_setters_encoded);
  g_test_add_func ("/unit/certificate/certificate/credentials/chain", test_credentials_chain);
  g_test_add_func ("/unit/certificate/certificate/credentials/missing", test_credentials_missing);
  g_test_add_func ("/unit/certificate/certificate/self-signed", test_self_signed);
  g_test_add_func ("/unit/certificate/certificate/tls-certificate", test_tls_certificate);
  g_test_add_func ("/unit/certificate/certificate/reopen", test_reopen);
  g_test_add_func ("/unit/certificate/certificate/peers", test_peers);
  return g_test_run ();
}
