/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/io/ws-buffer-pool-private.h"
#include "wsserver/io/ws-transport-private.h"

G_BEGIN_DECLS

/* What waits for the socket, in order: small pieces copied together into pooled chunks, large ones
 * held by reference. Empty, it owns no memory. Embedded in its owner. */
typedef struct _WsOutboxSegment WsOutboxSegment;

typedef struct
{
  WsBufferPool    *pool; /* a reference */
  WsOutboxSegment *head;
  WsOutboxSegment *tail;
  gsize            length; /* bytes waiting */
} WsOutbox;

/* Payloads up to this are copied when they have to wait: cheaper than a reference. */
#define WS_OUTBOX_COPY_MAX_BYTES 2048

void ws_outbox_init (WsOutbox     *self,
                     WsBufferPool *pool);
/* Drops what waits and the pool's reference. Idempotent. */
void ws_outbox_clear (WsOutbox *self);

/* Copies data, or keeps a reference to owner, if there is one, in whose memory data lies: when data is
 * longer than WS_OUTBOX_COPY_MAX_BYTES, or nothing waits yet, so that many outboxes with one message
 * each, the same one perhaps, need no chunk each. */
void ws_outbox_append (WsOutbox     *self,
                       const guint8 *data,
                       gsize         length,
                       GBytes       *owner);

/* Copies a frame of at most WS_OUTBOX_COPY_MAX_BYTES of payload. The header is 4 bytes of memory, of which
 * header_length, 2 or 4, count. */
void ws_outbox_append_short (WsOutbox     *self,
                             const guint8  header[4],
                             gsize         header_length,
                             const guint8 *data,
                             gsize         length);

/* Writes to the transport until empty, would-block or failure; *n_written is always set. OK means
 * empty. Gathers up to 64 pieces in one call. */
WsIOStatus ws_outbox_flush (WsOutbox    *self,
                            WsTransport *transport,
                            gsize       *n_written,
                            GError     **error);

/* Header and payload go out directly in one call if the outbox is empty, nothing copied; what the
 * transport does not take waits in the outbox (see append). Behind a filled outbox both just wait:
 * WOULD_BLOCK. FAILED: error set, the outbox as it was. */
WsIOStatus ws_outbox_write (WsOutbox     *self,
                            WsTransport  *transport,
                            const guint8 *header,
                            gsize         header_length,
                            const guint8 *payload,
                            gsize         payload_length,
                            GBytes       *owner,
                            gsize        *n_written,
                            GError      **error);

G_END_DECLS
