/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes below the records, as GnuTLS reads and writes them. */
#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"

#include <errno.h>
#include <string.h>

#define SCRATCH_BYTES (32 * 1024)

/* How often one call reads the socket; the next poll shows what remains there. Otherwise a client that
 * fills the socket with records of a byte each, or of nothing, would keep the thread. */
#define MAX_FILLS_PER_CALL 4

/* One piece of memory per thread serves all its sessions, each for the length of a call. A call from
 * within a callback of another session finds it taken and gets a new one. */
static GPrivate spare_scratch = G_PRIVATE_INIT (g_free);

void
ws_gnutls_io_begin_call (WsGnutlsSession *self)
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
keep_window (WsGnutlsSession *self)
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
ws_gnutls_io_end_call (WsGnutlsSession *self)
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

/* Fills the window. OK, WOULD_BLOCK, CLOSED, or FAILED with the socket's read_errno. */
static WsIOStatus
fill_window (WsGnutlsSession *self)
{
  gboolean   is_replay = self->socket.replay != NULL;
  WsIOStatus status;
  gsize      n_received;

  g_assert (self->window_length == 0);

  if (!is_replay && self->socket.at_eof)
    return WS_IO_CLOSED;
  if (!is_replay && self->drained)
    return WS_IO_WOULD_BLOCK;

  g_clear_pointer (&self->kept, g_free);
  if (self->scratch == NULL)
    self->scratch = g_malloc (SCRATCH_BYTES);

  status = ws_record_socket_receive (&self->socket, self->scratch, SCRATCH_BYTES, &n_received);
  if (status == WS_IO_WOULD_BLOCK)
    self->drained = TRUE;
  if (status != WS_IO_OK)
    return status;

  self->window = self->scratch;
  self->window_length = n_received;
  if (is_replay)
    return WS_IO_OK;

  /* Less than there was room for: asking again would only say that there is no more. */
  self->drained = n_received < SCRATCH_BYTES || ++self->n_fills == MAX_FILLS_PER_CALL;
  ws_tls_transport_report_received (&self->parent, self->window, self->window_length);

  return WS_IO_OK;
}

gboolean
ws_gnutls_io_may_have_more (const WsGnutlsSession *self)
{
  return self->window_length > 0 || self->socket.replay != NULL || (!self->drained && !self->socket.at_eof);
}

static ssize_t
pull_cb (gnutls_transport_ptr_t pointer,
         void                  *data,
         size_t                 size)
{
  WsGnutlsSession *self = pointer;
  gsize            n;

  if (self->window_length == 0)
    switch (fill_window (self))
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
        gnutls_transport_set_errno (self->session, self->socket.read_errno);
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
  WsGnutlsSession *self = pointer;

  return self->window_length > 0 || self->socket.replay != NULL || self->socket.at_eof;
}

static ssize_t
push_cb (gnutls_transport_ptr_t pointer,
         const giovec_t        *vectors,
         int                    n_vectors)
{
  WsGnutlsSession *self = pointer;
  gsize            total = 0;

  G_STATIC_ASSERT (sizeof (giovec_t) == sizeof (struct iovec));

  for (int i = 0; i < n_vectors; i++)
    {
      total += vectors[i].iov_len;
      ws_tls_transport_report_sent (&self->parent, vectors[i].iov_base, vectors[i].iov_len);
    }

  if (ws_record_socket_send (&self->socket, (const struct iovec *) vectors, (guint) n_vectors))
    return (ssize_t) total;

  gnutls_transport_set_errno (self->session, self->socket.write_errno);

  return -1;
}

void
ws_gnutls_io_set_functions (WsGnutlsSession *self)
{
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_pull_function (self->session, pull_cb);
  gnutls_transport_set_pull_timeout_function (self->session, pull_timeout_cb);
  gnutls_transport_set_vec_push_function (self->session, push_cb);
}
