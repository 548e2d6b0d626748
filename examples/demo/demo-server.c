/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demo-server.h"

#include "demo-page.h"
#include "demo-room.h"

#include <string.h>

/* How long Ctrl-C waits for clients to answer the closing handshake, in seconds. */
#define SHUTDOWN_DEADLINE 3

struct _DemoServer
{
  WsServer *server;
  DemoPage *page;
  DemoRoom *room;
};

static gboolean
is_path (const char *request_uri,
         const char *path)
{
  gsize length = strcspn (request_uri, "?");

  return strlen (path) == length && strncmp (request_uri, path, length) == 0;
}

/* The host and port as they stand in a URL, where port 80 is left out. */
static char *
make_authority (const char *host,
                guint       port)
{
  gboolean is_ipv6 = strchr (host, ':') != NULL;

  return port == 80 ? g_strdup_printf (is_ipv6 ? "[%s]" : "%s", host)
                    : g_strdup_printf (is_ipv6 ? "[%s]:%u" : "%s:%u", host, port);
}

/* The authorities under which a browser may know this server. On one address they are that address
 * and, if it is a loopback address, "localhost"; on any address the name is not known here. */
static char **
list_authorities (DemoServer *self)
{
  const char *host = ws_server_get_local_host (self->server);
  guint       port = ws_server_get_local_port (self->server);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *authority = NULL;
  g_autofree char *localhost = make_authority ("localhost", port);

  if (address == NULL || g_inet_address_get_is_any (address))
    {
      authority = make_authority ("*", port);
      g_strv_builder_add (builder, authority);
      return g_strv_builder_end (builder);
    }

  authority = make_authority (host, port);
  g_strv_builder_add (builder, authority);
  if (g_inet_address_get_is_loopback (address))
    g_strv_builder_add (builder, localhost);
  return g_strv_builder_end (builder);
}

/* Only our own page may connect from within a browser; the opening request is looked at once more
 * in is_same_origin (). Programs that are no browser send no Origin, and are allowed. */
static gboolean
set_origin_policy (DemoServer *self,
                   GError    **error)
{
  g_auto (GStrv) authorities = list_authorities (self);
  g_autoptr (GString) setting = g_string_new ("AllowedOrigins=");
  g_autoptr (GString) sources = g_string_new (NULL);
  g_autofree char *value = NULL;

  for (guint i = 0; authorities[i] != NULL; i++)
    {
      g_string_append_printf (setting, "%shttp://%s", i > 0 ? "," : "", authorities[i]);
      g_string_append_printf (sources, "%sws://%s", i > 0 ? " " : "", authorities[i]);
    }

  demo_page_set_web_socket_sources (self->page, sources->str);
  value = ws_server_config (self->server, setting->str, error);
  return value != NULL;
}

/* What was offered is a comma-separated list. */
static gboolean
is_offered (const char *offered,
            const char *sub_protocol)
{
  g_auto (GStrv) names = g_strsplit (offered, ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_equal (g_strstrip (names[i]), sub_protocol))
        return TRUE;
    }

  return FALSE;
}

/* A page of this server has the origin that its request names as the host. */
static gboolean
is_same_origin (WsOpenRequest *request)
{
  const char      *origin = ws_open_request_get_origin_header (request);
  const char      *host = ws_open_request_get_host_header (request);
  g_autofree char *expected = g_strconcat ("http://", host, NULL);

  return origin == NULL || *origin == '\0' || g_ascii_strcasecmp (origin, expected) == 0;
}

static void
web_socket_open_request_cb (WsServer      *server,
                            WsConnection  *connection,
                            WsOpenRequest *request,
                            DemoServer    *self)
{
  const char *request_uri = ws_open_request_get_request_uri (request);
  const char *offered = ws_open_request_get_sub_protocols (request);

  if (!is_same_origin (request))
    {
      ws_open_request_set_status_code (request, 403);
    }
  else if (is_path (request_uri, "/chat"))
    {
      if (offered != NULL && is_offered (offered, DEMO_ROOM_SUB_PROTOCOL))
        ws_open_request_set_sub_protocols (request, DEMO_ROOM_SUB_PROTOCOL);
    }
  else if (!is_path (request_uri, "/echo"))
    {
      ws_open_request_set_status_code (request, 404);
    }
}

static void
http_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsHttpRequest *request,
                 DemoServer    *self)
{
  demo_page_answer (self->page, request);
}

static void
echo_data_in_cb (WsConnection *connection,
                 WsDataFormat  format,
                 GBytes       *data,
                 gboolean      eom,
                 gboolean      eol,
                 gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  ws_connection_set_data_format (connection, format);
  if (!ws_connection_send (connection, data, &error))
    g_printerr ("%s: %s\n", ws_connection_get_connection_id (connection), error->message);
}

static void
connected_cb (WsServer     *server,
              WsConnection *connection,
              DemoServer   *self)
{
  if (is_path (ws_connection_get_request_uri (connection), "/chat"))
    demo_room_serve (self->room, connection);
  else
    g_signal_connect (connection, "data-in", G_CALLBACK (echo_data_in_cb), NULL);
}

static void
log_cb (WsServer     *server,
        WsConnection *connection,
        int           level,
        const char   *message,
        const char   *type,
        DemoServer   *self)
{
  const char *id = connection != NULL ? ws_connection_get_connection_id (connection) : "-";

  g_print ("%s: %s: %s\n", id, type, message);
}

static void
ping_cb (WsServer     *server,
         WsConnection *connection,
         GBytes       *payload,
         gboolean      response,
         DemoServer   *self)
{
  if (response)
    g_print ("%s: pong after %.1f ms\n", ws_connection_get_connection_id (connection),
             (double) ws_connection_get_round_trip_time (connection) / 1000.0);
  else
    g_print ("%s: ping\n", ws_connection_get_connection_id (connection));
}

static gboolean
configure (DemoServer *self,
           const char *host,
           guint       ping_interval,
           GError    **error)
{
  const char      *ipv6_setting = strchr (host, ':') != NULL ? "UseIPv6=2" : "UseIPv6=0";
  g_autofree char *ping_setting = g_strdup_printf ("PingInterval=%u", ping_interval);
  const char      *settings[] = { "BufferMessage=True", ipv6_setting, ping_setting };

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *value = ws_server_config (self->server, settings[i], error);

      if (value == NULL)
        return FALSE;
    }

  return TRUE;
}

/* Makes the server for an address; ping_interval is in seconds, and 0 sends no pings. */
DemoServer *
demo_server_new (const char *host,
                 guint       ping_interval,
                 gboolean    verbose,
                 GError    **error)
{
  g_autoptr (DemoServer) self = g_new0 (DemoServer, 1);

  self->server = ws_server_new ();
  self->page = demo_page_new ();
  self->room = demo_room_new ();

  if (!configure (self, host, ping_interval, error) ||
      !ws_server_set_local_host (self->server, host, error))
    return NULL;

  g_signal_connect (self->server, "web-socket-open-request",
                    G_CALLBACK (web_socket_open_request_cb), self);
  g_signal_connect (self->server, "http-request", G_CALLBACK (http_request_cb), self);
  g_signal_connect (self->server, "connected", G_CALLBACK (connected_cb), self);
  if (verbose)
    {
      g_signal_connect (self->server, "log", G_CALLBACK (log_cb), self);
      g_signal_connect (self->server, "ping", G_CALLBACK (ping_cb), self);
    }

  return g_steal_pointer (&self);
}

void
demo_server_free (DemoServer *self)
{
  g_object_unref (self->server);
  demo_room_free (self->room);
  demo_page_free (self->page);
  g_free (self);
}

gboolean
demo_server_listen (DemoServer *self,
                    guint       port,
                    GError    **error)
{
  return ws_server_set_local_port (self->server, port, error) &&
         ws_server_start_listening (self->server, error) &&
         set_origin_policy (self, error);
}

/* Host and port to write into a URL for somebody on this machine. */
char *
demo_server_get_authority (DemoServer *self)
{
  const char *host = ws_server_get_local_host (self->server);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  gboolean is_any = address == NULL || g_inet_address_get_is_any (address);

  return make_authority (is_any ? "127.0.0.1" : host, ws_server_get_local_port (self->server));
}

/* Closes every client with code 1001 and calls back when all have gone. */
void
demo_server_shutdown (DemoServer         *self,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  ws_server_shutdown_async (self->server, SHUTDOWN_DEADLINE, NULL, callback, user_data);
}
