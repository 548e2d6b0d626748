/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-host-list-private.h"

#include <arpa/inet.h>
#include <string.h>

#include "wsserver/protocol/ws-host-text-private.h"

typedef struct
{
  GPatternSpec *host;
  GPatternSpec *port; /* with its colon; NULL: all ports */
} HostEntry;

struct _WsHostList
{
  GArray *entries; /* HostEntry */
};

static void
clear_entry (gpointer data)
{
  HostEntry *entry = data;

  g_pattern_spec_free (entry->host);
  g_clear_pointer (&entry->port, g_pattern_spec_free);
}

void
ws_host_list_free (WsHostList *self)
{
  g_array_unref (self->entries);
  g_free (self);
}

gboolean
ws_host_list_is_empty (const WsHostList *self)
{
  return self->entries->len == 0;
}

/* --- entries --------------------------------------------------------------------------------- */

/* Takes a host in lower case as ws_host_text_normalise() returns it. One address has many spellings in IPv6,
 * and a name may end with the dot of the root (RFC 1034 §3.1). */
static char *
shorten_host (char *host)
{
  const gsize     length = strlen (host);
  struct in6_addr address;
  char            text[INET6_ADDRSTRLEN];
  char           *shortened;

  if (*host != '[')
    {
      if (length > 1 && host[length - 1] == '.')
        host[length - 1] = '\0';
      return host;
    }

  host[length - 1] = '\0';
  if (inet_pton (AF_INET6, host + 1, &address) != 1)
    {
      host[length - 1] = ']';
      return host;
    }

  shortened = g_strdup_printf ("[%s]", inet_ntop (AF_INET6, &address, text, sizeof text));
  g_free (host);
  return shortened;
}

/* Browsers read a name whose last label is a number as an IPv4 address, and write that in full: "127.1" is
 * never sent. */
static gboolean
is_unwritten_number (const char *host)
{
  const char    *dot = strrchr (host, '.');
  const char    *label = dot != NULL ? dot + 1 : host;
  struct in_addr address;

  return g_ascii_isdigit (*label) && label[strspn (label, "0123456789")] == '\0' && strchr (host, '*') == NULL &&
         inet_pton (AF_INET, host, &address) != 1;
}

/* Takes an entry in lower case and cuts its port off. NULL sets *reason. */
static char *
read_host_entry (char        *entry,
                 char       **port,
                 const char **reason)
{
  char            *colon = ws_host_text_find_port (entry);
  g_autofree char *host = NULL;

  *reason = "begins with a scheme; a host has none";
  if (strstr (entry, "://") != NULL)
    return NULL;
  *reason = "has a port that is not 1 to 65535";
  if (!ws_host_text_is_port (colon))
    return NULL;

  *port = g_strdup (colon);
  *colon = '\0';
  *reason = "is not HOST or HOST:PORT; an IPv6 address stands in brackets";
  if (*entry != '\0')
    host = ws_host_text_normalise (entry);
  if (host == NULL)
    return NULL;

  *reason = "ends with a number and is not a whole IPv4 address";
  return is_unwritten_number (host) ? NULL : shorten_host (g_steal_pointer (&host));
}

static gboolean
add_host (WsHostList *self,
          const char *entry,
          char      **fault)
{
  const char      *reason = "is not UTF-8";
  g_autofree char *lower = g_utf8_validate (entry, -1, NULL) ? g_utf8_strdown (entry, -1) : NULL;
  g_autofree char *port = NULL;
  g_autofree char *host = lower != NULL ? read_host_entry (lower, &port, &reason) : NULL;
  HostEntry        added;

  if (host == NULL)
    {
      *fault = ws_host_text_explain (entry, reason);
      return FALSE;
    }

  added.host = g_pattern_spec_new (host);
  added.port = *port != '\0' ? g_pattern_spec_new (port) : NULL;
  g_array_append_val (self->entries, added);
  return TRUE;
}

WsHostList *
ws_host_list_new (const char *text,
                  char      **fault)
{
  g_autoptr (WsHostList) self = g_new0 (WsHostList, 1);
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (HostEntry));
  g_array_set_clear_func (self->entries, clear_entry);
  for (guint i = 0; words[i] != NULL; i++)
    if (*g_strstrip (words[i]) != '\0' && !add_host (self, words[i], fault))
      return NULL;

  return g_steal_pointer (&self);
}

/* --- matching -------------------------------------------------------------------------------- */

static gboolean
matches_port (const HostEntry *entry,
              const char      *port,
              const char      *scheme)
{
  if (entry->port == NULL)
    return TRUE;
  if (*port != '\0')
    return g_pattern_spec_match_string (entry->port, port);
  if (scheme != NULL)
    return g_pattern_spec_match_string (entry->port, ws_host_text_get_default_port (scheme));

  return g_pattern_spec_match_string (entry->port, ws_host_text_get_default_port ("http")) ||
         g_pattern_spec_match_string (entry->port, ws_host_text_get_default_port ("https"));
}

gboolean
ws_host_list_matches (const WsHostList *self,
                      const char       *authority,
                      const char       *scheme)
{
  g_autofree char *lower = authority != NULL ? g_ascii_strdown (authority, -1) : NULL;
  g_autofree char *host = NULL;
  g_autofree char *port = NULL;
  char            *colon;

  if (lower == NULL)
    return FALSE;

  /* RFC 3986 §3.2.3: a port may be empty. */
  colon = ws_host_text_find_port (lower);
  port = g_strdup (g_str_equal (colon, ":") ? "" : colon);
  *colon = '\0';
  host = ws_host_text_normalise (lower);
  if (host == NULL || *host == '\0')
    return FALSE;

  host = shorten_host (g_steal_pointer (&host));
  for (guint i = 0; i < self->entries->len; i++)
    {
      const HostEntry *entry = &g_array_index (self->entries, HostEntry, i);

      if (g_pattern_spec_match_string (entry->host, host) && matches_port (entry, port, scheme))
        return TRUE;
    }

  return FALSE;
}
