/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib-object.h>

#include <wsserver/base/ws-macros.h>

G_BEGIN_DECLS

#define WS_TYPE_OPEN_REQUEST (ws_open_request_get_type ())

WS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (WsOpenRequest, ws_open_request, WS, OPEN_REQUEST, GObject)

WS_AVAILABLE_IN_ALL
const char *ws_open_request_get_request_uri (WsOpenRequest *self);
WS_AVAILABLE_IN_ALL
const char *ws_open_request_get_host_header (WsOpenRequest *self);
WS_AVAILABLE_IN_ALL
const char *ws_open_request_get_origin_header (WsOpenRequest *self);
WS_AVAILABLE_IN_ALL
const char *ws_open_request_get_extensions (WsOpenRequest *self);
WS_AVAILABLE_IN_ALL
const char *ws_open_request_get_request_headers (WsOpenRequest *self);
WS_AVAILABLE_IN_ALL
const char *ws_open_request_get_request_header (WsOpenRequest *self,
                                                const char    *name);

WS_AVAILABLE_IN_ALL
const char *ws_open_request_get_sub_protocols (WsOpenRequest *self);
WS_AVAILABLE_IN_ALL
void ws_open_request_set_sub_protocols (WsOpenRequest *self,
                                        const char    *sub_protocols);

WS_AVAILABLE_IN_ALL
guint ws_open_request_get_status_code (WsOpenRequest *self);
WS_AVAILABLE_IN_ALL
void ws_open_request_set_status_code (WsOpenRequest *self,
                                      guint          status_code);

WS_AVAILABLE_IN_ALL
const char *ws_open_request_get_response_headers (WsOpenRequest *self);
WS_AVAILABLE_IN_ALL
void ws_open_request_set_response_headers (WsOpenRequest *self,
                                           const char    *response_headers);

WS_AVAILABLE_IN_ALL
gboolean ws_open_request_is_cancelled (WsOpenRequest *self);

WS_AVAILABLE_IN_ALL
void ws_open_request_defer (WsOpenRequest *self);
WS_AVAILABLE_IN_ALL
gboolean ws_open_request_complete (WsOpenRequest *self);

G_END_DECLS
