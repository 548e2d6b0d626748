/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client behind a proxy that speaks HTTP. */
#include "wsserver/connection/ws-connection-forwarded-private.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "wsserver/connection/ws-connection-log-private.h"
#include "wsserver/connection/ws-connection-values-private.h"

static gboolean
is_trusted_cb (const char *address,
               gpointer    user_data)
{
  WsConnection *self = user_data;

  return self->context->funcs->trusts_proxy (self->context->owner, address);
}

static void
set_peer (WsConnection        *self,
          const WsPeerAddress *peer)
{
  self->context->funcs->move_client (self->context->owner, &self->peer, peer);
  self->peer = *peer;
  g_clear_pointer (&self->remote_host, g_free);
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify (G_OBJECT (self), "remote-host");
  g_object_notify (G_OBJECT (self), "remote-port");
  g_object_notify (G_OBJECT (self), "remote-address");
  g_object_thaw_notify (G_OBJECT (self));
}

/* On a connection that a proxy keeps alive, each request may be another client's. */
static void
forget_client (WsConnection *self)
{
  g_autofree WsPeerAddress *proxy = g_steal_pointer (&self->proxy);

  if (proxy != NULL)
    set_peer (self, proxy);
}

static void
take_client (WsConnection      *self,
             const WsForwarded *forwarded)
{
  WsPeerAddress client = { 0 };

  if (inet_pton (AF_INET, forwarded->address, &client.ipv4.sin_addr) == 1)
    {
      client.ipv4.sin_family = AF_INET;
      client.ipv4.sin_port = g_htons (forwarded->port);
    }
  else
    {
      inet_pton (AF_INET6, forwarded->address, &client.ipv6.sin6_addr);
      client.ipv6.sin6_family = AF_INET6;
      client.ipv6.sin6_port = g_htons (forwarded->port);
    }

  self->proxy = g_memdup2 (&self->peer, sizeof self->peer);
  set_peer (self, &client);
}

guint
ws_connection_identify_client (WsConnection *self,
                               WsForwarded  *forwarded,
                               const char  **fault)
{
  g_autofree char *proxy = NULL;

  forget_client (self);
  if (self->context == NULL || *self->context->settings->trusted_proxies == '\0' ||
      !is_trusted_cb (ws_connection_load_remote_host (self), self))
    return 0;

  proxy = g_strdup (ws_connection_load_remote_host (self));
  if (!ws_forwarded_parse (self->head, is_trusted_cb, self, forwarded))
    {
      *fault = "Forwarded and X-Forwarded-For name different clients";
      return 400;
    }

  if (forwarded->address != NULL)
    {
      take_client (self, forwarded);
      ws_connection_log (self, WS_LOG_VERBOSE, "Client %s port %u behind proxy \"%s\"", forwarded->address,
                         forwarded->port, proxy);
    }
  if (self->context == NULL)
    return 0;

  *fault = self->context->funcs->judge_client (self->context->owner, &self->peer, self->proxy == NULL);
  return *fault != NULL ? 403 : 0;
}
