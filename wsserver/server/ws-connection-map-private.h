/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-connection-map.h"

WsConnectionMap *ws_connection_map_new (void);

/* Makes the connection known by its id. The map holds a reference until it is removed. */
void ws_connection_map_add (WsConnectionMap *self,
                            WsConnection    *connection);
/* Puts a known connection into the list: it is open. */
void ws_connection_map_list (WsConnectionMap *self,
                             WsConnection    *connection);
void ws_connection_map_remove (WsConnectionMap *self,
                               WsConnection    *connection);

/* All known connections, listed or not: free the array, which holds references. */
GPtrArray *ws_connection_map_snapshot (WsConnectionMap *self);
/* As before, of the list only: those that are open or closing. */
GPtrArray *ws_connection_map_snapshot_listed (WsConnectionMap *self);
guint      ws_connection_map_count (WsConnectionMap *self);
