/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many clients of a server that tells all of them what one says: the load of broadcast.py.
 *
 *   bench-broadcast PORT PID [CLIENTS [LENGTH [ROUNDS [--deflate]]]]
 *
 * Opens the clients, has the first of them say something, ROUNDS times, each time when all have heard what
 * went before, and prints a line of JSON: CPU microseconds of the process PID, user and system, per client
 * and message. What the kernel does to hand a packet over the loopback is the sender's, so most of it is the
 * same for every server. */
#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST                                                                       \
 "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

static const char *const requests[] = { REQUEST "\r\n", REQUEST "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n" };

static int
open_client (guint    port,
             guint    number,
             gboolean deflate)
{
  const char        *request = requests[deflate];
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) port) };
  struct sockaddr_in source = { .sin_family = AF_INET };
  int                fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int                yes = 1;
  char               answer[1024];
  gssize             n;

  /* Ports are few for one address; and one that has been used may be used for another server. */
  setsockopt (fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
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

/* Until n messages have come, to whichever client. */
static void
hear (int     epoll_fd,
      guint64 n)
{
  static guint8 buffer[256 * 1024];

  while (n > 0)
    {
      struct epoll_event events[256];
      int                n_events = epoll_wait (epoll_fd, events, G_N_ELEMENTS (events), 10000);

      if (n_events <= 0)
        g_error ("%" G_GUINT64_FORMAT " messages have not come", n);
      for (int i = 0; i < n_events; i++)
        {
          gssize length = recv (events[i].data.fd, buffer, sizeof buffer, 0);

          if (length <= 0)
            g_error ("a client was closed");
          n -= count_frames (buffer, (gsize) length);
        }
    }
}

/* A binary message, masked with zeros. RFC 6455 §5.2. */
static void
say (int         fd,
     const char *text,
     gsize       length)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  const guint8 short_header[] = { 0x82, (guint8) (0x80 | length), 0, 0, 0, 0 };
  const guint8 long_header[] = { 0x82, 0x80 | 126, (guint8) (length >> 8), (guint8) length, 0, 0, 0, 0 };

  if (length < 126)
    g_byte_array_append (frame, short_header, sizeof short_header);
  else
    g_byte_array_append (frame, long_header, sizeof long_header);
  g_byte_array_append (frame, (const guint8 *) text, (guint) length);
  if (send (fd, frame->data, frame->len, 0) != (gssize) frame->len)
    g_error ("cannot send: %m");
}

/* Nanoseconds on a processor, of all threads. */
static guint64
get_cpu_ns (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/task", pid);
  g_autoptr (GDir) threads = g_dir_open (path, 0, NULL);
  const char *thread;
  guint64     sum = 0;

  while (threads != NULL && (thread = g_dir_read_name (threads)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, thread, "schedstat", NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (file, &text, NULL, NULL))
        sum += g_ascii_strtoull (text, NULL, 10);
    }
  return sum;
}

int
main (int    argc,
      char **argv)
{
  const guint     n_clients = argc > 3 ? (guint) atoi (argv[3]) : 10000;
  const gsize     length = argc > 4 ? (gsize) atoi (argv[4]) : 100;
  const guint     n_rounds = argc > 5 ? (guint) atoi (argv[5]) : 10;
  const gboolean  deflate = argc > 6 && g_str_equal (argv[6], "--deflate");
  const int       epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  g_autofree int *fds = g_new (int, n_clients);
  g_autoptr (GString) text = g_string_new (NULL);
  struct rlimit limit;
  guint64       start_ns;

  if (argc < 3 || length > 60000)
    g_error ("usage: bench-broadcast PORT PID [CLIENTS [LENGTH [ROUNDS [--deflate]]]]");
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
  for (guint i = 0; i < n_clients; i++)
    {
      struct epoll_event event = { .events = EPOLLIN };

      fds[i] = event.data.fd = open_client ((guint) atoi (argv[1]), i, deflate);
      epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fds[i], &event);
    }
  while (text->len < length)
    g_string_append_printf (text, "{\"symbol\": \"ABC\", \"price\": %" G_GSIZE_FORMAT "}, ",
                            text->len * 7919 % 10000);

  /* Once to warm up. */
  say (fds[0], text->str, length);
  hear (epoll_fd, n_clients);
  start_ns = get_cpu_ns (argv[2]);
  for (guint round = 0; round < n_rounds; round++)
    {
      say (fds[0], text->str, length);
      hear (epoll_fd, n_clients);
    }
  g_print ("{\"clients\": %u, \"length\": %" G_GSIZE_FORMAT ", \"cpu_us_per_client_message\": %.3f}\n",
           n_clients, length, (double) (get_cpu_ns (argv[2]) - start_ns) / 1000 / n_rounds / n_clients);
  return 0;
}
