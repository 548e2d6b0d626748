/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory for large messages. What an application lets go of is kept for the next message, up to a
 * bound: memory fresh from the system costs a page fault every 4 KiB, which for a message of 1 MiB is
 * more than all its copying. Shared by all threads, since an application may drop a message in any. */

#define WS_BLOCK_MIN_BYTES (64 * 1024)              /* shorter ones are malloc's affair */
#define WS_BLOCK_CACHE_MAX_BYTES (32 * 1024 * 1024) /* kept in all */

/* Memory for at least size bytes, to be freed with g_free() or resized with g_realloc() like any
 * other; *capacity tells how much it is. */
guint8 *ws_block_cache_take (gsize  size,
                             gsize *capacity);

/* The same if there is such a block already; otherwise NULL, and nothing is allocated. */
guint8 *ws_block_cache_find (gsize  size,
                             gsize *capacity);

/* A GBytes that owns the block and gives it back to the cache. */
GBytes *ws_block_cache_new_bytes (guint8 *block,
                                  gsize   capacity,
                                  gsize   length);

/* Gives all that is kept back to the system. */
void ws_block_cache_clear (void);

G_END_DECLS
