/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls/ws-tls-transport-private.h"

G_BEGIN_DECLS

/* The stage before TLS sees a byte: the ClientHello is read and judged here. So clients that do not
 * speak TLS get an answer that they can read, the certificate may be chosen with time, and no provider
 * has to wait for a client that is silent. */

/* Ends the wait of client_hello; the next handshake step goes on. */
void ws_tls_hello_proceed (WsTlsTransport *self);
/* Or ends the handshake with an alert of RFC 8446 §6.2. */
void ws_tls_hello_refuse (WsTlsTransport *self,
                          guint8          alert,
                          const char     *reason);

/* For the providers. */

/* In state HELLO. OK: the state has changed, and the ClientHello is in the reader. */
WsIOStatus ws_tls_hello_receive (WsTlsTransport *self,
                                 GError        **error);
/* TLS begins: gives it the bytes of the ClientHello and frees the reader. */
void ws_tls_hello_replay (WsTlsTransport *self);
/* Sends a fatal alert of RFC 8446 §6.2 in clear, before there are keys. */
void ws_tls_hello_send_alert (WsTlsTransport *self,
                              guint8          alert);

G_END_DECLS
