/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-engine.h"

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/base/ws-marshal.h"
#include "wsserver/base/ws-param-private.h"

/**
 * WsEngine:
 *
 * What carries messages of topics between processes.
 *
 * `WsTopics` starts its engine when it is made and stops it when it goes. All calls come from the
 * thread of the server, and all signals have to be emitted in that thread. No call waits: an engine that
 * talks to another process does so from the main loop.
 *
 * An engine
 *
 * - passes on what [method@Ws.Engine.publish] gives it, in this order, and emits
 *   [signal@Ws.Engine::message] for what it receives;
 * - remembers what [method@Ws.Engine.subscribe] asks for, and asks its other end for it again after each
 *   loss of the connection;
 * - is `WS_ENGINE_STATE_READY` only if the other end has acknowledged all of it;
 * - emits [signal@Ws.Engine::gap] where messages may have been lost.
 *
 * A class of Python or JavaScript can be one:
 *
 * ```python
 * class Loopback(GObject.Object, Ws.Engine):
 *     state = GObject.Property(type=Ws.EngineState, default=Ws.EngineState.OFFLINE)
 *
 *     def do_start(self):
 *         self.state = Ws.EngineState.READY
 *
 *     def do_stop(self):
 *         self.state = Ws.EngineState.OFFLINE
 *
 *     def do_get_features(self):
 *         return Ws.EngineFeatures.ECHO
 *
 *     def do_publish(self, topic, format, data):
 *         self.emit("message", topic, format, data, None)
 *         return True
 * ```
 *
 * Since: 1.2
 */

G_DEFINE_INTERFACE (WsEngine, ws_engine, G_TYPE_OBJECT)

enum
{
  SIGNAL_MESSAGE,
  SIGNAL_SUBSCRIBED,
  SIGNAL_GAP,
  SIGNAL_ERROR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Handlers read the string while the emission lasts, so it need not be copied for them. */
#define STRING_OF_EMISSION (G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE)

static void
add_message_signal (void)
{
  /**
   * WsEngine::message:
   * @self: the engine
   * @topic: the topic
   * @format: `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY`; `WS_DATA_FORMAT_AUTOMATIC` if the engine does
   *   not know: then it is text if the bytes are UTF-8
   * @data: the message
   * @position: (nullable): where it lies in the history of the topic, or %NULL without history
   *
   * A message has arrived.
   *
   * Since: 1.2
   */
  signals[SIGNAL_MESSAGE] =
      g_signal_new ("message", WS_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    ws_marshal_VOID__STRING_ENUM_BOXED_STRING, G_TYPE_NONE, 4, STRING_OF_EMISSION,
                    WS_TYPE_DATA_FORMAT, G_TYPE_BYTES, STRING_OF_EMISSION);
  g_signal_set_va_marshaller (signals[SIGNAL_MESSAGE], WS_TYPE_ENGINE,
                              ws_marshal_VOID__STRING_ENUM_BOXED_STRINGv);
}

static void
add_subscribed_signal (void)
{
  /**
   * WsEngine::subscribed:
   * @self: the engine
   * @topic: the topic
   *
   * The other end has acknowledged a subscription. What is published from now on arrives here. An engine
   * that emits this again after a loss of the connection does no harm.
   *
   * Since: 1.2
   */
  signals[SIGNAL_SUBSCRIBED] =
      g_signal_new ("subscribed", WS_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    ws_marshal_VOID__STRING, G_TYPE_NONE, 1, STRING_OF_EMISSION);
  g_signal_set_va_marshaller (signals[SIGNAL_SUBSCRIBED], WS_TYPE_ENGINE, ws_marshal_VOID__STRINGv);
}

static void
add_gap_signal (void)
{
  /**
   * WsEngine::gap:
   * @self: the engine
   * @topic: (nullable): the topic, or %NULL for all
   * @reason: what happened, in words
   *
   * Messages may have been lost before this point. Emitted once for each loss, when the engine can be asked
   * for its history again.
   *
   * Since: 1.2
   */
  signals[SIGNAL_GAP] =
      g_signal_new ("gap", WS_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, ws_marshal_VOID__STRING_STRING,
                    G_TYPE_NONE, 2, STRING_OF_EMISSION, STRING_OF_EMISSION);
  g_signal_set_va_marshaller (signals[SIGNAL_GAP], WS_TYPE_ENGINE, ws_marshal_VOID__STRING_STRINGv);
}

static void
add_error_signal (void)
{
  /**
   * WsEngine::error:
   * @self: the engine
   * @code: one of [error@Ws.Error]
   * @description: what happened, in words, without a password
   *
   * Something failed. Emitted with each change to `WS_ENGINE_STATE_FAILED`, and for messages that are
   * dropped.
   *
   * Since: 1.2
   */
  signals[SIGNAL_ERROR] =
      g_signal_new ("error", WS_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, ws_marshal_VOID__INT_STRING,
                    G_TYPE_NONE, 2, G_TYPE_INT, STRING_OF_EMISSION);
  g_signal_set_va_marshaller (signals[SIGNAL_ERROR], WS_TYPE_ENGINE, ws_marshal_VOID__INT_STRINGv);
}

static void
ws_engine_default_init (WsEngineInterface *iface)
{
  /**
   * WsEngine:state: (getter get_state)
   *
   * What the engine is doing. Changes are notified.
   *
   * Since: 1.2
   */
  g_object_interface_install_property (
      iface, g_param_spec_enum ("state", NULL, NULL, WS_TYPE_ENGINE_STATE, WS_ENGINE_STATE_OFFLINE,
                                WS_PARAM_READABLE));
  add_message_signal ();
  add_subscribed_signal ();
  add_gap_signal ();
  add_error_signal ();
}

/**
 * ws_engine_get_state: (get-property state)
 * @self: an engine
 *
 * Gets what the engine is doing.
 *
 * Returns: the state
 *
 * Since: 1.2
 */
WsEngineState
ws_engine_get_state (WsEngine *self)
{
  WsEngineState state = WS_ENGINE_STATE_OFFLINE;

  g_return_val_if_fail (WS_IS_ENGINE (self), WS_ENGINE_STATE_OFFLINE);

  g_object_get (self, "state", &state, NULL);
  return state;
}

/**
 * ws_engine_get_features:
 * @self: an engine
 *
 * Gets what the engine can do. It does not change while the engine is started.
 *
 * Returns: the features
 *
 * Since: 1.2
 */
WsEngineFeatures
ws_engine_get_features (WsEngine *self)
{
  WsEngineInterface *iface;

  g_return_val_if_fail (WS_IS_ENGINE (self), WS_ENGINE_FEATURES_NONE);

  iface = WS_ENGINE_GET_IFACE (self);
  return iface->get_features != NULL ? iface->get_features (self) : WS_ENGINE_FEATURES_NONE;
}

/**
 * ws_engine_start:
 * @self: an engine
 *
 * Begins to connect. [property@Ws.Engine:state] says what comes of it. Only `WsTopics` calls this.
 *
 * Since: 1.2
 */
void
ws_engine_start (WsEngine *self)
{
  WsEngineInterface *iface;

  g_return_if_fail (WS_IS_ENGINE (self));

  iface = WS_ENGINE_GET_IFACE (self);
  g_return_if_fail (iface->start != NULL);
  iface->start (self);
}

/**
 * ws_engine_stop:
 * @self: an engine
 *
 * Writes what its socket accepts at once, and ends. The engine forgets its subscriptions. Only
 * `WsTopics` calls this.
 *
 * Since: 1.2
 */
void
ws_engine_stop (WsEngine *self)
{
  WsEngineInterface *iface;

  g_return_if_fail (WS_IS_ENGINE (self));

  iface = WS_ENGINE_GET_IFACE (self);
  g_return_if_fail (iface->stop != NULL);
  iface->stop (self);
}

/**
 * ws_engine_subscribe:
 * @self: an engine
 * @topic: a topic
 * @error: return location for an error, or %NULL
 *
 * Tells the engine that messages of a topic are wanted in this process, whatever its state is. The engine
 * remembers it until [method@Ws.Engine.unsubscribe] or [method@Ws.Engine.stop], and emits
 * [signal@Ws.Engine::subscribed] when its other end has acknowledged it. `WsTopics` calls this once for
 * a topic, however many clients have subscribed to it.
 *
 * Returns: %TRUE if the engine will do so, %FALSE with @error set
 *
 * Since: 1.2
 */
gboolean
ws_engine_subscribe (WsEngine   *self,
                     const char *topic,
                     GError    **error)
{
  WsEngineInterface *iface;

  g_return_val_if_fail (WS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (topic != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  iface = WS_ENGINE_GET_IFACE (self);
  if (iface->subscribe == NULL || iface->subscribe (self, topic, error))
    return TRUE;

  if (error != NULL && *error == NULL)
    ws_set_error (error, WS_ERROR_ENGINE_UNAVAILABLE, "%s refuses to subscribe and gives no reason: %s",
                  G_OBJECT_TYPE_NAME (self), topic);
  return FALSE;
}

/**
 * ws_engine_unsubscribe:
 * @self: an engine
 * @topic: a topic of [method@Ws.Engine.subscribe]
 *
 * Tells the engine that messages of a topic are no longer wanted.
 *
 * Since: 1.2
 */
void
ws_engine_unsubscribe (WsEngine   *self,
                       const char *topic)
{
  WsEngineInterface *iface;

  g_return_if_fail (WS_IS_ENGINE (self));
  g_return_if_fail (topic != NULL);

  iface = WS_ENGINE_GET_IFACE (self);
  if (iface->unsubscribe != NULL)
    iface->unsubscribe (self, topic);
}

/**
 * ws_engine_publish:
 * @self: an engine
 * @topic: a topic
 * @format: `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY`; text was checked to be UTF-8
 * @data: the message; referenced, not copied
 * @error: return location for an error, or %NULL
 *
 * Hands a message over. Returns at once: while the engine is not ready it puts the message into a limited
 * queue. `%TRUE` does not mean that anybody has received it.
 *
 * Sets @error to `WS_ERROR_ENGINE_UNAVAILABLE` if the queue is full, or the engine has none.
 *
 * Returns: %TRUE if the engine has taken the message, %FALSE with @error set
 *
 * Since: 1.2
 */
gboolean
ws_engine_publish (WsEngine    *self,
                   const char  *topic,
                   WsDataFormat format,
                   GBytes      *data,
                   GError     **error)
{
  WsEngineInterface *iface;

  g_return_val_if_fail (WS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (topic != NULL, FALSE);
  g_return_val_if_fail (data != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  iface = WS_ENGINE_GET_IFACE (self);
  g_return_val_if_fail (iface->publish != NULL, FALSE);
  if (iface->publish (self, topic, format, data, error))
    return TRUE;

  if (error != NULL && *error == NULL)
    ws_set_error (error, WS_ERROR_ENGINE_UNAVAILABLE, "%s has not taken the message and gives no reason: %s",
                  G_OBJECT_TYPE_NAME (self), topic);
  return FALSE;
}

static void
publish_for_task (WsEngine    *self,
                  const char  *topic,
                  WsDataFormat format,
                  GBytes      *data,
                  GTask       *task)
{
  GError *error = NULL;

  if (ws_engine_publish (self, topic, format, data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * ws_engine_publish_async:
 * @self: an engine
 * @topic: a topic
 * @format: as in [method@Ws.Engine.publish]
 * @data: the message; referenced, not copied
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async) (closure user_data): called when the other end has the message
 * @user_data: data for @callback
 *
 * Hands a message over and reports what became of it. With an engine whose other end does not acknowledge
 * messages, the call ends when the engine has taken it.
 *
 * Since: 1.2
 */
void
ws_engine_publish_async (WsEngine           *self,
                         const char         *topic,
                         WsDataFormat        format,
                         GBytes             *data,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  WsEngineInterface *iface;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (WS_IS_ENGINE (self));
  g_return_if_fail (topic != NULL);
  g_return_if_fail (data != NULL);

  iface = WS_ENGINE_GET_IFACE (self);
  if (iface->publish_async != NULL)
    {
      iface->publish_async (self, topic, format, data, cancellable, callback, user_data);
      return;
    }

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ws_engine_publish_async);
  if (!g_task_return_error_if_cancelled (task))
    publish_for_task (self, topic, format, data, task);
}

/**
 * ws_engine_publish_finish:
 * @self: an engine
 * @result: the result that the callback got
 * @position: (out) (optional) (nullable): where the message lies in the history of the topic, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Gets the result of [method@Ws.Engine.publish_async].
 *
 * Returns: %TRUE if the message was taken, %FALSE with @error set
 *
 * Since: 1.2
 */
gboolean
ws_engine_publish_finish (WsEngine     *self,
                          GAsyncResult *result,
                          char        **position,
                          GError      **error)
{
  WsEngineInterface *iface;

  g_return_val_if_fail (WS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (position != NULL)
    *position = NULL;
  iface = WS_ENGINE_GET_IFACE (self);
  if (iface->publish_async != NULL)
    return iface->publish_finish (self, result, position, error);

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * ws_engine_set_history:
 * @self: an engine
 * @prefix: what the names of the topics begin with; empty: all topics
 * @max_messages: how many messages to keep of each of these topics; 0: none
 * @max_seconds: for how long to keep them, in seconds; 0: no limit
 *
 * Tells the engine how much to keep. Of several prefixes that fit a topic, the longest one counts.
 * `WsTopics` calls this for its policies, before anything is published.
 *
 * Since: 1.2
 */
void
ws_engine_set_history (WsEngine   *self,
                       const char *prefix,
                       guint       max_messages,
                       guint       max_seconds)
{
  WsEngineInterface *iface;

  g_return_if_fail (WS_IS_ENGINE (self));
  g_return_if_fail (prefix != NULL);

  iface = WS_ENGINE_GET_IFACE (self);
  if (iface->set_history != NULL)
    iface->set_history (self, prefix, max_messages, max_seconds);
}

/**
 * ws_engine_history_async:
 * @self: an engine
 * @topic: a topic
 * @since: (nullable): a position: the messages after it are wanted; %NULL: the newest ones are wanted
 * @max_messages: how many messages at most
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async) (closure user_data): called when the messages are there
 * @user_data: data for @callback
 *
 * Reads what the engine has kept of a topic.
 *
 * The answer is a [struct@Ws.TopicHistory]. With @since, it is `recovered` if it has all messages after that
 * position. If the engine does not know the position, because it is too old, newer than its newest message,
 * or of another epoch, or if there are more than @max_messages, it is not `recovered` and has the newest
 * messages.
 *
 * The call fails with `WS_ERROR_OPERATION_NOT_SUPPORTED` if the engine keeps nothing, and with
 * `WS_ERROR_ENGINE_UNAVAILABLE` if it is not ready.
 *
 * Since: 1.2
 */
void
ws_engine_history_async (WsEngine           *self,
                         const char         *topic,
                         const char         *since,
                         guint               max_messages,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  WsEngineInterface *iface;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (WS_IS_ENGINE (self));
  g_return_if_fail (topic != NULL);

  iface = WS_ENGINE_GET_IFACE (self);
  if (iface->history_async != NULL)
    {
      iface->history_async (self, topic, since, max_messages, cancellable, callback, user_data);
      return;
    }

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ws_engine_history_async);
  g_task_return_error (task, ws_error_new (WS_ERROR_OPERATION_NOT_SUPPORTED, "%s keeps no messages",
                                           G_OBJECT_TYPE_NAME (self)));
}

/**
 * ws_engine_history_finish:
 * @self: an engine
 * @result: the result that the callback got
 * @error: return location for an error, or %NULL
 *
 * Gets the result of [method@Ws.Engine.history_async].
 *
 * Returns: (transfer full) (nullable): the messages; %NULL with @error set
 *
 * Since: 1.2
 */
WsTopicHistory *
ws_engine_history_finish (WsEngine     *self,
                          GAsyncResult *result,
                          GError      **error)
{
  WsEngineInterface *iface;

  g_return_val_if_fail (WS_IS_ENGINE (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  iface = WS_ENGINE_GET_IFACE (self);
  if (iface->history_async != NULL)
    return iface->history_finish (self, result, error);

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * ws_engine_emit_message:
 * @self: an engine
 * @topic: the topic
 * @format: as in [signal@Ws.Engine::message]
 * @data: the message
 * @position: (nullable): where it lies in the history of the topic, or %NULL
 *
 * Emits [signal@Ws.Engine::message]. For classes that implement an engine.
 *
 * Since: 1.2
 */
void
ws_engine_emit_message (WsEngine    *self,
                        const char  *topic,
                        WsDataFormat format,
                        GBytes      *data,
                        const char  *position)
{
  g_return_if_fail (WS_IS_ENGINE (self));
  g_return_if_fail (topic != NULL);
  g_return_if_fail (data != NULL);

  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, topic, format, data, position);
}

/**
 * ws_engine_emit_subscribed:
 * @self: an engine
 * @topic: the topic
 *
 * Emits [signal@Ws.Engine::subscribed]. For classes that implement an engine.
 *
 * Since: 1.2
 */
void
ws_engine_emit_subscribed (WsEngine   *self,
                           const char *topic)
{
  g_return_if_fail (WS_IS_ENGINE (self));
  g_return_if_fail (topic != NULL);

  g_signal_emit (self, signals[SIGNAL_SUBSCRIBED], 0, topic);
}

/**
 * ws_engine_emit_gap:
 * @self: an engine
 * @topic: (nullable): the topic, or %NULL for all
 * @reason: what happened, in words
 *
 * Emits [signal@Ws.Engine::gap]. For classes that implement an engine.
 *
 * Since: 1.2
 */
void
ws_engine_emit_gap (WsEngine   *self,
                    const char *topic,
                    const char *reason)
{
  g_return_if_fail (WS_IS_ENGINE (self));
  g_return_if_fail (reason != NULL);

  g_signal_emit (self, signals[SIGNAL_GAP], 0, topic, reason);
}

/**
 * ws_engine_emit_error:
 * @self: an engine
 * @code: one of [error@Ws.Error]
 * @description: what happened, in words
 *
 * Emits [signal@Ws.Engine::error]. For classes that implement an engine.
 *
 * Since: 1.2
 */
void
ws_engine_emit_error (WsEngine   *self,
                      int         code,
                      const char *description)
{
  g_return_if_fail (WS_IS_ENGINE (self));
  g_return_if_fail (description != NULL);

  g_signal_emit (self, signals[SIGNAL_ERROR], 0, code, description);
}
