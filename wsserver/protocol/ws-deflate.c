/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-deflate-private.h"

#include "wsserver/protocol/ws-deflate-cache-private.h"

#include <string.h>

/* The most bytes that zlib gets in one call: its counters have 32 bits. */
#define MAX_ZLIB_BYTES ((gsize) 1 << 30)

/* The smallest piece of output memory. A flush needs far less to make progress. */
#define MIN_OUTPUT_BYTES 256
#define MAX_OUTPUT_BYTES (64 * 1024)

/* zlib's back references are shorter than the window by this much (MAX_MATCH + MIN_MATCH + 1). */
#define ZLIB_LOOKAHEAD_BYTES 262

/* The end of a flush, which the payload of a message omits. RFC 7692 §7.2.1. */
static const guint8 tail[] = { 0x00, 0x00, 0xff, 0xff };

/* --- compression ----------------------------------------------------------------------------- */

WsDeflater *
ws_deflater_new (const WsDeflateParameters *parameters,
                 WsRole                     role,
                 int                        level)
{
  const gboolean is_server = role == WS_ROLE_SERVER;
  WsDeflater    *self = g_new0 (WsDeflater, 1);

  g_assert (level >= Z_DEFAULT_COMPRESSION && level <= Z_BEST_COMPRESSION);

  self->level = level;
  self->window_bits =
      is_server ? parameters->server_max_window_bits : parameters->client_max_window_bits;
  self->no_context_takeover =
      is_server ? parameters->server_no_context_takeover : parameters->client_no_context_takeover;

  return self;
}

void
ws_deflater_free (WsDeflater *self)
{
  ws_deflater_reset (self);
  g_free (self);
}

void
ws_deflater_reset (WsDeflater *self)
{
  self->unflushed = FALSE;

  if (self->stream == NULL)
    return;

  ws_deflate_cache_give_deflate (self->stream, self->window_bits, self->level);
  self->stream = NULL;
}

/* Compresses at most MAX_ZLIB_BYTES. */
static void
run_deflate (z_stream     *stream,
             const guint8 *data,
             gsize         length,
             int           flush,
             GByteArray   *out)
{
  const guint room = (guint) CLAMP (length, MIN_OUTPUT_BYTES, MAX_OUTPUT_BYTES);

  stream->next_in = (Bytef *) data;
  stream->avail_in = (uInt) length;

  do
    {
      const guint start = out->len;

      g_byte_array_set_size (out, start + room);
      stream->next_out = out->data + start;
      stream->avail_out = room;

      /* zlib reports an error when there is nothing to do, for example after a flush that filled the memory
       * exactly. That is no error here, and zlib can report no other one at this point. */
      deflate (stream, flush);
      g_byte_array_set_size (out, start + room - stream->avail_out);
    }
  while (stream->avail_out == 0);

  g_assert (stream->avail_in == 0);
}

static void
append_compressed (WsDeflater   *self,
                   const guint8 *data,
                   gsize         length,
                   gboolean      flush,
                   GByteArray   *out)
{
  if (self->stream == NULL)
    self->stream = ws_deflate_cache_take_deflate (self->window_bits, self->level);

  for (; length > MAX_ZLIB_BYTES; data += MAX_ZLIB_BYTES, length -= MAX_ZLIB_BYTES)
    run_deflate (self->stream, data, MAX_ZLIB_BYTES, Z_NO_FLUSH, out);

  run_deflate (self->stream, data, length, flush ? Z_SYNC_FLUSH : Z_NO_FLUSH, out);
  self->unflushed = !flush;
}

/* Ends the message with a flush and removes the tail. Without pending data it writes the same bytes
 * directly: the beginning of an empty block. RFC 7692 §7.2.1, §7.2.3.6. */
static void
end_message (WsDeflater   *self,
             const guint8 *data,
             gsize         length,
             GByteArray   *out)
{
  if (length > 0 || self->unflushed)
    {
      append_compressed (self, data, length, TRUE, out);
      g_assert (out->len > sizeof tail &&
                memcmp (out->data + out->len - sizeof tail, tail, sizeof tail) == 0);
      g_byte_array_set_size (out, out->len - sizeof tail);
    }
  else
    g_byte_array_append (out, tail, 1);

  if (self->no_context_takeover)
    ws_deflater_reset (self);
}

void
ws_deflater_compress (WsDeflater   *self,
                      const guint8 *data,
                      gsize         length,
                      WsDeflateEnd  end,
                      GByteArray   *out)
{
  if (end == WS_DEFLATE_MESSAGE_END)
    end_message (self, data, length, out);
  else if (length > 0 || (end == WS_DEFLATE_FLUSH && self->unflushed))
    append_compressed (self, data, length, end == WS_DEFLATE_FLUSH, out);
}

WsDeflateKind
ws_deflater_get_kind (const WsDeflater *self,
                      gsize             length)
{
  guint bits = WS_DEFLATE_MIN_WINDOW_BITS + 1;

  while (bits < self->window_bits && length > ((gsize) 1 << bits) - ZLIB_LOOKAHEAD_BYTES)
    bits++;

  /* MIN: the smallest window has a coding of its own. */
  return (WsDeflateKind){ MIN (bits, self->window_bits), self->level };
}

void
ws_deflate_alone (WsDeflateKind kind,
                  const guint8 *data,
                  gsize         length,
                  GByteArray   *out)
{
  WsDeflater deflater = { .level = kind.level, .window_bits = kind.window_bits, .no_context_takeover = TRUE };

  ws_deflater_compress (&deflater, data, length, WS_DEFLATE_MESSAGE_END, out);
}

/* --- decompression --------------------------------------------------------------------------- */

/* Parts of data_type after inflate(): the number of unused bits of the last byte, and a flag that is set
 * between two blocks. */
#define UNUSED_BITS 0x3f
#define BETWEEN_BLOCKS 0x80

WsInflater *
ws_inflater_new (const WsDeflateParameters *parameters,
                 WsRole                     role)
{
  const gboolean is_server = role == WS_ROLE_SERVER;
  WsInflater    *self = g_new0 (WsInflater, 1);

  self->window_bits =
      is_server ? parameters->client_max_window_bits : parameters->server_max_window_bits;
  self->no_context_takeover =
      is_server ? parameters->client_no_context_takeover : parameters->server_no_context_takeover;

  /* A stream with the largest window suits every connection, so that all connections can share it. */
  if (self->no_context_takeover)
    self->window_bits = WS_DEFLATE_MAX_WINDOW_BITS;

  self->at_boundary = TRUE;

  return self;
}

static void
drop_inflate_stream (WsInflater *self)
{
  if (self->stream == NULL)
    return;

  ws_deflate_cache_give_inflate (self->stream, self->window_bits);
  self->stream = NULL;
  self->at_boundary = TRUE;
}

void
ws_inflater_free (WsInflater *self)
{
  drop_inflate_stream (self);
  g_free (self);
}

static WsInflateResult
fail_inflation (WsInflater *self,
                const char *fault)
{
  self->fault = fault;
  drop_inflate_stream (self);

  return WS_INFLATE_FAILED;
}

/* Gives zlib at most MAX_ZLIB_BYTES and writes the output. *used grows by the number of consumed bytes. */
static WsInflateResult
run_inflate (WsInflater   *self,
             const guint8 *data,
             gsize         length,
             gsize        *used)
{
  z_stream       *stream = self->stream;
  WsInflateResult result = WS_INFLATE_FULL;

  stream->next_in = (Bytef *) data;
  stream->avail_in = (uInt) length;

  while (result == WS_INFLATE_FULL && stream->avail_out > 0)
    switch (inflate (stream, Z_SYNC_FLUSH))
      {
      case Z_OK:
        self->at_boundary = (stream->data_type & BETWEEN_BLOCKS) != 0 &&
                            (stream->data_type & UNUSED_BITS) == 0;

        if (stream->avail_out > 0)
          result = WS_INFLATE_DRAINED;

        break;

      case Z_BUF_ERROR: /* nothing to do; data_type is not valid then */
        result = WS_INFLATE_DRAINED;
        break;

      case Z_STREAM_END:
        /* A final block, all of whose output is written. Later data may refer to the window, which
         * inflateReset() would discard. */
        inflateResetKeep (stream);
        self->at_boundary = TRUE;

        if (stream->avail_in == 0)
          result = WS_INFLATE_DRAINED;

        break;

      default:
        result = WS_INFLATE_FAILED;
        break;
      }

  *used += length - stream->avail_in;

  return result;
}

/* Decompresses the tail that the sender removed, RFC 7692 §7.2.2. Between two blocks nothing is missing. The
 * tail would be half a block there, without its beginning. */
static WsInflateResult
run_tail (WsInflater *self)
{
  gsize           used = 0;
  WsInflateResult result;

  if (!self->in_tail && self->at_boundary)
    return WS_INFLATE_DRAINED;

  self->in_tail = TRUE;
  result = run_inflate (self, tail + self->tail_used, sizeof tail - self->tail_used, &used);
  self->tail_used += (guint) used;

  return result;
}

static WsInflateResult
end_inflated_message (WsInflater *self)
{
  if (!self->at_boundary)
    return fail_inflation (self, "compressed message ends inside a block");

  self->in_tail = FALSE;
  self->tail_used = 0;

  if (self->no_context_takeover)
    drop_inflate_stream (self);

  return WS_INFLATE_DRAINED;
}

WsInflateResult
ws_inflater_decompress (WsInflater   *self,
                        const guint8 *data,
                        gsize         length,
                        gboolean      message_end,
                        gsize        *consumed,
                        guint8       *output,
                        gsize         capacity,
                        gsize        *produced,
                        const char  **fault)
{
  const uInt      room = (uInt) MIN (capacity, MAX_ZLIB_BYTES);
  WsInflateResult result = WS_INFLATE_DRAINED;

  g_assert (capacity > 0);

  *consumed = 0;
  *produced = 0;
  *fault = self->fault;

  if (self->fault != NULL)
    return WS_INFLATE_FAILED;

  if (self->stream == NULL)
    self->stream = ws_deflate_cache_take_inflate (self->window_bits);

  self->stream->next_out = output;
  self->stream->avail_out = room;

  if (!self->in_tail)
    do
      result = run_inflate (self, data + *consumed, MIN (length - *consumed, MAX_ZLIB_BYTES),
                            consumed);
    while (result == WS_INFLATE_DRAINED && *consumed < length);

  if (result == WS_INFLATE_DRAINED && message_end)
    result = run_tail (self);

  *produced = room - self->stream->avail_out;

  if (result == WS_INFLATE_DRAINED && message_end)
    result = end_inflated_message (self);
  else if (result == WS_INFLATE_FAILED)
    fail_inflation (self, "compressed data is not valid");

  *fault = self->fault;

  return result;
}
