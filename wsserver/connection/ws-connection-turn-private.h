/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

/* The turn of a client: what one dispatch does with its input. A read of 128 KiB can hold 20,000 messages, or
 * inflate to 130 MiB, and other clients would wait meanwhile. So a turn ends when the dispatch has taken
 * WS_TURN_MAX_US. The rest stays where it is, and is taken up again behind the other clients.
 *
 * The clock is read once for each WS_TURN_LOOK_BYTES of delivered payload. An event counts a little more than
 * its payload, because empty messages also take time. So a client gets on even in a dispatch that is late. */
#define WS_TURN_MAX_US 4000
#define WS_TURN_MAX_LOOKS 64 /* where the poller has no time: see ws_connection_look_at_clock() */
#define WS_TURN_LOOK_BYTES (128 * 1024)
#define WS_TURN_EVENT_BYTES 1024

static inline void
ws_connection_begin_turn (WsConnection *self)
{
  self->turn_bytes = 0;
  self->turn_looks = 0;
  self->turn_over = FALSE;
}

/* Ends the turn if its time is over. */
void ws_connection_look_at_clock (WsConnection *self);

/* Counts an event or a line that was delivered. */
static inline void
ws_connection_spend_turn (WsConnection *self,
                          gsize         n_bytes)
{
  self->turn_bytes += (guint32) MIN (n_bytes, WS_TURN_LOOK_BYTES) + WS_TURN_EVENT_BYTES;
  if (G_UNLIKELY (self->turn_bytes >= WS_TURN_LOOK_BYTES))
    ws_connection_look_at_clock (self);
}

/* Goes on with the input behind the other clients. Until then the connection is not read, and its watch is
 * silent. */
void ws_connection_defer_input (WsConnection *self);

G_END_DECLS
