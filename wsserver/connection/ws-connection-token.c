/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/connection/ws-connection-token-private.h"

#include "wsserver/connection/ws-connection-values-private.h"
#include "wsserver/protocol/ws-access-token-private.h"
#include "wsserver/protocol/ws-handshake-private.h"

/* Cookies are shared by all ports of a host (RFC 6265 §8.5), so that of another server must not replace
 * ours. */
static char *
make_cookie_name (WsConnection *self)
{
  return g_strdup_printf ("WsServer-%u", ws_connection_load_local_port (self));
}

gboolean
ws_connection_has_token (WsConnection *self)
{
  const char        *token = self->context->settings->access_token;
  g_autofree char   *cookie_name = NULL;
  WsAccessTokenPlace place;

  self->sets_cookie = FALSE;
  if (token == NULL)
    return TRUE;

  cookie_name = make_cookie_name (self);
  place = ws_access_token_find (self->head, token, cookie_name);
  self->sets_cookie = place == WS_ACCESS_TOKEN_IN_QUERY;

  return place != WS_ACCESS_TOKEN_MISSING;
}

/* Strict, so that no other page can make the browser send it. The page's URL has the token, so no request of
 * the page names it to others. */
char *
ws_connection_add_token_cookie (WsConnection *self,
                                char         *headers)
{
  const char      *token = self->context->settings->access_token;
  g_autofree char *own = headers;
  g_autofree char *name = NULL;

  if (!self->sets_cookie || token == NULL)
    return g_steal_pointer (&own);

  name = make_cookie_name (self);
  return g_strdup_printf ("%sSet-Cookie: %s=%s; Path=/; HttpOnly; SameSite=Strict%s\r\n%s", own, name, token,
                          self->tls != NULL ? "; Secure" : "",
                          ws_http_lines_have_field (own, "Referrer-Policy") ? "" : "Referrer-Policy: no-referrer\r\n");
}

const char *
ws_connection_get_token_sub_protocol (WsConnection *self)
{
  const char *token = self->context->settings->access_token;
  const char *offered = token != NULL ? ws_connection_load_offered_sub_protocols (self) : NULL;

  return offered != NULL && ws_handshake_offers_subprotocol (offered, token) ? token : NULL;
}
