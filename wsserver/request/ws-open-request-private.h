/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/request/ws-decision-private.h"
#include "wsserver/request/ws-open-request.h"
#include "wsserver/protocol/ws-http-head-private.h"

G_BEGIN_DECLS

WsOpenRequest *ws_open_request_new (WsHttpHead    *head,
                                    WsDecisionFunc func,
                                    gpointer       owner);

WsDecision *ws_open_request_get_decision (WsOpenRequest *self);
/* The application has set sub-protocols. */
gboolean ws_open_request_has_selected (WsOpenRequest *self);

G_END_DECLS
