/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has subscribed to what. */
#include "wsserver/topics/ws-topics-subscribers-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/topics/ws-topic-name-private.h"
#include "wsserver/topics/ws-topics-delivery-private.h"
#include "wsserver/topics/ws-topics-nodes-private.h"
#include "wsserver/topics/ws-topics-signals-private.h"

/* --- subscribing ----------------------------------------------------------------------------- */

static gboolean
check_subscriber (WsTopics     *self,
                  WsConnection *connection,
                  GError      **error)
{
  if (self->engine == NULL || self->server == NULL)
    {
      ws_set_error (error, WS_ERROR_NOT_CONNECTED, "The topics or their server have ended");
      return FALSE;
    }
  if (connection == NULL)
    return TRUE;

  if (connection->state != WS_STATE_OPEN || connection->context == NULL)
    {
      ws_set_error (error, WS_ERROR_NOT_CONNECTED, "Connection %s is not open",
                    ws_connection_get_connection_id (connection));
      return FALSE;
    }
  if (connection->context->owner != self->server)
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT, "Invalid argument: %s is of another server",
                    ws_connection_get_connection_id (connection));
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_number (WsTopics     *self,
              WsConnection *connection,
              GError      **error)
{
  WsTopicSubscriber *subscriber = connection != NULL ? ws_topic_subscriber_get (self, connection) : NULL;

  if (subscriber == NULL || subscriber->n_memberships < self->max_topics_per_client)
    return TRUE;

  ws_set_error (error, WS_ERROR_TOO_MANY_REFERENCES,
                "Connection %s has subscribed to %u topics already; max-topics-per-client allows no more",
                ws_connection_get_connection_id (connection), subscriber->n_memberships);
  return FALSE;
}

static gboolean
is_subscribed (WsTopics     *self,
               WsConnection *connection,
               WsTopicNode  *node)
{
  WsTopicSubscriber *subscriber;

  if (node == NULL)
    return FALSE;
  if (connection == NULL)
    return node->by_program;

  subscriber = ws_topic_subscriber_get (self, connection);
  return subscriber != NULL && ws_topic_subscriber_find (subscriber, node) >= 0;
}

static void
join (WsTopics     *self,
      WsConnection *connection,
      WsTopicNode  *node)
{
  if (connection != NULL)
    ws_topic_subscriber_join (ws_topics_ensure_subscriber (self, connection), node);
  else
    node->by_program = TRUE;
  self->n_subscriptions++;
}

/* Asks the engine, whose code may do anything, and joins. */
static gboolean
ask_and_join (WsTopics     *self,
              WsConnection *connection,
              WsTopicNode  *node,
              GError      **error)
{
  if (!ws_topics_ask_engine (self, node, error) || !check_subscriber (self, connection, error))
    return FALSE;

  if (!is_subscribed (self, connection, node))
    join (self, connection, node);
  return TRUE;
}

/* A client that comes gets the newest message, if that is kept. */
static void
send_newest (WsTopics     *self,
             WsConnection *connection,
             WsTopicNode  *node)
{
  const WsTopicPolicy *policy = ws_topics_get_policy (self, node, node->name);

  if (connection != NULL && policy->keep_latest && node->ring != NULL && node->ring->entries.length > 0)
    ws_topics_deliver_to (connection, g_queue_peek_tail (&node->ring->entries));
}

/**
 * ws_topics_subscribe:
 * @self: topics
 * @connection: (nullable): a client that is open; %NULL: the program itself, so that
 *   [signal@Ws.Topics::message] is emitted for the topic
 * @topic: the topic: 1 to [property@Ws.Topics:max-topic-length] bytes of UTF-8 in parts that full stops
 *   separate, without spaces, control characters, `*` and `>`
 * @error: return location for an error, or %NULL
 *
 * Lets a client get the messages of a topic. Who may subscribe to what is the application's affair: it calls
 * this when a client has asked for a topic, or because of its path or its user.
 *
 * If the policy of the topic keeps the newest message, the client gets it at once. Then
 * [signal@Ws.Topics::subscribed] is emitted. A client that has subscribed already stays so, and nothing is
 * sent or emitted.
 *
 * The client leaves all topics when its connection ends. Topics keep no connection alive.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_INVALID_ARGUMENT` if the name is not accepted
 * - `WS_ERROR_NOT_CONNECTED` if the client is not open
 * - `WS_ERROR_TOO_MANY_REFERENCES` if it has too many topics
 * - what the engine sets if it refuses
 *
 * Returns: %TRUE if the client has subscribed; %FALSE with @error set
 *
 * Since: 1.2
 */
gboolean
ws_topics_subscribe (WsTopics     *self,
                     WsConnection *connection,
                     const char   *topic,
                     GError      **error)
{
  WsTopicNode *node;
  gboolean     joined;

  g_return_val_if_fail (WS_IS_TOPICS (self), FALSE);
  g_return_val_if_fail (connection == NULL || WS_IS_CONNECTION (connection), FALSE);
  g_return_val_if_fail (topic != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_topic_name_check (topic, self->max_topic_length, error) ||
      !check_subscriber (self, connection, error))
    return FALSE;
  if (is_subscribed (self, connection, ws_topics_find_node (self, topic)))
    return TRUE;
  if (!check_number (self, connection, error))
    return FALSE;

  g_object_ref (self);
  node = ws_topics_ensure_node (self, topic);
  ws_topic_node_pin (node);
  ws_topics_hold_deliveries (self);
  joined = ask_and_join (self, connection, node, error);
  if (joined)
    send_newest (self, connection, node);
  ws_topics_release_deliveries (self);
  ws_topic_node_unpin (node);
  ws_topics_release_node (self, node);
  if (joined)
    ws_topics_emit_subscribed (self, connection, topic);
  g_object_unref (self);
  return joined;
}

/**
 * ws_topics_subscribe_pattern:
 * @self: topics
 * @connection: a client that is open
 * @pattern: as a topic, with `*` for one part or, at the end, `**` for one or more: `prices.*.eur`,
 *   `prices.**`
 * @error: return location for an error, or %NULL
 *
 * Lets a client get the messages of all topics that match a pattern. It gets each message once, also if
 * several of its topics and patterns fit.
 *
 * Patterns are looked at in this process. An engine that talks to other processes brings only topics to which
 * somebody here has subscribed by their name; the program can, see [method@Ws.Topics.subscribe].
 *
 * Sets @error as [method@Ws.Topics.subscribe] does.
 *
 * Returns: %TRUE if the client has subscribed; %FALSE with @error set
 *
 * Since: 1.2
 */
gboolean
ws_topics_subscribe_pattern (WsTopics     *self,
                             WsConnection *connection,
                             const char   *pattern,
                             GError      **error)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), FALSE);
  g_return_val_if_fail (WS_IS_CONNECTION (connection), FALSE);
  g_return_val_if_fail (pattern != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_topic_pattern_check (pattern, self->max_topic_length, error) ||
      !check_subscriber (self, connection, error))
    return FALSE;
  if (is_subscribed (self, connection, ws_topics_find_pattern (self, pattern)))
    return TRUE;
  if (!check_number (self, connection, error))
    return FALSE;

  join (self, connection, ws_topics_ensure_pattern (self, pattern));
  ws_topics_emit_subscribed (self, connection, pattern);
  return TRUE;
}

/* --- subscribing from a position ------------------------------------------------------------- */

typedef struct
{
  gboolean recovered;
  char    *position;
} Recovery;

static void
recovery_free (gpointer data)
{
  Recovery *recovery = data;

  g_free (recovery->position);
  g_free (recovery);
}

static void
entry_copy_free (gpointer data)
{
  WsTopicEntry *entry = data;

  g_bytes_unref (entry->data);
  g_free (entry);
}

/* What is to be sent again. Sending may run handlers that change the ring. */
static GPtrArray *
copy_entries (GList *first)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_copy_free);

  for (GList *link = first; link != NULL; link = link->next)
    {
      const WsTopicEntry *entry = link->data;
      WsTopicEntry       *copy = g_new0 (WsTopicEntry, 1);

      copy->opcode = entry->opcode;
      copy->data = g_bytes_ref (entry->data);
      g_ptr_array_add (entries, copy);
    }

  return entries;
}

static gboolean
send_missed (WsConnection *connection,
             WsTopicRing  *ring,
             const char   *position)
{
  g_autoptr (GPtrArray) entries = NULL;
  GList *first;

  if (!ws_topic_ring_find (ring, position, &first))
    return FALSE;

  entries = copy_entries (first);
  for (guint i = 0; i < entries->len; i++)
    if (!ws_topics_deliver_to (connection, entries->pdata[i]))
      return FALSE;

  return TRUE;
}

static Recovery *
recover (WsTopics     *self,
         WsConnection *connection,
         WsTopicNode  *node,
         const char   *position)
{
  Recovery *recovery = g_new0 (Recovery, 1);

  recovery->recovered = position == NULL;
  if (ws_topic_policy_get_kept (ws_topics_get_policy (self, node, node->name)) > 0)
    {
      WsTopicRing *ring = ws_topics_ensure_ring (self, node);

      ring->used_us = g_get_monotonic_time ();
      recovery->position = ws_topic_ring_get_position (ring);
      if (position != NULL)
        recovery->recovered = send_missed (connection, ring, position);
    }
  if (position == NULL || !recovery->recovered)
    send_newest (self, connection, node);
  return recovery;
}

static gboolean
check_new (WsTopics     *self,
           WsConnection *connection,
           const char   *topic,
           GError      **error)
{
  if (!ws_topic_name_check (topic, self->max_topic_length, error) ||
      !check_subscriber (self, connection, error) ||
      !check_number (self, connection, error))
    return FALSE;
  if (!is_subscribed (self, connection, ws_topics_find_node (self, topic)))
    return TRUE;

  ws_set_error (error, WS_ERROR_ALREADY, "Connection %s has subscribed to \"%s\" already",
                ws_connection_get_connection_id (connection), topic);
  return FALSE;
}

/**
 * ws_topics_subscribe_from_async:
 * @self: topics
 * @connection: a client that is open and has not subscribed to the topic
 * @topic: as in [method@Ws.Topics.subscribe]
 * @position: (nullable): the position up to which the client has all messages; %NULL: it has none
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async) (closure user_data): called when the client has subscribed
 * @user_data: data for @callback
 *
 * Lets a client that comes back get the messages that it has missed, and all that follow, each once and in
 * order. That takes a policy with `history_messages`.
 *
 * If not all of them are kept any more, the client gets none of them but the newest, where the policy keeps
 * that, and [method@Ws.Topics.subscribe_from_finish] says that it was not recovered: the application sends
 * it what it has to know. This is also so after a gap, and with a position that is not from this process,
 * unless the engine has the history.
 *
 * The call fails as [method@Ws.Topics.subscribe] does, and with `WS_ERROR_ALREADY` if the client has
 * subscribed.
 *
 * Since: 1.2
 */
void
ws_topics_subscribe_from_async (WsTopics           *self,
                                WsConnection       *connection,
                                const char         *topic,
                                const char         *position,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  GError      *error = NULL;
  Recovery    *recovery = NULL;
  WsTopicNode *node;

  g_return_if_fail (WS_IS_TOPICS (self));
  g_return_if_fail (WS_IS_CONNECTION (connection));
  g_return_if_fail (topic != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ws_topics_subscribe_from_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (!check_new (self, connection, topic, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  node = ws_topics_ensure_node (self, topic);
  ws_topic_node_pin (node);
  ws_topics_hold_deliveries (self);
  if (ask_and_join (self, connection, node, &error))
    recovery = recover (self, connection, node, position);
  ws_topics_release_deliveries (self);
  ws_topic_node_unpin (node);
  ws_topics_release_node (self, node);

  if (recovery == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  ws_topics_emit_subscribed (self, connection, topic);
  g_task_return_pointer (task, recovery, recovery_free);
}

/**
 * ws_topics_subscribe_from_finish:
 * @self: topics
 * @result: the result that the callback got
 * @recovered: (out) (optional): whether the client has got all that it had missed
 * @position: (out) (optional) (nullable): the position of the newest message when the client subscribed;
 *   %NULL if nothing is kept
 * @error: return location for an error, or %NULL
 *
 * Gets the result of [method@Ws.Topics.subscribe_from_async].
 *
 * Returns: %TRUE if the client has subscribed; %FALSE with @error set
 *
 * Since: 1.2
 */
gboolean
ws_topics_subscribe_from_finish (WsTopics     *self,
                                 GAsyncResult *result,
                                 gboolean     *recovered,
                                 char        **position,
                                 GError      **error)
{
  Recovery *recovery;

  g_return_val_if_fail (WS_IS_TOPICS (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  recovery = g_task_propagate_pointer (G_TASK (result), error);
  if (recovered != NULL)
    *recovered = recovery != NULL && recovery->recovered;
  if (position != NULL)
    *position = recovery != NULL ? g_steal_pointer (&recovery->position) : NULL;
  if (recovery == NULL)
    return FALSE;

  recovery_free (recovery);
  return TRUE;
}

/* --- unsubscribing --------------------------------------------------------------------------- */

static gboolean
unsubscribe (WsTopics     *self,
             WsConnection *connection,
             WsTopicNode  *node,
             const char   *topic)
{
  WsTopicSubscriber *subscriber;

  if (!is_subscribed (self, connection, node))
    return FALSE;

  g_object_ref (self);
  if (connection != NULL)
    {
      subscriber = ws_topic_subscriber_get (self, connection);
      ws_topics_leave (self, subscriber, (guint) ws_topic_subscriber_find (subscriber, node));
      ws_topics_drop_without_topics (subscriber);
    }
  else
    {
      node->by_program = FALSE;
      self->n_subscriptions--;
      ws_topics_release_node (self, node);
    }
  ws_topics_emit_unsubscribed (self, connection, topic);
  g_object_unref (self);
  return TRUE;
}

/**
 * ws_topics_unsubscribe:
 * @self: topics
 * @connection: (nullable): a client; %NULL: the program itself
 * @topic: the topic
 *
 * Ends a subscription. Messages of the topic that are in the send queue of the client still go out.
 *
 * Returns: %TRUE if there was one
 *
 * Since: 1.2
 */
gboolean
ws_topics_unsubscribe (WsTopics     *self,
                       WsConnection *connection,
                       const char   *topic)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), FALSE);
  g_return_val_if_fail (connection == NULL || WS_IS_CONNECTION (connection), FALSE);
  g_return_val_if_fail (topic != NULL, FALSE);

  return unsubscribe (self, connection, ws_topics_find_node (self, topic), topic);
}

/**
 * ws_topics_unsubscribe_pattern:
 * @self: topics
 * @connection: a client
 * @pattern: a pattern of [method@Ws.Topics.subscribe_pattern]
 *
 * Ends a subscription to a pattern.
 *
 * Returns: %TRUE if there was one
 *
 * Since: 1.2
 */
gboolean
ws_topics_unsubscribe_pattern (WsTopics     *self,
                               WsConnection *connection,
                               const char   *pattern)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), FALSE);
  g_return_val_if_fail (WS_IS_CONNECTION (connection), FALSE);
  g_return_val_if_fail (pattern != NULL, FALSE);

  return unsubscribe (self, connection, ws_topics_find_pattern (self, pattern), pattern);
}

/**
 * ws_topics_unsubscribe_all:
 * @self: topics
 * @connection: a client
 *
 * Ends all subscriptions of a client, also to patterns. A client whose connection ends needs no such call.
 *
 * Returns: how many there were
 *
 * Since: 1.2
 */
guint
ws_topics_unsubscribe_all (WsTopics     *self,
                           WsConnection *connection)
{
  WsTopicSubscriber *subscriber;
  guint              n_left = 0;

  g_return_val_if_fail (WS_IS_TOPICS (self), 0);
  g_return_val_if_fail (WS_IS_CONNECTION (connection), 0);

  g_object_ref (self);
  g_object_ref (connection);
  for (; (subscriber = ws_topic_subscriber_get (self, connection)) != NULL; n_left++)
    {
      guint            last = subscriber->n_memberships - 1;
      g_autofree char *name = g_strdup (subscriber->memberships[last].node->name);

      ws_topics_leave (self, subscriber, last);
      ws_topics_drop_without_topics (subscriber);
      ws_topics_emit_unsubscribed (self, connection, name);
    }
  g_object_unref (connection);
  g_object_unref (self);
  return n_left;
}
