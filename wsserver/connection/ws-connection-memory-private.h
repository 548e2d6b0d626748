/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-context-private.h"
#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

/* MaxTotalMemory: the memory that clients make the server hold, counted over all connections of a server. */

/* A connection that holds no more than this is served on when memory is short. */
#define WS_MEMORY_SMALL_BYTES (64 * 1024)
/* After so much was freed, it is given back to the system. */
#define WS_MEMORY_FREED_BYTES (16 * 1024 * 1024)

/* Counts what the connection holds now. Called when that may have changed. */
void ws_connection_count_memory (WsConnection *self);

/* FALSE for nearly all connections after nearly all messages: they hold nothing, and nothing is counted. */
static inline gboolean
ws_connection_may_hold_memory (const WsConnection *self)
{
  return self->outbox.length > 0 || self->may_hold_memory;
}

/* TRUE if memory is short, and this connection is one of those that hold much: it is neither read nor sent
 * to. */
static inline gboolean
ws_connection_is_held_back (const WsConnection *self)
{
  return self->context != NULL && self->context->memory_is_short &&
         self->counted_bytes > WS_MEMORY_SMALL_BYTES;
}

G_END_DECLS
