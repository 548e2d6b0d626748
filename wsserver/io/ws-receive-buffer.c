/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-receive-buffer-private.h"

#include "wsserver/io/ws-block-cache-private.h"

/* A reference keeps the whole block alive. A queue of short messages would hold many times the memory that
 * it counts, so only a part of at least 1/SHARED_PART of the block is shared. */
#define SHARED_PART 2

/* Copying fewer bytes is cheaper than a reference. */
#define SHARED_MIN_BYTES 512

void
ws_receive_buffer_clear (WsReceiveBuffer *self)
{
  g_assert (self->innermost == NULL);

  g_clear_pointer (&self->block, g_free);
}

static void
push_received (WsReceiveBuffer *self,
               WsReceived      *received)
{
  received->outer = self->innermost;
  self->innermost = received;
}

void
ws_receive_buffer_take (WsReceiveBuffer *self,
                        WsReceived      *received)
{
  gsize capacity;

  received->data = g_steal_pointer (&self->block);
  if (received->data == NULL)
    received->data = ws_block_cache_take (WS_RECEIVE_BUFFER_BYTES, &capacity);
  received->size = WS_RECEIVE_BUFFER_BYTES;
  received->bytes = NULL;
  push_received (self, received);
}

void
ws_receive_buffer_lend (WsReceiveBuffer *self,
                        WsReceived      *received,
                        GBytes          *bytes)
{
  received->data = (guint8 *) g_bytes_get_data (bytes, &received->size);
  received->bytes = g_bytes_ref (bytes);
  push_received (self, received);
}

void
ws_receive_buffer_release (WsReceiveBuffer *self,
                           WsReceived      *received)
{
  g_assert (self->innermost == received);

  self->innermost = received->outer;
  if (received->bytes != NULL)
    g_bytes_unref (received->bytes);
  else if (self->block == NULL)
    self->block = received->data;
  else
    g_free (received->data);
}

static gboolean
lies_in (const WsReceived *received,
         const guint8     *data,
         gsize             length)
{
  return data >= received->data && length <= received->size &&
         data <= received->data + (received->size - length);
}

GBytes *
ws_receive_buffer_share (WsReceiveBuffer *self,
                         const guint8    *data,
                         gsize            length)
{
  WsReceived *received = self->innermost;

  if (length < SHARED_MIN_BYTES)
    return NULL;

  while (received != NULL && !lies_in (received, data, length))
    received = received->outer;
  if (received == NULL || length < received->size / SHARED_PART)
    return NULL;

  if (received->bytes == NULL)
    received->bytes = ws_block_cache_new_bytes (received->data, received->size, received->size);
  return g_bytes_new_from_bytes (received->bytes, (gsize) (data - received->data), length);
}
