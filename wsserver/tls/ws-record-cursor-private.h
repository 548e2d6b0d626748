/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/uio.h>

G_BEGIN_DECLS

/* The most plain text that one record holds. RFC 8446 §5.1 */
#define WS_TLS_MAX_RECORD_BYTES 16384
/* Plain text sealed in one call of writev. */
#define WS_TLS_MAX_WRITE_BYTES (64 * 1024)

/* Walks through vectors of plain text, one record at a time. */
typedef struct
{
  const struct iovec *vectors;
  guint               n_vectors; /* 0: nothing is left */
  gsize               offset;    /* in the first of them */
  gsize               max_record_bytes;
} WsRecordCursor;

/* max_record_bytes is at most WS_TLS_MAX_RECORD_BYTES. */
void ws_record_cursor_init (WsRecordCursor     *self,
                            const struct iovec *vectors,
                            guint               n_vectors,
                            gsize               max_record_bytes);

/* The text of the next record: in place if the first vector has as much, otherwise copied together
 * to buffer, because a header and its payload in two records cost twice. */
const guint8 *ws_record_cursor_peek (const WsRecordCursor *self,
                                     guint8                buffer[WS_TLS_MAX_RECORD_BYTES],
                                     gsize                *length);
void          ws_record_cursor_advance (WsRecordCursor *self,
                                        gsize           n);

G_END_DECLS
