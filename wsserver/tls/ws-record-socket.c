/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-record-socket-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

void
ws_record_socket_init (WsRecordSocket *self,
                       int             fd)
{
  ws_process_watch_forks ();
  *self = (WsRecordSocket){ .fd = fd, .process_generation = ws_process_generation };
}

void
ws_record_socket_clear (WsRecordSocket *self)
{
  g_clear_pointer (&self->replay, g_byte_array_unref);
  g_clear_pointer (&self->queue, g_free);
}

/* --- input ----------------------------------------------------------------------------------- */

void
ws_record_socket_take_replay (WsRecordSocket *self,
                              GByteArray     *bytes)
{
  g_assert (self->replay == NULL);

  self->replay = bytes;
  self->replay_offset = 0;
}

static gsize
receive_replay (WsRecordSocket *self,
                guint8         *buffer,
                gsize           size)
{
  gsize n = MIN (size, self->replay->len - self->replay_offset);

  memcpy (buffer, self->replay->data + self->replay_offset, n);
  self->replay_offset += n;
  if (self->replay_offset == self->replay->len)
    g_clear_pointer (&self->replay, g_byte_array_unref);

  return n;
}

WsIOStatus
ws_record_socket_receive (WsRecordSocket *self,
                          guint8         *buffer,
                          gsize           size,
                          gsize          *n_received)
{
  gssize result;

  *n_received = 0;
  if (self->replay != NULL)
    {
      *n_received = receive_replay (self, buffer, size);
      return WS_IO_OK;
    }

  if (self->fd < 0 || ws_process_is_foreign (self->process_generation))
    {
      self->read_errno = self->fd < 0 ? EBADF : EPERM;
      return WS_IO_FAILED;
    }

  do
    result = recv (self->fd, buffer, size, 0);
  while (result < 0 && errno == EINTR);

  if (result > 0)
    {
      *n_received = (gsize) result;
      return WS_IO_OK;
    }
  if (result == 0)
    {
      self->at_eof = TRUE;
      return WS_IO_CLOSED;
    }
  if (errno == EAGAIN)
    return WS_IO_WOULD_BLOCK;

  self->read_errno = errno;

  return WS_IO_FAILED;
}

/* --- output ---------------------------------------------------------------------------------- */

static void
queue_bytes (WsRecordSocket *self,
             const guint8   *data,
             gsize           length)
{
  if (self->queue_start > 0 && self->queue_size - self->queue_start - self->queue_length < length)
    {
      memmove (self->queue, self->queue + self->queue_start, self->queue_length);
      self->queue_start = 0;
    }

  if (self->queue_size - self->queue_length < length)
    {
      self->queue_size = MAX (self->queue_length + length, 2 * self->queue_size);
      self->queue = g_realloc (self->queue, self->queue_size);
    }

  memcpy (self->queue + self->queue_start + self->queue_length, data, length);
  self->queue_length += length;
}

static void
drop_queue (WsRecordSocket *self)
{
  g_clear_pointer (&self->queue, g_free);
  self->queue_start = 0;
  self->queue_length = 0;
  self->queue_size = 0;
}

gboolean
ws_record_socket_send_now (WsRecordSocket     *self,
                           const struct iovec *vectors,
                           guint               n_vectors,
                           gsize              *n_sent)
{
  struct msghdr message = { .msg_iov = (struct iovec *) vectors, .msg_iovlen = n_vectors };
  gssize        result;

  *n_sent = 0;
  if (self->fd < 0)
    self->write_errno = EBADF;
  if (ws_process_is_foreign (self->process_generation))
    self->write_errno = EPERM;
  if (self->write_errno != 0)
    return FALSE;

  do
    result = sendmsg (self->fd, &message, MSG_NOSIGNAL);
  while (result < 0 && errno == EINTR);

  if (result < 0 && errno != EAGAIN)
    {
      self->write_errno = errno;
      return FALSE;
    }

  *n_sent = (gsize) MAX (result, 0);

  return TRUE;
}

gboolean
ws_record_socket_flush (WsRecordSocket *self)
{
  while (self->queue_length > 0)
    {
      struct iovec vector = { self->queue + self->queue_start, self->queue_length };
      gsize        n_sent;

      if (!ws_record_socket_send_now (self, &vector, 1, &n_sent))
        {
          /* Bytes that can never leave would be waited for. */
          drop_queue (self);
          break;
        }
      if (n_sent == 0)
        return TRUE;

      self->queue_start += n_sent;
      self->queue_length -= n_sent;
    }

  drop_queue (self);
  if (self->fin_pending && self->fd >= 0 && !ws_process_is_foreign (self->process_generation))
    {
      self->fin_pending = FALSE;
      self->fin_sent = TRUE;
      (void) shutdown (self->fd, SHUT_WR);
    }

  return self->write_errno == 0;
}

gboolean
ws_record_socket_send (WsRecordSocket     *self,
                       const struct iovec *vectors,
                       guint               n_vectors)
{
  gsize n_sent = 0;

  if (self->fin_pending || self->fin_sent)
    return TRUE;

  if (self->write_errno == 0 && self->queue_length == 0 && !self->gathering)
    ws_record_socket_send_now (self, vectors, n_vectors, &n_sent);
  if (self->write_errno == 0 && self->queue_length > WS_RECORD_SOCKET_MAX_QUEUE_BYTES)
    self->write_errno = ENOBUFS;
  if (self->write_errno != 0)
    return FALSE;

  for (guint i = 0; i < n_vectors; i++)
    {
      gsize skipped = MIN (n_sent, vectors[i].iov_len);

      n_sent -= skipped;
      if (vectors[i].iov_len > skipped)
        queue_bytes (self, (const guint8 *) vectors[i].iov_base + skipped, vectors[i].iov_len - skipped);
    }

  return TRUE;
}

void
ws_record_socket_end (WsRecordSocket *self)
{
  if (!self->fin_sent)
    self->fin_pending = TRUE;
  (void) ws_record_socket_flush (self);
}
