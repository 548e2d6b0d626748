/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/request/ws-client-authentication-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/request/ws-ssl-connection-request-private.h"
#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/tls/ws-tls-transport-private.h"

G_BEGIN_DECLS

/* What a connection over TLS has beside a plain one. */
struct _WsConnectionTls
{
  WsSslConnectionRequest *request; /* awaits the decision; not a reference, see WsDecision */
  WsCertificate          *peer_certificate;
  GTlsConnection         *connection;  /* for the application; NULL until it asks */
  char                   *peer_status; /* what the verification says of it */
  GError                 *refusal;     /* why this side ends the handshake, where TLS cannot know */

  WsTlsInfo     info;             /* once the handshake is complete */
  GCancellable *revocation_check; /* of the client's certificate, while it runs */

  guint checks_revocation : 1;
  guint heard : 1;   /* the client has said something */
  guint waiting : 1; /* for the application's decision on the ClientHello */
};

/* The application's decision on the ClientHello is awaited. */
static inline gboolean
ws_connection_is_deciding_tls (const WsConnection *self)
{
  return self->state == WS_STATE_TLS_HANDSHAKE && self->tls->waiting;
}

void ws_connection_start_tls (WsConnection *self);
/* One step, in WS_STATE_TLS_HANDSHAKE. */
void ws_connection_continue_tls (WsConnection *self);
void ws_connection_apply_tls_decision (WsConnection *self);
/* HandshakeTimeout has passed. */
void ws_connection_handle_tls_timeout (WsConnection *self);
/* DefaultConnectionTimeout has passed without a byte of the client. */
void ws_connection_handle_tls_silence (WsConnection *self);
void ws_connection_free_tls (WsConnectionTls *tls);

/* The value of one of the settings SSLNegotiated…. */
char *ws_connection_dup_negotiated (WsConnection     *self,
                                    WsComputedSetting setting);

G_END_DECLS
