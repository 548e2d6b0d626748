/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <linux/filter.h>
#include <linux/socket.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/server/ws-acceptor-private.h"

/* So many are accepted before others get their turn. */
#define ACCEPT_BATCH 64

#define LATE_CLIENT_MS 5

/* What a setting of 0 leaves to the system. */
enum
{
  OPTION_IN_BUFFER,
  OPTION_OUT_BUFFER,
  OPTION_KEEP_ALIVE_TIME,
  OPTION_KEEP_ALIVE_INTERVAL,
  N_OPTIONS,
};

static const struct
{
  int level;
  int option;
} socket_options[N_OPTIONS] = {
  { SOL_SOCKET, SO_RCVBUF },
  { SOL_SOCKET, SO_SNDBUF },
  { IPPROTO_TCP, TCP_KEEPIDLE },
  { IPPROTO_TCP, TCP_KEEPINTVL },
};

typedef struct
{
  WsWatch     watch;
  WsAcceptor *acceptor;
  GSocket    *socket;
  int         before[N_OPTIONS]; /* values that settings have replaced; 0: none has */
} Listener;

struct _WsAcceptor
{
  WsPoller              *poller;
  const WsAcceptorFuncs *funcs;
  gpointer               owner; /* NULL once stopped */
  GSocketService        *service;
  GPtrArray             *listeners;
  char                  *unix_path; /* to be removed, if it is still … */
  dev_t                  unix_device;
  ino_t                  unix_inode; /* … this one, and not a successor's */
  WsTimerQueue           retry_timers;
  WsTimer                retry_timer;
  gboolean               paused;
  gboolean               adopted; /* the sockets were handed in */
  gboolean               shared;  /* other sockets may listen on the port */
  /* that accepting fails; once until a descriptor is free and nobody waits */
  gboolean reported;
};

static gboolean accept_clients (Listener *listener);

static void
listener_ready (WsWatch     *watch,
                WsPollEvents events)
{
  accept_clients ((Listener *) watch);
}

static gboolean
listener_has_backlog (WsWatch *watch)
{
  return FALSE;
}

static const WsWatchFuncs listener_watch_funcs = {
  .ready = listener_ready,
  .has_backlog = listener_has_backlog,
};

static void
retry_timer_expired (WsTimer *timer)
{
  ws_acceptor_resume ((WsAcceptor *) ((guint8 *) timer - G_STRUCT_OFFSET (WsAcceptor, retry_timer)));
}

static void
listener_free (gpointer data)
{
  Listener *listener = data;

  ws_poller_remove_watch (listener->acceptor->poller, &listener->watch);
  g_socket_close (listener->socket, NULL);
  g_object_unref (listener->socket);
  g_free (listener);
}

WsAcceptor *
ws_acceptor_new (WsPoller              *poller,
                 const WsAcceptorFuncs *funcs,
                 gpointer               owner)
{
  WsAcceptor *self = g_rc_box_new0 (WsAcceptor);

  self->poller = ws_poller_ref (poller);
  self->funcs = funcs;
  self->owner = owner;
  self->service = g_socket_service_new ();
  g_socket_service_stop (self->service);
  self->listeners = g_ptr_array_new_with_free_func (listener_free);
  ws_timer_queue_init (&self->retry_timers, G_USEC_PER_SEC, retry_timer_expired);
  ws_poller_add_timer_queue (poller, &self->retry_timers);
  return self;
}

static void
acceptor_clear (gpointer data)
{
  WsAcceptor *self = data;

  g_ptr_array_unref (self->listeners);
  ws_poller_unref (self->poller);
}

static void
remove_unix_path (WsAcceptor *self)
{
  struct stat info;

  if (self->unix_path != NULL && lstat (self->unix_path, &info) == 0 && info.st_dev == self->unix_device &&
      info.st_ino == self->unix_inode)
    g_unlink (self->unix_path);
  g_clear_pointer (&self->unix_path, g_free);
}

void
ws_acceptor_stop (WsAcceptor *self)
{
  self->owner = NULL;
  ws_timer_disarm (&self->retry_timer);
  ws_poller_remove_timer_queue (self->poller, &self->retry_timers);
  g_ptr_array_set_size (self->listeners, 0);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
  remove_unix_path (self);
  g_rc_box_release_full (self, acceptor_clear);
}

/* --- accepting ------------------------------------------------------------------------------- */

static void
pause_accepting (WsAcceptor *self,
                 int         error_number)
{
  GError *error = NULL;

  self->paused = TRUE;
  for (guint i = 0; i < self->listeners->len; i++)
    ws_poller_modify_watch (self->poller, self->listeners->pdata[i], 0);
  ws_timer_arm (&self->retry_timer, &self->retry_timers, ws_poller_get_time (self->poller));

  if (self->reported)
    return;

  self->reported = TRUE;
  ws_set_error_from_errno (&error, error_number, "accepting clients; trying again when one has left, or in a second");
  self->funcs->failed (self->owner, error);
}

void
ws_acceptor_resume (WsAcceptor *self)
{
  if (!self->paused)
    return;

  self->paused = FALSE;
  ws_timer_disarm (&self->retry_timer);
  for (guint i = 0; i < self->listeners->len; i++)
    ws_poller_modify_watch (self->poller, self->listeners->pdata[i], WS_POLL_IN);
}

/* What accept() reports of the client or the network, not of this side; accept(2) says to go on. */
static gboolean
is_of_the_client (int error_number)
{
  switch (error_number)
    {
    case EINTR:
    case ECONNABORTED:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case EPERM: /* a firewall's word */
      return TRUE;
    default:
      return FALSE;
    }
}

/* TRUE if there may be more. */
static gboolean
accept_clients (Listener *listener)
{
  WsAcceptor *self = g_rc_box_acquire (listener->acceptor);
  gboolean    more = TRUE;

  for (guint i = 0; i < ACCEPT_BATCH && self->owner != NULL && !self->paused; i++)
    {
      WsPeerAddress peer = { 0 };
      socklen_t     length = sizeof peer;
      int           fd =
          accept4 (g_socket_get_fd (listener->socket), &peer.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd >= 0)
        {
          self->funcs->accepted (self->owner, fd, &peer);
        }
      else if (errno == EAGAIN)
        {
          self->reported = FALSE;
          more = FALSE;
          break;
        }
      else if (!is_of_the_client (errno))
        pause_accepting (self, errno);
    }

  more = more && self->owner != NULL && !self->paused;
  g_rc_box_release_full (self, acceptor_clear);
  return more;
}

/* --- listening ------------------------------------------------------------------------------- */

static char *
describe_address (GSocketAddress *address)
{
  return g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
}

static void
set_option (GSocket *socket,
            int      level,
            int      option,
            int      value)
{
  /* A value that the system refuses is no error: reading the option back shows the value in use. */
  g_socket_set_option (socket, level, option, value, NULL);
}

/* A buffer whose size was set has one size for ever, until the lock is taken off; socket(7). */
static void
restore_option (GSocket *socket,
                guint    index,
                int      value)
{
  gboolean is_buffer = socket_options[index].level == SOL_SOCKET;

  /* Linux reads back the double of what was set. */
  set_option (socket, socket_options[index].level, socket_options[index].option,
              is_buffer ? value / 2 : value);
#ifdef SO_BUF_LOCK
  int locks;

  if (is_buffer && g_socket_get_option (socket, SOL_SOCKET, SO_BUF_LOCK, &locks, NULL))
    set_option (socket, SOL_SOCKET, SO_BUF_LOCK,
                locks & ~(index == OPTION_IN_BUFFER ? SOCK_RCVBUF_LOCK : SOCK_SNDBUF_LOCK));
#endif
}

static void
apply_option (GSocket *socket,
              int     *before,
              guint    index,
              int      value)
{
  if (value == 0 && before[index] == 0)
    return;

  if (value == 0)
    {
      restore_option (socket, index, before[index]);
      before[index] = 0;
      return;
    }

  if (before[index] == 0)
    g_socket_get_option (socket, socket_options[index].level, socket_options[index].option, &before[index],
                         NULL);
  set_option (socket, socket_options[index].level, socket_options[index].option, value);
}

static int
round_up_to_seconds (guint ms)
{
  return (int) ((ms + 999) / 1000);
}

static void
apply_settings (GSocket          *socket,
                int              *before,
                const WsSettings *settings)
{
  gboolean keep_alive = settings->keep_alive_time_ms > 0 || settings->keep_alive_interval_ms > 0;

  apply_option (socket, before, OPTION_IN_BUFFER, (int) settings->in_buffer_bytes);
  apply_option (socket, before, OPTION_OUT_BUFFER, (int) settings->out_buffer_bytes);
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX)
    return;

  set_option (socket, IPPROTO_TCP, TCP_NODELAY, settings->tcp_no_delay);
  set_option (socket, SOL_SOCKET, SO_KEEPALIVE, keep_alive);
  apply_option (socket, before, OPTION_KEEP_ALIVE_TIME, round_up_to_seconds (settings->keep_alive_time_ms));
  apply_option (socket, before, OPTION_KEEP_ALIVE_INTERVAL,
                round_up_to_seconds (settings->keep_alive_interval_ms));
}

void
ws_acceptor_apply_settings (WsAcceptor       *self,
                            const WsSettings *settings)
{
  for (guint i = 0; i < self->listeners->len; i++)
    {
      Listener *listener = self->listeners->pdata[i];

      apply_settings (listener->socket, listener->before, settings);
    }
}

/* A path left by a server that is gone refuses connections; one in use accepts them. */
static gboolean
is_stale_unix_socket (const char *path)
{
  struct stat info;

  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) probe = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GError) error = NULL;

  /* Anything else than a socket also refuses, and is not ours to remove. */
  if (probe == NULL || lstat (path, &info) != 0 || !S_ISSOCK (info.st_mode))
    return FALSE;

  g_socket_set_blocking (probe, FALSE);
  return !g_socket_connect (probe, address, NULL, &error) &&
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* By the system's own calls, since a GError of GIO no longer says which errno it was. */
static int
bind_socket (GSocket        *socket,
             GSocketAddress *address)
{
  struct sockaddr_storage native = { 0 };
  gssize                  length = g_socket_address_get_native_size (address);

  set_option (socket, SOL_SOCKET, SO_REUSEADDR, g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX);
  if (!g_socket_address_to_native (address, &native, sizeof native, NULL))
    return EINVAL;

  return bind (g_socket_get_fd (socket), (struct sockaddr *) &native, (socklen_t) length) == 0 ? 0 : errno;
}

static gboolean
bind_and_listen (GSocket        *socket,
                 GSocketAddress *address,
                 int             backlog,
                 const char     *subject,
                 GError        **error)
{
  const char *path = G_IS_UNIX_SOCKET_ADDRESS (address)
                         ? g_unix_socket_address_get_path ((GUnixSocketAddress *) address)
                         : NULL;
  int         error_number = bind_socket (socket, address);

  if (error_number == EADDRINUSE && path != NULL && is_stale_unix_socket (path))
    {
      g_unlink (path);
      error_number = bind_socket (socket, address);
    }
  if (error_number != 0)
    {
      ws_set_error_from_errno (error, error_number, subject);
      return FALSE;
    }

  g_socket_set_listen_backlog (socket, backlog);
  return g_socket_listen (socket, error);
}

static gboolean
add_listener (WsAcceptor *self,
              GSocket    *socket,
              const int  *before,
              GError    **error)
{
  Listener *listener;

  if (!g_socket_listener_add_socket (G_SOCKET_LISTENER (self->service), socket, NULL, error))
    return FALSE;

  g_socket_set_blocking (socket, FALSE);
  listener = g_new0 (Listener, 1);
  listener->acceptor = self;
  listener->socket = g_object_ref (socket);
  memcpy (listener->before, before, sizeof listener->before);
  g_ptr_array_add (self->listeners, listener);
  if (ws_poller_add_watch (self->poller, &listener->watch, &listener_watch_funcs, g_socket_get_fd (socket),
                           WS_POLL_IN))
    return TRUE;

  ws_set_error_from_errno (error, errno, "watching the listening socket");
  return FALSE;
}

/* By the system's own call as well: the fallback to IPv4 has to know why there is none. */
static GSocket *
open_socket (GSocketFamily family,
             const char   *subject,
             GError      **error)
{
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    {
      ws_set_error_from_errno (error, errno, subject);
      return NULL;
    }

  return g_socket_new_from_fd (fd, error);
}

static gboolean
listen_on (WsAcceptor       *self,
           GSocketAddress   *address,
           int               backlog,
           const WsSettings *settings,
           GError          **error)
{
  g_autoptr (GSocket) socket = NULL;
  GError          *gio_error = NULL;
  g_autofree char *subject = describe_address (address);
  int              before[N_OPTIONS] = { 0 };

  socket = open_socket (g_socket_address_get_family (address), subject, &gio_error);
  if (socket != NULL)
    {
      self->shared = !settings->bind_exclusively;
      if (self->shared)
        set_option (socket, SOL_SOCKET, SO_REUSEPORT, 1);
      if (g_socket_get_family (socket) == G_SOCKET_FAMILY_IPV6)
        set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, settings->use_ipv6 == 1);
      apply_settings (socket, before, settings);
    }
  if (socket == NULL || !bind_and_listen (socket, address, backlog, subject, &gio_error) ||
      !add_listener (self, socket, before, &gio_error))
    {
      ws_propagate_gio_error (error, gio_error, subject);
      return FALSE;
    }

  return TRUE;
}

static gboolean
listen_on_path (WsAcceptor       *self,
                const char       *path,
                int               backlog,
                const WsSettings *settings,
                GError          **error)
{
  g_autoptr (GSocketAddress) address = NULL;
  struct stat info;

  if (strlen (path) >= sizeof (((struct sockaddr_un *) NULL)->sun_path))
    {
      ws_set_error_from_errno (error, ENAMETOOLONG, path);
      return FALSE;
    }

  address = g_unix_socket_address_new (path);
  if (!listen_on (self, address, backlog, settings, error))
    return FALSE;

  if (lstat (path, &info) == 0)
    {
      self->unix_path = g_strdup (path);
      self->unix_device = info.st_dev;
      self->unix_inode = info.st_ino;
    }
  return TRUE;
}

/* The addresses a host stands for, in the families that UseIPv6 allows. */
static GList *
resolve (const char       *host,
         const WsSettings *settings,
         GError          **error)
{
  g_autoptr (GResolver) resolver = NULL;
  g_autoptr (GInetAddress) literal = g_inet_address_new_from_string (host);
  GResolverNameLookupFlags flags = G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT;
  GError                  *resolver_error = NULL;
  GList                   *addresses;

  if (*host == '\0')
    return g_list_append (
        NULL, g_inet_address_new_any (settings->use_ipv6 == 0 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6));

  if (literal != NULL)
    {
      gboolean is_ipv6 = g_inet_address_get_family (literal) == G_SOCKET_FAMILY_IPV6;

      if (settings->use_ipv6 != 2 && is_ipv6 != (settings->use_ipv6 == 1))
        {
          g_set_error (error, WS_ERROR, WS_ERROR_ADDRESS_FAMILY_NOT_SUPPORTED,
                       "[%d] Address family not supported: %s is an %s address, but UseIPv6 is %u",
                       WS_ERROR_ADDRESS_FAMILY_NOT_SUPPORTED, host, is_ipv6 ? "IPv6" : "IPv4",
                       settings->use_ipv6);
          return NULL;
        }
      return g_list_append (NULL, g_steal_pointer (&literal));
    }

  if (settings->use_ipv6 != 2)
    flags = settings->use_ipv6 == 0 ? G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY
                                    : G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY;
  resolver = g_resolver_get_default ();
  addresses = g_resolver_lookup_by_name_with_flags (resolver, host, flags, NULL, &resolver_error);
  if (addresses == NULL)
    ws_propagate_gio_error (error, resolver_error, host);
  return addresses;
}

static gboolean
get_bound_port (WsAcceptor *self,
                guint      *port)
{
  Listener *first = self->listeners->pdata[0];
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (first->socket, NULL);

  if (address == NULL || !G_IS_INET_SOCKET_ADDRESS (address))
    return FALSE;

  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  return TRUE;
}

static gboolean
listen_on_host (WsAcceptor       *self,
                const char       *host,
                guint            *port,
                int               backlog,
                const WsSettings *settings,
                char            **bound_host,
                GError          **error)
{
  GList   *addresses = resolve (host, settings, error);
  gboolean listening = addresses != NULL;

  for (GList *link = addresses; link != NULL && listening; link = link->next)
    {
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new (link->data, (guint16) *port);
      g_autoptr (GError) own_error = NULL;

      if (listen_on (self, address, backlog, settings, &own_error))
        {
          get_bound_port (self, port);
          if (*bound_host == NULL)
            *bound_host = g_inet_address_to_string (link->data);
        }
      else if (settings->use_ipv6 == 2 && (*host == '\0' || link->next != NULL || *bound_host != NULL) &&
               g_inet_address_get_family (link->data) == G_SOCKET_FAMILY_IPV6 &&
               g_error_matches (own_error, WS_ERROR, WS_ERROR_ADDRESS_FAMILY_NOT_SUPPORTED))
        {
          /* A system without IPv6: fall back to IPv4. */
          if (*host == '\0')
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

static char *
describe_bound_address (GSocketAddress *address,
                        guint          *port)
{
  *port = 0;
  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    return g_strdup (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)));

  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

gboolean
ws_acceptor_adopt (WsAcceptor       *self,
                   GSocket          *socket,
                   const WsSettings *settings,
                   char            **bound_host,
                   guint            *bound_port,
                   GError          **error)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);
  int is_listening = 0;
  int before[N_OPTIONS] = { 0 };

  if (address == NULL || !(G_IS_INET_SOCKET_ADDRESS (address) || G_IS_UNIX_SOCKET_ADDRESS (address)) ||
      !g_socket_get_option (socket, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, NULL) || !is_listening)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT,
                   "[%d] Invalid argument: descriptor %d is no listening TCP or Unix stream socket",
                   WS_ERROR_INVALID_ARGUMENT, g_socket_get_fd (socket));
      return FALSE;
    }

  apply_settings (socket, before, settings);
  *bound_host = describe_bound_address (address, bound_port);
  self->adopted = TRUE;
  return add_listener (self, socket, before, error);
}

/* The system drops what would begin a new connection here. Its client knocks again by itself and
 * finds whoever shares the port, or nobody; without this it could come between the last accept and
 * the closing of the socket, and be reset. */
static void
stop_new_connections (GSocket *socket)
{
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_B | BPF_ABS, 13), /* the flags of the TCP header, RFC 9293 §3.1 */
    BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, TH_SYN, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, 0),
    BPF_STMT (BPF_RET | BPF_K, G_MAXUINT32),
  };
  struct sock_fprog program = { .len = G_N_ELEMENTS (code), .filter = code };

  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

/* Of those whose handshake had begun on this machine the last one may be a moment away; on a shared
 * port it is to be served like its neighbours. Those with a network between them are not waited for:
 * the sysctl net.ipv4.tcp_migrate_req hands them to the other socket. */
static gboolean
has_late_client (WsAcceptor *self,
                 guint       i)
{
  GPollFD poll_fd = { .events = G_IO_IN };

  if (!self->shared || self->owner == NULL || self->paused)
    return FALSE;

  poll_fd.fd = g_socket_get_fd (((Listener *) self->listeners->pdata[i])->socket);
  return g_poll (&poll_fd, 1, LATE_CLIENT_MS) > 0;
}

void
ws_acceptor_drain (WsAcceptor *self)
{
  /* Of a socket that was handed in, another process may hold a copy and go on accepting. */
  if (self->adopted || self->paused)
    return;

  g_rc_box_acquire (self);
  for (guint i = 0; i < self->listeners->len; i++)
    stop_new_connections (((Listener *) self->listeners->pdata[i])->socket);
  for (guint i = 0; self->owner != NULL && i < self->listeners->len;)
    if (!accept_clients (self->listeners->pdata[i]) && !has_late_client (self, i))
      i++;
  g_rc_box_release_full (self, acceptor_clear);
}

static const char *
get_unix_path (const char *host)
{
  if (g_str_has_prefix (host, "unix:"))
    return host + strlen ("unix:");

  return *host == '/' ? host : NULL;
}

gboolean
ws_acceptor_listen (WsAcceptor       *self,
                    const char       *host,
                    guint             port,
                    int               backlog,
                    const WsSettings *settings,
                    char            **bound_host,
                    guint            *bound_port,
                    GError          **error)
{
  const char *path = get_unix_path (host);

  *bound_host = NULL;
  *bound_port = port;
  if (path == NULL)
    return listen_on_host (self, host, bound_port, backlog, settings, bound_host, error);

  *bound_host = g_strdup (host);
  return listen_on_path (self, path, backlog, settings, error);
}
