/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib-object.h>

#include <wsserver/base/ws-macros.h>

G_BEGIN_DECLS

#define WS_TYPE_CONNECTION_REQUEST (ws_connection_request_get_type ())

WS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (WsConnectionRequest, ws_connection_request, WS, CONNECTION_REQUEST, GObject)

WS_AVAILABLE_IN_ALL
const char *ws_connection_request_get_address (WsConnectionRequest *self);
WS_AVAILABLE_IN_ALL
guint ws_connection_request_get_port (WsConnectionRequest *self);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_request_get_accept (WsConnectionRequest *self);
WS_AVAILABLE_IN_ALL
void ws_connection_request_set_accept (WsConnectionRequest *self,
                                       gboolean             accept);

G_END_DECLS
