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

#define WS_TYPE_TOPIC_POLICY (ws_topic_policy_get_type ())

typedef struct _WsTopicPolicy WsTopicPolicy;

/**
 * WsTopicPolicy:
 * @slow: what becomes of a message for a client that has no room for it
 * @gap: what follows when messages may have been lost between processes
 * @keep_latest: whether who subscribes gets the newest message at once
 * @local_only: whether the topic stays in this process and its engine hears nothing of it
 * @history_messages: how many messages to keep for clients that come back; 0: none
 * @history_bytes: how many bytes these may take, for each topic; 0: no limit but
 *   [property@Ws.Topics:max-history-bytes]
 * @history_seconds: for how long a message is kept, in seconds; 0: no limit
 *
 * How topics are treated; see [method@Ws.Topics.set_policy].
 *
 * Since: 1.2
 */
struct _WsTopicPolicy
{
  WsTopicSlow slow;
  WsTopicGap  gap;
  gboolean    keep_latest;
  gboolean    local_only;
  guint       history_messages;
  guint64     history_bytes;
  guint       history_seconds;

  /*< private >*/
  gpointer reserved[4];
};

WS_AVAILABLE_IN_1_2
GType ws_topic_policy_get_type (void) G_GNUC_CONST;
WS_AVAILABLE_IN_1_2
WsTopicPolicy *ws_topic_policy_new (void);
WS_AVAILABLE_IN_1_2
WsTopicPolicy *ws_topic_policy_copy (const WsTopicPolicy *self);
WS_AVAILABLE_IN_1_2
void ws_topic_policy_free (WsTopicPolicy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTopicPolicy, ws_topic_policy_free)

G_END_DECLS
