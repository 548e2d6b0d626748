/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-gio-tls-transport-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/tls/ws-cipher-suites-private.h"

#include <poll.h>
#include <string.h>

#define PLACE "TLS"
#define RECORD_MAX_BYTES 16384

/* What one call reads from the socket, lest a client that sends records of a byte each, or of nothing,
 * keeps the thread. */
#define MAX_WIRE_BYTES_PER_READ (64 * 1024)

static void
free_reader (WsTlsPlatformTransport *self)
{
  if (self->reader == NULL)
    return;

  ws_client_hello_reader_clear (self->reader);
  g_clear_pointer (&self->reader, g_free);
}

WsTlsPlatformTransport *
ws_tls_platform_transport_ref (WsTlsPlatformTransport *self)
{
  self->ref_count++;

  return self;
}

void
ws_tls_platform_transport_unref (WsTlsPlatformTransport *self)
{
  if (--self->ref_count > 0)
    return;

  g_assert (self->freed && self->handshake == NULL);

  g_clear_pointer (&self->peer_chain, g_array_unref);
  g_clear_object (&self->connection);
  free_reader (self);
  ws_tls_wire_unref (self->wire);
  ws_tls_platform_unref (self->platform);
  g_main_context_unref (self->context);
  g_clear_error (&self->failure);
  g_free (self->application_protocol);
  g_free (self);
}

void
ws_tls_platform_transport_tell (WsTlsPlatformTransport *self,
                                const char             *format,
                                ...)
{
  g_autofree char *line = NULL;
  va_list          arguments;

  if (self->freed || self->funcs == NULL || self->funcs->status == NULL)
    return;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  self->funcs->status (&self->parent, line, self->user_data);
}

void
ws_tls_platform_transport_fail (WsTlsPlatformTransport *self,
                                GError                 *failure)
{
  if (self->state == WS_TLS_PLATFORM_FAILED)
    {
      g_error_free (failure);
      return;
    }

  self->state = WS_TLS_PLATFORM_FAILED;
  self->failure = failure;
  ws_tls_platform_transport_tell (self, "%s", failure->message);
}

void
ws_tls_platform_transport_fail_from_gio (WsTlsPlatformTransport *self,
                                         const char             *place,
                                         GError                 *gio_error)
{
  GError *failure = NULL;

  if (self->was_refused)
    ws_set_error_from_gnutls (&failure, GNUTLS_E_CERTIFICATE_ERROR, place);
  else if (ws_tls_wire_has_refused (self->wire))
    g_set_error (&failure, WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] %s: the client renegotiates, which is not served",
                 WS_ERROR_HANDSHAKE, place);
  else if (ws_tls_wire_get_errno (self->wire) != 0)
    ws_set_error_from_errno (&failure, ws_tls_wire_get_errno (self->wire), NULL);
  else if (ws_tls_wire_is_at_eof (self->wire))
    g_set_error (&failure, WS_ERROR, WS_ERROR_CONNECTION_RESET, "[%d] %s: the client went away in the middle of it",
                 WS_ERROR_CONNECTION_RESET, place);
  else
    g_set_error (&failure, WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] %s: %s", WS_ERROR_HANDSHAKE, place,
                 gio_error != NULL ? gio_error->message : "unknown error");

  g_clear_error (&gio_error);
  ws_tls_platform_transport_fail (self, failure);
}

/* Reading. */

/* A step of it; 0: nothing more for now. */
static gsize
read_some (WsTlsPlatformTransport *self,
           guint8                 *buffer,
           gsize                   size)
{
  GError *error = NULL;
  gssize  result = g_pollable_input_stream_read_nonblocking (self->input, buffer, size, NULL, &error);

  if (result > 0)
    return (gsize) result;

  if (result == 0)
    self->at_end = TRUE;
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    ws_tls_platform_transport_fail_from_gio (self, PLACE, g_steal_pointer (&error));
  else if (ws_tls_wire_is_at_eof (self->wire))
    self->at_end = TRUE; /* without close_notify */
  g_clear_error (&error);

  return 0;
}

static WsIOStatus
tell_failure (WsTlsPlatformTransport *self,
              GError                **error)
{
  if (error != NULL)
    *error = g_error_copy (self->failure);

  return WS_IO_FAILED;
}

static WsIOStatus
platform_transport_read (WsTransport *transport,
                         guint8      *buffer,
                         gsize        size,
                         gsize       *n_read,
                         GError     **error)
{
  WsTlsPlatformTransport *self = (WsTlsPlatformTransport *) transport;
  WsIOStatus              status = WS_IO_OK;
  gsize                   n = 1;

  *n_read = 0;

  ws_tls_platform_transport_ref (self);
  ws_tls_wire_limit_reading (self->wire, MAX_WIRE_BYTES_PER_READ);
  /* Up to where it would block, since the descriptor does not show what TLS has got. */
  while (self->state == WS_TLS_PLATFORM_OPEN && !self->at_end && !self->freed && *n_read < size && n > 0)
    {
      n = read_some (self, buffer + *n_read, size - *n_read);
      *n_read += n;
    }

  ws_tls_wire_limit_reading (self->wire, G_MAXSIZE);

  /* Also what was met behind the bytes that go first. */
  self->may_have_more = *n_read > 0 && (n > 0 || self->at_end || self->state == WS_TLS_PLATFORM_FAILED);

  if (*n_read > 0)
    status = WS_IO_OK;
  else if (self->freed)
    status = WS_IO_WOULD_BLOCK;
  else if (self->state == WS_TLS_PLATFORM_FAILED)
    status = tell_failure (self, error);
  else
    status = self->at_end ? WS_IO_CLOSED : WS_IO_WOULD_BLOCK;
  ws_tls_platform_transport_unref (self);

  return status;
}

static gboolean
platform_transport_has_pending (WsTransport *transport)
{
  WsTlsPlatformTransport *self = (WsTlsPlatformTransport *) transport;

  return self->may_have_more;
}

/* Writing. */

/* One record's worth: in place if the vector has that much or is the last, otherwise put together,
 * since a header and its payload in two records cost twice. */
static const guint8 *
gather_record (const struct iovec *vectors,
               guint               n_vectors,
               gsize               offset,
               guint8             *record,
               gsize              *length)
{
  gsize n = 0;

  if (n_vectors == 1 || vectors[0].iov_len - offset >= RECORD_MAX_BYTES)
    {
      *length = MIN (vectors[0].iov_len - offset, RECORD_MAX_BYTES);
      return (const guint8 *) vectors[0].iov_base + offset;
    }

  for (guint i = 0; i < n_vectors && n < RECORD_MAX_BYTES; i++)
    {
      gsize part = MIN (vectors[i].iov_len - offset, RECORD_MAX_BYTES - n);

      memcpy (record + n, (const guint8 *) vectors[i].iov_base + offset, part);
      n += part;
      offset = 0;
    }
  *length = n;

  return record;
}

static void
skip_bytes (const struct iovec **vectors,
            guint               *n_vectors,
            gsize               *offset,
            gsize                n)
{
  while (*n_vectors > 0 && n >= (*vectors)->iov_len - *offset)
    {
      n -= (*vectors)->iov_len - *offset;
      *offset = 0;
      (*vectors)++;
      (*n_vectors)--;
    }
  *offset += n;
}

/* FALSE: it would block, or has failed. */
static gboolean
write_record (WsTlsPlatformTransport *self,
              const guint8           *data,
              gsize                   length,
              gsize                  *n_written)
{
  GError *error = NULL;
  gssize  result = g_pollable_output_stream_write_nonblocking (self->output, data, length, NULL, &error);

  if (result >= 0)
    {
      *n_written = (gsize) result;
      return TRUE;
    }

  /* The wire takes all, so this is a renegotiation that is about to be refused. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    g_error_free (error);
  else
    ws_tls_platform_transport_fail_from_gio (self, PLACE, error);

  return FALSE;
}

static WsIOStatus
platform_transport_flush (WsTransport *transport,
                          GError     **error)
{
  WsTlsPlatformTransport *self = (WsTlsPlatformTransport *) transport;
  WsIOStatus              status = WS_IO_OK;

  /* Before it is open there is nothing, and GIO's thread has the socket. */
  if (self->state != WS_TLS_PLATFORM_OPEN && self->state != WS_TLS_PLATFORM_FAILED)
    return WS_IO_OK;

  ws_tls_platform_transport_ref (self);
  if (ws_tls_wire_flush (self->wire))
    {
      status = ws_tls_wire_get_queue_length (self->wire) == 0 ? WS_IO_OK : WS_IO_WOULD_BLOCK;
    }
  else
    {
      ws_tls_platform_transport_fail_from_gio (self, PLACE, NULL);
      status = self->freed ? WS_IO_WOULD_BLOCK : tell_failure (self, error);
    }
  ws_tls_platform_transport_unref (self);

  return status;
}

static WsIOStatus
platform_transport_writev (WsTransport        *transport,
                           const struct iovec *vectors,
                           guint               n_vectors,
                           gsize              *n_written,
                           GError            **error)
{
  WsTlsPlatformTransport *self = (WsTlsPlatformTransport *) transport;
  WsIOStatus              status = WS_IO_WOULD_BLOCK;
  guint8                  record[RECORD_MAX_BYTES];
  gsize                   offset = 0;

  *n_written = 0;
  ws_tls_platform_transport_ref (self);

  /* While something waits no more is sealed: that is the back-pressure. A caller that still has data
   * comes here when the socket is writable again, not to flush(). */
  if (ws_tls_wire_get_queue_length (self->wire) > 0)
    (void) platform_transport_flush (transport, NULL);
  if (self->state == WS_TLS_PLATFORM_OPEN && ws_tls_wire_get_queue_length (self->wire) == 0)
    {
      ws_tls_wire_set_gathering (self->wire, TRUE);
      skip_bytes (&vectors, &n_vectors, &offset, 0);
      while (n_vectors > 0 && *n_written < WS_TLS_MAX_WRITE_BYTES && self->state == WS_TLS_PLATFORM_OPEN &&
             !self->freed)
        {
          gsize         length;
          gsize         n;
          const guint8 *data = gather_record (vectors, n_vectors, offset, record, &length);

          if (!write_record (self, data, length, &n))
            break;
          *n_written += n;
          skip_bytes (&vectors, &n_vectors, &offset, n);
        }
      ws_tls_wire_set_gathering (self->wire, FALSE);

      /* What was taken is taken; the next call tells of a failure. */
      (void) ws_tls_wire_flush (self->wire);
      if (*n_written > 0)
        status = WS_IO_OK;
    }
  if (status != WS_IO_OK && self->state == WS_TLS_PLATFORM_FAILED && !self->freed)
    status = tell_failure (self, error);
  ws_tls_platform_transport_unref (self);

  return status;
}

static void
platform_transport_shutdown_write (WsTransport *transport)
{
  WsTlsPlatformTransport *self = (WsTlsPlatformTransport *) transport;

  if (self->write_ended)
    return;

  if (self->state == WS_TLS_PLATFORM_WAITING || self->state == WS_TLS_PLATFORM_RUNNING)
    return;

  ws_tls_platform_transport_ref (self);
  self->write_ended = TRUE;
  if (self->state == WS_TLS_PLATFORM_OPEN)
    {
      /* Sends close_notify. It does not block, since the wire takes it. */
      (void) g_output_stream_close (G_OUTPUT_STREAM (self->output), NULL, NULL);
      ws_tls_platform_transport_tell (self, "Ended this side");
    }
  ws_tls_wire_end (self->wire);
  ws_tls_platform_transport_unref (self);
}

/* The rest. */

static WsIOStatus
platform_transport_handshake (WsTransport *transport,
                              GError     **error)
{
  WsTlsPlatformTransport *self = ws_tls_platform_transport_ref ((WsTlsPlatformTransport *) transport);
  WsIOStatus              status = ws_tls_platform_transport_handshake (self, error);

  ws_tls_platform_transport_unref (self);

  return status;
}

static guint
platform_transport_get_events (WsTransport *transport,
                               guint        wanted)
{
  WsTlsPlatformTransport *self = (WsTlsPlatformTransport *) transport;
  const guint             both = G_IO_IN | G_IO_OUT;

  switch (self->state)
    {
    case WS_TLS_PLATFORM_HELLO:
      return (wanted & ~both) | G_IO_IN;
    case WS_TLS_PLATFORM_WAITING: /* nothing is read, but who leaves shall leave the queue */
      return (wanted & ~both) | POLLRDHUP;
    case WS_TLS_PLATFORM_RUNNING:
      return wanted & ~both;
    case WS_TLS_PLATFORM_OPEN:
    case WS_TLS_PLATFORM_FAILED:
    default:
      return ws_tls_wire_get_queue_length (self->wire) > 0 ? wanted | G_IO_OUT : wanted;
    }
}

/* TRUE: GIO's thread is still at a handshake that the client asked for. From the wire, once it is
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
end_renegotiation (WsTlsPlatformTransport *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->version == NULL || strcmp (self->version, "TLSv1.3") == 0)
    return;

  /* What the call starts, it starts for the thread's default context. */
  g_main_context_push_thread_default (self->context);
  if (is_renegotiating (self->input))
    {
      source = g_pollable_input_stream_create_source (self->input, NULL);
      g_source_set_callback (source, G_SOURCE_FUNC (end_renegotiation_cb), NULL, NULL);
      g_source_attach (source, self->context);
    }
  g_main_context_pop_thread_default (self->context);
}

static void
platform_transport_free (WsTransport *transport)
{
  WsTlsPlatformTransport *self = (WsTlsPlatformTransport *) transport;

  self->freed = TRUE;
  ws_tls_platform_transport_leave_handshake (self);
  ws_tls_wire_abandon (self->wire);
  end_renegotiation (self);
  ws_tls_platform_transport_unref (self);
}

static const WsTransportFuncs platform_transport_funcs = {
  .read = platform_transport_read,
  .writev = platform_transport_writev,
  .has_pending = platform_transport_has_pending,
  .shutdown_write = platform_transport_shutdown_write,
  .free = platform_transport_free,
  .handshake = platform_transport_handshake,
  .flush = platform_transport_flush,
  .get_events = platform_transport_get_events,
};

WsTransport *
ws_tls_platform_transport_new (int            fd,
                               WsTlsPlatform *platform,
                               GMainContext  *context)
{
  WsTlsPlatformTransport *self = g_new0 (WsTlsPlatformTransport, 1);

  self->parent.funcs = &platform_transport_funcs;
  self->parent.fd = fd;
  self->ref_count = 1;
  self->platform = ws_tls_platform_ref (platform);
  self->context = context != NULL ? g_main_context_ref (context) : g_main_context_ref_thread_default ();
  self->wire = ws_tls_wire_new (fd);
  self->reader = g_new (WsClientHelloReader, 1);
  ws_client_hello_reader_init (self->reader);
  self->seat.context = self->context;
  self->seat.granted = ws_tls_platform_transport_granted_cb;

  return &self->parent;
}

gboolean
ws_tls_is_platform_transport (WsTransport *transport)
{
  return transport->funcs == &platform_transport_funcs;
}

void
ws_tls_platform_transport_set_funcs (WsTransport              *transport,
                                     const WsTlsPlatformFuncs *funcs,
                                     gpointer                  user_data)
{
  WsTlsPlatformTransport *self = (WsTlsPlatformTransport *) transport;

  self->funcs = funcs;
  self->user_data = user_data;
}

/* What was negotiated. */

const char *
ws_tls_platform_transport_get_version (WsTransport *transport)
{
  return ((WsTlsPlatformTransport *) transport)->version;
}

const char *
ws_tls_platform_transport_get_cipher_suite (WsTransport *transport)
{
  return ws_cipher_suite_get_name (((WsTlsPlatformTransport *) transport)->suite);
}

const char *
ws_tls_platform_transport_get_cipher (WsTransport *transport)
{
  return ws_tls_platform_get_suite_cipher (((WsTlsPlatformTransport *) transport)->suite);
}

guint
ws_tls_platform_transport_get_cipher_bits (WsTransport *transport)
{
  return ws_cipher_suite_get_bits (((WsTlsPlatformTransport *) transport)->suite);
}

const char *
ws_tls_platform_transport_get_key_exchange (WsTransport *transport)
{
  return ws_tls_platform_get_suite_key_exchange (((WsTlsPlatformTransport *) transport)->suite);
}

guint
ws_tls_platform_transport_get_key_exchange_bits (WsTransport *transport)
{
  return 0;
}

const char *
ws_tls_platform_transport_get_application_protocol (WsTransport *transport)
{
  return ((WsTlsPlatformTransport *) transport)->application_protocol;
}

const gnutls_datum_t *
ws_tls_platform_transport_get_peer_chain (WsTransport *transport,
                                          guint       *n_chain)
{
  WsTlsPlatformTransport *self = (WsTlsPlatformTransport *) transport;

  *n_chain = self->peer_chain != NULL ? self->peer_chain->len : 0;

  return *n_chain > 0 ? (const gnutls_datum_t *) (gpointer) self->peer_chain->data : NULL;
}

gnutls_x509_trust_list_t
ws_tls_platform_transport_get_trust_list (WsTransport *transport)
{
  return ws_tls_platform_get_trust_list (((WsTlsPlatformTransport *) transport)->platform);
}

GTlsConnection *
ws_tls_platform_transport_get_connection (WsTransport *transport)
{
  return ((WsTlsPlatformTransport *) transport)->connection;
}
