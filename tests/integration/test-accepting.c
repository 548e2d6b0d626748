/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#ifdef __linux__
# include <linux/filter.h>
# include <linux/seccomp.h>
# include <sys/prctl.h>
# include <sys/syscall.h>
#endif

#include "ws-test-server.h"

/* What happens to the listening socket from outside: accept() that fails, paths that are taken over, clients
 * that do not stop coming. */

/* --- accept() fails -------------------------------------------------------------------------- */

#ifdef __linux__
typedef struct
{
  const char *name;
  int         error_number;
} Failure;

static const Failure failures[] = {
  { "eperm", EPERM },
  { "enobufs", ENOBUFS },
  { "enomem", ENOMEM },
  { "enfile", ENFILE },
  { "einval", EINVAL },
  { "ebadf", EBADF },
  { "enotsock", ENOTSOCK },
  { "eopnotsupp", EOPNOTSUPP },
};

/* For the rest of this process. */
static void
make_accept_fail (int error_number)
{
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_accept4, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (guint) error_number),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { .len = G_N_ELEMENTS (code), .filter = code };

  g_assert_cmpint (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), ==, 0);
  g_assert_cmpint (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), ==, 0);
}

static void
test_accept_fails (gconstpointer user_data)
{
  const Failure *failure = user_data;
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("An accept() that always fails is one error, and the main loop rests.");

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  server = ws_test_server_new_listening (NULL, NULL);
  client = ws_test_client_new (server->port);
  make_accept_fail (failure->error_number);
  ws_test_server_wait_for (server, "error - ");
  ws_test_settle (); /* fails if the context spins */
  g_assert_cmpuint (ws_test_server_count (server, "error - "), ==, 1);
  g_assert_true (ws_server_get_listening (server->server));
}
#endif

static void
test_shut_down_socket (void)
{
  g_autofree char *folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A listening socket that was shut down is one error; it is ready for ever, but not watched.");

  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, FALSE, NULL) && g_socket_listen (socket, NULL));
  g_assert_true (ws_server_listen_on_socket (server->server, socket, NULL));
  g_assert_cmpint (shutdown (g_socket_get_fd (socket), SHUT_RDWR), ==, 0);
  ws_test_server_wait_for (server, "error - 10022 ");
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (server, "error - "), ==, 1);

  ws_server_stop_listening (server->server);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* --- a path that several servers want -------------------------------------------------------- */

#define N_RIVALS 4
#define N_ROUNDS 100

typedef struct
{
  const char *path;
  gint        n_ready; /* atomic, as all here */
  gint        n_decided;
  gint        n_listening;
  gint        n_refused;
  gint        checked;
} Contest;

static gpointer
run_rival (gpointer user_data)
{
  Contest *contest = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (WsServer) server = NULL;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (context);
  server = ws_server_new ();
  ws_server_set_local_host (server, contest->path, NULL);
  g_atomic_int_inc (&contest->n_ready);
  while (g_atomic_int_get (&contest->n_ready) < N_RIVALS)
    g_thread_yield ();

  if (ws_server_start_listening (server, &error))
    g_atomic_int_inc (&contest->n_listening);
  else if (g_error_matches (error, WS_ERROR, WS_ERROR_ADDRESS_IN_USE))
    g_atomic_int_inc (&contest->n_refused);
  g_atomic_int_inc (&contest->n_decided);
  while (!g_atomic_int_get (&contest->checked))
    g_thread_yield ();

  ws_server_stop_listening (server);
  g_clear_object (&server);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
leave_stale_socket (const char *path)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
}

static gboolean
can_connect (const char *path)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);

  return g_socket_connect (socket, address, NULL, NULL);
}

static void
test_rivals (gconstpointer user_data)
{
  gboolean         stale = GPOINTER_TO_INT (user_data);
  g_autofree char *folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);

  g_test_summary ("Of servers that start on one path at the same time one listens, and clients reach it.");

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      Contest  contest = { .path = path };
      GThread *rivals[N_RIVALS];

      if (stale)
        leave_stale_socket (path);
      for (guint i = 0; i < N_RIVALS; i++)
        rivals[i] = g_thread_new ("rival", run_rival, &contest);
      while (g_atomic_int_get (&contest.n_decided) < N_RIVALS)
        g_thread_yield ();
      g_assert_cmpint (contest.n_listening, ==, 1);
      g_assert_cmpint (contest.n_refused, ==, N_RIVALS - 1);
      g_assert_true (can_connect (path));
      g_atomic_int_set (&contest.checked, TRUE);
      for (guint i = 0; i < N_RIVALS; i++)
        g_thread_join (rivals[i]);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* --- clients that do not stop coming --------------------------------------------------------- */

#define N_FLOODERS 3

typedef struct
{
  const char *path;
  gint        n_connected; /* atomic */
  gint        stopped;     /* atomic */
} Flood;

static gpointer
run_flooder (gpointer user_data)
{
  Flood *flood = user_data;

  while (!g_atomic_int_get (&flood->stopped))
    if (can_connect (flood->path))
      g_atomic_int_inc (&flood->n_connected);
  return NULL;
}

static void
test_stop_in_flood (void)
{
  g_autofree char *folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  Flood    flood = { .path = path };
  GThread *flooders[N_FLOODERS];
  guint    n_clients;

  g_test_summary ("Clients that go on connecting to a Unix socket do not keep stop_listening() from returning.");

  ws_server_set_local_host (server->server, path, NULL);
  ws_test_server_config (server, "MaxConnections=100000");
  ws_test_server_stop_recording (server, "connection-request");
  ws_test_server_listen (server);
  for (guint i = 0; i < N_FLOODERS; i++)
    flooders[i] = g_thread_new ("flooder", run_flooder, &flood);
  ws_test_wait_until (g_atomic_int_get (&flood.n_connected) > 200);

  ws_server_stop_listening (server->server);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  /* From here on none gets through. */
  n_clients = (guint) g_atomic_int_get (&flood.n_connected);
  ws_test_settle ();
  g_assert_cmpint (g_atomic_int_get (&flood.n_connected) - (int) n_clients, <=, N_FLOODERS);
  g_atomic_int_set (&flood.stopped, TRUE);
  for (guint i = 0; i < N_FLOODERS; i++)
    g_thread_join (flooders[i]);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_waiting_clients (void)
{
  g_autofree char *folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  WsTestClient *clients[20];

  g_test_summary ("Clients that wait on a Unix socket when listening ends are served.");

  ws_server_set_local_host (server->server, path, NULL);
  ws_test_server_listen (server);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    clients[i] = ws_test_client_new_for_path (path);
  ws_server_stop_listening (server->server);
  g_assert_false (can_connect (path));
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      ws_test_client_open (clients[i], "/", NULL);
      ws_test_client_free (clients[i]);
    }
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#ifdef __linux__
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *test_path = g_strconcat ("/integration/accepting/fails/", failures[i].name, NULL);

      g_test_add_data_func (test_path, &failures[i], test_accept_fails);
    }
#endif
  g_test_add_func ("/integration/accepting/shut-down-socket", test_shut_down_socket);
  g_test_add_data_func ("/integration/accepting/rivals/fresh", GINT_TO_POINTER (FALSE), test_rivals);
  g_test_add_data_func ("/integration/accepting/rivals/stale", GINT_TO_POINTER (TRUE), test_rivals);
  g_test_add_func ("/integration/accepting/stop-in-flood", test_stop_in_flood);
  g_test_add_func ("/integration/accepting/waiting-clients", test_waiting_clients);

  return g_test_run ();
}
