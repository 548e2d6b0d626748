/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-broker.h"

#include "ws-test-wait.h"

#include <glib/gstdio.h>
#include <wsserver/wsserver.h>

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

guint16
ws_test_find_port (void)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;

  socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_bind (socket, wanted, FALSE, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

gboolean
ws_test_broker_is_there (const char *program)
{
  g_autofree char *path = g_find_program_in_path (program);

  if (path == NULL)
    g_test_skip_printf ("%s is not installed", program);
  return path != NULL;
}

WsTestBroker *
ws_test_broker_new (guint16 port,
                    char   *folder,
                    char  **arguments)
{
  WsTestBroker *self = g_new0 (WsTestBroker, 1);

  self->port = port;
  self->folder = folder;
  self->arguments = arguments;
  return self;
}

/* The program ends with the test, also if that crashes. */
static void
set_up_child_cb (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
is_accepting (WsTestBroker *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", self->port, NULL, NULL);
  return connection != NULL;
}

void
ws_test_broker_start (WsTestBroker *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (self->pid, ==, 0);
  g_spawn_async (self->folder, self->arguments, NULL,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                     G_SPAWN_STDERR_TO_DEV_NULL,
                 set_up_child_cb, NULL, &self->pid, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3000 && !is_accepting (self); i++)
    {
      g_assert_cmpint (waitpid (self->pid, NULL, WNOHANG), ==, 0);
      g_usleep (10000);
    }
}

void
ws_test_broker_signal (WsTestBroker *self,
                       int           number)
{
  g_assert_cmpint (kill (self->pid, number), ==, 0);
}

void
ws_test_broker_kill (WsTestBroker *self)
{
  if (self->pid == 0)
    return;
  kill (self->pid, SIGKILL);
  waitpid (self->pid, NULL, 0);
  g_spawn_close_pid (self->pid);
  self->pid = 0;
}

void
ws_test_broker_free (WsTestBroker *self)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  const char *name;

  ws_test_broker_kill (self);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->folder);
  g_free (self->folder);
  g_strfreev (self->arguments);
  g_free (self);
}

static void
message_cb (WsEngine    *engine,
            const char  *topic,
            WsDataFormat format,
            GBytes      *data,
            const char  *position,
            gpointer     user_data)
{
  WsTestRecord *self = user_data;
  gsize         size;
  const char   *bytes = g_bytes_get_data (data, &size);

  self->n_messages++;
  if (size <= 40)
    g_string_append_printf (self->seen, "message %s %.*s\n", topic, (int) size, bytes != NULL ? bytes : "");
  else
    {
      g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_MD5, data);

      g_string_append_printf (self->seen, "message %s %" G_GSIZE_FORMAT " %s\n", topic, size, sum);
    }
}

static void
subscribed_cb (WsEngine   *engine,
               const char *topic,
               gpointer    user_data)
{
  WsTestRecord *self = user_data;

  if (self->n_subscribed++ < 20)
    g_string_append_printf (self->seen, "subscribed %s\n", topic);
}

static void
gap_cb (WsEngine   *engine,
        const char *topic,
        const char *reason,
        gpointer    user_data)
{
  WsTestRecord *self = user_data;

  self->n_gaps++;
  g_string_append_printf (self->seen, "gap %s\n", topic != NULL ? topic : "-");
  g_string_append_printf (self->texts, "gap: %s\n", reason);
}

static void
error_cb (WsEngine   *engine,
          int         code,
          const char *description,
          gpointer    user_data)
{
  WsTestRecord *self = user_data;

  self->n_errors++;
  g_string_append_printf (self->seen, "error %d\n", code);
  g_string_append_printf (self->texts, "error: %s\n", description);
}

static void
state_cb (WsEngine   *engine,
          GParamSpec *pspec,
          gpointer    user_data)
{
  g_string_append_printf (((WsTestRecord *) user_data)->seen, "state %d\n", ws_engine_get_state (engine));
}

WsTestRecord *
ws_test_record_new (gpointer engine)
{
  WsTestRecord *self = g_new0 (WsTestRecord, 1);

  self->engine = engine;
  self->seen = g_string_new (NULL);
  self->texts = g_string_new (NULL);
  g_signal_connect (engine, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (engine, "subscribed", G_CALLBACK (subscribed_cb), self);
  g_signal_connect (engine, "gap", G_CALLBACK (gap_cb), self);
  g_signal_connect (engine, "error", G_CALLBACK (error_cb), self);
  g_signal_connect (engine, "notify::state", G_CALLBACK (state_cb), self);
  return self;
}

void
ws_test_record_free (WsTestRecord *self)
{
  if (self->engine != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->engine, self);
      g_assert_finalize_object (self->engine);
    }
  /* What was under way when it went ends now. */
  ws_test_settle ();
  g_string_free (self->seen, TRUE);
  g_string_free (self->texts, TRUE);
  g_free (self);
}

static gboolean
watch_cb (gpointer user_data)
{
  WsTestGapWatch *self = user_data;
  const gint64    now = g_get_monotonic_time ();

  self->longest_us = MAX (self->longest_us, now - self->last);
  self->last = now;
  return G_SOURCE_CONTINUE;
}

void
ws_test_gap_watch_begin (WsTestGapWatch *self)
{
  self->longest_us = 0;
  self->last = g_get_monotonic_time ();
  self->source = g_timeout_source_new (1);
  g_source_set_callback (self->source, watch_cb, self, NULL);
  g_source_attach (self->source, NULL);
}

void
ws_test_gap_watch_end (WsTestGapWatch *self)
{
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static gboolean
end_run_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

void
ws_test_run_ms (guint ms)
{
  gboolean done = FALSE;

  g_timeout_add (ms, end_run_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}
