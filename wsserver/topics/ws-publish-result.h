/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib-object.h>

#include <wsserver/base/ws-enums.h>
#include <wsserver/base/ws-macros.h>

G_BEGIN_DECLS

#define WS_TYPE_PUBLISH_RESULT (ws_publish_result_get_type ())

typedef struct _WsPublishResult WsPublishResult;

WS_AVAILABLE_IN_1_2
GType ws_publish_result_get_type (void) G_GNUC_CONST;
WS_AVAILABLE_IN_1_2
WsPublishResult *ws_publish_result_ref (WsPublishResult *self);
WS_AVAILABLE_IN_1_2
void ws_publish_result_unref (WsPublishResult *self);

WS_AVAILABLE_IN_1_2
const char *ws_publish_result_get_position (WsPublishResult *self);
WS_AVAILABLE_IN_1_2
guint ws_publish_result_get_n_local (WsPublishResult *self);
WS_AVAILABLE_IN_1_2
guint ws_publish_result_get_n_skipped (WsPublishResult *self);
WS_AVAILABLE_IN_1_2
WsPublishOutcome ws_publish_result_get_outcome (WsPublishResult *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsPublishResult, ws_publish_result_unref)

G_END_DECLS
