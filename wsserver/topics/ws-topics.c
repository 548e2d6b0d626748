/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-topics-private.h"

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/base/ws-param-private.h"
#include "wsserver/topics/ws-engine.h"
#include "wsserver/topics/ws-memory-engine.h"
#include "wsserver/topics/ws-topics-delivery-private.h"
#include "wsserver/topics/ws-topics-messages-private.h"
#include "wsserver/topics/ws-topics-nodes-private.h"
#include "wsserver/topics/ws-topics-publications-private.h"
#include "wsserver/topics/ws-topics-signals-private.h"
#include "wsserver/topics/ws-topics-subscribers-private.h"

/**
 * WsTopics:
 *
 * Publish once, reach every client that has subscribed.
 *
 * A topic is a name. The application decides who subscribes to what, and publishes; the message is checked,
 * framed and compressed once, as with [method@Ws.Server.broadcast].
 *
 * ```c
 * static void
 * connected_cb (WsServer *server, WsConnection *connection, gpointer topics)
 * {
 *   ws_topics_subscribe (topics, connection, "news", NULL);
 * }
 *
 * static gboolean
 * publish_news (WsTopics *topics, const char *text, GError **error)
 * {
 *   g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));
 *
 *   return ws_topics_publish (topics, "news", WS_DATA_FORMAT_TEXT, data, error);
 * }
 * ```
 *
 * An engine carries messages between processes: [class@Ws.MemoryEngine] serves one process,
 * `WsEngines.RedisEngine` and `WsEngines.NatsEngine` of the companion library any number of them, on one
 * machine or many. The topics start their engine when they are made and stop it when they go.
 *
 * What is promised: a client gets each message of a topic at most once, in the order in which its engine gave
 * them. Messages of one publisher keep their order. What cannot be delivered is counted
 * ([signal@Ws.Topics::skipped]). Where an engine may have lost something, every process says so
 * ([signal@Ws.Topics::gap]). With history, a client that comes back gets exactly what it has missed, or is
 * told that it cannot ([method@Ws.Topics.subscribe_from_async]).
 *
 * Topics belong to the thread in which they are made, which has to be the thread of the server. Only
 * [method@Ws.Topics.publish_async] may be called in any thread.
 *
 * Since: 1.2
 */
G_DEFINE_FINAL_TYPE (WsTopics, ws_topics, G_TYPE_OBJECT)

#define DEFAULT_MAX_TOPICS_PER_CLIENT 128
#define DEFAULT_MAX_TOPIC_LENGTH 255
#define DEFAULT_PUBLISH_QUEUE_BYTES (1024 * 1024)
#define DEFAULT_MAX_HISTORY_BYTES (64 * 1024 * 1024)

enum
{
  PROP_ENGINE = 1,
  PROP_MAX_HISTORY_BYTES,
  PROP_MAX_TOPICS_PER_CLIENT,
  PROP_MAX_TOPIC_LENGTH,
  PROP_N_SKIPPED,
  PROP_N_SUBSCRIPTIONS,
  PROP_N_TOPICS,
  PROP_PUBLISH_QUEUE_BYTES,
  PROP_SERVER,
  PROP_STATE,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

static void
ws_topics_constructed (GObject *object)
{
  WsTopics *self = WS_TOPICS (object);

  if (self->engine == NULL)
    self->engine = WS_ENGINE (ws_memory_engine_new ());
  ws_topics_start_engine (self);

  G_OBJECT_CLASS (ws_topics_parent_class)->constructed (object);
}

static void
ws_topics_dispose (GObject *object)
{
  WsTopics *self = WS_TOPICS (object);

  ws_topics_clear_subscribers (self);
  ws_topics_clear_deliveries (self);
  ws_topics_stop_engine (self);
  ws_topics_clear_publications (self);
  g_clear_weak_pointer (&self->server);

  G_OBJECT_CLASS (ws_topics_parent_class)->dispose (object);
}

static void
ws_topics_finalize (GObject *object)
{
  WsTopics *self = WS_TOPICS (object);

  ws_topics_clear_nodes (self);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (ws_topics_parent_class)->finalize (object);
}

static void
ws_topics_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  WsTopics *self = WS_TOPICS (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      g_value_set_object (value, self->engine);
      break;
    case PROP_MAX_HISTORY_BYTES:
      g_value_set_uint64 (value, self->max_history_bytes);
      break;
    case PROP_MAX_TOPICS_PER_CLIENT:
      g_value_set_uint (value, self->max_topics_per_client);
      break;
    case PROP_MAX_TOPIC_LENGTH:
      g_value_set_uint (value, self->max_topic_length);
      break;
    case PROP_N_SKIPPED:
      g_value_set_uint64 (value, self->n_skipped);
      break;
    case PROP_N_SUBSCRIPTIONS:
      g_value_set_uint64 (value, self->n_subscriptions);
      break;
    case PROP_N_TOPICS:
      g_value_set_uint (value, ws_topics_get_n_topics (self));
      break;
    case PROP_PUBLISH_QUEUE_BYTES:
      g_value_set_uint64 (value, self->publish_queue_bytes);
      break;
    case PROP_SERVER:
      g_value_set_object (value, self->server);
      break;
    case PROP_STATE:
      g_value_set_enum (value, (int) ws_topics_get_state (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_topics_set_property (GObject      *object,
                        guint         prop_id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  WsTopics *self = WS_TOPICS (object);

  switch (prop_id)
    {
    case PROP_ENGINE:
      self->engine = g_value_dup_object (value);
      break;
    case PROP_MAX_HISTORY_BYTES:
      ws_topics_set_max_history_bytes (self, g_value_get_uint64 (value));
      break;
    case PROP_MAX_TOPICS_PER_CLIENT:
      ws_topics_set_max_topics_per_client (self, g_value_get_uint (value));
      break;
    case PROP_MAX_TOPIC_LENGTH:
      ws_topics_set_max_topic_length (self, g_value_get_uint (value));
      break;
    case PROP_PUBLISH_QUEUE_BYTES:
      ws_topics_set_publish_queue_bytes (self, g_value_get_uint64 (value));
      break;
    case PROP_SERVER:
      g_set_weak_pointer (&self->server, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_topics_class_init (WsTopicsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = ws_topics_constructed;
  object_class->dispose = ws_topics_dispose;
  object_class->finalize = ws_topics_finalize;
  object_class->get_property = ws_topics_get_property;
  object_class->set_property = ws_topics_set_property;

  /**
   * WsTopics:engine: (getter get_engine)
   *
   * What carries messages between processes. Without one, the topics make a [class@Ws.MemoryEngine].
   *
   * Since: 1.2
   */
  properties[PROP_ENGINE] = g_param_spec_object ("engine", NULL, NULL, WS_TYPE_ENGINE,
                                                 WS_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);
  /**
   * WsTopics:max-history-bytes: (getter get_max_history_bytes) (setter set_max_history_bytes)
   *
   * How many bytes the messages that are kept may take, of all topics together. Beyond, those of the topic
   * that has been silent for the longest time are dropped.
   *
   * Since: 1.2
   */
  properties[PROP_MAX_HISTORY_BYTES] =
      g_param_spec_uint64 ("max-history-bytes", NULL, NULL, 0, G_MAXUINT64, DEFAULT_MAX_HISTORY_BYTES,
                           WS_PARAM_READWRITE | G_PARAM_CONSTRUCT);
  /**
   * WsTopics:max-topics-per-client: (getter get_max_topics_per_client) (setter set_max_topics_per_client)
   *
   * To how many topics and patterns a client may subscribe.
   *
   * Since: 1.2
   */
  properties[PROP_MAX_TOPICS_PER_CLIENT] =
      g_param_spec_uint ("max-topics-per-client", NULL, NULL, 0, G_MAXUINT, DEFAULT_MAX_TOPICS_PER_CLIENT,
                         WS_PARAM_READWRITE | G_PARAM_CONSTRUCT);
  /**
   * WsTopics:max-topic-length: (getter get_max_topic_length) (setter set_max_topic_length)
   *
   * How many bytes the name of a topic may have.
   *
   * Since: 1.2
   */
  properties[PROP_MAX_TOPIC_LENGTH] =
      g_param_spec_uint ("max-topic-length", NULL, NULL, 1, 65535, DEFAULT_MAX_TOPIC_LENGTH,
                         WS_PARAM_READWRITE | G_PARAM_CONSTRUCT);
  /**
   * WsTopics:n-skipped: (getter get_n_skipped)
   *
   * How many messages clients have missed because they were too slow, counted once for each client and
   * message. Not notified.
   *
   * Since: 1.2
   */
  properties[PROP_N_SKIPPED] =
      g_param_spec_uint64 ("n-skipped", NULL, NULL, 0, G_MAXUINT64, 0, WS_PARAM_READABLE);
  /**
   * WsTopics:n-subscriptions: (getter get_n_subscriptions)
   *
   * How many subscriptions there are in this process, to topics and to patterns. Not notified.
   *
   * Since: 1.2
   */
  properties[PROP_N_SUBSCRIPTIONS] =
      g_param_spec_uint64 ("n-subscriptions", NULL, NULL, 0, G_MAXUINT64, 0, WS_PARAM_READABLE);
  /**
   * WsTopics:n-topics: (getter get_n_topics)
   *
   * How many topics there are in this process: those with subscriptions, those of which messages are kept,
   * and those that had a subscription a moment ago. Not notified.
   *
   * Since: 1.2
   */
  properties[PROP_N_TOPICS] =
      g_param_spec_uint ("n-topics", NULL, NULL, 0, G_MAXUINT, 0, WS_PARAM_READABLE);
  /**
   * WsTopics:publish-queue-bytes: (getter get_publish_queue_bytes) (setter set_publish_queue_bytes)
   *
   * How many bytes of messages that other threads have published may wait for the thread of the server.
   *
   * Since: 1.2
   */
  properties[PROP_PUBLISH_QUEUE_BYTES] =
      g_param_spec_uint64 ("publish-queue-bytes", NULL, NULL, 0, G_MAXUINT64, DEFAULT_PUBLISH_QUEUE_BYTES,
                           WS_PARAM_READWRITE | G_PARAM_CONSTRUCT);
  /**
   * WsTopics:server: (getter get_server)
   *
   * The server whose clients subscribe. Topics keep it not alive.
   *
   * Since: 1.2
   */
  properties[PROP_SERVER] = g_param_spec_object ("server", NULL, NULL, WS_TYPE_SERVER,
                                                 WS_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);
  /**
   * WsTopics:state: (getter get_state)
   *
   * The state of the engine.
   *
   * Since: 1.2
   */
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, WS_TYPE_ENGINE_STATE,
                                              WS_ENGINE_STATE_OFFLINE,
                                              WS_PARAM_READABLE);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  ws_topics_signals_class_init (G_TYPE_FROM_CLASS (klass));
}

static void
ws_topics_init (WsTopics *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_self ();
  g_mutex_init (&self->mutex);
  ws_topics_init_nodes (self);
}

/**
 * ws_topics_new:
 * @server: the server whose clients subscribe; not kept alive
 * @engine: (nullable): what carries messages between processes; %NULL: a new [class@Ws.MemoryEngine]
 *
 * Makes the topics of a server, and starts the engine.
 *
 * Returns: (transfer full): new topics
 *
 * Since: 1.2
 */
WsTopics *
ws_topics_new (WsServer *server,
               WsEngine *engine)
{
  g_return_val_if_fail (WS_IS_SERVER (server), NULL);
  g_return_val_if_fail (engine == NULL || WS_IS_ENGINE (engine), NULL);

  return g_object_new (WS_TYPE_TOPICS, "server", server, "engine", engine, NULL);
}

/**
 * ws_topics_get_server: (get-property server)
 * @self: topics
 *
 * Gets the server.
 *
 * Returns: (transfer none) (nullable): the server; %NULL if it has been disposed of
 *
 * Since: 1.2
 */
WsServer *
ws_topics_get_server (WsTopics *self)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), NULL);

  return self->server;
}

/**
 * ws_topics_get_engine: (get-property engine)
 * @self: topics
 *
 * Gets the engine.
 *
 * Returns: (transfer none) (nullable): the engine; %NULL after the topics were disposed of
 *
 * Since: 1.2
 */
WsEngine *
ws_topics_get_engine (WsTopics *self)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), NULL);

  return self->engine;
}

/**
 * ws_topics_get_state: (get-property state)
 * @self: topics
 *
 * Gets the state of the engine.
 *
 * Returns: the state
 *
 * Since: 1.2
 */
WsEngineState
ws_topics_get_state (WsTopics *self)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), WS_ENGINE_STATE_OFFLINE);

  return self->engine != NULL ? ws_engine_get_state (self->engine) : WS_ENGINE_STATE_OFFLINE;
}

/**
 * ws_topics_get_n_topics: (get-property n-topics)
 * @self: topics
 *
 * Gets how many topics there are in this process.
 *
 * Returns: the number
 *
 * Since: 1.2
 */
guint
ws_topics_get_n_topics (WsTopics *self)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), 0);

  return g_hash_table_size (self->nodes);
}

/**
 * ws_topics_get_n_subscriptions: (get-property n-subscriptions)
 * @self: topics
 *
 * Gets how many subscriptions there are in this process.
 *
 * Returns: the number
 *
 * Since: 1.2
 */
guint64
ws_topics_get_n_subscriptions (WsTopics *self)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), 0);

  return self->n_subscriptions;
}

/**
 * ws_topics_get_n_skipped: (get-property n-skipped)
 * @self: topics
 *
 * Gets how many messages clients have missed because they were too slow.
 *
 * Returns: the number
 *
 * Since: 1.2
 */
guint64
ws_topics_get_n_skipped (WsTopics *self)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), 0);

  return self->n_skipped;
}

/**
 * ws_topics_get_max_topics_per_client: (get-property max-topics-per-client)
 * @self: topics
 *
 * Gets to how many topics a client may subscribe.
 *
 * Returns: the number
 *
 * Since: 1.2
 */
guint
ws_topics_get_max_topics_per_client (WsTopics *self)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), 0);

  return self->max_topics_per_client;
}

/**
 * ws_topics_set_max_topics_per_client: (set-property max-topics-per-client)
 * @self: topics
 * @max_topics_per_client: the number
 *
 * Sets to how many topics a client may subscribe. Those that have more keep them.
 *
 * Since: 1.2
 */
void
ws_topics_set_max_topics_per_client (WsTopics *self,
                                     guint     max_topics_per_client)
{
  g_return_if_fail (WS_IS_TOPICS (self));

  if (self->max_topics_per_client == max_topics_per_client)
    return;

  self->max_topics_per_client = max_topics_per_client;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_TOPICS_PER_CLIENT]);
}

/**
 * ws_topics_get_max_topic_length: (get-property max-topic-length)
 * @self: topics
 *
 * Gets how many bytes the name of a topic may have.
 *
 * Returns: the number
 *
 * Since: 1.2
 */
guint
ws_topics_get_max_topic_length (WsTopics *self)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), 0);

  return self->max_topic_length;
}

/**
 * ws_topics_set_max_topic_length: (set-property max-topic-length)
 * @self: topics
 * @max_topic_length: the number, 1 to 65535
 *
 * Sets how many bytes the name of a topic may have.
 *
 * Since: 1.2
 */
void
ws_topics_set_max_topic_length (WsTopics *self,
                                guint     max_topic_length)
{
  g_return_if_fail (WS_IS_TOPICS (self));

  if (self->max_topic_length == max_topic_length)
    return;

  self->max_topic_length = max_topic_length;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_TOPIC_LENGTH]);
}

/**
 * ws_topics_get_publish_queue_bytes: (get-property publish-queue-bytes)
 * @self: topics
 *
 * Gets how many bytes of other threads may wait.
 *
 * Returns: the number
 *
 * Since: 1.2
 */
guint64
ws_topics_get_publish_queue_bytes (WsTopics *self)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), 0);

  return self->publish_queue_bytes;
}

/**
 * ws_topics_set_publish_queue_bytes: (set-property publish-queue-bytes)
 * @self: topics
 * @publish_queue_bytes: the number
 *
 * Sets how many bytes of other threads may wait. One message may always wait.
 *
 * Since: 1.2
 */
void
ws_topics_set_publish_queue_bytes (WsTopics *self,
                                   guint64   publish_queue_bytes)
{
  g_return_if_fail (WS_IS_TOPICS (self));

  if (self->publish_queue_bytes == publish_queue_bytes)
    return;

  self->publish_queue_bytes = publish_queue_bytes;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PUBLISH_QUEUE_BYTES]);
}

/**
 * ws_topics_get_max_history_bytes: (get-property max-history-bytes)
 * @self: topics
 *
 * Gets how many bytes the messages that are kept may take.
 *
 * Returns: the number
 *
 * Since: 1.2
 */
guint64
ws_topics_get_max_history_bytes (WsTopics *self)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), 0);

  return self->max_history_bytes;
}

/**
 * ws_topics_set_max_history_bytes: (set-property max-history-bytes)
 * @self: topics
 * @max_history_bytes: the number
 *
 * Sets how many bytes the messages that are kept may take. It counts from the next message on.
 *
 * Since: 1.2
 */
void
ws_topics_set_max_history_bytes (WsTopics *self,
                                 guint64   max_history_bytes)
{
  g_return_if_fail (WS_IS_TOPICS (self));

  if (self->max_history_bytes == max_history_bytes)
    return;

  self->max_history_bytes = max_history_bytes;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_HISTORY_BYTES]);
}

/**
 * ws_topics_set_policy:
 * @self: topics
 * @prefix: what the names of the topics begin with: "" for all, "chat." for those of a branch
 * @policy: (nullable): how they are treated; copied; %NULL: takes the policy of this prefix back
 *
 * Sets how topics are treated. Of several prefixes that fit a topic, the longest one counts. A policy can be
 * set at any time, and counts from the next message on.
 *
 * Since: 1.2
 */
void
ws_topics_set_policy (WsTopics      *self,
                      const char    *prefix,
                      WsTopicPolicy *policy)
{
  g_return_if_fail (WS_IS_TOPICS (self));
  g_return_if_fail (prefix != NULL);

  ws_topics_put_policy (self, prefix, policy);
  if (self->engine != NULL && policy != NULL)
    ws_engine_set_history (self->engine, prefix, policy->history_messages, policy->history_seconds);
}
