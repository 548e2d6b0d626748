/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* The opening handshake as a client and as the application see it. Refusals of single requests
 * are in test-refusals.c. */

static void
test_order (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("One client from accept to close emits its signals in the documented order.");

  server = ws_test_server_new_listening (NULL, NULL);
  client = ws_test_server_connect (server);
  ws_test_client_open (client, "/chat?room=1", NULL);
  ws_test_client_send_text (client, "hello");
  ws_test_server_wait_for (server, "data-in");
  ws_test_client_send_close (client, 1000, "bye");
  ws_test_client_assert_close (client, 1000, NULL);
  ws_test_client_assert_eof (client);
  ws_test_server_wait_for (server, "disconnected");
  ws_test_settle ();

  ws_test_server_assert_events (server,
                                "connection-request 127.0.0.1",
                                "web-socket-open-request #1 /chat?room=1",
                                "connected #1",
                                "ready-to-send #1",
                                "data-in #1 text \"hello\" eom",
                                "disconnected #1 1000 \"bye\"",
                                NULL);
}

static void
test_slowly (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *handshake = ws_test_handshake ("/slow", NULL);

  g_test_summary ("A handshake that arrives byte by byte opens the connection with its last byte.");

  server = ws_test_server_new_listening (NULL, NULL);
  client = ws_test_server_connect (server);
  ws_test_client_send_slowly (client, handshake, strlen (handshake) - 1);
  g_assert_cmpuint (client->n_received_bytes, ==, 0);
  ws_test_server_assert_events (server, "connection-request 127.0.0.1", NULL);

  ws_test_client_send (client, "\n", 1);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 101);
  ws_test_server_wait_for (server, "connected #1");
}

static void
test_pipelined (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *handshake = ws_test_handshake ("/", NULL);

  g_test_summary ("Frames sent together with the handshake arrive after connected, in order.");

  for (guint i = 0; i < 3; i++)
    {
      const char text[] = { (char) ('a' + i), '\0' };
      g_autoptr (GByteArray) frame = NULL;

      frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, text, 1);
      if (i == 0)
        g_byte_array_append (bytes, (const guint8 *) handshake, (guint) strlen (handshake));
      g_byte_array_append (bytes, frame->data, frame->len);
    }

  server = ws_test_server_new_listening (NULL, NULL);
  server->echo = TRUE;
  client = ws_test_server_connect (server);
  ws_test_client_send (client, bytes->data, bytes->len);
  ws_test_response_free (ws_test_client_read_response (client));
  ws_test_client_assert_text (client, "a");
  ws_test_client_assert_text (client, "b");
  ws_test_client_assert_text (client, "c");

  ws_test_server_assert_events (server,
                                "connection-request 127.0.0.1",
                                "web-socket-open-request #1 /",
                                "connected #1",
                                "ready-to-send #1",
                                "data-in #1 text \"a\" eom",
                                "data-in #1 text \"b\" eom",
                                "data-in #1 text \"c\" eom",
                                NULL);
}

static void
test_drop_at_every_byte (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autofree char *handshake = ws_test_handshake ("/", NULL);
  gsize            length = strlen (handshake);

  g_test_summary ("A client that leaves anywhere inside its handshake leaves nothing behind.");

  server = ws_test_server_new_listening (NULL, NULL);
  for (gsize cut = 0; cut < length; cut++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_connect (server);

      ws_test_client_send (client, handshake, cut);
      ws_test_settle ();
      if (cut % 2 == 0)
        ws_test_client_reset (client);
      else
        ws_test_client_close (client);
      ws_test_settle ();
    }

  g_assert_cmpuint (ws_test_server_count (server, "connection-request"), ==, length);
  g_assert_cmpuint (ws_test_server_count (server, "web-socket-open-request"), ==, 0);
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 0);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 0);
  ws_test_wait_until (ws_test_server_get_n_clients (server) == 0);
}

static void
check_request_cb (WsServer      *server,
                  WsConnection  *connection,
                  WsOpenRequest *request,
                  gpointer       user_data)
{
  guint *n_calls = user_data;

  g_assert_cmpstr (ws_open_request_get_request_uri (request), ==, "/path?q=1");
  g_assert_cmpstr (ws_open_request_get_host_header (request), ==, "localhost");
  g_assert_cmpstr (ws_open_request_get_origin_header (request), ==, "https://example.org");
  g_assert_cmpstr (ws_open_request_get_sub_protocols (request), ==, "chat, superchat");
  g_assert_cmpstr (ws_open_request_get_extensions (request), ==, "x-unknown; a=1");
  g_assert_cmpuint (ws_open_request_get_status_code (request), ==, 101);
  g_assert_cmpstr (ws_open_request_get_response_headers (request), ==, "");
  g_assert_cmpstr (ws_open_request_get_request_header (request, "COOKIE"), ==, "a=b");
  g_assert_null (ws_open_request_get_request_header (request, "X-None"));
  g_assert_nonnull (strstr (ws_open_request_get_request_headers (request), "Cookie: a=b\r\n"));
  g_assert_false (ws_open_request_is_cancelled (request));
  g_assert_false (ws_connection_get_connected (connection));
  (*n_calls)++;
}

static void
test_request_properties (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  WsConnection *connection;
  g_autoptr (GSocketAddress) remote_address = NULL;
  guint n_calls = 0;

  g_test_summary ("The open request, and then the connection, have the fields of the client's request.");

  server = ws_test_server_new_listening (NULL, NULL);
  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (check_request_cb),
                    &n_calls);
  client = ws_test_server_connect (server);
  ws_test_client_open (client, "/path?q=1",
                       "Origin: https://example.org\r\n"
                       "Sec-WebSocket-Protocol: chat, superchat\r\n"
                       "Sec-WebSocket-Extensions: x-unknown; a=1\r\n"
                       "Cookie: a=b\r\n");
  ws_test_server_wait_for (server, "connected");
  g_assert_cmpuint (n_calls, ==, 1);

  connection = ws_test_server_get (server, 1);
  g_assert_true (ws_connection_get_connected (connection));
  g_assert_cmpstr (ws_connection_get_request_uri (connection), ==, "/path?q=1");
  g_assert_cmpstr (ws_connection_get_host (connection), ==, "localhost");
  g_assert_cmpstr (ws_connection_get_origin (connection), ==, "https://example.org");
  g_assert_cmpstr (ws_connection_get_sub_protocols (connection), ==, "chat, superchat");
  g_assert_cmpstr (ws_connection_get_sub_protocol (connection), ==, "");
  g_assert_cmpstr (ws_connection_get_extensions (connection), ==, "");
  g_assert_nonnull (strstr (ws_connection_get_request_headers (connection), "Cookie: a=b\r\n"));
  g_assert_cmpstr (ws_connection_get_remote_host (connection), ==, "127.0.0.1");
  g_assert_cmpuint (ws_connection_get_remote_port (connection), ==,
                    ws_test_client_get_port (client));
  remote_address = ws_connection_get_remote_address (connection);
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (remote_address)), ==,
                    ws_test_client_get_port (client));
  g_assert_cmpstr (ws_connection_get_local_address (connection), ==, "127.0.0.1");
  g_assert_cmpuint (ws_connection_get_local_port (connection), ==, server->port);
}

typedef struct
{
  const char *sub_protocols;    /* NULL: left alone */
  const char *response_headers; /* NULL: left alone */
  guint       status;           /* 0: left alone */
} Answer;

static void
answer_cb (WsServer      *server,
           WsConnection  *connection,
           WsOpenRequest *request,
           gpointer       user_data)
{
  const Answer *answer = user_data;

  if (answer->sub_protocols != NULL)
    ws_open_request_set_sub_protocols (request, answer->sub_protocols);
  if (answer->response_headers != NULL)
    ws_open_request_set_response_headers (request, answer->response_headers);
  if (answer->status != 0)
    ws_open_request_set_status_code (request, answer->status);
}

static WsTestResponse *
open_with_answer (WsTestServer *server,
                  WsTestClient *client,
                  Answer       *answer)
{
  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (answer_cb), answer);
  ws_test_client_send_handshake (client, "/", "Sec-WebSocket-Protocol: chat, superchat\r\n");
  return ws_test_client_read_response (client);
}

static void
test_sub_protocol (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  Answer answer = { .sub_protocols = "superchat" };

  g_test_summary ("The subprotocol that a handler selects is answered and read from the connection.");

  server = ws_test_server_new_listening (NULL, NULL);
  client = ws_test_server_connect (server);
  response = open_with_answer (server, client, &answer);

  g_assert_cmpuint (response->status, ==, 101);
  g_assert_cmpstr (ws_test_response_get (response, "sec-websocket-protocol"), ==, "superchat");
  ws_test_server_wait_for (server, "connected");
  g_assert_cmpstr (ws_connection_get_sub_protocol (ws_test_server_get (server, 1)), ==,
                   "superchat");
}

static void
test_no_sub_protocol (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  Answer answer = { 0 };

  g_test_summary ("A handler that leaves the offered subprotocols alone selects none.");

  server = ws_test_server_new_listening (NULL, NULL);
  client = ws_test_server_connect (server);
  response = open_with_answer (server, client, &answer);

  g_assert_cmpuint (response->status, ==, 101);
  g_assert_null (ws_test_response_get (response, "sec-websocket-protocol"));
  g_assert_null (ws_test_response_get (response, "sec-websocket-extensions"));
}

static void
test_response_headers (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  Answer answer = { .response_headers = "Set-Cookie: a=b\nX-Two: 2\r\n" };

  g_test_summary ("Response headers of a handler, with either line end, are in the 101 response.");

  server = ws_test_server_new_listening (NULL, NULL);
  client = ws_test_server_connect (server);
  response = open_with_answer (server, client, &answer);

  g_assert_cmpuint (response->status, ==, 101);
  g_assert_cmpstr (ws_test_response_get (response, "set-cookie"), ==, "a=b");
  g_assert_cmpstr (ws_test_response_get (response, "x-two"), ==, "2");
  g_assert_cmpstr (ws_test_response_get (response, "sec-websocket-accept"), ==, WS_TEST_ACCEPT);
}

static void
test_refused_by_handler (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  Answer answer = { .status = 401, .response_headers = "WWW-Authenticate: Basic\r\n" };

  g_test_summary ("A handler refuses with its own status and headers, and connected is not emitted.");

  server = ws_test_server_new_listening (NULL, NULL);
  client = ws_test_server_connect (server);
  response = open_with_answer (server, client, &answer);

  g_assert_cmpuint (response->status, ==, 401);
  g_assert_cmpstr (response->phrase, ==, "Unauthorized");
  g_assert_cmpstr (ws_test_response_get (response, "www-authenticate"), ==, "Basic");
  g_assert_cmpstr (ws_test_response_get (response, "connection"), ==, "close");
  g_assert_null (ws_test_response_get (response, "upgrade"));
  ws_test_client_assert_eof (client);
  ws_test_settle ();
  ws_test_server_assert_events (server, "connection-request 127.0.0.1",
                                "web-socket-open-request #1 /", NULL);
}

static void
http_cb (WsServer      *server,
         WsConnection  *connection,
         WsHttpRequest *request,
         gpointer       user_data)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"ok\":true}", 11);

  g_assert_cmpuint (ws_http_request_get_status_code (request), ==, 426);
  g_assert_cmpstr (ws_http_request_get_request_header (request, "accept"), ==, "*/*");

  ws_http_request_set_status_code (request, 200);
  ws_http_request_set_content_type (request, "application/json");
  ws_http_request_set_response_headers (request, "Cache-Control: no-store\r\n");
  ws_http_request_set_body (request, body);
}

static void
check_http_answer (const char *method,
                   const char *body)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *request = NULL;
  g_autofree char *event = NULL;

  server = ws_test_server_new_listening (NULL, NULL);
  g_signal_connect (server->server, "http-request", G_CALLBACK (http_cb), NULL);
  client = ws_test_server_connect (server);
  request = g_strconcat (method, " /health HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nConnection: close\r\n\r\n", NULL);
  ws_test_client_send_string (client, request);
  response = ws_test_client_read_response (client);
  ws_test_client_assert_eof (client);

  g_assert_cmpuint (response->status, ==, 200);
  g_assert_cmpstr (ws_test_response_get (response, "content-length"), ==, "11");
  g_assert_cmpstr (ws_test_response_get (response, "content-type"), ==, "application/json");
  g_assert_cmpstr (ws_test_response_get (response, "cache-control"), ==, "no-store");
  g_assert_cmpmem (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body),
                   body, strlen (body));
  ws_test_settle ();
  event = g_strdup_printf ("http-request #1 %s /health", method);
  ws_test_server_assert_events (server, "connection-request 127.0.0.1", event, NULL);
}

static void
test_http_get (void)
{
  g_test_summary ("A handler of http-request answers a GET with status, headers and body.");
  check_http_answer ("GET", "{\"ok\":true}");
}

static void
test_http_head (void)
{
  g_test_summary ("The answer to a HEAD request has the headers and no body.");
  check_http_answer ("HEAD", "");
}

static void
test_large_body_cb (WsServer      *server,
                    WsConnection  *connection,
                    WsHttpRequest *request,
                    gpointer       user_data)
{
  ws_http_request_set_status_code (request, 200);
  ws_http_request_set_body (request, user_data);
}

static void
test_http_large_body (void)
{
  const gsize length = 8 * 1024 * 1024;
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  g_autoptr (GBytes) body = g_bytes_new_take (ws_test_pattern (length), length);

  g_test_summary ("A body larger than any socket buffer arrives whole before the end.");

  server = ws_test_server_new_listening (NULL, NULL);
  g_signal_connect (server->server, "http-request", G_CALLBACK (test_large_body_cb), body);
  client = ws_test_server_connect (server);
  ws_test_client_send_string (client, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  response = ws_test_client_read_response (client);

  g_assert_cmpuint (response->status, ==, 200);
  g_assert_true (g_bytes_equal (response->body, body));
  ws_test_client_assert_eof (client);
}

static void
test_timeout_silent (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A client that says nothing is answered 408 at HandshakeTimeout.");

  server = ws_test_server_new_listening ("HandshakeTimeout=1", NULL);
  client = ws_test_server_connect (server);
  response = ws_test_client_read_response (client);
  ws_test_client_assert_eof (client);

  g_assert_cmpuint (response->status, ==, 408);
  g_assert_cmpstr (ws_test_response_get (response, "connection"), ==, "close");
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 0);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 0);
}

typedef struct
{
  WsTestClient *client;
  const char   *text;
  guint         n_sent;
} Dribble;

static gboolean
dribble_cb (gpointer user_data)
{
  Dribble *dribble = user_data;

  if (dribble->text[dribble->n_sent] == '\0' || dribble->client->eof)
    return G_SOURCE_CONTINUE;

  ws_test_client_send (dribble->client, dribble->text + dribble->n_sent, 1);
  dribble->n_sent++;
  return G_SOURCE_CONTINUE;
}

static void
test_timeout_dribble (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *handshake = ws_test_handshake ("/", NULL);
  Dribble          dribble = { .text = handshake };
  guint            source;

  g_test_summary ("A byte now and then does not move the end of HandshakeTimeout.");

  server = ws_test_server_new_listening ("HandshakeTimeout=1", NULL);
  client = ws_test_server_connect (server);
  dribble.client = client;
  source = g_timeout_add (100, dribble_cb, &dribble);
  response = ws_test_client_read_response (client);
  g_source_remove (source);

  g_assert_cmpuint (response->status, ==, 408);
  g_assert_cmpuint (dribble.n_sent, >, 0);
  ws_test_client_assert_eof (client);
}

static void
test_timeout_not_after_opening (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) silent = NULL;
  g_autoptr (WsTestClient) open = NULL;

  g_test_summary ("HandshakeTimeout ends a silent client and leaves an open one alone.");

  server = ws_test_server_new_listening ("HandshakeTimeout=1", NULL);
  server->echo = TRUE;
  open = ws_test_server_open (server);
  silent = ws_test_server_connect (server);
  ws_test_wait_until (silent->eof);

  g_assert_false (open->eof);
  ws_test_client_send_text (open, "still here");
  ws_test_client_assert_text (open, "still here");
}

static void
test_max_connections (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) first = NULL;
  g_autoptr (WsTestClient) second = NULL;
  g_autoptr (WsTestClient) third = NULL;
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("Over MaxConnections the answer is 503, until a client leaves.");

  server = ws_test_server_new_listening ("MaxConnections=1", NULL);
  first = ws_test_server_open (server);

  second = ws_test_server_connect (server);
  ws_test_client_send_handshake (second, "/", NULL);
  response = ws_test_client_read_response (second);
  g_assert_cmpuint (response->status, ==, 503);
  ws_test_client_assert_eof (second);
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 0);

  ws_test_client_send_close (first, 1000, NULL);
  ws_test_client_assert_close (first, 1000, NULL);
  ws_test_client_assert_eof (first);
  ws_test_server_wait_for (server, "disconnected #1");
  ws_test_settle ();

  third = ws_test_server_open (server);
  g_assert_false (third->eof);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/opening/order", test_order);
  g_test_add_func ("/integration/opening/slowly", test_slowly);
  g_test_add_func ("/integration/opening/pipelined", test_pipelined);
  g_test_add_func ("/integration/opening/drop-at-every-byte", test_drop_at_every_byte);
  g_test_add_func ("/integration/opening/request/properties", test_request_properties);
  g_test_add_func ("/integration/opening/request/sub-protocol", test_sub_protocol);
  g_test_add_func ("/integration/opening/request/no-sub-protocol", test_no_sub_protocol);
  g_test_add_func ("/integration/opening/request/response-headers", test_response_headers);
  g_test_add_func ("/integration/opening/request/refused", test_refused_by_handler);
  g_test_add_func ("/integration/opening/http-request/get", test_http_get);
  g_test_add_func ("/integration/opening/http-request/head", test_http_head);
  g_test_add_func ("/integration/opening/http-request/large-body", test_http_large_body);
  g_test_add_func ("/integration/opening/timeout/silent", test_timeout_silent);
  g_test_add_func ("/integration/opening/timeout/dribble", test_timeout_dribble);
  g_test_add_func ("/integration/opening/timeout/not-after-opening", test_timeout_not_after_opening);
  g_test_add_func ("/integration/opening/max-connections", test_max_connections);

  return g_test_run ();
}
