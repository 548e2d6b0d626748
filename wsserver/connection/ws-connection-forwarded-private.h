/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/protocol/ws-forwarded-private.h"

G_BEGIN_DECLS

/* If the peer is one of TrustedProxies, fills *forwarded with what the proxy reports in the request, and
 * makes its client the peer of the connection. Returns 0, or the HTTP status to refuse the request with and
 * sets the static sentence *fault. A handler may have ended the connection. */
guint ws_connection_identify_client (WsConnection *self,
                                     WsForwarded  *forwarded,
                                     const char  **fault);

G_END_DECLS
