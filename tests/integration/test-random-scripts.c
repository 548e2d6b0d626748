/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "ws-test-server.h"
#include "ws-test-stream.h"

/* Clients that send random frames, valid and not, in random pieces, to a server whose handlers do
 * random things. Whatever happens: each connected has one disconnected and nothing behind it, each
 * asynchronous call ends once, and what a client receives is what was accepted, in order.
 *
 * WS_TEST_SEED repeats one script, WS_TEST_SCRIPTS is the number of scripts. The seed of each is
 * in its message. */

#define N_CLIENTS 4
#define MAX_ACTIONS 60 /* in one script */
#define MAX_DEPTH 3
#define SCRIPT_SECONDS 5 /* of scripts, unless WS_TEST_SCRIPTS says how many */

typedef struct _Script Script;

/* What the server has accepted for one client, as the client is to receive it. */
typedef struct
{
  WsConnection *connection; /* a reference */
  GPtrArray    *accepted;   /* GBytes: messages in order, none that may have been broken off */
  guint         n_connected;
  guint         n_disconnected;
  guint         n_after; /* signals after disconnected */
  gboolean      exact;   /* nothing was interrupted or cancelled: all that arrives is in accepted */
} Peer;

struct _Script
{
  GRand        *random;
  WsServer     *server; /* NULL once dropped */
  GPtrArray    *peers;
  WsTestClient *clients[N_CLIENTS];
  guint         depth;
  guint         n_actions;
  guint         n_started; /* asynchronous calls */
  guint         n_ended;
  guint         n_messages;
};

static gboolean
chance (Script *script,
        guint   one_in)
{
  return g_rand_int_range (script->random, 0, (gint32) one_in) == 0;
}

static Peer *
find_peer (Script       *script,
           WsConnection *connection)
{
  Peer *peer;

  for (guint i = 0; i < script->peers->len; i++)
    if (((Peer *) script->peers->pdata[i])->connection == connection)
      return script->peers->pdata[i];

  peer = g_new0 (Peer, 1);
  peer->connection = g_object_ref (connection);
  peer->accepted = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  peer->exact = TRUE;
  g_ptr_array_add (script->peers, peer);
  return peer;
}

static GBytes *
make_message (Script *script)
{
  static const guint lengths[] = { 0, 1, 20, 125, 126, 3000, 70000, 200000 };
  guint              length = lengths[g_rand_int_range (script->random, 0, G_N_ELEMENTS (lengths))];
  g_autofree char   *pattern = ws_test_pattern (length);
  g_autofree char   *number = g_strdup_printf ("%08u", script->n_messages++);

  memcpy (pattern, number, MIN (length, 8));
  return g_bytes_new (pattern, length);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Script *script = user_data;
  g_autoptr (GError) error = NULL;

  script->n_ended++;
  if (!ws_connection_send_finish (WS_CONNECTION (source), result, &error))
    g_assert_nonnull (error);
}

static void
stream_sent_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Script *script = user_data;
  g_autoptr (GError) error = NULL;

  script->n_ended++;
  if (!ws_connection_send_stream_finish (WS_CONNECTION (source), result, &error))
    {
      g_assert_nonnull (error);
      find_peer (script, WS_CONNECTION (source))->exact = FALSE; /* a part may have gone out */
    }
}

/* --- actions --------------------------------------------------------------------------------- */

static void
act_send (Script *script,
          Peer   *peer)
{
  g_autoptr (GBytes) message = make_message (script);

  /* Recorded before the call: the call may run handlers, which send too. */
  g_ptr_array_add (peer->accepted, g_bytes_ref (message));
  if (!ws_connection_send_bytes (peer->connection, message, NULL))
    {
      if (ws_connection_get_timeout (peer->connection) > 0)
        peer->exact = FALSE; /* not sent in time: it may still be queued */
      g_ptr_array_remove (peer->accepted, message);
    }
}

static void
act_send_async (Script *script,
                Peer   *peer)
{
  g_autoptr (GBytes) message = make_message (script);

  script->n_started++;
  peer->exact = FALSE;
  ws_connection_send_async (peer->connection, WS_DATA_FORMAT_BINARY, message, NULL, sent_cb, script);
}

static void
act_send_stream (Script *script,
                 Peer   *peer)
{
  g_autoptr (GInputStream) stream = ws_test_stream_new ((gsize) g_rand_int_range (script->random, 0, 300000),
                                                        50000, chance (script, 4));

  script->n_started++;
  peer->exact = FALSE;
  ws_connection_send_stream_async (peer->connection, stream, NULL, stream_sent_cb, script);
}

static gboolean
resume_cb (gpointer user_data)
{
  ws_connection_process_data (user_data, NULL);
  return G_SOURCE_REMOVE;
}

static void
act_pause (Script *script,
           Peer   *peer)
{
  if (ws_connection_pause_data (peer->connection, NULL))
    g_idle_add_full (G_PRIORITY_DEFAULT, resume_cb, g_object_ref (peer->connection), g_object_unref);
}

static void
act_on_peer (Script *script,
             Peer   *peer)
{
  switch (g_rand_int_range (script->random, 0, 10))
    {
    case 0:
      ws_connection_close (peer->connection, 1000, "random", NULL);
      break;
    case 1:
      act_pause (script, peer);
      break;
    case 2:
      act_send_async (script, peer);
      break;
    case 3:
      act_send_stream (script, peer);
      break;
    case 4:
      ws_connection_change_line_mode (peer->connection, chance (script, 2), NULL);
      break;
    case 5:
      peer->exact = FALSE;
      ws_connection_interrupt (peer->connection, NULL);
      break;
    case 6:
      ws_connection_send_ping (peer->connection, NULL);
      break;
    default:
      act_send (script, peer);
      break;
    }
}

static void
act (Script *script)
{
  if (script->depth >= MAX_DEPTH || script->n_actions >= MAX_ACTIONS || script->peers->len == 0 ||
      !chance (script, 2))
    return;

  script->depth++;
  script->n_actions++;
  if (chance (script, 8))
    g_main_context_iteration (NULL, FALSE);
  else if (chance (script, 60) && script->server != NULL)
    ws_server_stop_listening (script->server);
  else if (chance (script, 80))
    g_clear_object (&script->server);
  else
    act_on_peer (script,
                 script->peers->pdata[g_rand_int_range (script->random, 0, (gint32) script->peers->len)]);
  script->depth--;
}

/* --- signals --------------------------------------------------------------------------------- */

static void
note_signal (Script       *script,
             WsConnection *connection)
{
  Peer *peer = find_peer (script, connection);

  peer->n_after += peer->n_disconnected > 0;
  act (script);
}

static void
open_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsOpenRequest *request,
                 Script        *script)
{
  note_signal (script, connection);
}

static void
connected_cb (WsServer     *server,
              WsConnection *connection,
              Script       *script)
{
  find_peer (script, connection)->n_connected++;
  note_signal (script, connection);
}

static void
ready_cb (WsServer     *server,
          WsConnection *connection,
          Script       *script)
{
  note_signal (script, connection);
}

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            Script       *script)
{
  note_signal (script, connection);
}

static void
ping_cb (WsServer     *server,
         WsConnection *connection,
         GBytes       *payload,
         gboolean      response,
         Script       *script)
{
  note_signal (script, connection);
}

static void
error_cb (WsServer     *server,
          WsConnection *connection,
          int           code,
          const char   *description,
          Script       *script)
{
  note_signal (script, connection);
}

static void
disconnected_cb (WsServer     *server,
                 WsConnection *connection,
                 int           code,
                 const char   *description,
                 Script       *script)
{
  GListModel *list = G_LIST_MODEL (ws_server_get_connections (server));

  note_signal (script, connection);
  find_peer (script, connection)->n_disconnected++;
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (WsConnection) listed = g_list_model_get_item (list, i);

      g_assert_true (listed != connection);
    }
}

static WsServer *
make_server (Script *script)
{
  static const char *const settings[] = {
    "BufferMessage=True",
    "MaxSendQueue=300000",
    "WaitForCloseResponse=False",
    "MaxFrameSize=1000",
    "OutBufferSize=4608",
    "LogLevel=3",
    "MaxMessageSize=100000",
  };
  WsServer *server = ws_server_new ();

  ws_test_server_secure (server);
  ws_server_set_local_host (server, "127.0.0.1", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (chance (script, 2))
      g_free (ws_server_config (server, settings[i], NULL));
  g_signal_connect (server, "web-socket-open-request", G_CALLBACK (open_request_cb), script);
  g_signal_connect (server, "connected", G_CALLBACK (connected_cb), script);
  g_signal_connect (server, "ready-to-send", G_CALLBACK (ready_cb), script);
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), script);
  g_signal_connect (server, "ping", G_CALLBACK (ping_cb), script);
  g_signal_connect (server, "error", G_CALLBACK (error_cb), script);
  g_signal_connect (server, "disconnected", G_CALLBACK (disconnected_cb), script);
  g_assert_true (ws_server_start_listening (server, NULL));
  return server;
}

/* --- clients --------------------------------------------------------------------------------- */

static GByteArray *
make_frame (Script *script)
{
  static const guint lengths[] = { 0, 1, 5, 125, 126, 2000, 66000 };
  guint              length = lengths[g_rand_int_range (script->random, 0, G_N_ELEMENTS (lengths))];
  g_autofree char   *pattern = ws_test_pattern (length);
  WsTestFrameSpec    spec = { .opcode = chance (script, 2) ? WS_OPCODE_TEXT : WS_OPCODE_BINARY };

  for (guint i = 0; i < length; i += 40)
    pattern[i] = '\n';
  if (chance (script, 4))
    spec = (WsTestFrameSpec){ .opcode = chance (script, 3) ? WS_OPCODE_PONG : WS_OPCODE_PING };
  else if (chance (script, 15))
    spec.opcode = WS_OPCODE_CLOSE;
  else if (chance (script, 4))
    spec.more = TRUE;
  else if (chance (script, 5))
    spec.opcode = WS_OPCODE_CONTINUATION;
  if (chance (script, 40))
    spec.reserved_bits = WS_FRAME_RSV2;
  if (chance (script, 40))
    spec.unmasked = TRUE;
  if (spec.opcode >= 8 && !chance (script, 20))
    length = spec.opcode == WS_OPCODE_CLOSE ? 0 : MIN (length, 125);
  return ws_test_frame_build (spec, pattern, length);
}

static void
step_client (Script       *script,
             WsTestClient *client)
{
  g_autoptr (GByteArray) frame = make_frame (script);
  gsize cut = (gsize) g_rand_int_range (script->random, 0, (gint32) frame->len + 1);

  if (client->fd < 0)
    return;
  if (chance (script, 60))
    {
      ws_test_client_reset (client);
      return;
    }
  if (chance (script, 10))
    ws_test_client_set_reading (client, !client->reading);
  ws_test_client_send (client, frame->data, cut);
  if (chance (script, 2))
    g_main_context_iteration (NULL, FALSE);
  if (!chance (script, 50))
    ws_test_client_send (client, frame->data + cut, frame->len - cut);
}

/* What has arrived of the messages is the beginning of what was accepted, in order. */
static void
assert_received (Script       *script,
                 WsTestClient *client,
                 Peer         *peer)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  gboolean     exact = peer->exact && *ws_connection_get_extensions (peer->connection) == '\0';
  WsTestFrame *frame;
  guint        n_messages = 0;

  while ((frame = ws_test_client_take_frame (client)) != NULL)
    {
      g_autoptr (WsTestFrame) owned = frame;

      if (frame->opcode >= 8)
        continue;
      g_byte_array_append (message, g_bytes_get_data (frame->payload, NULL),
                           (guint) g_bytes_get_size (frame->payload));
      if (!frame->fin)
        continue;
      if (exact)
        {
          g_assert_cmpuint (n_messages, <, peer->accepted->len);
          g_assert_cmpmem (message->data, message->len,
                           g_bytes_get_data (peer->accepted->pdata[n_messages], NULL),
                           g_bytes_get_size (peer->accepted->pdata[n_messages]));
        }
      n_messages++;
      g_byte_array_set_size (message, 0);
    }
}

static Peer *
find_peer_of (Script *script,
              guint   port)
{
  for (guint i = 0; i < script->peers->len; i++)
    if (ws_connection_get_remote_port (((Peer *) script->peers->pdata[i])->connection) == port)
      return script->peers->pdata[i];

  return NULL;
}

static gboolean
all_have_ended (Script *script)
{
  for (guint i = 0; i < script->peers->len; i++)
    {
      Peer *peer = script->peers->pdata[i];

      if (peer->n_disconnected < peer->n_connected)
        return FALSE;
    }

  return script->n_ended == script->n_started;
}

static void
end_script (Script *script,
            guint  *ports)
{
  script->n_actions = MAX_ACTIONS;
  for (guint i = 0; i < N_CLIENTS; i++)
    if (script->clients[i]->fd >= 0)
      {
        Peer *peer = find_peer_of (script, ports[i]);

        ws_test_client_set_reading (script->clients[i], TRUE);
        ws_test_settle ();
        if (script->clients[i]->input->len > 0 &&
            g_str_has_prefix ((char *) script->clients[i]->input->data, "HTTP"))
          ws_test_response_free (ws_test_client_read_response (script->clients[i]));
        if (peer != NULL)
          assert_received (script, script->clients[i], peer);
        ws_test_client_reset (script->clients[i]);
      }
  ws_test_wait_until (all_have_ended (script));
  ws_test_settle ();
  if (script->server != NULL && chance (script, 2))
    ws_server_shutdown (script->server);
  if (script->server != NULL)
    g_assert_finalize_object (g_steal_pointer (&script->server));
  ws_test_settle ();
}

static void
free_peers (Script *script)
{
  for (guint i = 0; i < script->peers->len; i++)
    {
      Peer *peer = script->peers->pdata[i];

      g_assert_cmpuint (peer->n_connected, <=, 1);
      g_assert_cmpuint (peer->n_disconnected, ==, peer->n_connected);
      g_assert_cmpuint (peer->n_after, ==, 0);
      g_assert_finalize_object (peer->connection);
      g_ptr_array_unref (peer->accepted);
      g_free (peer);
    }
  g_ptr_array_unref (script->peers);
}

static void
run_script (guint32 seed)
{
  Script script = { .random = g_rand_new_with_seed (seed), .peers = g_ptr_array_new () };
  guint  ports[N_CLIENTS];
  guint  port;

  g_test_message ("seed %u", seed);
  script.server = make_server (&script);
  port = ws_server_get_local_port (script.server);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      script.clients[i] = ws_test_client_new (port);
      ports[i] = ws_test_client_get_port (script.clients[i]);
      ws_test_client_send_handshake (script.clients[i], "/",
                                     chance (&script, 3) ? "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                                                         : NULL);
    }
  for (guint i = 0; i < 80; i++)
    step_client (&script, script.clients[g_rand_int_range (script.random, 0, N_CLIENTS)]);

  end_script (&script, ports);
  free_peers (&script);
  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_client_free (script.clients[i]);
  g_rand_free (script.random);
}

static void
test_scripts (void)
{
  const char *seed = g_getenv ("WS_TEST_SEED");
  const char *count = g_getenv ("WS_TEST_SCRIPTS");
  guint64     n_scripts = count != NULL ? g_ascii_strtoull (count, NULL, 10) : G_MAXUINT64;
  gint64      end = g_get_monotonic_time () + SCRIPT_SECONDS * G_USEC_PER_SEC;
  guint64     n_done = 0;

  g_test_summary ("Random clients against random handlers, again and again.");

  if (seed != NULL)
    {
      run_script ((guint32) g_ascii_strtoull (seed, NULL, 10));
      return;
    }
  while (n_done < n_scripts && (count != NULL || g_get_monotonic_time () < end))
    {
      run_script ((guint32) g_test_rand_int ());
      n_done++;
    }
  g_test_message ("%" G_GUINT64_FORMAT " scripts", n_done);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/random-scripts", test_scripts);

  return g_test_run ();
}
