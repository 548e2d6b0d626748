/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients come and go. */
#include "wsserver/server/ws-server-admission-private.h"

#include <unistd.h>

#include "wsserver/base/ws-container-private.h"
#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/server/ws-connection-map-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/io/ws-block-cache-private.h"
#include "wsserver/request/ws-connection-request-private.h"
#include "wsserver/server/ws-server-signals-private.h"
#include "wsserver/server/ws-server-tls-private.h"

/* MaxPendingConnections=0 leaves a small server, too, room for a few slow clients. */
#define MIN_PENDING 64

#define DROP_LINE_INTERVAL_US G_USEC_PER_SEC

static gboolean
is_allowed_client (WsServer   *self,
                   const char *address)
{
  /* The permissions of a Unix socket decide who may use it. */
  if (*address == '\0')
    return TRUE;

  return ws_access_list_matches (self->allowed_clients, address) &&
         !ws_access_list_matches (self->blocked_clients, address);
}

void
ws_server_move_client (WsServer            *self,
                       const WsPeerAddress *from,
                       const WsPeerAddress *to)
{
  ws_address_counts_remove (self->addresses, from);
  ws_address_counts_add (self->addresses, to);
}

const char *
ws_server_judge_client (WsServer            *self,
                        const WsPeerAddress *client,
                        gboolean             is_proxy)
{
  const guint      max = self->settings->max_connections_per_address;
  g_autofree char *address = ws_peer_address_to_string (client);

  if (!is_allowed_client (self, address))
    return "the client is refused by AllowedClients or BlockedClients";
  if (max != 0 && !is_proxy && ws_address_counts_get (self->addresses, client) > max)
    return "the client has as many connections as MaxConnectionsPerAddress allows";

  return NULL;
}

gboolean
ws_server_trusts_proxy (WsServer   *self,
                        const char *address)
{
  return ws_access_list_matches (self->trusted_proxies, address);
}

static gboolean
has_default_access (WsServer *self)
{
  return g_str_equal (self->settings->allowed_clients, "*") && *self->settings->blocked_clients == '\0';
}

/* A trusted proxy may connect: its clients are judged, when their requests tell who they are. */
static gboolean
ask_about_client_address (WsServer            *self,
                          const WsPeerAddress *peer)
{
  g_autoptr (WsConnectionRequest) request = NULL;
  g_autofree char *address = NULL;
  gboolean         is_asked = ws_server_wants (self, WS_SERVER_SIGNAL_CONNECTION_REQUEST);
  gboolean         allowed;
  gboolean         accept;
  const char      *refused_by;

  if (has_default_access (self) && !is_asked)
    return TRUE;

  address = ws_peer_address_to_string (peer);
  allowed = ws_server_trusts_proxy (self, address) || is_allowed_client (self, address);
  refused_by = !allowed ? "AllowedClients or BlockedClients"
               : is_asked && self->settings->refuse_by_default
                   ? "RefuseByDefault or the application"
                   : "the application";
  request = ws_connection_request_new (address, ws_peer_address_get_port (peer),
                                       allowed && !(is_asked && self->settings->refuse_by_default));
  g_signal_emit (self, ws_server_signals[WS_SERVER_SIGNAL_CONNECTION_REQUEST], 0, request);
  accept = ws_connection_request_get_accept (request);
  if (!accept)
    ws_server_log (self, WS_LOG_INFO, "Info", "Client %s refused by %s", address, refused_by);
  return accept;
}

/* A trusted proxy has many clients. They are counted when their requests tell who they are. */
static gboolean
has_room_for_address (WsServer            *self,
                      const WsPeerAddress *peer)
{
  guint            max = self->settings->max_connections_per_address;
  g_autofree char *address = NULL;

  if (max == 0 || ws_address_counts_get (self->addresses, peer) < max)
    return TRUE;

  address = ws_peer_address_to_string (peer);
  if (ws_server_trusts_proxy (self, address))
    return TRUE;

  ws_server_log (self, WS_LOG_INFO, "Info", "Client %s refused by MaxConnectionsPerAddress", address);
  return FALSE;
}

/* --- room for clients that are not open yet -------------------------------------------------- */

static guint
count_pending (WsServer *self)
{
  return self->context.n_pending +
         (self->proxy_stage != NULL ? ws_proxy_stage_get_count (self->proxy_stage) : 0);
}

static guint
get_max_pending (WsServer *self)
{
  const WsSettings *settings = self->settings;

  return settings->max_pending_connections != 0 ? settings->max_pending_connections
                                                : MAX (settings->max_connections, MIN_PENDING);
}

/* A line for each client would let a crowd fill the log. */
static void
log_drop (WsServer   *self,
          const char *reason)
{
  gint64 now_us = g_get_monotonic_time ();

  self->n_dropped++;
  if (self->dropped_us != 0 && now_us < self->dropped_us + DROP_LINE_INTERVAL_US)
    return;

  ws_server_log (self, WS_LOG_INFO, "Info", "Clients dropped that were not open yet, the slowest first: %u, %s",
                 self->n_dropped, reason);
  self->dropped_us = now_us;
  self->n_dropped = 0;
}

/* Drops the client that has made no progress for the longest time, of those that are waited for: for a PROXY
 * header, a handshake, a request, or to read a response. So each of a crowd has the same time, and none of
 * them keeps the next client out. FALSE: there is none, because all wait for the application. */
static gboolean
drop_slowest (WsServer   *self,
              const char *reason)
{
  WsConnectionContext *context = &self->context;
  WsTimerQueue        *queue = &context->handshake_timers;
  gint64               proxy_start_us =
      self->proxy_stage != NULL ? ws_proxy_stage_get_start (self->proxy_stage) : G_MAXINT64;
  WsConnection *connection;

  /* One that was open does not count here. */
  if (context->linger_timers.head != NULL &&
      !WS_CONTAINER_OF (context->linger_timers.head, WsConnection, phase_timer)->was_open &&
      ws_timer_queue_get_start (&context->linger_timers) < ws_timer_queue_get_start (queue))
    queue = &context->linger_timers;

  if (proxy_start_us < ws_timer_queue_get_start (queue))
    {
      ws_proxy_stage_drop_oldest (self->proxy_stage);
    }
  else
    {
      if (queue->head == NULL)
        return FALSE;

      connection = WS_CONTAINER_OF (queue->head, WsConnection, phase_timer);
      ws_connection_end (connection, WS_CLOSE_CODE_ABNORMAL, "dropped to make room for other clients");
    }

  log_drop (self, reason);
  return TRUE;
}

/* A client more may be taken. FALSE: it may not, or a handler has disposed of the server. */
static gboolean
make_room_for_client (WsServer *self)
{
  while (self->poller != NULL && count_pending (self) >= get_max_pending (self))
    if (!drop_slowest (self, "as MaxPendingConnections demands"))
      return FALSE;

  return self->poller != NULL;
}

static gboolean
make_room_for_descriptor (gpointer owner)
{
  WsServer *self = g_object_ref (owner);
  gboolean  has_room = drop_slowest (self, "for want of file descriptors");

  g_object_unref (self);
  return has_room;
}

/* --- admission ------------------------------------------------------------------------------- */

/* socket_family is that of the socket, where the client has reached a proxy over another one. */
static void
add_client (WsServer            *self,
            int                  fd,
            int                  socket_family,
            const WsPeerAddress *peer)
{
  g_autoptr (WsConnection) connection = NULL;
  GError *error = NULL;

  if (!make_room_for_client (self))
    {
      close (fd);
      return;
    }

  connection = ws_connection_new (&self->context, ++self->last_id, ws_server_new_transport (self, fd), peer,
                                  self->default_timeout_s);
  ws_connection_map_add (self->connections, connection);
  ws_address_counts_add (self->addresses, peer);
  if (!ws_connection_start (connection, socket_family, &error))
    ws_connection_take_io_error (connection, error);
}

static void
admit_client (WsServer            *self,
              int                  fd,
              int                  socket_family,
              const WsPeerAddress *peer)
{
  if (!has_room_for_address (self, peer) || !ask_about_client_address (self, peer))
    close (fd);
  else if (self->poller == NULL) /* a handler has disposed of the server */
    close (fd);
  else
    add_client (self, fd, socket_family, peer);
}

/* --- the PROXY protocol ---------------------------------------------------------------------- */

static void
proxied_client_identified (gpointer             owner,
                           int                  fd,
                           const WsPeerAddress *proxy,
                           const WsPeerAddress *client,
                           const char          *authority)
{
  WsServer        *self = g_object_ref (owner);
  g_autofree char *proxy_address = ws_peer_address_to_string (proxy);
  g_autofree char *client_address = ws_peer_address_to_string (client);

  ws_server_log (self, WS_LOG_VERBOSE, "Info", "Client \"%s\" port %u behind proxy \"%s\", for host \"%s\"",
                 client_address, ws_peer_address_get_port (client), proxy_address,
                 authority != NULL ? authority : "");
  if (self->poller == NULL) /* a handler of the log has disposed of the server */
    close (fd);
  else
    admit_client (self, fd, proxy->any.sa_family, client);
  g_object_unref (self);
}

static void
log_proxy_fault (WsServer            *self,
                 const WsPeerAddress *proxy,
                 const char          *fault)
{
  g_autofree char *address = ws_peer_address_to_string (proxy);

  g_object_ref (self);
  ws_server_log (self, WS_LOG_INFO, "Error", "Client \"%s\" refused by ProxyProtocol: %s", address, fault);
  g_object_unref (self);
}

static void
proxied_client_failed (gpointer             owner,
                       const WsPeerAddress *proxy,
                       const char          *fault)
{
  log_proxy_fault (owner, proxy, fault);
}

static const WsProxyStageFuncs proxy_stage_funcs = {
  .identified = proxied_client_identified,
  .failed = proxied_client_failed,
};

typedef enum
{
  PROXY_HEADER_NONE,    /* the client itself speaks first */
  PROXY_HEADER_AWAITED, /* a proxy says first who the client is */
  PROXY_HEADER_REFUSED, /* a stranger could say anything */
} ProxyHeader;

static ProxyHeader
get_proxy_header (WsServer            *self,
                  const WsPeerAddress *peer)
{
  const guint      mode = self->settings->proxy_protocol;
  g_autofree char *address = NULL;

  if (mode == 0)
    return PROXY_HEADER_NONE;
  if (mode == 2 && *self->settings->trusted_proxies == '\0')
    return PROXY_HEADER_AWAITED;

  address = ws_peer_address_to_string (peer);
  if (ws_server_trusts_proxy (self, address))
    return PROXY_HEADER_AWAITED;

  return mode == 2 ? PROXY_HEADER_REFUSED : PROXY_HEADER_NONE;
}

static void
await_proxy_header (WsServer            *self,
                    int                  fd,
                    const WsPeerAddress *peer)
{
  if (self->proxy_stage == NULL)
    self->proxy_stage = ws_proxy_stage_new (self->poller, &proxy_stage_funcs, self,
                                            self->settings->handshake_timeout_s);
  if (make_room_for_client (self))
    ws_proxy_stage_take (self->proxy_stage, fd, peer);
  else
    close (fd);
}

static void
client_accepted (gpointer             owner,
                 int                  fd,
                 const WsPeerAddress *peer)
{
  WsServer *self = g_object_ref (owner);

  switch (get_proxy_header (self, peer))
    {
    case PROXY_HEADER_NONE:
      admit_client (self, fd, peer->any.sa_family, peer);
      break;
    case PROXY_HEADER_AWAITED:
      await_proxy_header (self, fd, peer);
      break;
    case PROXY_HEADER_REFUSED:
      close (fd);
      log_proxy_fault (self, peer, "it is not one of TrustedProxies");
      break;
    }
  g_object_unref (self);
}

static void
accepting_failed (gpointer owner,
                  GError  *error)
{
  WsServer *self = g_object_ref (owner);

  ws_server_log (self, WS_LOG_INFO, "Error", "%s", error->message);
  ws_server_emit_gerror (self, error);
  g_object_unref (self);
}

const WsAcceptorFuncs ws_server_acceptor_funcs = {
  .accepted = client_accepted,
  .make_room = make_room_for_descriptor,
  .failed = accepting_failed,
};

void
ws_server_connection_ended (WsServer     *self,
                            WsConnection *connection)
{
  ws_address_counts_remove (self->addresses, &connection->peer);
  ws_connection_map_remove (self->connections, connection);
  if (self->acceptor != NULL)
    ws_acceptor_resume (self->acceptor);
  if (ws_connection_map_count (self->connections) == 0)
    ws_block_cache_clear ();
}
