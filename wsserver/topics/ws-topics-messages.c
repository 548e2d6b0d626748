/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the engine brings. */
#include "wsserver/topics/ws-topics-messages-private.h"

#include "wsserver/server/ws-broadcast-private.h"
#include "wsserver/topics/ws-engine.h"
#include "wsserver/topics/ws-topic-name-private.h"
#include "wsserver/topics/ws-topics-delivery-private.h"
#include "wsserver/topics/ws-topics-nodes-private.h"
#include "wsserver/topics/ws-topics-publications-private.h"
#include "wsserver/topics/ws-topics-signals-private.h"

/* A message on its way to the clients. */
typedef struct
{
  WsTopicNode         *node; /* pinned; NULL: nobody has subscribed, and nothing is kept */
  const WsTopicPolicy *policy;
  char                *position;
  GBytes              *encoded;
  WsOpcode             opcode;
} Arrival;

/* Text that a handler has made is checked, as other text is. */
static void
encode (WsTopics   *self,
        const char *topic,
        WsOpcode    opcode,
        GBytes     *data,
        Arrival    *arrival)
{
  arrival->opcode = opcode;
  arrival->encoded = ws_topics_emit_encode (self, topic, opcode, data, arrival->position);
  if (arrival->encoded == NULL)
    arrival->encoded = g_bytes_ref (data);
  else if (opcode == WS_OPCODE_TEXT)
    ws_broadcast_resolve_opcode (WS_DATA_FORMAT_AUTOMATIC, arrival->encoded, &arrival->opcode, NULL);
}

static void
deliver (WsTopics   *self,
         const char *topic,
         GBytes     *data,
         Arrival    *arrival)
{
  WsPublication    *publication = ws_topics_take_publication (self, topic, data);
  WsDeliveryRequest request = {
    .topic = topic,
    .node = arrival->node,
    .policy = arrival->policy,
    .opcode = arrival->opcode,
    .data = arrival->encoded,
    .count = publication != NULL ? &publication->count : NULL,
    .delivered = ws_publication_delivered,
  };

  if (publication != NULL && publication->position == NULL)
    publication->position = g_strdup (arrival->position);
  if (ws_topics_deliver (self, &request))
    return;

  if (publication != NULL)
    ws_publication_delivered (&publication->count);
  self->n_skipped++;
  ws_topics_emit_gap (self, topic, "handlers publish faster than the messages can be delivered");
}

void
ws_topics_take_message (WsTopics   *self,
                        const char *topic,
                        WsOpcode    opcode,
                        GBytes     *data,
                        const char *position)
{
  Arrival  arrival = { .node = ws_topics_find_node (self, topic), .position = g_strdup (position) };
  gboolean keeps;

  g_object_ref (self);
  arrival.policy = ws_topics_get_policy (self, arrival.node, topic);
  keeps = ws_topic_policy_get_kept (arrival.policy) > 0;
  if (keeps && arrival.node == NULL)
    arrival.node = ws_topics_ensure_node (self, topic);
  if (arrival.node != NULL)
    ws_topic_node_pin (arrival.node);
  if (keeps && position == NULL)
    arrival.position = ws_topic_ring_get_next_position (ws_topics_ensure_ring (self, arrival.node));

  /* A handler may set another policy. */
  encode (self, topic, opcode, data, &arrival);
  arrival.policy = ws_topics_get_policy (self, arrival.node, topic);
  if (keeps)
    ws_topics_keep (self, arrival.node, arrival.policy, arrival.opcode, arrival.encoded);
  deliver (self, topic, data, &arrival);
  ws_topics_emit_message (self, topic, opcode, data, arrival.position);

  if (arrival.node != NULL)
    {
      ws_topic_node_unpin (arrival.node);
      ws_topics_release_node (self, arrival.node);
    }
  g_bytes_unref (arrival.encoded);
  g_free (arrival.position);
  g_object_unref (self);
}

/* --- the engine ------------------------------------------------------------------------------ */

static void
engine_message_cb (WsEngine    *engine,
                   const char  *topic,
                   WsDataFormat format,
                   GBytes      *data,
                   const char  *position,
                   WsTopics    *self)
{
  WsOpcode opcode;

  /* Other programs may publish under any name, and anything. */
  if (topic == NULL || data == NULL || !ws_topic_name_check (topic, self->max_topic_length, NULL))
    return;

  ws_broadcast_resolve_opcode (format, data, &opcode, NULL);
  ws_topics_take_message (self, topic, opcode, data, position);
}

/* The clients of a topic are to connect again, and to ask for what they have missed. */
static void
close_clients (WsTopicNode *node)
{
  ws_topic_node_pin (node);
  for (guint i = 0; i < node->n_members; i++)
    {
      WsConnection *connection = node->members[i].connection;

      if (connection == NULL)
        continue;
      g_object_ref (connection);
      ws_connection_close (connection, WS_CLOSE_CODE_SERVICE_RESTART, "messages may have been lost", NULL);
      g_object_unref (connection);
    }
  ws_topic_node_unpin (node);
}

static void
apply_gap (WsTopics   *self,
           const char *topic)
{
  GPtrArray *nodes = ws_topics_pin_nodes (self->nodes);

  for (guint i = 0; i < nodes->len; i++)
    {
      WsTopicNode *node = nodes->pdata[i];

      if ((topic == NULL || g_str_equal (topic, node->name)) &&
          ws_topics_get_policy (self, node, node->name)->gap == WS_TOPIC_GAP_CLOSE)
        close_clients (node);
    }
  ws_topics_unpin_nodes (self, nodes);
}

static void
engine_gap_cb (WsEngine   *engine,
               const char *topic,
               const char *reason,
               WsTopics   *self)
{
  g_object_ref (self);
  ws_topics_restart_rings (self, topic);
  ws_topics_emit_gap (self, topic, reason);
  apply_gap (self, topic);
  g_object_unref (self);
}

static void
engine_error_cb (WsEngine   *engine,
                 int         code,
                 const char *description,
                 WsTopics   *self)
{
  ws_topics_emit_error (self, code, description);
}

static void
engine_state_cb (WsEngine   *engine,
                 GParamSpec *pspec,
                 WsTopics   *self)
{
  g_object_notify (G_OBJECT (self), "state");
}

void
ws_topics_start_engine (WsTopics *self)
{
  self->engine_handlers[0] = g_signal_connect (self->engine, "message", G_CALLBACK (engine_message_cb), self);
  self->engine_handlers[1] = g_signal_connect (self->engine, "gap", G_CALLBACK (engine_gap_cb), self);
  self->engine_handlers[2] = g_signal_connect (self->engine, "error", G_CALLBACK (engine_error_cb), self);
  self->engine_handlers[3] =
      g_signal_connect (self->engine, "notify::state", G_CALLBACK (engine_state_cb), self);
  ws_engine_start (self->engine);
}

void
ws_topics_stop_engine (WsTopics *self)
{
  g_autoptr (WsEngine) engine = g_steal_pointer (&self->engine);

  if (engine == NULL)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (self->engine_handlers); i++)
    g_signal_handler_disconnect (engine, self->engine_handlers[i]);
  ws_engine_stop (engine);
}
