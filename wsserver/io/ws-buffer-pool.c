/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-buffer-pool-private.h"

struct _WsBufferPool
{
  guint   ref_count;
  guint   n_spare;
  guint8 *spare[WS_BUFFER_POOL_SPARE_CHUNKS]; /* a stack: the last chunk is still in the processor's cache */
};

WsBufferPool *
ws_buffer_pool_new (void)
{
  WsBufferPool *self = g_new0 (WsBufferPool, 1);

  self->ref_count = 1;

  return self;
}

WsBufferPool *
ws_buffer_pool_ref (WsBufferPool *self)
{
  self->ref_count++;

  return self;
}

void
ws_buffer_pool_unref (WsBufferPool *self)
{
  g_assert (self->ref_count > 0);

  if (--self->ref_count > 0)
    return;

  while (self->n_spare > 0)
    g_free (self->spare[--self->n_spare]);

  g_free (self);
}

guint8 *
ws_buffer_pool_take (WsBufferPool *self)
{
  if (self->n_spare > 0)
    return self->spare[--self->n_spare];

  return g_malloc (WS_CHUNK_BYTES);
}

void
ws_buffer_pool_give (WsBufferPool *self,
                     guint8       *chunk)
{
  g_assert (chunk != NULL);

  if (self->n_spare < WS_BUFFER_POOL_SPARE_CHUNKS)
    self->spare[self->n_spare++] = chunk;
  else
    g_free (chunk);
}
