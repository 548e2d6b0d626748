/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-sender.h"
#include "ws-test-fixture.h"

/* Sends from other threads than that which runs the server. */

#define N_THREADS 4
#define N_CLIENTS 3
#define N_MESSAGES 150 /* of each thread to each client */

/* --- one call in a thread of its own --------------------------------------------------------- */

typedef struct
{
  WsConnection       *connection;
  WsDataFormat        format;
  GBytes             *bytes;
  GCancellable       *cancellable;
  GAsyncReadyCallback callback;
  gpointer            user_data;
  guint               n_times;
} Call;

static gpointer
call_run (gpointer user_data)
{
  Call *call = user_data;

  for (guint i = 0; i < MAX (call->n_times, 1); i++)
    ws_connection_send_async (call->connection, call->format, call->bytes, call->cancellable, call->callback,
                              call->user_data);
  return NULL;
}

/* Returns when the call has, and the loop has not run meanwhile. */
static void
call_elsewhere (Call        call,
                const void *data,
                gsize       length)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, length);

  call.bytes = bytes;
  g_thread_join (g_thread_new ("call", call_run, &call));
}

static void
call_text (WsConnection *connection,
           const char   *text)
{
  call_elsewhere ((Call){ .connection = connection, .format = WS_DATA_FORMAT_TEXT }, text, strlen (text));
}

/* Sends from another thread and expects this error, which comes in the global default context. */
static void
assert_fails (Call        call,
              const void *data,
              gsize       length,
              GQuark      domain,
              int         code)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call.callback = ws_test_keep_result_cb;
  call.user_data = &result;
  call_elsewhere (call, data, length);
  ws_test_wait_until (result != NULL);
  g_assert_false (ws_connection_send_finish (call.connection, result, &error));
  g_assert_error (error, domain, code);
}

/* --- order ----------------------------------------------------------------------------------- */

typedef struct
{
  WsTestServer *server;
  WsTestClient *clients[N_CLIENTS];
  WsConnection *connections[N_CLIENTS]; /* borrowed */
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  fixture->server = ws_test_server_new_listening (user_data, NULL);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      fixture->clients[i] = ws_test_server_open (fixture->server);
      fixture->connections[i] = ws_test_server_get (fixture->server, i + 1);
    }
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  for (guint i = 0; i < N_CLIENTS; i++)
    g_clear_pointer (&fixture->clients[i], ws_test_client_free);
  ws_test_server_free (fixture->server);
}

static void
send_from_all (Fixture *fixture,
               gboolean asks)
{
  WsTestSender senders[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    ws_test_sender_start (&senders[i], i, fixture->connections, N_CLIENTS, N_MESSAGES, asks);
  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_senders_assert_order (fixture->clients[i], N_THREADS, N_MESSAGES);
  ws_test_settle (); /* what has been told in the loop only now */
  for (guint i = 0; i < N_THREADS; i++)
    {
      ws_test_sender_join (&senders[i]);
      g_assert_cmpuint (senders[i].n_sent, ==, asks ? N_CLIENTS * N_MESSAGES : 0);
      g_assert_cmpuint (ws_test_sender_get_n_told (&senders[i]), ==, senders[i].n_sent);
    }
  for (guint i = 0; i < N_CLIENTS; i++)
    g_assert_cmpuint (ws_connection_get_messages_sent (fixture->connections[i]), ==, N_THREADS * N_MESSAGES);
}

static void
test_order (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("Many threads send to many clients; what one thread sends arrives in order, and the "
                  "callbacks come in that thread.");

  send_from_all (fixture, TRUE);
}

static void
test_nobody_asks (Fixture      *fixture,
                  gconstpointer user_data)
{
  g_test_summary ("Many threads without a context send without callbacks; what each thread sends arrives in order.");

  send_from_all (fixture, FALSE);
}

static void
test_own_thread (Fixture      *fixture,
                 gconstpointer user_data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("first", 5);

  g_test_summary ("A send in the server's own thread is queued at once, without the loop, and before the pending sends of other threads.");

  call_text (fixture->connections[0], "from elsewhere");
  ws_connection_send_async (fixture->connections[0], WS_DATA_FORMAT_TEXT, bytes, NULL, NULL, NULL);
  g_assert_cmpuint (ws_connection_get_messages_sent (fixture->connections[0]), ==, 1);
  g_assert_true (ws_connection_send_text (fixture->connections[0], "second", NULL));
  ws_test_client_assert_text (fixture->clients[0], "first");
  ws_test_client_assert_text (fixture->clients[0], "second");
  ws_test_client_assert_text (fixture->clients[0], "from elsewhere");
}

static void
test_default_context (Fixture      *fixture,
                      gconstpointer user_data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The callback for a thread without a context of its own comes in the default one.");

  call_elsewhere ((Call){ .connection = fixture->connections[0],
                          .format = WS_DATA_FORMAT_AUTOMATIC,
                          .callback = ws_test_keep_result_cb,
                          .user_data = &result },
                  "\xc3\x28", 2);
  g_assert_null (result);
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_send_finish (fixture->connections[0], result, &error));
  g_assert_no_error (error);
  ws_test_client_assert_frame (fixture->clients[0], WS_OPCODE_BINARY, "\xc3\x28", 2);
}

/* --- failures -------------------------------------------------------------------------------- */

static void
test_not_text (Fixture      *fixture,
               gconstpointer user_data)
{
  g_test_summary ("Text that is not UTF-8 is refused, and the connection stays open.");

  assert_fails ((Call){ .connection = fixture->connections[0], .format = WS_DATA_FORMAT_TEXT }, "\xc3\x28", 2,
                WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  call_text (fixture->connections[0], "text");
  ws_test_client_assert_text (fixture->clients[0], "text");
}

static void
test_closed (Fixture      *fixture,
             gconstpointer user_data)
{
  Call call = { .connection = fixture->connections[0], .format = WS_DATA_FORMAT_TEXT };

  g_test_summary ("Sending to a connection that is closing, has ended, or whose server is gone, fails.");

  g_assert_true (ws_connection_close (fixture->connections[0], 1000, NULL, NULL));
  assert_fails (call, "late", 4, WS_ERROR, WS_ERROR_SENDING);
  ws_test_client_assert_close (fixture->clients[0], 1000, NULL);
  ws_test_client_close (fixture->clients[0]);
  ws_test_server_wait_for (fixture->server, "disconnected #1");
  assert_fails (call, "later", 5, WS_ERROR, WS_ERROR_SENDING);
  call_text (call.connection, "nobody asks");
  ws_test_settle ();

  g_signal_handlers_disconnect_by_data (fixture->server->server, fixture->server);
  g_assert_finalize_object (g_steal_pointer (&fixture->server->server));
  assert_fails (call, "last", 4, WS_ERROR, WS_ERROR_SENDING);
  call_text (call.connection, "nobody asks");
}

static void
test_lost_on_the_way (Fixture      *fixture,
                      gconstpointer user_data)
{
  GAsyncResult *results[2] = { NULL, NULL };

  g_test_summary ("Pending sends of other threads fail when the connection ends or the server is finalized.");

  for (guint i = 0; i < 2; i++)
    call_elsewhere ((Call){ .connection = fixture->connections[i],
                            .callback = ws_test_keep_result_cb,
                            .user_data = &results[i] },
                    "lost", 4);
  ws_test_client_reset (fixture->clients[0]);
  g_assert_true (ws_connection_close (fixture->connections[0], 1000, NULL, NULL));
  g_signal_handlers_disconnect_by_data (fixture->server->server, fixture->server);
  g_assert_finalize_object (g_steal_pointer (&fixture->server->server));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      ws_test_wait_until (results[i] != NULL);
      g_assert_false (ws_connection_send_finish (fixture->connections[i], results[i], &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_SENDING);
      g_object_unref (results[i]);
    }
}

static void
count_results_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  ws_connection_send_finish (WS_CONNECTION (object), result, &error);
  ws_test_sender_count (user_data, error);
}

static void
test_full (Fixture      *fixture,
           gconstpointer user_data)
{
  g_autofree char *pattern = ws_test_pattern (1000);
  WsTestSender     counts = { 0 };

  g_test_summary ("A pending send of another thread counts 256 bytes more than its payload towards MaxSendQueue of its connection; the first one is always accepted.");

  for (guint i = 0; i < 2; i++)
    call_elsewhere ((Call){ .connection = fixture->connections[i],
                            .callback = count_results_cb,
                            .user_data = &counts,
                            .n_times = 10 },
                    pattern, 1000);
  ws_test_wait_until (ws_test_sender_get_n_told (&counts) == 20);
  g_assert_cmpuint (counts.n_sent, ==, 2 * (10000 / 1256));
  g_assert_cmpuint (counts.n_full, ==, 20 - counts.n_sent);
  for (guint i = 0; i < counts.n_sent / 2; i++)
    ws_test_client_assert_text (fixture->clients[0], pattern);

  ws_test_server_config (fixture->server, "MaxSendQueue=1100");
  call_elsewhere (
      (Call){ .connection = fixture->connections[2], .callback = count_results_cb, .user_data = &counts },
      pattern, 1000);
  call_elsewhere (
      (Call){ .connection = fixture->connections[2], .callback = count_results_cb, .user_data = &counts },
      pattern, 1);
  ws_test_wait_until (ws_test_sender_get_n_told (&counts) == 22);
  g_assert_cmpuint (counts.n_others, ==, 0);
  g_assert_cmpuint (counts.n_full, ==, 21 - 2 * (10000 / 1256));
  ws_test_client_assert_text (fixture->clients[2], pattern);
}

static void
test_cancelled (Fixture      *fixture,
                gconstpointer user_data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Call call = { .connection = fixture->connections[0],
                .format = WS_DATA_FORMAT_TEXT,
                .cancellable = cancellable };

  g_test_summary ("A pending send of another thread can be cancelled, with or without a callback.");

  call_elsewhere (call, "silent", 6);
  call.callback = ws_test_keep_result_cb;
  call.user_data = &result;
  call_elsewhere (call, "told", 4);
  g_cancellable_cancel (cancellable);
  ws_test_wait_until (result != NULL);
  g_assert_false (ws_connection_send_finish (fixture->connections[0], result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  assert_fails (call, "again", 5, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  call_text (fixture->connections[0], "after");
  ws_test_client_assert_text (fixture->clients[0], "after");
}

/* --- a loop inside a handler ----------------------------------------------------------------- */

static void
nested_data_in_cb (WsServer     *server,
                   WsConnection *connection,
                   WsDataFormat  format,
                   GBytes       *data,
                   gboolean      eom,
                   gboolean      eol,
                   gpointer      user_data)
{
  Fixture *fixture = user_data;

  ws_connection_send_text (connection, "own", NULL);
  call_text (connection, "one");
  call_text (connection, "two");
  ws_test_client_assert_text (fixture->clients[0], "own");
  ws_test_client_assert_text (fixture->clients[0], "one");
  ws_test_client_assert_text (fixture->clients[0], "two");
  call_text (connection, "three");
  ws_connection_send_text (connection, "done", NULL);
}

static void
failed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (ws_connection_send_finish (WS_CONNECTION (object), result, NULL));
  ws_test_client_assert_text (fixture->clients[0], "before");
  ws_test_client_assert_text (fixture->clients[0], "behind");
  g_clear_pointer (&fixture->clients[1], ws_test_client_free);
}

static void
test_nested (Fixture      *fixture,
             gconstpointer user_data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_test_summary ("A handler, or a callback, that runs the loop sees what other threads have sent go out.");

  g_signal_connect (fixture->server->server, "data-in", G_CALLBACK (nested_data_in_cb), fixture);
  ws_test_client_send_text (fixture->clients[0], "go");
  ws_test_client_assert_text (fixture->clients[0], "done");
  ws_test_client_assert_text (fixture->clients[0], "three");
  g_signal_handlers_disconnect_by_data (fixture->server->server, fixture);

  /* The callback of one that fails comes amid the delivery, since the thread's context is the server's. */
  call_text (fixture->connections[0], "before");
  call_elsewhere ((Call){ .connection = fixture->connections[0],
                          .cancellable = cancellable,
                          .callback = failed_cb,
                          .user_data = fixture },
                  "none", 4);
  call_text (fixture->connections[0], "behind");
  call_text (fixture->connections[0], "last");
  g_cancellable_cancel (cancellable);
  ws_test_client_assert_text (fixture->clients[0], "last");
  ws_test_wait_until (fixture->clients[1] == NULL);
}

static void
answered_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (ws_connection_send_finish (WS_CONNECTION (object), result, NULL));
  ws_connection_send_text (WS_CONNECTION (object), "of the callback", NULL);
  ws_test_client_assert_text (fixture->clients[0], "of the callback");
  g_clear_pointer (&fixture->clients[1], ws_test_client_free);
}

static void
test_callback_sends (Fixture      *fixture,
                     gconstpointer user_data)
{
  g_autofree char *too_long = ws_test_pattern (20000);

  g_test_summary ("A message that a callback sends during the hand-over is sent while the callback runs the loop.");

  call_elsewhere ((Call){ .connection = fixture->connections[0],
                          .callback = answered_cb,
                          .user_data = fixture },
                  too_long, 20000);
  ws_test_wait_until (fixture->clients[1] == NULL);
}

static void
drop_server_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_false (ws_connection_send_finish (WS_CONNECTION (object), result, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK);
  g_signal_handlers_disconnect_by_data (fixture->server->server, fixture->server);
  g_assert_finalize_object (g_steal_pointer (&fixture->server->server));
}

static void
test_callback_drops (Fixture      *fixture,
                     gconstpointer user_data)
{
  g_autofree char *too_long = ws_test_pattern (20000);
  GAsyncResult    *results[N_CLIENTS] = { NULL, NULL, NULL };

  g_test_summary ("A callback may drop the server during the hand-over; the pending sends of its clients fail.");

  call_elsewhere (
      (Call){ .connection = fixture->connections[0], .callback = drop_server_cb, .user_data = fixture },
      too_long, 20000);
  for (guint i = 0; i < N_CLIENTS; i++)
    call_elsewhere ((Call){ .connection = fixture->connections[i],
                            .callback = ws_test_keep_result_cb,
                            .user_data = &results[i] },
                    "lost", 4);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      const int code = i == 0 ? WS_ERROR_WOULD_BLOCK : WS_ERROR_SENDING; /* the first one has no room */
      g_autoptr (GError) error = NULL;

      ws_test_wait_until (results[i] != NULL);
      g_assert_false (ws_connection_send_finish (fixture->connections[i], results[i], &error));
      g_assert_error (error, WS_ERROR, code);
      g_object_unref (results[i]);
    }
  g_assert_null (fixture->server->server);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ws_test_add ("/integration/threads/order", "MaxSendQueue=33554432", test_order);
  ws_test_add ("/integration/threads/nobody-asks", "MaxSendQueue=33554432", test_nobody_asks);
  ws_test_add ("/integration/threads/own-thread", "MaxSendQueue=33554432", test_own_thread);
  ws_test_add ("/integration/threads/default-context", "MaxSendQueue=33554432", test_default_context);
  ws_test_add ("/integration/threads/not-text", "MaxSendQueue=33554432", test_not_text);
  ws_test_add ("/integration/threads/closed", "MaxSendQueue=33554432", test_closed);
  ws_test_add ("/integration/threads/lost-on-the-way", "MaxSendQueue=33554432", test_lost_on_the_way);
  ws_test_add ("/integration/threads/full", "MaxSendQueue=10000", test_full);
  ws_test_add ("/integration/threads/cancelled", "MaxSendQueue=33554432", test_cancelled);
  ws_test_add ("/integration/threads/nested", "MaxSendQueue=33554432", test_nested);
  ws_test_add ("/integration/threads/callback-sends", "MaxSendQueue=10000", test_callback_sends);
  ws_test_add ("/integration/threads/callback-drops", "MaxSendQueue=10000", test_callback_drops);

  return g_test_run ();
}
