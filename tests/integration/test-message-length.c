/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-fixture.h"
#include "ws-test-stream.h"

/* MessageLength: one message out of several sends. */

static void
set_message_length (WsTestFixture *fixture,
                    guint          length)
{
  g_autofree char *setting = g_strdup_printf ("MessageLength[%s]=%u",
                                              ws_connection_get_connection_id (fixture->connection), length);

  ws_test_server_config (fixture->server, setting);
}

static void
send_text (WsTestFixture *fixture,
           const char    *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ws_connection_send_text (fixture->connection, text, &error));
  g_assert_no_error (error);
}

static void
assert_part (WsTestFixture *fixture,
             WsOpcode       opcode,
             const char    *payload,
             gboolean       fin)
{
  g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (fixture->client);

  g_assert_cmpint (frame->opcode, ==, opcode);
  g_assert_cmpint (frame->fin, ==, fin);
  g_assert_cmpmem (g_bytes_get_data (frame->payload, NULL), g_bytes_get_size (frame->payload), payload,
                   strlen (payload));
}

static void
assert_several (WsTestFixture *fixture)
{
  set_message_length (fixture, 6);
  send_text (fixture, "");
  send_text (fixture, "a");
  send_text (fixture, "bcd");
  send_text (fixture, "");
  g_assert_cmpuint (ws_connection_get_messages_sent (fixture->connection), ==, 0);
  send_text (fixture, "ef");
  g_assert_cmpuint (ws_connection_get_messages_sent (fixture->connection), ==, 1);
  send_text (fixture, "alone");

  assert_part (fixture, WS_OPCODE_TEXT, "", FALSE);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "a", FALSE);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "bcd", FALSE);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "", FALSE);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "ef", TRUE);
  ws_test_client_assert_text (fixture->client, "alone");
}

static void
test_several (WsTestFixture *fixture,
              gconstpointer  user_data)
{
  g_test_summary ("The announced bytes are one message over several sends, empty sends included; the next send is a message of its own.");

  assert_several (fixture);
}

static void
test_several_waiting (WsTestFixture *fixture,
                      gconstpointer  user_data)
{
  g_test_summary ("Sends that wait until their bytes are sent form one message, too.");

  ws_connection_set_timeout (fixture->connection, 10);
  assert_several (fixture);
}

static void
test_cut_characters (WsTestFixture *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("A part may end inside a character.");

  set_message_length (fixture, 3);
  send_text (fixture, "\xe2");
  send_text (fixture, "\x82\xac");
  assert_part (fixture, WS_OPCODE_TEXT, "\xe2", FALSE);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "\x82\xac", TRUE);
}

static void
test_format (WsTestFixture *fixture,
             gconstpointer  user_data)
{
  g_autoptr (GBytes) binary = g_bytes_new_static ("\xff", 1);

  g_test_summary ("The first part decides the format.");

  set_message_length (fixture, 2);
  g_assert_true (ws_connection_send (fixture->connection, binary, NULL));
  send_text (fixture, "a");
  assert_part (fixture, WS_OPCODE_BINARY, "\xff", FALSE);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "a", TRUE);
}

static void
test_too_long (WsTestFixture *fixture,
               gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A part that would pass the announced length is refused; the rest still fits.");

  set_message_length (fixture, 4);
  g_assert_false (ws_connection_send_text (fixture->connection, "abcde", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_MESSAGE_SIZE);
  g_clear_error (&error);
  send_text (fixture, "ab");
  g_assert_false (ws_connection_send_text (fixture->connection, "cde", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_MESSAGE_SIZE);
  send_text (fixture, "cd");
  assert_part (fixture, WS_OPCODE_TEXT, "ab", FALSE);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "cd", TRUE);
}

static void
test_close_in_between (WsTestFixture *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("A close in the middle of such a message goes out at once.");

  set_message_length (fixture, 4);
  send_text (fixture, "ab");
  g_assert_true (ws_connection_close (fixture->connection, 1000, "", NULL));
  g_assert_false (ws_connection_send_text (fixture->connection, "cd", NULL));
  assert_part (fixture, WS_OPCODE_TEXT, "ab", FALSE);
  ws_test_client_assert_close (fixture->client, 1000, NULL);
  ws_test_client_send_close (fixture->client, 1000, "");
  ws_test_server_wait_for (fixture->server, "disconnected #1 1000");
}

static void
test_control_in_between (WsTestFixture *fixture,
                         gconstpointer  user_data)
{
  g_test_summary ("Pings and pongs pass between the parts.");

  set_message_length (fixture, 4);
  send_text (fixture, "ab");
  g_assert_true (ws_connection_send_ping (fixture->connection, NULL));
  ws_test_client_send_ping (fixture->client, "x");
  ws_test_server_wait_for (fixture->server, "ping");
  send_text (fixture, "cd");
  assert_part (fixture, WS_OPCODE_TEXT, "ab", FALSE);
  ws_test_frame_free (ws_test_client_read_frame (fixture->client));
  ws_test_client_assert_frame (fixture->client, WS_OPCODE_PONG, "x", 1);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "cd", TRUE);
}

static void
test_others_refused (WsTestFixture *fixture,
                     gconstpointer  user_data)
{
  g_autoptr (GInputStream) stream = ws_test_stream_new (10, 10, FALSE);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GFile) file = g_file_new_for_path ("/dev/null");
  GAsyncResult *results[3] = { NULL };
  GError       *errors[5] = { NULL };

  g_test_summary ("Another message between the parts is refused with 10036 and not sent.");

  set_message_length (fixture, 4);
  send_text (fixture, "ab");
  ws_connection_send_async (fixture->connection, WS_DATA_FORMAT_TEXT, bytes, NULL, ws_test_keep_result_cb,
                            &results[0]);
  ws_connection_send_stream_async (fixture->connection, stream, NULL, ws_test_keep_result_cb, &results[1]);
  ws_connection_send_file_async (fixture->connection, file, NULL, NULL, NULL, NULL, ws_test_keep_result_cb,
                                 &results[2]);
  g_assert_false (ws_connection_set_upload_stream (fixture->connection, stream, &errors[3]));
  g_assert_false (ws_connection_send_file (fixture->connection, "/dev/null", &errors[4]));
  ws_test_wait_until (results[0] != NULL && results[1] != NULL && results[2] != NULL);
  g_assert_false (ws_connection_send_finish (fixture->connection, results[0], &errors[0]));
  g_assert_false (ws_connection_send_stream_finish (fixture->connection, results[1], &errors[1]));
  g_assert_false (ws_connection_send_file_finish (fixture->connection, results[2], &errors[2]));
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_error (errors[i], WS_ERROR, WS_ERROR_IN_PROGRESS);
      g_error_free (errors[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    g_object_unref (results[i]);

  send_text (fixture, "cd");
  assert_part (fixture, WS_OPCODE_TEXT, "ab", FALSE);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "cd", TRUE);
  g_assert_cmpuint (ws_test_stream_get_n_given (stream), ==, 0);
}

static void
test_during_stream (WsTestFixture *fixture,
                    gconstpointer  user_data)
{
  g_autoptr (GInputStream) stream = ws_test_stream_new (400000, 100000, FALSE);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = NULL;
  WsOpcode opcode;

  g_test_summary ("While a stream is sent, a part is refused: it would end up inside the stream's message.");

  set_message_length (fixture, 4);
  ws_connection_send_stream_async (fixture->connection, stream, NULL, ws_test_keep_result_cb, &result);
  g_assert_false (ws_connection_send_text (fixture->connection, "ab", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_IN_PROGRESS);
  message = ws_test_client_read_message (fixture->client, &opcode);
  g_assert_cmpuint (g_bytes_get_size (message), ==, 400000);
  ws_test_wait_until (result != NULL);
  send_text (fixture, "ab");
  send_text (fixture, "cd");
  assert_part (fixture, WS_OPCODE_TEXT, "ab", FALSE);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "cd", TRUE);
}

static void
test_changed_in_between (WsTestFixture *fixture,
                         gconstpointer  user_data)
{
  g_autofree char *setting = g_strdup_printf ("MessageLength[%s]=0",
                                              ws_connection_get_connection_id (fixture->connection));
  g_autoptr (GError) error = NULL;

  g_test_summary ("In the middle of a message a new value is refused with 10036.");

  set_message_length (fixture, 4);
  send_text (fixture, "ab");
  g_assert_null (ws_server_config (fixture->server->server, setting, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_IN_PROGRESS);
  send_text (fixture, "cd");
  set_message_length (fixture, 0);
  send_text (fixture, "ef");
  assert_part (fixture, WS_OPCODE_TEXT, "ab", FALSE);
  assert_part (fixture, WS_OPCODE_CONTINUATION, "cd", TRUE);
  ws_test_client_assert_text (fixture->client, "ef");
}

static void
test_text_parts (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *setting =
      g_strdup_printf ("MessageLength[%s]=4", ws_connection_get_connection_id (connection));

  g_test_summary ("A part of an announced text message that is not UTF-8 is refused and not sent.");

  ws_test_server_config (server, setting);
  g_assert_false (ws_connection_send_text (connection, "\xff\xff", &error));
  g_assert_nonnull (error);
  ws_test_settle ();
  g_assert_cmpuint (client->input->len, ==, 0);
  g_assert_true (ws_connection_send_text (connection, "good", NULL));
  ws_test_client_assert_text (client, "good");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ws_test_fixture_add ("/integration/message-length/several", NULL, test_several);
  ws_test_fixture_add ("/integration/message-length/several-waiting", NULL, test_several_waiting);
  ws_test_fixture_add ("/integration/message-length/cut-characters", NULL, test_cut_characters);
  ws_test_fixture_add ("/integration/message-length/format", NULL, test_format);
  ws_test_fixture_add ("/integration/message-length/too-long", NULL, test_too_long);
  ws_test_fixture_add ("/integration/message-length/close-in-between", NULL, test_close_in_between);
  ws_test_fixture_add ("/integration/message-length/control-in-between", NULL, test_control_in_between);
  ws_test_fixture_add ("/integration/message-length/others-refused", NULL, test_others_refused);
  ws_test_fixture_add ("/integration/message-length/during-stream", NULL, test_during_stream);
  ws_test_fixture_add ("/integration/message-length/changed-in-between", NULL, test_changed_in_between);
  g_test_add_func ("/integration/message-length/not-utf-8", test_text_parts);

  return g_test_run ();
}
