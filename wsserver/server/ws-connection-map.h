/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <gio/gio.h>

#include <wsserver/base/ws-macros.h>
#include <wsserver/connection/ws-connection.h>

G_BEGIN_DECLS

#define WS_TYPE_CONNECTION_MAP (ws_connection_map_get_type ())

WS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (WsConnectionMap, ws_connection_map, WS, CONNECTION_MAP, GObject)

WS_AVAILABLE_IN_ALL
WsConnection *ws_connection_map_lookup (WsConnectionMap *self,
                                        const char      *connection_id);
WS_AVAILABLE_IN_ALL
guint ws_connection_map_get_size (WsConnectionMap *self);

G_END_DECLS
