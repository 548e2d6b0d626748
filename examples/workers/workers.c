/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib-unix.h>
#include <stdlib.h>
#include <wsserver/wsserver.h>

/* Uses more than one core: each thread has its own main context and server, all on one port.
 *
 *   workers [--broadcast] [PORT [THREADS]]
 *
 * Each message goes back to its sender; with --broadcast it goes to every client of every thread. */

#define SHUTDOWN_SECONDS 5

typedef struct
{
  GMainContext *context;
  GMainLoop    *loop;
  WsServer     *server; /* used only by this worker's thread once that runs */
  GThread      *thread;
  guint         n_clients;
} Worker;

/* Complete before the first thread starts, and constant until the last one has ended. */
static Worker  *workers;
static guint    n_workers;
static gboolean broadcasts;

/* --- from one worker to another -------------------------------------------------------------- */

typedef struct
{
  Worker      *worker;
  WsDataFormat format;
  GBytes      *data;
} Message;

static void
message_free (gpointer data)
{
  Message *message = data;

  g_bytes_unref (message->data);
  g_free (message);
}

/* Runs in the thread of the worker whose clients get the message. */
static gboolean
tell_clients_cb (gpointer user_data)
{
  Message *message = user_data;

  ws_server_broadcast (message->worker->server, message->format, message->data, NULL, NULL, NULL);
  return G_SOURCE_REMOVE;
}

/* Runs in any worker's thread. That worker sends at once, the others in their main loops. A message to a
 * single client needs none of this: ws_connection_send_async() can be called in any thread. */
static void
tell_all (WsDataFormat format,
          GBytes      *data)
{
  for (guint i = 0; i < n_workers; i++)
    {
      Message *message = g_new (Message, 1);

      message->worker = &workers[i];
      message->format = format;
      message->data = g_bytes_ref (data);
      g_main_context_invoke_full (workers[i].context, G_PRIORITY_DEFAULT, tell_clients_cb, message,
                                  message_free);
    }
}

/* --- a worker -------------------------------------------------------------------------------- */

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data)
{
  g_autoptr (GError) error = NULL;
  gsize         length;
  gconstpointer bytes = g_bytes_get_data (data, &length);

  if (broadcasts)
    tell_all (format, data);
  else if (!ws_connection_send_data (connection, format, bytes, length, &error))
    g_printerr ("%s\n", error->message);
}

static void
connected_cb (WsServer     *server,
              WsConnection *connection,
              gpointer      user_data)
{
  ((Worker *) user_data)->n_clients++;
}

static void
shut_down_cb (GObject      *server,
              GAsyncResult *result,
              gpointer      user_data)
{
  ws_server_shutdown_finish (WS_SERVER (server), result, NULL);
  g_main_loop_quit (((Worker *) user_data)->loop);
}

static gboolean
worker_stop_cb (gpointer user_data)
{
  Worker *worker = user_data;

  ws_server_shutdown_async (worker->server, SHUTDOWN_SECONDS, NULL, shut_down_cb, worker);
  return G_SOURCE_REMOVE;
}

static gpointer
worker_run (gpointer user_data)
{
  Worker *worker = user_data;

  g_main_context_push_thread_default (worker->context);
  g_main_loop_run (worker->loop);
  /* Drop the server in the thread in which it has run. */
  g_clear_object (&worker->server);
  g_main_context_pop_thread_default (worker->context);
  return NULL;
}

/* Runs in the main thread, which can report an error. The server still belongs to the context. */
static gboolean
worker_listen (Worker  *worker,
               guint    port,
               GError **error)
{
  gboolean listens;

  worker->context = g_main_context_new ();
  worker->loop = g_main_loop_new (worker->context, FALSE);
  worker->server = ws_server_new ();
  g_object_set (worker->server, "local-host", "127.0.0.1", "local-port", port, NULL);
  g_free (ws_server_config (worker->server, "BufferMessage=True", NULL));
  g_free (ws_server_config (worker->server, "BindExclusively=False", NULL));
  g_signal_connect (worker->server, "connected", G_CALLBACK (connected_cb), worker);
  g_signal_connect (worker->server, "data-in", G_CALLBACK (data_in_cb), NULL);

  g_main_context_push_thread_default (worker->context);
  listens = ws_server_start_listening (worker->server, error);
  g_main_context_pop_thread_default (worker->context);
  return listens;
}

static void
worker_clear (Worker *worker)
{
  g_clear_object (&worker->server);
  g_clear_pointer (&worker->loop, g_main_loop_unref);
  g_clear_pointer (&worker->context, g_main_context_unref);
}

/* --- the program ----------------------------------------------------------------------------- */

/* If the port is 0, the system picks one for the first server; the others share it. */
static gboolean
listen_all (guint    port,
            GError **error)
{
  for (guint i = 0; i < n_workers; i++)
    {
      if (!worker_listen (&workers[i], port, error))
        return FALSE;
      port = ws_server_get_local_port (workers[i].server);
    }

  return TRUE;
}

static gboolean
interrupted_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static void
run_all (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint port = ws_server_get_local_port (workers[0].server);

  g_unix_signal_add (SIGINT, interrupted_cb, loop);
  g_unix_signal_add (SIGTERM, interrupted_cb, loop);
  for (guint i = 0; i < n_workers; i++)
    workers[i].thread = g_thread_new ("worker", worker_run, &workers[i]);
  g_print ("ws://127.0.0.1:%u/ in %u threads\n", port, n_workers);
  g_main_loop_run (loop);

  for (guint i = 0; i < n_workers; i++)
    g_main_context_invoke (workers[i].context, worker_stop_cb, &workers[i]);
  for (guint i = 0; i < n_workers; i++)
    {
      g_thread_join (workers[i].thread);
      g_print ("Worker %u served %u clients\n", i + 1, workers[i].n_clients);
    }
}

int
main (int    argc,
      char **argv)
{
  int    n = 1;
  guint  port;
  gint64 n_threads;
  g_autoptr (GError) error = NULL;

  broadcasts = argc > n && g_str_equal (argv[n], "--broadcast");
  n += broadcasts;
  port = argc > n ? (guint) atoi (argv[n]) : 8080;
  n_threads = argc > n + 1 ? atoi (argv[n + 1]) : (gint64) g_get_num_processors ();

  n_workers = (guint) CLAMP (n_threads, 1, 256);
  workers = g_new0 (Worker, n_workers);
  if (listen_all (port, &error))
    run_all ();
  else
    g_printerr ("%s\n", error->message);

  for (guint i = 0; i < n_workers; i++)
    worker_clear (&workers[i]);
  g_free (workers);
  return error == NULL ? 0 : 1;
}
