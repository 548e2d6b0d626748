/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <gio/gio.h>

#include <wsserver/base/ws-enums.h>
#include <wsserver/base/ws-macros.h>
#include <wsserver/connection/ws-connection.h>
#include <wsserver/server/ws-server.h>
#include <wsserver/topics/ws-engine.h>
#include <wsserver/topics/ws-publish-result.h>
#include <wsserver/topics/ws-topic-policy.h>

G_BEGIN_DECLS

#define WS_TYPE_TOPICS (ws_topics_get_type ())

WS_AVAILABLE_IN_1_2
G_DECLARE_FINAL_TYPE (WsTopics, ws_topics, WS, TOPICS, GObject)

WS_AVAILABLE_IN_1_2
WsTopics *ws_topics_new (WsServer *server,
                         WsEngine *engine);

WS_AVAILABLE_IN_1_2
WsServer *ws_topics_get_server (WsTopics *self);
WS_AVAILABLE_IN_1_2
WsEngine *ws_topics_get_engine (WsTopics *self);
WS_AVAILABLE_IN_1_2
WsEngineState ws_topics_get_state (WsTopics *self);
WS_AVAILABLE_IN_1_2
guint ws_topics_get_n_topics (WsTopics *self);
WS_AVAILABLE_IN_1_2
guint64 ws_topics_get_n_subscriptions (WsTopics *self);
WS_AVAILABLE_IN_1_2
guint64 ws_topics_get_n_skipped (WsTopics *self);
WS_AVAILABLE_IN_1_2
guint ws_topics_get_max_topics_per_client (WsTopics *self);
WS_AVAILABLE_IN_1_2
void ws_topics_set_max_topics_per_client (WsTopics *self,
                                          guint     max_topics_per_client);
WS_AVAILABLE_IN_1_2
guint ws_topics_get_max_topic_length (WsTopics *self);
WS_AVAILABLE_IN_1_2
void ws_topics_set_max_topic_length (WsTopics *self,
                                     guint     max_topic_length);
WS_AVAILABLE_IN_1_2
guint64 ws_topics_get_publish_queue_bytes (WsTopics *self);
WS_AVAILABLE_IN_1_2
void ws_topics_set_publish_queue_bytes (WsTopics *self,
                                        guint64   publish_queue_bytes);
WS_AVAILABLE_IN_1_2
guint64 ws_topics_get_max_history_bytes (WsTopics *self);
WS_AVAILABLE_IN_1_2
void ws_topics_set_max_history_bytes (WsTopics *self,
                                      guint64   max_history_bytes);

WS_AVAILABLE_IN_1_2
gboolean ws_topics_subscribe (WsTopics     *self,
                              WsConnection *connection,
                              const char   *topic,
                              GError      **error);
WS_AVAILABLE_IN_1_2
void ws_topics_subscribe_from_async (WsTopics           *self,
                                     WsConnection       *connection,
                                     const char         *topic,
                                     const char         *position,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
WS_AVAILABLE_IN_1_2
gboolean ws_topics_subscribe_from_finish (WsTopics     *self,
                                          GAsyncResult *result,
                                          gboolean     *recovered,
                                          char        **position,
                                          GError      **error);
WS_AVAILABLE_IN_1_2
gboolean ws_topics_subscribe_pattern (WsTopics     *self,
                                      WsConnection *connection,
                                      const char   *pattern,
                                      GError      **error);
WS_AVAILABLE_IN_1_2
gboolean ws_topics_unsubscribe (WsTopics     *self,
                                WsConnection *connection,
                                const char   *topic);
WS_AVAILABLE_IN_1_2
gboolean ws_topics_unsubscribe_pattern (WsTopics     *self,
                                        WsConnection *connection,
                                        const char   *pattern);
WS_AVAILABLE_IN_1_2
guint ws_topics_unsubscribe_all (WsTopics     *self,
                                 WsConnection *connection);

WS_AVAILABLE_IN_1_2
gboolean ws_topics_publish (WsTopics    *self,
                            const char  *topic,
                            WsDataFormat format,
                            GBytes      *data,
                            GError     **error);
WS_AVAILABLE_IN_1_2
void ws_topics_publish_async (WsTopics           *self,
                              const char         *topic,
                              WsDataFormat        format,
                              GBytes             *data,
                              WsPublishFlags      flags,
                              WsConnection       *except,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);
WS_AVAILABLE_IN_1_2
WsPublishResult *ws_topics_publish_finish (WsTopics     *self,
                                           GAsyncResult *result,
                                           GError      **error);

WS_AVAILABLE_IN_1_2
char **ws_topics_list_topics (WsTopics     *self,
                              WsConnection *connection);
WS_AVAILABLE_IN_1_2
guint ws_topics_count (WsTopics   *self,
                       const char *topic);
WS_AVAILABLE_IN_1_2
GListModel *ws_topics_get_subscribers (WsTopics   *self,
                                       const char *topic);
WS_AVAILABLE_IN_1_2
char *ws_topics_get_position (WsTopics   *self,
                              const char *topic);
WS_AVAILABLE_IN_1_2
void ws_topics_set_policy (WsTopics      *self,
                           const char    *prefix,
                           WsTopicPolicy *policy);

G_END_DECLS
