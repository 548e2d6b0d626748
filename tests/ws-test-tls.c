/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>

#include "ws-test-tls.h"

/* What one record holds. RFC 8446 §5.1. */
#define MAX_RECORD_BYTES 16384

struct _WsTestTls
{
  gnutls_session_t                 session;
  gnutls_certificate_credentials_t credentials;
  GByteArray                      *sealed; /* records that the kernel has not taken */
  /* bytes of the caller's in sealed that he still has to offer again */
  gsize    n_held;
  int      fd;
  int      receive_errno; /* of the last recv(), or 0 */
  int      send_errno;    /* why nothing can be sent any more, or 0 */
  gboolean open;
  gboolean closed;
};

WsTestTlsMode
ws_test_tls_get_mode (void)
{
  static const char *const names[] = { "", "1.2", "1.3", "platform" };
  const char              *name = g_getenv ("WS_TEST_TLS");

  if (name == NULL)
    return WS_TEST_TLS_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      return (WsTestTlsMode) i;

  g_error ("WS_TEST_TLS is \"%s\", not \"\", \"1.2\", \"1.3\" or \"platform\"", name);
}

gboolean
ws_test_tls_skip (const char *reason)
{
  if (ws_test_tls_get_mode () == WS_TEST_TLS_NONE)
    return FALSE;

  g_test_skip (reason);
  return TRUE;
}

static void
flush_sealed (WsTestTls *self)
{
  while (self->sealed->len > 0 && self->send_errno == 0)
    {
      gssize n_bytes = send (self->fd, self->sealed->data, self->sealed->len, MSG_NOSIGNAL);

      if (n_bytes > 0)
        g_byte_array_remove_range (self->sealed, 0, (guint) n_bytes);
      else if (errno == EAGAIN || errno == EINPROGRESS || errno == ENOTCONN)
        return;
      else if (errno != EINTR)
        self->send_errno = errno;
    }
}

/* Takes everything: GnuTLS has no good way to go on after a record that was taken in part. A server
 * that has gone is no failure here either, since what it sent before can still be read. */
static ssize_t
push_cb (gnutls_transport_ptr_t pointer,
         const void            *data,
         size_t                 length)
{
  WsTestTls *self = pointer;

  if (self->send_errno == 0)
    g_byte_array_append (self->sealed, data, (guint) length);
  flush_sealed (self);

  return (ssize_t) length;
}

static ssize_t
pull_cb (gnutls_transport_ptr_t pointer,
         void                  *buffer,
         size_t                 size)
{
  WsTestTls *self = pointer;
  gssize     n_bytes = recv (self->fd, buffer, size, 0);

  self->receive_errno = n_bytes < 0 ? errno : 0;
  if (n_bytes < 0)
    gnutls_transport_set_errno (self->session, errno);

  return n_bytes;
}

WsTestTls *
ws_test_tls_new (int fd)
{
  WsTestTls  *self = g_new0 (WsTestTls, 1);
  const char *priority = ws_test_tls_get_mode () == WS_TEST_TLS_1_2 ? "NORMAL:-VERS-ALL:+VERS-TLS1.2"
                                                                    : "NORMAL:-VERS-ALL:+VERS-TLS1.3";

  self->fd = fd;
  self->sealed = g_byte_array_new ();
  gnutls_certificate_allocate_credentials (&self->credentials);
  gnutls_init (&self->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, self->credentials);
  g_assert_cmpint (gnutls_priority_set_direct (self->session, priority, NULL), ==, 0);
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_push_function (self->session, push_cb);
  gnutls_transport_set_pull_function (self->session, pull_cb);

  return self;
}

void
ws_test_tls_free (WsTestTls *self)
{
  gnutls_deinit (self->session);
  gnutls_certificate_free_credentials (self->credentials);
  g_byte_array_unref (self->sealed);
  g_free (self);
}

/* 0 for an end of the stream, or -1 with errno. */
static gssize
answer_failure (WsTestTls *self,
                int        code)
{
  if (code == GNUTLS_E_PREMATURE_TERMINATION && self->receive_errno == 0)
    return 0;

  if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)
    errno = EAGAIN;
  else if (self->receive_errno != 0 && self->receive_errno != EAGAIN)
    errno = self->receive_errno;
  else
    {
      g_test_message ("TLS: %s, last alert %s", gnutls_strerror (code),
                      gnutls_alert_get_name (gnutls_alert_get (self->session)));
      errno = EPROTO;
    }

  return -1;
}

gssize
ws_test_tls_handshake (WsTestTls *self)
{
  int code;

  flush_sealed (self);
  do
    code = gnutls_handshake (self->session);
  while (code < 0 && code != GNUTLS_E_AGAIN && !gnutls_error_is_fatal (code));

  if (code < 0)
    return answer_failure (self, code);

  self->open = TRUE;
  return 1;
}

gboolean
ws_test_tls_is_open (WsTestTls *self)
{
  return self->open;
}

/* As many records as are here. None is taken in part by a caller with room for one: what GnuTLS
 * keeps of it would not make the descriptor readable. */
gssize
ws_test_tls_receive (WsTestTls *self,
                     gpointer   buffer,
                     gsize      size)
{
  guint8 *bytes = buffer;
  gsize   n_received = 0;

  while (n_received == 0 || size - n_received >= MAX_RECORD_BYTES)
    {
      gssize n_bytes = gnutls_record_recv (self->session, bytes + n_received, size - n_received);

      if (n_bytes > 0)
        {
          n_received += (gsize) n_bytes;
          continue;
        }

      /* AGAIN also follows a message of TLS itself. */
      if (n_bytes == GNUTLS_E_AGAIN && self->receive_errno != EAGAIN)
        continue;
      if (n_received > 0)
        break;
      self->closed = n_bytes == 0;
      return n_bytes == 0 ? 0 : answer_failure (self, (int) n_bytes);
    }

  return (gssize) n_received;
}

gboolean
ws_test_tls_is_closed (WsTestTls *self)
{
  return self->closed;
}

gboolean
ws_test_tls_flush (WsTestTls *self)
{
  flush_sealed (self);
  return self->sealed->len == 0 || self->send_errno != 0;
}

gssize
ws_test_tls_send (WsTestTls    *self,
                  gconstpointer data,
                  gsize         length)
{
  gssize n_bytes;

  if (self->n_held == 0)
    {
      n_bytes = gnutls_record_send (self->session, data, MIN (length, MAX_RECORD_BYTES));
      if (n_bytes < 0)
        {
          errno = EPIPE;
          return -1;
        }
      self->n_held = (gsize) n_bytes;
    }

  if (!ws_test_tls_flush (self) || self->send_errno != 0)
    {
      errno = self->send_errno != 0 ? self->send_errno : EAGAIN;
      return -1;
    }

  n_bytes = (gssize) self->n_held;
  self->n_held = 0;
  return n_bytes;
}

void
ws_test_tls_send_close_notify (WsTestTls *self)
{
  gnutls_bye (self->session, GNUTLS_SHUT_WR);
}
