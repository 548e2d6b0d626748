/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/io/ws-ip-address-private.h"
#include "wsserver/server/ws-access-list-private.h"

#define MAPPED_PREFIX_BITS 96 /* of ::ffff:0:0/96 */

struct _WsAccessList
{
  gboolean   matches_all;
  gboolean   matches_unix; /* the clients of a Unix socket, which have no address */
  GPtrArray *patterns;     /* GPatternSpec of addresses and address patterns */
  GPtrArray *networks;     /* GInetAddressMask */
};

void
ws_access_list_free (WsAccessList *self)
{
  g_ptr_array_unref (self->patterns);
  g_ptr_array_unref (self->networks);
  g_free (self);
}

static void
add_address (WsAccessList *self,
             GInetAddress *address,
             guint32       scope_id)
{
  g_autofree char *text = ws_ip_address_format (address, scope_id);

  g_ptr_array_add (self->patterns, g_pattern_spec_new (text));
}

/* An IPv6 address can be written in many ways. Clients are compared in the form that the system writes. */
static gboolean
add_literal (WsAccessList *self,
             const char   *text)
{
  guint32 scope_id;
  g_autoptr (GInetAddress) address = ws_ip_address_parse (text, &scope_id);

  if (address != NULL)
    add_address (self, address, scope_id);
  return address != NULL;
}

static gboolean
add_host_name (WsAccessList *self,
               const char   *name,
               GError      **error)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GError *resolver_error = NULL;
  GList  *addresses = g_resolver_lookup_by_name (resolver, name, NULL, &resolver_error);

  if (addresses == NULL)
    {
      ws_propagate_gio_error (error, resolver_error, name);
      return FALSE;
    }

  for (GList *link = addresses; link != NULL; link = link->next)
    add_address (self, link->data, 0);
  g_resolver_free_addresses (addresses);
  return TRUE;
}

/* ADDRESS/BITS, or NULL. The bits of IPv4 mapped into IPv6 are counted from the start of the IPv6 address. */
static GInetAddressMask *
parse_network (const char *text)
{
  const char      *slash = strchr (text, '/');
  g_autofree char *address_text = g_strndup (text, (gsize) (slash - text));
  guint32          scope_id;
  g_autoptr (GInetAddress) address = ws_ip_address_parse (address_text, &scope_id);
  gboolean is_mapped;
  guint64  bits;

  if (address == NULL || scope_id != 0 || !g_ascii_string_to_unsigned (slash + 1, 10, 0, 128, &bits, NULL))
    return NULL;

  is_mapped = strchr (address_text, ':') != NULL &&
              g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4;
  if (is_mapped && bits < MAPPED_PREFIX_BITS)
    return NULL;

  return g_inet_address_mask_new (address, (guint) bits - (is_mapped ? MAPPED_PREFIX_BITS : 0), NULL);
}

static gboolean
add_network (WsAccessList *self,
             const char   *text,
             GError      **error)
{
  GInetAddressMask *mask = parse_network (text);

  if (mask == NULL)
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                    "Invalid argument: \"%s\" is not a network; expected ADDRESS/BITS with no bit set after the first BITS",
                    text);
      return FALSE;
    }

  g_ptr_array_add (self->networks, mask);
  return TRUE;
}

static gboolean
add_entry (WsAccessList *self,
           const char   *entry,
           GError      **error)
{
  if (*entry == '\0')
    return TRUE;

  if (g_str_equal (entry, "*"))
    {
      self->matches_all = TRUE;
      return TRUE;
    }
  if (g_str_equal (entry, "unix:"))
    {
      self->matches_unix = TRUE;
      return TRUE;
    }
  if (add_literal (self, entry))
    return TRUE;
  if (strchr (entry, '*') != NULL)
    {
      g_autofree char *lower = g_ascii_strdown (entry, -1); /* as addresses are written */

      g_ptr_array_add (self->patterns, g_pattern_spec_new (lower));
      return TRUE;
    }
  if (strchr (entry, '/') != NULL)
    return add_network (self, entry, error);

  return add_host_name (self, entry, error);
}

WsAccessList *
ws_access_list_new (const char *text,
                    GError    **error)
{
  g_autoptr (WsAccessList) self = g_new0 (WsAccessList, 1);
  g_auto (GStrv) entries = g_strsplit (text, ",", -1);

  self->patterns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_pattern_spec_free);
  self->networks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; entries[i] != NULL; i++)
    if (!add_entry (self, g_strstrip (entries[i]), error))
      return NULL;

  return g_steal_pointer (&self);
}

static gboolean
matches_network (const WsAccessList *self,
                 const char         *address)
{
  g_autoptr (GInetAddress) inet_address = NULL;

  if (self->networks->len == 0)
    return FALSE;

  inet_address = g_inet_address_new_from_string (address);
  for (guint i = 0; inet_address != NULL && i < self->networks->len; i++)
    if (g_inet_address_mask_matches (self->networks->pdata[i], inet_address))
      return TRUE;

  return FALSE;
}

static gboolean
matches_text (const WsAccessList *self,
              const char         *address)
{
  for (guint i = 0; i < self->patterns->len; i++)
    if (g_pattern_spec_match_string (self->patterns->pdata[i], address))
      return TRUE;

  return FALSE;
}

/* An entry without a zone is for that address in every zone. */
gboolean
ws_access_list_matches (const WsAccessList *self,
                        const char         *address)
{
  const char      *zone = strchr (address, '%');
  g_autofree char *plain = zone != NULL ? g_strndup (address, (gsize) (zone - address)) : NULL;

  if (self->matches_all || (self->matches_unix && *address == '\0') || matches_text (self, address))
    return TRUE;

  if (plain == NULL)
    return matches_network (self, address);

  return matches_text (self, plain) || matches_network (self, plain);
}
