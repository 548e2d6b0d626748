/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* Handlers that iterate the context, in places where the library is in the middle of something:
 * inside a frame, a log line, a change of the list, held input; and handlers that drop the last
 * reference to the server there. */

typedef struct
{
  WsTestServer *server;
  WsTestClient *client;
  const char   *part; /* of the log line to act at */
  guint         n_calls;
} Nest;

static void
count_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  (*(guint *) user_data)++;
}

static gboolean
set_flag_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
has_received (WsTestClient *client,
              const char   *text)
{
  return client->input->len > 0 &&
         g_strstr_len ((const char *) client->input->data, client->input->len, text) != NULL;
}

static void
append_frame (GByteArray *bytes,
              const char *text)
{
  g_autoptr (GByteArray) frame =
      ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, text, strlen (text));

  g_byte_array_append (bytes, frame->data, frame->len);
}

/* The opening handshake and the texts, in one piece. */
static void
send_handshake_with_texts (WsTestClient *client,
                           const char   *first,
                           const char   *second)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *handshake = ws_test_handshake ("/", NULL);

  g_byte_array_append (bytes, (const guint8 *) handshake, strlen (handshake));
  append_frame (bytes, first);
  if (second != NULL)
    append_frame (bytes, second);
  ws_test_client_send (client, bytes->data, bytes->len);
}

/* Asserts that these messages, second may be NULL, have been delivered in this order, and no more. */
static void
assert_texts (WsTestServer *server,
              const char   *first,
              const char   *second)
{
  const char *texts[] = { first, second };

  ws_test_settle ();
  g_assert_cmpuint (server->pieces->len, ==, second != NULL ? 2 : 1);
  for (guint i = 0; i < server->pieces->len; i++)
    g_assert_cmpmem (g_bytes_get_data (server->pieces->pdata[i], NULL),
                     g_bytes_get_size (server->pieces->pdata[i]), texts[i], strlen (texts[i]));
}

static void
log_settle_cb (WsServer     *server,
               WsConnection *connection,
               int           level,
               const char   *message,
               const char   *type,
               gpointer      user_data)
{
  Nest *nest = user_data;

  if (strstr (message, nest->part) == NULL || nest->n_calls++ > 0)
    return;

  if (nest->client != NULL)
    ws_test_client_send_text (nest->client, "later");
  ws_test_settle ();
}

static void
test_log_in_frame (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("LogLevel=3", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray) ping = NULL;
  Nest        nest = { server, client, "Received ping", 0 };
  const gsize cut = 9;

  g_test_summary ("A log handler that iterates over a ping that came in two leaves its payload whole.");

  g_signal_connect (server->server, "log", G_CALLBACK (log_settle_cb), &nest);
  ping = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_PING }, "0123456789", 10);
  ws_test_client_send_cut (client, ping->data, ping->len, &cut, 1);
  ws_test_wait_until (ws_test_server_count (server, "data-in") == 1);
  g_assert_cmpuint (nest.n_calls, >, 0);
  ws_test_server_assert_events (server, "ping #1 \"0123456789\"", "data-in #1 text \"later\" eom", NULL);
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "0123456789", 10);
}

static void
test_log_order (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("LogLevel=3", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Nest nest = { server, NULL, "Received", 0 };

  g_test_summary ("A log handler that iterates does not let the second message overtake the first.");

  g_signal_connect (server->server, "log", G_CALLBACK (log_settle_cb), &nest);
  append_frame (bytes, "first");
  append_frame (bytes, "second");
  ws_test_client_send (client, bytes->data, bytes->len);
  ws_test_wait_until (ws_test_server_count (server, "data-in") == 2);
  g_assert_cmpuint (nest.n_calls, >, 0);
  assert_texts (server, "first", "second");
}

static void
test_log_at_response (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = NULL;
  Nest nest = { server, NULL, ": 101", 0 };

  g_test_summary ("A message behind the handshake is delivered although a log handler iterates at the 101.");

  g_signal_connect (server->server, "log", G_CALLBACK (log_settle_cb), &nest);
  client = ws_test_server_connect (server);
  send_handshake_with_texts (client, "hello", NULL);
  ws_test_server_wait_for (server, "data-in");
  g_assert_cmpuint (nest.n_calls, >, 0);
  g_assert_cmpuint (ws_test_server_count (server, "connected #1"), ==, 1);
  assert_texts (server, "hello", NULL);
}

static void
log_wait_cb (WsServer     *server,
             WsConnection *connection,
             int           level,
             const char   *message,
             const char   *type,
             gpointer      user_data)
{
  Nest    *nest = user_data;
  gboolean passed = FALSE;

  if (strstr (message, nest->part) == NULL || nest->n_calls++ > 0)
    return;

  g_timeout_add (1500, set_flag_cb, &passed);
  ws_test_wait_until (passed);
}

static void
test_one_response (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("HandshakeTimeout=1", NULL);
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  Nest nest = { server, NULL, ": 101", 0 };

  g_test_summary ("HandshakeTimeout that runs out while a log handler iterates at the 101 sends no 503 besides.");

  g_signal_connect (server->server, "log", G_CALLBACK (log_wait_cb), &nest);
  client = ws_test_server_connect (server);
  ws_test_client_send_handshake (client, "/", NULL);
  response = ws_test_client_read_response (client);
  ws_test_settle ();
  g_assert_cmpuint (nest.n_calls, >, 0);
  g_assert_false (has_received (client, "HTTP/1.1"));
  g_assert_cmpuint (ws_test_server_count (server, "connected #1"), ==, response->status == 101);
  if (response->status == 101)
    {
      ws_test_client_send_text (client, "still there");
      ws_test_server_wait_for (server, "data-in #1 text \"still there\" eom");
    }
}

static void
items_changed_cb (GListModel *list,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  gpointer    user_data)
{
  Nest *nest = user_data;

  if (n_removed == 0 || nest->n_calls++ > 0)
    return;

  ws_test_client_reset (nest->client);
  ws_test_settle ();
}

static void
test_items_changed (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) first = ws_test_server_open (server);
  g_autoptr (WsTestClient) second = ws_test_server_open (server);
  g_autoptr (WsTestClient) third = ws_test_server_open (server);
  g_autoptr (WsTestClient) fourth = ws_test_server_open (server);
  GListModel *list = G_LIST_MODEL (ws_server_get_connections (server->server));
  Nest        nest = { server, second, NULL, 0 };
  gulong      handler;

  g_test_summary ("A handler of items-changed in which another connection ends leaves the list in order.");

  handler = g_signal_connect (list, "items-changed", G_CALLBACK (items_changed_cb), &nest);
  ws_test_client_reset (third);
  ws_test_wait_until (ws_test_server_count (server, "disconnected") == 2);
  g_signal_handler_disconnect (list, handler);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected #2"), ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected #3"), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);

  ws_test_server_forget (server);
  ws_test_client_send_text (first, "one");
  ws_test_server_wait_for (server, "data-in #1 text \"one\"");
  ws_test_client_send_text (fourth, "four");
  ws_test_server_wait_for (server, "data-in #4 text \"four\"");
}

static void
data_in_ask_cb (WsServer     *server,
                WsConnection *connection,
                WsDataFormat  format,
                GBytes       *data,
                gboolean      eom,
                gboolean      eol,
                gpointer      user_data)
{
  Nest *nest = user_data;

  if (nest->n_calls++ > 0)
    return;

  g_assert_true (ws_connection_send_text (connection, "question", NULL));
  ws_test_wait_until (has_received (nest->client, "question"));
}

static void
defer_cb (WsServer      *server,
          WsConnection  *connection,
          WsOpenRequest *request,
          gpointer       user_data)
{
  ws_open_request_defer (request);
  *(WsOpenRequest **) user_data = g_object_ref (request);
}

static void
test_held_input (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsOpenRequest) request = NULL;
  Nest nest = { server, NULL, NULL, 0 };

  g_test_summary ("A handler that iterates sends its messages meanwhile, also with input held for a deferred 101.");

  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (defer_cb), &request);
  g_signal_connect (server->server, "data-in", G_CALLBACK (data_in_ask_cb), &nest);
  client = nest.client = ws_test_server_connect (server);
  send_handshake_with_texts (client, "first", "second");
  ws_test_wait_until (request != NULL);
  ws_test_settle ();
  ws_test_server_forget (server);
  ws_open_request_complete (request);
  ws_test_wait_until (nest.n_calls == 2);
  assert_texts (server, "first", "second");
}

static void
data_in_cancel_cb (WsServer     *server,
                   WsConnection *connection,
                   WsDataFormat  format,
                   GBytes       *data,
                   gboolean      eom,
                   gboolean      eol,
                   gpointer      user_data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint *n_finished = user_data;

  ws_connection_send_ping_async (connection, cancellable, count_cb, n_finished);
  g_cancellable_cancel (cancellable);
  ws_test_wait_until (*n_finished == 1);
}

static void
test_cancel (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  guint n_finished = 0;

  g_test_summary ("A ping cancelled in a handler of its own connection ends while the handler iterates.");

  g_signal_connect (server->server, "data-in", G_CALLBACK (data_in_cancel_cb), &n_finished);
  ws_test_client_send_text (client, "x");
  ws_test_wait_until (n_finished == 1);
  ws_test_settle ();
  g_assert_cmpuint (n_finished, ==, 1);
}

/* Drops of the last reference to the server. */

static void
log_drop_cb (WsServer     *server,
             WsConnection *connection,
             int           level,
             const char   *message,
             const char   *type,
             gpointer      user_data)
{
  if (g_str_has_prefix (message, "Closed"))
    g_clear_object (&((WsTestServer *) user_data)->server);
}

static void
notify_drop_cb (WsConnection *connection,
                GParamSpec   *pspec,
                gpointer      user_data)
{
  if (!ws_connection_get_ready_to_send (connection))
    g_clear_object (&((WsTestServer *) user_data)->server);
}

/* Waits for both ends; ws_test_server_free() asserts that the connection finalises. */
static void
assert_dropped (WsTestServer *server,
                WsTestClient *client,
                gpointer     *alive)
{
  ws_test_wait_until (server->server == NULL);
  ws_test_wait_until (client->eof);
  ws_test_settle ();
  g_assert_null (*alive);
}

static void
test_drop_in_log (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  gpointer alive = server->server;

  g_test_summary ("The log line of a connection's end may drop the server.");

  g_object_add_weak_pointer (alive, &alive);
  g_signal_connect (server->server, "log", G_CALLBACK (log_drop_cb), server);
  ws_test_client_send_close (client, 1000, "");
  assert_dropped (server, client, &alive);
}

static void
test_drop_in_notify (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  gpointer      alive = server->server;

  g_test_summary ("notify::ready-to-send inside close() may drop the server.");

  g_object_add_weak_pointer (alive, &alive);
  g_signal_connect (connection, "notify::ready-to-send", G_CALLBACK (notify_drop_cb), server);
  ws_connection_close (connection, 1000, "", NULL);
  assert_dropped (server, client, &alive);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/nesting/log/in-frame", test_log_in_frame);
  g_test_add_func ("/integration/nesting/log/order", test_log_order);
  g_test_add_func ("/integration/nesting/log/at-response", test_log_at_response);
  g_test_add_func ("/integration/nesting/log/one-response", test_one_response);
  g_test_add_func ("/integration/nesting/items-changed", test_items_changed);
  g_test_add_func ("/integration/nesting/held-input", test_held_input);
  g_test_add_func ("/integration/nesting/cancel", test_cancel);
  g_test_add_func ("/integration/nesting/drop/log", test_drop_in_log);
  g_test_add_func ("/integration/nesting/drop/notify", test_drop_in_notify);

  return g_test_run ();
}
