/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <zlib.h>

G_BEGIN_DECLS

/* The zlib streams and output buffers of a thread, for those who need one only for a while. What is
 * taken is the taker's alone, so nested and interleaved use needs no care: the second taker gets
 * another. What is given back is kept for the next, up to a few of each; the rest is freed.
 * A thread frees what it keeps when it ends; the main thread, and whoever wants the memory earlier,
 * calls ws_deflate_clear_thread_cache(). */

#define WS_INFLATE_BUFFER_BYTES (64 * 1024)

/* A raw deflate or inflate stream at its beginning. Window bits 8 give a deflate stream that makes
 * no back references: zlib has no raw window of 256 bytes. */
z_stream *ws_deflate_cache_take_deflate (guint window_bits,
                                         int   level);
z_stream *ws_deflate_cache_take_inflate (guint window_bits);

/* Back to the current thread's cache; the window bits and level it was taken with. */
void ws_deflate_cache_give_deflate (z_stream *stream,
                                    guint     window_bits,
                                    int       level);
void ws_deflate_cache_give_inflate (z_stream *stream,
                                    guint     window_bits);

/* Memory of WS_INFLATE_BUFFER_BYTES. */
guint8 *ws_deflate_cache_take_buffer (void);
void    ws_deflate_cache_give_buffer (guint8 *buffer);

/* Frees what the calling thread keeps. What is taken at the moment stays valid, and a new cache
 * begins when something is given back: so call it when the last connection of the thread is gone
 * (the poller's end). Cheap and harmless at any other time. */
void ws_deflate_clear_thread_cache (void);

G_END_DECLS
