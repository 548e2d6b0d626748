/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-buffer-pool-private.h"

#include <string.h>

#define N_CHUNKS (WS_BUFFER_POOL_SPARE_CHUNKS + 4)

static void
test_take_usable (void)
{
  WsBufferPool *pool = ws_buffer_pool_new ();
  guint8       *chunks[N_CHUNKS];

  g_test_summary ("All bytes of a chunk are usable, and no two chunks overlap.");

  for (guint i = 0; i < N_CHUNKS; i++)
    {
      chunks[i] = ws_buffer_pool_take (pool);
      memset (chunks[i], (int) i, WS_CHUNK_BYTES);
    }

  for (guint i = 0; i < N_CHUNKS; i++)
    {
      g_assert_cmpuint (chunks[i][0], ==, i);
      g_assert_cmpuint (chunks[i][WS_CHUNK_BYTES - 1], ==, i);
      ws_buffer_pool_give (pool, chunks[i]);
    }

  ws_buffer_pool_unref (pool);
}

static void
test_give_reused (void)
{
  WsBufferPool *pool = ws_buffer_pool_new ();
  guint8       *first = ws_buffer_pool_take (pool);
  guint8       *second = ws_buffer_pool_take (pool);

  g_test_summary ("The chunk that was returned last is taken first.");

  ws_buffer_pool_give (pool, first);
  ws_buffer_pool_give (pool, second);

  g_assert_true (ws_buffer_pool_take (pool) == second);
  g_assert_true (ws_buffer_pool_take (pool) == first);

  ws_buffer_pool_give (pool, first);
  ws_buffer_pool_give (pool, second);
  ws_buffer_pool_unref (pool);
}

static void
test_give_keeps_few (void)
{
  WsBufferPool *pool = ws_buffer_pool_new ();
  guint8       *chunks[N_CHUNKS];

  g_test_summary ("Chunks over the limit are freed, not kept.");

  for (guint i = 0; i < N_CHUNKS; i++)
    chunks[i] = ws_buffer_pool_take (pool);
  for (guint i = 0; i < N_CHUNKS; i++)
    ws_buffer_pool_give (pool, chunks[i]);

  /* The first ones were kept, in a stack. The memory checker covers the others. */
  for (guint i = WS_BUFFER_POOL_SPARE_CHUNKS; i > 0; i--)
    g_assert_true (ws_buffer_pool_take (pool) == chunks[i - 1]);
  for (guint i = 0; i < WS_BUFFER_POOL_SPARE_CHUNKS; i++)
    ws_buffer_pool_give (pool, chunks[i]);

  ws_buffer_pool_unref (pool);
}

static void
test_ref_outlives (void)
{
  WsBufferPool *pool = ws_buffer_pool_new ();
  guint8       *chunk;

  g_test_summary ("The pool exists until its last reference is released.");

  g_assert_true (ws_buffer_pool_ref (pool) == pool);
  chunk = ws_buffer_pool_take (pool);
  ws_buffer_pool_unref (pool);
  ws_buffer_pool_give (pool, chunk);
  g_assert_true (ws_buffer_pool_take (pool) == chunk);
  ws_buffer_pool_give (pool, chunk);
  ws_buffer_pool_unref (pool);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/io/buffer-pool/take/usable", test_take_usable);
  g_test_add_func ("/unit/io/buffer-pool/give/reused", test_give_reused);
  g_test_add_func ("/unit/io/buffer-pool/give/keeps-few", test_give_keeps_few);
  g_test_add_func ("/unit/io/buffer-pool/ref/outlives", test_ref_outlives);

  return g_test_run ();
}
