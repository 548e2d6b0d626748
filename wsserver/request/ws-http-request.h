/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <gio/gio.h>

#include <wsserver/base/ws-macros.h>

G_BEGIN_DECLS

#define WS_TYPE_HTTP_REQUEST (ws_http_request_get_type ())

WS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (WsHttpRequest, ws_http_request, WS, HTTP_REQUEST, GObject)

WS_AVAILABLE_IN_ALL
const char *ws_http_request_get_method (WsHttpRequest *self);
WS_AVAILABLE_IN_ALL
const char *ws_http_request_get_request_uri (WsHttpRequest *self);
WS_AVAILABLE_IN_ALL
const char *ws_http_request_get_request_headers (WsHttpRequest *self);
WS_AVAILABLE_IN_ALL
const char *ws_http_request_get_request_header (WsHttpRequest *self,
                                                const char    *name);

WS_AVAILABLE_IN_1_2
GBytes *ws_http_request_get_request_body (WsHttpRequest *self);

WS_AVAILABLE_IN_ALL
guint ws_http_request_get_status_code (WsHttpRequest *self);
WS_AVAILABLE_IN_ALL
void ws_http_request_set_status_code (WsHttpRequest *self,
                                      guint          status_code);

WS_AVAILABLE_IN_ALL
const char *ws_http_request_get_response_headers (WsHttpRequest *self);
WS_AVAILABLE_IN_ALL
void ws_http_request_set_response_headers (WsHttpRequest *self,
                                           const char    *response_headers);

WS_AVAILABLE_IN_ALL
const char *ws_http_request_get_content_type (WsHttpRequest *self);
WS_AVAILABLE_IN_ALL
void ws_http_request_set_content_type (WsHttpRequest *self,
                                       const char    *content_type);

WS_AVAILABLE_IN_ALL
GBytes *ws_http_request_get_body (WsHttpRequest *self);
WS_AVAILABLE_IN_ALL
void ws_http_request_set_body (WsHttpRequest *self,
                               GBytes        *body);

WS_AVAILABLE_IN_1_2
gboolean ws_http_request_respond_file (WsHttpRequest *self,
                                       GFile         *file,
                                       GError       **error);

WS_AVAILABLE_IN_1_2
gboolean ws_http_request_is_cancelled (WsHttpRequest *self);
WS_AVAILABLE_IN_1_2
void ws_http_request_defer (WsHttpRequest *self);
WS_AVAILABLE_IN_1_2
gboolean ws_http_request_complete (WsHttpRequest *self);

G_END_DECLS
