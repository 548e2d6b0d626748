/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-topic-node-private.h"

#include "wsserver/base/ws-container-private.h"

WsTopicNode *
ws_topic_node_new (gpointer    topics,
                   const char *name)
{
  WsTopicNode *self = g_new0 (WsTopicNode, 1);

  self->topics = topics;
  self->name = g_strdup (name);
  return self;
}

void
ws_topic_node_free (WsTopicNode *self)
{
  g_assert (self->n_members == 0 && self->n_pins == 0);

  g_clear_pointer (&self->patterns, g_ptr_array_unref);
  g_clear_pointer (&self->ring, ws_topic_ring_free);
  g_free (self->members);
  g_free (self->name);
  g_free (self);
}

WsTopicSubscriber *
ws_topic_subscriber_get (gpointer      topics,
                         WsConnection *connection)
{
  for (WsSubscriber *hook = connection->subscribers; hook != NULL; hook = hook->next)
    {
      WsTopicSubscriber *subscriber = WS_CONTAINER_OF (hook, WsTopicSubscriber, hook);

      if (subscriber->topics == topics)
        return subscriber;
    }

  return NULL;
}

/* Room for one item more. Growing by half wastes less than doubling, and most arrays hold very few. */
static guint
grow (guint n_allocated)
{
  return n_allocated < 2 ? n_allocated + 1 : n_allocated + n_allocated / 2;
}

static void
place_member (WsTopicNode  *self,
              guint         slot,
              WsTopicMember member)
{
  WsTopicSubscriber *subscriber = ws_topic_subscriber_get (self->topics, member.connection);

  self->members[slot] = member;
  subscriber->memberships[member.index].slot = slot;
}

static void
shrink (WsTopicNode *self)
{
  if (self->n_members == 0)
    {
      g_clear_pointer (&self->members, g_free);
      self->n_allocated = 0;
    }
  else if (self->n_members < self->n_allocated / 4)
    {
      self->n_allocated = self->n_members * 2;
      self->members = g_renew (WsTopicMember, self->members, self->n_allocated);
    }
}

static void
close_holes (WsTopicNode *self)
{
  guint n_members = 0;

  for (guint i = 0; i < self->n_members; i++)
    if (self->members[i].connection != NULL)
      place_member (self, n_members++, self->members[i]);
  self->n_members = n_members;
  self->n_holes = 0;
  shrink (self);
}

void
ws_topic_node_pin (WsTopicNode *self)
{
  self->n_pins++;
}

void
ws_topic_node_unpin (WsTopicNode *self)
{
  if (--self->n_pins == 0 && self->n_holes > 0)
    close_holes (self);
}

WsTopicSubscriber *
ws_topic_subscriber_new (gpointer      topics,
                         WsConnection *connection)
{
  WsTopicSubscriber *self = g_rc_box_new0 (WsTopicSubscriber);

  self->topics = topics;
  self->connection = connection;
  return self;
}

static void
subscriber_clear (gpointer data)
{
  WsTopicSubscriber *self = data;

  g_clear_pointer (&self->episodes, g_array_unref);
  g_free (self->memberships);
}

void
ws_topic_subscriber_unref (WsTopicSubscriber *self)
{
  g_rc_box_release_full (self, subscriber_clear);
}

static int
find_membership (const WsTopicSubscriber *self,
                 const WsTopicNode       *node)
{
  for (guint i = 0; i < self->n_memberships; i++)
    if (self->memberships[i].node == node)
      return (int) i;

  return -1;
}

static int
find_member (const WsTopicNode       *node,
             const WsTopicSubscriber *subscriber)
{
  for (guint i = 0; i < node->n_members; i++)
    if (node->members[i].connection == subscriber->connection)
      return (int) node->members[i].index;

  return -1;
}

int
ws_topic_subscriber_find (const WsTopicSubscriber *self,
                          const WsTopicNode       *node)
{
  return self->n_memberships <= node->n_members ? find_membership (self, node) : find_member (node, self);
}

void
ws_topic_subscriber_join (WsTopicSubscriber *self,
                          WsTopicNode       *node)
{
  WsTopicMember     member = { self->connection, self->n_memberships };
  WsTopicMembership membership = { node, node->n_members };

  if (node->n_members == node->n_allocated)
    {
      node->n_allocated = grow (node->n_allocated);
      node->members = g_renew (WsTopicMember, node->members, node->n_allocated);
    }
  if (self->n_memberships == self->n_allocated)
    {
      self->n_allocated = grow (self->n_allocated);
      self->memberships = g_renew (WsTopicMembership, self->memberships, self->n_allocated);
    }
  node->members[node->n_members++] = member;
  self->memberships[self->n_memberships++] = membership;
}

static void
remove_member (WsTopicNode *self,
               guint        slot)
{
  if (self->n_pins > 0)
    {
      self->members[slot].connection = NULL;
      self->n_holes++;
      return;
    }

  self->n_members--;
  if (slot != self->n_members)
    place_member (self, slot, self->members[self->n_members]);
  shrink (self);
}

void
ws_topic_subscriber_leave (WsTopicSubscriber *self,
                           guint              index)
{
  WsTopicMembership membership = self->memberships[index];

  remove_member (membership.node, membership.slot);
  self->n_memberships--;
  if (index == self->n_memberships)
    return;

  self->memberships[index] = self->memberships[self->n_memberships];
  self->memberships[index].node->members[self->memberships[index].slot].index = index;
}
