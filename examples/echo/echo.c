/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <wsserver/wsserver.h>

static void
message_cb (WsConnection *connection,
            WsDataFormat  format,
            const guint8 *data,
            gsize         length,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!ws_connection_send_data (connection, format, data, length, &error))
    g_printerr ("%s\n", error->message);
}

int
main (int    argc,
      char **argv)
{
  guint port = argc > 1 ? (guint) atoi (argv[1]) : 8080;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (server, "local-host", "127.0.0.1", "local-port", port, NULL);
  ws_server_set_message_func (server, message_cb, NULL, NULL);
  if (!ws_server_start_listening (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("ws://127.0.0.1:%u/\n", ws_server_get_local_port (server));
  g_main_loop_run (loop);
  return 0;
}
