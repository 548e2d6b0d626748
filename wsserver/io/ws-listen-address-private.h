/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The address families that a server may listen on. The numbers are those of the setting UseIPv6. */
typedef enum
{
  WS_IP_FAMILIES_IPV4,
  WS_IP_FAMILIES_IPV6,
  WS_IP_FAMILIES_BOTH,
} WsIpFamilies;

/* The address that a socket was bound to: an IP address, or the path of a Unix socket with port 0. */
typedef struct
{
  char *host;
  guint port;
} WsBoundAddress;

void ws_bound_address_init (WsBoundAddress *self,
                            GSocketAddress *address);
void ws_bound_address_clear (WsBoundAddress *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WsBoundAddress, ws_bound_address_clear)

/* Returns the path in "/PATH" or "unix:PATH", or NULL for any other host. */
const char *ws_listen_address_get_unix_path (const char *host);

/* Returns the addresses of a host in the allowed families. Free them with g_resolver_free_addresses(). host
 * is an IP address in any spelling (see ws-ip-address-private.h), a host name, or "" for all addresses of
 * this machine. *scope_id is the zone of the address, or 0. NULL sets the error: the name cannot be
 * resolved, or the address belongs to a family that is not allowed. */
GList *ws_listen_address_resolve (const char  *host,
                                  WsIpFamilies families,
                                  guint32     *scope_id,
                                  GError     **error);

G_END_DECLS
