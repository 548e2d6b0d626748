/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-address-counts-private.h"

#include <arpa/inet.h>
#include <sys/un.h>

typedef struct
{
  const char *first;
  const char *second;
  gboolean    same;
} Pair;

static const Pair pairs[] = {
  { "192.0.2.7", "192.0.2.7", TRUE },
  { "192.0.2.7", "192.0.2.8", FALSE },
  { "192.0.2.7", "::ffff:192.0.2.7", TRUE },
  { "::ffff:192.0.2.7", "::ffff:192.0.2.8", FALSE },
  { "255.255.255.255", "127.0.0.1", FALSE },
  { "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", TRUE },
  { "2001:db8:1:2::1", "2001:db8:1:3::1", FALSE },
  { "2001:db8:1:2::1", "3001:db8:1:2::1", FALSE },
  { "::1", "127.0.0.1", FALSE },
  { "fe80::1", "fe80::2", TRUE },
};

static WsPeerAddress
parse (const char *text)
{
  WsPeerAddress peer = { 0 };

  if (inet_pton (AF_INET6, text, &peer.ipv6.sin6_addr) == 1)
    peer.any.sa_family = AF_INET6;
  else if (inet_pton (AF_INET, text, &peer.ipv4.sin_addr) == 1)
    peer.any.sa_family = AF_INET;
  else
    g_assert_not_reached ();

  return peer;
}

static void
test_same (void)
{
  g_test_summary ("IPv4 addresses, also mapped ones, count each by itself, IPv6 addresses by their network of 64 bits.");

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      WsAddressCounts    *counts = ws_address_counts_new ();
      const WsPeerAddress first = parse (pairs[i].first);
      const WsPeerAddress second = parse (pairs[i].second);

      ws_address_counts_add (counts, &first);
      g_assert_cmpuint (ws_address_counts_get (counts, &first), ==, 1);
      g_assert_cmpuint (ws_address_counts_get (counts, &second), ==, pairs[i].same ? 1 : 0);
      ws_address_counts_add (counts, &second);
      ws_address_counts_remove (counts, &first);
      g_assert_cmpuint (ws_address_counts_get (counts, &second), ==, 1);
      ws_address_counts_remove (counts, &second);
      g_assert_cmpuint (ws_address_counts_get (counts, &first), ==, 0);
      g_assert_cmpuint (ws_address_counts_get (counts, &second), ==, 0);
      ws_address_counts_free (counts);
    }
}

static void
test_without_address (void)
{
  WsAddressCounts    *counts = ws_address_counts_new ();
  const WsPeerAddress peer = { .any.sa_family = AF_UNIX };

  g_test_summary ("Clients of a Unix socket are not counted.");

  ws_address_counts_add (counts, &peer);
  g_assert_cmpuint (ws_address_counts_get (counts, &peer), ==, 0);
  ws_address_counts_remove (counts, &peer);
  g_assert_cmpuint (ws_address_counts_get (counts, &peer), ==, 0);
  ws_address_counts_free (counts);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/server/address-counts/same", test_same);
  g_test_add_func ("/unit/server/address-counts/without-address", test_without_address);

  return g_test_run ();
}
