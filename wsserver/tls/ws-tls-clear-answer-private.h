/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls/ws-client-hello-private.h"

G_BEGIN_DECLS

/* What is sent in clear to a client whose first bytes are no proper ClientHello: a response in plain
 * HTTP, or an alert. NULL: nothing. */
const guint8 *ws_tls_clear_answer_get (WsClientHelloFault fault,
                                       gsize             *length);

/* A fatal alert before there are keys. RFC 8446 §6 */
#define WS_TLS_CLEAR_ALERT_BYTES 7
void ws_tls_clear_answer_write_alert (guint8 record[WS_TLS_CLEAR_ALERT_BYTES],
                                      guint8 alert);

G_END_DECLS
