/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "ws-test-server.h"

/* What is said about settings in running text and has no other test. */

static void
assert_value (WsTestServer *server,
              const char   *name,
              const char   *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = ws_server_config (server->server, name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, expected);
}

static void
test_booleans (void)
{
  static const char *const words[][2] = {
    { "True", "False" },
    { "true", "false" },
    { "1", "0" },
    { "Yes", "No" },
    { "YES", "NO" },
    { "yes", "no" },
  };
  g_autoptr (WsTestServer) server = ws_test_server_new ();

  g_test_summary ("True, False, 1, 0, Yes and No are booleans in any case, and read back as True and False.");

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    for (guint no = 0; no < 2; no++)
      {
        g_autofree char *setting = g_strconcat ("BufferMessage=", words[i][no], NULL);

        ws_test_server_config (server, setting);
        assert_value (server, "BufferMessage", no ? "False" : "True");
      }
}

static void
test_fixed (void)
{
  static const char *const settings[] = { "MaxConnections=5", "BindExclusively=False", "UseIPv6=2" };
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);

  g_test_summary ("What is fixed while listening is error 108 then, and can change before and after.");

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *value = ws_server_config (server->server, settings[i], &error);

      g_assert_null (value);
      g_assert_error (error, WS_ERROR, WS_ERROR_MAX_CONNECTIONS_FIXED);
    }
  assert_value (server, "MaxConnections", "1000");
  ws_server_stop_listening (server->server);
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    ws_test_server_config (server, settings[i]);
  assert_value (server, "MaxConnections", "5");
}

static void
test_bind_exclusively (void)
{
  g_autoptr (WsTestServer) exclusive = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestServer) sharing = ws_test_server_new_listening ("BindExclusively=False", NULL);
  const guint ports[] = { exclusive->port, sharing->port };

  g_test_summary ("A port is shared only if both servers want it so; otherwise it is in use.");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (WsServer) second = ws_server_new ();
      g_autofree char *value = ws_server_config (second, i == 0 ? "BindExclusively=False" : "BindExclusively=True", NULL);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (value);
      ws_server_set_local_host (second, "127.0.0.1", NULL);
      ws_server_set_local_port (second, ports[i], NULL);
      g_assert_false (ws_server_start_listening (second, &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_ADDRESS_IN_USE);
    }
}

/* As if the system had been started without IPv6. */
static gboolean
take_ipv6_away (void)
{
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, args[0])),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { .len = G_N_ELEMENTS (code), .filter = code };

  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void
run_without_ipv6 (void)
{
  g_autoptr (WsTestServer) both = ws_test_server_new ();
  g_autoptr (WsServer) only = ws_server_new ();
  g_autofree char *value = ws_server_config (only, "UseIPv6=1", NULL);
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (GError) error = NULL;

  ws_test_server_config (both, "UseIPv6=2");
  ws_server_start_listening (both->server, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ws_server_get_local_host (both->server), ==, "0.0.0.0");
  both->port = ws_server_get_local_port (both->server);
  client = ws_test_server_open (both);

  g_assert_false (ws_server_start_listening (only, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_ADDRESS_FAMILY_NOT_SUPPORTED);
}

static void
test_without_ipv6 (void)
{
  g_test_summary ("Without IPv6, UseIPv6=2 listens on IPv4, and UseIPv6=1 cannot listen.");

  if (g_test_subprocess ())
    {
      if (take_ipv6_away ())
        run_without_ipv6 ();
      else
        g_print ("no seccomp\n");
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static void
test_max_connections_default (void)
{
  static const char *const refused[] = { "MaxConnections=0", "MaxConnections=100001", "MaxConnections=-1" };
  g_autoptr (WsTestServer) server = ws_test_server_new ();

  g_test_summary ("MaxConnections is 1000 by default and takes 1 to 100000.");

  assert_value (server, "MaxConnections", "1000");
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *value = ws_server_config (server->server, refused[i], &error);

      g_assert_null (value);
      g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "1 to 100000"));
    }
  ws_test_server_config (server, "MaxConnections=100000");
  ws_test_server_config (server, "MaxConnections=1");
}

static void
test_lists_refused (void)
{
  static const char *const names[] = { "AllowedClients", "BlockedClients" };
  g_autoptr (WsTestServer) server = ws_test_server_new ();

  g_test_summary ("A list of clients that cannot be parsed is refused; the error names setting and value.");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *setting = g_strconcat (names[i], "=127.0.0.1,10.0.0.1/8", NULL);
      g_autofree char *value = NULL;
      g_autoptr (GError) error = NULL;

      value = ws_server_config (server->server, setting, &error);
      g_assert_null (value);
      g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, names[i]));
      g_assert_nonnull (strstr (error->message, "\"127.0.0.1,10.0.0.1/8\""));
      assert_value (server, names[i], i == 0 ? "*" : "");
    }
}

static gboolean
is_served (WsTestServer *server)
{
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  ws_test_client_send_handshake (client, "/", NULL);
  ws_test_wait_until (client->eof || client->input->len > 0);
  return client->input->len > 0;
}

static void
test_lists_without_handler (void)
{
  static const struct
  {
    const char *setting;
    gboolean    served;
  } steps[] = {
    { "AllowedClients=*", TRUE },
    { "BlockedClients=127.0.0.1", FALSE },
    { "BlockedClients=192.0.2.1,localhost", FALSE },
    { "BlockedClients=192.0.2.1", TRUE },
    { "BlockedClients=", TRUE },
    { "AllowedClients=192.0.2.1", FALSE },
    { "AllowedClients=192.0.2.1,localhost", TRUE },
    { "AllowedClients=", FALSE },
  };
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);

  g_test_summary ("The lists decide even without a handler of connection-request; host names are resolved.");

  ws_test_server_stop_recording (server, "connection-request");
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_test_message ("%s", steps[i].setting);
      ws_test_server_config (server, steps[i].setting);
      g_assert_cmpint (is_served (server), ==, steps[i].served);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/contract/settings/booleans", test_booleans);
  g_test_add_func ("/contract/settings/fixed", test_fixed);
  g_test_add_func ("/contract/settings/bind-exclusively", test_bind_exclusively);
  g_test_add_func ("/contract/settings/without-ipv6", test_without_ipv6);
  g_test_add_func ("/contract/settings/lists-refused", test_lists_refused);
  g_test_add_func ("/contract/settings/lists-without-handler", test_lists_without_handler);
  g_test_add_func ("/contract/settings/max-connections", test_max_connections_default);

  return g_test_run ();
}
