/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Topics and patterns that clients have subscribed to, or of which messages are kept. */
#include "wsserver/topics/ws-topics-nodes-private.h"

#include <string.h>

#include "wsserver/topics/ws-engine.h"
#include "wsserver/topics/ws-topic-name-private.h"

/* A page that is loaded anew leaves and joins within this time, and the engine need not be told. A part of
 * it is random, so that processes do not all tell it at once. */
#define IDLE_MIN_US (1000 * 1000)
#define IDLE_JITTER_US (500 * 1000)

#define TIMER_MS 500
/* How many nodes one call of the timer looks at. */
#define NODES_PER_TURN 1000

typedef struct
{
  char         *prefix;
  gsize         length;
  WsTopicPolicy policy;
} Rule;

static void
rule_free (gpointer data)
{
  Rule *rule = data;

  g_free (rule->prefix);
  g_free (rule);
}

void
ws_topics_init_nodes (WsTopics *self)
{
  self->nodes = g_hash_table_new (g_str_hash, g_str_equal);
  self->patterns = g_hash_table_new (g_str_hash, g_str_equal);
  self->policies = g_ptr_array_new_with_free_func (rule_free);
}

/* --- lists of nodes -------------------------------------------------------------------------- */

static void
unlink_node (GQueue *queue,
             GList  *link)
{
  if (link->data == NULL)
    return;

  g_queue_unlink (queue, link);
  link->data = NULL;
}

static void
append_node (GQueue      *queue,
             GList       *link,
             WsTopicNode *node)
{
  unlink_node (queue, link);
  link->data = node;
  g_queue_push_tail_link (queue, link);
}

static void
drop_ring (WsTopics    *self,
           WsTopicNode *node)
{
  if (node->ring == NULL)
    return;

  if (self->kept_cursor == &node->kept_link)
    self->kept_cursor = node->kept_link.next;
  unlink_node (&self->kept, &node->kept_link);
  self->kept_bytes -= node->ring->bytes;
  g_clear_pointer (&node->ring, ws_topic_ring_free);
}

static void
free_node (WsTopics    *self,
           WsTopicNode *node)
{
  drop_ring (self, node);
  unlink_node (&self->idle, &node->idle_link);
  ws_topic_node_free (node);
}

void
ws_topics_clear_nodes (WsTopics *self)
{
  GHashTable    *tables[] = { self->nodes, self->patterns };
  GHashTableIter iter;
  gpointer       node;

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_hash_table_iter_init (&iter, tables[i]);
      while (g_hash_table_iter_next (&iter, NULL, &node))
        {
          g_hash_table_iter_steal (&iter);
          free_node (self, node);
        }
    }
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_hash_table_unref (self->nodes);
  g_hash_table_unref (self->patterns);
  g_ptr_array_unref (self->policies);
}

/* --- finding and making ---------------------------------------------------------------------- */

static WsTopicNode *
ensure (WsTopics   *self,
        GHashTable *table,
        const char *name)
{
  WsTopicNode *node = g_hash_table_lookup (table, name);

  if (node == NULL)
    {
      node = ws_topic_node_new (self, name);
      g_hash_table_insert (table, node->name, node);
    }
  return node;
}

WsTopicNode *
ws_topics_find_node (WsTopics   *self,
                     const char *topic)
{
  return g_hash_table_lookup (self->nodes, topic);
}

WsTopicNode *
ws_topics_ensure_node (WsTopics   *self,
                       const char *topic)
{
  return ensure (self, self->nodes, topic);
}

WsTopicNode *
ws_topics_find_pattern (WsTopics   *self,
                        const char *pattern)
{
  return g_hash_table_lookup (self->patterns, pattern);
}

WsTopicNode *
ws_topics_ensure_pattern (WsTopics   *self,
                          const char *pattern)
{
  WsTopicNode *node = g_hash_table_lookup (self->patterns, pattern);

  if (node != NULL)
    return node;

  self->patterns_generation++;
  return ensure (self, self->patterns, pattern);
}

/* --- patterns -------------------------------------------------------------------------------- */

static GPtrArray *
find_matches (WsTopics   *self,
              const char *topic)
{
  GPtrArray     *matches = NULL;
  GHashTableIter iter;
  gpointer       pattern;

  g_hash_table_iter_init (&iter, self->patterns);
  while (g_hash_table_iter_next (&iter, NULL, &pattern))
    if (ws_topic_pattern_matches (((WsTopicNode *) pattern)->name, topic))
      {
        if (matches == NULL)
          matches = g_ptr_array_new ();
        g_ptr_array_add (matches, pattern);
      }

  return matches;
}

GPtrArray *
ws_topics_match (WsTopics    *self,
                 WsTopicNode *node,
                 const char  *topic,
                 GPtrArray  **own)
{
  *own = NULL;
  if (node == NULL)
    return *own = g_hash_table_size (self->patterns) > 0 ? find_matches (self, topic) : NULL;

  if (node->patterns_generation != self->patterns_generation)
    {
      g_clear_pointer (&node->patterns, g_ptr_array_unref);
      node->patterns = find_matches (self, topic);
      node->patterns_generation = self->patterns_generation;
    }
  return node->patterns;
}

/* --- policies -------------------------------------------------------------------------------- */

static const WsTopicPolicy default_policy;

static const WsTopicPolicy *
find_policy (WsTopics   *self,
             const char *topic)
{
  for (guint i = 0; i < self->policies->len; i++)
    {
      const Rule *rule = self->policies->pdata[i];

      if (strncmp (topic, rule->prefix, rule->length) == 0)
        return &rule->policy;
    }

  return &default_policy;
}

const WsTopicPolicy *
ws_topics_get_policy (WsTopics    *self,
                      WsTopicNode *node,
                      const char  *topic)
{
  if (node == NULL)
    return find_policy (self, topic);

  if (node->policy == NULL || node->policy_generation != self->policies_generation)
    {
      node->policy = find_policy (self, topic);
      node->policy_generation = self->policies_generation;
    }
  return node->policy;
}

static int
compare_rules (gconstpointer a,
               gconstpointer b)
{
  const Rule *first = *(Rule *const *) a;
  const Rule *second = *(Rule *const *) b;

  return (first->length < second->length) - (first->length > second->length);
}

void
ws_topics_put_policy (WsTopics            *self,
                      const char          *prefix,
                      const WsTopicPolicy *policy)
{
  Rule *rule;

  self->policies_generation++;
  for (guint i = 0; i < self->policies->len; i++)
    if (g_str_equal (((Rule *) self->policies->pdata[i])->prefix, prefix))
      {
        g_ptr_array_remove_index (self->policies, i);
        break;
      }
  if (policy == NULL)
    return;

  rule = g_new (Rule, 1);
  rule->prefix = g_strdup (prefix);
  rule->length = strlen (prefix);
  rule->policy = *policy;
  g_ptr_array_add (self->policies, rule);
  g_ptr_array_sort (self->policies, compare_rules);
}

/* --- what nobody wants any more -------------------------------------------------------------- */

static void
drop_wish (WsTopics    *self,
           WsTopicNode *node)
{
  node->wished = FALSE;
  if (self->engine != NULL)
    ws_engine_unsubscribe (self->engine, node->name);
}

static void
end_idle_wishes (WsTopics *self,
                 gint64    now_us)
{
  WsTopicNode *node;

  for (guint n = 0; n < NODES_PER_TURN && (node = g_queue_peek_head (&self->idle)) != NULL; n++)
    {
      if (node->idle_us > now_us)
        return;

      unlink_node (&self->idle, &node->idle_link);
      /* The engine is code of the application, perhaps. */
      ws_topic_node_pin (node);
      drop_wish (self, node);
      ws_topic_node_unpin (node);
      ws_topics_release_node (self, node);
    }
}

/* A ring without entries still says that nothing was missed since the positions it has told. */
static gboolean
is_of_use (WsTopicNode         *node,
           const WsTopicPolicy *policy,
           gint64               now_us)
{
  if (ws_topic_policy_get_kept (policy) == 0)
    return FALSE;

  return node->ring->entries.length > 0 || ws_topic_node_is_wanted (node) || policy->history_seconds == 0 ||
         now_us - node->ring->used_us < (gint64) policy->history_seconds * G_USEC_PER_SEC;
}

static void
trim_ring (WsTopics    *self,
           WsTopicNode *node,
           gint64       now_us)
{
  const WsTopicPolicy *policy = ws_topics_get_policy (self, node, node->name);

  self->kept_bytes -= node->ring->bytes;
  ws_topic_ring_trim (node->ring, policy, now_us);
  self->kept_bytes += node->ring->bytes;
  if (is_of_use (node, policy, now_us))
    return;

  drop_ring (self, node);
  ws_topics_release_node (self, node);
}

static void
end_old_rings (WsTopics *self,
               gint64    now_us)
{
  if (self->kept_cursor == NULL)
    self->kept_cursor = self->kept.head;

  for (guint n = 0; n < NODES_PER_TURN && self->kept_cursor != NULL; n++)
    {
      WsTopicNode *node = self->kept_cursor->data;

      self->kept_cursor = self->kept_cursor->next;
      trim_ring (self, node, now_us);
    }
}

static gboolean
timer_cb (gpointer data)
{
  g_autoptr (WsTopics) self = g_object_ref (data);
  gint64 now_us = g_get_monotonic_time ();

  end_idle_wishes (self, now_us);
  end_old_rings (self, now_us);
  if (self->timer == NULL || self->idle.length > 0 || self->kept.length > 0)
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->timer, g_source_unref);
  return G_SOURCE_REMOVE;
}

static void
ensure_timer (WsTopics *self)
{
  if (self->timer != NULL)
    return;

  self->timer = g_timeout_source_new (TIMER_MS);
  g_source_set_static_name (self->timer, "[wsserver] topics that nobody wants");
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, self->context);
}

void
ws_topics_release_node (WsTopics    *self,
                        WsTopicNode *node)
{
  gboolean is_pattern = g_hash_table_lookup (self->patterns, node->name) == node;

  if (ws_topic_node_is_wanted (node) || node->n_pins > 0)
    return;

  if (is_pattern)
    {
      self->patterns_generation++;
      g_hash_table_remove (self->patterns, node->name);
      free_node (self, node);
    }
  else if (node->wished)
    {
      node->idle_us = g_get_monotonic_time () + IDLE_MIN_US + g_random_int_range (0, IDLE_JITTER_US);
      append_node (&self->idle, &node->idle_link, node);
      ensure_timer (self);
    }
  else if (node->ring == NULL)
    {
      g_hash_table_remove (self->nodes, node->name);
      free_node (self, node);
    }
}

GPtrArray *
ws_topics_pin_nodes (GHashTable *table)
{
  GPtrArray     *nodes = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       node;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &node))
    {
      ws_topic_node_pin (node);
      g_ptr_array_add (nodes, node);
    }

  return nodes;
}

void
ws_topics_unpin_nodes (WsTopics  *self,
                       GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      ws_topic_node_unpin (nodes->pdata[i]);
      ws_topics_release_node (self, nodes->pdata[i]);
    }
  g_ptr_array_unref (nodes);
}

gboolean
ws_topics_ask_engine (WsTopics    *self,
                      WsTopicNode *node,
                      GError     **error)
{
  unlink_node (&self->idle, &node->idle_link);
  if (node->wished || ws_topics_get_policy (self, node, node->name)->local_only)
    return TRUE;

  node->wished = ws_engine_subscribe (self->engine, node->name, error);
  return node->wished;
}

/* --- what is kept ---------------------------------------------------------------------------- */

/* The node that was used last keeps its ring, so that the caller finds it. */
static void
drop_silent_rings (WsTopics *self)
{
  while (self->kept_bytes > self->max_history_bytes && self->kept.length > 1)
    {
      WsTopicNode *silent = self->kept.head->data;

      drop_ring (self, silent);
      ws_topics_release_node (self, silent);
    }
}

WsTopicRing *
ws_topics_ensure_ring (WsTopics    *self,
                       WsTopicNode *node)
{
  if (node->ring == NULL)
    {
      node->ring = ws_topic_ring_new ();
      self->kept_bytes += node->ring->bytes;
    }
  if (self->kept_cursor == &node->kept_link)
    self->kept_cursor = node->kept_link.next;
  append_node (&self->kept, &node->kept_link, node);
  ensure_timer (self);
  drop_silent_rings (self);
  return node->ring;
}

void
ws_topics_keep (WsTopics            *self,
                WsTopicNode         *node,
                const WsTopicPolicy *policy,
                WsOpcode             opcode,
                GBytes              *data)
{
  WsTopicRing *ring = ws_topics_ensure_ring (self, node);

  self->kept_bytes -= ring->bytes;
  ws_topic_ring_add (ring, opcode, data, policy, g_get_monotonic_time ());
  self->kept_bytes += ring->bytes;

  drop_silent_rings (self);
  if (self->kept_bytes > self->max_history_bytes)
    drop_ring (self, node);
}

static void
restart_ring (WsTopics    *self,
              WsTopicNode *node)
{
  if (node->ring == NULL)
    return;

  self->kept_bytes -= node->ring->bytes;
  ws_topic_ring_restart (node->ring);
  self->kept_bytes += node->ring->bytes;
}

void
ws_topics_restart_rings (WsTopics   *self,
                         const char *topic)
{
  WsTopicNode *node;

  if (topic == NULL)
    {
      for (GList *link = self->kept.head; link != NULL; link = link->next)
        restart_ring (self, link->data);
      return;
    }

  node = ws_topics_find_node (self, topic);
  if (node != NULL)
    restart_ring (self, node);
}
