/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/request/ws-http-request.h"
#include "wsserver/protocol/ws-http-head-private.h"

G_BEGIN_DECLS

WsHttpRequest *ws_http_request_new (WsHttpHead *head);

G_END_DECLS
