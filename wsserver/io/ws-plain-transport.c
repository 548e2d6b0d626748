/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-transport-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/io/ws-socket-private.h"

#include <errno.h>
#include <sys/socket.h>

static WsIOStatus
fail_socket (int      error_number,
             GError **error)
{
  if (error_number == EAGAIN)
    return WS_IO_WOULD_BLOCK;

  ws_set_error_from_errno (error, error_number, NULL);

  return WS_IO_FAILED;
}

static WsIOStatus
plain_transport_read (WsTransport *self,
                      guint8      *buffer,
                      gsize        size,
                      gsize       *n_read,
                      GError     **error)
{
  gssize result;

  g_assert (size > 0);

  *n_read = 0;

  do
    result = recv (self->fd, buffer, size, 0);
  while (result < 0 && errno == EINTR);

  if (result < 0)
    return fail_socket (errno, error);

  if (result == 0)
    return WS_IO_CLOSED;

  *n_read = (gsize) result;

  return WS_IO_OK;
}

static WsIOStatus
plain_transport_writev (WsTransport        *self,
                        const struct iovec *vectors,
                        guint               n_vectors,
                        gsize              *n_written,
                        GError            **error)
{
  /* sendmsg() only reads the vectors; the struct merely lacks the const. */
  struct msghdr message = { .msg_iov = (struct iovec *) vectors, .msg_iovlen = n_vectors };
  gssize        result;

  *n_written = 0;

  /* writev() is not used: if the peer has closed, it raises a signal that ends the application. For a single
   * piece send() is cheaper, because the kernel need not fetch the vectors. */
  do
    result = n_vectors == 1 ? send (self->fd, vectors->iov_base, vectors->iov_len, MSG_NOSIGNAL)
                            : sendmsg (self->fd, &message, MSG_NOSIGNAL);
  while (result < 0 && errno == EINTR);

  if (result < 0)
    return fail_socket (errno, error);

  *n_written = (gsize) result;

  return WS_IO_OK;
}

static void
plain_transport_shutdown_write (WsTransport *self)
{
  /* Fails only if the connection is already closed, and a read will report that. */
  (void) shutdown (self->fd, SHUT_WR);
}

static void
plain_transport_free (WsTransport *self)
{
  ws_socket_close (self->fd, self->process_generation);
  g_free (self);
}

static const WsTransportFuncs plain_transport_funcs = {
  .read = plain_transport_read,
  .writev = plain_transport_writev,
  .has_pending = NULL,
  .shutdown_write = plain_transport_shutdown_write,
  .free = plain_transport_free,
};

WsTransport *
ws_plain_transport_new (int fd)
{
  WsTransport *self = g_new0 (WsTransport, 1);

  ws_transport_init (self, &plain_transport_funcs, fd);

  return self;
}
