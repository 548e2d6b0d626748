/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-origin-list-private.h"

#include <string.h>

typedef struct
{
  const char *list;
  const char *origin;
  const char *host;
  gboolean    matches;
  const char *scheme; /* of the request; NULL: unknown */
} MatchCase;

static const MatchCase match_cases[] = {
  { "*", "https://any.example", NULL, TRUE },
  { "", "https://any.example", NULL, FALSE },
  { "https://a.example", "https://a.example", NULL, TRUE },
  { "https://a.example", "HTTPS://A.Example", NULL, TRUE },
  { "https://A.example", "https://a.example", NULL, TRUE },
  { "https://a.example", "http://a.example", NULL, FALSE },
  { "https://a.example", "https://a.example:8443", NULL, FALSE },
  { "https://a.example", "https://a.example.evil.example", NULL, FALSE },
  { "https://b.example, https://a.example", "https://a.example", NULL, TRUE },
  { "https://a.example:443", "https://a.example", NULL, TRUE },
  { "http://a.example:80", "http://a.example", NULL, TRUE },
  { "http://a.example:443", "http://a.example:443", NULL, TRUE },
  { "http://a.example:443", "http://a.example", NULL, FALSE },
  { "wss://a.example", "https://a.example", NULL, TRUE },
  { "ws://a.example:80", "http://a.example", NULL, TRUE },
  { "https://*.a.example", "https://www.a.example", NULL, TRUE },
  { "https://*.a.example", "https://a.example", NULL, FALSE },
  { "http://localhost:*", "http://localhost:5173", NULL, TRUE },
  { "http://localhost:*", "http://localhost", NULL, FALSE },
  { "*://localhost", "https://localhost", NULL, TRUE },
  { "http://[::1]:8080", "http://[::1]:8080", NULL, TRUE },
  { "https://b\303\274cher.example", "https://xn--bcher-kva.example", NULL, TRUE },
  { "https://B\303\234CHER.example", "https://xn--bcher-kva.example", NULL, TRUE },
  { "null", "null", NULL, TRUE },
  { "NULL", "null", NULL, TRUE },
  { "https://a.example", "null", NULL, FALSE },
  { "file://", "file://", NULL, TRUE },
  { "FILE://", "file://", NULL, TRUE },
  { "file://", "null", NULL, FALSE },
  { "capacitor://localhost", "capacitor://localhost", NULL, TRUE },
  { "app://-", "app://-", NULL, TRUE },
  { "chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop", NULL, TRUE },
  { "moz-extension://*", "moz-extension://9f3c-11", NULL, TRUE },

  { "self", "http://a.example", "a.example", TRUE },
  { "self", "https://a.example", "a.example", TRUE },
  { "self", "https://a.example", "A.Example:443", TRUE },
  { "self", "http://a.example:80", "a.example", TRUE },
  { "self", "http://a.example", "a.example:", TRUE },
  { "self", "http://a.example:8080", "a.example:8080", TRUE },
  { "self", "http://[::1]:8080", "[::1]:8080", TRUE },
  { "self", "http://[::1]", "[::1]:80", TRUE },
  { "self", "http://a.example:8080", "a.example", FALSE },
  { "self", "http://a.example", "a.example:8080", FALSE },
  { "self", "https://a.example", "a.example:80", FALSE },
  { "self", "http://evil.example", "a.example", FALSE },
  { "self", "null", "a.example", FALSE },
  { "self", "http://a.example", NULL, FALSE },
  { "self", "file://", "", FALSE },
  { "Self, null", "null", "a.example", TRUE },

  { "self", "https://a.example", "a.example", TRUE, "https" },
  { "self", "http://a.example", "a.example", FALSE, "https" },
  { "self", "https://a.example", "a.example", FALSE, "http" },
  { "http://b.example, self", "http://b.example", "a.example", TRUE, "https" },
};

static void
test_matches (void)
{
  g_test_summary ("Origins match in the form that browsers send; self is the host of the request.");

  for (gsize i = 0; i < G_N_ELEMENTS (match_cases); i++)
    {
      const MatchCase *match = &match_cases[i];
      g_autofree char *fault = NULL;
      g_autoptr (WsOriginList) list = ws_origin_list_new (match->list, &fault);

      g_test_message ("%s: %s at %s", match->list, match->origin, match->host != NULL ? match->host : "-");
      g_assert_cmpstr (fault, ==, NULL);
      g_assert_nonnull (list);
      g_assert_cmpint (ws_origin_list_matches (list, match->origin, match->host, match->scheme), ==,
                       match->matches);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *list;
    const char *fault; /* a part of it */
  } refused[] = {
    { "a.example", "\"a.example\" is not SCHEME://HOST" },
    { "https://a.example, b.example", "\"b.example\"" },
    { "https://a.example/", "slash" },
    { "https://a.example/chat", "behind the host" },
    { "https://a.example?x", "behind the host" },
    { "file:///home", "behind the host" },
    { "https://", "no host" },
    { "http://:80", "no host" },
    { "file://:1", "no host" },
    { "https://a b.example", "no host" },
    { "https://user@a.example", "no host" },
    { "https://[::1", "no host" },
    { "https://[a]", "no host" },
    { "https://a.example:0", "port" },
    { "https://a.example:65536", "port" },
    { "https://a.example:http", "port" },
    { "1http://a.example", "is not SCHEME" },
    { "https://a.example;https://b.example", "behind the host" },
    { "https://\377.example", "UTF-8" },
    { "about:blank", "is not SCHEME" },
  };

  g_test_summary ("An entry that no browser's Origin could match is refused with its name and a reason.");

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *fault = NULL;
      WsOriginList    *list = ws_origin_list_new (refused[i].list, &fault);

      g_test_message ("%s", fault);
      g_assert_null (list);
      g_assert_nonnull (fault);
      g_assert_nonnull (strstr (fault, refused[i].fault));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/protocol/origin-list/matches", test_matches);
  g_test_add_func ("/unit/protocol/origin-list/refused", test_refused);

  return g_test_run ();
}
