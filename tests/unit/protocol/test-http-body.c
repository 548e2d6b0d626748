/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-body-private.h"

#include <string.h>

#include "ws-test-feed.h"

static WsHttpHead *
parse_head (const char *text)
{
  guint       status = 0;
  const char *fault = NULL;
  WsHttpHead *head = ws_http_head_parse ((const guint8 *) text, strlen (text), &status, &fault);

  g_assert_nonnull (head);
  return head;
}

/* --- framing --------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  const char *head;
  const char *expected;
} FramingCase;

#define NEW(fields) "POST / HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
#define OLD(fields) "POST / HTTP/1.0\r\n" fields "\r\n"

static const FramingCase framing_cases[] = {
  { "none", NEW (""), "none keep" },
  { "close", NEW ("Connection: close\r\n"), "none close" },
  { "close-in-list", NEW ("Connection: Upgrade, CLOSE\r\n"), "none close" },
  { "keep-alive", NEW ("Connection: keep-alive\r\n"), "none keep" },
  { "old", OLD (""), "none close" },
  { "old-keep-alive", OLD ("Connection: Keep-Alive\r\n"), "none keep" },
  { "old-both", OLD ("Connection: keep-alive, close\r\n"), "none close" },
  { "length", NEW ("Content-Length: 5\r\n"), "length 5 keep" },
  { "length-0", NEW ("Content-Length: 0\r\n"), "none keep" },
  { "length-zeros", NEW ("Content-Length: 007\r\n"), "length 7 keep" },
  { "length-largest", NEW ("Content-Length: 18446744073709551615\r\n"), "length 18446744073709551615 keep" },
  { "length-over", NEW ("Content-Length: 18446744073709551616\r\n"), "413" },
  { "length-negative", NEW ("Content-Length: -1\r\n"), "400" },
  { "length-plus", NEW ("Content-Length: +1\r\n"), "400" },
  { "length-hex", NEW ("Content-Length: 0x5\r\n"), "400" },
  { "length-empty", NEW ("Content-Length:\r\n"), "400" },
  { "length-list", NEW ("Content-Length: 5, 5\r\n"), "400" },
  { "length-space", NEW ("Content-Length: 5 5\r\n"), "400" },
  { "length-twice", NEW ("Content-Length: 5\r\nContent-Length: 5\r\n"), "400" },
  { "length-differing", NEW ("Content-Length: 5\r\nContent-Length: 6\r\n"), "400" },
  { "chunked", NEW ("Transfer-Encoding: chunked\r\n"), "chunked keep" },
  { "chunked-case", NEW ("Transfer-Encoding: CHUNKED\r\n"), "chunked keep" },
  { "chunked-and-length", NEW ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "400" },
  { "length-and-chunked", NEW ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "400" },
  { "chunked-twice", NEW ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "400" },
  { "chunked-identity", NEW ("Transfer-Encoding: chunked, identity\r\n"), "400" },
  { "gzip-chunked", NEW ("Transfer-Encoding: gzip, chunked\r\n"), "400" },
  { "identity", NEW ("Transfer-Encoding: identity\r\n"), "400" },
  { "xchunked", NEW ("Transfer-Encoding: xchunked\r\n"), "400" },
  { "encoding-empty", NEW ("Transfer-Encoding:\r\n"), "400" },
  { "old-chunked", OLD ("Transfer-Encoding: chunked\r\n"), "400" },
  { "expect", NEW ("Expect: 100-Continue\r\nContent-Length: 5\r\n"), "length 5 keep expects" },
  { "expect-no-body", NEW ("Expect: 100-continue\r\n"), "none keep" },
  { "expect-other", NEW ("Expect: tea\r\n"), "417" },
  { "expect-twice", NEW ("Expect: 100-continue\r\nExpect: 100-continue\r\n"), "417" },
  { "old-expect", OLD ("Expect: tea\r\nContent-Length: 5\r\n"), "length 5 close" },
};

static void
test_framing (gconstpointer user_data)
{
  static const char *const kinds[] = { "none", "length", "chunked" };
  const FramingCase       *test = user_data;
  g_autoptr (WsHttpHead) head = parse_head (test->head);
  g_autoptr (GString) text = g_string_new (NULL);
  WsHttpFraming framing = { 0 };
  guint         status = 0;
  const char   *fault = NULL;

  g_test_summary ("The head of a request says how its body ends, and refuses every doubt.");

  if (ws_http_framing_judge (head, &framing, &status, &fault))
    {
      g_string_append (text, kinds[framing.kind]);
      if (framing.kind == WS_HTTP_BODY_LENGTH)
        g_string_append_printf (text, " %" G_GUINT64_FORMAT, framing.length);
      g_string_append (text, framing.keep_alive ? " keep" : " close");
      g_string_append (text, framing.expects_continue ? " expects" : "");
      g_assert_null (fault);
    }
  else
    {
      g_string_append_printf (text, "%u", status);
      g_assert_nonnull (fault);
    }
  g_assert_cmpstr (text->str, ==, test->expected);
}

/* --- bodies ---------------------------------------------------------------------------------- */

#define MAX_BODY_BYTES 32

typedef struct
{
  WsHttpBody    body;
  GByteArray   *payload;
  WsParseResult result;
  gsize         n_behind;
  guint         status;
  const char   *fault;
} BodyParser;

static gpointer
start_cb (gconstpointer user_data)
{
  const WsHttpFraming *framing = user_data;
  BodyParser          *parser = g_new0 (BodyParser, 1);

  ws_http_body_init (&parser->body, framing, MAX_BODY_BYTES);
  parser->payload = g_byte_array_new ();
  return parser;
}

static void
feed_cb (gpointer     user_data,
         guint8      *piece,
         gsize        length,
         GString *log G_GNUC_UNUSED)
{
  BodyParser *parser = user_data;
  gsize       consumed = G_MAXSIZE;

  if (parser->result == WS_PARSE_DONE)
    parser->n_behind += length;
  if (parser->result != WS_PARSE_NEED_MORE)
    return;

  parser->result = ws_http_body_receive (&parser->body, piece, length, &consumed, parser->payload,
                                         &parser->status, &parser->fault);
  if (parser->result == WS_PARSE_NEED_MORE)
    g_assert_cmpuint (consumed, ==, length);
  if (parser->result == WS_PARSE_DONE)
    parser->n_behind = length - consumed;
  g_assert_true ((parser->result == WS_PARSE_FAILED) == (parser->fault != NULL));
  g_assert_cmpuint (parser->payload->len, <=, MAX_BODY_BYTES);
}

static void
finish_cb (gpointer user_data,
           GString *log)
{
  BodyParser *parser = user_data;

  if (parser->result == WS_PARSE_FAILED)
    g_string_append_printf (log, "%u %s", parser->status, parser->fault);
  else
    g_string_append_printf (log, "%s \"%.*s\" +%" G_GSIZE_FORMAT,
                            parser->result == WS_PARSE_DONE ? "done" : "more", (int) parser->payload->len,
                            (const char *) parser->payload->data, parser->n_behind);
  g_byte_array_unref (parser->payload);
  g_free (parser);
}

static const WsTestParser body_parser = { start_cb, feed_cb, finish_cb };

typedef struct
{
  const char *name;
  const char *input;
  const char *expected;
} BodyCase;

#define X8 "xxxxxxxx"

static const BodyCase chunked_cases[] = {
  { "one", "5\r\nhello\r\n0\r\n\r\n", "done \"hello\" +0" },
  { "two", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "done \"hello world\" +0" },
  { "empty", "0\r\n\r\n", "done \"\" +0" },
  { "behind", "1\r\na\r\n0\r\n\r\nGET / ", "done \"a\" +6" },
  { "hex", "00000000000000A\r\n0123456789\r\n000\r\n\r\n", "done \"0123456789\" +0" },
  { "crlf-in-chunk", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "done \"\r\n\r\n\" +0" },
  { "extension", "1;a=b;c=\"d;\t\"\r\na\r\n0;e\r\n\r\n", "done \"a\" +0" },
  { "trailers", "1\r\na\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n", "done \"a\" +0" },
  { "incomplete", "5\r\nhel", "more \"hel\" +0" },
  { "limit", "10\r\n" X8 X8 "\r\n10\r\n" X8 X8 "\r\n0\r\n\r\n", "done \"" X8 X8 X8 X8 "\" +0" },
  { "over-limit", "10\r\n" X8 X8 "\r\n11\r\n", "413 the body is longer than MaxHttpBodySize" },
  { "over-limit-at-once", "21\r\n", "413 the body is longer than MaxHttpBodySize" },
  { "largest-size", "ffffffffffffffff\r\n", "413 the body is longer than MaxHttpBodySize" },
  { "size-overflow", "10000000000000000\r\n", "400 chunk size has too many digits" },
  { "no-size", "\r\n", "400 chunk size is missing" },
  { "no-size-extension", ";a\r\n", "400 chunk size is missing" },
  { "size-sign", "+1\r\na\r\n", "400 chunk size is missing" },
  { "size-prefix", "0x1\r\na\r\n", "400 chunk size is not a number" },
  { "size-space", "1 \r\na\r\n", "400 chunk size is not a number" },
  { "size-lf", "1\na\r\n", "400 chunk size is not a number" },
  { "size-cr", "1\ra\r\n", "400 CR without LF behind a chunk size" },
  { "extension-lf", "1;a\na\r\n", "400 control byte in a chunk extension" },
  { "extension-nul", "1;a\001\r\n", "400 control byte in a chunk extension" },
  { "chunk-long", "1\r\nab\r\n", "400 chunk is longer than its size" },
  { "chunk-lf", "1\r\na\n0\r\n\r\n", "400 chunk is longer than its size" },
  { "chunk-cr", "1\r\na\r0\r\n\r\n", "400 CR without LF in a chunked body" },
  { "end-lf", "0\r\n\n", "400 trailer field is not \"Name: value\"" },
  { "end-cr", "0\r\n\ra", "400 CR without LF in a chunked body" },
  { "trailer-folded", "0\r\nA: b\r\n c\r\n\r\n", "400 trailer field is not \"Name: value\"" },
  { "trailer-no-name", "0\r\n: b\r\n\r\n", "400 trailer field is not \"Name: value\"" },
  { "trailer-no-colon", "0\r\nA\r\n\r\n", "400 trailer field is not \"Name: value\"" },
  { "trailer-lf", "0\r\nA: b\n\r\n", "400 control byte in a trailer field" },
  { "trailer-cr", "0\r\nA: b\rc\r\n\r\n", "400 CR without LF in a chunked body" },
};

static const WsHttpFraming chunked = { .kind = WS_HTTP_BODY_CHUNKED };

static void
test_chunked (gconstpointer user_data)
{
  const BodyCase *test = user_data;

  g_test_summary ("A chunked body has the same outcome wherever it is cut.");

  ws_test_feed_every_cut (&body_parser, &chunked, (const guint8 *) test->input, strlen (test->input),
                          test->expected);
}

static void
test_length (void)
{
  const WsHttpFraming framing = { .kind = WS_HTTP_BODY_LENGTH, .length = 5 };

  g_test_summary ("A body with a length ends there, wherever it is cut.");

  ws_test_feed_every_cut (&body_parser, &framing, (const guint8 *) "hello", 5, "done \"hello\" +0");
  ws_test_feed_every_cut (&body_parser, &framing, (const guint8 *) "hello GET", 9, "done \"hello\" +4");
  ws_test_feed_every_cut (&body_parser, &framing, (const guint8 *) "hell", 4, "more \"hell\" +0");
}

/* The text before, n times the repeated one, and the text behind. */
static char *
repeat (const char *before,
        const char *repeated,
        guint       n,
        const char *behind)
{
  GString *text = g_string_new (before);

  for (guint i = 0; i < n; i++)
    g_string_append (text, repeated);
  g_string_append (text, behind);
  return g_string_free (text, FALSE);
}

static void
check_input (const char *input,
             const char *expected)
{
  g_autofree char *log = ws_test_feed_whole (&body_parser, &chunked, (const guint8 *) input, strlen (input));

  g_assert_cmpstr (log, ==, expected);
}

static void
test_overhead (void)
{
  g_autofree char *extension = repeat ("0;", "x", WS_MAX_CHUNK_EXTENSION_BYTES, "\r\n\r\n");
  g_autofree char *long_extension = repeat ("0;", "x", WS_MAX_CHUNK_EXTENSION_BYTES + 1, "\r\n\r\n");
  g_autofree char *extensions = repeat ("", "1;" X8 X8 "\r\na\r\n", MAX_BODY_BYTES, "0\r\n\r\n");
  /* Both CR, the name and the colon count as well. */
  g_autofree char *trailer = repeat ("0\r\nA:", "x", WS_MAX_TRAILER_BYTES - 4, "\r\n\r\n");
  g_autofree char *long_trailer = repeat ("0\r\nA:", "x", WS_MAX_TRAILER_BYTES - 3, "\r\n\r\n");

  g_test_summary ("Chunk extensions and trailer fields have limits of their own.");

  check_input (extension, "done \"\" +0");
  check_input (long_extension, "400 chunk extensions over their limit");
  check_input (extensions, "done \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" +0");
  check_input (trailer, "done \"\" +0");
  check_input (long_trailer, "431 trailer fields over their limit");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (framing_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/http-body/framing/", framing_cases[i].name, NULL);

      g_test_add_data_func (path, &framing_cases[i], test_framing);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (chunked_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/http-body/chunked/", chunked_cases[i].name, NULL);

      g_test_add_data_func (path, &chunked_cases[i], test_chunked);
    }
  g_test_add_func ("/unit/protocol/http-body/length", test_length);
  g_test_add_func ("/unit/protocol/http-body/overhead", test_overhead);

  return g_test_run ();
}
