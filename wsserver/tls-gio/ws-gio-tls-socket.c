/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-gio-tls-socket-private.h"

#include "wsserver/tls-gio/ws-gio-tls-stream-private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct _WsTlsWire
{
  gatomicrefcount ref_count;
  int             fd;

  /* The thread that the socket belongs to once it is open; NULL before. Set in that thread, with no
   * other at work. */
  GThread *owner;

  /* Of the thread that has the socket. */
  GByteArray *replay; /* NULL when used up */
  gsize       replay_offset;
  int         error_number;
  gboolean    at_eof;

  /* Of the owner's thread. */
  GByteArray *queue; /* NULL when empty */
  gsize       queue_offset;
  gboolean    gathering;
  gboolean    fin_pending;
  gboolean    fin_sent;
  gsize       may_read; /* bytes, until the limit is set again */

  /* Atomic flags. */
  int abandoned;
  int was_read;
  int refused;
};

WsTlsWire *
ws_tls_wire_new (int fd)
{
  WsTlsWire *self = g_new0 (WsTlsWire, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->fd = fd;
  self->may_read = G_MAXSIZE;

  return self;
}

WsTlsWire *
ws_tls_wire_ref (WsTlsWire *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
ws_tls_wire_unref (WsTlsWire *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  (void) close (self->fd);
  g_clear_pointer (&self->replay, g_byte_array_unref);
  g_clear_pointer (&self->queue, g_byte_array_unref);
  g_free (self);
}

void
ws_tls_wire_replay (WsTlsWire  *self,
                    GByteArray *bytes)
{
  self->replay = bytes;
  self->replay_offset = 0;
}

void
ws_tls_wire_open (WsTlsWire *self)
{
  self->owner = g_thread_self ();
}

void
ws_tls_wire_limit_reading (WsTlsWire *self,
                           gsize      max_bytes)
{
  self->may_read = max_bytes;
}

void
ws_tls_wire_abandon (WsTlsWire *self)
{
  g_atomic_int_set (&self->abandoned, TRUE);
  (void) shutdown (self->fd, SHUT_RDWR);
}

/* Input. */

WsIOStatus
ws_tls_wire_receive (WsTlsWire *self,
                     guint8    *data,
                     gsize      size,
                     gsize     *n_read)
{
  gssize result;

  *n_read = 0;

  if (self->replay != NULL)
    {
      *n_read = MIN (size, self->replay->len - self->replay_offset);
      memcpy (data, self->replay->data + self->replay_offset, *n_read);
      self->replay_offset += *n_read;
      if (self->replay_offset == self->replay->len)
        g_clear_pointer (&self->replay, g_byte_array_unref);
      return WS_IO_OK;
    }

  do
    result = recv (self->fd, data, size, 0);
  while (result < 0 && errno == EINTR);

  if (result > 0)
    {
      *n_read = (gsize) result;
      return WS_IO_OK;
    }
  if (result == 0)
    {
      self->at_eof = TRUE;
      return WS_IO_CLOSED;
    }
  if (errno == EAGAIN)
    return WS_IO_WOULD_BLOCK;

  self->error_number = errno;

  return WS_IO_FAILED;
}

/* Output. */

/* FALSE: error_number is set. TRUE with 0 sent: the socket is full. */
static gboolean
send_now (WsTlsWire    *self,
          const guint8 *data,
          gsize         length,
          gsize        *n_sent)
{
  gssize result;

  *n_sent = 0;
  if (self->error_number != 0)
    return FALSE;

  do
    result = send (self->fd, data, length, MSG_NOSIGNAL);
  while (result < 0 && errno == EINTR);

  if (result < 0 && errno != EAGAIN)
    {
      self->error_number = errno;
      return FALSE;
    }

  *n_sent = (gsize) MAX (result, 0);

  return TRUE;
}

gsize
ws_tls_wire_get_queue_length (WsTlsWire *self)
{
  return self->queue != NULL ? self->queue->len - self->queue_offset : 0;
}

gboolean
ws_tls_wire_flush (WsTlsWire *self)
{
  while (self->queue != NULL)
    {
      gsize n_sent;

      if (!send_now (self, self->queue->data + self->queue_offset, ws_tls_wire_get_queue_length (self),
                     &n_sent))
        {
          /* What can never leave would be waited for. */
          g_clear_pointer (&self->queue, g_byte_array_unref);
          return FALSE;
        }
      if (n_sent == 0)
        return TRUE;

      self->queue_offset += n_sent;
      if (self->queue_offset == self->queue->len)
        g_clear_pointer (&self->queue, g_byte_array_unref);
    }

  if (self->fin_pending)
    {
      self->fin_pending = FALSE;
      self->fin_sent = TRUE;
      (void) shutdown (self->fd, SHUT_WR);
    }

  return self->error_number == 0;
}

gboolean
ws_tls_wire_send (WsTlsWire    *self,
                  const guint8 *data,
                  gsize         length)
{
  gsize n_sent = 0;

  /* After our end TLS may still answer a request for new keys; nobody misses that. */
  if (self->fin_pending || self->fin_sent)
    return TRUE;

  if (ws_tls_wire_get_queue_length (self) > WS_TLS_WIRE_MAX_QUEUE_BYTES)
    self->error_number = ENOBUFS;
  if (self->error_number != 0)
    return FALSE;

  if (self->queue == NULL && !self->gathering && !send_now (self, data, length, &n_sent))
    return FALSE;
  if (n_sent == length)
    return TRUE;

  if (self->queue == NULL)
    {
      self->queue = g_byte_array_new ();
      self->queue_offset = 0;
    }
  else if (self->queue_offset > 0)
    {
      g_byte_array_remove_range (self->queue, 0, (guint) self->queue_offset);
      self->queue_offset = 0;
    }
  g_byte_array_append (self->queue, data + n_sent, (guint) (length - n_sent));

  return TRUE;
}

void
ws_tls_wire_set_gathering (WsTlsWire *self,
                           gboolean   gathering)
{
  self->gathering = gathering;
}

void
ws_tls_wire_end (WsTlsWire *self)
{
  if (!self->fin_sent)
    self->fin_pending = TRUE;
  (void) ws_tls_wire_flush (self);
}

/* For the streams, in whatever thread. */

static gboolean
fail_from_errno (WsTlsWire *self,
                 GError   **error)
{
  g_set_error_literal (error, G_IO_ERROR, (int) g_io_error_from_errno (self->error_number),
                       g_strerror (self->error_number));

  return FALSE;
}

/* Whether the calling thread may use the socket, and wait for it. */
static gboolean
check_use (WsTlsWire    *self,
           gboolean     *blocking,
           GCancellable *cancellable,
           GError      **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  if (g_atomic_int_get (&self->abandoned))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
      return FALSE;
    }

  if (self->owner == NULL)
    return TRUE;

  *blocking = FALSE;
  if (self->owner == g_thread_self ())
    return TRUE;

  /* Hung up, so that the owner's next read, which tells it, is soon. */
  g_atomic_int_set (&self->refused, TRUE);
  (void) shutdown (self->fd, SHUT_RDWR);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Renegotiation is not served");

  return FALSE;
}

static void
wait_for_socket (WsTlsWire *self,
                 short      events)
{
  struct pollfd fd = { self->fd, events, 0 };

  (void) poll (&fd, 1, -1);
}

/* The owner reads within its limit. */
static WsIOStatus
receive_for_stream (WsTlsWire *self,
                    void      *buffer,
                    gsize      size,
                    gsize     *n_read)
{
  WsIOStatus status;

  if (self->owner == NULL)
    return ws_tls_wire_receive (self, buffer, size, n_read);
  if (self->may_read == 0)
    return WS_IO_WOULD_BLOCK;

  status = ws_tls_wire_receive (self, buffer, MIN (size, self->may_read), n_read);
  self->may_read -= *n_read;
  return status;
}

gssize
ws_tls_wire_stream_read (WsTlsWire    *self,
                         void         *buffer,
                         gsize         size,
                         gboolean      blocking,
                         GCancellable *cancellable,
                         GError      **error)
{
  gsize n_read;

  if (self->owner == NULL)
    g_atomic_int_set (&self->was_read, TRUE);

  while (TRUE)
    {
      if (!check_use (self, &blocking, cancellable, error))
        return -1;

      switch (receive_for_stream (self, buffer, size, &n_read))
        {
        case WS_IO_OK:
          return (gssize) n_read;
        case WS_IO_CLOSED:
          if (self->owner == NULL)
            return 0;
          break; /* for the owner to find: TLS would give up writing too */
        case WS_IO_FAILED:
          fail_from_errno (self, error);
          return -1;
        case WS_IO_WOULD_BLOCK:
        default:
          break;
        }

      if (!blocking)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Would block");
          return -1;
        }
      wait_for_socket (self, POLLIN);
    }
}

gssize
ws_tls_wire_stream_write (WsTlsWire    *self,
                          const void   *data,
                          gsize         length,
                          gboolean      blocking,
                          GCancellable *cancellable,
                          GError      **error)
{
  gsize n_sent;

  while (TRUE)
    {
      if (!check_use (self, &blocking, cancellable, error))
        return -1;

      if (self->owner != NULL)
        {
          if (ws_tls_wire_send (self, data, length))
            return (gssize) length;
          fail_from_errno (self, error);
          return -1;
        }

      if (!send_now (self, data, length, &n_sent))
        {
          fail_from_errno (self, error);
          return -1;
        }
      if (n_sent > 0)
        return (gssize) n_sent;

      if (!blocking)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Would block");
          return -1;
        }
      wait_for_socket (self, POLLOUT);
    }
}

int
ws_tls_wire_get_fd (WsTlsWire *self)
{
  return self->fd;
}

/* Questions. */

int
ws_tls_wire_get_errno (WsTlsWire *self)
{
  return self->error_number;
}

gboolean
ws_tls_wire_is_at_eof (WsTlsWire *self)
{
  return self->at_eof;
}

gboolean
ws_tls_wire_has_replay (WsTlsWire *self)
{
  return self->replay != NULL;
}

gboolean
ws_tls_wire_is_hung_up (WsTlsWire *self)
{
  struct pollfd fd = { self->fd, POLLRDHUP, 0 };

  return poll (&fd, 1, 0) > 0;
}

gboolean
ws_tls_wire_was_read (WsTlsWire *self)
{
  return g_atomic_int_get (&self->was_read);
}

gboolean
ws_tls_wire_has_refused (WsTlsWire *self)
{
  return g_atomic_int_get (&self->refused);
}
