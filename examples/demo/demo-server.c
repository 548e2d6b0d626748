/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demo-server.h"

#include "demo-page.h"
#include "demo-room.h"

#include <string.h>

/* How long Ctrl-C waits for clients to answer the closing handshake, in seconds. */
#define SHUTDOWN_DEADLINE 3

#define HTTP_PORT 80
#define HTTPS_PORT 443

#define CERTIFICATE_DAYS 30

struct _DemoServer
{
  WsServer *plain;
  WsServer *secure; /* the same with TLS, on a port of its own */
  DemoPage *page;
  DemoRoom *room; /* shared by the clients of both servers */
  GTask    *shutdown;
  guint     n_shutting_down;
};

static gboolean
is_path (const char *request_uri,
         const char *path)
{
  gsize length = strcspn (request_uri, "?");

  return strlen (path) == length && strncmp (request_uri, path, length) == 0;
}

/* The host and port as in a URL, without the default port of the scheme. */
static char *
make_authority (WsServer   *server,
                const char *host)
{
  gboolean is_ipv6 = strchr (host, ':') != NULL;
  guint    port = ws_server_get_local_port (server);
  guint    usual_port = ws_server_get_use_ssl (server) ? HTTPS_PORT : HTTP_PORT;

  return port == usual_port ? g_strdup_printf (is_ipv6 ? "[%s]" : "%s", host)
                            : g_strdup_printf (is_ipv6 ? "[%s]:%u" : "%s:%u", host, port);
}

/* The authorities by which a browser may reach this server: its address and, for a loopback address,
 * "localhost". If the server listens on all addresses, the authorities are not known here. */
static char **
list_authorities (WsServer *server)
{
  const char *host = ws_server_get_local_host (server);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *authority = NULL;
  g_autofree char *localhost = make_authority (server, "localhost");

  if (address == NULL || g_inet_address_get_is_any (address))
    {
      authority = make_authority (server, "*");
      g_strv_builder_add (builder, authority);
      return g_strv_builder_end (builder);
    }

  authority = make_authority (server, host);
  g_strv_builder_add (builder, authority);
  if (g_inet_address_get_is_loopback (address))
    g_strv_builder_add (builder, localhost);
  return g_strv_builder_end (builder);
}

/* In a browser, only the demo's own page may connect; is_same_origin () checks the opening request
 * again. Programs other than browsers send no Origin, and are accepted. Appends the addresses that the
 * page connects to to sources. */
static gboolean
set_origin_policy (WsServer *server,
                   GString  *sources,
                   GError  **error)
{
  const char *letter = ws_server_get_use_ssl (server) ? "s" : "";
  g_auto (GStrv) authorities = list_authorities (server);
  g_autoptr (GString) setting = g_string_new ("AllowedOrigins=");
  g_autofree char *value = NULL;

  for (guint i = 0; authorities[i] != NULL; i++)
    {
      g_string_append_printf (setting, "%shttp%s://%s", i > 0 ? "," : "", letter, authorities[i]);
      g_string_append_printf (sources, "%sws%s://%s", sources->len > 0 ? " " : "", letter, authorities[i]);
    }

  value = ws_server_config (server, setting->str, error);
  return value != NULL;
}

/* The client's offer is a comma-separated list. */
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

/* The origin of a page of this server has the same host as the request. */
static gboolean
is_same_origin (WsServer      *server,
                WsOpenRequest *request)
{
  const char      *origin = ws_open_request_get_origin_header (request);
  const char      *host = ws_open_request_get_host_header (request);
  const char      *scheme = ws_server_get_use_ssl (server) ? "https://" : "http://";
  g_autofree char *expected = g_strconcat (scheme, host, NULL);

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

  if (!is_same_origin (server, request))
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
configure (WsServer   *server,
           const char *host,
           guint       ping_interval,
           GError    **error)
{
  const char      *ipv6_setting = strchr (host, ':') != NULL ? "UseIPv6=2" : "UseIPv6=0";
  g_autofree char *ping_setting = g_strdup_printf ("PingInterval=%u", ping_interval);
  const char      *settings[] = { "BufferMessage=True", ipv6_setting, ping_setting };

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *value = ws_server_config (server, settings[i], error);

      if (value == NULL)
        return FALSE;
    }

  return ws_server_set_local_host (server, host, error);
}

static WsServer *
make_server (DemoServer *self,
             const char *host,
             guint       ping_interval,
             gboolean    verbose,
             GError    **error)
{
  g_autoptr (WsServer) server = ws_server_new ();

  if (!configure (server, host, ping_interval, error))
    return NULL;

  g_signal_connect (server, "web-socket-open-request", G_CALLBACK (web_socket_open_request_cb), self);
  g_signal_connect (server, "http-request", G_CALLBACK (http_request_cb), self);
  g_signal_connect (server, "connected", G_CALLBACK (connected_cb), self);
  if (verbose)
    {
      g_signal_connect (server, "log", G_CALLBACK (log_cb), self);
      g_signal_connect (server, "ping", G_CALLBACK (ping_cb), self);
    }

  return g_steal_pointer (&server);
}

/* The certificate is self-signed, so browsers show a warning. */
static gboolean
use_self_made_certificate (WsServer   *server,
                           const char *host,
                           GError    **error)
{
  const char *host_names[] = { "localhost", "127.0.0.1", "::1", host, NULL };
  g_autoptr (WsCertificate)
      certificate = ws_certificate_new_self_signed (host_names, CERTIFICATE_DAYS, error);

  return certificate != NULL &&
         ws_server_set_ssl_cert (server, certificate, error) &&
         ws_server_set_use_ssl (server, TRUE, error);
}

/* Makes the servers for an address; ping_interval is in seconds, and 0 sends no pings. */
DemoServer *
demo_server_new (const char *host,
                 guint       ping_interval,
                 gboolean    verbose,
                 GError    **error)
{
  g_autoptr (DemoServer) self = g_new0 (DemoServer, 1);

  self->page = demo_page_new ();
  self->room = demo_room_new ();
  self->plain = make_server (self, host, ping_interval, verbose, error);
  if (self->plain == NULL)
    return NULL;

  self->secure = make_server (self, host, ping_interval, verbose, error);
  if (self->secure == NULL || !use_self_made_certificate (self->secure, host, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
demo_server_free (DemoServer *self)
{
  g_clear_object (&self->plain);
  g_clear_object (&self->secure);
  demo_room_free (self->room);
  demo_page_free (self->page);
  g_free (self);
}

static WsServer *
get_server (DemoServer *self,
            gboolean    secure)
{
  return secure ? self->secure : self->plain;
}

gboolean
demo_server_listen (DemoServer *self,
                    gboolean    secure,
                    guint       port,
                    GError    **error)
{
  WsServer *server = get_server (self, secure);

  return ws_server_set_local_port (server, port, error) && ws_server_start_listening (server, error);
}

/* Call it when both servers are listening: the page may connect to any of their addresses. */
gboolean
demo_server_allow_page (DemoServer *self,
                        GError    **error)
{
  g_autoptr (GString) sources = g_string_new (NULL);

  if (!set_origin_policy (self->plain, sources, error) || !set_origin_policy (self->secure, sources, error))
    return FALSE;

  demo_page_set_web_socket_sources (self->page, sources->str);
  return TRUE;
}

/* Host and port for a URL that works on this machine. */
char *
demo_server_get_authority (DemoServer *self,
                           gboolean    secure)
{
  WsServer   *server = get_server (self, secure);
  const char *host = ws_server_get_local_host (server);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  gboolean is_any = address == NULL || g_inet_address_get_is_any (address);

  return make_authority (server, is_any ? "127.0.0.1" : host);
}

/* The user can compare it with the certificate in the browser's warning. */
const char *
demo_server_get_fingerprint (DemoServer *self)
{
  return ws_certificate_get_fingerprint_sha256 (ws_server_get_ssl_cert (self->secure));
}

static void
shutdown_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  DemoServer *self = user_data;
  g_autoptr (GTask) task = NULL;

  ws_server_shutdown_finish (WS_SERVER (source), result, NULL);
  if (--self->n_shutting_down > 0)
    return;

  task = g_steal_pointer (&self->shutdown);
  g_task_return_boolean (task, TRUE);
}

/* Closes every client with code 1001 and calls the callback when all have left. Call it once. */
void
demo_server_shutdown (DemoServer         *self,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  self->shutdown = g_task_new (NULL, NULL, callback, user_data);
  self->n_shutting_down = 2;
  ws_server_shutdown_async (self->plain, SHUTDOWN_DEADLINE, NULL, shutdown_cb, self);
  ws_server_shutdown_async (self->secure, SHUTDOWN_DEADLINE, NULL, shutdown_cb, self);
}
