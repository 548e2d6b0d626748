/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-record-cursor-private.h"

#include <string.h>

void
ws_record_cursor_init (WsRecordCursor     *self,
                       const struct iovec *vectors,
                       guint               n_vectors,
                       gsize               max_record_bytes)
{
  *self = (WsRecordCursor){ vectors, n_vectors, 0, max_record_bytes };
  /* Past empty vectors. */
  ws_record_cursor_advance (self, 0);
}

const guint8 *
ws_record_cursor_peek (const WsRecordCursor *self,
                       guint8                buffer[WS_TLS_MAX_RECORD_BYTES],
                       gsize                *length)
{
  const struct iovec *vectors = self->vectors;
  const gsize         max = self->max_record_bytes;
  gsize               start = self->offset;
  gsize               n = 0;

  if (self->n_vectors == 1 || vectors->iov_len - start >= max)
    {
      *length = MIN (vectors->iov_len - start, max);
      return (const guint8 *) vectors->iov_base + start;
    }

  for (guint i = 0; i < self->n_vectors && n < max; i++)
    {
      gsize part = MIN (vectors[i].iov_len - start, max - n);

      memcpy (buffer + n, (const guint8 *) vectors[i].iov_base + start, part);
      n += part;
      start = 0;
    }
  *length = n;

  return buffer;
}

void
ws_record_cursor_advance (WsRecordCursor *self,
                          gsize           n)
{
  self->offset += n;
  while (self->n_vectors > 0 && self->offset >= self->vectors->iov_len)
    {
      self->offset -= self->vectors->iov_len;
      self->vectors++;
      self->n_vectors--;
    }
}
