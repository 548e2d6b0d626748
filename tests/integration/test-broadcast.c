/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <zlib.h>

#include "ws-test-fixture.h"
#include "ws-test-stream.h"

/* One message to many clients. */

#define N_CLIENTS 4

typedef struct
{
  WsTestServer *server;
  WsTestClient *clients[N_CLIENTS];
  guint         n_asked;
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  fixture->server = ws_test_server_new_listening ("InBufferSize=65536", user_data, NULL);
  for (guint i = 0; i < N_CLIENTS; i++)
    fixture->clients[i] = ws_test_server_open (fixture->server);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_client_free (fixture->clients[i]);
  ws_test_server_free (fixture->server);
}

static guint
broadcast (WsTestServer     *server,
           WsDataFormat      format,
           gconstpointer     data,
           gsize             length,
           WsBroadcastFilter filter,
           gpointer          filter_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (data, length);
  guint n = ws_server_broadcast (server->server, format, bytes, filter, filter_data, &error);

  g_assert_no_error (error);
  return n;
}

static guint
broadcast_text (Fixture    *fixture,
                const char *text)
{
  return broadcast (fixture->server, WS_DATA_FORMAT_TEXT, text, strlen (text), NULL, NULL);
}

static void
test_all (Fixture      *fixture,
          gconstpointer user_data)
{
  static const guint8 bytes[] = { 0xc3, 0x28, 0 };
  g_autoptr (GBytes) data = g_bytes_new_static (bytes, sizeof bytes);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Every client receives the message in the requested format; the text is checked once.");

  g_assert_cmpuint (broadcast_text (fixture, "to all"), ==, N_CLIENTS);
  g_assert_cmpuint (broadcast (fixture->server, WS_DATA_FORMAT_BINARY, bytes, sizeof bytes, NULL, NULL), ==,
                    N_CLIENTS);
  g_assert_cmpuint (broadcast (fixture->server, WS_DATA_FORMAT_AUTOMATIC, bytes, sizeof bytes, NULL, NULL),
                    ==, N_CLIENTS);
  g_assert_cmpuint (broadcast (fixture->server, WS_DATA_FORMAT_AUTOMATIC, "grüß", 6, NULL, NULL), ==,
                    N_CLIENTS);
  g_assert_cmpuint (broadcast_text (fixture, ""), ==, N_CLIENTS);
  g_assert_cmpuint (
      ws_server_broadcast (fixture->server->server, WS_DATA_FORMAT_TEXT, data, NULL, NULL, &error), ==, 0);
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      ws_test_client_assert_text (fixture->clients[i], "to all");
      ws_test_client_assert_frame (fixture->clients[i], WS_OPCODE_BINARY, bytes, sizeof bytes);
      ws_test_client_assert_frame (fixture->clients[i], WS_OPCODE_BINARY, bytes, sizeof bytes);
      ws_test_client_assert_text (fixture->clients[i], "grüß");
      ws_test_client_assert_text (fixture->clients[i], "");
      g_assert_cmpuint (ws_connection_get_messages_sent (ws_test_server_get (fixture->server, i + 1)), ==, 5);
    }
}

static void
count_freed_cb (gpointer user_data)
{
  *(guint *) user_data += 1;
}

static void
test_long (Fixture      *fixture,
           gconstpointer user_data)
{
  enum
  {
    LENGTH = 6 * 1024 * 1024 + 5
  };
  g_autofree char *pattern = ws_test_pattern (LENGTH);
  guint            n_freed = 0;
  GBytes          *bytes = g_bytes_new_with_free_func (pattern, LENGTH, count_freed_cb, &n_freed);

  g_test_summary ("A long message is sent in frames of MaxFrameSize without a copy, and freed when the last client has it.");

  g_assert_cmpuint (
      ws_server_broadcast (fixture->server->server, WS_DATA_FORMAT_BINARY, bytes, NULL, NULL, NULL), ==,
      N_CLIENTS);
  g_bytes_unref (bytes);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      WsOpcode opcode;
      g_autoptr (GBytes) message = ws_test_client_read_message (fixture->clients[i], &opcode);

      g_assert_cmpint (opcode, ==, WS_OPCODE_BINARY);
      g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), pattern, LENGTH);
    }
  ws_test_settle ();
  g_assert_cmpuint (n_freed, ==, 1);
}

static void
test_fragments (Fixture      *fixture,
                gconstpointer user_data)
{
  g_test_summary ("A short message over MaxFrameSize is fragmented, too.");

  ws_test_server_config (fixture->server, "MaxFrameSize=10");
  g_assert_cmpuint (broadcast_text (fixture, "fifteen letters"), ==, N_CLIENTS);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      g_autoptr (WsTestFrame) first = ws_test_client_read_frame (fixture->clients[i]);
      g_autoptr (WsTestFrame) last = ws_test_client_read_frame (fixture->clients[i]);

      g_assert_cmpmem (g_bytes_get_data (first->payload, NULL), g_bytes_get_size (first->payload), "fifteen le", 10);
      g_assert_cmpmem (g_bytes_get_data (last->payload, NULL), g_bytes_get_size (last->payload), "tters", 5);
      g_assert_false (first->fin);
      g_assert_true (last->fin);
    }
}

/* --- the filter ------------------------------------------------------------------------------ */

static gboolean
is_odd_cb (WsConnection *connection,
           gpointer      user_data)
{
  Fixture *fixture = user_data;

  fixture->n_asked++;
  return atoi (ws_connection_get_connection_id (connection)) % 2 == 1;
}

static void
test_filter (Fixture      *fixture,
             gconstpointer user_data)
{
  g_test_summary ("Only the clients that the filter accepts receive the message.");

  g_assert_cmpuint (broadcast (fixture->server, WS_DATA_FORMAT_TEXT, "odd", 3, is_odd_cb, fixture), ==, 2);
  g_assert_cmpuint (fixture->n_asked, ==, N_CLIENTS);
  g_assert_cmpuint (broadcast_text (fixture, "all"), ==, N_CLIENTS);
  ws_test_client_assert_text (fixture->clients[0], "odd");
  ws_test_client_assert_text (fixture->clients[2], "odd");
  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_client_assert_text (fixture->clients[i], "all");
}

static gboolean
close_all_but_asked_cb (WsConnection *connection,
                        gpointer      user_data)
{
  Fixture *fixture = user_data;

  for (guint i = 1; i <= N_CLIENTS; i++)
    if (ws_test_server_get (fixture->server, i) != connection)
      ws_connection_close (ws_test_server_get (fixture->server, i), 4000, "by the filter", NULL);
  fixture->n_asked++;
  return TRUE;
}

static gboolean
close_asked_cb (WsConnection *connection,
                gpointer      user_data)
{
  Fixture *fixture = user_data;

  ws_connection_close (connection, 4000, "by the filter", NULL);
  fixture->n_asked++;
  return TRUE;
}

static void
test_filter_closes (Fixture      *fixture,
                    gconstpointer user_data)
{
  gboolean itself = user_data != NULL;

  g_test_summary ("A filter may close clients: they receive nothing, and the filter is not called for them.");

  g_assert_cmpuint (broadcast (fixture->server, WS_DATA_FORMAT_TEXT, "x", 1,
                               itself ? close_asked_cb : close_all_but_asked_cb, fixture),
                    ==, itself ? 0 : 1);
  g_assert_cmpuint (fixture->n_asked, ==, itself ? N_CLIENTS : 1);
  if (!itself)
    ws_test_client_assert_text (fixture->clients[0], "x");
  for (guint i = itself ? 0 : 1; i < N_CLIENTS; i++)
    ws_test_client_assert_close (fixture->clients[i], 4000, "by the filter");
}

static gboolean
shake_list_cb (WsConnection *connection,
               gpointer      user_data)
{
  Fixture *fixture = user_data;

  /* The first answer: one client leaves for good and another one comes. */
  if (fixture->n_asked++ == 0)
    {
      guint before = ws_test_server_count (fixture->server, "connected");

      ws_test_client_reset (fixture->clients[1]);
      ws_test_server_wait_for (fixture->server, "disconnected #2");
      ws_test_client_free (fixture->clients[1]);
      fixture->clients[1] = ws_test_server_connect (fixture->server);
      ws_test_client_open (fixture->clients[1], "/", NULL);
      ws_test_wait_until (ws_test_server_count (fixture->server, "connected") > before);
    }
  return TRUE;
}

static void
test_filter_changes_list (Fixture      *fixture,
                          gconstpointer user_data)
{
  g_test_summary ("The list may change during a broadcast: the filter is called once for each client of the beginning.");

  g_assert_cmpuint (broadcast (fixture->server, WS_DATA_FORMAT_TEXT, "once", 4, shake_list_cb, fixture), ==,
                    N_CLIENTS - 1);
  g_assert_cmpuint (fixture->n_asked, ==, N_CLIENTS - 1);
  g_assert_cmpuint (broadcast_text (fixture, "next"), ==, N_CLIENTS);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      if (i != 1)
        ws_test_client_assert_text (fixture->clients[i], "once");
      ws_test_client_assert_text (fixture->clients[i], "next");
    }
}

static gboolean
dispose_cb (WsConnection *connection,
            gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_object_run_dispose (G_OBJECT (fixture->server->server));
  return TRUE;
}

static void
test_filter_disposes (Fixture      *fixture,
                      gconstpointer user_data)
{
  g_test_summary ("The server may be disposed of by the filter.");

  g_assert_cmpuint (broadcast (fixture->server, WS_DATA_FORMAT_TEXT, "x", 1, dispose_cb, fixture), ==, 0);
}

/* --- who does not take it -------------------------------------------------------------------- */

static void
test_full (Fixture      *fixture,
           gconstpointer user_data)
{
  enum
  {
    LENGTH = 60000
  };
  g_autofree char *pattern = ws_test_pattern (LENGTH);
  WsConnection    *slow = ws_test_server_get (fixture->server, 1);
  guint            n = 0;
  guint            n_slow = 0;

  g_test_summary ("Only the client with a full queue misses the message; ready-to-send reports room.");

  ws_test_server_config (fixture->server, "MaxSendQueue=200000");
  ws_test_client_set_reading (fixture->clients[0], FALSE);
  while (broadcast (fixture->server, WS_DATA_FORMAT_BINARY, pattern, LENGTH, NULL, NULL) == N_CLIENTS)
    {
      n++;
      for (guint i = 1; i < N_CLIENTS; i++)
        ws_test_client_assert_frame (fixture->clients[i], WS_OPCODE_BINARY, pattern, LENGTH);
      g_assert_cmpuint (n, <, 10000);
    }
  g_assert_false (ws_connection_get_ready_to_send (slow));
  g_assert_cmpuint (ws_connection_get_send_queue_length (slow), <=, 200000);
  g_assert_cmpuint (ws_connection_get_send_queue_length (ws_test_server_get (fixture->server, 2)), ==, 0);

  ws_test_client_set_reading (fixture->clients[0], TRUE);
  ws_test_server_wait_for (fixture->server, "ready-to-send #1");
  for (; n_slow < n; n_slow++)
    ws_test_client_assert_frame (fixture->clients[0], WS_OPCODE_BINARY, pattern, LENGTH);
  for (guint i = 1; i < N_CLIENTS; i++)
    ws_test_client_assert_frame (fixture->clients[i], WS_OPCODE_BINARY, pattern, LENGTH);
  g_assert_cmpuint (broadcast_text (fixture, "again"), ==, N_CLIENTS);
  ws_test_client_assert_text (fixture->clients[0], "again");
}

static void
test_closing (Fixture      *fixture,
              gconstpointer user_data)
{
  g_autofree char *setting = g_strdup_printf (
      "MessageLength[%s]=4", ws_connection_get_connection_id (ws_test_server_get (fixture->server, 2)));

  g_test_summary ("A closing client, or one in the middle of an announced message, does not receive it.");

  ws_connection_close (ws_test_server_get (fixture->server, 1), 1000, NULL, NULL);
  ws_test_server_config (fixture->server, setting);
  g_assert_true (ws_connection_send_text (ws_test_server_get (fixture->server, 2), "ab", NULL));
  g_assert_cmpuint (broadcast_text (fixture, "x"), ==, N_CLIENTS - 2);
  g_assert_true (ws_connection_send_text (ws_test_server_get (fixture->server, 2), "cd", NULL));
  g_assert_cmpuint (broadcast_text (fixture, "y"), ==, N_CLIENTS - 1);
  ws_test_client_assert_close (fixture->clients[0], 1000, NULL);
}

static void
test_behind_stream (Fixture      *fixture,
                    gconstpointer user_data)
{
  enum
  {
    LENGTH = 3 * 1024 * 1024
  };
  g_autoptr (GInputStream) stream = ws_test_stream_new (LENGTH, 10000, FALSE);
  g_autoptr (GBytes) message = NULL;
  WsOpcode opcode;

  g_test_summary ("A broadcast waits behind a stream and before later messages, even if sends block.");

  ws_connection_set_timeout (ws_test_server_get (fixture->server, 2), 5);
  ws_connection_send_stream_async (ws_test_server_get (fixture->server, 1), stream, NULL, NULL, NULL);
  g_assert_true (ws_connection_send_text (ws_test_server_get (fixture->server, 1), "before", NULL));
  g_assert_cmpuint (broadcast_text (fixture, "broadcast"), ==, N_CLIENTS);
  g_assert_true (ws_connection_send_text (ws_test_server_get (fixture->server, 1), "after", NULL));
  message = ws_test_client_read_message (fixture->clients[0], &opcode);
  g_assert_cmpuint (g_bytes_get_size (message), ==, LENGTH);
  ws_test_client_assert_text (fixture->clients[0], "before");
  ws_test_client_assert_text (fixture->clients[0], "broadcast");
  ws_test_client_assert_text (fixture->clients[0], "after");
  ws_test_client_assert_text (fixture->clients[1], "broadcast");
}

static void
broadcast_cb (WsConnection *connection,
              WsDataFormat  format,
              GBytes       *data,
              gboolean      eom,
              gboolean      eol,
              gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (ws_connection_send_text (connection, "before", NULL));
  g_assert_cmpuint (broadcast_text (fixture, "broadcast"), ==, N_CLIENTS);
  g_assert_true (ws_connection_send_text (connection, "after", NULL));
}

static void
test_in_handler (Fixture      *fixture,
                 gconstpointer user_data)
{
  g_test_summary ("A broadcast in a handler keeps its place among the messages that the handler sends.");

  g_signal_connect (ws_test_server_get (fixture->server, 1), "data-in", G_CALLBACK (broadcast_cb), fixture);
  ws_test_client_send_text (fixture->clients[0], "go");
  ws_test_client_assert_text (fixture->clients[0], "before");
  ws_test_client_assert_text (fixture->clients[0], "broadcast");
  ws_test_client_assert_text (fixture->clients[0], "after");
  ws_test_client_assert_text (fixture->clients[1], "broadcast");
}

/* --- compression ----------------------------------------------------------------------------- */

/* What a client may offer, and the window it needs then. NULL: no compression. */
static const struct
{
  const char *offer;
  int         window_bits;
  gboolean    no_takeover;
} kinds[] = {
  { NULL, 0, FALSE },
  { "permessage-deflate", 15, FALSE },
  { "permessage-deflate", 15, FALSE },
  { "permessage-deflate; server_no_context_takeover", 15, TRUE },
  { "permessage-deflate; server_max_window_bits=9", 9, FALSE },
  { "permessage-deflate; server_max_window_bits=10; server_no_context_takeover", 10, TRUE },
  { "permessage-deflate; server_max_window_bits=12", 12, FALSE },
  { "permessage-deflate; server_max_window_bits=8", 9, FALSE },
};

#define N_KINDS G_N_ELEMENTS (kinds)

typedef struct
{
  WsTestClient *client;
  z_stream      inflater;
  guint         kind;
  guint         n_compressed;
} Compressed;

static void
compressed_open (Compressed   *self,
                 WsTestServer *server,
                 guint         kind)
{
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *header = NULL;

  *self = (Compressed){ .kind = kind, .client = ws_test_server_connect (server) };
  if (kinds[kind].offer != NULL)
    header = g_strdup_printf ("Sec-WebSocket-Extensions: %s\r\n", kinds[kind].offer);
  ws_test_client_send_handshake (self->client, "/", header);
  response = ws_test_client_read_response (self->client);
  g_assert_cmpuint (response->status, ==, 101);
  g_assert_cmpint (ws_test_response_get (response, "sec-websocket-extensions") != NULL, ==,
                   kinds[kind].offer != NULL);
  if (kinds[kind].offer != NULL)
    g_assert_cmpint (inflateInit2 (&self->inflater, -kinds[kind].window_bits), ==, Z_OK);
}

static void
compressed_close (Compressed *self)
{
  if (kinds[self->kind].offer != NULL)
    inflateEnd (&self->inflater);
  ws_test_client_free (self->client);
}

/* The inflater keeps its window from message to message unless that was ruled out, so one reference
 * to what it does not have, or has otherwise, shows. */
static void
compressed_assert_text (Compressed *self,
                        const char *text,
                        gsize       length)
{
  g_autoptr (WsTestFrame) frame = NULL;
  gsize         size;
  const guint8 *data;
  g_autoptr (GByteArray) input = g_byte_array_new ();
  g_autofree char *output = g_malloc (length + 1);

  ws_test_wait_until ((frame = ws_test_client_take_frame (self->client)) != NULL);
  data = g_bytes_get_data (frame->payload, &size);
  g_assert_true (frame->fin);
  g_assert_cmpint (frame->opcode, ==, WS_OPCODE_TEXT);
  if (frame->reserved_bits == 0)
    {
      g_assert_cmpmem (data, size, text, length);
      return;
    }

  g_byte_array_append (input, data, (guint) size);
  g_byte_array_append (input, (const guint8 *) "\x00\x00\xff\xff", 4);
  self->n_compressed++;
  self->inflater.next_in = input->data;
  self->inflater.avail_in = input->len;
  self->inflater.next_out = (Bytef *) output;
  self->inflater.avail_out = (uInt) length + 1;
  g_assert_cmpint (inflate (&self->inflater, Z_SYNC_FLUSH), ==, Z_OK);
  g_assert_cmpuint (self->inflater.avail_in, ==, 0);
  g_assert_cmpmem (output, length + 1 - self->inflater.avail_out, text, length);
  if (kinds[self->kind].no_takeover)
    inflateReset (&self->inflater);
}

/* Each text is a different part of a few repeated ones, so that there is much to refer back to. */
static char *
make_text (GRand *rand,
           gsize  length)
{
  GString *text = g_string_new (NULL);

  while (text->len < length)
    g_string_append_printf (text, "{\"symbol\":\"A%d\",\"price\":%d.%d}\n", g_rand_int_range (rand, 0, 5),
                            g_rand_int_range (rand, 100, 120), g_rand_int_range (rand, 0, 3));
  g_string_truncate (text, length);
  return g_string_free (text, FALSE);
}

static void
test_compressed (void)
{
  static const gsize lengths[] = { 1, 20, 100, 249, 250, 251, 700, 3000, 20000, 100000, 0, 60 };
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (
      "DeflateThreshold=0", "DeflateWindowBits=15", "DeflateNoContextTakeover=False", NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  Compressed clients[N_KINDS];

  g_test_summary ("Each client inflates broadcasts and its own messages in any order, with any negotiated parameters.");

  for (guint i = 0; i < N_KINDS; i++)
    compressed_open (&clients[i], server, i);

  for (guint round = 0; round < 5 * G_N_ELEMENTS (lengths); round++)
    {
      gsize            length = lengths[round % G_N_ELEMENTS (lengths)];
      g_autofree char *text = make_text (rand, length);
      g_autofree char *own = make_text (rand, 500);

      for (guint i = 0; i < N_KINDS; i++)
        if (g_rand_boolean (rand))
          {
            g_assert_true (ws_connection_send_text (ws_test_server_get (server, i + 1), own, NULL));
            compressed_assert_text (&clients[i], own, 500);
          }
      g_assert_cmpuint (broadcast (server, WS_DATA_FORMAT_TEXT, text, length, NULL, NULL), ==, N_KINDS);
      for (guint i = 0; i < N_KINDS; i++)
        compressed_assert_text (&clients[i], text, length);
    }

  for (guint i = 0; i < N_KINDS; i++)
    {
      g_assert_cmpint (clients[i].n_compressed > 40, ==, kinds[i].offer != NULL);
      compressed_close (&clients[i]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ws_test_add ("/integration/broadcast/all", NULL, test_all);
  ws_test_add ("/integration/broadcast/long", NULL, test_long);
  ws_test_add ("/integration/broadcast/fragments", NULL, test_fragments);
  ws_test_add ("/integration/broadcast/filter", NULL, test_filter);
  g_test_add ("/integration/broadcast/filter-closes/others", Fixture, NULL, fixture_set_up,
              test_filter_closes, fixture_tear_down);
  g_test_add ("/integration/broadcast/filter-closes/asked", Fixture, "UseIPv6=0", fixture_set_up,
              test_filter_closes, fixture_tear_down);
  ws_test_add ("/integration/broadcast/filter-changes-list", NULL, test_filter_changes_list);
  ws_test_add ("/integration/broadcast/filter-disposes", NULL, test_filter_disposes);
  ws_test_add ("/integration/broadcast/full", NULL, test_full);
  ws_test_add ("/integration/broadcast/closing", NULL, test_closing);
  ws_test_add ("/integration/broadcast/behind-stream", NULL, test_behind_stream);
  ws_test_add ("/integration/broadcast/in-handler", NULL, test_in_handler);
  g_test_add_func ("/integration/broadcast/compressed", test_compressed);

  return g_test_run ();
}
