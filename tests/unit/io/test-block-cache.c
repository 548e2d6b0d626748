/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "wsserver/io/ws-block-cache-private.h"

static void
test_reuse (void)
{
  gsize   capacity;
  guint8 *first = ws_block_cache_take (WS_BLOCK_MIN_BYTES, &capacity);
  guint8 *second;
  GBytes *bytes = ws_block_cache_new_bytes (first, capacity, 10);

  g_test_summary ("A released block is taken next, unless it is much too large.");

  g_assert_cmpuint (capacity, >=, WS_BLOCK_MIN_BYTES);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 10);
  g_bytes_unref (bytes);

  second = ws_block_cache_take (WS_BLOCK_MIN_BYTES / 4, &capacity);
  g_assert_true (second != first);
  g_free (second);
  second = ws_block_cache_take (WS_BLOCK_MIN_BYTES - 1, &capacity);
  g_assert_true (second == first);
  g_assert_cmpuint (capacity, ==, WS_BLOCK_MIN_BYTES);
  g_free (second);
}

static void
test_bound (void)
{
  const gsize size = WS_BLOCK_CACHE_MAX_BYTES / 2 + 1;
  gsize       capacity;
  guint8     *a = ws_block_cache_take (size, &capacity);
  guint8     *b = ws_block_cache_take (size, &capacity);

  g_test_summary ("No more than the limit is kept, and clearing frees everything.");

  memset (a, 1, size);
  memset (b, 2, size);
  g_bytes_unref (ws_block_cache_new_bytes (a, size, size));
  g_bytes_unref (ws_block_cache_new_bytes (b, size, size)); /* freed: valgrind checks it */
  ws_block_cache_clear ();
  ws_block_cache_clear ();
}

static gpointer
drop (gpointer bytes)
{
  g_bytes_unref (bytes);
  return NULL;
}

static void
test_threads (void)
{
  g_test_summary ("A message may be dropped in any thread.");

  for (guint i = 0; i < 100; i++)
    {
      gsize    capacity;
      guint8  *block = ws_block_cache_take (WS_BLOCK_MIN_BYTES + i, &capacity);
      GThread *thread = g_thread_new ("drop", drop, ws_block_cache_new_bytes (block, capacity, 1));

      block = ws_block_cache_take (WS_BLOCK_MIN_BYTES, &capacity);
      g_bytes_unref (ws_block_cache_new_bytes (block, capacity, 1));
      g_thread_join (thread);
    }
  ws_block_cache_clear ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/io/block-cache/reuse", test_reuse);
  g_test_add_func ("/unit/io/block-cache/bound", test_bound);
  g_test_add_func ("/unit/io/block-cache/threads", test_threads);

  return g_test_run ();
}
