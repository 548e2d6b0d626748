/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/socket.h>

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "ws-test-server.h"

/* Where and how a server listens. */

static void
test_defaults (void)
{
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (WsConnectionMap) connections = NULL;
  g_autofree char *local_host = NULL;
  gboolean         listening = TRUE;
  guint            local_port = 1;
  int              default_timeout = 1;
  int              backlog = 0;

  g_test_summary ("The properties of a new server have the documented defaults.");

  g_object_get (server, "connection-backlog", &backlog, "connections", &connections,
                "default-timeout", &default_timeout, "listening", &listening,
                "local-host", &local_host, "local-port", &local_port, NULL);
  g_assert_cmpint (backlog, ==, SOMAXCONN);
  g_assert_true (WS_IS_CONNECTION_MAP (connections));
  g_assert_true (G_IS_LIST_MODEL (connections));
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (connections)) == WS_TYPE_CONNECTION);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (connections)), ==, 0);
  g_assert_cmpint (default_timeout, ==, 0);
  g_assert_false (listening);
  g_assert_cmpstr (local_host, ==, "");
  g_assert_cmpuint (local_port, ==, 0);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  (*(guint *) user_data)++;
}

static void
test_setters (void)
{
  g_autoptr (WsServer) server = ws_server_new ();
  guint n_notifies = 0;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Setters store and notify, once and only when the value changes.");

  g_signal_connect (server, "notify", G_CALLBACK (count_cb), &n_notifies);
  ws_server_set_connection_backlog (server, 16);
  ws_server_set_connection_backlog (server, 16);
  g_assert_cmpint (ws_server_get_connection_backlog (server), ==, 16);
  g_assert_cmpuint (n_notifies, ==, 1);
  ws_server_set_default_timeout (server, 60);
  ws_server_set_default_timeout (server, 60);
  g_assert_cmpint (ws_server_get_default_timeout (server), ==, 60);
  g_assert_cmpuint (n_notifies, ==, 2);
  g_assert_true (ws_server_set_local_host (server, "127.0.0.1", &error));
  g_assert_true (ws_server_set_local_host (server, "127.0.0.1", &error));
  g_assert_cmpstr (ws_server_get_local_host (server), ==, "127.0.0.1");
  g_assert_cmpuint (n_notifies, ==, 3);
  g_assert_true (ws_server_set_local_port (server, 8080, &error));
  g_assert_true (ws_server_set_local_port (server, 8080, &error));
  g_assert_cmpuint (ws_server_get_local_port (server), ==, 8080);
  g_assert_cmpuint (n_notifies, ==, 4);
  g_assert_no_error (error);
}

static void
test_port_zero (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  guint n_listening = 0;
  guint n_local_port = 0;

  g_test_summary ("With port 0 the system picks one, which the property then reads and notifies.");

  g_signal_connect (server->server, "notify::listening", G_CALLBACK (count_cb), &n_listening);
  g_signal_connect (server->server, "notify::local-port", G_CALLBACK (count_cb), &n_local_port);
  ws_test_server_listen (server);
  g_assert_true (ws_server_get_listening (server->server));
  g_assert_cmpuint (server->port, >, 0);
  g_assert_cmpuint (n_listening, ==, 1);
  g_assert_cmpuint (n_local_port, ==, 1);
  ws_server_stop_listening (server->server);
  ws_server_stop_listening (server->server);
  g_assert_cmpuint (n_listening, ==, 2);
}

static void
test_twice (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Listening twice is error 104 and changes nothing.");

  g_assert_false (ws_server_start_listening (server->server, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_ALREADY_LISTENING);
  g_assert_true (ws_server_get_listening (server->server));
  g_assert_cmpuint (ws_server_get_local_port (server->server), ==, server->port);
}

static void
test_fixed_setters (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Port and host cannot change while listening: 106 and 107 from their setters.");

  g_assert_false (ws_server_set_local_port (server->server, 1, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_LOCAL_PORT_FIXED);
  g_clear_error (&error);
  g_assert_false (ws_server_set_local_host (server->server, "127.0.0.2", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_LOCAL_HOST_FIXED);
  g_assert_cmpuint (ws_server_get_local_port (server->server), ==, server->port);
  g_assert_cmpstr (ws_server_get_local_host (server->server), ==, "127.0.0.1");
  ws_test_server_assert_events (server, NULL);
}

static void
test_fixed_properties (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);

  g_test_summary ("The plain property setter leaves the value and emits error.");

  g_object_set (server->server, "local-port", 1, NULL);
  g_assert_cmpuint (ws_server_get_local_port (server->server), ==, server->port);
  g_assert_cmpuint (ws_test_server_count (server, "error - 106 "), ==, 1);
  g_object_set (server->server, "local-host", "127.0.0.2", NULL);
  g_assert_cmpstr (ws_server_get_local_host (server->server), ==, "127.0.0.1");
  g_assert_cmpuint (ws_test_server_count (server, "error - 107 "), ==, 1);
  g_assert_cmpuint (server->events->len, ==, 2);
}

static void
test_in_use (void)
{
  g_autoptr (WsTestServer) first = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsServer) second = ws_server_new ();
  g_autofree char *message = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A port in use is 10048 with the system's words and the address.");

  ws_server_set_local_host (second, "127.0.0.1", NULL);
  ws_server_set_local_port (second, first->port, NULL);
  g_assert_false (ws_server_start_listening (second, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_ADDRESS_IN_USE);
  message = g_strdup_printf ("[10048] Address already in use: 127.0.0.1:%u", first->port);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_false (ws_server_get_listening (second));
}

static void
test_free_after_drop (void)
{
  WsTestServer *first = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestServer) second = ws_test_server_new ();
  guint port = first->port;

  g_test_summary ("A server that is dropped, with an open client, frees its port at once.");

  ws_test_client_free (ws_test_server_open (first));
  ws_test_server_free (first);
  ws_server_set_local_port (second->server, port, NULL);
  ws_test_server_listen (second);
  g_assert_cmpuint (second->port, ==, port);
}

static void
test_shared_port (void)
{
  g_autoptr (WsTestServer) first = NULL;
  g_autoptr (WsTestServer) second = ws_test_server_new ();
  g_autoptr (GPtrArray) clients = NULL;

  g_test_summary ("With BindExclusively False several servers share one port.");

  first = ws_test_server_new_listening ("BindExclusively=False", NULL);
  ws_test_server_config (second, "BindExclusively=False");
  ws_server_set_local_port (second->server, first->port, NULL);
  ws_test_server_listen (second);
  g_assert_cmpuint (second->port, ==, first->port);

  clients = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_test_client_free);
  for (guint i = 0; i < 64; i++)
    {
      WsTestClient *client = ws_test_server_connect (first);

      g_ptr_array_add (clients, client);
      ws_test_client_open (client, "/", NULL);
    }
  ws_test_wait_until (
      ws_test_server_count (first, "connected") + ws_test_server_count (second, "connected") == 64);
  /* The kernel spreads them: all 64 on one side has a chance of 2^-63. */
  g_assert_cmpuint (ws_test_server_count (first, "connected"), >, 0);
  g_assert_cmpuint (ws_test_server_count (second, "connected"), >, 0);
}

static void
test_host_names (void)
{
  static const struct
  {
    const char *host;
    const char *bound;
  } cases[] = {
    { "", "0.0.0.0" },
    { "127.0.0.1", "127.0.0.1" },
    { "localhost", "127.0.0.1" },
    { "127.0.0.2", "127.0.0.2" },
  };

  g_test_summary ("local-host takes an address, a name or nothing, and reads as what was bound.");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WsServer) server = ws_server_new ();
      g_autoptr (GError) error = NULL;

      g_assert_true (ws_server_set_local_host (server, cases[i].host, &error));
      g_assert_true (ws_server_start_listening (server, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (ws_server_get_local_host (server), ==, cases[i].bound);
    }
}

static void
test_bad_hosts (void)
{
  static const struct
  {
    const char *host;
    int         from; /* codes, since a resolver may be out of reach */
    int         to;
  } cases[] = {
    { "192.0.2.1", WS_ERROR_ADDRESS_NOT_AVAILABLE, WS_ERROR_ADDRESS_NOT_AVAILABLE },
    { "no-such-host.invalid", WS_ERROR_HOST_NOT_FOUND, WS_ERROR_NO_DATA },
    { "/nonexistent/folder/socket", WS_ERROR_INVALID_ARGUMENT, WS_ERROR_INVALID_ARGUMENT },
  };

  g_test_summary ("Listening on a host that cannot be bound fails, and the error names it.");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WsServer) server = ws_server_new ();
      g_autoptr (GError) error = NULL;

      ws_server_set_local_host (server, cases[i].host, NULL);
      g_assert_false (ws_server_start_listening (server, &error));
      g_assert_nonnull (error);
      g_test_message ("%s", error->message);
      g_assert_true (error->domain == WS_ERROR);
      g_assert_cmpint (error->code, >=, cases[i].from);
      g_assert_cmpint (error->code, <=, cases[i].to);
      g_assert_nonnull (strstr (error->message, cases[i].host));
      g_assert_false (ws_server_get_listening (server));
    }
}

static void
test_unix (gconstpointer user_data)
{
  const char      *prefix = user_data;
  g_autofree char *folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autofree char *host = g_strconcat (prefix, path, NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (GSocketAddress) remote_address = NULL;
  WsConnection *connection;

  g_test_summary ("A path in local-host is a Unix socket, removed when listening ends.");

  server->echo = TRUE;
  ws_server_set_local_host (server->server, host, NULL);
  ws_test_server_listen (server);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  client = ws_test_client_new_for_path (path);
  ws_test_client_open (client, "/", NULL);
  ws_test_client_send_text (client, "by path");
  ws_test_client_assert_text (client, "by path");

  connection = ws_test_server_get (server, 1);
  remote_address = ws_connection_get_remote_address (connection);
  g_assert_true (G_IS_UNIX_SOCKET_ADDRESS (remote_address));
  g_assert_cmpuint (ws_connection_get_remote_port (connection), ==, 0);
  g_assert_nonnull (ws_connection_get_remote_host (connection));
  g_assert_nonnull (ws_connection_get_local_address (connection));

  ws_server_stop_listening (server->server);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_unix_folder (void)
{
  g_autofree char *folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autofree char *old_folder = g_get_current_dir ();
  g_autoptr (WsTestServer) server = ws_test_server_new ();

  g_test_summary ("A relative path is removed at the end, also if the program has changed its folder.");

  ws_server_set_local_host (server->server, "unix:socket", NULL);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  ws_test_server_listen (server);
  g_assert_cmpint (g_chdir (old_folder), ==, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));

  ws_server_stop_listening (server->server);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_unix_in_use (void)
{
  g_autofree char *folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autoptr (WsTestServer) first = ws_test_server_new ();
  g_autoptr (WsServer) second = ws_server_new ();
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A path on which another server listens is in use, and stays with that server.");

  ws_server_set_local_host (first->server, path, NULL);
  ws_test_server_listen (first);
  ws_server_set_local_host (second, path, NULL);
  g_assert_false (ws_server_start_listening (second, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (error->message, path));

  client = ws_test_client_new_for_path (path);
  ws_test_client_open (client, "/", NULL);
  ws_server_stop_listening (first->server);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static gboolean
has_ipv6 (void)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("::1", 0);
  g_autoptr (GSocket) socket = NULL;

  socket = g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  return socket != NULL && g_socket_bind (socket, address, FALSE, NULL);
}

static gboolean
can_open (const char *host,
          guint       port)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (host, port);
  g_autoptr (WsTestClient) client = ws_test_client_new_for_address (address);

  ws_test_client_send_handshake (client, "/", NULL);
  ws_test_wait_until (client->eof || client->input->len > 0);
  return client->input->len > 0;
}

static void
test_ipv6 (void)
{
  static const struct
  {
    const char *setting;
    gboolean    ipv4;
    gboolean    ipv6;
  } cases[] = {
    { "UseIPv6=0", TRUE, FALSE },
    { "UseIPv6=1", FALSE, TRUE },
    { "UseIPv6=2", TRUE, TRUE },
  };

  g_test_summary ("UseIPv6 0, 1, 2: IPv4 only, IPv6 only, both on one port.");

  if (!has_ipv6 ())
    {
      g_test_skip ("no IPv6 on this machine");
      return;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WsServer) server = ws_server_new ();
      g_autofree char *value = ws_server_config (server, cases[i].setting, NULL);
      g_autoptr (GError) error = NULL;
      guint port;

      ws_test_server_secure (server);
      g_assert_true (ws_server_start_listening (server, &error));
      g_assert_no_error (error);
      port = ws_server_get_local_port (server);
      g_assert_cmpint (can_open ("127.0.0.1", port), ==, cases[i].ipv4);
      g_assert_cmpint (can_open ("::1", port), ==, cases[i].ipv6);
    }
}

static void
test_ipv6_addresses (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("An IPv6 address as local-host listens there; addresses read as text.");

  if (!has_ipv6 ())
    {
      g_test_skip ("no IPv6 on this machine");
      return;
    }

  ws_test_server_config (server, "UseIPv6=1");
  ws_server_set_local_host (server->server, "::1", NULL);
  ws_test_server_listen (server);
  g_assert_cmpstr (ws_server_get_local_host (server->server), ==, "::1");
  address = g_inet_socket_address_new_from_string ("::1", server->port);
  client = ws_test_client_new_for_address (address);
  ws_test_client_open (client, "/", NULL);
  ws_test_server_wait_for (server, "connected");
  g_assert_cmpuint (ws_test_server_count (server, "connection-request ::1"), ==, 1);
  g_assert_cmpstr (ws_connection_get_remote_host (ws_test_server_get (server, 1)), ==, "::1");
  g_assert_cmpstr (ws_connection_get_local_address (ws_test_server_get (server, 1)), ==, "::1");
}

static void
test_thread_default_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_test_summary ("Everything runs on the thread-default context of the time of listening.");

  g_main_context_push_thread_default (context);
  {
    g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
    g_autoptr (WsTestClient) client = NULL;

    server->echo = TRUE;
    client = ws_test_server_open (server);
    ws_test_client_send_text (client, "here");
    g_assert_false (g_main_context_pending (NULL));
    ws_test_client_assert_text (client, "here");
    g_assert_false (g_main_context_pending (NULL));
  }
  g_main_context_pop_thread_default (context);
}

static void
test_default_timeout (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) first = NULL;
  g_autoptr (WsTestClient) second = NULL;

  g_test_summary ("default-timeout is copied to each new connection and to no old one.");

  first = ws_test_server_open (server);
  ws_server_set_default_timeout (server->server, 7);
  second = ws_test_server_open (server);
  g_assert_cmpint (ws_connection_get_timeout (ws_test_server_get (server, 1)), ==, 0);
  g_assert_cmpint (ws_connection_get_timeout (ws_test_server_get (server, 2)), ==, 7);
}

static void
test_regular_file (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("wsserver-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "precious.txt", NULL);
  g_autofree char *content = NULL;

  g_test_summary ("Listening on the path of a regular file fails with 10048, and the file stays.");

  g_assert_true (g_file_set_contents (path, "precious", -1, NULL));
  g_assert_true (ws_server_set_local_host (server->server, path, &error));
  g_assert_false (ws_server_start_listening (server->server, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_ADDRESS_IN_USE);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "precious");
  g_unlink (path);
  g_rmdir (directory);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/listening/defaults", test_defaults);
  g_test_add_func ("/integration/listening/setters", test_setters);
  g_test_add_func ("/integration/listening/port-zero", test_port_zero);
  g_test_add_func ("/integration/listening/twice", test_twice);
  g_test_add_func ("/integration/listening/fixed/setters", test_fixed_setters);
  g_test_add_func ("/integration/listening/fixed/properties", test_fixed_properties);
  g_test_add_func ("/integration/listening/in-use", test_in_use);
  g_test_add_func ("/integration/listening/free-after-drop", test_free_after_drop);
  g_test_add_func ("/integration/listening/shared-port", test_shared_port);
  g_test_add_func ("/integration/listening/host/names", test_host_names);
  g_test_add_func ("/integration/listening/host/bad", test_bad_hosts);
  g_test_add_data_func ("/integration/listening/unix/path", "", test_unix);
  g_test_add_data_func ("/integration/listening/unix/prefix", "unix:", test_unix);
  g_test_add_func ("/integration/listening/unix/folder", test_unix_folder);
  g_test_add_func ("/integration/listening/unix/in-use", test_unix_in_use);
  g_test_add_func ("/integration/listening/ipv6/setting", test_ipv6);
  g_test_add_func ("/integration/listening/ipv6/addresses", test_ipv6_addresses);
  g_test_add_func ("/integration/listening/thread-default-context", test_thread_default_context);
  g_test_add_func ("/integration/listening/default-timeout", test_default_timeout);
  g_test_add_func ("/integration/listening/unix/regular-file", test_regular_file);

  return g_test_run ();
}
