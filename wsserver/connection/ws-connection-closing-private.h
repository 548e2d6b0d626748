/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"
#include "wsserver/protocol/ws-protocol-private.h"

G_BEGIN_DECLS

/* The peer's fault: sends it a close frame that says why, and ends. RFC 6455 §7.1.7. */
void ws_connection_fail (WsConnection *self,
                         guint         code,
                         const char   *fault);
void ws_connection_receive_close (WsConnection          *self,
                                  const WsProtocolEvent *event);
/* Begins the closing handshake; a connection that is not open yet ends. */
void ws_connection_start_close (WsConnection *self,
                                guint         code,
                                const char   *reason);

/* Ends a connection to get its memory: with close code 1013, if nothing waits before the close frame. */
void ws_connection_end_for_memory (WsConnection *self);

G_END_DECLS
