/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib-unix.h>
#include <stdlib.h>
#include <wsserver/wsserver.h>

/* Sends each message to all clients, with the sender's number in front: chat [PORT] */

#define CLOSE_CODE_TRY_AGAIN_LATER 1013
#define SHUTDOWN_SECONDS 5

typedef struct
{
  WsServer  *server;
  GMainLoop *loop;
} Chat;

static void
send_or_close (WsConnection *connection,
               const char   *text)
{
  g_autoptr (GError) error = NULL;

  /* Close a client that does not read, instead of waiting for it. */
  if (!ws_connection_send_text (connection, text, &error) &&
      g_error_matches (error, WS_ERROR, WS_ERROR_WOULD_BLOCK))
    ws_connection_close (connection, CLOSE_CODE_TRY_AGAIN_LATER, "too slow for this chat", NULL);
}

static void
broadcast_text (WsServer   *server,
                const char *text)
{
  GListModel *connections = G_LIST_MODEL (ws_server_get_connections (server));

  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (WsConnection) connection = g_list_model_get_item (connections, i);

      send_or_close (connection, text);
    }
}

static void
connected_cb (WsServer     *server,
              WsConnection *connection)
{
  g_autofree char *text = g_strdup_printf ("%s has joined", ws_connection_get_connection_id (connection));

  broadcast_text (server, text);
}

static void
disconnected_cb (WsServer     *server,
                 WsConnection *connection)
{
  g_autofree char *text = g_strdup_printf ("%s has left", ws_connection_get_connection_id (connection));

  broadcast_text (server, text);
}

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data)
{
  g_autofree char *text = NULL;
  gsize            length;
  const char      *said = g_bytes_get_data (data, &length);

  /* A NUL ends the text. */
  if (format != WS_DATA_FORMAT_TEXT)
    return;

  text = g_strdup_printf ("%s: %.*s", ws_connection_get_connection_id (connection), (int) length, said);
  broadcast_text (server, text);
}

static void
shut_down_cb (GObject      *server,
              GAsyncResult *result,
              gpointer      user_data)
{
  Chat *chat = user_data;

  ws_server_shutdown_finish (chat->server, result, NULL);
  g_main_loop_quit (chat->loop);
}

static gboolean
interrupted_cb (gpointer user_data)
{
  Chat *chat = user_data;

  ws_server_shutdown_async (chat->server, SHUTDOWN_SECONDS, NULL, shut_down_cb, chat);
  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  guint port = argc > 1 ? (guint) atoi (argv[1]) : 8080;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (GError) error = NULL;
  Chat chat = { server, loop };

  g_object_set (server, "local-host", "127.0.0.1", "local-port", port, NULL);
  g_free (ws_server_config (server, "BufferMessage=True", NULL));
  g_signal_connect (server, "connected", G_CALLBACK (connected_cb), NULL);
  g_signal_connect (server, "disconnected", G_CALLBACK (disconnected_cb), NULL);
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), NULL);
  if (!ws_server_start_listening (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("ws://127.0.0.1:%u/\n", ws_server_get_local_port (server));
  g_unix_signal_add (SIGINT, interrupted_cb, &chat);
  g_unix_signal_add (SIGTERM, interrupted_cb, &chat);
  g_main_loop_run (loop);
  return 0;
}
