/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"
#include "wsserver/io/ws-poller-private.h"

G_BEGIN_DECLS

extern const WsWatchFuncs ws_connection_watch_funcs;
void                      ws_connection_idle_call_cb (WsIdleCall *call);
void                      ws_connection_turn_call_cb (WsIdleCall *call);

/* Does what the parts have scheduled. */
void ws_connection_run_pending (WsConnection *self);

G_END_DECLS
