/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-gio-tls-session-private.h"

#include "wsserver/base/ws-error-private.h"

void
ws_gio_tls_failure_take (WsGioTlsSession *self,
                         GError          *gio_error)
{
  const WsRecordSocket *socket = ws_gio_tls_socket_get_record_socket (self->socket);
  const char           *place = self->info.version != 0 ? "TLS" : "TLS handshake";
  int                   error_number = socket->write_errno != 0 ? socket->write_errno : socket->read_errno;
  GError               *failure = NULL;

  if (self->was_refused)
    ws_set_error_from_gnutls (&failure, GNUTLS_E_CERTIFICATE_ERROR, place);
  else if (ws_gio_tls_socket_has_refused (self->socket))
    g_set_error (&failure, WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] %s: the client renegotiates, which is not served",
                 WS_ERROR_HANDSHAKE, place);
  else if (error_number != 0)
    ws_set_error_from_errno (&failure, error_number, NULL);
  else if (socket->at_eof)
    g_set_error (&failure, WS_ERROR, WS_ERROR_CONNECTION_RESET, "[%d] %s: the client went away in the middle of it",
                 WS_ERROR_CONNECTION_RESET, place);
  else
    g_set_error (&failure, WS_ERROR, WS_ERROR_HANDSHAKE, "[%d] %s: %s", WS_ERROR_HANDSHAKE, place,
                 gio_error != NULL ? gio_error->message : "unknown error");

  g_clear_error (&gio_error);
  ws_tls_transport_take_failure (&self->parent, failure);
}
