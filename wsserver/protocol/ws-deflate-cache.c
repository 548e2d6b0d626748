/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-deflate-cache-private.h"

#include "wsserver/protocol/ws-deflate-parameters-private.h"

#include <string.h>

#define N_KEPT_DEFLATE 2
#define N_KEPT_BUFFERS 2

/* memLevel is the window bits minus this number. It then costs as much memory as the window itself: 256 KiB
 * together at 15 bits (memLevel 8, zlib's default), 4 KiB at 9 bits. */
#define MEM_LEVEL_OFFSET 7

/* zlib's smallest window. A stream for window bits 8 has this window but never refers back into it. */
#define SMALLEST_WINDOW_BITS 9
#define HUFFMAN_MEM_LEVEL 4

typedef struct
{
  z_stream *stream;
  guint     window_bits;
  int       level;
} KeptDeflate;

/* The cache of one thread. It holds at most one deflate stream of each kind, the latest first. It holds one
 * inflate stream, whose window is the largest and suits every connection. It holds a few buffers and reuses
 * the last one first, because that one is still in the processor's cache. */
typedef struct
{
  KeptDeflate deflate[N_KEPT_DEFLATE];
  z_stream   *inflate;
  guint8     *buffers[N_KEPT_BUFFERS];
  guint       n_deflate;
  guint       n_buffers;
} Cache;

static void free_cache (gpointer data);

static GPrivate cache_private = G_PRIVATE_INIT (free_cache);

/* zlib allocates with GLib's allocator, which ends the program when memory runs out. */
static voidpf
allocate_cb (voidpf opaque,
             uInt   n_items,
             uInt   size)
{
  return g_malloc_n (n_items, size);
}

static void
free_cb (voidpf opaque,
         voidpf address)
{
  g_free (address);
}

static z_stream *
new_stream (void)
{
  z_stream *stream = g_new0 (z_stream, 1);

  stream->zalloc = allocate_cb;
  stream->zfree = free_cb;

  return stream;
}

static void
free_deflate (z_stream *stream)
{
  deflateEnd (stream);
  g_free (stream);
}

static void
free_inflate (z_stream *stream)
{
  inflateEnd (stream);
  g_free (stream);
}

static void
free_cache (gpointer data)
{
  Cache *cache = data;

  for (guint i = 0; i < cache->n_deflate; i++)
    free_deflate (cache->deflate[i].stream);

  for (guint i = 0; i < cache->n_buffers; i++)
    g_free (cache->buffers[i]);

  g_clear_pointer (&cache->inflate, free_inflate);
  g_free (cache);
}

static Cache *
get_cache (void)
{
  Cache *cache = g_private_get (&cache_private);

  if (cache == NULL)
    {
      cache = g_new0 (Cache, 1);
      g_private_set (&cache_private, cache);
    }

  return cache;
}

/* --- deflate --------------------------------------------------------------------------------- */

static z_stream *
remove_deflate (Cache *cache,
                guint  index)
{
  z_stream *stream = cache->deflate[index].stream;

  cache->n_deflate--;
  memmove (&cache->deflate[index], &cache->deflate[index + 1],
           (cache->n_deflate - index) * sizeof (KeptDeflate));

  return stream;
}

/* Removes the stream of this kind from the cache and returns it. NULL if the cache has none. */
static z_stream *
find_deflate (Cache *cache,
              guint  window_bits,
              int    level)
{
  for (guint i = 0; i < cache->n_deflate; i++)
    if (cache->deflate[i].window_bits == window_bits && cache->deflate[i].level == level)
      return remove_deflate (cache, i);

  return NULL;
}

z_stream *
ws_deflate_cache_take_deflate (guint window_bits,
                               int   level)
{
  const gboolean is_smallest = window_bits == WS_DEFLATE_MIN_WINDOW_BITS;
  z_stream      *stream = find_deflate (get_cache (), window_bits, level);

  g_assert (window_bits >= WS_DEFLATE_MIN_WINDOW_BITS && window_bits <= WS_DEFLATE_MAX_WINDOW_BITS);

  if (stream != NULL)
    return stream;

  stream = new_stream ();

  if (deflateInit2 (stream, level, Z_DEFLATED,
                    is_smallest ? -SMALLEST_WINDOW_BITS : -(int) window_bits,
                    is_smallest ? HUFFMAN_MEM_LEVEL : (int) window_bits - MEM_LEVEL_OFFSET,
                    is_smallest ? Z_HUFFMAN_ONLY : Z_DEFAULT_STRATEGY) != Z_OK)
    g_assert_not_reached ();

  return stream;
}

void
ws_deflate_cache_give_deflate (z_stream *stream,
                               guint     window_bits,
                               int       level)
{
  Cache    *cache = get_cache ();
  z_stream *other = find_deflate (cache, window_bits, level);

  if (other == NULL && cache->n_deflate == N_KEPT_DEFLATE)
    other = remove_deflate (cache, N_KEPT_DEFLATE - 1);

  g_clear_pointer (&other, free_deflate);

  deflateReset (stream);
  memmove (&cache->deflate[1], &cache->deflate[0], cache->n_deflate * sizeof (KeptDeflate));
  cache->deflate[0] = (KeptDeflate){ stream, window_bits, level };
  cache->n_deflate++;
}

/* --- inflate --------------------------------------------------------------------------------- */

z_stream *
ws_deflate_cache_take_inflate (guint window_bits)
{
  Cache    *cache = get_cache ();
  z_stream *stream;

  g_assert (window_bits >= WS_DEFLATE_MIN_WINDOW_BITS && window_bits <= WS_DEFLATE_MAX_WINDOW_BITS);

  if (window_bits == WS_DEFLATE_MAX_WINDOW_BITS && cache->inflate != NULL)
    return g_steal_pointer (&cache->inflate);

  stream = new_stream ();

  /* A window that is too large does no harm. Some peers have a zlib that turns window bits 8 into 9. */
  if (inflateInit2 (stream, -(int) MAX (window_bits, SMALLEST_WINDOW_BITS)) != Z_OK)
    g_assert_not_reached ();

  return stream;
}

void
ws_deflate_cache_give_inflate (z_stream *stream,
                               guint     window_bits)
{
  Cache *cache = get_cache ();

  if (window_bits != WS_DEFLATE_MAX_WINDOW_BITS || cache->inflate != NULL)
    {
      free_inflate (stream);
      return;
    }

  inflateReset (stream);
  cache->inflate = stream;
}

/* --- buffers --------------------------------------------------------------------------------- */

guint8 *
ws_deflate_cache_take_buffer (void)
{
  Cache *cache = get_cache ();

  return cache->n_buffers > 0 ? cache->buffers[--cache->n_buffers]
                              : g_malloc (WS_INFLATE_BUFFER_BYTES);
}

void
ws_deflate_cache_give_buffer (guint8 *buffer)
{
  Cache *cache = get_cache ();

  if (cache->n_buffers < N_KEPT_BUFFERS)
    cache->buffers[cache->n_buffers++] = buffer;
  else
    g_free (buffer);
}

void
ws_deflate_clear_thread_cache (void)
{
  g_private_replace (&cache_private, NULL);
}
