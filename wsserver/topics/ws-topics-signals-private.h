/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/topics/ws-topics-private.h"

G_BEGIN_DECLS

/* The signals' part of class_init. */
void ws_topics_signals_class_init (GType type);

void ws_topics_emit_subscribed (WsTopics     *self,
                                WsConnection *connection,
                                const char   *topic);
void ws_topics_emit_unsubscribed (WsTopics     *self,
                                  WsConnection *connection,
                                  const char   *topic);
void ws_topics_emit_message (WsTopics   *self,
                             const char *topic,
                             WsOpcode    opcode,
                             GBytes     *data,
                             const char *position);
void ws_topics_emit_skipped (WsTopics     *self,
                             WsConnection *connection,
                             const char   *topic,
                             guint         n_messages);
void ws_topics_emit_gap (WsTopics   *self,
                         const char *topic,
                         const char *reason);
void ws_topics_emit_error (WsTopics   *self,
                           int         code,
                           const char *description);

/* What clients get in place of the message, or NULL. */
GBytes *ws_topics_emit_encode (WsTopics   *self,
                               const char *topic,
                               WsOpcode    opcode,
                               GBytes     *data,
                               const char *position);

G_END_DECLS
