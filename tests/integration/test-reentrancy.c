/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* A handler may do anything in any signal. Every action runs inside every signal, while one client
 * talks and closes, one breaks the protocol and one asks for a page. Afterwards each connected has
 * one disconnected, nothing follows it, and everything finalises. */

#define N_CLIENTS 3
#define MAX_ACTION_DEPTH 3

typedef struct _World World;

typedef struct
{
  const char *name;
  void (*act) (World        *world,
               WsConnection *connection); /* NULL where the signal has none */
} Action;

typedef struct
{
  const char *name;
  gboolean    of_connection;
} Signal;

struct _World
{
  WsTestServer *recorder; /* its server becomes NULL when an action drops it */
  WsTestClient *clients[N_CLIENTS];
  const Action *action;
  const Signal *signal;
  GHashTable   *n_disconnected; /* WsConnection -> times its own signal came */
  gpointer      alive_server;   /* weak */
  guint         depth;
  guint         n_acted;
};

typedef struct
{
  const Signal *signal;
  const Action *action;
} Pair;

static void
act_close (World        *world,
           WsConnection *connection)
{
  if (connection != NULL)
    ws_connection_close (connection, 4000, "inside", NULL);
}

static void
act_disconnect (World        *world,
                WsConnection *connection)
{
  if (connection != NULL && world->recorder->server != NULL)
    ws_server_disconnect_client (world->recorder->server,
                                 ws_connection_get_connection_id (connection), NULL);
}

static void
act_stop_listening (World        *world,
                    WsConnection *connection)
{
  if (world->recorder->server != NULL)
    ws_server_stop_listening (world->recorder->server);
}

static void
act_shutdown (World        *world,
              WsConnection *connection)
{
  if (world->recorder->server != NULL)
    ws_server_shutdown (world->recorder->server);
}

static void
act_drop_server (World        *world,
                 WsConnection *connection)
{
  g_clear_object (&world->recorder->server);
}

static void
act_send (World        *world,
          WsConnection *connection)
{
  if (connection != NULL)
    ws_connection_send_text (connection, "from inside", NULL);
}

static void
act_send_blocking (World        *world,
                   WsConnection *connection)
{
  if (connection == NULL)
    return;

  ws_connection_set_timeout (connection, 1);
  ws_connection_send_text (connection, "from inside", NULL);
  ws_connection_set_timeout (connection, 0);
}

static void
act_send_and_close (World        *world,
                    WsConnection *connection)
{
  act_send (world, connection);
  act_close (world, connection);
  act_send (world, connection);
}

static void
act_pause_and_process (World        *world,
                       WsConnection *connection)
{
  if (connection == NULL)
    return;

  ws_connection_pause_data (connection, NULL);
  ws_connection_process_data (connection, NULL);
}

static void
act_iterate (World        *world,
             WsConnection *connection)
{
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
act_do_events (World        *world,
               WsConnection *connection)
{
  if (world->recorder->server != NULL)
    ws_server_do_events (world->recorder->server);
}

static void
act_clients_reset (World        *world,
                   WsConnection *connection)
{
  for (guint i = 0; i < N_CLIENTS; i++)
    if (world->clients[i] != NULL && world->clients[i]->fd >= 0)
      ws_test_client_reset (world->clients[i]);
  act_iterate (world, connection);
}

static void
act_shutdown_and_iterate (World        *world,
                          WsConnection *connection)
{
  act_shutdown (world, connection);
  act_iterate (world, connection);
}

static void
act_drop_and_iterate (World        *world,
                      WsConnection *connection)
{
  act_drop_server (world, connection);
  act_iterate (world, connection);
}

static const Action actions[] = {
  { "close", act_close },
  { "disconnect", act_disconnect },
  { "stop-listening", act_stop_listening },
  { "shutdown", act_shutdown },
  { "drop-server", act_drop_server },
  { "send", act_send },
  { "send-blocking", act_send_blocking },
  { "send-and-close", act_send_and_close },
  { "pause-and-process", act_pause_and_process },
  { "iterate", act_iterate },
  { "do-events", act_do_events },
  { "clients-reset", act_clients_reset },
  { "shutdown-and-iterate", act_shutdown_and_iterate },
  { "drop-and-iterate", act_drop_and_iterate },
};

static const Signal signal_table[] = {
  { "connection-request", FALSE },
  { "web-socket-open-request", FALSE },
  { "http-request", FALSE },
  { "connected", FALSE },
  { "ready-to-send", FALSE },
  { "data-in", FALSE },
  { "ping", FALSE },
  { "error", FALSE },
  { "log", FALSE },
  { "disconnected", FALSE },
  { "notify::listening", FALSE },
  { "data-in", TRUE },
  { "ping", TRUE },
  { "disconnected", TRUE },
  { "notify::connected", TRUE },
};

/* Stands for the handler of any signal. */
static void
act_marshal (GClosure     *closure,
             GValue       *return_value,
             guint         n_values,
             const GValue *values,
             gpointer      invocation_hint,
             gpointer      marshal_data)
{
  World *world = closure->data;

  if (world->depth >= MAX_ACTION_DEPTH)
    return;

  world->depth++;
  world->n_acted++;
  world->action->act (world, ws_test_find_connection (values, n_values));
  world->depth--;
}

static void
connect_action (World   *world,
                gpointer instance)
{
  GClosure *closure = g_closure_new_simple (sizeof (GClosure), world);

  g_closure_set_marshal (closure, act_marshal);
  g_signal_connect_closure (instance, world->signal->name, closure, FALSE);
}

static void
connection_disconnected_cb (WsConnection *connection,
                            int           code,
                            const char   *description,
                            gpointer      user_data)
{
  World *world = user_data;
  guint  n_before = GPOINTER_TO_UINT (g_hash_table_lookup (world->n_disconnected, connection));

  g_hash_table_insert (world->n_disconnected, connection, GUINT_TO_POINTER (n_before + 1));
}

static void
connected_cb (WsServer     *server,
              WsConnection *connection,
              gpointer      user_data)
{
  World *world = user_data;

  g_hash_table_insert (world->n_disconnected, connection, GUINT_TO_POINTER (0));
  g_signal_connect (connection, "disconnected", G_CALLBACK (connection_disconnected_cb), world);
}

static void
open_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsOpenRequest *request,
                 gpointer       user_data)
{
  World *world = user_data;

  if (world->signal->of_connection)
    connect_action (world, connection);
}

static void
run_clients (World *world)
{
  guint port = world->recorder->port;

  for (guint i = 0; i < N_CLIENTS; i++)
    world->clients[i] = ws_test_client_new (port);

  ws_test_client_send_handshake (world->clients[0], "/talks", NULL);
  ws_test_client_send_text (world->clients[0], "one");
  ws_test_client_send_ping (world->clients[0], "two");
  ws_test_client_send_text (world->clients[0], "three");
  ws_test_client_send_close (world->clients[0], 1000, "four");

  ws_test_client_send_handshake (world->clients[1], "/breaks", NULL);
  ws_test_client_send_text (world->clients[1], "one");
  ws_test_client_send_frame (world->clients[1], (WsTestFrameSpec){ .opcode = 3 }, "", 0);

  ws_test_client_send_string (world->clients[2], "GET /page HTTP/1.1\r\nHost: a\r\n\r\n");

  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_wait_until (world->clients[i]->eof || world->clients[i]->fd < 0);
}

static void
check_record (World *world)
{
  WsTestServer  *recorder = world->recorder;
  GHashTableIter iterator;
  gpointer       n_disconnected;

  for (guint number = 1; number <= recorder->connections->len; number++)
    {
      g_autofree char *mark = g_strdup_printf (" #%u", number);
      g_autofree char *end = g_strdup_printf ("disconnected #%u ", number);
      gboolean         ended = FALSE;

      for (guint i = 0; i < recorder->events->len; i++)
        {
          const char *event = recorder->events->pdata[i];

          if (strstr (event, mark) == NULL)
            continue;
          if (ended)
            g_error ("%s: after its disconnected came: %s", g_test_get_path (), event);
          ended = g_str_has_prefix (event, end);
        }
    }

  g_hash_table_iter_init (&iterator, world->n_disconnected);
  while (g_hash_table_iter_next (&iterator, NULL, &n_disconnected))
    g_assert_cmpuint (GPOINTER_TO_UINT (n_disconnected), ==, 1);
}

static void
start (World *world)
{
  WsServer *server = world->recorder->server;
  g_autoptr (GError) error = NULL;

  ws_server_set_local_host (server, "127.0.0.1", NULL);
  /* The only reference may be dropped inside. */
  ws_server_start_listening (server, &error);
  if (world->recorder->server != NULL)
    world->recorder->port = ws_server_get_local_port (server);
}

static void
provoke_error (World *world)
{
  /* A property that cannot change while listening is the error a test can have at will. */
  if (world->recorder->server != NULL)
    g_object_set (world->recorder->server, "local-port", 1, NULL);
}

static void
test_action_in_signal (gconstpointer user_data)
{
  const Pair *pair = user_data;
  World       world = { .signal = pair->signal, .action = pair->action };

  g_test_summary ("This action inside this signal keeps the order of signals and leaks nothing.");

  world.recorder = ws_test_server_new ();
  world.n_disconnected = g_hash_table_new (NULL, NULL);
  world.alive_server = world.recorder->server;
  g_object_add_weak_pointer (world.alive_server, &world.alive_server);
  ws_test_server_config (world.recorder, "LogLevel=3");
  ws_test_server_config (world.recorder, "CloseTimeout=1");
  g_signal_connect (world.recorder->server, "connected", G_CALLBACK (connected_cb), &world);
  g_signal_connect (world.recorder->server, "web-socket-open-request",
                    G_CALLBACK (open_request_cb), &world);
  if (!world.signal->of_connection)
    connect_action (&world, world.recorder->server);

  start (&world);
  provoke_error (&world);
  run_clients (&world);
  ws_test_settle ();
  g_assert_cmpuint (world.n_acted, >, 0);

  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_client_free (g_steal_pointer (&world.clients[i]));
  if (world.recorder->server != NULL)
    {
      ws_server_shutdown (world.recorder->server);
      ws_test_wait_until (world.recorder->server == NULL ||
                          ws_test_server_get_n_clients (world.recorder) == 0);
    }
  ws_test_settle ();
  check_record (&world);

  if (world.recorder->server == NULL)
    g_assert_null (world.alive_server);
  else
    g_object_remove_weak_pointer (world.alive_server, &world.alive_server);
  if (world.recorder->server != NULL)
    g_signal_handlers_disconnect_by_data (world.recorder->server, &world);
  ws_test_server_free (world.recorder);
  g_hash_table_unref (world.n_disconnected);
}

static void
iterate_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            gpointer      user_data)
{
  g_main_context_iteration (NULL, FALSE);
}

static void
test_order_when_nested (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_test_summary ("Messages of one read keep their order when each handler iterates the context.");

  g_signal_connect (server->server, "data-in", G_CALLBACK (iterate_cb), NULL);
  for (char c = 'a'; c <= 'h'; c++)
    {
      g_autoptr (GByteArray) frame = NULL;

      frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, &c, 1);
      g_byte_array_append (bytes, frame->data, frame->len);
    }
  ws_test_client_send (client, bytes->data, bytes->len);
  ws_test_wait_until (ws_test_server_count (server, "data-in") == 8);
  ws_test_settle ();
  ws_test_server_assert_events (server,
                                "data-in #1 text \"a\" eom", "data-in #1 text \"b\" eom",
                                "data-in #1 text \"c\" eom", "data-in #1 text \"d\" eom",
                                "data-in #1 text \"e\" eom", "data-in #1 text \"f\" eom",
                                "data-in #1 text \"g\" eom", "data-in #1 text \"h\" eom", NULL);
}

static void
close_other_cb (WsServer     *server,
                WsConnection *connection,
                WsDataFormat  format,
                GBytes       *data,
                gboolean      eom,
                gboolean      eol,
                gpointer      user_data)
{
  GListModel *model = G_LIST_MODEL (ws_server_get_connections (server));

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (WsConnection) other = g_list_model_get_item (model, i);

      if (other != connection)
        ws_connection_close (other, 4000, "closed by another", NULL);
    }
}

static void
test_close_other (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) first = ws_test_server_open (server);
  g_autoptr (WsTestClient) second = ws_test_server_open (server);

  g_test_summary ("Clients whose data is ready in the same dispatch may close each other.");

  g_signal_connect (server->server, "data-in", G_CALLBACK (close_other_cb), NULL);
  ws_test_client_send_text (first, "x");
  ws_test_client_send_text (second, "y");
  ws_test_client_assert_close (first, 4000, NULL);
  ws_test_client_send_close (first, 4000, NULL);
  ws_test_client_assert_close (second, 4000, NULL);
  ws_test_client_send_close (second, 4000, NULL);
  ws_test_client_assert_eof (first);
  ws_test_client_assert_eof (second);
  ws_test_wait_until (ws_test_server_count (server, "disconnected") == 2);
}

static void
drop_in_data_cb (WsServer     *server,
                 WsConnection *connection,
                 WsDataFormat  format,
                 GBytes       *data,
                 gboolean      eom,
                 gboolean      eol,
                 gpointer      user_data)
{
  WsTestServer *recorder = user_data;

  g_clear_object (&recorder->server);
}

static void
test_drop_with_messages_left (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  gpointer alive = server->server;

  g_test_summary ("Dropping the server in data-in ends it there; later messages are not delivered.");

  g_object_add_weak_pointer (alive, &alive);
  g_signal_connect (server->server, "data-in", G_CALLBACK (drop_in_data_cb), server);
  ws_test_client_send_text (client, "first");
  ws_test_client_send_text (client, "second");
  ws_test_wait_until (client->eof);
  ws_test_settle ();
  g_assert_null (alive);
  g_assert_cmpuint (ws_test_server_count (server, "data-in"), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new_with_free_func (g_free);

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (signal_table); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (actions); j++)
      {
        Pair            *pair = g_new0 (Pair, 1);
        g_autofree char *path = NULL;

        pair->signal = &signal_table[i];
        pair->action = &actions[j];
        g_ptr_array_add (pairs, pair);
        path = g_strdup_printf ("/integration/reentrancy/%s%s/%s",
                                pair->signal->of_connection ? "connection-" : "",
                                pair->signal->name, pair->action->name);
        g_test_add_data_func (path, pair, test_action_in_signal);
      }
  g_test_add_func ("/integration/reentrancy/order-when-nested", test_order_when_nested);
  g_test_add_func ("/integration/reentrancy/close-other", test_close_other);
  g_test_add_func ("/integration/reentrancy/drop-with-messages-left", test_drop_with_messages_left);

  return g_test_run ();
}
