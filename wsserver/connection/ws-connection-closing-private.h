/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

/* The peer's fault: tells it why and ends. RFC 6455 §7.1.7. */
void ws_connection_fail (WsConnection *self,
                         guint         code,
                         const char   *fault);
void ws_connection_receive_close (WsConnection          *self,
                                  const WsProtocolEvent *event);
/* Ends at once: the socket is closed, everything is released, the application is told from the loop. */
void ws_connection_end (WsConnection *self,
                        guint         code,
                        const char   *description);
void ws_connection_lost (WsConnection *self,
                         GError       *error);
/* No byte is left to be written: what the state makes of it. */
void ws_connection_drained (WsConnection *self);
void ws_connection_peer_finished (WsConnection *self);
void ws_connection_start_close (WsConnection *self,
                                guint         code,
                                const char   *reason);
void ws_connection_handshake_timer_expired (WsTimer *timer);
void ws_connection_close_timer_expired (WsTimer *timer);
void ws_connection_linger_timer_expired (WsTimer *timer);

G_END_DECLS
