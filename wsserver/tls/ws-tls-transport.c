/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-transport-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/tls/ws-tls-connection-private.h"
#include "wsserver/tls/ws-tls-version-private.h"

#define PACKET_LINE_BYTES 32

static const WsTlsListener no_listener = { NULL };

/* --- life ------------------------------------------------------------------------------------ */

void
ws_tls_transport_init (WsTlsTransport            *self,
                       const WsTransportFuncs    *funcs,
                       const WsTlsTransportFuncs *tls_funcs,
                       int                        fd,
                       WsRecordSocket            *socket,
                       WsTlsPolicy               *policy)
{
  ws_transport_init (&self->parent, funcs, fd);
  self->funcs = tls_funcs;
  self->listener = &no_listener;
  self->socket = socket;
  self->policy = ws_tls_policy_ref (policy);
  self->state = WS_TLS_STATE_HELLO;
  self->ref_count = 1;
  self->reader = g_new (WsClientHelloReader, 1);
  ws_client_hello_reader_init (self->reader);
}

void
ws_tls_transport_free (WsTlsTransport *self)
{
  self->freed = TRUE;
  self->listener = &no_listener;
  self->report_level = WS_TLS_REPORT_NOTHING;
  if (self->connection != NULL)
    ws_tls_connection_detach (self->connection);
  ws_tls_transport_unref (self);
}

void
ws_tls_transport_ref (WsTlsTransport *self)
{
  self->ref_count++;
}

void
ws_tls_transport_unref (WsTlsTransport *self)
{
  if (--self->ref_count > 0)
    return;

  g_assert (self->freed);

  self->funcs->finalize (self);
  if (self->reader != NULL)
    ws_client_hello_reader_clear (self->reader);
  g_free (self->reader);
  ws_tls_policy_unref (self->policy);
  g_clear_error (&self->failure);
  g_free (self);
}

void
ws_tls_transport_set_policy (WsTlsTransport *self,
                             WsTlsPolicy    *policy)
{
  ws_tls_policy_ref (policy);
  ws_tls_policy_unref (self->policy);
  self->policy = policy;
}

GTlsConnection *
ws_tls_transport_dup_connection (WsTlsTransport *self)
{
  if (self->connection != NULL)
    return G_TLS_CONNECTION (g_object_ref (self->connection));

  self->connection = ws_tls_connection_new (self);

  return G_TLS_CONNECTION (self->connection);
}

/* --- the listener ---------------------------------------------------------------------------- */

void
ws_tls_transport_set_listener (WsTlsTransport      *self,
                               const WsTlsListener *listener,
                               WsTlsReportLevel     report_level,
                               gpointer             user_data)
{
  if (report_level == WS_TLS_REPORT_PACKETS && !self->funcs->sees_packets)
    report_level = WS_TLS_REPORT_STATUS;

  self->listener = listener;
  self->report_level = listener->status != NULL ? report_level : WS_TLS_REPORT_NOTHING;
  self->user_data = user_data;
}

void
ws_tls_transport_report (WsTlsTransport *self,
                         const char     *format,
                         ...)
{
  g_autofree char *line = NULL;
  va_list          arguments;

  if (self->report_level == WS_TLS_REPORT_NOTHING)
    return;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  self->listener->status (self, line, self->user_data);
}

void
ws_tls_transport_report_open (WsTlsTransport *self)
{
  g_autoptr (GString) line = NULL;
  WsTlsInfo info;

  if (self->report_level == WS_TLS_REPORT_NOTHING)
    return;

  ws_tls_transport_get_info (self, &info);
  line = g_string_new (NULL);
  g_string_append_printf (line, "TLS handshake complete: %s, %s (%u bits)",
                          ws_tls_version_get_name (info.version),
                          info.cipher_suite != NULL ? info.cipher_suite : "an unknown cipher suite",
                          info.cipher_bits);
  if (info.key_exchange != NULL)
    g_string_append_printf (line, ", key exchange %s", info.key_exchange);
  if (info.key_exchange_bits > 0)
    g_string_append_printf (line, " (%u bits)", info.key_exchange_bits);
  g_string_append (line, info.is_resumed ? ", resumed session" : ", new session");
  if (info.application_protocol != NULL)
    g_string_append_printf (line, ", ALPN %s", info.application_protocol);

  ws_tls_transport_report (self, "%s", line->str);
}

static void
report_packet (WsTlsTransport *self,
               const char     *what,
               const guint8   *data,
               gsize           length)
{
  char  hex[2 * PACKET_LINE_BYTES + 1] = "";
  gsize n_shown = MIN (length, PACKET_LINE_BYTES);

  if (self->report_level < WS_TLS_REPORT_PACKETS)
    return;

  for (gsize i = 0; i < n_shown; i++)
    g_snprintf (hex + 2 * i, 3, "%02x", data[i]);

  ws_tls_transport_report (self, "%s, %" G_GSIZE_FORMAT " bytes: %s%s", what, length, hex,
                           n_shown < length ? "…" : "");
}

void
ws_tls_transport_report_sent (WsTlsTransport *self,
                              const guint8   *data,
                              gsize           length)
{
  report_packet (self, "Packet sent", data, length);
}

void
ws_tls_transport_report_received (WsTlsTransport *self,
                                  const guint8   *data,
                                  gsize           length)
{
  report_packet (self, "Packet received", data, length);
}

/* --- failing --------------------------------------------------------------------------------- */

void
ws_tls_transport_take_failure (WsTlsTransport *self,
                               GError         *failure)
{
  if (self->state == WS_TLS_STATE_FAILED)
    {
      g_error_free (failure);
      return;
    }

  self->state = WS_TLS_STATE_FAILED;
  self->failure = failure;
  ws_tls_transport_report (self, "%s", failure->message);
}

void
ws_tls_transport_fail_handshake (WsTlsTransport *self,
                                 int             code,
                                 const char     *reason)
{
  ws_tls_transport_take_failure (self, g_error_new (WS_ERROR, code, "[%d] TLS handshake: %s", code, reason));
}

void
ws_tls_transport_fail_from_errno (WsTlsTransport *self,
                                  int             error_number)
{
  GError *failure = NULL;

  ws_set_error_from_errno (&failure, error_number, NULL);
  ws_tls_transport_take_failure (self, failure);
}

WsIOStatus
ws_tls_transport_propagate_failure (WsTlsTransport *self,
                                    GError        **error)
{
  if (error != NULL)
    *error = g_error_copy (self->failure);

  return WS_IO_FAILED;
}

/* --- the client's certificate ---------------------------------------------------------------- */

static char *
dup_verification_text (guint flags)
{
  gnutls_datum_t printed = { NULL, 0 };
  char          *text;

  if (flags == 0)
    return g_strdup ("OK");

  gnutls_certificate_verification_status_print (flags, GNUTLS_CRT_X509, &printed, 0);
  text = g_strdup (printed.data != NULL ? (const char *) printed.data : "Not trusted");
  gnutls_free (printed.data);

  return g_strstrip (text);
}

gboolean
ws_tls_transport_check_client (WsTlsTransport       *self,
                               const gnutls_datum_t *chain,
                               guint                 n_chain,
                               WsTlsSessionKind      kind)
{
  WsTlsClientCertificate presented = { chain, n_chain, .resumed = kind == WS_TLS_SESSION_RESUMED };
  g_autofree char       *text = NULL;

  if (n_chain == 0)
    {
      presented.flags = GNUTLS_CERT_INVALID;
      text = g_strdup ("The client sent no certificate");
    }
  else
    {
      presented.flags = ws_tls_policy_verify_client (self->policy, chain, n_chain);
      text = dup_verification_text (presented.flags);
    }
  presented.status = text;
  self->client_flags = presented.flags;

  ws_tls_transport_report (self, "Client certificate: %s", presented.status);
  if (self->freed || self->listener->client_certificate == NULL)
    return !self->freed && presented.flags == 0;

  return self->listener->client_certificate (self, &presented, self->user_data) && !self->freed;
}
