/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens once the handshake is over: reading, writing and the end. */
#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"

#include "wsserver/base/ws-error-private.h"

#include <errno.h>
#include <string.h>

#define RECORD_MAX_BYTES 16384

/* The client wants to renegotiate. RFC 5246 §7.2.2, §7.4.1.1 */
static int
answer_renegotiation (WsTlsSession *self)
{
  if (++self->n_renegotiations > WS_TLS_MAX_RENEGOTIATIONS)
    return GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS;

  if (self->context->serve_renegotiation && !self->write_ended)
    {
      ws_tls_session_tell (self, "The client renegotiates");
      self->state = WS_TLS_STATE_REHANDSHAKE;
      self->was_checked = FALSE;
      return 0;
    }

  ws_tls_session_tell (self, "Refused to renegotiate");
  self->refused = TRUE;
  if (self->write_ended)
    return 0;

  return gnutls_alert_send (self->session, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
}

/* Data, 0 for the end of the stream, or a code of GnuTLS. */
static gssize
receive_record (WsTlsSession *self,
                guint8       *buffer,
                gsize         size)
{
  gssize result;

  if (self->state == WS_TLS_STATE_REHANDSHAKE)
    {
      result = ws_tls_session_run_handshake (self);
      if (result == 0)
        {
          self->state = WS_TLS_STATE_OPEN;
          ws_tls_session_tell_open (self);
        }
      else if (result != GNUTLS_E_GOT_APPLICATION_DATA)
        return result;
    }

  result = gnutls_record_recv (self->session, buffer, size);
  if (result == GNUTLS_E_REHANDSHAKE)
    {
      result = answer_renegotiation (self);
      return result < 0 ? result : GNUTLS_E_INTERRUPTED;
    }
  if (result == GNUTLS_E_WARNING_ALERT_RECEIVED)
    {
      ws_tls_session_tell_warning_alert (self);
      return ++self->n_warnings > WS_TLS_MAX_WARNINGS ? GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS
                                                      : GNUTLS_E_INTERRUPTED;
    }
  if (result > 0)
    self->n_warnings = 0;

  /* GnuTLS still holds the hello of a refused renegotiation; this is how it drops it. */
  if (result == GNUTLS_E_UNEXPECTED_PACKET && self->refused)
    {
      self->refused = FALSE;
      return GNUTLS_E_INTERRUPTED;
    }

  /* Also after a message of the handshake protocol, with more behind it. */
  if (result == GNUTLS_E_AGAIN && (self->window_length > 0 || (!self->drained && !self->at_eof)))
    return GNUTLS_E_INTERRUPTED;

  return result;
}

static WsIOStatus
finish_read (WsTlsSession *self,
             gssize        result,
             GError      **error)
{
  if (result == GNUTLS_E_AGAIN)
    return WS_IO_WOULD_BLOCK;
  if (result == 0)
    {
      ws_tls_session_tell (self, "The client ended its side");
      return WS_IO_CLOSED;
    }

  /* The end of the stream without close_notify: RFC 8446 §6.1. */
  if ((result == GNUTLS_E_PREMATURE_TERMINATION || (self->at_eof && self->window_length == 0)) &&
      !self->require_close_notify)
    return WS_IO_CLOSED;

  return ws_tls_session_abort (self, (int) result, error);
}

static WsIOStatus
finish_late (WsTlsSession *self,
             GError      **error)
{
  WsIOStatus status;

  ws_tls_session_begin_call (self);
  status = finish_read (self, self->late_result, error);
  ws_tls_session_end_call (self);

  return status;
}

WsIOStatus
ws_tls_session_read (WsTlsSession *self,
                     guint8       *buffer,
                     gsize         size,
                     gsize        *n_read,
                     GError      **error)
{
  WsIOStatus status = WS_IO_OK;
  gssize     result;
  gsize      total = 0;

  *n_read = 0;
  if (self->in_call)
    return WS_IO_WOULD_BLOCK;
  if (self->state == WS_TLS_STATE_FAILED)
    return ws_tls_session_tell_failure (self, error);
  if (self->state != WS_TLS_STATE_OPEN && self->state != WS_TLS_STATE_REHANDSHAKE)
    return WS_IO_WOULD_BLOCK;

  if (self->has_late_result)
    {
      self->has_late_result = FALSE;
      return finish_late (self, error);
    }

  if (self->queue_length > 0)
    ws_tls_session_flush_queue (self);

  ws_tls_session_begin_call (self);
  do
    {
      result = receive_record (self, buffer + total, size - total);
      if (result > 0)
        total += (gsize) result;
    }
  while (result == GNUTLS_E_INTERRUPTED ||
         (result > 0 && total < size && (self->window_length > 0 || !self->drained)));

  /* An end or a failure behind data is told by the next call; the socket may not show it again. */
  if (total == 0)
    status = finish_read (self, result, error);
  else if (result <= 0 && result != GNUTLS_E_AGAIN)
    {
      self->has_late_result = TRUE;
      self->late_result = (int) result;
    }
  ws_tls_session_end_call (self);
  *n_read = total;

  return status;
}

gboolean
ws_tls_session_has_pending (WsTlsSession *self)
{
  /* During a call it is the call that goes on with it. */
  if (self->session == NULL || self->in_call || self->state == WS_TLS_STATE_FAILED)
    return FALSE;

  return self->has_late_result || self->window_length > 0 || gnutls_record_check_pending (self->session) > 0;
}

gboolean
ws_tls_session_can_go_on (WsTlsSession *self)
{
  return self->state == WS_TLS_STATE_FAILED ||
         (self->state == WS_TLS_STATE_HANDSHAKE && self->session == NULL) ||
         ws_tls_session_has_pending (self);
}

/* One record's worth of what is left: in place if the first vector has that much, otherwise put
 * together, since a header and its payload in two records cost twice. */
static const guint8 *
gather_record (const struct iovec **vectors,
               guint               *n_vectors,
               gsize               *offset,
               guint8              *record,
               gsize               *length)
{
  gsize n = 0;

  if (*n_vectors == 1 || (*vectors)->iov_len - *offset >= RECORD_MAX_BYTES)
    {
      *length = MIN ((*vectors)->iov_len - *offset, RECORD_MAX_BYTES);
      return (const guint8 *) (*vectors)->iov_base + *offset;
    }

  for (guint i = 0; i < *n_vectors && n < RECORD_MAX_BYTES; i++)
    {
      gsize start = i == 0 ? *offset : 0;
      gsize part = MIN ((*vectors)[i].iov_len - start, RECORD_MAX_BYTES - n);

      memcpy (record + n, (const guint8 *) (*vectors)[i].iov_base + start, part);
      n += part;
    }
  *length = n;

  return record;
}

static void
advance (const struct iovec **vectors,
         guint               *n_vectors,
         gsize               *offset,
         gsize                n)
{
  *offset += n;
  while (*n_vectors > 0 && *offset >= (*vectors)->iov_len)
    {
      *offset -= (*vectors)->iov_len;
      (*vectors)++;
      (*n_vectors)--;
    }
}

/* Seals records until WS_TLS_MAX_WRITE_BYTES; the bytes taken, or a code of GnuTLS if none were. */
static gssize
seal_records (WsTlsSession       *self,
              const struct iovec *vectors,
              guint               n_vectors)
{
  guint8 record[RECORD_MAX_BYTES];
  gsize  offset = 0;
  gsize  total = 0;

  advance (&vectors, &n_vectors, &offset, 0);
  while (n_vectors > 0 && total < WS_TLS_MAX_WRITE_BYTES)
    {
      gsize         length;
      const guint8 *data = gather_record (&vectors, &n_vectors, &offset, record, &length);
      gssize        result = gnutls_record_send (self->session, data, length);

      if (result < 0)
        return total > 0 ? (gssize) total : result;

      total += (gsize) result;
      advance (&vectors, &n_vectors, &offset, (gsize) result);
    }

  return (gssize) total;
}

static WsIOStatus
write_open (WsTlsSession       *self,
            const struct iovec *vectors,
            guint               n_vectors,
            gsize              *n_written,
            GError            **error)
{
  gsize  length = 0;
  gssize result;

  for (guint i = 0; i < n_vectors; i++)
    length += vectors[i].iov_len;

  ws_tls_session_begin_call (self);
  self->gathering = length > RECORD_MAX_BYTES;
  result = seal_records (self, vectors, n_vectors);
  self->gathering = FALSE;
  if (result > 0 && self->queue_length > 0)
    ws_tls_session_flush_queue (self);
  if (result > 0 && self->write_errno != 0)
    result = GNUTLS_E_PUSH_ERROR;
  ws_tls_session_end_call (self);

  if (result < 0)
    {
      ws_tls_session_fail_from_gnutls (self, (int) result);
      return ws_tls_session_tell_failure (self, error);
    }
  *n_written = (gsize) result;

  return WS_IO_OK;
}

WsIOStatus
ws_tls_session_writev (WsTlsSession       *self,
                       const struct iovec *vectors,
                       guint               n_vectors,
                       gsize              *n_written,
                       GError            **error)
{
  WsIOStatus status;

  *n_written = 0;
  if (self->in_call)
    return WS_IO_WOULD_BLOCK;

  status = ws_tls_session_flush (self, error);
  if (status != WS_IO_OK)
    return status;

  if (self->write_ended)
    {
      ws_set_error_from_errno (error, ESHUTDOWN, NULL);
      return WS_IO_FAILED;
    }
  if (self->state != WS_TLS_STATE_OPEN)
    return WS_IO_WOULD_BLOCK;

  return write_open (self, vectors, n_vectors, n_written, error);
}

WsIOStatus
ws_tls_session_flush (WsTlsSession *self,
                      GError      **error)
{
  if (self->queue_length > 0 && !ws_tls_session_flush_queue (self))
    ws_tls_session_fail_from_errno (self, self->write_errno);

  if (self->state == WS_TLS_STATE_FAILED)
    return ws_tls_session_tell_failure (self, error);

  return self->queue_length > 0 ? WS_IO_WOULD_BLOCK : WS_IO_OK;
}

void
ws_tls_session_shutdown_write (WsTlsSession *self,
                               gboolean      end_socket)
{
  if (!self->write_ended && !self->in_call && self->state == WS_TLS_STATE_OPEN && self->write_errno == 0)
    {
      ws_tls_session_begin_call (self);
      (void) gnutls_bye (self->session, GNUTLS_SHUT_WR);
      ws_tls_session_end_call (self);
      ws_tls_session_tell (self, "Ended this side");
    }

  self->write_ended = TRUE;
  if (end_socket)
    self->fin_pending = TRUE;
  ws_tls_session_flush_queue (self);
}

guint
ws_tls_session_get_events (WsTlsSession *self,
                           guint         wanted)
{
  gboolean wants_write = (wanted & G_IO_OUT) != 0;

  wanted &= ~(guint) G_IO_OUT;
  switch (self->state)
    {
    case WS_TLS_STATE_HELLO:
    case WS_TLS_STATE_HANDSHAKE:
      wanted |= G_IO_IN;
      wants_write = FALSE;
      break;

    case WS_TLS_STATE_REHANDSHAKE: /* writing goes on when it is over, which only a read can tell */
      if (wants_write)
        wanted |= G_IO_IN;
      wants_write = FALSE;
      break;

    case WS_TLS_STATE_DECIDING: /* what comes meanwhile stays in the socket */
      wanted &= ~(guint) G_IO_IN;
      wants_write = FALSE;
      break;

    case WS_TLS_STATE_OPEN:
    case WS_TLS_STATE_FAILED:
    default:
      break;
    }

  return wants_write || self->queue_length > 0 ? wanted | G_IO_OUT : wanted;
}
