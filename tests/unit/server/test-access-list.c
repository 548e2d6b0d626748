/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-access-list-private.h"

#include <string.h>

#include "wsserver/base/ws-error.h"

typedef struct
{
  const char *path;
  const char *list;
  const char *address;
  gboolean    matches;
} Case;

static const Case cases[] = {
  { "nobody", "", "127.0.0.1", FALSE },
  { "all", "*", "127.0.0.1", TRUE },
  { "all-ipv6", "*", "2001:db8::1", TRUE },
  { "all-behind-others", "192.0.2.1,*", "127.0.0.1", TRUE },
  { "one", "127.0.0.1", "127.0.0.1", TRUE },
  { "one-other", "127.0.0.2", "127.0.0.1", FALSE },
  { "prefix-is-no-match", "127.0.0.1", "127.0.0.11", FALSE },
  { "suffix-is-no-match", "27.0.0.1", "127.0.0.1", FALSE },
  { "dot-is-a-dot", "127.0.0.1", "127a0b0c1", FALSE },
  { "first", "127.0.0.1,192.0.2.1", "127.0.0.1", TRUE },
  { "last", "192.0.2.1,127.0.0.1", "127.0.0.1", TRUE },
  { "spaces", "  192.0.2.1 ,\t127.0.0.1  ", "127.0.0.1", TRUE },
  { "empty-entries", ",, 127.0.0.1 , ,", "127.0.0.1", TRUE },
  { "only-commas", ",,,", "127.0.0.1", FALSE },
  { "only-spaces", " ", "127.0.0.1", FALSE },

  { "wildcard-end", "192.168.*", "192.168.7.9", TRUE },
  { "wildcard-end-other", "192.168.*", "192.169.7.9", FALSE },
  { "wildcard-middle", "10.*.1", "10.2.3.1", TRUE },
  { "wildcard-middle-other", "10.*.1", "10.2.3.4", FALSE },
  { "wildcard-start", "*.1", "10.2.3.1", TRUE },
  { "wildcards", "10.*.3.*", "10.2.3.4", TRUE },
  { "wildcard-ipv6", "2001:db8:*", "2001:db8::1", TRUE },
  { "wildcard-ipv6-other", "2001:db8:*", "2001:db9::1", FALSE },
  { "wildcard-look-alike", "10.*", "110.1.2.3", FALSE },

  { "network", "10.0.0.0/8", "10.255.0.1", TRUE },
  { "network-other", "10.0.0.0/8", "11.0.0.1", FALSE },
  { "network-odd-bits", "192.0.2.64/27", "192.0.2.95", TRUE },
  { "network-odd-bits-beyond", "192.0.2.64/27", "192.0.2.96", FALSE },
  { "network-one-address", "192.0.2.1/32", "192.0.2.1", TRUE },
  { "network-all-ipv4", "0.0.0.0/0", "203.0.113.7", TRUE },
  { "network-all-ipv4-not-ipv6", "0.0.0.0/0", "2001:db8::1", FALSE },
  { "network-ipv6", "2001:db8::/32", "2001:db8:1::1", TRUE },
  { "network-ipv6-other", "2001:db8::/32", "2001:db9::1", FALSE },
  { "network-ipv6-not-ipv4", "::/0", "127.0.0.1", FALSE },
  { "network-and-no-address", "10.0.0.0/8", "", FALSE },

  { "ipv6", "::1", "::1", TRUE },
  { "ipv6-other", "::1", "::2", FALSE },
  { "ipv6-long-spelling", "0:0:0:0:0:0:0:1", "::1", TRUE },
  { "ipv6-upper-case", "2001:DB8::AB", "2001:db8::ab", TRUE },
  { "ipv6-zeros", "2001:0db8::00ab", "2001:db8::ab", TRUE },

  { "ipv6-brackets", "[2001:DB8::1]", "2001:db8::1", TRUE },
  { "ipv6-wildcard-upper-case", "2001:DB8:*", "2001:db8::1", TRUE },
  { "mapped", "::ffff:192.0.2.1", "192.0.2.1", TRUE },
  { "mapped-hexadecimal", "::FFFF:c000:0201", "192.0.2.1", TRUE },
  { "mapped-network", "::ffff:10.0.0.0/104", "10.1.2.3", TRUE },
  { "mapped-network-other", "::ffff:10.0.0.0/104", "11.1.2.3", FALSE },
  { "network-brackets", "[fe80::]/10", "fe80::1", TRUE },
  { "network-client-with-zone", "fe80::/10", "fe80::1%lo", TRUE },
  { "zone", "fe80::1%lo", "fe80::1%lo", TRUE },
  { "zone-number", "fe80::1%1", "fe80::1%lo", TRUE },
  { "zone-other", "fe80::1%lo", "fe80::1%eth7", FALSE },
  { "zone-any", "fe80::1", "fe80::1%lo", TRUE },
  { "zone-any-other", "fe80::2", "fe80::1%lo", FALSE },
  { "zone-wildcard", "fe80::*", "fe80::1%lo", TRUE },

  { "name", "localhost", "127.0.0.1", TRUE },
  { "name-other", "localhost", "127.0.0.2", FALSE },
  { "name-beside-address", "192.0.2.1,localhost", "127.0.0.1", TRUE },
};

static void
test_case (gconstpointer user_data)
{
  const Case *access_case = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WsAccessList) list = ws_access_list_new (access_case->list, &error);

  g_test_summary ("This address is in this list, or it is not.");

  g_assert_no_error (error);
  g_assert_nonnull (list);
  g_assert_cmpint (ws_access_list_matches (list, access_case->address), ==, access_case->matches);
}

static void
test_bad_network (void)
{
  const char *const networks[] = { "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "/8", "2001:db8::1/32",
                                   "::/129", "::/99999999999", "10.0.0.0/-1", "10.0.0.0/8/8", "name/8", "10.0.0/8x" };

  g_test_summary ("What is no network is an error that repeats it; one bad entry spoils the list.");

  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autofree char *text = g_strconcat ("*, 127.0.0.1, ", networks[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (WsAccessList) list = ws_access_list_new (text, &error);

      g_test_message ("%s", networks[i]);
      g_assert_null (list);
      g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, networks[i]));
      g_assert_nonnull (strstr (error->message, "ADDRESS/BITS"));
    }
}

static void
test_unknown_name (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WsAccessList) list = ws_access_list_new ("127.0.0.1,no-such-host.invalid", &error);

  g_test_summary ("A name that cannot be resolved is an error that repeats it.");

  g_assert_null (list);
  g_assert_nonnull (error);
  g_assert_true (error->domain == WS_ERROR);
  g_assert_cmpint (error->code, >=, WS_ERROR_HOST_NOT_FOUND);
  g_assert_cmpint (error->code, <=, WS_ERROR_NO_DATA);
  g_assert_nonnull (strstr (error->message, "no-such-host.invalid"));
}

static void
test_long_list (void)
{
  g_autoptr (GString) text = g_string_new ("192.0.2.0");
  g_autoptr (WsAccessList) list = NULL;

  g_test_summary ("A list as long as the setting may be is held and searched.");

  for (guint i = 1; text->len < 65536 - 20; i++)
    g_string_append_printf (text, ",10.%u.%u.%u", i >> 16, (i >> 8) & 255, i & 255);
  list = ws_access_list_new (text->str, NULL);
  g_assert_nonnull (list);
  g_assert_true (ws_access_list_matches (list, "10.0.4.7"));
  g_assert_false (ws_access_list_matches (list, "10.1.0.0"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/server/access-list/matches/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/unit/server/access-list/bad-network", test_bad_network);
  g_test_add_func ("/unit/server/access-list/unknown-name", test_unknown_name);
  g_test_add_func ("/unit/server/access-list/long-list", test_long_list);

  return g_test_run ();
}
