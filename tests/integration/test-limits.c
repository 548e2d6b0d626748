/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"
#include "ws-test-stream.h"

/* Settings that limit what one client can take, and who may come in if a handler fails. */

/* --- MaxConnectionsPerAddress ---------------------------------------------------------------- */

static void
test_per_address (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxConnectionsPerAddress=2", NULL);
  g_autoptr (WsTestClient) first = ws_test_server_open (server);
  g_autoptr (WsTestClient) second = ws_test_server_open (server);
  g_autoptr (WsTestClient) third = NULL;
  g_autoptr (WsTestClient) fourth = NULL;

  g_test_summary ("A client beyond the limit of its address is closed without a signal; one that leaves makes room.");

  third = ws_test_client_new (server->port);
  ws_test_wait_until (third->eof);
  g_assert_cmpuint (third->input->len, ==, 0);
  g_assert_cmpuint (ws_test_server_count (server, ""), ==, 0);
  g_assert_true (ws_test_server_has_log (server, "Client 127.0.0.1 refused by MaxConnectionsPerAddress"));

  ws_test_client_close (first);
  ws_test_server_wait_for (server, "disconnected #1");
  ws_test_server_forget (server);
  fourth = ws_test_server_open (server);
  ws_test_client_send_text (second, "still here");
  ws_test_server_wait_for (server, "data-in #2");
  g_assert_cmpuint (ws_test_server_get_n_clients (server), ==, 2);
}

static void
test_per_address_changed (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) first = ws_test_server_open (server);
  g_autoptr (WsTestClient) second = NULL;
  g_autoptr (WsTestClient) third = NULL;

  g_test_summary ("The limit counts clients that came before it was set, and can be lifted.");

  ws_test_server_config (server, "MaxConnectionsPerAddress=1");
  second = ws_test_client_new (server->port);
  ws_test_wait_until (second->eof);
  ws_test_server_config (server, "MaxConnectionsPerAddress=0");
  third = ws_test_server_open (server);
  g_assert_cmpuint (ws_test_server_get_n_clients (server), ==, 2);
}

/* --- MaxPendingConnections ------------------------------------------------------------------- */

static void
test_pending_slowest (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxPendingConnections=2", NULL);
  g_autoptr (WsTestClient) open = ws_test_server_open (server);
  g_autoptr (WsTestClient) slowest = ws_test_server_connect (server);
  g_autoptr (WsTestClient) slow = NULL;
  g_autoptr (WsTestClient) good = NULL;

  g_test_summary ("A client beyond the limit is served; the one that has been waited for the longest is dropped.");

  server->echo = TRUE;
  ws_test_settle ();
  slow = ws_test_server_connect (server);
  ws_test_settle ();
  good = ws_test_server_open (server);
  ws_test_wait_until (slowest->eof);
  g_assert_true (ws_test_server_has_log (server, "Info Clients dropped that were not open yet, the slowest first: 1, "
                                                 "as MaxPendingConnections demands"));
  ws_test_client_open (slow, "/", NULL);
  ws_test_client_send_text (open, "still here");
  ws_test_client_assert_text (open, "still here");
  g_assert_cmpuint (ws_test_server_get_n_clients (server), ==, 3);
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
}

static void
test_pending_crowd (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxConnections=2", NULL);
  g_autoptr (GPtrArray) crowd = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_test_client_free);
  g_autoptr (WsTestClient) good = NULL;
  guint n_left = 0;

  g_test_summary ("A crowd that says nothing takes 64 places of a small server, and none of the open clients'.");

  for (guint i = 0; i < 100; i++)
    g_ptr_array_add (crowd, ws_test_server_connect (server));
  good = ws_test_server_open (server);
  ws_test_wait_until (((WsTestClient *) crowd->pdata[36])->eof);
  ws_test_settle ();
  for (guint i = 0; i < crowd->len; i++)
    n_left += !((WsTestClient *) crowd->pdata[i])->eof;
  g_assert_cmpuint (n_left, ==, 63);
}

static void
defer_each_cb (WsServer      *server,
               WsConnection  *connection,
               WsOpenRequest *request,
               gpointer       user_data)
{
  ws_open_request_defer (request);
  g_ptr_array_add (user_data, g_object_ref (request));
}

static void
test_pending_deferred (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxPendingConnections=1", NULL);
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (WsTestClient) waiting = NULL;
  g_autoptr (WsTestClient) refused = NULL;
  WsTestResponse *response;

  g_test_summary ("A client that waits for the application is not dropped; the next one is closed instead.");

  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (defer_each_cb), requests);
  waiting = ws_test_client_new (server->port);
  ws_test_client_send_handshake (waiting, "/", NULL);
  ws_test_wait_until (requests->len == 1);
  refused = ws_test_client_new (server->port);
  ws_test_wait_until (refused->eof);
  g_assert_cmpuint (refused->input->len, ==, 0);

  ws_open_request_complete (requests->pdata[0]);
  response = ws_test_client_read_response (waiting);
  g_assert_cmpuint (response->status, ==, 101);
  ws_test_response_free (response);
}

static void
test_pending_full (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxConnections=1", NULL);
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (WsTestClient) first = ws_test_client_new (server->port);
  g_autoptr (WsTestClient) second = ws_test_client_new (server->port);
  WsTestResponse *response;

  g_test_summary ("Of two clients that the application accepts later, the one beyond MaxConnections is answered 503.");

  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (defer_each_cb), requests);
  ws_test_client_send_handshake (first, "/", NULL);
  ws_test_wait_until (requests->len == 1);
  ws_test_client_send_handshake (second, "/", NULL);
  ws_test_wait_until (requests->len == 2);
  ws_open_request_complete (requests->pdata[0]);
  response = ws_test_client_read_response (first);
  g_assert_cmpuint (response->status, ==, 101);
  ws_test_response_free (response);
  ws_open_request_complete (requests->pdata[1]);
  response = ws_test_client_read_response (second);
  g_assert_cmpuint (response->status, ==, 503);
  ws_test_response_free (response);
  g_assert_cmpuint (ws_test_server_get_n_clients (server), ==, 1);
}

/* --- MaxControlFrameRate --------------------------------------------------------------------- */

static void
test_control_frames (gconstpointer user_data)
{
  guint8 opcode = (guint8) GPOINTER_TO_UINT (user_data);
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxControlFrameRate=10", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray) flood = g_byte_array_new ();

  g_test_summary ("A client that sends more control frames in a second than the limit is closed with 1008.");

  for (guint i = 0; i < 11; i++)
    {
      g_autoptr (GByteArray) frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = opcode }, "p", 1);

      g_byte_array_append (flood, frame->data, frame->len);
    }
  ws_test_client_send (client, flood->data, flood->len);
  for (guint i = 0; i < 10 && opcode == WS_OPCODE_PING; i++)
    ws_test_client_assert_frame (client, WS_OPCODE_PONG, "p", 1);
  ws_test_client_assert_close (client, 1008, "more pings and pongs in a second than MaxControlFrameRate");
  ws_test_client_close (client);
  ws_test_server_wait_for (server, "disconnected #1 1008 ");
  g_assert_cmpuint (ws_test_server_count (server, opcode == WS_OPCODE_PING ? "ping #1" : "pong #1"), ==, 10);
}

static void
test_control_frames_allowed (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (user_data, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("As many pings as the limit, or any number without one, and data of any number are served.");

  for (guint i = 0; i < 100; i++)
    {
      ws_test_client_send_ping (client, "p");
      ws_test_client_send_text (client, "data");
    }
  for (guint i = 0; i < 100; i++)
    ws_test_client_assert_frame (client, WS_OPCODE_PONG, "p", 1);
  ws_test_wait_until (ws_test_server_count (server, "data-in #1") == 100);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 0);
}

/* --- MaxFragments ---------------------------------------------------------------------------- */

/* n_frames frames, the last of which ends the message. */
static void
send_fragments (WsTestClient *client,
                guint         n_frames)
{
  for (guint i = 0; i < n_frames; i++)
    {
      WsTestFrameSpec spec = { .opcode = i == 0 ? WS_OPCODE_BINARY : WS_OPCODE_CONTINUATION,
                               .more = i + 1 < n_frames };

      ws_test_client_send_frame (client, spec, "f", 1);
    }
}

static void
test_fragments (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxFragments=3", "BufferMessage=True", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("A message in more frames than the limit is 1008, when the first frame too many comes; each message counts anew.");

  send_fragments (client, 3);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_BINARY, .more = TRUE }, "f", 1);
  ws_test_client_send_ping (client, "between");
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_CONTINUATION, .more = TRUE },
                             "", 0);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_CONTINUATION }, "f", 1);
  send_fragments (client, 1);
  ws_test_wait_until (ws_test_server_count (server, "data-in #1") == 3);
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "between", 7);

  send_fragments (client, 4);
  ws_test_client_assert_close (client, 1008, "message in too many fragments");
  ws_test_client_close (client);
  ws_test_server_wait_for (server, "disconnected #1 1008 ");
  g_assert_cmpuint (ws_test_server_count (server, "data-in #1"), ==, 3);
}

static void
test_fragments_one (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxFragments=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("With a limit of 1 whole messages are served and fragments are not.");

  ws_test_client_send_text (client, "whole");
  ws_test_server_wait_for (server, "data-in #1 text \"whole\" eom");
  send_fragments (client, 2);
  ws_test_client_assert_close (client, 1008, "message in too many fragments");
}

/* --- ReadPauseQueue -------------------------------------------------------------------------- */

#define MIB (1024 * 1024)
#define PIECE_BYTES 65536
#define N_PIECES 400 /* 25 MiB: more than the buffers of both sockets and the queue hold */

static void
send_pieces (WsTestClient *client)
{
  g_autofree char *piece = ws_test_pattern (PIECE_BYTES);

  for (guint i = 0; i < N_PIECES; i++)
    {
      memcpy (piece, &i, sizeof i);
      ws_test_client_send_binary (client, piece, PIECE_BYTES);
    }
}

static void
assert_pieces (WsTestClient *client)
{
  for (guint i = 0; i < N_PIECES;)
    {
      WsOpcode opcode;
      g_autoptr (GBytes) message = ws_test_client_read_message (client, &opcode);

      if (opcode == WS_OPCODE_PING)
        {
          ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_PONG },
                                     g_bytes_get_data (message, NULL), g_bytes_get_size (message));
          continue;
        }

      g_assert_cmpuint (g_bytes_get_size (message), ==, PIECE_BYTES);
      g_assert_cmpint (memcmp (g_bytes_get_data (message, NULL), &i, sizeof i), ==, 0);
      i++;
    }
}

static const char *const no_timers[] = { "ReadPauseQueue=262144", "BufferMessage=True", NULL };
static const char *const short_timers[] = { "ReadPauseQueue=262144", "BufferMessage=True", "PingInterval=1",
                                            "PongTimeout=1", "IdleTimeout=2", NULL };

static void
test_read_pause (gconstpointer settings)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_with (settings);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (WsTestClient) other = NULL;
  WsConnection *connection = ws_test_server_get (server, 1);
  guint64       n_received;

  g_test_summary ("A client that does not read its answers is not read; it gets all of them when it reads again.");

  server->echo = TRUE;
  ws_test_client_set_reading (client, FALSE);
  send_pieces (client);
  ws_test_settle ();
  n_received = ws_connection_get_bytes_received (connection);
  g_assert_cmpuint (n_received, <, (guint64) N_PIECES * PIECE_BYTES);
  g_assert_cmpuint (ws_connection_get_send_queue_length (connection), >, 128 * 1024);
  g_assert_cmpuint (ws_connection_get_send_queue_length (connection), <, 4 * MIB);

  /* Meanwhile others are served; nobody is blamed. */
  other = ws_test_server_open (server);
  other->answers_pings = TRUE;
  for (gint64 end_us = g_get_monotonic_time () + 3500 * 1000; g_get_monotonic_time () < end_us;)
    {
      ws_test_client_send_text (other, "other");
      ws_test_client_assert_text (other, "other");
    }
  g_assert_cmpuint (ws_connection_get_bytes_received (connection), ==, n_received);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 0);

  ws_test_client_set_reading (client, TRUE);
  assert_pieces (client);
  ws_test_client_send_close (client, 1000, NULL);
  ws_test_server_wait_for (server, "disconnected #1 1000");
}

static void
test_read_always (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ReadPauseQueue=0", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("With ReadPauseQueue=0 a client is read although its answers wait.");

  server->echo = TRUE;
  ws_test_client_set_reading (client, FALSE);
  send_pieces (client);
  ws_test_wait_until (ws_connection_get_bytes_received (ws_test_server_get (server, 1)) ==
                      (guint64) N_PIECES * PIECE_BYTES);
  ws_test_client_set_reading (client, TRUE);
  assert_pieces (client);
}

static void
test_read_beside_stream (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GInputStream) stream = ws_test_stream_new (64 * MIB, G_MAXSIZE, FALSE);
  WsConnection *connection = ws_test_server_get (server, 1);

  g_test_summary ("A client is read while a long stream is sent to it.");

  ws_test_client_set_reading (client, FALSE);
  ws_connection_send_stream_async (connection, stream, NULL, NULL, NULL);
  ws_test_wait_until (ws_connection_get_send_queue_length (connection) > 256 * 1024);
  ws_test_client_send_text (client, "stop");
  ws_test_server_wait_for (server, "data-in #1 text \"stop\" eom");
}

static void
test_read_close (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ReadPauseQueue=262144", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);

  g_test_summary ("A client that is not read and leaves is reported; one that is closed is read for its close frame.");

  server->echo = TRUE;
  ws_test_client_set_reading (client, FALSE);
  send_pieces (client);
  ws_test_settle ();
  g_assert_cmpuint (ws_connection_get_send_queue_length (connection), >, 128 * 1024);
  server->echo = FALSE;
  ws_connection_close (connection, 1000, NULL, NULL);
  ws_test_client_reset (client);
  ws_test_server_wait_for (server, "disconnected #1");
}

/* --- MaxSendQueue ---------------------------------------------------------------------------- */

static void
test_written_part (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxSendQueue=33554432", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GBytes) message = g_bytes_new_take (ws_test_pattern (24 * MIB), 24 * MIB);
  g_autoptr (GBytes) other = g_bytes_new_from_bytes (message, 0, 8 * MIB);
  g_autoptr (GError) error = NULL;
  WsConnection *connection = ws_test_server_get (server, 1);

  g_test_summary ("The memory of a message counts in MaxSendQueue until all of it is written.");

  ws_test_client_set_reading (client, FALSE);
  ws_connection_send_bytes (connection, message, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ws_connection_get_send_queue_length (connection), >, 0);
  g_assert_cmpuint (ws_connection_get_send_queue_length (connection), <, 24 * MIB - 65536);
  g_assert_false (ws_connection_send_bytes (connection, other, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK);
  ws_test_client_set_reading (client, TRUE);
  ws_test_server_wait_for (server, "ready-to-send #1");
  g_clear_error (&error);
  ws_connection_send_bytes (connection, other, &error);
  g_assert_no_error (error);
}

/* --- RefuseByDefault ------------------------------------------------------------------------- */

static void
connection_request_cb (WsServer            *server,
                       WsConnectionRequest *request,
                       gpointer             user_data)
{
  if (GPOINTER_TO_INT (user_data))
    ws_connection_request_set_accept (request, TRUE);
}

static void
open_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsOpenRequest *request,
                 gpointer       user_data)
{
  if (GPOINTER_TO_INT (user_data))
    ws_open_request_set_status_code (request, 101);
}

static void
test_refuse_connection (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("RefuseByDefault=True", NULL);
  g_autoptr (WsTestClient) refused = NULL;
  g_autoptr (WsTestClient) accepted = NULL;

  g_test_summary ("A connection-request that no handler accepts is refused.");

  ws_test_server_stop_recording (server, "web-socket-open-request");
  refused = ws_test_client_new (server->port);
  ws_test_wait_until (refused->eof);
  g_assert_cmpuint (refused->input->len, ==, 0);
  g_assert_true (ws_test_server_has_log (server, "refused by RefuseByDefault or the application"));

  g_signal_connect (server->server, "connection-request", G_CALLBACK (connection_request_cb),
                    GINT_TO_POINTER (TRUE));
  accepted = ws_test_client_new (server->port);
  ws_test_client_open (accepted, "/", NULL);
}

static void
test_refuse_opening (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("RefuseByDefault=True", NULL);
  g_autoptr (WsTestClient) refused = NULL;
  g_autoptr (WsTestClient) accepted = NULL;
  WsTestResponse *response;

  g_test_summary ("A web-socket-open-request that no handler accepts is answered 403.");

  ws_test_server_stop_recording (server, "connection-request");
  refused = ws_test_client_new (server->port);
  ws_test_client_send_handshake (refused, "/", NULL);
  response = ws_test_client_read_response (refused);
  g_assert_cmpuint (response->status, ==, 403);
  ws_test_response_free (response);

  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (open_request_cb),
                    GINT_TO_POINTER (TRUE));
  accepted = ws_test_client_new (server->port);
  ws_test_client_open (accepted, "/", NULL);
}

static void
defer_cb (WsServer      *server,
          WsConnection  *connection,
          WsOpenRequest *request,
          gpointer       user_data)
{
  WsOpenRequest **kept = user_data;

  ws_open_request_defer (request);
  *kept = g_object_ref (request);
}

static void
test_refuse_deferred (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("RefuseByDefault=True", NULL);
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsOpenRequest) kept = NULL;
  WsTestResponse *response;

  g_test_summary ("A deferred request that is completed without accepting is answered 403.");

  ws_test_server_stop_recording (server, "connection-request");
  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (defer_cb), &kept);
  client = ws_test_client_new (server->port);
  ws_test_client_send_handshake (client, "/", NULL);
  ws_test_wait_until (kept != NULL);
  ws_open_request_complete (kept);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 403);
  ws_test_response_free (response);
}

static void
test_refuse_without_handlers (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("RefuseByDefault=True", "BlockedClients=192.0.2.1", NULL);
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("Where no handler is asked, the lists decide as before.");

  ws_test_server_stop_recording (server, "connection-request");
  ws_test_server_stop_recording (server, "web-socket-open-request");
  client = ws_test_client_new (server->port);
  ws_test_client_open (client, "/", NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/limits/per-address/refused", test_per_address);
  g_test_add_func ("/integration/limits/per-address/changed", test_per_address_changed);
  g_test_add_func ("/integration/limits/pending/slowest", test_pending_slowest);
  g_test_add_func ("/integration/limits/pending/crowd", test_pending_crowd);
  g_test_add_func ("/integration/limits/pending/deferred", test_pending_deferred);
  g_test_add_func ("/integration/limits/pending/full", test_pending_full);
  g_test_add_data_func ("/integration/limits/control-frames/pings", GUINT_TO_POINTER (WS_OPCODE_PING),
                        test_control_frames);
  g_test_add_data_func ("/integration/limits/control-frames/pongs", GUINT_TO_POINTER (WS_OPCODE_PONG),
                        test_control_frames);
  g_test_add_data_func ("/integration/limits/control-frames/within", "MaxControlFrameRate=100",
                        test_control_frames_allowed);
  g_test_add_data_func ("/integration/limits/control-frames/unlimited", "MaxControlFrameRate=0",
                        test_control_frames_allowed);
  g_test_add_func ("/integration/limits/fragments/messages", test_fragments);
  g_test_add_func ("/integration/limits/fragments/one", test_fragments_one);
  g_test_add_data_func ("/integration/limits/read-pause-queue/echo", no_timers, test_read_pause);
  g_test_add_data_func ("/integration/limits/read-pause-queue/keep-alive", short_timers, test_read_pause);
  g_test_add_func ("/integration/limits/read-pause-queue/off", test_read_always);
  g_test_add_func ("/integration/limits/read-pause-queue/stream", test_read_beside_stream);
  g_test_add_func ("/integration/limits/read-pause-queue/close", test_read_close);
  g_test_add_func ("/integration/limits/max-send-queue/written-part", test_written_part);
  g_test_add_func ("/integration/limits/refuse-by-default/connection", test_refuse_connection);
  g_test_add_func ("/integration/limits/refuse-by-default/opening", test_refuse_opening);
  g_test_add_func ("/integration/limits/refuse-by-default/deferred", test_refuse_deferred);
  g_test_add_func ("/integration/limits/refuse-by-default/without-handlers", test_refuse_without_handlers);

  return g_test_run ();
}
