/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pages-resources.h"
#include "ws-test-server.h"

/* Files, folders and resources as pages beside the WebSocket. */

#define RESOURCE_PATH "/org/wsserver/pages"

/* A folder with everything that a folder may hold, in another one that holds a secret. */
typedef struct
{
  WsTestServer *server;
  char         *outer;
  char         *folder;
} Fixture;

static char *
get_path (Fixture    *fixture,
          const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void
write_file (Fixture    *fixture,
            const char *name,
            const char *content)
{
  g_autofree char *path = get_path (fixture, name);

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static void
make_folder (Fixture    *fixture,
             const char *name)
{
  g_autofree char *path = get_path (fixture, name);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
}

static void
make_link (Fixture    *fixture,
           const char *name,
           const char *target)
{
  g_autofree char *path = get_path (fixture, name);

  g_assert_cmpint (symlink (target, path), ==, 0);
}

static void
serve (Fixture    *fixture,
       const char *path)
{
  g_autoptr (GFile) folder = g_file_new_for_path (fixture->folder);
  g_autoptr (GError) error = NULL;

  g_assert_true (ws_server_serve_folder (fixture->server->server, path, folder, &error));
  g_assert_no_error (error);
}

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  g_autofree char *pipe_path = NULL;
  g_autofree char *secret = NULL;

  fixture->outer = g_dir_make_tmp ("ws-test-XXXXXX", NULL);
  fixture->folder = g_build_filename (fixture->outer, "page", NULL);
  secret = g_build_filename (fixture->outer, "secret.txt", NULL);
  pipe_path = get_path (fixture, "pipe");
  g_assert_cmpint (g_mkdir (fixture->folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (secret, "secret", -1, NULL));
  write_file (fixture, "index.html", "<p>page");
  write_file (fixture, "app.js", "go ();");
  write_file (fixture, "style.css", "p { }");
  write_file (fixture, "picture.png", "\x89PNG");
  write_file (fixture, "data.bin", "0123456789");
  write_file (fixture, "a b%2f.txt", "odd name");
  write_file (fixture, "empty.txt", "");
  write_file (fixture, ".hidden", "hidden");
  make_folder (fixture, "sub");
  make_folder (fixture, "none");
  make_folder (fixture, ".git");
  write_file (fixture, "sub/index.html", "<p>sub");
  write_file (fixture, "sub/x.txt", "x");
  write_file (fixture, ".git/config", "hidden");
  make_link (fixture, "inside.txt", "sub/x.txt");
  make_link (fixture, "outside.txt", "../secret.txt");
  make_link (fixture, "outer", "..");
  make_link (fixture, "to-hidden", ".hidden");
  make_link (fixture, ".dot-link", "app.js");
  make_link (fixture, "loop", "loop");
  make_link (fixture, "passwd", "/etc/passwd");
  make_link (fixture, "null", "/dev/null");
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);

  fixture->server = ws_test_server_new_listening (user_data, NULL);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_folder (child);
      else
        g_assert_cmpint (g_unlink (child), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  ws_test_server_free (fixture->server);
  remove_folder (fixture->outer);
  g_free (fixture->outer);
  g_free (fixture->folder);
}

static WsTestResponse *
request (WsTestClient *client,
         const char   *method,
         const char   *target,
         const char   *fields)
{
  g_autofree char *text = g_strconcat (method, " ", target, " HTTP/1.1\r\nHost: a\r\n", fields != NULL ? fields : "", "\r\n", NULL);

  ws_test_client_send_string (client, text);
  return ws_test_client_read_response (client);
}

static void
assert_body (WsTestResponse *response,
             const char     *expected)
{
  g_assert_cmpmem (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body), expected,
                   strlen (expected));
}

/* --- folders --------------------------------------------------------------------------------- */

typedef struct
{
  const char *target;
  const char *body; /* NULL: 404 */
  const char *type;
} Page;

static const Page pages[] = {
  { "/", "<p>page", "text/html; charset=utf-8" },
  { "/index.html?v=1", "<p>page", "text/html; charset=utf-8" },
  { "/app.js", "go ();", "text/javascript; charset=utf-8" },
  { "/style.css", "p { }", "text/css; charset=utf-8" },
  { "/picture.png", "\x89PNG", "image/png" },
  { "/data.bin", "0123456789", "application/octet-stream" },
  { "/a%20b%252f.txt", "odd name", "text/plain; charset=utf-8" },
  { "/empty.txt", "", "text/plain; charset=utf-8" },
  { "/sub/", "<p>sub", "text/html; charset=utf-8" },
  { "/sub/x.txt", "x", "text/plain; charset=utf-8" },
  { "/inside.txt", "x", "text/plain; charset=utf-8" },

  { "/none/", NULL, NULL },
  { "/nothing", NULL, NULL },
  { "/app.js/", NULL, NULL },
  { "/app.js/x", NULL, NULL },
  { "/../secret.txt", NULL, NULL },
  { "/sub/../../secret.txt", NULL, NULL },
  { "/%2e%2e/secret.txt", NULL, NULL },
  { "/..%2fsecret.txt", NULL, NULL },
  { "/%2e%2e%2fsecret.txt", NULL, NULL },
  { "/..%5csecret.txt", NULL, NULL },
  { "/..\\secret.txt", NULL, NULL },
  { "/%252e%252e/secret.txt", NULL, NULL },
  { "/%252e%252e%252fsecret.txt", NULL, NULL },
  { "//etc/passwd", NULL, NULL },
  { "/%2fetc/passwd", NULL, NULL },
  { "/index.html%00.txt", NULL, NULL },
  { "/outside.txt", NULL, NULL },
  { "/outer/secret.txt", NULL, NULL },
  { "/outer/page/index.html", "<p>page", "text/html; charset=utf-8" },
  { "/passwd", NULL, NULL },
  { "/null", NULL, NULL },
  { "/loop", NULL, NULL },
  { "/pipe", NULL, NULL },
  { "/.hidden", NULL, NULL },
  { "/%2ehidden", NULL, NULL },
  { "/.git/config", NULL, NULL },
  { "/to-hidden", NULL, NULL },
  { "/.dot-link", NULL, NULL },
};

static void
check_page (WsTestResponse *response,
            const Page     *page)
{
  if (page->body == NULL)
    {
      g_assert_cmpuint (response->status, ==, 404);
      assert_body (response, "404 Not Found\n");
      return;
    }

  g_assert_cmpuint (response->status, ==, 200);
  assert_body (response, page->body);
  g_assert_cmpstr (ws_test_response_get (response, "content-type"), ==, page->type);
  g_assert_cmpstr (ws_test_response_get (response, "x-content-type-options"), ==, "nosniff");
  g_assert_cmpstr (ws_test_response_get (response, "accept-ranges"), ==, "bytes");
  g_assert_cmpstr (ws_test_response_get (response, "cache-control"), ==, "no-cache");
  g_assert_nonnull (ws_test_response_get (response, "etag"));
  g_assert_nonnull (ws_test_response_get (response, "last-modified"));
  g_assert_nonnull (ws_test_response_get (response, "date"));
}

static void
test_folder (Fixture      *fixture,
             gconstpointer user_data)
{
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("A folder has its files, and nothing outside of it, whatever the spelling; on one connection.");

  serve (fixture, "/");
  client = ws_test_server_connect (fixture->server);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autoptr (WsTestResponse) response = request (client, "GET", pages[i].target, NULL);

      g_test_message ("%s", pages[i].target);
      check_page (response, &pages[i]);
    }
  g_assert_cmpuint (ws_test_server_count (fixture->server, "connection-request"), ==, 1);
}

static void
test_dot_files (Fixture      *fixture,
                gconstpointer user_data)
{
  static const Page dot_pages[] = {
    { "/.hidden", "hidden", "application/octet-stream" },
    { "/.git/config", "hidden", "application/octet-stream" },
    { "/to-hidden", "hidden", "application/octet-stream" },
    { "/.dot-link", "go ();", "application/octet-stream" },
    { "/..", NULL, NULL },
    { "/.nothing", NULL, NULL },
  };
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("With ServeDotFiles a folder has its dot files as well.");

  serve (fixture, "/");
  client = ws_test_server_connect (fixture->server);
  for (guint i = 0; i < G_N_ELEMENTS (dot_pages); i++)
    {
      g_autoptr (WsTestResponse) response = request (client, "GET", dot_pages[i].target, NULL);

      check_page (response, &dot_pages[i]);
    }
}

static void
test_redirect (Fixture      *fixture,
               gconstpointer user_data)
{
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) folder = NULL;
  g_autoptr (WsTestResponse) query = NULL;
  g_autoptr (WsTestResponse) root = NULL;

  g_test_summary ("The path of a folder without a slash at the end is redirected, with its query.");

  serve (fixture, "/page/");
  client = ws_test_server_connect (fixture->server);
  folder = request (client, "GET", "/page/sub", NULL);
  query = request (client, "GET", "/page/s%75b?a=b", NULL);
  root = request (client, "GET", "/page", NULL);
  g_assert_cmpuint (folder->status, ==, 301);
  g_assert_cmpstr (ws_test_response_get (folder, "location"), ==, "/page/sub/");
  g_assert_cmpuint (query->status, ==, 301);
  g_assert_cmpstr (ws_test_response_get (query, "location"), ==, "/page/s%75b/?a=b");
  g_assert_cmpuint (root->status, ==, 301);
  g_assert_cmpstr (ws_test_response_get (root, "location"), ==, "/page/");
}

static void
answer_cb (WsServer      *server,
           WsConnection  *connection,
           WsHttpRequest *http_request,
           gpointer       user_data)
{
  if (g_str_equal (ws_http_request_get_request_uri (http_request), "/app.js"))
    ws_http_request_set_status_code (http_request, 204);
}

static void
assert_status (WsTestClient *client,
               const char   *target,
               guint         status)
{
  g_autoptr (WsTestResponse) response = request (client, "GET", target, NULL);

  g_assert_cmpuint (response->status, ==, status);
}

static void
test_places (Fixture      *fixture,
             gconstpointer user_data)
{
  g_autofree char *sub_path = get_path (fixture, "sub");
  g_autoptr (GFile) sub = g_file_new_for_path (sub_path);
  g_autoptr (WsTestClient) client = ws_test_server_connect (fixture->server);
  g_autoptr (WsTestResponse) last = NULL;
  WsServer *server = fixture->server->server;

  g_test_summary ("Handlers come first, then the longest path; a path can be given up.");

  g_signal_connect (server, "http-request", G_CALLBACK (answer_cb), NULL);
  serve (fixture, "/");
  g_assert_true (ws_server_serve_folder (server, "/sub", sub, NULL));
  assert_status (client, "/app.js", 204);
  assert_status (client, "/style.css", 200);
  assert_status (client, "/sub/x.txt", 200);
  assert_status (client, "/sub/sub/x.txt", 404);
  assert_status (client, "/subject", 404);

  g_assert_true (ws_server_serve_folder (server, "/", sub, NULL));
  assert_status (client, "/x.txt", 200);
  assert_status (client, "/style.css", 404);

  g_assert_true (ws_server_serve_folder (server, "/", NULL, NULL));
  assert_status (client, "/sub/x.txt", 200);
  last = request (client, "GET", "/x.txt", NULL);
  g_assert_cmpuint (last->status, ==, 426);
  ws_test_client_assert_eof (client);
}

static void
test_methods (Fixture      *fixture,
              gconstpointer user_data)
{
  g_autoptr (WsTestClient) head_client = NULL;
  g_autoptr (WsTestClient) post_client = NULL;
  g_autoptr (WsTestResponse) head = NULL;
  g_autoptr (WsTestResponse) post = NULL;

  g_test_summary ("A folder answers GET and HEAD only.");

  serve (fixture, "/");
  head_client = ws_test_server_connect (fixture->server);
  head = request (head_client, "HEAD", "/data.bin", "Connection: close\r\n");
  g_assert_cmpuint (head->status, ==, 200);
  g_assert_cmpstr (ws_test_response_get (head, "content-length"), ==, "10");
  assert_body (head, "");
  ws_test_client_assert_eof (head_client);

  post_client = ws_test_server_connect (fixture->server);
  post = request (post_client, "POST", "/data.bin", NULL);
  g_assert_cmpuint (post->status, ==, 405);
  ws_test_client_assert_eof (post_client);
}

static void
test_conditions (Fixture      *fixture,
                 gconstpointer user_data)
{
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) first = NULL;
  g_autoptr (WsTestResponse) by_tag = NULL;
  g_autoptr (WsTestResponse) by_time = NULL;
  g_autoptr (WsTestResponse) changed = NULL;
  g_autofree char *tag_field = NULL;
  g_autofree char *time_field = NULL;

  g_test_summary ("A client that has the file is answered 304, until the file changes.");

  serve (fixture, "/");
  client = ws_test_server_connect (fixture->server);
  first = request (client, "GET", "/data.bin", NULL);
  tag_field = g_strdup_printf ("If-None-Match: %s\r\n", ws_test_response_get (first, "etag"));
  time_field = g_strdup_printf ("If-Modified-Since: %s\r\n", ws_test_response_get (first, "last-modified"));
  by_tag = request (client, "GET", "/data.bin", tag_field);
  by_time = request (client, "GET", "/data.bin", time_field);
  g_assert_cmpuint (by_tag->status, ==, 304);
  g_assert_cmpstr (ws_test_response_get (by_tag, "etag"), ==, ws_test_response_get (first, "etag"));
  g_assert_null (ws_test_response_get (by_tag, "content-length"));
  g_assert_cmpuint (by_time->status, ==, 304);

  write_file (fixture, "data.bin", "9876543210+");
  changed = request (client, "GET", "/data.bin", tag_field);
  g_assert_cmpuint (changed->status, ==, 200);
  assert_body (changed, "9876543210+");
}

static void
test_ranges (Fixture      *fixture,
             gconstpointer user_data)
{
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) part = NULL;
  g_autoptr (WsTestResponse) end = NULL;
  g_autoptr (WsTestResponse) beyond = NULL;
  g_autoptr (WsTestResponse) several = NULL;

  g_test_summary ("A range of a file is sent alone; one beyond its end is answered 416.");

  serve (fixture, "/");
  client = ws_test_server_connect (fixture->server);
  part = request (client, "GET", "/data.bin", "Range: bytes=2-4\r\n");
  end = request (client, "GET", "/data.bin", "Range: bytes=-2\r\n");
  beyond = request (client, "GET", "/data.bin", "Range: bytes=10-\r\n");
  several = request (client, "GET", "/data.bin", "Range: bytes=0-1,3-4\r\n");
  g_assert_cmpuint (part->status, ==, 206);
  g_assert_cmpstr (ws_test_response_get (part, "content-range"), ==, "bytes 2-4/10");
  assert_body (part, "234");
  g_assert_cmpstr (ws_test_response_get (end, "content-range"), ==, "bytes 8-9/10");
  assert_body (end, "89");
  g_assert_cmpuint (beyond->status, ==, 416);
  g_assert_cmpstr (ws_test_response_get (beyond, "content-range"), ==, "bytes */10");
  assert_body (beyond, "");
  g_assert_cmpuint (several->status, ==, 200);
  assert_body (several, "0123456789");
}

static void
test_half_closed (Fixture      *fixture,
                  gconstpointer user_data)
{
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A client that ends its side behind the request gets the file.");

  serve (fixture, "/");
  client = ws_test_server_connect (fixture->server);
  ws_test_client_send_string (client, "GET /data.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  ws_test_client_half_close (client);
  response = ws_test_client_read_response (client);
  assert_body (response, "0123456789");
  ws_test_client_assert_eof (client);
}

static void
test_arguments (Fixture      *fixture,
                gconstpointer user_data)
{
  WsServer        *server = fixture->server->server;
  g_autofree char *file_path = get_path (fixture, "app.js");
  g_autofree char *no_path = get_path (fixture, "nothing");
  g_autoptr (GFile) folder = g_file_new_for_path (fixture->folder);
  g_autoptr (GFile) file = g_file_new_for_path (file_path);
  g_autoptr (GFile) nothing = g_file_new_for_path (no_path);
  g_autoptr (GFile) remote = g_file_new_for_uri ("http://127.0.0.1/");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Only a folder of this machine is served, below a path that begins with a slash.");

  g_assert_false (ws_server_serve_folder (server, "page", folder, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (ws_server_serve_folder (server, "/", file, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (ws_server_serve_folder (server, "/", nothing, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (ws_server_serve_folder (server, "/", remote, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_OPERATION_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (ws_server_serve_resource (server, "/", NULL, "/no/such/path", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (ws_server_serve_resource (server, "", NULL, RESOURCE_PATH, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
}

/* --- resources ------------------------------------------------------------------------------- */

static void
check_resource (GResource *resource)
{
  static const char script[] = "console.log(\"page\");\n";
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) first = NULL;
  g_autoptr (WsTestResponse) again = NULL;
  g_autoptr (WsTestResponse) part = NULL;
  g_autoptr (WsTestResponse) redirect = NULL;
  g_autofree char *tag_field = NULL;

  g_assert_true (ws_server_serve_resource (server->server, "/", resource, RESOURCE_PATH, NULL));
  first = request (client, "GET", "/words.txt", NULL);
  g_assert_cmpuint (first->status, ==, 200);
  g_assert_cmpstr (ws_test_response_get (first, "content-type"), ==, "text/plain; charset=utf-8");
  g_assert_null (ws_test_response_get (first, "last-modified"));
  assert_body (first, script);

  tag_field = g_strdup_printf ("If-None-Match: %s\r\n", ws_test_response_get (first, "etag"));
  again = request (client, "GET", "/words.txt", tag_field);
  g_assert_cmpuint (again->status, ==, 304);
  part = request (client, "GET", "/words.txt", "Range: bytes=8-10\r\n");
  g_assert_cmpuint (part->status, ==, 206);
  assert_body (part, "log");
  redirect = request (client, "GET", "/sub", NULL);
  g_assert_cmpuint (redirect->status, ==, 301);
  g_assert_cmpstr (ws_test_response_get (redirect, "location"), ==, "/sub/");
  assert_status (client, "/", 200);
  assert_status (client, "/sub/", 200);
  assert_status (client, "/nothing", 404);
  assert_status (client, "/sub/../words.txt", 404);

  g_assert_true (ws_server_serve_folder (server->server, "/", NULL, NULL));
  assert_status (client, "/words.txt", 426);
}

static void
test_resource (void)
{
  g_test_summary ("A resource is served as a folder is.");
  check_resource (pages_get_resource ());
}

static void
test_registered_resource (void)
{
  g_test_summary ("Registered resources are served without naming one.");
  check_resource (NULL);
}

/* --- one file -------------------------------------------------------------------------------- */

typedef struct
{
  GFile  *file;
  guint   status; /* to be set before, or 0 */
  int     code;   /* of the error, or 0 */
  GError *error;
} Answer;

static void
respond_file_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsHttpRequest *http_request,
                 gpointer       user_data)
{
  Answer *answer = user_data;

  if (answer->status != 0)
    ws_http_request_set_status_code (http_request, answer->status);
  g_assert_cmpint (ws_http_request_respond_file (http_request, answer->file, &answer->error), ==,
                   answer->error == NULL);
}

static WsTestResponse *
respond_with_file (Fixture    *fixture,
                   Answer     *answer,
                   const char *fields)
{
  g_autoptr (WsTestClient) client = ws_test_server_connect (fixture->server);
  gulong          handler = g_signal_connect (fixture->server->server, "http-request",
                                              G_CALLBACK (respond_file_cb), answer);
  WsTestResponse *response = request (client, "GET", "/anything", fields);

  g_signal_handler_disconnect (fixture->server->server, handler);
  return response;
}

static void
test_file (Fixture      *fixture,
           gconstpointer user_data)
{
  g_autofree char *path = get_path (fixture, "data.bin");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  Answer answer = { .file = file };
  g_autoptr (WsTestResponse) whole = respond_with_file (fixture, &answer, NULL);
  g_autoptr (WsTestResponse) part = respond_with_file (fixture, &answer, "Range: bytes=5-\r\n");
  g_autoptr (WsTestResponse) custom = NULL;

  g_test_summary ("A handler answers with a file, which may also be the body of a 404.");

  g_assert_no_error (answer.error);
  g_assert_cmpuint (whole->status, ==, 200);
  assert_body (whole, "0123456789");
  g_assert_cmpuint (part->status, ==, 206);
  assert_body (part, "56789");

  answer.status = 404;
  custom = respond_with_file (fixture, &answer, "Range: bytes=5-\r\n");
  g_assert_cmpuint (custom->status, ==, 404);
  assert_body (custom, "0123456789");
}

static void
test_file_of_resource (Fixture      *fixture,
                       gconstpointer user_data)
{
  g_autoptr (GFile) file = g_file_new_for_uri ("resource://" RESOURCE_PATH "/words.txt");
  Answer answer = { .file = file };
  g_autoptr (WsTestResponse) response = respond_with_file (fixture, &answer, NULL);

  g_test_summary ("A handler answers with a file of a resource.");

  g_assert_no_error (answer.error);
  assert_body (response, "console.log(\"page\");\n");
  g_assert_cmpstr (ws_test_response_get (response, "content-type"), ==, "text/plain; charset=utf-8");
}

static void
test_no_file (Fixture      *fixture,
              gconstpointer user_data)
{
  static const struct
  {
    const char *uri;
    int         code;
  } cases[] = {
    { "nothing", WS_ERROR_INVALID_ARGUMENT },
    { "sub", WS_ERROR_INVALID_ARGUMENT },
    { "pipe", WS_ERROR_INVALID_ARGUMENT },
    { "null", WS_ERROR_INVALID_ARGUMENT },
    { "loop", WS_ERROR_TOO_MANY_LINKS },
    { "resource:///no/such/file", WS_ERROR_INVALID_ARGUMENT },
    { "http://127.0.0.1/", WS_ERROR_OPERATION_NOT_SUPPORTED },
  };

  guint n_slow = 0;

  g_test_summary ("What is no file is an error of the call, and the answer is what it would have been.");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = get_path (fixture, cases[i].uri);
      g_autoptr (GFile) file = strchr (cases[i].uri, ':') != NULL ? g_file_new_for_uri (cases[i].uri)
                                                                  : g_file_new_for_path (path);
      Answer answer = { .file = file };
      g_autoptr (WsTestResponse) response = respond_with_file (fixture, &answer, NULL);

      /* Opening took longer than the call waits, so that the client was told. */
      if (answer.error == NULL && n_slow++ < 20)
        {
          g_assert_cmpuint (response->status, ==, 404);
          i--;
          continue;
        }
      g_assert_error (answer.error, WS_ERROR, cases[i].code);
      g_assert_cmpuint (response->status, ==, 426);
      g_clear_error (&answer.error);
    }
}

#define ADD(path, setting, test) \
 g_test_add ("/integration/http-pages/" path, Fixture, setting, fixture_set_up, test, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("folder/pages", NULL, test_folder);
  ADD ("folder/dot-files", "ServeDotFiles=True", test_dot_files);
  ADD ("folder/redirect", NULL, test_redirect);
  ADD ("folder/places", NULL, test_places);
  ADD ("folder/methods", NULL, test_methods);
  ADD ("folder/conditions", NULL, test_conditions);
  ADD ("folder/ranges", NULL, test_ranges);
  ADD ("folder/half-closed", NULL, test_half_closed);
  ADD ("arguments", NULL, test_arguments);
  g_test_add_func ("/integration/http-pages/resource/given", test_resource);
  g_test_add_func ("/integration/http-pages/resource/registered", test_registered_resource);
  ADD ("file/answer", NULL, test_file);
  ADD ("file/resource", NULL, test_file_of_resource);
  ADD ("file/errors", NULL, test_no_file);

  return g_test_run ();
}
