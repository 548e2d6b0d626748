/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

void ws_connection_start_keepalive (WsConnection *self);
void ws_connection_restart_keepalive (WsConnection *self);
void ws_connection_note_activity (WsConnection *self);
void ws_connection_receive_pong (WsConnection          *self,
                                 const WsProtocolEvent *event);
void ws_connection_idle_timer_expired (WsTimer *timer);
void ws_connection_ping_timer_expired (WsTimer *timer);
void ws_connection_pong_timer_expired (WsTimer *timer);

G_END_DECLS
