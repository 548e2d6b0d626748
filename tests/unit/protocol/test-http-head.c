/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-head-private.h"

#include "tests/ws-test-feed.h"

#include <string.h>

#define REQUEST "GET / HTTP/1.1\r\n"

typedef struct
{
  const char *path;
  const char *bytes;
  gsize       length;
  const char *log; /* the whole text for a valid head, the beginning for a refused one */
} HeadCase;

/* clang-format off */
#define CASE(path, bytes, log) { path, bytes, sizeof (bytes) - 1, log }

static const WsLimits default_limits = {
  .max_message_bytes = WS_DEFAULT_MAX_MESSAGE_BYTES,
  .max_head_bytes = WS_DEFAULT_MAX_HEAD_BYTES,
  .max_head_fields = WS_DEFAULT_MAX_HEAD_FIELDS,
};

static const HeadCase cases[] = {
  CASE ("least", "GET / HTTP/1.1\r\n\r\n", "18 GET / 1 []"),
  CASE ("leading-crlf", "\r\n" REQUEST "\r\n", "20 GET / 1 []"),
  CASE ("leading-crlf-fields", "\r\n" REQUEST "A: b\r\n\r\n", "26 GET / 1 [A: b\r\n]"),
  CASE ("http-1.0", "GET / HTTP/1.0\r\n\r\n", "18 GET / 0 []"),
  CASE ("http-1.9", "GET / HTTP/1.9\r\n\r\n", "18 GET / 9 []"),
  CASE ("host", REQUEST "Host: a\r\n\r\n", "27 GET / 1 [Host: a\r\n]"),
  CASE ("two-fields", REQUEST "Host:a\r\nX-Y:  b \t\r\n\r\n",
        "37 GET / 1 [Host:a\r\nX-Y:  b \t\r\n]"),
  CASE ("empty-value", REQUEST "A:\r\nB: \r\n\r\n", "27 GET / 1 [A:\r\nB: \r\n]"),
  CASE ("tab-in-value", REQUEST "A: b\tc\r\n\r\n", "26 GET / 1 [A: b\tc\r\n]"),
  CASE ("colons-in-value", REQUEST "Host: [::1]:80\r\n\r\n", "34 GET / 1 [Host: [::1]:80\r\n]"),
  CASE ("utf8-in-value", REQUEST "A: \xc3\xa9\r\n\r\n", "25 GET / 1 [A: \xc3\xa9\r\n]"),
  CASE ("high-bytes-in-value", REQUEST "A: \xff\xfe\r\n\r\n", "25 GET / 1 [A: ??\r\n]"),
  CASE ("method-token", "M-SEARCH * HTTP/1.1\r\n\r\n", "23 M-SEARCH * 1 []"),
  CASE ("absolute-target", "GET ws://h/p?q HTTP/1.1\r\n\r\n", "27 GET ws://h/p?q 1 []"),
  CASE ("bytes-behind", REQUEST "\r\n\x81\x80" "abcd", "18 GET / 1 []"),
  CASE ("second-request-behind", REQUEST "\r\n" REQUEST "\r\n", "18 GET / 1 []"),

  CASE ("leading-two-crlf", "\r\n\r\nGET / HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("leading-cr", "\rGET / HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("only-crlf", "\r\n\r\n", "failed 400"),
  CASE ("leading-lf", "\nGET / HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("lf-only", "GET / HTTP/1.1\nHost: a\n\n", "failed 400"),
  CASE ("lf-in-fields", REQUEST "Host: a\nX: b\r\n\r\n", "failed 400"),
  CASE ("cr-only", "GET / HTTP/1.1\rHost: a\r\r", "failed 400"),
  CASE ("cr-in-value", REQUEST "A: b\rc\r\n\r\n", "failed 400"),
  CASE ("cr-cr-lf", REQUEST "A: b\r\r\n\r\n", "failed 400"),
  CASE ("crlf-cr-x", REQUEST "\rx", "failed 400"),
  CASE ("nul-in-method", "G\0T / HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("nul-in-target", "GET /\0 HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("nul-in-name", REQUEST "Ho\0st: a\r\n\r\n", "failed 400"),
  CASE ("nul-in-value", REQUEST "Host: a\0b\r\n\r\n", "failed 400"),
  CASE ("escape-in-value", REQUEST "Host: a\x1b[0m\r\n\r\n", "failed 400"),
  CASE ("del-in-value", REQUEST "Host: a\x7f\r\n\r\n", "failed 400"),
  CASE ("tls-client-hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", "failed 400"),
  CASE ("folded", REQUEST "A: b\r\n c\r\n\r\n", "failed 400"),
  CASE ("folded-tab", REQUEST "A: b\r\n\tc\r\n\r\n", "failed 400"),
  CASE ("folded-first", REQUEST " A: b\r\n\r\n", "failed 400"),
  CASE ("space-before-colon", REQUEST "Host : a\r\n\r\n", "failed 400"),
  CASE ("tab-before-colon", REQUEST "Host\t: a\r\n\r\n", "failed 400"),
  CASE ("no-colon", REQUEST "Host\r\n\r\n", "failed 400"),
  CASE ("empty-name", REQUEST ": a\r\n\r\n", "failed 400"),
  CASE ("bracket-in-name", REQUEST "Ho(st: a\r\n\r\n", "failed 400"),
  CASE ("high-byte-in-name", REQUEST "Ho\xc3st: a\r\n\r\n", "failed 400"),
  CASE ("no-version", "GET /\r\n\r\n", "failed 400"),
  CASE ("only-method", "GET\r\n\r\n", "failed 400"),
  CASE ("two-spaces", "GET  / HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("two-spaces-behind", "GET /  HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("space-at-end", "GET / HTTP/1.1 \r\n\r\n", "failed 400"),
  CASE ("space-at-start", " GET / HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("tabs", "GET\t/\tHTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("four-words", "GET / x HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("bad-method", "G@T / HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("empty-method", " / HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("high-byte-in-target", "GET /\xc3\xa9 HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("tab-in-target", "GET /\t HTTP/1.1\r\n\r\n", "failed 400"),
  CASE ("http-lower-case", "GET / http/1.1\r\n\r\n", "failed 400"),
  CASE ("http-1", "GET / HTTP/1\r\n\r\n", "failed 400"),
  CASE ("http-1.10", "GET / HTTP/1.10\r\n\r\n", "failed 400"),
  CASE ("http-1.x", "GET / HTTP/1.x\r\n\r\n", "failed 400"),
  CASE ("http-01.1", "GET / HTTP/01.1\r\n\r\n", "failed 400"),
  CASE ("rtsp", "GET / RTSP/1.0\r\n\r\n", "failed 400"),
  CASE ("http-2.0", "GET / HTTP/2.0\r\n\r\n", "failed 400"),
  CASE ("http-2-preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "failed 400"),
  CASE ("http-0.9", "GET / HTTP/0.9\r\n\r\n", "failed 400"),

  CASE ("cut-request-line", "GET / HT", "need-more"),
  CASE ("cut-after-cr", REQUEST "A: b\r", "need-more"),
  CASE ("cut-before-last-lf", REQUEST "A: b\r\n\r", "need-more"),
  CASE ("cut-in-leading-crlf", "\r", "need-more"),
  CASE ("cut-after-leading-crlf", "\r\n", "need-more"),
  CASE ("nothing", "", "need-more"),
};
/* clang-format on */

/* --- the parser under test ------------------------------------------------------------------- */

typedef struct
{
  const WsLimits   *limits;
  WsHttpHeadScanner scanner;
  GByteArray       *arrived;
} HeadParser;

static gpointer
start_cb (gconstpointer user_data)
{
  HeadParser *parser = g_new0 (HeadParser, 1);

  parser->limits = user_data;
  parser->arrived = g_byte_array_new ();

  return parser;
}

static void
append_fault (GString    *log,
              guint       status,
              const char *fault)
{
  g_assert_nonnull (fault);
  g_assert_cmpstr (fault, !=, "");
  g_string_append_printf (log, "failed %u %s", status, fault);
}

static void
append_head (GString      *log,
             const guint8 *data,
             gsize         head_length)
{
  g_autofree guint8 *exact = g_memdup2 (data, head_length);
  const char        *fault = NULL;
  guint              status = 0;
  g_autoptr (WsHttpHead) head = ws_http_head_parse (exact, head_length, &status, &fault);

  if (head == NULL)
    {
      append_fault (log, status, fault);
      return;
    }

  g_assert_null (fault);
  g_string_append_printf (log, "%" G_GSIZE_FORMAT " %s %s %u [%s]", head_length,
                          ws_http_head_get_method (head), ws_http_head_get_target (head),
                          ws_http_head_get_minor_version (head),
                          ws_http_head_get_header_text (head));
}

static void
feed_cb (gpointer user_data,
         guint8  *piece,
         gsize    length,
         GString *log)
{
  HeadParser        *parser = user_data;
  g_autofree guint8 *exact = NULL;
  const char        *fault = NULL;
  gsize              head_length = 0;
  guint              status = 0;

  if (log->len > 0)
    return;

  g_byte_array_append (parser->arrived, piece, length);
  exact = g_memdup2 (parser->arrived->data, MAX (parser->arrived->len, 1));

  switch (ws_http_head_scan (&parser->scanner, parser->limits, exact, parser->arrived->len,
                             &head_length, &status, &fault))
    {
    case WS_PARSE_NEED_MORE:
      /* No byte is scanned twice, except a CR that waits for its LF. */
      g_assert_cmpuint (parser->scanner.scanned + 1, >=, parser->arrived->len);
      g_assert_cmpuint (head_length, ==, 0);
      g_assert_cmpuint (status, ==, 0);
      g_assert_null (fault);
      break;

    case WS_PARSE_DONE:
      append_head (log, exact, head_length);
      break;

    case WS_PARSE_FAILED:
      append_fault (log, status, fault);
      break;

    default:
      g_assert_not_reached ();
    }
}

static void
finish_cb (gpointer user_data,
           GString *log)
{
  HeadParser *parser = user_data;

  if (log->len == 0)
    g_string_append (log, "need-more");

  g_byte_array_unref (parser->arrived);
  g_free (parser);
}

static const WsTestParser head_parser = { start_cb, feed_cb, finish_cb };

/* --- cases ----------------------------------------------------------------------------------- */

static void
check_head (const WsLimits *limits,
            const char     *bytes,
            gsize           length,
            const char     *log)
{
  g_autofree char *whole =
      ws_test_feed_whole (&head_parser, limits, (const guint8 *) bytes, length);

  if (g_str_has_prefix (log, "failed"))
    g_assert_true (g_str_has_prefix (whole, log));
  else
    g_assert_cmpstr (whole, ==, log);

  ws_test_feed_every_cut (&head_parser, limits, (const guint8 *) bytes, length, whole);
}

static void
test_case (gconstpointer user_data)
{
  const HeadCase *head_case = user_data;

  g_test_summary ("A request head gives the same result at every cut.");

  check_head (&default_limits, head_case->bytes, head_case->length, head_case->log);
}

static void
append_many (GString *text,
             char     byte,
             gsize    count)
{
  for (gsize i = 0; i < count; i++)
    g_string_append_c (text, byte);
}

/* Returns the number of bytes after which a head, given byte by byte, is refused or complete. */
static gsize
count_until_decided (const WsLimits *limits,
                     const GString  *text)
{
  for (gsize length = 0; length <= text->len; length++)
    {
      WsHttpHeadScanner scanner = { 0 };
      gsize             head_length;
      guint             status;
      const char       *fault;

      if (ws_http_head_scan (&scanner, limits, (const guint8 *) text->str, length, &head_length,
                             &status, &fault) != WS_PARSE_NEED_MORE)
        return length;
    }

  return G_MAXSIZE;
}

static void
test_request_line_limit (void)
{
  const WsLimits limits = { .max_head_bytes = 128, .max_head_fields = 100 };
  g_autoptr (GString) good = g_string_new ("GET /");
  g_autoptr (GString) bad = NULL;

  g_test_summary ("A request line over half of the head's limit is 414; one byte less is accepted.");

  append_many (good, 'a', 64 - strlen ("GET / HTTP/1.1"));
  g_string_append (good, " HTTP/1.1\r\n\r\n");
  bad = g_string_new (good->str);
  g_string_insert_c (bad, 5, 'a');

  check_head (&limits, bad->str, bad->len, "failed 414");
  g_assert_cmpuint (count_until_decided (&limits, bad), ==, 65);
  g_assert_cmpuint (count_until_decided (&limits, good), ==, good->len);
  ws_test_feed_every_cut (&head_parser, &limits, (guint8 *) good->str, good->len, NULL);
}

static void
test_request_line_ceiling (void)
{
  const WsLimits limits = { .max_head_bytes = 1024 * 1024, .max_head_fields = 100 };
  g_autoptr (GString) text = g_string_new ("GET /");

  g_test_summary ("A request line over 8192 bytes is 414, whatever the head's limit is.");

  append_many (text, 'a', 8192 - strlen ("GET / HTTP/1.1"));
  g_string_append (text, " HTTP/1.1\r\n\r\n");
  g_assert_cmpuint (count_until_decided (&limits, text), ==, text->len);

  g_string_insert_c (text, 5, 'a');
  g_assert_cmpuint (count_until_decided (&limits, text), ==, 8193);
  check_head (&limits, text->str, text->len, "failed 414");
}

static void
test_head_limit (void)
{
  const WsLimits limits = { .max_head_bytes = 64, .max_head_fields = 100 };
  g_autoptr (GString) text = g_string_new (REQUEST "A: ");

  g_test_summary ("A head of exactly the limit is accepted; one more byte is 431 as soon as it arrives.");

  append_many (text, 'b', 64 - text->len - 4);
  g_string_append (text, "\r\n\r\n");
  g_assert_cmpuint (text->len, ==, 64);
  g_assert_cmpuint (count_until_decided (&limits, text), ==, 64);
  ws_test_feed_every_cut (&head_parser, &limits, (guint8 *) text->str, text->len, NULL);

  g_string_insert_c (text, text->len - 4, 'b');
  g_assert_cmpuint (count_until_decided (&limits, text), ==, 64);
  check_head (&limits, text->str, text->len, "failed 431");

  for (gsize length = 64; length < 70; length++)
    {
      g_string_insert_c (text, 20, 'b');
      check_head (&limits, text->str, text->len, "failed 431");
    }
}

static void
test_head_limit_tiny (void)
{
  g_test_summary ("Limits that are too small for any head refuse at once and read nothing beyond.");

  for (guint32 max_head_bytes = 0; max_head_bytes < 18; max_head_bytes++)
    {
      const WsLimits limits = { .max_head_bytes = max_head_bytes, .max_head_fields = 100 };

      check_head (&limits, REQUEST "\r\n", 18, "failed 4");
    }
}

static void
append_fields (GString *text,
               guint    count)
{
  for (guint i = 0; i < count; i++)
    g_string_append (text, "A:\r\n");
}

static void
test_field_limit (void)
{
  g_autoptr (GString) good = g_string_new (REQUEST);
  g_autoptr (GString) bad = g_string_new (REQUEST);

  g_test_summary ("A hundred header fields are accepted; the first byte of another one is 431.");

  append_fields (good, 100);
  g_string_append (good, "\r\n");
  g_assert_cmpuint (count_until_decided (&default_limits, good), ==, good->len);
  ws_test_feed_every_cut (&head_parser, &default_limits, (guint8 *) good->str, good->len, NULL);

  append_fields (bad, 101);
  g_string_append (bad, "\r\n");
  g_assert_cmpuint (count_until_decided (&default_limits, bad), ==, good->len - 1);
  check_head (&default_limits, bad->str, bad->len, "failed 431 more header fields than MaxHeaderFields");
}

static void
test_field_limit_of_one (void)
{
  const WsLimits limits = { .max_head_bytes = 1024, .max_head_fields = 1 };

  g_test_summary ("With MaxHeaderFields=1 one field is accepted, and a second one is 431.");

  check_head (&limits, REQUEST "A: b\r\n\r\n", strlen (REQUEST "A: b\r\n\r\n"), "24 GET / 1 [A: b\r\n]");
  check_head (&limits, REQUEST "A: b\r\nC: d\r\n\r\n", strlen (REQUEST "A: b\r\nC: d\r\n\r\n"), "failed 431");
}

static void
test_early (void)
{
  static const struct
  {
    const char *bytes;
    gsize       decided_at;
  } early[] = {
    { "\x16\x03\x01", 1 },
    { "\r\n\r\n", 3 },
    { "\rGET", 2 },
    { "\nGET", 1 },
    { "GET / HTTP\n", 11 },
    { REQUEST "A\rB", 19 },
    { REQUEST "A: \x01", 20 },
  };

  g_test_summary ("A byte that no head can contain is refused when it arrives, not at the end.");

  for (gsize i = 0; i < G_N_ELEMENTS (early); i++)
    {
      g_autoptr (GString) text = g_string_new (early[i].bytes);

      g_assert_cmpuint (count_until_decided (&default_limits, text), ==, early[i].decided_at);
    }
}

static void
test_all_bytes_in_value (void)
{
  g_test_summary ("In a value, all control bytes except HTAB are refused, and no other bytes.");

  for (guint byte = 0; byte < 256; byte++)
    for (gsize before = 0; before < 20; before++)
      {
        g_autoptr (GString) text = g_string_new (REQUEST "A: ");
        const gboolean   is_good = (byte >= 0x20 && byte != 0x7f) || byte == '\t';
        g_autofree char *log = NULL;

        append_many (text, 'x', before);
        g_string_append_c (text, (char) byte);
        g_string_append (text, "yyyyyyyyyyyy\r\n\r\n");
        log = ws_test_feed_whole (&head_parser, &default_limits, (guint8 *) text->str, text->len);
        g_assert_true (g_str_has_prefix (log, "failed 400") == !is_good);
      }
}

/* --- the parser without the scanner ---------------------------------------------------------- */

static void
test_parse_alone (void)
{
  static const char text[] = REQUEST "Host: a\r\nB: c\r\n\r\n";

  g_test_summary ("The parser does not rely on the scanner: of all prefixes only the whole head is valid.");

  for (gsize length = 0; length < sizeof text; length++)
    {
      g_autofree guint8 *exact = g_memdup2 (text, MAX (length, 1));
      const char        *fault = NULL;
      guint              status = 0;
      g_autoptr (WsHttpHead) head = ws_http_head_parse (exact, length, &status, &fault);

      g_assert_true ((head != NULL) == (length == sizeof text - 1));

      if (head != NULL)
        continue;

      g_assert_cmpuint (status, ==, 400);
      g_assert_cmpstr (fault, !=, NULL);
      g_assert_cmpstr (fault, !=, "");
    }
}

static void
test_parse_changed (void)
{
  static const char text[] = REQUEST "Host: a\r\nB: c\r\n\r\n";

  g_test_summary ("A head with any one byte changed to any other is parsed or refused, without a crash.");

  for (gsize i = 0; i < sizeof text - 1; i++)
    for (guint byte = 0; byte < 256; byte++)
      {
        g_autofree guint8 *exact = g_memdup2 (text, sizeof text - 1);
        const char        *fault = NULL;
        guint              status = 0;
        g_autoptr (WsHttpHead) head = NULL;

        exact[i] = (guint8) byte;
        head = ws_http_head_parse (exact, sizeof text - 1, &status, &fault);
        g_assert_true ((head == NULL) == (fault != NULL));
        g_assert_true (head != NULL || status == 400);
      }
}

static void
test_parse_linear (void)
{
  g_autoptr (GString) text = g_string_new (REQUEST);
  g_autoptr (WsHttpHead) head = NULL;
  const char *fault;
  guint       status;

  g_test_summary ("Half a million fields are parsed in linear time.");

  append_fields (text, 500000);
  g_string_append (text, "\r\n");
  head = ws_http_head_parse ((guint8 *) text->str, text->len, &status, &fault);
  g_assert_nonnull (head);
  g_assert_cmpuint (ws_http_head_count (head, "a"), ==, 500000);
}

/* --- access ---------------------------------------------------------------------------------- */

static WsHttpHead *
parse_text (const char *text)
{
  const char *fault;
  guint       status;
  WsHttpHead *head =
      ws_http_head_parse ((const guint8 *) text, strlen (text), &status, &fault);

  g_assert_nonnull (head);

  return head;
}

static void
test_get (void)
{
  g_autoptr (WsHttpHead) head =
      parse_text (REQUEST "Host: \t a b \t\r\nX-A: 1\r\nx-a:2\r\nX-A:\r\nEmpty:\r\n\r\n");
  g_autofree char *combined = ws_http_head_get_combined (head, "X-a");
  g_autofree char *single = ws_http_head_get_combined (head, "host");
  g_autofree char *missing = ws_http_head_get_combined (head, "None");

  g_test_summary ("Field names are case-insensitive, and values are trimmed.");

  g_assert_cmpstr (ws_http_head_get (head, "HOST"), ==, "a b");
  g_assert_cmpstr (ws_http_head_get (head, "x-A"), ==, "1");
  g_assert_cmpstr (ws_http_head_get (head, "Empty"), ==, "");
  g_assert_null (ws_http_head_get (head, "Hos"));
  g_assert_null (ws_http_head_get (head, "Hosts"));
  g_assert_cmpuint (ws_http_head_count (head, "X-A"), ==, 3);
  g_assert_cmpuint (ws_http_head_count (head, "host"), ==, 1);
  g_assert_cmpuint (ws_http_head_count (head, "None"), ==, 0);
  g_assert_cmpstr (combined, ==, "1, 2, ");
  g_assert_cmpstr (single, ==, "a b");
  g_assert_null (missing);
  g_assert_cmpstr (ws_http_head_get_header_text (head), ==,
                   "Host: \t a b \t\r\nX-A: 1\r\nx-a:2\r\nX-A:\r\nEmpty:\r\n");
}

static void
test_has_token (void)
{
  g_autoptr (WsHttpHead) head = parse_text (
      REQUEST "Connection: keep-alive ,\tUpgrade\r\nconnection: , ,close,\r\nB: up grade\r\n\r\n");

  g_test_summary ("A token is a whole list element, in any field of the name, case-insensitive.");

  g_assert_true (ws_http_head_has_token (head, "Connection", "upgrade"));
  g_assert_true (ws_http_head_has_token (head, "CONNECTION", "KEEP-ALIVE"));
  g_assert_true (ws_http_head_has_token (head, "Connection", "close"));
  g_assert_false (ws_http_head_has_token (head, "Connection", "keep"));
  g_assert_false (ws_http_head_has_token (head, "Connection", "grade"));
  g_assert_false (ws_http_head_has_token (head, "Connection", "upgrades"));
  g_assert_false (ws_http_head_has_token (head, "B", "grade"));
  g_assert_false (ws_http_head_has_token (head, "None", "upgrade"));
}

static void
test_is_token (void)
{
  g_test_summary ("Token characters are those of RFC 9110 §5.6.2.");

  for (guint byte = 1; byte < 256; byte++)
    {
      const char     string[] = { (char) byte, '\0' };
      const gboolean is_good =
          (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
          (byte >= 'A' && byte <= 'Z') || strchr ("!#$%&'*+-.^_`|~", (int) byte) != NULL;

      g_assert_true (ws_http_is_token (string) == is_good);
    }

  g_assert_false (ws_http_is_token (""));
  g_assert_true (ws_http_is_token ("Sec-WebSocket-Key"));
  g_assert_false (ws_http_is_token ("a b"));
  g_assert_true (ws_http_is_token_span ("ab cd", 2));
  g_assert_false (ws_http_is_token_span ("a\0b", 3));
  g_assert_false (ws_http_is_token_span ("", 0));
}

static void
test_list_next (void)
{
  const char              *list = " a,\tbc ,, d e,";
  static const char *const expected[] = { "a", "bc", "", "d e", "" };
  const char              *element;
  gsize                    length;
  guint                    count = 0;

  g_test_summary ("A list gives its elements trimmed, including the empty ones.");

  for (; ws_http_list_next (&list, &element, &length); count++)
    {
      g_assert_cmpuint (count, <, G_N_ELEMENTS (expected));
      g_assert_cmpmem (element, length, expected[count], strlen (expected[count]));
    }

  g_assert_cmpuint (count, ==, G_N_ELEMENTS (expected));
  g_assert_null (list);
}

static WsHttpHead *
parse_good (const char *text)
{
  const char *fault = NULL;
  guint       status = 0;
  WsHttpHead *head = ws_http_head_parse ((const guint8 *) text, strlen (text), &status, &fault);

  g_assert_cmpstr (fault, ==, NULL);
  return head;
}

static void
test_joined (void)
{
  g_autoptr (WsHttpHead) head = parse_good (REQUEST "A: b\r\nCookie: c=d\r\na: , e,\r\nX: 1\r\ncookie: f=g\r\n\r\n");
  g_autofree char *list = ws_http_head_get_list (head, "A");

  g_test_summary ("Several fields of one name form one list, Cookie's with semicolons; RFC 9110 §5.3.");

  g_assert_cmpstr (ws_http_head_get_joined (head, "x"), ==, "1");
  g_assert_cmpstr (ws_http_head_get_joined (head, "A"), ==, "b, , e,");
  g_assert_true (ws_http_head_get_joined (head, "A") == ws_http_head_get_joined (head, "a"));
  g_assert_cmpstr (ws_http_head_get_joined (head, "COOKIE"), ==, "c=d; f=g");
  g_assert_null (ws_http_head_get_joined (head, "B"));
  g_assert_cmpstr (list, ==, "b, e");
  g_assert_null (ws_http_head_get_list (head, "B"));
}

static void
test_target (void)
{
  static const struct
  {
    const char *target;
    const char *path;
    const char *host;
  } targets[] = {
    { "/a?b", "/a?b", "field" },
    { "*", "*", "field" },
    { "http://a:1/b?c", "/b?c", "a:1" },
    { "ws://[::1]", "/", "[::1]" },
    { "ws://a?b=c", "/?b=c", "a" },
    { "/a://b", "/a://b", "field" },
  };

  g_test_summary ("A target that is a full URI gives path and host; its host overrides the Host field.");

  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *text =
          g_strconcat ("GET ", targets[i].target, " HTTP/1.1\r\nHost: field\r\n\r\n", NULL);
      g_autoptr (WsHttpHead) head = parse_good (text);

      g_assert_cmpstr (ws_http_head_get_target (head), ==, targets[i].target);
      g_assert_cmpstr (ws_http_head_get_path (head), ==, targets[i].path);
      g_assert_cmpstr (ws_http_head_get_host (head), ==, targets[i].host);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/http-head/scan-and-parse/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }

  g_test_add_func ("/unit/protocol/http-head/scan/request-line-limit", test_request_line_limit);
  g_test_add_func ("/unit/protocol/http-head/scan/request-line-ceiling", test_request_line_ceiling);
  g_test_add_func ("/unit/protocol/http-head/scan/head-limit", test_head_limit);
  g_test_add_func ("/unit/protocol/http-head/scan/head-limit-tiny", test_head_limit_tiny);
  g_test_add_func ("/unit/protocol/http-head/scan/field-limit", test_field_limit);
  g_test_add_func ("/unit/protocol/http-head/scan/field-limit-of-one", test_field_limit_of_one);
  g_test_add_func ("/unit/protocol/http-head/scan/early", test_early);
  g_test_add_func ("/unit/protocol/http-head/scan/all-bytes-in-value", test_all_bytes_in_value);
  g_test_add_func ("/unit/protocol/http-head/parse/alone", test_parse_alone);
  g_test_add_func ("/unit/protocol/http-head/parse/changed", test_parse_changed);
  g_test_add_func ("/unit/protocol/http-head/parse/linear", test_parse_linear);
  g_test_add_func ("/unit/protocol/http-head/get/all", test_get);
  g_test_add_func ("/unit/protocol/http-head/has-token/all", test_has_token);
  g_test_add_func ("/unit/protocol/http-head/is-token/all", test_is_token);
  g_test_add_func ("/unit/protocol/http-head/list-next/all", test_list_next);
  g_test_add_func ("/unit/protocol/http-head/joined/all", test_joined);
  g_test_add_func ("/unit/protocol/http-head/target/all", test_target);

  return g_test_run ();
}
