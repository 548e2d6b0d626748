/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <glib/gstdio.h>
#include <sys/socket.h>

#include "ws-test-fixture.h"

/* Closing while something is pending: a cut close frame, a slow reader, unread input, a busy handler. */

#define LONG_LENGTH (10 * 1000 * 1000)
#define SLOW_STEP (20 * 1000)

static gboolean
set_flag_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* A client that reads a little every few milliseconds: at most 4 MB a second, until it hurries. */
typedef struct
{
  WsTestClient *client;
  guint         timer;
  gboolean      hurries; /* reads all there is */
  gsize         n_read;
  guint8        tail[4]; /* the last bytes read */
} SlowReader;

static gboolean
read_cb (gpointer user_data)
{
  SlowReader *slow = user_data;
  guint8      bytes[SLOW_STEP];
  gssize      n;

  do
    {
      n = ws_test_client_receive (slow->client, bytes, sizeof bytes);
      slow->n_read += MAX (n, 0);
      for (gssize i = MAX (n - 4, 0); i < n; i++)
        {
          memmove (slow->tail, slow->tail + 1, 3);
          slow->tail[3] = bytes[i];
        }
    }
  while (n > 0 && slow->hurries);

  return G_SOURCE_CONTINUE;
}

static void
start_slow_reader (SlowReader   *slow,
                   WsTestClient *client)
{
  int size = 64 * 1024;

  g_assert_cmpint (setsockopt (client->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size), ==, 0);
  ws_test_client_set_reading (client, FALSE);
  slow->client = client;
  slow->timer = g_timeout_add (5, read_cb, slow);
}

static void
send_long (WsConnection *connection)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (LONG_LENGTH), LONG_LENGTH);
  g_autoptr (GError) error = NULL;

  ws_connection_send_bytes (connection, bytes, &error);
  g_assert_no_error (error);
}

static void
data_in_settle_cb (WsServer     *server,
                   WsConnection *connection,
                   WsDataFormat  format,
                   GBytes       *data,
                   gboolean      eom,
                   gboolean      eol,
                   gpointer      user_data)
{
  WsTestClient *client = user_data;

  ws_test_client_send_text (client, "behind the close frame");
  ws_test_settle ();
}

static void
test_cut_close_frame (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray) frame = NULL;
  const gsize cut = 9;

  g_test_summary (
      "A close frame in two pieces keeps its reason while the handler of the last line iterates.");

  g_signal_connect (server->server, "data-in", G_CALLBACK (data_in_settle_cb), client);
  g_assert_true (ws_connection_change_line_mode (ws_test_server_get (server, 1), TRUE, NULL));
  ws_test_client_send_text (client, "abc");
  ws_test_settle ();
  frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_CLOSE }, "\x03\xe8"
                                                                               "some reason",
                               13);
  ws_test_client_send_cut (client, frame->data, frame->len, &cut, 1);
  ws_test_server_wait_for (server, "disconnected");
  ws_test_server_assert_events (server, "data-in #1 continuation \"abc\" eom",
                                "disconnected #1 1000 \"some reason\"", NULL);
}

static void
test_no_wait_unread_input (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("WaitForCloseResponse=False", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  g_autoptr (GBytes) bytes = g_bytes_new_take (ws_test_pattern (LONG_LENGTH), LONG_LENGTH);
  g_autoptr (GBytes) message = NULL;
  WsOpcode opcode;
  int      size = 64 * 1024;

  g_test_summary ("With WaitForCloseResponse False, a client that reads receives all data although the server has unread input.");

  g_assert_cmpint (setsockopt (client->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size), ==, 0);
  ws_test_client_set_reading (client, FALSE);
  g_assert_true (ws_connection_send_bytes (connection, bytes, NULL));
  ws_test_settle ();
  g_assert_cmpuint (ws_connection_get_send_queue_length (connection), >, 0);
  ws_test_client_send_text (client, "still talking");
  g_assert_true (ws_connection_close (connection, 1000, "bye", NULL));
  ws_test_client_set_reading (client, TRUE);
  message = ws_test_client_read_message (client, &opcode);
  g_assert_true (g_bytes_equal (message, bytes));
  ws_test_client_assert_close (client, 1000, "bye");
  ws_test_client_assert_eof (client);
  g_assert_cmpint (client->error_number, ==, 0);
  ws_test_server_wait_for (server, "disconnected #1");
}

static void
test_slow_reader_pong (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("PingInterval=1", "PongTimeout=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  SlowReader slow = { 0 };
  gboolean   passed = FALSE;

  g_test_summary ("A slow reader is not dropped for a ping that it has not reached yet.");

  start_slow_reader (&slow, client);
  send_long (ws_test_server_get (server, 1));
  g_timeout_add (2150, set_flag_cb, &passed);
  ws_test_wait_until (passed);
  g_source_remove (slow.timer);
  g_assert_cmpuint (slow.n_read, >, 0);
  g_assert_cmpuint (slow.n_read, <, LONG_LENGTH);
  ws_test_server_assert_events (server, NULL);
}

static void
test_slow_reader_close (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("CloseTimeout=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  SlowReader slow = { 0 };
  gboolean   passed = FALSE;

  g_test_summary ("A slow reader receives the close frame behind a long queue, and can answer it.");

  start_slow_reader (&slow, client);
  send_long (ws_test_server_get (server, 1));
  g_assert_true (ws_connection_close (ws_test_server_get (server, 1), 1000, "", NULL));
  g_timeout_add (1100, set_flag_cb, &passed);
  ws_test_wait_until (passed);
  g_assert_cmpuint (slow.n_read, <, LONG_LENGTH);
  slow.hurries = TRUE;
  ws_test_wait_until ((slow.n_read > LONG_LENGTH && memcmp (slow.tail, "\x88\x02\x03\xe8", 4) == 0) ||
                      ws_test_server_count (server, "disconnected") > 0);
  g_source_remove (slow.timer);
  ws_test_server_assert_events (server, NULL);
  ws_test_client_send_close (client, 1000, "");
  ws_test_server_wait_for (server, "disconnected #1 1000");
}

static void
data_in_close_late_cb (WsServer     *server,
                       WsConnection *connection,
                       WsDataFormat  format,
                       GBytes       *data,
                       gboolean      eom,
                       gboolean      eol,
                       gpointer      user_data)
{
  g_usleep (1100 * 1000);
  g_assert_true (ws_connection_close (connection, 1000, "bye", NULL));
}

static void
test_close_in_busy_handler (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("CloseTimeout=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  gboolean passed = FALSE;

  g_test_summary ("CloseTimeout counts from the close, not from the start of the handler that closes.");

  g_signal_connect (server->server, "data-in", G_CALLBACK (data_in_close_late_cb), NULL);
  ws_test_client_send_text (client, "x");
  ws_test_client_assert_close (client, 1000, "bye");
  g_timeout_add (150, set_flag_cb, &passed);
  ws_test_wait_until (passed);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 0);
  ws_test_client_send_close (client, 1000, "bye");
  ws_test_server_wait_for (server, "disconnected #1 1000 \"bye\"");
}

static void
log_close_cb (WsServer     *server,
              WsConnection *connection,
              int           level,
              const char   *message,
              const char   *type,
              gpointer      user_data)
{
  if (strstr (message, "Failing") == NULL)
    return;

  (*(guint *) user_data)++;
  ws_connection_close (connection, 1000, "by log", NULL);
}

static void
test_one_close_frame (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("WaitForCloseResponse=False", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (WsTestFrame) frame = NULL;
  guint n_calls = 0;

  g_test_summary ("A log handler that closes a failing connection does not cause a second close frame.");

  g_signal_connect (server->server, "log", G_CALLBACK (log_close_cb), &n_calls);
  ws_test_client_send (client, "\xff\xff", 2);
  ws_test_wait_until (client->input->len > 0);
  ws_test_client_half_close (client);
  ws_test_wait_until (client->eof);
  g_assert_cmpuint (n_calls, ==, 1);
  frame = ws_test_client_take_frame (client);
  g_assert_nonnull (frame);
  g_assert_cmpuint (frame->opcode, ==, WS_OPCODE_CLOSE);
  g_assert_cmpuint (client->input->len, ==, 0);
  ws_test_server_wait_for (server, "disconnected #1");
}

static void
test_shutdown_cancelled (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("CloseTimeout=60", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Cancelling shutdown_async ends its wait, not the closing handshakes.");

  ws_server_shutdown_async (server->server, 0, cancellable, ws_test_keep_result_cb, &result);
  g_cancellable_cancel (cancellable);
  ws_test_wait_until (result != NULL);
  g_assert_false (ws_server_shutdown_finish (server->server, result, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 0);
  ws_test_client_assert_close (client, 1001, NULL);
  ws_test_client_send_close (client, 1001, "");
  ws_test_server_wait_for (server, "disconnected #1 1001");
}

static void
test_shutdown_cancelled_deadline (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("CloseTimeout=60", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  g_test_summary ("The deadline of a cancelled shutdown_async goes with the last client, before the server may.");

  ws_server_shutdown_async (server->server, 60, cancellable, ws_test_keep_result_cb, &result);
  g_assert_nonnull (g_main_context_find_source_by_user_data (NULL, server->server));
  g_cancellable_cancel (cancellable);
  ws_test_wait_until (result != NULL);
  ws_test_client_assert_close (client, 1001, NULL);
  ws_test_client_send_close (client, 1001, "");
  ws_test_server_wait_for (server, "disconnected #1 1001");
  ws_test_wait_until (g_main_context_find_source_by_user_data (NULL, server->server) == NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/closing-pending/cut-close-frame", test_cut_close_frame);
  g_test_add_func ("/integration/closing-pending/no-wait-unread-input", test_no_wait_unread_input);
  g_test_add_func ("/integration/closing-pending/slow-reader/pong", test_slow_reader_pong);
  g_test_add_func ("/integration/closing-pending/slow-reader/close", test_slow_reader_close);
  g_test_add_func ("/integration/closing-pending/close-in-busy-handler", test_close_in_busy_handler);
  g_test_add_func ("/integration/closing-pending/one-close-frame", test_one_close_frame);
  g_test_add_func ("/integration/closing-pending/shutdown-cancelled", test_shutdown_cancelled);
  g_test_add_func ("/integration/closing-pending/shutdown-cancelled-deadline", test_shutdown_cancelled_deadline);

  return g_test_run ();
}
