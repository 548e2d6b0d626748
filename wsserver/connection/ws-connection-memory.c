/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/connection/ws-connection-memory-private.h"

#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"

static guint64
get_memory (WsConnection *self)
{
  const WsConnectionExtra *extra = self->extra;
  guint64                  bytes = ws_connection_get_queue_memory (self) - self->outbox.shared;

  if (extra == NULL)
    return bytes;

  bytes += extra->message.capacity + extra->held.capacity + extra->line.capacity + extra->head.capacity;
  return extra->payload != NULL ? bytes + extra->payload->len : bytes;
}

/* TRUE if the owner has to look at the sum. */
static gboolean
needs_owner (const WsConnectionContext *context)
{
  guint64 max = context->settings->max_total_memory_bytes;
  guint64 bytes = context->memory_bytes;

  if (context->memory_peak_bytes - bytes > WS_MEMORY_FREED_BYTES)
    return TRUE;

  return context->memory_is_short ? bytes > max || bytes < max / 2 : max > 0 && bytes > max / 4 * 3;
}

void
ws_connection_count_memory (WsConnection *self)
{
  WsConnectionContext *context = self->context;
  guint64              bytes = get_memory (self);

  self->may_hold_memory = bytes > 0;
  if (context == NULL || bytes == self->counted_bytes)
    return;

  context->memory_bytes += bytes - self->counted_bytes;
  self->counted_bytes = bytes;
  context->memory_peak_bytes = MAX (context->memory_peak_bytes, context->memory_bytes);
  if (needs_owner (context))
    context->funcs->memory_changed (context->owner);
}
