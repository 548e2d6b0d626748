/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ws-test-tls-peer.h"

/* Clients that leave, stall or send rubbish at every point of the TLS handshake. */

static WsTestIdentity *authority;
static WsTestIdentity *identity;
static WsTestIdentity *client;

typedef struct
{
  const char *path;
  const char *priority;
  gboolean    authenticates;
} Kind;

static const Kind drops[] = {
  { "/integration/tls-handshakes/drop/1.2", WS_TEST_TLS12, FALSE },
  { "/integration/tls-handshakes/drop/1.3", WS_TEST_TLS13, FALSE },
  { "/integration/tls-handshakes/drop/1.2-certificate", WS_TEST_TLS12, TRUE },
  { "/integration/tls-handshakes/drop/1.3-certificate", WS_TEST_TLS13, TRUE },
};

static const Kind dribbles[] = {
  { "/integration/tls-handshakes/dribble/1.2", WS_TEST_TLS12, FALSE },
  { "/integration/tls-handshakes/dribble/1.3", WS_TEST_TLS13, FALSE },
  { "/integration/tls-handshakes/dribble/1.2-certificate", WS_TEST_TLS12, TRUE },
  { "/integration/tls-handshakes/dribble/1.3-certificate", WS_TEST_TLS13, TRUE },
};

static gboolean
is_slow_here (void)
{
  return g_getenv ("WS_TEST_VALGRIND") != NULL;
}

static WsTestServer *
new_server (const Kind *kind)
{
  g_autofree char *pem = ws_test_identity_to_pem (authority, FALSE);
  g_autofree char *setting = g_strconcat ("SSLClientCACerts=", pem, NULL);
  WsTestServer    *server = ws_test_server_new_tls (identity, setting, NULL);

  g_assert_true (ws_server_set_ssl_authenticate_clients (server->server, kind->authenticates, NULL));
  return server;
}

static WsTestTlsOptions
get_options (const Kind *kind)
{
  return (WsTestTlsOptions){ .priority = kind->priority, .identity = kind->authenticates ? client : NULL };
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (folder);
  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

/* --- a client that leaves ----------------------------------------------------------------------- */

static void
drop_at (WsTestServer *server,
         const Kind   *kind,
         gsize         n_bytes)
{
  WsTestTlsOptions options = get_options (kind);
  g_autoptr (WsTestTlsPeer) peer = NULL;

  options.wire_limit = n_bytes;
  peer = ws_test_tls_peer_new (server, &options);
  ws_test_wait_until (peer->n_sent_bytes >= n_bytes || peer->open || peer->eof);
  ws_test_settle ();
  g_assert_false (peer->eof);
  if (n_bytes % 2 == 0)
    ws_test_tls_peer_close (peer);
  else
    ws_test_tls_peer_reset (peer);
  ws_test_settle ();
}

static void
test_drop (gconstpointer user_data)
{
  const Kind *kind = user_data;
  g_autoptr (WsTestServer) server = new_server (kind);
  WsTestTlsOptions options = get_options (kind);
  g_autoptr (WsTestTlsPeer) open = ws_test_tls_peer_new (server, &options);
  gsize n_bytes;
  guint n_descriptors;
  gsize step = is_slow_here () ? 37 : 1;

  g_test_summary ("A client that leaves or resets after any byte of the handshake costs nothing, and others are served.");

  ws_test_tls_peer_handshake (open);
  n_bytes = open->n_sent_bytes;
  ws_test_tls_peer_open (open);
  ws_test_tls_peer_assert_echo (open, "served");
  ws_test_server_forget (server);
  n_descriptors = count_descriptors ();
  for (gsize i = 1; i <= n_bytes; i += step)
    {
      drop_at (server, kind, i);
      if (i % 64 == 1)
        {
          ws_test_tls_peer_assert_echo (open, "served");
          ws_test_server_forget (server);
        }
    }
  g_test_message ("%" G_GSIZE_FORMAT " places", n_bytes);
  ws_test_wait_until (count_descriptors () == n_descriptors);
  g_assert_cmpuint (ws_test_server_get_n_clients (server), ==, 1);
  for (guint i = 0; i < server->events->len; i++)
    if (g_str_has_prefix (server->events->pdata[i], "error") || g_str_has_prefix (server->events->pdata[i], "connected"))
      g_error ("unexpected: %s", (const char *) server->events->pdata[i]);
}

static void
test_dribble (gconstpointer user_data)
{
  const Kind *kind = user_data;
  g_autoptr (WsTestServer) server = new_server (kind);
  WsTestTlsOptions options = get_options (kind);
  g_autoptr (WsTestTlsPeer) peer = NULL;

  g_test_summary ("A handshake, a request and messages that arrive byte by byte are served.");

  options.dribbles = TRUE;
  peer = ws_test_tls_peer_new_open (server, &options);
  ws_test_tls_peer_assert_echo (peer, "byte by byte");
  ws_test_tls_peer_close_web_socket (peer);
  g_assert_true (peer->clean);
  ws_test_server_wait_for (server, "disconnected #1 1000");
}

/* --- clients that stall --------------------------------------------------------------------------- */

/* What it takes by the clock, and of the processor, which other programs share. */
typedef struct
{
  double clock_s;
  double cpu_s;
} Duration;

static Duration
time_good_client (WsTestServer *server)
{
  gint64  start = g_get_monotonic_time ();
  clock_t cpu_start = clock ();
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, NULL);

  ws_test_tls_peer_open (peer);
  ws_test_tls_peer_assert_echo (peer, "good");
  return (Duration){ (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC,
                     (double) (clock () - cpu_start) / CLOCKS_PER_SEC };
}

static void
allow_descriptors (guint n)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = MIN (limit.rlim_max, n);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

static void
test_stalled (gconstpointer user_data)
{
  gboolean says_hello = GPOINTER_TO_INT (user_data);
  guint    n_stalled = is_slow_here () ? 50 : 1000;
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (GPtrArray) clients = NULL;
  Duration alone;
  Duration at_once;
  Duration beside;

  g_test_summary ("Many clients that stop in the handshake do not delay a good client.");

  allow_descriptors (4096);
  server = ws_test_server_new_tls (identity, "MaxConnections=2000", "HandshakeTimeout=60", NULL);
  alone = time_good_client (server);
  clients = g_ptr_array_new_with_free_func (says_hello ? (GDestroyNotify) ws_test_tls_peer_free
                                                       : (GDestroyNotify) ws_test_client_free);
  for (guint i = 0; i < n_stalled; i++)
    if (says_hello)
      {
        WsTestTlsPeer *peer = ws_test_tls_peer_new (server, NULL);

        ws_test_tls_peer_set_reading (peer, FALSE);
        g_ptr_array_add (clients, peer);
      }
    else
      g_ptr_array_add (clients, ws_test_server_connect (server));
  at_once = time_good_client (server);
  ws_test_settle ();
  beside = time_good_client (server);
  g_test_message (
      "a good client by the clock (of the processor): alone %.4f s (%.4f s), right behind %u that stall "
      "%.4f s (%.4f s), beside them %.4f s (%.4f s)",
      alone.clock_s, alone.cpu_s, n_stalled, at_once.clock_s, at_once.cpu_s, beside.clock_s, beside.cpu_s);
  g_assert_cmpfloat (beside.clock_s, <, alone.clock_s + 5);
  g_ptr_array_set_size (clients, 0);
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
}

static void
test_damaged_handshake (gconstpointer user_data)
{
  const Kind *kind = user_data;
  g_autoptr (WsTestServer) server = new_server (kind);
  g_autoptr (WsTestTlsPeer) open = NULL;
  WsTestTlsOptions options = get_options (kind);
  guint            n_descriptors;
  guint            step = is_slow_here () ? 97 : 3;

  g_test_summary ("A handshake with any byte changed ends, and nothing leaks.");

  open = ws_test_tls_peer_new_open (server, &options);
  n_descriptors = count_descriptors ();
  for (gsize i = 1; i < open->n_sent_bytes; i += step)
    {
      WsTestTlsOptions limited = options;
      g_autoptr (WsTestTlsPeer) peer = NULL;
      guint8 octet = (guint8) g_test_rand_int_range (0, 256);

      limited.wire_limit = i;
      peer = ws_test_tls_peer_new (server, &limited);
      ws_test_wait_until (peer->n_sent_bytes >= i || peer->open || peer->eof);
      ws_test_settle ();
      for (guint k = 0; k < 40; k++)
        if (peer->fd >= 0 && send (peer->fd, &octet, 1, MSG_NOSIGNAL) == 1)
          ws_test_settle ();
      ws_test_tls_peer_close (peer);
      ws_test_settle ();
    }
  ws_test_wait_until (count_descriptors () == n_descriptors);
  ws_test_tls_peer_assert_echo (open, "served");
}

static void
add_tests (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (drops); i++)
    g_test_add_data_func (drops[i].path, &drops[i], test_drop);
  for (gsize i = 0; i < G_N_ELEMENTS (dribbles); i++)
    g_test_add_data_func (dribbles[i].path, &dribbles[i], test_dribble);
  g_test_add_data_func ("/integration/tls-handshakes/damaged/1.2", &drops[2], test_damaged_handshake);
  g_test_add_data_func ("/integration/tls-handshakes/damaged/1.3", &drops[3], test_damaged_handshake);
  g_test_add_data_func ("/integration/tls-handshakes/stalled/silent", GINT_TO_POINTER (FALSE), test_stalled);
  g_test_add_data_func ("/integration/tls-handshakes/stalled/hello", GINT_TO_POINTER (TRUE), test_stalled);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  authority = ws_test_identity_new ("Authority", WS_TEST_IDENTITY_AUTHORITY, NULL);
  identity = ws_test_identity_new ("server.example", WS_TEST_IDENTITY_SERVER, NULL);
  client = ws_test_identity_new ("client", WS_TEST_IDENTITY_CLIENT, authority);
  add_tests ();

  result = g_test_run ();
  ws_test_identity_free (authority);
  ws_test_identity_free (identity);
  ws_test_identity_free (client);
  return result;
}
