/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public functions that start and stop a server. */
#include "wsserver/server/ws-server-network-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/server/ws-activation-private.h"
#include "wsserver/server/ws-server-shutdown-private.h"

static gboolean
check_not_listening (WsServer *self,
                     GError  **error)
{
  if (self->poller != NULL && ws_poller_is_foreign (self->poller))
    {
      ws_set_error (error, WS_ERROR_ACCESS_DENIED,
                    "Permission denied: the server belongs to the parent of this process, which was forked from it; create "
                    "another one here");
      return FALSE;
    }
  if (self->acceptor == NULL)
    return TRUE;

  ws_set_error (error, WS_ERROR_ALREADY_LISTENING, "The server is already listening on %s:%u",
                self->bound_host, self->local_port);
  return FALSE;
}

/**
 * ws_server_start_listening:
 * @self: a server
 * @error: return location for an error, or %NULL
 *
 * Starts listening on [property@Ws.Server:local-host] and [property@Ws.Server:local-port].
 *
 * From now on everything happens in the thread-default main context of the caller, which the
 * application has to run. While the server listens, `local-host` is the bound address and
 * `local-port` the bound port, even if it was 0 and the system has picked one.
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
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return check_not_listening (self, error) && ws_server_start_accepting (self, NULL, error);
}

/**
 * ws_server_listen_on_socket:
 * @self: a server
 * @socket: a TCP or Unix stream socket that listens already
 * @error: return location for an error, or %NULL
 *
 * Starts listening on a socket that was bound elsewhere, for example handed over by the process
 * that this one replaces.
 *
 * Otherwise this is like [method@Ws.Server.start_listening]. When the server stops listening, it
 * closes its own descriptor. Clients that wait then stay with the other processes that hold the
 * socket.
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

  sockets = g_ptr_array_new ();
  g_ptr_array_add (sockets, socket);
  return check_not_listening (self, error) && ws_server_start_accepting (self, sockets, error);
}

/**
 * ws_server_listen_on_activation_sockets:
 * @self: a server
 * @error: return location for an error, or %NULL
 *
 * Starts listening on the sockets that the service manager has passed to this process, as systemd
 * does for a unit with a `.socket` file.
 *
 * The variables LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES are removed from the environment.
 * Otherwise this is like [method@Ws.Server.listen_on_socket].
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

  sockets = ws_activation_take_sockets (error);
  return sockets != NULL && ws_server_start_accepting (self, sockets, error);
}

/**
 * ws_server_stop_listening:
 * @self: a server
 *
 * Stops listening: new clients are refused, connected clients stay. Clients whose socket the system
 * has accepted already are still served. `local-host` is again what was set.
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
  /* The clients that wait are the parent's, where this is a forked child. */
  if (!ws_poller_is_foreign (self->poller))
    ws_acceptor_drain (self->acceptor);
  ws_server_stop_accepting (self);
  g_object_unref (self);
}

/**
 * ws_server_shutdown:
 * @self: a server
 *
 * Stops listening and begins to close every connection with code 1001.
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
  g_return_if_fail (WS_IS_SERVER (self));

  g_object_ref (self);
  ws_server_stop_accepting (self);
  ws_server_close_connections (self);
  g_object_unref (self);
}

/**
 * ws_server_shutdown_async:
 * @self: a server
 * @deadline: seconds after which connections that have not ended are dropped; 0 for none
 * @cancellable: (nullable): cancels the waiting, not the shutdown
 * @callback: (scope async): called when the last connection has ended
 * @user_data: data for @callback
 *
 * Shuts down like [method@Ws.Server.shutdown] and calls @callback when the last connection has ended.
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
  ws_server_await_end (self, task, deadline);
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
