/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-address-counts-private.h"

#include <string.h>

struct _WsAddressCounts
{
  GHashTable *by_key; /* gint64, owned, to the number */
};

/* IPv4 addresses are numbers below 2^32, which no network of IPv6 is that clients come from. FALSE: the peer
 * has no address. */
static gboolean
get_key (const WsPeerAddress *peer,
         gint64              *key)
{
  const guint8 *bytes = (const guint8 *) &peer->ipv6.sin6_addr;
  guint32       ipv4;

  if (peer->any.sa_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED (&peer->ipv6.sin6_addr))
    {
      memcpy (key, bytes, sizeof *key);
      *key = (gint64) GUINT64_FROM_BE ((guint64) *key);
      return TRUE;
    }

  if (peer->any.sa_family == AF_INET6)
    memcpy (&ipv4, bytes + 12, sizeof ipv4);
  else if (peer->any.sa_family == AF_INET)
    ipv4 = peer->ipv4.sin_addr.s_addr;
  else
    return FALSE;

  *key = GUINT32_FROM_BE (ipv4);
  return TRUE;
}

WsAddressCounts *
ws_address_counts_new (void)
{
  WsAddressCounts *self = g_new (WsAddressCounts, 1);

  self->by_key = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

void
ws_address_counts_free (WsAddressCounts *self)
{
  g_hash_table_unref (self->by_key);
  g_free (self);
}

static void
set_count (WsAddressCounts *self,
           gint64           key,
           guint            count)
{
  if (count == 0)
    g_hash_table_remove (self->by_key, &key);
  else
    g_hash_table_insert (self->by_key, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (count));
}

void
ws_address_counts_add (WsAddressCounts     *self,
                       const WsPeerAddress *peer)
{
  gint64 key;

  if (get_key (peer, &key))
    set_count (self, key, ws_address_counts_get (self, peer) + 1);
}

void
ws_address_counts_remove (WsAddressCounts     *self,
                          const WsPeerAddress *peer)
{
  gint64 key;

  if (get_key (peer, &key))
    set_count (self, key, ws_address_counts_get (self, peer) - 1);
}

guint
ws_address_counts_get (WsAddressCounts     *self,
                       const WsPeerAddress *peer)
{
  gint64 key;

  return get_key (peer, &key) ? GPOINTER_TO_UINT (g_hash_table_lookup (self->by_key, &key)) : 0;
}
