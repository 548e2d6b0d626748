/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-frame-private.h"

#include "tests/ws-test-feed.h"

#include <string.h>

typedef struct
{
  const char *path;
  const char *bytes;
  gsize       length;
  gsize       decided_at; /* number of bytes that decide the result */
  const char *log;        /* "failed" for the header of a failure */
} HeaderCase;

/* clang-format off */
#define CASE(path, bytes, decided_at, log) { path, bytes, sizeof (bytes) - 1, decided_at, log }
#define FULL(path, bytes, log) CASE (path, bytes, sizeof (bytes) - 1, log)

static const HeaderCase cases[] = {
  FULL ("text-empty", "\x81\x00", "done 2 fin=1 rsv=00 opcode=1 length=0 key=-"),
  FULL ("text-1", "\x81\x01", "done 2 fin=1 rsv=00 opcode=1 length=1 key=-"),
  FULL ("binary-125", "\x82\x7d", "done 2 fin=1 rsv=00 opcode=2 length=125 key=-"),
  FULL ("binary-126", "\x82\x7e\x00\x7e", "done 4 fin=1 rsv=00 opcode=2 length=126 key=-"),
  FULL ("binary-127", "\x82\x7e\x00\x7f", "done 4 fin=1 rsv=00 opcode=2 length=127 key=-"),
  FULL ("binary-256", "\x82\x7e\x01\x00", "done 4 fin=1 rsv=00 opcode=2 length=256 key=-"),
  FULL ("binary-65535", "\x82\x7e\xff\xff", "done 4 fin=1 rsv=00 opcode=2 length=65535 key=-"),
  FULL ("binary-65536", "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00",
        "done 10 fin=1 rsv=00 opcode=2 length=65536 key=-"),
  FULL ("binary-2^31", "\x82\x7f\x00\x00\x00\x00\x80\x00\x00\x00",
        "done 10 fin=1 rsv=00 opcode=2 length=2147483648 key=-"),
  FULL ("binary-2^32", "\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x00",
        "done 10 fin=1 rsv=00 opcode=2 length=4294967296 key=-"),
  FULL ("binary-2^63-1", "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff",
        "done 10 fin=1 rsv=00 opcode=2 length=9223372036854775807 key=-"),
  FULL ("masked-5", "\x81\x85\x37\xfa\x21\x3d",
        "done 6 fin=1 rsv=00 opcode=1 length=5 key=37fa213d"),
  FULL ("masked-126", "\x82\xfe\x00\x7e\x01\x02\x03\x04",
        "done 8 fin=1 rsv=00 opcode=2 length=126 key=01020304"),
  FULL ("masked-65536", "\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00\xff\x00\xff\x00",
        "done 14 fin=1 rsv=00 opcode=2 length=65536 key=ff00ff00"),
  FULL ("masked-2^63-1", "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        "done 14 fin=1 rsv=00 opcode=2 length=9223372036854775807 key=ffffffff"),
  FULL ("continuation", "\x00\x03", "done 2 fin=0 rsv=00 opcode=0 length=3 key=-"),
  FULL ("text-fragment", "\x01\x03", "done 2 fin=0 rsv=00 opcode=1 length=3 key=-"),
  FULL ("close-empty", "\x88\x00", "done 2 fin=1 rsv=00 opcode=8 length=0 key=-"),
  FULL ("ping-125", "\x89\x7d", "done 2 fin=1 rsv=00 opcode=9 length=125 key=-"),
  FULL ("pong-masked", "\x8a\x80\x01\x02\x03\x04",
        "done 6 fin=1 rsv=00 opcode=10 length=0 key=01020304"),
  FULL ("rsv1", "\xc1\x00", "done 2 fin=1 rsv=40 opcode=1 length=0 key=-"),
  FULL ("rsv2", "\xa1\x00", "done 2 fin=1 rsv=20 opcode=1 length=0 key=-"),
  FULL ("rsv3", "\x91\x00", "done 2 fin=1 rsv=10 opcode=1 length=0 key=-"),
  FULL ("rsv-all", "\xf2\x00", "done 2 fin=1 rsv=70 opcode=2 length=0 key=-"),
  CASE ("more-behind", "\x81\x01\xff\xff\xff", 2,
        "done 2 fin=1 rsv=00 opcode=1 length=1 key=-"),

  CASE ("reserved-3", "\x83\x00", 1, "failed"),
  CASE ("reserved-4", "\x84\x00", 1, "failed"),
  CASE ("reserved-5", "\x85\x00", 1, "failed"),
  CASE ("reserved-6", "\x86\x00", 1, "failed"),
  CASE ("reserved-7", "\x87\x00", 1, "failed"),
  CASE ("reserved-b", "\x8b\x00", 1, "failed"),
  CASE ("reserved-c", "\x8c\x00", 1, "failed"),
  CASE ("reserved-d", "\x8d\x00", 1, "failed"),
  CASE ("reserved-e", "\x8e\x00", 1, "failed"),
  CASE ("reserved-f", "\x8f\x00", 1, "failed"),
  CASE ("reserved-fragment", "\x03\x00", 1, "failed"),
  CASE ("close-fragmented", "\x08\x00", 1, "failed"),
  CASE ("ping-fragmented", "\x09\x00", 1, "failed"),
  CASE ("pong-fragmented", "\x0a\x00", 1, "failed"),
  CASE ("close-126", "\x88\x7e\x00\x7e", 2, "failed"),
  CASE ("ping-126", "\x89\x7e\x00\x7e", 2, "failed"),
  CASE ("pong-64-bit", "\x8a\x7f\x00\x00\x00\x00\x00\x00\x00\x05", 2, "failed"),
  CASE ("ping-126-masked", "\x89\xfe\x00\x7e\x00\x00\x00\x00", 2, "failed"),
  CASE ("16-bit-0", "\x82\x7e\x00\x00", 4, "failed"),
  CASE ("16-bit-125", "\x82\x7e\x00\x7d", 4, "failed"),
  CASE ("16-bit-125-masked", "\x82\xfe\x00\x7d\x01\x02\x03\x04", 4, "failed"),
  CASE ("64-bit-0", "\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x00", 8, "failed"),
  CASE ("64-bit-125", "\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x7d", 8, "failed"),
  CASE ("64-bit-65535", "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", 8, "failed"),
  CASE ("64-bit-65535-masked", "\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff\x01\x02\x03\x04", 8,
        "failed"),
  CASE ("2^63", "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", 3, "failed"),
  CASE ("2^63-masked", "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04", 3, "failed"),
  CASE ("2^64-1", "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 3, "failed"),
  CASE ("2^64-6-masked", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xfa\x01\x02\x03\x04", 3, "failed"),
};
/* clang-format on */

static void
append_result (GString             *log,
               WsParseResult        result,
               const WsFrameHeader *header,
               gsize                consumed,
               const char          *fault)
{
  if (result == WS_PARSE_FAILED)
    {
      g_assert_cmpstr (fault, !=, NULL);
      g_assert_cmpstr (fault, !=, "");
      g_string_append (log, "failed");
      return;
    }

  g_string_append_printf (log,
                          "done %" G_GSIZE_FORMAT " fin=%d rsv=%02x opcode=%d "
                          "length=%" G_GUINT64_FORMAT " key=",
                          consumed, header->fin, header->reserved_bits, header->opcode,
                          header->payload_length);

  if (header->masked)
    for (gsize i = 0; i < sizeof header->masking_key; i++)
      g_string_append_printf (log, "%02x", header->masking_key[i]);
  else
    g_string_append_c (log, '-');
}

/* The parser keeps nothing: it gets all bytes that have arrived at each call. */
static gpointer
start_cb (gconstpointer user_data G_GNUC_UNUSED)
{
  return g_byte_array_new ();
}

static void
feed_cb (gpointer parser,
         guint8  *piece,
         gsize    length,
         GString *log)
{
  GByteArray        *arrived = parser;
  g_autofree guint8 *exact = NULL;
  WsFrameHeader      header;
  WsParseResult      result;
  gsize              consumed;
  const char        *fault;

  if (log->len > 0)
    return;

  g_byte_array_append (arrived, piece, length);
  exact = g_memdup2 (arrived->data, arrived->len);
  result = ws_frame_header_parse (&header, exact, arrived->len, &consumed, &fault);

  if (result != WS_PARSE_NEED_MORE)
    append_result (log, result, &header, consumed, fault);
}

static void
finish_cb (gpointer     parser,
           GString *log G_GNUC_UNUSED)
{
  g_byte_array_unref (parser);
}

static const WsTestParser frame_parser = { start_cb, feed_cb, finish_cb };

/* Asserts that a prefix gives NEED_MORE and leaves every out parameter unchanged. */
static void
assert_untouched (const guint8 *data,
                  gsize         length)
{
  g_autofree guint8 *exact = g_memdup2 (data, MAX (length, 1));
  WsFrameHeader      header;
  WsFrameHeader      untouched;
  gsize              consumed = 12345;
  const char        *fault = "untouched";

  memset (&header, 0xa5, sizeof header);
  memset (&untouched, 0xa5, sizeof untouched);

  g_assert_cmpint (ws_frame_header_parse (&header, exact, length, &consumed, &fault), ==,
                   WS_PARSE_NEED_MORE);
  g_assert_cmpmem (&header, sizeof header, &untouched, sizeof untouched);
  g_assert_cmpuint (consumed, ==, 12345);
  g_assert_cmpstr (fault, ==, "untouched");
}

static void
test_parse_case (gconstpointer user_data)
{
  const HeaderCase *header_case = user_data;
  const guint8     *data = (const guint8 *) header_case->bytes;

  g_test_summary ("A frame header gives the same result at every cut, as early as possible.");

  ws_test_feed_every_cut (&frame_parser, NULL, data, header_case->length, header_case->log);

  for (gsize length = 0; length < header_case->decided_at; length++)
    assert_untouched (data, length);

  for (gsize length = header_case->decided_at; length <= header_case->length; length++)
    {
      g_autofree char *log = ws_test_feed_whole (&frame_parser, NULL, data, length);

      g_assert_cmpstr (log, ==, header_case->log);
    }
}

static void
test_parse_all_first_bytes (void)
{
  g_test_summary ("Exactly the valid ones of the 65536 pairs of first bytes are accepted.");

  for (guint pair = 0; pair < 65536; pair++)
    {
      const guint8   data[WS_FRAME_HEADER_MAX_LENGTH] = { pair >> 8, pair & 0xff, 0x01 };
      const guint    opcode = data[0] & 0x0f;
      const guint    length = data[1] & 0x7f;
      const gboolean is_control = opcode >= 0x8;
      const gboolean is_known = opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xa);
      const gboolean is_good =
          is_known && (!is_control || ((data[0] & 0x80) != 0 && length <= 125));
      const char   *fault = NULL;
      WsFrameHeader header;
      gsize         consumed;

      g_assert_cmpint (ws_frame_header_parse (&header, data, sizeof data, &consumed, &fault), ==,
                       is_good ? WS_PARSE_DONE : WS_PARSE_FAILED);
      g_assert_true (is_good == (fault == NULL));
    }
}

static void
test_write_bytes (void)
{
  static const guint8 expected[] = { 0x41, 0xfe, 0x01, 0x00, 0x37, 0xfa, 0x21, 0x3d };
  const WsFrameHeader header = {
    .payload_length = 256,
    .opcode = WS_OPCODE_TEXT,
    .reserved_bits = WS_FRAME_RSV1,
    .masking_key = { 0x37, 0xfa, 0x21, 0x3d },
    .fin = FALSE,
    .masked = TRUE,
  };
  guint8 buffer[WS_FRAME_HEADER_MAX_LENGTH];
  gsize  length;

  g_test_summary ("A header is written as the bytes of RFC 6455 §5.2.");

  length = ws_frame_header_write (&header, buffer);
  g_assert_cmpmem (buffer, length, expected, sizeof expected);
}

static void
test_write_inverse (void)
{
  g_test_summary ("Each header that parses is written back as the same bytes.");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint8        buffer[WS_FRAME_HEADER_MAX_LENGTH];
      WsFrameHeader header;
      gsize         consumed;
      gsize         length;
      const char   *fault;

      if (ws_frame_header_parse (&header, (const guint8 *) cases[i].bytes, cases[i].length,
                                 &consumed, &fault) != WS_PARSE_DONE)
        continue;

      length = ws_frame_header_write (&header, buffer);
      g_assert_cmpmem (buffer, length, cases[i].bytes, consumed);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/frame/header-parse/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_parse_case);
    }

  g_test_add_func ("/unit/protocol/frame/header-parse/all-first-bytes", test_parse_all_first_bytes);
  g_test_add_func ("/unit/protocol/frame/header-write/bytes", test_write_bytes);
  g_test_add_func ("/unit/protocol/frame/header-write/inverse-of-parse", test_write_inverse);

  return g_test_run ();
}
