/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate-fixture.h"

#include <glib/gstdio.h>

/* A certificate and its key in two files. */

/* A folder with copies of samples, named cert and key. */
typedef struct
{
  char *folder;
  char *certificate;
  char *key;
} Pair;

static void
copy_samples (const char *path,
              const char *names)
{
  g_auto (GStrv) parts = g_strsplit (names, "+", -1);
  g_autoptr (GByteArray) content = g_byte_array_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autoptr (GBytes) sample = read_sample (parts[i]);

      g_byte_array_append (content, g_bytes_get_data (sample, NULL), (guint) g_bytes_get_size (sample));
    }
  g_assert_true (g_file_set_contents (path, (const char *) content->data, (gssize) content->len, NULL));
}

static void
pair_init (Pair       *self,
           const char *certificate,
           const char *key)
{
  self->folder = g_dir_make_tmp ("ws-certificate-XXXXXX", NULL);
  self->certificate = g_build_filename (self->folder, "tls.crt", NULL);
  self->key = g_build_filename (self->folder, "tls.key", NULL);
  copy_samples (self->certificate, certificate);
  copy_samples (self->key, key);
}

static void
pair_clear (Pair *self)
{
  g_remove (self->certificate);
  g_remove (self->key);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->certificate);
  g_free (self->key);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

static void
test_files_pairs (void)
{
  static const struct
  {
    const char *certificate;
    const char *key;
    const char *password;
    const char *subject;
    guint       chain;
  } cases[] = {
    { "ec.pem", "ec-key.pem", NULL, "CN=localhost, O=Curves", 1 },
    { "ec.der", "ec-key.der", NULL, "CN=localhost, O=Curves", 1 },
    { "ec.pem", "ec-dek-key.pem", SAMPLE_PASSWORD, "CN=localhost, O=Curves", 1 },
    { "ec.pem", "ec-pbes2-key.pem", SAMPLE_PASSWORD, "CN=localhost, O=Curves", 1 },
    { "ec.pem", "rsa-key.pem+ed-key.pem+ec-key.pem", NULL, "CN=localhost, O=Curves", 1 },
    { "ec-both.pem", "ec-key.pem", NULL, "CN=localhost, O=Curves", 1 },
    { "ec.pem", "ec-both.pem", NULL, "CN=localhost, O=Curves", 1 },
    { "ec.pem", "rsa.pem+ec-key.pem", NULL, "CN=localhost, O=Curves", 1 },
    { "chain.pem", "rsa-key.pem", NULL, "C=US", 2 },
    { "ec.pem", "ec.jwk", NULL, "CN=localhost, O=Curves", 1 },
  };

  g_test_summary ("A certificate and its key come from two files, in any format, with the key of several that fits");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Pair) pair = { NULL };
      g_autoptr (GError) error = NULL;
      g_autoptr (WsCertificate) certificate = NULL;

      g_test_message ("%s %s", cases[i].certificate, cases[i].key);
      pair_init (&pair, cases[i].certificate, cases[i].key);
      certificate = ws_certificate_new_from_files (pair.certificate, pair.key, cases[i].password, &error);
      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (ws_certificate_get_subject (certificate), cases[i].subject));
      g_assert_true (ws_certificate_get_private_key_available (certificate));
      g_assert_cmpuint (ws_certificate_get_chain (certificate)->len, ==, cases[i].chain);
      g_assert_cmpstr (ws_certificate_get_key_store (certificate), ==, pair.key);
      g_assert_finalize_object (g_steal_pointer (&certificate));
    }
}

static void
test_files_same (void)
{
  g_autofree char *path = get_sample_path ("ec-both.pem");
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = ws_certificate_new_from_files (path, path, NULL, &error);

  g_test_summary ("Both names may be the same");
  g_assert_no_error (error);
  g_assert_true (ws_certificate_get_private_key_available (certificate));
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

static void
test_files_refused (void)
{
  static const struct
  {
    const char *certificate;
    const char *key;
    const char *password;
    WsError     code;
    const char *text;
  } cases[] = {
    { "ec.pem", "rsa-key.pem", NULL, WS_ERROR_CERT_NOT_FOUND, "they do not belong together" },
    { "ec-both.pem", "rsa-key.pem", NULL, WS_ERROR_CERT_NOT_FOUND, "they do not belong together" },
    { "ec.pem", "rsa.pem", NULL, WS_ERROR_CERT_NOT_FOUND, "they do not belong together" },
    { "ec.pem", "ec-pbes2-key.pem", NULL, WS_ERROR_CERT_STORE, "needs a password" },
    { "ec.pem", "ec-pbes2-key.pem", "wrong", WS_ERROR_CERT_STORE, "the password does not open" },
    { "ec.pem", "rsa-key.pem+ec-pbes2-key.pem", "wrong", WS_ERROR_CERT_STORE, "the password does not open" },
    { "ec-key.pem", "ec-key.pem", NULL, WS_ERROR_CERT_STORE, "there is no certificate in it" },
  };

  g_test_summary ("A key that does not fit, a wrong password and a file without a certificate are refused");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Pair) pair = { NULL };
      g_autoptr (GError) error = NULL;

      pair_init (&pair, cases[i].certificate, cases[i].key);
      g_assert_null (ws_certificate_new_from_files (pair.certificate, pair.key, cases[i].password, &error));
      g_assert_error (error, WS_ERROR, (int) cases[i].code);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].text));
      if (cases[i].code == WS_ERROR_CERT_NOT_FOUND)
        {
          g_assert_nonnull (strstr (error->message, pair.certificate));
          g_assert_nonnull (strstr (error->message, pair.key));
        }
    }
}

static void
test_files_missing (void)
{
  g_autofree char *path = get_sample_path ("ec.pem");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is not there is named");
  g_assert_null (ws_certificate_new_from_files (path, "MIIBnokey", NULL, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
  g_assert_nonnull (strstr (error->message, "MIIBnokey: No such file"));
  g_clear_error (&error);
  g_assert_null (ws_certificate_new_from_files ("MIIBnocertificate", path, NULL, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
  g_assert_nonnull (strstr (error->message, "MIIBnocertificate: No such file"));
}

static void
test_files_folder (void)
{
  g_auto (Pair) pair = { NULL };
  g_autofree char *old_folder = g_get_current_dir ();
  g_autofree char *filename = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = NULL;
  g_autoptr (WsCertificate) renewed = NULL;
  g_autoptr (WsCertificate) again = NULL;

  g_test_summary ("Relative names mean the same files after the program has changed its folder");

  pair_init (&pair, "ec.pem", "ec-key.pem");
  g_assert_cmpint (g_chdir (pair.folder), ==, 0);
  certificate = ws_certificate_new_from_files ("tls.crt", "tls.key", NULL, &error);
  g_assert_cmpint (g_chdir (old_folder), ==, 0);
  g_assert_no_error (error);
  filename = ws_certificate_dup_filename (certificate);
  g_assert_cmpstr (filename, ==, pair.certificate);
  g_assert_cmpstr (ws_certificate_get_key_filename (certificate), ==, pair.key);
  g_assert_cmpstr (ws_certificate_get_store (certificate), ==, "tls.crt");
  g_assert_cmpstr (ws_certificate_get_key_store (certificate), ==, "tls.key");

  copy_samples (pair.certificate, "rsa.pem");
  g_assert_null (ws_certificate_reopen (certificate, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_NOT_FOUND);
  g_clear_error (&error);
  copy_samples (pair.key, "rsa-key.pem");
  renewed = ws_certificate_reopen (certificate, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ws_certificate_get_public_key_algorithm (renewed), ==, "RSA");
  copy_samples (pair.certificate, "ec-both.pem");
  copy_samples (pair.key, "ec-key.pem");
  again = ws_certificate_reopen (renewed, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ws_certificate_get_public_key_algorithm (again), ==, "ECDSA");
}

static void
test_setters_key_store (void)
{
  g_autofree char *path = get_sample_path ("ec.pem");
  g_autofree char *encrypted = get_sample_path ("ec-pbes2-key.pem");
  g_autoptr (GBytes) encoded = read_sample ("ec.der");
  g_autoptr (WsCertificate) certificate = ws_certificate_new ();

  g_test_summary ("With key-store, the key is searched for in that file, again when the password is set");

  ws_certificate_set_store_type (certificate, WS_CERT_STORE_TYPE_PEM_KEY_FILE);
  ws_certificate_set_store (certificate, path);
  ws_certificate_set_key_store (certificate, encrypted);
  ws_certificate_set_subject (certificate, "*");
  g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "");
  ws_certificate_set_key_password (certificate, SAMPLE_PASSWORD);
  g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "CN=localhost, O=Curves");
  g_assert_true (ws_certificate_get_private_key_available (certificate));

  ws_certificate_set_store_type (certificate, WS_CERT_STORE_TYPE_USER);
  ws_certificate_set_encoded_b (certificate, encoded);
  g_assert_true (ws_certificate_get_private_key_available (certificate));

  ws_certificate_set_key_store (certificate, NULL);
  g_assert_cmpstr (ws_certificate_get_key_store (certificate), ==, "");
  ws_certificate_set_encoded_b (certificate, encoded);
  g_assert_false (ws_certificate_get_private_key_available (certificate));
  g_assert_finalize_object (g_steal_pointer (&certificate));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/certificate/certificate-files/pairs", test_files_pairs);
  g_test_add_func ("/unit/certificate/certificate-files/same", test_files_same);
  g_test_add_func ("/unit/certificate/certificate-files/refused", test_files_refused);
  g_test_add_func ("/unit/certificate/certificate-files/missing", test_files_missing);
  g_test_add_func ("/unit/certificate/certificate-files/folder", test_files_folder);
  g_test_add_func ("/unit/certificate/certificate-files/key-store", test_setters_key_store);

  return g_test_run ();
}
