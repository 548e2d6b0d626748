/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ws-test-server.h"

/* A server and its clients as a whole: who may connect, the list of clients, time, resources. */

typedef struct
{
  const char *name;
  const char *allowed; /* NULL: default */
  const char *blocked; /* NULL: default */
  gboolean    accept;
} AccessCase;

static const AccessCase access_cases[] = {
  { "default", NULL, NULL, TRUE },
  { "allowed", "127.0.0.1", NULL, TRUE },
  { "allowed-second", "10.0.0.1, 127.0.0.1", NULL, TRUE },
  { "allowed-wildcard", "127.*", NULL, TRUE },
  { "allowed-other", "10.*,192.0.2.1", NULL, FALSE },
  { "allowed-look-alike", "127.0.0.11,27.0.0.1", NULL, FALSE },
  { "allowed-nobody", "", NULL, FALSE },
  { "blocked", NULL, "127.0.0.1", FALSE },
  { "blocked-wildcard", NULL, "10.*,127.0.*.1", FALSE },
  { "blocked-other", NULL, "10.*", TRUE },
  { "blocked-wins", "127.0.0.1", "127.0.0.1", FALSE },
};

static void
accept_cb (WsServer            *server,
           WsConnectionRequest *request,
           gpointer             user_data)
{
  const gboolean *answer = user_data;

  g_assert_cmpstr (ws_connection_request_get_address (request), ==, "127.0.0.1");
  g_assert_cmpuint (ws_connection_request_get_port (request), >, 0);
  g_assert_cmpint (ws_connection_request_get_accept (request), ==, !*answer);
  ws_connection_request_set_accept (request, *answer);
  g_assert_cmpint (ws_connection_request_get_accept (request), ==, *answer);
}

static gboolean
is_accepted (WsTestServer *server)
{
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  gboolean accepted;

  ws_test_client_send_handshake (client, "/", NULL);
  ws_test_wait_until (client->eof || client->input->len > 0);
  accepted = client->input->len > 0;
  if (!accepted)
    g_assert_cmpuint (client->n_received_bytes, ==, 0);
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (server, "connection-request 127.0.0.1"), ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, accepted);
  ws_test_server_forget (server);

  return accepted;
}

static void
configure (WsTestServer *server,
           const char   *name,
           const char   *value)
{
  g_autofree char *setting = g_strconcat (name, "=", value, NULL);

  ws_test_server_config (server, setting);
}

static void
test_access (gconstpointer user_data)
{
  const AccessCase *access_case = user_data;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  gboolean other_way = !access_case->accept;

  g_test_summary ("The access lists decide, and a handler of connection-request may overrule them.");

  if (access_case->allowed != NULL)
    configure (server, "AllowedClients", access_case->allowed);
  if (access_case->blocked != NULL)
    configure (server, "BlockedClients", access_case->blocked);

  g_assert_cmpint (is_accepted (server), ==, access_case->accept);
  g_assert_cmpint (ws_test_server_has_log (server, "refused by AllowedClients or BlockedClients"), !=,
                   access_case->accept);
  g_signal_connect (server->server, "connection-request", G_CALLBACK (accept_cb), &other_way);
  g_assert_cmpint (is_accepted (server), ==, other_way);
  g_assert_cmpint (ws_test_server_has_log (server, "refused by the application"), !=, other_way);
}

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  gpointer    user_data)
{
  GPtrArray *mirror = user_data;

  g_assert_cmpuint (n_removed + n_added, >, 0);
  g_assert_cmpuint (position + n_removed, <=, mirror->len);
  if (n_removed > 0)
    g_ptr_array_remove_range (mirror, position, n_removed);
  for (guint i = 0; i < n_added; i++)
    g_ptr_array_insert (mirror, (int) (position + i), g_list_model_get_item (model, position + i));

  /* At each signal the mirror is the model. */
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, mirror->len);
  for (guint i = 0; i < mirror->len; i++)
    {
      g_autoptr (WsConnection) item = g_list_model_get_item (model, i);

      g_assert_true (item == mirror->pdata[i]);
    }
}

static void
check_lookups (WsTestServer *server,
               GPtrArray    *mirror)
{
  WsConnectionMap *map = ws_server_get_connections (server->server);
  g_autoptr (WsConnection) beyond = NULL;

  g_assert_cmpuint (ws_connection_map_get_size (map), ==, mirror->len);
  beyond = g_list_model_get_item (G_LIST_MODEL (map), mirror->len);
  g_assert_null (beyond);

  for (guint i = 0; i < mirror->len; i++)
    {
      WsConnection *connection = mirror->pdata[i];
      const char   *id = ws_connection_get_connection_id (connection);

      g_assert_true (ws_connection_map_lookup (map, id) == connection);
      g_assert_true (ws_server_get_connection (server->server, id) == connection);
    }
}

static void
test_list_model (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  GListModel *model = G_LIST_MODEL (ws_server_get_connections (server->server));
  g_autoptr (GPtrArray) mirror = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) clients = NULL;
  const guint n_clients = 40;

  g_test_summary ("A mirror that only listens to items-changed equals the list at every signal.");

  clients = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_test_client_free);
  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), mirror);
  for (guint i = 0; i < n_clients; i++)
    g_ptr_array_add (clients, ws_test_server_open (server));
  g_assert_cmpuint (mirror->len, ==, n_clients);
  check_lookups (server, mirror);

  /* Front, back, middle, and several in one turn. */
  for (guint i = 0; clients->len > 0; i++)
    {
      guint n_left = (guint) g_test_rand_int_range (1, 4);

      while (n_left-- > 0 && clients->len > 0)
        g_ptr_array_remove_index (clients, i % 3 == 0   ? 0
                                           : i % 3 == 1 ? clients->len - 1
                                                        : clients->len / 2);
      ws_test_wait_until (mirror->len == clients->len);
      check_lookups (server, mirror);
    }

  g_signal_handlers_disconnect_by_data (model, mirror);
}

static void
in_list_cb (WsServer     *server,
            WsConnection *connection,
            gpointer      user_data)
{
  const char *id = ws_connection_get_connection_id (connection);

  g_assert_true (ws_server_get_connection (server, id) == connection);
  g_assert_cmpstr (id, !=, "");
  g_assert_cmpuint (strspn (id, "0123456789"), ==, strlen (id));
  g_assert_true (ws_connection_get_connected (connection));
}

static void
not_connected_cb (WsServer     *server,
                  WsConnection *connection,
                  int           code,
                  const char   *description,
                  gpointer      user_data)
{
  g_assert_false (ws_connection_get_connected (connection));
}

static void
test_ids (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_test_summary ("An id is a decimal number that is used once; its connection is in the list.");

  g_signal_connect (server->server, "connected", G_CALLBACK (in_list_cb), NULL);
  g_signal_connect (server->server, "disconnected", G_CALLBACK (not_connected_cb), NULL);
  for (guint i = 1; i <= 50; i++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_open (server);
      WsConnection *connection = ws_test_server_get (server, i);

      g_assert_true (g_hash_table_add (ids,
                                       g_strdup (ws_connection_get_connection_id (connection))));
      ws_test_client_reset (client);
      ws_test_server_wait_for (server, "disconnected");
    }
}

static void
test_do_events (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("do_events serves all sources that are ready, and then returns.");

  ws_test_client_send_handshake (client, "/", NULL);
  ws_test_client_send_text (client, "served");
  for (guint i = 0; i < 1000 && ws_test_server_count (server, "data-in") == 0; i++)
    ws_server_do_events (server->server);
  ws_test_server_assert_events (server,
                                "connection-request 127.0.0.1",
                                "web-socket-open-request #1 /",
                                "connected #1",
                                "ready-to-send #1",
                                "data-in #1 text \"served\" eom",
                                NULL);
  ws_server_do_events (server->server);
}

static void
test_idle_timeout (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("IdleTimeout=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("A connection without messages is closed with 1001 at IdleTimeout.");

  ws_test_client_assert_close (client, 1001, NULL);
  ws_test_client_send_close (client, 1001, NULL);
  ws_test_client_assert_eof (client);
  ws_test_server_wait_for (server, "disconnected #1 1001");
}

static void
test_ping_interval (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("A client that answers the pings of PingInterval stays.");

  server = ws_test_server_new_listening ("PingInterval=1", "PongTimeout=1", NULL);
  server->echo = TRUE;
  client = ws_test_server_open (server);
  client->answers_pings = TRUE;
  ws_test_wait_until (client->n_answered_pings == 3);
  ws_test_client_send_text (client, "still here");
  ws_test_client_assert_text (client, "still here");
  g_assert_cmpuint (ws_test_server_count (server, "pong #1"), >=, 2);
}

static void
test_pong_timeout (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestFrame) ping = NULL;

  g_test_summary ("A client that does not answer a ping within PongTimeout is dropped with 1006.");

  server = ws_test_server_new_listening ("PingInterval=1", "PongTimeout=1", NULL);
  client = ws_test_server_open (server);
  ping = ws_test_client_read_frame (client);
  g_assert_cmpint (ping->opcode, ==, WS_OPCODE_PING);
  ws_test_wait_until (client->eof);
  ws_test_server_wait_for (server, "disconnected #1 1006");
}

/* Makes the next file descriptor the first that is not allowed. */
static struct rlimit
use_up_descriptors (void)
{
  struct rlimit before;
  struct rlimit limit;
  int           next = dup (STDERR_FILENO);

  g_assert_cmpint (next, >=, 0);
  close (next);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = (rlim_t) next;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);

  return before;
}

static void
test_descriptors_for_good (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) silent = ws_test_server_connect (server);
  g_autoptr (WsTestClient) good = NULL;
  struct rlimit before;

  g_test_summary ("Without a free file descriptor, a client that says nothing makes room for the next one.");

  ws_test_settle ();
  good = ws_test_server_connect (server);
  before = use_up_descriptors ();
  ws_test_client_send_handshake (good, "/", NULL);
  ws_test_server_wait_for (server, "connected");
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  ws_test_wait_until (silent->eof);
  g_assert_true (ws_test_server_has_log (server, "for want of file descriptors"));
  /* The handshake of GIO needs descriptors of its own, and says so. */
  if (ws_test_tls_get_mode () != WS_TEST_TLS_PLATFORM)
    g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
}

static void
run_without_descriptors (gboolean client_leaves)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) first = ws_test_server_open (server);
  g_autoptr (WsTestClient) leaver = ws_test_server_open (server);
  g_autoptr (WsTestClient) waiting = ws_test_server_connect (server);
  g_autoptr (WsTestClient) waiting_too = ws_test_server_connect (server);
  struct rlimit before = use_up_descriptors ();

  server->echo = TRUE;
  ws_test_client_send_handshake (waiting, "/", NULL);
  ws_test_client_send_handshake (waiting_too, "/", NULL);
  ws_test_server_wait_for (server, "error - 10024 ");
  g_assert_cmpuint (ws_test_settle (), <, 10);
  for (guint i = 0; i < 50; i++)
    {
      ws_test_client_send_text (first, "served meanwhile");
      ws_test_client_assert_text (first, "served meanwhile");
    }
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 1);
  g_assert_true (ws_test_server_has_log (server, "Error "));
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 0);

  /* The client's descriptor and the server's become free, or the limit goes. */
  if (client_leaves)
    ws_test_client_reset (leaver);
  else
    g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  ws_test_wait_until (ws_test_server_count (server, "connected") == 2);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);

  ws_test_response_free (ws_test_client_read_response (waiting));
  ws_test_client_send_text (waiting, "recovered");
  ws_test_client_assert_text (waiting, "recovered");
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 1);
}

static void
test_no_descriptors (gconstpointer user_data)
{
  g_test_summary ("Without a free descriptor the server reports one error, does not spin, and recovers.");

  /* It keeps to the limit by closing what the system has accepted: the client is lost. */
  if (g_getenv ("WS_TEST_VALGRIND") != NULL)
    g_test_skip ("valgrind takes the clients that it has no descriptor for");
  else
    run_without_descriptors (GPOINTER_TO_INT (user_data));
}

static void
test_idle_does_not_spin (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) open = ws_test_server_open (server);
  g_autoptr (WsTestClient) silent = ws_test_server_connect (server);
  g_autoptr (WsTestClient) half = ws_test_server_connect (server);

  g_test_summary ("Idle clients, open or in the middle of a request, cause no main-loop iterations.");

  ws_test_client_send_string (half, "GET / HTT");
  ws_test_client_send (open, "\x81", 1);
  ws_test_settle ();
  g_assert_cmpuint (ws_test_settle (), ==, 0);
  g_assert_false (g_main_context_pending (NULL));
}

static void
test_many_clients (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GPtrArray) clients = NULL;
  const guint n_clients = 200;

  g_test_summary ("Many clients that send at once each receive their own answer.");

  server->echo = TRUE;
  clients = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_test_client_free);
  for (guint i = 0; i < n_clients; i++)
    g_ptr_array_add (clients, ws_test_server_open (server));
  for (guint i = 0; i < n_clients; i++)
    {
      g_autofree char *text = g_strdup_printf ("client %u", i);

      ws_test_client_send_text (clients->pdata[i], text);
    }
  for (guint i = 0; i < n_clients; i++)
    {
      g_autofree char *text = g_strdup_printf ("client %u", i);

      ws_test_client_assert_text (clients->pdata[i], text);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (access_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/server/access/", access_cases[i].name, NULL);

      g_test_add_data_func (path, &access_cases[i], test_access);
    }
  g_test_add_func ("/integration/server/list-model", test_list_model);
  g_test_add_func ("/integration/server/ids", test_ids);
  g_test_add_func ("/integration/server/do-events", test_do_events);
  g_test_add_func ("/integration/server/idle-timeout", test_idle_timeout);
  g_test_add_func ("/integration/server/ping-interval", test_ping_interval);
  g_test_add_func ("/integration/server/pong-timeout", test_pong_timeout);
  g_test_add_func ("/integration/server/no-descriptors/silent-client", test_descriptors_for_good);
  g_test_add_data_func ("/integration/server/no-descriptors/client-leaves", GINT_TO_POINTER (TRUE),
                        test_no_descriptors);
  g_test_add_data_func ("/integration/server/no-descriptors/limit-goes", GINT_TO_POINTER (FALSE),
                        test_no_descriptors);
  g_test_add_func ("/integration/server/idle-does-not-spin", test_idle_does_not_spin);
  g_test_add_func ("/integration/server/many-clients", test_many_clients);

  return g_test_run ();
}
