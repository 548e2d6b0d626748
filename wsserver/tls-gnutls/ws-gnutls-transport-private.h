/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls/ws-tls-transport-private.h"

G_BEGIN_DECLS

/* SSLProvider Internal: a WsTlsTransport over GnuTLS. Takes the descriptor of a non-blocking stream
 * socket. */
WsTransport *ws_gnutls_transport_new (int           fd,
                                      WsTlsContext *context);

G_END_DECLS
