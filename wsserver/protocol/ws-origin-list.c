/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-origin-list-private.h"

#include <string.h>

#include "wsserver/protocol/ws-host-text-private.h"

#define SCHEME_END "://"

struct _WsOriginList
{
  gboolean   allows_all;
  gboolean   allows_self;
  GPtrArray *patterns; /* GPatternSpec */
};

void
ws_origin_list_free (WsOriginList *self)
{
  g_ptr_array_unref (self->patterns);
  g_free (self);
}

/* --- entries --------------------------------------------------------------------------------- */

/* RFC 3986 §3.1; a pattern may contain "*" here. */
static gboolean
is_scheme (const char *text)
{
  if (!g_ascii_isalpha (*text) && *text != '*')
    return FALSE;

  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr ("+-.*", *text) == NULL)
      return FALSE;

  return TRUE;
}

/* Returns SCHEME://HOST[:PORT] as browsers write it, or NULL with *reason set. */
static char *
normalise_origin (const char  *entry,
                  const char **reason)
{
  g_autofree char *lower = g_utf8_strdown (entry, -1);
  g_autofree char *host = NULL;
  char            *separator = strstr (lower, SCHEME_END);
  const char      *scheme = lower;
  char            *authority;
  char            *port;

  *reason = "is not SCHEME://HOST or SCHEME://HOST:PORT, \"null\", \"self\" or \"*\"";
  if (separator == NULL)
    return NULL;

  *separator = '\0';
  authority = separator + strlen (SCHEME_END);
  if (!is_scheme (scheme))
    return NULL;
  if (g_str_equal (scheme, "ws"))
    scheme = "http";
  else if (g_str_equal (scheme, "wss"))
    scheme = "https";

  *reason = "has something behind the host and port, also if it is only a slash; browsers send neither";
  if (strpbrk (authority, "/?#") != NULL)
    return NULL;

  port = ws_host_text_find_port (authority);
  *reason = "has a port that is not 1 to 65535";
  if (!ws_host_text_is_port (port))
    return NULL;
  host = g_strndup (authority, (gsize) (port - authority));
  if (g_str_equal (port, ws_host_text_get_default_port (scheme)))
    port = authority + strlen (authority);

  *reason = "has no host that a browser could send";
  if (*host == '\0')
    return g_str_equal (scheme, "file") && *port == '\0' ? g_strdup ("file://") : NULL;

  authority = ws_host_text_normalise (host);
  g_free (g_steal_pointer (&host));
  host = authority;
  return host != NULL ? g_strconcat (scheme, SCHEME_END, host, port, NULL) : NULL;
}

static gboolean
add_origin (WsOriginList *self,
            const char   *entry,
            char        **fault)
{
  g_autofree char *origin = NULL;
  const char      *reason = "is not UTF-8";

  if (*entry == '\0')
    return TRUE;

  if (g_str_equal (entry, "*"))
    self->allows_all = TRUE;
  else if (g_ascii_strcasecmp (entry, "self") == 0)
    self->allows_self = TRUE;
  else if (g_ascii_strcasecmp (entry, "null") == 0)
    origin = g_strdup ("null");
  /* "https:*" has long been accepted. A pattern is used unchanged if its parts cannot be separated. */
  else if (strchr (entry, '*') != NULL && strstr (entry, SCHEME_END) == NULL && strpbrk (entry, " \t;") == NULL)
    origin = g_ascii_strdown (entry, -1);
  else
    {
      if (g_utf8_validate (entry, -1, NULL))
        origin = normalise_origin (entry, &reason);
      if (origin == NULL)
        {
          *fault = ws_host_text_explain (entry, reason);
          return FALSE;
        }
    }

  if (origin != NULL)
    g_ptr_array_add (self->patterns, g_pattern_spec_new (origin));
  return TRUE;
}

WsOriginList *
ws_origin_list_new (const char *text,
                    char      **fault)
{
  g_autoptr (WsOriginList) self = g_new0 (WsOriginList, 1);
  g_auto (GStrv) entries = g_strsplit (text, ",", -1);

  self->patterns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_pattern_spec_free);
  for (guint i = 0; entries[i] != NULL; i++)
    if (!add_origin (self, g_strstrip (entries[i]), fault))
      return NULL;

  return g_steal_pointer (&self);
}

/* --- matching -------------------------------------------------------------------------------- */

/* TRUE if the origin has the host, the port and the scheme of the request. The default port of the origin's
 * scheme may be left out. An unknown scheme is not compared: a proxy may have ended the TLS connection. */
static gboolean
is_same_origin (const char *origin,
                const char *host,
                const char *request_scheme)
{
  const char      *separator = strstr (origin, SCHEME_END);
  g_autofree char *scheme = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *asked = NULL;
  const char      *default_port;

  if (separator == NULL || host == NULL || *host == '\0')
    return FALSE;

  scheme = g_strndup (origin, (gsize) (separator - origin));
  if (request_scheme != NULL && !g_str_equal (scheme, request_scheme))
    return FALSE;

  default_port = ws_host_text_get_default_port (scheme);
  wanted = g_ascii_strdown (separator + strlen (SCHEME_END), -1);
  asked = g_ascii_strdown (host, -1);
  if (*default_port != '\0')
    {
      char *port = ws_host_text_find_port (asked);

      if (g_str_equal (port, default_port) || g_str_equal (port, ":"))
        *port = '\0';
      port = ws_host_text_find_port (wanted);
      if (g_str_equal (port, default_port))
        *port = '\0';
    }

  return g_str_equal (wanted, asked);
}

gboolean
ws_origin_list_matches (const WsOriginList *self,
                        const char         *origin,
                        const char         *host,
                        const char         *scheme)
{
  g_autofree char *lower = NULL;

  if (self->allows_all)
    return TRUE;

  lower = g_ascii_strdown (origin, -1);
  for (guint i = 0; i < self->patterns->len; i++)
    if (g_pattern_spec_match_string (self->patterns->pdata[i], lower))
      return TRUE;

  return self->allows_self && is_same_origin (lower, host, scheme);
}
