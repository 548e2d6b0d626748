/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The echo server that the benchmark measures.
 *
 *   bench-echo PORT [--deflate on|off] [--tls CERTIFICATE KEY] [--platform] [--func] [--set NAME=VALUE] ...
 *              [--broadcast | --send-to-all] [--threads N]
 *
 * --func: with a message function in place of the signal. --set: a setting of the server. --broadcast,
 * --send-to-all: each message goes to all clients, in the one way or the other.
 * --threads: so many servers, each in a thread of its own, on one port, which is not 0. */
#include <stdlib.h>
#include <string.h>
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
broadcast_cb (WsServer     *server,
              WsConnection *connection,
              WsDataFormat  format,
              GBytes       *data)
{
  ws_server_broadcast (server, format, data, NULL, NULL, NULL);
}

static void
send_to_all_cb (WsServer     *server,
                WsConnection *connection,
                WsDataFormat  format,
                GBytes       *data)
{
  GListModel *clients = G_LIST_MODEL (ws_server_get_connections (server));
  guint       n = g_list_model_get_n_items (clients);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (WsConnection) client = g_list_model_get_item (clients, i);

      ws_connection_send_bytes (client, data, NULL);
    }
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
  g_autofree char *value = ws_server_config (server, setting, &error);

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

/* Both files in PEM. */
static void
set_certificate (WsServer   *server,
                 const char *certificate_file,
                 const char *key_file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *chain = NULL;
  g_autofree char *key = NULL;
  g_autofree char *pem = NULL;
  g_autoptr (GBytes) store = NULL;
  g_autoptr (WsCertificate) certificate = NULL;

  if (!g_file_get_contents (certificate_file, &chain, NULL, &error) ||
      !g_file_get_contents (key_file, &key, NULL, &error))
    g_error ("%s", error->message);

  pem = g_strconcat (key, "\n", chain, NULL);
  store = g_bytes_new (pem, strlen (pem));
  certificate = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_BLOB, store, NULL, "*", NULL,
                                               &error);
  if (certificate == NULL || !ws_server_set_ssl_cert (server, certificate, &error) ||
      !ws_server_set_use_ssl (server, TRUE, &error))
    g_error ("%s", error->message);
}

static GCallback data_in = G_CALLBACK (data_in_cb);

static void
apply_options (WsServer *server,
               int       argc,
               char    **argv)
{
  for (int i = 2; i < argc; i++)
    if (g_str_equal (argv[i], "--tls") && i + 2 < argc)
      {
        set_certificate (server, argv[i + 1], argv[i + 2]);
        i += 2;
      }
    else if (g_str_equal (argv[i], "--set") && i + 1 < argc)
      {
        configure (server, argv[++i]);
      }
    else if (g_str_equal (argv[i], "--platform"))
      {
        ws_server_set_ssl_provider (server, WS_SSL_PROVIDER_PLATFORM, NULL);
      }
    else if (g_str_equal (argv[i], "--broadcast"))
      {
        data_in = G_CALLBACK (broadcast_cb);
      }
    else if (g_str_equal (argv[i], "--send-to-all"))
      {
        data_in = G_CALLBACK (send_to_all_cb);
      }
    else if (g_str_equal (argv[i], "--func"))
      {
        ws_server_set_message_func (server, message_func, NULL, NULL);
      }
}

typedef struct
{
  int    argc;
  char **argv;
  guint  n_threads;
} Options;

static gpointer
run_server (gpointer user_data)
{
  const Options *options = user_data;
  g_autoptr (GMainContext) context = options->n_threads > 1 ? g_main_context_new () : NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (GError) error = NULL;

  if (context != NULL)
    g_main_context_push_thread_default (context);
  configure (server, "BufferMessage=True");
  configure (server, "MaxConnections=100000");
  configure (server, "MaxMessageSize=67108864");
  configure (server, "MaxSendQueue=134217728");
  if (options->n_threads > 1)
    configure (server, "BindExclusively=False");
  apply_options (server, options->argc, options->argv);
  g_signal_connect (server, "data-in", data_in, NULL);
  ws_server_set_local_host (server, "127.0.0.1", NULL);
  ws_server_set_local_port (server, options->argc > 1 ? (guint) atoi (options->argv[1]) : 0, NULL);
  if (!ws_server_start_listening (server, &error))
    g_error ("%s", error->message);

  g_main_loop_run (loop);
  return NULL;
}

static guint
get_n_threads (int    argc,
               char **argv)
{
  for (int i = 2; i + 1 < argc; i++)
    if (g_str_equal (argv[i], "--threads"))
      return (guint) MAX (atoi (argv[i + 1]), 1);

  return 1;
}

int
main (int    argc,
      char **argv)
{
  Options options = { argc, argv, get_n_threads (argc, argv) };

  raise_descriptor_limit ();
  for (guint i = 1; i < options.n_threads; i++)
    g_thread_unref (g_thread_new ("server", run_server, &options));
  run_server (&options);
  return 0;
}
