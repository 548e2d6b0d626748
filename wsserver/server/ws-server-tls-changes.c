/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of the properties of TLS. While the server listens, a change holds for clients that connect
 * afterwards; one that cannot be served is refused and changes nothing. */
#include "wsserver/server/ws-server-tls-changes-private.h"

#include "wsserver/server/ws-server-properties-private.h"
#include "wsserver/server/ws-server-renewal-private.h"
#include "wsserver/server/ws-server-signals-private.h"
#include "wsserver/server/ws-server-tls-private.h"

gboolean
ws_server_change_use_ssl (WsServer *self,
                          gboolean  use_ssl,
                          GError  **error)
{
  if (self->use_ssl == use_ssl)
    return TRUE;
  if (use_ssl && self->acceptor != NULL && !ws_server_update_tls (self, error))
    return FALSE;

  self->use_ssl = use_ssl;
  ws_server_watch_files (self);
  ws_server_notify (self, WS_SERVER_PROP_USE_SSL);
  return TRUE;
}

gboolean
ws_server_change_ssl_cert (WsServer      *self,
                           WsCertificate *ssl_cert,
                           GError       **error)
{
  gboolean changed;

  g_object_ref (self);
  changed = ws_server_put_ssl_cert (self, ssl_cert, error);
  if (changed)
    ws_server_watch_files (self);
  g_object_unref (self);
  return changed;
}

gboolean
ws_server_put_more_ssl_cert (WsServer      *self,
                             WsCertificate *ssl_cert,
                             GError       **error)
{
  g_ptr_array_add (self->more_ssl_certs, g_object_ref (ssl_cert));
  if (!ws_server_tls_changed (self, error))
    {
      g_ptr_array_remove_index (self->more_ssl_certs, self->more_ssl_certs->len - 1);
      return FALSE;
    }

  ws_server_watch_files (self);
  return TRUE;
}

gboolean
ws_server_drop_more_ssl_cert (WsServer      *self,
                              WsCertificate *ssl_cert)
{
  GError *error = NULL;

  if (!g_ptr_array_remove (self->more_ssl_certs, ssl_cert))
    return FALSE;

  g_object_ref (self);
  if (!ws_server_tls_changed (self, &error))
    ws_server_emit_gerror (self, error);
  ws_server_watch_files (self);
  g_object_unref (self);
  return TRUE;
}

gboolean
ws_server_change_ssl_provider (WsServer     *self,
                               WsSslProvider ssl_provider,
                               GError      **error)
{
  WsSslProvider old = self->ssl_provider;

  if (old == ssl_provider)
    return TRUE;

  self->ssl_provider = ssl_provider;
  if (!ws_server_tls_changed (self, error))
    {
      self->ssl_provider = old;
      return FALSE;
    }

  self->settings->use_internal_security_api = ssl_provider == WS_SSL_PROVIDER_INTERNAL;
  ws_server_notify (self, WS_SERVER_PROP_SSL_PROVIDER);
  return TRUE;
}

gboolean
ws_server_change_ssl_authenticate_clients (WsServer *self,
                                           gboolean  ssl_authenticate_clients,
                                           GError  **error)
{
  if (self->ssl_authenticate_clients == ssl_authenticate_clients)
    return TRUE;

  self->ssl_authenticate_clients = ssl_authenticate_clients;
  if (!ws_server_tls_changed (self, error))
    {
      self->ssl_authenticate_clients = !ssl_authenticate_clients;
      return FALSE;
    }

  ws_server_notify (self, WS_SERVER_PROP_SSL_AUTHENTICATE_CLIENTS);
  return TRUE;
}
