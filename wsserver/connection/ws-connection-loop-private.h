/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

extern const WsWatchFuncs ws_connection_watch_funcs;
/* Remembers what to tell and arranges for it to be told from the loop. */
void ws_connection_schedule (WsConnection *self,
                             WsPending     pending);
void ws_connection_run_pending (WsConnection *self);
void ws_connection_idle_call_cb (WsIdleCall *call);
/* The end of every timer's callback, which runs in the poller's dispatch: what it has brought about is
 * told right away. Drops the reference that the callback took. */
void  ws_connection_finish_timer (WsConnection *self);
void  ws_connection_update_watch (WsConnection *self);
guint ws_connection_add_edge (WsConnection *self,
                              guint         events);
/* Works off self->input according to the state. */
void ws_connection_process_input (WsConnection *self);
/* Moves undelivered input into the connection's own memory. */
void ws_connection_hold_input (WsConnection *self);

G_END_DECLS
