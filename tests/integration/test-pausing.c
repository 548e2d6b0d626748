/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-fixture.h"

/* pause_data and process_data, in every state. */

#define SETTINGS "InBufferSize=65536\nBufferMessage=True"
#define PIECE_LENGTH 32768
#define N_PIECES 400 /* 12.5 MiB: more than any socket buffers hold */

static void
pause_data (WsTestFixture *fixture)
{
  g_assert_true (ws_connection_pause_data (fixture->connection, NULL));
  g_assert_false (ws_connection_get_accept_data (fixture->connection));
}

static void
resume_data (WsTestFixture *fixture)
{
  g_assert_true (ws_connection_process_data (fixture->connection, NULL));
  g_assert_true (ws_connection_get_accept_data (fixture->connection));
}

static void
send_numbered (WsTestClient *client,
               guint         n_pieces)
{
  g_autofree char *piece = ws_test_pattern (PIECE_LENGTH);

  for (guint i = 0; i < n_pieces; i++)
    {
      memcpy (piece, &i, sizeof i);
      ws_test_client_send_binary (client, piece, PIECE_LENGTH);
    }
}

static void
assert_numbered (WsTestServer *server,
                 guint         n_pieces)
{
  g_assert_cmpuint (server->pieces->len, ==, n_pieces);
  for (guint i = 0; i < n_pieces; i++)
    {
      guint number;

      g_assert_cmpuint (g_bytes_get_size (server->pieces->pdata[i]), ==, PIECE_LENGTH);
      memcpy (&number, g_bytes_get_data (server->pieces->pdata[i], NULL), sizeof number);
      g_assert_cmpuint (number, ==, i);
    }
}

static void
test_stops_reading (WsTestFixture *fixture,
                    gconstpointer  user_data)
{
  guint before;

  g_test_summary ("A paused connection reads nothing: the client's socket fills up and its ping waits; after the pause all arrives in order, with the close behind it.");

  pause_data (fixture);
  ws_test_client_send_ping (fixture->client, "waits");
  send_numbered (fixture->client, N_PIECES);
  ws_test_client_send_close (fixture->client, 4001, "after all");
  ws_test_settle ();
  before = fixture->client->output->len;
  g_assert_cmpuint (before, >, N_PIECES * PIECE_LENGTH / 4);
  ws_test_settle ();
  g_assert_cmpuint (fixture->client->output->len, ==, before);
  g_assert_cmpuint (ws_connection_get_bytes_received (fixture->connection), ==, 0);
  ws_test_server_assert_events (fixture->server, NULL);
  g_assert_cmpuint (fixture->client->input->len, ==, 0);

  resume_data (fixture);
  g_assert_cmpuint (fixture->server->events->len, ==, 0); /* from the loop, not from inside the call */
  ws_test_server_wait_for (fixture->server, "disconnected #1 4001");
  ws_test_client_assert_frame (fixture->client, WS_OPCODE_PONG, "waits", 5);
  ws_test_client_assert_close (fixture->client, 4001, NULL);
  assert_numbered (fixture->server, N_PIECES);
  g_assert_cmpuint (ws_test_server_count (fixture->server, "ping"), ==, 1);
}

static void
pause_every_cb (WsConnection *connection,
                WsDataFormat  format,
                GBytes       *data,
                gboolean      eom,
                gboolean      eol,
                gpointer      user_data)
{
  WsTestFixture *fixture = user_data;

  pause_data (fixture);
}

static void
test_inside_data_in (WsTestFixture *fixture,
                     gconstpointer  user_data)
{
  const guint n_pieces = 60;

  g_test_summary ("A handler that pauses after each message gets them one by one, none lost.");

  g_signal_connect (fixture->connection, "data-in", G_CALLBACK (pause_every_cb), fixture);
  send_numbered (fixture->client, n_pieces);
  for (guint i = 1; i <= n_pieces; i++)
    {
      ws_test_wait_until (fixture->server->pieces->len == i);
      ws_test_settle ();
      g_assert_cmpuint (fixture->server->pieces->len, ==, i);
      resume_data (fixture);
    }
  assert_numbered (fixture->server, n_pieces);
}

static void
pause_and_resume_cb (WsConnection *connection,
                     WsDataFormat  format,
                     GBytes       *data,
                     gboolean      eom,
                     gboolean      eol,
                     gpointer      user_data)
{
  WsTestFixture *fixture = user_data;

  pause_data (fixture);
  resume_data (fixture);
  g_main_context_iteration (NULL, FALSE);
}

static void
test_resume_inside (WsTestFixture *fixture,
                    gconstpointer  user_data)
{
  const guint n_pieces = 20;

  g_test_summary ("Pausing, resuming and iterating inside data-in keeps the order.");

  g_signal_connect (fixture->connection, "data-in", G_CALLBACK (pause_and_resume_cb), fixture);
  for (guint i = 0; i < n_pieces; i++)
    ws_test_client_send_text (fixture->client, "same");
  send_numbered (fixture->client, n_pieces);
  ws_test_wait_until (fixture->server->pieces->len == 2 * n_pieces);
}

static void
test_in_frame (WsTestFixture *fixture,
               gconstpointer  user_data)
{
  g_autofree char *pattern = ws_test_pattern (1000);
  g_autoptr (GByteArray)
      frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, pattern, 1000);

  g_test_summary ("A pause in the middle of a frame, at every byte of its head and some of its payload.");

  for (gsize cut = 0; cut <= frame->len; cut += cut < 20 ? 1 : 163)
    {
      ws_test_client_send (fixture->client, frame->data, cut);
      ws_test_settle ();
      pause_data (fixture);
      g_assert_true (ws_connection_pause_data (fixture->connection, NULL)); /* again: nothing */
      ws_test_client_send (fixture->client, frame->data + cut, frame->len - cut);
      ws_test_settle ();
      if (cut < frame->len)
        ws_test_server_assert_events (fixture->server, NULL);
      resume_data (fixture);
      g_assert_true (ws_connection_process_data (fixture->connection, NULL));
      ws_test_server_wait_for (fixture->server, "data-in #1 text 1000 bytes eom");
      ws_test_settle ();
      g_assert_cmpuint (fixture->server->events->len, ==, 1);
      g_assert_cmpmem (g_bytes_get_data (fixture->server->pieces->pdata[0], NULL), 1000, pattern, 1000);
      ws_test_server_forget (fixture->server);
    }
}

static void
test_lines (WsTestFixture *fixture,
            gconstpointer  user_data)
{
  g_test_summary ("In line mode a pause holds back the lines of a message, one by one.");

  g_assert_true (ws_connection_change_line_mode (fixture->connection, TRUE, NULL));
  g_signal_connect (fixture->connection, "data-in", G_CALLBACK (pause_every_cb), fixture);
  ws_test_client_send_text (fixture->client, "a\nb\nc");
  ws_test_client_send_text (fixture->client, "d\n\n");
  for (guint i = 0; i < 4; i++)
    {
      static const char *const lines[] = { "a", "b", "cd", "" };
      g_autofree char         *expected = g_strdup_printf ("data-in #1 continuation \"%s\"", lines[i]);

      ws_test_wait_until (fixture->server->events->len == i + 1);
      ws_test_settle ();
      g_assert_cmpuint (fixture->server->events->len, ==, i + 1);
      g_assert_true (g_str_has_prefix (fixture->server->events->pdata[i], expected));
      g_assert_true (g_str_has_suffix (fixture->server->events->pdata[i], " eol"));
      resume_data (fixture);
    }
  ws_test_settle ();
  g_assert_cmpuint (fixture->server->events->len, ==, 4);
}

static void
test_peer_resets (WsTestFixture *fixture,
                  gconstpointer  user_data)
{
  g_test_summary ("A reset is noticed while paused; resuming afterwards is an error and nothing more.");

  pause_data (fixture);
  ws_test_client_send_text (fixture->client, "unread");
  ws_test_settle ();
  ws_test_client_reset (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1006");
  g_assert_cmpuint (ws_test_server_count (fixture->server, "data-in"), ==, 0);
  g_assert_false (ws_connection_process_data (fixture->connection, NULL));
  g_assert_false (ws_connection_pause_data (fixture->connection, NULL));
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (fixture->server, "disconnected"), ==, 1);
}

static void
test_peer_half_closes (WsTestFixture *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("What came before the end of the client's bytes is delivered after a pause.");

  pause_data (fixture);
  ws_test_client_send_text (fixture->client, "last words");
  ws_test_client_half_close (fixture->client);
  g_assert_cmpuint (ws_test_settle (), <, 10);
  ws_test_server_assert_events (fixture->server, NULL);
  resume_data (fixture);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1006");
  g_assert_cmpstr (fixture->server->events->pdata[0], ==, "data-in #1 text \"last words\" eom");
}

static void
test_while_closing (WsTestFixture *fixture,
                    gconstpointer  user_data)
{
  g_test_summary ("Closing a paused connection reads on to the client's close frame and drops the messages before it.");

  pause_data (fixture);
  ws_test_client_send_text (fixture->client, "on its way");
  ws_test_settle ();
  g_assert_true (ws_connection_close (fixture->connection, 1000, "ours", NULL));
  ws_test_client_assert_close (fixture->client, 1000, "ours");
  ws_test_client_send_text (fixture->client, "too late");
  ws_test_client_send_close (fixture->client, 1000, "ours");
  ws_test_server_wait_for (fixture->server, "disconnected");
  ws_test_server_assert_events (fixture->server, "disconnected #1 1000 \"ours\"", NULL);
}

static void
test_dropped (WsTestFixture *fixture,
              gconstpointer  user_data)
{
  g_test_summary ("A server that goes takes a paused client along.");

  pause_data (fixture);
  send_numbered (fixture->client, 10);
  ws_test_settle ();
  g_clear_object (&fixture->server->server);
  g_assert_cmpuint (ws_test_server_count (fixture->server, "disconnected #1 "), ==, 1);
  g_assert_cmpuint (ws_test_server_count (fixture->server, "data-in"), ==, 0);
}

static void
pause_connected_cb (WsServer     *server,
                    WsConnection *connection,
                    gpointer      user_data)
{
  g_assert_true (ws_connection_pause_data (connection, NULL));
}

static void
pause_requested_cb (WsServer      *server,
                    WsConnection  *connection,
                    WsOpenRequest *request,
                    gpointer       user_data)
{
  g_assert_true (ws_connection_pause_data (connection, NULL));
}

static void
test_before_open (gconstpointer user_data)
{
  gboolean in_request = user_data != NULL;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autofree char *handshake = ws_test_handshake ("/", NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GByteArray)
      frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "early", 5);

  g_test_summary ("A connection that is paused before or while it opens still opens, and keeps its first message.");

  if (in_request)
    g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (pause_requested_cb), NULL);
  else
    g_signal_connect (server->server, "connected", G_CALLBACK (pause_connected_cb), NULL);
  g_byte_array_append (bytes, (const guint8 *) handshake, (guint) strlen (handshake));
  g_byte_array_append (bytes, frame->data, frame->len);
  ws_test_client_send (client, bytes->data, bytes->len);
  ws_test_response_free (ws_test_client_read_response (client));
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (server, "connected #1"), ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, "data-in"), ==, 0);

  g_assert_true (ws_connection_process_data (ws_test_server_get (server, 1), NULL));
  ws_test_server_wait_for (server, "data-in #1 text \"early\" eom");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ws_test_fixture_add ("/integration/pausing/stops-reading", SETTINGS, test_stops_reading);
  ws_test_fixture_add ("/integration/pausing/inside-data-in", SETTINGS, test_inside_data_in);
  ws_test_fixture_add ("/integration/pausing/resume-inside", SETTINGS, test_resume_inside);
  ws_test_fixture_add ("/integration/pausing/in-frame", SETTINGS, test_in_frame);
  ws_test_fixture_add ("/integration/pausing/lines", SETTINGS, test_lines);
  ws_test_fixture_add ("/integration/pausing/peer-resets", SETTINGS, test_peer_resets);
  ws_test_fixture_add ("/integration/pausing/peer-half-closes", SETTINGS, test_peer_half_closes);
  ws_test_fixture_add ("/integration/pausing/while-closing", SETTINGS, test_while_closing);
  ws_test_fixture_add ("/integration/pausing/dropped", SETTINGS, test_dropped);
  g_test_add_data_func ("/integration/pausing/before-open/in-request", GINT_TO_POINTER (TRUE),
                        test_before_open);
  g_test_add_data_func ("/integration/pausing/before-open/in-connected", NULL, test_before_open);

  return g_test_run ();
}
