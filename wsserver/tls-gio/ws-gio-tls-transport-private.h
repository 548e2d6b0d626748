/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls-gio/ws-gio-tls-context-private.h"

G_BEGIN_DECLS

/* SSLProvider Platform: a WsTlsTransport over GIO's backend. Takes the descriptor of a non-blocking
 * stream socket. Everything happens in main_context (NULL: the thread's default), in whose thread all
 * calls must be made. It must go on being iterated for a while after a transport was freed in the
 * middle of its handshake. */
WsTransport *ws_gio_tls_transport_new (int              fd,
                                       WsGioTlsContext *context,
                                       GMainContext    *main_context);

G_END_DECLS
