/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"
#include "wsserver/protocol/ws-protocol-private.h"

G_BEGIN_DECLS

void ws_connection_start_keepalive (WsConnection *self);
/* Arms the timers that changed settings have switched on. */
void ws_connection_restart_keepalive (WsConnection *self);
/* The client has sent something. */
void ws_connection_note_activity (WsConnection *self);
/* Returns the sequence number of the ping. */
guint64 ws_connection_queue_ping (WsConnection *self);
void    ws_connection_receive_pong (WsConnection          *self,
                                    const WsProtocolEvent *event);
void    ws_connection_handle_ping_due (WsConnection *self);
void    ws_connection_handle_pong_timeout (WsConnection *self);

G_END_DECLS
