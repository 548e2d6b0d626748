/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-proxy-header-private.h"

#include <string.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V6_SOURCE "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
#define V6_DESTINATION "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
/* CRC-32C of the header in test_checksum(), computed by another program. */
#define CHECKSUM "\x3e\xe8\x86\xa1"
#define V4_BLOCK "\xc0\0\x02\x01\xc0\0\x02\x02\x30\x39\x01\xbb"

typedef struct
{
  const char *path;
  const char *bytes;
  gsize       length;
  const char *log; /* of a complete header, or the beginning of the fault */
} HeaderCase;

/* clang-format off */
#define CASE(path, bytes, log) { path, bytes, sizeof (bytes) - 1, log }

static const HeaderCase good_cases[] = {
  CASE ("v1-tcp4", "PROXY TCP4 192.0.2.1 192.0.2.2 12345 443\r\n", "192.0.2.1:12345 > 192.0.2.2:443"),
  CASE ("v1-tcp6", "PROXY TCP6 2001:db8::1 2001:DB8::2 1 65535\r\n", "2001:db8::1:1 > 2001:db8::2:65535"),
  CASE ("v1-unknown", "PROXY UNKNOWN\r\n", "none"),
  CASE ("v1-unknown-rest", "PROXY UNKNOWN ffff::1 whatever 1 2 3\r\n", "none"),
  CASE ("v2-tcp4", SIGNATURE "\x21\x11\0\x0c" V4_BLOCK, "192.0.2.1:12345 > 192.0.2.2:443"),
  CASE ("v2-tcp6", SIGNATURE "\x21\x21\0\x24" V6_SOURCE V6_DESTINATION "\0\x01\xff\xff",
        "2001:db8::1:1 > 2001:db8::2:65535"),
  CASE ("v2-unspecified", SIGNATURE "\x21\0\0\0", "none"),
  CASE ("v2-unspecified-records", SIGNATURE "\x21\0\0\x05\x04\0\x02zz", "none"),
  CASE ("v2-local", SIGNATURE "\x20\0\0\0", "none"),
  CASE ("v2-local-family-ignored", SIGNATURE "\x20\x11\0\x02zz", "none"),
  CASE ("v2-alpn", SIGNATURE "\x21\x11\0\x17" V4_BLOCK "\x01\0\x08http/1.1",
        "192.0.2.1:12345 > 192.0.2.2:443 alpn http/1.1"),
  CASE ("v2-authority", SIGNATURE "\x21\x11\0\x18" V4_BLOCK "\x02\0\x09" "a.example",
        "192.0.2.1:12345 > 192.0.2.2:443 authority a.example"),
  CASE ("v2-unknown-record", SIGNATURE "\x21\x11\0\x12" V4_BLOCK "\xee\0\x03zzz",
        "192.0.2.1:12345 > 192.0.2.2:443"),
};

static const HeaderCase bad_cases[] = {
  CASE ("http", "GET / HTTP/1.1\r\n", "there is no PROXY header"),
  CASE ("tls", "\x16\x03\x01", "there is no PROXY header"),
  CASE ("nearly", "PROXZ", "there is no PROXY header"),
  CASE ("nearly-signature", "\r\n\r\n\0\r\nQUIX", "there is no PROXY header"),
  CASE ("v1-lf-only", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n", "the PROXY line does not end with CRLF"),
  CASE ("v1-nul", "PROXY TCP4 192.0.2.1\0 192.0.2.2 1 2\r\n", "the PROXY line does not end"),
  CASE ("v1-protocol", "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", "the PROXY line names a protocol"),
  CASE ("v1-no-protocol", "PROXY \r\n", "the PROXY line names a protocol"),
  CASE ("v1-family", "PROXY TCP4 2001:db8::1 192.0.2.2 1 2\r\n", "the PROXY line has malformed"),
  CASE ("v1-short-address", "PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n", "the PROXY line has malformed"),
  CASE ("v1-words", "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", "the PROXY line has malformed"),
  CASE ("v1-more-words", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n", "the PROXY line has malformed"),
  CASE ("v1-two-spaces", "PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n", "the PROXY line has malformed"),
  CASE ("v1-port-range", "PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n", "the PROXY line has malformed"),
  CASE ("v1-port-sign", "PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n", "the PROXY line has malformed"),
  CASE ("v1-port-zeros", "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n", "the PROXY line has malformed"),
  CASE ("v2-version", SIGNATURE "\x11", "the PROXY header has a version"),
  CASE ("v2-command", SIGNATURE "\x22\x11\0\x0c" V4_BLOCK, "the PROXY header has an unknown command"),
  CASE ("v2-datagram", SIGNATURE "\x21\x12\0\x0c" V4_BLOCK, "the PROXY header is for no stream"),
  CASE ("v2-family", SIGNATURE "\x21\x41\0\x0c" V4_BLOCK, "the PROXY header is for no stream"),
  CASE ("v2-short", SIGNATURE "\x21\x11\0\x0b" "\xc0\0\x02\x01\xc0\0\x02\x02\x30\x39\x01", "the PROXY header is too short"),
  CASE ("v2-unix-short", SIGNATURE "\x21\x31\0\x01z", "the PROXY header is too short"),
  CASE ("v2-long", SIGNATURE "\x21\x11\x0f\xf1", "the PROXY header is longer than 4096"),
  CASE ("v2-cut-record", SIGNATURE "\x21\x11\0\x0e" V4_BLOCK "\x01\0", "the PROXY header ends within"),
  CASE ("v2-long-record", SIGNATURE "\x21\x11\0\x10" V4_BLOCK "\x01\0\x02z", "the PROXY header ends within"),
  CASE ("v2-authority-not-utf8", SIGNATURE "\x21\x11\0\x10" V4_BLOCK "\x02\0\x01\xff",
        "the PROXY header has an authority"),
  CASE ("v2-checksum", SIGNATURE "\x21\x11\0\x13" V4_BLOCK "\x03\0\x04zzzz", "the PROXY header has a wrong checksum"),
  CASE ("v2-checksum-length", SIGNATURE "\x21\x11\0\x12" V4_BLOCK "\x03\0\x03zzz",
        "the PROXY header has a wrong checksum"),
};
/* clang-format on */

static void
append_address (GString              *log,
                WsProxyFamily         family,
                const WsProxyAddress *address)
{
  if (family == WS_PROXY_FAMILY_IPV4)
    g_string_append_printf (log, "%u.%u.%u.%u", address->bytes[0], address->bytes[1], address->bytes[2],
                            address->bytes[3]);
  else
    g_string_append_printf (log, "%x:%x::%x", address->bytes[0] << 8 | address->bytes[1],
                            address->bytes[2] << 8 | address->bytes[3],
                            address->bytes[14] << 8 | address->bytes[15]);
  g_string_append_printf (log, ":%u", address->port);
}

static char *
describe_header (const WsProxyHeader *header)
{
  GString *log = g_string_new (NULL);

  if (header->family == WS_PROXY_FAMILY_NONE)
    g_string_append (log, "none");
  else if (header->family == WS_PROXY_FAMILY_UNIX)
    g_string_append (log, "unix");
  else
    {
      append_address (log, header->family, &header->source);
      g_string_append (log, " > ");
      append_address (log, header->family, &header->destination);
    }
  if (header->alpn != NULL)
    g_string_append_printf (log, " alpn %.*s", (int) header->alpn_length, (const char *) header->alpn);
  if (header->authority != NULL)
    g_string_append_printf (log, " authority %.*s", (int) header->authority_length,
                            (const char *) header->authority);
  return g_string_free (log, FALSE);
}

/* Every prefix gives NEED_MORE and changes nothing. Bytes after the header are not consumed. */
static void
check_good (const guint8 *data,
            gsize         length,
            const char   *expected)
{
  WsProxyHeader      header = { .family = 77 };
  const char        *fault = NULL;
  gsize              consumed = 4711;
  g_autofree guint8 *more = g_malloc (length + 1);
  g_autofree char   *log = NULL;

  for (gsize cut = 0; cut < length; cut++)
    {
      g_autofree guint8 *exact = g_memdup2 (data, MAX (cut, 1));

      g_assert_cmpint (ws_proxy_header_parse (&header, exact, cut, &consumed, &fault), ==,
                       WS_PARSE_NEED_MORE);
      g_assert_cmpint (header.family, ==, 77);
      g_assert_cmpuint (consumed, ==, 4711);
      g_assert_null (fault);
    }

  memcpy (more, data, length);
  more[length] = 'G';
  g_assert_cmpint (ws_proxy_header_parse (&header, more, length + 1, &consumed, &fault), ==, WS_PARSE_DONE);
  g_assert_cmpuint (consumed, ==, length);
  log = describe_header (&header);
  g_assert_cmpstr (log, ==, expected);
}

static void
test_good (void)
{
  g_test_summary ("A header gives the client's address exactly at its end and consumes no byte more.");

  for (gsize i = 0; i < G_N_ELEMENTS (good_cases); i++)
    {
      g_test_message ("%s", good_cases[i].path);
      check_good ((const guint8 *) good_cases[i].bytes, good_cases[i].length, good_cases[i].log);
    }
}

static void
test_bad (void)
{
  g_test_summary ("A malformed header fails with its own sentence, at some cut and at every later one.");

  for (gsize i = 0; i < G_N_ELEMENTS (bad_cases); i++)
    {
      WsProxyHeader header;
      gsize         consumed = 4711;
      gboolean      failed = FALSE;

      g_test_message ("%s", bad_cases[i].path);
      for (gsize cut = 0; cut <= bad_cases[i].length; cut++)
        {
          g_autofree guint8  *exact = g_memdup2 (bad_cases[i].bytes, MAX (cut, 1));
          const char         *fault = NULL;
          const WsParseResult result = ws_proxy_header_parse (&header, exact, cut, &consumed, &fault);

          g_assert_cmpint (result, !=, WS_PARSE_DONE);
          g_assert_true (!failed || result == WS_PARSE_FAILED);
          failed = result == WS_PARSE_FAILED;
          g_assert_true (failed == (fault != NULL));
          if (failed && cut == bad_cases[i].length)
            g_assert_true (g_str_has_prefix (fault, bad_cases[i].log));
        }
      g_assert_true (failed);
      g_assert_cmpuint (consumed, ==, 4711);
    }
}

static void
test_line_limit (void)
{
  g_autoptr (GString) line = g_string_new ("PROXY UNKNOWN ");
  WsProxyHeader header;
  const char   *fault = NULL;
  gsize         consumed = 0;

  g_test_summary ("A line of 107 bytes with its line end is accepted; 107 bytes without one are refused.");

  while (line->len < 105)
    g_string_append_c (line, 'x');
  g_string_append (line, "\r\n");
  check_good ((const guint8 *) line->str, line->len, "none");

  g_string_insert_c (line, 20, 'x');
  g_assert_cmpint (ws_proxy_header_parse (&header, (const guint8 *) line->str, 106, &consumed, &fault), ==,
                   WS_PARSE_NEED_MORE);
  g_assert_cmpint (ws_proxy_header_parse (&header, (const guint8 *) line->str, 107, &consumed, &fault), ==,
                   WS_PARSE_FAILED);
  g_assert_nonnull (strstr (fault, "107"));
}

static void
test_checksum (void)
{
  static const guint8 header[] = SIGNATURE "\x21\x11\0\x13" V4_BLOCK "\x03\0\x04" CHECKSUM;

  g_test_summary ("A correct checksum is accepted; a header with any bit changed is refused.");

  check_good (header, sizeof header - 1, "192.0.2.1:12345 > 192.0.2.2:443");
  for (gsize bit = 16 * 8; bit < (sizeof header - 1) * 8; bit++)
    {
      g_autofree guint8 *changed = g_memdup2 (header, sizeof header - 1);
      WsProxyHeader      parsed;
      const char        *fault = NULL;
      gsize              consumed = 0;

      /* A changed type or length can turn the record into another one. */
      if (bit / 8 >= 28 && bit / 8 < 31)
        continue;
      changed[bit / 8] ^= (guint8) (1 << bit % 8);
      g_assert_cmpint (ws_proxy_header_parse (&parsed, changed, sizeof header - 1, &consumed, &fault), ==,
                       WS_PARSE_FAILED);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/protocol/proxy-header/good", test_good);
  g_test_add_func ("/unit/protocol/proxy-header/bad", test_bad);
  g_test_add_func ("/unit/protocol/proxy-header/line-limit", test_line_limit);
  g_test_add_func ("/unit/protocol/proxy-header/checksum", test_checksum);

  return g_test_run ();
}
