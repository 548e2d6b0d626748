/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* MaxTotalMemory: what all clients hold together is bounded, and those that hold most are closed first. */

#define MIB (1024 * 1024)
#define N_CLIENTS 8

static guint
count_ended (WsTestServer *server)
{
  return ws_test_server_count (server, "disconnected");
}

static void
assert_served (WsTestClient *client)
{
  ws_test_client_send_ping (client, "served");
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "served", 6);
}

/* A part of a message that never ends. */
static void
send_begun_message (WsTestClient *client,
                    gsize         length)
{
  g_autofree char *payload = g_strnfill (length, 'x');

  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_BINARY, .more = TRUE }, payload,
                             length);
}

static void
test_assembling (void)
{
  static const char *const settings[] = { "BufferMessage=True", "MaxTotalMemory=10485760", NULL };
  g_autoptr (WsTestServer) server = ws_test_server_new_with (settings);
  g_autoptr (WsTestClient) good = ws_test_server_open (server);
  WsTestClient *clients[N_CLIENTS];
  guint         n_closed = 0;

  g_test_summary ("Clients that begin long messages are closed with 1013, the largest first; others are served on.");

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      clients[i] = ws_test_server_open (server);
      send_begun_message (clients[i], i == 3 ? 4 * MIB : MIB + MIB / 2);
      assert_served (good);
    }
  ws_test_server_wait_for (server, "disconnected #5 1013");
  ws_test_client_assert_close (clients[3], 1013, "all clients together take more than MaxTotalMemory");
  assert_served (good);

  for (gint64 end_us = g_get_monotonic_time () + 2500 * 1000; g_get_monotonic_time () < end_us;)
    assert_served (good);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      n_closed += clients[i]->eof || clients[i]->input->len > 0;
      ws_test_client_free (clients[i]);
    }
  g_test_message ("%u clients closed", n_closed);
  g_assert_cmpuint (n_closed, >, 0);
  g_assert_cmpuint (n_closed, <, N_CLIENTS);
  g_assert_true (ws_test_server_has_log (server, "Memory is short"));
  g_assert_true (ws_test_server_has_log (server, "MaxTotalMemory"));
}

static void
test_queues (void)
{
  static const char *const settings[] = { "ReadPauseQueue=0", "MaxTotalMemory=16777216", NULL };
  g_autoptr (WsTestServer) server = ws_test_server_new_with (settings);
  g_autoptr (WsTestClient) good = ws_test_server_open (server);
  g_autofree char *payload = g_strnfill (MIB, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new (payload, MIB);
  WsTestClient *clients[N_CLIENTS];
  guint64       most = 0;
  guint         n_refused = 0;

  g_test_summary ("Clients that do not read are not sent to when memory is short; the sum stays below the limit.");

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      clients[i] = ws_test_server_open (server);
      ws_test_client_set_reading (clients[i], FALSE);
    }
  for (guint round = 0; round < 30; round++)
    {
      guint64 sum = 0;

      for (guint i = 0; i < N_CLIENTS; i++)
        {
          WsConnection *connection = ws_test_server_get (server, i + 2);
          g_autoptr (GError) error = NULL;

          if (connection == NULL)
            continue;
          if (!ws_connection_send_bytes (connection, bytes, &error))
            {
              n_refused++;
              if (g_error_matches (error, WS_ERROR, WS_ERROR_WOULD_BLOCK))
                g_assert_nonnull (strstr (error->message, "MaxTotalMemory"));
            }
          sum += ws_connection_get_send_queue_length (connection);
        }
      most = MAX (most, sum);
      assert_served (good);
    }
  g_test_message ("at most %" G_GUINT64_FORMAT " bytes, %u sends refused", most, n_refused);
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (most, <, 16 * MIB + N_CLIENTS * 2 * MIB);

  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_client_free (clients[i]);
}

/* Sends to a client that does not read, until memory is short. */
static void
fill_queue (WsTestServer *server,
            WsTestClient *client,
            WsConnection *connection)
{
  g_autofree char *payload = g_strnfill (65536, 'x');

  ws_test_client_set_reading (client, FALSE);
  while (!ws_test_server_has_log (server, "Memory is short"))
    {
      g_assert_true (ws_connection_send_text (connection, payload, NULL));
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
test_recovers (void)
{
  static const char *const settings[] = { "BufferMessage=True", "MaxTotalMemory=4194304", NULL };
  g_autoptr (WsTestServer) server = ws_test_server_new_with (settings);
  g_autoptr (WsTestClient) waiting = ws_test_server_open (server);
  g_autoptr (WsTestClient) large = ws_test_server_open (server);
  g_autofree char *rest = g_strnfill (100000, 'y');

  g_test_summary ("A client that had to wait goes on when another one has gone.");

  send_begun_message (waiting, 100000);
  ws_test_wait_until (ws_connection_get_bytes_received (ws_test_server_get (server, 1)) == 100000);
  fill_queue (server, large, ws_test_server_get (server, 2));
  ws_test_client_send_frame (waiting, (WsTestFrameSpec){ .opcode = WS_OPCODE_CONTINUATION }, rest, 100000);
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (server, "data-in #1"), ==, 0);

  ws_test_client_reset (large);
  ws_test_server_wait_for (server, "data-in #1");
  g_assert_cmpuint (count_ended (server), ==, 1);
  assert_served (waiting);
}

static void
test_shared (void)
{
  static const char *const settings[] = { "MaxTotalMemory=4194304", NULL };
  g_autoptr (WsTestServer) server = ws_test_server_new_with (settings);
  g_autofree char *payload = g_strnfill (MIB, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new (payload, MIB);
  WsTestClient *clients[N_CLIENTS];

  g_test_summary ("What a broadcast sends is one block of memory, however many clients it waits for.");

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      clients[i] = ws_test_server_open (server);
      ws_test_client_set_reading (clients[i], FALSE);
    }
  for (guint i = 0; i < 6; i++)
    {
      guint n_sent = ws_server_broadcast (server->server, WS_DATA_FORMAT_BINARY, bytes, NULL, NULL, NULL);

      g_assert_cmpuint (n_sent, ==, N_CLIENTS);
    }
  for (gint64 end_us = g_get_monotonic_time () + 1500 * 1000; g_get_monotonic_time () < end_us;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (count_ended (server), ==, 0);
  g_assert_false (ws_test_server_has_log (server, "Memory is short"));

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      ws_test_client_set_reading (clients[i], TRUE);
      for (guint n = 0; n < 6; n++)
        {
          WsOpcode opcode;
          g_autoptr (GBytes) message = ws_test_client_read_message (clients[i], &opcode);

          g_assert_true (g_bytes_equal (message, bytes));
        }
      ws_test_client_free (clients[i]);
    }
}

static void
test_switched_off (void)
{
  static const char *const settings[] = { "MaxTotalMemory=4194304", NULL };
  g_autoptr (WsTestServer) server = ws_test_server_new_with (settings);
  g_autoptr (WsTestClient) large = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Without a limit nobody waits or is closed any more.");

  fill_queue (server, large, connection);
  g_assert_false (ws_connection_send_text (connection, "refused", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK);
  ws_test_server_config (server, "MaxTotalMemory=0");
  for (gint64 end_us = g_get_monotonic_time () + 1500 * 1000; g_get_monotonic_time () < end_us;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (ws_connection_send_text (connection, "taken", NULL));
  g_assert_cmpuint (count_ended (server), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/total-memory/assembling", test_assembling);
  g_test_add_func ("/integration/total-memory/queues", test_queues);
  g_test_add_func ("/integration/total-memory/recovers", test_recovers);
  g_test_add_func ("/integration/total-memory/shared", test_shared);
  g_test_add_func ("/integration/total-memory/switched-off", test_switched_off);

  return g_test_run ();
}
