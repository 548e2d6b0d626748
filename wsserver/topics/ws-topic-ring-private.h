/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/protocol/ws-frame-private.h"
#include "wsserver/topics/ws-topic-policy.h"

G_BEGIN_DECLS

/* The newest messages of one topic. A position is the epoch, which says which ring it is from, and the
 * number of the message in it. Whoever makes a ring anew gives no old position a new meaning. */

typedef struct
{
  WsOpcode opcode;
  GBytes  *data;
  char    *position;
  gint64   time_us;
} WsTopicEntry;

typedef struct
{
  GQueue  entries; /* WsTopicEntry, oldest first */
  guint64 epoch;
  guint64 last; /* number of the newest message; 0: there was none */
  guint64 bytes;
  gint64  used_us; /* when a message came, or somebody was told a position */
} WsTopicRing;

WsTopicRing *ws_topic_ring_new (void);
void         ws_topic_ring_free (WsTopicRing *self);

/* How many messages a policy asks for. */
guint ws_topic_policy_get_kept (const WsTopicPolicy *policy);

/* The position of the newest message, or of the next one; free with g_free(). */
char *ws_topic_ring_get_position (const WsTopicRing *self);
char *ws_topic_ring_get_next_position (const WsTopicRing *self);

void ws_topic_ring_add (WsTopicRing         *self,
                        WsOpcode             opcode,
                        GBytes              *data,
                        const WsTopicPolicy *policy,
                        gint64               now_us);

/* Drops what the policy keeps no longer. */
void ws_topic_ring_trim (WsTopicRing         *self,
                         const WsTopicPolicy *policy,
                         gint64               now_us);

/* Drops everything, and lets no position of before be found again. */
void ws_topic_ring_restart (WsTopicRing *self);

/* The first entry after a position. FALSE if not all messages after it are there; *first is NULL if there is
 * none after it. */
gboolean ws_topic_ring_find (WsTopicRing *self,
                             const char  *position,
                             GList      **first);

G_END_DECLS
