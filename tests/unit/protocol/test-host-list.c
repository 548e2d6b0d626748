/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-host-list-private.h"

#include <string.h>

typedef struct
{
  const char *list;
  const char *authority;
  gboolean    matches;
  const char *scheme; /* NULL: unknown */
} HostCase;

static const HostCase host_cases[] = {
  { "", "a.example", FALSE },
  { "*", "a.example", TRUE },
  { "*", "a.example:8080", TRUE },
  { "*", NULL, FALSE },
  { "*", "", FALSE },
  { "*", ":80", FALSE },
  { "*", "a b", FALSE },
  { "*", "user@a.example", FALSE },
  { "a.example", "a.example", TRUE },
  { "a.example", "A.Example", TRUE },
  { "A.example", "a.example", TRUE },
  { "a.example", "a.example:8080", TRUE },
  { "a.example", "a.example:", TRUE },
  { "a.example", "a.example.", TRUE },
  { "a.example.", "a.example:80", TRUE },
  { "a.example", "a.example.evil.example", FALSE },
  { "a.example", "evil-a.example", FALSE },
  { "a.example", "b.example", FALSE },
  { " b.example ,a.example, ", "a.example", TRUE },
  { "*.a.example", "www.a.example", TRUE },
  { "*.a.example", "a.example", FALSE },
  { "b\303\274cher.example", "xn--bcher-kva.example", TRUE },

  { "a.example:8080", "a.example:8080", TRUE },
  { "a.example:8080", "a.example:8081", FALSE },
  { "a.example:8080", "a.example", FALSE },
  { "a.example:80", "a.example", TRUE },
  { "a.example:80", "a.example", TRUE, "http" },
  { "a.example:80", "a.example", FALSE, "https" },
  { "a.example:443", "a.example", TRUE },
  { "a.example:443", "a.example", FALSE, "http" },
  { "a.example:443", "a.example:", TRUE, "https" },
  { "a.example:80*", "a.example:8080", TRUE },
  { "a.example:*", "a.example:1", TRUE },

  { "127.0.0.1", "127.0.0.1:8080", TRUE },
  { "127.0.0.*", "127.0.0.1", TRUE },
  { "127.0.0.1", "127.0.0.1.nip.example", FALSE },
  { "[::1]", "[::1]:8080", TRUE },
  { "[::1]:8080", "[::1]", FALSE },
  { "[0:0::1]", "[::1]", TRUE },
  { "[::1]", "[0:0:0:0:0:0:0:1]:80", TRUE },
  { "[2001:DB8::1]", "[2001:db8::1]", TRUE },
  { "[2001:db8:*]", "[2001:db8::1]", TRUE },
  { "[::1]", "[::1", FALSE },
  { "[::1]", "::1", FALSE },
};

static void
test_matches (void)
{
  g_test_summary ("Hosts match as browsers write them, at the port of the entry if it has one");

  for (gsize i = 0; i < G_N_ELEMENTS (host_cases); i++)
    {
      const HostCase  *match = &host_cases[i];
      g_autofree char *fault = NULL;
      g_autoptr (WsHostList) list = ws_host_list_new (match->list, &fault);

      g_test_message ("%s: %s", match->list, match->authority != NULL ? match->authority : "-");
      g_assert_cmpstr (fault, ==, NULL);
      g_assert_cmpint (ws_host_list_matches (list, match->authority, match->scheme), ==, match->matches);
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
    { "http://a.example", "\"http://a.example\" begins with a scheme" },
    { "a.example, a.example/chat", "\"a.example/chat\" is not HOST" },
    { "a.example:0", "port" },
    { "a.example:65536", "port" },
    { "a.example:http", "port" },
    { ":80", "is not HOST" },
    { "a b.example", "is not HOST" },
    { "a.example b.example", "is not HOST" },
    { "user@a.example", "is not HOST" },
    { "::1", "in brackets" },
    { "fe80::1", "in brackets" },
    { "[::1", "not" },
    { "[a]", "is not HOST" },
    { "127.1", "whole IPv4 address" },
    { "a.256", "whole IPv4 address" },
    { "\377.example", "UTF-8" },
  };

  g_test_summary ("An entry that no request could match is refused with its name and a reason");

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *fault = NULL;

      g_assert_null (ws_host_list_new (refused[i].list, &fault));
      g_test_message ("%s", fault);
      g_assert_nonnull (strstr (fault, refused[i].fault));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/protocol/host-list/matches", test_matches);
  g_test_add_func ("/unit/protocol/host-list/refused", test_refused);

  return g_test_run ();
}
