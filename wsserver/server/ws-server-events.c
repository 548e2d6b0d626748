/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What connections report becomes signals of the server. */
#include "wsserver/server/ws-server-events-private.h"

#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/server/ws-connection-map-private.h"
#include "wsserver/server/ws-server-admission-private.h"
#include "wsserver/server/ws-server-shutdown-private.h"
#include "wsserver/server/ws-server-memory-private.h"
#include "wsserver/server/ws-server-signals-private.h"
#include "wsserver/server/ws-server-tls-private.h"

static gboolean
wants_ssl_connection_request (gpointer owner)
{
  return ws_server_wants (owner, WS_SERVER_SIGNAL_SSL_CONNECTION_REQUEST);
}

static void
ssl_connection_request (gpointer                owner,
                        WsConnection           *connection,
                        WsSslConnectionRequest *request)
{
  g_signal_emit (owner, ws_server_signals[WS_SERVER_SIGNAL_SSL_CONNECTION_REQUEST], 0, connection, request);
}

static WsTlsContext *
get_tls_context (gpointer       owner,
                 WsCertificate *certificate,
                 GError       **error)
{
  return ws_server_get_chosen_context (owner, certificate, error);
}

static gboolean
wants_ssl_client_authentication (gpointer owner)
{
  return ws_server_wants (owner, WS_SERVER_SIGNAL_SSL_CLIENT_AUTHENTICATION);
}

static void
ssl_client_authentication (gpointer                owner,
                           WsConnection           *connection,
                           WsClientAuthentication *authentication)
{
  g_signal_emit (owner, ws_server_signals[WS_SERVER_SIGNAL_SSL_CLIENT_AUTHENTICATION], 0, connection,
                 authentication);
}

static gboolean
wants_ssl_status (gpointer owner)
{
  return ws_server_wants (owner, WS_SERVER_SIGNAL_SSL_STATUS);
}

static void
ssl_status (gpointer      owner,
            WsConnection *connection,
            const char   *message)
{
  g_signal_emit (owner, ws_server_signals[WS_SERVER_SIGNAL_SSL_STATUS], 0, connection, message);
}

static gboolean
trusts_proxy (gpointer    owner,
              const char *address)
{
  return ws_server_trusts_proxy (owner, address);
}

static void
move_client (gpointer             owner,
             const WsPeerAddress *from,
             const WsPeerAddress *to)
{
  ws_server_move_client (owner, from, to);
}

static const char *
judge_client (gpointer             owner,
              const WsPeerAddress *client,
              gboolean             is_proxy)
{
  return ws_server_judge_client (owner, client, is_proxy);
}

static gboolean
wants_open_request (gpointer owner)
{
  return ws_server_wants (owner, WS_SERVER_SIGNAL_WEB_SOCKET_OPEN_REQUEST);
}

static void
open_request (gpointer       owner,
              WsConnection  *connection,
              WsOpenRequest *request)
{
  g_signal_emit (owner, ws_server_signals[WS_SERVER_SIGNAL_WEB_SOCKET_OPEN_REQUEST], 0, connection, request);
}

static gboolean
wants_http_request (gpointer owner)
{
  return ws_server_wants (owner, WS_SERVER_SIGNAL_HTTP_REQUEST);
}

static void
http_request (gpointer       owner,
              WsConnection  *connection,
              WsHttpRequest *request)
{
  g_signal_emit (owner, ws_server_signals[WS_SERVER_SIGNAL_HTTP_REQUEST], 0, connection, request);
}

static void
list (gpointer      owner,
      WsConnection *connection)
{
  WsServer *self = g_object_ref (owner);

  ws_connection_map_list (self->connections, connection);
  g_object_unref (self);
}

static void
serve_page (gpointer       owner,
            WsHttpRequest *request)
{
  WsServer *self = owner;

  ws_page_set_answer (self->pages, request, self->settings->serve_dot_files);
}

static void
connected (gpointer      owner,
           WsConnection *connection)
{
  g_signal_emit (owner, ws_server_signals[WS_SERVER_SIGNAL_CONNECTED], 0, connection);
}

static void
ready_to_send (gpointer      owner,
               WsConnection *connection)
{
  g_signal_emit (owner, ws_server_signals[WS_SERVER_SIGNAL_READY_TO_SEND], 0, connection);
}

static void
data_in (gpointer      owner,
         WsConnection *connection,
         WsDataFormat  format,
         GBytes       *data,
         gboolean      eom,
         gboolean      eol)
{
  g_signal_emit (owner, ws_server_signals[WS_SERVER_SIGNAL_DATA_IN], 0, connection, format, data, eom, eol);
}

static gboolean
wants_ping (gpointer owner)
{
  return ws_server_wants (owner, WS_SERVER_SIGNAL_PING);
}

static void
ping (gpointer      owner,
      WsConnection *connection,
      GBytes       *payload,
      gboolean      response)
{
  g_signal_emit (owner, ws_server_signals[WS_SERVER_SIGNAL_PING], 0, connection, payload, response);
}

static void
report_error (gpointer      owner,
              WsConnection *connection,
              int           code,
              const char   *description)
{
  ws_server_emit_error (owner, connection, code, description);
}

static gboolean
wants_log (gpointer   owner,
           WsLogLevel level)
{
  return ws_server_wants_log (owner, level);
}

static void
log_message (gpointer      owner,
             WsConnection *connection,
             WsLogLevel    level,
             const char   *message,
             const char   *type)
{
  ws_server_emit_log (owner, connection, level, message, type);
}

static void
memory_changed (gpointer owner)
{
  ws_server_note_memory (owner);
}

static void
ended (gpointer      owner,
       WsConnection *connection,
       gboolean      was_connected,
       guint         code,
       const char   *description)
{
  WsServer *self = g_object_ref (owner);

  g_object_ref (connection);
  ws_server_connection_ended (self, connection);
  if (was_connected)
    {
      ws_connection_emit_disconnected (connection, code, description);
      g_signal_emit (self, ws_server_signals[WS_SERVER_SIGNAL_DISCONNECTED], 0, connection, (int) code,
                     description);
    }
  ws_server_finish_shutdowns (self);
  g_object_unref (connection);
  g_object_unref (self);
}

const WsConnectionOwnerFuncs ws_server_owner_funcs = {
  .wants_ssl_connection_request = wants_ssl_connection_request,
  .ssl_connection_request = ssl_connection_request,
  .get_tls_context = get_tls_context,
  .wants_ssl_client_authentication = wants_ssl_client_authentication,
  .ssl_client_authentication = ssl_client_authentication,
  .wants_ssl_status = wants_ssl_status,
  .ssl_status = ssl_status,
  .trusts_proxy = trusts_proxy,
  .move_client = move_client,
  .judge_client = judge_client,
  .wants_open_request = wants_open_request,
  .open_request = open_request,
  .wants_http_request = wants_http_request,
  .http_request = http_request,
  .list = list,
  .serve_page = serve_page,
  .connected = connected,
  .ready_to_send = ready_to_send,
  .data_in = data_in,
  .wants_ping = wants_ping,
  .ping = ping,
  .error = report_error,
  .wants_log = wants_log,
  .log = log_message,
  .memory_changed = memory_changed,
  .ended = ended,
};
