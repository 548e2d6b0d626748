/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting, accepting, stopping. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "wsserver/connection/ws-connection-closing-private.h"
#include "wsserver/connection/ws-connection-context-private.h"
#include "wsserver/connection/ws-connection-loop-private.h"
#include "wsserver/connection/ws-connection-map-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/io/ws-peer-address-private.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/request/ws-connection-request-private.h"
#include "wsserver/io/ws-block-cache-private.h"
#include "wsserver/server/ws-server-private.h"

/* So many clients beyond MaxConnections are told 503; those beyond them are only dropped. */
#define MAX_TOLD_OVER_CAPACITY 64

#define FIRST_ACTIVATION_FD 3 /* SD_LISTEN_FDS_START */

/* What do_events() waits when there is nothing to do. */
#define DO_EVENTS_WAIT_MS 50

static gboolean
is_allowed_client (WsServer   *self,
                   const char *address)
{
  /* Who may use a Unix socket is the file system's affair. */
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
ask_about_client (WsServer            *self,
                  const WsPeerAddress *peer)
{
  g_autoptr (WsConnectionRequest) request = NULL;
  g_autofree char *address = NULL;
  gboolean         accept;

  if (has_default_access (self) && !ws_server_wants (self, WS_SERVER_SIGNAL_CONNECTION_REQUEST))
    return TRUE;

  address = ws_peer_address_to_string (peer);
  request = ws_connection_request_new (address, ws_peer_address_get_port (peer),
                                       is_allowed_client (self, address));
  g_signal_emit (self, ws_server_signals[WS_SERVER_SIGNAL_CONNECTION_REQUEST], 0, request);
  accept = ws_connection_request_get_accept (request);
  if (!accept)
    ws_server_log (self, WS_LOG_INFO, "Info", "Client %s refused by the application, AllowedClients or BlockedClients", address);
  return accept;
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
  if (over_capacity && self->n_over_capacity >= MAX_TOLD_OVER_CAPACITY)
    {
      close (fd);
      return;
    }

  connection = ws_connection_new (&self->context, ++self->last_id, ws_server_new_transport (self, fd), peer,
                                  self->default_timeout_s, over_capacity);
  self->n_over_capacity += over_capacity;
  ws_connection_map_add (self->connections, connection);
  if (!ws_connection_start (connection, &error))
    ws_connection_lost (connection, error);
}

static void
client_accepted (gpointer             owner,
                 int                  fd,
                 const WsPeerAddress *peer)
{
  WsServer *self = g_object_ref (owner);

  if (!ask_about_client (self, peer))
    close (fd);
  else if (self->poller == NULL) /* the handler has disposed of the server */
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
  ws_server_emit_error (self, NULL, error->code, error->message);
  g_error_free (error);
  g_object_unref (self);
}

static const WsAcceptorFuncs acceptor_funcs = {
  .accepted = client_accepted,
  .failed = accepting_failed,
};

static void
clear_shutdown_deadline (WsServer *self)
{
  if (self->shutdown_deadline != NULL)
    g_source_destroy (self->shutdown_deadline);
  g_clear_pointer (&self->shutdown_deadline, g_source_unref);
}

/* After the last disconnected, so that a program may quit in the callback. */
void
ws_server_finish_shutdowns (WsServer *self)
{
  GTask *task;

  if (self->shutdowns.length == 0 || ws_connection_map_count (self->connections) > 0)
    return;

  clear_shutdown_deadline (self);
  while ((task = g_queue_pop_head (&self->shutdowns)) != NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

void
ws_server_connection_ended (WsServer     *self,
                            WsConnection *connection)
{
  if (connection->over_capacity)
    self->n_over_capacity--;
  ws_connection_map_remove (self->connections, connection);
  if (self->acceptor != NULL)
    ws_acceptor_resume (self->acceptor);
  if (ws_connection_map_count (self->connections) == 0)
    ws_block_cache_clear ();
}

void
ws_server_end_all (WsServer   *self,
                   guint       code,
                   const char *description)
{
  g_autoptr (GPtrArray) all = ws_connection_map_snapshot (self->connections);

  for (guint i = 0; i < all->len; i++)
    ws_connection_end (all->pdata[i], code, description);
}

static void
stop_accepting (WsServer *self)
{
  if (self->acceptor == NULL)
    return;

  g_object_ref (self);
  ws_acceptor_stop (g_steal_pointer (&self->acceptor));
  ws_server_watch_files (self);
  g_clear_pointer (&self->bound_host, g_free);
  ws_server_log (self, WS_LOG_INFO, "Info", "Stopped listening");
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify (G_OBJECT (self), "local-host");
  g_object_notify (G_OBJECT (self), "listening");
  g_object_thaw_notify (G_OBJECT (self));
  g_object_unref (self);
}

/* Nothing will run the loop for this server any more: what is still to be told is told now. */
void
ws_server_dispose_network (WsServer *self)
{
  g_autoptr (GPtrArray) all = NULL;
  WsPoller *poller;

  stop_accepting (self);
  if (self->poller == NULL)
    return;

  all = ws_connection_map_snapshot (self->connections);
  for (guint i = 0; i < all->len; i++)
    {
      ws_connection_end (all->pdata[i], 1001, "the server was disposed of");
      ws_connection_run_pending (all->pdata[i]);
    }
  ws_server_finish_shutdowns (self);
  poller = g_steal_pointer (&self->poller);
  ws_connection_context_clear (&self->context);
  ws_poller_destroy (poller);
  ws_poller_unref (poller);
}

static void
ensure_poller (WsServer *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  WsPoller *old;

  /* Clients of an earlier start_listening() keep their context; without any, it may change. */
  if (self->poller != NULL &&
      (ws_poller_get_context (self->poller) == context || ws_connection_map_count (self->connections) > 0))
    return;

  old = self->poller;
  if (old != NULL)
    ws_connection_context_clear (&self->context);
  self->poller = ws_poller_new (context);
  ws_connection_context_init (&self->context, &ws_server_owner_funcs, self, self->poller, self->settings);
  self->context.message_handler = self->message_handler;
  if (old != NULL)
    {
      ws_poller_destroy (old);
      ws_poller_unref (old);
    }
}

static gboolean
check_not_listening (WsServer *self,
                     GError  **error)
{
  if (self->acceptor == NULL)
    return TRUE;

  g_set_error (error, WS_ERROR, WS_ERROR_ALREADY_LISTENING, "The server is already listening on %s:%u",
               self->bound_host, self->local_port);
  return FALSE;
}

/* Takes the acceptor and the host. */
static void
enter_listening (WsServer   *self,
                 WsAcceptor *acceptor,
                 char       *bound_host,
                 guint       bound_port)
{
  g_autofree char *host = g_strdup (bound_host); /* a handler may stop the server before all is told */

  g_object_ref (self);
  self->acceptor = acceptor;
  self->bound_host = bound_host;
  ws_server_watch_files (self);
  g_object_freeze_notify (G_OBJECT (self));
  if (self->local_port != bound_port)
    {
      self->local_port = bound_port;
      g_object_notify (G_OBJECT (self), "local-port");
    }
  if (!g_str_equal (host, self->local_host))
    g_object_notify (G_OBJECT (self), "local-host");
  g_object_notify (G_OBJECT (self), "listening");
  g_object_thaw_notify (G_OBJECT (self));
  ws_server_log (self, WS_LOG_INFO, "Info", "Listening on %s port %u", host, bound_port);
  g_object_unref (self);
}

/**
 * ws_server_start_listening:
 * @self: a server
 * @error: return location for an error, or %NULL
 *
 * Starts to listen on [property@Ws.Server:local-host] and [property@Ws.Server:local-port].
 *
 * From now on everything happens in the thread-default main context of the caller, which somebody
 * has to run. Afterwards `local-host` reads as the address bound and `local-port` as the port, also
 * where it was 0 and the system has picked one.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_ALREADY_LISTENING`
 * - `WS_ERROR_ADDRESS_IN_USE`, `WS_ERROR_ACCESS_DENIED`, `WS_ERROR_ADDRESS_NOT_AVAILABLE` … as the
 *   system says; the text names the address
 * - `WS_ERROR_HOST_NOT_FOUND` … if `local-host` is a name that cannot be resolved
 *
 * and with [property@Ws.Server:use-ssl] also to:
 *
 * - `WS_ERROR_SERVER_CERT_NOT_FOUND` without a certificate in [property@Ws.Server:ssl-cert]
 * - `WS_ERROR_CREDENTIALS` if it has no private key, or no cipher suite is left
 * - `WS_ERROR_TLS_LIBRARY` if no enabled version of TLS can be served, or provider PLATFORM has no backend
 * - `WS_ERROR_CERT_STORE` if SSLClientCACerts or SSLCACerts cannot be read
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), StartListening.
 *
 * Returns: %TRUE if the server listens now
 *
 * Since: 1.0
 */
gboolean
ws_server_start_listening (WsServer *self,
                           GError  **error)
{
  WsListenRequest request;
  WsBoundAddress  bound = { NULL };
  WsAcceptor     *acceptor;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_not_listening (self, error) || (self->use_ssl && !ws_server_update_tls (self, error)))
    return FALSE;

  ensure_poller (self);
  acceptor = ws_acceptor_new (self->poller, &acceptor_funcs, self);
  request = (WsListenRequest){ .host = self->local_host,
                               .port = self->local_port,
                               .backlog = self->connection_backlog,
                               .settings = self->settings };
  if (!ws_acceptor_listen (acceptor, &request, &bound, error))
    {
      ws_acceptor_stop (acceptor);
      ws_bound_address_clear (&bound);
      return FALSE;
    }

  enter_listening (self, acceptor, bound.host, bound.port);
  return TRUE;
}

static gboolean
adopt_sockets (WsServer  *self,
               GPtrArray *sockets,
               GError   **error)
{
  WsBoundAddress bound = { NULL };
  WsAcceptor    *acceptor;

  if (self->use_ssl && !ws_server_update_tls (self, error))
    return FALSE;

  ensure_poller (self);
  acceptor = ws_acceptor_new (self->poller, &acceptor_funcs, self);
  for (guint i = 0; i < sockets->len; i++)
    {
      if (!ws_acceptor_adopt (acceptor, sockets->pdata[i], self->settings, &bound, error))
        {
          ws_acceptor_stop (acceptor);
          ws_bound_address_clear (&bound);
          return FALSE;
        }
    }

  enter_listening (self, acceptor, bound.host, bound.port);
  return TRUE;
}

/**
 * ws_server_listen_on_socket:
 * @self: a server
 * @socket: a TCP or Unix stream socket that listens already
 * @error: return location for an error, or %NULL
 *
 * Starts to listen on a socket that was bound elsewhere, for example handed over by the process
 * that this one replaces.
 *
 * Otherwise like [method@Ws.Server.start_listening]. When the server stops to listen its own
 * descriptor is closed; clients that wait then stay with whoever else holds the socket.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_ALREADY_LISTENING`
 * - `WS_ERROR_INVALID_ARGUMENT` if @socket does not listen
 *
 * Returns: %TRUE if the server listens now
 *
 * Since: 1.0
 */
gboolean
ws_server_listen_on_socket (WsServer *self,
                            GSocket  *socket,
                            GError  **error)
{
  g_autoptr (GPtrArray) sockets = NULL;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET (socket), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_not_listening (self, error))
    return FALSE;

  sockets = g_ptr_array_new ();
  g_ptr_array_add (sockets, socket);
  return adopt_sockets (self, sockets, error);
}

/* sd_listen_fds(3): the descriptors from 3 on are for the process whose number LISTEN_PID gives. */
static GPtrArray *
take_activation_sockets (GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  const char *pid_text = g_getenv ("LISTEN_PID");
  const char *count_text = g_getenv ("LISTEN_FDS");
  guint64     pid;
  guint64     count;

  if (pid_text == NULL || count_text == NULL ||
      !g_ascii_string_to_unsigned (pid_text, 10, 1, G_MAXINT, &pid, NULL) ||
      !g_ascii_string_to_unsigned (count_text, 10, 1, 1024, &count, NULL) || (pid_t) pid != getpid ())
    {
      g_set_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT,
                   "[%d] Invalid argument: no socket was passed to this process in LISTEN_PID and LISTEN_FDS",
                   WS_ERROR_INVALID_ARGUMENT);
      return NULL;
    }

  /* Neither this process again nor its children are to take them a second time. */
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
  for (int fd = FIRST_ACTIVATION_FD; fd < FIRST_ACTIVATION_FD + (int) count; fd++)
    {
      GSocket *socket = g_socket_new_from_fd (fd, NULL);

      if (socket == NULL)
        {
          ws_set_error_from_errno (error, ENOTSOCK, "a descriptor passed in LISTEN_FDS");
          return NULL;
        }
      fcntl (fd, F_SETFD, FD_CLOEXEC);
      g_ptr_array_add (sockets, socket);
    }

  return g_steal_pointer (&sockets);
}

/**
 * ws_server_listen_on_activation_sockets:
 * @self: a server
 * @error: return location for an error, or %NULL
 *
 * Starts to listen on the sockets that the service manager has passed to this process, as systemd
 * does for a unit with a `.socket` file.
 *
 * The environment variables LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES are taken out of the
 * environment. Otherwise like [method@Ws.Server.listen_on_socket].
 *
 * Sets @error to:
 *
 * - `WS_ERROR_ALREADY_LISTENING`
 * - `WS_ERROR_INVALID_ARGUMENT` if none was passed, or one does not listen
 * - `WS_ERROR_NOT_SOCKET`
 *
 * Source: sd_listen_fds(3).
 *
 * Returns: %TRUE if the server listens now
 *
 * Since: 1.0
 */
gboolean
ws_server_listen_on_activation_sockets (WsServer *self,
                                        GError  **error)
{
  g_autoptr (GPtrArray) sockets = NULL;

  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_not_listening (self, error))
    return FALSE;

  sockets = take_activation_sockets (error);
  return sockets != NULL && adopt_sockets (self, sockets, error);
}

/**
 * ws_server_stop_listening:
 * @self: a server
 *
 * Stops to listen: new clients are refused, those that are connected stay. Clients whose socket the
 * system has accepted already are still served. `local-host` reads again as it was set.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), StopListening.
 *
 * Since: 1.0
 */
void
ws_server_stop_listening (WsServer *self)
{
  g_return_if_fail (WS_IS_SERVER (self));

  if (self->acceptor == NULL)
    return;

  g_object_ref (self);
  ws_acceptor_drain (self->acceptor);
  stop_accepting (self);
  g_object_unref (self);
}

/**
 * ws_server_shutdown:
 * @self: a server
 *
 * Stops to listen and begins to close every connection with code 1001.
 *
 * Returns at once; [signal@Ws.Server::disconnected] follows for each client as its closing
 * handshake ends. Requests that are not open yet are dropped.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Shutdown.
 *
 * Since: 1.0
 */
void
ws_server_shutdown (WsServer *self)
{
  g_autoptr (GPtrArray) all = NULL;

  g_return_if_fail (WS_IS_SERVER (self));

  g_object_ref (self);
  stop_accepting (self);
  all = ws_connection_map_snapshot (self->connections);
  for (guint i = 0; i < all->len; i++)
    ws_connection_start_close (all->pdata[i], WS_CLOSE_CODE_GOING_AWAY, "the server is shutting down");
  g_object_unref (self);
}

static gboolean
shutdown_deadline_cb (gpointer user_data)
{
  WsServer *self = user_data;

  g_clear_pointer (&self->shutdown_deadline, g_source_unref);
  g_object_ref (self);
  ws_server_end_all (self, WS_CLOSE_CODE_ABNORMAL, "the server's shutdown has reached its deadline");
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

static void
set_shutdown_deadline (WsServer *self,
                       guint     deadline)
{
  gint64 ready_time = g_get_monotonic_time () + deadline * (gint64) G_USEC_PER_SEC;

  /* Of several the first to come counts. */
  if (self->shutdown_deadline != NULL && g_source_get_ready_time (self->shutdown_deadline) <= ready_time)
    return;

  clear_shutdown_deadline (self);
  self->shutdown_deadline = g_timeout_source_new (G_MAXUINT);
  g_source_set_ready_time (self->shutdown_deadline, ready_time);
  g_source_set_callback (self->shutdown_deadline, shutdown_deadline_cb, self, NULL);
  g_source_attach (self->shutdown_deadline, ws_poller_get_context (self->poller));
}

static gboolean
shutdown_cancelled_cb (GCancellable *cancellable,
                       gpointer      user_data)
{
  GTask    *task = user_data;
  WsServer *self = g_task_get_source_object (task);

  if (g_queue_remove (&self->shutdowns, task))
    {
      g_task_return_error_if_cancelled (task);
      g_object_unref (task);
    }
  return G_SOURCE_REMOVE;
}

static void
destroy_source (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
watch_shutdown_cancellable (WsServer *self,
                            GTask    *task)
{
  GSource *source;

  if (g_task_get_cancellable (task) == NULL)
    return;

  source = g_cancellable_source_new (g_task_get_cancellable (task));
  g_source_set_callback (source, G_SOURCE_FUNC (shutdown_cancelled_cb), task, NULL);
  g_source_attach (source, ws_poller_get_context (self->poller));
  g_task_set_task_data (task, source, destroy_source);
}

/**
 * ws_server_shutdown_async:
 * @self: a server
 * @deadline: seconds after which connections that have not ended are dropped; 0 for none
 * @cancellable: (nullable): cancels the waiting, not the shutdown
 * @callback: (scope async): called when the last connection has ended
 * @user_data: data for @callback
 *
 * Shuts down like [method@Ws.Server.shutdown] and tells when it is over.
 *
 * To end a program in order:
 *
 * ```c
 * static void
 * shut_down_cb (GObject *server, GAsyncResult *result, gpointer loop)
 * {
 *   ws_server_shutdown_finish (WS_SERVER (server), result, NULL);
 *   g_main_loop_quit (loop);
 * }
 *
 * static void
 * quit (WsServer *server, GMainLoop *loop)
 * {
 *   ws_server_shutdown_async (server, 10, NULL, shut_down_cb, loop);
 * }
 * ```
 *
 * Since: 1.0
 */
void
ws_server_shutdown_async (WsServer           *self,
                          guint               deadline,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (WS_IS_SERVER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ws_server_shutdown_async);
  ws_server_shutdown (self);
  if (ws_connection_map_count (self->connections) == 0)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  if (deadline > 0)
    set_shutdown_deadline (self, deadline);
  watch_shutdown_cancellable (self, task);
  g_queue_push_tail (&self->shutdowns, g_steal_pointer (&task));
}

/**
 * ws_server_shutdown_finish:
 * @self: a server
 * @result: the result given to the callback
 * @error: return location for an error, or %NULL
 *
 * Finishes [method@Ws.Server.shutdown_async].
 *
 * Returns: %TRUE when every connection has ended
 *
 * Since: 1.0
 */
gboolean
ws_server_shutdown_finish (WsServer     *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
do_events_timeout_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/**
 * ws_server_do_events:
 * @self: a server
 *
 * Runs the server's main context once: handles what has come, or waits for something up to 50
 * milliseconds.
 *
 * A program that runs a main loop has no use for it. One that does not calls it in a loop.
 *
 * ```c
 * while (ws_server_get_listening (server))
 *   ws_server_do_events (server);
 * ```
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), DoEvents.
 *
 * Since: 1.0
 */
void
ws_server_do_events (WsServer *self)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GSource) timeout = NULL;
  gboolean timed_out = FALSE;

  g_return_if_fail (WS_IS_SERVER (self));

  context = self->poller != NULL ? g_main_context_ref (ws_poller_get_context (self->poller))
                                 : g_main_context_ref_thread_default ();
  timeout = g_timeout_source_new (DO_EVENTS_WAIT_MS);
  g_source_set_callback (timeout, do_events_timeout_cb, &timed_out, NULL);
  g_source_attach (timeout, context);
  g_object_ref (self);
  g_main_context_iteration (context, TRUE);
  g_source_destroy (timeout);
  g_object_unref (self);
}
