/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <zlib.h>

G_BEGIN_DECLS

/* A thread's cache of zlib streams and output buffers that are needed for a short time only. An object that
 * was taken belongs to the caller alone. Nested and interleaved use is safe: the second caller gets another
 * object. The cache keeps a few returned objects of each kind for the next caller and frees the rest.
 *
 * The cache is freed when its thread ends. The main thread calls ws_deflate_clear_thread_cache() instead,
 * and so may any thread that wants the memory back earlier. */

#define WS_INFLATE_BUFFER_BYTES (64 * 1024)

/* Returns a raw deflate or inflate stream in its initial state. zlib has no raw window of 256 bytes, so with
 * window bits 8 the deflate stream makes no back references. */
z_stream *ws_deflate_cache_take_deflate (guint window_bits,
                                         int   level);
z_stream *ws_deflate_cache_take_inflate (guint window_bits);

/* Returns a stream to the cache of the current thread. window_bits and level are those it was taken with. */
void ws_deflate_cache_give_deflate (z_stream *stream,
                                    guint     window_bits,
                                    int       level);
void ws_deflate_cache_give_inflate (z_stream *stream,
                                    guint     window_bits);

/* Returns a buffer of WS_INFLATE_BUFFER_BYTES. */
guint8 *ws_deflate_cache_take_buffer (void);
void    ws_deflate_cache_give_buffer (guint8 *buffer);

/* Frees the objects that the calling thread keeps. Objects that are in use stay valid. The next object that
 * is returned starts a new cache, so the right time for the call is after the last connection of the thread
 * (the end of the poller). The call is cheap and harmless at any other time. */
void ws_deflate_clear_thread_cache (void);

G_END_DECLS
