/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/request/ws-decision-private.h"
#include "wsserver/request/ws-ssl-connection-request.h"
#include "wsserver/tls/ws-client-hello-private.h"

G_BEGIN_DECLS

WsSslConnectionRequest *ws_ssl_connection_request_new (const WsClientHello *hello,
                                                       WsDecisionFunc       func,
                                                       gpointer             owner);

WsDecision *ws_ssl_connection_request_get_decision (WsSslConnectionRequest *self);
gboolean    ws_ssl_connection_request_is_refused (WsSslConnectionRequest *self);
/* The certificate that the application has chosen; *certificate is NULL if it leaves the server's. */
gboolean ws_ssl_connection_request_load (WsSslConnectionRequest *self,
                                         WsCertificate         **certificate,
                                         GError                **error);

G_END_DECLS
