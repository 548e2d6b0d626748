/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens once the handshake is over: reading, writing and the end. */
#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/tls/ws-record-cursor-private.h"

#include <errno.h>

/* The client wants to renegotiate. RFC 5246 §7.2.2, §7.4.1.1 */
static int
answer_renegotiation (WsGnutlsSession *self)
{
  if (++self->n_renegotiations > WS_GNUTLS_MAX_RENEGOTIATIONS)
    return GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS;

  if (ws_tls_context_serves_renegotiation (self->context) && !self->write_ended)
    {
      ws_tls_transport_report (&self->parent, "The client renegotiates");
      self->parent.state = WS_TLS_STATE_REHANDSHAKE;
      self->was_checked = FALSE;
      return 0;
    }

  ws_tls_transport_report (&self->parent, "Refused to renegotiate");
  self->refused = TRUE;
  if (self->write_ended)
    return 0;

  return gnutls_alert_send (self->session, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
}

/* Data, 0 for the end of the stream, or a code of GnuTLS. */
static gssize
receive_record (WsGnutlsSession *self,
                guint8          *buffer,
                gsize            size)
{
  gssize result;

  if (self->parent.state == WS_TLS_STATE_REHANDSHAKE)
    {
      result = ws_gnutls_handshake_run (self);
      if (result == 0)
        {
          self->parent.state = WS_TLS_STATE_OPEN;
          ws_tls_transport_report_open (&self->parent);
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
      ws_gnutls_handshake_report_alert (self);
      return ++self->n_warnings > WS_GNUTLS_MAX_WARNINGS ? GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS
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
  if (result == GNUTLS_E_AGAIN && ws_gnutls_io_may_have_more (self))
    return GNUTLS_E_INTERRUPTED;

  return result;
}

static WsIOStatus
finish_read (WsGnutlsSession *self,
             gssize           result,
             GError         **error)
{
  if (result == GNUTLS_E_AGAIN)
    return WS_IO_WOULD_BLOCK;
  if (result == 0)
    {
      ws_tls_transport_report (&self->parent, "The client ended its side");
      return WS_IO_CLOSED;
    }

  /* The end of the stream without close_notify: RFC 8446 §6.1. */
  if (result == GNUTLS_E_PREMATURE_TERMINATION || (self->socket.at_eof && self->window_length == 0))
    return WS_IO_CLOSED;

  return ws_gnutls_failure_abort (self, (int) result, error);
}

static WsIOStatus
finish_late (WsGnutlsSession *self,
             GError         **error)
{
  WsIOStatus status;

  ws_gnutls_io_begin_call (self);
  status = finish_read (self, self->late_result, error);
  ws_gnutls_io_end_call (self);

  return status;
}

WsIOStatus
ws_gnutls_data_read (WsGnutlsSession *self,
                     guint8          *buffer,
                     gsize            size,
                     gsize           *n_read,
                     GError         **error)
{
  WsIOStatus status = WS_IO_OK;
  gssize     result;
  gsize      total = 0;

  *n_read = 0;
  if (self->in_call)
    return WS_IO_WOULD_BLOCK;
  if (self->parent.state == WS_TLS_STATE_FAILED)
    return ws_tls_transport_propagate_failure (&self->parent, error);
  if (self->parent.state != WS_TLS_STATE_OPEN && self->parent.state != WS_TLS_STATE_REHANDSHAKE)
    return WS_IO_WOULD_BLOCK;

  if (self->has_late_result)
    {
      self->has_late_result = FALSE;
      return finish_late (self, error);
    }

  if (self->socket.queue_length > 0)
    (void) ws_record_socket_flush (&self->socket);

  ws_gnutls_io_begin_call (self);
  do
    {
      result = receive_record (self, buffer + total, size - total);
      if (result > 0)
        total += (gsize) result;
    }
  while (result == GNUTLS_E_INTERRUPTED ||
         (result > 0 && total < size && (self->window_length > 0 || !self->drained)));

  /* The next call reports an end or a failure behind data; the socket may not show it again. */
  if (total == 0)
    status = finish_read (self, result, error);
  else if (result <= 0 && result != GNUTLS_E_AGAIN)
    {
      self->has_late_result = TRUE;
      self->late_result = (int) result;
    }
  ws_gnutls_io_end_call (self);
  *n_read = total;

  return status;
}

gboolean
ws_gnutls_data_has_pending (const WsGnutlsSession *self)
{
  /* During a call it is the call that goes on with it. */
  if (self->session == NULL || self->in_call || self->parent.state == WS_TLS_STATE_FAILED)
    return FALSE;

  return self->has_late_result || self->window_length > 0 || gnutls_record_check_pending (self->session) > 0;
}

/* Seals records until WS_TLS_MAX_WRITE_BYTES; the bytes taken, or a code of GnuTLS if none were. */
static gssize
seal_records (WsGnutlsSession    *self,
              const struct iovec *vectors,
              guint               n_vectors)
{
  WsRecordCursor cursor;
  guint8         record[WS_TLS_MAX_RECORD_BYTES];
  gsize          total = 0;

  ws_record_cursor_init (&cursor, vectors, n_vectors, self->parent.max_record_bytes);
  while (cursor.n_vectors > 0 && total < WS_TLS_MAX_WRITE_BYTES)
    {
      gsize         length;
      const guint8 *data = ws_record_cursor_peek (&cursor, record, &length);
      gssize        result = gnutls_record_send (self->session, data, length);

      if (result < 0)
        return total > 0 ? (gssize) total : result;

      total += (gsize) result;
      ws_record_cursor_advance (&cursor, (gsize) result);
    }

  return (gssize) total;
}

static WsIOStatus
write_open (WsGnutlsSession    *self,
            const struct iovec *vectors,
            guint               n_vectors,
            gsize              *n_written,
            GError            **error)
{
  gsize  length = 0;
  gssize result;

  for (guint i = 0; i < n_vectors; i++)
    length += vectors[i].iov_len;

  ws_gnutls_io_begin_call (self);
  self->socket.gathering = length > self->parent.max_record_bytes;
  result = seal_records (self, vectors, n_vectors);
  self->socket.gathering = FALSE;
  if (result > 0 && self->socket.queue_length > 0)
    (void) ws_record_socket_flush (&self->socket);
  if (result > 0 && self->socket.write_errno != 0)
    result = GNUTLS_E_PUSH_ERROR;
  ws_gnutls_io_end_call (self);

  if (result < 0)
    {
      ws_gnutls_failure_set (self, (int) result);
      return ws_tls_transport_propagate_failure (&self->parent, error);
    }
  *n_written = (gsize) result;

  return WS_IO_OK;
}

WsIOStatus
ws_gnutls_data_writev (WsGnutlsSession    *self,
                       const struct iovec *vectors,
                       guint               n_vectors,
                       gsize              *n_written,
                       GError            **error)
{
  WsIOStatus status;

  *n_written = 0;
  if (self->in_call)
    return WS_IO_WOULD_BLOCK;

  status = ws_gnutls_data_flush (self, error);
  if (status != WS_IO_OK)
    return status;

  if (self->write_ended)
    {
      ws_set_error_from_errno (error, ESHUTDOWN, NULL);
      return WS_IO_FAILED;
    }
  if (self->parent.state != WS_TLS_STATE_OPEN)
    return WS_IO_WOULD_BLOCK;

  return write_open (self, vectors, n_vectors, n_written, error);
}

WsIOStatus
ws_gnutls_data_flush (WsGnutlsSession *self,
                      GError         **error)
{
  if (self->socket.queue_length > 0 && !ws_record_socket_flush (&self->socket))
    ws_tls_transport_fail_from_errno (&self->parent, self->socket.write_errno);

  if (self->parent.state == WS_TLS_STATE_FAILED)
    return ws_tls_transport_propagate_failure (&self->parent, error);

  return self->socket.queue_length > 0 ? WS_IO_WOULD_BLOCK : WS_IO_OK;
}

void
ws_gnutls_data_end (WsGnutlsSession *self)
{
  if (!self->write_ended && !self->in_call && self->parent.state == WS_TLS_STATE_OPEN &&
      self->socket.write_errno == 0)
    {
      ws_gnutls_io_begin_call (self);
      (void) gnutls_bye (self->session, GNUTLS_SHUT_WR);
      ws_gnutls_io_end_call (self);
      ws_tls_transport_report (&self->parent, "Ended this side");
    }

  self->write_ended = TRUE;
  ws_record_socket_end (&self->socket);
}

void
ws_gnutls_data_reject (WsGnutlsSession *self,
                       guint8           alert,
                       const char      *reason)
{
  if (self->parent.state != WS_TLS_STATE_OPEN || self->in_call || self->socket.write_errno != 0)
    return;

  ws_gnutls_io_begin_call (self);
  (void) gnutls_alert_send (self->session, GNUTLS_AL_FATAL, (gnutls_alert_description_t) alert);
  ws_gnutls_io_end_call (self);
  (void) ws_record_socket_flush (&self->socket);
  ws_tls_transport_take_failure (&self->parent, g_error_new (WS_ERROR, WS_ERROR_CERT_NOT_VERIFIED, "[%d] %s",
                                                             WS_ERROR_CERT_NOT_VERIFIED, reason));
}
