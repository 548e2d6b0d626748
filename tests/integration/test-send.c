/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "ws-test-fixture.h"

/* Every way to send. */

static void
test_text (WsTestFixture *fixture,
           gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("send_text sends one text frame, from the connection and by id.");

  g_assert_true (ws_connection_send_text (fixture->connection, "gr\xc3\xbc\xc3\x9f", &error));
  g_assert_no_error (error);
  ws_test_client_assert_text (fixture->client, "gr\xc3\xbc\xc3\x9f");

  g_assert_true (ws_server_send_text (fixture->server->server, fixture->id, "", &error));
  g_assert_no_error (error);
  ws_test_client_assert_text (fixture->client, "");
}

static void
test_bytes (WsTestFixture *fixture,
            gconstpointer  user_data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\x00\xff\x00", 3);
  g_autoptr (GError) error = NULL;

  g_test_summary ("send_bytes sends one binary frame, from the connection and by id.");

  g_assert_true (ws_connection_send_bytes (fixture->connection, bytes, &error));
  g_assert_no_error (error);
  g_assert_true (ws_server_send_bytes (fixture->server->server, fixture->id, bytes, &error));
  g_assert_no_error (error);
  ws_test_client_assert_frame (fixture->client, WS_OPCODE_BINARY, "\x00\xff\x00", 3);
  ws_test_client_assert_frame (fixture->client, WS_OPCODE_BINARY, "\x00\xff\x00", 3);
}

static void
test_data_formats (WsTestFixture *fixture,
                   gconstpointer  user_data)
{
  static const struct
  {
    WsDataFormat format;
    const char  *payload;
    WsOpcode     opcode;
  } cases[] = {
    { WS_DATA_FORMAT_AUTOMATIC, "\xe2\x82\xac", WS_OPCODE_TEXT },
    { WS_DATA_FORMAT_AUTOMATIC, "\xe2\x82", WS_OPCODE_BINARY },
    { WS_DATA_FORMAT_TEXT, "abc", WS_OPCODE_TEXT },
    { WS_DATA_FORMAT_BINARY, "abc", WS_OPCODE_BINARY },
    { WS_DATA_FORMAT_PING, "abc", WS_OPCODE_PING },
    { WS_DATA_FORMAT_PONG, "abc", WS_OPCODE_PONG },
  };

  g_test_summary ("send honours data-format; automatic is text for what is valid text.");

  g_assert_cmpint (ws_connection_get_data_format (fixture->connection), ==,
                   WS_DATA_FORMAT_AUTOMATIC);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (cases[i].payload, strlen (cases[i].payload));
      g_autoptr (GError) error = NULL;

      ws_connection_set_data_format (fixture->connection, cases[i].format);
      g_assert_cmpint (ws_connection_get_data_format (fixture->connection), ==, cases[i].format);
      g_assert_true (ws_server_send (fixture->server->server, fixture->id, bytes, &error));
      g_assert_no_error (error);
      ws_test_client_assert_frame (fixture->client, cases[i].opcode, cases[i].payload,
                                   strlen (cases[i].payload));
    }
}

static void
test_bad_content (WsTestFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr (GBytes) not_text = g_bytes_new_static ("a\xff", 2);
  g_autofree char *pattern = ws_test_pattern (126);
  g_autoptr (GBytes) too_long = g_bytes_new (pattern, 126);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Text that is not UTF-8 and a ping over 125 bytes are refused, nothing goes out.");

  g_assert_false (ws_connection_send_text (fixture->connection, "a\xff", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  ws_connection_set_data_format (fixture->connection, WS_DATA_FORMAT_TEXT);
  g_assert_false (ws_connection_send (fixture->connection, not_text, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  ws_connection_set_data_format (fixture->connection, WS_DATA_FORMAT_PING);
  g_assert_false (ws_connection_send (fixture->connection, too_long, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == WS_ERROR);

  ws_connection_send_text (fixture->connection, "after", NULL);
  ws_test_client_assert_text (fixture->client, "after");
}

static void
test_unknown_id (WsTestFixture *fixture,
                 gconstpointer  user_data)
{
  WsServer *server = fixture->server->server;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a", 1);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);

  g_test_summary ("Every method that takes an id says 126 for one that does not exist.");

#define ASSERT_126(call)                                            \
 G_STMT_START                                                       \
 {                                                                  \
  g_autoptr (GError) error = NULL;                                  \
                                                                    \
  g_assert_false (call);                                            \
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_CONNECTION_ID); \
  g_assert_nonnull (strstr (error->message, "nobody"));             \
 }                                                                  \
 G_STMT_END

  ASSERT_126 (ws_server_send (server, "nobody", bytes, &error));
  ASSERT_126 (ws_server_send_text (server, "nobody", "a", &error));
  ASSERT_126 (ws_server_send_bytes (server, "nobody", bytes, &error));
  ASSERT_126 (ws_server_send_file (server, "nobody", "/dev/null", &error));
  ASSERT_126 (ws_server_set_upload_stream (server, "nobody", stream, &error));
  ASSERT_126 (ws_server_ping_client (server, "nobody", &error));
  ASSERT_126 (ws_server_disconnect_client (server, "nobody", &error));
  ASSERT_126 (ws_server_interrupt (server, "nobody", &error));
  ASSERT_126 (ws_server_change_line_mode (server, "nobody", TRUE, &error));
  g_assert_null (ws_server_get_connection (server, "nobody"));
  g_assert_true (ws_server_get_connection (server, fixture->id) == fixture->connection);
}

static void
test_closed (WsTestFixture *fixture,
             gconstpointer  user_data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a", 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = g_strdup (fixture->id);

  g_test_summary ("A closing or closed connection refuses to send; its id is gone with it.");

  g_assert_true (ws_connection_close (fixture->connection, 1000, NULL, &error));
  g_assert_false (ws_connection_send_text (fixture->connection, "a", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_SENDING);
  g_clear_error (&error);

  ws_test_client_send_close (fixture->client, 1000, NULL);
  ws_test_server_wait_for (fixture->server, "disconnected");
  ws_test_settle ();
  g_assert_false (ws_connection_get_connected (fixture->connection));
  g_assert_false (ws_connection_send_bytes (fixture->connection, bytes, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_SENDING);
  g_clear_error (&error);
  g_assert_false (ws_server_send_text (fixture->server->server, id, "a", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_CONNECTION_ID);
}

static void
test_max_frame_size (WsTestFixture *fixture,
                     gconstpointer  user_data)
{
  g_autofree char *pattern = ws_test_pattern (2500);
  const gsize      lengths[] = { 1000, 1000, 500 };
  gsize            offset = 0;

  g_test_summary ("A message longer than MaxFrameSize is one message in several frames.");

  g_assert_true (ws_connection_send_text (fixture->connection, pattern, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (fixture->client);

      g_assert_cmpint (frame->opcode, ==, i == 0 ? WS_OPCODE_TEXT : WS_OPCODE_CONTINUATION);
      g_assert_cmpint (frame->fin, ==, i == 2);
      g_assert_cmpmem (g_bytes_get_data (frame->payload, NULL), g_bytes_get_size (frame->payload),
                       pattern + offset, lengths[i]);
      offset += lengths[i];
    }
}

static void
test_message_length (WsTestFixture *fixture,
                     gconstpointer  user_data)
{
  g_autofree char *setting = g_strdup_printf ("MessageLength[%s]=10", fixture->id);
  g_autoptr (WsTestFrame) first = NULL;

  g_test_summary ("The bytes that MessageLength announces are one message over several sends.");

  ws_test_server_config (fixture->server, setting);
  g_assert_true (ws_connection_send_text (fixture->connection, "hello", NULL));
  g_assert_true (ws_connection_send_text (fixture->connection, "world", NULL));
  g_assert_true (ws_connection_send_text (fixture->connection, "alone", NULL));

  first = ws_test_client_read_frame (fixture->client);
  g_assert_cmpint (first->opcode, ==, WS_OPCODE_TEXT);
  g_assert_false (first->fin);
  ws_test_client_assert_frame (fixture->client, WS_OPCODE_CONTINUATION, "world", 5);
  ws_test_client_assert_text (fixture->client, "alone");
}

static void
test_async (WsTestFixture *fixture,
            gconstpointer  user_data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("send_async finishes when the message has been handed on.");

  ws_connection_send_async (fixture->connection, WS_DATA_FORMAT_BINARY, bytes, NULL,
                            ws_test_keep_result_cb, &result);
  g_assert_null (result);
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_send_finish (fixture->connection, result, &error));
  g_assert_no_error (error);
  ws_test_client_assert_frame (fixture->client, WS_OPCODE_BINARY, "abc", 3);
}

static void
test_async_cancelled (WsTestFixture *fixture,
                      gconstpointer  user_data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A send that is cancelled before it starts sends nothing.");

  g_cancellable_cancel (cancellable);
  ws_connection_send_async (fixture->connection, WS_DATA_FORMAT_TEXT, bytes, cancellable,
                            ws_test_keep_result_cb, &result);
  ws_test_wait_until (result != NULL);
  g_assert_false (ws_connection_send_finish (fixture->connection, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  ws_connection_send_text (fixture->connection, "after", NULL);
  ws_test_client_assert_text (fixture->client, "after");
}

static void
test_ping_timeout_zero (WsTestFixture *fixture,
                        gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WsTestFrame) ping = NULL;

  g_test_summary ("With timeout 0 a ping returns at once; its pong is reported when it arrives.");

  g_assert_true (ws_server_ping_client (fixture->server->server, fixture->id, &error));
  g_assert_no_error (error);
  ping = ws_test_client_read_frame (fixture->client);
  g_assert_cmpint (ping->opcode, ==, WS_OPCODE_PING);
  ws_test_client_send_frame (fixture->client, (WsTestFrameSpec){ .opcode = WS_OPCODE_PONG },
                             g_bytes_get_data (ping->payload, NULL),
                             g_bytes_get_size (ping->payload));
  ws_test_server_wait_for (fixture->server, "pong #1");
}

static void
test_ping_blocking (WsTestFixture *fixture,
                    gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("With a timeout a ping returns when the pong is there.");

  fixture->client->answers_pings = TRUE;
  ws_connection_set_timeout (fixture->connection, 10);
  g_assert_true (ws_connection_send_ping (fixture->connection, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->client->n_answered_pings, ==, 1);
  g_assert_cmpuint (ws_test_server_count (fixture->server, "pong #1"), ==, 1);
}

static void
test_ping_blocking_timeout (WsTestFixture *fixture,
                            gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A ping without a pong fails with 10060 and leaves the connection open.");

  ws_connection_set_timeout (fixture->connection, 1);
  g_assert_false (ws_connection_send_ping (fixture->connection, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_TIMED_OUT);
  g_assert_true (ws_connection_get_connected (fixture->connection));
}

static void
test_ping_async (WsTestFixture *fixture,
                 gconstpointer  user_data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 round_trip_us;

  g_test_summary ("send_ping_async gives the round-trip time.");

  fixture->client->answers_pings = TRUE;
  ws_connection_send_ping_async (fixture->connection, NULL, ws_test_keep_result_cb, &result);
  ws_test_wait_until (result != NULL);
  round_trip_us = ws_connection_send_ping_finish (fixture->connection, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (round_trip_us, >=, 0);
  g_assert_cmpint (round_trip_us, <, 10 * G_USEC_PER_SEC);
  g_assert_cmpint (ws_connection_get_round_trip_time (fixture->connection), ==, round_trip_us);
}

static void
test_ping_async_peer_gone (WsTestFixture *fixture,
                           gconstpointer  user_data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A ping whose peer leaves ends with an error.");

  ws_connection_send_ping_async (fixture->connection, NULL, ws_test_keep_result_cb, &result);
  ws_test_client_reset (fixture->client);
  ws_test_wait_until (result != NULL);
  g_assert_cmpint (ws_connection_send_ping_finish (fixture->connection, result, &error), ==, -1);
  g_assert_nonnull (error);
  g_assert_true (error->domain == WS_ERROR);
}

static char *
make_file (const char *contents,
           gsize       length)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  int   fd = g_file_open_tmp ("wsserver-test-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_assert_true (g_close (fd, NULL));
  g_assert_true (g_file_set_contents (path, contents, (gssize) length, &error));
  return path;
}

static void
assert_message (WsTestClient *client,
                const char   *pattern,
                gsize         length)
{
  WsOpcode opcode = WS_OPCODE_CONTINUATION;
  g_autoptr (GBytes) message = ws_test_client_read_message (client, &opcode);

  g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), pattern, length);
}

static void
test_file (WsTestFixture *fixture,
           gconstpointer  user_data)
{
  const gsize      length = 1024 * 1024 + 1;
  g_autofree char *pattern = ws_test_pattern (length);
  g_autofree char *path = make_file (pattern, length);
  g_autoptr (GError) error = NULL;

  g_test_summary ("send_file sends a file as one message, streaming and blocking.");

  g_assert_true (ws_server_send_file (fixture->server->server, fixture->id, path, &error));
  g_assert_no_error (error);
  assert_message (fixture->client, pattern, length);

  ws_connection_set_timeout (fixture->connection, 10);
  g_assert_true (ws_connection_send_file (fixture->connection, path, &error));
  g_assert_no_error (error);
  assert_message (fixture->client, pattern, length);
  g_unlink (path);
}

static void
test_file_missing (WsTestFixture *fixture,
                   gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Sending a missing file fails with an error that names it, and nothing is sent.");

  ws_connection_set_timeout (fixture->connection, 10);
  g_assert_false (ws_connection_send_file (fixture->connection, "/nonexistent/file", &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == WS_ERROR);
  g_assert_nonnull (strstr (error->message, "/nonexistent/file"));

  ws_connection_send_text (fixture->connection, "after", NULL);
  ws_test_client_assert_text (fixture->client, "after");
}

static void
progress_cb (goffset  current,
             goffset  total,
             gpointer user_data)
{
  goffset *last = user_data;

  g_assert_cmpint (current, >=, *last);
  g_assert_cmpint (current, <=, total);
  *last = current;
}

static void
test_file_async (WsTestFixture *fixture,
                 gconstpointer  user_data)
{
  const gsize      length = 1024 * 1024;
  g_autofree char *pattern = ws_test_pattern (length);
  g_autofree char *path = make_file (pattern, length);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  goffset last = 0;

  g_test_summary ("send_file_async reports its progress up to the whole file.");

  ws_connection_send_file_async (fixture->connection, file, NULL, progress_cb, &last, NULL,
                                 ws_test_keep_result_cb, &result);
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_send_file_finish (fixture->connection, result, &error));
  g_assert_no_error (error);
  g_assert_cmpint (last, ==, (goffset) length);
  assert_message (fixture->client, pattern, length);
  g_unlink (path);
}

static void
test_upload_stream (WsTestFixture *fixture,
                    gconstpointer  user_data)
{
  gboolean         closes = user_data == NULL;
  const gsize      length = 300000;
  g_autofree char *pattern = ws_test_pattern (length);
  g_autoptr (GBytes) bytes = g_bytes_new (pattern, length);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A stream goes out as one message and is closed unless CloseStreamAfterTransfer "
                  "is False.");

  g_assert_true (ws_server_set_upload_stream (fixture->server->server, fixture->id, stream,
                                              &error));
  g_assert_no_error (error);
  assert_message (fixture->client, pattern, length);
  if (closes)
    ws_test_wait_until (g_input_stream_is_closed (stream));
  ws_test_settle ();
  g_assert_cmpint (g_input_stream_is_closed (stream), ==, closes);
}

static void
test_stream_async (WsTestFixture *fixture,
                   gconstpointer  user_data)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data ("abc", 3, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Messages sent during a stream wait for its end.");

  ws_connection_send_stream_async (fixture->connection, stream, NULL, ws_test_keep_result_cb, &result);
  g_assert_true (ws_connection_send_text (fixture->connection, "later", &error));
  g_assert_no_error (error);
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_send_stream_finish (fixture->connection, result, &error));
  g_assert_no_error (error);
  assert_message (fixture->client, "abc", 3);
  ws_test_client_assert_text (fixture->client, "later");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ws_test_fixture_add ("/integration/send/text", NULL, test_text);
  ws_test_fixture_add ("/integration/send/bytes", NULL, test_bytes);
  ws_test_fixture_add ("/integration/send/data-formats", NULL, test_data_formats);
  ws_test_fixture_add ("/integration/send/bad-content", NULL, test_bad_content);
  ws_test_fixture_add ("/integration/send/unknown-id", NULL, test_unknown_id);
  ws_test_fixture_add ("/integration/send/closed", NULL, test_closed);
  ws_test_fixture_add ("/integration/send/max-frame-size", "MaxFrameSize=1000", test_max_frame_size);
  ws_test_fixture_add ("/integration/send/message-length", NULL, test_message_length);
  ws_test_fixture_add ("/integration/send/async/sent", NULL, test_async);
  ws_test_fixture_add ("/integration/send/async/cancelled", NULL, test_async_cancelled);
  ws_test_fixture_add ("/integration/send/ping/timeout-zero", NULL, test_ping_timeout_zero);
  ws_test_fixture_add ("/integration/send/ping/blocking", NULL, test_ping_blocking);
  ws_test_fixture_add ("/integration/send/ping/blocking-timeout", NULL, test_ping_blocking_timeout);
  ws_test_fixture_add ("/integration/send/ping/async", NULL, test_ping_async);
  ws_test_fixture_add ("/integration/send/ping/async-peer-gone", NULL, test_ping_async_peer_gone);
  ws_test_fixture_add ("/integration/send/file/sent", NULL, test_file);
  ws_test_fixture_add ("/integration/send/file/missing", NULL, test_file_missing);
  ws_test_fixture_add ("/integration/send/file/async", NULL, test_file_async);
  ws_test_fixture_add ("/integration/send/stream/closed-after", NULL, test_upload_stream);
  ws_test_fixture_add ("/integration/send/stream/left-open", "CloseStreamAfterTransfer=False",
                       test_upload_stream);
  ws_test_fixture_add ("/integration/send/stream/async", NULL, test_stream_async);

  return g_test_run ();
}
