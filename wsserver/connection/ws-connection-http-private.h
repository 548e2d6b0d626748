/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"

G_BEGIN_DECLS

/* The head of a request that does not ask for a WebSocket is complete. */
void ws_connection_receive_plain_request (WsConnection *self);
/* Takes input as the body of that request. */
void ws_connection_receive_body (WsConnection *self);
/* Responds, unless the application or a file that is being opened still has to be waited for. */
void ws_connection_respond_to_http_request (WsConnection *self);

G_END_DECLS
