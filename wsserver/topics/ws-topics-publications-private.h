/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/topics/ws-topics-delivery-private.h"

G_BEGIN_DECLS

/* A message of publish_async(). It is found again when the engine brings it back, so that it is counted
 * and one client left out. */
typedef struct
{
  WsDeliveryCount  count;
  GList            link; /* in the list of those that have not come back */
  char            *topic;
  GBytes          *data;
  WsTopics        *topics; /* a reference until the engine has answered */
  GTask           *task;   /* NULL: nobody asks for the result */
  guint            n_open; /* the engine's answer, the delivery: what the call still waits for */
  char            *position;
  GError          *error;
  WsPublishOutcome outcome;
} WsPublication;

/* It waits for the engine's answer. task may be NULL. */
WsPublication *ws_topics_add_publication (WsTopics     *self,
                                          const char   *topic,
                                          GBytes       *data,
                                          WsConnection *except,
                                          GTask        *task);

/* The publication of a message that has come back, or NULL. It waits for the delivery now. */
WsPublication *ws_topics_take_publication (WsTopics   *self,
                                           const char *topic,
                                           GBytes     *data);

/* One of the things that it waits for has happened. Takes the error and the position. */
void ws_publication_answered (WsPublication *self,
                              char          *position,
                              GError        *error);
void ws_publication_delivered (WsDeliveryCount *count);

/* None of them will come back. */
void ws_topics_clear_publications (WsTopics *self);

G_END_DECLS
