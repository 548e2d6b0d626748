/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* Messages and control frames from a client. */

static const gsize echo_lengths[] = { 0, 1, 125, 126, 127, 65535, 65536, 1024 * 1024 };

static void
check_echo (WsTestServer *server,
            WsTestClient *client,
            WsOpcode      opcode,
            gsize         length)
{
  g_autofree char *pattern = ws_test_pattern (length);
  g_autoptr (GBytes) echo = NULL;
  WsOpcode echo_opcode = WS_OPCODE_CONTINUATION;

  if (opcode == WS_OPCODE_BINARY && length > 0)
    pattern[length / 2] = (char) 0xff;

  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = (guint8) opcode }, pattern,
                             length);
  echo = ws_test_client_read_message (client, &echo_opcode);
  g_assert_cmpint (echo_opcode, ==, opcode);
  g_assert_cmpmem (g_bytes_get_data (echo, NULL), g_bytes_get_size (echo), pattern, length);
  g_assert_cmpuint (ws_test_server_count (server, "data-in"), ==, 1);
  ws_test_server_forget (server);
}

static void
test_echo (gconstpointer user_data)
{
  gsize length = *(const gsize *) user_data;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("BufferMessage=True", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("Text and binary messages of this length are echoed unchanged.");

  server->echo = TRUE;
  check_echo (server, client, WS_OPCODE_TEXT, length);
  check_echo (server, client, WS_OPCODE_BINARY, length);
}

static void
test_echo_slowly (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autofree char *pattern = ws_test_pattern (200);
  g_autoptr (GByteArray) frame = NULL;

  g_test_summary ("A frame that arrives byte by byte is one message.");

  frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, pattern, 200);
  ws_test_client_send_slowly (client, frame->data, frame->len);
  ws_test_server_assert_events (server, "data-in #1 text 200 bytes eom", NULL);
}

static void
test_every_cut (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray) text = NULL;
  g_autoptr (GByteArray) ping = NULL;

  g_test_summary ("Two frames in two pieces, cut at every offset, are always the same events.");

  text = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "hello", 5);
  ping = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_PING }, "pay", 3);
  g_byte_array_append (text, ping->data, ping->len);

  for (gsize cut = 0; cut <= text->len; cut++)
    {
      ws_test_client_send_cut (client, text->data, text->len, &cut, 1);
      ws_test_server_wait_for (server, "ping");
      ws_test_server_assert_events (server, "data-in #1 text \"hello\" eom", "ping #1 \"pay\"",
                                    NULL);
      ws_test_client_assert_frame (client, WS_OPCODE_PONG, "pay", 3);
    }
}

static void
send_fragmented_hello (WsTestClient *client)
{
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT, .more = TRUE },
                             "Hel", 3);
  ws_test_client_send_ping (client, "mid");
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .more = TRUE }, "", 0);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ 0 }, "lo", 2);
}

static void
test_fragments (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("Without BufferMessage each frame with a payload is a part; control frames come between.");

  send_fragmented_hello (client);
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "mid", 3);
  ws_test_wait_until (server->events->len >= 3);
  ws_test_server_assert_events (server,
                                "data-in #1 text \"Hel\"",
                                "ping #1 \"mid\"",
                                "data-in #1 continuation \"lo\" eom",
                                NULL);
}

static void
test_fragments_buffered (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("BufferMessage=True", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("With BufferMessage the fragments are one message at its end.");

  send_fragmented_hello (client);
  ws_test_server_wait_for (server, "data-in");
  ws_test_server_assert_events (server, "ping #1 \"mid\"", "data-in #1 text \"Hello\" eom", NULL);
}

static void
check_parts (WsTestServer *server,
             const char   *pattern,
             gsize         length)
{
  g_autoptr (GByteArray) joined = g_byte_array_new ();

  for (guint i = 0; i < server->pieces->len; i++)
    {
      GBytes     *piece = server->pieces->pdata[i];
      const char *event = server->events->pdata[i];
      gboolean    is_last = i + 1 == server->pieces->len;

      g_assert_true (g_str_has_prefix (event, i == 0 ? "data-in #1 binary " : "data-in #1 continuation "));
      g_assert_cmpint (g_str_has_suffix (event, " eom"), ==, is_last);
      g_byte_array_append (joined, g_bytes_get_data (piece, NULL),
                           (guint) g_bytes_get_size (piece));
    }

  g_assert_cmpmem (joined->data, joined->len, pattern, length);
}

static gboolean
has_end_of_message (WsTestServer *server)
{
  return server->events->len > 0 && g_str_has_suffix (server->events->pdata[server->events->len - 1], " eom");
}

static void
test_long_frame_in_parts (void)
{
  const gsize length = 1024 * 1024;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autofree char *pattern = ws_test_pattern (length);
  g_autoptr (GByteArray) frame = NULL;

  g_test_summary ("Without BufferMessage a long frame is delivered in parts as it arrives.");

  frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_BINARY }, pattern, length);
  ws_test_client_send (client, frame->data, frame->len / 2);
  ws_test_server_wait_for (server, "data-in");
  g_assert_false (has_end_of_message (server));
  ws_test_client_send (client, frame->data + frame->len / 2, frame->len - frame->len / 2);
  ws_test_wait_until (has_end_of_message (server));

  g_assert_cmpuint (server->pieces->len, >, 1);
  check_parts (server, pattern, length);
}

static void
test_short_frame_whole (void)
{
  const gsize length = 64 * 1024;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autofree char *pattern = ws_test_pattern (length);
  g_autoptr (GByteArray) frame = NULL;
  gsize cuts[] = { 10, 5000, 60000 };

  g_test_summary ("A frame of 64 KiB is delivered in one piece, however it arrives.");

  frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_BINARY }, pattern, length);
  ws_test_client_send_cut (client, frame->data, frame->len, cuts, G_N_ELEMENTS (cuts));
  ws_test_server_wait_for (server, "data-in");
  ws_test_server_assert_events (server, "data-in #1 binary 65536 bytes eom", NULL);
}

static void
test_utf8_across_fragments (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("BufferMessage=True", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  const char *euro = "\xe2\x82\xac";
  GBytes     *piece;

  g_test_summary ("A character may be cut by a fragment's end.");

  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT, .more = TRUE },
                             euro, 1);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ 0 }, euro + 1, 2);
  ws_test_server_wait_for (server, "data-in");
  piece = server->pieces->pdata[0];
  g_assert_cmpmem (g_bytes_get_data (piece, NULL), g_bytes_get_size (piece), euro, 3);
}

static void
test_many_fragments (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("BufferMessage=True", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  const guint n_fragments = 20000;

  g_test_summary ("A message in very many empty and tiny fragments is one message.");

  for (guint i = 0; i < n_fragments; i++)
    ws_test_client_send_frame (client,
                               (WsTestFrameSpec){ .opcode = i == 0 ? WS_OPCODE_TEXT : 0,
                                                  .more = TRUE },
                               "x", i % 2);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ 0 }, "", 0);
  ws_test_server_wait_for (server, "data-in");
  ws_test_server_assert_events (server, "data-in #1 text 10000 bytes eom", NULL);
}

static void
test_ping (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autofree char *longest = ws_test_pattern (125);

  g_test_summary ("The server answers each ping with the same payload and emits ping.");

  ws_test_client_send_ping (client, "");
  ws_test_client_send_ping (client, "a");
  ws_test_client_send_ping (client, longest);
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "", 0);
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "a", 1);
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, longest, 125);
  ws_test_server_assert_events (server, "ping #1 \"\"", "ping #1 \"a\"", "ping #1 125 bytes", NULL);
}

static void
test_unasked_pong (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("An unsolicited pong is reported and not answered. RFC 6455 section 5.5.3");

  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_PONG }, "beat", 4);
  ws_test_server_wait_for (server, "pong");
  ws_test_settle ();
  ws_test_server_assert_events (server, "pong #1 \"beat\"", NULL);
  g_assert_cmpuint (client->input->len, ==, 0);
}

static void
test_line_mode (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("In line mode each line is delivered by itself, across messages.");

  g_assert_true (ws_connection_change_line_mode (connection, TRUE, &error));
  g_assert_no_error (error);
  g_assert_true (ws_connection_get_line_mode (connection));

  ws_test_client_send_text (client, "one\ntwo\r\nthr");
  ws_test_client_send_text (client, "ee\n");
  ws_test_wait_until (ws_test_server_count (server, "data-in") == 3);
  g_assert_true (g_str_has_prefix (server->events->pdata[0], "data-in #1 continuation \"one\""));
  g_assert_true (g_str_has_suffix (server->events->pdata[0], " eol"));
  g_assert_true (g_str_has_prefix (server->events->pdata[1], "data-in #1 continuation \"two\""));
  g_assert_true (g_str_has_prefix (server->events->pdata[2], "data-in #1 continuation \"three\""));
  g_assert_true (g_str_has_suffix (server->events->pdata[2], " eol"));
}

static void
test_max_line_length (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection    *connection = ws_test_server_get (server, 1);
  g_autofree char *setting = NULL;

  g_test_summary ("A line that reaches MaxLineLength is delivered without eol.");

  setting = g_strdup_printf ("MaxLineLength[%s]=4", ws_connection_get_connection_id (connection));
  ws_test_server_config (server, setting);
  g_assert_true (ws_server_change_line_mode (server->server,
                                             ws_connection_get_connection_id (connection), TRUE,
                                             NULL));
  ws_test_client_send_text (client, "abcdef\n");
  ws_test_wait_until (ws_test_server_count (server, "data-in") == 2);
  g_assert_true (g_str_has_prefix (server->events->pdata[0], "data-in #1 continuation \"abcd\""));
  g_assert_false (g_str_has_suffix (server->events->pdata[0], " eol"));
  g_assert_true (g_str_has_prefix (server->events->pdata[1], "data-in #1 continuation \"ef\""));
  g_assert_true (g_str_has_suffix (server->events->pdata[1], " eol"));
}

static void
test_pause (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);

  g_test_summary ("A paused connection delivers nothing until it is resumed, then all in order.");

  g_assert_true (ws_connection_get_accept_data (connection));
  g_assert_true (ws_connection_pause_data (connection, NULL));
  g_assert_false (ws_connection_get_accept_data (connection));
  ws_test_client_send_text (client, "a");
  ws_test_client_send_text (client, "b");
  ws_test_settle ();
  ws_test_server_assert_events (server, NULL);

  g_assert_true (ws_connection_process_data (connection, NULL));
  g_assert_true (ws_connection_get_accept_data (connection));
  ws_test_wait_until (server->events->len == 2);
  ws_test_server_assert_events (server, "data-in #1 text \"a\" eom", "data-in #1 text \"b\" eom",
                                NULL);
}

static void
pause_in_handler_cb (WsConnection *connection,
                     WsDataFormat  format,
                     GBytes       *data,
                     gboolean      eom,
                     gboolean      eol,
                     gpointer      user_data)
{
  g_assert_true (ws_connection_pause_data (connection, NULL));
}

static void
test_pause_in_handler (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_test_summary ("Pausing inside data-in holds back the messages of the same read.");

  g_signal_connect (connection, "data-in", G_CALLBACK (pause_in_handler_cb), NULL);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GByteArray) frame = NULL;

      frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "m", 1);
      g_byte_array_append (bytes, frame->data, frame->len);
    }
  ws_test_client_send (client, bytes->data, bytes->len);

  for (guint i = 0; i < 3; i++)
    {
      ws_test_server_wait_for (server, "data-in");
      ws_test_settle ();
      ws_test_server_assert_events (server, "data-in #1 text \"m\" eom", NULL);
      g_assert_true (ws_connection_process_data (connection, NULL));
    }
  ws_test_settle ();
  ws_test_server_assert_events (server, NULL);
}

static void
test_counters (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("BufferMessage=True", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);

  g_test_summary ("The counters of messages and bytes follow what was received and sent.");

  g_assert_cmpuint (ws_connection_get_messages_received (connection), ==, 0);
  g_assert_cmpuint (ws_connection_get_messages_sent (connection), ==, 0);
  server->echo = TRUE;
  ws_test_client_send_text (client, "hello");
  ws_test_client_assert_text (client, "hello");
  g_assert_cmpuint (ws_connection_get_bytes_sent (connection), ==, 5);
  send_fragmented_hello (client);
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "mid", 3);
  ws_test_client_assert_text (client, "Hello");

  g_assert_cmpuint (ws_connection_get_messages_received (connection), ==, 2);
  g_assert_cmpuint (ws_connection_get_messages_sent (connection), ==, 2);
  g_assert_cmpuint (ws_connection_get_bytes_received (connection), >=, 10);
  g_assert_cmpuint (ws_connection_get_send_queue_length (connection), ==, 0);
}

static void
test_max_message_size (gconstpointer user_data)
{
  gboolean in_fragments = GPOINTER_TO_INT (user_data);
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autofree char *pattern = ws_test_pattern (1001);

  g_test_summary ("A message over MaxMessageSize ends the connection with 1009; a message of that size does not.");

  server = ws_test_server_new_listening ("MaxMessageSize=1000", "BufferMessage=True", NULL);
  client = ws_test_server_open (server);
  ws_test_client_send_binary (client, pattern, 1000);
  ws_test_server_wait_for (server, "data-in #1 binary 1000 bytes eom");
  ws_test_server_forget (server);

  if (in_fragments)
    {
      ws_test_client_send_frame (client,
                                 (WsTestFrameSpec){ .opcode = WS_OPCODE_BINARY, .more = TRUE },
                                 pattern, 900);
      ws_test_client_send_frame (client, (WsTestFrameSpec){ .more = TRUE }, pattern, 101);
    }
  else
    ws_test_client_send_binary (client, pattern, 1001);

  ws_test_client_assert_close (client, 1009, NULL);
  ws_test_wait_until (client->eof);
  ws_test_server_wait_for (server, "disconnected #1 1009");
  g_assert_cmpuint (ws_test_server_count (server, "data-in"), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (echo_lengths); i++)
    {
      g_autofree char *path = NULL;

      path = g_strdup_printf ("/integration/messages/echo/%" G_GSIZE_FORMAT, echo_lengths[i]);
      g_test_add_data_func (path, &echo_lengths[i], test_echo);
    }
  g_test_add_func ("/integration/messages/echo/slowly", test_echo_slowly);
  g_test_add_func ("/integration/messages/every-cut", test_every_cut);
  g_test_add_func ("/integration/messages/fragments/parts", test_fragments);
  g_test_add_func ("/integration/messages/fragments/buffered", test_fragments_buffered);
  g_test_add_func ("/integration/messages/fragments/utf8", test_utf8_across_fragments);
  g_test_add_func ("/integration/messages/fragments/many", test_many_fragments);
  g_test_add_func ("/integration/messages/long-frame-in-parts", test_long_frame_in_parts);
  g_test_add_func ("/integration/messages/short-frame-whole", test_short_frame_whole);
  g_test_add_func ("/integration/messages/ping", test_ping);
  g_test_add_func ("/integration/messages/unasked-pong", test_unasked_pong);
  g_test_add_func ("/integration/messages/line-mode/lines", test_line_mode);
  g_test_add_func ("/integration/messages/line-mode/max-line-length", test_max_line_length);
  g_test_add_func ("/integration/messages/pause/outside", test_pause);
  g_test_add_func ("/integration/messages/pause/in-handler", test_pause_in_handler);
  g_test_add_func ("/integration/messages/counters", test_counters);
  g_test_add_data_func ("/integration/messages/max-message-size/frame", GINT_TO_POINTER (FALSE),
                        test_max_message_size);
  g_test_add_data_func ("/integration/messages/max-message-size/fragments", GINT_TO_POINTER (TRUE),
                        test_max_message_size);

  return g_test_run ();
}
