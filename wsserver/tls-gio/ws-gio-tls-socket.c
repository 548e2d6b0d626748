/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-gio-tls-socket-private.h"

#include "wsserver/io/ws-socket-private.h"

#include <poll.h>
#include <sys/socket.h>

struct _WsGioTlsSocket
{
  gatomicrefcount ref_count;
  int             fd;

  /* The thread that the socket belongs to once it is open; NULL before. Set in that thread, with no
   * other at work. */
  GThread *owner;

  WsRecordSocket record_socket; /* of the thread that has the socket */
  gsize          may_read;      /* bytes, until the limit is set again; of the owner's thread */

  /* Atomic flags. */
  int abandoned;
  int was_read;
  int refused;
};

WsGioTlsSocket *
ws_gio_tls_socket_new (int fd)
{
  WsGioTlsSocket *self = g_new0 (WsGioTlsSocket, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->fd = fd;
  self->may_read = G_MAXSIZE;
  ws_record_socket_init (&self->record_socket, fd);

  return self;
}

WsGioTlsSocket *
ws_gio_tls_socket_ref (WsGioTlsSocket *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
ws_gio_tls_socket_unref (WsGioTlsSocket *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  ws_socket_close (self->fd, self->record_socket.process_generation);
  ws_record_socket_clear (&self->record_socket);
  g_free (self);
}

WsRecordSocket *
ws_gio_tls_socket_get_record_socket (WsGioTlsSocket *self)
{
  return &self->record_socket;
}

void
ws_gio_tls_socket_open (WsGioTlsSocket *self)
{
  self->owner = g_thread_self ();
}

void
ws_gio_tls_socket_limit_reading (WsGioTlsSocket *self,
                                 gsize           max_bytes)
{
  self->may_read = max_bytes;
}

/* The socket of a forked child is its parent's. */
static void
hang_up (WsGioTlsSocket *self)
{
  if (!ws_process_is_foreign (self->record_socket.process_generation))
    (void) shutdown (self->fd, SHUT_RDWR);
}

void
ws_gio_tls_socket_abandon (WsGioTlsSocket *self)
{
  g_atomic_int_set (&self->abandoned, TRUE);
  hang_up (self);
}

/* --- for the streams ------------------------------------------------------------------------- */

static gssize
fail_with_errno (int      error_number,
                 GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, (int) g_io_error_from_errno (error_number),
                       g_strerror (error_number));

  return -1;
}

static gssize
fail_would_block (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Would block");

  return -1;
}

/* Whether the calling thread may use the socket, and wait for it. */
static gboolean
check_use (WsGioTlsSocket   *self,
           WsGioTlsBlocking *blocking,
           GCancellable     *cancellable,
           GError          **error)
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

  *blocking = WS_GIO_TLS_WOULD_BLOCK;
  if (self->owner == g_thread_self ())
    return TRUE;

  /* Hung up, so that the owner's next read, which finds it out, is soon. */
  g_atomic_int_set (&self->refused, TRUE);
  hang_up (self);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Renegotiation is not served");

  return FALSE;
}

static void
wait_for_socket (WsGioTlsSocket *self,
                 short           events)
{
  struct pollfd fd = { self->fd, events, 0 };

  (void) poll (&fd, 1, -1);
}

/* The owner reads within its limit. */
static WsIOStatus
receive_within_limit (WsGioTlsSocket *self,
                      void           *buffer,
                      gsize           size,
                      gsize          *n_read)
{
  WsIOStatus status;

  if (self->owner == NULL)
    return ws_record_socket_receive (&self->record_socket, buffer, size, n_read);
  if (self->may_read == 0)
    return WS_IO_WOULD_BLOCK;

  status = ws_record_socket_receive (&self->record_socket, buffer, MIN (size, self->may_read), n_read);
  self->may_read -= *n_read;
  return status;
}

gssize
ws_gio_tls_socket_read (WsGioTlsSocket  *self,
                        void            *buffer,
                        gsize            size,
                        WsGioTlsBlocking blocking,
                        GCancellable    *cancellable,
                        GError         **error)
{
  gsize n_read;

  if (self->owner == NULL)
    g_atomic_int_set (&self->was_read, TRUE);

  while (TRUE)
    {
      if (!check_use (self, &blocking, cancellable, error))
        return -1;

      switch (receive_within_limit (self, buffer, size, &n_read))
        {
        case WS_IO_OK:
          return (gssize) n_read;
        case WS_IO_CLOSED:
          if (self->owner == NULL)
            return 0;
          break; /* for the owner to find: TLS would give up writing too */
        case WS_IO_FAILED:
          return fail_with_errno (self->record_socket.read_errno, error);
        case WS_IO_WOULD_BLOCK:
        default:
          break;
        }

      if (blocking == WS_GIO_TLS_WOULD_BLOCK)
        return fail_would_block (error);
      wait_for_socket (self, POLLIN);
    }
}

gssize
ws_gio_tls_socket_write (WsGioTlsSocket  *self,
                         const void      *data,
                         gsize            length,
                         WsGioTlsBlocking blocking,
                         GCancellable    *cancellable,
                         GError         **error)
{
  const struct iovec vector = { (void *) data, length };
  gsize              n_sent;

  while (TRUE)
    {
      if (!check_use (self, &blocking, cancellable, error))
        return -1;

      if (self->owner != NULL)
        {
          if (ws_record_socket_send (&self->record_socket, &vector, 1))
            return (gssize) length;
          return fail_with_errno (self->record_socket.write_errno, error);
        }

      if (!ws_record_socket_send_now (&self->record_socket, &vector, 1, &n_sent))
        return fail_with_errno (self->record_socket.write_errno, error);
      if (n_sent > 0)
        return (gssize) n_sent;

      if (blocking == WS_GIO_TLS_WOULD_BLOCK)
        return fail_would_block (error);
      wait_for_socket (self, POLLOUT);
    }
}

int
ws_gio_tls_socket_get_fd (WsGioTlsSocket *self)
{
  return self->fd;
}

gboolean
ws_gio_tls_socket_has_replay (WsGioTlsSocket *self)
{
  return self->record_socket.replay != NULL;
}

/* --- questions ------------------------------------------------------------------------------- */

gboolean
ws_gio_tls_socket_is_hung_up (WsGioTlsSocket *self)
{
  struct pollfd fd = { self->fd, POLLRDHUP, 0 };

  return poll (&fd, 1, 0) > 0;
}

gboolean
ws_gio_tls_socket_was_read (WsGioTlsSocket *self)
{
  return g_atomic_int_get (&self->was_read);
}

gboolean
ws_gio_tls_socket_has_refused (WsGioTlsSocket *self)
{
  return g_atomic_int_get (&self->refused);
}
