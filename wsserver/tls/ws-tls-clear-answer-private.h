/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls/ws-client-hello-private.h"

G_BEGIN_DECLS

/* What is said in clear to a client whose first bytes are no proper ClientHello: a response in
 * plain HTTP, an alert, or NULL for nothing. */
const guint8 *ws_tls_get_clear_answer (WsClientHelloFault fault,
                                       gsize             *length);

#define WS_TLS_ALERT_HANDSHAKE_FAILURE 40
#define WS_TLS_ALERT_DECODE_ERROR 50
#define WS_TLS_ALERT_PROTOCOL_VERSION 70
#define WS_TLS_ALERT_INTERNAL_ERROR 80

/* A fatal alert before there are keys. RFC 8446 §6 */
#define WS_TLS_CLEAR_ALERT_BYTES 7
void ws_tls_write_clear_alert (guint8 record[WS_TLS_CLEAR_ALERT_BYTES],
                               guint8 alert);

G_END_DECLS
