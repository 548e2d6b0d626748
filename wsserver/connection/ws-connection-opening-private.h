/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"

G_BEGIN_DECLS

/* Scans and parses the input; a complete head is acted on. */
void ws_connection_receive_head (WsConnection *self);
/* The application has decided on the open request that it had deferred, or has dropped it. */
void ws_connection_respond_to_open_request (WsConnection *self);

G_END_DECLS
