/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

#include "ws-test-fixture.h"

/* Sockets handed in, and servers that replace each other without refusing a client. */

static const char *program; /* this one, to be run again */

static GSocket *
make_listening_socket (guint *port)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);

  g_assert_true (g_socket_bind (socket, wanted, TRUE, NULL));
  g_socket_set_listen_backlog (socket, 512);
  g_assert_true (g_socket_listen (socket, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return g_steal_pointer (&socket);
}

static GSocket *
copy_socket (GSocket *socket)
{
  int fd = dup (g_socket_get_fd (socket));

  g_assert_cmpint (fd, >=, 0);
  return g_socket_new_from_fd (fd, NULL);
}

static void
listen_on_copy (WsTestServer *server,
                GSocket      *socket,
                guint         port)
{
  g_autoptr (GSocket) copy = copy_socket (socket);
  g_autoptr (GError) error = NULL;

  g_assert_true (ws_server_listen_on_socket (server->server, copy, &error));
  g_assert_no_error (error);
  server->port = port;
}

static void
test_on_socket (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (GSocket) unbound = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;
  guint port;

  g_test_summary ("A server listens on a socket that listens already, reports its address, and refuses other sockets.");

  g_assert_false (ws_server_listen_on_socket (server->server, unbound, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (ws_server_get_listening (server->server));

  socket = make_listening_socket (&port);
  listen_on_copy (server, socket, port);
  g_assert_true (ws_server_get_listening (server->server));
  g_assert_cmpuint (ws_server_get_local_port (server->server), ==, port);
  g_assert_cmpstr (ws_server_get_local_host (server->server), ==, "127.0.0.1");
  g_assert_false (ws_server_listen_on_socket (server->server, socket, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_ALREADY_LISTENING);
  client = ws_test_server_open (server);
  server->echo = TRUE;
  ws_test_client_send_text (client, "hello");
  ws_test_client_assert_text (client, "hello");
}

/* Connects again and again, from a thread of its own, so that it does not wait for the server: each
 * connection says a request and wants its answer. */
typedef struct
{
  guint port;
  guint n_served;  /* atomic */
  guint n_refused; /* atomic */
  int   stop;      /* atomic */
  int   n_ended;   /* atomic */
} Knocker;

static gboolean
accept_any_cb (GTlsConnection      *connection,
               GTlsCertificate     *certificate,
               GTlsCertificateFlags errors,
               gpointer             user_data)
{
  return TRUE;
}

static void
client_event_cb (GSocketClient      *client,
                 GSocketClientEvent  event,
                 GSocketConnectable *connectable,
                 GIOStream          *connection,
                 gpointer            user_data)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_signal_connect (connection, "accept-certificate", G_CALLBACK (accept_any_cb), NULL);
}

static gboolean
knock (Knocker *knocker)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *request = ws_test_handshake ("/", NULL);
  char             answer[13] = "";

  g_socket_client_set_timeout (client, 20);
  if (ws_test_tls_get_mode () != WS_TEST_TLS_NONE)
    {
      g_socket_client_set_tls (client, TRUE);
      g_signal_connect (client, "event", G_CALLBACK (client_event_cb), NULL);
    }
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", (guint16) knocker->port, NULL, &error);
  if (connection != NULL &&
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
                                 strlen (request), NULL, NULL, &error) &&
      g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), answer, 12, NULL,
                               NULL, &error) &&
      strcmp (answer, "HTTP/1.1 101") == 0)
    return TRUE;

  g_printerr ("# %s, %s: \"%s\"\n", connection != NULL ? "connected" : "not connected", error != NULL ? error->message : "no error", answer);
  return FALSE;
}

static gpointer
knock_thread (gpointer user_data)
{
  Knocker *knocker = user_data;

  while (!g_atomic_int_get (&knocker->stop))
    {
      g_atomic_int_inc (knock (knocker) ? &knocker->n_served : &knocker->n_refused);
      g_main_context_wakeup (NULL);
    }
  g_atomic_int_inc (&knocker->n_ended);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
wait_for_served (Knocker *knocker,
                 guint    n_more)
{
  guint target = (guint) g_atomic_int_get (&knocker->n_served) + n_more;

  ws_test_wait_until ((guint) g_atomic_int_get (&knocker->n_served) >= target ||
                      g_atomic_int_get (&knocker->n_refused) > 0);
}

static WsTestServer *
start_successor (gboolean shared_socket,
                 GSocket *socket,
                 guint    port)
{
  WsTestServer *server = ws_test_server_new ();

  if (shared_socket)
    {
      listen_on_copy (server, socket, port);
    }
  else
    {
      ws_test_server_config (server, "BindExclusively=False");
      if (port != 0)
        g_assert_true (ws_server_set_local_port (server->server, port, NULL));
      ws_test_server_listen (server);
    }
  return server;
}

static void
test_restart (gconstpointer user_data)
{
  gboolean shared_socket = user_data != NULL;
  g_autoptr (GSocket) socket = NULL;
  WsTestServer *old;
  Knocker       knocker = { 0 };
  GThread      *threads[3];

  g_test_summary ("While servers replace each other, clients that keep connecting are all served.");

  if (shared_socket)
    socket = make_listening_socket (&knocker.port);
  old = start_successor (shared_socket, socket, knocker.port);
  knocker.port = old->port;
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("knocker", knock_thread, &knocker);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (WsTestServer) gone = old;

      wait_for_served (&knocker, 5);
      old = start_successor (shared_socket, socket, knocker.port);
      ws_server_stop_listening (gone->server);
      /* The list has no requests that are not open yet, so the record has to tell. */
      ws_test_wait_until (ws_test_server_count (gone, "connection-request") == ws_test_server_count (gone, "disconnected"));
    }
  wait_for_served (&knocker, 5);
  g_atomic_int_set (&knocker.stop, 1);
  ws_test_wait_until (g_atomic_int_get (&knocker.n_ended) == G_N_ELEMENTS (threads));
  ws_test_server_free (old);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (knocker.n_refused, ==, 0);
}

static void
test_full_backlog (void)
{
  const guint n_clients = 300;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_test_client_free);

  g_test_summary ("Clients that wait in the backlog when the server stops listening are served.");

  for (guint i = 0; i < n_clients; i++)
    {
      g_ptr_array_add (clients, ws_test_server_connect (server));
      ws_test_client_send_handshake (clients->pdata[i], "/", NULL);
    }
  ws_server_stop_listening (server->server);
  g_assert_false (ws_server_get_listening (server->server));
  for (guint i = 0; i < n_clients; i++)
    {
      g_autoptr (WsTestResponse) response = ws_test_client_read_response (clients->pdata[i]);

      g_assert_cmpuint (response->status, ==, 101);
    }
}

static void
test_shutdown_deadline (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("CloseTimeout=60", NULL);
  g_autoptr (WsTestClient) answers = ws_test_server_open (server);
  g_autoptr (WsTestClient) silent = ws_test_server_open (server);
  GAsyncResult *results[2] = { NULL };

  g_test_summary ("shutdown_async waits for the clients that answer and drops the others at its deadline; every call finishes.");

  ws_server_shutdown_async (server->server, 1, NULL, ws_test_keep_result_cb, &results[0]);
  ws_server_shutdown_async (server->server, 0, NULL, ws_test_keep_result_cb, &results[1]);
  ws_test_client_assert_close (answers, 1001, NULL);
  ws_test_client_send_close (answers, 1001, "");
  ws_test_server_wait_for (server, "disconnected #1 1001");
  g_assert_true (results[0] == NULL && results[1] == NULL);
  ws_test_client_assert_close (silent, 1001, NULL);
  ws_test_wait_until (results[0] != NULL && results[1] != NULL);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected #2"), ==, 1);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (ws_server_shutdown_finish (server->server, results[i], NULL));
      g_object_unref (results[i]);
    }
}

/* --- socket activation ----------------------------------------------------------------------- */

static void
run_activated (void)
{
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (GError) error = NULL;

  ws_test_server_secure (server);
  if (!ws_server_listen_on_activation_sockets (server, &error))
    {
      g_printerr ("%s\n", error->message);
      _exit (error->code == WS_ERROR_INVALID_ARGUMENT ? 3 : 4);
    }
  if (g_getenv ("LISTEN_FDS") != NULL || g_getenv ("LISTEN_PID") != NULL)
    _exit (5);
  while (ws_server_get_listening (server))
    g_main_context_iteration (NULL, TRUE);
}

/* Runs this program again as a service manager does: the sockets from 3 on. */
static pid_t
activate (GSocket **sockets,
          guint     n_sockets,
          gboolean  for_another)
{
  pid_t pid = fork ();

  if (pid == 0)
    {
      char text[32];

      for (guint i = 0; i < n_sockets; i++)
        dup2 (g_socket_get_fd (sockets[i]), 100 + (int) i);
      for (guint i = 0; i < n_sockets; i++)
        dup2 (100 + (int) i, 3 + (int) i);
      g_snprintf (text, sizeof text, "%d", (int) getpid () + for_another);
      g_setenv ("LISTEN_PID", text, TRUE);
      g_snprintf (text, sizeof text, "%u", n_sockets);
      g_setenv ("LISTEN_FDS", text, TRUE);
      execl (program, program, "--activated", NULL);
      _exit (127);
    }
  g_assert_cmpint (pid, >, 0);
  return pid;
}

static void
exited_cb (GPid     pid,
           int      status,
           gpointer user_data)
{
  *(int *) user_data = status;
}

static void
test_activation (void)
{
  guint    ports[2];
  GSocket *sockets[2] = { make_listening_socket (&ports[0]), make_listening_socket (&ports[1]) };
  pid_t    pid = activate (sockets, 2, FALSE);
  int      status = -1;

  g_test_summary ("A program that is passed two sockets serves both.");

  g_child_watch_add (pid, exited_cb, &status);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (WsTestClient) client = ws_test_client_new (ports[i % 2]);

      ws_test_client_open (client, "/", NULL);
    }
  g_assert_cmpint (status, ==, -1);
  kill (pid, SIGTERM);
  ws_test_wait_until (status != -1);
  g_object_unref (sockets[0]);
  g_object_unref (sockets[1]);
}

static void
test_not_activated (void)
{
  guint    port;
  GSocket *socket = make_listening_socket (&port);
  int      status = -1;

  g_test_summary ("Sockets that are meant for another process are not taken.");

  g_child_watch_add (activate (&socket, 1, TRUE), exited_cb, &status);
  ws_test_wait_until (status != -1);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 3);
  g_object_unref (socket);
}

/* What can be handed in beside a listening TCP or Unix stream socket. */
static void
test_unfit_sockets (void)
{
  static const struct
  {
    int         domain;
    int         type;
    gboolean    listens;
    const char *fault;
  } unfit[] = {
    { AF_UNIX, SOCK_SEQPACKET, TRUE, "SOCK_SEQPACKET" },
    { AF_UNIX, SOCK_DGRAM, FALSE, "SOCK_DGRAM" },
    { AF_INET, SOCK_DGRAM, FALSE, "SOCK_DGRAM" },
    { AF_INET, SOCK_STREAM, FALSE, "does not listen" },
    { AF_UNIX, SOCK_STREAM, FALSE, "does not listen" },
  };

  g_test_summary ("A socket of another type or state is refused by a text that names it.");

  for (gsize i = 0; i < G_N_ELEMENTS (unfit); i++)
    {
      g_autoptr (WsServer) server = ws_server_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) handed_in = NULL;
      struct sockaddr_un address = { .sun_family = AF_UNIX }; /* the system picks an abstract name */
      int                fd = socket (unfit[i].domain, unfit[i].type, 0);

      if (unfit[i].listens)
        {
          g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof (sa_family_t)), ==, 0);
          g_assert_cmpint (listen (fd, 1), ==, 0);
        }
      handed_in = g_socket_new_from_fd (fd, &error);
      g_assert_no_error (error);
      g_assert_false (ws_server_listen_on_socket (server, handed_in, &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, unfit[i].fault));
      g_assert_false (ws_server_get_listening (server));
    }
}

int
main (int   argc,
      char *argv[])
{
  program = argv[0];
  if (argc == 2 && strcmp (argv[1], "--activated") == 0)
    {
      run_activated ();
      return 0;
    }

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/service/on-socket", test_on_socket);
  g_test_add_data_func ("/integration/service/restart/one-socket", GINT_TO_POINTER (TRUE), test_restart);
  g_test_add_data_func ("/integration/service/restart/shared-port", NULL, test_restart);
  g_test_add_func ("/integration/service/full-backlog", test_full_backlog);
  g_test_add_func ("/integration/service/shutdown-deadline", test_shutdown_deadline);
  g_test_add_func ("/integration/service/unfit-sockets", test_unfit_sockets);
  g_test_add_func ("/integration/service/activation/served", test_activation);
  g_test_add_func ("/integration/service/activation/for-another", test_not_activated);

  return g_test_run ();
}
