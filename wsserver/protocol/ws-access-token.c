/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-access-token-private.h"

#include <string.h>

/* The length is no secret. */
static gboolean
is_token (const char *candidate,
          const char *token)
{
  const gsize     length = strlen (token);
  volatile guint8 difference = 0;

  if (strlen (candidate) != length)
    return FALSE;

  for (gsize i = 0; i < length; i++)
    difference |= (guint8) (candidate[i] ^ token[i]);

  return difference == 0;
}

/* Whether one of the NAME=VALUE of the text has the token. */
static gboolean
has_pair (const char *text,
          const char *separators,
          const char *name,
          const char *token)
{
  g_auto (GStrv) pairs = g_strsplit_set (text, separators, -1);
  const gsize length = strlen (name);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      const char *pair = g_strstrip (pairs[i]);

      if (g_str_has_prefix (pair, name) && pair[length] == '=' && is_token (pair + length + 1, token))
        return TRUE;
    }

  return FALSE;
}

WsAccessTokenPlace
ws_access_token_find (const WsHttpHead *head,
                      const char       *token,
                      const char       *cookie_name)
{
  const char      *query = strchr (ws_http_head_get_target (head), '?');
  g_autofree char *cookies = ws_http_head_get_combined (head, "Cookie");
  g_autofree char *protocols = ws_http_head_get_combined (head, "Sec-WebSocket-Protocol");
  g_auto (GStrv) offered = g_strsplit (protocols != NULL ? protocols : "", ",", -1);

  /* Several Cookie fields are joined by commas here. */
  if (cookies != NULL && has_pair (cookies, ";,", cookie_name, token))
    return WS_ACCESS_TOKEN_IN_COOKIE;
  if (query != NULL && has_pair (query + 1, "&", WS_ACCESS_TOKEN_FIELD, token))
    return WS_ACCESS_TOKEN_IN_QUERY;
  for (guint i = 0; offered[i] != NULL; i++)
    if (is_token (g_strstrip (offered[i]), token))
      return WS_ACCESS_TOKEN_IN_SUBPROTOCOL;

  return WS_ACCESS_TOKEN_MISSING;
}
