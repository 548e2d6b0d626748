/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients come and go. */
#include "wsserver/server/ws-server-admission-private.h"

#include <unistd.h>

#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/connection/ws-connection-map-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/io/ws-block-cache-private.h"
#include "wsserver/request/ws-connection-request-private.h"
#include "wsserver/server/ws-server-signals-private.h"
#include "wsserver/server/ws-server-tls-private.h"

/* How many clients beyond MaxConnections are answered 503 at a time. Others are dropped without an answer. */
#define MAX_OVER_CAPACITY 64

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

static gboolean
has_default_access (WsServer *self)
{
  return g_str_equal (self->settings->allowed_clients, "*") && *self->settings->blocked_clients == '\0';
}

static gboolean
ask_about_client_address (WsServer            *self,
                          const WsPeerAddress *peer)
{
  g_autoptr (WsConnectionRequest) request = NULL;
  g_autofree char *address = NULL;
  gboolean         is_asked = ws_server_wants (self, WS_SERVER_SIGNAL_CONNECTION_REQUEST);
  gboolean         accept;

  if (has_default_access (self) && !is_asked)
    return TRUE;

  address = ws_peer_address_to_string (peer);
  request = ws_connection_request_new (address, ws_peer_address_get_port (peer),
                                       !(is_asked && self->settings->refuse_by_default) &&
                                           is_allowed_client (self, address));
  g_signal_emit (self, ws_server_signals[WS_SERVER_SIGNAL_CONNECTION_REQUEST], 0, request);
  accept = ws_connection_request_get_accept (request);
  if (!accept)
    ws_server_log (self, WS_LOG_INFO, "Info",
                   "Client %s refused by the application, AllowedClients or BlockedClients", address);
  return accept;
}

static gboolean
has_room_for_address (WsServer            *self,
                      const WsPeerAddress *peer)
{
  guint            max = self->settings->max_connections_per_address;
  g_autofree char *address = NULL;

  if (max == 0 || ws_address_counts_get (self->addresses, peer) < max)
    return TRUE;

  address = ws_peer_address_to_string (peer);
  ws_server_log (self, WS_LOG_INFO, "Info", "Client %s refused by MaxConnectionsPerAddress", address);
  return FALSE;
}

static void
add_client (WsServer            *self,
            int                  fd,
            const WsPeerAddress *peer)
{
  gboolean over_capacity;
  g_autoptr (WsConnection) connection = NULL;
  GError *error = NULL;

  over_capacity = ws_connection_map_count (self->connections) - self->n_over_capacity >=
                  self->settings->max_connections;
  if (over_capacity && self->n_over_capacity >= MAX_OVER_CAPACITY)
    {
      close (fd);
      return;
    }

  connection = ws_connection_new (&self->context, ++self->last_id, ws_server_new_transport (self, fd), peer,
                                  self->default_timeout_s, over_capacity);
  self->n_over_capacity += over_capacity;
  ws_connection_map_add (self->connections, connection);
  ws_address_counts_add (self->addresses, peer);
  if (!ws_connection_start (connection, &error))
    ws_connection_take_io_error (connection, error);
}

static void
client_accepted (gpointer             owner,
                 int                  fd,
                 const WsPeerAddress *peer)
{
  WsServer *self = g_object_ref (owner);

  if (!has_room_for_address (self, peer) || !ask_about_client_address (self, peer))
    close (fd);
  else if (self->poller == NULL) /* a handler has disposed of the server */
    close (fd);
  else
    add_client (self, fd, peer);
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
  .failed = accepting_failed,
};

void
ws_server_connection_ended (WsServer     *self,
                            WsConnection *connection)
{
  if (connection->over_capacity)
    self->n_over_capacity--;
  ws_address_counts_remove (self->addresses, &connection->peer);
  ws_connection_map_remove (self->connections, connection);
  if (self->acceptor != NULL)
    ws_acceptor_resume (self->acceptor);
  if (ws_connection_map_count (self->connections) == 0)
    ws_block_cache_clear ();
}
