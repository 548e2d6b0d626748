/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/io/ws-buffer-pool-private.h"
#include "wsserver/io/ws-transport-private.h"

G_BEGIN_DECLS

/* The bytes that wait for the socket, in order. Small pieces are copied into pooled chunks. Large pieces are
 * held by reference. An empty outbox owns no memory. The struct is embedded in its owner. */
typedef struct _WsOutboxSegment WsOutboxSegment;

typedef struct
{
  WsBufferPool    *pool; /* a reference */
  WsOutboxSegment *head;
  WsOutboxSegment *tail;
  gsize            length;  /* bytes waiting */
  gsize            kept;    /* bytes written already, in memory that is kept because bytes behind them wait */
  gsize            shared;  /* bytes waiting in memory that many outboxes share; they are not in kept */
  gboolean         sharing; /* set by the owner while it appends such bytes */
  guint64          written; /* bytes that the transport has taken so far */
} WsOutbox;

/* A payload up to this size is copied when it has to wait: that is cheaper than a reference. */
#define WS_OUTBOX_COPY_MAX_BYTES 2048

void ws_outbox_init (WsOutbox     *self,
                     WsBufferPool *pool);
/* Drops the waiting bytes and the reference to the pool. Idempotent. */
void ws_outbox_clear (WsOutbox *self);

/* TRUE if writing may free a GBytes, whose free function belongs to the application. The outbox is not
 * empty. */
gboolean ws_outbox_has_references (const WsOutbox *self);

/* Appends data as a copy or by reference. If there is an owner, data lies in its memory. A reference to the
 * owner is kept in two cases: data is longer than WS_OUTBOX_COPY_MAX_BYTES, or the outbox is empty. The
 * second case saves a chunk for each outbox when many outboxes hold a single message, perhaps all the same
 * one. */
void ws_outbox_append (WsOutbox     *self,
                       const guint8 *data,
                       gsize         length,
                       GBytes       *owner);

/* Copies a frame with at most WS_OUTBOX_COPY_MAX_BYTES of payload. 4 bytes of memory hold the header. Its
 * length, header_length, is 2 or 4. */
void ws_outbox_append_short (WsOutbox     *self,
                             const guint8  header[4],
                             gsize         header_length,
                             const guint8 *data,
                             gsize         length);

/* Writes to the transport until the outbox is empty, the transport would block, or the write fails.
 * *n_written is always set. OK means empty. One call gathers up to 64 pieces. */
WsIOStatus ws_outbox_flush (WsOutbox    *self,
                            WsTransport *transport,
                            gsize       *n_written,
                            GError     **error);

/* Writes header and payload directly, in one call and without a copy, if the outbox is empty. The bytes that
 * the transport does not take wait in the outbox (see ws_outbox_append()). If the outbox is not empty, both
 * only wait, and the result is WOULD_BLOCK. FAILED sets the error and leaves the outbox unchanged. */
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
