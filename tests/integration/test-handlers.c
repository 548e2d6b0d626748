/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "ws-test-server.h"

/* Every callback out of the library is a place where everything may be dropped and anything may be sent. Each
 * action runs in each callback, each time or once at one of its first calls, so that it meets the opening
 * handshake, the open connection and the closing handshake. A strict client checks what arrives. */

#define BIG_BYTES 300000
#define MAX_ACTIONS 40
#define MAX_DEPTH 3
#define EACH_TIME 0

typedef struct _World World;

typedef struct
{
  const char *name;
  void (*act) (World        *world,
               WsConnection *connection); /* NULL where there is none */
  gboolean may_cut;                       /* the last frame may be incomplete */
} Action;

/* What an object calls back. */
typedef enum
{
  OF_SERVER,
  OF_CONNECTION,
  OF_LIST,
  OF_REQUEST, /* a deferred one, whose client leaves */
  OF_SEND     /* not a signal: a function of the application that a message brings along */
} Origin;

typedef struct
{
  const char *name;
  Origin      origin;
  gboolean    is_frequent;  /* tried at some of its calls as well */
  gboolean    only_tls;     /* not called otherwise */
  gboolean    is_uncertain; /* called for some clients only */
} Callback;

typedef struct
{
  const Callback *callback;
  const Action   *action;
  guint           at; /* the number of the call, from 1; or EACH_TIME */
} Case;

struct _World
{
  const Case     *current;
  WsTestServer   *recorder; /* its server becomes NULL when an action drops it */
  WsTestClient   *clients[2];
  WsConnection   *sender;  /* of OF_SEND and OF_REQUEST; a reference */
  GObject        *request; /* of OF_REQUEST; a reference */
  GBytes         *big;
  char           *file;
  gatomicrefcount n_callers; /* functions of messages that are still to be called */
  guint           n_calls;
  guint           n_acted;
  guint           depth;
};

/* --- actions --------------------------------------------------------------------------------- */

static void
act_drop_server (World        *world,
                 WsConnection *connection)
{
  g_clear_object (&world->recorder->server);
}

static void
act_send_text (World        *world,
               WsConnection *connection)
{
  if (connection != NULL)
    ws_connection_send_text (connection, "from inside", NULL);
}

static void
act_send_ping (World        *world,
               WsConnection *connection)
{
  if (connection != NULL)
    ws_connection_send_ping (connection, NULL);
}

static void
act_send_big (World        *world,
              WsConnection *connection)
{
  if (connection != NULL)
    ws_connection_send_bytes (connection, world->big, NULL);
}

static void
act_send_file (World        *world,
               WsConnection *connection)
{
  if (connection != NULL)
    ws_connection_send_file (connection, world->file, NULL);
}

static void
act_iterate (World        *world,
             WsConnection *connection)
{
  for (guint i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);
}

static gboolean
process_data_cb (gpointer user_data)
{
  ws_connection_process_data (user_data, NULL);
  return G_SOURCE_REMOVE;
}

static void
act_pause (World        *world,
           WsConnection *connection)
{
  if (connection == NULL)
    return;

  ws_connection_pause_data (connection, NULL);
  g_idle_add_full (G_PRIORITY_LOW, process_data_cb, g_object_ref (connection), g_object_unref);
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
act_disconnect (World        *world,
                WsConnection *connection)
{
  if (connection != NULL && world->recorder->server != NULL)
    ws_server_disconnect_client (world->recorder->server, ws_connection_get_connection_id (connection), NULL);
}

static void
act_close (World        *world,
           WsConnection *connection)
{
  if (connection != NULL)
    ws_connection_close (connection, 4000, "from inside", NULL);
}

static void
act_interrupt (World        *world,
               WsConnection *connection)
{
  act_send_file (world, connection);
  if (connection != NULL)
    ws_connection_interrupt (connection, NULL);
}

static void
act_send_all_and_iterate (World        *world,
                          WsConnection *connection)
{
  act_send_big (world, connection);
  act_send_file (world, connection);
  act_send_text (world, connection);
  act_iterate (world, connection);
  act_send_ping (world, connection);
}

static void
act_close_and_send (World        *world,
                    WsConnection *connection)
{
  act_send_file (world, connection);
  act_close (world, connection);
  act_send_text (world, connection);
  act_iterate (world, connection);
}

static void
act_send_and_drop (World        *world,
                   WsConnection *connection)
{
  act_send_big (world, connection);
  act_drop_server (world, connection);
  act_send_text (world, connection);
  act_iterate (world, connection);
}

static void
act_wait (World        *world,
          WsConnection *connection)
{
  if (connection == NULL)
    return;

  ws_connection_set_timeout (connection, 1);
  ws_connection_send_bytes (connection, world->big, NULL);
  ws_connection_set_timeout (connection, 0);
}

static const Action actions[] = {
  { "drop-server", act_drop_server, TRUE },
  { "send-text", act_send_text, FALSE },
  { "send-ping", act_send_ping, FALSE },
  { "send-big", act_send_big, FALSE },
  { "send-file", act_send_file, FALSE },
  { "iterate", act_iterate, FALSE },
  { "pause", act_pause, FALSE },
  { "stop-listening", act_stop_listening, FALSE },
  { "shutdown", act_shutdown, FALSE },
  { "disconnect", act_disconnect, FALSE },
  { "close", act_close, FALSE },
  { "interrupt", act_interrupt, FALSE },
  { "send-all-and-iterate", act_send_all_and_iterate, FALSE },
  { "close-and-send", act_close_and_send, FALSE },
  { "send-and-drop", act_send_and_drop, TRUE },
  { "wait", act_wait, FALSE },
};

/* --- callbacks ------------------------------------------------------------------------------- */

static const Callback callbacks[] = {
  { "connection-request", OF_SERVER },
  { "ssl-connection-request", OF_SERVER, .only_tls = TRUE, .is_uncertain = TRUE },
  { "ssl-client-authentication", OF_SERVER, .only_tls = TRUE },
  { "ssl-status", OF_SERVER, .is_frequent = TRUE, .only_tls = TRUE },
  { "log", OF_SERVER, .is_frequent = TRUE },
  { "web-socket-open-request", OF_SERVER },
  { "http-request", OF_SERVER },
  { "connected", OF_SERVER },
  { "ready-to-send", OF_SERVER },
  { "data-in", OF_SERVER, .is_frequent = TRUE },
  { "ping", OF_SERVER },
  { "disconnected", OF_SERVER },
  { "data-in", OF_CONNECTION },
  { "ping", OF_CONNECTION },
  { "disconnected", OF_CONNECTION },
  { "notify::connected", OF_CONNECTION, .is_frequent = TRUE },
  { "notify::ready-to-send", OF_CONNECTION, .is_frequent = TRUE },
  { "notify::accept-data", OF_CONNECTION, .is_uncertain = TRUE },
  { "items-changed", OF_LIST, .is_frequent = TRUE },
  { "notify::cancelled", OF_REQUEST },
  { "sent", OF_SEND },
  { "bytes-freed", OF_SEND },
  { "stream-sent", OF_SEND },
  { "stream-freed", OF_SEND },
};

static void
act (World        *world,
     WsConnection *connection)
{
  const Case *current = world->current;

  world->n_calls++;
  if (world->depth >= MAX_DEPTH || world->n_acted >= MAX_ACTIONS ||
      (current->at != EACH_TIME && current->at != world->n_calls))
    return;

  world->depth++;
  world->n_acted++;
  current->action->act (world, connection);
  world->depth--;
}

static void
act_marshal (GClosure     *closure,
             GValue       *return_value,
             guint         n_values,
             const GValue *values,
             gpointer      invocation_hint,
             gpointer      marshal_data)
{
  World        *world = closure->data;
  WsConnection *connection = ws_test_find_connection (values, n_values);

  act (world, connection != NULL ? connection : world->sender);
}

static void
connect_action (World   *world,
                gpointer instance)
{
  GClosure *closure = g_closure_new_simple (sizeof (GClosure), world);

  g_closure_set_marshal (closure, act_marshal);
  g_signal_connect_closure (instance, world->current->callback->name, closure, FALSE);
}

/* --- functions that a message brings along --------------------------------------------------- */

static void
freed_cb (gpointer user_data)
{
  World *world = user_data;

  act (world, world->sender);
  (void) g_atomic_ref_count_dec (&world->n_callers);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  freed_cb (user_data);
}

static void
send_with_function (World        *world,
                    WsConnection *connection)
{
  const char *name = world->current->callback->name;
  gsize       length = g_bytes_get_size (world->big);
  gboolean    is_freed = g_str_has_suffix (name, "freed");
  g_autoptr (GBytes) bytes = NULL;

  g_set_object (&world->sender, connection);
  g_atomic_ref_count_inc (&world->n_callers);
  bytes = g_bytes_new_with_free_func (g_bytes_get_data (world->big, NULL), length,
                                      is_freed ? freed_cb : NULL, world);
  if (g_str_has_prefix (name, "stream"))
    {
      g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);

      ws_connection_send_stream_async (connection, stream, NULL, is_freed ? NULL : sent_cb, world);
    }
  else
    {
      ws_connection_send_async (connection, WS_DATA_FORMAT_BINARY, bytes, NULL,
                                is_freed ? NULL : sent_cb, world);
    }
}

/* --- the run --------------------------------------------------------------------------------- */

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            gpointer      user_data)
{
  World *world = user_data;

  if (world->current->callback->origin == OF_SEND)
    send_with_function (world, connection);
}

static void
open_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsOpenRequest *request,
                 gpointer       user_data)
{
  World *world = user_data;

  if (world->current->callback->origin == OF_CONNECTION)
    connect_action (world, connection);
  if (world->current->callback->origin != OF_REQUEST)
    return;

  g_set_object (&world->sender, connection);
  g_set_object (&world->request, G_OBJECT (request));
  ws_open_request_defer (request);
  connect_action (world, request);
}

static void
start (World *world)
{
  const Callback *callback = world->current->callback;
  WsServer       *server = world->recorder->server;

  ws_test_server_config (world->recorder, "LogLevel=3");
  ws_test_server_config (world->recorder, "LogSSLPackets=True");
  ws_test_server_config (world->recorder, "CloseTimeout=1");
  ws_test_server_config (world->recorder, "OutBufferSize=4096");
  if (g_str_equal (callback->name, "ssl-client-authentication"))
    g_object_set (server, "ssl-authenticate-clients", TRUE, NULL);
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), world);
  g_signal_connect (server, "web-socket-open-request", G_CALLBACK (open_request_cb), world);
  ws_test_server_listen (world->recorder);
  if (callback->origin == OF_SERVER)
    connect_action (world, server);
  else if (callback->origin == OF_LIST)
    connect_action (world, ws_server_get_connections (server));
}

static gboolean
have_ended (World *world)
{
  for (guint i = 0; i < G_N_ELEMENTS (world->clients); i++)
    if (!world->clients[i]->eof && world->clients[i]->fd >= 0)
      return FALSE;

  return TRUE;
}

static void
run_clients (World *world)
{
  for (guint i = 0; i < G_N_ELEMENTS (world->clients); i++)
    world->clients[i] = ws_test_client_new (world->recorder->port);

  ws_test_client_send_handshake (world->clients[0], "/talks", NULL);
  ws_test_client_send_text (world->clients[0], "one");
  ws_test_client_send_ping (world->clients[0], "two");
  ws_test_client_send_text (world->clients[0], "three");
  ws_test_client_send_close (world->clients[0], 1000, "four");

  ws_test_client_send_string (world->clients[1], "GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
  if (world->current->callback->origin == OF_REQUEST)
    {
      ws_test_wait_until (world->request != NULL);
      ws_test_client_reset (world->clients[0]);
    }
  ws_test_wait_until (have_ended (world));
}

/* --- the strict client ----------------------------------------------------------------------- */

static void
check_payload (World       *world,
               WsTestFrame *frame)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (frame->payload, &length);

  if (frame->opcode == WS_OPCODE_TEXT)
    g_assert_true (length == strlen ("from inside") && memcmp (data, "from inside", length) == 0);
  else if (frame->opcode == WS_OPCODE_BINARY || frame->opcode == WS_OPCODE_CONTINUATION)
    for (gsize i = 0; i < length; i++)
      g_assert_cmphex (data[i], ==, 'A');
  else if (frame->opcode == WS_OPCODE_PONG)
    g_assert_true (length == 3 && memcmp (data, "two", 3) == 0);
  else
    g_assert_true (frame->opcode == WS_OPCODE_PING || frame->opcode == WS_OPCODE_CLOSE);
}

/* No frame begins inside another, no message inside another, and nothing follows a close frame. */
static void
check_frames (World        *world,
              WsTestClient *client)
{
  gboolean in_message = FALSE;
  gboolean closed = FALSE;

  for (;;)
    {
      g_autoptr (WsTestFrame) frame = ws_test_client_take_frame (client);

      if (frame == NULL)
        break;
      g_assert_false (closed);
      g_assert_cmpuint (frame->reserved_bits, ==, 0);
      check_payload (world, frame);
      closed = frame->opcode == WS_OPCODE_CLOSE;
      if (frame->opcode > WS_OPCODE_BINARY)
        continue;
      g_assert_true (in_message == (frame->opcode == WS_OPCODE_CONTINUATION));
      in_message = !frame->fin;
    }

  if (!world->current->action->may_cut)
    g_assert_cmpuint (client->input->len, ==, 0);
}

static void
check_wire (World *world)
{
  WsTestClient *client = world->clients[0];
  const char   *end = NULL;

  if (client->input->len > 0)
    end = g_strstr_len ((const char *) client->input->data, client->input->len, "\r\n\r\n");
  if (end == NULL)
    return;

  g_assert_true (g_str_has_prefix ((const char *) client->input->data, "HTTP/1.1 "));
  if (g_str_has_prefix ((const char *) client->input->data, "HTTP/1.1 101 "))
    {
      g_byte_array_remove_range (client->input, 0, (guint) ((const guint8 *) end + 4 - client->input->data));
      check_frames (world, client);
    }
}

/* Each connected has one disconnected, and nothing follows it. */
static void
check_signals (World *world)
{
  WsTestServer *recorder = world->recorder;

  for (guint number = 1; number <= recorder->connections->len; number++)
    {
      g_autofree char *mark = g_strdup_printf (" #%u", number);
      guint            n_connected = 0;
      guint            n_disconnected = 0;

      for (guint i = 0; i < recorder->events->len; i++)
        {
          const char *event = recorder->events->pdata[i];

          if (strstr (event, mark) == NULL)
            continue;
          if (n_disconnected > 0)
            g_error ("%s: after its disconnected came: %s", g_test_get_path (), event);
          n_connected += g_str_has_prefix (event, "connected");
          n_disconnected += g_str_has_prefix (event, "disconnected");
        }
      g_assert_cmpuint (n_connected, <=, 1);
      if (recorder->server != NULL)
        g_assert_cmpuint (n_connected, ==, n_disconnected);
    }
}

static void
finish (World *world)
{
  for (guint i = 0; i < G_N_ELEMENTS (world->clients); i++)
    ws_test_client_free (g_steal_pointer (&world->clients[i]));
  if (world->recorder->server != NULL)
    {
      ws_server_shutdown (world->recorder->server);
      ws_test_wait_until (world->recorder->server == NULL ||
                          ws_test_server_get_n_clients (world->recorder) == 0);
    }
  ws_test_settle ();
  ws_test_wait_until (g_atomic_ref_count_compare (&world->n_callers, 1));
  if (world->recorder->server != NULL)
    {
      g_signal_handlers_disconnect_by_data (world->recorder->server, world);
      g_signal_handlers_disconnect_by_data (ws_server_get_connections (world->recorder->server), world);
    }
  check_signals (world);
}

static gboolean
is_called (const Callback *callback)
{
  WsTestTlsMode mode = ws_test_tls_get_mode ();

  return !callback->is_uncertain && (!callback->only_tls || mode != WS_TEST_TLS_NONE);
}

static void
test_action_in_callback (gconstpointer user_data)
{
  World            world = { .current = user_data };
  g_autofree char *pattern = g_strnfill (BIG_BYTES, 'A');
  gpointer         server;

  g_test_summary ("This action in this callback keeps signals and frames in order, and leaks nothing.");

  g_atomic_ref_count_init (&world.n_callers);
  world.big = g_bytes_new (pattern, BIG_BYTES);
  world.file = g_strdup (g_getenv ("WS_TEST_BIG_FILE"));
  world.recorder = ws_test_server_new ();
  server = world.recorder->server;
  g_object_add_weak_pointer (server, &server);
  start (&world);
  run_clients (&world);
  ws_test_settle ();
  if (world.current->at == EACH_TIME && is_called (world.current->callback))
    g_assert_cmpuint (world.n_acted, >, 0);
  check_wire (&world);
  finish (&world);

  g_clear_object (&world.request);
  g_clear_object (&world.sender);
  if (world.recorder->server == NULL)
    g_assert_null (server);
  else
    g_object_remove_weak_pointer (server, &server);
  ws_test_server_free (world.recorder);
  g_bytes_unref (world.big);
  g_free (world.file);
}

static void
add_case (const Callback *callback,
          const Action   *action,
          guint           at)
{
  static const char *const origins[] = { "server", "connection", "list", "request", "send" };
  Case                    *added = g_new0 (Case, 1);
  g_autofree char         *path = g_strdup_printf ("/integration/handlers/%s/%s/%s/%u", origins[callback->origin],
                                                   callback->name, action->name, at);

  *added = (Case){ callback, action, at };
  g_test_add_data_func_full (path, added, test_action_in_callback, g_free);
}

static char *
create_big_file (void)
{
  g_autofree char *pattern = g_strnfill (BIG_BYTES, 'A');
  g_autoptr (GError) error = NULL;
  char *name;
  int   fd = g_file_open_tmp ("ws-test-XXXXXX", &name, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (name, pattern, BIG_BYTES, NULL));
  return name;
}

int
main (int   argc,
      char *argv[])
{
  static const guint calls[] = { 1, 2, 4, 7, 11, 16, 22 };
  g_autofree char   *file = create_big_file ();
  int                status;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("WS_TEST_BIG_FILE", file, TRUE);

  for (gsize i = 0; i < G_N_ELEMENTS (callbacks); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (actions); j++)
      {
        add_case (&callbacks[i], &actions[j], EACH_TIME);
        for (gsize k = 0; callbacks[i].is_frequent && k < G_N_ELEMENTS (calls); k++)
          add_case (&callbacks[i], &actions[j], calls[k]);
      }

  status = g_test_run ();
  g_unlink (file);
  return status;
}
