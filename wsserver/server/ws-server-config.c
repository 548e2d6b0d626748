/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <zlib.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "wsserver/connection/ws-connection-context-private.h"
#include "wsserver/connection/ws-connection-keepalive-private.h"
#include "wsserver/connection/ws-connection-map-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-send-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/base/ws-error.h"
#include "wsserver/base/ws-version.h"
#include "wsserver/server/ws-server-private.h"

static char *
compute_value (const WsSetting *setting)
{
  if (g_str_equal (setting->name, "BuildInfo"))
    return g_strdup_printf ("WsServer %s (GLib %u.%u.%u, GnuTLS %s, zlib %s)", ws_get_version (),
                            glib_major_version, glib_minor_version, glib_micro_version,
                            gnutls_check_version (NULL), zlibVersion ());

  return g_strdup ("WsServer is free software: GNU Lesser General Public License, version 2.1 or later (LGPL-2.1-or-later)");
}

static char *
config_connection (WsServer        *self,
                   WsConfigRequest *request,
                   GError         **error)
{
  WsConnection         *connection = ws_connection_map_lookup (self->connections, request->connection_id);
  WsConnectionSettings *storage;

  if (connection == NULL)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_INVALID_CONNECTION_ID,
                   "Invalid ConnectionId: setting %s is asked for \"%s\", and no connection has this id",
                   request->setting->name, request->connection_id);
      return NULL;
    }
  if (request->value != NULL && !ws_connection_check_can_start_message (connection, NULL) &&
      request->setting->offset == G_STRUCT_OFFSET (WsConnectionSettings, message_bytes))
    {
      ws_connection_check_can_start_message (connection, error);
      return NULL;
    }

  if (request->setting->type == WS_SETTING_COMPUTED)
    return ws_connection_dup_negotiated (connection, request->setting->name);

  storage = &ws_connection_get_extra (connection)->settings;
  if (request->value != NULL && !ws_config_store (request->setting, storage, request->value, error))
    return NULL;

  return ws_config_load (request->setting, storage);
}

static WsAccessList **
get_access_list (WsServer        *self,
                 const WsSetting *setting)
{
  if (setting->type != WS_SETTING_STRING)
    return NULL;
  if (setting->offset == G_STRUCT_OFFSET (WsSettings, allowed_clients))
    return &self->allowed_clients;
  if (setting->offset == G_STRUCT_OFFSET (WsSettings, blocked_clients))
    return &self->blocked_clients;

  return NULL;
}

static void
prefix_refusal (GError         **error,
                const WsSetting *setting,
                const char      *value)
{
  g_autofree char *shown = ws_config_quote (value);

  g_prefix_error (error, "Setting %s does not take \"%s\": ", setting->name, shown);
}

/* An origin that can never match is a mistake that would lock the page out. */
static WsOriginList *
parse_origins (const WsConfigRequest *request,
               GError               **error)
{
  g_autofree char *fault = NULL;
  WsOriginList    *origins = ws_origin_list_new (request->value, &fault);

  if (origins == NULL)
    g_set_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT,
                 "[%d] Invalid argument: setting %s does not take an entry: %s; accepted are SCHEME://HOST, "
                 "SCHEME://HOST:PORT, \"file://\", \"null\", \"self\" and \"*\", separated by commas",
                 WS_ERROR_INVALID_ARGUMENT, request->setting->name, fault);

  return origins;
}

/* What is derived from settings follows them. A list of clients that cannot be understood, or a
 * value that is refused, leaves both as they were. */
static gboolean
store_value (WsServer              *self,
             const WsConfigRequest *request,
             GError               **error)
{
  WsAccessList **list = get_access_list (self, request->setting);
  g_autoptr (WsAccessList) replacement = NULL;
  g_autoptr (WsOriginList) origins = NULL;

  if (list != NULL)
    {
      replacement = ws_access_list_new (request->value, error);
      if (replacement == NULL)
        {
          prefix_refusal (error, request->setting, request->value);
          return FALSE;
        }
    }
  if (g_str_equal (request->setting->name, "AllowedOrigins"))
    {
      origins = parse_origins (request, error);
      if (origins == NULL)
        return FALSE;
    }
  if (!ws_config_store (request->setting, self->settings, request->value, error))
    return FALSE;

  if (list != NULL)
    {
      ws_access_list_free (*list);
      *list = g_steal_pointer (&replacement);
    }
  if (origins != NULL)
    {
      ws_origin_list_free (self->settings->origins);
      self->settings->origins = g_steal_pointer (&origins);
    }
  return TRUE;
}

static gboolean
check_can_change (WsServer        *self,
                  const WsSetting *setting,
                  GError         **error)
{
  if ((setting->flags & WS_SETTING_FIXED_WHILE_LISTENING) != 0 && self->acceptor != NULL)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_MAX_CONNECTIONS_FIXED, "Cannot change %s while the server is listening",
                   setting->name);
      return FALSE;
    }

  return TRUE;
}

/* A ping interval or idle timeout that is switched on finds connections without a timer. */
static void
restart_keepalive (WsServer *self)
{
  g_autoptr (GPtrArray) all = ws_connection_map_snapshot (self->connections);

  for (guint i = 0; i < all->len; i++)
    ws_connection_restart_keepalive (all->pdata[i]);
}

static void
apply_settings (WsServer *self)
{
  if (self->poller == NULL)
    return;

  if (ws_connection_context_update (&self->context))
    restart_keepalive (self);
  if (self->acceptor != NULL)
    ws_acceptor_apply_settings (self->acceptor, self->settings);
}

static gboolean
concerns_tls (const WsSetting *setting)
{
  return (setting->group == WS_SETTING_GROUP_TLS && (setting->flags & WS_SETTING_NO_EFFECT) == 0) ||
         g_str_equal (setting->name, "PreferredDHGroupBits") ||
         g_str_equal (setting->name, "SSLOCSPResponse");
}

/* False takes back what True has set, and no more. */
static gboolean
apply_internal_security_api (WsServer *self,
                             GError  **error)
{
  if (self->settings->use_internal_security_api)
    return ws_server_set_ssl_provider (self, WS_SSL_PROVIDER_INTERNAL, error);
  if (self->ssl_provider == WS_SSL_PROVIDER_INTERNAL)
    return ws_server_set_ssl_provider (self, WS_SSL_PROVIDER_AUTOMATIC, error);

  return TRUE;
}

/* A value of TLS that cannot be served is put back. */
static gboolean
apply_tls_setting (WsServer        *self,
                   const WsSetting *setting,
                   const char      *old,
                   GError         **error)
{
  g_autofree char *refused = NULL;
  gboolean         applied = TRUE;

  if (g_str_equal (setting->name, "UseInternalSecurityAPI"))
    applied = apply_internal_security_api (self, error);
  else if (concerns_tls (setting))
    applied = ws_server_check_tls_setting (self, setting, error);
  if (applied)
    {
      if (g_str_equal (setting->name, "SSLReloadCert") || g_str_equal (setting->name, "SSLOCSPResponse"))
        ws_server_watch_files (self);
      return TRUE;
    }

  refused = ws_config_load (setting, self->settings);
  prefix_refusal (error, setting, refused);
  ws_config_store (setting, self->settings, old, NULL);
  return FALSE;
}

static char *
config_server (WsServer              *self,
               const WsConfigRequest *request,
               GError               **error)
{
  g_autofree char *old = NULL;

  if (request->setting->type == WS_SETTING_COMPUTED)
    return compute_value (request->setting);

  if (request->value != NULL)
    {
      old = ws_config_load (request->setting, self->settings);
      if (!check_can_change (self, request->setting, error) || !store_value (self, request, error) ||
          !apply_tls_setting (self, request->setting, old, error))
        return NULL;
      apply_settings (self);
    }

  return ws_config_load (request->setting, self->settings);
}

/**
 * ws_server_config:
 * @self: a server
 * @configuration_string: `NAME=VALUE` to set, `NAME` to read; for a setting of one connection
 *   `NAME[connectionId]`
 * @error: return location for an error, or %NULL
 *
 * Sets or reads a setting.
 *
 * Names are taken in any case. Booleans are True, False, Yes, No, 1 or 0. The documentation lists all
 * settings with their ranges and defaults. Each takes effect at once, save that MaxMessageSize and the
 * settings of compression, of the socket and of TLS hold for clients that connect afterwards.
 *
 * ```c
 * g_autofree char *stored = ws_server_config (server, "MaxMessageSize=65536", &error);
 * g_autofree char *interval = ws_server_config (server, "PingInterval", NULL);
 * ```
 *
 * Sets @error to:
 *
 * - `WS_ERROR_INVALID_ARGUMENT` for an unknown name, or a value that is not accepted; the text names
 *   the setting, the value and what is accepted
 * - `WS_ERROR_MAX_CONNECTIONS_FIXED` for one that cannot change while the server listens
 * - `WS_ERROR_INVALID_CONNECTION_ID` if no connection has the id
 * - `WS_ERROR_TLS_LIBRARY` for versions of TLS that cannot be served
 * - `WS_ERROR_CREDENTIALS` for cipher suites, groups or signature algorithms of which none is known
 * - `WS_ERROR_CERT_STORE` for authorities that cannot be read
 * - `WS_ERROR_HOST_NOT_FOUND` … for a name in AllowedClients or BlockedClients that cannot be resolved
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Config.
 *
 * Returns: (transfer full) (nullable): the value as it is stored now, or %NULL with @error set
 *
 * Since: 1.0
 */
char *
ws_server_config (WsServer   *self,
                  const char *configuration_string,
                  GError    **error)
{
  WsConfigRequest request;
  char           *value;

  g_return_val_if_fail (WS_IS_SERVER (self), NULL);
  g_return_val_if_fail (configuration_string != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!ws_config_request_parse (&request, configuration_string, error))
    return NULL;

  if (request.setting->scope == WS_SETTING_PER_CONNECTION)
    value = config_connection (self, &request, error);
  else
    value = config_server (self, &request, error);
  ws_config_request_clear (&request);
  return value;
}
