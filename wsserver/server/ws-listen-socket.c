/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-listen-socket-private.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/io/ws-socket-private.h"
#include "wsserver/io/ws-unix-path-private.h"

#ifndef IPPROTO_MPTCP
# define IPPROTO_MPTCP IPPROTO_TCP
#endif

/* Ports that are tried for a host with several addresses. */
#define MAX_PORT_ATTEMPTS 16

static WsListenSocket *
listen_socket_new (GSocket *socket)
{
  WsListenSocket *self = g_new0 (WsListenSocket, 1);

  self->socket = socket;
  return self;
}

void
ws_listen_socket_free (WsListenSocket *self)
{
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_free (self);
}

void
ws_listen_socket_apply_settings (WsListenSocket   *self,
                                 const WsSettings *settings)
{
  WsSocketOptions options = {
    .tcp_no_delay = settings->tcp_no_delay,
    .in_buffer_bytes = settings->in_buffer_bytes,
    .out_buffer_bytes = settings->out_buffer_bytes,
    .keep_alive_time_ms = settings->keep_alive_time_ms,
    .keep_alive_interval_ms = settings->keep_alive_interval_ms,
  };

  ws_socket_options_apply (&options, self->socket, &self->replaced);
}

/* Made by the system's own call: falling back to IPv4 needs to know the errno. */
static GSocket *
open_socket (GSocketFamily family,
             const char   *subject,
             GError      **error)
{
  int fd = ws_socket_open (family);

  if (fd < 0)
    {
      ws_set_error_from_errno (error, errno, subject);
      return NULL;
    }

  return g_socket_new_from_fd (fd, error);
}

/* Replaces a socket that another program has left behind. */
static int
bind_path (GSocket        *socket,
           GSocketAddress *address,
           gboolean        locked)
{
  const char *path = g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address));
  int         error_number = ws_socket_bind (socket, address);

  if (error_number != EADDRINUSE || !locked || !ws_unix_path_is_stale (path))
    return error_number;

  g_unlink (path);
  return ws_socket_bind (socket, address);
}

static gboolean
finish_binding (GSocket    *socket,
                int         error_number,
                int         backlog,
                const char *subject,
                GError    **error)
{
  if (error_number != 0)
    {
      ws_set_error_from_errno (error, error_number, subject);
      return FALSE;
    }

  g_socket_set_listen_backlog (socket, backlog);
  return g_socket_listen (socket, error);
}

static gboolean
bind_and_listen (GSocket        *socket,
                 GSocketAddress *address,
                 int             backlog,
                 const char     *subject,
                 GError        **error)
{
  gboolean locked;
  gboolean listening;
  int      lock;

  if (!G_IS_UNIX_SOCKET_ADDRESS (address))
    return finish_binding (socket, ws_socket_bind (socket, address), backlog, subject, error);

  locked = ws_unix_path_lock (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)), &lock);
  listening = finish_binding (socket, bind_path (socket, address, locked), backlog, subject, error);
  ws_unix_path_unlock (lock);
  return listening;
}

static gboolean
bind_for_request (WsListenSocket        *self,
                  GSocketAddress        *address,
                  const char            *subject,
                  const WsListenRequest *request,
                  GError               **error)
{
  const WsSettings *settings = request->settings;

  if (!settings->bind_exclusively)
    ws_socket_share_port (self->socket);
  if (g_socket_get_family (self->socket) == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (self->socket, IPPROTO_IPV6, IPV6_V6ONLY, settings->use_ipv6 == WS_IP_FAMILIES_IPV6,
                         NULL);
  /* Before listening, because the size of the buffers decides which window is offered to clients. */
  ws_listen_socket_apply_settings (self, settings);
  return bind_and_listen (self->socket, address, request->backlog, subject, error);
}

static gboolean
listen_on_address (GPtrArray             *sockets,
                   GSocketAddress        *address,
                   const WsListenRequest *request,
                   GError               **error)
{
  g_autofree char *subject = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
  GError          *gio_error = NULL;
  GSocket         *socket = open_socket (g_socket_address_get_family (address), subject, &gio_error);
  WsListenSocket  *self = socket != NULL ? listen_socket_new (socket) : NULL;

  if (self == NULL || !bind_for_request (self, address, subject, request, &gio_error))
    {
      g_clear_pointer (&self, ws_listen_socket_free);
      ws_propagate_gio_error (error, gio_error, subject);
      return FALSE;
    }

  g_ptr_array_add (sockets, self);
  return TRUE;
}

static gboolean
listen_on_path (GPtrArray             *sockets,
                const char            *path,
                const WsListenRequest *request,
                WsBoundAddress        *bound,
                GError               **error)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (ws_unix_path_is_too_long (path))
    {
      ws_set_error_from_errno (error, ENAMETOOLONG, path);
      return FALSE;
    }

  address = g_unix_socket_address_new (path);
  if (!listen_on_address (sockets, address, request, error))
    return FALSE;

  bound->host = g_strdup (request->host);
  bound->port = request->port;
  return TRUE;
}

static gboolean
set_bound_address (WsBoundAddress *bound,
                   GSocket        *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  if (address == NULL || !(G_IS_INET_SOCKET_ADDRESS (address) || G_IS_UNIX_SOCKET_ADDRESS (address)))
    return FALSE;

  ws_bound_address_clear (bound);
  ws_bound_address_init (bound, address);
  return TRUE;
}

/* A system without IPv6 listens on IPv4 alone, if there is an address left to listen on. */
static gboolean
may_skip_address (const WsListenRequest *request,
                  const GList           *addresses,
                  gboolean               has_listener,
                  const GError          *error)
{
  return request->settings->use_ipv6 == WS_IP_FAMILIES_BOTH &&
         (*request->host == '\0' || addresses->next != NULL || has_listener) &&
         g_inet_address_get_family (addresses->data) == G_SOCKET_FAMILY_IPV6 &&
         g_error_matches (error, WS_ERROR, WS_ERROR_ADDRESS_FAMILY_NOT_SUPPORTED);
}

/* Where the system picks the port, it picks one for the first address, and the others take the same. */
static gboolean
listen_on_host_once (GPtrArray             *sockets,
                     const WsListenRequest *request,
                     WsBoundAddress        *bound,
                     GError               **error)
{
  guint32 scope_id;
  GList  *addresses =
      ws_listen_address_resolve (request->host, request->settings->use_ipv6, &scope_id, error);
  gboolean listening = addresses != NULL;

  for (GList *link = addresses; link != NULL && listening; link = link->next)
    {
      guint port = bound->host != NULL ? bound->port : request->port;
      g_autoptr (GSocketAddress) address = g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", link->data, "port",
                                                         port, "scope-id", scope_id, NULL);
      g_autoptr (GError) own_error = NULL;

      if (listen_on_address (sockets, address, request, &own_error))
        {
          if (bound->host == NULL)
            set_bound_address (bound, ((WsListenSocket *) sockets->pdata[0])->socket);
        }
      else if (may_skip_address (request, link, bound->host != NULL, own_error))
        {
          if (*request->host == '\0')
            addresses = g_list_append (addresses, g_inet_address_new_any (G_SOCKET_FAMILY_IPV4));
        }
      else
        {
          g_propagate_error (error, g_steal_pointer (&own_error));
          listening = FALSE;
        }
    }

  g_resolver_free_addresses (addresses);
  return listening;
}

/* The port that the system has picked for the first address may be taken on another one. */
static gboolean
listen_on_host (GPtrArray             *sockets,
                const WsListenRequest *request,
                WsBoundAddress        *bound,
                GError               **error)
{
  for (guint n = 1;; n++)
    {
      g_autoptr (GError) own_error = NULL;

      if (listen_on_host_once (sockets, request, bound, &own_error))
        return TRUE;

      if (request->port != 0 || n == MAX_PORT_ATTEMPTS ||
          !g_error_matches (own_error, WS_ERROR, WS_ERROR_ADDRESS_IN_USE))
        {
          g_propagate_error (error, g_steal_pointer (&own_error));
          return FALSE;
        }

      g_ptr_array_set_size (sockets, 0);
      ws_bound_address_clear (bound);
    }
}

GPtrArray *
ws_listen_sockets_open (const WsListenRequest *request,
                        WsBoundAddress        *bound,
                        GError               **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_listen_socket_free);
  const char *path = ws_listen_address_get_unix_path (request->host);
  gboolean    listening = path != NULL ? listen_on_path (sockets, path, request, bound, error)
                                       : listen_on_host (sockets, request, bound, error);

  return listening ? g_steal_pointer (&sockets) : NULL;
}

static int
get_option (GSocket *socket,
            int      option)
{
  int value = -1;

  g_socket_get_option (socket, SOL_SOCKET, option, &value, NULL);
  return value;
}

/* Why a socket that was handed in cannot be served, or NULL. Only a stream may be read in pieces. */
static char *
find_fault (GSocket *socket)
{
  int domain = get_option (socket, SO_DOMAIN);
  int type = get_option (socket, SO_TYPE);
  int protocol = get_option (socket, SO_PROTOCOL);

  if (domain != AF_INET && domain != AF_INET6 && domain != AF_UNIX)
    return g_strdup_printf ("is a socket of address family %d", domain);
  if (type == SOCK_SEQPACKET)
    return g_strdup ("is a SOCK_SEQPACKET socket (ListenSequentialPacket=)");
  if (type == SOCK_DGRAM)
    return g_strdup ("is a SOCK_DGRAM socket (ListenDatagram=)");
  if (type != SOCK_STREAM)
    return g_strdup_printf ("is a socket of type %d", type);
  if (domain != AF_UNIX && protocol != IPPROTO_TCP && protocol != IPPROTO_MPTCP)
    return g_strdup_printf ("is a stream socket of protocol %d", protocol);
  if (get_option (socket, SO_ACCEPTCONN) != 1)
    return g_strdup ("does not listen: it is connected (Accept=yes), or listen() was not called");

  return NULL;
}

WsListenSocket *
ws_listen_socket_adopt (GSocket          *socket,
                        const WsSettings *settings,
                        WsBoundAddress   *bound,
                        GError          **error)
{
  WsListenSocket  *self;
  g_autofree char *fault = find_fault (socket);

  if (fault == NULL && !set_bound_address (bound, socket))
    fault = g_strdup ("has no address");
  if (fault != NULL)
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                    "Invalid argument: descriptor %d %s; expected is a listening TCP or Unix stream socket",
                    g_socket_get_fd (socket), fault);
      return NULL;
    }

  self = listen_socket_new (g_object_ref (socket));
  ws_listen_socket_apply_settings (self, settings);
  return self;
}
