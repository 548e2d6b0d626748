/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Work for callgrind: an echo server and its clients in one thread, so that the same bytes arrive in
 * the same order and the same batches whenever it runs.
 *
 *   bench-instructions WORK ROUNDS
 *
 * instructions.py runs it with two numbers of rounds and has callgrind count inside the functions
 * named measured_… only; the difference of the two counts, over the difference of the messages that
 * this program prints, is what one message costs. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wsserver/wsserver.h>

#define N_CLIENTS 64
#define MASKING_KEY 0x51
#define MAX_FRAME_BYTES (1024 + 8)

static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

typedef struct
{
  const char *name;
  guint       length; /* of a message */
  guint       depth;  /* messages a client sends at once */
  gboolean    binary;
  gboolean    alone; /* the loop finds one client ready a turn, not all of them */
  gboolean    func;  /* a message function echoes, not a handler of the signal */
} Work;

static const Work works[] = {
  { "W1", 20, 1, FALSE, FALSE, FALSE },
  { "W1-alone", 20, 1, FALSE, TRUE, FALSE },
  { "W2", 20, 32, FALSE, FALSE, FALSE },
  { "W3", 1024, 1, TRUE, FALSE, FALSE },
  { "W1-func", 20, 1, FALSE, FALSE, TRUE },
  { "W2-func", 20, 32, FALSE, FALSE, TRUE },
  { "W3-func", 1024, 1, TRUE, FALSE, TRUE },
  { "send-to-all", 100, 1, TRUE, FALSE, FALSE }, /* one message to all clients by a loop of sends, and … */
  { "broadcast", 100, 1, TRUE, FALSE, FALSE },   /* … in one call */
};

static WsServer *server;
static int       clients[N_CLIENTS];
static guint64   n_echoed;

static void
data_in_cb (WsServer     *self,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            gpointer      user_data)
{
  ws_connection_set_data_format (connection, format);
  ws_connection_send (connection, data, NULL);
  n_echoed++;
}

static void
message_func (WsConnection *connection,
              WsDataFormat  format,
              const guint8 *data,
              gsize         length,
              gpointer      user_data)
{
  ws_connection_send_data (connection, format, data, length, NULL);
  n_echoed++;
}

G_GNUC_NO_INLINE static void
measured_iteration (void)
{
  g_main_context_iteration (NULL, TRUE);
}

static void
write_all (int           fd,
           gconstpointer data,
           gsize         length)
{
  if (send (fd, data, length, MSG_NOSIGNAL) != (gssize) length)
    g_error ("a client could not send: %m");
}

static void
open_client (guint port)
{
  static guint       n_open;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) port) };
  char               answer[1024];
  int                fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("a client could not connect: %m");
  write_all (fd, request, strlen (request));
  clients[n_open++] = fd;
  while (recv (fd, answer, sizeof answer, MSG_DONTWAIT) <= 0)
    g_main_context_iteration (NULL, TRUE);
}

/* All the messages that a client sends in a round. */
static GByteArray *
build_frames (const Work *work)
{
  GByteArray *frames = g_byte_array_new ();
  guint8      frame[MAX_FRAME_BYTES];
  gsize       length = 0;

  frame[length++] = work->binary ? 0x82 : 0x81;
  if (work->length < 126)
    {
      frame[length++] = (guint8) (0x80 | work->length);
    }
  else
    {
      frame[length++] = 0x80 | 126;
      frame[length++] = (guint8) (work->length >> 8);
      frame[length++] = (guint8) work->length;
    }
  memset (frame + length, MASKING_KEY, 4);
  length += 4;
  for (guint i = 0; i < work->length; i++)
    frame[length++] = (guint8) ('a' + i % 26) ^ MASKING_KEY;
  for (guint i = 0; i < work->depth; i++)
    g_byte_array_append (frames, frame, (guint) length);
  return frames;
}

static void
read_echoes (int   fd,
             gsize length)
{
  static guint8 buffer[64 * 1024];

  while (length > 0)
    {
      gssize n = recv (fd, buffer, MIN (length, sizeof buffer), MSG_DONTWAIT);

      if (n <= 0)
        g_error ("an echo is missing: %m");
      length -= (gsize) n;
    }
}

static void
run_round (const Work       *work,
           const GByteArray *frames,
           gsize             echo_length,
           guint             first,
           guint             n)
{
  guint64 target = n_echoed + (guint64) n * work->depth;

  for (guint i = first; i < first + n; i++)
    write_all (clients[i], frames->data, frames->len);
  while (n_echoed < target)
    measured_iteration ();
  for (guint i = first; i < first + n; i++)
    read_echoes (clients[i], echo_length);
}

G_GNUC_NO_INLINE static void
measured_broadcast (GBytes *data)
{
  n_echoed += ws_server_broadcast (server, WS_DATA_FORMAT_BINARY, data, NULL, NULL, NULL);
}

G_GNUC_NO_INLINE static void
measured_send_to_all (GBytes *data)
{
  GListModel *model = G_LIST_MODEL (ws_server_get_connections (server));

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      g_autoptr (WsConnection) connection = g_list_model_get_item (model, i);

      n_echoed += ws_connection_send_bytes (connection, data, NULL);
    }
}

static void
run_to_all (const Work *work,
            guint       n_rounds)
{
  g_autofree char   *memory = g_strnfill (work->length, 'x');
  g_autoptr (GBytes) data = g_bytes_new (memory, work->length);

  for (guint round = 0; round < n_rounds; round++)
    {
      if (g_str_equal (work->name, "broadcast"))
        measured_broadcast (data);
      else
        measured_send_to_all (data);
      for (guint i = 0; i < N_CLIENTS; i++)
        read_echoes (clients[i], work->length + 2);
    }
}

static void
echo (const Work *work,
     guint       n_rounds)
{
  g_autoptr (GByteArray) frames = build_frames (work);
  gsize                  echo_length = frames->len - (gsize) work->depth * 4; /* no masking keys */

  for (guint round = 0; round < n_rounds; round++)
    {
      if (!work->alone)
        run_round (work, frames, echo_length, 0, N_CLIENTS);
      for (guint i = 0; work->alone && i < N_CLIENTS; i++)
        run_round (work, frames, echo_length, i, 1);
    }
}

static void
run (const Work *work,
     guint       n_rounds)
{
  if (g_str_equal (work->name, "broadcast") || g_str_equal (work->name, "send-to-all"))
    run_to_all (work, n_rounds);
  else
    echo (work, n_rounds);
}

static const Work *
find_work (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (works); i++)
    if (g_str_equal (works[i].name, name))
      return &works[i];

  g_error ("there is no work called %s", name);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError)  error = NULL;
  g_autofree char    *value = NULL;
  const Work         *work = find_work (argc > 1 ? argv[1] : "W1");

  server = ws_server_new ();
  value = ws_server_config (server, "BufferMessage=True", NULL);
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), NULL);
  ws_server_set_local_host (server, "127.0.0.1", NULL);
  if (!ws_server_start_listening (server, &error))
    g_error ("%s", error->message);
  for (guint i = 0; i < N_CLIENTS; i++)
    open_client (ws_server_get_local_port (server));

  if (work->func)
    ws_server_set_message_func (server, message_func, NULL, NULL);
  run (work, 4);
  n_echoed = 0;
  run (work, argc > 2 ? (guint) atoi (argv[2]) : 1);
  g_print ("%" G_GUINT64_FORMAT "\n", n_echoed);
  for (guint i = 0; i < N_CLIENTS; i++)
    close (clients[i]);
  g_object_unref (server);
  return 0;
}
