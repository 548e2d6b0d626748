/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-outbox-private.h"

#include <string.h>

G_STATIC_ASSERT (WS_CHUNK_BYTES > 2 * WS_OUTBOX_COPY_MAX_BYTES);

/* Limits of one gathered write. They are large enough to fill any socket buffer. They are small enough that
 * a long queue does not keep the kernel, and thus the dispatch, busy for long. */
#define FLUSH_MAX_VECTORS 64
#define FLUSH_MAX_BYTES (1024 * 1024)

struct _WsOutboxSegment
{
  WsOutboxSegment *next;
  const guint8    *data;     /* the waiting bytes, in owner or after this struct */
  gsize            length;   /* never 0 while in an outbox */
  GBytes          *owner;    /* NULL: the bytes are after this struct */
  gboolean         shared;   /* see WsOutbox */
  gsize            capacity; /* of the bytes after it; SEGMENT_CHUNK_BYTES: a pooled chunk */
};

#define SEGMENT_CHUNK_BYTES (WS_CHUNK_BYTES - sizeof (WsOutboxSegment))

/* Between two references there is usually only a frame header. With a whole chunk for each header, a queue
 * of referenced messages would take many times the memory that it counts. */
#define SEGMENT_SMALL_BYTES 72

void
ws_outbox_init (WsOutbox     *self,
                WsBufferPool *pool)
{
  *self = (WsOutbox){ .pool = ws_buffer_pool_ref (pool) };
}

static void
free_segments (WsBufferPool    *pool,
               WsOutboxSegment *segment)
{
  while (segment != NULL)
    {
      WsOutboxSegment *next = segment->next;

      g_clear_pointer (&segment->owner, g_bytes_unref);
      if (segment->capacity == SEGMENT_CHUNK_BYTES)
        ws_buffer_pool_give (pool, (guint8 *) segment);
      else
        g_free (segment);

      segment = next;
    }
}

void
ws_outbox_clear (WsOutbox *self)
{
  WsOutbox old = *self;

  /* The outbox is emptied first: the free function of a GBytes belongs to the application and may call back
   * into the outbox. */
  *self = (WsOutbox){ .written = old.written };

  if (old.pool == NULL)
    return;

  free_segments (old.pool, old.head);
  ws_buffer_pool_unref (old.pool);
}

static void
append_segment (WsOutbox        *self,
                WsOutboxSegment *segment)
{
  segment->next = NULL;

  if (self->tail != NULL)
    self->tail->next = segment;
  else
    self->head = segment;

  self->tail = segment;
}

/* The reference to a long message ends when all of it is written. Of those that wait, only the first can be
 * written in part; before its next frame there may be a segment for the header. */
static gsize
count_kept (const WsOutbox *self)
{
  const WsOutboxSegment *segment = self->head;

  if (segment != NULL && segment->owner == NULL)
    segment = segment->next;
  if (segment == NULL || segment->owner == NULL || segment->shared)
    return 0;

  return (gsize) (segment->data - (const guint8 *) g_bytes_get_data (segment->owner, NULL));
}

static void
append_reference (WsOutbox     *self,
                  const guint8 *data,
                  gsize         length,
                  GBytes       *owner)
{
  WsOutboxSegment *segment = g_new (WsOutboxSegment, 1);

  segment->data = data;
  segment->length = length;
  segment->owner = g_bytes_ref (owner);
  segment->shared = self->sharing;
  segment->capacity = 0;
  if (segment->shared)
    self->shared += length;

  append_segment (self, segment);
  self->length += length;
  if (self->head == segment)
    self->kept = count_kept (self);
}

/* Returns the number of free bytes after the copies in a segment. */
static gsize
get_room (const WsOutboxSegment *segment)
{
  const guint8 *end = (const guint8 *) (segment + 1) + segment->capacity;

  if (segment->owner != NULL)
    return 0;

  return (gsize) (end - (segment->data + segment->length));
}

/* Returns the free bytes of the new tail. */
static gsize
append_room (WsOutbox *self,
             gsize     length)
{
  gboolean         small = self->tail != NULL && self->tail->owner != NULL && length <= SEGMENT_SMALL_BYTES;
  gpointer         memory = small ? g_malloc (sizeof (WsOutboxSegment) + SEGMENT_SMALL_BYTES)
                                  : ws_buffer_pool_take (self->pool);
  WsOutboxSegment *segment = memory;

  segment->data = (const guint8 *) (segment + 1);
  segment->length = 0;
  segment->owner = NULL;
  segment->shared = FALSE;
  segment->capacity = small ? SEGMENT_SMALL_BYTES : SEGMENT_CHUNK_BYTES;
  append_segment (self, segment);
  return segment->capacity;
}

static void
append_copy (WsOutbox     *self,
             const guint8 *data,
             gsize         length)
{
  while (length > 0)
    {
      gsize room = self->tail != NULL ? get_room (self->tail) : 0;
      gsize n_copied;

      if (room == 0)
        room = append_room (self, length);

      n_copied = MIN (room, length);
      memcpy ((guint8 *) self->tail->data + self->tail->length, data, n_copied);
      self->tail->length += n_copied;
      self->length += n_copied;
      data += n_copied;
      length -= n_copied;
    }
}

void
ws_outbox_append_short (WsOutbox     *self,
                        const guint8  header[4],
                        gsize         header_length,
                        const guint8 *data,
                        gsize         length)
{
  guint8 *end;

  /* Needs space for all 4 bytes of the header, because all of them are written: a copy of fixed size is
   * cheaper. */
  if (self->tail == NULL || get_room (self->tail) < 4 + length)
    append_room (self, SEGMENT_CHUNK_BYTES);

  end = (guint8 *) self->tail->data + self->tail->length;
  memcpy (end, header, 4);
  if (length > 0)
    memcpy (end + header_length, data, length);
  self->tail->length += header_length + length;
  self->length += header_length + length;
}

void
ws_outbox_append (WsOutbox     *self,
                  const guint8 *data,
                  gsize         length,
                  GBytes       *owner)
{
  g_assert (self->pool != NULL);

  if (owner != NULL && length > 0 && (length > WS_OUTBOX_COPY_MAX_BYTES || self->tail == NULL))
    append_reference (self, data, length, owner);
  else
    append_copy (self, data, length);
}

static guint
gather (WsOutbox     *self,
        struct iovec *vectors)
{
  guint n_vectors = 0;
  gsize n_left = FLUSH_MAX_BYTES;

  for (WsOutboxSegment *segment = self->head;
       segment != NULL && n_vectors < FLUSH_MAX_VECTORS && n_left > 0;
       segment = segment->next)
    {
      vectors[n_vectors].iov_base = (gpointer) segment->data;
      vectors[n_vectors].iov_len = MIN (segment->length, n_left);
      n_left -= vectors[n_vectors].iov_len;
      n_vectors++;
    }

  return n_vectors;
}

static void
drop_written (WsOutbox *self,
              gsize     n_written)
{
  WsBufferPool     *pool = ws_buffer_pool_ref (self->pool);
  WsOutboxSegment  *done = NULL;
  WsOutboxSegment **done_end = &done;

  g_assert (n_written > 0 && n_written <= self->length);

  self->length -= n_written;
  self->written += n_written;

  while (n_written > 0)
    {
      WsOutboxSegment *segment = self->head;

      if (segment->shared)
        self->shared -= MIN (n_written, segment->length);
      if (n_written < segment->length)
        {
          segment->data += n_written;
          segment->length -= n_written;
          break;
        }

      n_written -= segment->length;
      self->head = segment->next;
      if (self->head == NULL)
        self->tail = NULL;

      segment->next = NULL;
      *done_end = segment;
      done_end = &segment->next;
    }
  self->kept = count_kept (self);

  /* The segments are freed when the outbox is consistent again. The free function of a GBytes belongs to the
   * application and may call back, even to clear the outbox. */
  free_segments (pool, done);
  ws_buffer_pool_unref (pool);
}

/* TRUE if all waiting bytes are copies in one chunk, as after the responses to one read. */
static inline gboolean
is_one_chunk (const WsOutbox *self)
{
  return self->head == self->tail && self->head->capacity == SEGMENT_CHUNK_BYTES;
}

gboolean
ws_outbox_has_references (const WsOutbox *self)
{
  return !is_one_chunk (self);
}

static inline WsIOStatus
flush_chunk (WsOutbox    *self,
             WsTransport *transport,
             gsize       *n_written,
             GError     **error)
{
  WsOutboxSegment   *chunk = self->head;
  const struct iovec vector = { (gpointer) chunk->data, chunk->length };
  WsIOStatus         status = ws_transport_writev (transport, &vector, 1, n_written, error);

  if (status != WS_IO_OK)
    return status;
  if (*n_written < chunk->length)
    {
      drop_written (self, *n_written);
      return WS_IO_OK;
    }

  self->head = self->tail = NULL;
  self->written += self->length;
  self->length = 0;
  ws_buffer_pool_give (self->pool, (guint8 *) chunk);

  return WS_IO_OK;
}

WsIOStatus
ws_outbox_flush (WsOutbox    *self,
                 WsTransport *transport,
                 gsize       *n_written,
                 GError     **error)
{
  WsIOStatus status = WS_IO_OK;

  *n_written = 0;

  if (self->length > 0 && is_one_chunk (self))
    status = flush_chunk (self, transport, n_written, error);

  while (status == WS_IO_OK && self->length > 0)
    {
      struct iovec vectors[FLUSH_MAX_VECTORS];
      gsize        n = 0;

      status = ws_transport_writev (transport, vectors, gather (self, vectors), &n, error);
      if (status != WS_IO_OK)
        break;

      *n_written += n;
      drop_written (self, n);
    }

  return status;
}

static void
advance_vector (struct iovec *vector,
                gsize        *n)
{
  gsize step = MIN (vector->iov_len, *n);

  if (step == 0)
    return; /* the base may be NULL */

  vector->iov_base = (guint8 *) vector->iov_base + step;
  vector->iov_len -= step;
  *n -= step;
}

WsIOStatus
ws_outbox_write (WsOutbox     *self,
                 WsTransport  *transport,
                 const guint8 *header,
                 gsize         header_length,
                 const guint8 *payload,
                 gsize         payload_length,
                 GBytes       *owner,
                 gsize        *n_written,
                 GError      **error)
{
  struct iovec vectors[2] = { { (gpointer) header, header_length },
                              { (gpointer) payload, payload_length } };
  WsIOStatus   status = self->length == 0 ? WS_IO_OK : WS_IO_WOULD_BLOCK;

  *n_written = 0;

  /* A second round happens only with a transport that takes less than it could (a TLS record). */
  while (status == WS_IO_OK && (vectors[0].iov_len > 0 || vectors[1].iov_len > 0))
    {
      guint first = vectors[0].iov_len > 0 ? 0 : 1;
      guint last = vectors[1].iov_len > 0 ? 1 : 0;
      gsize n = 0;

      status = ws_transport_writev (transport, &vectors[first], last - first + 1, &n, error);
      if (status != WS_IO_OK)
        break;

      g_assert (n > 0 && n <= vectors[0].iov_len + vectors[1].iov_len);
      *n_written += n;
      self->written += n;
      advance_vector (&vectors[0], &n);
      advance_vector (&vectors[1], &n);
    }

  if (status == WS_IO_WOULD_BLOCK)
    {
      ws_outbox_append (self, vectors[0].iov_base, vectors[0].iov_len, NULL);
      ws_outbox_append (self, vectors[1].iov_base, vectors[1].iov_len, owner);
    }

  return status;
}
