/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <wsserver/wsserver.h>

int
main (void)
{
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (GError) error = NULL;

  ws_server_set_local_host (server, "127.0.0.1", NULL);
  if (!ws_server_start_listening (server, &error))
    g_error ("%s", error->message);

  g_print ("%s %s\n", ws_get_version (), ws_server_get_local_port (server) != 0 ? "listens" : "does not listen");
  return 0;
}
