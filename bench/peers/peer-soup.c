/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Echo server on libsoup-3.0.   peer-soup PORT [--tls CERT KEY] [--deflate on|off] */
#include <libsoup/soup.h>
#include <stdlib.h>
#include <string.h>

static GHashTable *open_conns;

static void
on_message (SoupWebsocketConnection *c, gint type, GBytes *data, gpointer user)
{
  (void) user;
  soup_websocket_connection_send_message (c, type, data);
}

static void
on_closed (SoupWebsocketConnection *c, gpointer user)
{
  (void) user;
  g_hash_table_remove (open_conns, c);
}

static void
on_websocket (
    SoupServer *s, SoupServerMessage *m, const char *path, SoupWebsocketConnection *c, gpointer user)
{
  (void) s;
  (void) m;
  (void) path;
  (void) user;
  soup_websocket_connection_set_max_incoming_payload_size (c, 0);
  g_signal_connect (c, "message", G_CALLBACK (on_message), NULL);
  g_signal_connect (c, "closed", G_CALLBACK (on_closed), NULL);
  g_hash_table_add (open_conns, g_object_ref (c));
}

int
main (int argc, char **argv)
{
  GError     *err = NULL;
  const char *cert = NULL, *key = NULL;
  gboolean    deflate = FALSE;
  int         port = argc > 1 ? atoi (argv[1]) : 0;
  for (int i = 2; i < argc; i++)
    {
      if (!strcmp (argv[i], "--tls") && i + 2 < argc)
        {
          cert = argv[i + 1];
          key = argv[i + 2];
          i += 2;
        }
      else if (!strcmp (argv[i], "--deflate") && i + 1 < argc)
        deflate = !strcmp (argv[++i], "on");
    }
  open_conns = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  SoupServer *s = soup_server_new (NULL, NULL);
  if (!deflate)
    soup_server_remove_websocket_extension (s, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  if (cert)
    {
      GTlsCertificate *tc = g_tls_certificate_new_from_files (cert, key, &err);
      if (!tc)
        g_error ("%s", err->message);
      soup_server_set_tls_certificate (s, tc);
    }
  soup_server_add_websocket_handler (s, NULL, NULL, NULL, on_websocket, NULL, NULL);
  GSocketAddress *a = g_inet_socket_address_new_from_string ("127.0.0.1", (guint) port);
  if (!soup_server_listen (s, a, cert ? SOUP_SERVER_LISTEN_HTTPS : 0, &err))
    g_error ("%s", err->message);
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
  return 0;
}
