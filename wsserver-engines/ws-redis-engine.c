/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver-engines/ws-redis-engine.h"

#include "wsserver-engines/ws-engine-core-private.h"
#include "wsserver-engines/ws-redis-link-private.h"

#include <string.h>

/**
 * WsRedisEngine:
 *
 * Carries messages of topics between processes through a Redis server, or one that speaks its protocol.
 *
 * ```python
 * engine = WsEngines.RedisEngine(uri="redis://127.0.0.1:6379")
 * engine.connect("error", lambda engine, code, text: print(text))
 * ```
 *
 * Each topic is a channel of Redis, whose name is [property@WsEngines.RedisEngine:prefix] and the topic.
 * Messages are published as they are, so that any other program can take part: `redis-cli PUBLISH ws.news
 * hello` reaches all clients that have subscribed to `news`. Redis does not keep the format of a message: it
 * arrives as text if its bytes are UTF-8.
 *
 * Each process has two connections to Redis, and one subscription for each topic that its clients want. The
 * engine connects again by itself, after a delay that grows from 50 milliseconds to
 * [property@WsEngines.RedisEngine:max-retry-delay]. It notices a server that hangs within two
 * [property@WsEngines.RedisEngine:ping-interval]. In the meantime it queues what is published, up to
 * [property@WsEngines.RedisEngine:publish-queue-bytes].
 *
 * Redis keeps nothing for a process that is away. After each loss of the connection, the engine
 * emits [signal@Ws.Engine::gap] when it is ready again. Messages that were written to a connection that was
 * lost are not sent again, because they may have arrived; they count in
 * [property@WsEngines.RedisEngine:n-dropped].
 *
 * Properties that say how to connect take effect when the engine is started.
 *
 * Since: 1.2
 */

/* How many names one command has, and how many messages may wait for their answer. */
#define SUBSCRIBE_BATCH 1000
#define MAX_IN_FLIGHT 65536

#define TICK_MS 1000
#define DEFAULT_URI "redis://127.0.0.1:6379"

struct _WsRedisEngine
{
  GObject parent_instance;

  WsEngineCore core;

  char         *uri;
  char         *user;
  char         *password;
  char         *prefix;
  int           database;
  GTlsDatabase *tls_database;

  GPtrArray   *servers; /* WsRedisServer; NULL while the engine is not started */
  guint        next_server;
  WsRedisLink *subscriber;
  WsRedisLink *publisher;
  guint        n_up;      /* how many of the two are logged in */
  GQueue       in_flight; /* WsEngineMessage, written and not answered */
  GSource     *retry_source;
  GSource     *wishes_source;
  GSource     *tick_source;
};

enum
{
  PROP_URI = 1,
  PROP_USER,
  PROP_PASSWORD,
  PROP_DATABASE,
  PROP_PREFIX,
  PROP_TLS_DATABASE,
  PROP_PING_INTERVAL,
  PROP_MAX_RETRY_DELAY,
  PROP_PUBLISH_QUEUE_BYTES,
  PROP_PUBLISH_QUEUE_SECONDS,
  PROP_MAX_MESSAGE_BYTES,
  PROP_QUEUED_BYTES,
  PROP_N_DROPPED,
  PROP_LAST_ERROR,
  N_PROPERTIES,
  PROP_STATE = N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void engine_init (WsEngineInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WsRedisEngine,
                               ws_redis_engine,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (WS_TYPE_ENGINE, engine_init))

static void
send_names (WsRedisEngine *self,
            const char    *command,
            GPtrArray     *names)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  g_ptr_array_add (words, (char *) command);
  for (guint i = 0; i < names->len; i++)
    {
      g_ptr_array_add (words, names->pdata[i]);
      if (words->len <= SUBSCRIBE_BATCH && i + 1 < names->len)
        continue;
      ws_redis_link_send (self->subscriber, (int) words->len, (const char **) words->pdata, NULL);
      g_ptr_array_set_size (words, 1);
    }
}

/* Asks for topics until enough waits to be written. */
static void
send_wishes (WsRedisEngine *self)
{
  while (self->core.to_send.head != NULL &&
         ws_redis_link_get_output (self->subscriber) < WS_REDIS_LINK_LOW_BYTES)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new ();
      WsEngineTopic *topic;

      while (names->len < SUBSCRIBE_BATCH && (topic = ws_engine_core_next_to_send (&self->core)) != NULL)
        g_ptr_array_add (names, topic->name);
      send_names (self, "SUBSCRIBE", names);
    }
}

static void
send_messages (WsRedisEngine *self)
{
  WsEngineMessage *message;

  if (self->core.state != WS_ENGINE_STATE_READY || self->publisher == NULL)
    return;

  while (ws_redis_link_get_output (self->publisher) < WS_REDIS_LINK_LOW_BYTES &&
         self->in_flight.length < MAX_IN_FLIGHT && (message = ws_engine_core_peek (&self->core)) != NULL)
    {
      const char *words[] = { "PUBLISH", message->name, NULL };
      gsize       lengths[] = { strlen (words[0]), strlen (message->name), 0 };

      words[2] = g_bytes_get_data (message->data, &lengths[2]);
      if (words[2] == NULL)
        words[2] = "";
      ws_engine_core_pop (&self->core);
      ws_redis_link_send (self->publisher, G_N_ELEMENTS (words), words, lengths);
      g_clear_pointer (&message->data, g_bytes_unref);
      g_queue_push_tail (&self->in_flight, message);
    }
}

static void
check_ready (WsRedisEngine *self)
{
  if (self->n_up == 2 && self->core.n_unacked == 0 && self->core.state != WS_ENGINE_STATE_READY)
    ws_engine_core_enter_ready (&self->core);
  send_messages (self);
}

static void
up_cb (WsRedisLink *link,
       gpointer     owner)
{
  g_autoptr (WsRedisEngine) self = g_object_ref (owner);

  self->n_up++;
  if (link == self->subscriber)
    send_wishes (self);
  check_ready (self);
}

static void
writable_cb (WsRedisLink *link,
             gpointer     owner)
{
  if (link == ((WsRedisEngine *) owner)->subscriber)
    send_wishes (owner);
  else
    send_messages (owner);
}

static void
take_answer (WsRedisEngine      *self,
             const WsRedisValue *value)
{
  WsEngineMessage *message = g_queue_pop_head (&self->in_flight);

  if (message == NULL)
    return;
  if (value->kind == WS_REDIS_ERROR)
    {
      g_autofree char *text = g_strescape (ws_redis_value_get_text (value), NULL);

      ws_engine_core_drop (&self->core, message, text);
    }
  else
    ws_engine_message_done (message);
  send_messages (self);
}

static void end_session (WsRedisEngine *self,
                         WsError        code,
                         const char    *reason,
                         gboolean       refused);

/* ["message", name, bytes], ["subscribe", name, number] or ["unsubscribe", name, number]. */
static void
take_push (WsRedisEngine      *self,
           const WsRedisValue *value)
{
  const WsRedisValue *name;

  if (value->kind == WS_REDIS_ERROR)
    {
      g_autofree char *text = g_strescape (ws_redis_value_get_text (value), NULL);

      end_session (self, WS_ERROR_ACCESS_DENIED, text, TRUE);
      return;
    }
  if (value->kind != WS_REDIS_ARRAY || value->n_items != 3 || value->items[1]->kind != WS_REDIS_STRING)
    return;

  name = value->items[1];
  if (ws_redis_value_is (value->items[0], "message") && value->items[2]->kind == WS_REDIS_STRING)
    ws_engine_core_deliver (&self->core, ws_redis_value_get_text (name), WS_DATA_FORMAT_AUTOMATIC,
                            value->items[2]->bytes);
  else if (ws_redis_value_is (value->items[0], "subscribe"))
    {
      ws_engine_core_acknowledge (&self->core, ws_redis_value_get_text (name));
      check_ready (self);
    }
}

static void
value_cb (WsRedisLink        *link,
          const WsRedisValue *value,
          gpointer            owner)
{
  g_autoptr (WsRedisEngine) self = g_object_ref (owner);

  if (link == self->subscriber)
    take_push (self, value);
  else
    take_answer (self, value);
}

static void
lost_cb (WsRedisLink *link,
         WsError      code,
         const char  *reason,
         gboolean     refused,
         gpointer     owner)
{
  end_session (owner, code, reason, refused);
}

static const WsRedisLinkEvents link_events = {
  .up = up_cb,
  .value = value_cb,
  .writable = writable_cb,
  .lost = lost_cb,
};

/* Both connections go to the same server: what one publishes has to reach the other. */
static void
begin_session (WsRedisEngine *self)
{
  const WsRedisServer     *server = self->servers->pdata[self->next_server];
  const WsRedisLinkOptions options = {
    .user = server->user != NULL ? server->user : self->user,
    .password = server->password != NULL ? server->password : self->password,
    .database = server->database >= 0 ? server->database : self->database,
    .tls_database = self->tls_database,
    .context = self->core.context,
    .max_message_bytes = self->core.max_message_bytes,
    .ping_ms = self->core.ping_ms,
  };

  self->subscriber = ws_redis_link_new (server, &options, &link_events, self);
  self->publisher = ws_redis_link_new (server, &options, &link_events, self);
}

static gboolean
retry_cb (gpointer user_data)
{
  WsRedisEngine *self = user_data;

  ws_engine_clear_source (&self->retry_source);
  begin_session (self);
  return G_SOURCE_REMOVE;
}

static void
close_links (WsRedisEngine *self)
{
  self->n_up = 0;
  ws_engine_clear_source (&self->wishes_source);
  g_clear_pointer (&self->subscriber, ws_redis_link_close);
  g_clear_pointer (&self->publisher, ws_redis_link_close);
}

static void
drop_in_flight (WsRedisEngine *self,
                const char    *reason)
{
  GQueue           lost = self->in_flight;
  WsEngineMessage *message;

  g_queue_init (&self->in_flight);
  while ((message = g_queue_pop_head (&lost)) != NULL)
    ws_engine_core_drop (&self->core, message, reason);
}

/* Everything is in order for the next attempt before a handler runs, which may stop the engine. */
static void
end_session (WsRedisEngine *self,
             WsError        code,
             const char    *reason,
             gboolean       refused)
{
  g_autoptr (WsRedisEngine) keep = g_object_ref (self);
  g_autofree char *told = g_strdup (reason);

  close_links (self);
  if (self->core.state == WS_ENGINE_STATE_READY)
    ws_engine_core_note_gap (&self->core, told);
  ws_engine_core_ask_again (&self->core);
  self->next_server = (self->next_server + 1) % self->servers->len;
  self->retry_source =
      ws_engine_core_add_timeout (&self->core, ws_engine_core_take_delay_ms (&self->core, refused),
                                  retry_cb, self);
  ws_engine_core_set_state (&self->core, refused ? WS_ENGINE_STATE_FAILED : WS_ENGINE_STATE_CONNECTING,
                            code, told);
  drop_in_flight (self, "the connection was lost before Redis had acknowledged a message");
}

/* Once a second while something has a time limit. */
static gboolean
tick_cb (gpointer user_data)
{
  WsRedisEngine *self = user_data;
  g_autoptr (GObject) keep = g_object_ref (user_data);
  g_autoptr (GPtrArray) names = ws_engine_core_take_unwanted (&self->core);

  if (names->len > 0 && self->subscriber != NULL)
    send_names (self, "UNSUBSCRIBE", names);
  if (self->core.messages.length == 0 && self->core.n_unwanted == 0)
    ws_engine_clear_source (&self->tick_source);
  ws_engine_core_drop_old (&self->core);
  return G_SOURCE_CONTINUE;
}

static void
ensure_tick (WsRedisEngine *self)
{
  if (self->tick_source == NULL)
    self->tick_source = ws_engine_core_add_timeout (&self->core, TICK_MS, tick_cb, self);
}

static void
start_redis (WsEngine *engine)
{
  WsRedisEngine   *self = WS_REDIS_ENGINE (engine);
  g_autofree char *fault = NULL;

  if (self->core.n_starts++ > 0)
    return;

  g_clear_pointer (&self->core.context, g_main_context_unref);
  self->core.context = g_main_context_ref_thread_default ();
  g_free (self->core.prefix);
  self->core.prefix = g_strdup (self->prefix);
  self->core.retry_ms = 0;
  self->next_server = 0;
  self->servers = ws_redis_server_list_parse (self->uri, &fault);
  if (self->servers == NULL)
    {
      ws_engine_core_set_state (&self->core, WS_ENGINE_STATE_FAILED, WS_ERROR_INVALID_ARGUMENT, fault);
      return;
    }
  begin_session (self);
  ws_engine_core_set_state (&self->core, WS_ENGINE_STATE_CONNECTING, 0, NULL);
}

static void
end_all (WsRedisEngine *self)
{
  send_messages (self);
  close_links (self);
  ws_engine_clear_source (&self->retry_source);
  ws_engine_clear_source (&self->tick_source);
  ws_engine_core_forget_topics (&self->core);
  g_clear_pointer (&self->servers, g_ptr_array_unref);
  g_clear_pointer (&self->core.gap_reason, g_free);
}

static void
stop_redis (WsEngine *engine)
{
  WsRedisEngine *self = WS_REDIS_ENGINE (engine);

  g_return_if_fail (self->core.n_starts > 0);

  if (--self->core.n_starts > 0)
    return;

  end_all (self);
  ws_engine_core_set_state (&self->core, WS_ENGINE_STATE_OFFLINE, 0, NULL);
  drop_in_flight (self, "the engine was stopped before Redis had acknowledged a message");
  ws_engine_core_drop_all (&self->core, "the engine was stopped before a message was sent");
}

static gboolean
wishes_cb (gpointer user_data)
{
  WsRedisEngine *self = user_data;

  ws_engine_clear_source (&self->wishes_source);
  send_wishes (self);
  return G_SOURCE_REMOVE;
}

static gboolean
subscribe_redis (WsEngine   *engine,
                 const char *topic,
                 GError    **error)
{
  WsRedisEngine *self = WS_REDIS_ENGINE (engine);

  if (self->core.n_starts == 0)
    {
      g_propagate_error (error, ws_engine_error_new (WS_ERROR_ENGINE_UNAVAILABLE,
                                                     "the engine is not started"));
      return FALSE;
    }
  ws_engine_core_subscribe (&self->core, topic);
  /* Those that are asked for in one turn go out in one command. */
  if (self->subscriber != NULL && ws_redis_link_is_up (self->subscriber) && self->wishes_source == NULL)
    self->wishes_source = ws_engine_core_add_timeout (&self->core, 0, wishes_cb, self);
  return TRUE;
}

static void
unsubscribe_redis (WsEngine   *engine,
                   const char *topic)
{
  WsRedisEngine *self = WS_REDIS_ENGINE (engine);

  if (self->core.n_starts == 0)
    return;
  ws_engine_core_unsubscribe (&self->core, topic);
  ensure_tick (self);
}

static gboolean
hand_over (WsRedisEngine *self,
           const char    *topic,
           GBytes        *data,
           GTask         *task,
           GError       **error)
{
  const gsize output = self->publisher != NULL ? ws_redis_link_get_output (self->publisher) : 0;

  if (!ws_engine_core_publish (&self->core, topic, data, output, task, error))
    return FALSE;

  send_messages (self);
  if (self->core.messages.length > 0)
    ensure_tick (self);
  return TRUE;
}

static gboolean
publish_redis (WsEngine    *engine,
               const char  *topic,
               WsDataFormat format,
               GBytes      *data,
               GError     **error)
{
  return hand_over (WS_REDIS_ENGINE (engine), topic, data, NULL, error);
}

static void
publish_redis_async (WsEngine           *engine,
                     const char         *topic,
                     WsDataFormat        format,
                     GBytes             *data,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (engine, cancellable, callback, user_data);

  g_task_set_source_tag (task, publish_redis_async);
  if (!g_task_return_error_if_cancelled (task))
    hand_over (WS_REDIS_ENGINE (engine), topic, data, g_steal_pointer (&task), NULL);
}

static gboolean
publish_redis_finish (WsEngine     *engine,
                      GAsyncResult *result,
                      char        **position,
                      GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, engine), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static WsEngineFeatures
get_redis_features (WsEngine *engine)
{
  return WS_ENGINE_FEATURES_ECHO;
}

static void
engine_init (WsEngineInterface *iface)
{
  iface->start = start_redis;
  iface->stop = stop_redis;
  iface->subscribe = subscribe_redis;
  iface->unsubscribe = unsubscribe_redis;
  iface->publish = publish_redis;
  iface->publish_async = publish_redis_async;
  iface->publish_finish = publish_redis_finish;
  iface->get_features = get_redis_features;
}

static void
ws_redis_engine_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  WsRedisEngine *self = WS_REDIS_ENGINE (object);

  switch (prop_id)
    {
    case PROP_URI:
      g_value_take_string (value, ws_redis_server_list_mask (self->uri));
      break;
    case PROP_USER:
      g_value_set_string (value, self->user);
      break;
    case PROP_DATABASE:
      g_value_set_int (value, self->database);
      break;
    case PROP_PREFIX:
      g_value_set_string (value, self->prefix);
      break;
    case PROP_TLS_DATABASE:
      g_value_set_object (value, self->tls_database);
      break;
    default:
      if (!ws_engine_core_get_property (&self->core, pspec, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_redis_engine_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  WsRedisEngine *self = WS_REDIS_ENGINE (object);

  switch (prop_id)
    {
    case PROP_URI:
      ws_engine_set_string (object, &self->uri, value, pspec);
      break;
    case PROP_USER:
      ws_engine_set_string (object, &self->user, value, pspec);
      break;
    case PROP_PASSWORD:
      ws_engine_set_string (object, &self->password, value, pspec);
      break;
    case PROP_PREFIX:
      ws_engine_set_string (object, &self->prefix, value, pspec);
      break;
    case PROP_DATABASE:
      if (self->database == g_value_get_int (value))
        break;
      self->database = g_value_get_int (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_TLS_DATABASE:
      if (g_set_object (&self->tls_database, g_value_get_object (value)))
        g_object_notify_by_pspec (object, pspec);
      break;
    default:
      if (!ws_engine_core_set_property (&self->core, pspec, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* An engine that goes without having been stopped tells nobody. */
static void
ws_redis_engine_dispose (GObject *object)
{
  WsRedisEngine *self = WS_REDIS_ENGINE (object);

  self->core.n_starts = 0;
  end_all (self);
  drop_in_flight (self, "the engine was dropped");
  ws_engine_core_drop_all (&self->core, "the engine was dropped");
  G_OBJECT_CLASS (ws_redis_engine_parent_class)->dispose (object);
}

static void
ws_redis_engine_finalize (GObject *object)
{
  WsRedisEngine *self = WS_REDIS_ENGINE (object);

  ws_engine_core_clear (&self->core);
  g_clear_object (&self->tls_database);
  g_free (self->uri);
  g_free (self->user);
  g_free (self->password);
  g_free (self->prefix);
  G_OBJECT_CLASS (ws_redis_engine_parent_class)->finalize (object);
}

static void
ws_redis_engine_init (WsRedisEngine *self)
{
  ws_engine_core_init (&self->core, WS_ENGINE (self));
  g_queue_init (&self->in_flight);
  self->uri = g_strdup (DEFAULT_URI);
  self->prefix = g_strdup ("ws.");
}

static void
ws_redis_engine_class_init (WsRedisEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ws_redis_engine_get_property;
  object_class->set_property = ws_redis_engine_set_property;
  object_class->dispose = ws_redis_engine_dispose;
  object_class->finalize = ws_redis_engine_finalize;

  /**
   * WsRedisEngine:uri:
   *
   * The server: `redis://user:password@host:port/database`, where only the host is needed; `rediss://…` for
   * TLS; `unix:/path` for a Unix socket. Several servers are separated by commas and tried in turn; they
   * have to be one system, such as a primary and what takes its place. Special characters in a user or
   * password are percent-encoded. Reading it leaves passwords out.
   *
   * Since: 1.2
   */
  properties[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, DEFAULT_URI, WS_ENGINE_READWRITE);

  /**
   * WsRedisEngine:user:
   *
   * The user, where the URI names none. %NULL: Redis' default user.
   *
   * Since: 1.2
   */
  properties[PROP_USER] = g_param_spec_string ("user", NULL, NULL, NULL, WS_ENGINE_READWRITE);

  /**
   * WsRedisEngine:password:
   *
   * The password, where the URI has none. %NULL: no login. It cannot be read.
   *
   * Since: 1.2
   */
  properties[PROP_PASSWORD] = g_param_spec_string ("password", NULL, NULL, NULL,
                                                   WS_ENGINE_WRITABLE);

  /**
   * WsRedisEngine:database:
   *
   * The number of the database, where the URI names none. Channels are the same in all databases; a user may
   * be limited to one.
   *
   * Since: 1.2
   */
  properties[PROP_DATABASE] = g_param_spec_int ("database", NULL, NULL, 0, 65535, 0, WS_ENGINE_READWRITE);

  /**
   * WsRedisEngine:prefix:
   *
   * What the names of channels begin with. It may be empty.
   *
   * Since: 1.2
   */
  properties[PROP_PREFIX] = g_param_spec_string ("prefix", NULL, NULL, "ws.", WS_ENGINE_READWRITE);

  /**
   * WsRedisEngine:tls-database:
   *
   * The authorities that may have signed the certificate of the server. %NULL: those of the system.
   *
   * Since: 1.2
   */
  properties[PROP_TLS_DATABASE] = g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE,
                                                       WS_ENGINE_READWRITE);

  /**
   * WsRedisEngine:ping-interval:
   *
   * After how many milliseconds the engine asks whether Redis is still there. A server that has not answered
   * when the same time has passed again counts as lost.
   *
   * Since: 1.2
   */
  /**
   * WsRedisEngine:max-retry-delay:
   *
   * The longest delay between two attempts to connect, in milliseconds. Half of it is random, and up to half
   * of it is added. The engine waits for this time at once if it was refused, for example with a wrong
   * password.
   *
   * Since: 1.2
   */
  /**
   * WsRedisEngine:publish-queue-bytes:
   *
   * How much may wait to be sent, with 128 bytes more for each message. A message that does not fit is
   * refused with `WS_ERROR_ENGINE_UNAVAILABLE`. 0: nothing is queued while the engine is not ready.
   *
   * Since: 1.2
   */
  /**
   * WsRedisEngine:publish-queue-seconds:
   *
   * How long a message may wait before it is dropped.
   *
   * Since: 1.2
   */
  /**
   * WsRedisEngine:max-message-bytes:
   *
   * How long a message may be. Longer ones are not sent. The engine closes the connection to a server that
   * sends a longer one, and connects again.
   *
   * Since: 1.2
   */
  /**
   * WsRedisEngine:queued-bytes:
   *
   * How much waits to be sent at the moment, counted as in
   * [property@WsEngines.RedisEngine:publish-queue-bytes]. Changes are not notified.
   *
   * Since: 1.2
   */
  /**
   * WsRedisEngine:n-dropped:
   *
   * How many messages of this process were refused, dropped, or written to a connection that was lost before
   * the server had acknowledged them. Changes are not notified.
   *
   * Since: 1.2
   */
  /**
   * WsRedisEngine:last-error:
   *
   * What went wrong last, in words without a password, or %NULL.
   *
   * Since: 1.2
   */
  ws_engine_core_fill_properties (properties, PROP_PING_INTERVAL);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  g_object_class_override_property (object_class, PROP_STATE, "state");
}

/**
 * ws_redis_engine_new:
 * @uri: the server, or several; see [property@WsEngines.RedisEngine:uri]
 *
 * Makes an engine. `WsTopics` starts it. If the URI is not valid, the engine is `WS_ENGINE_STATE_FAILED`
 * then.
 *
 * Returns: (transfer full): a new engine
 *
 * Since: 1.2
 */
WsRedisEngine *
ws_redis_engine_new (const char *uri)
{
  g_return_val_if_fail (uri != NULL, NULL);

  return g_object_new (WS_TYPE_REDIS_ENGINE, "uri", uri, NULL);
}
