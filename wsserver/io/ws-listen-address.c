/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-listen-address-private.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/io/ws-ip-address-private.h"

void
ws_bound_address_init (WsBoundAddress *self,
                       GSocketAddress *address)
{
  GInetSocketAddress *inet;
  guint32             scope_id = 0;

  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    {
      self->host = g_strdup (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)));
      self->port = 0;
      return;
    }

  inet = G_INET_SOCKET_ADDRESS (address);
  if (g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    scope_id = g_inet_socket_address_get_scope_id (inet);
  self->host = ws_ip_address_format (g_inet_socket_address_get_address (inet), scope_id);
  self->port = g_inet_socket_address_get_port (inet);
}

void
ws_bound_address_clear (WsBoundAddress *self)
{
  g_clear_pointer (&self->host, g_free);
}

const char *
ws_listen_address_get_unix_path (const char *host)
{
  if (g_str_has_prefix (host, "unix:"))
    return host + strlen ("unix:");

  return *host == '/' ? host : NULL;
}

/* With both families, an IPv6 socket serves IPv4 clients as well. */
static GList *
list_any (WsIpFamilies families)
{
  GSocketFamily family = families == WS_IP_FAMILIES_IPV4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6;

  return g_list_append (NULL, g_inet_address_new_any (family));
}

static GList *
list_literal (GInetAddress *address,
              WsIpFamilies  families,
              GError      **error)
{
  gboolean is_ipv6 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;

  if (families != WS_IP_FAMILIES_BOTH && is_ipv6 != (families == WS_IP_FAMILIES_IPV6))
    {
      g_autofree char *text = g_inet_address_to_string (address);

      ws_set_error (error, WS_ERROR_ADDRESS_FAMILY_NOT_SUPPORTED,
                    "Address family not supported: %s is an %s address, but UseIPv6 is %u", text,
                    is_ipv6 ? "IPv6" : "IPv4", families);
      return NULL;
    }

  return g_list_append (NULL, g_object_ref (address));
}

static GResolverNameLookupFlags
get_lookup_flags (WsIpFamilies families)
{
  switch (families)
    {
    case WS_IP_FAMILIES_IPV4:
      return G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY;
    case WS_IP_FAMILIES_IPV6:
      return G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY;
    case WS_IP_FAMILIES_BOTH:
      break;
    }

  return G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT;
}

GList *
ws_listen_address_resolve (const char  *host,
                           WsIpFamilies families,
                           guint32     *scope_id,
                           GError     **error)
{
  g_autoptr (GInetAddress) literal = ws_ip_address_parse (host, scope_id);
  g_autoptr (GResolver) resolver = NULL;
  GError *resolver_error = NULL;
  GList  *addresses;

  if (*host == '\0')
    return list_any (families);
  if (literal != NULL)
    return list_literal (literal, families, error);

  resolver = g_resolver_get_default ();
  addresses = g_resolver_lookup_by_name_with_flags (resolver, host, get_lookup_flags (families), NULL,
                                                    &resolver_error);
  if (addresses == NULL)
    ws_propagate_gio_error (error, resolver_error, host);
  return addresses;
}
