/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-select-private.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *fields;
  const char *expected; /* status offset+length */
} SelectCase;

#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define THEN "Sun, 06 Nov 1994 08:49:37 GMT"
#define AFTER "Sun, 06 Nov 1994 08:49:38 GMT"

/* 10 bytes with the tag "abc" that were changed at THEN. */
static const SelectCase select_cases[] = {
  { "plain", "", "200 0+10" },

  { "none-match", "If-None-Match: \"abc\"\r\n", "304 0+0" },
  { "none-match-weak", "If-None-Match: W/\"abc\"\r\n", "304 0+0" },
  { "none-match-list", "If-None-Match: \"x\", \"abc\"\r\n", "304 0+0" },
  { "none-match-lines", "If-None-Match: \"x\"\r\nIf-None-Match: \"abc\"\r\n", "304 0+0" },
  { "none-match-any", "If-None-Match: *\r\n", "304 0+0" },
  { "none-match-other", "If-None-Match: \"abcd\"\r\n", "200 0+10" },
  { "none-match-unquoted", "If-None-Match: abc\r\n", "200 0+10" },
  { "none-match-precedes", "If-None-Match: \"x\"\r\nIf-Modified-Since: " AFTER "\r\n", "200 0+10" },
  { "modified-since", "If-Modified-Since: " THEN "\r\n", "304 0+0" },
  { "modified-since-after", "If-Modified-Since: " AFTER "\r\n", "304 0+0" },
  { "modified-since-before", "If-Modified-Since: " BEFORE "\r\n", "200 0+10" },
  { "modified-since-nonsense", "If-Modified-Since: tomorrow\r\n", "200 0+10" },

  { "match", "If-Match: \"abc\"\r\n", "200 0+10" },
  { "match-any", "If-Match: *\r\n", "200 0+10" },
  { "match-weak", "If-Match: W/\"abc\"\r\n", "412 0+0" },
  { "match-weak-and-strong", "If-Match: W/\"abc\", \"abc\"\r\n", "200 0+10" },
  { "match-other", "If-Match: \"x\"\r\n", "412 0+0" },
  { "unmodified-since", "If-Unmodified-Since: " THEN "\r\n", "200 0+10" },
  { "unmodified-since-before", "If-Unmodified-Since: " BEFORE "\r\n", "412 0+0" },
  { "match-precedes", "If-Match: \"abc\"\r\nIf-Unmodified-Since: " BEFORE "\r\n", "200 0+10" },

  { "range", "Range: bytes=2-4\r\n", "206 2+3" },
  { "range-one", "Range: bytes=0-0\r\n", "206 0+1" },
  { "range-whole", "Range: bytes=0-9\r\n", "206 0+10" },
  { "range-open", "Range: bytes=7-\r\n", "206 7+3" },
  { "range-suffix", "Range: bytes=-3\r\n", "206 7+3" },
  { "range-long-suffix", "Range: bytes=-30\r\n", "206 0+10" },
  { "range-empty-suffix", "Range: bytes=-0\r\n", "416 0+0" },
  { "range-clipped", "Range: bytes=5-99999999999999999999999999\r\n", "206 5+5" },
  { "range-beyond", "Range: bytes=10-\r\n", "416 0+0" },
  { "range-far-beyond", "Range: bytes=99999999999999999999999999-\r\n", "416 0+0" },
  { "range-unit", "Range: BYTES=2-4\r\n", "206 2+3" },
  { "range-other-unit", "Range: pages=2-4\r\n", "200 0+10" },
  { "range-reversed", "Range: bytes=4-2\r\n", "200 0+10" },
  { "range-two", "Range: bytes=0-1,3-4\r\n", "200 0+10" },
  { "range-repeated", "Range: bytes=0-1\r\nRange: bytes=3-4\r\n", "200 0+10" },
  { "range-nothing", "Range: bytes=\r\n", "200 0+10" },
  { "range-dash", "Range: bytes=-\r\n", "200 0+10" },
  { "range-words", "Range: bytes=a-b\r\n", "200 0+10" },
  { "range-sign", "Range: bytes=+1-4\r\n", "200 0+10" },
  { "range-space", "Range: bytes=1 -4\r\n", "200 0+10" },
  { "range-if-etag", "Range: bytes=2-4\r\nIf-Range: \"abc\"\r\n", "206 2+3" },
  { "range-if-weak-etag", "Range: bytes=2-4\r\nIf-Range: W/\"abc\"\r\n", "200 0+10" },
  { "range-if-other-etag", "Range: bytes=2-4\r\nIf-Range: \"x\"\r\n", "200 0+10" },
  { "range-if-date", "Range: bytes=2-4\r\nIf-Range: " THEN "\r\n", "206 2+3" },
  { "range-if-later-date", "Range: bytes=2-4\r\nIf-Range: " AFTER "\r\n", "200 0+10" },
  { "range-and-none-match", "Range: bytes=2-4\r\nIf-None-Match: \"abc\"\r\n", "304 0+0" },
};

static char *
select_part (const char                 *method,
             const char                 *fields,
             const WsHttpRepresentation *representation)
{
  g_autofree char *text = g_strconcat (method, " / HTTP/1.1\r\nHost: a\r\n", fields, "\r\n", NULL);
  const char      *fault = NULL;
  guint            status = 0;
  g_autoptr (WsHttpHead) head = ws_http_head_parse ((const guint8 *) text, strlen (text), &status, &fault);
  WsHttpSelection selection;

  g_assert_nonnull (head);
  selection = ws_http_select (head, representation);
  return g_strdup_printf ("%u %" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT, selection.status, selection.offset,
                          selection.length);
}

static void
test_select (gconstpointer user_data)
{
  static const WsHttpRepresentation representation = { 10, "\"abc\"", 784111777 };
  const SelectCase                 *test = user_data;
  g_autofree char                  *selection = select_part ("GET", test->fields, &representation);

  g_test_summary ("Conditions and range of a request select the status and the part.");

  g_assert_cmpstr (selection, ==, test->expected);
}

static void
test_head (void)
{
  static const WsHttpRepresentation representation = { 10, "\"abc\"", 784111777 };
  g_autofree char                  *range = select_part ("HEAD", "Range: bytes=2-4\r\n", &representation);
  g_autofree char                  *match = select_part ("HEAD", "If-None-Match: \"abc\"\r\n", &representation);

  g_test_summary ("A HEAD request has conditions and no range.");

  g_assert_cmpstr (range, ==, "200 0+10");
  g_assert_cmpstr (match, ==, "304 0+0");
}

static void
test_bare (void)
{
  static const WsHttpRepresentation empty = { 0, NULL, WS_HTTP_UNKNOWN_TIME };
  g_autofree char                  *plain = select_part ("GET", "", &empty);
  g_autofree char                  *range = select_part ("GET", "Range: bytes=0-\r\n", &empty);
  g_autofree char                  *suffix = select_part ("GET", "Range: bytes=-5\r\n", &empty);
  g_autofree char                  *match = select_part ("GET", "If-Match: \"abc\"\r\n", &empty);
  g_autofree char                  *since = select_part ("GET", "If-Modified-Since: " AFTER "\r\n", &empty);

  g_test_summary ("Without bytes, tag and time there is nothing to compare and no range.");

  g_assert_cmpstr (plain, ==, "200 0+0");
  g_assert_cmpstr (range, ==, "416 0+0");
  g_assert_cmpstr (suffix, ==, "416 0+0");
  g_assert_cmpstr (match, ==, "412 0+0");
  g_assert_cmpstr (since, ==, "200 0+0");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (select_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/http-select/request/", select_cases[i].name, NULL);

      g_test_add_data_func (path, &select_cases[i], test_select);
    }
  g_test_add_func ("/unit/protocol/http-select/head", test_head);
  g_test_add_func ("/unit/protocol/http-select/bare", test_bare);

  return g_test_run ();
}
