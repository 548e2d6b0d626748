/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients with topics, for as long as their connections last. */
#include "wsserver/topics/ws-topics-subscribers-private.h"

#include "wsserver/base/ws-container-private.h"
#include "wsserver/topics/ws-topics-delivery-private.h"
#include "wsserver/topics/ws-topics-nodes-private.h"

void
ws_topics_leave (WsTopics          *self,
                 WsTopicSubscriber *subscriber,
                 guint              index)
{
  WsTopicNode *node = subscriber->memberships[index].node;

  ws_topic_subscriber_leave (subscriber, index);
  self->n_subscriptions--;
  ws_topics_release_node (self, node);
}

static void
leave_all (WsTopics          *self,
           WsTopicSubscriber *subscriber)
{
  while (subscriber->n_memberships > 0)
    ws_topics_leave (self, subscriber, subscriber->n_memberships - 1);
}

/* Takes the reference of the connection's list. What is freed may run code of the application. */
static void
let_go (WsTopicSubscriber *subscriber)
{
  subscriber->connection = NULL;
  ws_topics_forget_episodes (subscriber);
  ws_topic_subscriber_unref (subscriber);
}

void
ws_topics_drop_without_topics (WsTopicSubscriber *subscriber)
{
  if (subscriber->n_memberships > 0 || subscriber->connection == NULL)
    return;

  ws_subscribers_remove (&subscriber->connection->subscribers, &subscriber->hook);
  let_go (subscriber);
}

static void
has_room_cb (WsSubscriber *hook)
{
  WsTopicSubscriber *subscriber = g_rc_box_acquire (WS_CONTAINER_OF (hook, WsTopicSubscriber, hook));

  ws_topics_end_episodes (subscriber);
  ws_topic_subscriber_unref (subscriber);
}

static void
ended_cb (WsSubscriber *hook)
{
  WsTopicSubscriber *subscriber = WS_CONTAINER_OF (hook, WsTopicSubscriber, hook);
  g_autoptr (WsTopics) self = g_object_ref (subscriber->topics);

  leave_all (self, subscriber);
  let_go (subscriber);
}

WsTopicSubscriber *
ws_topics_ensure_subscriber (WsTopics     *self,
                             WsConnection *connection)
{
  WsTopicSubscriber *subscriber = ws_topic_subscriber_get (self, connection);

  if (subscriber != NULL)
    return subscriber;

  subscriber = ws_topic_subscriber_new (self, connection);
  subscriber->hook.has_room = has_room_cb;
  subscriber->hook.ended = ended_cb;
  ws_subscribers_add (&connection->subscribers, &subscriber->hook);
  return subscriber;
}

static void
clear_node (WsTopics    *self,
            WsTopicNode *node)
{
  node->by_program = FALSE;
  for (guint slot = 0; slot < node->n_members; slot++)
    {
      WsTopicSubscriber *subscriber;

      if (node->members[slot].connection == NULL)
        continue;
      subscriber = ws_topic_subscriber_get (self, node->members[slot].connection);
      ws_topics_leave (self, subscriber, node->members[slot].index);
      ws_topics_drop_without_topics (subscriber);
    }
}

static void
clear_subscribers (WsTopics   *self,
                   GHashTable *table)
{
  GPtrArray *nodes = ws_topics_pin_nodes (table);

  for (guint i = 0; i < nodes->len; i++)
    clear_node (self, nodes->pdata[i]);
  ws_topics_unpin_nodes (self, nodes);
}

void
ws_topics_clear_subscribers (WsTopics *self)
{
  clear_subscribers (self, self->nodes);
  clear_subscribers (self, self->patterns);
}
