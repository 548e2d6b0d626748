/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes below the records: what comes from the socket, and what waits for it. */
#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define SCRATCH_BYTES (32 * 1024)
#define MAX_VECTORS 32

/* How often one call reads the socket: what remains there shows itself to the next poll. A client that
 * fills the socket with records of a byte each, or of nothing, would else keep the thread. */
#define MAX_FILLS_PER_CALL 4

/* One piece of memory per thread serves all its sessions, each for the length of a call; a call
 * from within a callback of another session finds it taken and gets a new one. */
static GPrivate spare_scratch = G_PRIVATE_INIT (g_free);

void
ws_tls_session_begin_call (WsTlsSession *self)
{
  g_assert (!self->in_call);

  self->in_call = TRUE;
  self->drained = FALSE;
  self->n_fills = 0;
  self->scratch = g_private_get (&spare_scratch);
  if (self->scratch != NULL)
    g_private_set (&spare_scratch, NULL);
}

/* What GnuTLS has not taken must outlive the scratch memory. Without kept memory the window lies in
 * the scratch. */
static void
keep_window (WsTlsSession *self)
{
  if (self->window_length == 0)
    {
      g_clear_pointer (&self->kept, g_free);
      self->window = NULL;
    }
  else if (self->kept == NULL)
    {
      self->kept = g_memdup2 (self->window, self->window_length);
      self->window = self->kept;
    }
}

void
ws_tls_session_end_call (WsTlsSession *self)
{
  g_assert (self->in_call);

  keep_window (self);
  if (self->scratch != NULL)
    {
      g_private_replace (&spare_scratch, self->scratch);
      self->scratch = NULL;
    }
  self->in_call = FALSE;
}

WsIOStatus
ws_tls_session_receive (WsTlsSession *self)
{
  gssize result;

  g_assert (self->window_length == 0);

  if (self->at_eof)
    return WS_IO_CLOSED;
  if (self->drained)
    return WS_IO_WOULD_BLOCK;
  if (self->fd < 0)
    {
      self->read_errno = EBADF;
      return WS_IO_FAILED;
    }

  g_clear_pointer (&self->kept, g_free);
  if (self->scratch == NULL)
    self->scratch = g_malloc (SCRATCH_BYTES);

  do
    result = recv (self->fd, self->scratch, SCRATCH_BYTES, 0);
  while (result < 0 && errno == EINTR);

  if (result < 0 && errno == EAGAIN)
    {
      self->drained = TRUE;
      return WS_IO_WOULD_BLOCK;
    }
  if (result < 0)
    {
      self->read_errno = errno;
      return WS_IO_FAILED;
    }
  if (result == 0)
    {
      self->at_eof = TRUE;
      return WS_IO_CLOSED;
    }

  /* Less than there was room for: asking again would only say that there is no more. */
  self->drained = result < SCRATCH_BYTES || ++self->n_fills == MAX_FILLS_PER_CALL;
  self->window = self->scratch;
  self->window_length = (gsize) result;
  if (self->log_packets)
    ws_tls_session_tell_packet (self, FALSE, self->window, self->window_length);

  return WS_IO_OK;
}

static ssize_t
pull_cb (gnutls_transport_ptr_t pointer,
         void                  *data,
         size_t                 size)
{
  WsTlsSession *self = pointer;
  gsize         n;

  if (self->window_length == 0)
    switch (ws_tls_session_receive (self))
      {
      case WS_IO_OK:
        break;
      case WS_IO_CLOSED:
        return 0;
      case WS_IO_WOULD_BLOCK:
        gnutls_transport_set_errno (self->session, EAGAIN);
        return -1;
      case WS_IO_FAILED:
      default:
        gnutls_transport_set_errno (self->session, self->read_errno);
        return -1;
      }

  n = MIN (size, self->window_length);
  memcpy (data, self->window, n);
  self->window += n;
  self->window_length -= n;

  return (ssize_t) n;
}

/* GnuTLS's own would take the transport pointer for a descriptor. */
static int
pull_timeout_cb (gnutls_transport_ptr_t pointer,
                 unsigned int           timeout_ms)
{
  WsTlsSession *self = pointer;

  return self->window_length > 0 || self->at_eof;
}

static void
queue_bytes (WsTlsSession *self,
             const guint8 *data,
             gsize         length)
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

/* What the socket takes now; 0 if it is full. FALSE: write_errno is set. */
static gboolean
send_vectors (WsTlsSession       *self,
              const struct iovec *vectors,
              gsize               n_vectors,
              gsize              *n_sent)
{
  struct msghdr message = { .msg_iov = (struct iovec *) vectors, .msg_iovlen = n_vectors };
  gssize        result;

  *n_sent = 0;
  if (self->fd < 0)
    self->write_errno = EBADF;
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
ws_tls_session_flush_queue (WsTlsSession *self)
{
  while (self->queue_length > 0)
    {
      struct iovec vector = { self->queue + self->queue_start, self->queue_length };
      gsize        n_sent;

      if (!send_vectors (self, &vector, 1, &n_sent))
        {
          /* What can never leave would be waited for. */
          self->queue_length = 0;
          break;
        }
      if (n_sent == 0)
        return TRUE;

      self->queue_start += n_sent;
      self->queue_length -= n_sent;
    }

  g_clear_pointer (&self->queue, g_free);
  self->queue_start = 0;
  self->queue_size = 0;
  if (self->fin_pending && self->fd >= 0)
    {
      self->fin_pending = FALSE;
      (void) shutdown (self->fd, SHUT_WR);
    }

  return self->write_errno == 0;
}

static ssize_t
push_cb (gnutls_transport_ptr_t pointer,
         const giovec_t        *vectors,
         int                    n_vectors)
{
  WsTlsSession *self = pointer;
  gsize         total = 0;
  gsize         n_sent = 0;

  G_STATIC_ASSERT (sizeof (giovec_t) == sizeof (struct iovec));

  for (int i = 0; i < n_vectors; i++)
    {
      total += vectors[i].iov_len;
      if (self->log_packets)
        ws_tls_session_tell_packet (self, TRUE, vectors[i].iov_base, vectors[i].iov_len);
    }

  if (self->write_errno == 0 && self->queue_length == 0 && !self->gathering)
    send_vectors (self, (const struct iovec *) vectors, (gsize) n_vectors, &n_sent);
  if (self->write_errno == 0 && self->queue_length > WS_TLS_MAX_QUEUE_BYTES)
    self->write_errno = ENOBUFS;
  if (self->write_errno != 0)
    {
      gnutls_transport_set_errno (self->session, self->write_errno);
      return -1;
    }

  for (int i = 0; i < n_vectors; i++)
    {
      gsize skipped = MIN (n_sent, vectors[i].iov_len);

      n_sent -= skipped;
      if (vectors[i].iov_len > skipped)
        queue_bytes (self, (const guint8 *) vectors[i].iov_base + skipped, vectors[i].iov_len - skipped);
    }

  return (ssize_t) total;
}

void
ws_tls_session_send_clear (WsTlsSession *self,
                           const guint8 *data,
                           gsize         length)
{
  if (self->write_errno != 0)
    return;

  if (self->log_packets)
    ws_tls_session_tell_packet (self, TRUE, data, length);
  queue_bytes (self, data, length);
  ws_tls_session_flush_queue (self);
}

void
ws_tls_session_set_io_functions (WsTlsSession *self)
{
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_pull_function (self->session, pull_cb);
  gnutls_transport_set_pull_timeout_function (self->session, pull_timeout_cb);
  gnutls_transport_set_vec_push_function (self->session, push_cb);
}
