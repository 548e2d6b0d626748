/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/socket.h>

#include <glib/gstdio.h>

#include "ws-test-fixture.h"

/* What a timeout of 0 and a positive one mean, and what a send leaves behind. */

#define LARGE_BYTES (8 * 1024 * 1024)

typedef struct
{
  WsTestFixture base;
  GBytes       *large;
  guint         n_ticks;
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  char *pattern = ws_test_pattern (LARGE_BYTES);

  ws_test_fixture_set_up (&fixture->base, user_data);
  fixture->large = g_bytes_new_take (pattern, LARGE_BYTES);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  ws_test_fixture_tear_down (&fixture->base, user_data);
  g_bytes_unref (fixture->large);
}

static gboolean
count_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

static void
test_timeout_zero (Fixture      *fixture,
                   gconstpointer user_data)
{
  guint idle = g_idle_add (count_cb, &fixture->n_ticks);
  g_autoptr (GError) error = NULL;

  g_test_summary ("With a timeout of 0 a send returns at once, without the main loop; bytes-sent has the number of bytes accepted.");

  ws_test_client_set_reading (fixture->base.client, FALSE);
  g_assert_true (
      ws_server_send_bytes (fixture->base.server->server, fixture->base.id, fixture->large, &error));
  g_assert_cmpuint (ws_connection_get_bytes_sent (fixture->base.connection), ==, LARGE_BYTES);
  g_assert_true (ws_server_send_text (fixture->base.server->server, fixture->base.id, "four", &error));
  g_assert_cmpuint (ws_connection_get_bytes_sent (fixture->base.connection), ==, 4);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->n_ticks, ==, 0);
  g_source_remove (idle);
}

static void
test_timeout_positive (Fixture      *fixture,
                       gconstpointer user_data)
{
  g_autoptr (WsTestClient) other = ws_test_server_open (fixture->base.server);
  g_autoptr (GBytes) received = NULL;
  g_autoptr (GError) error = NULL;
  WsOpcode opcode;

  g_test_summary ("With a positive timeout a send returns when all has gone out, bytes-sent stays 0, and events are handled meanwhile.");

  ws_connection_set_timeout (fixture->base.connection, 20);
  ws_test_client_send_text (other, "meanwhile");
  g_assert_true (
      ws_server_send_bytes (fixture->base.server->server, fixture->base.id, fixture->large, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (ws_connection_get_bytes_sent (fixture->base.connection), ==, 0);
  g_assert_cmpuint (ws_connection_get_send_queue_length (fixture->base.connection), ==, 0);
  g_assert_cmpuint (ws_test_server_count (fixture->base.server, "data-in #2 text \"meanwhile\""), ==, 1);
  received = ws_test_client_read_message (fixture->base.client, &opcode);
  g_assert_cmpint (opcode, ==, WS_OPCODE_BINARY);
  g_assert_true (g_bytes_equal (received, fixture->large));
}

/* --- timeouts are of inactivity -------------------------------------------------------------- */

#define SLOW_TICKS 8
#define TICK_MS 300

static gboolean
read_a_little_cb (gpointer user_data)
{
  Fixture *fixture = user_data;
  guint64  goal = fixture->base.client->n_received_bytes + LARGE_BYTES / 16;

  ws_test_client_set_reading (fixture->base.client, TRUE);
  if (++fixture->n_ticks == SLOW_TICKS)
    return G_SOURCE_REMOVE;

  ws_test_wait_until (fixture->base.client->n_received_bytes >= goal);
  ws_test_client_set_reading (fixture->base.client, FALSE);
  return G_SOURCE_CONTINUE;
}

static gboolean
say_something_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  if (++fixture->n_ticks == SLOW_TICKS)
    {
      ws_test_client_set_reading (fixture->base.client, TRUE);
      return G_SOURCE_REMOVE;
    }

  ws_test_client_send_text (fixture->base.client, "busy");
  return G_SOURCE_CONTINUE;
}

static void
test_inactivity (Fixture    *fixture,
                 GSourceFunc tick)
{
  const int buffer_bytes = 65536;
  gint64    start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  /* So that the system cannot take it all. */
  setsockopt (fixture->base.client->fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  ws_connection_set_timeout (fixture->base.connection, 1);
  ws_test_client_set_reading (fixture->base.client, FALSE);
  g_timeout_add (TICK_MS, tick, fixture);
  g_assert_true (ws_connection_send_bytes (fixture->base.connection, fixture->large, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->n_ticks, ==, SLOW_TICKS);
  g_assert_cmpint (g_get_monotonic_time () - start, >, 2 * G_USEC_PER_SEC);
}

static void
test_inactivity_sent (Fixture      *fixture,
                      gconstpointer user_data)
{
  g_test_summary ("A timeout begins anew with whatever goes out: a slow client takes longer than it.");

  test_inactivity (fixture, read_a_little_cb);
}

static void
test_inactivity_received (Fixture      *fixture,
                          gconstpointer user_data)
{
  g_test_summary ("A timeout begins anew with whatever comes in.");

  test_inactivity (fixture, say_something_cb);
}

static void
test_expired (Fixture      *fixture,
              gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A timeout that passes without any data is 10060; the connection stays.");

  ws_connection_set_timeout (fixture->base.connection, 1);
  ws_test_client_set_reading (fixture->base.client, FALSE);
  g_assert_false (ws_connection_send_bytes (fixture->base.connection, fixture->large, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_TIMED_OUT);
  g_assert_true (ws_connection_get_connected (fixture->base.connection));
}

/* --- files and streams ----------------------------------------------------------------------- */

static void
test_send_file (Fixture      *fixture,
                gconstpointer user_data)
{
  gboolean         waits = user_data != NULL;
  g_autofree char *path = NULL;
  int              fd = g_file_open_tmp ("wsserver-test-XXXXXX", &path, NULL);
  g_autoptr (GBytes) received = NULL;
  g_autoptr (GError) error = NULL;
  WsOpcode opcode;

  g_test_summary ("send_file waits with a positive timeout; with 0 it sends while the main loop runs.");

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_file_set_contents (path, g_bytes_get_data (fixture->large, NULL), LARGE_BYTES, &error);
  g_assert_no_error (error);
  ws_connection_set_timeout (fixture->base.connection, waits ? 20 : 0);
  g_assert_true (ws_server_send_file (fixture->base.server->server, fixture->base.id, path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fixture->base.client->n_received_bytes > LARGE_BYTES / 2, ==, waits);
  received = ws_test_client_read_message (fixture->base.client, &opcode);
  g_assert_true (g_bytes_equal (received, fixture->large));
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static gboolean
interrupt_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  if (ws_connection_get_send_queue_length (fixture->base.connection) == 0)
    return G_SOURCE_CONTINUE;

  g_assert_true (ws_server_interrupt (fixture->base.server->server, fixture->base.id, NULL));
  return G_SOURCE_REMOVE;
}

static void
test_interrupt (Fixture      *fixture,
                gconstpointer user_data)
{
  g_autofree char *path = NULL;
  int              fd = g_file_open_tmp ("wsserver-test-XXXXXX", &path, NULL);
  g_autoptr (GBytes) cut = NULL;
  g_autoptr (GError) error = NULL;
  WsOpcode opcode;

  g_test_summary ("Interrupt stops a file without disconnecting the client: 10004, and the next message arrives.");

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_file_set_contents (path, g_bytes_get_data (fixture->large, NULL), LARGE_BYTES, NULL);
  ws_test_client_set_reading (fixture->base.client, FALSE);
  ws_connection_set_timeout (fixture->base.connection, 20);
  g_timeout_add (10, interrupt_cb, fixture);
  g_assert_false (ws_server_send_file (fixture->base.server->server, fixture->base.id, path, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INTERRUPTED);
  g_assert_true (ws_connection_get_connected (fixture->base.connection));
  ws_test_client_set_reading (fixture->base.client, TRUE);
  cut = ws_test_client_read_message (fixture->base.client, &opcode);
  g_assert_cmpuint (g_bytes_get_size (cut), <, LARGE_BYTES);
  ws_connection_set_timeout (fixture->base.connection, 0);
  g_assert_true (ws_connection_send_text (fixture->base.connection, "still here", NULL));
  ws_test_client_assert_text (fixture->base.client, "still here");
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* --- formats --------------------------------------------------------------------------------- */

static void
test_format_is_ignored (Fixture      *fixture,
                        gconstpointer user_data)
{
  static const WsDataFormat formats[] = {
    WS_DATA_FORMAT_AUTOMATIC,
    WS_DATA_FORMAT_TEXT,
    WS_DATA_FORMAT_BINARY,
    WS_DATA_FORMAT_PING,
    WS_DATA_FORMAT_PONG,
  };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abc", 3);

  g_test_summary ("send_text is text and send_bytes binary, whatever data-format says.");

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      ws_connection_set_data_format (fixture->base.connection, formats[i]);
      g_assert_true (ws_server_send_text (fixture->base.server->server, fixture->base.id, "abc", NULL));
      ws_test_client_assert_frame (fixture->base.client, WS_OPCODE_TEXT, "abc", 3);
      g_assert_true (ws_server_send_bytes (fixture->base.server->server, fixture->base.id, bytes, NULL));
      ws_test_client_assert_frame (fixture->base.client, WS_OPCODE_BINARY, "abc", 3);
    }
}

static void
test_failed_send (Fixture      *fixture,
                  gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  guint n_accepted = 0;

  g_test_summary ("A send that does not fit is 10035, not 135: nothing of it is sent, ready-to-send is FALSE until it fires.");

  ws_test_client_set_reading (fixture->base.client, FALSE);
  while (ws_connection_send_bytes (fixture->base.connection, fixture->large, &error))
    n_accepted++;
  g_assert_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK);
  g_assert_cmpint (WS_ERROR_WOULD_BLOCK, ==, 10035);
  g_assert_true (g_str_has_prefix (error->message, "[10035] "));
  g_assert_cmpuint (ws_connection_get_bytes_sent (fixture->base.connection), ==, 0);
  g_assert_false (ws_connection_get_ready_to_send (fixture->base.connection));
  ws_test_client_set_reading (fixture->base.client, TRUE);
  ws_test_server_wait_for (fixture->base.server, "ready-to-send #1");
  g_assert_true (ws_connection_get_ready_to_send (fixture->base.connection));
  ws_test_wait_until (ws_connection_get_send_queue_length (fixture->base.connection) == 0);
  ws_test_wait_until (fixture->base.client->n_received_bytes >= (guint64) n_accepted * LARGE_BYTES);
  g_assert_cmpuint (ws_connection_get_messages_sent (fixture->base.connection), ==, n_accepted);
}

static void
test_ping_timeout_zero (Fixture      *fixture,
                        gconstpointer user_data)
{
  g_autoptr (WsTestFrame) ping = NULL;

  g_test_summary ("With a timeout of 0 a ping is only sent; its pong comes as an event.");

  g_assert_true (ws_server_ping_client (fixture->base.server->server, fixture->base.id, NULL));
  ping = ws_test_client_read_frame (fixture->base.client);
  g_assert_cmpint (ping->opcode, ==, WS_OPCODE_PING);
  ws_test_client_send_frame (fixture->base.client, (WsTestFrameSpec){ .opcode = WS_OPCODE_PONG },
                             g_bytes_get_data (ping->payload, NULL), g_bytes_get_size (ping->payload));
  ws_test_server_wait_for (fixture->base.server, "pong #1");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ws_test_add ("/contract/sending/timeout/zero", NULL, test_timeout_zero);
  ws_test_add ("/contract/sending/timeout/positive", NULL, test_timeout_positive);
  ws_test_add ("/contract/sending/timeout/inactivity-sent", "OutBufferSize=65536", test_inactivity_sent);
  ws_test_add ("/contract/sending/timeout/inactivity-received", "OutBufferSize=65536",
               test_inactivity_received);
  ws_test_add ("/contract/sending/timeout/expired", NULL, test_expired);
  ws_test_add ("/contract/sending/timeout/ping-zero", NULL, test_ping_timeout_zero);
  ws_test_add ("/contract/sending/file/timeout-zero", NULL, test_send_file);
  ws_test_add ("/contract/sending/file/timeout-positive", "LogLevel=0", test_send_file);
  ws_test_add ("/contract/sending/interrupt", NULL, test_interrupt);
  ws_test_add ("/contract/sending/format-is-ignored", NULL, test_format_is_ignored);
  ws_test_add ("/contract/sending/failed-send", NULL, test_failed_send);

  return g_test_run ();
}
