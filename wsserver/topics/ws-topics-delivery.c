/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A message goes to the clients that have subscribed to its topic. */
#include "wsserver/topics/ws-topics-delivery-private.h"

#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/server/ws-broadcast-private.h"
#include "wsserver/topics/ws-topics-nodes-private.h"
#include "wsserver/topics/ws-topics-signals-private.h"

/* A message for fewer clients than this is delivered in one go, so that it comes before what the program
 * sends them afterwards. They take about as long as two slices. */
#define MIN_SLICED 1000
/* How many clients are served between two looks at the clock. */
#define CLIENTS_PER_LOOK 64
/* What a waiting message counts beside its payload. */
#define DELIVERY_BYTES 256
/* More may not wait. Publishing then takes the time to deliver, instead of memory. */
#define MAX_WAITING_BYTES (8 * 1024 * 1024)
/* Of one client. The newest message is kept for as many topics at most. */
#define MAX_EPISODES 1024

/* The clients of a node that were there when the message came. */
typedef struct
{
  WsTopicNode *node; /* pinned */
  guint        n_members;
} Walk;

typedef struct
{
  WsBroadcast      broadcast;
  char            *topic;
  WsTopicSlow      slow;
  GArray          *walks;  /* Walk */
  guint            walk;   /* in progress */
  guint            next;   /* of its members */
  guint64          serial; /* 0: nobody is in two walks */
  gboolean         sliced;
  WsDeliveryCount *count;
  void (*delivered) (WsDeliveryCount *count);
} Delivery;

/* A topic for which a client was too slow. */
typedef struct
{
  char    *topic;
  guint    n_skipped;
  WsOpcode opcode;
  GBytes  *latest; /* NULL: the messages are just skipped */
} Episode;

/* --- clients that are too slow --------------------------------------------------------------- */

static void
clear_episode (gpointer data)
{
  Episode *episode = data;

  g_free (episode->topic);
  g_clear_pointer (&episode->latest, g_bytes_unref);
}

static int
find_episode (const WsTopicSubscriber *subscriber,
              const char              *topic)
{
  if (subscriber->episodes == NULL)
    return -1;

  for (guint i = 0; i < subscriber->episodes->len; i++)
    if (g_str_equal (g_array_index (subscriber->episodes, Episode, i).topic, topic))
      return (int) i;

  return -1;
}

static Episode *
ensure_episode (WsTopicSubscriber *subscriber,
                const char        *topic)
{
  Episode episode = { .topic = NULL };
  int     index = find_episode (subscriber, topic);

  if (index >= 0)
    return &g_array_index (subscriber->episodes, Episode, index);

  if (subscriber->episodes == NULL)
    {
      subscriber->episodes = g_array_new (FALSE, FALSE, sizeof (Episode));
      g_array_set_clear_func (subscriber->episodes, clear_episode);
    }
  if (subscriber->episodes->len >= MAX_EPISODES)
    return NULL;

  episode.topic = g_strdup (topic);
  g_array_append_val (subscriber->episodes, episode);
  return &g_array_index (subscriber->episodes, Episode, subscriber->episodes->len - 1);
}

static void
note_skipped (WsTopicSubscriber *subscriber,
              const char        *topic,
              const WsBroadcast *latest)
{
  Episode *episode = ensure_episode (subscriber, topic);
  g_autoptr (GBytes) old = NULL;

  if (episode == NULL)
    return;

  /* The one that is kept is not skipped, unless a newer one takes its place. */
  if (latest == NULL || episode->latest != NULL)
    episode->n_skipped++;
  old = g_steal_pointer (&episode->latest);
  if (latest != NULL)
    {
      episode->opcode = latest->opcode;
      episode->latest = g_bytes_ref (latest->data);
    }
}

void
ws_topics_forget_episodes (WsTopicSubscriber *subscriber)
{
  g_clear_pointer (&subscriber->episodes, g_array_unref);
}

static WsBroadcastResult
send_one (WsConnection *connection,
          WsOpcode      opcode,
          GBytes       *data)
{
  WsBroadcast       broadcast;
  WsBroadcastResult result;

  ws_broadcast_init (&broadcast, opcode, data);
  result = ws_broadcast_send (&broadcast, connection);
  ws_broadcast_clear (&broadcast);
  return result;
}

gboolean
ws_topics_deliver_to (WsConnection       *connection,
                      const WsTopicEntry *entry)
{
  g_autoptr (GBytes) data = g_bytes_ref (entry->data);

  return send_one (connection, entry->opcode, data) == WS_BROADCAST_SENT;
}

/* Sends the newest message. FALSE: there is no room for it after all. */
static gboolean
send_latest (WsTopicSubscriber *subscriber,
             Episode           *episode)
{
  WsBroadcastResult result;

  if (episode->latest == NULL)
    return TRUE;

  result = send_one (subscriber->connection, episode->opcode, episode->latest);
  return result == WS_BROADCAST_SENT || result == WS_BROADCAST_NOT_OPEN;
}

static void
tell_skipped (WsTopics     *self,
              WsConnection *connection,
              Episode      *episode)
{
  if (episode->n_skipped == 0)
    return;

  self->n_skipped += episode->n_skipped;
  ws_topics_emit_skipped (self, connection, episode->topic, episode->n_skipped);
}

/* The episodes are taken off the list first: a handler may do anything, and may make new ones. */
void
ws_topics_end_episodes (WsTopicSubscriber *subscriber)
{
  g_autoptr (GArray) episodes = g_steal_pointer (&subscriber->episodes);
  g_autoptr (WsTopics) self = g_object_ref (subscriber->topics);
  g_autoptr (WsConnection) connection = g_object_ref (subscriber->connection);

  for (guint i = 0; episodes != NULL && i < episodes->len; i++)
    {
      Episode *episode = &g_array_index (episodes, Episode, i);

      if (subscriber->connection == NULL)
        return;
      if (send_latest (subscriber, episode))
        tell_skipped (self, connection, episode);
      else if (subscriber->connection != NULL)
        {
          Episode *kept = ensure_episode (subscriber, episode->topic);

          if (kept == NULL)
            continue;
          kept->n_skipped += episode->n_skipped;
          kept->opcode = episode->opcode;
          if (kept->latest == NULL)
            kept->latest = g_steal_pointer (&episode->latest);
        }
    }
}

/* A message of the topic has been sent: what was kept for later is older. */
static void
end_episode (WsTopics          *self,
             WsTopicSubscriber *subscriber,
             const char        *topic)
{
  int     index = find_episode (subscriber, topic);
  Episode episode;

  if (index < 0)
    return;

  episode = g_array_index (subscriber->episodes, Episode, index);
  if (episode.latest != NULL)
    episode.n_skipped++;
  g_array_index (subscriber->episodes, Episode, index) = (Episode){ .topic = NULL };
  g_array_remove_index_fast (subscriber->episodes, (guint) index);
  tell_skipped (self, subscriber->connection, &episode);
  clear_episode (&episode);
}

/* --- one client ------------------------------------------------------------------------------ */

static void
take_slow_client (WsTopics     *self,
                  Delivery     *delivery,
                  WsConnection *connection)
{
  WsTopicSubscriber *subscriber = ws_topic_subscriber_get (self, connection);

  if (delivery->count != NULL)
    delivery->count->n_skipped++;
  if (subscriber == NULL)
    return;

  switch (delivery->slow)
    {
    case WS_TOPIC_SLOW_SKIP:
      note_skipped (subscriber, delivery->topic, NULL);
      break;
    case WS_TOPIC_SLOW_LATEST:
      note_skipped (subscriber, delivery->topic, &delivery->broadcast);
      break;
    case WS_TOPIC_SLOW_CLOSE:
      self->n_skipped++;
      ws_connection_close (connection, WS_CLOSE_CODE_TRY_AGAIN_LATER, "the client reads too slowly", NULL);
      break;
    }
}

static void
deliver_to_client (WsTopics     *self,
                   Delivery     *delivery,
                   WsConnection *connection)
{
  WsTopicSubscriber *subscriber = ws_topic_subscriber_get (self, connection);

  if (delivery->serial != 0)
    {
      if (subscriber->mark == delivery->serial)
        return;
      subscriber->mark = delivery->serial;
    }
  if (delivery->count != NULL && delivery->count->except == connection)
    return;

  switch (ws_broadcast_send (&delivery->broadcast, connection))
    {
    case WS_BROADCAST_SENT:
      if (delivery->count != NULL)
        delivery->count->n_local++;
      subscriber = ws_topic_subscriber_get (self, connection);
      if (subscriber != NULL && subscriber->episodes != NULL)
        end_episode (self, subscriber, delivery->topic);
      break;
    case WS_BROADCAST_BUSY:
    case WS_BROADCAST_NO_ROOM:
      take_slow_client (self, delivery, connection);
      break;
    case WS_BROADCAST_NOT_OPEN:
      break;
    }
}

/* --- one message ----------------------------------------------------------------------------- */

static gsize
get_waiting_size (const Delivery *delivery)
{
  return g_bytes_get_size (delivery->broadcast.data) + DELIVERY_BYTES;
}

static void
delivery_finish (WsTopics *self,
                 Delivery *delivery)
{
  self->waiting_bytes -= get_waiting_size (delivery);
  for (guint i = 0; i < delivery->walks->len; i++)
    {
      WsTopicNode *node = g_array_index (delivery->walks, Walk, i).node;

      ws_topic_node_unpin (node);
      ws_topics_release_node (self, node);
    }
  if (delivery->count != NULL)
    delivery->delivered (delivery->count);
  g_array_unref (delivery->walks);
  ws_broadcast_clear (&delivery->broadcast);
  g_free (delivery->topic);
  g_free (delivery);
}

/* FALSE: the time is over. What has been done is noted, so it goes on with the next client. */
static gboolean
delivery_run (WsTopics *self,
              Delivery *delivery,
              gint64    end_us)
{
  while (delivery->walk < delivery->walks->len)
    {
      const Walk walk = g_array_index (delivery->walks, Walk, delivery->walk);

      while (delivery->next < walk.n_members)
        {
          WsConnection *connection = walk.node->members[delivery->next++].connection;

          if (connection != NULL)
            {
              g_object_ref (connection);
              deliver_to_client (self, delivery, connection);
              g_object_unref (connection);
            }
          if (delivery->sliced && delivery->next % CLIENTS_PER_LOOK == 0 && g_get_monotonic_time () >= end_us)
            return FALSE;
        }
      if (delivery->walk < delivery->walks->len)
        {
          delivery->walk++;
          delivery->next = 0;
        }
    }

  return TRUE;
}

/* --- all messages ---------------------------------------------------------------------------- */

static gboolean slice_cb (gpointer data);

static gboolean
must_queue (const WsTopics *self)
{
  return self->delivering || self->n_holds > 0;
}

static void
continue_later (WsTopics *self)
{
  if (self->slice != NULL || self->deliveries.length == 0)
    return;

  self->slice = g_idle_source_new ();
  g_source_set_priority (self->slice, G_PRIORITY_DEFAULT);
  g_source_set_static_name (self->slice, "[wsserver] delivery of topics");
  g_source_set_callback (self->slice, slice_cb, self, NULL);
  g_source_attach (self->slice, self->context);
}

static void
run (WsTopics *self,
     gint64    end_us)
{
  Delivery *delivery;

  self->delivering = TRUE;
  while ((delivery = g_queue_peek_head (&self->deliveries)) != NULL)
    {
      if (!delivery_run (self, delivery, end_us))
        break;
      g_queue_pop_head (&self->deliveries);
      delivery_finish (self, delivery);
      if (g_get_monotonic_time () >= end_us)
        break;
    }
  self->delivering = FALSE;
  continue_later (self);
}

static gboolean
slice_cb (gpointer data)
{
  g_autoptr (WsTopics) self = g_object_ref (data);

  /* In a main loop that a handler runs, the delivery goes on after the handler. */
  if (must_queue (self))
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->slice, g_source_unref);
  run (self, g_get_monotonic_time () + WS_TOPICS_SLICE_US);
  return G_SOURCE_REMOVE;
}

static guint
add_walk (Delivery    *delivery,
          WsTopicNode *node)
{
  Walk walk = { node, node->n_members };

  if (ws_topic_node_count (node) == 0)
    return 0;

  ws_topic_node_pin (node);
  g_array_append_val (delivery->walks, walk);
  return walk.n_members;
}

static void
find_clients (WsTopics                *self,
              Delivery                *delivery,
              const WsDeliveryRequest *request)
{
  g_autoptr (GPtrArray) own = NULL;
  GPtrArray *patterns = ws_topics_match (self, request->node, request->topic, &own);
  guint      n_clients = request->node != NULL ? add_walk (delivery, request->node) : 0;

  for (guint i = 0; patterns != NULL && i < patterns->len; i++)
    n_clients += add_walk (delivery, patterns->pdata[i]);
  if (delivery->walks->len > 1)
    delivery->serial = ++self->last_serial;
  delivery->sliced = n_clients >= MIN_SLICED;
}

static Delivery *
delivery_new (WsTopics                *self,
              const WsDeliveryRequest *request)
{
  Delivery *delivery = g_new0 (Delivery, 1);

  ws_broadcast_init (&delivery->broadcast, request->opcode, request->data);
  delivery->topic = g_strdup (request->topic);
  delivery->slow = request->policy->slow;
  delivery->walks = g_array_sized_new (FALSE, FALSE, sizeof (Walk), 1);
  delivery->count = request->count;
  delivery->delivered = request->delivered;
  find_clients (self, delivery, request);
  return delivery;
}

gboolean
ws_topics_deliver (WsTopics                *self,
                   const WsDeliveryRequest *request)
{
  Delivery *delivery;

  if (self->waiting_bytes > MAX_WAITING_BYTES)
    {
      if (must_queue (self))
        return FALSE;
      run (self, G_MAXINT64);
    }

  delivery = delivery_new (self, request);
  self->waiting_bytes += get_waiting_size (delivery);
  g_queue_push_tail (&self->deliveries, delivery);
  if (!must_queue (self) && self->deliveries.length == 1)
    run (self, g_get_monotonic_time () + WS_TOPICS_SLICE_US);
  return TRUE;
}

void
ws_topics_hold_deliveries (WsTopics *self)
{
  self->n_holds++;
}

void
ws_topics_release_deliveries (WsTopics *self)
{
  if (--self->n_holds == 0 && !self->delivering && self->slice == NULL)
    run (self, g_get_monotonic_time () + WS_TOPICS_SLICE_US);
}

/* Lets run() find nothing left to do for it. */
static void
delivery_abort (Delivery *delivery)
{
  delivery->walk = delivery->walks->len;
  delivery->next = G_MAXUINT;
}

void
ws_topics_clear_deliveries (WsTopics *self)
{
  guint n_running = self->delivering ? 1 : 0;

  if (self->slice != NULL)
    g_source_destroy (self->slice);
  g_clear_pointer (&self->slice, g_source_unref);
  if (self->delivering)
    delivery_abort (g_queue_peek_head (&self->deliveries));
  while (self->deliveries.length > n_running)
    delivery_finish (self, g_queue_pop_tail (&self->deliveries));
}
