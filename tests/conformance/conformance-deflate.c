/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance-deflate.h"

#include <string.h>

#include <zlib.h>

#define MEM_LEVEL 8
#define PIECE_BYTES 16384

static const guint8 flush_tail[] = { 0x00, 0x00, 0xff, 0xff };

struct _ConformanceDeflate
{
  z_stream deflater;
  z_stream inflater;
  gboolean client_no_context_takeover;
  gboolean server_no_context_takeover;
  int      level; /* the deflater's at the moment */
  int      strategy;
};

/* The number behind "name=" in the answer, or 15. */
static int
find_window_bits (const char *answer,
                  const char *name)
{
  const char *found = strstr (answer, name);

  if (found == NULL || found[strlen (name)] != '=')
    return MAX_WBITS;

  return (int) g_ascii_strtoull (found + strlen (name) + 1, NULL, 10);
}

ConformanceDeflate *
conformance_deflate_new (const char *answer)
{
  ConformanceDeflate *self = g_new0 (ConformanceDeflate, 1);
  int                 window_bits = find_window_bits (answer, "client_max_window_bits");

  self->strategy = Z_DEFAULT_STRATEGY;
  /* zlib has no raw window of 256 bytes; without back references any window is wide enough. */
  if (window_bits == 8)
    {
      window_bits = 9;
      self->strategy = Z_HUFFMAN_ONLY;
    }

  self->level = Z_DEFAULT_COMPRESSION;
  self->client_no_context_takeover = strstr (answer, "client_no_context_takeover") != NULL;
  self->server_no_context_takeover = strstr (answer, "server_no_context_takeover") != NULL;
  g_assert_cmpint (deflateInit2 (&self->deflater, self->level, Z_DEFLATED, -window_bits, MEM_LEVEL,
                                 self->strategy),
                   ==, Z_OK);
  g_assert_cmpint (inflateInit2 (&self->inflater,
                                 -find_window_bits (answer, "server_max_window_bits")),
                   ==, Z_OK);
  return self;
}

void
conformance_deflate_free (ConformanceDeflate *self)
{
  if (self == NULL)
    return;

  deflateEnd (&self->deflater);
  inflateEnd (&self->inflater);
  g_free (self);
}

static void
deflate_all (z_stream   *stream,
             int         flush,
             GByteArray *output)
{
  guint8 piece[PIECE_BYTES];

  do
    {
      stream->next_out = piece;
      stream->avail_out = sizeof piece;
      g_assert_cmpint (deflate (stream, flush), !=, Z_STREAM_ERROR);
      g_byte_array_append (output, piece, sizeof piece - stream->avail_out);
    }
  while (stream->avail_out == 0);
}

static void
set_level (ConformanceDeflate *self,
           int                 level,
           GByteArray         *output)
{
  guint8 piece[64];

  self->deflater.avail_in = 0;
  self->deflater.next_out = piece;
  self->deflater.avail_out = sizeof piece;
  g_assert_cmpint (deflateParams (&self->deflater, level, self->strategy), ==, Z_OK);
  g_byte_array_append (output, piece, sizeof piece - self->deflater.avail_out);
  self->level = level;
}

GByteArray *
conformance_deflate_compress (ConformanceDeflate *self,
                              const GByteArray   *payload,
                              int                 level)
{
  GByteArray *output = g_byte_array_new ();

  if (level != self->level)
    set_level (self, level, output);

  self->deflater.next_in = payload->data;
  self->deflater.avail_in = payload->len;
  deflate_all (&self->deflater, Z_SYNC_FLUSH, output);

  /* zlib adds nothing when there is nothing new to flush. RFC 7692 §7.2.3.6. */
  if (output->len < sizeof flush_tail)
    g_byte_array_append (g_byte_array_set_size (output, 0), (const guint8 *) "\0", 1);
  else
    g_byte_array_set_size (output, output->len - (guint) sizeof flush_tail);

  if (self->client_no_context_takeover)
    deflateReset (&self->deflater);

  return output;
}

const char *
conformance_deflate_decompress (ConformanceDeflate *self,
                                GByteArray         *payload)
{
  g_autoptr (GByteArray) output = g_byte_array_new ();
  guint8 piece[PIECE_BYTES];
  int    result;

  if (payload->len == 0)
    return "a compressed message without a byte";

  g_byte_array_append (payload, flush_tail, sizeof flush_tail);
  self->inflater.next_in = payload->data;
  self->inflater.avail_in = payload->len;

  do
    {
      self->inflater.next_out = piece;
      self->inflater.avail_out = sizeof piece;
      result = inflate (&self->inflater, Z_SYNC_FLUSH);
      if (result != Z_OK && result != Z_BUF_ERROR)
        return "a compressed message that zlib refuses";
      g_byte_array_append (output, piece, sizeof piece - self->inflater.avail_out);
    }
  while (self->inflater.avail_out == 0);

  if (self->inflater.avail_in > 0)
    return "a compressed message with bytes behind its end";

  g_byte_array_set_size (payload, 0);
  g_byte_array_append (payload, output->data, output->len);
  if (self->server_no_context_takeover)
    inflateReset (&self->inflater);

  return NULL;
}
