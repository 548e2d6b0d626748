/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-client-hello-private.h"

#include <string.h>

#include "tests/ws-test-feed.h"

/* What these programs sent to a listening socket, in hexadecimal. */

static const char openssl_hello[] =
    "160301015b010001570303dad361f601443363f27062f90d6e817457b3f95c520a3c73255bd2b767c22d1920a9bef002"
    "36d269237bdb3d51d0722df620286cebb1e8c6417342255bf274695e003e130213031301c02cc030009fcca9cca8ccaa"
    "c02bc02f009ec024c028006bc023c0270067c00ac0140039c009c0130033009d009c003d003c0035002f00ff010000d0"
    "00000013001100000e5365727665722e4578616d706c65000b000403000102000a000600040017001d00230000001000"
    "0b000908687474702f312e310016000000170000000d002a0028040305030603080708080809080a080b080408050806"
    "040105010601030303010302040205020602002b0009080304030303020301002d000201010033004700450017004104"
    "cf843158e176410bc497c7f868dbce359d45d350f5b64996333843a089074294c302a372d375e31e7c4193a1897ff8e9"
    "43fc773d34b81df1bf012de1e0933065";

static const char openssl12_hello[] =
    "16030100830100007f0303cc61493628a980137d193d61d5f67d41adbf85a21faee3552f41eeea0a019bce000004c02f"
    "00ff01000052000b000403000102000a000c000a001d0017001e00190018002300000016000000170000000d002a0028"
    "040305030603080708080809080a080b080408050806040105010601030303010302040205020602";

static const char gnutls_hello[] =
    "1603010177010001730303cd51a3a1931bbad6467dd812049cd32999eb5f947aeca643da5454e6b616c78c20dd3a54f8"
    "87ef07eab513b89f4ef9b4395ad8ea5bebc99745fedc8e50bde3c2a0003a1302130313011304c02ccca9c0adc00ac02b"
    "c0acc009c030cca8c014c02fc013009dc09d0035009cc09c002f009fccaac09f0039009ec09e0033010000f000050005"
    "0100000000000a00060004001d0017000b00020100000d00220020040108090804040308070501080a08050503080806"
    "01080b08060603020102030016000000170000002300000033006b0069001d00208aa430281111f3c1bab2f9c8f5e61b"
    "3ace1c01a1ee51adb5e27f87a38307832100170041040874dd9866c8287c43c6298547c89826251285bef7d06ea8318f"
    "9c778a754c168f9f4bd2a4b71d0baaea38bfe66631f42e9203fe0ac98b4505fb4e7060f43407002b0009080304030303"
    "020301ff0100010000000013001100000e7365727665722e6578616d706c65002d0003020100001c00024001";

static const char chromium_hello[] =
    "160301079d01000799030315a8e8988e61097cfb5773b0495b7860992287a1f04eed18c8fda08d670be67220d4a398ad"
    "267b3fd3c4f2a9d2e4e68e2596a445679352c721c11f632576b3a1bc0020dada130113021303c02bc02fc02cc030cca9"
    "cca8c013c014009c009d002f0035010007303a3a0000001b000302000200120000003304ef04ed7a7a00010011ec04c0"
    "6d146e89670c9440c023773bd8307388bcb932542f3b6b003754b0fa0b3c8db0c9ce0186c0f65b8f0836df175a07d61e"
    "2e085a236b2d1ce1c0c813513ac14988c1bed3795e88d319a8dc303eb740c77a24bc88850e63966e195a2266bbbbc0cf"
    "7a98a97fe2362f6a7b1164becc0810879b3df4d44a119b719b664a79319fe8518fdf949a8026b2ac20b165614edc4c52"
    "b088a8da612c5787588bf233febb923d293233704e2e4631f7a5c6d89640baf6c2a5f998e55068ba456f1bab2e3a2cab"
    "208a3374ba847cba255eab932f0a50bed1b70d112dd43326c0b1a8f3c55b7ef60a181244119ba01935691c453e96b428"
    "5b92ad592a5e9f5a3b1aac0231a4311b57872976c31559aa3c760646124f3e435d12e5706d67773a75c1a7b79674d325"
    "52bc5f6a2322c53b8fd42836278310e2c847d72093895489d3cc605e8c2c3cb7456bf897cde7989f49191844ca5e8192"
    "c81c67c9d7ab7f70066ff83427d5c5a961c5dd062d84d52213645b66178cdec5287367243258514e5a104b8824570b49"
    "72311a5b4765a7a39da64407fe8863137c11734c7af4759f3ca0981f86ad3bcb67a8217674613a41d78369648682886d"
    "e3caa354a98df02acf6af78559501e8fb59e973b68b79533ecf9677891533c7aacd1a0c03a9ab085c779da574fbe7207"
    "5432c1f88862b052be9e8a5bd67c5104d18d20982ea62788fe43397f926d5468342ed16c55124594f612d939247d8b55"
    "c6a12d1fe00d918caaaa74b483a1b192eba65b33ae26e8016eb30f2759b5b9d81048233671702bbde356e09541d196c8"
    "41c48885ecbc30d691e86b6b6b1553981456511cc9f98b7b7e3cb299c355ee88695e5b70f089af5631a5c8364b8729c2"
    "5c159d8109c486d125a0f39763f463a4eb002d548a9f2b3b8a2968457486639a95dec02077767ec75c55d14360594698"
    "caa02a814982ffca9893e6645348202768040b14bbaa9c72426345b01354f4a263cfea589d52ad1fea4cad949cfc6055"
    "8ff20e203c2898ea00ab972ad555071f50be8b817b056877cbb9140d94caac370bdd788444b83a1ec8602ad35685b81a"
    "cbf9c505cc0004836b171b24aca246b89a16b46a2024b1984a478b43160b4ea42c22fb7c62e54a36e087649297a3b926"
    "ac3acc5780858ba85fe116524fe7c34c3947e920a3a8580eaf97b45ed02e974a5bf5ea996f68622a28928ab952432460"
    "391a17d745735cd50c3287b6271415f15b62e09a4bf15a38c345c016901160c4075e0c24335a594af01032b2cbdf2782"
    "763a076e948ba609095785275f436155fa4d89115ef9f3941bd1409b42c14ce59a1c7772c001ad1b4b9a2aa4b190e4b2"
    "89f0623332773d2c7b2cfab95f247e88d44040abca42349c4145bfef06c6d4124e17256b4972adb3c69af530a965b2cc"
    "f54c51b23ab9a8549b67ba0326e71e02884db38038534c0919224b94db3a7d27b3ea18283be16219210f7113b766415e"
    "3b2699c7e281ff44645e1184765a1cb32b1aa3b2a8ed1a20723a59a9ca8dfd76c888c15b4d2c194a045a233794bfb9ba"
    "ee825d874a5c0d8b903e999751648e572bc037e97e26d36598574100231a9ee54f1d539d4cab85e6d45e49d64e3d208d"
    "513921e3148f13b9ee122cfad1bd71f972d6307b85b867c46b45ff2608a830e7412cb06361114de23471865c82cc132f"
    "4b8c8d30ed3b0f24069c7c5ec2d1d40c001d0020c9c99e96c20f7ef2703c39eff77bfc40c9ab4dab6e7e52f1b22e27fe"
    "7a5c6b46ff01000100000b00020100ca3400ba00b80582df1302010582df1302060582df13020d0582df13020e0582df"
    "13020f0582df1302120582df1302130582df13021408839a648c9b2d010708839a648c9b2d010808839a648c9b2d0109"
    "08839a648c9b2d010a08839a648c9b2d010b08839a648c9b2d010c08839a648c9b2d010d08839a648c9b2d011208839a"
    "648c9b2d011304d679090104d679090404d679090504d679090604d679090704d679090804d679090a04d679090b04d6"
    "79090c04d679090d04d679090f002d00020101fe0d00da000001000142002068dbe5f7223bddc6e7b508797305568a01"
    "d1ccb7b1ecbb5669ec43dd3858510f00b0f7a1e6f63a155d8c006705c4ea4352a97640306d158881511b37020217815b"
    "d26b485a9a5bc5927cf3086c2afcb44f01b5d7dea9bf45f5e514c42cc4c3a1cd88d1ef9d4e543bdb832a31060603c8e0"
    "b26354739474471a8c2eb8d7e439aa05d164cb30370f4d72a0378e2991ceeddfa033c638fe2f5faee3eb8437d95fa67f"
    "2df273eada8ea5ff42a874174a11eb7d5f84590e8d1b858fbcb96a0457a37f9ad847c95b7041d4ce785b6fcd70ac8e24"
    "270010000e000c02683208687474702f312e310017000000050005010000000044cd00050003026832002b0007061a1a"
    "03040303000d001a00181a1a0904090509060403080404010503080505010806060100000013001100000e7365727665"
    "722e6578616d706c65000a000c000a7a7a11ec001d0017001800230000eaea000100";

static GByteArray *
from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; hex[0] != '\0'; hex += 2)
    {
      guint8 byte = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));

      g_byte_array_append (bytes, &byte, 1);
    }

  return bytes;
}

/* The reader as the feeder sees it. */
typedef struct
{
  WsClientHelloReader reader;
  WsParseResult       result;
} Run;

static gpointer
run_start (gconstpointer user_data)
{
  Run *run = g_new0 (Run, 1);

  ws_client_hello_reader_init (&run->reader);

  return run;
}

static void
run_feed (gpointer parser,
          guint8  *piece,
          gsize    length,
          GString *log)
{
  Run *run = parser;

  if (run->result == WS_PARSE_NEED_MORE)
    run->result = ws_client_hello_reader_feed (&run->reader, piece, length);
}

static void
append_hello (const WsClientHello *hello,
              GString             *log)
{
  g_autofree char *suites = ws_client_hello_dup_cipher_suites (hello);
  g_autofree char *signatures = ws_client_hello_dup_signature_algorithms (hello);
  g_autofree char *protocols = hello->protocols != NULL ? g_strjoinv (",", hello->protocols) : NULL;

  g_string_append_printf (log, "version %04x name %s alpn %s groups", ws_client_hello_get_version (hello),
                          hello->server_name, protocols);
  for (guint i = 0; i < hello->groups->len; i++)
    g_string_append_printf (log, " %04x", g_array_index (hello->groups, guint16, i));
  g_string_append_printf (log, "\n%s\n%s\n", suites, signatures);
}

static void
run_finish (gpointer parser,
            GString *log)
{
  Run *run = parser;

  switch (run->result)
    {
    case WS_PARSE_DONE:
      append_hello (&run->reader.hello, log);
      break;
    case WS_PARSE_FAILED:
      g_string_append_printf (log, "failed: %s", ws_client_hello_fault_to_string (run->reader.fault));
      break;
    case WS_PARSE_NEED_MORE:
    default:
      g_string_append (log, "more");
      break;
    }
  ws_client_hello_reader_clear (&run->reader);
  g_free (run);
}

static const WsTestParser parser = { run_start, run_feed, run_finish };

static char *
read_whole (const guint8 *data,
            gsize         length)
{
  return ws_test_feed_whole (&parser, NULL, data, length);
}

/* The handshake message in records of record_bytes each. */
static GByteArray *
split_records (const GByteArray *hello,
               gsize             record_bytes)
{
  GByteArray *split = g_byte_array_new ();

  for (gsize offset = 5; offset < hello->len; offset += record_bytes)
    {
      gsize  length = MIN (record_bytes, hello->len - offset);
      guint8 header[5] = { 22, 3, 1, (guint8) (length >> 8), (guint8) length };

      g_byte_array_append (split, header, sizeof header);
      g_byte_array_append (split, hello->data + offset, (guint) length);
    }

  return split;
}

static void
test_recorded (void)
{
  static const char *const hellos[] = { openssl_hello, openssl12_hello, gnutls_hello, chromium_hello };
  static const char *const expected[] = {
    "version 0304 name server.example alpn http/1.1 groups 0017 001d\nTLS_AES_256_GCM_SHA384,",
    "version 0303 name (null) alpn (null) groups",
    "version 0304 name server.example alpn (null) groups 001d 0017\nTLS_AES_256_GCM_SHA384,",
    "version 0304 name server.example alpn h2,http/1.1 groups",
  };

  g_test_summary ("What OpenSSL, GnuTLS and Chromium send, at every cut and in records of any size");

  for (gsize i = 0; i < G_N_ELEMENTS (hellos); i++)
    {
      g_autoptr (GByteArray) hello = from_hex (hellos[i]);
      g_autofree char *whole = read_whole (hello->data, hello->len);

      if (!g_str_has_prefix (whole, expected[i]))
        g_error ("hello %" G_GSIZE_FORMAT ": %s", i, whole);
      g_assert_null (strstr (whole, "0x0A0A"));
      ws_test_feed_every_cut (&parser, NULL, hello->data, hello->len, whole);

      for (gsize bytes = 1; bytes < 40; bytes += 3)
        {
          g_autoptr (GByteArray) split = split_records (hello, bytes);
          g_autofree char *result = read_whole (split->data, split->len);

          g_assert_cmpstr (result, ==, whole);
        }
    }
}

static void
test_suites (void)
{
  g_autoptr (GByteArray) hello = from_hex (openssl12_hello);
  g_autofree char *whole = read_whole (hello->data, hello->len);

  g_test_summary ("Names of suites and signature algorithms, signals among them");

  g_assert_nonnull (strstr (whole, "\nTLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_EMPTY_RENEGOTIATION_INFO_SCSV\n"));
  g_assert_nonnull (strstr (whole, "rsa_pss_rsae_sha256"));
}

/* Whatever happens to a hello, it is read, waited for or refused. */
static void
test_corruptions (void)
{
  g_autoptr (GByteArray) hello = from_hex (gnutls_hello);

  g_test_summary ("Every byte changed, every length cut");

  for (gsize i = 0; i < hello->len; i++)
    for (guint value = 0; value < 256; value += value < 4 || value > 250 ? 1 : 41)
      {
        guint8           saved = hello->data[i];
        g_autofree char *result = NULL;

        hello->data[i] = (guint8) value;
        result = read_whole (hello->data, hello->len);
        g_assert_nonnull (result);
        hello->data[i] = saved;
      }

  for (gsize length = 0; length < hello->len; length++)
    {
      g_autofree char *result = read_whole (hello->data, length);

      g_assert_cmpstr (result, ==, "more");
    }
}

static void
test_faults (void)
{
  static const struct
  {
    const char *bytes;
    gsize       length;
    const char *result;
  } cases[] = {
    { "G", 1, "more" },
    { "GET", 3, "more" },
    { "GET / HTTP/1.1\r\n", 16, "failed: the client sent an HTTP request" },
    { "OPTIONS * HTTP/1.1\r\n", 20, "failed: the client sent an HTTP request" },
    { "GOT / HTTP/1.1\r\n", 16, "failed: the client does not speak TLS" },
    { "SSH-2.0-x\r\n", 11, "failed: the client does not speak TLS" },
    { "\0\0\0\0", 4, "failed: the client does not speak TLS" },
    { "\x80\x2e\x01\x03\x01", 5, "failed: the client speaks SSL 2.0" },
    { "\x80\x2e\x02", 3, "failed: the client does not speak TLS" },
    { "\x15\x03\x01\x00\x02\x02\x28", 7, "failed: the client did not begin with a ClientHello" },
    { "\x16\x03\x01\x00\x04\x02\x00\x00\x00", 9, "failed: the client did not begin with a ClientHello" },
    { "\x16\x03\x01\x00\x04\x01\x01\x00\x00", 9, "failed: the client's ClientHello is too long" },
    { "\x16\x03\x01\x00\x00", 5, "failed: the client's ClientHello is malformed" },
    { "\x16\x03\x01\x40\x01", 5, "failed: the client's ClientHello is malformed" },
    { "\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9, "failed: the client's ClientHello is malformed" },
    { "\x16\x03\x01\x00\x01\x01GET /", 11, "failed: the client's ClientHello is malformed" },
    { "\x16\x04", 2, "failed: the client does not speak TLS" },
  };

  g_test_summary ("What is no ClientHello is told apart, at every cut");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *result = read_whole ((const guint8 *) cases[i].bytes, cases[i].length);

      if (!g_str_has_prefix (result, cases[i].result))
        g_error ("case %" G_GSIZE_FORMAT ": %s", i, result);
      ws_test_feed_every_cut (&parser, NULL, (const guint8 *) cases[i].bytes, cases[i].length, result);
    }
}

/* A hello with one extension. */
static char *
read_with_extension (guint         type,
                     const guint8 *content,
                     gsize         length,
                     gboolean      twice)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize        extensions = (length + 4) * (twice ? 2 : 1);
  gsize        body = 2 + 32 + 1 + 4 + 2 + 2 + extensions;
  const guint8 head[] = {
    22, 3, 1, (guint8) ((body + 4) >> 8), (guint8) (body + 4), 1, 0, (guint8) (body >> 8), (guint8) body, 3, 3
  };
  const guint8 random[33] = { 0 };
  const guint8 middle[] = { 0, 2, 0x13, 0x01, 1, 0, (guint8) (extensions >> 8), (guint8) extensions };
  const guint8 extension[] = { (guint8) (type >> 8), (guint8) type, (guint8) (length >> 8), (guint8) length };

  g_byte_array_append (bytes, head, sizeof head);
  g_byte_array_append (bytes, random, sizeof random);
  g_byte_array_append (bytes, middle, sizeof middle);
  for (guint i = 0; i < (twice ? 2 : 1); i++)
    {
      g_byte_array_append (bytes, extension, sizeof extension);
      g_byte_array_append (bytes, content, (guint) length);
    }

  return read_whole (bytes->data, bytes->len);
}

static char *
read_with_name (const char *name)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  gsize        length = strlen (name);
  const guint8 head[] = { (guint8) ((length + 3) >> 8), (guint8) (length + 3), 0, (guint8) (length >> 8),
                          (guint8) length };

  g_byte_array_append (content, head, sizeof head);
  g_byte_array_append (content, (const guint8 *) name, (guint) length);

  return read_with_extension (0, content->data, content->len, FALSE);
}

static void
test_server_names (void)
{
  static const char *const good[] = { "a", "A.Example", "xn--bcher-kva.example", "_x.a-b.c1", "1.2.3.4a" };
  static const char *const bad[] = { ".", "a..", ".a", "a..b", "1.2.3.4", "::1", "a b", "a/b", "a\xc3\xa4" };
  g_autofree char         *long_label = g_strnfill (64, 'a');

  g_autofree char *absolute = read_with_name ("A.Example.");

  g_test_summary ("Host names in lower case and without the final dot; what is none is left out");

  g_assert_true (g_str_has_prefix (absolute, "version 0303 name a.example alpn"));
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *result = read_with_name (good[i]);
      g_autofree char *lower = g_ascii_strdown (good[i], -1);
      g_autofree char *expected = g_strdup_printf ("version 0303 name %s alpn", lower);

      g_assert_true (g_str_has_prefix (result, expected));
    }
  for (gsize i = 0; i <= G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *result = read_with_name (i < G_N_ELEMENTS (bad) ? bad[i] : long_label);

      g_assert_true (g_str_has_prefix (result, "version 0303 name (null) alpn"));
    }
}

static void
test_extensions (void)
{
  static const guint8 versions[] = { 4, 0x1a, 0x1a, 3, 4 };
  static const guint8 odd[] = { 3, 3, 4, 3 };
  static const guint8 protocols[] = { 0, 8, 2, 0x0a, 0x0a, 2, 'h', '2', 1, 7 };
  g_autofree char    *result = NULL;

  g_test_summary ("GREASE is dropped; odd lists and repeated extensions are refused");

  result = read_with_extension (43, versions, sizeof versions, FALSE);
  g_assert_true (g_str_has_prefix (result, "version 0304 "));
  g_free (result);
  result = read_with_extension (16, protocols, sizeof protocols, FALSE);
  g_assert_true (g_str_has_prefix (result, "version 0303 name (null) alpn h2 "));
  g_free (result);
  result = read_with_extension (43, odd, sizeof odd, FALSE);
  g_assert_cmpstr (result, ==, "failed: the client's ClientHello is malformed");
  g_free (result);
  result = read_with_extension (43, versions, sizeof versions, TRUE);
  g_assert_cmpstr (result, ==, "failed: the client's ClientHello is malformed");
}

static void
test_caps (void)
{
  static const guint8 head[] = { 22, 3, 1, 0x40, 0, 1, 0, 0x80, 0 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *zeros = g_malloc0 (WS_CLIENT_HELLO_MAX_STREAM_BYTES);
  g_autofree char   *result = NULL;

  g_test_summary ("More bytes than the ceiling allows are refused");

  g_byte_array_append (bytes, head, sizeof head);
  g_byte_array_append (bytes, zeros, WS_CLIENT_HELLO_MAX_STREAM_BYTES);
  result = read_whole (bytes->data, bytes->len);
  g_assert_cmpstr (result, ==, "failed: the client's ClientHello is too long");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/tls/client-hello/feed/recorded", test_recorded);
  g_test_add_func ("/unit/tls/client-hello/feed/suites", test_suites);
  g_test_add_func ("/unit/tls/client-hello/feed/corruptions", test_corruptions);
  g_test_add_func ("/unit/tls/client-hello/feed/faults", test_faults);
  g_test_add_func ("/unit/tls/client-hello/feed/server-names", test_server_names);
  g_test_add_func ("/unit/tls/client-hello/feed/extensions", test_extensions);
  g_test_add_func ("/unit/tls/client-hello/feed/caps", test_caps);

  return g_test_run ();
}
