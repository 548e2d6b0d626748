/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls/ws-tls-transport-private.h"

G_BEGIN_DECLS

/* What a program sees of a TLS transport: a GTlsServerConnection that answers questions. The WebSocket
 * owns the connection, so reading, writing, handshaking and closing fail with
 * G_IO_ERROR_NOT_SUPPORTED, and there is no base stream.
 *
 * It does not keep the transport. What was negotiated, and the peer's certificate, stay after the
 * transport is freed. */
#define WS_TYPE_TLS_CONNECTION (ws_tls_connection_get_type ())
G_DECLARE_FINAL_TYPE (WsTlsConnection, ws_tls_connection, WS, TLS_CONNECTION, GTlsConnection)

WsTlsConnection *ws_tls_connection_new (WsTlsTransport *transport);

/* The transport is about to be freed. */
void ws_tls_connection_detach (WsTlsConnection *self);

G_END_DECLS
