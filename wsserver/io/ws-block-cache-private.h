/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory for large messages. A block that the application releases is kept for the next message, up to a
 * limit. New memory from the system costs a page fault for every 4 KiB; for a message of 1 MiB that is more
 * than all of its copying. All threads share the cache, because an application may release a message in any
 * thread. */

#define WS_BLOCK_MIN_BYTES (64 * 1024)              /* malloc handles shorter ones */
#define WS_BLOCK_CACHE_MAX_BYTES (32 * 1024 * 1024) /* in total */

/* Returns memory for at least size bytes and sets *capacity to its real size. g_free() and g_realloc() work
 * on it as usual. */
guint8 *ws_block_cache_take (gsize  size,
                             gsize *capacity);

/* As ws_block_cache_take(), but never allocates. NULL if the cache has no such block. */
guint8 *ws_block_cache_find (gsize  size,
                             gsize *capacity);

/* Returns a GBytes that owns the block and returns it to the cache. */
GBytes *ws_block_cache_new_bytes (guint8 *block,
                                  gsize   capacity,
                                  gsize   length);

/* Returns all kept blocks to the system. */
void ws_block_cache_clear (void);

G_END_DECLS
