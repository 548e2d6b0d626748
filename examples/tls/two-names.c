/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <wsserver/wsserver.h>

/* An echo server with a certificate for each of its host names. The certificates can be renewed while
 * it runs.
 *
 *     two-names PORT CERTIFICATE-FILE CERTIFICATE-FILE...
 *
 * Each client gets the certificate for the name that it asks for, or the first certificate if none
 * matches. Each file holds a certificate and its private key, and is read again when it changes. */

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data)
{
  g_autoptr (GError) error = NULL;

  ws_connection_set_data_format (connection, format);
  if (!ws_connection_send (connection, data, &error))
    g_printerr ("%s\n", error->message);
}

/* Prints each renewal. */
static void
log_cb (WsServer     *server,
        WsConnection *connection,
        int           level,
        const char   *message,
        const char   *type)
{
  if (connection == NULL)
    g_print ("%s: %s\n", type, message);
}

static gboolean
add_certificate (WsServer   *server,
                 const char *filename,
                 GError    **error)
{
  g_autoptr (WsCertificate) certificate = ws_certificate_new_from_file (filename, error);

  if (certificate == NULL)
    return FALSE;
  if (ws_server_get_ssl_cert (server) == NULL)
    return ws_server_set_ssl_cert (server, certificate, error);

  return ws_server_add_ssl_cert (server, certificate, error);
}

static gboolean
start (WsServer *server,
       char    **arguments,
       GError  **error)
{
  g_autofree char *reload = ws_server_config (server, "SSLReloadCert=True", error);

  if (reload == NULL)
    return FALSE;
  for (char **filename = arguments + 1; *filename != NULL; filename++)
    if (!add_certificate (server, *filename, error))
      return FALSE;

  return ws_server_set_use_ssl (server, TRUE, error) &&
         ws_server_set_local_host (server, "127.0.0.1", error) &&
         ws_server_set_local_port (server, (guint) atoi (arguments[0]), error) &&
         ws_server_start_listening (server, error);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (GError) error = NULL;

  if (argc < 3)
    {
      g_printerr ("Usage: %s PORT CERTIFICATE-FILE CERTIFICATE-FILE...\n", argv[0]);
      return 2;
    }

  g_free (ws_server_config (server, "BufferMessage=True", NULL));
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), NULL);
  g_signal_connect (server, "log", G_CALLBACK (log_cb), NULL);
  if (!start (server, argv + 1, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("wss://127.0.0.1:%u/\n", ws_server_get_local_port (server));
  g_main_loop_run (loop);
  return 0;
}
