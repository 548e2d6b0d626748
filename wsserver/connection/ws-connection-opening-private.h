/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

void ws_connection_receive_head (WsConnection *self);
void ws_connection_answer_open_request (WsConnection *self);
void ws_connection_answer (WsConnection *self,
                           guint         status,
                           const char   *fault);
void ws_connection_forget_open_request (WsConnection *self);

G_END_DECLS
