/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <wsserver/wsserver.h>

/* Sends a file to each client, prints the progress, and closes the connection: send-file PORT FILE
 *
 * The file is never in memory as a whole, and no client waits for another. */

#define CLOSE_CODE_NORMAL 1000
#define CLOSE_CODE_INTERNAL_ERROR 1011

typedef struct
{
  char *id;
  int   last_percent;
} Progress;

static void
progress_free (gpointer data)
{
  Progress *progress = data;

  g_free (progress->id);
  g_free (progress);
}

static void
progress_cb (goffset  n_bytes,
             goffset  total,
             gpointer user_data)
{
  Progress *progress = user_data;
  int       percent = total > 0 ? (int) (n_bytes * 100 / total) : 100;

  if (percent == progress->last_percent || (percent < progress->last_percent + 10 && percent < 100))
    return;

  progress->last_percent = percent;
  g_print ("%s: %d %%\n", progress->id, percent);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  WsConnection *connection = WS_CONNECTION (source);
  g_autoptr (GError) error = NULL;

  if (ws_connection_send_file_finish (connection, result, &error))
    {
      g_print ("%s: done\n", ws_connection_get_connection_id (connection));
      ws_connection_close (connection, CLOSE_CODE_NORMAL, NULL, NULL);
      return;
    }

  g_printerr ("%s: %s\n", ws_connection_get_connection_id (connection), error->message);
  ws_connection_close (connection, CLOSE_CODE_INTERNAL_ERROR, "the file cannot be sent", NULL);
}

static void
connected_cb (WsServer     *server,
              WsConnection *connection,
              GFile        *file)
{
  Progress *progress = g_new0 (Progress, 1);

  progress->id = g_strdup (ws_connection_get_connection_id (connection));
  ws_connection_set_data_format (connection, WS_DATA_FORMAT_BINARY);
  ws_connection_send_file_async (connection, file, NULL, progress_cb, progress, progress_free, sent_cb, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;

  if (argc != 3)
    {
      g_printerr ("Usage: %s PORT FILE\n", argv[0]);
      return 2;
    }

  file = g_file_new_for_commandline_arg (argv[2]);
  g_object_set (server, "local-host", "127.0.0.1", "local-port", (guint) atoi (argv[1]), NULL);
  g_signal_connect (server, "connected", G_CALLBACK (connected_cb), file);
  if (!ws_server_start_listening (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("ws://127.0.0.1:%u/\n", ws_server_get_local_port (server));
  g_main_loop_run (loop);
  return 0;
}
