/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signals, and the functions that emit them. */
#include "wsserver/topics/ws-topics-signals-private.h"

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/base/ws-marshal.h"

enum
{
  SIGNAL_SUBSCRIBED,
  SIGNAL_UNSUBSCRIBED,
  SIGNAL_MESSAGE,
  SIGNAL_ENCODE,
  SIGNAL_SKIPPED,
  SIGNAL_GAP,
  SIGNAL_ERROR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
add_subscription_signals (GType type)
{
  /**
   * WsTopics::subscribed:
   * @self: the topics
   * @connection: (nullable): the client; %NULL: the program itself
   * @topic: the topic or pattern
   *
   * A client has subscribed, and has been sent what was kept for it.
   *
   * Since: 1.2
   */
  signals[SIGNAL_SUBSCRIBED] =
      g_signal_new ("subscribed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, ws_marshal_VOID__OBJECT_STRING,
                    G_TYPE_NONE, 2, WS_TYPE_CONNECTION, G_TYPE_STRING);
  g_signal_set_va_marshaller (signals[SIGNAL_SUBSCRIBED], type, ws_marshal_VOID__OBJECT_STRINGv);

  /**
   * WsTopics::unsubscribed:
   * @self: the topics
   * @connection: (nullable): the client; %NULL: the program itself
   * @topic: the topic or pattern
   *
   * A client has given up a topic. It is not emitted for a client whose connection has ended: that one has
   * left all its topics before [signal@Ws.Server::disconnected], which tells it once.
   *
   * Since: 1.2
   */
  signals[SIGNAL_UNSUBSCRIBED] =
      g_signal_new ("unsubscribed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, ws_marshal_VOID__OBJECT_STRING,
                    G_TYPE_NONE, 2, WS_TYPE_CONNECTION, G_TYPE_STRING);
  g_signal_set_va_marshaller (signals[SIGNAL_UNSUBSCRIBED], type, ws_marshal_VOID__OBJECT_STRINGv);
}

static void
add_arrival_signal (GType type)
{
  /**
   * WsTopics::message:
   * @self: the topics
   * @topic: the topic
   * @format: `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY`
   * @data: the message
   * @position: (nullable): where it lies in the history of the topic; %NULL if nothing is kept
   *
   * A message of a topic has arrived, and goes to the clients. With an engine that talks to other processes,
   * it arrives only if a client of this process has subscribed to the topic, or the program has with
   * [method@Ws.Topics.subscribe]. The detail is the topic: `message::news`.
   *
   * Since: 1.2
   */
  signals[SIGNAL_MESSAGE] =
      g_signal_new ("message", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL,
                    ws_marshal_VOID__STRING_ENUM_BOXED_STRING, G_TYPE_NONE, 4, G_TYPE_STRING,
                    WS_TYPE_DATA_FORMAT, G_TYPE_BYTES, G_TYPE_STRING);
  g_signal_set_va_marshaller (signals[SIGNAL_MESSAGE], type, ws_marshal_VOID__STRING_ENUM_BOXED_STRINGv);
}

static void
add_encode_signal (GType type)
{
  /**
   * WsTopics::encode:
   * @self: the topics
   * @topic: the topic
   * @format: `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY`
   * @data: the message
   * @position: (nullable): where it lies in the history of the topic; %NULL if nothing is kept
   *
   * Makes what clients get of a message, for example JSON with the topic, the position and the message. It is
   * called once for a message, however many clients there are. Without a handler they get the message itself.
   * The detail is the topic. Only the first handler is called.
   *
   * Returns: (transfer full) (nullable): what clients get, in the format of the message; %NULL: the message
   *   itself
   *
   * Since: 1.2
   */
  signals[SIGNAL_ENCODE] =
      g_signal_new ("encode", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0,
                    g_signal_accumulator_first_wins, NULL, ws_marshal_BOXED__STRING_ENUM_BOXED_STRING,
                    G_TYPE_BYTES, 4, G_TYPE_STRING, WS_TYPE_DATA_FORMAT, G_TYPE_BYTES, G_TYPE_STRING);
  g_signal_set_va_marshaller (signals[SIGNAL_ENCODE], type, ws_marshal_BOXED__STRING_ENUM_BOXED_STRINGv);
}

static void
add_skipped_signal (GType type)
{
  /**
   * WsTopics::skipped:
   * @self: the topics
   * @connection: the client
   * @topic: the topic
   * @n_messages: how many messages it has missed
   *
   * A client was too slow for a topic. Emitted once when there is room again for it, before the next message
   * of the topic.
   *
   * Since: 1.2
   */
  signals[SIGNAL_SKIPPED] =
      g_signal_new ("skipped", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, ws_marshal_VOID__OBJECT_STRING_UINT,
                    G_TYPE_NONE, 3, WS_TYPE_CONNECTION, G_TYPE_STRING, G_TYPE_UINT);
  g_signal_set_va_marshaller (signals[SIGNAL_SKIPPED], type, ws_marshal_VOID__OBJECT_STRING_UINTv);
}

static void
add_trouble_signals (GType type)
{
  /**
   * WsTopics::gap:
   * @self: the topics
   * @topic: (nullable): the topic; %NULL: all
   * @reason: what happened, in words
   *
   * Messages may have been lost between processes before this point.
   *
   * Since: 1.2
   */
  signals[SIGNAL_GAP] =
      g_signal_new ("gap", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, ws_marshal_VOID__STRING_STRING,
                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  g_signal_set_va_marshaller (signals[SIGNAL_GAP], type, ws_marshal_VOID__STRING_STRINGv);

  /**
   * WsTopics::error:
   * @self: the topics
   * @code: one of [error@Ws.Error]
   * @description: what happened, in words
   *
   * The engine reports a failure.
   *
   * Since: 1.2
   */
  signals[SIGNAL_ERROR] =
      g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, ws_marshal_VOID__INT_STRING,
                    G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
  g_signal_set_va_marshaller (signals[SIGNAL_ERROR], type, ws_marshal_VOID__INT_STRINGv);
}

void
ws_topics_signals_class_init (GType type)
{
  add_subscription_signals (type);
  add_arrival_signal (type);
  add_encode_signal (type);
  add_skipped_signal (type);
  add_trouble_signals (type);
}

void
ws_topics_emit_subscribed (WsTopics     *self,
                           WsConnection *connection,
                           const char   *topic)
{
  g_signal_emit (self, signals[SIGNAL_SUBSCRIBED], 0, connection, topic);
}

void
ws_topics_emit_unsubscribed (WsTopics     *self,
                             WsConnection *connection,
                             const char   *topic)
{
  g_signal_emit (self, signals[SIGNAL_UNSUBSCRIBED], 0, connection, topic);
}

/* Whether anybody listens to this topic or to all. The detail of a topic that nobody has ever named is not
 * made: a quark is never freed. */
static gboolean
has_handler (WsTopics   *self,
             guint       signal,
             const char *topic,
             GQuark     *detail)
{
  *detail = g_quark_try_string (topic);
  return g_signal_has_handler_pending (self, signals[signal], 0, TRUE) ||
         (*detail != 0 && g_signal_has_handler_pending (self, signals[signal], *detail, TRUE));
}

void
ws_topics_emit_message (WsTopics   *self,
                        const char *topic,
                        WsOpcode    opcode,
                        GBytes     *data,
                        const char *position)
{
  GQuark detail;

  if (has_handler (self, SIGNAL_MESSAGE, topic, &detail))
    g_signal_emit (self, signals[SIGNAL_MESSAGE], detail, topic, ws_topics_get_format (opcode), data,
                   position);
}

GBytes *
ws_topics_emit_encode (WsTopics   *self,
                       const char *topic,
                       WsOpcode    opcode,
                       GBytes     *data,
                       const char *position)
{
  GBytes *encoded = NULL;
  GQuark  detail;

  if (has_handler (self, SIGNAL_ENCODE, topic, &detail))
    g_signal_emit (self, signals[SIGNAL_ENCODE], detail, topic, ws_topics_get_format (opcode), data, position,
                   &encoded);
  return encoded;
}

void
ws_topics_emit_skipped (WsTopics     *self,
                        WsConnection *connection,
                        const char   *topic,
                        guint         n_messages)
{
  g_signal_emit (self, signals[SIGNAL_SKIPPED], 0, connection, topic, n_messages);
}

void
ws_topics_emit_gap (WsTopics   *self,
                    const char *topic,
                    const char *reason)
{
  g_signal_emit (self, signals[SIGNAL_GAP], 0, topic, reason);
}

void
ws_topics_emit_error (WsTopics   *self,
                      int         code,
                      const char *description)
{
  g_signal_emit (self, signals[SIGNAL_ERROR], 0, code, description);
}
