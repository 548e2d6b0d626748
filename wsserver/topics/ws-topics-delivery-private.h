/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/topics/ws-topics-private.h"

G_BEGIN_DECLS

/* What publish_async() waits for; see ws-topics-publications-private.h. */
typedef struct
{
  WsConnection *except; /* a reference, or NULL */
  guint         n_local;
  guint         n_skipped;
} WsDeliveryCount;

typedef struct
{
  const char          *topic;
  WsTopicNode         *node; /* of the topic, or NULL; pinned by the caller until the call returns */
  const WsTopicPolicy *policy;
  WsOpcode             opcode;
  GBytes              *data;
  WsDeliveryCount     *count;                 /* NULL: nobody asks */
  void (*delivered) (WsDeliveryCount *count); /* called once */
} WsDeliveryRequest;

/* Sends a message to all who have subscribed to its topic up to now, behind all earlier messages. At once,
 * or, if there are many, in slices from the main loop. FALSE if too much waits already: the message is not
 * delivered. */
gboolean ws_topics_deliver (WsTopics                *self,
                            const WsDeliveryRequest *request);

/* Sends one message to one client, as a part of subscribing. FALSE if it had no room. */
gboolean ws_topics_deliver_to (WsConnection       *connection,
                               const WsTopicEntry *entry);

/* Between these calls messages that come wait. */
void ws_topics_hold_deliveries (WsTopics *self);
void ws_topics_release_deliveries (WsTopics *self);

/* A client that was too slow has room again. */
void ws_topics_end_episodes (WsTopicSubscriber *subscriber);
/* Nothing is told. */
void ws_topics_forget_episodes (WsTopicSubscriber *subscriber);

/* Drops what waits. */
void ws_topics_clear_deliveries (WsTopics *self);

G_END_DECLS
