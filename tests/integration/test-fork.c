/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs fork: Python's multiprocessing, daemons, helpers. What a child does is nothing to the parent. */
#include <sys/wait.h>
#include <unistd.h>

#include "ws-test-fixture.h"

typedef enum
{
  DROP_SERVER,
  RUN_LOOP,
  USE_CONNECTION,
  STOP_AND_SHUT_DOWN,
} ChildAct;

/* Exits with the number of what went wrong. */
static void
use_connection (WsServer     *server,
                WsConnection *connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WsServer) own = ws_server_new ();

  if (ws_connection_send_text (connection, "from the child", &error) ||
      !g_error_matches (error, WS_ERROR, WS_ERROR_ACCESS_DENIED) || strstr (error->message, "forked") == NULL)
    _exit (1);
  g_clear_error (&error);
  if (ws_connection_close (connection, 1000, NULL, &error) ||
      !g_error_matches (error, WS_ERROR, WS_ERROR_ACCESS_DENIED))
    _exit (2);
  g_clear_error (&error);
  if (ws_server_start_listening (server, &error) ||
      !g_error_matches (error, WS_ERROR, WS_ERROR_ACCESS_DENIED))
    _exit (3);
  g_clear_error (&error);

  /* A server of its own works. */
  if (!ws_server_set_local_host (own, "127.0.0.1", &error))
    _exit (5);
  if (!ws_server_start_listening (own, &error))
    _exit (4);
}

static void
run_loop (void)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 4;

  while (g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
act_as_child (ChildAct      act,
              WsServer     *server,
              WsConnection *connection)
{
  switch (act)
    {
    case DROP_SERVER:
      g_object_run_dispose (G_OBJECT (server));
      break;
    case RUN_LOOP:
      run_loop ();
      break;
    case USE_CONNECTION:
      use_connection (server, connection);
      break;
    case STOP_AND_SHUT_DOWN:
      ws_server_stop_listening (server);
      ws_server_shutdown (server);
      run_loop ();
      break;
    }
  _exit (0);
}

/* In a child that ends without cleaning up, keeps the fixture reachable for tools that look for leaks. */
static WsTestServer *volatile server_in_child; /* the compiler would drop a variable that is never read */

static void
child_exited_cb (GPid     pid,
                 int      status,
                 gpointer user_data)
{
  *(int *) user_data = status;
}

static void
check_served (WsTestClient *client,
              const char   *text)
{
  ws_test_client_send_text (client, text);
  ws_test_client_assert_text (client, text);
}

static void
test_child (gconstpointer user_data)
{
  ChildAct act = GPOINTER_TO_INT (user_data);
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestClient) later = NULL;
  int   status = -1;
  pid_t pid;

  g_test_summary ("Whatever a forked child does with the server, the parent serves its clients on.");

  server->echo = TRUE;
  client = ws_test_server_open (server);
  check_served (client, "before");

  pid = fork ();
  if (pid == 0)
    {
      server_in_child = server;
      ws_test_client_set_reading (client, FALSE); /* the child's loop would take what is for the parent */
      act_as_child (act, server->server, ws_test_server_get (server, 1));
    }
  g_assert_cmpint (pid, >, 0);
  g_child_watch_add (pid, child_exited_cb, &status);

  /* Also while the child lives. */
  check_served (client, "beside the child");
  ws_test_wait_until (status != -1);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);

  check_served (client, "after the child");
  later = ws_test_server_open (server);
  check_served (later, "a new client");
}

/* Closes every descriptor that it has opened, but not those that it has inherited. */
static pid_t
fork_holder (int *end_fd)
{
  int   fds[2];
  char  byte;
  pid_t pid;

  g_assert_cmpint (pipe (fds), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      close (fds[1]);
      while (read (fds[0], &byte, 1) > 0)
        ;
      _exit (0);
    }
  g_assert_cmpint (pid, >, 0);
  close (fds[0]);
  *end_fd = fds[1];
  return pid;
}

static void
test_worker_holds_copies (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("WaitForCloseResponse=False", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  int   end_fd;
  int   status = -1;
  pid_t pid;

  g_test_summary ("A client that the parent has closed sees the end, though a worker holds a copy of the socket.");

  pid = fork_holder (&end_fd);
  g_child_watch_add (pid, child_exited_cb, &status);
  ws_connection_close (ws_test_server_get (server, 1), 1000, "bye", NULL);
  ws_test_client_assert_close (client, 1000, "bye");
  ws_test_client_send_close (client, 1000, NULL);
  ws_test_client_assert_eof (client);
  g_assert_cmpint (status, ==, -1);

  close (end_fd);
  ws_test_wait_until (status != -1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/integration/fork/drop-server", GINT_TO_POINTER (DROP_SERVER), test_child);
  g_test_add_data_func ("/integration/fork/run-loop", GINT_TO_POINTER (RUN_LOOP), test_child);
  g_test_add_data_func ("/integration/fork/use-connection", GINT_TO_POINTER (USE_CONNECTION), test_child);
  g_test_add_data_func ("/integration/fork/stop-and-shut-down", GINT_TO_POINTER (STOP_AND_SHUT_DOWN),
                        test_child);
  g_test_add_func ("/integration/fork/worker-holds-copies", test_worker_holds_copies);

  return g_test_run ();
}
