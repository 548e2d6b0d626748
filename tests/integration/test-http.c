/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* HTTP requests beside the WebSocket: connections that are kept, bodies, deferred answers. */

#define GET(target) "GET " target " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(fields) "POST /form HTTP/1.1\r\nHost: a\r\n" fields "\r\n"

/* Answers with the method, the target and the body of the request. */
static void
echo_cb (WsServer      *server,
         WsConnection  *connection,
         WsHttpRequest *request,
         gpointer       user_data)
{
  GBytes     *request_body = ws_http_request_get_request_body (request);
  gsize       length = 0;
  const char *data = request_body != NULL ? g_bytes_get_data (request_body, &length) : "";
  char       *text = g_strdup_printf ("%s %s %.*s", ws_http_request_get_method (request),
                                      ws_http_request_get_request_uri (request), (int) length, data);
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));

  ws_http_request_set_status_code (request, 200);
  ws_http_request_set_body (request, body);
}

static WsTestServer *
listen_with_echo (const char *setting)
{
  WsTestServer *server = ws_test_server_new_listening (setting, NULL);

  g_signal_connect (server->server, "http-request", G_CALLBACK (echo_cb), NULL);
  return server;
}

static void
assert_answer (WsTestClient *client,
               guint         status,
               const char   *body,
               const char   *connection)
{
  g_autoptr (WsTestResponse) response = ws_test_client_read_response (client);
  gsize       length;
  const char *data = g_bytes_get_data (response->body, &length);

  g_assert_cmpuint (response->status, ==, status);
  g_assert_cmpstr (ws_test_response_get (response, "connection"), ==, connection);
  if (body != NULL)
    g_assert_cmpmem (data, length, body, strlen (body));
}

/* --- connections that are kept --------------------------------------------------------------- */

static void
test_ten_requests (void)
{
  g_autoptr (WsTestServer) server = listen_with_echo (NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("One connection serves ten requests, one after the other.");

  for (guint i = 0; i < 10; i++)
    {
      ws_test_client_send_string (client, GET ("/file"));
      assert_answer (client, 200, "GET /file ", NULL);
    }
  g_assert_cmpuint (ws_test_server_count (server, "connection-request"), ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, "http-request #1"), ==, 10);
  g_assert_false (client->eof);
}

static void
test_pipelined (void)
{
  g_autoptr (WsTestServer) server = listen_with_echo ("MaxHttpBodySize=10");
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("Requests that are sent without waiting are answered in order, and none is lost.");

  ws_test_client_send_string (client, GET ("/1") POST ("Content-Length: 2\r\n") "ab" GET ("/3")
                                          POST ("Transfer-Encoding: chunked\r\n") "2\r\ncd\r\n0\r\n\r\n"
                                                                                  "\r\n" GET ("/5"));
  assert_answer (client, 200, "GET /1 ", NULL);
  assert_answer (client, 200, "POST /form ab", NULL);
  assert_answer (client, 200, "GET /3 ", NULL);
  assert_answer (client, 200, "POST /form cd", NULL);
  assert_answer (client, 200, "GET /5 ", NULL);
}

static void
test_pipelined_many (void)
{
  const guint n_requests = 3000;
  g_autoptr (WsTestServer) server = listen_with_echo (NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (GString) requests = g_string_new (NULL);

  g_test_summary ("Thousands of requests in one piece are answered one by one.");

  for (guint i = 0; i < n_requests; i++)
    g_string_append_printf (requests, "GET /%u HTTP/1.1\r\nHost: a\r\n\r\n", i);
  ws_test_client_send (client, requests->str, requests->len);
  for (guint i = 0; i < n_requests; i++)
    {
      g_autofree char *expected = g_strdup_printf ("GET /%u ", i);

      assert_answer (client, 200, expected, NULL);
    }
}

static void
test_byte_by_byte (void)
{
  static const char text[] =
      GET ("/1") POST ("Transfer-Encoding: chunked\r\n") "2;x\r\ncd\r\n0\r\nA: b\r\n\r\n" GET ("/3");
  g_autoptr (WsTestServer) server = listen_with_echo ("MaxHttpBodySize=10");
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("Requests and bodies that arrive byte by byte are the same.");

  ws_test_client_send_slowly (client, text, strlen (text));
  assert_answer (client, 200, "GET /1 ", NULL);
  assert_answer (client, 200, "POST /form cd", NULL);
  assert_answer (client, 200, "GET /3 ", NULL);
}

typedef struct
{
  const char *name;
  const char *request;
  const char *connection; /* field of the response */
  gboolean    ends;
} Persistence;

static const Persistence persistences[] = {
  { "new", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", NULL, FALSE },
  { "new-close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "close", TRUE },
  { "new-keep-alive", "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", NULL, FALSE },
  { "old", "GET / HTTP/1.0\r\n\r\n", "close", TRUE },
  { "old-keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive", FALSE },
};

static void
test_persistence (gconstpointer user_data)
{
  const Persistence *test = user_data;
  g_autoptr (WsTestServer) server = listen_with_echo (NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("The version and Connection decide whether the connection is kept.");

  ws_test_client_send_string (client, test->request);
  assert_answer (client, 200, "GET / ", test->connection);
  if (test->ends)
    {
      ws_test_client_assert_eof (client);
      return;
    }

  ws_test_client_send_string (client, GET ("/again"));
  assert_answer (client, 200, "GET /again ", NULL);
}

static void
test_upgrade_after_page (void)
{
  g_autoptr (WsTestServer) server = listen_with_echo (NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("A WebSocket opens on a connection that has brought a page.");

  server->echo = TRUE;
  ws_test_client_send_string (client, GET ("/page"));
  assert_answer (client, 200, "GET /page ", NULL);
  ws_test_client_open (client, "/socket", NULL);
  ws_test_client_send_text (client, "hello");
  ws_test_client_assert_text (client, "hello");
  g_assert_cmpstr (ws_connection_get_request_uri (ws_test_server_get (server, 1)), ==, "/socket");
}

static void
test_upgrade_pipelined (void)
{
  g_autoptr (WsTestServer) server = listen_with_echo (NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autofree char *handshake = ws_test_handshake ("/socket", NULL);
  g_autofree char *both = g_strconcat (GET ("/page"), handshake, NULL);
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A page and a handshake in one piece are answered in order.");

  ws_test_client_send_string (client, both);
  assert_answer (client, 200, "GET /page ", NULL);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 101);
  ws_test_server_wait_for (server, "connected #1");
}

static void
test_unused (void)
{
  g_autoptr (WsTestServer) server = listen_with_echo ("HandshakeTimeout=1");
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("A kept connection without another request ends at HandshakeTimeout, without a 408.");

  ws_test_client_send_string (client, GET ("/"));
  assert_answer (client, 200, "GET / ", NULL);
  ws_test_client_assert_eof (client);
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
}

static void
test_half_request (void)
{
  g_autoptr (WsTestServer) server = listen_with_echo ("HandshakeTimeout=1");
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("The next request has HandshakeTimeout as well.");

  ws_test_client_send_string (client, GET ("/") "GET / HT");
  assert_answer (client, 200, "GET / ", NULL);
  assert_answer (client, 408, NULL, "close");
  ws_test_client_assert_eof (client);
}

static void
test_client_leaves (void)
{
  g_autoptr (WsTestServer) server = listen_with_echo (NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("A client that leaves a kept connection has done nothing wrong.");

  ws_test_client_send_string (client, GET ("/"));
  assert_answer (client, 200, "GET / ", NULL);
  ws_test_client_half_close (client);
  ws_test_client_assert_eof (client);
  ws_test_wait_until (ws_test_server_get_n_clients (server) == 0);
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 0);
}

static void
test_error_closes (void)
{
  g_autoptr (WsTestServer) server = listen_with_echo (NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("Behind a request that is refused nothing is read.");

  ws_test_client_send_string (client, GET ("/1") "GET  / HTTP/1.1\r\n\r\n" GET ("/3"));
  assert_answer (client, 200, "GET /1 ", NULL);
  assert_answer (client, 400, NULL, "close");
  ws_test_client_assert_eof (client);
  g_assert_cmpuint (ws_test_server_count (server, "http-request"), ==, 1);
}

/* --- bodies ---------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  const char *request;
  guint       status;
  const char *body; /* of the response, or NULL */
} BodyCase;

static const BodyCase body_cases[] = {
  { "length", POST ("Content-Length: 5\r\n") "hello", 200, "POST /form hello" },
  { "empty", POST ("Content-Length: 0\r\n"), 200, "POST /form " },
  { "none", POST (""), 200, "POST /form " },
  { "limit", POST ("Content-Length: 8\r\n") "12345678", 200, "POST /form 12345678" },
  { "over-limit", POST ("Content-Length: 9\r\n") "123456789", 413, NULL },
  { "chunked", POST ("Transfer-Encoding: chunked\r\n") "5\r\nhello\r\n0\r\n\r\n", 200, "POST /form hello" },
  { "chunked-over-limit", POST ("Transfer-Encoding: chunked\r\n") "5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n", 413,
    NULL },
  { "put", "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 200, "PUT /a x" },
  { "delete", "DELETE /a HTTP/1.1\r\nHost: a\r\n\r\n", 200, "DELETE /a " },
  { "options-asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 200, "OPTIONS * " },
  { "get-with-body", "GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 200, "GET /a x" },
  { "connect", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 405, NULL },
  { "both", POST ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") "0\r\n\r\n", 400, NULL },
  { "two-lengths", POST ("Content-Length: 5\r\nContent-Length: 6\r\n") "hello", 400, NULL },
  { "identity", POST ("Transfer-Encoding: identity\r\n"), 400, NULL },
  { "old-chunked", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, NULL },
  { "bare-lf", "POST / HTTP/1.1\nHost: a\n\n", 400, NULL },
  { "folded", POST ("X-A: b\r\n c\r\n"), 400, NULL },
  { "chunk-lf", POST ("Transfer-Encoding: chunked\r\n") "5\nhello\n0\n\n", 400, NULL },
  { "chunk-too-long", POST ("Transfer-Encoding: chunked\r\n") "4\r\nhello\r\n0\r\n\r\n", 400, NULL },
  { "expectation", POST ("Expect: tea\r\nContent-Length: 1\r\n") "x", 417, NULL },
};

static void
test_body (gconstpointer user_data)
{
  const BodyCase *test = user_data;
  g_autoptr (WsTestServer) server = listen_with_echo ("MaxHttpBodySize=8");
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("A handler gets every method with its body; what is doubtful is refused and closed.");

  ws_test_client_send_string (client, test->request);
  assert_answer (client, test->status, test->body, test->status == 200 ? NULL : "close");
  if (test->status != 200)
    {
      ws_test_client_assert_eof (client);
      g_assert_cmpuint (ws_test_server_count (server, "http-request"), ==, 0);
      return;
    }

  ws_test_client_send_string (client, GET ("/next"));
  assert_answer (client, 200, "GET /next ", NULL);
}

static void
test_no_bodies (void)
{
  static const char *const requests[] = {
    POST ("Content-Length: 1\r\n") "x",
    POST ("Transfer-Encoding: chunked\r\n") "0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
  };
  g_autoptr (WsTestServer) server = listen_with_echo (NULL);

  g_test_summary ("Without MaxHttpBodySize every body is refused with 413.");

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_connect (server);

      ws_test_client_send_string (client, requests[i]);
      assert_answer (client, 413, NULL, "close");
      ws_test_client_assert_eof (client);
    }
  g_assert_cmpuint (ws_test_server_count (server, "http-request"), ==, 0);
}

static void
test_large_body (void)
{
  const gsize length = 3 * 1024 * 1024;
  g_autoptr (WsTestServer) server = listen_with_echo ("MaxHttpBodySize=4194304");
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autofree char *pattern = ws_test_pattern (length);
  g_autofree char *expected = g_strconcat ("POST /form ", pattern, NULL);
  g_autofree char *head = g_strdup_printf (POST ("Content-Length: %" G_GSIZE_FORMAT "\r\n"), length);

  g_test_summary ("A body of many reads arrives whole.");

  ws_test_client_send_string (client, head);
  ws_test_client_send (client, pattern, length);
  assert_answer (client, 200, expected, NULL);
}

static void
test_continue (void)
{
  static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
  g_autoptr (WsTestServer) server = listen_with_echo ("MaxHttpBodySize=8");
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("A client that asks before it sends its body is told to go on.");

  ws_test_client_send_string (client, POST ("Expect: 100-continue\r\nContent-Length: 5\r\n"));
  ws_test_wait_until (client->input->len >= strlen (interim));
  g_assert_cmpmem (client->input->data, client->input->len, interim, strlen (interim));
  g_byte_array_set_size (client->input, 0);
  ws_test_client_send_string (client, "hello");
  assert_answer (client, 200, "POST /form hello", NULL);

  /* A body over the limit need not be sent at all. */
  ws_test_client_send_string (client, POST ("Expect: 100-continue\r\nContent-Length: 9\r\n"));
  assert_answer (client, 413, NULL, "close");
  ws_test_client_assert_eof (client);
}

static void
test_body_silence (void)
{
  g_autoptr (WsTestServer) server = listen_with_echo ("HandshakeTimeout=1");
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("A body that stops coming is answered 408 after HandshakeTimeout.");

  ws_test_server_config (server, "MaxHttpBodySize=8");
  client = ws_test_server_connect (server);
  ws_test_client_send_string (client, POST ("Content-Length: 8\r\n") "half");
  assert_answer (client, 408, NULL, "close");
  ws_test_client_assert_eof (client);
}

typedef struct
{
  WsTestClient *client;
  guint         n_sent;
} Upload;

static gboolean
upload_cb (gpointer user_data)
{
  Upload *upload = user_data;

  ws_test_client_send (upload->client, "x", 1);
  upload->n_sent++;
  return upload->n_sent < 8 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
test_body_steady (void)
{
  g_autoptr (WsTestServer) server = listen_with_echo ("HandshakeTimeout=1");
  g_autoptr (WsTestClient) client = NULL;
  Upload upload = { NULL, 0 };

  g_test_summary ("A body that comes steadily may take longer than HandshakeTimeout.");

  ws_test_server_config (server, "MaxHttpBodySize=8");
  client = ws_test_server_connect (server);
  upload.client = client;
  ws_test_client_send_string (client, POST ("Content-Length: 8\r\n"));
  g_timeout_add (250, upload_cb, &upload);
  assert_answer (client, 200, "POST /form xxxxxxxx", NULL);
  g_assert_cmpuint (upload.n_sent, ==, 8);
}

static void
test_options_without_handler (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("OPTIONS, with which load balancers check a server, is answered with 204 and the methods.");

  ws_test_server_stop_recording (server, "http-request");
  client = ws_test_server_connect (server);
  ws_test_client_send_string (client, "OPTIONS / HTTP/1.0\r\n\r\n");
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 204);
  g_assert_cmpstr (ws_test_response_get (response, "allow"), ==, "GET, HEAD, OPTIONS");
  ws_test_client_assert_eof (client);
}

static void
test_unanswered (void)
{
  static const char *const methods[] = { "POST", "PUT", "DELETE", "PATCH" };
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);

  g_test_summary ("Methods that no handler answers, and those without a handler, are answered 405.");

  for (guint i = 0; i < 2 * G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_connect (server);
      g_autofree char *request = g_strconcat (methods[i % G_N_ELEMENTS (methods)],
                                              " / HTTP/1.1\r\nHost: a\r\n\r\n", NULL);

      if (i == G_N_ELEMENTS (methods))
        ws_test_server_stop_recording (server, "http-request");
      ws_test_client_send_string (client, request);
      assert_answer (client, 405, NULL, "close");
      ws_test_client_assert_eof (client);
    }
  g_assert_cmpuint (ws_test_server_count (server, "http-request"), ==, G_N_ELEMENTS (methods));
}

/* --- deferred answers ------------------------------------------------------------------------ */

static void
defer_cb (WsServer      *server,
          WsConnection  *connection,
          WsHttpRequest *request,
          gpointer       user_data)
{
  WsHttpRequest **kept = user_data;

  if (!g_str_has_prefix (ws_http_request_get_request_uri (request), "/late"))
    return;

  ws_http_request_defer (request);
  g_set_object (kept, request);
}

typedef struct
{
  WsTestServer  *server;
  WsTestClient  *client;
  WsHttpRequest *request;
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  fixture->server = ws_test_server_new_listening (user_data, NULL);
  g_signal_connect (fixture->server->server, "http-request", G_CALLBACK (defer_cb), &fixture->request);
  fixture->client = ws_test_server_connect (fixture->server);
  ws_test_client_send_string (fixture->client, GET ("/late") GET ("/other"));
  ws_test_wait_until (fixture->request != NULL);
  ws_test_settle ();
  g_assert_cmpuint (fixture->client->n_received_bytes, ==, 0);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  ws_test_client_free (fixture->client);
  ws_test_settle ();
  if (fixture->request != NULL)
    g_assert_finalize_object (fixture->request);
  ws_test_server_free (fixture->server);
}

static void
set_answer (WsHttpRequest *request)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("done", 4);

  ws_http_request_set_status_code (request, 200);
  ws_http_request_set_body (request, body);
}

static void
test_complete (Fixture      *fixture,
               gconstpointer user_data)
{
  g_test_summary ("A deferred request is answered when it is completed, and the next one after it.");

  set_answer (fixture->request);
  g_assert_true (ws_http_request_complete (fixture->request));
  assert_answer (fixture->client, 200, "done", NULL);
  g_assert_false (ws_http_request_complete (fixture->request));
  g_assert_false (ws_http_request_is_cancelled (fixture->request));
  assert_answer (fixture->client, 426, NULL, "close, Upgrade");
}

static void
test_complete_unanswered (Fixture      *fixture,
                          gconstpointer user_data)
{
  g_test_summary ("A request that is completed without an answer gets the one it would have had.");

  g_assert_true (ws_http_request_complete (fixture->request));
  assert_answer (fixture->client, 426, NULL, "close, Upgrade");
  ws_test_client_assert_eof (fixture->client);
}

static void
test_dropped (Fixture      *fixture,
              gconstpointer user_data)
{
  g_test_summary ("A deferred request that is dropped is answered 500.");

  g_clear_object (&fixture->request);
  assert_answer (fixture->client, 500, NULL, "close");
  ws_test_client_assert_eof (fixture->client);
}

static void
test_never (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("A deferred request that is not completed within HandshakeTimeout is answered 503.");

  assert_answer (fixture->client, 503, NULL, "close");
  ws_test_client_assert_eof (fixture->client);
  g_assert_true (ws_http_request_is_cancelled (fixture->request));
  g_assert_false (ws_http_request_complete (fixture->request));
}

static void
count_cb (guint *n_calls)
{
  (*n_calls)++;
}

static void
test_cancelled (Fixture      *fixture,
                gconstpointer user_data)
{
  guint n_calls = 0;

  g_test_summary ("A deferred request of a client that leaves is cancelled.");

  g_signal_connect_swapped (fixture->request, "notify::cancelled", G_CALLBACK (count_cb), &n_calls);
  ws_test_client_reset (fixture->client);
  ws_test_wait_until (ws_http_request_is_cancelled (fixture->request));
  g_assert_cmpuint (n_calls, ==, 1);
  g_assert_false (ws_http_request_complete (fixture->request));
}

static void
complete_at_once_cb (WsServer      *server,
                     WsConnection  *connection,
                     WsHttpRequest *request,
                     gpointer       user_data)
{
  ws_http_request_defer (request);
  set_answer (request);
  g_assert_true (ws_http_request_complete (request));
}

static void
test_complete_at_once (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("Requests that are deferred and completed in the handler are answered once each.");

  g_signal_connect (server->server, "http-request", G_CALLBACK (complete_at_once_cb), NULL);
  ws_test_client_send_string (client, GET ("/1") GET ("/2") GET ("/3"));
  for (guint i = 0; i < 3; i++)
    assert_answer (client, 200, "done", NULL);
  ws_test_settle ();
  g_assert_cmpuint (client->input->len, ==, 0);
}

static void
stop_cb (WsServer      *server,
         WsConnection  *connection,
         WsHttpRequest *request,
         gpointer       user_data)
{
  ws_connection_close (connection, 1000, NULL, NULL);
}

static void
test_close_in_handler (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("A handler may close the connection instead of answering.");

  g_signal_connect (server->server, "http-request", G_CALLBACK (stop_cb), NULL);
  ws_test_client_send_string (client, GET ("/1") GET ("/2"));
  ws_test_wait_until (client->eof);
  g_assert_cmpuint (client->input->len, ==, 0);
}

#define ADD_DEFERRED(path, setting, test) \
 g_test_add ("/integration/http/deferred/" path, Fixture, setting, fixture_set_up, test, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/http/keep/ten-requests", test_ten_requests);
  g_test_add_func ("/integration/http/keep/pipelined", test_pipelined);
  g_test_add_func ("/integration/http/keep/pipelined-many", test_pipelined_many);
  g_test_add_func ("/integration/http/keep/byte-by-byte", test_byte_by_byte);
  g_test_add_func ("/integration/http/keep/upgrade", test_upgrade_after_page);
  g_test_add_func ("/integration/http/keep/upgrade-pipelined", test_upgrade_pipelined);
  g_test_add_func ("/integration/http/keep/unused", test_unused);
  g_test_add_func ("/integration/http/keep/half-request", test_half_request);
  g_test_add_func ("/integration/http/keep/client-leaves", test_client_leaves);
  g_test_add_func ("/integration/http/keep/error-closes", test_error_closes);
  for (gsize i = 0; i < G_N_ELEMENTS (persistences); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/http/persistence/", persistences[i].name, NULL);

      g_test_add_data_func (path, &persistences[i], test_persistence);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (body_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/http/body/case/", body_cases[i].name, NULL);

      g_test_add_data_func (path, &body_cases[i], test_body);
    }
  g_test_add_func ("/integration/http/body/none-allowed", test_no_bodies);
  g_test_add_func ("/integration/http/body/large", test_large_body);
  g_test_add_func ("/integration/http/body/continue", test_continue);
  g_test_add_func ("/integration/http/body/silence", test_body_silence);
  g_test_add_func ("/integration/http/body/steady", test_body_steady);
  g_test_add_func ("/integration/http/unanswered", test_unanswered);
  g_test_add_func ("/integration/http/options", test_options_without_handler);

  ADD_DEFERRED ("complete", NULL, test_complete);
  ADD_DEFERRED ("complete-unanswered", NULL, test_complete_unanswered);
  ADD_DEFERRED ("dropped", NULL, test_dropped);
  ADD_DEFERRED ("never", "HandshakeTimeout=1", test_never);
  ADD_DEFERRED ("cancelled", NULL, test_cancelled);
  g_test_add_func ("/integration/http/deferred/complete-at-once", test_complete_at_once);
  g_test_add_func ("/integration/http/close-in-handler", test_close_in_handler);

  return g_test_run ();
}
