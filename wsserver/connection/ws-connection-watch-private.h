/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"
#include "wsserver/io/ws-poller-private.h"

G_BEGIN_DECLS

/* Whether what the client sends is to be read now. */
gboolean ws_connection_wants_input (WsConnection *self);

/* Has the poller watch for what the state needs. */
void ws_connection_update_watch (WsConnection *self);

/* Input that is edge-triggered: the poller reports it once, see WS_POLL_EDGE. */

/* Adds the edge-triggered flags to events where there is only input to wait for. */
guint ws_connection_add_edge (WsConnection *self,
                              guint         events);
/* Takes note of reported events, before any handler runs. */
void ws_connection_note_edge (WsConnection *self,
                              WsPollEvents  events);
/* A read has brought n_read of the size asked for. */
void ws_connection_note_read (WsConnection *self,
                              gsize         n_read,
                              gsize         size);
/* A read has brought nothing. */
void ws_connection_note_read_to_end (WsConnection *self);
/* Whether the next read of this dispatch may still bring something that no event will report. */
gboolean ws_connection_has_unreported_input (WsConnection *self);
/* Has what was left to be read reported again, behind the other clients. */
void ws_connection_rearm_edge (WsConnection *self);

G_END_DECLS
