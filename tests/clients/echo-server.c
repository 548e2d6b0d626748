/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <unistd.h>

#include <glib-unix.h>
#include <wsserver/wsserver.h>

/* The server that other people's clients talk to: sends each message back, prints its port as the
 * first line, and ends when its standard input does. */

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  ws_connection_set_data_format (connection, format);
  if (!ws_connection_send (connection, data, &error))
    g_printerr ("send: %s\n", error->message);
}

static void
disconnected_cb (WsServer     *server,
                 WsConnection *connection,
                 int           code,
                 const char   *description,
                 gpointer      user_data)
{
  g_print ("disconnected %d %s\n", code, description);
}

static void
error_cb (WsServer     *server,
          WsConnection *connection,
          int           code,
          const char   *description,
          gpointer      user_data)
{
  g_printerr ("error %d %s\n", code, description);
}

static gboolean
input_cb (int          fd,
          GIOCondition condition,
          gpointer     user_data)
{
  char buffer[64];

  if (read (fd, buffer, sizeof buffer) > 0)
    return G_SOURCE_CONTINUE;

  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

int
main (void)
{
  g_autoptr (WsServer)  server = ws_server_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError)    error = NULL;

  setvbuf (stdout, NULL, _IOLBF, 0);
  g_free (ws_server_config (server, "BufferMessage=True", &error));
  g_assert_no_error (error);
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), NULL);
  g_signal_connect (server, "disconnected", G_CALLBACK (disconnected_cb), NULL);
  g_signal_connect (server, "error", G_CALLBACK (error_cb), NULL);

  if (!ws_server_set_local_host (server, "127.0.0.1", &error)
      || !ws_server_start_listening (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("%u\n", ws_server_get_local_port (server));
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, input_cb, loop);
  g_main_loop_run (loop);

  g_assert_finalize_object (g_steal_pointer (&server));
  return 0;
}
