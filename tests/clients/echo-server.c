/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "echo-flow.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

/* The server that other people's clients talk to: sends each message back, and ends when its
 * standard input does.
 *
 *     echo-server [SETTINGS...]
 *
 * Each argument is one server's settings, "Name=Value,Name=Value" or empty; no argument is one
 * server as it is. Some names are no settings: TLS serves it, with a certificate made here; Platform does so
 * by GIO's backend; ClientCA=FILE asks for certificates of that authority; Story prints ssl-status. The
 * first line has their ports. Beside the echo there are, of one connection:
 *
 *     the text "!extensions"            answers "RATIO EXTENSIONS", as its properties say
 *     the text "!id"                    answers its connection-id
 *     the text "!broadcast TEXT"        sends TEXT to every client of the server
 *     the text "!tls"                   answers "VERSION SUITE SUBJECT", the last of its certificate
 *     GET /send/ID/N, /flood/ID/N       sends it N blocks, or floods it; see echo-flow.h
 *
 * The answer of the HTTP requests is echo_flow_report()'s, and comes when nothing more can be
 * queued for now, so that a client which does not read learns it. */

static char *
describe_tls (WsConnection *connection)
{
  WsCertificate *certificate = ws_connection_get_peer_certificate (connection);

  return g_strdup_printf ("%s %s %s", ws_connection_get_tls_protocol (connection),
                          ws_connection_get_tls_cipher_suite (connection),
                          certificate != NULL ? ws_certificate_get_subject (certificate) : "-");
}

static gboolean
broadcast (WsServer *server,
           GBytes   *command,
           GError  **error)
{
  const gsize start = strlen ("!broadcast ");
  g_autoptr (GBytes) text = g_bytes_new_from_bytes (command, start, g_bytes_get_size (command) - start);

  return ws_server_broadcast (server, WS_DATA_FORMAT_TEXT, text, NULL, NULL, error) > 0;
}

static gboolean
answer_command (WsServer     *server,
                WsConnection *connection,
                GBytes       *data,
                GError      **error)
{
  gsize            length;
  const char      *text = g_bytes_get_data (data, &length);
  g_autofree char *answer = NULL;

  if (length > strlen ("!broadcast ") && memcmp (text, "!broadcast ", strlen ("!broadcast ")) == 0)
    return broadcast (server, data, error);
  if (length == strlen ("!id") && memcmp (text, "!id", length) == 0)
    answer = g_strdup (ws_connection_get_connection_id (connection));
  else if (length == strlen ("!extensions") && memcmp (text, "!extensions", length) == 0)
    answer = g_strdup_printf ("%.4f %s", ws_connection_get_compression_ratio (connection),
                              ws_connection_get_extensions (connection));
  else if (length == strlen ("!tls") && memcmp (text, "!tls", length) == 0)
    answer = describe_tls (connection);

  if (answer == NULL)
    return ws_connection_send (connection, data, error);

  return ws_connection_send_text (connection, answer, error);
}

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
  if (!answer_command (server, connection, data, &error))
    g_printerr ("send: %s\n", error != NULL ? error->message : "nobody took the broadcast");
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

static void
ssl_status_cb (WsServer     *server,
               WsConnection *connection,
               const char   *message,
               gpointer      user_data)
{
  g_print ("%s: %s\n", ws_connection_get_connection_id (connection), message);
}

static void
ready_to_send_cb (WsServer     *server,
                  WsConnection *connection,
                  gpointer      user_data)
{
  echo_flow_resume (connection);
}

static char *
obey_request (WsServer   *server,
              const char *request_uri)
{
  g_auto (GStrv) words = g_strsplit (request_uri, "/", -1);
  WsConnection *connection;

  if (g_strv_length (words) != 4)
    return NULL;

  connection = ws_connection_map_lookup (ws_server_get_connections (server), words[2]);
  if (connection == NULL)
    return NULL;

  echo_flow_start (connection, (guint) g_ascii_strtoull (words[3], NULL, 10),
                   g_str_equal (words[1], "flood"));
  return echo_flow_report (connection);
}

static void
http_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsHttpRequest *request,
                 gpointer       user_data)
{
  char *answer = obey_request (server, ws_http_request_get_request_uri (request));
  g_autoptr (GBytes) body = NULL;

  if (answer == NULL)
    answer = g_strdup ("No such connection.");

  body = g_bytes_new_take (answer, strlen (answer));
  ws_http_request_set_status_code (request, 200);
  ws_http_request_set_content_type (request, "text/plain; charset=utf-8");
  ws_http_request_set_body (request, body);
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

static gboolean
use_tls (WsServer *server,
         GError  **error)
{
  g_autoptr (WsCertificate) certificate = ws_certificate_new_self_signed (NULL, 60, error);

  return certificate != NULL &&
         ws_server_set_ssl_cert (server, certificate, error) &&
         ws_server_set_use_ssl (server, TRUE, error);
}

static gboolean
ask_for_certificates (WsServer   *server,
                      const char *filename,
                      GError    **error)
{
  g_autofree char *authority = NULL;
  g_autofree char *setting = NULL;
  g_autofree char *value = NULL;

  if (!g_file_get_contents (filename, &authority, NULL, error))
    return FALSE;

  setting = g_strconcat ("SSLClientCACerts=", authority, NULL);
  value = ws_server_config (server, setting, error);
  return value != NULL && ws_server_set_ssl_authenticate_clients (server, TRUE, error);
}

static gboolean
apply (WsServer   *server,
       const char *setting,
       GError    **error)
{
  g_autofree char *value = NULL;

  if (g_str_equal (setting, "TLS"))
    return use_tls (server, error);
  if (g_str_equal (setting, "Platform"))
    return use_tls (server, error) && ws_server_set_ssl_provider (server, WS_SSL_PROVIDER_PLATFORM, error);
  if (g_str_has_prefix (setting, "ClientCA="))
    return ask_for_certificates (server, setting + strlen ("ClientCA="), error);
  if (g_str_equal (setting, "Story"))
    {
      g_signal_connect (server, "ssl-status", G_CALLBACK (ssl_status_cb), NULL);
      return TRUE;
    }

  value = ws_server_config (server, setting, error);
  return value != NULL;
}

static WsServer *
start_server (const char *settings,
              GError    **error)
{
  g_autoptr (WsServer) server = ws_server_new ();
  g_auto (GStrv) all = g_strsplit (settings, ",", -1);

  g_free (ws_server_config (server, "BufferMessage=True", NULL));
  for (guint i = 0; all[i] != NULL; i++)
    if (!apply (server, all[i], error))
      return NULL;

  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), NULL);
  g_signal_connect (server, "disconnected", G_CALLBACK (disconnected_cb), NULL);
  g_signal_connect (server, "error", G_CALLBACK (error_cb), NULL);
  g_signal_connect (server, "ready-to-send", G_CALLBACK (ready_to_send_cb), NULL);
  g_signal_connect (server, "http-request", G_CALLBACK (http_request_cb), NULL);

  if (!ws_server_set_local_host (server, "127.0.0.1", error) ||
      !ws_server_start_listening (server, error))
    return NULL;

  return g_steal_pointer (&server);
}

int
main (int   argc,
      char *argv[])
{
  const guint           n_servers = argc > 1 ? (guint) argc - 1 : 1;
  g_autofree WsServer **servers = g_new0 (WsServer *, n_servers);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  setvbuf (stdout, NULL, _IOLBF, 0);
  for (guint i = 0; i < n_servers; i++)
    {
      servers[i] = start_server (argc > 1 ? argv[i + 1] : "", &error);
      if (servers[i] == NULL)
        {
          g_printerr ("%s\n", error->message);
          return 1;
        }
    }

  for (guint i = 0; i < n_servers; i++)
    g_print ("%u%c", ws_server_get_local_port (servers[i]), i + 1 < n_servers ? ' ' : '\n');
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, input_cb, loop);
  g_main_loop_run (loop);

  for (guint i = 0; i < n_servers; i++)
    g_assert_finalize_object (g_steal_pointer (&servers[i]));
  return 0;
}
