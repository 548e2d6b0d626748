/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "ws-test-server.h"

/* What clients can make the server hold. */

#define KIB ((gsize) 1024)
#define MIB ((gsize) 1024 * 1024)

#define MAX_SEND_QUEUE (64 * KIB)

/* Memory checkers have a memory of their own: there only the calls are checked. */
static gboolean
measures_memory (void)
{
#if defined(__SANITIZE_ADDRESS__)
  return FALSE;
#else
  return g_getenv ("G_SLICE") == NULL; /* which the valgrind setup sets */
#endif
}

static gsize
get_resident_bytes (void)
{
  g_autofree char *statm = NULL;
  unsigned long    resident = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL));
  g_assert_cmpint (sscanf (statm, "%*u %lu", &resident), ==, 1);
  return (gsize) resident * (gsize) getpagesize ();
}

static gsize
get_allocated_bytes (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static void
assert_grown_at_most (gsize before,
                      gsize now,
                      gsize limit)
{
  if (measures_memory ())
    g_assert_cmpuint (now, <=, before + limit);
}

static guint
get_n_clients (void)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  return measures_memory () ? (guint) MIN (1000, (limit.rlim_cur - 100) / 2) : 50;
}

static void
broadcast_until_full (WsTestServer *server,
                      gsize         length)
{
  guint n_refused = 0;

  for (guint round = 0; n_refused < server->connections->len; round++)
    {
      g_autofree char *pattern = ws_test_pattern (length);
      g_autoptr (GBytes) message = g_bytes_new (pattern, length);

      g_assert_cmpuint (round, <, 100000);
      n_refused = 0;
      for (guint i = 0; i < server->connections->len; i++)
        {
          WsConnection *connection = server->connections->pdata[i];
          g_autoptr (GError) error = NULL;

          if (!ws_connection_send_bytes (connection, message, &error))
            {
              g_assert_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK);
              n_refused++;
            }
          g_assert_cmpuint (ws_connection_get_send_queue_length (connection), <=, MAX_SEND_QUEUE);
        }
    }
}

static void
test_broadcast (gconstpointer user_data)
{
  gsize       length = GPOINTER_TO_SIZE (user_data);
  const guint n_clients = get_n_clients ();
  g_autoptr (WsTestServer)
      server = ws_test_server_new_listening ("MaxSendQueue=65536", "OutBufferSize=4608", NULL);
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_test_client_free);
  const int small = 4096;
  gsize     before;
  gsize     resident;
  gsize     limit;

  g_test_summary ("A broadcast to clients that never read holds at most the sum of their MaxSendQueue, and nothing after they have left.");

  for (guint i = 0; i < n_clients; i++)
    {
      WsTestClient *client = ws_test_server_open (server);

      g_ptr_array_add (clients, client);
      g_assert_cmpint (setsockopt (client->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), ==, 0);
      ws_test_client_set_reading (client, FALSE);
    }
  malloc_trim (0);
  before = get_allocated_bytes ();
  resident = get_resident_bytes ();
  broadcast_until_full (server, length);
  /* A tenth and a chunk for the bookkeeping of each queue, and what does not depend on them. */
  limit = n_clients * (MAX_SEND_QUEUE / 10 * 11 + 16 * KIB) + 4 * MIB;
  assert_grown_at_most (resident, get_resident_bytes (), limit);
  assert_grown_at_most (before, get_allocated_bytes (), limit);

  for (guint i = 0; i < n_clients; i++)
    ws_test_client_reset (clients->pdata[i]);
  ws_test_wait_until (ws_test_server_get_n_clients (server) == 0);
  ws_test_settle ();
  ws_test_server_forget (server);
  g_ptr_array_set_size (server->logs, 0);
  malloc_trim (0);
  assert_grown_at_most (before, get_allocated_bytes (), n_clients * 2 * KIB + MIB);
}

static void
count_cb (WsServer     *server,
          WsConnection *connection,
          WsDataFormat  format,
          GBytes       *data,
          gboolean      eom,
          gboolean      eol,
          gpointer      user_data)
{
  gsize *n_bytes = user_data;

  n_bytes[0] += g_bytes_get_size (data);
  n_bytes[1] += eom;
}

/* In place of the recorder's, which keeps every event. */
static void
count_bytes (WsTestServer *server,
             gsize        *n_bytes)
{
  ws_test_server_stop_recording (server, "data-in");
  g_signal_connect (server->server, "data-in", G_CALLBACK (count_cb), n_bytes);
}

static void
test_tiny_fragments (gconstpointer user_data)
{
  const guint n_rounds = measures_memory () ? 1000 : 20;
  const guint n_fragments = 1000; /* in each round; every other one is empty */
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (user_data, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray) round = g_byte_array_new ();
  gsize  n_bytes[2] = { 0 };
  gsize  before;
  gint64 begin = g_get_monotonic_time ();

  g_test_summary ("A million fragments of one byte or none cost little memory and linear time.");

  count_bytes (server, n_bytes);
  for (guint i = 0; i < n_fragments; i++)
    {
      g_autoptr (GByteArray) frame = ws_test_frame_build ((WsTestFrameSpec){ .more = TRUE }, "x", i % 2);

      g_byte_array_append (round, frame->data, frame->len);
    }
  before = get_allocated_bytes ();
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT, .more = TRUE }, "", 0);
  for (guint i = 0; i < n_rounds; i++)
    {
      ws_test_client_send (client, round->data, round->len);
      ws_test_wait_until (client->output->len == 0);
    }
  ws_test_settle ();
  assert_grown_at_most (before, get_allocated_bytes (), 2 * MIB);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ 0 }, "", 0);
  ws_test_wait_until (n_bytes[1] == 1);
  g_assert_cmpuint (n_bytes[0], ==, n_rounds * n_fragments / 2);
  /* Measured: below one second. Quadratic time was 58. */
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 20 * G_USEC_PER_SEC);
}

static void
echo_func (WsConnection *connection,
           WsDataFormat  format,
           const guint8 *data,
           gsize         length,
           gpointer      user_data)
{
  guint *n_calls = user_data;

  ws_connection_send_data (connection, format, data, length, NULL);
  n_calls[0]++;
}

static void
test_echo (gconstpointer user_data)
{
  gsize       length = GPOINTER_TO_SIZE (user_data);
  const gsize max_queue = MIB;
  g_autoptr (WsTestServer)
      server = ws_test_server_new_listening ("MaxSendQueue=1048576", "OutBufferSize=4608", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autofree char *pattern = ws_test_pattern (length);
  guint            n_calls = 0;
  gsize            before;

  g_test_summary ("A client that sends, and does not read what a message function sends back, makes the server "
                  "hold about MaxSendQueue, whatever its messages' size.");

  ws_server_set_message_func (server->server, echo_func, &n_calls, NULL);
  ws_test_client_set_reading (client, FALSE);
  before = get_allocated_bytes ();
  for (guint i = 1; ws_connection_get_ready_to_send (ws_test_server_get (server, 1)); i++)
    {
      g_assert_cmpuint (i, <, 5000);
      ws_test_client_send_binary (client, pattern, length);
      ws_test_wait_until (n_calls == i); /* each in a read of its own */
    }
  g_assert_cmpuint (ws_connection_get_send_queue_length (ws_test_server_get (server, 1)), >, max_queue / 2);
  /* A message keeps a receive buffer of four times its size, and a connection has some of its own. */
  assert_grown_at_most (before, get_allocated_bytes (), 4 * max_queue + MIB);
}

/* The peak since reset_peak(). */
static gsize
get_peak_bytes (void)
{
  g_autofree char *status = NULL;
  const char      *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmHWM:");
  g_assert_nonnull (line);
  return (gsize) g_ascii_strtoull (line + strlen ("VmHWM:"), NULL, 10) * KIB;
}

static gboolean
reset_peak (void)
{
  int      fd = open ("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  gboolean reset = fd >= 0 && write (fd, "5", 1) == 1;

  if (fd >= 0)
    close (fd);
  return reset;
}

static GByteArray *
make_bomb (gsize length)
{
  GByteArray        *bomb = g_byte_array_new ();
  g_autofree guint8 *zeros = g_malloc0 (MIB);
  guint8             out[4096];
  z_stream           stream = { 0 };

  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), ==, Z_OK);
  for (gsize done = 0; done < length; done += MIB)
    {
      stream.next_in = zeros;
      stream.avail_in = MIB;
      do
        {
          stream.next_out = out;
          stream.avail_out = sizeof out;
          deflate (&stream, done + MIB < length ? Z_NO_FLUSH : Z_SYNC_FLUSH);
          g_byte_array_append (bomb, out, (guint) (sizeof out - stream.avail_out));
        }
      while (stream.avail_out == 0);
    }
  deflateEnd (&stream);
  g_byte_array_set_size (bomb, bomb->len - 4); /* RFC 7692 §7.2.1 */
  return bomb;
}

static void
test_bomb (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxMessageSize=1048576", user_data, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (GByteArray) bomb = make_bomb (64 * MIB);
  gsize n_bytes[2] = { 0 };
  gsize before;

  g_test_summary (
      "A message of 64 MiB in 64 KiB is stopped with 1009 and costs no more than MaxMessageSize.");

  ws_test_client_open (client, "/", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  ws_test_server_wait_for (server, "connected");
  if (*ws_connection_get_extensions (ws_test_server_get (server, 1)) == '\0')
    {
      g_test_skip ("this server does not compress");
      return;
    }

  g_assert_cmpuint (bomb->len, <, 70 * KIB);
  count_bytes (server, n_bytes);
  malloc_trim (0);
  if (!reset_peak ())
    {
      g_test_skip ("this system does not tell the peak of memory");
      return;
    }

  before = get_resident_bytes ();
  ws_test_client_send_frame (client,
                             (WsTestFrameSpec){ .opcode = WS_OPCODE_BINARY, .reserved_bits = WS_FRAME_RSV1 },
                             bomb->data, bomb->len);
  ws_test_client_assert_close (client, 1009, NULL);
  ws_test_server_wait_for (server, "disconnected #1 1009");
  g_assert_cmpuint (n_bytes[0], <=, MIB);
  assert_grown_at_most (before, get_peak_bytes (), 4 * MIB); /* the client's own output is in it */
}

/* --- memory that goes back ----------------------------------------------------------------------- */

#define N_HOLDERS 8
#define HELD_BYTES (8 * MIB)

static void
test_given_back (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ReadPauseQueue=0", NULL);
  g_autofree char *pattern = ws_test_pattern (30000);
  WsTestClient    *clients[N_HOLDERS];
  gsize            before;
  gint64           end_us;

  g_test_summary ("The memory that clients have held goes back to the system when they have left.");

  for (guint i = 0; i < N_HOLDERS; i++)
    clients[i] = ws_test_server_open (server);
  before = get_resident_bytes ();
  for (guint i = 0; i < N_HOLDERS; i++)
    {
      WsConnection *connection = ws_test_server_get (server, i + 1);

      ws_test_client_set_reading (clients[i], FALSE);
      while (ws_connection_get_send_queue_length (connection) < HELD_BYTES)
        g_assert_true (ws_connection_send_text (connection, pattern, NULL));
    }
  if (measures_memory ())
    g_assert_cmpuint (get_resident_bytes (), >, before + N_HOLDERS * HELD_BYTES * 9 / 10);

  for (guint i = 0; i < N_HOLDERS; i++)
    ws_test_client_free (clients[i]);
  ws_test_wait_until (ws_test_server_count (server, "disconnected") == N_HOLDERS);
  end_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  while (measures_memory () && get_resident_bytes () > before + N_HOLDERS * HELD_BYTES / 4)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  /* First: with MALLOC_PERTURB_, which meson sets, a block that grows into a large hole of the heap
   * has the C library write over all of that hole. */
  g_test_add_data_func ("/integration/memory/bomb/parts", "BufferMessage=False", test_bomb);
  g_test_add_data_func ("/integration/memory/bomb/buffered", "BufferMessage=True", test_bomb);
  g_test_add_data_func ("/integration/memory/broadcast/copied", GSIZE_TO_POINTER (500), test_broadcast);
  g_test_add_data_func ("/integration/memory/broadcast/referenced", GSIZE_TO_POINTER (2100), test_broadcast);
  g_test_add_data_func ("/integration/memory/echo/short", GSIZE_TO_POINTER (2100), test_echo);
  g_test_add_data_func ("/integration/memory/echo/long", GSIZE_TO_POINTER (33000), test_echo);
  g_test_add_data_func ("/integration/memory/tiny-fragments/parts", "BufferMessage=False",
                        test_tiny_fragments);
  g_test_add_data_func ("/integration/memory/tiny-fragments/buffered", "BufferMessage=True",
                        test_tiny_fragments);
  g_test_add_func ("/integration/memory/given-back", test_given_back);

  return g_test_run ();
}
