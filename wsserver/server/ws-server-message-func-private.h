/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

/* ws-server.c: takes the reference; NULL for none. */
void ws_server_take_message_handler (WsServer         *self,
                                     WsMessageHandler *handler);

G_END_DECLS
