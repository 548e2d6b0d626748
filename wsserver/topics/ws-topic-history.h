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

#define WS_TYPE_TOPIC_HISTORY (ws_topic_history_get_type ())

typedef struct _WsTopicHistory WsTopicHistory;

WS_AVAILABLE_IN_1_2
GType ws_topic_history_get_type (void) G_GNUC_CONST;
WS_AVAILABLE_IN_1_2
WsTopicHistory *ws_topic_history_new (gboolean recovered);
WS_AVAILABLE_IN_1_2
WsTopicHistory *ws_topic_history_ref (WsTopicHistory *self);
WS_AVAILABLE_IN_1_2
void ws_topic_history_unref (WsTopicHistory *self);

WS_AVAILABLE_IN_1_2
void ws_topic_history_add (WsTopicHistory *self,
                           WsDataFormat    format,
                           GBytes         *data,
                           const char     *position);
WS_AVAILABLE_IN_1_2
gboolean ws_topic_history_get_recovered (WsTopicHistory *self);
WS_AVAILABLE_IN_1_2
guint ws_topic_history_get_n_messages (WsTopicHistory *self);
WS_AVAILABLE_IN_1_2
WsDataFormat ws_topic_history_get_format (WsTopicHistory *self,
                                          guint           index);
WS_AVAILABLE_IN_1_2
GBytes *ws_topic_history_get_data (WsTopicHistory *self,
                                   guint           index);
WS_AVAILABLE_IN_1_2
const char *ws_topic_history_get_position (WsTopicHistory *self,
                                           guint           index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTopicHistory, ws_topic_history_unref)

G_END_DECLS
