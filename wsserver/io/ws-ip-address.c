/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-ip-address-private.h"

#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

/* FALSE if there is no such interface. */
static gboolean
parse_zone (const char *zone,
            guint32    *scope_id)
{
  guint64 number;

  *scope_id = if_nametoindex (zone);
  if (*scope_id != 0)
    return TRUE;
  if (!g_ascii_string_to_unsigned (zone, 10, 1, G_MAXUINT32, &number, NULL))
    return FALSE;

  *scope_id = (guint32) number;
  return TRUE;
}

/* Takes the address. */
static GInetAddress *
unmap_address (GInetAddress *address)
{
  const guint8   *bytes = g_inet_address_to_bytes (address);
  struct in6_addr ipv6;
  GInetAddress   *ipv4;

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return address;

  memcpy (&ipv6, bytes, sizeof ipv6);
  if (!IN6_IS_ADDR_V4MAPPED (&ipv6))
    return address;

  ipv4 = g_inet_address_new_from_bytes (bytes + 12, G_SOCKET_FAMILY_IPV4);
  g_object_unref (address);
  return ipv4;
}

GInetAddress *
ws_ip_address_parse (const char *text,
                     guint32    *scope_id)
{
  gsize            length = strlen (text);
  gboolean         in_brackets = length > 2 && text[0] == '[' && text[length - 1] == ']';
  g_autofree char *plain = in_brackets ? g_strndup (text + 1, length - 2) : g_strdup (text);
  char            *zone = strchr (plain, '%');
  GInetAddress    *address;

  *scope_id = 0;
  if (zone != NULL)
    *zone++ = '\0';
  if ((in_brackets || zone != NULL) && strchr (plain, ':') == NULL)
    return NULL;
  if (zone != NULL && !parse_zone (zone, scope_id))
    return NULL;

  address = g_inet_address_new_from_string (plain);
  if (address != NULL)
    address = unmap_address (address);
  /* IPv4 has no zones, so no client has an address with one. */
  if (zone != NULL && address != NULL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    g_clear_object (&address);

  return address;
}

char *
ws_ip_address_format (GInetAddress *address,
                      guint32       scope_id)
{
  g_autofree char *text = g_inet_address_to_string (address);
  char             zone[IF_NAMESIZE];

  if (scope_id == 0)
    return g_steal_pointer (&text);
  if (if_indextoname (scope_id, zone) == NULL)
    g_snprintf (zone, sizeof zone, "%u", scope_id);

  return g_strconcat (text, "%", zone, NULL);
}
