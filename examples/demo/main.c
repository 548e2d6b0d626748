/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demo-server.h"

#include <glib-unix.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_HOST "127.0.0.1"
#define DEFAULT_PORT 8080
#define DEFAULT_TLS_PORT 8443

typedef struct
{
  char    *host;
  int      port;          /* -1: DEFAULT_PORT, or another port if that is in use */
  int      tls_port;      /* -1: DEFAULT_TLS_PORT, likewise */
  int      ping_interval; /* seconds */
  gboolean verbose;
} Options;

typedef struct
{
  DemoServer *server;
  GMainLoop  *loop;
  gboolean    is_stopping;
} Program;

static gboolean
parse_options (Options *options,
               int     *argc,
               char  ***argv,
               GError **error)
{
  const GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &options->port,
      "Port to listen on; 0 picks a free port (default 8080)", "N" },
    { "tls-port", 't', 0, G_OPTION_ARG_INT, &options->tls_port,
      "Port to listen on with TLS; 0 picks a free port (default 8443)", "N" },
    { "host", 'H', 0, G_OPTION_ARG_STRING, &options->host,
      "Address to listen on (default 127.0.0.1)", "ADDR" },
    { "ping-interval", 0, 0, G_OPTION_ARG_INT, &options->ping_interval,
      "Seconds between pings; 0 sends none (default 20)", "S" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &options->verbose,
      "Print the log", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("– chat and echo over WebSocket");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "Unexpected argument “%s”; see --help", (*argv)[1]);
      return FALSE;
    }

  if (options->host != NULL && strchr (options->host, '/') != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--host takes an address or a host name, not “%s”", options->host);
      return FALSE;
    }

  if (options->port < -1 || options->port > G_MAXUINT16 || options->tls_port < -1 ||
      options->tls_port > G_MAXUINT16 || options->ping_interval < 0)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "--port and --tls-port take 0 to 65535, --ping-interval 0 or more");
      return FALSE;
    }

  return TRUE;
}

/* Listens on a port. -1 means the default port, or any free port if that one is in use. */
static gboolean
listen_on (DemoServer *server,
           gboolean    secure,
           int         port,
           GError    **error)
{
  g_autoptr (GError) local_error = NULL;
  guint default_port = secure ? DEFAULT_TLS_PORT : DEFAULT_PORT;

  if (port >= 0)
    return demo_server_listen (server, secure, (guint) port, error);
  if (demo_server_listen (server, secure, default_port, &local_error))
    return TRUE;

  if (!g_error_matches (local_error, WS_ERROR, WS_ERROR_ADDRESS_IN_USE))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  g_print ("Port %u is in use; the demo uses another one.\n", default_port);
  return demo_server_listen (server, secure, 0, error);
}

static void
print_addresses (DemoServer *server)
{
  g_autofree char *plain = demo_server_get_authority (server, FALSE);
  g_autofree char *secure = demo_server_get_authority (server, TRUE);

  g_print ("The WsServer demo is running.\n"
           "\n"
           "  Chat page      http://%s/\n"
           "  Chat           ws://%s/chat\n"
           "  Echo           ws://%s/echo\n"
           "\n"
           "and over TLS:\n"
           "\n"
           "  Chat page      https://%s/\n"
           "  Chat           wss://%s/chat\n"
           "  Echo           wss://%s/echo\n"
           "\n",
           plain, plain, plain, secure, secure, secure);
  g_print ("The certificate is self-signed, so browsers show a warning. Its SHA-256 fingerprint is\n"
           "%s.\n"
           "\n"
           "Open the page in two tabs, and press Ctrl-C here to stop.\n",
           demo_server_get_fingerprint (server));
}

static void
shutdown_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Program *program = user_data;

  g_main_loop_quit (program->loop);
}

/* The first signal closes all connections; a second one does not wait for the clients' answers. */
static gboolean
signal_cb (gpointer user_data)
{
  Program *program = user_data;

  if (program->is_stopping)
    {
      g_main_loop_quit (program->loop);
      return G_SOURCE_CONTINUE;
    }

  program->is_stopping = TRUE;
  g_print ("\nClosing the connections.\n");
  demo_server_shutdown (program->server, shutdown_cb, program);
  return G_SOURCE_CONTINUE;
}

static void
run (DemoServer *server)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Program program = { server, loop, FALSE };
  guint   interrupt = g_unix_signal_add (SIGINT, signal_cb, &program);
  guint   terminate = g_unix_signal_add (SIGTERM, signal_cb, &program);

  print_addresses (server);
  g_main_loop_run (loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
}

static gboolean
serve (const Options *options,
       GError       **error)
{
  g_autoptr (DemoServer) server = NULL;
  const char *host = options->host != NULL ? options->host : DEFAULT_HOST;

  server = demo_server_new (host, (guint) options->ping_interval, options->verbose, error);
  if (server == NULL ||
      !listen_on (server, FALSE, options->port, error) ||
      !listen_on (server, TRUE, options->tls_port, error) ||
      !demo_server_allow_page (server, error))
    return FALSE;

  run (server);
  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  Options options = { .port = -1, .tls_port = -1, .ping_interval = 20 };
  g_autoptr (GError) error = NULL;
  gboolean is_done;

  setlocale (LC_ALL, "");
  is_done = parse_options (&options, &argc, &argv, &error) && serve (&options, &error);
  if (!is_done)
    g_printerr ("ws-demo: %s\n", error->message);

  g_free (options.host);
  return is_done ? EXIT_SUCCESS : EXIT_FAILURE;
}
