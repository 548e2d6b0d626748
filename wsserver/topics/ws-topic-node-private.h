/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/topics/ws-topic-ring-private.h"

G_BEGIN_DECLS

/* Who has subscribed to what: a node for each topic or pattern, a subscriber for each client. Both have an
 * array of the other, and each item knows its place in the other array, so joining and leaving take
 * constant time. */

typedef struct _WsTopicNode       WsTopicNode;
typedef struct _WsTopicSubscriber WsTopicSubscriber;

typedef struct
{
  WsConnection *connection; /* NULL: has left while the node was pinned */
  guint         index;      /* in the memberships of its subscriber */
} WsTopicMember;

typedef struct
{
  WsTopicNode *node;
  guint        slot; /* in the members of the node */
} WsTopicMembership;

struct _WsTopicNode
{
  char          *name;
  gpointer       topics; /* whose node it is */
  WsTopicMember *members;
  guint          n_members; /* includes the holes */
  guint          n_allocated;
  guint          n_holes;
  guint          n_pins;     /* while there are any, members keep their places and the node stays */
  gboolean       by_program; /* the program itself has subscribed */
  gboolean       wished;     /* the engine was asked for it */

  GPtrArray *patterns; /* WsTopicNode: that match the name, as of … */
  guint      patterns_generation;

  const WsTopicPolicy *policy; /* NULL, or as of … */
  guint                policy_generation;
  WsTopicRing         *ring;      /* NULL: nothing is kept */
  GList                kept_link; /* in the list of nodes with a ring; data: NULL while not there */
  GList                idle_link; /* in the list of nodes without subscribers; data: NULL while not there */
  gint64               idle_us;   /* since when */
};

struct _WsTopicSubscriber
{
  WsSubscriber       hook; /* in the list of the connection */
  gpointer           topics;
  WsConnection      *connection; /* NULL: has ended, or left everything */
  WsTopicMembership *memberships;
  guint              n_memberships;
  guint              n_allocated;
  guint64            mark;     /* serial number of the message it got last, of those it may get twice */
  GArray            *episodes; /* of the delivery: topics for which it was too slow; NULL: none */
};

WsTopicNode *ws_topic_node_new (gpointer    topics,
                                const char *name);
/* It has no members. */
void ws_topic_node_free (WsTopicNode *self);

static inline guint
ws_topic_node_count (const WsTopicNode *self)
{
  return self->n_members - self->n_holes;
}

static inline gboolean
ws_topic_node_is_wanted (const WsTopicNode *self)
{
  return ws_topic_node_count (self) > 0 || self->by_program;
}

void ws_topic_node_pin (WsTopicNode *self);
void ws_topic_node_unpin (WsTopicNode *self);

/* Reference counted with g_rc_box: the callbacks of the connection keep it alive. */
WsTopicSubscriber *ws_topic_subscriber_new (gpointer      topics,
                                            WsConnection *connection);
void               ws_topic_subscriber_unref (WsTopicSubscriber *self);

/* The subscriber of a client, or NULL. */
WsTopicSubscriber *ws_topic_subscriber_get (gpointer      topics,
                                            WsConnection *connection);

/* The place in the memberships, or -1. */
int  ws_topic_subscriber_find (const WsTopicSubscriber *self,
                               const WsTopicNode       *node);
void ws_topic_subscriber_join (WsTopicSubscriber *self,
                               WsTopicNode       *node);
void ws_topic_subscriber_leave (WsTopicSubscriber *self,
                                guint              index);

G_END_DECLS
