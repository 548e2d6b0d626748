/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The echo server that the benchmark measures.
 *
 *   bench-echo PORT [--deflate on|off] [--func]
 *
 * --func: with a message function in place of the signal. */
#include <stdlib.h>
#include <sys/resource.h>
#include <wsserver/wsserver.h>

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
    g_printerr ("%s\n", error->message);
}

static void
message_func (WsConnection *connection,
              WsDataFormat  format,
              const guint8 *data,
              gsize         length,
              gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!ws_connection_send_data (connection, format, data, length, &error))
    g_printerr ("%s\n", error->message);
}

static void
configure (WsServer   *server,
           const char *setting)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *value = ws_server_config (server, setting, &error);

  if (value == NULL)
    g_error ("%s", error->message);
}

/* As many clients as the system lets a process have. */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (WsServer)  server = ws_server_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError)    error = NULL;

  raise_descriptor_limit ();
  configure (server, "BufferMessage=True");
  configure (server, "MaxConnections=100000");
  configure (server, "MaxMessageSize=67108864");
  configure (server, "MaxSendQueue=134217728");
  if (argc > 1 && g_str_equal (argv[argc - 1], "--func"))
    ws_server_set_message_func (server, message_func, NULL, NULL);
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), NULL);
  ws_server_set_local_host (server, "127.0.0.1", NULL);
  ws_server_set_local_port (server, argc > 1 ? (guint) atoi (argv[1]) : 0, NULL);
  if (!ws_server_start_listening (server, &error))
    g_error ("%s", error->message);

  g_main_loop_run (loop);
  return 0;
}
