/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/connection/ws-connection-turn-private.h"

#include "wsserver/connection/ws-connection-context-private.h"
#include "wsserver/io/ws-poller-private.h"

static gboolean
is_late (WsConnection *self)
{
  return self->context != NULL &&
         g_get_monotonic_time () - ws_poller_get_time (self->context->poller) >= WS_TURN_MAX_US;
}

/* Outside a dispatch the poller has no time but the current one, so that a turn there is never late. */
void
ws_connection_look_at_clock (WsConnection *self)
{
  self->turn_bytes = 0;
  self->turn_looks++;
  self->turn_over = self->turn_looks >= WS_TURN_MAX_LOOKS || is_late (self);
}

void
ws_connection_defer_input (WsConnection *self)
{
  ws_poller_call_in_turn (self->context->poller, &self->turn_call);
}
