/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a connection tells the topics that its client has subscribed to. The topics' own struct embeds it. A
 * client without topics has none. */
typedef struct _WsSubscriber WsSubscriber;

struct _WsSubscriber
{
  WsSubscriber *next; /* of the same connection */
  gboolean      told; /* during ws_subscribers_have_room() */

  /* There is room in the send queue again. May run code of the application. */
  void (*has_room) (WsSubscriber *self);
  /* The connection has ended and knows this subscriber no longer. */
  void (*ended) (WsSubscriber *self);
};

void ws_subscribers_add (WsSubscriber **list,
                         WsSubscriber  *subscriber);
void ws_subscribers_remove (WsSubscriber **list,
                            WsSubscriber  *subscriber);
void ws_subscribers_have_room (WsSubscriber **list);
void ws_subscribers_end (WsSubscriber **list);

G_END_DECLS
