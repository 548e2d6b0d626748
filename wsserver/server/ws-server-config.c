/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings: where a row of the registry becomes an effect. */
#include <gnutls/gnutls.h>
#include <zlib.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/base/ws-version.h"
#include "wsserver/certificate/ws-certificate-credentials-private.h"
#include "wsserver/connection/ws-connection-context-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-keepalive-private.h"
#include "wsserver/server/ws-connection-map-private.h"
#include "wsserver/server/ws-connection-map.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/server/ws-server-renewal-private.h"
#include "wsserver/server/ws-server-tls-changes-private.h"
#include "wsserver/server/ws-server-tls-private.h"

/* A value of the whole server that is not stored. */
static char *
compute_value (const WsSetting *setting)
{
  switch (setting->computed)
    {
    case WS_COMPUTED_BUILD_INFO:
      return g_strdup_printf ("WsServer %s (GLib %u.%u.%u, GnuTLS %s, zlib %s)", ws_get_version (),
                              glib_major_version, glib_minor_version, glib_micro_version,
                              gnutls_check_version (NULL), zlibVersion ());
    case WS_COMPUTED_LICENSE_INFO:
      return g_strdup ("WsServer is free software: GNU Lesser General Public License, version 2.1 or later (LGPL-2.1-or-later)");
    case WS_COMPUTED_NONE:
    case WS_COMPUTED_NEGOTIATED_CIPHER:
    case WS_COMPUTED_NEGOTIATED_CIPHER_STRENGTH:
    case WS_COMPUTED_NEGOTIATED_CIPHER_SUITE:
    case WS_COMPUTED_NEGOTIATED_KEY_EXCHANGE:
    case WS_COMPUTED_NEGOTIATED_KEY_EXCHANGE_STRENGTH:
    case WS_COMPUTED_NEGOTIATED_VERSION:
      break;
    }

  g_assert_not_reached ();
}

static char *
config_connection (WsServer        *self,
                   WsConfigRequest *request,
                   GError         **error)
{
  const WsSetting      *setting = request->setting;
  WsConnection         *connection = ws_connection_map_lookup (self->connections, request->connection_id);
  WsConnectionSettings *storage;

  if (connection == NULL)
    {
      ws_set_error (error, WS_ERROR_INVALID_CONNECTION_ID,
                    "Invalid ConnectionId: setting %s of connection \"%s\": no connection has this id",
                    setting->name, request->connection_id);
      return NULL;
    }
  if (setting->type == WS_SETTING_COMPUTED)
    return ws_connection_dup_negotiated (connection, setting->computed);
  if (request->value != NULL && (setting->flags & WS_SETTING_FIXED_WITHIN_MESSAGE) != 0 &&
      !ws_connection_check_can_start_message (connection, error))
    return NULL;

  storage = &ws_connection_ensure_extra (connection)->settings;
  if (request->value != NULL && !ws_config_store (setting, storage, request->value, error))
    return NULL;

  return ws_config_load (setting, storage);
}

static gboolean
check_can_change (WsServer        *self,
                  const WsSetting *setting,
                  GError         **error)
{
  if ((setting->flags & WS_SETTING_FIXED_WHILE_LISTENING) != 0 && self->acceptor != NULL)
    {
      ws_set_error (error, WS_ERROR_MAX_CONNECTIONS_FIXED, "Cannot change %s while the server is listening",
                    setting->name);
      return FALSE;
    }

  return TRUE;
}

/* --- effects --------------------------------------------------------------------------------- */

static gboolean
replace_access_list (WsAccessList **list,
                     const char    *text,
                     GError       **error)
{
  WsAccessList *replacement = ws_access_list_new (text, error);

  if (replacement == NULL)
    return FALSE;

  ws_access_list_free (*list);
  *list = replacement;
  return TRUE;
}

/* An origin that can never match is a mistake that would lock the page out. */
static gboolean
replace_origins (WsSettings *settings,
                 GError    **error)
{
  g_autofree char *fault = NULL;
  WsOriginList    *replacement = ws_origin_list_new (settings->allowed_origins, &fault);

  if (replacement == NULL)
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                    "%s; accepted are SCHEME://HOST, SCHEME://HOST:PORT, \"file://\", \"null\", \"self\" and \"*\", "
                    "separated by commas",
                    fault);
      return FALSE;
    }

  ws_origin_list_free (settings->origins);
  settings->origins = replacement;
  return TRUE;
}

/* The same for a host. */
static gboolean
replace_hosts (WsHostList **list,
               const char  *text,
               GError     **error)
{
  g_autofree char *fault = NULL;
  WsHostList      *replacement = ws_host_list_new (text, &fault);

  if (replacement == NULL)
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT, "%s; accepted are HOST and HOST:PORT, separated by commas",
                    fault);
      return FALSE;
    }

  ws_host_list_free (*list);
  *list = replacement;
  return TRUE;
}

/* A ping interval or idle timeout that is switched on finds connections without a timer. */
static void
update_connection_context (WsServer *self)
{
  g_autoptr (GPtrArray) all = NULL;

  if (self->proxy_stage != NULL)
    ws_proxy_stage_set_timeout (self->proxy_stage, self->settings->handshake_timeout_s);
  if (self->poller == NULL || !ws_connection_context_update (&self->context))
    return;

  all = ws_connection_map_snapshot (self->connections);
  for (guint i = 0; i < all->len; i++)
    ws_connection_restart_keepalive (all->pdata[i]);
}

static void
update_socket_options (WsServer *self)
{
  if (self->acceptor != NULL)
    ws_acceptor_apply_settings (self->acceptor, self->settings);
}

static gboolean
update_watched_files (WsServer *self)
{
  ws_server_watch_files (self);
  return TRUE;
}

/* False undoes what True has set, and no more. */
static gboolean
update_ssl_provider (WsServer *self,
                     GError  **error)
{
  if (self->settings->use_internal_security_api)
    return ws_server_change_ssl_provider (self, WS_SSL_PROVIDER_INTERNAL, error);
  if (self->ssl_provider == WS_SSL_PROVIDER_INTERNAL)
    return ws_server_change_ssl_provider (self, WS_SSL_PROVIDER_AUTOMATIC, error);

  return TRUE;
}

/* The one place that knows what follows from a new value, which has been stored. FALSE: the value
 * cannot take effect, and nothing has changed. */
static gboolean
apply_effect (WsServer        *self,
              const WsSetting *setting,
              GError         **error)
{
  WsSettings *settings = self->settings;

  switch (setting->effect)
    {
    case WS_SETTING_EFFECT_NOTHING:
    case WS_SETTING_EFFECT_IN_PLACE:
      return TRUE;
    case WS_SETTING_EFFECT_ALLOWED_CLIENTS:
      return replace_access_list (&self->allowed_clients, settings->allowed_clients, error);
    case WS_SETTING_EFFECT_BLOCKED_CLIENTS:
      return replace_access_list (&self->blocked_clients, settings->blocked_clients, error);
    case WS_SETTING_EFFECT_TRUSTED_PROXIES:
      return replace_access_list (&self->trusted_proxies, settings->trusted_proxies, error);
    case WS_SETTING_EFFECT_HOSTS:
      return replace_hosts (&settings->hosts, settings->allowed_hosts, error);
    case WS_SETTING_EFFECT_ORIGINS:
      return replace_origins (settings, error);
    case WS_SETTING_EFFECT_REVOCATION_HOSTS:
      return replace_hosts (&settings->revocation_hosts, settings->ssl_revocation_hosts, error);
    case WS_SETTING_EFFECT_CONNECTION_CONTEXT:
      update_connection_context (self);
      return TRUE;
    case WS_SETTING_EFFECT_SOCKET_OPTIONS:
      update_socket_options (self);
      return TRUE;
    case WS_SETTING_EFFECT_TLS_CONTEXT:
      return ws_server_tls_changed (self, error);
    case WS_SETTING_EFFECT_TLS_PRIORITY:
      return ws_server_check_tls_priority (setting, settings, error) && ws_server_tls_changed (self, error);
    case WS_SETTING_EFFECT_CLIENT_AUTHORITIES:
      /* Checked alone, because a server that asks no client for a certificate does not read them. */
      return ws_tls_policy_check_authorities (settings->ssl_client_ca_certs, error) &&
             ws_server_tls_changed (self, error);
    case WS_SETTING_EFFECT_CERTIFICATE_CHAIN:
      return ws_certificate_check_chain (settings->ssl_ca_certs, error) &&
             ws_server_tls_changed (self, error);
    case WS_SETTING_EFFECT_OCSP_RESPONSE:
      return ws_server_tls_changed (self, error) && update_watched_files (self);
    case WS_SETTING_EFFECT_WATCHED_FILES:
      return update_watched_files (self);
    case WS_SETTING_EFFECT_SSL_PROVIDER:
      return update_ssl_provider (self, error);
    }

  g_assert_not_reached ();
}

/* A value that cannot take effect is put back. */
static gboolean
change_setting (WsServer              *self,
                const WsConfigRequest *request,
                GError               **error)
{
  const WsSetting *setting = request->setting;
  g_autofree char *old = ws_config_load (setting, self->settings);
  g_autofree char *refused = NULL;

  if (!check_can_change (self, setting, error) ||
      !ws_config_store (setting, self->settings, request->value, error))
    return FALSE;
  if (apply_effect (self, setting, error))
    return TRUE;

  refused = ws_config_load (setting, self->settings);
  ws_config_prefix_refusal (error, setting, refused);
  ws_config_store (setting, self->settings, old, NULL);
  return FALSE;
}

static char *
config_server (WsServer              *self,
               const WsConfigRequest *request,
               GError               **error)
{
  if (request->setting->type == WS_SETTING_COMPUTED)
    return compute_value (request->setting);
  if (request->value != NULL && !change_setting (self, request, error))
    return NULL;

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
 * Upper and lower case in names does not matter. Booleans are True, False, Yes, No, 1 or 0. The
 * documentation lists all settings with their ranges and defaults. Most settings take effect at once.
 * MaxMessageSize and the settings of compression, of sockets and of TLS take effect for clients that
 * connect afterwards.
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
 * - `WS_ERROR_HOST_NOT_FOUND` … for a name in AllowedClients, BlockedClients or
 *   TrustedProxies that cannot be resolved
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
