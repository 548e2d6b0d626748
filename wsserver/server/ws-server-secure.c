/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server for the programs and the browser of one user, in one call. */
#include <gnutls/crypto.h>
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/config/ws-config-private.h"
#include "wsserver/io/ws-ip-address-private.h"
#include "wsserver/io/ws-listen-address-private.h"
#include "wsserver/server/ws-server-private.h"

#define TOKEN_BYTES 32
#define LOOPBACK_HOSTS "localhost, 127.0.0.1, [::1]"

/* In base64 as in URLs, RFC 4648 §5: every place that takes the token takes it unchanged. */
static char *
make_token (GError **error)
{
  guint8 bytes[TOKEN_BYTES];
  int    code = gnutls_rnd (GNUTLS_RND_KEY, bytes, sizeof bytes);
  char  *token;

  if (code < 0)
    {
      ws_set_error (error, WS_ERROR_TLS_LIBRARY, "No random token could be made: %s", gnutls_strerror (code));
      return NULL;
    }

  token = g_base64_encode (bytes, sizeof bytes);
  gnutls_memset (bytes, 0, sizeof bytes);
  g_strdelimit (token, "+", '-');
  g_strdelimit (token, "/", '_');
  token[strcspn (token, "=")] = '\0';
  return token;
}

/* Names are resolved, and Unix sockets known, only when the server listens. */
static gboolean
check_local_host (WsServer *self,
                  GError  **error)
{
  guint32 scope_id;
  g_autoptr (GInetAddress) address = ws_ip_address_parse (self->local_host, &scope_id);

  if (address == NULL || g_inet_address_get_is_loopback (address))
    return TRUE;

  ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                "Invalid argument: local-host is \"%s\"; a server that is secured for this machine listens on a "
                "loopback address or a Unix socket",
                self->local_host);
  return FALSE;
}

static gboolean
set_if_default (WsServer   *self,
                const char *name,
                const char *value,
                GError    **error)
{
  const WsSetting *setting = ws_config_find (name);
  g_autofree char *old = ws_config_load (setting, self->settings);
  g_autofree char *assignment = g_strconcat (name, "=", value, NULL);
  g_autofree char *stored = NULL;

  if (!g_str_equal (old, setting->default_value))
    return TRUE;

  stored = ws_server_config (self, assignment, error);
  return stored != NULL;
}

/* 127.0.0.1 is not the only address of this machine. */
static char *
list_hosts (WsServer *self)
{
  guint32 scope_id;
  g_autoptr (GInetAddress) address = ws_ip_address_parse (self->local_host, &scope_id);
  g_autofree char *text = address != NULL ? g_inet_address_to_string (address) : NULL;

  if (text == NULL || strchr (text, ':') != NULL || g_str_equal (text, "127.0.0.1"))
    return g_strdup (LOOPBACK_HOSTS);

  return g_strconcat (LOOPBACK_HOSTS, ", ", text, NULL);
}

/* What the application has set itself stays. */
static gboolean
set_lists (WsServer *self,
           GError  **error)
{
  g_autofree char *hosts = list_hosts (self);
  const char      *loopback = self->settings->use_ipv6 == WS_IP_FAMILIES_IPV6 ? "::1" : "127.0.0.1";

  return (*self->local_host != '\0' || ws_server_set_local_host (self, loopback, error)) &&
         set_if_default (self, "AllowedHosts", hosts, error) &&
         set_if_default (self, "AllowedOrigins", "self", error);
}

/**
 * ws_server_secure_for_loopback:
 * @self: a server
 * @error: return location for an error, or %NULL
 *
 * Makes a server on this machine safe from web pages, other users and other machines, and returns the
 * token that clients have to show.
 *
 * Web pages of any origin can send requests to 127.0.0.1, and so can all users of the machine. After this
 * call,
 *
 * - the server listens on loopback addresses and Unix sockets only: an empty
 *   [property@Ws.Server:local-host] becomes `127.0.0.1`, and starting to listen elsewhere is an error
 * - AllowedHosts is `localhost, 127.0.0.1, [::1]`, with another address that `local-host` is set to, and
 *   AllowedOrigins is `self`, unless the application has set them before
 * - a request without the token is answered 403, whether it asks for a WebSocket or for a page
 *
 * A client shows the token as `token` in the query of the URI, as one of the subprotocols that it offers,
 * or as the cookie `WsServer-PORT`. The answer to a page that was asked for with the token in its query
 * sets this cookie (HttpOnly, SameSite=Strict), so it is enough to open
 * `http://127.0.0.1:PORT/?token=TOKEN` in a browser: the page's scripts, images and WebSockets need no
 * token of their own. If the application selects no subprotocol, and the client offers the token as one,
 * the server selects that.
 *
 * ```c
 * static char *
 * start_safely (WsServer *server, GError **error)
 * {
 *   g_autofree char *token = ws_server_secure_for_loopback (server, error);
 *
 *   if (token == NULL || !ws_server_start_listening (server, error))
 *     return NULL;
 *
 *   return g_strdup_printf ("ws://127.0.0.1:%u/?token=%s", ws_server_get_local_port (server), token);
 * }
 * ```
 *
 * The token is one of a kind for each call: 256 random bits in 43 characters of letters, digits, `-` and
 * `_`. It is valid for any number of requests until the next call, which makes a new one, or until the
 * server is finalized. Connections that are open stay open. It is compared in constant time and never
 * logged. Who can read it can connect, so pass it through a pipe or a file that only its user may read;
 * the arguments of a program can be read by all users.
 *
 * Browsers send a cookie to all ports of a host. A server of somebody else on this machine gets the token,
 * too, if the user opens its page under the same host. If that matters, set `local-host` to an address that
 * no other server has, such as `127.83.16.7`, before this call.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_ALREADY_LISTENING` if the server listens and was not secured before
 * - `WS_ERROR_INVALID_ARGUMENT` if [property@Ws.Server:local-host] is an address of another kind
 * - `WS_ERROR_TLS_LIBRARY` if the system has no random numbers
 *
 * Source: RFC 6455 §10, RFC 6265 §8.
 *
 * Returns: (transfer full) (nullable): the token, or %NULL with @error set
 *
 * Since: 1.2
 */
char *
ws_server_secure_for_loopback (WsServer *self,
                               GError  **error)
{
  g_autofree char *token = NULL;

  g_return_val_if_fail (WS_IS_SERVER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (self->acceptor != NULL && self->settings->access_token == NULL)
    {
      ws_set_error (error, WS_ERROR_ALREADY_LISTENING,
                    "The server is already listening on %s:%u; it has to be secured before", self->bound_host,
                    self->local_port);
      return NULL;
    }
  if (!check_local_host (self, error))
    return NULL;

  token = make_token (error);
  if (token == NULL || (self->settings->access_token == NULL && !set_lists (self, error)))
    return NULL;

  g_free (self->settings->access_token);
  self->settings->access_token = g_strdup (token);
  return g_steal_pointer (&token);
}
