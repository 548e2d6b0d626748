/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ws-test-server.h"

/* What the properties of the server, a connection and the requests say, at every moment of their life. */

/* --- the server ------------------------------------------------------------------------------ */

static int
find_listening_fd (guint port)
{
  for (int fd = 3; fd < 1024; fd++)
    {
      struct sockaddr_in address = { 0 };
      socklen_t          size = sizeof address;
      int                listens = 0;
      socklen_t          listens_size = sizeof listens;

      if (getsockname (fd, (struct sockaddr *) &address, &size) == 0 && address.sin_family == AF_INET &&
          g_ntohs (address.sin_port) == port &&
          getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) == 0 && listens)
        return fd;
    }

  g_error ("no socket listens on port %u", port);
}

/* Of a listening socket Linux tells the bound of its queue in the place of another number; tcp(7). */
static guint
get_kernel_backlog (WsTestServer *server)
{
  struct tcp_info info = { 0 };
  socklen_t       size = sizeof info;

  g_assert_cmpint (getsockopt (find_listening_fd (server->port), IPPROTO_TCP, TCP_INFO, &info, &size), ==, 0);
  return info.tcpi_sacked;
}

static void
test_connection_backlog (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();

  g_test_summary ("connection-backlog is how many clients may wait; a change holds when listening starts again.");

  ws_server_set_connection_backlog (server->server, 3);
  ws_test_server_listen (server);
  g_assert_cmpuint (get_kernel_backlog (server), ==, 3);
  ws_server_set_connection_backlog (server->server, 7);
  g_assert_cmpuint (get_kernel_backlog (server), ==, 3);
  ws_server_stop_listening (server->server);
  ws_test_server_listen (server);
  g_assert_cmpuint (get_kernel_backlog (server), ==, 7);
}

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    user_data)
{
  (*(guint *) user_data)++;
}

static void
test_local_host_again (void)
{
  g_autoptr (WsServer) server = ws_server_new ();
  guint n_notified = 0;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "local-host reads as the bound address while listening, and again as it was set afterwards.");

  g_signal_connect (server, "notify::local-host", G_CALLBACK (count_notify_cb), &n_notified);
  g_assert_true (ws_server_set_local_host (server, "localhost", &error));
  g_assert_true (ws_server_start_listening (server, &error));
  g_assert_cmpstr (ws_server_get_local_host (server), ==, "127.0.0.1");
  ws_server_stop_listening (server);
  g_assert_cmpstr (ws_server_get_local_host (server), ==, "localhost");
  g_assert_cmpuint (n_notified, ==, 3);
  g_assert_true (ws_server_set_local_host (server, "", &error));
  g_assert_true (ws_server_set_local_port (server, 0, &error));
  g_assert_no_error (error);
}

static void
test_change_while_listening (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Setting port and host to what they are is no change, also while listening.");

  g_assert_true (ws_server_set_local_port (server->server, server->port, &error));
  g_assert_no_error (error);
  g_assert_true (ws_server_set_local_host (server->server, "127.0.0.1", &error));
  g_assert_no_error (error);
  g_object_set (server->server, "local-port", server->port, "local-host", "127.0.0.1",
                "connection-backlog", 9, "default-timeout", 4, NULL);
  g_assert_cmpint (ws_server_get_connection_backlog (server->server), ==, 9);
  g_assert_cmpint (ws_server_get_default_timeout (server->server), ==, 4);
  ws_test_server_assert_events (server, NULL);
}

static gboolean
is_established (int fd)
{
  struct pollfd watched = { .fd = fd, .events = POLLOUT };

  return poll (&watched, 1, 1000) == 1 && (watched.revents & (POLLERR | POLLHUP)) == 0;
}

static void
test_rejected_after_stop (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) stays = ws_test_server_open (server);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = g_htons (server->port) };
  int                fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

  g_test_summary ("After stop_listening new clients are rejected and those that are connected stay.");

  address.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK);
  ws_server_stop_listening (server->server);
  g_assert_false (ws_server_get_listening (server->server));
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0 || errno == EINPROGRESS)
    g_assert_false (is_established (fd));
  close (fd);

  server->echo = TRUE;
  ws_test_client_send_text (stays, "still here");
  ws_test_client_assert_text (stays, "still here");
}

/* --- a connection ---------------------------------------------------------------------------- */

#define EXTRA_HEADERS "Origin: https://example.org\r\nSec-WebSocket-Protocol: chat, superchat\r\nX-Mine: 1\r\n"

typedef struct
{
  WsTestServer *server;
  GString      *stages;
  guint         client_port;
} Life;

static void
assert_string (WsConnection *connection,
               const char   *property,
               const char   *expected)
{
  g_autofree char *value = NULL;

  g_object_get (connection, property, &value, NULL);
  g_assert_cmpstr (value, ==, expected);
}

/* What holds from the request on until after the end. */
static void
assert_request (Life         *life,
                WsConnection *connection)
{
  g_autoptr (GSocketAddress) remote_address = NULL;
  g_autofree char *headers = NULL;
  guint            remote_port;
  guint            local_port;

  assert_string (connection, "connection-id", ws_connection_get_connection_id (connection));
  g_assert_cmpstr (ws_connection_get_connection_id (connection), !=, "");
  assert_string (connection, "host", "localhost");
  assert_string (connection, "origin", "https://example.org");
  assert_string (connection, "request-uri", "/room?q=1");
  assert_string (connection, "sub-protocols", "chat, superchat");
  assert_string (connection, "local-address", "127.0.0.1");
  assert_string (connection, "remote-host", "127.0.0.1");
  assert_string (connection, "extensions", "");
  g_object_get (connection, "remote-port", &remote_port, "local-port", &local_port, "remote-address",
                &remote_address, "request-headers", &headers, NULL);
  g_assert_cmpuint (remote_port, ==, life->client_port);
  g_assert_cmpuint (local_port, ==, life->server->port);
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (remote_address)), ==,
                    life->client_port);
  g_assert_true (g_str_has_prefix (headers, "Host: localhost\r\n"));
  g_assert_nonnull (strstr (headers, "X-Mine: 1\r\n"));
}

/* What changes with the life of a connection. */
static void
assert_stage (Life         *life,
              WsConnection *connection,
              const char   *stage,
              gboolean      connected,
              gboolean      ready_to_send)
{
  gboolean     accept_data, is_connected, line_mode, is_ready;
  guint64      bytes_sent;
  WsDataFormat data_format;
  int          timeout;

  g_string_append_printf (life->stages, "%s ", stage);
  assert_request (life, connection);
  g_object_get (connection, "accept-data", &accept_data, "connected", &is_connected, "line-mode", &line_mode,
                "ready-to-send", &is_ready, "bytes-sent", &bytes_sent, "data-format", &data_format,
                "timeout", &timeout, NULL);
  g_assert_true (accept_data);
  g_assert_false (line_mode);
  g_assert_cmpint (is_connected, ==, connected);
  g_assert_cmpint (is_ready, ==, ready_to_send);
  g_assert_cmpuint (bytes_sent, ==, 0);
  g_assert_cmpint (data_format, ==, WS_DATA_FORMAT_AUTOMATIC);
  g_assert_cmpint (timeout, ==, 0);
}

static void
life_open_request_cb (WsServer      *server,
                      WsConnection  *connection,
                      WsOpenRequest *request,
                      gpointer       user_data)
{
  const char *id = ws_connection_get_connection_id (connection);

  assert_stage (user_data, connection, "request", FALSE, FALSE);
  assert_string (connection, "sub-protocol", "");
  /* The id that the event brings is the key of the collection. */
  g_assert_true (ws_server_get_connection (server, id) == connection);
  g_assert_true (ws_connection_map_lookup (ws_server_get_connections (server), id) == connection);
  ws_open_request_set_sub_protocols (request, "superchat");
}

static void
life_connected_cb (WsServer     *server,
                   WsConnection *connection,
                   gpointer      user_data)
{
  assert_stage (user_data, connection, "connected", TRUE, ws_connection_get_ready_to_send (connection));
  assert_string (connection, "sub-protocol", "superchat");
}

static void
life_ready_cb (WsServer     *server,
               WsConnection *connection,
               gpointer      user_data)
{
  assert_stage (user_data, connection, "ready", TRUE, TRUE);
}

static void
life_disconnected_cb (WsServer     *server,
                      WsConnection *connection,
                      int           code,
                      const char   *description,
                      gpointer      user_data)
{
  assert_stage (user_data, connection, "disconnected", FALSE, FALSE);
  assert_string (connection, "sub-protocol", "superchat");
}

static void
test_life (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (GString) stages = g_string_new (NULL);
  Life life = { server, stages, ws_test_client_get_port (client) };

  g_test_summary ("Each field has its default, its value, and can be read after the end.");

  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (life_open_request_cb), &life);
  g_signal_connect (server->server, "connected", G_CALLBACK (life_connected_cb), &life);
  g_signal_connect (server->server, "ready-to-send", G_CALLBACK (life_ready_cb), &life);
  g_signal_connect (server->server, "disconnected", G_CALLBACK (life_disconnected_cb), &life);
  ws_test_client_open (client, "/room?q=1", EXTRA_HEADERS);
  ws_test_client_send_close (client, 1000, NULL);
  ws_test_client_assert_close (client, 1000, NULL);
  ws_test_server_wait_for (server, "disconnected");
  ws_test_settle ();
  g_assert_cmpstr (stages->str, ==, "request connected ready disconnected ");
  assert_stage (&life, ws_test_server_get (server, 1), "end", FALSE, FALSE);
}

static void
test_writable (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  guint         n_notified = 0;

  g_test_summary ("timeout, data-format and compress are written while open, and notify when they change.");

  g_signal_connect (connection, "notify", G_CALLBACK (count_notify_cb), &n_notified);
  g_object_set (connection, "timeout", 3, "data-format", WS_DATA_FORMAT_BINARY, "compress", FALSE, NULL);
  g_object_set (connection, "timeout", 3, "data-format", WS_DATA_FORMAT_BINARY, "compress", FALSE, NULL);
  g_assert_cmpuint (n_notified, ==, 3);
  g_assert_cmpint (ws_connection_get_timeout (connection), ==, 3);
  g_assert_cmpint (ws_connection_get_data_format (connection), ==, WS_DATA_FORMAT_BINARY);
  g_assert_false (ws_connection_get_compress (connection));
}

static void
test_compress (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autofree char *text = g_strnfill (4000, 'a');
  WsConnection    *connection;

  g_test_summary ("compress decides for each message whether it may be compressed; compression-ratio reports the effect.");

  ws_test_client_open (client, "/", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  ws_test_server_wait_for (server, "connected");
  connection = ws_test_server_get (server, 1);
  g_assert_true (g_str_has_prefix (ws_connection_get_extensions (connection), "permessage-deflate"));
  g_assert_cmpfloat (ws_connection_get_compression_ratio (connection), ==, 1);
  for (guint i = 0; i < 2; i++)
    {
      gboolean compress = i == 1;
      g_autoptr (WsTestFrame) frame = NULL;

      ws_connection_set_compress (connection, compress);
      g_assert_true (ws_connection_send_text (connection, text, NULL));
      ws_test_wait_until ((frame = ws_test_client_take_frame (client)) != NULL);
      g_assert_cmpint ((frame->reserved_bits & WS_FRAME_RSV1) != 0, ==, compress);
      g_assert_cmpint (g_bytes_get_size (frame->payload) < 4000, ==, compress);
    }
  g_assert_cmpfloat (ws_connection_get_compression_ratio (connection), !=, 1);
}

/* --- requests -------------------------------------------------------------------------------- */

typedef struct
{
  guint port;
  guint n_calls;
} Expected;

static void
check_connection_request_cb (WsServer            *server,
                             WsConnectionRequest *request,
                             gpointer             user_data)
{
  Expected        *expected = user_data;
  g_autofree char *address = NULL;
  guint            port;
  gboolean         accept;

  g_object_get (request, "address", &address, "port", &port, "accept", &accept, NULL);
  g_assert_cmpstr (address, ==, "127.0.0.1");
  g_assert_cmpuint (port, ==, expected->port);
  g_assert_true (accept);
  g_object_set (request, "accept", FALSE, NULL);
  g_assert_false (ws_connection_request_get_accept (request));
  expected->n_calls++;
}

static void
test_connection_request (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  Expected expected = { .port = ws_test_client_get_port (client) };

  g_test_summary ("A connection request has the client's address and port; with accept False the client is refused.");

  g_signal_connect (server->server, "connection-request", G_CALLBACK (check_connection_request_cb),
                    &expected);
  ws_test_client_assert_eof (client);
  ws_test_settle ();
  g_assert_cmpuint (expected.n_calls, ==, 1);
  ws_test_server_assert_events (server, "connection-request 127.0.0.1", NULL);
}

static void
check_http_request_cb (WsServer      *server,
                       WsConnection  *connection,
                       WsHttpRequest *request,
                       gpointer       user_data)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("hello\n", 6);
  g_autoptr (GBytes) read_back = NULL;
  g_autofree char *headers = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *method = NULL;
  g_autoptr (GBytes) request_body = NULL;
  gboolean cancelled = TRUE;
  guint    status;

  g_object_get (request, "method", &method, "request-uri", &uri, "request-headers", &headers, "status-code",
                &status, "body", &read_back, NULL);
  g_assert_cmpstr (method, ==, "PUT");
  g_assert_cmpstr (uri, ==, "/page?a=b");
  g_assert_nonnull (strstr (headers, "X-Mine: 1\r\n"));
  g_assert_cmpstr (ws_http_request_get_request_header (request, "x-mine"), ==, "1");
  g_assert_null (ws_http_request_get_request_header (request, "x-none"));
  g_assert_cmpuint (status, ==, 426);
  g_assert_null (read_back);
  g_object_get (request, "request-body", &request_body, "cancelled", &cancelled, NULL);
  g_assert_cmpmem (g_bytes_get_data (request_body, NULL), g_bytes_get_size (request_body), "abc", 3);
  g_assert_true (ws_http_request_get_request_body (request) == request_body);
  g_assert_false (cancelled);
  g_assert_false (ws_http_request_is_cancelled (request));

  g_object_set (request, "status-code", 200, "content-type", "text/plain", "response-headers", "X-Yours: 2\r\n",
                "body", body, NULL);
  g_assert_cmpuint (ws_http_request_get_status_code (request), ==, 200);
  g_assert_cmpstr (ws_http_request_get_content_type (request), ==, "text/plain");
  g_assert_cmpstr (ws_http_request_get_response_headers (request), ==, "X-Yours: 2\r\n");
  g_assert_true (ws_http_request_get_body (request) == body);
  (*(guint *) user_data)++;
}

static void
test_http_request (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxHttpBodySize=3", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;
  guint n_calls = 0;

  g_test_summary ("An HTTP request has method, target, headers and body; the handler sets the response.");

  g_signal_connect (server->server, "http-request", G_CALLBACK (check_http_request_cb), &n_calls);
  ws_test_client_send_string (client, "PUT /page?a=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 3\r\nX-Mine: 1\r\n\r\nabc");
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (n_calls, ==, 1);
  g_assert_cmpuint (response->status, ==, 200);
  g_assert_cmpstr (ws_test_response_get (response, "content-type"), ==, "text/plain");
  g_assert_cmpstr (ws_test_response_get (response, "x-yours"), ==, "2");
  g_assert_cmpuint (g_bytes_get_size (response->body), ==, 6);
  ws_test_client_assert_eof (client);
}

static void
test_version (void)
{
  g_autofree char *composed = g_strdup_printf ("%d.%d.%d", WS_MAJOR_VERSION, WS_MINOR_VERSION,
                                               WS_MICRO_VERSION);

  g_test_summary ("The version of the header and of the library agree.");

  g_assert_cmpstr (WS_VERSION, ==, composed);
  g_assert_cmpstr (ws_get_version (), ==, WS_VERSION);
  g_assert_true (WS_CHECK_VERSION (WS_MAJOR_VERSION, WS_MINOR_VERSION, WS_MICRO_VERSION));
  g_assert_false (WS_CHECK_VERSION (WS_MAJOR_VERSION + 1, 0, 0));
  g_assert_cmpstr (g_quark_to_string (WS_ERROR), ==, "ws-error-quark");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/contract/properties/server/connection-backlog", test_connection_backlog);
  g_test_add_func ("/contract/properties/server/local-host-again", test_local_host_again);
  g_test_add_func ("/contract/properties/server/change-while-listening", test_change_while_listening);
  g_test_add_func ("/contract/properties/server/rejected-after-stop", test_rejected_after_stop);
  g_test_add_func ("/contract/properties/connection/life", test_life);
  g_test_add_func ("/contract/properties/connection/writable", test_writable);
  g_test_add_func ("/contract/properties/connection/compress", test_compress);
  g_test_add_func ("/contract/properties/connection-request", test_connection_request);
  g_test_add_func ("/contract/properties/http-request", test_http_request);
  g_test_add_func ("/contract/properties/version", test_version);

  return g_test_run ();
}
