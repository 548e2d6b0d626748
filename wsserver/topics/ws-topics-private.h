/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server.h"
#include "wsserver/topics/ws-topic-node-private.h"
#include "wsserver/topics/ws-topics.h"

G_BEGIN_DECLS

/* The state of the topics of a server. The functions of each part are declared in the part's own header.
 *
 * The parts form an order; each calls only those above it in this list:
 *
 * - names, policies, rings, nodes with their subscribers: know no topics of a server
 * - signals: emit
 * - nodes: which there are, and what becomes of those that nobody wants
 * - delivery: a message goes to the clients, in slices
 * - publications: what publish_async() waits for
 * - messages: what the engine brings
 * - subscribers: clients with topics
 * - the class (ws-topics.c), then the public functions that need its type: subscribe, publish, lists */
struct _WsTopics
{
  GObject parent_instance;

  WsServer     *server;  /* a weak pointer */
  WsEngine     *engine;  /* NULL once disposed of */
  GMainContext *context; /* the default of the thread … */
  GThread      *thread;  /* … in which this was made */
  gulong        engine_handlers[4];

  guint   max_topics_per_client;
  guint   max_topic_length;
  guint64 publish_queue_bytes;
  guint64 max_history_bytes;

  /* Nodes */
  GHashTable *nodes;    /* name to WsTopicNode */
  GHashTable *patterns; /* the same; the name is the pattern */
  guint       patterns_generation;
  GPtrArray  *policies; /* for prefixes, longest first */
  guint       policies_generation;
  guint64     n_subscriptions;
  GQueue      idle; /* nodes without subscribers that the engine is still asked for */
  GQueue      kept; /* nodes with a ring, the one that got a message last at the end */
  GList      *kept_cursor;
  guint64     kept_bytes;
  GSource    *timer; /* while there is any in idle or kept */

  /* Delivery */
  GQueue   deliveries; /* in the order in which the messages came */
  guint64  waiting_bytes;
  gboolean delivering;
  guint    n_holds; /* messages that come wait until all are released */
  GSource *slice;   /* continues the delivery; NULL: nothing waits */
  guint64  last_serial;
  guint64  n_skipped;

  GQueue  publications; /* that have not come back yet */
  guint64 publication_bytes;

  /* From other threads */
  GMutex   mutex;
  GQueue   posted; /* protected by the mutex, like … */
  guint64  posted_bytes;
  gboolean wakes; /* the source that takes them is attached */
};

/* How long one call may hold the main loop. */
#define WS_TOPICS_SLICE_US 4000

static inline WsDataFormat
ws_topics_get_format (WsOpcode opcode)
{
  return opcode == WS_OPCODE_TEXT ? WS_DATA_FORMAT_TEXT : WS_DATA_FORMAT_BINARY;
}

G_END_DECLS
