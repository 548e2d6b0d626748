/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-sender.h"
#include "ws-test-server.h"

/* A server that runs in a thread of its own, while others send to its clients, until it ends. */

#define N_THREADS 4
#define N_CLIENTS 3
#define N_MESSAGES 150 /* of each thread to each client */
#define N_ROUNDS 12

typedef struct
{
  GThread      *thread;
  GMainContext *context;
  GMutex        mutex;
  GCond         cond;
  GPtrArray    *connections; /* by the mutex: a reference each */
  guint         port;        /* by the mutex: 0 before it listens */
  guint         n_gone;      /* by the mutex: clients that the server has forgotten */
  gboolean      stop;        /* in the thread */
  gboolean      abruptly;    /* no shutdown: the server is only dropped */
} Worker;

static void
worker_connected_cb (WsServer     *server,
                     WsConnection *connection,
                     gpointer      user_data)
{
  Worker *worker = user_data;

  g_mutex_lock (&worker->mutex);
  g_ptr_array_add (worker->connections, g_object_ref (connection));
  g_cond_signal (&worker->cond);
  g_mutex_unlock (&worker->mutex);
}

/* From the loop, when nothing of the server's holds the connection any more. */
static gboolean
worker_forgotten_cb (gpointer user_data)
{
  Worker *worker = user_data;

  g_mutex_lock (&worker->mutex);
  worker->n_gone++;
  g_cond_signal (&worker->cond);
  g_mutex_unlock (&worker->mutex);
  return G_SOURCE_REMOVE;
}

static void
worker_disconnected_cb (WsServer     *server,
                        WsConnection *connection,
                        int           code,
                        const char   *description,
                        gpointer      user_data)
{
  Worker *worker = user_data;
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, worker_forgotten_cb, worker, NULL);
  g_source_attach (source, worker->context);
}

static void
worker_shut_down_cb (GObject      *object,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_assert_true (ws_server_shutdown_finish (WS_SERVER (object), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static gpointer
worker_run (gpointer user_data)
{
  Worker   *worker = user_data;
  WsServer *server;
  gboolean  over = FALSE;

  g_main_context_push_thread_default (worker->context);
  server = ws_server_new ();
  ws_test_server_secure (server);
  ws_server_set_local_host (server, "127.0.0.1", NULL);
  g_signal_connect (server, "connected", G_CALLBACK (worker_connected_cb), worker);
  g_signal_connect (server, "disconnected", G_CALLBACK (worker_disconnected_cb), worker);
  g_assert_true (ws_server_start_listening (server, NULL));

  g_mutex_lock (&worker->mutex);
  worker->port = ws_server_get_local_port (server);
  g_cond_signal (&worker->cond);
  g_mutex_unlock (&worker->mutex);

  while (!worker->stop)
    g_main_context_iteration (worker->context, TRUE);
  if (!worker->abruptly)
    {
      ws_server_shutdown_async (server, 1, NULL, worker_shut_down_cb, &over);
      while (!over)
        g_main_context_iteration (worker->context, TRUE);
    }
  g_assert_finalize_object (server);
  g_main_context_pop_thread_default (worker->context);
  return NULL;
}

static void
worker_start (Worker  *worker,
              gboolean abruptly)
{
  *worker = (Worker){ .abruptly = abruptly };
  worker->context = g_main_context_new ();
  worker->connections = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_init (&worker->mutex);
  g_cond_init (&worker->cond);
  worker->thread = g_thread_new ("worker", worker_run, worker);
  g_mutex_lock (&worker->mutex);
  while (worker->port == 0)
    g_cond_wait (&worker->cond, &worker->mutex);
  g_mutex_unlock (&worker->mutex);
}

static gboolean
worker_stop_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
worker_stop (Worker *worker)
{
  g_main_context_invoke (worker->context, worker_stop_cb, &worker->stop);
}

static void
worker_clear (Worker *worker)
{
  g_ptr_array_unref (worker->connections);
  g_main_context_unref (worker->context);
  g_mutex_clear (&worker->mutex);
  g_cond_clear (&worker->cond);
}

static void
worker_join (Worker *worker)
{
  g_thread_join (worker->thread);
  worker_clear (worker);
}

static void
worker_open_clients (Worker        *worker,
                     WsTestClient **clients)
{
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      clients[i] = ws_test_client_new (worker->port);
      ws_test_client_open (clients[i], "/", NULL);
    }
  g_mutex_lock (&worker->mutex);
  while (worker->connections->len < N_CLIENTS)
    g_cond_wait (&worker->cond, &worker->mutex);
  g_mutex_unlock (&worker->mutex);
}

static void
test_other_thread (void)
{
  Worker        worker;
  WsTestClient *clients[N_CLIENTS];
  WsTestSender  senders[N_THREADS];

  g_test_summary ("Many threads, with and without callbacks, send to many clients of a server in another.");

  worker_start (&worker, FALSE);
  worker_open_clients (&worker, clients);
  for (guint i = 0; i < N_THREADS; i++)
    ws_test_sender_start (&senders[i], i, (WsConnection **) worker.connections->pdata, N_CLIENTS, N_MESSAGES,
                          i % 2 == 0);
  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_senders_assert_order (clients[i], N_THREADS, N_MESSAGES);
  for (guint i = 0; i < N_THREADS; i++)
    {
      ws_test_sender_join (&senders[i]);
      g_assert_cmpuint (senders[i].n_sent, ==, i % 2 == 0 ? N_CLIENTS * N_MESSAGES : 0);
    }

  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_client_free (clients[i]);
  worker_stop (&worker);
  worker_join (&worker);
}

static void
count_gone_cb (gpointer user_data,
               GObject *was)
{
  g_atomic_int_inc ((gint *) user_data);
}

/* Threads go on sending until the end has come for so many sends as there are connections, and then
 * drop the last references. */
static void
send_until_end (gboolean abruptly)
{
  Worker        worker;
  WsTestClient *clients[N_CLIENTS];
  WsTestSender  senders[N_THREADS];
  gint          n_gone = 0;

  worker_start (&worker, abruptly);
  worker_open_clients (&worker, clients);
  for (guint i = 0; i < N_THREADS; i++)
    ws_test_sender_start (&senders[i], i, (WsConnection **) worker.connections->pdata, N_CLIENTS, 0, TRUE);
  for (guint i = 0; i < N_CLIENTS; i++)
    g_object_weak_ref (worker.connections->pdata[i], count_gone_cb, &n_gone);
  g_ptr_array_set_size (worker.connections, 0);
  for (guint i = 0; i < N_THREADS; i++)
    while (!g_atomic_int_get (&senders[i].started))
      g_thread_yield ();

  worker_stop (&worker);
  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_client_free (clients[i]);
  for (guint i = 0; i < N_THREADS; i++)
    {
      ws_test_sender_join (&senders[i]);
      g_assert_cmpuint (senders[i].n_full + senders[i].n_others, ==, 0);
      g_assert_cmpuint (senders[i].n_closed, >=, N_CLIENTS);
    }
  worker_join (&worker);
  g_assert_cmpint (n_gone, ==, N_CLIENTS);
}

static void
test_shutdown (void)
{
  g_test_summary ("Sends of other threads fail while the server shuts down, and nothing leaks.");

  for (guint round = 0; round < N_ROUNDS; round++)
    send_until_end (FALSE);
}

static void
test_finalised (void)
{
  g_test_summary ("Sends of other threads fail while the last reference to the server is dropped, and nothing leaks.");

  for (guint round = 0; round < N_ROUNDS; round++)
    send_until_end (TRUE);
}

static void
test_last_reference (void)
{
  Worker        worker;
  WsTestClient *clients[N_CLIENTS];

  g_test_summary ("The last reference may be dropped in any thread, while the server runs and after it.");

  worker_start (&worker, FALSE);
  g_ptr_array_set_free_func (worker.connections, NULL);
  worker_open_clients (&worker, clients);

  ws_test_client_send_close (clients[0], 1000, NULL);
  ws_test_client_assert_close (clients[0], 1000, NULL);
  ws_test_client_free (clients[0]);
  g_mutex_lock (&worker.mutex);
  while (worker.n_gone == 0)
    g_cond_wait (&worker.cond, &worker.mutex);
  g_mutex_unlock (&worker.mutex);
  g_assert_finalize_object (worker.connections->pdata[0]);

  for (guint i = 1; i < N_CLIENTS; i++)
    ws_test_client_free (clients[i]);
  worker_stop (&worker);
  g_thread_join (worker.thread);
  for (guint i = 1; i < N_CLIENTS; i++)
    g_assert_finalize_object (worker.connections->pdata[i]);
  worker_clear (&worker);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/thread-servers/order", test_other_thread);
  g_test_add_func ("/integration/thread-servers/shutdown", test_shutdown);
  g_test_add_func ("/integration/thread-servers/finalised", test_finalised);
  g_test_add_func ("/integration/thread-servers/last-reference", test_last_reference);

  return g_test_run ();
}
