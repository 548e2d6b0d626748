/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/protocol/ws-http-head-private.h"
#include "wsserver/request/ws-decision-private.h"
#include "wsserver/request/ws-http-page-private.h"
#include "wsserver/request/ws-http-request.h"

G_BEGIN_DECLS

/* The body may be NULL. What the application decides later is reported in the context. */
WsHttpRequest *ws_http_request_new (WsHttpHead    *head,
                                    GBytes        *request_body,
                                    GMainContext  *context,
                                    WsDecisionFunc func,
                                    gpointer       owner);

WsDecision *ws_http_request_get_decision (WsHttpRequest *self);
/* Whether anything but the default response is to be sent. */
gboolean      ws_http_request_is_answered (WsHttpRequest *self);
WsHttpPage   *ws_http_request_get_page (WsHttpRequest *self);
GMainContext *ws_http_request_get_context (WsHttpRequest *self);

/* Has the request answered with a file of a folder, see ws_page_opener_new(), or with the status that says
 * why not. The decision is reported when it is open. */
void ws_http_request_open_page (WsHttpRequest *self,
                                const char    *folder,
                                const char    *path,
                                gboolean       dot_files);
/* Answers with bytes; the type follows from the name. */
void ws_http_request_set_page_bytes (WsHttpRequest *self,
                                     GBytes        *bytes,
                                     const char    *name,
                                     const char    *etag);
/* Answers with the path of a folder, which has to end with "/". */
void ws_http_request_redirect_to_folder (WsHttpRequest *self);
/* Answers with a line of text. */
void ws_http_request_refuse_page (WsHttpRequest *self,
                                  guint          status);

G_END_DECLS
