/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

void ws_server_init_memory (WsServer *self);
/* The connections count the memory that they hold, and report when the sum asks for something to be done. */
void ws_server_note_memory (WsServer *self);
/* Before the poller goes. */
void ws_server_clear_memory (WsServer *self);

G_END_DECLS
