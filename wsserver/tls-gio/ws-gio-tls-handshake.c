/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the first byte to the open stream. */
#include "wsserver/tls-gio/ws-gio-tls-transport-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/tls/ws-cipher-suites-private.h"
#include "wsserver/tls/ws-tls-clear-answer-private.h"

#define PLACE "TLS handshake"
#define RECEIVE_BYTES (16 * 1024)

static WsTlsPlatformTransport *
get_transport (WsTlsSeat *seat)
{
  return (WsTlsPlatformTransport *) (gpointer) ((guint8 *) seat -
                                                G_STRUCT_OFFSET (WsTlsPlatformTransport, seat));
}

static void
wake (WsTlsPlatformTransport *self)
{
  if (!self->freed && self->funcs != NULL && self->funcs->wake != NULL)
    self->funcs->wake (&self->parent, self->user_data);
}

static void
fail_handshake (WsTlsPlatformTransport *self,
                const char             *reason)
{
  ws_tls_platform_transport_fail (self, g_error_new (WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] " PLACE ": %s",
                                                     WS_ERROR_HANDSHAKE, reason));
}

static void
fail_gone (WsTlsPlatformTransport *self)
{
  ws_tls_platform_transport_fail (self, g_error_new (WS_ERROR, WS_ERROR_CONNECTION_RESET,
                                                     "[%d] " PLACE ": the client went away in the middle of it",
                                                     WS_ERROR_CONNECTION_RESET));
}

/* The client's certificate. */

/* FALSE if the client is refused. */
static gboolean
ask_about_client (WsTlsPlatformTransport       *self,
                  const WsTlsClientCertificate *presented)
{
  gboolean accepted = presented->flags == 0;

  ws_tls_platform_transport_tell (self, "Client certificate: %s", presented->status);
  if (self->freed)
    return FALSE;
  if (self->funcs != NULL && self->funcs->client_certificate != NULL)
    accepted = self->funcs->client_certificate (&self->parent, presented, self->user_data);

  return accepted && !self->freed;
}

/* In the context's thread, while GIO's waits. Emitted for every certificate of a client. */
static gboolean
accept_certificate_cb (GTlsConnection      *connection,
                       GTlsCertificate     *certificate,
                       GTlsCertificateFlags errors,
                       gpointer             user_data)
{
  WsTlsPlatformTransport *self = ws_tls_platform_transport_ref (user_data);
  WsTlsClientCertificate  presented = { .resumed = FALSE };
  g_autofree char        *status = NULL;
  gboolean                accepted;

  g_clear_pointer (&self->peer_chain, g_array_unref);
  self->peer_chain = ws_tls_platform_dup_chain (certificate);

  presented.chain = (const gnutls_datum_t *) (gpointer) self->peer_chain->data;
  presented.n_chain = self->peer_chain->len;
  if (errors != 0)
    presented.flags = ws_tls_platform_verify_client (self->platform, self->peer_chain);
  status = ws_tls_context_dup_status (presented.flags);
  presented.status = status;

  accepted = ask_about_client (self, &presented);
  self->was_refused = !accepted;
  ws_tls_platform_transport_unref (self);

  return accepted;
}

static gboolean
accept_no_certificate (WsTlsPlatformTransport *self)
{
  const WsTlsClientCertificate presented = {
    .flags = GNUTLS_CERT_INVALID,
    .status = "The client sent no certificate",
  };

  return ask_about_client (self, &presented);
}

/* The handshake proper. */

static void
tell_open (WsTlsPlatformTransport *self)
{
  const char *key_exchange = ws_tls_platform_get_suite_key_exchange (self->suite);
  const char *suite = ws_cipher_suite_get_name (self->suite);

  ws_tls_platform_transport_tell (
      self, "TLS handshake complete: %s, %s (%u bits)%s%s, new session%s%s", self->version,
      suite != NULL ? suite : "an unknown cipher suite", ws_cipher_suite_get_bits (self->suite),
      key_exchange != NULL ? ", key exchange " : "", key_exchange != NULL ? key_exchange : "",
      self->application_protocol != NULL ? ", ALPN " : "",
      self->application_protocol != NULL ? self->application_protocol : "");
}

static void
open_stream (WsTlsPlatformTransport *self)
{
  g_autofree char *fault = ws_tls_platform_check_negotiated (self->platform, self->connection);

  ws_tls_wire_open (self->wire);
  self->version = ws_tls_platform_get_version_name (g_tls_connection_get_protocol_version (self->connection));
  if (!ws_tls_platform_find_suite (self->connection, &self->suite))
    self->suite = 0;
  self->application_protocol = g_strdup (g_tls_connection_get_negotiated_protocol (self->connection));
  self->may_have_more = ws_tls_wire_has_replay (self->wire);

  if (fault != NULL)
    {
      fail_handshake (self, fault);
    }
  else if (ws_tls_platform_asks_for_certificates (self->platform) && self->peer_chain == NULL &&
           !accept_no_certificate (self))
    {
      GError *failure = NULL;

      ws_set_error_from_gnutls (&failure, GNUTLS_E_CERTIFICATE_REQUIRED, PLACE);
      ws_tls_platform_transport_fail (self, failure);
    }
  else
    {
      self->state = WS_TLS_PLATFORM_OPEN;
      tell_open (self);
    }

  /* So that the client learns that it was no accident. */
  if (self->state == WS_TLS_PLATFORM_FAILED && !self->freed)
    (void) g_output_stream_close (G_OUTPUT_STREAM (self->output), NULL, NULL);
}

static void
handshake_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  WsTlsPlatformHandshake *handshake = user_data;
  WsTlsPlatformTransport *self = handshake->transport;
  GError                 *error = NULL;

  g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error);
  g_object_unref (handshake->cancellable);
  g_free (handshake);

  if (self == NULL)
    {
      g_clear_error (&error);
      return;
    }

  ws_tls_platform_transport_ref (self);
  self->handshake = NULL;
  ws_tls_gate_leave (&self->seat);
  if (error != NULL)
    ws_tls_platform_transport_fail_from_gio (self, PLACE, error);
  else
    open_stream (self);
  wake (self);
  ws_tls_platform_transport_unref (self);
}

static void
start_handshake (WsTlsPlatformTransport *self)
{
  g_autoptr (GIOStream) base = ws_tls_wire_create_stream (self->wire);
  WsTlsPlatformHandshake *handshake;
  GError                 *error = NULL;

  self->connection = ws_tls_platform_create_connection (self->platform, base, &error);
  if (self->connection == NULL)
    {
      ws_tls_platform_transport_fail_from_gio (self, PLACE, error);
      return;
    }

  self->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)));
  self->output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (G_IO_STREAM (self->connection)));
  g_signal_connect (self->connection, "accept-certificate", G_CALLBACK (accept_certificate_cb), self);

  handshake = g_new0 (WsTlsPlatformHandshake, 1);
  handshake->transport = self;
  handshake->cancellable = g_cancellable_new ();
  self->handshake = handshake;
  self->state = WS_TLS_PLATFORM_RUNNING;

  g_main_context_push_thread_default (self->context);
  g_tls_connection_handshake_async (self->connection, G_PRIORITY_DEFAULT, handshake->cancellable,
                                    handshake_cb, handshake);
  g_main_context_pop_thread_default (self->context);

  ws_tls_platform_transport_tell (self, "TLS handshake started");
}

void
ws_tls_platform_transport_granted_cb (WsTlsSeat *seat)
{
  WsTlsPlatformTransport *self = ws_tls_platform_transport_ref (get_transport (seat));

  if (ws_tls_wire_is_hung_up (self->wire))
    fail_gone (self);
  else
    start_handshake (self);

  if (self->state == WS_TLS_PLATFORM_FAILED)
    {
      ws_tls_gate_leave (&self->seat);
      wake (self);
    }
  ws_tls_platform_transport_unref (self);
}

void
ws_tls_platform_transport_leave_handshake (WsTlsPlatformTransport *self)
{
  WsTlsPlatformHandshake *handshake = g_steal_pointer (&self->handshake);

  ws_tls_gate_leave (&self->seat);
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  if (handshake == NULL)
    return;

  handshake->transport = NULL;
  g_cancellable_cancel (handshake->cancellable);
  ws_tls_wire_abandon (self->wire);
}

/* Before it. */

static void
fail_hello (WsTlsPlatformTransport *self)
{
  WsClientHelloFault fault = self->reader->fault;
  gsize              length;
  const guint8      *answer = ws_tls_get_clear_answer (fault, &length);

  if (answer != NULL)
    ws_tls_wire_send (self->wire, answer, length);
  if (fault == WS_CLIENT_HELLO_FAULT_HTTP)
    ws_tls_wire_end (self->wire);
  fail_handshake (self, ws_client_hello_fault_to_string (fault));
}

static void
refuse_version (WsTlsPlatformTransport *self)
{
  guint8 record[WS_TLS_CLEAR_ALERT_BYTES];

  ws_tls_write_clear_alert (record, WS_TLS_ALERT_PROTOCOL_VERSION);
  ws_tls_wire_send (self->wire, record, sizeof record);
  fail_handshake (self, "the client offers no version of TLS that SSLEnabledProtocols enables");
}

static void
take_hello (WsTlsPlatformTransport *self)
{
  gboolean acceptable = ws_tls_platform_accepts_hello (self->platform, &self->reader->hello);

  ws_tls_wire_replay (self->wire, g_steal_pointer (&self->reader->bytes));
  ws_client_hello_reader_clear (self->reader);
  g_clear_pointer (&self->reader, g_free);

  if (!acceptable)
    {
      refuse_version (self);
      return;
    }

  self->state = WS_TLS_PLATFORM_WAITING;
  if (!ws_tls_gate_enter (&self->seat))
    {
      ws_tls_platform_transport_tell (self, "TLS handshake waits until one of %d others has ended",
                                      WS_TLS_GATE_MAX_INSIDE);
      return;
    }

  start_handshake (self);
  if (self->state == WS_TLS_PLATFORM_FAILED)
    ws_tls_gate_leave (&self->seat);
}

/* Reads up to the end of the ClientHello, so that no thread ever waits for a client that is silent
 * from the beginning. */
static void
receive_hello (WsTlsPlatformTransport *self)
{
  guint8     buffer[RECEIVE_BYTES];
  WsIOStatus status;
  gsize      n_read;

  while ((status = ws_tls_wire_receive (self->wire, buffer, sizeof buffer, &n_read)) == WS_IO_OK)
    switch (ws_client_hello_reader_feed (self->reader, buffer, n_read))
      {
      case WS_PARSE_DONE:
        take_hello (self);
        return;
      case WS_PARSE_FAILED:
        fail_hello (self);
        return;
      case WS_PARSE_NEED_MORE:
      default:
        break;
      }

  if (status == WS_IO_CLOSED)
    fail_gone (self);
  else if (status == WS_IO_FAILED)
    ws_tls_platform_transport_fail_from_gio (self, PLACE, NULL);
}

WsIOStatus
ws_tls_platform_transport_handshake (WsTlsPlatformTransport *self,
                                     GError                **error)
{
  /* What GIO's thread would not find out soon by itself. */
  gboolean is_idle = self->state == WS_TLS_PLATFORM_WAITING ||
                     (self->state == WS_TLS_PLATFORM_RUNNING && !ws_tls_wire_was_read (self->wire));

  if (self->state == WS_TLS_PLATFORM_HELLO)
    {
      receive_hello (self);
    }
  else if (is_idle && ws_tls_wire_is_hung_up (self->wire))
    {
      ws_tls_platform_transport_leave_handshake (self);
      fail_gone (self);
    }

  if (self->freed)
    return WS_IO_WOULD_BLOCK;

  switch (self->state)
    {
    case WS_TLS_PLATFORM_OPEN:
      return WS_IO_OK;
    case WS_TLS_PLATFORM_FAILED:
      if (error != NULL)
        *error = g_error_copy (self->failure);
      return WS_IO_FAILED;
    case WS_TLS_PLATFORM_HELLO:
    case WS_TLS_PLATFORM_WAITING:
    case WS_TLS_PLATFORM_RUNNING:
    default:
      return WS_IO_WOULD_BLOCK;
    }
}
