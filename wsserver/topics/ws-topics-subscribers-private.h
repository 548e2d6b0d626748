/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/topics/ws-topics-private.h"

G_BEGIN_DECLS

/* That of a client, made if it has none. A topic has to follow at once. */
WsTopicSubscriber *ws_topics_ensure_subscriber (WsTopics     *self,
                                                WsConnection *connection);

/* Ends one of its subscriptions. */
void ws_topics_leave (WsTopics          *self,
                      WsTopicSubscriber *subscriber,
                      guint              index);

/* To be called after that, when the subscriber is needed no more. */
void ws_topics_drop_without_topics (WsTopicSubscriber *subscriber);

/* All clients leave all topics, and nothing is emitted. */
void ws_topics_clear_subscribers (WsTopics *self);

G_END_DECLS
