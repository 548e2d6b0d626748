/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnutls-pair.h"

#include "tests/unit/revocation/revocation-fixture.h"

#include "wsserver/revocation/ws-ocsp-private.h"
#include "wsserver/revocation/ws-ocsp-staple-private.h"

#define DAY_S (24 * 60 * 60)

static Authority       books;
static TestCertificate good;
static TestCertificate revoked;

static GBytes *
make_response (const TestCertificate *leaf,
               const char            *signer,
               const char            *options)
{
  g_autoptr (GBytes) nonce = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes)
      request = ws_ocsp_build_request (leaf->certificate, books.root.certificate, &nonce, &error);

  g_assert_no_error (error);

  return authority_answer (&books, request, signer, options);
}

/* The leaf and, as a server has it, its issuer. */
static gnutls_certificate_credentials_t
make_credentials (const TestCertificate *leaf,
                  gboolean               with_issuer)
{
  gnutls_certificate_credentials_t credentials;
  gnutls_x509_crt_t                chain[2] = { leaf->certificate, books.root.certificate };

  gnutls_certificate_allocate_credentials (&credentials);
  g_assert_cmpint (gnutls_certificate_set_x509_key (credentials, chain, with_issuer ? 2 : 1, leaf->key), >=,
                   0);

  return credentials;
}

static char *
write_response (GBytes     *response,
                const char *name)
{
  char *path = authority_path (&books, name);

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (response, NULL),
                                      (gssize) g_bytes_get_size (response), NULL));

  return path;
}

/* What the client of a new connection is handed; NULL: nothing. */
static GBytes *
get_staple (WsTlsContext *context,
            const char   *priority)
{
  Pair           pair;
  gnutls_datum_t staple;
  GBytes        *bytes = NULL;

  pair_init (&pair, context, priority, NULL);
  pair_open (&pair);
  if (gnutls_ocsp_status_request_get (pair.client, &staple) >= 0)
    bytes = g_bytes_new (staple.data, staple.size);
  check_echo (&pair);
  pair_clear (&pair);

  return bytes;
}

static time_t
next_week (time_t *now)
{
  time_t seconds = (time_t) (g_get_real_time () / G_USEC_PER_SEC) + 7 * DAY_S;

  if (now != NULL)
    *now = seconds;

  return seconds;
}

static void
test_served (void)
{
  static const char *const priorities[] = { TLS12, TLS13 };
  g_autoptr (GBytes) response = make_response (&good, "root", "-ndays 1");
  g_autofree char *path = write_response (response, "staple.der");
  g_autoptr (WsTlsContext) context = NULL;
  g_autoptr (GError) error = NULL;
  WsTlsOptions options;

  g_test_summary ("A response is served until it expires");

  ws_tls_options_init (&options);
  options.ocsp_response = path;
  options.reuse_sessions = FALSE;
  context = ws_tls_context_new (&options, make_credentials (&good, TRUE), NULL, NULL, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      g_autoptr (GBytes) staple = get_staple (context, priorities[i]);
      g_autoptr (GBytes) late_staple = NULL;

      g_assert_nonnull (staple);
      g_assert_true (g_bytes_equal (staple, response));

      gnutls_global_set_time_function (next_week);
      late_staple = get_staple (context, priorities[i]);
      gnutls_global_set_time_function (time);
      g_assert_null (late_staple);
    }
}

static void
test_pem (void)
{
  g_autoptr (GBytes) response = make_response (&good, "responder", "-ndays 1");
  gnutls_datum_t                   der = { (guint8 *) g_bytes_get_data (response, NULL),
                                           (guint) g_bytes_get_size (response) };
  gnutls_certificate_credentials_t credentials = make_credentials (&good, TRUE);
  gnutls_datum_t                   pem;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("PEM, and a response signed by the authority's delegate");

  g_assert_cmpint (gnutls_pem_base64_encode2 ("OCSP RESPONSE", &der, &pem), ==, 0);
  text = g_bytes_new (pem.data, pem.size);
  gnutls_free (pem.data);
  g_assert_true (ws_ocsp_staple_set (credentials, 0, text, "text", &error));
  g_assert_no_error (error);
  gnutls_certificate_free_credentials (credentials);
}

static void
test_several_certificates (void)
{
  g_autoptr (GBytes) response = make_response (&good, "root", "-ndays 1");
  g_autofree char                 *path = write_response (response, "staple.der");
  gnutls_certificate_credentials_t credentials = make_credentials (&revoked, TRUE);
  gnutls_x509_crt_t                chain[1] = { good.certificate };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Of several certificates it goes to the one that it is about");

  g_assert_cmpint (gnutls_certificate_set_x509_key (credentials, chain, 1, good.key), >=, 0);
  g_assert_true (ws_ocsp_staple_set_named (credentials, path, &error));
  g_assert_no_error (error);
  gnutls_certificate_free_credentials (credentials);
}

static void
assert_refused (const TestCertificate *leaf,
                gboolean               with_issuer,
                GBytes                *response,
                const char            *text)
{
  gnutls_certificate_credentials_t credentials = make_credentials (leaf, with_issuer);
  g_autoptr (GError) error = NULL;

  g_assert_false (ws_ocsp_staple_set (credentials, 0, response, "the/file", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
  g_assert_true (g_str_has_prefix (error->message, "[271] "));
  g_assert_true (g_str_has_suffix (error->message, ": the/file"));
  if (strstr (error->message, text) == NULL)
    g_error ("\"%s\" does not tell \"%s\"", error->message, text);
  gnutls_certificate_free_credentials (credentials);
}

static void
test_refused (void)
{
  g_autoptr (GBytes) response = make_response (&good, "root", "-ndays 1");
  g_autoptr (GBytes) bad_news = make_response (&revoked, "root", "-ndays 1");
  g_autoptr (GBytes) impostor = make_response (&good, "impostor", "-ndays 1");
  g_autoptr (GBytes) without_end = make_response (&good, "root", "");
  g_autoptr (GBytes) garbage = g_bytes_new_static ("garbage", 7);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) pem = g_bytes_new_static ("-----BEGIN OCSP RESPONSE-----\n!", 31);

  g_test_summary ("What would make clients go away is refused");

  assert_refused (&revoked, TRUE, response, "about another certificate");
  assert_refused (&revoked, TRUE, bad_news, "says that the certificate was revoked");
  assert_refused (&good, TRUE, impostor, "may not sign responses");
  assert_refused (&good, FALSE, without_end, "has no expiry time");
  assert_refused (&good, TRUE, garbage, "is malformed");
  assert_refused (&good, TRUE, nothing, "is malformed");
  assert_refused (&good, TRUE, pem, "is malformed");
}

static void
test_file_refused (void)
{
  g_autofree guint8 *zeros = g_malloc0 (65 * 1024);
  g_autoptr (GBytes) long_response = g_bytes_new (zeros, 65 * 1024);
  g_autofree char *long_path = write_response (long_response, "staple.der");
  const char      *paths[] = { "/nowhere/response.der", books.directory, long_path };
  const char      *texts[] = { "No such file", "directory", "longer than 65536 bytes" };

  g_test_summary ("A file that cannot be read");

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;
      WsTlsOptions options;

      ws_tls_options_init (&options);
      options.ocsp_response = paths[i];
      g_assert_null (ws_tls_context_new (&options, make_credentials (&good, TRUE), NULL, NULL, &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
      g_assert_nonnull (strstr (error->message, texts[i]));
      g_assert_nonnull (strstr (error->message, paths[i]));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  int              result;

  g_test_init (&argc, &argv, NULL);
  if (openssl == NULL)
    return 77;

  authority_init (&books);
  authority_make_leaf (&books, &good, SERIAL_GOOD, NULL, NULL);
  authority_make_leaf (&books, &revoked, SERIAL_REVOKED, NULL, NULL);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake-staple/served", test_served);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake-staple/pem", test_pem);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake-staple/several-certificates", test_several_certificates);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake-staple/refused", test_refused);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake-staple/file-refused", test_file_refused);
  result = g_test_run ();

  test_certificate_clear (&good);
  test_certificate_clear (&revoked);
  authority_clear (&books);

  return result;
}
