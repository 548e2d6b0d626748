/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-transport-private.h"

#include "wsserver/base/ws-error-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  WsTransport *transport;
  int          peer_fd;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  fixture->transport = ws_plain_transport_new (fds[0]);
  fixture->peer_fd = fds[1];
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  if (fixture->peer_fd >= 0)
    close (fixture->peer_fd);
  g_clear_pointer (&fixture->transport, ws_transport_free);
}

static void
close_peer (Fixture *fixture)
{
  close (fixture->peer_fd);
  fixture->peer_fd = -1;
}

#define BUFFER_BYTES 4

static WsIOStatus
read_into (Fixture *fixture,
           guint8  *buffer,
           gsize   *n_read,
           GError **error)
{
  return ws_transport_read (fixture->transport, buffer, BUFFER_BYTES, n_read, error);
}

static WsIOStatus
write_one (Fixture            *fixture,
           const struct iovec *vector,
           gsize              *n_written,
           GError            **error)
{
  return ws_transport_writev (fixture->transport, vector, 1, n_written, error);
}

static void
test_read_bytes (Fixture      *fixture,
                 gconstpointer user_data)
{
  guint8  buffer[BUFFER_BYTES];
  gsize   n_read = 99;
  GError *error = NULL;

  g_test_summary ("A read returns the available bytes, up to the size of the buffer, then would block.");

  g_assert_cmpint (write (fixture->peer_fd, "abcdef", 6), ==, 6);

  g_assert_cmpint (read_into (fixture, buffer, &n_read, &error), ==, WS_IO_OK);
  g_assert_cmpmem (buffer, n_read, "abcd", 4);
  g_assert_cmpint (read_into (fixture, buffer, &n_read, &error), ==, WS_IO_OK);
  g_assert_cmpmem (buffer, n_read, "ef", 2);
  g_assert_cmpint (read_into (fixture, buffer, &n_read, &error), ==, WS_IO_WOULD_BLOCK);
  g_assert_cmpuint (n_read, ==, 0);
  g_assert_no_error (error);
  g_assert_false (ws_transport_has_pending (fixture->transport));
}

static void
test_read_closed (Fixture      *fixture,
                  gconstpointer user_data)
{
  guint8  buffer[BUFFER_BYTES];
  gsize   n_read = 99;
  GError *error = NULL;

  g_test_summary ("The end of the peer's stream comes after its bytes, without an error.");

  g_assert_cmpint (write (fixture->peer_fd, "x", 1), ==, 1);
  close_peer (fixture);

  g_assert_cmpint (read_into (fixture, buffer, &n_read, &error), ==, WS_IO_OK);
  g_assert_cmpmem (buffer, n_read, "x", 1);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (read_into (fixture, buffer, &n_read, &error), ==, WS_IO_CLOSED);
      g_assert_cmpuint (n_read, ==, 0);
      g_assert_no_error (error);
    }
}

/* A peer that closes without reading the bytes sent to it resets the connection. */
static void
reset_from_peer (Fixture *fixture)
{
  struct iovec vector = { (gpointer) "unread", 6 };
  gsize        n_written;

  g_assert_cmpint (write_one (fixture, &vector, &n_written, NULL), ==, WS_IO_OK);
  close_peer (fixture);
}

static void
test_read_reset (Fixture      *fixture,
                 gconstpointer user_data)
{
  guint8 buffer[BUFFER_BYTES];
  gsize  n_read = 99;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A reset is a failure with its own code.");

  reset_from_peer (fixture);

  g_assert_cmpint (read_into (fixture, buffer, &n_read, &error), ==, WS_IO_FAILED);
  g_assert_error (error, WS_ERROR, (int) ws_error_from_errno (ECONNRESET));
  g_assert_cmpuint (n_read, ==, 0);
}

static void
test_read_no_error_wanted (Fixture      *fixture,
                           gconstpointer user_data)
{
  guint8 buffer[BUFFER_BYTES];
  gsize  n_read = 99;

  g_test_summary ("The caller may pass NULL for the error.");

  reset_from_peer (fixture);

  g_assert_cmpint (read_into (fixture, buffer, &n_read, NULL), ==, WS_IO_FAILED);
}

static void
test_writev_gathered (Fixture      *fixture,
                      gconstpointer user_data)
{
  struct iovec vectors[] = { { (gpointer) "one", 3 },
                             { (gpointer) "", 0 },
                             { (gpointer) "two", 3 } };
  char         buffer[16];
  gsize        n_written = 99;
  GError      *error = NULL;

  g_test_summary ("The vectors are sent in order, in one call.");

  g_assert_cmpint (ws_transport_writev (fixture->transport, vectors, 3, &n_written, &error), ==,
                   WS_IO_OK);
  g_assert_no_error (error);
  g_assert_cmpuint (n_written, ==, 6);
  g_assert_cmpint (read (fixture->peer_fd, buffer, sizeof buffer), ==, 6);
  g_assert_cmpmem (buffer, 6, "onetwo", 6);
}

static void
test_writev_would_block (Fixture      *fixture,
                         gconstpointer user_data)
{
  g_autofree guint8 *bytes = g_malloc0 (64 * 1024);
  struct iovec       vector = { bytes, 64 * 1024 };
  gsize              n_sent = 0, n_received = 0, n_written = 0;
  GError            *error = NULL;
  WsIOStatus         status;
  gssize             n;

  g_test_summary ("A full socket would block, and the bytes that it took arrive whole.");

  while ((status = write_one (fixture, &vector, &n_written, &error)) == WS_IO_OK)
    {
      g_assert_cmpuint (n_written, >, 0);
      n_sent += n_written;
    }

  g_assert_cmpint (status, ==, WS_IO_WOULD_BLOCK);
  g_assert_cmpuint (n_written, ==, 0);
  g_assert_no_error (error);

  while ((n = read (fixture->peer_fd, bytes, 64 * 1024)) > 0)
    n_received += (gsize) n;

  g_assert_cmpuint (n_received, ==, n_sent);
  g_assert_cmpint (write_one (fixture, &vector, &n_written, &error), ==, WS_IO_OK);
}

static void
test_writev_peer_gone (Fixture      *fixture,
                       gconstpointer user_data)
{
  struct iovec vector = { (gpointer) "late", 4 };
  gsize        n_written = 99;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Writing to a peer that has closed fails and raises no signal.");

  close_peer (fixture);

  g_assert_cmpint (write_one (fixture, &vector, &n_written, &error), ==, WS_IO_FAILED);
  g_assert_error (error, WS_ERROR, (int) ws_error_from_errno (EPIPE));
  g_assert_cmpuint (n_written, ==, 0);
  g_assert_cmpint (write_one (fixture, &vector, &n_written, NULL), ==, WS_IO_FAILED);
}

static void
test_shutdown_write_half (Fixture      *fixture,
                          gconstpointer user_data)
{
  guint8  buffer[BUFFER_BYTES];
  gsize   n_read = 0;
  GError *error = NULL;

  g_test_summary ("The sending side ends while reading continues; a second or late call is harmless.");

  ws_transport_shutdown_write (fixture->transport);
  ws_transport_shutdown_write (fixture->transport);
  g_assert_cmpint (read (fixture->peer_fd, buffer, sizeof buffer), ==, 0);

  g_assert_cmpint (write (fixture->peer_fd, "on", 2), ==, 2);
  g_assert_cmpint (read_into (fixture, buffer, &n_read, &error), ==, WS_IO_OK);
  g_assert_cmpmem (buffer, n_read, "on", 2);

  close_peer (fixture);
  ws_transport_shutdown_write (fixture->transport);
}

static void
test_free_closes (Fixture      *fixture,
                  gconstpointer user_data)
{
  char buffer[1];
  int  fd = fixture->transport->fd;

  g_test_summary ("Freeing closes the descriptor.");

  g_clear_pointer (&fixture->transport, ws_transport_free);

  g_assert_cmpint (read (fixture->peer_fd, buffer, sizeof buffer), ==, 0);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  g_assert_cmpint (errno, ==, EBADF);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/unit/io/plain-transport/read/bytes", test_read_bytes);
  ADD ("/unit/io/plain-transport/read/closed", test_read_closed);
  ADD ("/unit/io/plain-transport/read/reset", test_read_reset);
  ADD ("/unit/io/plain-transport/read/no-error-wanted", test_read_no_error_wanted);
  ADD ("/unit/io/plain-transport/writev/gathered", test_writev_gathered);
  ADD ("/unit/io/plain-transport/writev/would-block", test_writev_would_block);
  ADD ("/unit/io/plain-transport/writev/peer-gone", test_writev_peer_gone);
  ADD ("/unit/io/plain-transport/shutdown-write/half", test_shutdown_write_half);
  ADD ("/unit/io/plain-transport/free/closes", test_free_closes);

  return g_test_run ();
}
