/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <zlib.h>

#include "ws-test-fixture.h"

/* One client sends what takes long to deliver. Others are served meanwhile, and nothing changes for the
 * application: order, content and signals. */

#define N_MESSAGES 15000
#define HANDLER_US 20                         /* all of them: 0.3 seconds */
#define MAX_ITERATION_US (G_USEC_PER_SEC / 2) /* what a user of the desktop would notice */
#define BOMB_BYTES (16 * 1024 * 1024)

typedef struct
{
  WsTestFixture base;
  WsTestClient *good;
  guint         n_received;
  guint         n_bytes;
  guint         n_ends; /* of messages */
  guint         pause_after;
  guint         close_after;
  gboolean      nests;
  gint64        longest_us;
} Fixture;

static gboolean
resume_cb (gpointer user_data)
{
  ws_connection_process_data (user_data, NULL);
  return G_SOURCE_REMOVE;
}

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            int           format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            Fixture      *self)
{
  guint number;

  if (connection != self->base.connection)
    return;

  if (g_bytes_get_size (data) == sizeof number && self->n_ends == self->n_received)
    {
      memcpy (&number, g_bytes_get_data (data, NULL), sizeof number);
      g_assert_cmpuint (number, ==, self->n_received);
    }
  self->n_received++;
  self->n_bytes += (guint) g_bytes_get_size (data);
  self->n_ends += eom;
  if (self->n_received % 20 == 0)
    g_usleep (20 * HANDLER_US);
  if (self->nests && self->n_received % 1000 == 0)
    g_main_context_iteration (NULL, FALSE);
  if (self->pause_after > 0 && self->n_received % self->pause_after == 0)
    {
      ws_connection_pause_data (connection, NULL);
      g_idle_add_full (G_PRIORITY_DEFAULT, resume_cb, g_object_ref (connection), g_object_unref);
    }
  if (self->n_received == self->close_after)
    ws_connection_close (connection, 1000, NULL, NULL);
}

static void
fixture_set_up (Fixture      *self,
                gconstpointer settings)
{
  ws_test_fixture_set_up (&self->base, settings);
  self->good = ws_test_server_open (self->base.server);
  g_signal_connect (self->base.server->server, "data-in", G_CALLBACK (data_in_cb), self);
}

static void
fixture_tear_down (Fixture      *self,
                   gconstpointer settings)
{
  ws_test_client_free (self->good);
  ws_test_fixture_tear_down (&self->base, settings);
}

/* One iteration, with a ping of the other client that is always under way. */
static void
iterate (Fixture *self)
{
  gint64 before_us = g_get_monotonic_time ();

  g_main_context_iteration (NULL, TRUE);
  self->longest_us = MAX (self->longest_us, g_get_monotonic_time () - before_us);
}

#define serve_until(self, expression)                                               \
 G_STMT_START                                                                       \
 {                                                                                  \
  gint64 end_us_ = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;                   \
                                                                                    \
  (self)->longest_us = 0;                                                           \
  while (!(expression))                                                             \
   {                                                                                \
    g_assert_cmpint (g_get_monotonic_time (), <, end_us_);                          \
    iterate (self);                                                                 \
   }                                                                                \
  g_test_message ("longest iteration %" G_GINT64_FORMAT " us", (self)->longest_us); \
  g_assert_cmpint ((self)->longest_us, <, MAX_ITERATION_US);                        \
 }                                                                                  \
 G_STMT_END

static void
send_numbers (Fixture *self)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (guint i = 0; i < N_MESSAGES; i++)
    {
      g_autoptr (GByteArray) frame =
          ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_BINARY }, &i, sizeof i);

      g_byte_array_append (all, frame->data, frame->len);
    }
  ws_test_client_send (self->base.client, all->data, all->len);
}

static void
assert_all_numbers (Fixture *self)
{
  g_assert_cmpuint (self->n_received, ==, N_MESSAGES);
  g_assert_cmpuint (self->n_ends, ==, N_MESSAGES);
  g_assert_cmpuint (self->n_bytes, ==, N_MESSAGES * sizeof (guint));
}

static void
test_messages (Fixture      *self,
               gconstpointer settings)
{
  g_test_summary ("Many short messages in one read are delivered in turns, in order, and others are served between them.");

  send_numbers (self);
  ws_test_client_send_ping (self->good, "between");
  serve_until (self, self->good->input->len > 0);
  g_assert_cmpuint (self->n_received, <, N_MESSAGES);
  ws_test_client_assert_frame (self->good, WS_OPCODE_PONG, "between", 7);
  serve_until (self, self->n_received == N_MESSAGES);
  assert_all_numbers (self);
}

static void
test_nesting (Fixture      *self,
              gconstpointer settings)
{
  g_test_summary ("A handler that runs the main loop keeps the order of the turns.");

  self->nests = TRUE;
  send_numbers (self);
  serve_until (self, self->n_received == N_MESSAGES);
  assert_all_numbers (self);
}

static void
test_pauses (Fixture      *self,
             gconstpointer settings)
{
  g_test_summary ("An application that pauses after each message gets all of them, and in reasonable time.");

  self->pause_after = 1;
  send_numbers (self);
  serve_until (self, self->n_received == N_MESSAGES);
  assert_all_numbers (self);
}

static void
test_closing (Fixture      *self,
              gconstpointer settings)
{
  g_test_summary ("A handler that closes also gets what the client has sent before its own close frame.");

  self->close_after = N_MESSAGES / 2;
  send_numbers (self);
  ws_test_client_assert_close (self->base.client, 1000, NULL);
  ws_test_client_send_close (self->base.client, 1000, NULL);
  ws_test_server_wait_for (self->base.server, "disconnected #1 1000");
  assert_all_numbers (self);
}

static void
test_leaving (Fixture      *self,
              gconstpointer settings)
{
  g_test_summary ("A client that leaves behind its messages is reported behind them.");

  send_numbers (self);
  ws_test_wait_until (self->base.client->output->len == 0);
  g_assert_cmpuint (self->n_received, <, N_MESSAGES);
  ws_test_client_half_close (self->base.client);
  ws_test_server_wait_for (self->base.server, "disconnected #1 1006");
  assert_all_numbers (self);
}

/* A message of zeros, as a client that agreed to permessage-deflate sends it. */
static GBytes *
deflate_zeros (gsize length)
{
  g_autofree guint8 *zeros = g_malloc0 (length);
  gsize              size = length / 100;
  guint8            *data = g_malloc (size);
  z_stream           stream = { 0 };

  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), ==, Z_OK);
  stream.next_in = zeros;
  stream.avail_in = (uInt) length;
  stream.next_out = data;
  stream.avail_out = (uInt) size;
  g_assert_cmpint (deflate (&stream, Z_FULL_FLUSH), ==, Z_OK);
  g_assert_cmpuint (stream.avail_in, ==, 0);
  deflateEnd (&stream);
  return g_bytes_new_take (data, stream.total_out - 4);
}

static void
test_inflation (Fixture      *self,
                gconstpointer settings)
{
  g_autoptr (GBytes) bomb = deflate_zeros (BOMB_BYTES);
  const guint port = ws_server_get_local_port (self->base.server->server);
  g_autoptr (WsTestClient) bomber = ws_test_client_new (port);
  const WsTestFrameSpec spec = { .opcode = WS_OPCODE_BINARY, .reserved_bits = WS_FRAME_RSV1 };
  const guint           n_bombs = 6;
  gsize                 length;
  const char           *data = g_bytes_get_data (bomb, &length);

  g_test_summary ("What inflates to many MiB is inflated in turns, and others are served between them.");

  ws_test_client_open (bomber, "/", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  self->base.connection = ws_test_server_get (self->base.server, 3);
  for (guint i = 0; i < n_bombs; i++)
    ws_test_client_send_frame (bomber, spec, data, length);
  ws_test_client_send_ping (self->good, "between");
  serve_until (self, self->good->input->len > 0);
  g_assert_cmpuint (self->n_ends, <, n_bombs);
  ws_test_client_assert_frame (self->good, WS_OPCODE_PONG, "between", 7);
  serve_until (self, self->n_ends == n_bombs);
  g_assert_cmpuint (self->n_bytes, ==, n_bombs * BOMB_BYTES);
}

static void
assert_lines (Fixture *self)
{
  g_autofree char *lines = g_strnfill (3 * N_MESSAGES, 'x');

  for (guint i = 0; i < N_MESSAGES; i++)
    memcpy (lines + 3 * i + 1, "\r\n", 2);
  ws_connection_change_line_mode (self->base.connection, TRUE, NULL);
  ws_test_client_send_text (self->base.client, lines);
  ws_test_client_send_ping (self->good, "between");
  serve_until (self, self->good->input->len > 0);
  g_assert_cmpuint (self->n_received, <, N_MESSAGES);
  serve_until (self, self->n_received == N_MESSAGES);
  g_assert_cmpuint (self->n_bytes, ==, N_MESSAGES);
  g_assert_cmpuint (self->n_ends, ==, 1);

  ws_test_client_send_text (self->base.client, "one more\n");
  serve_until (self, self->n_received == N_MESSAGES + 1);
  g_assert_cmpuint (self->n_ends, ==, 2);
}

static void
test_lines (Fixture      *self,
            gconstpointer settings)
{
  g_test_summary ("Many short lines in one message are delivered in turns; the last one ends the message.");

  assert_lines (self);
}

static void
test_paused_lines (Fixture      *self,
                   gconstpointer settings)
{
  g_test_summary ("An application that pauses after each line gets all of them, and in reasonable time.");

  self->pause_after = 1;
  assert_lines (self);
}

#define N_NEW_CLIENTS 100

static void
begin_slowly_cb (guint *n_begun)
{
  ++*n_begun;
  g_usleep (1000); /* as the computation of a handshake */
}

static void
test_handshakes (Fixture      *self,
                 gconstpointer settings)
{
  const WsTestTlsMode mode = ws_test_tls_get_mode ();
  const gboolean      in_loop = mode == WS_TEST_TLS_1_2 || mode == WS_TEST_TLS_1_3;
  const char         *signal = in_loop ? "ssl-connection-request" : "web-socket-open-request";
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_test_client_free);
  guint n_begun = 0;

  g_test_summary ("Clients that begin their handshake all at once are served behind those that are open, and each of them is.");

  g_signal_connect_swapped (self->base.server->server, signal, G_CALLBACK (begin_slowly_cb), &n_begun);
  for (guint i = 0; i < N_NEW_CLIENTS; i++)
    {
      g_ptr_array_add (clients, ws_test_server_connect (self->base.server));
      ws_test_client_send_handshake (clients->pdata[i], "/", NULL);
    }
  serve_until (self, n_begun > 0);
  ws_test_client_send_ping (self->good, "between");
  serve_until (self, self->good->input->len > 0);
  g_assert_cmpuint (n_begun, <, N_NEW_CLIENTS / 3);
  ws_test_client_assert_frame (self->good, WS_OPCODE_PONG, "between", 7);
  serve_until (self, ws_test_server_count (self->base.server, "connected") == N_NEW_CLIENTS);
  g_assert_cmpuint (n_begun, ==, N_NEW_CLIENTS);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ws_test_add ("/integration/turns/messages", NULL, test_messages);
  ws_test_add ("/integration/turns/nesting", NULL, test_nesting);
  ws_test_add ("/integration/turns/pauses", NULL, test_pauses);
  ws_test_add ("/integration/turns/closing", NULL, test_closing);
  ws_test_add ("/integration/turns/leaving", NULL, test_leaving);
  ws_test_add ("/integration/turns/inflation/parts", NULL, test_inflation);
  ws_test_add ("/integration/turns/inflation/whole", "BufferMessage=True", test_inflation);
  ws_test_add ("/integration/turns/handshakes", NULL, test_handshakes);
  ws_test_add ("/integration/turns/lines/running", NULL, test_lines);
  ws_test_add ("/integration/turns/lines/paused", NULL, test_paused_lines);

  return g_test_run ();
}
