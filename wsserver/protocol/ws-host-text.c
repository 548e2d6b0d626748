/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-host-text-private.h"

#include <string.h>

char *
ws_host_text_explain (const char *entry,
                      const char *reason)
{
  g_autofree char *shown = g_strescape (entry, NULL);

  return g_strdup_printf ("\"%s\" %s", shown, reason);
}

char *
ws_host_text_find_port (char *authority)
{
  char *bracket = strrchr (authority, ']');
  char *colon = strrchr (bracket != NULL ? bracket : authority, ':');

  return colon != NULL ? colon : authority + strlen (authority);
}

gboolean
ws_host_text_is_port (const char *text)
{
  guint64 port;

  return *text == '\0' || strchr (text, '*') != NULL ||
         (*text == ':' && g_ascii_string_to_unsigned (text + 1, 10, 1, G_MAXUINT16, &port, NULL));
}

const char *
ws_host_text_get_default_port (const char *scheme)
{
  if (g_str_equal (scheme, "http"))
    return ":80";
  if (g_str_equal (scheme, "https"))
    return ":443";

  return "";
}

char *
ws_host_text_normalise (const char *host)
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
