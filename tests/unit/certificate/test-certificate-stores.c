/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate-fixture.h"

#include <gnutls/pkcs12.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "wsserver/certificate/ws-cert-store-private.h"

typedef struct
{
  WsCertStoreType type;
  const char     *name;
  const char     *password;
  const char     *same_key;    /* sample with the same public key */
  gboolean        certificate; /* whether there is one */
  gboolean        key;
} StoreCase;

/* Each type as a file; blobs follow from them. */
static const StoreCase cases[] = {
  { WS_CERT_STORE_TYPE_PFX_FILE, "new.pfx", SAMPLE_PASSWORD, "rsa.pem", TRUE, TRUE },
  { WS_CERT_STORE_TYPE_PFX_FILE, "old.pfx", SAMPLE_PASSWORD, "rsa.pem", TRUE, TRUE },
  { WS_CERT_STORE_TYPE_PFX_FILE, "empty.pfx", "", "ec.pem", TRUE, TRUE },
  { WS_CERT_STORE_TYPE_PFX_FILE, "empty.pfx", NULL, "ec.pem", TRUE, TRUE },
  { WS_CERT_STORE_TYPE_PFX_FILE, "nomac.pfx", SAMPLE_PASSWORD, "ec.pem", TRUE, TRUE },
  { WS_CERT_STORE_TYPE_PFX_FILE, "plain.pfx", SAMPLE_PASSWORD, "ec.pem", TRUE, TRUE },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "chain.pem", NULL, "rsa.pem", TRUE, TRUE },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "rsa-key.pem", NULL, "rsa.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "ed-key.pem", NULL, "ed.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "ec-key.der", NULL, "ec.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "ec-pbes1-key.pem", SAMPLE_PASSWORD, "ec.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "ec-pbes2-key.pem", SAMPLE_PASSWORD, "ec.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "ec-dek-key.pem", SAMPLE_PASSWORD, "ec.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "rsa-dek-key.pem", SAMPLE_PASSWORD, "rsa.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "ec-encrypted.pem", SAMPLE_PASSWORD, "ec.pem", TRUE, TRUE },
  { WS_CERT_STORE_TYPE_PUBLIC_KEY_FILE, "rsa.pem", NULL, "rsa.pem", TRUE, FALSE },
  { WS_CERT_STORE_TYPE_PUBLIC_KEY_FILE, "chain.pem", NULL, "rsa.pem", TRUE, FALSE },
  { WS_CERT_STORE_TYPE_PUBLIC_KEY_FILE, "ec.der", NULL, "ec.pem", TRUE, FALSE },
  { WS_CERT_STORE_TYPE_PUBLIC_KEY_FILE, "ec-public.pem", NULL, "ec.pem", FALSE, FALSE },
  { WS_CERT_STORE_TYPE_P7B_FILE, "chain.p7b", NULL, NULL, TRUE, FALSE },
  { WS_CERT_STORE_TYPE_P7B_FILE, "chain-pem.p7b", NULL, NULL, TRUE, FALSE },
  { WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_FILE, "rsa.pub", NULL, "rsa.pem", FALSE, FALSE },
  { WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_FILE, "rsa-4716.pub", NULL, "rsa.pem", FALSE, FALSE },
  { WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_FILE, "ec.pub", NULL, "ec.pem", FALSE, FALSE },
  { WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_FILE, "ed.pub", NULL, "ed.pub", FALSE, FALSE },
  { WS_CERT_STORE_TYPE_PPK_FILE, "rsa-2.ppk", NULL, "rsa.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PPK_FILE, "rsa-2-encrypted.ppk", SAMPLE_PASSWORD, "rsa.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PPK_FILE, "rsa-3.ppk", NULL, "rsa.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PPK_FILE, "ec-3.ppk", NULL, "ec.pem", FALSE, TRUE },
#ifdef HAVE_ARGON2
  { WS_CERT_STORE_TYPE_PPK_FILE, "rsa-3-encrypted.ppk", SAMPLE_PASSWORD, "rsa.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_PPK_FILE, "ed-3-encrypted.ppk", SAMPLE_PASSWORD, "ed.pub", FALSE, TRUE },
#endif
  { WS_CERT_STORE_TYPE_XML_FILE, "rsa.xml", NULL, "rsa.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_XML_FILE, "rsa-public.xml", NULL, "rsa.pem", FALSE, FALSE },
  { WS_CERT_STORE_TYPE_XML_FILE, "dsa.xml", NULL, NULL, FALSE, TRUE },
  { WS_CERT_STORE_TYPE_XML_FILE, "ec.xml", NULL, "ec.pem", TRUE, TRUE },
#ifdef HAVE_JSON_GLIB
  { WS_CERT_STORE_TYPE_JWK_FILE, "rsa.jwk", NULL, "rsa.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_JWK_FILE, "ec.jwk", NULL, "ec.pem", TRUE, TRUE },
  { WS_CERT_STORE_TYPE_JWK_FILE, "ed.jwk", NULL, "ed.pem", FALSE, TRUE },
  { WS_CERT_STORE_TYPE_JWK_FILE, "set.jwk", NULL, "ed.pem", FALSE, TRUE },
#endif
};

/* The number of the same format as a blob. */
static WsCertStoreType
get_blob_type (WsCertStoreType file_type)
{
  return file_type == WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_FILE ? WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_BLOB
                                                             : file_type + 1;
}

static void
check (const StoreCase *store_case,
       WsCertificate   *certificate)
{
  g_autofree char *private_key = ws_certificate_get_private_key (certificate);

  g_assert_cmpint (ws_certificate_get_private_key_available (certificate), ==, store_case->key);
  g_assert_cmpint (private_key[0] != '\0', ==, store_case->key);
  g_assert_cmpint (ws_certificate_get_subject (certificate)[0] != '\0', ==, store_case->certificate);
  g_assert_cmpstr (ws_certificate_get_fingerprint_sha256 (certificate), !=, "");
  if (store_case->same_key != NULL)
    {
      g_autofree char *path = get_sample_path (store_case->same_key);
      g_autoptr (WsCertificate) same = ws_certificate_new_from_file (path, NULL);

      g_assert_cmpstr (ws_certificate_get_public_key (certificate), ==, ws_certificate_get_public_key (same));
    }
}

static void
test_open (gconstpointer user_data)
{
  const StoreCase *store_case = user_data;
  g_autofree char *path = get_sample_path (store_case->name);
  g_autoptr (GBytes) file = make_bytes (path);
  g_autoptr (GBytes) blob = read_sample (store_case->name);
  g_autofree char *text = g_base64_encode (g_bytes_get_data (blob, NULL), g_bytes_get_size (blob));
  g_autoptr (GBytes) base64 = make_bytes (text);
  const struct
  {
    WsCertStoreType type;
    GBytes         *store;
  } ways[] = {
    { store_case->type, file },
    { get_blob_type (store_case->type), blob },
    { get_blob_type (store_case->type), base64 },
    { WS_CERT_STORE_TYPE_AUTO, file },
    { WS_CERT_STORE_TYPE_AUTO, blob },
    { WS_CERT_STORE_TYPE_AUTO, base64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (WsCertificate) certificate = NULL;

      /* AUTO takes the keys of a PEM file, which this type leaves out. */
      if (ways[i].type == WS_CERT_STORE_TYPE_AUTO && store_case->type == WS_CERT_STORE_TYPE_PUBLIC_KEY_FILE)
        continue;
      certificate = ws_certificate_new_from_store (ways[i].type, ways[i].store, store_case->password, "*",
                                                   NULL, &error);
      g_assert_no_error (error);
      check (store_case, certificate);
      g_assert_finalize_object (g_steal_pointer (&certificate));
    }
}

/* --- Failures: each with its code and a text that names the file and the fault --- */

static const struct
{
  WsCertStoreType type;
  const char     *name;
  const char     *password;
  const char     *fault;
} failures[] = {
  { WS_CERT_STORE_TYPE_PFX_FILE, "new.pfx", "wrong", "password is wrong" },
  { WS_CERT_STORE_TYPE_PFX_FILE, "new.pfx", "", "needs a password" },
  { WS_CERT_STORE_TYPE_PFX_FILE, "old.pfx", "wrong", "password is wrong" },
  { WS_CERT_STORE_TYPE_PFX_FILE, "empty.pfx", "wrong", "password is wrong" },
  { WS_CERT_STORE_TYPE_PFX_FILE, "nomac.pfx", "wrong", "password does not open" },
  { WS_CERT_STORE_TYPE_PFX_FILE, "rsa.pem", "", "not PKCS #12" },
  { WS_CERT_STORE_TYPE_PFX_FILE, "none.pfx", "", "No such file" },
  { WS_CERT_STORE_TYPE_AUTO, "none.pfx", "", "no such file" },
  { WS_CERT_STORE_TYPE_PFX_FILE, ".", "", "directory" },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "ec-pbes1-key.pem", "wrong", "password" },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "ec-pbes2-key.pem", "wrong", "password" },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "ec-pbes2-key.pem", "", "and there is none" },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "ec-dek-key.pem", "wrong", "password" },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, "new.pfx", "", "neither PEM" },
  { WS_CERT_STORE_TYPE_PUBLIC_KEY_FILE, "rsa-key.pem", "", "no certificate and no key" },
  { WS_CERT_STORE_TYPE_P7B_FILE, "new.pfx", "", "not PKCS #7" },
  { WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_FILE, "rsa.pem", "", "no SSH public key" },
  { WS_CERT_STORE_TYPE_PPK_FILE, "rsa-2-encrypted.ppk", "wrong", "password is wrong" },
#ifdef HAVE_ARGON2
  { WS_CERT_STORE_TYPE_PPK_FILE, "rsa-3-encrypted.ppk", "wrong", "password is wrong" },
#else
  { WS_CERT_STORE_TYPE_PPK_FILE, "rsa-3-encrypted.ppk", "wrong", "feature argon2" },
#endif
  { WS_CERT_STORE_TYPE_PPK_FILE, "rsa.pem", "", "not a PuTTY" },
  { WS_CERT_STORE_TYPE_XML_FILE, "rsa.pem", "", "XML is malformed" },
#ifdef HAVE_JSON_GLIB
  { WS_CERT_STORE_TYPE_JWK_FILE, "rsa.pem", "", "JSON is malformed" },
  { WS_CERT_STORE_TYPE_JWK_FILE, "rsa-no-primes.jwk", "", "no prime factors" },
#else
  { WS_CERT_STORE_TYPE_JWK_FILE, "rsa.jwk", "", "feature json-glib" },
#endif
};

static void
test_failures (void)
{
  g_test_summary ("A store that does not open says which one and why");
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (open_sample (failures[i].type, failures[i].name, failures[i].password, "*", &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, failures[i].fault));
      g_assert_true (g_str_has_prefix (error->message, "[271] "));
      if (failures[i].type != WS_CERT_STORE_TYPE_AUTO)
        g_assert_nonnull (strstr (error->message, failures[i].name));
    }
}

static void
test_refused (void)
{
  static const struct
  {
    int         type;
    const char *word;
  } refused[] = {
    { 0, "Windows" },
    { 1, "Windows" },
    { 4, "keytool" },
    { 5, "JKS" },
    { 20, "no such type" },
    { 21, "BCFKS" },
    { 22, "keytool" },
    { 1000, "no such type" },
  };
  g_autoptr (GBytes) java = g_bytes_new_static ("\xfe\xed\xfe\xed\0\0\0\2", 8);
  g_autoptr (GError) java_error = NULL;

  g_test_summary ("Foreign platforms' stores are refused with what to do about it");
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ws_certificate_new_from_store (refused[i].type, java, "", "*", NULL, &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
      g_assert_nonnull (strstr (error->message, refused[i].word));
    }
  g_assert_null (ws_certificate_new_from_store (WS_CERT_STORE_TYPE_AUTO, java, "", "*", NULL, &java_error));
  g_assert_error (java_error, WS_ERROR, WS_ERROR_CERT_STORE);
  g_assert_nonnull (strstr (java_error->message, "keytool"));
}

/* --- Numbers of a file are looked at before they are used --- */

static void
assert_refused (WsCertStoreType type,
                const char     *text,
                const char     *fault)
{
  g_autoptr (GBytes) store = make_bytes (text);
  g_autoptr (GError) error = NULL;

  g_assert_null (ws_certificate_new_from_store (type, store, SAMPLE_PASSWORD, "*", NULL, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, fault));
}

static void
test_limits_argon2 (void)
{
  static const char *const lines[][2] = {
    { "Argon2-Memory: 64", "Argon2-Memory: 4194304" },
    { "Argon2-Memory: 64", "Argon2-Memory: 99999999999999999999" },
    { "Argon2-Memory: 64", "Argon2-Memory: 0" },
    { "Argon2-Passes: 2", "Argon2-Passes: 1000000" },
    { "Argon2-Parallelism: 1", "Argon2-Parallelism: 1000" },
    { "Argon2-Memory: 64\r\nArgon2-Passes: 2", "Argon2-Memory: 262144\r\nArgon2-Passes: 1000" },
  };
  g_autoptr (GBytes) bytes = read_sample ("rsa-3-encrypted.ppk");
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  g_test_summary ("A PuTTY key that asks for too much memory or time is refused at once");
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GString) changed = g_string_new (text);

      g_string_replace (changed, "\r\n", "\n", 0);
      g_string_replace (changed, "\n", "\r\n", 0);
      g_assert_cmpuint (g_string_replace (changed, lines[i][0], lines[i][1], 0), ==, 1);
      assert_refused (WS_CERT_STORE_TYPE_PPK_BLOB, changed->str, "too much memory or time");
    }
}

static void
test_limits_json_depth (void)
{
#ifdef HAVE_JSON_GLIB
  g_autofree char *brackets = g_strnfill (1000000, '[');

  assert_refused (WS_CERT_STORE_TYPE_JWK_BLOB, brackets, "nested too deeply");
#else
  g_test_skip ("built without json-glib");
#endif
}

static void
test_limits_numbers (void)
{
  g_test_summary ("Numbers that would crash the arithmetic are refused");
  assert_refused (WS_CERT_STORE_TYPE_XML_BLOB,
                  "<RSAKeyValue><Modulus>AAAA</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>", "modulus");
  assert_refused (WS_CERT_STORE_TYPE_XML_BLOB, "<RSAKeyValue></RSAKeyValue>", "modulus");
  assert_refused (WS_CERT_STORE_TYPE_XML_BLOB, "<DSAKeyValue><P>AQ==</P></DSAKeyValue>", "prime p");
  assert_refused (WS_CERT_STORE_TYPE_XML_BLOB, "<ECKeyValue><PublicKey>BAAA</PublicKey></ECKeyValue>", "NamedCurve");
  assert_refused (WS_CERT_STORE_TYPE_XML_BLOB, "<a/>", "no certificate and no key");
  assert_refused (WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_BLOB, "ssh-rsa AAAAB3NzaC1yc2EAAAAA", "cut short");
  assert_refused (WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_BLOB, "ssh-rsa", "not in Base64");
}

static void
test_limits_size (void)
{
  g_autofree char *text = g_strnfill (4 * 1024 * 1024 + 1, ' ');

  assert_refused (WS_CERT_STORE_TYPE_AUTO, text, "longer than");
  assert_refused (WS_CERT_STORE_TYPE_PEM_KEY_BLOB, "", "empty");
}

static void
test_limits_pipe (void)
{
  g_autofree char *folder = g_dir_make_tmp ("ws-certificate-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pipe", NULL);
  g_autoptr (GBytes) store = make_bytes (path);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A pipe without a writer does not block");
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_null (
      ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_FILE, store, NULL, "*", NULL, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
  g_remove (path);
  g_rmdir (folder);
}

/* --- PFX whose key has a password of its own --- */

static GBytes *
make_two_password_pfx (void)
{
  g_autoptr (GBytes) pem = read_sample ("ec-both.pem");
  gnutls_datum_t        text = { (guint8 *) g_bytes_get_data (pem, NULL), (guint) g_bytes_get_size (pem) };
  gnutls_datum_t        data;
  gnutls_x509_crt_t     certificate;
  gnutls_x509_privkey_t key;
  gnutls_pkcs12_t       pkcs12;
  gnutls_pkcs12_bag_t   bag;
  GBytes               *bytes;

  gnutls_x509_crt_init (&certificate);
  g_assert_cmpint (gnutls_x509_crt_import (certificate, &text, GNUTLS_X509_FMT_PEM), ==, 0);
  gnutls_x509_privkey_init (&key);
  g_assert_cmpint (gnutls_x509_privkey_import (key, &text, GNUTLS_X509_FMT_PEM), ==, 0);
  g_assert_cmpint (
      gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_DER, "key", GNUTLS_PKCS_PBES2_AES_256, &data),
      ==, 0);
  gnutls_pkcs12_init (&pkcs12);
  gnutls_pkcs12_bag_init (&bag);
  g_assert_cmpint (gnutls_pkcs12_bag_set_data (bag, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, &data), >=, 0);
  gnutls_free (data.data);
  g_assert_cmpint (gnutls_pkcs12_set_bag (pkcs12, bag), ==, 0);
  gnutls_pkcs12_bag_deinit (bag);
  gnutls_pkcs12_bag_init (&bag);
  g_assert_cmpint (gnutls_pkcs12_bag_set_crt (bag, certificate), >=, 0);
  g_assert_cmpint (gnutls_pkcs12_bag_encrypt (bag, "store", GNUTLS_PKCS_PBES2_AES_256), ==, 0);
  g_assert_cmpint (gnutls_pkcs12_set_bag (pkcs12, bag), ==, 0);
  gnutls_pkcs12_bag_deinit (bag);
  g_assert_cmpint (gnutls_pkcs12_generate_mac (pkcs12, "store"), ==, 0);
  g_assert_cmpint (gnutls_pkcs12_export2 (pkcs12, GNUTLS_X509_FMT_DER, &data), ==, 0);
  bytes = g_bytes_new (data.data, data.size);
  gnutls_free (data.data);
  gnutls_pkcs12_deinit (pkcs12);
  gnutls_x509_privkey_deinit (key);
  gnutls_x509_crt_deinit (certificate);
  return bytes;
}

static void
test_key_password (void)
{
  g_autoptr (GBytes) store = make_two_password_pfx ();
  g_autoptr (WsCertificate) certificate = ws_certificate_new ();

  g_test_summary ("The key of a PFX may have a password of its own");
  ws_certificate_set_store_type (certificate, WS_CERT_STORE_TYPE_PFX_BLOB);
  ws_certificate_set_store_b (certificate, store);
  ws_certificate_set_store_password (certificate, "store");
  ws_certificate_set_subject (certificate, "*");
  g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "CN=localhost, O=Curves");
  g_assert_false (ws_certificate_get_private_key_available (certificate));
  ws_certificate_set_key_password (certificate, "key");
  g_assert_true (ws_certificate_get_private_key_available (certificate));
}

static void
test_limits_rounds (void)
{
  g_autoptr (WsCertStore) store = ws_cert_store_new ("rounds");

  g_test_summary ("A store of many parts cannot ask for many times the rounds that one part may.");

  g_assert_false (ws_cert_store_spend_rounds (store, WS_CERT_STORE_MAX_KDF_ROUNDS + 1));
  g_assert_false (ws_cert_store_spend_rounds (store, G_MAXUINT));
  for (guint i = 0; i < 4; i++)
    g_assert_true (ws_cert_store_spend_rounds (store, WS_CERT_STORE_MAX_KDF_ROUNDS));
  g_assert_true (ws_cert_store_spend_rounds (store, 0));
  g_assert_false (ws_cert_store_spend_rounds (store, 1));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/unit/certificate/certificate-stores/open/%02u-%s", i,
                                               cases[i].name);

      g_test_add_data_func (path, &cases[i], test_open);
    }
  g_test_add_func ("/unit/certificate/certificate-stores/failures", test_failures);
  g_test_add_func ("/unit/certificate/certificate-stores/refused", test_refused);
  g_test_add_func ("/unit/certificate/certificate-stores/limits/argon2", test_limits_argon2);
  g_test_add_func ("/unit/certificate/certificate-stores/limits/json-depth", test_limits_json_depth);
  g_test_add_func ("/unit/certificate/certificate-stores/limits/numbers", test_limits_numbers);
  g_test_add_func ("/unit/certificate/certificate-stores/limits/size", test_limits_size);
  g_test_add_func ("/unit/certificate/certificate-stores/limits/rounds", test_limits_rounds);
  g_test_add_func ("/unit/certificate/certificate-stores/limits/pipe", test_limits_pipe);
  g_test_add_func ("/unit/certificate/certificate-stores/key-password", test_key_password);
  return g_test_run ();
}
