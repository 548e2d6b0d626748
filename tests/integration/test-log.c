/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-server.h"

#define LONG_BYTES 100000

static void
count_log_cb (WsServer     *server,
              WsConnection *connection,
              int           level,
              const char   *message,
              const char   *type,
              gpointer      user_data)
{
  guint *n_lines = user_data;

  *n_lines += 1;
}

static void
count_status_cb (WsServer     *server,
                 WsConnection *connection,
                 const char   *message,
                 gpointer      user_data)
{
  guint *n_lines = user_data;

  *n_lines += 1;
}

static void
test_late_lines (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("LogLevel=3", "LogSSLPackets=True", NULL);
  g_autoptr (WsTestClient) client = NULL;
  g_autofree char *pattern = g_strnfill (LONG_BYTES, 'A');
  g_autoptr (GBytes) big = g_bytes_new_static (pattern, LONG_BYTES);
  WsConnection *connection;
  guint         n_lines = 0;

  g_test_summary ("Sending runs no handler of log or ssl-status; its lines come from the main loop.");

  g_signal_connect (server->server, "ssl-status", G_CALLBACK (count_status_cb), &n_lines);
  client = ws_test_server_open (server);
  ws_test_settle ();
  g_signal_connect (server->server, "log", G_CALLBACK (count_log_cb), &n_lines);
  connection = ws_test_server_get (server, 1);
  n_lines = 0;
  g_assert_true (ws_connection_send_bytes (connection, big, NULL));
  g_assert_true (ws_connection_send_text (connection, "B", NULL));
  g_assert_cmpuint (n_lines, ==, 0);
  ws_test_wait_until (n_lines >= 2);
  ws_test_client_assert_frame (client, WS_OPCODE_BINARY, pattern, LONG_BYTES);
  ws_test_client_assert_text (client, "B");
  g_assert_true (ws_test_server_has_log (server, "Sent opcode 2 in 1 frame(s), 100000 bytes"));
  g_assert_true (ws_test_server_has_log (server, "Sent opcode 1 in 1 frame(s), 1 bytes"));
}

static void
answer_log_cb (WsServer     *server,
               WsConnection *connection,
               const char   *message,
               gpointer      user_data)
{
  guint *n_answers = user_data;

  if (g_str_has_prefix (message, "Packet sent") && ++*n_answers < 50)
    ws_connection_send_text (connection, "again", NULL);
}

static gboolean
count_cb (gpointer user_data)
{
  guint *n_idle = user_data;

  *n_idle += 1;
  return G_SOURCE_CONTINUE;
}

static void
test_line_by_line (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  guint n_idle = 0;
  guint n_answers = 0;
  guint source;

  g_test_summary ("A handler of ssl-status that causes a line by each line does not keep the loop busy.");

  if (ws_test_tls_get_mode () == WS_TEST_TLS_NONE || ws_test_tls_get_mode () == WS_TEST_TLS_PLATFORM)
    {
      g_test_skip ("packets are seen by the internal provider only");
      return;
    }

  server = ws_test_server_new_listening ("LogSSLPackets=True", "LogLevel=2", NULL);
  client = ws_test_server_open (server);
  ws_test_settle ();
  g_signal_connect (server->server, "ssl-status", G_CALLBACK (answer_log_cb), &n_answers);
  source = g_idle_add_full (G_PRIORITY_DEFAULT, count_cb, &n_idle, NULL);
  ws_connection_send_text (ws_test_server_get (server, 1), "again", NULL);
  ws_test_client_assert_text (client, "again");
  ws_test_client_assert_text (client, "again");
  ws_test_wait_until (n_answers == 50);
  g_assert_cmpuint (n_idle, >, 20);
  g_source_remove (source);
  g_signal_handlers_disconnect_by_func (server->server, answer_log_cb, &n_answers);
}

/* What a client may have written, and what must not be in a line. */
#define HARMFUL "\n\r\t\x1b[2J\x7f\xc2\x85\xc2\x9b\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f"
/* The same without what HTTP does not allow. */
#define HARMFUL_IN_HEADER "\xc2\x85\xc2\x9b\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f\xff"

static void
assert_harmless (const char *line)
{
  g_assert_true (g_utf8_validate (line, -1, NULL));
  for (const char *c = line; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar     character = g_utf8_get_char (c);
      GUnicodeType type = g_unichar_type (character);

      if (g_unichar_iscntrl (character) || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR ||
          type == G_UNICODE_PARAGRAPH_SEPARATOR)
        g_error ("U+%04X in \"%s\"", character, line);
    }
}

static void
select_offered_cb (WsServer      *server,
                   WsConnection  *connection,
                   WsOpenRequest *request,
                   gpointer       user_data)
{
  ws_open_request_set_sub_protocols (request, "not\xc2\x9boffered");
}

static void
test_harmless_lines (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("LogLevel=3", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (WsTestClient) header = NULL;
  g_autoptr (WsTestClient) target = NULL;
  guint n_errors = 0;

  g_test_summary ("Nothing that a client writes gets into a line of the log or an error as it is; the reason of disconnected does.");

  ws_test_client_send_close (client, 4000, "bye" HARMFUL);
  ws_test_server_wait_for (server, "disconnected #1 4000 \"bye" HARMFUL "\"");
  g_assert_true (ws_test_server_has_log (server, "Closed: 4000 bye\\x0a\\x0d\\x09\\x1b[2J\\x7f\\u0085\\u009b"));

  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (select_offered_cb), NULL);
  header = ws_test_client_new (server->port);
  ws_test_client_send_handshake (header, "/a", "X-A: b" HARMFUL_IN_HEADER "\r\nCookie: secret\r\n");
  ws_test_server_wait_for (server, "connected #2");
  g_assert_true (ws_test_server_has_log (server, "Verbose Request header: X-A: b\\u0085\\u009b\\u2028"));
  g_assert_true (ws_test_server_has_log (server, "Verbose Request header: Cookie: (not shown)"));
  g_assert_false (ws_test_server_has_log (server, "secret"));

  target = ws_test_client_new (server->port);
  ws_test_client_send_handshake (target, "/%0a" HARMFUL_IN_HEADER, NULL);
  ws_test_wait_until (target->input->len > 0 || target->eof);

  for (guint i = 0; i < server->logs->len; i++)
    assert_harmless (server->logs->pdata[i]);
  for (guint i = 0; i < server->events->len; i++)
    if (g_str_has_prefix (server->events->pdata[i], "error"))
      {
        assert_harmless (server->events->pdata[i]);
        n_errors++;
      }
  g_assert_cmpuint (n_errors, >, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/log/late-lines", test_late_lines);
  g_test_add_func ("/integration/log/line-by-line", test_line_by_line);
  g_test_add_func ("/integration/log/harmless-lines", test_harmless_lines);

  return g_test_run ();
}
