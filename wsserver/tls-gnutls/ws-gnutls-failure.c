/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"

#include "wsserver/base/ws-error-private.h"

/* GnuTLS describes what is wrong with a packet; a reader wants to know what is wrong with the client. */
static GError *
describe_result (int         result,
                 const char *place)
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

void
ws_gnutls_failure_set (WsGnutlsSession *self,
                       int              result)
{
  GError     *failure = NULL;
  const char *place = self->was_open ? "TLS" : "TLS handshake";

  if (result == GNUTLS_E_PUSH_ERROR && self->socket.write_errno != 0)
    {
      ws_tls_transport_fail_from_errno (&self->parent, self->socket.write_errno);
      return;
    }
  if (result == GNUTLS_E_PULL_ERROR && self->socket.read_errno != 0)
    {
      ws_tls_transport_fail_from_errno (&self->parent, self->socket.read_errno);
      return;
    }

  if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
    {
      const char *name = gnutls_alert_get_name (gnutls_alert_get (self->session));

      failure = g_error_new (WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] %s: the client sent the alert: %s",
                             WS_ERROR_HANDSHAKE, place, name != NULL ? name : "unknown");
    }
  else if (self->n_warnings > WS_GNUTLS_MAX_WARNINGS)
    failure = g_error_new (WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] %s: the client sends one alert after another",
                           WS_ERROR_HANDSHAKE, place);
  else if (self->socket.at_eof)
    failure = g_error_new (WS_ERROR, WS_ERROR_CONNECTION_RESET, "[%d] %s: the client went away in the middle of it",
                           WS_ERROR_CONNECTION_RESET, place);
  else
    failure = describe_result (result, place);

  ws_tls_transport_take_failure (&self->parent, failure);
}

WsIOStatus
ws_gnutls_failure_abort (WsGnutlsSession *self,
                         int              result,
                         GError         **error)
{
  if (result != GNUTLS_E_FATAL_ALERT_RECEIVED && self->socket.write_errno == 0)
    {
      int level;
      int alert = gnutls_error_to_alert (result, &level);

      /* TLS 1.2 has no alert of its own for it. RFC 5246 §7.4.6 */
      if (result == GNUTLS_E_CERTIFICATE_REQUIRED &&
          gnutls_protocol_get_version (self->session) < GNUTLS_TLS1_3)
        alert = GNUTLS_A_HANDSHAKE_FAILURE;
      /* The client's own alert and the end of its stream need no answer. */
      if (!self->socket.at_eof && result != GNUTLS_E_PULL_ERROR && alert >= 0 &&
          gnutls_alert_send (self->session, (gnutls_alert_level_t) level,
                             (gnutls_alert_description_t) alert) >= 0)
        ws_tls_transport_report (&self->parent, "Sent alert: %s",
                                 gnutls_alert_get_name ((gnutls_alert_description_t) alert));
    }

  (void) ws_record_socket_flush (&self->socket);
  ws_gnutls_failure_set (self, result);

  return ws_tls_transport_propagate_failure (&self->parent, error);
}
