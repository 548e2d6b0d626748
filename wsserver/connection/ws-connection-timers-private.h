/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-timer-private.h"

G_BEGIN_DECLS

/* What a connection does when one of its timers expires, for the queues of the WsConnectionContext. */
void ws_connection_handshake_timer_expired (WsTimer *timer);
void ws_connection_close_timer_expired (WsTimer *timer);
void ws_connection_linger_timer_expired (WsTimer *timer);
void ws_connection_silence_timer_expired (WsTimer *timer);
void ws_connection_idle_timer_expired (WsTimer *timer);
void ws_connection_ping_timer_expired (WsTimer *timer);
void ws_connection_pong_timer_expired (WsTimer *timer);

G_END_DECLS
