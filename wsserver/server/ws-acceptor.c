/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-acceptor-private.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>

#include "wsserver/base/ws-container-private.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/io/ws-socket-private.h"
#include "wsserver/io/ws-unix-path-private.h"

/* How many clients are accepted before other sources of the main context are dispatched. */
#define ACCEPT_BATCH 64

/* After so many failures in a row it is not about single clients. */
#define MAX_FAILURES 1024

/* More clients than can wait on a socket, so a flood does not keep ws_acceptor_drain(). */
#define MAX_DRAINED 8192

#define RETRY_INTERVAL_US G_USEC_PER_SEC
#define LATE_CLIENT_MS 5

typedef struct
{
  WsWatch         watch;
  WsAcceptor     *acceptor;
  WsListenSocket *socket;
} Listener;

struct _WsAcceptor
{
  WsPoller              *poller;
  const WsAcceptorFuncs *funcs;
  gpointer               owner; /* NULL once stopped */

  /* Holds the sockets and closes them. It stays stopped and accepts nothing: its own source accepts one
   * client per iteration of the main context and, without a free file descriptor, spins and prints
   * warnings. The poller accepts in batches, and stops when descriptors run out. */
  GSocketService *service;
  GPtrArray      *listeners;
  WsUnixPath      unix_path;

  WsTimerQueue retry_timers;
  WsTimer      retry_timer;
  gboolean     paused;     /* accepting fails */
  gboolean     reported;   /* the owner knows; reset when all waiting clients have been accepted */
  gboolean     draining;   /* ws_acceptor_drain() */
  guint        n_failures; /* in a row, each about one client or the network */

  gboolean adopted; /* the sockets were handed in */
  gboolean shared;  /* other sockets may listen on the port */
};

static void listener_ready (WsWatch     *watch,
                            WsPollEvents events);

static gboolean
listener_has_backlog (WsWatch *watch)
{
  return FALSE;
}

static int
get_listener_fd (const Listener *listener)
{
  return g_socket_get_fd (listener->socket->socket);
}

static const WsWatchFuncs listener_watch_funcs = {
  .ready = listener_ready,
  .has_backlog = listener_has_backlog,
};

static void
listener_free (gpointer data)
{
  Listener *listener = data;

  ws_poller_remove_watch (listener->acceptor->poller, &listener->watch);
  ws_listen_socket_free (listener->socket);
  g_free (listener);
}

static void
retry_timer_expired (WsTimer *timer)
{
  ws_acceptor_resume (WS_CONTAINER_OF (timer, WsAcceptor, retry_timer));
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
  ws_timer_queue_init (&self->retry_timers, RETRY_INTERVAL_US, retry_timer_expired);
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

void
ws_acceptor_stop (WsAcceptor *self)
{
  self->owner = NULL;
  /* While the socket still listens, no other server takes it for a stale one and replaces it. */
  ws_unix_path_remove (&self->unix_path);
  ws_timer_disarm (&self->retry_timer);
  ws_poller_remove_timer_queue (self->poller, &self->retry_timers);
  g_ptr_array_set_size (self->listeners, 0);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
  g_rc_box_release_full (self, acceptor_clear);
}

/* --- accepting ------------------------------------------------------------------------------- */

static void
watch_listeners (WsAcceptor  *self,
                 WsPollEvents events)
{
  for (guint i = 0; i < self->listeners->len; i++)
    ws_poller_modify_watch (self->poller, self->listeners->pdata[i], events);
}

static void
pause_accepting (WsAcceptor *self,
                 int         error_number)
{
  GError *error = NULL;

  self->paused = TRUE;
  watch_listeners (self, 0);
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
  watch_listeners (self, WS_POLL_IN);
}

/* Whether the error is about one client or the network; accept(2) says to go on. */
static gboolean
is_transient_accept_error (int error_number)
{
  switch (error_number)
    {
    case EINTR:
    case ECONNABORTED:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
#ifdef ENONET
    case ENONET:
#endif
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EPERM: /* a firewall forbids it, or a filter of system calls does, which stays so */
      return TRUE;
    default:
      return FALSE;
    }
}

/* Whether this socket will never accept again: other code has shut it down or closed it. */
static gboolean
is_final_accept_error (int error_number)
{
  return error_number == EBADF || error_number == ENOTSOCK || error_number == EINVAL ||
         error_number == EOPNOTSUPP;
}

static gboolean
has_waiting_client (Listener *listener,
                    int       timeout_ms)
{
  GPollFD poll_fd = { .fd = get_listener_fd (listener), .events = G_IO_IN };

  return g_poll (&poll_fd, 1, timeout_ms) > 0;
}

static gboolean
is_out_of_descriptors (int error_number)
{
  return error_number == EMFILE || error_number == ENFILE;
}

/* Linux looks for a free descriptor before it looks for a client. */
static gboolean
is_nobody_waiting (Listener *listener,
                   int       error_number)
{
  return error_number == EAGAIN ||
         (is_out_of_descriptors (error_number) && !has_waiting_client (listener, 0));
}

/* A socket that was shut down is ready for ever. */
static void
give_up (Listener *listener,
         int       error_number)
{
  WsAcceptor *self = listener->acceptor;
  GError     *error = NULL;

  ws_poller_remove_watch (self->poller, &listener->watch);
  if (self->draining)
    return;

  ws_set_error_from_errno (&error, error_number, "accepting clients; this socket accepts no more of them");
  self->funcs->failed (self->owner, error);
}

static void
handle_accept_error (Listener *listener,
                     int       error_number)
{
  WsAcceptor *self = listener->acceptor;

  if (is_final_accept_error (error_number))
    give_up (listener, error_number);
  else if (is_out_of_descriptors (error_number) && self->funcs->make_room (self->owner))
    return;
  else if (!is_transient_accept_error (error_number) || ++self->n_failures >= MAX_FAILURES)
    pause_accepting (self, error_number);
}

/* TRUE if there may be more. */
static gboolean
accept_clients (Listener *listener)
{
  WsAcceptor *self = g_rc_box_acquire (listener->acceptor);
  gboolean    more = TRUE;

  for (guint i = 0; i < ACCEPT_BATCH && more && self->owner != NULL && !self->paused; i++)
    {
      WsPeerAddress peer = { 0 };
      int           fd = ws_socket_accept (get_listener_fd (listener), &peer);
      int           error_number = errno;

      if (fd >= 0)
        {
          self->n_failures = 0;
          self->funcs->accepted (self->owner, fd, &peer);
        }
      else if (is_nobody_waiting (listener, error_number))
        {
          self->n_failures = 0;
          self->reported = FALSE;
          more = FALSE;
        }
      else
        {
          more = !is_final_accept_error (error_number);
          handle_accept_error (listener, error_number);
        }
    }

  more = more && self->owner != NULL && !self->paused;
  g_rc_box_release_full (self, acceptor_clear);
  return more;
}

static void
listener_ready (WsWatch     *watch,
                WsPollEvents events)
{
  Listener   *listener = WS_CONTAINER_OF (watch, Listener, watch);
  WsAcceptor *self = g_rc_box_acquire (listener->acceptor);

  /* A Unix socket that was shut down has no clients, and says so for ever. */
  if (!accept_clients (listener) && self->owner != NULL && (events & WS_POLL_HANG_UP) != 0 &&
      watch->poller != NULL)
    give_up (listener, EINVAL);
  g_rc_box_release_full (self, acceptor_clear);
}

/* On a shared port, a client whose handshake has begun on this machine is to be served like those before
 * it; it may be complete in a moment. Clients behind a network are not waited for: with the sysctl
 * net.ipv4.tcp_migrate_req the system hands them to another socket on the port. */
static gboolean
wait_for_late_client (WsAcceptor *self,
                      Listener   *listener)
{
  return self->shared && self->owner != NULL && !self->paused &&
         has_waiting_client (listener, LATE_CLIENT_MS);
}

/* The listener may be gone afterwards. */
static void
drain_listener (WsAcceptor *self,
                Listener   *listener)
{
  gboolean more = TRUE;

  for (guint n = 0; more && n < MAX_DRAINED; n += ACCEPT_BATCH)
    more = accept_clients (listener) || (self->owner != NULL && wait_for_late_client (self, listener));
}

/* New connections are ignored first: the client repeats its request and reaches another socket on the
 * port, or is refused. A connection completed between the last accept() and close() would be reset. */
void
ws_acceptor_drain (WsAcceptor *self)
{
  /* Another process may hold a copy of a socket that was handed in, and go on accepting. */
  if (self->adopted || self->paused)
    return;

  g_rc_box_acquire (self);
  self->draining = TRUE;
  /* A Unix socket that refuses clients is one that another server may replace. */
  ws_unix_path_remove (&self->unix_path);
  for (guint i = 0; i < self->listeners->len; i++)
    ws_socket_ignore_new_connections (((Listener *) self->listeners->pdata[i])->socket->socket);
  for (guint i = 0; self->owner != NULL && i < self->listeners->len; i++)
    drain_listener (self, self->listeners->pdata[i]);
  g_rc_box_release_full (self, acceptor_clear);
}

/* --- listening ------------------------------------------------------------------------------- */

/* Takes the socket. */
static gboolean
take_socket (WsAcceptor     *self,
             WsListenSocket *socket,
             GError        **error)
{
  Listener *listener = g_new0 (Listener, 1);
  GError   *gio_error = NULL;

  listener->acceptor = self;
  listener->socket = socket;
  g_ptr_array_add (self->listeners, listener);
  if (!g_socket_listener_add_socket (G_SOCKET_LISTENER (self->service), socket->socket, NULL, &gio_error))
    {
      ws_propagate_gio_error (error, gio_error, "the listening socket");
      return FALSE;
    }

  g_socket_set_blocking (socket->socket, FALSE);
  if (ws_poller_add_watch (self->poller, &listener->watch, &listener_watch_funcs, get_listener_fd (listener),
                           WS_POLL_IN))
    return TRUE;

  ws_set_error_from_errno (error, errno, "watching the listening socket");
  return FALSE;
}

gboolean
ws_acceptor_listen (WsAcceptor            *self,
                    const WsListenRequest *request,
                    WsBoundAddress        *bound,
                    GError               **error)
{
  g_autoptr (GPtrArray) sockets = ws_listen_sockets_open (request, bound, error);
  const char *path = ws_listen_address_get_unix_path (request->host);

  if (sockets == NULL)
    return FALSE;

  self->shared = !request->settings->bind_exclusively;
  if (path != NULL)
    ws_unix_path_remember (&self->unix_path, path);
  while (sockets->len > 0)
    if (!take_socket (self, g_ptr_array_steal_index (sockets, 0), error))
      return FALSE;

  return TRUE;
}

gboolean
ws_acceptor_adopt (WsAcceptor       *self,
                   GSocket          *socket,
                   const WsSettings *settings,
                   WsBoundAddress   *bound,
                   GError          **error)
{
  WsListenSocket *adopted = ws_listen_socket_adopt (socket, settings, bound, error);

  self->adopted = TRUE;
  return adopted != NULL && take_socket (self, adopted, error);
}

void
ws_acceptor_apply_settings (WsAcceptor       *self,
                            const WsSettings *settings)
{
  for (guint i = 0; i < self->listeners->len; i++)
    ws_listen_socket_apply_settings (((Listener *) self->listeners->pdata[i])->socket, settings);
}

static gboolean
is_local_socket (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  if (G_IS_INET_SOCKET_ADDRESS (address))
    return g_inet_address_get_is_loopback (
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));

  return G_IS_UNIX_SOCKET_ADDRESS (address);
}

gboolean
ws_acceptor_is_local (WsAcceptor *self)
{
  for (guint i = 0; i < self->listeners->len; i++)
    if (!is_local_socket (((Listener *) self->listeners->pdata[i])->socket->socket))
      return FALSE;

  return TRUE;
}
