/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls-gnutls/ws-tls-connection-private.h"

G_BEGIN_DECLS

/* TLS for the poller: a WsTransport over a WsTlsConnection. Takes the descriptor of a non-blocking
 * stream socket. The end of the stream without close_notify reads as its end: WebSocket says by
 * itself whether a message or a connection was cut short.
 *
 * Drive ws_transport_handshake() until it is OK, then read and write. The socket events to wait for
 * are those of ws_transport_get_events(); when it is writable, ws_transport_flush() goes first. */
WsTransport *ws_tls_transport_new (int           fd,
                                   WsTlsContext *context);

/* NULL for a transport that is none of these. */
WsTlsConnection *ws_tls_transport_get_connection (WsTransport *transport);

G_END_DECLS
