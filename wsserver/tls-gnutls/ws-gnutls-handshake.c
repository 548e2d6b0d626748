/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/tls/ws-tls-hello-private.h"

#include <string.h>

static int
message_cb (gnutls_session_t      session,
            unsigned int          type,
            unsigned int          when,
            unsigned int          incoming,
            const gnutls_datum_t *message)
{
  WsGnutlsSession *self = gnutls_session_get_ptr (session);
  const char      *name = gnutls_handshake_description_get_name ((gnutls_handshake_description_t) type);

  /* Our own line about the ClientHello says more. A second ClientHello is reported here. */
  if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO && !self->was_open)
    return 0;

  ws_tls_transport_report (&self->parent, "%s %s", incoming ? "Received" : "Sent", name != NULL ? name : "an unknown message");

  return 0;
}

static void
hook_messages (WsGnutlsSession *self)
{
  gnutls_handshake_set_hook_function (self->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST, message_cb);
}

/* Asks about the client's certificate, once in each handshake; 0 or a code of GnuTLS. */
static int
check_client (WsGnutlsSession *self)
{
  WsTlsSessionKind      kind = WS_TLS_SESSION_NEW;
  guint                 n_chain = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers (self->session, &n_chain);

  self->was_checked = TRUE;
  if (chain == NULL)
    n_chain = 0;
  if (gnutls_session_is_resumed (self->session) != 0)
    kind = WS_TLS_SESSION_RESUMED;

  if (ws_tls_transport_check_client (&self->parent, chain, n_chain, kind))
    return 0;

  return n_chain > 0 ? GNUTLS_E_CERTIFICATE_ERROR : GNUTLS_E_CERTIFICATE_REQUIRED;
}

static int
verify_cb (gnutls_session_t session)
{
  return check_client (gnutls_session_get_ptr (session));
}

static int
key_log_cb (gnutls_session_t      session,
            const char           *label,
            const gnutls_datum_t *secret)
{
  WsGnutlsSession *self = gnutls_session_get_ptr (session);
  gnutls_datum_t   client_random;
  gnutls_datum_t   server_random;

  gnutls_session_get_random (session, &client_random, &server_random);
  ws_tls_context_log_key (self->context, label, &client_random, secret);

  return 0;
}

static void
set_application_protocols (WsGnutlsSession *self)
{
  const char *const *names = ws_tls_policy_get_application_protocols (self->parent.policy);
  gnutls_datum_t     protocols[8];
  guint              n_protocols = 0;

  if (names == NULL)
    return;

  for (; n_protocols < G_N_ELEMENTS (protocols) && names[n_protocols] != NULL; n_protocols++)
    protocols[n_protocols] = (gnutls_datum_t){ (guint8 *) names[n_protocols],
                                               (guint) strlen (names[n_protocols]) };
  /* RFC 7301 §3.2: without a protocol in common the handshake ends with the alert no_application_protocol. */
  gnutls_alpn_set_protocols (self->session, protocols, n_protocols,
                             GNUTLS_ALPN_SERVER_PRECEDENCE | GNUTLS_ALPN_MANDATORY);
}

static int
start_gnutls (WsGnutlsSession *self)
{
  const WsClientHello *hello = &self->parent.reader->hello;
  const WsTlsPolicy   *policy = self->parent.policy;
  WsTlsContext        *context = self->context;
  WsTlsKeyKinds        keys;
  int                  result;

  result = gnutls_init (&self->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  if (result < 0)
    return result;

  gnutls_session_set_ptr (self->session, self);
  ws_gnutls_io_set_functions (self);
  gnutls_handshake_set_timeout (self->session, 0);
  gnutls_handshake_set_max_packet_length (self->session, 64 * 1024);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE,
                          ws_tls_context_get_credentials (context, hello->server_name, &keys));
  set_application_protocols (self);

  ws_tls_context_enable_resumption (context, self->session);
  if (ws_tls_policy_requests_certificate (policy))
    {
      /* Not REQUIRE: whether none is acceptable is the owner's decision. The names of all
       * authorities would make a request of 15 KiB. */
      gnutls_certificate_server_set_request (self->session, GNUTLS_CERT_REQUEST);
      gnutls_certificate_send_x509_rdn_sequence (self->session, 1);
      gnutls_session_set_verify_function (self->session, verify_cb);
    }
  if (ws_tls_context_has_key_log (context))
    gnutls_session_set_keylog_function (self->session, key_log_cb);
  if (self->parent.report_level != WS_TLS_REPORT_NOTHING)
    hook_messages (self);

  result = ws_tls_priority_apply (ws_tls_policy_get_priority (policy), self->session, hello, keys);
  if (result >= 0)
    ws_tls_hello_replay (&self->parent);

  return result;
}

void
ws_gnutls_handshake_report_alert (WsGnutlsSession *self)
{
  const char *name = gnutls_alert_get_name (gnutls_alert_get (self->session));

  ws_tls_transport_report (&self->parent, "Received alert: %s", name != NULL ? name : "unknown");
}

/* A result of GnuTLS, GNUTLS_E_AGAIN only when the socket is empty. */
int
ws_gnutls_handshake_run (WsGnutlsSession *self)
{
  int result;

  do
    {
      result = gnutls_handshake (self->session);
      if (result == GNUTLS_E_WARNING_ALERT_RECEIVED)
        ws_gnutls_handshake_report_alert (self);
    }
  while (result == GNUTLS_E_INTERRUPTED || result == GNUTLS_E_WARNING_ALERT_RECEIVED ||
         (result == GNUTLS_E_AGAIN && ws_gnutls_io_may_have_more (self)));

  /* The certificate of a resumed session was presented earlier; its ticket holds it. */
  if (result == 0 && ws_tls_policy_requests_certificate (self->parent.policy) && !self->was_checked)
    result = check_client (self);

  return result;
}

static guint8
get_first_alert (int result)
{
  switch (result)
    {
    case GNUTLS_E_NO_CIPHER_SUITES:
      return GNUTLS_A_HANDSHAKE_FAILURE;
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
      return GNUTLS_A_PROTOCOL_VERSION;
    default:
      return GNUTLS_A_INTERNAL_ERROR;
    }
}

static WsIOStatus
continue_handshake (WsGnutlsSession *self,
                    GError         **error)
{
  WsIOStatus status = WS_IO_OK;
  int        result = 0;

  if (self->session == NULL)
    result = start_gnutls (self);
  if (result < 0)
    {
      /* GnuTLS cannot send an alert before it has begun. */
      ws_tls_hello_send_alert (&self->parent, get_first_alert (result));
      ws_gnutls_failure_set (self, result);
      return ws_tls_transport_propagate_failure (&self->parent, error);
    }

  ws_gnutls_io_begin_call (self);
  result = ws_gnutls_handshake_run (self);
  if (result == GNUTLS_E_AGAIN)
    status = WS_IO_WOULD_BLOCK;
  else if (result < 0)
    status = ws_gnutls_failure_abort (self, result, error);
  else
    {
      self->parent.state = WS_TLS_STATE_OPEN;
      self->was_open = TRUE;
    }
  ws_gnutls_io_end_call (self);

  if (status == WS_IO_OK)
    ws_tls_transport_report_open (&self->parent);

  return status;
}

WsIOStatus
ws_gnutls_handshake_step (WsGnutlsSession *self,
                          GError         **error)
{
  WsIOStatus status;

  if (self->in_call)
    return WS_IO_WOULD_BLOCK;

  if (self->socket.queue_length > 0)
    (void) ws_record_socket_flush (&self->socket);

  if (self->parent.state == WS_TLS_STATE_HELLO)
    {
      status = ws_tls_hello_receive (&self->parent, error);
      if (status != WS_IO_OK)
        return status;
    }

  switch ((WsTlsState) self->parent.state)
    {
    case WS_TLS_STATE_HANDSHAKE:
      return continue_handshake (self, error);
    case WS_TLS_STATE_FAILED:
      return ws_tls_transport_propagate_failure (&self->parent, error);
    case WS_TLS_STATE_OPEN:
    case WS_TLS_STATE_REHANDSHAKE:
      return WS_IO_OK;
    case WS_TLS_STATE_HELLO:
    case WS_TLS_STATE_DECIDING:
    case WS_TLS_STATE_QUEUED:
    default:
      return WS_IO_WOULD_BLOCK;
    }
}
