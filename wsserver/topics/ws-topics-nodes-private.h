/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/topics/ws-topics-private.h"

G_BEGIN_DECLS

/* Which nodes there are. */

void ws_topics_init_nodes (WsTopics *self);
/* No client is subscribed any more. */
void ws_topics_clear_nodes (WsTopics *self);

/* NULL if there is none. */
WsTopicNode *ws_topics_find_node (WsTopics   *self,
                                  const char *topic);
WsTopicNode *ws_topics_ensure_node (WsTopics   *self,
                                    const char *topic);
/* The node of a pattern. */
WsTopicNode *ws_topics_find_pattern (WsTopics   *self,
                                     const char *pattern);
WsTopicNode *ws_topics_ensure_pattern (WsTopics   *self,
                                       const char *pattern);

/* Every function that may have left a node without use calls this: the node is freed, or waits for it. */
void ws_topics_release_node (WsTopics    *self,
                             WsTopicNode *node);

/* All nodes of a table, pinned, for a walk on which code of the application may run. */
GPtrArray *ws_topics_pin_nodes (GHashTable *table);
/* Takes the array. */
void ws_topics_unpin_nodes (WsTopics  *self,
                            GPtrArray *nodes);

/* Asks the engine for the messages of the topic, unless it was asked. */
gboolean ws_topics_ask_engine (WsTopics    *self,
                               WsTopicNode *node,
                               GError     **error);

/* The patterns that match a topic: WsTopicNode. node: that of the topic, or NULL. The array belongs to the
 * node; if there is none, to the caller. NULL: no pattern matches. */
GPtrArray *ws_topics_match (WsTopics    *self,
                            WsTopicNode *node,
                            const char  *topic,
                            GPtrArray  **own);

/* The policy of a topic; node may be NULL. It is valid until policies change. */
const WsTopicPolicy *ws_topics_get_policy (WsTopics    *self,
                                           WsTopicNode *node,
                                           const char  *topic);
void                 ws_topics_put_policy (WsTopics            *self,
                                           const char          *prefix,
                                           const WsTopicPolicy *policy);

/* Keeps a message. The oldest of all topics are dropped if there are too many bytes. */
void ws_topics_keep (WsTopics            *self,
                     WsTopicNode         *node,
                     const WsTopicPolicy *policy,
                     WsOpcode             opcode,
                     GBytes              *data);
/* The ring of a node, made if it has none. */
WsTopicRing *ws_topics_ensure_ring (WsTopics    *self,
                                    WsTopicNode *node);
/* Nothing that was kept is what other processes have any more. topic NULL: of all topics. */
void ws_topics_restart_rings (WsTopics   *self,
                              const char *topic);

G_END_DECLS
