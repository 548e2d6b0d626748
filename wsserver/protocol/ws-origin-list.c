/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-origin-list-private.h"

#include <string.h>

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

static char *
explain_entry (const char *entry,
               const char *reason)
{
  g_autofree char *shown = g_strescape (entry, NULL);

  return g_strdup_printf ("\"%s\" %s", shown, reason);
}

/* Returns the default port of a scheme with its colon, or "" for a scheme without one. */
static const char *
get_default_port (const char *scheme)
{
  if (g_str_equal (scheme, "http"))
    return ":80";
  if (g_str_equal (scheme, "https"))
    return ":443";

  return "";
}

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

/* Returns the start of the port, or the end of the text. A colon inside brackets is part of an IPv6
 * address. */
static char *
find_port (char *authority)
{
  char *bracket = strrchr (authority, ']');
  char *colon = strrchr (bracket != NULL ? bracket : authority, ':');

  return colon != NULL ? colon : authority + strlen (authority);
}

static gboolean
is_port (const char *text)
{
  guint64 port;

  return *text == '\0' || strchr (text, '*') != NULL ||
         (*text == ':' && g_ascii_string_to_unsigned (text + 1, 10, 1, G_MAXUINT16, &port, NULL));
}

/* Takes a host in lower case and returns the form that browsers send. NULL if there is none. */
static char *
normalise_host (const char *host)
{
  if (*host == '[')
    {
      gsize            length = strlen (host);
      g_autofree char *address = length > 2 ? g_strndup (host + 1, length - 2) : NULL;

      return address != NULL && host[length - 1] == ']' &&
                     (strchr (host, '*') != NULL || g_hostname_is_ip_address (address))
                 ? g_strdup (host)
                 : NULL;
    }

  for (const char *p = host; *p != '\0'; p++)
    if (g_ascii_isspace (*p) || strchr ("/?#@\\\"<>[]:", *p) != NULL)
      return NULL;

  /* A pattern is not a name and cannot be encoded. */
  if (g_str_is_ascii (host) || strchr (host, '*') != NULL)
    return g_strdup (host);

  return g_hostname_to_ascii (host);
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

  port = find_port (authority);
  *reason = "has a port that is not 1 to 65535";
  if (!is_port (port))
    return NULL;
  host = g_strndup (authority, (gsize) (port - authority));
  if (g_str_equal (port, get_default_port (scheme)))
    port = authority + strlen (authority);

  *reason = "has no host that a browser could send";
  if (*host == '\0')
    return g_str_equal (scheme, "file") && *port == '\0' ? g_strdup ("file://") : NULL;

  authority = normalise_host (host);
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
          *fault = explain_entry (entry, reason);
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

  default_port = get_default_port (scheme);
  wanted = g_ascii_strdown (separator + strlen (SCHEME_END), -1);
  asked = g_ascii_strdown (host, -1);
  if (*default_port != '\0')
    {
      char *port = find_port (asked);

      if (g_str_equal (port, default_port) || g_str_equal (port, ":"))
        *port = '\0';
      port = find_port (wanted);
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
