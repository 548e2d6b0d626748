/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-gio-tls-transport-private.h"

#include "wsserver/tls-gio/ws-gio-tls-session-private.h"
#include "wsserver/tls/ws-record-cursor-private.h"

#include <poll.h>

/* What one call reads from the socket. Otherwise a client that sends records of a byte each, or of
 * nothing, would keep the thread. */
#define MAX_SOCKET_BYTES_PER_READ (64 * 1024)

/* --- reading --------------------------------------------------------------------------------- */

/* 0: nothing more for now. */
static gsize
read_some (WsGioTlsSession *self,
           guint8          *buffer,
           gsize            size)
{
  GError *error = NULL;
  gssize  result = g_pollable_input_stream_read_nonblocking (self->input, buffer, size, NULL, &error);

  if (result > 0)
    return (gsize) result;

  if (result == 0)
    self->at_end = TRUE;
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    ws_gio_tls_failure_take (self, g_steal_pointer (&error));
  else if (self->parent.socket->at_eof)
    self->at_end = TRUE; /* without close_notify */
  g_clear_error (&error);

  return 0;
}

static WsIOStatus
gio_tls_transport_read (WsTransport *transport,
                        guint8      *buffer,
                        gsize        size,
                        gsize       *n_read,
                        GError     **error)
{
  WsGioTlsSession *self = WS_GIO_TLS_SESSION (transport);
  WsTlsTransport  *parent = &self->parent;
  WsIOStatus       status = WS_IO_OK;
  gsize            n = 1;

  *n_read = 0;

  ws_tls_transport_ref (parent);
  ws_gio_tls_socket_limit_reading (self->socket, MAX_SOCKET_BYTES_PER_READ);
  /* Up to where it would block, since the descriptor does not show what TLS has got. */
  while (parent->state == WS_TLS_STATE_OPEN && !self->at_end && !parent->freed && *n_read < size && n > 0)
    {
      n = read_some (self, buffer + *n_read, size - *n_read);
      *n_read += n;
    }

  ws_gio_tls_socket_limit_reading (self->socket, G_MAXSIZE);

  /* Also what was met behind the bytes that go first. */
  self->may_have_more = *n_read > 0 && (n > 0 || self->at_end || parent->state == WS_TLS_STATE_FAILED);

  if (*n_read > 0)
    status = WS_IO_OK;
  else if (parent->freed)
    status = WS_IO_WOULD_BLOCK;
  else if (parent->state == WS_TLS_STATE_FAILED)
    status = ws_tls_transport_propagate_failure (parent, error);
  else
    status = self->at_end ? WS_IO_CLOSED : WS_IO_WOULD_BLOCK;
  ws_tls_transport_unref (parent);

  return status;
}

static gboolean
gio_tls_transport_has_pending (WsTransport *transport)
{
  return WS_GIO_TLS_SESSION (transport)->may_have_more;
}

/* --- writing --------------------------------------------------------------------------------- */

/* FALSE: it would block, or has failed. */
static gboolean
write_record (WsGioTlsSession *self,
              const guint8    *data,
              gsize            length,
              gsize           *n_written)
{
  GError *error = NULL;
  gssize  result = g_pollable_output_stream_write_nonblocking (self->output, data, length, NULL, &error);

  if (result >= 0)
    {
      *n_written = (gsize) result;
      return TRUE;
    }

  /* The socket takes all, so this is a renegotiation that is about to be refused. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    g_error_free (error);
  else
    ws_gio_tls_failure_take (self, error);

  return FALSE;
}

static WsIOStatus
gio_tls_transport_flush (WsTransport *transport,
                         GError     **error)
{
  WsGioTlsSession *self = WS_GIO_TLS_SESSION (transport);
  WsTlsTransport  *parent = &self->parent;
  WsIOStatus       status = WS_IO_OK;

  /* Before it is open there is nothing, and GIO's thread has the socket. */
  if (parent->state != WS_TLS_STATE_OPEN && parent->state != WS_TLS_STATE_FAILED)
    return WS_IO_OK;

  ws_tls_transport_ref (parent);
  if (ws_record_socket_flush (parent->socket) && parent->socket->read_errno == 0)
    {
      status = parent->socket->queue_length == 0 ? WS_IO_OK : WS_IO_WOULD_BLOCK;
    }
  else
    {
      ws_gio_tls_failure_take (self, NULL);
      status = parent->freed ? WS_IO_WOULD_BLOCK : ws_tls_transport_propagate_failure (parent, error);
    }
  ws_tls_transport_unref (parent);

  return status;
}

/* Seals records until WS_TLS_MAX_WRITE_BYTES; the bytes taken. */
static gsize
seal_gio_records (WsGioTlsSession    *self,
                  const struct iovec *vectors,
                  guint               n_vectors)
{
  WsTlsTransport *parent = &self->parent;
  WsRecordCursor  cursor;
  guint8          record[WS_TLS_MAX_RECORD_BYTES];
  gsize           total = 0;

  parent->socket->gathering = TRUE;
  ws_record_cursor_init (&cursor, vectors, n_vectors, parent->max_record_bytes);
  while (cursor.n_vectors > 0 && total < WS_TLS_MAX_WRITE_BYTES && parent->state == WS_TLS_STATE_OPEN &&
         !parent->freed)
    {
      gsize         length;
      gsize         n;
      const guint8 *data = ws_record_cursor_peek (&cursor, record, &length);

      if (!write_record (self, data, length, &n))
        break;
      total += n;
      ws_record_cursor_advance (&cursor, n);
    }
  parent->socket->gathering = FALSE;

  /* What was taken is taken; the next call reports a failure. */
  (void) ws_record_socket_flush (parent->socket);

  return total;
}

static WsIOStatus
gio_tls_transport_writev (WsTransport        *transport,
                          const struct iovec *vectors,
                          guint               n_vectors,
                          gsize              *n_written,
                          GError            **error)
{
  WsGioTlsSession *self = WS_GIO_TLS_SESSION (transport);
  WsTlsTransport  *parent = &self->parent;
  WsIOStatus       status = WS_IO_WOULD_BLOCK;

  *n_written = 0;
  ws_tls_transport_ref (parent);

  /* While something waits no more is sealed: that is the back-pressure. A caller that still has data
   * comes here when the socket is writable again, not to flush(). */
  if (parent->socket->queue_length > 0)
    (void) gio_tls_transport_flush (transport, NULL);
  if (parent->state == WS_TLS_STATE_OPEN && parent->socket->queue_length == 0)
    {
      *n_written = seal_gio_records (self, vectors, n_vectors);
      if (*n_written > 0)
        status = WS_IO_OK;
    }
  if (status != WS_IO_OK && parent->state == WS_TLS_STATE_FAILED && !parent->freed)
    status = ws_tls_transport_propagate_failure (parent, error);
  ws_tls_transport_unref (parent);

  return status;
}

static void
gio_tls_transport_shutdown_write (WsTransport *transport)
{
  WsGioTlsSession *self = WS_GIO_TLS_SESSION (transport);
  WsTlsTransport  *parent = &self->parent;

  if (self->write_ended || parent->state == WS_TLS_STATE_QUEUED || parent->state == WS_TLS_STATE_HANDSHAKE)
    return;

  ws_tls_transport_ref (parent);
  self->write_ended = TRUE;
  if (parent->state == WS_TLS_STATE_OPEN)
    {
      /* Sends close_notify. It does not block, since the socket takes it. */
      (void) g_output_stream_close (G_OUTPUT_STREAM (self->output), NULL, NULL);
      ws_tls_transport_report (parent, "Ended this side");
    }
  ws_record_socket_end (parent->socket);
  ws_tls_transport_unref (parent);
}

/* --- the rest of WsTransport ----------------------------------------------------------------- */

static WsIOStatus
gio_tls_transport_handshake (WsTransport *transport,
                             GError     **error)
{
  WsIOStatus status;

  ws_tls_transport_ref (WS_TLS_TRANSPORT (transport));
  status = ws_gio_tls_handshake_step (WS_GIO_TLS_SESSION (transport), error);
  ws_tls_transport_unref (WS_TLS_TRANSPORT (transport));

  return status;
}

static guint
gio_tls_transport_get_events (WsTransport *transport,
                              guint        wanted)
{
  WsTlsTransport *parent = WS_TLS_TRANSPORT (transport);
  const guint     both = G_IO_IN | G_IO_OUT;

  switch ((WsTlsState) parent->state)
    {
    case WS_TLS_STATE_HELLO:
      return (wanted & ~both) | G_IO_IN;
    case WS_TLS_STATE_DECIDING:
    case WS_TLS_STATE_QUEUED: /* nothing is read, but a client that leaves shall leave the queue */
      return (wanted & ~both) | POLLRDHUP;
    case WS_TLS_STATE_HANDSHAKE:
      return wanted & ~both;
    case WS_TLS_STATE_OPEN:
    case WS_TLS_STATE_REHANDSHAKE:
    case WS_TLS_STATE_FAILED:
    default:
      return parent->socket->queue_length > 0 ? wanted | G_IO_OUT : wanted;
    }
}

/* TRUE: GIO's thread is still at a handshake that the client asked for. From the socket, once it is
 * abandoned, nothing would block. */
static gboolean
is_renegotiating (GPollableInputStream *input)
{
  g_autoptr (GError) error = NULL;
  guint8 byte;

  return g_pollable_input_stream_read_nonblocking (input, &byte, 1, NULL, &error) < 0 &&
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

static gboolean
end_renegotiation_cb (GObject *input,
                      gpointer user_data)
{
  return is_renegotiating (G_POLLABLE_INPUT_STREAM (input));
}

/* The connection keeps itself alive until a call of ours has taken the result of such a handshake.
 * TLS 1.3 has none. */
static void
end_renegotiation (WsGioTlsSession *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->info.version == 0 || self->info.version >= 0x0304)
    return;

  /* What the call starts, it starts for the thread's default context. */
  g_main_context_push_thread_default (self->main_context);
  if (is_renegotiating (self->input))
    {
      source = g_pollable_input_stream_create_source (self->input, NULL);
      g_source_set_callback (source, G_SOURCE_FUNC (end_renegotiation_cb), NULL, NULL);
      g_source_attach (source, self->main_context);
    }
  g_main_context_pop_thread_default (self->main_context);
}

static void
gio_tls_transport_free (WsTransport *transport)
{
  WsGioTlsSession *self = WS_GIO_TLS_SESSION (transport);

  ws_tls_transport_ref (&self->parent);
  ws_tls_transport_free (&self->parent);
  ws_gio_tls_handshake_leave (self);
  ws_gio_tls_socket_abandon (self->socket);
  end_renegotiation (self);
  ws_tls_transport_unref (&self->parent);
}

static const WsTransportFuncs gio_tls_transport_funcs = {
  .read = gio_tls_transport_read,
  .writev = gio_tls_transport_writev,
  .has_pending = gio_tls_transport_has_pending,
  .shutdown_write = gio_tls_transport_shutdown_write,
  .free = gio_tls_transport_free,
  .handshake = gio_tls_transport_handshake,
  .flush = gio_tls_transport_flush,
  .get_events = gio_tls_transport_get_events,
};

/* --- WsTlsTransport -------------------------------------------------------------------------- */

static void
gio_tls_transport_get_info (WsTlsTransport *transport,
                            WsTlsInfo      *info)
{
  *info = WS_GIO_TLS_SESSION (transport)->info;
}

static const gnutls_datum_t *
gio_tls_transport_get_peer_chain (WsTlsTransport *transport,
                                  guint          *n_chain)
{
  WsGioTlsSession *self = WS_GIO_TLS_SESSION (transport);

  *n_chain = self->peer_chain != NULL ? self->peer_chain->len : 0;

  return *n_chain > 0 ? (const gnutls_datum_t *) (gpointer) self->peer_chain->data : NULL;
}

static GTlsCertificate *
gio_tls_transport_dup_certificate (WsTlsTransport *transport)
{
  GTlsCertificate *certificate = ws_gio_tls_context_get_certificate (WS_GIO_TLS_SESSION (transport)->context);

  return g_object_ref (certificate);
}

static gboolean
gio_tls_transport_get_channel_binding (WsTlsTransport        *transport,
                                       GTlsChannelBindingType type,
                                       GByteArray            *data,
                                       GError               **error)
{
  WsGioTlsSession *self = WS_GIO_TLS_SESSION (transport);

  /* Before, GIO's thread may be at work. */
  if (self->info.version == 0)
    {
      g_set_error_literal (error, G_TLS_CHANNEL_BINDING_ERROR, G_TLS_CHANNEL_BINDING_ERROR_NOT_AVAILABLE,
                           "This connection does not have this type of channel binding");
      return FALSE;
    }

  return g_tls_connection_get_channel_binding_data (self->connection, type, data, error);
}

static void
gio_tls_transport_finalize (WsTlsTransport *transport)
{
  WsGioTlsSession *self = WS_GIO_TLS_SESSION (transport);

  g_assert (self->handshake == NULL);

  g_clear_pointer (&self->peer_chain, g_array_unref);
  g_clear_object (&self->connection);
  ws_gio_tls_socket_unref (self->socket);
  ws_gio_tls_context_unref (self->context);
  g_main_context_unref (self->main_context);
}

/* The backend can neither choose a certificate for one client nor send an alert of ours. */
static const WsTlsTransportFuncs gio_tls_funcs = {
  .get_info = gio_tls_transport_get_info,
  .get_peer_chain = gio_tls_transport_get_peer_chain,
  .dup_certificate = gio_tls_transport_dup_certificate,
  .get_channel_binding = gio_tls_transport_get_channel_binding,
  .finalize = gio_tls_transport_finalize,
};

WsTransport *
ws_gio_tls_transport_new (int              fd,
                          WsGioTlsContext *context,
                          GMainContext    *main_context)
{
  WsGioTlsSession *self = g_new0 (WsGioTlsSession, 1);

  self->context = ws_gio_tls_context_ref (context);
  self->main_context = main_context != NULL ? g_main_context_ref (main_context)
                                            : g_main_context_ref_thread_default ();
  self->socket = ws_gio_tls_socket_new (fd);
  self->slot.context = self->main_context;
  self->slot.acquired = ws_gio_tls_handshake_slot_acquired_cb;
  ws_tls_transport_init (&self->parent, &gio_tls_transport_funcs, &gio_tls_funcs, fd,
                         ws_gio_tls_socket_get_record_socket (self->socket),
                         ws_gio_tls_context_get_policy (context));

  return &self->parent.parent;
}
