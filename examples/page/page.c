/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A page and its WebSocket from one server: page [PORT]. The page is compiled into the program. */
#include <stdlib.h>
#include <wsserver/wsserver.h>

#define INTERVAL_MS 200 /* shows a new second soon */

static gboolean
tick_cb (gpointer user_data)
{
  WsServer *server = user_data;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  char *text = g_date_time_format (now, "%H:%M:%S");
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, 8);

  ws_server_broadcast (server, WS_DATA_FORMAT_TEXT, bytes, NULL, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
start (WsServer *server,
       guint     port,
       GError  **error)
{
  g_autofree char *origins = ws_server_config (server, "AllowedOrigins=self", error);

  g_object_set (server, "local-host", "127.0.0.1", "local-port", port, NULL);
  return origins != NULL && ws_server_serve_resource (server, "/", NULL, "/org/wsserver/page", error) &&
         ws_server_start_listening (server, error);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (GError) error = NULL;

  if (!start (server, argc > 1 ? (guint) atoi (argv[1]) : 8080, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("http://127.0.0.1:%u/ with ws://127.0.0.1:%u/clock\n", ws_server_get_local_port (server),
           ws_server_get_local_port (server));
  g_timeout_add (INTERVAL_MS, tick_cb, server);
  g_main_loop_run (loop);
  return 0;
}
