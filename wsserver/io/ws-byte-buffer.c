/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "wsserver/io/ws-byte-buffer-private.h"
#include "wsserver/io/ws-block-cache-private.h"

#define MIN_CAPACITY 256

void
ws_byte_buffer_expect (WsByteBuffer *self,
                       gsize         length)
{
  if (self->length + length <= self->capacity)
    return;

  if (self->data == NULL && length >= WS_BLOCK_MIN_BYTES)
    {
      self->data = ws_block_cache_take (length, &self->capacity);
      return;
    }

  self->capacity = self->length + length;
  self->data = g_realloc (self->data, self->capacity);
}

void
ws_byte_buffer_expect_cached (WsByteBuffer *self,
                              gsize         length)
{
  gsize   capacity;
  guint8 *block = self->data == NULL ? ws_block_cache_find (length, &capacity) : NULL;

  if (block == NULL)
    return;

  self->data = block;
  self->capacity = capacity;
}

guint8 *
ws_byte_buffer_reserve (WsByteBuffer *self,
                        gsize         length)
{
  if (length > self->capacity - self->length)
    {
      gsize needed = self->length + length;
      gsize capacity = MAX (self->capacity + self->capacity / 2, MIN_CAPACITY);

      self->capacity = MAX (capacity, needed);
      self->data = g_realloc (self->data, self->capacity);
    }

  return self->data + self->length;
}

void
ws_byte_buffer_append (WsByteBuffer *self,
                       const guint8 *data,
                       gsize         length)
{
  if (length == 0)
    return;

  memcpy (ws_byte_buffer_reserve (self, length), data, length);
  self->length += length;
}

void
ws_byte_buffer_remove_head (WsByteBuffer *self,
                            gsize         length)
{
  g_assert (length <= self->length);

  self->length -= length;
  if (self->length > 0)
    memmove (self->data, self->data + length, self->length);
  else
    ws_byte_buffer_clear (self);
}

GBytes *
ws_byte_buffer_take (WsByteBuffer *self)
{
  gsize   length = self->length;
  gsize   capacity = self->capacity;
  guint8 *data = g_steal_pointer (&self->data);

  self->length = 0;
  self->capacity = 0;
  if (capacity >= WS_BLOCK_MIN_BYTES && capacity / 2 <= length)
    return ws_block_cache_new_bytes (data, capacity, length);

  /* An application may keep the bytes for long, so much unused memory is released first. */
  if (capacity - length > length / 8)
    data = g_realloc (data, length);
  return g_bytes_new_take (data, length);
}

void
ws_byte_buffer_clear (WsByteBuffer *self)
{
  g_clear_pointer (&self->data, g_free);
  self->length = 0;
  self->capacity = 0;
}
