/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-path-private.h"

typedef struct
{
  const char *target;
  const char *path; /* NULL: refused */
} PathCase;

static const PathCase path_cases[] = {
  { "/", "/" },
  { "/?a=/../b", "/" },
  { "/a", "/a" },
  { "/a/", "/a/" },
  { "/a/b.html?x#y", "/a/b.html" },
  { "/a%20b", "/a b" },
  { "/%41%c3%a4", "/A\303\244" },
  { "/a...b/..c/d..", "/a...b/..c/d.." },
  { "/...", "/..." },
  { "/.a", "/.a" },
  { "/%252e%252e/a", "/%2e%2e/a" },
  { "/a%3fb", "/a?b" },
  { "/a+b~c:d", "/a+b~c:d" },

  { "", NULL },
  { "a", NULL },
  { "*", NULL },
  { "?", NULL },
  { "//", NULL },
  { "//a", NULL },
  { "/a//b", NULL },
  { "/a//", NULL },
  { "/.", NULL },
  { "/..", NULL },
  { "/./", NULL },
  { "/../", NULL },
  { "/a/..", NULL },
  { "/a/../b", NULL },
  { "/a/./b", NULL },
  { "/%2e%2e/a", NULL },
  { "/.%2E/a", NULL },
  { "/%2E/a", NULL },
  { "/a%2fb", NULL },
  { "/..%2f..%2fa", NULL },
  { "/a\\b", NULL },
  { "/..\\a", NULL },
  { "/a%5Cb", NULL },
  { "/a%00", NULL },
  { "/a%00.html", NULL },
  { "/a%0a", NULL },
  { "/a%7f", NULL },
  { "/a%", NULL },
  { "/a%2", NULL },
  { "/a%2x", NULL },
  { "/a%x2", NULL },
  { "/a%?2e", NULL },
  { "/a\tb", NULL },
};

static void
test_decode (void)
{
  g_test_summary ("A target becomes a path once decoded, if no reading of it leaves the folder.");

  for (gsize i = 0; i < G_N_ELEMENTS (path_cases); i++)
    {
      g_autofree char *path = ws_http_path_decode (path_cases[i].target);

      g_test_message ("%s", path_cases[i].target);
      g_assert_cmpstr (path, ==, path_cases[i].path);
    }
}

static void
test_dot_files (void)
{
  g_test_summary ("An element that begins with a dot makes a path one of a dot file.");

  g_assert_true (ws_http_path_has_dot_file ("/.git/config"));
  g_assert_true (ws_http_path_has_dot_file (".git"));
  g_assert_true (ws_http_path_has_dot_file ("/a/.b"));
  g_assert_false (ws_http_path_has_dot_file ("/a.b/c."));
  g_assert_false (ws_http_path_has_dot_file ("/"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/protocol/http-path/decode", test_decode);
  g_test_add_func ("/unit/protocol/http-path/dot-files", test_dot_files);

  return g_test_run ();
}
