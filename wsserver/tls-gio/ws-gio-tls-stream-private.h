/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls-gio/ws-gio-tls-socket-private.h"

G_BEGIN_DECLS

/* The socket as GIO's backend wants it: a stream of two pollable streams. They reference the socket. */
GIOStream *ws_gio_tls_stream_new (WsGioTlsSocket *socket);

G_END_DECLS
