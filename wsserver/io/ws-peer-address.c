/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-peer-address-private.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/socket.h>

/* An IPv4 client of a socket for both families is shown as a.b.c.d, not as ::ffff:a.b.c.d. A link-local
 * address is shown with its zone, without which it means nothing. */
char *
ws_peer_address_to_string (const WsPeerAddress *self)
{
  char text[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE] = "";

  if (self->any.sa_family == AF_INET)
    inet_ntop (AF_INET, &self->ipv4.sin_addr, text, sizeof text);
  else if (self->any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED (&self->ipv6.sin6_addr))
    inet_ntop (AF_INET, &self->ipv6.sin6_addr.s6_addr[12], text, sizeof text);
  else if (self->any.sa_family == AF_INET6)
    {
      char zone[IF_NAMESIZE];

      inet_ntop (AF_INET6, &self->ipv6.sin6_addr, text, sizeof text);
      if (self->ipv6.sin6_scope_id != 0 && if_indextoname (self->ipv6.sin6_scope_id, zone) != NULL)
        {
          g_strlcat (text, "%", sizeof text);
          g_strlcat (text, zone, sizeof text);
        }
    }

  return g_strdup (text);
}

guint
ws_peer_address_get_port (const WsPeerAddress *self)
{
  switch (self->any.sa_family)
    {
    case AF_INET:
      return g_ntohs (self->ipv4.sin_port);
    case AF_INET6:
      return g_ntohs (self->ipv6.sin6_port);
    default:
      return 0;
    }
}
