/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "ws-test-server.h"

/* A setting is more than a value that reads back. tests/contract/contract.tsv has the list of
 * the tests that show what each of them does; here are those that stand nowhere else. */

/* --- the socket -------------------------------------------------------------------------------- */

/* The server's end of the client's connection. */
static gboolean
is_port (const struct sockaddr_in *address,
         guint                     port)
{
  return address->sin_family == AF_INET && g_ntohs (address->sin_port) == port;
}

/* Two clients of different servers may have the same port, so the server's counts too. */
static int
find_server_fd (WsTestClient *client)
{
  guint              port = ws_test_client_get_port (client);
  struct sockaddr_in server = { 0 };
  socklen_t          server_size = sizeof server;
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  g_assert_nonnull (folder);
  g_assert_cmpint (getpeername (client->fd, (struct sockaddr *) &server, &server_size), ==, 0);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      struct sockaddr_in peer = { 0 };
      struct sockaddr_in own = { 0 };
      socklen_t          size = sizeof peer;
      socklen_t          own_size = sizeof own;
      int                fd = (int) g_ascii_strtoll (name, NULL, 10);

      if (getpeername (fd, (struct sockaddr *) &peer, &size) == 0 && is_port (&peer, port) &&
          getsockname (fd, (struct sockaddr *) &own, &own_size) == 0 &&
          is_port (&own, g_ntohs (server.sin_port)))
        return fd;
    }

  g_error ("the server has no socket for the client's port %u", port);
}

static int
get_option (WsTestClient *client,
            int           level,
            int           option)
{
  int       value = 0;
  socklen_t size = sizeof value;

  g_assert_cmpint (getsockopt (find_server_fd (client), level, option, &value, &size), ==, 0);
  return value;
}

typedef struct
{
  const char *path;
  const char *setting;
  int         level;
  int         option;
  int         value;
} SocketCase;

/* Linux doubles the buffers asked for; socket(7). */
static const SocketCase socket_cases[] = {
  { "in-buffer-size", "InBufferSize=50000", SOL_SOCKET, SO_RCVBUF, 100000 },
  { "in-buffer-size-small", "InBufferSize=8192", SOL_SOCKET, SO_RCVBUF, 16384 },
  { "out-buffer-size", "OutBufferSize=50000", SOL_SOCKET, SO_SNDBUF, 100000 },
  { "out-buffer-size-small", "OutBufferSize=8192", SOL_SOCKET, SO_SNDBUF, 16384 },
  { "tcp-no-delay", "TcpNoDelay=False", IPPROTO_TCP, TCP_NODELAY, 0 },
  { "keep-alive-time/on", "KeepAliveTime=60000", SOL_SOCKET, SO_KEEPALIVE, 1 },
  { "keep-alive-time/seconds", "KeepAliveTime=60000", IPPROTO_TCP, TCP_KEEPIDLE, 60 },
  { "keep-alive-time/rounded-up", "KeepAliveTime=1500", IPPROTO_TCP, TCP_KEEPIDLE, 2 },
  { "keep-alive-interval/on", "KeepAliveInterval=7000", SOL_SOCKET, SO_KEEPALIVE, 1 },
  { "keep-alive-interval/seconds", "KeepAliveInterval=7000", IPPROTO_TCP, TCP_KEEPINTVL, 7 },
  { "keep-alive-interval/rounded-up", "KeepAliveInterval=1", IPPROTO_TCP, TCP_KEEPINTVL, 1 },
};

static void
test_socket (gconstpointer user_data)
{
  const SocketCase *socket_case = user_data;
  int               level = socket_case->level;
  int               option = socket_case->option;
  g_autoptr (WsTestServer) before = ws_test_server_new_listening (socket_case->setting, NULL);
  g_autoptr (WsTestServer) later = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (before);
  g_autoptr (WsTestClient) first = ws_test_server_open (later);
  g_autoptr (WsTestClient) second = NULL;

  g_test_summary ("The option is set on each accepted socket, also when the server listens already.");

  g_assert_cmpint (get_option (client, level, option), ==, socket_case->value);

  g_assert_cmpint (get_option (first, level, option), !=, socket_case->value);
  ws_test_server_config (later, socket_case->setting);
  second = ws_test_server_open (later);
  g_assert_cmpint (get_option (second, level, option), ==, socket_case->value);
  g_assert_cmpint (get_option (first, level, option), !=, socket_case->value);
}

static void
test_socket_defaults (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (WsTestClient) second = NULL;

  g_test_summary ("By default small writes go out at once, and there are no probes.");

  g_assert_cmpint (get_option (client, IPPROTO_TCP, TCP_NODELAY), !=, 0);
  g_assert_cmpint (get_option (client, SOL_SOCKET, SO_KEEPALIVE), ==, 0);

  ws_test_server_config (server, "KeepAliveTime=60000");
  ws_test_server_config (server, "KeepAliveTime=0");
  second = ws_test_server_open (server);
  g_assert_cmpint (get_option (second, SOL_SOCKET, SO_KEEPALIVE), ==, 0);
}

static void
test_socket_back (void)
{
  static const SocketCase back[] = {
    { NULL, "InBufferSize", SOL_SOCKET, SO_RCVBUF, 8192 },
    { NULL, "OutBufferSize", SOL_SOCKET, SO_SNDBUF, 8192 },
    { NULL, "KeepAliveTime", IPPROTO_TCP, TCP_KEEPIDLE, 5000 },
    { NULL, "KeepAliveInterval", IPPROTO_TCP, TCP_KEEPINTVL, 5000 },
  };

  g_test_summary ("0 gives back what the system had, also when the server listens and another value was set twice.");

  for (gsize i = 0; i < G_N_ELEMENTS (back); i++)
    {
      g_autofree char *set = g_strdup_printf ("%s=%d", back[i].setting, back[i].value);
      g_autofree char *again = g_strdup_printf ("%s=%d", back[i].setting, 2 * back[i].value);
      g_autofree char *zero = g_strconcat (back[i].setting, "=0", NULL);
      g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
      g_autoptr (WsTestClient) first = ws_test_server_open (server);
      g_autoptr (WsTestClient) second = NULL;
      g_autoptr (WsTestClient) third = NULL;
      int system_value = get_option (first, back[i].level, back[i].option);

      ws_test_server_config (server, set);
      ws_test_server_config (server, again);
      second = ws_test_server_open (server);
      g_assert_cmpint (get_option (second, back[i].level, back[i].option), <, system_value);
      ws_test_server_config (server, zero);
      third = ws_test_server_open (server);
      g_assert_cmpint (get_option (third, back[i].level, back[i].option), ==, system_value);
    }
}

/* --- who may connect --------------------------------------------------------------------------- */

static gboolean
is_accepted (WsTestServer *server)
{
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  ws_test_client_send_handshake (client, "/", NULL);
  ws_test_wait_until (client->eof || client->input->len > 0);
  return client->input->len > 0;
}

static void
assert_not_configurable (WsTestServer *server,
                         const char   *setting)
{
  g_autofree char *value = NULL;
  g_autoptr (GError) error = NULL;

  value = ws_server_config (server->server, setting, &error);
  g_assert_null (value);
  g_assert_nonnull (error);
}

static void
test_access_while_listening (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) stays = ws_test_server_open (server);

  g_test_summary ("The lists apply to the next client; connected clients stay.");

  ws_test_server_config (server, "AllowedClients=192.0.2.*");
  g_assert_false (is_accepted (server));
  ws_test_server_config (server, "AllowedClients=192.0.2.*,127.0.0.0/8");
  g_assert_true (is_accepted (server));
  ws_test_server_config (server, "BlockedClients=127.*");
  g_assert_false (is_accepted (server));
  ws_test_server_config (server, "BlockedClients=");
  g_assert_true (is_accepted (server));
  ws_test_server_config (server, "AllowedClients=*");
  g_assert_true (is_accepted (server));

  server->echo = TRUE;
  ws_test_client_send_text (stays, "stays");
  ws_test_client_assert_text (stays, "stays");
}

static void
test_access_refused_value (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autofree char *commas = g_strnfill (65537, ',');
  g_autofree char *too_long = g_strconcat ("BlockedClients=", commas, NULL);
  g_autofree char *value = NULL;

  g_test_summary ("A list that is refused leaves the one before in force.");

  server = ws_test_server_new_listening ("BlockedClients=127.0.0.1", NULL);
  assert_not_configurable (server, "BlockedClients=10.0.0.1/8");
  g_assert_false (is_accepted (server));
  assert_not_configurable (server, "BlockedClients=\xff*");
  g_assert_false (is_accepted (server));
  assert_not_configurable (server, too_long);
  g_assert_false (is_accepted (server));
  value = ws_server_config (server->server, "BlockedClients", NULL);
  g_assert_cmpstr (value, ==, "127.0.0.1");
}

typedef struct
{
  const char *path;
  const char *allowed;
  const char *origin;
  guint       status;
} OriginCase;

static const OriginCase origin_cases[] = {
  { "setting-in-capitals", "HTTPS://EXAMPLE.ORG", "https://example.org", 101 },
  { "origin-in-capitals", "https://example.org", "https://Example.ORG", 101 },
  { "wildcard-in-capitals", "https://*.Example.org", "https://CHAT.example.org", 101 },
  { "spaces", " https://a.example ,\thttps://b.example ", "https://b.example", 101 },
  { "empty-entries", ",,https://a.example,", "https://a.example", 101 },
  { "any-port", "https://example.org:*", "https://example.org:8443", 101 },
  { "any-port-look-alike", "https://example.org:*", "https://example.org.evil.test:1", 403 },
  { "two-wildcards", "http*://*.example.org", "https://a.b.example.org", 101 },
  { "wildcard-needs-dot", "https://*.example.org", "https://example.org", 403 },
  { "star-in-a-list", "https://a.example,*", "https://c.example", 101 },
  { "null", "null", "null", 101 },
  { "file", "https://a.example, file://", "file://", 101 },
  { "web-view", "capacitor://localhost", "capacitor://localhost", 101 },
  { "default-port", "https://a.example:443", "https://a.example", 101 },
  { "scheme-ws", "ws://a.example", "http://a.example", 101 },
  { "self", "self", "http://localhost", 101 },
  { "self-other-host", "self", "http://a.example", 403 },
  { "self-other-port", "self", "http://localhost:1", 403 },
  { "nobody", "", "https://a.example", 403 },
  { "only-commas", ",,", "https://a.example", 403 },
};

static guint
get_status_for_origin (WsTestServer *server,
                       const char   *origin)
{
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *header = g_strdup_printf ("Origin: %s\r\n", origin);

  ws_test_client_send_handshake (client, "/", header);
  response = ws_test_client_read_response (client);
  return response->status;
}

static void
test_allowed_origins (gconstpointer user_data)
{
  const OriginCase *origin_case = user_data;
  g_autofree char  *setting = g_strconcat ("AllowedOrigins=", origin_case->allowed, NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);

  g_test_summary ("Patterns with wildcards, compared without case, decide on the next request.");

  g_assert_cmpuint (get_status_for_origin (server, origin_case->origin), ==, 101);
  ws_test_server_config (server, setting);
  g_assert_cmpuint (get_status_for_origin (server, origin_case->origin), ==, origin_case->status);
  ws_test_server_config (server, "AllowedOrigins=*");
  g_assert_cmpuint (get_status_for_origin (server, origin_case->origin), ==, 101);
}

static void
test_origins_refused (void)
{
  static const char *const bad[] = { "a.example", "https://a.example/",
                                     "https://a.example; https://b.example", "https://a.example, b.example",
                                     "https://a.example https://b.example" };
  g_autoptr (WsServer) server = ws_server_new ();

  g_test_summary ("An entry that is not an origin is refused, and the list stays unchanged.");

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *setting = g_strconcat ("AllowedOrigins=", bad[i], NULL);
      g_autofree char *value = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (ws_server_config (server, setting, &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "SCHEME://HOST"));
      value = ws_server_config (server, "AllowedOrigins", NULL);
      g_assert_cmpstr (value, ==, "*");
    }
}

/* --- messages ---------------------------------------------------------------------------------- */

static void
send_two_fragments (WsTestClient *client)
{
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT, .more = TRUE },
                             "Hel", 3);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ 0 }, "lo", 2);
}

static void
test_buffer_message (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("A message arrives in parts or whole, as the setting is when it begins.");

  send_two_fragments (client);
  ws_test_wait_until (ws_test_server_count (server, "data-in") == 2);
  ws_test_server_assert_events (server, "data-in #1 text \"Hel\"",
                                "data-in #1 continuation \"lo\" eom", NULL);

  ws_test_server_config (server, "BufferMessage=True");
  send_two_fragments (client);
  ws_test_server_wait_for (server, "data-in");
  ws_test_settle ();
  ws_test_server_assert_events (server, "data-in #1 text \"Hello\" eom", NULL);

  ws_test_server_config (server, "BufferMessage=False");
  send_two_fragments (client);
  ws_test_wait_until (ws_test_server_count (server, "data-in") == 2);
}

/* Reads one message and asserts the lengths of its frames; -1 ends them. */
static void
assert_frames (WsTestClient *client,
               WsOpcode      opcode,
               const int    *lengths)
{
  for (guint i = 0; lengths[i] >= 0; i++)
    {
      g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (client);

      g_assert_cmpint (frame->opcode, ==, i == 0 ? opcode : WS_OPCODE_CONTINUATION);
      g_assert_cmpuint (g_bytes_get_size (frame->payload), ==, (gsize) lengths[i]);
      g_assert_cmpint (frame->fin, ==, lengths[i + 1] < 0);
    }
}

static void
test_max_frame_size (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxFrameSize=1000", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection    *connection = ws_test_server_get (server, 1);
  g_autofree char *pattern = ws_test_pattern (2500);
  g_autoptr (GBytes) two = g_bytes_new (pattern, 2000);

  g_test_summary ("No frame is longer than MaxFrameSize, all but the last have that size, and a change applies to the next message.");

  g_assert_true (ws_connection_send_text (connection, pattern, NULL));
  assert_frames (client, WS_OPCODE_TEXT, (const int[]){ 1000, 1000, 500, -1 });
  g_assert_true (ws_connection_send_bytes (connection, two, NULL));
  assert_frames (client, WS_OPCODE_BINARY, (const int[]){ 1000, 1000, -1 });
  g_assert_true (ws_connection_send_text (connection, pattern + 1500, NULL));
  assert_frames (client, WS_OPCODE_TEXT, (const int[]){ 1000, -1 });
  g_assert_true (ws_connection_send_text (connection, "", NULL));
  assert_frames (client, WS_OPCODE_TEXT, (const int[]){ 0, -1 });

  ws_test_server_config (server, "MaxFrameSize=2499");
  g_assert_true (ws_connection_send_text (connection, pattern, NULL));
  assert_frames (client, WS_OPCODE_TEXT, (const int[]){ 2499, 1, -1 });
  ws_test_server_config (server, "MaxFrameSize=2500");
  g_assert_true (ws_connection_send_text (connection, pattern, NULL));
  assert_frames (client, WS_OPCODE_TEXT, (const int[]){ 2500, -1 });
}

static void
test_max_frame_size_stream (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxFrameSize=1000", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autofree char *pattern = ws_test_pattern (2500);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (pattern, 2500, NULL);
  gsize    length = 0;
  gboolean fin = FALSE;

  g_test_summary ("The frames of a stream are not longer than MaxFrameSize.");

  g_assert_true (ws_connection_set_upload_stream (ws_test_server_get (server, 1), stream, NULL));
  while (!fin)
    {
      g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (client);

      g_assert_cmpuint (g_bytes_get_size (frame->payload), <=, 1000);
      length += g_bytes_get_size (frame->payload);
      fin = frame->fin;
    }
  g_assert_cmpuint (length, ==, 2500);
}

static void
test_message_length_behind_stream (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxFrameSize=1000", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection    *connection = ws_test_server_get (server, 1);
  g_autofree char *pattern = ws_test_pattern (2500);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (pattern, 2500, NULL);
  g_autofree char *setting = NULL;
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GError) error = NULL;
  WsOpcode opcode;

  g_test_summary ("A message announced by MessageLength does not begin inside another message.");

  setting = g_strdup_printf ("MessageLength[%s]=10", ws_connection_get_connection_id (connection));
  g_assert_true (ws_connection_set_upload_stream (connection, stream, NULL));
  ws_test_server_config (server, setting);
  g_assert_false (ws_connection_send_text (connection, "hello", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_IN_PROGRESS);

  message = ws_test_client_read_message (client, &opcode);
  g_assert_cmpuint (g_bytes_get_size (message), ==, 2500);
  ws_test_settle ();
  g_assert_true (ws_connection_send_text (connection, "hello", NULL));
  g_assert_true (ws_connection_send_text (connection, "world", NULL));
  assert_frames (client, WS_OPCODE_TEXT, (const int[]){ 5, 5, -1 });
}

static void
test_max_message_size (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) earlier = ws_test_server_open (server);
  g_autoptr (WsTestClient) client = NULL;
  g_autofree char *pattern = ws_test_pattern (2000);

  g_test_summary ("MaxMessageSize limits a message that is delivered in parts, too; a change applies to new clients.");

  ws_test_server_config (server, "MaxMessageSize=1000");
  ws_test_client_send_binary (earlier, pattern, 2000);
  ws_test_server_wait_for (server, "data-in #1 binary 2000 bytes eom");

  client = ws_test_server_open (server);
  ws_test_client_send_binary (client, pattern, 1000);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_BINARY, .more = TRUE },
                             pattern, 600);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .more = TRUE }, pattern, 401);
  ws_test_client_assert_close (client, 1009, NULL);
  ws_test_client_assert_eof (client);
  ws_test_client_close (client);
  ws_test_server_wait_for (server, "disconnected #2 1009");
  g_assert_cmpuint (ws_test_server_count (server, "data-in #2 binary 1000 bytes eom"), ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, "data-in #2 binary 600 bytes"), ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, "data-in #2"), ==, 2);
}

static void
test_max_send_queue (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxSendQueue=2000", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection    *connection = ws_test_server_get (server, 1);
  g_autofree char *pattern = ws_test_pattern (3000);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A message over MaxSendQueue is refused as a whole with 10035, and accepted once the limit is raised.");

  g_assert_false (ws_connection_send_text (connection, pattern, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK);
  g_assert_nonnull (strstr (error->message, "MaxSendQueue"));
  g_assert_true (ws_connection_send_text (connection, pattern + 2000, NULL));
  ws_test_client_assert_text (client, pattern + 2000);

  ws_test_server_config (server, "MaxSendQueue=10000");
  g_assert_true (ws_connection_send_text (connection, pattern, NULL));
  ws_test_client_assert_text (client, pattern);
}

/* --- the log ----------------------------------------------------------------------------------- */

/* One client that opens, is echoed, and closes; one that breaks the protocol. */
static void
run_session (WsTestServer *server)
{
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (WsTestClient) breaks = ws_test_server_open (server);

  server->echo = TRUE;
  ws_test_client_send_text (client, "once");
  ws_test_client_assert_text (client, "once");
  ws_test_client_send_ping (client, "beat");
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "beat", 4);
  ws_test_client_send_close (client, 1000, "done");
  ws_test_client_assert_close (client, 1000, NULL);
  ws_test_client_assert_eof (client);

  ws_test_client_send (breaks, "\x83\x80\0\0\0\0", 6);
  ws_test_client_assert_close (breaks, 1002, NULL);
  ws_test_client_assert_eof (breaks);
  ws_test_client_close (breaks);
  ws_test_wait_until (ws_test_server_count (server, "disconnected") == 2);
  ws_test_settle ();
}

static guint
count_logs (WsTestServer *server,
            const char   *type)
{
  guint n_logs = 0;

  for (guint i = 0; i < server->logs->len; i++)
    n_logs += g_str_has_prefix (server->logs->pdata[i], type);

  return n_logs;
}

static void
test_log_levels (void)
{
  g_test_summary ("Level 0 logs nothing, 1 information and errors, 2 the request, too, 3 every frame.");

  for (guint level = 0; level <= 3; level++)
    {
      g_autofree char *setting = g_strdup_printf ("LogLevel=%u", level);
      g_autoptr (WsTestServer) server = ws_test_server_new_listening (setting, NULL);

      run_session (server);
      g_assert_cmpint (count_logs (server, "Info ") > 0, ==, level >= 1);
      g_assert_cmpint (count_logs (server, "Error ") > 0, ==, level >= 1);
      g_assert_cmpint (count_logs (server, "Verbose ") > 0, ==, level >= 2);
      g_assert_cmpint (count_logs (server, "Debug ") > 0, ==, level >= 3);
      g_assert_cmpint (ws_test_server_has_log (server, "Sec-WebSocket-Key"), ==, level >= 2);
      g_assert_false (ws_test_server_has_log (server, "once"));
      g_assert_false (ws_test_server_has_log (server, "beat"));

      /* A change holds at once. */
      ws_test_server_config (server, "LogLevel=0");
      g_ptr_array_set_size (server->logs, 0);
      ws_test_server_forget (server);
      run_session (server);
      g_assert_cmpuint (server->logs->len, ==, 0);
    }
}

static void
iterate_in_log_cb (WsServer     *server,
                   WsConnection *connection,
                   int           level,
                   const char   *message,
                   const char   *type,
                   gpointer      user_data)
{
  g_main_context_iteration (NULL, FALSE);
}

static void
test_log_handler_iterates (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("LogLevel=3", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const struct
  {
    WsOpcode    opcode;
    const char *payload;
  } frames[] = {
    { WS_OPCODE_TEXT, "a" },
    { WS_OPCODE_PING, "first" },
    { WS_OPCODE_PING, "other" },
    { WS_OPCODE_TEXT, "b" },
  };

  g_test_summary ("Messages and pings keep their order when a handler of the log runs the main loop.");

  g_signal_connect (server->server, "log", G_CALLBACK (iterate_in_log_cb), NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      g_autoptr (GByteArray) frame = NULL;

      frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = frames[i].opcode }, frames[i].payload,
                                   strlen (frames[i].payload));
      g_byte_array_append (bytes, frame->data, frame->len);
    }
  ws_test_client_send (client, bytes->data, bytes->len);
  ws_test_wait_until (server->events->len == G_N_ELEMENTS (frames));
  ws_test_server_assert_events (server, "data-in #1 text \"a\" eom", "ping #1 \"first\"",
                                "ping #1 \"other\"", "data-in #1 text \"b\" eom", NULL);
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "first", 5);
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "other", 5);
}

static void
send_in_log_cb (WsServer     *server,
                WsConnection *connection,
                int           level,
                const char   *message,
                const char   *type,
                gpointer      user_data)
{
  gboolean *sent = user_data;

  if (*sent || connection == NULL || level < 3)
    return;

  *sent = TRUE;
  g_assert_true (ws_connection_send_text (connection, "log", NULL));
}

static void
test_log_handler_sends (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  WsOpcode opcode;
  gboolean sent = FALSE;

  g_test_summary ("A message that a log handler sends does not come between the frames of another message.");

  server = ws_test_server_new_listening ("LogLevel=3", "MaxFrameSize=4", NULL);
  client = ws_test_server_open (server);
  g_signal_connect (server->server, "log", G_CALLBACK (send_in_log_cb), &sent);
  g_assert_true (ws_connection_send_text (ws_test_server_get (server, 1), "a long message", NULL));
  ws_test_settle ();
  g_assert_true (sent);
  first = ws_test_client_read_message (client, &opcode);
  second = ws_test_client_read_message (client, &opcode);
  g_assert_cmpuint (g_bytes_get_size (first) + g_bytes_get_size (second), ==, 14 + 3);
}

/* --- settings without effect ------------------------------------------------------------------- */

static void
append_lines (GString   *transcript,
              GPtrArray *lines)
{
  g_autoptr (GRegex) numbers = g_regex_new ("\\d+", 0, 0, NULL);

  /* Ports and ids differ from run to run. */
  for (guint i = 0; i < lines->len; i++)
    {
      g_autofree char *line = g_regex_replace_literal (numbers, lines->pdata[i], -1, 0, "N", 0, NULL);

      g_string_append_printf (transcript, "%s\n", line);
    }
}

static char *
record_session (const char *setting)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("LogLevel=3", setting, NULL);
  GString *transcript = g_string_new (NULL);

  run_session (server);
  append_lines (transcript, server->events);
  append_lines (transcript, server->logs);
  return g_string_free (transcript, FALSE);
}

static void
test_no_effect (gconstpointer user_data)
{
  const char      *setting = user_data;
  g_autofree char *with_true = g_strconcat (setting, "=True", NULL);
  g_autofree char *with_false = g_strconcat (setting, "=False", NULL);
  g_autofree char *first = record_session (with_true);
  g_autofree char *second = record_session (with_false);

  g_test_summary ("The setting changes neither signals nor log.");

  g_assert_cmpstr (first, !=, "");
  g_assert_cmpstr (first, ==, second);
}

static void
add_tables (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (socket_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/settings-effects/socket/", socket_cases[i].path,
                                           NULL);

      g_test_add_data_func (path, &socket_cases[i], test_socket);
    }
  g_test_add_func ("/integration/settings-effects/allowed-origins/refused", test_origins_refused);
  for (gsize i = 0; i < G_N_ELEMENTS (origin_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/settings-effects/allowed-origins/",
                                           origin_cases[i].path, NULL);

      g_test_add_data_func (path, &origin_cases[i], test_allowed_origins);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/settings-effects/socket/defaults", test_socket_defaults);
  g_test_add_func ("/integration/settings-effects/socket/back", test_socket_back);
  g_test_add_func ("/integration/settings-effects/access/while-listening", test_access_while_listening);
  g_test_add_func ("/integration/settings-effects/access/refused-value", test_access_refused_value);
  g_test_add_func ("/integration/settings-effects/buffer-message", test_buffer_message);
  g_test_add_func ("/integration/settings-effects/max-frame-size/messages", test_max_frame_size);
  g_test_add_func ("/integration/settings-effects/max-frame-size/stream", test_max_frame_size_stream);
  g_test_add_func ("/integration/settings-effects/message-length/behind-stream",
                   test_message_length_behind_stream);
  g_test_add_func ("/integration/settings-effects/max-message-size", test_max_message_size);
  g_test_add_func ("/integration/settings-effects/max-send-queue", test_max_send_queue);
  g_test_add_func ("/integration/settings-effects/log-level/levels", test_log_levels);
  g_test_add_func ("/integration/settings-effects/log-level/handler-iterates", test_log_handler_iterates);
  g_test_add_func ("/integration/settings-effects/log-level/handler-sends", test_log_handler_sends);
  g_test_add_data_func ("/integration/settings-effects/no-effect/gui-available", "GUIAvailable",
                        test_no_effect);
  g_test_add_data_func ("/integration/settings-effects/no-effect/mask-sensitive-data", "MaskSensitiveData",
                        test_no_effect);
  g_test_add_data_func ("/integration/settings-effects/no-effect/use-daemon-threads", "UseDaemonThreads",
                        test_no_effect);
  add_tables ();

  return g_test_run ();
}
