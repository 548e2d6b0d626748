/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The poller of a server, and whether it listens. */
#include "wsserver/server/ws-server-network-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-conductor-private.h"
#include "wsserver/connection/ws-connection-context-private.h"
#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/server/ws-connection-map-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/server/ws-server-admission-private.h"
#include "wsserver/server/ws-server-events-private.h"
#include "wsserver/server/ws-server-memory-private.h"
#include "wsserver/server/ws-server-properties-private.h"
#include "wsserver/server/ws-server-renewal-private.h"
#include "wsserver/server/ws-server-shutdown-private.h"
#include "wsserver/server/ws-server-signals-private.h"
#include "wsserver/server/ws-server-tls-private.h"

/* The poller of the main context that is the default of this thread. */
static void
ensure_poller (WsServer *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  WsPoller *old;

  /* Clients of an earlier start_listening() keep their main context. Without any, it may change. */
  if (self->poller != NULL &&
      (ws_poller_get_context (self->poller) == context || ws_connection_map_count (self->connections) > 0))
    return;

  old = self->poller;
  g_clear_pointer (&self->proxy_stage, ws_proxy_stage_free);
  if (old != NULL)
    {
      ws_server_clear_memory (self);
      ws_connection_context_clear (&self->context);
    }
  self->poller = ws_poller_new (context);
  ws_connection_context_init (&self->context, &ws_server_owner_funcs, self, self->poller, self->settings);
  self->context.message_handler = self->message_handler;
  if (old != NULL)
    {
      ws_poller_destroy (old);
      ws_poller_unref (old);
    }
}

/* Takes the acceptor and what *bound holds. */
static void
enter_listening (WsServer       *self,
                 WsAcceptor     *acceptor,
                 WsBoundAddress *bound)
{
  g_autofree char *host = g_strdup (bound->host); /* a handler may stop the server before all is notified */
  guint            port = bound->port;

  g_object_ref (self);
  self->acceptor = acceptor;
  self->bound_host = g_steal_pointer (&bound->host);
  ws_server_watch_files (self);
  g_object_freeze_notify (G_OBJECT (self));
  if (self->local_port != port)
    {
      self->local_port = port;
      ws_server_notify (self, WS_SERVER_PROP_LOCAL_PORT);
    }
  if (!g_str_equal (host, self->local_host))
    ws_server_notify (self, WS_SERVER_PROP_LOCAL_HOST);
  ws_server_notify (self, WS_SERVER_PROP_LISTENING);
  g_object_thaw_notify (G_OBJECT (self));
  ws_server_log_tls (self);
  ws_server_log (self, WS_LOG_INFO, "Info", "Listening on %s port %u", host, port);
  g_object_unref (self);
}

static gboolean
adopt_all (WsServer       *self,
           WsAcceptor     *acceptor,
           GPtrArray      *sockets,
           WsBoundAddress *bound,
           GError        **error)
{
  for (guint i = 0; i < sockets->len; i++)
    if (!ws_acceptor_adopt (acceptor, sockets->pdata[i], self->settings, bound, error))
      return FALSE;

  return TRUE;
}

static gboolean
listen_on_local_host (WsServer       *self,
                      WsAcceptor     *acceptor,
                      WsBoundAddress *bound,
                      GError        **error)
{
  WsListenRequest request = {
    .host = self->local_host,
    .port = self->local_port,
    .backlog = self->connection_backlog,
    .settings = self->settings,
  };

  return ws_acceptor_listen (acceptor, &request, bound, error);
}

/* The address may have changed since the server was secured, or a name have resolved to another. */
static gboolean
check_local (WsServer             *self,
             WsAcceptor           *acceptor,
             const WsBoundAddress *bound,
             GError              **error)
{
  if (self->settings->access_token == NULL || ws_acceptor_is_local (acceptor))
    return TRUE;

  ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                "Invalid argument: the server is secured for this machine, and \"%s\" is neither a loopback address "
                "nor a Unix socket",
                bound->host);
  return FALSE;
}

gboolean
ws_server_start_accepting (WsServer  *self,
                           GPtrArray *sockets,
                           GError   **error)
{
  g_auto (WsBoundAddress) bound = { NULL };
  WsAcceptor *acceptor;
  gboolean    listening;

  if (self->use_ssl && !ws_server_update_tls (self, error))
    return FALSE;

  ensure_poller (self);
  acceptor = ws_acceptor_new (self->poller, &ws_server_acceptor_funcs, self);
  listening = sockets != NULL ? adopt_all (self, acceptor, sockets, &bound, error)
                              : listen_on_local_host (self, acceptor, &bound, error);
  if (!listening || !check_local (self, acceptor, &bound, error))
    {
      ws_acceptor_stop (acceptor);
      return FALSE;
    }

  enter_listening (self, acceptor, &bound);
  return TRUE;
}

void
ws_server_stop_accepting (WsServer *self)
{
  if (self->acceptor == NULL)
    return;

  g_object_ref (self);
  ws_acceptor_stop (g_steal_pointer (&self->acceptor));
  ws_server_watch_files (self);
  g_clear_pointer (&self->bound_host, g_free);
  ws_server_log (self, WS_LOG_INFO, "Info", "Stopped listening");
  g_object_freeze_notify (G_OBJECT (self));
  ws_server_notify (self, WS_SERVER_PROP_LOCAL_HOST);
  ws_server_notify (self, WS_SERVER_PROP_LISTENING);
  g_object_thaw_notify (G_OBJECT (self));
  g_object_unref (self);
}

/* The main context will not run for this server any more, so what is pending is emitted now. */
void
ws_server_dispose_network (WsServer *self)
{
  g_autoptr (GPtrArray) all = NULL;
  WsPoller *poller;

  ws_server_stop_accepting (self);
  if (self->poller == NULL)
    return;

  all = ws_connection_map_snapshot (self->connections);
  for (guint i = 0; i < all->len; i++)
    {
      WsConnection *connection = all->pdata[i];

      ws_connection_end (connection, WS_CLOSE_CODE_GOING_AWAY, "the server was disposed of");
      connection->announcing = FALSE; /* connected will not be emitted any more */
      ws_connection_run_pending (connection);
    }
  ws_server_finish_shutdowns (self);
  ws_server_stop_accepting (self); /* a handler has started it again */
  g_clear_pointer (&self->proxy_stage, ws_proxy_stage_free);
  ws_server_clear_memory (self);
  poller = g_steal_pointer (&self->poller);
  ws_connection_context_clear (&self->context);
  ws_poller_destroy (poller);
  ws_poller_unref (poller);
}
