/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the first byte to the open stream. */
#include "wsserver/tls-gio/ws-gio-tls-session-private.h"

#include "wsserver/base/ws-container-private.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/tls-gio/ws-gio-tls-info-private.h"
#include "wsserver/tls-gio/ws-gio-tls-stream-private.h"
#include "wsserver/tls/ws-tls-gio-certificate-private.h"
#include "wsserver/tls/ws-tls-hello-private.h"

static void
wake_owner (WsGioTlsSession *self)
{
  WsTlsTransport *transport = &self->parent;

  if (transport->listener->wake != NULL)
    transport->listener->wake (transport, transport->user_data);
}

static void
fail_gone (WsGioTlsSession *self)
{
  ws_tls_transport_fail_handshake (&self->parent, WS_ERROR_CONNECTION_RESET,
                                   "the client went away in the middle of it");
}

/* --- the handshake proper -------------------------------------------------------------------- */

/* In the context's thread, while GIO's waits. Emitted for every certificate of a client. */
static gboolean
accept_certificate_cb (GTlsConnection      *connection,
                       GTlsCertificate     *certificate,
                       GTlsCertificateFlags errors,
                       gpointer             user_data)
{
  WsGioTlsSession *self = user_data;
  gboolean         accepted;

  ws_tls_transport_ref (&self->parent);
  g_clear_pointer (&self->peer_chain, g_array_unref);
  self->peer_chain = ws_tls_gio_certificate_dup_chain (certificate);
  accepted = ws_tls_transport_check_client (&self->parent,
                                            (const gnutls_datum_t *) (gpointer) self->peer_chain->data,
                                            self->peer_chain->len, WS_TLS_SESSION_NEW);
  self->was_refused = !accepted;
  ws_tls_transport_unref (&self->parent);

  return accepted;
}

/* GIO does not ask about a client that has none. */
static gboolean
accepts_no_certificate (WsGioTlsSession *self)
{
  if (!ws_tls_policy_requests_certificate (self->parent.policy) || self->peer_chain != NULL)
    return TRUE;

  return ws_tls_transport_check_client (&self->parent, NULL, 0, WS_TLS_SESSION_NEW);
}

static void
open_stream (WsGioTlsSession *self)
{
  g_autofree char *fault = ws_gio_tls_info_check (self->connection, self->parent.policy);

  ws_gio_tls_socket_open (self->socket);
  ws_gio_tls_info_get (self->connection, &self->info);
  self->may_have_more = ws_gio_tls_socket_has_replay (self->socket);

  if (fault != NULL)
    {
      ws_tls_transport_fail_handshake (&self->parent, WS_ERROR_HANDSHAKE, fault);
    }
  else if (!accepts_no_certificate (self))
    {
      GError *failure = NULL;

      ws_set_error_from_gnutls (&failure, GNUTLS_E_CERTIFICATE_REQUIRED, "TLS handshake");
      ws_tls_transport_take_failure (&self->parent, failure);
    }
  else
    {
      self->parent.state = WS_TLS_STATE_OPEN;
      ws_tls_transport_report_open (&self->parent);
    }

  /* So that the client learns that it was no accident. */
  if (self->parent.state == WS_TLS_STATE_FAILED && !self->parent.freed)
    (void) g_output_stream_close (G_OUTPUT_STREAM (self->output), NULL, NULL);
}

static void
handshake_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  WsGioTlsHandshake *handshake = user_data;
  WsGioTlsSession   *self = handshake->session;
  GError            *error = NULL;

  g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error);
  g_object_unref (handshake->cancellable);
  g_free (handshake);

  if (self == NULL)
    {
      g_clear_error (&error);
      return;
    }

  ws_tls_transport_ref (&self->parent);
  self->handshake = NULL;
  ws_handshake_slot_release (&self->slot);
  if (error != NULL)
    ws_gio_tls_failure_take (self, error);
  else
    open_stream (self);
  wake_owner (self);
  ws_tls_transport_unref (&self->parent);
}

/* Gives up the slot if the backend refuses. */
static void
start_handshake (WsGioTlsSession *self)
{
  g_autoptr (GIOStream) base = ws_gio_tls_stream_new (self->socket);
  WsGioTlsHandshake *handshake;
  GError            *error = NULL;

  self->connection = ws_gio_tls_context_create_connection (self->context, base, &error);
  if (self->connection == NULL)
    {
      ws_handshake_slot_release (&self->slot);
      ws_gio_tls_failure_take (self, error);
      return;
    }

  self->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)));
  self->output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (G_IO_STREAM (self->connection)));
  g_signal_connect (self->connection, "accept-certificate", G_CALLBACK (accept_certificate_cb), self);

  handshake = g_new0 (WsGioTlsHandshake, 1);
  handshake->session = self;
  handshake->cancellable = g_cancellable_new ();
  self->handshake = handshake;
  self->parent.state = WS_TLS_STATE_HANDSHAKE;

  g_main_context_push_thread_default (self->main_context);
  g_tls_connection_handshake_async (self->connection, G_PRIORITY_DEFAULT, handshake->cancellable,
                                    handshake_cb, handshake);
  g_main_context_pop_thread_default (self->main_context);

  ws_tls_transport_report (&self->parent, "TLS handshake started");
}

void
ws_gio_tls_handshake_slot_acquired_cb (WsHandshakeSlot *slot)
{
  WsGioTlsSession *self = WS_CONTAINER_OF (slot, WsGioTlsSession, slot);

  ws_tls_transport_ref (&self->parent);
  if (ws_gio_tls_socket_is_hung_up (self->socket))
    {
      ws_handshake_slot_release (slot);
      fail_gone (self);
    }
  else
    {
      start_handshake (self);
    }

  if (self->parent.state == WS_TLS_STATE_FAILED)
    wake_owner (self);
  ws_tls_transport_unref (&self->parent);
}

void
ws_gio_tls_handshake_leave (WsGioTlsSession *self)
{
  WsGioTlsHandshake *handshake = g_steal_pointer (&self->handshake);

  ws_handshake_slot_release (&self->slot);
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  if (handshake == NULL)
    return;

  handshake->session = NULL;
  g_cancellable_cancel (handshake->cancellable);
  ws_gio_tls_socket_abandon (self->socket);
}

/* --- before it ------------------------------------------------------------------------------- */

static gboolean
offers_enabled_version (WsGioTlsSession *self)
{
  const GArray *versions = self->parent.reader->hello.versions;

  for (guint i = 0; i < versions->len; i++)
    if (ws_tls_policy_enables_version (self->parent.policy, g_array_index (versions, guint16, i)))
      return TRUE;

  return FALSE;
}

/* The ClientHello is there. */
static void
begin_handshake (WsGioTlsSession *self)
{
  if (!offers_enabled_version (self))
    {
      ws_tls_hello_send_alert (&self->parent, GNUTLS_A_PROTOCOL_VERSION);
      ws_tls_transport_fail_handshake (&self->parent, WS_ERROR_HANDSHAKE,
                                       "the client offers no version of TLS that SSLEnabledProtocols enables");
      return;
    }

  ws_tls_hello_replay (&self->parent);
  self->parent.state = WS_TLS_STATE_QUEUED;
  if (ws_handshake_slot_acquire (&self->slot))
    start_handshake (self);
  else
    ws_tls_transport_report (&self->parent, "TLS handshake waits until one of %d others has ended", WS_HANDSHAKE_SLOTS);
}

/* Whether the client has left, where GIO's thread would not find it out soon by itself. */
static gboolean
has_left (WsGioTlsSession *self)
{
  gboolean is_unread = self->parent.state == WS_TLS_STATE_HANDSHAKE &&
                       !ws_gio_tls_socket_was_read (self->socket);

  return (self->parent.state == WS_TLS_STATE_QUEUED || is_unread) &&
         ws_gio_tls_socket_is_hung_up (self->socket);
}

WsIOStatus
ws_gio_tls_handshake_step (WsGioTlsSession *self,
                           GError         **error)
{
  WsTlsTransport *transport = &self->parent;
  WsIOStatus      status;

  if (transport->state == WS_TLS_STATE_HELLO)
    {
      status = ws_tls_hello_receive (transport, error);
      if (status != WS_IO_OK)
        return status;
      if (transport->state == WS_TLS_STATE_HANDSHAKE && !transport->freed)
        begin_handshake (self);
    }
  else if (has_left (self))
    {
      ws_gio_tls_handshake_leave (self);
      fail_gone (self);
    }

  if (transport->freed)
    return WS_IO_WOULD_BLOCK;

  switch ((WsTlsState) transport->state)
    {
    case WS_TLS_STATE_OPEN:
    case WS_TLS_STATE_REHANDSHAKE:
      return WS_IO_OK;
    case WS_TLS_STATE_FAILED:
      return ws_tls_transport_propagate_failure (transport, error);
    case WS_TLS_STATE_HELLO:
    case WS_TLS_STATE_DECIDING:
    case WS_TLS_STATE_QUEUED:
    case WS_TLS_STATE_HANDSHAKE:
    default:
      return WS_IO_WOULD_BLOCK;
    }
}
