/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a message to many clients costs: ws_server_broadcast() beside a loop of sends.
 *
 *   bench-broadcast [CLIENTS [LENGTH [ROUNDS]]]
 *
 * The clients live in a child process that only reads. A line of JSON for each way: CPU microseconds of
 * the server process, user and system, per client and message. What the kernel does to hand a packet
 * over the loopback is the sender's, so most of it is the same for every way. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wsserver/wsserver.h>

static guint n_connected;

static void
connected_cb (WsServer     *server,
              WsConnection *connection,
              gpointer      user_data)
{
  n_connected++;
}

static void
configure (WsServer   *server,
           const char *setting)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *value = ws_server_config (server, setting, &error);

  if (value == NULL)
    g_error ("%s", error->message);
}

#define REQUEST                                                                      \
 "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

static const char *const requests[] = { REQUEST "\r\n", REQUEST "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n" };

/* --- the child ------------------------------------------------------------------------------- */

/* The parent serves it meanwhile. */
static int
open_client (guint    port,
             guint    number,
             gboolean deflate)
{
  const char        *request = requests[deflate];
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) port) };
  struct sockaddr_in source = { .sin_family = AF_INET };
  int                fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char               answer[1024];
  gssize             n;

  /* Ports are few for one address. */
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  source.sin_addr.s_addr = htonl (INADDR_LOOPBACK + 0x10000 * (1 + number / 10000));
  if (fd < 0 || bind (fd, (struct sockaddr *) &source, sizeof source) != 0 ||
      connect (fd, (struct sockaddr *) &address, sizeof address) != 0 ||
      send (fd, request, strlen (request), 0) != (gssize) strlen (request))
    g_error ("client %u: %m", number);
  n = recv (fd, answer, sizeof answer, 0);
  if (n < 12 || memcmp (answer, "HTTP/1.1 101", 12) != 0)
    g_error ("client %u: not opened", number);
  return fd;
}

/* The number of frames that were read; they are short and come whole. */
static guint
count_frames (const guint8 *data,
              gsize         length)
{
  guint n = 0;

  while (length >= 4)
    {
      const gsize size = data[1] < 126 ? data[1] + 2u : ((gsize) data[2] << 8 | data[3]) + 4;

      if (size > length)
        break;
      data += size;
      length -= size;
      n++;
    }
  if (length != 0)
    g_error ("a frame came in pieces: use shorter messages");
  return n;
}

/* Counts messages, and tells the parent over the pipe whenever it has read as many as were announced. */
static void
run_clients (guint    port,
             guint    n_clients,
             gboolean deflate,
             int      orders,
             int      answers)
{
  int                epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  struct epoll_event events[256];
  static guint8      buffer[256 * 1024];
  gint64             missing = 0;
  struct epoll_event order = { .events = EPOLLIN, .data.fd = orders };

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  for (guint i = 0; i < n_clients; i++)
    {
      int                fd = open_client (port, i, deflate);
      struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

      epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event);
    }
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, orders, &order);

  for (;;)
    {
      int n = epoll_wait (epoll_fd, events, G_N_ELEMENTS (events), -1);

      for (int i = 0; i < n; i++)
        {
          gint64 announced;
          gssize length;

          if (events[i].data.fd == orders)
            {
              if (read (orders, &announced, sizeof announced) != sizeof announced)
                _exit (0);
              missing += announced;
            }
          else if ((length = recv (events[i].data.fd, buffer, sizeof buffer, 0)) > 0)
            {
              missing -= count_frames (buffer, (gsize) length);
            }
          else
            {
              _exit (1);
            }
        }
      if (missing == 0 && write (answers, "", 1) != 1)
        _exit (1);
    }
}

/* --- the server ------------------------------------------------------------------------------ */

static gint64
get_cpu_us (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void
send_to_all (WsServer *server,
             GBytes   *data)
{
  GListModel *clients = G_LIST_MODEL (ws_server_get_connections (server));
  guint       n = g_list_model_get_n_items (clients);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (WsConnection) connection = g_list_model_get_item (clients, i);

      ws_connection_send_bytes (connection, data, NULL);
    }
}

static void
measure (WsServer   *server,
         const char *way,
         gboolean    broadcast,
         gsize       length,
         guint       n_rounds,
         int         orders,
         int         answers)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes)  data = NULL;
  gint64              cpu_us = 0;

  while (text->len < length)
    g_string_append_printf (text, "{\"symbol\": \"ABC\", \"price\": %" G_GSIZE_FORMAT "}, ", text->len * 7919 % 10000);
  data = g_bytes_new (text->str, length);

  for (guint round = 0; round < n_rounds; round++)
    {
      gint64 announced = n_connected;
      gint64 start_us = get_cpu_us ();
      char   answer;

      if (broadcast)
        ws_server_broadcast (server, WS_DATA_FORMAT_BINARY, data, NULL, NULL, NULL);
      else
        send_to_all (server, data);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      cpu_us += get_cpu_us () - start_us;

      /* The child has it all before the next round, so that nothing queues up. */
      if (write (orders, &announced, sizeof announced) != sizeof announced || read (answers, &answer, 1) != 1)
        g_error ("the clients have gone");
    }

  g_print ("{\"way\": \"%s\", \"clients\": %u, \"length\": %" G_GSIZE_FORMAT ", \"cpu_us_per_client_message\": %.3f}\n", way,
           n_connected, length, (double) cpu_us / n_rounds / n_connected);
}

static void
run (guint    n_clients,
     gsize    length,
     guint    n_rounds,
     gboolean deflate)
{
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (GError)   error = NULL;
  int                  orders[2];
  int                  answers[2];

  configure (server, "MaxConnections=100000");
  g_signal_connect (server, "connected", G_CALLBACK (connected_cb), NULL);
  ws_server_set_local_host (server, "127.0.0.1", NULL);
  if (!ws_server_start_listening (server, &error))
    g_error ("%s", error->message);
  if (pipe (orders) != 0 || pipe (answers) != 0)
    g_error ("no pipe: %m");
  if (fork () == 0)
    run_clients (ws_server_get_local_port (server), n_clients, deflate, orders[0], answers[1]);
  while (n_connected < n_clients)
    g_main_context_iteration (NULL, TRUE);

  for (guint turn = 0; turn < 3; turn++)
    {
      measure (server, deflate ? "loop of sends, deflate" : "loop of sends", FALSE, length, n_rounds, orders[1], answers[0]);
      measure (server, deflate ? "broadcast, deflate" : "broadcast", TRUE, length, n_rounds, orders[1], answers[0]);
    }

  for (guint i = 0; i < 2; i++)
    {
      close (orders[i]); /* which ends the child */
      close (answers[i]);
    }
  n_connected = 0;
}

int
main (int    argc,
      char **argv)
{
  const guint   n_clients = argc > 1 ? (guint) atoi (argv[1]) : 10000;
  const gsize   length = argc > 2 ? (gsize) atoi (argv[2]) : 100;
  const guint   n_rounds = argc > 3 ? (guint) atoi (argv[3]) : 10;
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
  run (n_clients, length, n_rounds, FALSE);
  run (n_clients, length, n_rounds, TRUE);
  return 0;
}
