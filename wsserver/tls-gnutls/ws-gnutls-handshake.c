/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/tls/ws-tls-clear-answer-private.h"

#include <string.h>

void
ws_tls_session_init (WsTlsSession            *self,
                     const WsTlsSessionFuncs *funcs,
                     int                      fd,
                     WsTlsContext            *context)
{
  *self = (WsTlsSession){
    .funcs = funcs,
    .fd = fd,
    .context = ws_tls_context_ref (context),
    .state = WS_TLS_STATE_HELLO,
    .request_client = context->request_client_certificate,
    .require_close_notify = TRUE,
  };
  self->reader = g_new (WsClientHelloReader, 1);
  ws_client_hello_reader_init (self->reader);
}

static void
free_reader (WsTlsSession *self)
{
  if (self->reader == NULL)
    return;

  ws_client_hello_reader_clear (self->reader);
  g_clear_pointer (&self->reader, g_free);
}

void
ws_tls_session_clear (WsTlsSession *self)
{
  g_assert (!self->in_call);

  g_clear_pointer (&self->session, gnutls_deinit);
  free_reader (self);
  g_clear_pointer (&self->context, ws_tls_context_unref);
  g_clear_pointer (&self->kept, g_free);
  g_clear_pointer (&self->queue, g_free);
  g_clear_error (&self->failure);
}

void
ws_tls_session_detach (WsTlsSession *self)
{
  self->fd = -1;
}

void
ws_tls_session_set_context (WsTlsSession *self,
                            WsTlsContext *context)
{
  g_assert (self->session == NULL);

  ws_tls_context_ref (context);
  ws_tls_context_unref (self->context);
  self->context = context;
  self->request_client = context->request_client_certificate;
}

void
ws_tls_session_proceed (WsTlsSession *self)
{
  if (self->state == WS_TLS_STATE_DECIDING)
    self->state = WS_TLS_STATE_HANDSHAKE;
}

void
ws_tls_session_fail (WsTlsSession *self,
                     GError       *failure)
{
  if (self->state == WS_TLS_STATE_FAILED)
    {
      g_error_free (failure);
      return;
    }

  self->state = WS_TLS_STATE_FAILED;
  self->failure = failure;
  ws_tls_session_tell (self, "%s", failure->message);
}

static void
send_clear_alert (WsTlsSession *self,
                  guint8        alert)
{
  guint8 record[WS_TLS_CLEAR_ALERT_BYTES];

  ws_tls_write_clear_alert (record, alert);
  ws_tls_session_send_clear (self, record, sizeof record);
}

void
ws_tls_session_refuse (WsTlsSession *self,
                       guint8        alert,
                       const char   *reason)
{
  if (self->state != WS_TLS_STATE_DECIDING)
    return;

  send_clear_alert (self, alert);
  ws_tls_session_fail (self, g_error_new (WS_ERROR, WS_ERROR_HANDSHAKE,
                                          "[%d] TLS handshake refused: %s", WS_ERROR_HANDSHAKE, reason));
}

void
ws_tls_session_reject (WsTlsSession *self,
                       guint8        alert,
                       const char   *reason)
{
  if (self->state != WS_TLS_STATE_OPEN || self->in_call || self->write_errno != 0)
    return;

  ws_tls_session_begin_call (self);
  (void) gnutls_alert_send (self->session, GNUTLS_AL_FATAL, (gnutls_alert_description_t) alert);
  ws_tls_session_end_call (self);
  ws_tls_session_flush_queue (self);
  ws_tls_session_fail (self, g_error_new (WS_ERROR, WS_ERROR_CERT_NOT_VERIFIED, "[%d] %s",
                                          WS_ERROR_CERT_NOT_VERIFIED, reason));
}

WsIOStatus
ws_tls_session_tell_failure (WsTlsSession *self,
                             GError      **error)
{
  if (error != NULL)
    *error = g_error_copy (self->failure);

  return WS_IO_FAILED;
}

void
ws_tls_session_fail_from_errno (WsTlsSession *self,
                                int           error_number)
{
  GError *failure = NULL;

  ws_set_error_from_errno (&failure, error_number, NULL);
  ws_tls_session_fail (self, failure);
}

/* GnuTLS says what is wrong with a packet; a reader wants to know what is wrong with the client. */
static GError *
describe (WsTlsSession *self,
          int           result,
          const char   *place)
{
  const char *text;

  switch (result)
    {
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
      text = "the client offers no version of TLS that is enabled here";
      break;
    case GNUTLS_E_NO_CIPHER_SUITES:
    case GNUTLS_E_INSUFFICIENT_CREDENTIALS:
      text = "the client offers no cipher suite that is enabled here and fits the certificate";
      break;
    case GNUTLS_E_NO_COMMON_KEY_SHARE:
      text = "the client offers no group for the key exchange that is enabled here";
      break;
    default:
      text = gnutls_strerror (result);
    }

  return g_error_new (WS_ERROR, (int) ws_error_from_gnutls (result), "[%d] %s: %s",
                      ws_error_from_gnutls (result), place, text);
}

/* What GnuTLS says is often less than what happened. */
void
ws_tls_session_fail_from_gnutls (WsTlsSession *self,
                                 int           result)
{
  GError     *failure = NULL;
  const char *place = self->was_open ? "TLS" : "TLS handshake";

  if (result == GNUTLS_E_PUSH_ERROR && self->write_errno != 0)
    {
      ws_tls_session_fail_from_errno (self, self->write_errno);
      return;
    }
  if (result == GNUTLS_E_PULL_ERROR && self->read_errno != 0)
    {
      ws_tls_session_fail_from_errno (self, self->read_errno);
      return;
    }

  if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
    {
      const char *name = gnutls_alert_get_name (gnutls_alert_get (self->session));

      failure = g_error_new (WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] %s: the client sent the alert: %s",
                             WS_ERROR_HANDSHAKE, place, name != NULL ? name : "unknown");
    }
  else if (self->n_warnings > WS_TLS_MAX_WARNINGS)
    failure = g_error_new (WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] %s: the client sends one alert after another",
                           WS_ERROR_HANDSHAKE, place);
  else if (self->at_eof)
    failure = g_error_new (WS_ERROR, WS_ERROR_CONNECTION_RESET, "[%d] %s: the client went away in the middle of it",
                           WS_ERROR_CONNECTION_RESET, place);
  else
    failure = describe (self, result, place);

  ws_tls_session_fail (self, failure);
}

/* After a fatal error: an alert, as far as one is due, then nothing more. */
WsIOStatus
ws_tls_session_abort (WsTlsSession *self,
                      int           result,
                      GError      **error)
{
  if (result != GNUTLS_E_FATAL_ALERT_RECEIVED && self->write_errno == 0)
    {
      int level;
      int alert = gnutls_error_to_alert (result, &level);

      /* TLS 1.2 has no alert of its own for it. RFC 5246 §7.4.6 */
      if (result == GNUTLS_E_CERTIFICATE_REQUIRED &&
          gnutls_protocol_get_version (self->session) < GNUTLS_TLS1_3)
        alert = GNUTLS_A_HANDSHAKE_FAILURE;
      /* The client's own alert, and its going away, need no answer. */
      if (!self->at_eof && result != GNUTLS_E_PULL_ERROR && alert >= 0 &&
          gnutls_alert_send (self->session, (gnutls_alert_level_t) level,
                             (gnutls_alert_description_t) alert) >= 0)
        ws_tls_session_tell (self, "Sent alert: %s",
                             gnutls_alert_get_name ((gnutls_alert_description_t) alert));
    }

  ws_tls_session_flush_queue (self);
  ws_tls_session_fail_from_gnutls (self, result);

  return ws_tls_session_tell_failure (self, error);
}

static int
verify_cb (gnutls_session_t session)
{
  return ws_tls_session_check_client (gnutls_session_get_ptr (session));
}

static int
key_log_cb (gnutls_session_t      session,
            const char           *label,
            const gnutls_datum_t *secret)
{
  WsTlsSession  *self = gnutls_session_get_ptr (session);
  gnutls_datum_t client_random;
  gnutls_datum_t server_random;

  gnutls_session_get_random (session, &client_random, &server_random);
  ws_tls_context_log_key (self->context, label, &client_random, secret);

  return 0;
}

static void
set_application_protocols (WsTlsSession *self)
{
  GStrv          names = self->application_protocols;
  gnutls_datum_t protocols[8];
  guint          n_protocols = 0;

  if (names == NULL)
    names = self->context->application_protocols;
  if (names == NULL)
    return;

  for (; n_protocols < G_N_ELEMENTS (protocols) && names[n_protocols] != NULL; n_protocols++)
    protocols[n_protocols] = (gnutls_datum_t){ (guint8 *) names[n_protocols],
                                               (guint) strlen (names[n_protocols]) };
  gnutls_alpn_set_protocols (self->session, protocols, n_protocols, GNUTLS_ALPN_SERVER_PRECEDENCE);
}

/* The ClientHello's bytes go before those still to come. */
static void
replay_hello (WsTlsSession *self)
{
  gsize length;

  self->kept = g_byte_array_steal (self->reader->bytes, &length);
  self->window = self->kept;
  self->window_length = length;
  free_reader (self);
}

static int
start_gnutls (WsTlsSession *self)
{
  WsTlsContext *context = self->context;
  WsTlsKeyKinds keys;
  int           result = gnutls_init (&self->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);

  if (result < 0)
    return result;

  gnutls_session_set_ptr (self->session, self);
  ws_tls_session_set_io_functions (self);
  gnutls_handshake_set_timeout (self->session, 0);
  gnutls_handshake_set_max_packet_length (self->session, 64 * 1024);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE,
                          ws_tls_context_get_credentials (context, self->reader->hello.server_name, &keys));
  set_application_protocols (self);

  if (context->ticket_key.data != NULL)
    {
      gnutls_session_ticket_enable_server (self->session, &context->ticket_key);
      gnutls_db_set_cache_expiration (self->session, (int) context->session_lifetime_s);
    }
  if (self->request_client)
    {
      /* Not REQUIRE: whether none is acceptable is the owner's decision. The names of all
       * authorities would make a request of 15 KiB. */
      gnutls_certificate_server_set_request (self->session, GNUTLS_CERT_REQUEST);
      gnutls_certificate_send_x509_rdn_sequence (self->session, 1);
      gnutls_session_set_verify_function (self->session, verify_cb);
    }
  if (context->key_log_fd >= 0)
    gnutls_session_set_keylog_function (self->session, key_log_cb);
  if (self->funcs->status != NULL)
    ws_tls_session_hook_messages (self);

  result = ws_tls_priority_apply (context->priority, self->session, &self->reader->hello, keys);
  if (result >= 0)
    replay_hello (self);

  return result;
}

static WsIOStatus
fail_hello (WsTlsSession *self,
            GError      **error)
{
  WsClientHelloFault fault = self->reader->fault;
  const guint8      *answer;
  gsize              length;
  GError            *failure = NULL;

  self->not_tls = fault == WS_CLIENT_HELLO_FAULT_HTTP || fault == WS_CLIENT_HELLO_FAULT_NOT_TLS;

  /* Closing with the request unread would reset the connection, and the answer with it. */
  self->window_length = 0;
  self->fin_pending = fault == WS_CLIENT_HELLO_FAULT_HTTP;
  answer = ws_tls_get_clear_answer (fault, &length);
  if (answer != NULL)
    ws_tls_session_send_clear (self, answer, length);

  failure = g_error_new (WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] TLS handshake: %s", WS_ERROR_HANDSHAKE,
                         ws_client_hello_fault_to_string (fault));
  ws_tls_session_fail (self, failure);

  return ws_tls_session_tell_failure (self, error);
}

static WsIOStatus
receive_hello (WsTlsSession *self,
               GError      **error)
{
  WsParseResult result = WS_PARSE_NEED_MORE;
  WsIOStatus    status = WS_IO_OK;

  ws_tls_session_begin_call (self);
  while (result == WS_PARSE_NEED_MORE && status == WS_IO_OK)
    {
      status = ws_tls_session_receive (self);
      if (status == WS_IO_OK)
        result = ws_client_hello_reader_feed (self->reader, self->window, self->window_length);
      self->window_length = 0;
    }
  ws_tls_session_end_call (self);

  if (result == WS_PARSE_FAILED)
    return fail_hello (self, error);

  if (result == WS_PARSE_NEED_MORE)
    switch (status)
      {
      case WS_IO_CLOSED:
        ws_tls_session_fail_from_gnutls (self, GNUTLS_E_PREMATURE_TERMINATION);
        return ws_tls_session_tell_failure (self, error);
      case WS_IO_FAILED:
        ws_tls_session_fail_from_errno (self, self->read_errno);
        return ws_tls_session_tell_failure (self, error);
      case WS_IO_OK:
      case WS_IO_WOULD_BLOCK:
      default:
        return WS_IO_WOULD_BLOCK;
      }

  self->state = WS_TLS_STATE_DECIDING;
  ws_tls_session_tell_hello (self, &self->reader->hello);
  if (self->state == WS_TLS_STATE_DECIDING &&
      (self->funcs->client_hello == NULL || self->funcs->client_hello (self, &self->reader->hello)))
    ws_tls_session_proceed (self);

  return WS_IO_OK;
}

void
ws_tls_session_tell_warning_alert (WsTlsSession *self)
{
  const char *name = gnutls_alert_get_name (gnutls_alert_get (self->session));

  ws_tls_session_tell (self, "Received alert: %s", name != NULL ? name : "unknown");
}

/* A result of GnuTLS, GNUTLS_E_AGAIN only when the socket is empty. */
int
ws_tls_session_run_handshake (WsTlsSession *self)
{
  int result;

  do
    {
      result = gnutls_handshake (self->session);
      if (result == GNUTLS_E_WARNING_ALERT_RECEIVED)
        ws_tls_session_tell_warning_alert (self);
    }
  while (result == GNUTLS_E_INTERRUPTED || result == GNUTLS_E_WARNING_ALERT_RECEIVED ||
         (result == GNUTLS_E_AGAIN && (self->window_length > 0 || (!self->drained && !self->at_eof))));

  /* The certificate of a resumed session was presented earlier; its ticket holds it. */
  if (result == 0 && self->request_client && !self->was_checked)
    result = ws_tls_session_check_client (self);

  return result;
}

static guint8
get_first_alert (int result)
{
  switch (result)
    {
    case GNUTLS_E_NO_CIPHER_SUITES:
      return WS_TLS_ALERT_HANDSHAKE_FAILURE;
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
      return WS_TLS_ALERT_PROTOCOL_VERSION;
    default:
      return WS_TLS_ALERT_INTERNAL_ERROR;
    }
}

static WsIOStatus
continue_handshake (WsTlsSession *self,
                    GError      **error)
{
  WsIOStatus status = WS_IO_OK;
  int        result = 0;

  if (self->session == NULL)
    result = start_gnutls (self);
  if (result < 0)
    {
      /* GnuTLS cannot send an alert before it has begun. */
      send_clear_alert (self, get_first_alert (result));
      ws_tls_session_fail_from_gnutls (self, result);
      return ws_tls_session_tell_failure (self, error);
    }

  ws_tls_session_begin_call (self);
  result = ws_tls_session_run_handshake (self);
  if (result == GNUTLS_E_AGAIN)
    status = WS_IO_WOULD_BLOCK;
  else if (result < 0)
    status = ws_tls_session_abort (self, result, error);
  else
    {
      self->state = WS_TLS_STATE_OPEN;
      self->was_open = TRUE;
    }
  ws_tls_session_end_call (self);

  if (status == WS_IO_OK)
    ws_tls_session_tell_open (self);

  return status;
}

WsIOStatus
ws_tls_session_handshake (WsTlsSession *self,
                          GError      **error)
{
  if (self->in_call)
    return WS_IO_WOULD_BLOCK;

  if (self->queue_length > 0)
    ws_tls_session_flush_queue (self);

  while (TRUE)
    {
      WsIOStatus status;

      switch (self->state)
        {
        case WS_TLS_STATE_HELLO:
          status = receive_hello (self, error);
          if (status != WS_IO_OK)
            return status;
          break;

        case WS_TLS_STATE_DECIDING:
          return WS_IO_WOULD_BLOCK;

        case WS_TLS_STATE_HANDSHAKE:
          return continue_handshake (self, error);

        case WS_TLS_STATE_FAILED:
          return ws_tls_session_tell_failure (self, error);

        case WS_TLS_STATE_OPEN:
        case WS_TLS_STATE_REHANDSHAKE:
        default:
          return WS_IO_OK;
        }
    }
}
