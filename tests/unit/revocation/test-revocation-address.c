/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-revocation-address-private.h"

#include "wsserver/revocation/ws-revocation-fetch-private.h"

#include <string.h>

static const char *const public_addresses[] = {
  "1.1.1.1",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.1",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2001:200::1",
  "2606:4700:4700::1111",
  "2a00::1",
  "::ffff:8.8.8.8",
  "64:ff9b::8.8.8.8",
  "2002:808:808::1",
};

static const char *const special_addresses[] = {
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.1",
  "10.255.255.255",
  "100.64.0.0",
  "100.127.255.255",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.1",
  "192.0.2.1",
  "192.168.0.1",
  "192.168.255.255",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::2",
  "::127.0.0.1",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "::ffff:0.0.0.0",
  "::ffff:169.254.169.254",
  "64:ff9b::10.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b:1::1",
  "100::1",
  "fe80::1",
  "febf::1",
  "fec0::1",
  "fc00::1",
  "fd12:3456::1",
  "ff02::1",
  "ff0e::1",
  "2001::1",
  "2001:db8::1",
  "2002:7f00:1::",
  "2002:a00:1::1",
  "2002:c0a8:101::1",
  "3fff::1",
  "4000::1",
};

static void
test_public (void)
{
  g_test_summary ("Loopback, link-local, private, shared, reserved and multicast addresses are not public");

  for (gsize i = 0; i < G_N_ELEMENTS (public_addresses); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (public_addresses[i]);

      g_test_message ("%s", public_addresses[i]);
      g_assert_true (ws_revocation_address_is_public (address));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (special_addresses); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (special_addresses[i]);

      g_test_message ("%s", special_addresses[i]);
      g_assert_false (ws_revocation_address_is_public (address));
    }
}

static void
test_redirections (void)
{
  static const struct
  {
    const char *from;
    const char *to;
    gboolean    accepted;
  } cases[] = {
    { "http://a.example/x", "http://a.example/y", TRUE },
    { "http://a.example/x", "http://A.EXAMPLE:80/y", TRUE },
    { "http://a.example/x", "https://a.example/x", TRUE },
    { "http://a.example:8080/x", "http://a.example:8080/y", TRUE },
    { "http://[2001:db8::1]/x", "http://[2001:db8::1]/y", TRUE },
    { "http://a.example/x", "http://b.example/x", FALSE },
    { "http://a.example/x", "http://www.a.example/x", FALSE },
    { "http://a.example/x", "http://a.example.evil.example/x", FALSE },
    { "http://a.example/x", "http://127.0.0.1/x", FALSE },
    { "http://a.example/x", "http://a.example:22/x", FALSE },
    { "http://a.example:8080/x", "https://a.example/x", FALSE },
    { "https://a.example/x", "http://a.example/x", FALSE },
    { "http://a.example/x", "file:///etc/passwd", FALSE },
    { "http://a.example/x", "http://user@a.example/x", FALSE },
  };

  g_test_summary ("A redirection stays on its host and port");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s to %s", cases[i].from, cases[i].to);
      g_assert_cmpint (ws_revocation_fetch_accepts_redirection (cases[i].from, cases[i].to), ==,
                       cases[i].accepted);
    }
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  GAsyncResult **end = user_data;

  *end = g_object_ref (result);
}

static void
wait_for_end (GAsyncResult **end)
{
  while (*end == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* What a name leads to is the resolver's answer: any resolver knows localhost (RFC 6761 §6.3). */
static const char *const hosts[] = { "127.0.0.1", "localhost", "::1", "0.0.0.0", "::ffff:127.0.0.1" };

static void
test_enumerator (void)
{
  g_test_summary ("Of a host without a public address, nothing is connected to");

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (GSocketConnectable) connectable = ws_revocation_address_new ("http", hosts[i], 80);
      g_autoptr (GSocketAddressEnumerator) all = g_socket_connectable_enumerate (connectable);
      g_autoptr (GSocketAddressEnumerator) again = g_socket_connectable_proxy_enumerate (connectable);
      g_autoptr (GAsyncResult) end = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", hosts[i]);
      g_assert_null (g_socket_address_enumerator_next (all, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
      g_clear_error (&error);

      g_socket_address_enumerator_next_async (again, NULL, ended_cb, &end);
      wait_for_end (&end);
      g_assert_null (g_socket_address_enumerator_next_finish (again, end, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
      g_assert_finalize_object (g_steal_pointer (&all));
    }
}

static void
test_client (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

  g_test_summary ("A client of GIO connects to none of the addresses of this machine");

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (GSocketConnectable) connectable = ws_revocation_address_new ("http", hosts[i], port);
      g_autoptr (GAsyncResult) end = NULL;

      g_socket_client_connect_async (client, connectable, NULL, ended_cb, &end);
      wait_for_end (&end);
      g_assert_null (g_socket_client_connect_finish (client, end, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
      g_clear_error (&error);
    }
}

static void
test_passes (void)
{
  g_autoptr (GSocketConnectable) connectable = ws_revocation_address_new ("http", "9.9.9.9", 8080);
  g_autoptr (GSocketAddressEnumerator) all = g_socket_connectable_enumerate (connectable);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A public address is passed on with its port, and the end is no failure");

  address = g_socket_address_enumerator_next (all, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)), ==, 8080);
  g_assert_null (g_socket_address_enumerator_next (all, NULL, &error));
  g_assert_no_error (error);
}

int
main (int   argc,
      char *argv[])
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/revocation/revocation-address/public", test_public);
  g_test_add_func ("/unit/revocation/revocation-address/redirections", test_redirections);
  g_test_add_func ("/unit/revocation/revocation-address/enumerator", test_enumerator);
  g_test_add_func ("/unit/revocation/revocation-address/client", test_client);
  g_test_add_func ("/unit/revocation/revocation-address/passes", test_passes);

  return g_test_run ();
}
