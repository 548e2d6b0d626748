/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <wsserver/wsserver.h>

/* An echo server over TLS.
 *
 *     tls-echo [PORT [CERTIFICATE-FILE]]
 *
 * The file holds a certificate and its private key. Without a file, the server creates a self-signed
 * certificate, which clients do not trust. */

static WsCertificate *
get_certificate (const char *filename,
                 GError    **error)
{
  if (filename != NULL)
    return ws_certificate_new_from_file (filename, error);

  return ws_certificate_new_self_signed (NULL, 30, error);
}

static void
connected_cb (WsServer     *server,
              WsConnection *connection)
{
  g_print ("%s: %s, %s\n", ws_connection_get_connection_id (connection),
           ws_connection_get_tls_protocol (connection), ws_connection_get_tls_cipher_suite (connection));
}

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

/* Reports failed handshakes: often this is the only trace of a client that could not connect. */
static void
error_cb (WsServer     *server,
          WsConnection *connection,
          int           code,
          const char   *description)
{
  g_printerr ("%s\n", description);
}

static gboolean
start (WsServer   *server,
       guint       port,
       const char *filename,
       GError    **error)
{
  g_autoptr (WsCertificate) certificate = get_certificate (filename, error);

  return certificate != NULL &&
         ws_server_set_ssl_cert (server, certificate, error) &&
         ws_server_set_use_ssl (server, TRUE, error) &&
         ws_server_set_local_host (server, "127.0.0.1", error) &&
         ws_server_set_local_port (server, port, error) &&
         ws_server_start_listening (server, error);
}

int
main (int    argc,
      char **argv)
{
  guint port = argc > 1 ? (guint) atoi (argv[1]) : 8443;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (GError) error = NULL;

  g_free (ws_server_config (server, "BufferMessage=True", NULL));
  g_signal_connect (server, "connected", G_CALLBACK (connected_cb), NULL);
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), NULL);
  g_signal_connect (server, "error", G_CALLBACK (error_cb), NULL);
  if (!start (server, port, argc > 2 ? argv[2] : NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("wss://127.0.0.1:%u/\n", ws_server_get_local_port (server));
  g_main_loop_run (loop);
  return 0;
}
