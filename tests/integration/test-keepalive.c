/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>

#include "ws-test-fixture.h"

/* Pings of the server's own, quiet connections, and peers that flood with pings. */

static void
test_ping_interval (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("PingInterval=1", "PongTimeout=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);

  g_test_summary ("A client that answers its pings stays, and its round-trip time is measured.");

  g_assert_cmpint (ws_connection_get_round_trip_time (connection), ==, -1);
  client->answers_pings = TRUE;
  ws_test_wait_until (ws_test_server_count (server, "pong #1") == 2);
  g_assert_cmpuint (client->n_answered_pings, ==, 2);
  g_assert_cmpint (ws_connection_get_round_trip_time (connection), >=, 0);
  g_assert_cmpint (ws_connection_get_round_trip_time (connection), <, G_USEC_PER_SEC);
  g_assert_true (ws_connection_get_connected (connection));
}

static void
test_pong_timeout (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("PingInterval=1", "PongTimeout=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A client that does not answer is dropped with 1006; calls that wait for it fail.");

  ws_connection_send_ping_async (ws_test_server_get (server, 1), NULL, ws_test_keep_result_cb, &result);
  ws_test_server_wait_for (server, "disconnected #1 1006");
  g_assert_nonnull (strstr (g_ptr_array_index (server->events, server->events->len - 1), "PongTimeout"));
  ws_test_wait_until (result != NULL);
  g_assert_cmpint (ws_connection_send_ping_finish (ws_test_server_get (server, 1), result, &error), ==, -1);
  g_assert_error (error, WS_ERROR, WS_ERROR_SENDING);
}

static gboolean
talk_cb (gpointer user_data)
{
  WsTestClient *client = user_data;

  ws_test_client_send_text (client, "busy");
  return G_SOURCE_CONTINUE;
}

static void
test_busy_client (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("PingInterval=1", "PongTimeout=1", "IdleTimeout=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  guint talk = g_timeout_add (200, talk_cb, client);

  g_test_summary ("A client that sends messages receives no pings and is not idle.");

  ws_test_wait_until (ws_test_server_count (server, "data-in") >= 8);
  g_assert_cmpuint (client->input->len, ==, 0);
  g_source_remove (talk);
}

static void
test_idle (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("IdleTimeout=1", NULL);
  g_autoptr (WsTestClient) quiet = ws_test_server_open (server);
  g_autoptr (WsTestClient) busy = ws_test_server_open (server);
  guint talk = g_timeout_add (200, talk_cb, busy);

  g_test_summary ("A quiet connection is closed with 1001; pings do not count, messages do.");

  ws_test_client_send_ping (quiet, "no message");
  ws_test_client_assert_frame (quiet, WS_OPCODE_PONG, "no message", 10);
  ws_test_client_assert_close (quiet, 1001, NULL);
  ws_test_client_send_close (quiet, 1001, "");
  ws_test_server_wait_for (server, "disconnected #1 1001");
  g_assert_cmpuint (busy->input->len, ==, 0);
  g_source_remove (talk);
  ws_test_client_assert_close (busy, 1001, NULL);
}

typedef struct
{
  int   writer;
  guint n_written;
} SlowPipe;

static gboolean
write_cb (gpointer user_data)
{
  SlowPipe *slow = user_data;

  g_assert_cmpint (write (slow->writer, "piece", 5), ==, 5);
  if (++slow->n_written < 6)
    return G_SOURCE_CONTINUE;

  g_assert_true (g_close (slow->writer, NULL));
  return G_SOURCE_REMOVE;
}

static void
test_idle_during_stream (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("IdleTimeout=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GBytes) message = NULL;
  SlowPipe slow = { 0 };
  WsOpcode opcode;
  int      ends[2];

  g_test_summary ("A connection that a long stream keeps busy is not idle.");

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  stream = g_unix_input_stream_new (ends[0], TRUE);
  slow.writer = ends[1];
  g_assert_true (ws_connection_set_upload_stream (ws_test_server_get (server, 1), stream, NULL));
  g_timeout_add (250, write_cb, &slow);
  message = ws_test_client_read_message (client, &opcode);
  g_assert_cmpuint (g_bytes_get_size (message), ==, 6 * 5);
  ws_test_client_assert_close (client, 1001, NULL);
}

static void
test_paused (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("PingInterval=1", "PongTimeout=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (WsTestClient) silent = ws_test_server_open (server);

  g_test_summary ("A paused client is not dropped for a pong that the server has not read.");

  client->answers_pings = TRUE;
  g_assert_true (ws_connection_pause_data (ws_test_server_get (server, 1), NULL));
  ws_test_server_wait_for (server, "disconnected #2 1006");
  g_assert_cmpuint (ws_test_server_count (server, "disconnected #1"), ==, 0);
  g_assert_true (ws_connection_process_data (ws_test_server_get (server, 1), NULL));
  ws_test_server_wait_for (server, "pong #1");
}

static void
test_switched_on_later (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("PingInterval applies to connected clients, and can be switched off again.");

  client->answers_pings = TRUE;
  ws_test_server_config (server, "PingInterval=1");
  ws_test_wait_until (client->n_answered_pings == 1);
  ws_test_server_config (server, "PingInterval=0");
  ws_test_server_config (server, "IdleTimeout=1");
  ws_test_client_assert_close (client, 1001, NULL);
  g_assert_cmpuint (client->n_answered_pings, ==, 1);
}

static void
test_ping_client (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  const char   *id = ws_connection_get_connection_id (connection);
  GAsyncResult *results[3] = { NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Several pings in flight each finish once; the last pong answers all.");

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    ws_connection_send_ping_async (connection, NULL, ws_test_keep_result_cb, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (WsTestFrame) ping = ws_test_client_read_frame (client);

      g_assert_cmpint (ping->opcode, ==, WS_OPCODE_PING);
      if (i == 2)
        ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_PONG },
                                   g_bytes_get_data (ping->payload, NULL), g_bytes_get_size (ping->payload));
    }
  ws_test_wait_until (results[0] != NULL && results[1] != NULL && results[2] != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_assert_cmpint (ws_connection_send_ping_finish (connection, results[i], NULL), >=, 0);
      g_object_unref (results[i]);
    }

  ws_connection_set_timeout (connection, 1);
  g_assert_false (ws_server_ping_client (server->server, id, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_TIMED_OUT);
  client->answers_pings = TRUE;
  g_clear_error (&error);
  g_assert_true (ws_server_ping_client (server->server, id, &error));
  g_assert_no_error (error);
}

static void
test_flood (void)
{
  g_autoptr (WsTestServer)
      server = ws_test_server_new_listening ("InBufferSize=65536", "OutBufferSize=65536", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection    *connection = ws_test_server_get (server, 1);
  g_autofree char *payload = ws_test_pattern (125);
  g_autofree char *last = NULL;
  gboolean         answered = FALSE;
  guint            n_pings = 0;

  g_test_summary ("A client that floods with pings and never reads costs bounded memory; its last ping is answered once it reads.");

  ws_test_server_stop_recording (server, "ping");
  ws_test_client_set_reading (client, FALSE);
  for (guint round = 0; round < 200; round++)
    {
      for (guint i = 0; i < 500; i++)
        {
          n_pings++;
          memcpy (payload, &n_pings, sizeof n_pings);
          ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_PING }, payload, 125);
        }
      ws_test_wait_until (client->output->len == 0);
      g_assert_cmpuint (ws_connection_get_send_queue_length (connection), <, 512 * 1024);
    }
  ws_test_settle ();

  ws_test_client_set_reading (client, TRUE);
  while (!answered)
    {
      g_autoptr (WsTestFrame) pong = ws_test_client_read_frame (client);
      guint number;

      g_assert_cmpint (pong->opcode, ==, WS_OPCODE_PONG);
      g_assert_cmpuint (g_bytes_get_size (pong->payload), ==, 125);
      memcpy (&number, g_bytes_get_data (pong->payload, NULL), sizeof number);
      answered = number == n_pings;
    }
  ws_test_settle ();
  g_assert_cmpuint (client->input->len, ==, 0);
  g_assert_cmpuint (ws_connection_get_send_queue_length (connection), ==, 0);
}

static gboolean
send_text_cb (gpointer user_data)
{
  ws_connection_send_text (user_data, "t", NULL);
  return G_SOURCE_CONTINUE;
}

static void
test_ping_among_sends (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  g_autoptr (GError) error = NULL;
  guint  sends = g_timeout_add (300, send_text_cb, connection);
  gint64 begin_us = g_get_monotonic_time ();

  g_test_summary ("A ping that waits keeps its timeout while other messages are sent.");

  ws_connection_set_timeout (connection, 1);
  g_assert_false (ws_connection_send_ping (connection, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, >=, 900 * 1000);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, 3 * G_USEC_PER_SEC);
  g_source_remove (sends);
}

static gboolean
set_flag_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_long_idle_timeout (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("IdleTimeout=4295", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  gboolean passed = FALSE;

  g_test_summary ("An IdleTimeout of 4295 seconds, over 32 bits in microseconds, closes nothing at once.");

  g_timeout_add (150, set_flag_cb, &passed);
  ws_test_wait_until (passed);
  ws_test_server_assert_events (server, NULL);
  g_assert_cmpuint (client->input->len, ==, 0);
}

static gboolean
start_reading_cb (gpointer user_data)
{
  WsTestClient *client = user_data;

  client->answers_pings = TRUE;
  ws_test_client_set_reading (client, TRUE);
  return G_SOURCE_REMOVE;
}

static void
test_long_timeout (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A ping with a timeout of 3600 seconds waits for its pong.");

  ws_test_client_set_reading (client, FALSE);
  ws_connection_set_timeout (connection, 3600);
  g_timeout_add (150, start_reading_cb, client);
  ws_connection_send_ping (connection, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (client->n_answered_pings, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/keepalive/ping-interval", test_ping_interval);
  g_test_add_func ("/integration/keepalive/pong-timeout", test_pong_timeout);
  g_test_add_func ("/integration/keepalive/busy-client", test_busy_client);
  g_test_add_func ("/integration/keepalive/idle", test_idle);
  g_test_add_func ("/integration/keepalive/idle-during-stream", test_idle_during_stream);
  g_test_add_func ("/integration/keepalive/paused", test_paused);
  g_test_add_func ("/integration/keepalive/switched-on-later", test_switched_on_later);
  g_test_add_func ("/integration/keepalive/ping-client", test_ping_client);
  g_test_add_func ("/integration/keepalive/flood", test_flood);
  g_test_add_func ("/integration/keepalive/ping-among-sends", test_ping_among_sends);
  g_test_add_func ("/integration/keepalive/long-idle-timeout", test_long_idle_timeout);
  g_test_add_func ("/integration/keepalive/long-ping-timeout", test_long_timeout);

  return g_test_run ();
}
