/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "revocation-fixture.h"

#include "wsserver/base/ws-error.h"
#include "wsserver/revocation/ws-crl-private.h"
#include "wsserver/revocation/ws-ocsp-private.h"
#include "wsserver/revocation/ws-der-private.h"

/* What lists and responses say, without a network. */

#define URL "http://authority.example/list.crl"
#define DAY_S (24 * 60 * 60)

static Authority       authority;
static TestCertificate good;
static TestCertificate revoked;
static TestCertificate unknown;

static gint64
now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
assert_refused (GError     *error,
                const char *text)
{
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_NOT_VERIFIED);
  if (strstr (error->message, text) == NULL)
    g_error ("\"%s\" does not contain \"%s\"", error->message, text);
  g_error_free (error);
}

static void
assert_no_crl (GBytes                *der,
               const TestCertificate *issuer,
               gint64                 time_s,
               const char            *text)
{
  GError *error = NULL;

  g_assert_null (ws_crl_new (der, issuer->certificate, time_s, &error));
  assert_refused (error, text);
}

static void
test_crl (void)
{
  g_autoptr (GBytes) der = authority_make_crl (&authority, "root", "authorityKeyIdentifier=keyid", "");
  g_autoptr (GPtrArray) urls = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCrl) crl = ws_crl_new (der, authority.root.certificate, now_s (), &error);
  WsRevocationAnswer answer;

  g_test_summary ("Who is in a list, since when and why");

  g_assert_no_error (error);
  g_assert_cmpint (ws_crl_get_next_update (crl), >, now_s () + 29 * DAY_S);

  g_assert_true (ws_crl_check (crl, good.certificate, urls, &answer, &error));
  g_assert_cmpint (answer.status, ==, WS_REVOCATION_GOOD);
  g_assert_cmpint (answer.expires_at_s, ==, ws_crl_get_next_update (crl));

  g_assert_true (ws_crl_check (crl, revoked.certificate, urls, &answer, &error));
  g_assert_cmpint (answer.status, ==, WS_REVOCATION_REVOKED);
  g_assert_cmpint (answer.revoked_at_s, ==, 1767323045); /* 2026-01-02T03:04:05Z */
  g_assert_cmpstr (ws_revocation_answer_get_reason_name (&answer), ==, "keyCompromise");
}

static void
test_crl_refused (void)
{
  g_autoptr (GBytes) der = authority_make_crl (&authority, "root", "", "");
  g_autoptr (GBytes) other = authority_make_crl (&authority, "other", "", "");
  g_autoptr (GBytes) stranger = authority_make_crl (&authority, "responder", "", "");
  g_autoptr (GBytes) delta = authority_make_crl (&authority, "root", "2.5.29.27=critical,DER:020101", "");
  g_autoptr (GBytes) longer = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_test_summary ("Lists of others, of other times, and parts of lists are refused");

  assert_no_crl (der, &authority.other, now_s (), "not signed by the issuer");
  assert_no_crl (other, &authority.root, now_s (), "not signed by the issuer");
  assert_no_crl (stranger, &authority.root, now_s (), "another issuer");
  assert_no_crl (stranger, &authority.responder, now_s (), "may not sign lists");
  assert_no_crl (delta, &authority.root, now_s (), "critical extension");
  assert_no_crl (der, &authority.root, now_s () + 31 * DAY_S, "has expired on");
  assert_no_crl (der, &authority.root, now_s () - DAY_S, "of the future");

  g_byte_array_append (bytes, g_bytes_get_data (der, NULL), (guint) g_bytes_get_size (der));
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  longer = g_bytes_new (bytes->data, bytes->len);
  assert_no_crl (longer, &authority.root, now_s (), "malformed");
}

static void
test_crl_damaged (void)
{
  g_autoptr (GBytes) der = authority_make_crl (&authority, "root", "authorityKeyIdentifier=keyid", "");
  gsize         length;
  const guint8 *data = g_bytes_get_data (der, &length);

  g_test_summary ("A list that is cut, or has one byte changed, is refused");

  for (gsize i = 0; i < length; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, length);
      g_autoptr (GBytes) cut = g_bytes_new (data, i);
      g_autoptr (GBytes) changed = NULL;

      copy[i] ^= (guint8) (1 << i % 8);
      changed = g_bytes_new (copy, length);
      assert_no_crl (cut, &authority.root, now_s (), "The revocation list");
      assert_no_crl (changed, &authority.root, now_s (), "The revocation list");
    }
}

static gboolean
is_covered (const char *scope,
            const char *url)
{
  g_autofree char *extensions = g_strdup_printf ("issuingDistributionPoint=critical,@p\n[p]\n%s", scope);
  g_autoptr (GBytes) der = authority_make_crl (&authority, "root", extensions, "");
  g_autoptr (GPtrArray) urls = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCrl) crl = ws_crl_new (der, authority.root.certificate, now_s (), &error);
  WsRevocationAnswer answer;

  g_assert_no_error (error);
  g_ptr_array_add (urls, (gpointer) url);
  if (ws_crl_check (crl, good.certificate, urls, &answer, &error))
    return TRUE;

  assert_refused (g_steal_pointer (&error), "not the one for this certificate");

  return FALSE;
}

static void
test_crl_scope (void)
{
  g_test_summary ("Of several lists of an authority only the certificate's own counts");

  g_assert_true (is_covered ("fullname=URI:" URL, URL));
  g_assert_true (is_covered ("fullname=URI:http://elsewhere.example/,URI:" URL "\nonlyuser=TRUE", URL));
  g_assert_true (is_covered ("onlyuser=TRUE", URL));
  g_assert_false (is_covered ("fullname=URI:" URL "?2", URL));
  g_assert_false (is_covered ("onlyCA=TRUE", URL));
  g_assert_false (is_covered ("onlyAA=TRUE", URL));
  g_assert_false (is_covered ("indirectCRL=TRUE", URL));
  g_assert_false (is_covered ("onlysomereasons=keyCompromise", URL));
}

static gboolean
check_response (GBytes                *response,
                const TestCertificate *leaf,
                GBytes                *nonce,
                gint64                 time_s,
                WsRevocationAnswer    *answer,
                GError               **error)
{
  return ws_ocsp_check_response (response, leaf->certificate, authority.root.certificate, nonce, time_s,
                                 answer, error);
}

static GBytes *
ask (const TestCertificate *leaf,
     const char            *signer,
     const char            *options,
     GBytes               **nonce)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes)
      request = ws_ocsp_build_request (leaf->certificate, authority.root.certificate, nonce, &error);

  g_assert_no_error (error);

  return authority_answer (&authority, request, signer, options);
}

static void
test_ocsp (void)
{
  static const struct
  {
    TestCertificate   *leaf;
    const char        *signer;
    WsRevocationStatus status;
  } cases[] = {
    { &good, "root", WS_REVOCATION_GOOD },
    { &revoked, "root", WS_REVOCATION_REVOKED },
    { &unknown, "root", WS_REVOCATION_UNKNOWN },
    { &good, "responder", WS_REVOCATION_GOOD },
    { &revoked, "responder", WS_REVOCATION_REVOKED },
  };

  g_test_summary ("What a responder says, signed by the authority or by its delegate");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) nonce = NULL;
      g_autoptr (GBytes) response = ask (cases[i].leaf, cases[i].signer, "-ndays 1", &nonce);
      g_autoptr (GError) error = NULL;
      WsRevocationAnswer answer;

      check_response (response, cases[i].leaf, nonce, now_s (), &answer, &error);
      g_assert_no_error (error);
      g_assert_cmpint (answer.status, ==, cases[i].status);
      g_assert_cmpint (answer.expires_at_s, >, now_s () + DAY_S - 600);
      if (answer.status != WS_REVOCATION_REVOKED)
        continue;
      g_assert_cmpint (answer.revoked_at_s, ==, 1767323045);
      g_assert_cmpstr (ws_revocation_answer_get_reason_name (&answer), ==, "keyCompromise");
    }
}

static void
test_ocsp_refused (void)
{
  g_autoptr (GBytes) nonce = NULL;
  g_autoptr (GBytes) other_nonce = NULL;
  g_autoptr (GBytes) response = ask (&good, "root", "-ndays 1", &nonce);
  g_autoptr (GBytes) impostor = ask (&good, "impostor", "-ndays 1", &other_nonce);
  g_autoptr (GBytes) without_end = NULL;
  GError            *error = NULL;
  WsRevocationAnswer answer;

  g_test_summary ("Responses of others, to others, about others and of other times are refused");

  g_assert_false (check_response (response, &good, other_nonce, now_s (), &answer, &error));
  assert_refused (g_steal_pointer (&error), "answers another request");
  g_assert_false (check_response (response, &revoked, nonce, now_s (), &answer, &error));
  assert_refused (g_steal_pointer (&error), "about another certificate");
  g_assert_false (check_response (response, &good, nonce, now_s () + 2 * DAY_S, &answer, &error));
  assert_refused (g_steal_pointer (&error), "has expired on");
  g_assert_false (check_response (response, &good, nonce, now_s () - DAY_S, &answer, &error));
  assert_refused (g_steal_pointer (&error), "of the future");
  g_assert_false (check_response (impostor, &good, NULL, now_s (), &answer, &error));
  assert_refused (g_steal_pointer (&error), "may not sign responses");
  g_assert_false (ws_ocsp_check_response (response, good.certificate, authority.other.certificate, nonce,
                                          now_s (), &answer, &error));
  assert_refused (g_steal_pointer (&error), "does not verify");

  /* Without an end it must be new, or show it by the nonce; and is not kept. */
  g_clear_pointer (&other_nonce, g_bytes_unref);
  without_end = ask (&good, "root", "", &other_nonce);
  g_assert_true (check_response (without_end, &good, other_nonce, now_s () + DAY_S, &answer, NULL));
  g_assert_cmpint (answer.expires_at_s, ==, 0);
  g_assert_false (check_response (without_end, &good, NULL, now_s () + DAY_S, &answer, &error));
  assert_refused (g_steal_pointer (&error), "too old");
}

static void
test_ocsp_errors (void)
{
  static const char *const texts[] = { NULL, "malformed request", "internal error", "try later", "not known",
                                       "signed requests", "not authorised" };

  g_test_summary ("The errors that a responder reports");

  for (guint8 i = 1; i < G_N_ELEMENTS (texts); i++)
    {
      const guint8 der[] = { 0x30, 0x03, 0x0a, 0x01, i };
      g_autoptr (GBytes) response = g_bytes_new (der, sizeof der);
      GError            *error = NULL;
      WsRevocationAnswer answer;

      g_assert_true (ws_ocsp_is_error (response) || i == 4);
      g_assert_false (check_response (response, &good, NULL, now_s (), &answer, &error));
      assert_refused (error, i == 4 ? "The OCSP response" : texts[i]);
    }
}

static void
test_ocsp_damaged (void)
{
  g_autoptr (GBytes) nonce = NULL;
  g_autoptr (GBytes) response = ask (&revoked, "responder", "-ndays 1", &nonce);
  gsize              length;
  const guint8      *data = g_bytes_get_data (response, &length);
  WsRevocationAnswer answer;

  g_test_summary ("No cut and no changed byte makes a revoked certificate good");

  for (gsize i = 0; i < length; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, length);
      g_autoptr (GBytes) cut = g_bytes_new (data, i);
      g_autoptr (GBytes) changed = NULL;

      copy[i] ^= (guint8) (1 << i % 8);
      changed = g_bytes_new (copy, length);
      g_assert_false (check_response (cut, &revoked, nonce, now_s (), &answer, NULL));
      if (check_response (changed, &revoked, nonce, now_s (), &answer, NULL))
        g_assert_cmpint (answer.status, ==, WS_REVOCATION_REVOKED);
    }
}

static void
test_der (void)
{
  static const guint8 many[] = { 0x30, 0x08, 0x30, 0x02, 0x30, 0x00, 0x05, 0x00, 0x05, 0x00 };
  static const struct
  {
    const char *bytes;
    gsize       length;
  } bad[] = {
    { "\x30\x80\x00\x00", 4 }, /* indefinite */
    { "\x30\x81\x7f", 3 },     /* longer than needed */
    { "\x30\x82\x00\xff", 4 }, /* the same */
    { "\x30\x85\x01\x00\x00\x00\x00", 7 },
    { "\x30\x84\xff\xff\xff\xff", 6 }, /* not there */
    { "\x1f\x81\x01\x00", 4 },         /* a long tag */
    { "\x30\x01", 2 },
    { "\x30", 1 },
    { "", 0 },
  };
  WsDer  der = { many, sizeof many };
  WsDer  content;
  guint8 tag;
  guint  budget;

  g_test_summary ("What is not DER; and counting");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      WsDer input = { (const guint8 *) bad[i].bytes, bad[i].length };

      g_assert_false (ws_der_take (&input, &tag, &content, NULL));
      g_assert_cmpuint (input.length, ==, bad[i].length);
    }

  for (budget = 0; budget < 5; budget++)
    {
      guint left = budget;

      g_assert_false (ws_der_is_small (der, &left));
    }
  g_assert_true (ws_der_is_small (der, &budget));
  g_assert_cmpuint (budget, ==, 0);
}

static void
test_der_times (void)
{
  static const struct
  {
    const char *bytes;
    gint64      seconds; /* -1: refused */
  } cases[] = {
    { "\x17\x0d"
      "260102030405Z",
      1767323045 },
    { "\x17\x0d"
      "491231235959Z",
      2524607999 },
    { "\x17\x0d"
      "500101000000Z",
      -631152000 },
    { "\x18\x0f"
      "20500101000000Z",
      2524608000 },
    { "\x18\x0f"
      "20501301000000Z",
      -1 },
    { "\x18\x0f"
      "2050010100000aZ",
      -1 },
    { "\x18\x0f"
      "205001010000000",
      -1 },
    { "\x17\x0b"
      "2601020304Z",
      -1 },
    { "\x16\x0d"
      "260102030405Z",
      -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WsDer  input = { (const guint8 *) cases[i].bytes, strlen (cases[i].bytes) };
      gint64 seconds = -1;

      g_assert_cmpint (ws_der_take_time (&input, &seconds), ==, cases[i].seconds != -1);
      g_assert_cmpint (seconds, ==, cases[i].seconds);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  int              result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unit/revocation/revocation-answer/der", test_der);
  g_test_add_func ("/unit/revocation/revocation-answer/der-times", test_der_times);
  if (openssl == NULL)
    return g_test_run ();

  authority_init (&authority);
  authority_make_leaf (&authority, &good, SERIAL_GOOD, NULL, NULL);
  authority_make_leaf (&authority, &revoked, SERIAL_REVOKED, NULL, NULL);
  authority_make_leaf (&authority, &unknown, SERIAL_UNKNOWN, NULL, NULL);
  g_test_add_func ("/unit/revocation/revocation-answer/crl", test_crl);
  g_test_add_func ("/unit/revocation/revocation-answer/crl-refused", test_crl_refused);
  g_test_add_func ("/unit/revocation/revocation-answer/crl-damaged", test_crl_damaged);
  g_test_add_func ("/unit/revocation/revocation-answer/crl-scope", test_crl_scope);
  g_test_add_func ("/unit/revocation/revocation-answer/ocsp", test_ocsp);
  g_test_add_func ("/unit/revocation/revocation-answer/ocsp-refused", test_ocsp_refused);
  g_test_add_func ("/unit/revocation/revocation-answer/ocsp-errors", test_ocsp_errors);
  g_test_add_func ("/unit/revocation/revocation-answer/ocsp-damaged", test_ocsp_damaged);
  result = g_test_run ();

  test_certificate_clear (&good);
  test_certificate_clear (&revoked);
  test_certificate_clear (&unknown);
  authority_clear (&authority);

  return result;
}
