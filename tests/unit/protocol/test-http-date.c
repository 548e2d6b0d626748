/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-date-private.h"

typedef struct
{
  const char *text;
  gint64      seconds;
} DateCase;

/* The first is the example of RFC 9110 §5.6.7. */
static const DateCase date_cases[] = {
  { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
  { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
  { "Wed, 31 Dec 1969 23:59:59 GMT", -1 },
  { "Tue, 29 Feb 2000 12:00:00 GMT", 951825600 },
  { "Mon, 01 Mar 2100 00:00:00 GMT", 4107542400 },
  { "Tue, 19 Jan 2038 03:14:08 GMT", 2147483648 },
  { "Mon, 01 Jan 0001 00:00:00 GMT", -62135596800 },
  { "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799 },
};

static void
test_format (void)
{
  g_test_summary ("A time becomes the date of RFC 9110, and the date the time.");

  for (gsize i = 0; i < G_N_ELEMENTS (date_cases); i++)
    {
      g_autofree char *text = ws_http_date_format (date_cases[i].seconds);
      gint64           seconds = 77;

      g_assert_cmpstr (text, ==, date_cases[i].text);
      g_assert_true (ws_http_date_parse (text, &seconds));
      g_assert_cmpint (seconds, ==, date_cases[i].seconds);
    }
}

static void
test_every_day (void)
{
  g_test_summary ("Each day of 400 years has the date that GLib calculates.");

  for (gint64 day = -73000; day < 73100; day++)
    {
      const gint64 seconds = day * 86400 + 86399;
      g_autoptr (GDateTime) expected = g_date_time_new_from_unix_utc (seconds);
      g_autofree char *text = ws_http_date_format (seconds);
      g_autofree char *date = g_date_time_format_iso8601 (expected);
      gint64           parsed = 0;

      g_assert_true (ws_http_date_parse (text, &parsed));
      g_assert_cmpint (parsed, ==, seconds);
      g_assert_cmpint (g_ascii_strtoll (date, NULL, 10), ==, g_ascii_strtoll (text + 12, NULL, 10));
      g_assert_cmpint (g_date_time_get_day_of_month (expected), ==, g_ascii_strtoll (text + 5, NULL, 10));
    }
}

static void
test_obsolete (void)
{
  static const DateCase cases[] = {
    { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
    { "Sun Nov  6 08:49:37 1994", 784111777 },
    { "Thursday, 01-Jan-70 00:00:00 GMT", 0 },
    { "Tuesday, 31-Dec-69 00:00:00 GMT", 3155673600 },
    { "Wed Nov 16 08:49:37 1994", 784975777 },
    { "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 }, /* a leap second */
  };

  g_test_summary ("The obsolete forms of a date are read as well.");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 seconds = 77;

      g_assert_true (ws_http_date_parse (cases[i].text, &seconds));
      g_assert_cmpint (seconds, ==, cases[i].seconds);
    }
}

static void
test_invalid (void)
{
  static const char *const texts[] = {
    "",
    "0",
    "Sun",
    "Sun,",
    "Sun, ",
    "Sun, 06 Nov 1994",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 29 Feb 1900 08:49:37 GMT",
    "Sun, 06 Nov 0000 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov -994 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sun Nov 06 08:49:37 94",
    "Sun Nov 6 08:49:37 1994",
    "Sun Nov  6 08:49:37 1994 GMT",
    "784111777",
  };

  g_test_summary ("What is no date is not read as one.");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gint64 seconds = 77;

      g_assert_false (ws_http_date_parse (texts[i], &seconds));
      g_assert_cmpint (seconds, ==, 77);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/protocol/http-date/format", test_format);
  g_test_add_func ("/unit/protocol/http-date/every-day", test_every_day);
  g_test_add_func ("/unit/protocol/http-date/obsolete", test_obsolete);
  g_test_add_func ("/unit/protocol/http-date/invalid", test_invalid);

  return g_test_run ();
}
