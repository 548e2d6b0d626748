/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-fixture.h"

/* Messages to a function in place of data-in, and sending from memory that is in no GBytes. */

typedef struct _Fixture Fixture;

struct _Fixture
{
  WsTestServer *server;
  WsTestClient *client;
  GPtrArray    *messages; /* char: "#1 text hello", of the function */
  guint         n_destroyed;
  void (*act) (Fixture      *fixture,
               WsConnection *connection); /* what the function does besides */
  gboolean in_func;
};

static void
message_func (WsConnection *connection,
              WsDataFormat  format,
              const guint8 *data,
              gsize         length,
              gpointer      user_data)
{
  Fixture         *fixture = user_data;
  g_autofree char *text = g_strndup ((const char *) data, length);
  g_autofree char *copy = NULL;

  g_assert_nonnull (data);
  g_assert_true (format == WS_DATA_FORMAT_TEXT || format == WS_DATA_FORMAT_BINARY);
  g_ptr_array_add (fixture->messages,
                   length <= 64
                       ? g_strdup_printf ("%s %s", format == WS_DATA_FORMAT_TEXT ? "text" : "binary", text)
                       : g_strdup_printf ("long %" G_GSIZE_FORMAT, length));
  if (fixture->act == NULL)
    return;

  copy = g_strndup ((const char *) data, length);
  fixture->in_func = TRUE;
  fixture->act (fixture, connection);
  fixture->in_func = FALSE;
  g_assert_cmpmem (data, length, copy, strlen (copy)); /* whatever has happened meanwhile */
}

static void
destroy_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (fixture->in_func);
  fixture->n_destroyed++;
}

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  fixture->messages = g_ptr_array_new_with_free_func (g_free);
  fixture->server = ws_test_server_new_listening ("MaxFrameSize=1048576", user_data, NULL);
  ws_server_set_message_func (fixture->server->server, message_func, fixture, destroy_cb);
  fixture->client = ws_test_server_open (fixture->server);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  ws_test_client_free (fixture->client);
  ws_test_server_free (fixture->server);
  g_assert_cmpuint (fixture->n_destroyed, ==, 1);
  g_ptr_array_unref (fixture->messages);
}

static void
assert_messages (Fixture    *fixture,
                 const char *first,
                 ...)
{
  va_list arguments;
  guint   n = 0;

  va_start (arguments, first);
  for (const char *message = first; message != NULL; message = va_arg (arguments, const char *), n++)
    {
      ws_test_wait_until (fixture->messages->len > n);
      g_assert_cmpstr (fixture->messages->pdata[n], ==, message);
    }
  va_end (arguments);
  ws_test_settle ();
  g_assert_cmpuint (fixture->messages->len, ==, n);
  g_ptr_array_set_size (fixture->messages, 0);
}

static void
test_whole_messages (Fixture      *fixture,
                     gconstpointer user_data)
{
  WsTestFrameSpec  more = { .opcode = WS_OPCODE_TEXT, .more = TRUE };
  WsTestFrameSpec  rest = { .opcode = WS_OPCODE_CONTINUATION };
  g_autofree char *pattern = ws_test_pattern (300000);

  g_test_summary ("The function receives whole messages with any BufferMessage, and no signal is emitted for them.");

  ws_test_client_send_text (fixture->client, "one");
  ws_test_client_send_binary (fixture->client, "two", 3);
  ws_test_client_send_text (fixture->client, "");
  ws_test_client_send_frame (fixture->client, more, "thr", 3);
  ws_test_client_send_ping (fixture->client, "between");
  ws_test_client_send_frame (fixture->client, rest, "ee", 2);
  ws_test_client_send_binary (fixture->client, pattern, 300000);
  assert_messages (fixture, "text one", "binary two", "text ", "text three", "long 300000", NULL);
  g_assert_cmpuint (ws_test_server_count (fixture->server, "data-in"), ==, 0);
  g_assert_cmpuint (ws_connection_get_messages_received (ws_test_server_get (fixture->server, 1)), ==, 5);
}

static void
act_echo (Fixture      *fixture,
          WsConnection *connection)
{
  const char *last = fixture->messages->pdata[fixture->messages->len - 1];

  g_assert_true (
      ws_connection_send_data (connection, WS_DATA_FORMAT_TEXT, (const guint8 *) last, strlen (last), NULL));
}

static void
test_send_data (Fixture      *fixture,
                gconstpointer user_data)
{
  static const guint8 bad[] = { 0xc3, 0x28 };
  WsConnection       *connection = ws_test_server_get (fixture->server, 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Bytes in no GBytes: in the format given, checked like all others.");

  fixture->act = act_echo;
  ws_test_client_send_text (fixture->client, "hello");
  ws_test_client_assert_text (fixture->client, "text hello");

  g_assert_true (ws_connection_send_data (connection, WS_DATA_FORMAT_BINARY, bad, sizeof bad, NULL));
  ws_test_client_assert_frame (fixture->client, WS_OPCODE_BINARY, bad, sizeof bad);
  g_assert_true (ws_connection_send_data (connection, WS_DATA_FORMAT_AUTOMATIC, bad, sizeof bad, NULL));
  ws_test_client_assert_frame (fixture->client, WS_OPCODE_BINARY, bad, sizeof bad);
  g_assert_true (
      ws_connection_send_data (connection, WS_DATA_FORMAT_AUTOMATIC, (const guint8 *) "ok", 2, NULL));
  ws_test_client_assert_text (fixture->client, "ok");
  g_assert_true (ws_connection_send_data (connection, WS_DATA_FORMAT_TEXT, NULL, 0, NULL));
  ws_test_client_assert_text (fixture->client, "");
  g_assert_true (ws_connection_send_data (connection, WS_DATA_FORMAT_PING, (const guint8 *) "p", 1, NULL));
  ws_test_client_assert_frame (fixture->client, WS_OPCODE_PING, "p", 1);
  g_assert_false (ws_connection_send_data (connection, WS_DATA_FORMAT_TEXT, bad, sizeof bad, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
}

static void
test_send_data_copies (Fixture      *fixture,
                       gconstpointer user_data)
{
  enum
  {
    LENGTH = 8 * 1024 * 1024
  };
  g_autofree char *pattern = ws_test_pattern (LENGTH);
  g_autofree char *expected = g_strdup (pattern);
  WsConnection    *connection = ws_test_server_get (fixture->server, 1);
  g_autoptr (GBytes) message = NULL;
  WsOpcode opcode;

  g_test_summary ("What the socket does not take at once is the library's own.");

  g_assert_true (
      ws_connection_send_data (connection, WS_DATA_FORMAT_BINARY, (const guint8 *) pattern, LENGTH, NULL));
  memset (pattern, 'x', LENGTH);
  message = ws_test_client_read_message (fixture->client, &opcode);
  g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), expected, LENGTH);
}

static void
act_pause (Fixture      *fixture,
           WsConnection *connection)
{
  g_assert_true (ws_connection_pause_data (connection, NULL));
}

static void
test_pause (Fixture      *fixture,
            gconstpointer user_data)
{
  WsConnection *connection = ws_test_server_get (fixture->server, 1);

  g_test_summary ("Pausing in the function keeps back the next message of the same read.");

  fixture->act = act_pause;
  ws_test_client_send_text (fixture->client, "1");
  ws_test_client_send_text (fixture->client, "2");
  ws_test_client_send_text (fixture->client, "3");
  assert_messages (fixture, "text 1", NULL);
  g_assert_true (ws_connection_process_data (connection, NULL));
  g_assert_cmpuint (fixture->messages->len, ==, 0);
  assert_messages (fixture, "text 2", NULL);
  fixture->act = NULL;
  g_assert_true (ws_connection_process_data (connection, NULL));
  assert_messages (fixture, "text 3", NULL);
}

static void
act_close (Fixture      *fixture,
           WsConnection *connection)
{
  g_assert_true (ws_connection_close (connection, 4001, "enough", NULL));
}

static void
test_close (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("After a close in the function later messages are still delivered, as with data-in.");

  fixture->act = act_close;
  ws_test_client_send_text (fixture->client, "first");
  ws_test_wait_until (fixture->messages->len == 1);
  fixture->act = NULL;
  ws_test_client_send_text (fixture->client, "behind");
  ws_test_client_assert_close (fixture->client, 4001, "enough");
  ws_test_client_send_close (fixture->client, 4001, NULL);
  ws_test_server_wait_for (fixture->server, "disconnected #1 4001");
  assert_messages (fixture, "text first", "text behind", NULL);
}

static void
act_iterate (Fixture      *fixture,
             WsConnection *connection)
{
  guint n = fixture->messages->len;

  fixture->act = NULL;
  ws_test_wait_until (fixture->messages->len == n + 2);
  fixture->in_func = TRUE;
}

static void
test_nested (Fixture      *fixture,
             gconstpointer user_data)
{
  g_test_summary ("A function that iterates the context receives the next messages inside, in order, and its own bytes stay valid.");

  fixture->act = act_iterate;
  ws_test_client_send_text (fixture->client, "a");
  ws_test_client_send_text (fixture->client, "b");
  ws_test_client_send_text (fixture->client, "c");
  assert_messages (fixture, "text a", "text b", "text c", NULL);
}

/* "hello" and "world" in stored blocks, each a whole message. RFC 7692 §7.2.3.3. */
static const guint8 stored_hello[] = { 0x00, 0x05, 0x00, 0xfa, 0xff, 'h', 'e', 'l', 'l', 'o', 0x00 };
static const guint8 stored_world[] = { 0x00, 0x05, 0x00, 0xfa, 0xff, 'w', 'o', 'r', 'l', 'd', 0x00 };

static void
test_nested_compressed (Fixture      *fixture,
                        gconstpointer user_data)
{
  WsTestFrameSpec compressed = { .opcode = WS_OPCODE_TEXT, .reserved_bits = WS_FRAME_RSV1 };
  g_autoptr (WsTestClient) client = ws_test_server_connect (fixture->server);

  g_test_summary ("A function that iterates keeps its bytes with compressed messages, which share a buffer, too.");

  ws_test_client_send_handshake (client, "/", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  ws_test_response_free (ws_test_client_read_response (client));
  fixture->act = act_iterate;
  ws_test_client_send_frame (client, compressed, stored_hello, sizeof stored_hello);
  ws_test_client_send_frame (client, compressed, stored_world, sizeof stored_world);
  ws_test_client_send_frame (client, compressed, stored_hello, sizeof stored_hello);
  assert_messages (fixture, "text hello", "text world", "text hello", NULL);
}

static void
act_replace (Fixture      *fixture,
             WsConnection *connection)
{
  fixture->act = NULL;
  ws_server_set_message_func (fixture->server->server, message_func, fixture, destroy_cb);
  g_assert_cmpuint (fixture->n_destroyed, ==, 0);
}

static void
test_replace (Fixture      *fixture,
              gconstpointer user_data)
{
  g_test_summary ("The data of a function that replaces itself is freed after it has returned.");

  fixture->act = act_replace;
  ws_test_client_send_text (fixture->client, "one");
  ws_test_wait_until (fixture->messages->len == 1);
  g_assert_cmpuint (fixture->n_destroyed, ==, 1);
  ws_test_client_send_text (fixture->client, "two");
  assert_messages (fixture, "text one", "text two", NULL);
  fixture->n_destroyed = 0;
}

static void
test_unset (Fixture      *fixture,
            gconstpointer user_data)
{
  WsTestFrameSpec more = { .opcode = WS_OPCODE_TEXT, .more = TRUE };
  WsTestFrameSpec rest = { .opcode = WS_OPCODE_CONTINUATION };

  g_test_summary ("Without the function signals deliver again; a message that a signal has begun is also ended by signals.");

  ws_test_client_send_frame (fixture->client, more, "kept ", 5);
  ws_test_settle ();
  ws_server_set_message_func (fixture->server->server, NULL, NULL, NULL);
  g_assert_cmpuint (fixture->n_destroyed, ==, 1);
  ws_test_client_send_frame (fixture->client, rest, "whole", 5);
  ws_test_server_wait_for (fixture->server, "data-in #1 text \"kept whole\" eom");

  ws_test_client_send_frame (fixture->client, more, "part", 4);
  ws_test_server_wait_for (fixture->server, "data-in #1 text \"part\"");
  fixture->n_destroyed = 0;
  ws_server_set_message_func (fixture->server->server, message_func, fixture, destroy_cb);
  ws_test_client_send_frame (fixture->client, rest, "rest", 4);
  ws_test_server_wait_for (fixture->server, "data-in #1 continuation \"rest\" eom");
  ws_test_client_send_text (fixture->client, "new");
  assert_messages (fixture, "text new", NULL);
}

static void
test_line_mode (Fixture      *fixture,
                gconstpointer user_data)
{
  WsConnection *connection = ws_test_server_get (fixture->server, 1);

  g_test_summary ("Lines are delivered by signals, not by the function.");

  g_assert_true (ws_connection_change_line_mode (connection, TRUE, NULL));
  ws_test_client_send_text (fixture->client, "line\n");
  ws_test_server_wait_for (fixture->server, "data-in #1 continuation \"line\"");
  g_assert_true (ws_connection_change_line_mode (connection, FALSE, NULL));
  ws_test_client_send_text (fixture->client, "message");
  assert_messages (fixture, "text message", NULL);
}

static void
act_drop (Fixture      *fixture,
          WsConnection *connection)
{
  g_object_run_dispose (G_OBJECT (fixture->server->server));
  g_assert_cmpuint (fixture->n_destroyed, ==, 0);
}

static void
test_disposed (Fixture      *fixture,
               gconstpointer user_data)
{
  g_test_summary ("The server may be disposed of by the function; its data goes afterwards.");

  fixture->act = act_drop;
  ws_test_client_send_text (fixture->client, "last");
  ws_test_client_send_text (fixture->client, "never told");
  ws_test_server_wait_for (fixture->server, "disconnected #1");
  g_assert_cmpuint (fixture->messages->len, ==, 1);
  g_assert_cmpuint (fixture->n_destroyed, ==, 1);
}

static void
test_failed_message (Fixture      *fixture,
                     gconstpointer user_data)
{
  g_test_summary ("Text that is not UTF-8 is not delivered.");

  ws_test_client_send_frame (fixture->client, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "\xff", 1);
  ws_test_server_wait_for (fixture->server, "disconnected #1 1007");
  assert_messages (fixture, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/integration/message-func/whole-messages/buffered", Fixture, "BufferMessage=True",
              fixture_set_up, test_whole_messages, fixture_tear_down);
  g_test_add ("/integration/message-func/whole-messages/in-parts", Fixture, "BufferMessage=False",
              fixture_set_up, test_whole_messages, fixture_tear_down);
  ws_test_add ("/integration/message-func/send-data", NULL, test_send_data);
  ws_test_add ("/integration/message-func/send-data-copies", NULL, test_send_data_copies);
  ws_test_add ("/integration/message-func/pause", NULL, test_pause);
  ws_test_add ("/integration/message-func/close", NULL, test_close);
  ws_test_add ("/integration/message-func/nested", NULL, test_nested);
  ws_test_add ("/integration/message-func/nested-compressed", NULL, test_nested_compressed);
  ws_test_add ("/integration/message-func/replace", NULL, test_replace);
  ws_test_add ("/integration/message-func/unset", NULL, test_unset);
  ws_test_add ("/integration/message-func/line-mode", NULL, test_line_mode);
  ws_test_add ("/integration/message-func/disposed", NULL, test_disposed);
  ws_test_add ("/integration/message-func/failed-message", NULL, test_failed_message);

  return g_test_run ();
}
