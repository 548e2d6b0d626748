/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-fixture.h"

/* Opening handshakes that the application decides later. */

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

/* A server with one client whose request is deferred and kept. */
typedef struct
{
  WsTestServer  *server;
  WsTestClient  *client;
  WsOpenRequest *request;
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  fixture->server = ws_test_server_new_listening (user_data, NULL);
  g_signal_connect (fixture->server->server, "web-socket-open-request", G_CALLBACK (defer_cb),
                    &fixture->request);
  fixture->client = ws_test_server_connect (fixture->server);
  ws_test_client_send_handshake (fixture->client, "/", "Sec-WebSocket-Protocol: chat\r\n");
  ws_test_wait_until (fixture->request != NULL);
  ws_test_settle ();
  g_assert_cmpuint (fixture->client->n_received_bytes, ==, 0);
  ws_test_server_assert_events (fixture->server, "connection-request 127.0.0.1",
                                "web-socket-open-request #1 /", NULL);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  ws_test_client_free (fixture->client);
  if (fixture->request != NULL)
    g_assert_finalize_object (fixture->request);
  ws_test_server_free (fixture->server);
}

static void
test_complete (Fixture      *fixture,
               gconstpointer user_data)
{
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A deferred request that is completed opens with the answer given by then.");

  ws_open_request_set_sub_protocols (fixture->request, "chat");
  ws_open_request_set_response_headers (fixture->request, "X-Late: 1\r\n");
  g_assert_true (ws_open_request_complete (fixture->request));

  response = ws_test_client_read_response (fixture->client);
  g_assert_cmpuint (response->status, ==, 101);
  g_assert_cmpstr (ws_test_response_get (response, "sec-websocket-protocol"), ==, "chat");
  g_assert_cmpstr (ws_test_response_get (response, "x-late"), ==, "1");
  ws_test_server_wait_for (fixture->server, "ready-to-send");
  ws_test_server_assert_events (fixture->server, "connected #1", "ready-to-send #1", NULL);
}

static void
test_complete_twice (Fixture      *fixture,
                     gconstpointer user_data)
{
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("Completing a second time changes nothing and opens nothing twice.");

  g_assert_true (ws_open_request_complete (fixture->request));
  ws_test_server_wait_for (fixture->server, "connected");
  g_assert_false (ws_open_request_complete (fixture->request));
  response = ws_test_client_read_response (fixture->client);
  g_assert_cmpuint (response->status, ==, 101);
  ws_test_settle ();
  g_assert_cmpuint (fixture->client->input->len, ==, 0);
  g_assert_cmpuint (ws_test_server_count (fixture->server, "connected"), ==, 1);
}

static void
test_refuse (Fixture      *fixture,
             gconstpointer user_data)
{
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A deferred request may be completed with a refusal.");

  ws_open_request_set_status_code (fixture->request, 403);
  g_assert_true (ws_open_request_complete (fixture->request));

  response = ws_test_client_read_response (fixture->client);
  g_assert_cmpuint (response->status, ==, 403);
  ws_test_client_assert_eof (fixture->client);
  ws_test_server_assert_events (fixture->server, NULL);
}

static void
test_status_of_no_kind (Fixture      *fixture,
                        gconstpointer user_data)
{
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A number that is not an HTTP status refuses the client.");

  g_test_expect_message ("WsServer", G_LOG_LEVEL_CRITICAL, "*status code 42 is neither 101*");
  ws_open_request_set_status_code (fixture->request, 42);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (ws_open_request_get_status_code (fixture->request), ==, 500);
  g_assert_true (ws_open_request_complete (fixture->request));

  response = ws_test_client_read_response (fixture->client);
  g_assert_cmpuint (response->status, ==, 500);
  ws_test_client_assert_eof (fixture->client);
}

static void
test_frames_meanwhile (Fixture      *fixture,
                       gconstpointer user_data)
{
  g_test_summary ("Frames that arrive while the decision is open wait for connected.");

  ws_test_client_send_text (fixture->client, "early");
  ws_test_client_send_ping (fixture->client, "p");
  ws_test_settle ();
  ws_test_server_assert_events (fixture->server, NULL);
  g_assert_cmpuint (fixture->client->n_received_bytes, ==, 0);

  g_assert_true (ws_open_request_complete (fixture->request));
  ws_test_response_free (ws_test_client_read_response (fixture->client));
  ws_test_server_wait_for (fixture->server, "ping");
  ws_test_server_assert_events (fixture->server, "connected #1", "ready-to-send #1",
                                "data-in #1 text \"early\" eom", "ping #1 \"p\"", NULL);
  ws_test_client_assert_frame (fixture->client, WS_OPCODE_PONG, "p", 1);
}

static void
test_flood_meanwhile (Fixture      *fixture,
                      gconstpointer user_data)
{
  const gsize      length = 32 * 1024 * 1024;
  g_autofree char *noise = ws_test_pattern (length);

  g_test_summary ("A client that floods while the decision is open is not read without bound.");

  ws_test_client_send (fixture->client, noise, length);
  ws_test_settle ();
  /* Kernel buffers hold some; most of it cannot have left. */
  g_assert_cmpuint (fixture->client->output->len, >, length / 4);
}

static void
test_peer_leaves (Fixture      *fixture,
                  gconstpointer user_data)
{
  g_test_summary ("A deferred request is cancelled when the peer leaves, and complete reports it.");

  if (g_strcmp0 (user_data, "LogLevel=1") == 0)
    ws_test_client_reset (fixture->client);
  else
    ws_test_client_close (fixture->client);

  ws_test_wait_until (ws_open_request_is_cancelled (fixture->request));
  g_assert_false (ws_open_request_complete (fixture->request));
  ws_test_settle ();
  ws_test_server_assert_events (fixture->server, NULL);
}

static void
test_never (Fixture      *fixture,
            gconstpointer user_data)
{
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A request that is never completed is answered with 503 at HandshakeTimeout.");

  response = ws_test_client_read_response (fixture->client);
  g_assert_cmpuint (response->status, ==, 503);
  ws_test_client_assert_eof (fixture->client);
  g_assert_true (ws_open_request_is_cancelled (fixture->request));
  g_assert_false (ws_open_request_complete (fixture->request));
  ws_test_server_assert_events (fixture->server, NULL);
}

static void
test_dropped (Fixture      *fixture,
              gconstpointer user_data)
{
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A deferred request whose last reference is dropped is answered 500.");

  g_clear_object (&fixture->request);
  response = ws_test_client_read_response (fixture->client);
  g_assert_cmpuint (response->status, ==, 500);
  ws_test_client_assert_eof (fixture->client);
  ws_test_server_assert_events (fixture->server, NULL);
}

static void
test_shutdown_meanwhile (Fixture      *fixture,
                         gconstpointer user_data)
{
  g_test_summary ("A shutdown cancels a decision that is still open.");

  ws_server_shutdown (fixture->server->server);
  ws_test_wait_until (fixture->client->eof);
  g_assert_true (ws_open_request_is_cancelled (fixture->request));
  g_assert_false (ws_open_request_complete (fixture->request));
  g_assert_cmpuint (ws_test_server_count (fixture->server, "connected"), ==, 0);
}

static void
test_server_dropped_meanwhile (Fixture      *fixture,
                               gconstpointer user_data)
{
  g_test_summary ("A request outlives its server and can be completed without effect.");

  g_signal_handlers_disconnect_by_data (fixture->server->server, fixture->server);
  g_assert_finalize_object (g_steal_pointer (&fixture->server->server));
  ws_test_wait_until (fixture->client->eof);
  g_assert_true (ws_open_request_is_cancelled (fixture->request));
  g_assert_false (ws_open_request_complete (fixture->request));
}

static void
complete_at_once_cb (WsServer      *server,
                     WsConnection  *connection,
                     WsOpenRequest *request,
                     gpointer       user_data)
{
  ws_open_request_defer (request);
  g_assert_true (ws_open_request_complete (request));
}

static void
test_complete_inside (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("Defer and complete inside the handler is the same as neither.");

  server = ws_test_server_new_listening (NULL, NULL);
  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (complete_at_once_cb),
                    NULL);
  client = ws_test_server_connect (server);
  ws_test_client_open (client, "/", NULL);
  ws_test_server_wait_for (server, "ready-to-send");
  ws_test_server_assert_events (server, "connection-request 127.0.0.1",
                                "web-socket-open-request #1 /", "connected #1",
                                "ready-to-send #1", NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ws_test_add ("/integration/deferred/complete", NULL, test_complete);
  ws_test_add ("/integration/deferred/complete-twice", NULL, test_complete_twice);
  ws_test_add ("/integration/deferred/refuse", NULL, test_refuse);
  ws_test_add ("/integration/deferred/status-of-no-kind", NULL, test_status_of_no_kind);
  ws_test_add ("/integration/deferred/frames-meanwhile", NULL, test_frames_meanwhile);
  ws_test_add ("/integration/deferred/flood-meanwhile", NULL, test_flood_meanwhile);
  ws_test_add ("/integration/deferred/peer-closes", NULL, test_peer_leaves);
  ws_test_add ("/integration/deferred/peer-resets", "LogLevel=1", test_peer_leaves);
  ws_test_add ("/integration/deferred/never", "HandshakeTimeout=1", test_never);
  ws_test_add ("/integration/deferred/dropped", NULL, test_dropped);
  ws_test_add ("/integration/deferred/shutdown-meanwhile", NULL, test_shutdown_meanwhile);
  ws_test_add ("/integration/deferred/server-dropped-meanwhile", NULL, test_server_dropped_meanwhile);
  g_test_add_func ("/integration/deferred/complete-inside", test_complete_inside);

  return g_test_run ();
}
