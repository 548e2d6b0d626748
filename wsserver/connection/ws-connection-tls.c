/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The TLS handshake of a connection, before its first byte of HTTP. RFC 8446 §4, RFC 5246 §7.3. */
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-log-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/revocation/ws-revocation-check-private.h"
#include "wsserver/tls/ws-tls-hello-private.h"
#include "wsserver/tls/ws-tls-version-private.h"

/* NULL once the connection has let go of it. */
static WsTlsTransport *
get_tls_transport (WsConnection *self)
{
  return WS_TLS_TRANSPORT (self->transport);
}

/* --- the end --------------------------------------------------------------------------------- */

/* The request about which the application decides, which is forgotten with this; or NULL. */
static WsDecision *
take_decision (WsConnection *self)
{
  WsSslConnectionRequest *request = g_steal_pointer (&self->tls->request);

  self->tls->waiting = FALSE;
  return request != NULL ? ws_ssl_connection_request_get_decision (request) : NULL;
}

static void
settle_request (WsConnection *self)
{
  WsDecision *decision = take_decision (self);

  if (decision != NULL)
    ws_decision_settle (decision);
}

void
ws_connection_free_tls (WsConnectionTls *tls)
{
  g_clear_object (&tls->peer_certificate);
  g_clear_object (&tls->connection);
  g_clear_error (&tls->refusal);
  g_free (tls->peer_status);
  g_free (tls);
}

/* TLS knows that a certificate was refused; why, is known here. */
static GError *
explain (WsConnection *self,
         GError       *error)
{
  WsConnectionTls *tls = self->tls;
  GError          *explained;

  if (tls->refusal != NULL)
    {
      g_error_free (error);
      return g_steal_pointer (&tls->refusal);
    }
  if (tls->peer_status == NULL || g_str_equal (tls->peer_status, "OK") || /* something else speaks against it */
      (error->code != WS_ERROR_CERT_NOT_VERIFIED && error->code != WS_ERROR_CLIENT_CERT_NOT_FOUND))
    return error;

  if (tls->peer_certificate == NULL)
    explained = g_error_new (WS_ERROR, error->code, "[%d] TLS handshake: %s", error->code, tls->peer_status);
  else
    explained = g_error_new (WS_ERROR, error->code,
                             "[%d] TLS handshake: the certificate of %s is refused: %s", error->code,
                             ws_certificate_get_subject (tls->peer_certificate), tls->peer_status);
  g_error_free (error);
  return explained;
}

/* Takes the error. */
static void
fail_handshake (WsConnection *self,
                GError       *error)
{
  error = explain (self, error);
  /* A client that connects and leaves without a word, as a health check does, is no error. */
  ws_connection_take_tls_error (self, error, self->tls->heard && error->code != WS_ERROR_CONNECTION_RESET);
}

void
ws_connection_handle_tls_timeout (WsConnection *self)
{
  const char *what = "the client did not finish it within HandshakeTimeout";

  if (self->tls->waiting)
    what = "the decision on the certificate took longer than HandshakeTimeout";
  fail_handshake (
      self, g_error_new (WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] TLS handshake: %s", WS_ERROR_HANDSHAKE, what));
}

void
ws_connection_handle_tls_silence (WsConnection *self)
{
  fail_handshake (self, ws_error_new (WS_ERROR_HANDSHAKE,
                                      "TLS handshake: the client was silent for DefaultConnectionTimeout"));
}

static void
restart_silence_timer (WsConnection *self)
{
  WsTimerQueue *queue = &self->context->silence_timers;

  /* Silence counts where it is the client's turn. */
  if (queue->duration_us > 0 && !self->tls->waiting)
    ws_timer_arm (&self->idle_timer, queue, ws_poller_get_time (self->context->poller));
  else
    ws_timer_disarm (&self->idle_timer);
}

/* --- the certificate to show ----------------------------------------------------------------- */

/* The certificate cannot be used. Takes the error. */
static gboolean
refuse_client (WsConnection *self,
               GError       *error)
{
  g_clear_error (&self->tls->refusal);
  self->tls->refusal = error;
  ws_tls_hello_refuse (get_tls_transport (self), GNUTLS_A_INTERNAL_ERROR, ws_error_get_reason (error));
  return FALSE;
}

/* Does what the application has decided; FALSE if it ends the handshake. */
static gboolean
apply_decision (WsConnection           *self,
                WsSslConnectionRequest *request)
{
  g_autoptr (WsCertificate) certificate = NULL;
  WsTlsContext *context;
  GError       *error = NULL;

  if (ws_ssl_connection_request_is_refused (request))
    {
      ws_tls_hello_refuse (get_tls_transport (self), GNUTLS_A_UNRECOGNIZED_NAME,
                           "the application does not serve this host name");
      return FALSE;
    }
  if (!ws_ssl_connection_request_load (request, &certificate, &error))
    return refuse_client (self, error);
  if (certificate == NULL)
    return TRUE;

  context = self->context->funcs->get_tls_context (self->context->owner, certificate, &error);
  if (context == NULL)
    return refuse_client (self, error);

  ws_tls_transport_set_context (get_tls_transport (self), context);
  return TRUE;
}

static void
ssl_request_decided_cb (gpointer          owner,
                        WsDecisionOutcome outcome)
{
  WsConnection *self = owner;

  if (outcome == WS_DECISION_DROPPED)
    self->tls->request = NULL;
  ws_connection_schedule (self, WS_PENDING_TLS_DECISION);
}

static gboolean
client_hello (WsTlsTransport      *transport,
              const WsClientHello *hello,
              gpointer             user_data)
{
  g_autoptr (WsConnection) self = g_object_ref (user_data);
  WsConnectionContext *context = self->context;
  g_autoptr (WsSslConnectionRequest) request = NULL;
  gboolean proceed;

  if (!context->funcs->wants_ssl_connection_request (context->owner))
    return TRUE;

  /* The lines about the ClientHello come before the question. */
  ws_connection_report_lines (self);
  if (self->state != WS_STATE_TLS_HANDSHAKE)
    return FALSE;

  request = ws_ssl_connection_request_new (hello, ssl_request_decided_cb, self);
  self->tls->request = request;
  self->tls->waiting = TRUE;
  context->funcs->ssl_connection_request (context->owner, self, request);
  /* The handler has ended it, or has completed the request and let the loop run, which went on. */
  if (self->state != WS_STATE_TLS_HANDSHAKE || !self->tls->waiting)
    return FALSE;

  if (ws_decision_is_pending (ws_ssl_connection_request_get_decision (request)))
    {
      ws_connection_await_application (self);
      return FALSE;
    }

  proceed = apply_decision (self, request);
  settle_request (self);
  return proceed;
}

void
ws_connection_apply_tls_decision (WsConnection *self)
{
  g_autoptr (WsSslConnectionRequest) request = NULL;

  if (self->state != WS_STATE_TLS_HANDSHAKE || self->transport == NULL || !self->tls->waiting)
    return;

  ws_connection_restart_phase_timer (self); /* it is the client's turn again */
  if (self->tls->request != NULL)
    request = g_object_ref (self->tls->request);
  if (request == NULL)
    refuse_client (self, ws_error_new (WS_ERROR_HANDSHAKE,
                                       "the application dropped the request of the TLS handshake without a decision"));
  else if (apply_decision (self, request) && self->transport != NULL)
    ws_tls_hello_proceed (get_tls_transport (self));
  if (self->transport != NULL)
    ws_poller_deliver (self->context->poller, &self->watch);
  settle_request (self);
}

/* --- the client's certificate ---------------------------------------------------------------- */

static GBytes *
encode_chain (WsConnection         *self,
              const gnutls_datum_t *chain,
              guint                 n_chain)
{
  GByteArray *bytes = g_byte_array_new ();
  guint       n = self->context->settings->ssl_include_cert_chain ? n_chain : MIN (n_chain, 1);

  for (guint i = 0; i < n; i++)
    g_byte_array_append (bytes, chain[i].data, chain[i].size);
  return g_byte_array_free_to_bytes (bytes);
}

static gboolean
ask_about_client (WsConnection *self,
                  GBytes       *encoded,
                  const char   *status,
                  gboolean      accept)
{
  WsConnectionContext *context = self->context;
  g_autoptr (WsClientAuthentication) authentication = NULL;

  if (!context->funcs->wants_ssl_client_authentication (context->owner))
    return accept;

  ws_connection_report_lines (self);
  if (self->transport == NULL)
    return FALSE;

  accept = accept && !context->settings->refuse_by_default;
  authentication = ws_client_authentication_new (encoded, self->tls->peer_certificate, status, accept);
  context->funcs->ssl_client_authentication (context->owner, self, authentication);
  return self->transport != NULL && ws_client_authentication_get_accept (authentication);
}

static gboolean
wants_revocation_check (WsConnection *self)
{
  return self->context->settings->ssl_check_crl > 0 || self->context->settings->ssl_check_ocsp > 0;
}

static gboolean
client_certificate (WsTlsTransport               *transport,
                    const WsTlsClientCertificate *presented,
                    gpointer                      user_data)
{
  g_autoptr (WsConnection) self = g_object_ref (user_data);
  WsConnectionTls *tls = self->tls;
  g_autoptr (GBytes) encoded = encode_chain (self, presented->chain, presented->n_chain);
  gboolean accept;

  g_clear_object (&tls->peer_certificate);
  if (presented->n_chain > 0)
    tls->peer_certificate = ws_certificate_new_for_peers (presented->chain, presented->n_chain);
  g_free (tls->peer_status);
  tls->peer_status = g_strdup (presented->status);

  /* The application has the last word, so it is asked when all is known. */
  tls->checks_revocation = presented->flags == 0 && presented->n_chain > 0 && wants_revocation_check (self);
  if (tls->checks_revocation && self->state == WS_STATE_TLS_HANDSHAKE)
    return TRUE;

  /* In a renegotiation there is no time to ask others. */
  accept = presented->flags == 0 && !tls->checks_revocation;
  accept = ask_about_client (self, encoded, presented->status, accept);
  if (!accept && presented->flags == 0)
    {
      g_free (tls->peer_status);
      tls->peer_status = g_strdup ("the application does not accept it");
    }
  return accept;
}

/* --- status lines ---------------------------------------------------------------------------- */

/* Inside calls of TLS, where no handler may run. */
static void
status (WsTlsTransport *transport,
        const char     *line,
        gpointer        user_data)
{
  ws_connection_log_tls_late (user_data, line);
}

static WsTlsReportLevel
get_report_level (WsConnection *self)
{
  WsConnectionContext *context = self->context;

  if (!context->trace && !context->funcs->wants_ssl_status (context->owner) &&
      !context->funcs->wants_log (context->owner, WS_LOG_VERBOSE))
    return WS_TLS_REPORT_NOTHING;

  return context->settings->log_ssl_packets ? WS_TLS_REPORT_PACKETS : WS_TLS_REPORT_STATUS;
}

/* --- revocation of the client's certificate --------------------------------------------------- */

static void
report_notes (WsConnection *self,
              const char   *notes)
{
  g_auto (GStrv) lines = g_strsplit (notes != NULL ? notes : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      ws_connection_log_tls_late (self, lines[i]);
  ws_connection_report_lines (self);
}

static void
start_reading_request (WsConnection *self)
{
  ws_connection_enter_state (self, WS_STATE_READING_REQUEST);
  ws_poller_deliver (self->context->poller, &self->watch);
}

/* Takes the error. */
static void
reject_client (WsConnection *self,
               GError       *error)
{
  ws_tls_transport_reject (get_tls_transport (self), GNUTLS_A_CERTIFICATE_REVOKED,
                           ws_error_get_reason (error));
  fail_handshake (self, error);
}

static void
revocation_checked_cb (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data)
{
  g_autoptr (WsConnection) self = user_data;
  g_autofree char *notes = NULL;
  g_autoptr (GBytes) encoded = NULL;
  GError               *error = NULL;
  gboolean              accept = ws_revocation_check_finish (result, &notes, &error);
  const gnutls_datum_t *chain;
  guint                 n_chain;

  g_clear_object (&self->tls->revocation_check);
  if (self->state == WS_STATE_CHECKING_REVOCATION)
    report_notes (self, notes);
  if (self->state != WS_STATE_CHECKING_REVOCATION) /* ended meanwhile */
    {
      g_clear_error (&error);
      return;
    }

  chain = ws_tls_transport_get_peer_chain (get_tls_transport (self), &n_chain);
  encoded = encode_chain (self, chain, n_chain);
  accept = ask_about_client (self, encoded, accept ? "OK" : ws_error_get_reason (error), accept);
  if (self->state != WS_STATE_CHECKING_REVOCATION)
    {
      g_clear_error (&error);
      return;
    }

  if (accept)
    {
      g_clear_error (&error);
      start_reading_request (self);
      return;
    }

  if (error == NULL)
    error = g_error_new (
        WS_ERROR, WS_ERROR_CERT_NOT_VERIFIED, "[%d] the application does not accept the certificate of %s",
        WS_ERROR_CERT_NOT_VERIFIED, ws_certificate_get_subject (self->tls->peer_certificate));
  reject_client (self, error);
}

static void
start_revocation_check (WsConnection *self)
{
  WsTlsTransport       *transport = get_tls_transport (self);
  const WsSettings     *settings = self->context->settings;
  WsRevocationPolicy    policy = { settings->ssl_check_crl, settings->ssl_check_ocsp,
                                   settings->handshake_timeout_s, settings->revocation_hosts };
  GMainContext         *context = ws_poller_get_context (self->context->poller);
  guint                 n_chain;
  const gnutls_datum_t *chain = ws_tls_transport_get_peer_chain (transport, &n_chain);

  ws_connection_enter_state (self, WS_STATE_CHECKING_REVOCATION);
  self->tls->revocation_check = g_cancellable_new ();
  g_main_context_push_thread_default (context);
  ws_revocation_check_async (chain, n_chain, ws_tls_transport_get_trust_list (transport), &policy,
                             self->tls->revocation_check, revocation_checked_cb, g_object_ref (self));
  g_main_context_pop_thread_default (context);
}

/* --- the handshake --------------------------------------------------------------------------- */

static void
wake (WsTlsTransport *transport,
      gpointer        user_data)
{
  WsConnection *self = user_data;

  ws_poller_deliver (self->context->poller, &self->watch);
}

static const WsTlsListener listener = {
  .client_hello = client_hello,
  .client_certificate = client_certificate,
  .status = status,
  .wake = wake,
};

void
ws_connection_start_tls (WsConnection *self)
{
  self->tls = g_new0 (WsConnectionTls, 1);
  ws_connection_enter_state (self, WS_STATE_TLS_HANDSHAKE);
  ws_tls_transport_set_listener (get_tls_transport (self), &listener, get_report_level (self), self);
  restart_silence_timer (self);
}

void
ws_connection_continue_tls (WsConnection *self)
{
  GError    *error = NULL;
  WsIOStatus result = ws_transport_handshake (self->transport, &error);

  /* A handler has ended it, or has let the loop run, which went on from here. */
  if (self->state != WS_STATE_TLS_HANDSHAKE)
    {
      g_clear_error (&error);
      return;
    }
  if (result != WS_IO_FAILED || error->code != WS_ERROR_CONNECTION_RESET)
    self->tls->heard = TRUE;

  switch (result)
    {
    case WS_IO_OK:
      ws_timer_disarm (&self->idle_timer);
      ws_tls_transport_get_info (get_tls_transport (self), &self->tls->info);
      if (self->tls->checks_revocation)
        start_revocation_check (self);
      else
        ws_connection_enter_state (self, WS_STATE_READING_REQUEST);
      break;
    case WS_IO_FAILED:
      fail_handshake (self, error);
      break;
    case WS_IO_WOULD_BLOCK:
    case WS_IO_CLOSED:
      restart_silence_timer (self);
      break;
    }
}
