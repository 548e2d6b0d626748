/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-fixture.h"

/* The closing handshake in every order, and the ends that have none. RFC 6455 §7. */

typedef WsTestFixture Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer settings)
{
  ws_test_fixture_set_up (fixture, settings);
}

/* Whatever a test did, its client is disconnected once. */
static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer settings)
{
  ws_test_wait_until (ws_test_server_get_n_clients (fixture->server) == 0);
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (fixture->server, "disconnected #1"), ==, 1);
  g_assert_false (ws_connection_get_connected (fixture->connection));
  g_assert_true (g_str_has_prefix (g_ptr_array_index (fixture->server->events,
                                                      fixture->server->events->len - 1),
                                   "disconnected"));
  ws_test_fixture_tear_down (fixture, settings);
}

static void
test_by_server (WsTestFixture *fixture,
                gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("The server closes, the client answers, the server ends the connection.");

  g_assert_true (ws_connection_close (fixture->connection, 3001, "so long", &error));
  g_assert_no_error (error);
  ws_test_client_assert_close (fixture->client, 3001, "so long");
  ws_test_settle ();
  g_assert_false (fixture->client->eof);
  g_assert_cmpuint (ws_test_server_count (fixture->server, "disconnected"), ==, 0);

  ws_test_client_send_close (fixture->client, 3001, "so long");
  ws_test_client_assert_eof (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 3001 \"so long\"");
}

static void
test_after_messages (WsTestFixture *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("What was sent before the close arrives before it.");

  g_assert_true (ws_connection_send_text (fixture->connection, "one", NULL));
  g_assert_true (ws_connection_send_text (fixture->connection, "two", NULL));
  g_assert_true (ws_connection_close (fixture->connection, 1000, "", NULL));
  ws_test_client_assert_text (fixture->client, "one");
  ws_test_client_assert_text (fixture->client, "two");
  ws_test_client_assert_close (fixture->client, 1000, NULL);
  ws_test_client_send_close (fixture->client, 1000, NULL);
  ws_test_client_assert_eof (fixture->client);
}

static void
test_behind_large_message (WsTestFixture *fixture,
                           gconstpointer  user_data)
{
  const gsize length = 12 * 1024 * 1024;
  g_autoptr (GBytes) bytes = g_bytes_new_take (ws_test_pattern (length), length);
  g_autoptr (GBytes) message = NULL;
  WsOpcode opcode = WS_OPCODE_CONTINUATION;

  g_test_summary ("A close behind a message that waits in the queue cuts nothing off.");

  g_assert_true (ws_connection_send_bytes (fixture->connection, bytes, NULL));
  g_assert_true (ws_connection_close (fixture->connection, 1000, "", NULL));
  message = ws_test_client_read_message (fixture->client, &opcode);
  g_assert_true (g_bytes_equal (bytes, message));
  ws_test_client_assert_close (fixture->client, 1000, NULL);
  ws_test_client_send_close (fixture->client, 1000, NULL);
  ws_test_client_assert_eof (fixture->client);
}

static void
test_twice (WsTestFixture *fixture,
            gconstpointer  user_data)
{
  g_test_summary ("A second close sends no second close frame and does not change the code.");

  g_assert_true (ws_connection_close (fixture->connection, 4000, "first", NULL));
  ws_connection_close (fixture->connection, 4001, "second", NULL);
  ws_test_client_assert_close (fixture->client, 4000, "first");
  ws_test_settle ();
  g_assert_cmpuint (fixture->client->input->len, ==, 0);
  ws_test_client_send_close (fixture->client, 4000, NULL);
  ws_test_client_assert_eof (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 4000 \"first\"");
}

static void
test_both (WsTestFixture *fixture,
           gconstpointer  user_data)
{
  g_test_summary ("When both sides close at once, each sends one close frame and reports the other's code. RFC 6455 section 7.1.5");

  ws_test_client_send_close (fixture->client, 4002, "client");
  g_assert_true (ws_connection_close (fixture->connection, 4001, "server", NULL));
  ws_test_client_assert_close (fixture->client, 4001, "server");
  ws_test_client_assert_eof (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 4002 \"client\"");
}

static void
test_data_after_close (WsTestFixture *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("What a client sends after its close frame is ignored.");

  ws_test_client_send_close (fixture->client, 1000, "");
  ws_test_client_send_text (fixture->client, "too late");
  ws_test_client_send_string (fixture->client, "garbage");
  ws_test_client_assert_close (fixture->client, 1000, NULL);
  ws_test_wait_until (fixture->client->eof);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1000");
  g_assert_cmpuint (ws_test_server_count (fixture->server, "data-in"), ==, 0);
}

static void
test_inside_message (WsTestFixture *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("A close between two fragments is a close, and the message is dropped.");

  ws_test_client_send_frame (fixture->client,
                             (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT, .more = TRUE }, "a", 1);
  ws_test_client_send_close (fixture->client, 1001, "");
  ws_test_client_assert_close (fixture->client, 1001, NULL);
  ws_test_client_assert_eof (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1001");
}

static void
test_client_keeps_socket (WsTestFixture *fixture,
                          gconstpointer  user_data)
{
  g_test_summary ("A client that has closed but keeps its socket open is disconnected.");

  ws_test_client_set_reading (fixture->client, FALSE);
  ws_test_client_send_close (fixture->client, 1000, "");
  ws_test_server_wait_for (fixture->server, "disconnected #1 1000");
}

static void
test_half_close (WsTestFixture *fixture,
                 gconstpointer  user_data)
{
  g_test_summary ("An end of the stream without a close frame is 1006.");

  ws_test_client_half_close (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1006");
  ws_test_wait_until (fixture->client->eof);
}

static void
test_half_close_in_frame (WsTestFixture *fixture,
                          gconstpointer  user_data)
{
  g_autoptr (GByteArray) frame = NULL;

  g_test_summary ("An end of the stream inside a frame is 1006 and delivers no message end.");

  frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "hello", 5);
  ws_test_client_send (fixture->client, frame->data, frame->len - 1);
  ws_test_client_half_close (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1006");
  g_assert_cmpuint (ws_test_server_count (fixture->server, "data-in"), ==, 0);
}

static void
test_half_close_after_close (WsTestFixture *fixture,
                             gconstpointer  user_data)
{
  g_test_summary ("Close frame and end of the stream together are a proper close.");

  ws_test_client_send_text (fixture->client, "last");
  ws_test_client_send_close (fixture->client, 1000, "done");
  ws_test_client_half_close (fixture->client);
  ws_test_client_assert_close (fixture->client, 1000, NULL);
  ws_test_client_assert_eof (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected");
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (fixture->server, "data-in #1 text \"last\" eom"), ==, 1);
  g_assert_cmpuint (ws_test_server_count (fixture->server, "disconnected #1 1000 \"done\""), ==, 1);
}

static void
test_reset (WsTestFixture *fixture,
            gconstpointer  user_data)
{
  g_test_summary ("A reset is 1006.");

  ws_test_client_reset (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1006");
}

static void
test_no_answer (WsTestFixture *fixture,
                gconstpointer  user_data)
{
  g_test_summary ("A client that does not answer the close is dropped with 1006 at CloseTimeout.");

  g_assert_true (ws_connection_close (fixture->connection, 1000, "", NULL));
  ws_test_client_assert_close (fixture->client, 1000, NULL);
  ws_test_wait_until (fixture->client->eof);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1006");
}

static void
test_no_answer_but_noise (WsTestFixture *fixture,
                          gconstpointer  user_data)
{
  g_test_summary ("Messages instead of an answer do not move the end of CloseTimeout.");

  g_assert_true (ws_connection_close (fixture->connection, 1000, "", NULL));
  while (!fixture->client->eof)
    {
      ws_test_client_send_text (fixture->client, "noise");
      g_main_context_iteration (NULL, TRUE);
    }
  ws_test_server_wait_for (fixture->server, "disconnected #1 1006");
}

static void
test_no_wait (WsTestFixture *fixture,
              gconstpointer  user_data)
{
  g_test_summary ("With WaitForCloseResponse False the connection ends behind the close frame.");

  g_assert_true (ws_connection_close (fixture->connection, 1000, "", NULL));
  ws_test_client_assert_close (fixture->client, 1000, NULL);
  ws_test_client_assert_eof (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1000");
}

static void
test_disconnect_settings (WsTestFixture *fixture,
                          gconstpointer  user_data)
{
  const char *id = ws_connection_get_connection_id (fixture->connection);
  g_autoptr (GError) error = NULL;

  g_test_summary ("disconnect_client sends DisconnectStatusCode and DisconnectStatusDescription.");

  ws_test_server_config (fixture->server, "DisconnectStatusDescription=moving house");
  g_assert_true (ws_server_disconnect_client (fixture->server->server, id, &error));
  g_assert_no_error (error);
  ws_test_client_assert_close (fixture->client, 4321, "moving house");
  ws_test_client_send_close (fixture->client, 4321, NULL);
  ws_test_client_assert_eof (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 4321 \"moving house\"");
}

static void
test_code_zero (WsTestFixture *fixture,
                gconstpointer  user_data)
{
  g_test_summary ("Closing with code 0 sends DisconnectStatusCode.");

  g_assert_true (ws_connection_close (fixture->connection, 0, NULL, NULL));
  ws_test_client_assert_close (fixture->client, 4321, NULL);
  ws_test_client_send_close (fixture->client, 4321, NULL);
  ws_test_client_assert_eof (fixture->client);
}

static void
test_invalid_codes (WsTestFixture *fixture,
                    gconstpointer  user_data)
{
  const guint codes[] = { 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65536 + 1000 };

  g_test_summary ("A close code that may not be sent is refused, and the connection stays open.");

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (ws_connection_close (fixture->connection, codes[i], NULL, &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
    }
  g_assert_true (ws_connection_get_connected (fixture->connection));
  ws_connection_send_text (fixture->connection, "open", NULL);
  ws_test_client_assert_text (fixture->client, "open");
  ws_test_client_close (fixture->client);
}

static void
test_bad_reasons (WsTestFixture *fixture,
                  gconstpointer  user_data)
{
  g_autofree char *longest = ws_test_pattern (123);
  g_autofree char *too_long = ws_test_pattern (124);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A reason over 123 bytes or not UTF-8 is refused; one of 123 bytes is sent.");

  g_assert_false (ws_connection_close (fixture->connection, 1000, too_long, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (ws_connection_close (fixture->connection, 1000, "\xff", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_assert_true (ws_connection_close (fixture->connection, 1000, longest, &error));
  g_assert_no_error (error);
  ws_test_client_assert_close (fixture->client, 1000, longest);
  ws_test_client_send_close (fixture->client, 1000, NULL);
  ws_test_client_assert_eof (fixture->client);
}

static void
test_valid_code (gconstpointer user_data)
{
  guint code = GPOINTER_TO_UINT (user_data);
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) by_client = ws_test_server_open (server);
  g_autoptr (WsTestClient) by_server = ws_test_server_open (server);
  g_autofree char *first = g_strdup_printf ("disconnected #1 %u \"why\"", code);
  g_autofree char *second = g_strdup_printf ("disconnected #2 %u \"why\"", code);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Either side may send this code, and it is reported unchanged.");

  ws_test_client_send_close (by_client, code, "why");
  ws_test_client_assert_close (by_client, code, NULL);
  ws_test_client_assert_eof (by_client);
  ws_test_server_wait_for (server, first);

  g_assert_true (ws_connection_close (ws_test_server_get (server, 2), code, "why", &error));
  g_assert_no_error (error);
  ws_test_client_assert_close (by_server, code, "why");
  ws_test_client_send_close (by_server, code, NULL);
  ws_test_client_assert_eof (by_server);
  ws_test_server_wait_for (server, second);
  ws_test_server_assert_events (server, first, second, NULL);
}

static void
test_no_code (WsTestFixture *fixture,
              gconstpointer  user_data)
{
  g_test_summary ("A close without a code is answered without one and reported as 1005.");

  ws_test_client_send_close (fixture->client, 1005, NULL);
  ws_test_client_assert_close (fixture->client, 1005, NULL);
  ws_test_client_assert_eof (fixture->client);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1005");
}

static void
test_close_async (WsTestFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("close_async finishes when the closing handshake has ended.");

  ws_connection_close_async (fixture->connection, 1000, "bye", NULL, ws_test_keep_result_cb, &result);
  ws_test_client_assert_close (fixture->client, 1000, "bye");
  ws_test_settle ();
  g_assert_null (result);
  ws_test_client_send_close (fixture->client, 1000, NULL);
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_close_finish (fixture->connection, result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (ws_test_server_count (fixture->server, "disconnected"), ==, 1);
}

static void
test_close_async_peer_gone (WsTestFixture *fixture,
                            gconstpointer  user_data)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_test_summary ("close_async finishes too when the peer leaves instead of answering.");

  ws_connection_close_async (fixture->connection, 1000, "bye", NULL, ws_test_keep_result_cb, &result);
  ws_test_client_reset (fixture->client);
  ws_test_wait_until (result != NULL);
  ws_connection_close_finish (fixture->connection, result, NULL);
}

static void
test_drop_in_close_frame (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GByteArray) frame = NULL;

  g_test_summary ("A client that leaves anywhere inside its close frame is 1006 once.");

  frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_CLOSE }, "\x03\xe8x", 3);
  for (gsize cut = 0; cut < frame->len; cut++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_open (server);

      ws_test_client_send (client, frame->data, cut);
      ws_test_client_close (client);
      ws_test_server_wait_for (server, "disconnected");
      ws_test_settle ();
      g_assert_cmpuint (server->events->len, ==, 1);
      g_assert_nonnull (strstr (server->events->pdata[0], " 1006 "));
    }
}

static void
test_shutdown (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) first = ws_test_server_open (server);
  g_autoptr (WsTestClient) second = ws_test_server_open (server);
  g_autoptr (WsTestClient) late = NULL;

  g_test_summary ("shutdown stops listening and closes every client with 1001.");

  ws_server_shutdown (server->server);
  g_assert_false (ws_server_get_listening (server->server));
  late = ws_test_server_connect (server);
  ws_test_wait_until (late->eof);

  ws_test_client_assert_close (first, 1001, NULL);
  ws_test_client_assert_close (second, 1001, NULL);
  ws_test_client_send_close (first, 1001, NULL);
  ws_test_client_send_close (second, 1001, NULL);
  ws_test_client_assert_eof (first);
  ws_test_client_assert_eof (second);
  ws_test_wait_until (ws_test_server_get_n_clients (server) == 0);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected #1 1001"), ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected #2 1001"), ==, 1);
  g_assert_cmpuint (server->events->len, ==, 2);
}

static void
test_shutdown_async (gconstpointer user_data)
{
  gboolean answers = GPOINTER_TO_INT (user_data);
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("CloseTimeout=60", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GAsyncResult) result = NULL;

  g_test_summary ("shutdown_async finishes with the last closing handshake or at its deadline.");

  ws_server_shutdown_async (server->server, answers ? 60 : 1, NULL, ws_test_keep_result_cb, &result);
  ws_test_client_assert_close (client, 1001, NULL);
  ws_test_settle ();
  g_assert_null (result);
  if (answers)
    ws_test_client_send_close (client, 1001, NULL);

  ws_test_wait_until (result != NULL);
  if (answers)
    g_assert_true (ws_server_shutdown_finish (server->server, result, NULL));
  else
    ws_server_shutdown_finish (server->server, result, NULL);
  g_assert_cmpuint (ws_test_server_get_n_clients (server), ==, 0);
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (server, answers ? "disconnected #1 1001"
                                                          : "disconnected #1 1006"),
                    ==, 1);
}

static void
test_shutdown_idle (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  g_test_summary ("shutdown_async without clients finishes from the main context at once.");

  ws_server_shutdown_async (server->server, 60, NULL, ws_test_keep_result_cb, &result);
  g_assert_null (result);
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_server_shutdown_finish (server->server, result, NULL));
}

static void
test_stop_listening (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (WsTestClient) late = NULL;
  guint port = server->port;

  g_test_summary ("stop_listening refuses new clients and keeps the open ones; listening goes on.");

  server->echo = TRUE;
  ws_server_stop_listening (server->server);
  g_assert_false (ws_server_get_listening (server->server));
  late = ws_test_client_new (port);
  ws_test_wait_until (late->eof);
  ws_test_client_send_text (client, "still here");
  ws_test_client_assert_text (client, "still here");

  ws_test_server_listen (server);
  g_assert_true (ws_server_get_listening (server->server));
  {
    g_autoptr (WsTestClient) again = ws_test_server_open (server);

    ws_test_client_send_text (again, "new");
    ws_test_client_assert_text (again, "new");
  }
}

int
main (int   argc,
      char *argv[])
{
  const guint codes[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011,
                          1012, 1013, 1014, 3000, 3999, 4000, 4999 };

  g_test_init (&argc, &argv, NULL);

  ws_test_add ("/integration/closing/by-server", NULL, test_by_server);
  ws_test_add ("/integration/closing/after-messages", NULL, test_after_messages);
  ws_test_add ("/integration/closing/behind-large-message", NULL, test_behind_large_message);
  ws_test_add ("/integration/closing/twice", NULL, test_twice);
  ws_test_add ("/integration/closing/both", NULL, test_both);
  ws_test_add ("/integration/closing/data-after-close", NULL, test_data_after_close);
  ws_test_add ("/integration/closing/inside-message", NULL, test_inside_message);
  ws_test_add ("/integration/closing/client-keeps-socket", NULL, test_client_keeps_socket);
  ws_test_add ("/integration/closing/half-close/between-frames", NULL, test_half_close);
  ws_test_add ("/integration/closing/half-close/in-frame", NULL, test_half_close_in_frame);
  ws_test_add ("/integration/closing/half-close/after-close", NULL, test_half_close_after_close);
  ws_test_add ("/integration/closing/reset", NULL, test_reset);
  ws_test_add ("/integration/closing/no-answer/silence", "CloseTimeout=1", test_no_answer);
  ws_test_add ("/integration/closing/no-answer/noise", "CloseTimeout=1", test_no_answer_but_noise);
  ws_test_add ("/integration/closing/no-wait", "WaitForCloseResponse=False", test_no_wait);
  ws_test_add ("/integration/closing/disconnect-settings", "DisconnectStatusCode=4321",
               test_disconnect_settings);
  ws_test_add ("/integration/closing/code/zero", "DisconnectStatusCode=4321", test_code_zero);
  ws_test_add ("/integration/closing/code/invalid", NULL, test_invalid_codes);
  ws_test_add ("/integration/closing/code/none", NULL, test_no_code);
  ws_test_add ("/integration/closing/reasons", NULL, test_bad_reasons);
  ws_test_add ("/integration/closing/async/answered", NULL, test_close_async);
  ws_test_add ("/integration/closing/async/peer-gone", NULL, test_close_async_peer_gone);
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/integration/closing/code/%u", codes[i]);

      g_test_add_data_func (path, GUINT_TO_POINTER (codes[i]), test_valid_code);
    }
  g_test_add_func ("/integration/closing/drop-in-close-frame", test_drop_in_close_frame);
  g_test_add_func ("/integration/closing/shutdown/clients", test_shutdown);
  g_test_add_func ("/integration/closing/shutdown/idle", test_shutdown_idle);
  g_test_add_data_func ("/integration/closing/shutdown/async-answered", GINT_TO_POINTER (TRUE),
                        test_shutdown_async);
  g_test_add_data_func ("/integration/closing/shutdown/async-deadline", GINT_TO_POINTER (FALSE),
                        test_shutdown_async);
  g_test_add_func ("/integration/closing/stop-listening", test_stop_listening);

  return g_test_run ();
}
