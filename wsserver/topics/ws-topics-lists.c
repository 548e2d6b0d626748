/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is there, and what is kept. */
#include "wsserver/topics/ws-topic-name-private.h"
#include "wsserver/topics/ws-topics-nodes-private.h"

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

static void
add_names_of_client (WsTopics     *self,
                     WsConnection *connection,
                     GPtrArray    *names)
{
  WsTopicSubscriber *subscriber = ws_topic_subscriber_get (self, connection);

  for (guint i = 0; subscriber != NULL && i < subscriber->n_memberships; i++)
    g_ptr_array_add (names, g_strdup (subscriber->memberships[i].node->name));
}

static void
add_names (GHashTable *nodes,
           GPtrArray  *names)
{
  GHashTableIter iter;
  gpointer       node;

  g_hash_table_iter_init (&iter, nodes);
  while (g_hash_table_iter_next (&iter, NULL, &node))
    if (ws_topic_node_is_wanted (node))
      g_ptr_array_add (names, g_strdup (((WsTopicNode *) node)->name));
}

/**
 * ws_topics_list_topics:
 * @self: topics
 * @connection: (nullable): a client; %NULL: all of this process, and the program itself
 *
 * Lists the topics and patterns to which a client has subscribed, or anybody has.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, sorted
 *
 * Since: 1.2
 */
char **
ws_topics_list_topics (WsTopics     *self,
                       WsConnection *connection)
{
  g_autoptr (GPtrArray) names = NULL;

  g_return_val_if_fail (WS_IS_TOPICS (self), NULL);
  g_return_val_if_fail (connection == NULL || WS_IS_CONNECTION (connection), NULL);

  names = g_ptr_array_new ();
  if (connection != NULL)
    {
      add_names_of_client (self, connection, names);
    }
  else
    {
      add_names (self->nodes, names);
      add_names (self->patterns, names);
    }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/**
 * ws_topics_count:
 * @self: topics
 * @topic: the topic
 *
 * Counts the clients of this process that have subscribed to a topic by its name.
 *
 * Returns: the number of clients
 *
 * Since: 1.2
 */
guint
ws_topics_count (WsTopics   *self,
                 const char *topic)
{
  WsTopicNode *node;

  g_return_val_if_fail (WS_IS_TOPICS (self), 0);
  g_return_val_if_fail (topic != NULL, 0);

  node = ws_topics_find_node (self, topic);
  return node != NULL ? ws_topic_node_count (node) : 0;
}

/**
 * ws_topics_get_subscribers:
 * @self: topics
 * @topic: the topic
 *
 * Gets the clients of this process that have subscribed to a topic by its name: a list of
 * [class@Ws.Connection] as it is now, which does not change. The list keeps the connections alive.
 *
 * Returns: (transfer full): the list
 *
 * Since: 1.2
 */
GListModel *
ws_topics_get_subscribers (WsTopics   *self,
                           const char *topic)
{
  WsTopicNode *node;
  GListStore  *list;

  g_return_val_if_fail (WS_IS_TOPICS (self), NULL);
  g_return_val_if_fail (topic != NULL, NULL);

  list = g_list_store_new (WS_TYPE_CONNECTION);
  node = ws_topics_find_node (self, topic);
  for (guint i = 0; node != NULL && i < node->n_members; i++)
    if (node->members[i].connection != NULL)
      g_list_store_append (list, node->members[i].connection);

  return G_LIST_MODEL (list);
}

/**
 * ws_topics_get_position:
 * @self: topics
 * @topic: the topic
 *
 * Gets the position of the newest message of a topic in this process, for
 * [method@Ws.Topics.subscribe_from_async].
 *
 * Returns: (transfer full) (nullable): the position; %NULL if nothing is kept of the topic
 *
 * Since: 1.2
 */
char *
ws_topics_get_position (WsTopics   *self,
                        const char *topic)
{
  const WsTopicPolicy *policy;
  WsTopicRing         *ring;

  g_return_val_if_fail (WS_IS_TOPICS (self), NULL);
  g_return_val_if_fail (topic != NULL, NULL);

  policy = ws_topics_get_policy (self, ws_topics_find_node (self, topic), topic);
  if (ws_topic_policy_get_kept (policy) == 0 || !ws_topic_name_check (topic, self->max_topic_length, NULL))
    return NULL;

  ring = ws_topics_ensure_ring (self, ws_topics_ensure_node (self, topic));
  ring->used_us = g_get_monotonic_time ();
  return ws_topic_ring_get_position (ring);
}
