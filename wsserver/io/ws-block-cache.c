/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-block-cache-private.h"

#define MAX_CACHED_BLOCKS 8

typedef struct
{
  guint8 *data;
  gsize   capacity;
} Block;

static GMutex mutex;
static Block  blocks[MAX_CACHED_BLOCKS];
static guint  n_blocks;
static gsize  n_bytes;

guint8 *
ws_block_cache_find (gsize  size,
                     gsize *capacity)
{
  guint8 *data = NULL;

  g_mutex_lock (&mutex);
  for (guint i = 0; i < n_blocks && data == NULL; i++)
    if (blocks[i].capacity >= size && blocks[i].capacity / 2 <= size)
      {
        data = blocks[i].data;
        *capacity = blocks[i].capacity;
        n_bytes -= blocks[i].capacity;
        blocks[i] = blocks[--n_blocks];
      }
  g_mutex_unlock (&mutex);

  return data;
}

guint8 *
ws_block_cache_take (gsize  size,
                     gsize *capacity)
{
  guint8 *data = ws_block_cache_find (size, capacity);

  if (data == NULL)
    {
      data = g_malloc (size);
      *capacity = size;
    }
  return data;
}

static void
give (guint8 *data,
      gsize   capacity)
{
  gboolean kept = FALSE;

  g_mutex_lock (&mutex);
  if (n_blocks < MAX_CACHED_BLOCKS && capacity <= WS_BLOCK_CACHE_MAX_BYTES - n_bytes)
    {
      blocks[n_blocks++] = (Block){ data, capacity };
      n_bytes += capacity;
      kept = TRUE;
    }
  g_mutex_unlock (&mutex);

  if (!kept)
    g_free (data);
}

static void
block_free (gpointer user_data)
{
  Block *block = user_data;

  give (block->data, block->capacity);
  g_free (block);
}

GBytes *
ws_block_cache_new_bytes (guint8 *block,
                          gsize   capacity,
                          gsize   length)
{
  Block *owner = g_new (Block, 1);

  owner->data = block;
  owner->capacity = capacity;
  return g_bytes_new_with_free_func (block, length, block_free, owner);
}

void
ws_block_cache_clear (void)
{
  g_mutex_lock (&mutex);
  while (n_blocks > 0)
    g_free (blocks[--n_blocks].data);
  n_bytes = 0;
  g_mutex_unlock (&mutex);
}
