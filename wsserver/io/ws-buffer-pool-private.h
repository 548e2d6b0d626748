/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Keeps a few spare chunks of memory. A chunk that is needed only during a dispatch then costs no
 * allocation. Single-threaded; reference counted, because an outbox may outlive the poller. */
typedef struct _WsBufferPool WsBufferPool;

#define WS_CHUNK_BYTES (16 * 1024) /* usable bytes of a chunk */
#define WS_BUFFER_POOL_SPARE_CHUNKS 16

WsBufferPool *ws_buffer_pool_new (void);
WsBufferPool *ws_buffer_pool_ref (WsBufferPool *self);
void          ws_buffer_pool_unref (WsBufferPool *self);

guint8 *ws_buffer_pool_take (WsBufferPool *self);
void    ws_buffer_pool_give (WsBufferPool *self,
                             guint8       *chunk);

G_END_DECLS
