/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-ip-address-private.h"

static void
test_spellings (void)
{
  static const struct
  {
    const char *text;
    const char *formatted; /* NULL: no address */
  } spellings[] = {
    { "127.0.0.1", "127.0.0.1" },
    { "::1", "::1" },
    { "[::1]", "::1" },
    { "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
    { "::ffff:192.0.2.1", "192.0.2.1" },
    { "[::FFFF:192.0.2.1]", "192.0.2.1" },
    { "fe80::1%lo", "fe80::1%lo" },
    { "[FE80::1%lo]", "fe80::1%lo" },
    { "fe80::1%1", "fe80::1%lo" },
    { "fe80::1%4000000000", "fe80::1%4000000000" },
    { "fe80::1%no-such-interface", NULL },
    { "fe80::1%", NULL },
    { "fe80::1%0", NULL },
    { "127.0.0.1%lo", NULL },
    { "::ffff:192.0.2.1%lo", NULL },
    { "[127.0.0.1]", NULL },
    { "[::1", NULL },
    { "::1]", NULL },
    { "[]", NULL },
    { "", NULL },
    { "127.0.0", NULL },
    { "localhost", NULL },
  };

  g_test_summary ("Every spelling of an address is the same address, and other texts are none.");

  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      guint32 scope_id = 77;
      g_autoptr (GInetAddress) address = ws_ip_address_parse (spellings[i].text, &scope_id);
      g_autofree char *formatted = address != NULL ? ws_ip_address_format (address, scope_id) : NULL;

      g_test_message ("%s", spellings[i].text);
      g_assert_cmpstr (formatted, ==, spellings[i].formatted);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/io/ip-address/spellings", test_spellings);

  return g_test_run ();
}
