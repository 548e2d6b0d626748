/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-forwarded-private.h"

#include <arpa/inet.h>
#include <string.h>

/* --- one hop --------------------------------------------------------------------------------- */

/* Returns the system's spelling of an address, or NULL. */
static char *
normalise_address (const char *text)
{
  char            buffer[INET6_ADDRSTRLEN];
  struct in6_addr ipv6;
  struct in_addr  ipv4;

  if (inet_pton (AF_INET, text, &ipv4) == 1)
    return g_strdup (inet_ntop (AF_INET, &ipv4, buffer, sizeof buffer));
  if (inet_pton (AF_INET6, text, &ipv6) != 1)
    return NULL;
  if (IN6_IS_ADDR_V4MAPPED (&ipv6))
    return g_strdup (inet_ntop (AF_INET, &ipv6.s6_addr[12], buffer, sizeof buffer));

  return g_strdup (inet_ntop (AF_INET6, &ipv6, buffer, sizeof buffer));
}

static gboolean
parse_hop_port (const char *text,
                guint16    *port)
{
  guint64 value = 0;

  /* RFC 7239 §6.3: a proxy may replace the port by an obfuscated name. */
  if (*text == '_')
    text = "0";
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &value, NULL))
    return FALSE;

  *port = (guint16) value;
  return TRUE;
}

/* Accepts ADDRESS, IPv4:PORT, [IPv6] and [IPv6]:PORT. Returns NULL for anything else: "unknown", an
 * obfuscated name, invalid text. */
static char *
parse_hop (const char *text,
           guint16    *port)
{
  g_autofree char *copy = g_strdup (text);
  char            *address = copy;
  char            *rest = NULL;

  *port = 0;
  if (*address == '[')
    {
      rest = strchr (++address, ']');
      if (rest == NULL)
        return NULL;
      *rest++ = '\0';
      if (*rest != '\0' && *rest != ':')
        return NULL;
    }
  else if (strchr (address, ':') == strrchr (address, ':')) /* more than one colon: a bare IPv6 address */
    {
      rest = strchr (address, ':');
    }

  if (rest != NULL && *rest == ':')
    {
      *rest++ = '\0';
      if (!parse_hop_port (rest, port))
        return NULL;
    }

  return normalise_address (address);
}

/* --- Forwarded ------------------------------------------------------------------------------- */

/* Returns the end of the text up to one of the delimiters outside a quoted string. RFC 9110 §5.6.4. */
static const char *
find_delimiter (const char *text,
                const char *delimiters)
{
  gboolean quoted = FALSE;

  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        quoted = !quoted;
      else if (quoted && *text == '\\' && text[1] != '\0')
        text++;
      else if (!quoted && strchr (delimiters, *text) != NULL)
        break;
    }

  return text;
}

static char *
unquote_value (char *value)
{
  gsize length = strlen (value);
  char *to = value;

  if (length < 2 || value[0] != '"' || value[length - 1] != '"')
    return value;

  for (const char *from = value + 1; from < value + length - 1; from++)
    {
      if (*from == '\\' && from + 1 < value + length - 1)
        from++;
      *to++ = *from;
    }
  *to = '\0';
  return value;
}

/* Returns the value of one parameter of a hop, such as for=, or NULL. */
static char *
dup_parameter (const char *hop,
               gsize       length,
               const char *name)
{
  g_autofree char *copy = g_strndup (hop, length);

  for (char *pair = copy; pair != NULL;)
    {
      char *end = (char *) find_delimiter (pair, ";");
      char *next = *end == ';' ? end + 1 : NULL;
      char *equals;

      *end = '\0';
      equals = strchr (pair, '=');
      if (equals != NULL)
        {
          *equals = '\0';
          if (g_ascii_strcasecmp (g_strstrip (pair), name) == 0)
            return g_strdup (unquote_value (g_strstrip (equals + 1)));
        }
      pair = next;
    }

  return NULL;
}

/* Returns the values of one parameter, one for each hop, "" for a hop without it. NULL without the field. */
static GPtrArray *
list_forwarded (const WsHttpHead *head,
                const char       *name)
{
  g_autofree char *combined = ws_http_head_get_combined (head, "Forwarded");
  GPtrArray       *values;

  if (combined == NULL)
    return NULL;

  values = g_ptr_array_new_with_free_func (g_free);
  for (const char *hop = combined; hop != NULL;)
    {
      const char *end = find_delimiter (hop, ",");
      char       *value = dup_parameter (hop, (gsize) (end - hop), name);

      g_ptr_array_add (values, value != NULL ? value : g_strdup (""));
      hop = *end == ',' ? end + 1 : NULL;
    }

  return values;
}

/* --- X-Forwarded-… --------------------------------------------------------------------------- */

static GPtrArray *
list_x_forwarded (const WsHttpHead *head,
                  const char       *name)
{
  g_autofree char *combined = ws_http_head_get_combined (head, name);
  const char      *list = combined;
  const char      *element;
  gsize            length;
  GPtrArray       *values;

  if (combined == NULL)
    return NULL;

  values = g_ptr_array_new_with_free_func (g_free);
  while (ws_http_list_next (&list, &element, &length))
    if (length > 0)
      g_ptr_array_add (values, g_strndup (element, length));

  return values;
}

/* --- the client ------------------------------------------------------------------------------ */

void
ws_forwarded_clear (WsForwarded *self)
{
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->scheme, g_free);
}

/* The address is NULL if there is no such field, or the nearest hop is not an address. *index becomes the
 * hop that says it. */
static char *
walk_hops (GPtrArray           *hops,
           WsForwardedTrustFunc is_trusted,
           gpointer             user_data,
           guint16             *port,
           guint               *index)
{
  char *client = NULL;

  *port = 0;
  *index = hops != NULL && hops->len > 0 ? hops->len - 1 : 0;
  for (guint i = hops != NULL ? hops->len : 0; i > 0; i--)
    {
      guint16 hop_port;
      char   *hop = parse_hop (hops->pdata[i - 1], &hop_port);

      if (hop == NULL)
        break;

      g_free (client);
      client = hop;
      *port = hop_port;
      *index = i - 1;
      if (!is_trusted (client, user_data))
        break;
    }

  return client;
}

/* Returns a copy of the value, or NULL if there is none or it is empty. */
static char *
dup_value (GPtrArray *values,
           guint      index)
{
  const char *value = values != NULL && index < values->len ? values->pdata[index] : "";

  return *value != '\0' ? g_strdup (value) : NULL;
}

/* What a proxy reports about the request: in Forwarded, the hop that names the client has it. The lists of
 * the other fields are not parallel; the nearest proxy has written the last element. */
static char *
dup_request_value (const WsHttpHead *head,
                   const char       *parameter,
                   guint             index,
                   const char       *field)
{
  g_autoptr (GPtrArray) standard = list_forwarded (head, parameter);
  g_autoptr (GPtrArray) common = list_x_forwarded (head, field);
  char *value = dup_value (standard, index);

  return value != NULL || common == NULL ? value : dup_value (common, common->len - 1);
}

/* Returns the scheme of HTTP: proxies write "wss" as well. NULL for any other. */
static char *
normalise_scheme (const char *text)
{
  if (text == NULL)
    return NULL;
  if (g_ascii_strcasecmp (text, "https") == 0 || g_ascii_strcasecmp (text, "wss") == 0)
    return g_strdup ("https");
  if (g_ascii_strcasecmp (text, "http") == 0 || g_ascii_strcasecmp (text, "ws") == 0)
    return g_strdup ("http");

  return NULL;
}

gboolean
ws_forwarded_parse (const WsHttpHead    *head,
                    WsForwardedTrustFunc is_trusted,
                    gpointer             user_data,
                    WsForwarded         *forwarded)
{
  g_autoptr (GPtrArray) standard_hops = list_forwarded (head, "for");
  g_autoptr (GPtrArray) common_hops = list_x_forwarded (head, "X-Forwarded-For");
  guint16          standard_port;
  guint16          common_port;
  guint            standard_hop;
  guint            common_hop;
  g_autofree char *standard = walk_hops (standard_hops, is_trusted, user_data, &standard_port,
                                         &standard_hop);
  g_autofree char *common = walk_hops (common_hops, is_trusted, user_data, &common_port, &common_hop);
  g_autofree char *scheme = NULL;

  if (standard_hops != NULL && common_hops != NULL && g_strcmp0 (standard, common) != 0)
    return FALSE;

  scheme = dup_request_value (head, "proto", standard_hop, "X-Forwarded-Proto");
  forwarded->scheme = normalise_scheme (scheme);
  forwarded->host = dup_request_value (head, "host", standard_hop, "X-Forwarded-Host");
  forwarded->port = standard_port != 0 ? standard_port : common_port;
  forwarded->address = standard != NULL ? g_steal_pointer (&standard) : g_steal_pointer (&common);
  return TRUE;
}
