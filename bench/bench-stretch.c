/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* How the rest of a program fares beside a busy server in the same main context.
 *
 *   bench-stretch WSLOAD [SECONDS [CLIENTS [SIZE]]]
 *
 * An echo server in the default context, CLIENTS clients (1,000) that send SIZE bytes (20) and wait for the
 * echo, driven by WSLOAD in a process of its own, and what a GTK program has beside it: a source at the
 * priority of input events that is ready every millisecond, a clock of 60 Hz at the priority at which GTK
 * draws, and a source that is always ready, at the priority of idle work. Printed is how long the server went
 * without returning to the loop, and how late the others came. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wsserver/wsserver.h>

/* As in GDK: events, and the drawing of a frame. */
#define INPUT_PRIORITY G_PRIORITY_DEFAULT
#define REDRAW_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

#define INPUT_INTERVAL_US 1000
#define FRAME_INTERVAL_US (G_USEC_PER_SEC / 60)

/* A source that is due at a fixed rate, and by how much it came late. */
typedef struct
{
  GSource     source;
  const char *name;
  gint64      interval_us; /* 0: always ready; then the time between two calls is measured */
  gint64      due_us;
  gint64      missed; /* whole intervals passed over */
  GArray     *late_us;
} Clock;

static GMainLoop *loop;
static guint64    n_messages;

static gboolean
clock_dispatch (GSource    *source,
                GSourceFunc callback,
                gpointer    user_data)
{
  Clock *self = (Clock *) source;
  gint64 now_us = g_get_monotonic_time ();
  gint64 late_us = now_us - self->due_us;

  g_array_append_val (self->late_us, late_us);
  self->due_us += self->interval_us;
  if (self->interval_us == 0)
    self->due_us = now_us;
  while (self->interval_us > 0 && self->due_us <= now_us)
    {
      self->due_us += self->interval_us;
      self->missed++;
    }
  g_source_set_ready_time (source, self->interval_us > 0 ? self->due_us : 0);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs clock_funcs = { .dispatch = clock_dispatch };

static Clock *
add_clock (const char *name,
           int         priority,
           gint64      interval_us)
{
  Clock *self = (Clock *) g_source_new (&clock_funcs, sizeof (Clock));

  self->name = name;
  self->interval_us = interval_us;
  self->due_us = g_get_monotonic_time () + interval_us;
  self->late_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_source_set_priority (&self->source, priority);
  g_source_set_ready_time (&self->source, self->due_us);
  g_source_attach (&self->source, NULL);
  return self;
}

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  gint64 left = *(const gint64 *) a;
  gint64 right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

static gint64
get_percentile (GArray *times,
                double  percent)
{
  return times->len > 0 ? g_array_index (times, gint64, (guint) ((times->len - 1) * percent / 100)) : -1;
}

static void
print_times (const char *name,
             GArray     *times_us,
             double      seconds,
             gint64      missed)
{
  g_array_sort (times_us, compare_times);
  printf ("%-26s %8.0f/s  p50 %6" G_GINT64_FORMAT "  p99 %6" G_GINT64_FORMAT "  max %6" G_GINT64_FORMAT " us",
          name, times_us->len / seconds, get_percentile (times_us, 50), get_percentile (times_us, 99),
          get_percentile (times_us, 100));
  if (missed > 0)
    printf ("  %" G_GINT64_FORMAT " passed over", missed);
  printf ("\n");
}

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            gpointer      user_data)
{
  n_messages++;
  ws_connection_set_data_format (connection, format);
  ws_connection_send (connection, data, NULL);
}

static gboolean
end_cb (gpointer user_data)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static WsServer *
start_server (void)
{
  WsServer *server = ws_server_new ();
  g_autoptr (GError) error = NULL;

  g_free (ws_server_config (server, "BufferMessage=True", NULL));
  g_free (ws_server_config (server, "MaxConnections=20000", NULL));
  ws_server_set_local_host (server, "127.0.0.1", NULL);
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), NULL);
  if (!ws_server_start_listening (server, &error))
    g_error ("%s", error->message);
  return server;
}

static GSubprocess *
start_load (const char *wsload,
            WsServer   *server,
            const char *seconds,
            const char *clients,
            const char *size)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;
  g_autofree char *url = g_strdup_printf ("ws://127.0.0.1:%u/", ws_server_get_local_port (server));
  GSubprocess     *load =
      g_subprocess_launcher_spawn (launcher, &error, wsload, "-t", seconds, "-c", clients, "-s", size,
                                   "--binary", "--ramp", "8", url, NULL);

  if (load == NULL)
    g_error ("%s", error->message);
  return load;
}

/* The time from one turn of the context to the next that polling did not take. */
static GPollFunc default_poll;
static gint64    turn_start_us;
static gint64    turn_start_cpu_us;
static GArray   *turns_us;
static GArray   *turns_cpu_us;

static gint64
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static int
poll_cb (GPollFD *fds,
         guint    n_fds,
         int      timeout_ms)
{
  gint64 turn_us = g_get_monotonic_time () - turn_start_us;
  gint64 turn_cpu_us = get_cpu_us () - turn_start_cpu_us;
  int    result;

  if (turn_start_us > 0)
    {
      g_array_append_val (turns_us, turn_us);
      g_array_append_val (turns_cpu_us, turn_cpu_us);
    }
  result = default_poll (fds, n_fds, timeout_ms);
  turn_start_us = g_get_monotonic_time ();
  turn_start_cpu_us = get_cpu_us ();
  return result;
}

int
main (int    argc,
      char **argv)
{
  const char *seconds = argc > 2 ? argv[2] : "5";
  const char *clients = argc > 3 ? argv[3] : "1000";
  const char *size = argc > 4 ? argv[4] : "20";
  g_autoptr (WsServer) server = NULL;
  g_autoptr (GSubprocess) load = NULL;
  Clock *clocks[3];
  double elapsed_s = g_ascii_strtod (seconds, NULL) - 1;

  if (argc < 2)
    {
      fprintf (stderr, "usage: bench-stretch WSLOAD [SECONDS [CLIENTS [SIZE]]]\n");
      return 2;
    }

  loop = g_main_loop_new (NULL, FALSE);
  server = start_server ();
  load = start_load (argv[1], server, seconds, clients, size);
  turns_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  turns_cpu_us = g_array_new (FALSE, FALSE, sizeof (gint64));

  /* Measured once they are all open and busy. */
  g_timeout_add (500, end_cb, NULL);
  g_main_loop_run (loop);
  n_messages = 0;
  default_poll = g_main_context_get_poll_func (NULL);
  g_main_context_set_poll_func (NULL, poll_cb);
  clocks[0] = add_clock ("input (each ms)", INPUT_PRIORITY, INPUT_INTERVAL_US);
  clocks[1] = add_clock ("frames (60 Hz)", REDRAW_PRIORITY, FRAME_INTERVAL_US);
  clocks[2] = add_clock ("idle work, between calls", G_PRIORITY_DEFAULT_IDLE, 0);
  g_timeout_add ((guint) (elapsed_s * 1000), end_cb, NULL);
  g_main_loop_run (loop);

  printf ("%s clients x %s bytes: %.0f messages a second\n", clients, size, n_messages / elapsed_s);
  print_times ("turns of the loop", turns_us, elapsed_s, 0);
  print_times ("the same in CPU time", turns_cpu_us, elapsed_s, 0);
  for (guint i = 0; i < G_N_ELEMENTS (clocks); i++)
    print_times (clocks[i]->name, clocks[i]->late_us, elapsed_s, clocks[i]->missed);

  g_subprocess_force_exit (load);
  g_subprocess_wait (load, NULL, NULL);
  return 0;
}
