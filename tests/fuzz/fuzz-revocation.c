/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an authority says about certificates: revocation lists, OCSP responses, and the DER under both. The
 * input is the bytes as they come, or the part that is signed, which is signed here: so what lies behind the
 * check of the signature is reached as well. */
#include "fuzz.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "wsserver/base/ws-error.h"
#include "wsserver/revocation/ws-crl-private.h"
#include "wsserver/revocation/ws-der-private.h"
#include "wsserver/revocation/ws-ocsp-private.h"
#include "wsserver/revocation/ws-ocsp-staple-private.h"

/* 2030-01-01; the certificates are of 2020 to 2120. */
#define NOW_S G_GINT64_CONSTANT (1893456000)
#define URL "http://a.example/list"
#define MAX_DEPTH 20

#define ED25519 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70

/* An authority, a certificate that it has issued, and their keys, which protect nothing. */
static const char authority_pem[] = "-----BEGIN CERTIFICATE-----\n"
                                    "MIIBFjCByaADAgECAgEBMAUGAytlcDASMRAwDgYDVQQDEwdGdXp6IENBMCAXDTIw\n"
                                    "MDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjASMRAwDgYDVQQDEwdGdXp6IENB\n"
                                    "MCowBQYDK2VwAyEAjenFUpuyqSuqTbk0NIbF0UT2cgMUD14Qxw4+Yct8INajQjBA\n"
                                    "MA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgGGMB0GA1UdDgQWBBStUVF1\n"
                                    "M2wx9Yqpgp7SNt9zUcbIDzAFBgMrZXADQQDY0BiIzWrEQs72du71FPgjlpNQ7/nC\n"
                                    "tCglKWv7oJthtszOAIyrSpt9N8sYqse5PGk4aq0yzRCjuMLO4DvBxBAA\n"
                                    "-----END CERTIFICATE-----\n";

static const char authority_key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                                        "MC4CAQAwBQYDK2VwBCIEIC8hgEqM+S/SjBx84fngiux3MSqfvCz78uiW+hQ+Hyu6\n"
                                        "-----END PRIVATE KEY-----\n";

static const char leaf_pem[] = "-----BEGIN CERTIFICATE-----\n"
                               "MIIBMjCB5aADAgECAgISNDAFBgMrZXAwEjEQMA4GA1UEAxMHRnV6eiBDQTAgFw0y\n"
                               "MDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowDzENMAsGA1UEAxMEbGVhZjAq\n"
                               "MAUGAytlcAMhAFPbxLuMRKofW+5LCgNPiSSN/BAGwtNmTzgBfkkm7vSCo2AwXjAM\n"
                               "BgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDAdBgNVHQ4EFgQU1KnoZVsU2Li0\n"
                               "vE6I/mIp12KaM6AwHwYDVR0jBBgwFoAUrVFRdTNsMfWKqYKe0jbfc1HGyA8wBQYD\n"
                               "K2VwA0EAVbTjq9w2F+Zxl+gssnPKLQlhwuhE+RUqZp+pvc3pyAsVHEE/s0sZdm5r\n"
                               "b1Sr+kCRwSXhwYduWPZYG3NBOwfkDQ==\n"
                               "-----END CERTIFICATE-----\n";

static const char leaf_key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                                   "MC4CAQAwBQYDK2VwBCIEILzhV2BjY8jHh1jDMtLRW0rytPnlQKvoFxwhyWf/9S52\n"
                                   "-----END PRIVATE KEY-----\n";

static gnutls_x509_crt_t                authority;
static gnutls_privkey_t                 authority_key;
static gnutls_x509_crt_t                leaf;
static gnutls_certificate_credentials_t credentials;

static gnutls_datum_t
datum (const char *text)
{
  return (gnutls_datum_t){ (guint8 *) text, (guint) strlen (text) };
}

static void
import_certificate (gnutls_x509_crt_t *certificate,
                    const char        *pem)
{
  const gnutls_datum_t text = datum (pem);

  gnutls_x509_crt_init (certificate);
  g_assert_cmpint (gnutls_x509_crt_import (*certificate, &text, GNUTLS_X509_FMT_PEM), ==, 0);
}

static void
prepare (void)
{
  const gnutls_datum_t  authority_key_text = datum (authority_key_pem);
  const gnutls_datum_t  leaf_key_text = datum (leaf_key_pem);
  gnutls_x509_privkey_t leaf_key;
  gnutls_x509_crt_t     chain[2];

  if (authority != NULL)
    return;

  import_certificate (&authority, authority_pem);
  import_certificate (&leaf, leaf_pem);
  gnutls_privkey_init (&authority_key);
  g_assert_cmpint (
      gnutls_privkey_import_x509_raw (authority_key, &authority_key_text, GNUTLS_X509_FMT_PEM, NULL, 0), ==,
      0);
  gnutls_x509_privkey_init (&leaf_key);
  g_assert_cmpint (gnutls_x509_privkey_import (leaf_key, &leaf_key_text, GNUTLS_X509_FMT_PEM), ==, 0);
  chain[0] = leaf;
  chain[1] = authority;
  gnutls_certificate_allocate_credentials (&credentials);
  g_assert_cmpint (gnutls_certificate_set_x509_key (credentials, chain, 2, leaf_key), >=, 0);
  gnutls_x509_privkey_deinit (leaf_key);
}

/* --- writing DER ----------------------------------------------------------------------------- */

static void
append_element (GByteArray   *to,
                guint8        tag,
                const guint8 *content,
                gsize         length)
{
  const guint8 header[] = { tag, 0x83, (guint8) (length >> 16), (guint8) (length >> 8), (guint8) length };
  const guint8 medium[] = { tag, 0x82, (guint8) (length >> 8), (guint8) length };
  const guint8 small[] = { tag, 0x81, (guint8) length };
  const guint8 tiny[] = { tag, (guint8) length };

  if (length < 0x80)
    g_byte_array_append (to, tiny, sizeof tiny);
  else if (length < 0x100)
    g_byte_array_append (to, small, sizeof small);
  else if (length < 0x10000)
    g_byte_array_append (to, medium, sizeof medium);
  else
    g_byte_array_append (to, header, sizeof header);
  g_byte_array_append (to, content, (guint) length);
}

/* SEQUENCE { the part, the algorithm, the signature }. */
static GByteArray *
sign_part (const guint8 *data,
           gsize         length)
{
  static const guint8  algorithm[] = { ED25519 };
  const gnutls_datum_t part = { (guint8 *) data, (guint) length };
  gnutls_datum_t       signature;
  g_autoptr (GByteArray) content = g_byte_array_new ();
  g_autoptr (GByteArray) bits = g_byte_array_new ();
  GByteArray *signed_part = g_byte_array_new ();

  g_assert_cmpint (gnutls_privkey_sign_data2 (authority_key, GNUTLS_SIGN_EDDSA_ED25519, 0, &part, &signature),
                   ==, 0);
  g_byte_array_append (bits, (const guint8 *) "", 1);
  g_byte_array_append (bits, signature.data, signature.size);
  gnutls_free (signature.data);

  g_byte_array_append (content, data, (guint) length);
  g_byte_array_append (content, algorithm, sizeof algorithm);
  append_element (content, WS_DER_BIT_STRING, bits->data, bits->len);
  append_element (signed_part, WS_DER_SEQUENCE, content->data, content->len);

  return signed_part;
}

/* OCSPResponse, RFC 6960 §4.2.1, of the ResponseData. */
static GBytes *
make_response (const guint8 *data,
               gsize         length)
{
  static const guint8 successful[] = { WS_DER_ENUMERATED, 1, 0 };
  static const guint8 basic_type[] = {
    WS_DER_OBJECT_ID, 9, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01
  };
  g_autoptr (GByteArray) basic = sign_part (data, length);
  g_autoptr (GByteArray) typed = g_byte_array_new ();
  g_autoptr (GByteArray) wrapped = g_byte_array_new ();
  g_autoptr (GByteArray) content = g_byte_array_new ();
  g_autoptr (GByteArray) response = g_byte_array_new ();

  g_byte_array_append (typed, basic_type, sizeof basic_type);
  append_element (typed, WS_DER_OCTET_STRING, basic->data, basic->len);
  append_element (wrapped, WS_DER_SEQUENCE, typed->data, typed->len);
  g_byte_array_append (content, successful, sizeof successful);
  append_element (content, WS_DER_CONTEXT_CONSTRUCTED (0), wrapped->data, wrapped->len);
  append_element (response, WS_DER_SEQUENCE, content->data, content->len);

  return g_bytes_new (response->data, response->len);
}

/* --- checks ---------------------------------------------------------------------------------- */

static void
check_refusal (const GError *error)
{
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_NOT_VERIFIED);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
check_answer (const WsRevocationAnswer *answer)
{
  const char *name = ws_revocation_answer_get_reason_name (answer);

  g_assert_true (answer->status == WS_REVOCATION_GOOD || answer->status == WS_REVOCATION_REVOKED ||
                 answer->status == WS_REVOCATION_UNKNOWN);
  g_assert_true (name == NULL || g_str_is_ascii (name));
  g_assert_true (answer->status == WS_REVOCATION_REVOKED || answer->reason == -1);
  g_assert_true (answer->expires_at_s == 0 || answer->expires_at_s >= NOW_S - WS_REVOCATION_CLOCK_SKEW_S);
}

/* Elements lie inside of what they were taken from, and behind one another. */
static guint
count_elements (WsDer der,
                guint depth)
{
  guint  n = 0;
  WsDer  before = der;
  WsDer  content;
  WsDer  whole;
  WsDer  object_id;
  WsDer  value;
  guint8 tag;
  gint64 seconds;
  gint64 unused = 0;

  while (ws_der_take (&der, &tag, &content, &whole))
    {
      gboolean critical;
      WsDer    copy = whole;

      g_assert_true (whole.data == before.data && whole.length + der.length == before.length);
      g_assert_true (whole.length > content.length);
      g_assert_true (content.data + content.length == whole.data + whole.length);
      g_assert_true (ws_der_has (&before, tag));
      if (ws_der_take_time (&copy, &seconds))
        g_assert_cmpuint (copy.length, ==, 0);
      copy = content;
      ws_der_take_extension (&copy, &object_id, &critical, &value);
      n += 1 + ((tag & 0x20) != 0 && depth < MAX_DEPTH ? count_elements (content, depth + 1) : 0);
      before = der;
    }

  g_assert_true (der.data == before.data && der.length == before.length);
  unused += der.length > 0 && ws_der_take_time (&der, &seconds) ? 1 : 0;
  g_assert_cmpint (unused, ==, 0);

  return n;
}

static void
check_der (GBytes *bytes)
{
  gsize       length;
  const WsDer der = { g_bytes_get_data (bytes, &length), 0 };
  const WsDer all = { der.data, length };
  guint       n;
  guint       budget = 10;

  if (length == 0)
    return;

  n = count_elements (all, 0);
  if (ws_der_is_small (all, &budget))
    g_assert_cmpuint (n, <=, 10 - budget);
}

static void
check_list (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GPtrArray) urls = g_ptr_array_new ();
  g_autoptr (WsCrl) crl = ws_crl_new (bytes, authority, NOW_S, &error);
  WsRevocationAnswer answer;

  if (crl == NULL)
    {
      check_refusal (error);
      return;
    }

  g_assert_cmpuint (ws_crl_get_size (crl), ==, g_bytes_get_size (bytes));
  g_assert_cmpint (ws_crl_get_next_update (crl), >=, NOW_S - WS_REVOCATION_CLOCK_SKEW_S);
  g_ptr_array_add (urls, (gpointer) URL);
  if (ws_crl_check (crl, leaf, urls, &answer, &refusal))
    check_answer (&answer);
  else
    check_refusal (refusal);
}

static gboolean
check_response (GBytes           *bytes,
                gnutls_x509_crt_t issuer)
{
  g_autoptr (GBytes) nonce = g_bytes_new_static ("12345678", 8);
  WsRevocationAnswer answer;
  gboolean           accepted = FALSE;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      if (ws_ocsp_check_response (bytes, leaf, issuer, i == 0 ? NULL : nonce, NOW_S, &answer, &error))
        {
          check_answer (&answer);
          g_assert_false (ws_ocsp_is_error (bytes));
          accepted = TRUE;
        }
      else
        check_refusal (error);
    }
  ws_ocsp_is_error (bytes);

  return accepted;
}

static void
check_staple (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;

  if (!ws_ocsp_staple_set (credentials, 0, bytes, "the response", &error))
    g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  FuzzInput    input = { data, size };
  const guint8 kind = fuzz_take_byte (&input);
  g_autoptr (GBytes) bytes = g_bytes_new_take (fuzz_copy (input.data, input.length), input.length);
  g_autoptr (GByteArray) list = NULL;
  g_autoptr (GBytes) made = NULL;

  prepare ();
  switch (kind)
    {
    case 0:
      check_der (bytes);
      break;
    case 1:
      check_list (bytes);
      break;
    case 2:
      list = sign_part (input.data, input.length);
      made = g_bytes_new (list->data, list->len);
      check_list (made);
      break;
    case 3:
      check_response (bytes, NULL);
      check_response (bytes, authority);
      break;
    case 4:
      made = make_response (input.data, input.length);
      /* Whatever is accepted with a verified signature is accepted without looking at it. */
      if (check_response (made, authority))
        g_assert_true (check_response (made, NULL));
      break;
    default:
      check_staple (bytes);
      break;
    }

  return 0;
}
