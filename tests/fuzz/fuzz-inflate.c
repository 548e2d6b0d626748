/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decompression under a limit, at any cut of input and output; and that what the compressor makes
 * of anything comes back. */
#include "fuzz.h"

#include "wsserver/protocol/ws-deflate-private.h"

#include <string.h>

/* No output is taken beyond it, whatever the input would come to. */
#define LIMIT_BYTES 4096

typedef struct
{
  WsInflateResult result; /* FULL: the limit was met */
  GByteArray     *output;
} Inflated;

/* --- decompression --------------------------------------------------------------------------- */

static void
check_failure_is_sticky (WsInflater *inflater,
                         const char *fault)
{
  guint8      output[1];
  const char *repeated = NULL;
  gsize       consumed;
  gsize       produced;

  g_assert_true (fault != NULL && *fault != '\0');
  g_assert_cmpint (ws_inflater_decompress (inflater, output, 0, TRUE, &consumed, output, 1,
                                           &produced, &repeated),
                   ==, WS_INFLATE_FAILED);
  g_assert_cmpstr (repeated, ==, fault);
  g_assert_cmpuint (produced, ==, 0);
}

/* One piece, as often as there is something to come of it. */
static WsInflateResult
inflate_piece (WsInflater   *inflater,
               const guint8 *data,
               gsize         length,
               gboolean      message_end,
               gsize         capacity,
               GByteArray   *output)
{
  WsInflateResult result = WS_INFLATE_FULL;
  const char     *fault = NULL;
  gsize           used = 0;

  while (result == WS_INFLATE_FULL && output->len < LIMIT_BYTES)
    {
      const gsize        room = MIN (capacity, LIMIT_BYTES - output->len);
      g_autofree guint8 *piece = fuzz_copy (data + used, length - used);
      g_autofree guint8 *buffer = g_malloc (room);
      gsize              consumed = G_MAXSIZE;
      gsize              produced = G_MAXSIZE;

      result = ws_inflater_decompress (inflater, piece, length - used, message_end, &consumed,
                                       buffer, room, &produced, &fault);
      g_assert_cmpuint (consumed, <=, length - used);
      g_assert_cmpuint (produced, <=, room);
      g_byte_array_append (output, buffer, (guint) produced);
      used += consumed;

      if (result == WS_INFLATE_FULL)
        g_assert_cmpuint (produced, ==, room);
      else if (result == WS_INFLATE_DRAINED)
        g_assert_cmpuint (used, ==, length);
      else
        check_failure_is_sticky (inflater, fault);
    }

  return result;
}

static Inflated
inflate_message (WsInflater   *inflater,
                 const guint8 *data,
                 gsize         length,
                 FuzzCuts     *cuts,
                 gsize         capacity)
{
  Inflated inflated = { .result = WS_INFLATE_DRAINED, .output = g_byte_array_new () };
  gsize    fed = 0;

  do
    {
      const gsize cut = cuts != NULL ? fuzz_next_cut (cuts, length - fed) : length;

      inflated.result = inflate_piece (inflater, data + fed, cut, fed + cut == length, capacity,
                                       inflated.output);
      fed += cut;
    }
  while (inflated.result == WS_INFLATE_DRAINED && fed < length);

  g_assert_cmpuint (inflated.output->len, <=, LIMIT_BYTES);

  return inflated;
}

/* The input as two messages of one connection, whole and cut. */
static void
check_inflate (const WsDeflateParameters *parameters,
               FuzzInput                  input,
               FuzzCuts                  *cuts,
               gsize                      capacity)
{
  g_autoptr (WsInflater) whole_inflater = ws_inflater_new (parameters, WS_ROLE_SERVER);
  g_autoptr (WsInflater) cut_inflater = ws_inflater_new (parameters, WS_ROLE_SERVER);

  for (guint i = 0; i < 2; i++)
    {
      Inflated whole =
          inflate_message (whole_inflater, input.data, input.length, NULL, LIMIT_BYTES);
      Inflated              cut = inflate_message (cut_inflater, input.data, input.length, cuts, capacity);
      const WsInflateResult result = whole.result;

      /* A smaller window is outside the promise, if something refers beyond it. */
      if (parameters->client_max_window_bits == WS_DEFLATE_MAX_WINDOW_BITS)
        {
          g_assert_cmpmem (whole.output->data, whole.output->len, cut.output->data, cut.output->len);
          if (whole.output->len < LIMIT_BYTES)
            g_assert_cmpint (cut.result, ==, result);
        }

      if (parameters->client_no_context_takeover && result == WS_INFLATE_DRAINED)
        g_assert_null (whole_inflater->stream);

      g_byte_array_unref (whole.output);
      g_byte_array_unref (cut.output);

      if (result != WS_INFLATE_DRAINED || cut.result != WS_INFLATE_DRAINED)
        return;
    }
}

/* --- there and back -------------------------------------------------------------------------- */

static void
compress_message (WsDeflater *deflater,
                  FuzzInput   input,
                  FuzzCuts   *cuts,
                  GByteArray *compressed)
{
  gsize fed = 0;
  gsize before;

  while (fed < input.length)
    {
      const gsize        cut = fuzz_next_cut (cuts, input.length - fed);
      g_autofree guint8 *piece = fuzz_copy (input.data + fed, cut);

      ws_deflater_compress (deflater, piece, cut, (cut & 1) != 0 ? WS_DEFLATE_PART : WS_DEFLATE_FLUSH,
                            compressed);
      fed += cut;
    }

  before = compressed->len;
  ws_deflater_compress (deflater, NULL, 0, WS_DEFLATE_MESSAGE_END, compressed);
  g_assert_cmpuint (compressed->len, >, before);
}

static void
check_there_and_back (const WsDeflateParameters *parameters,
                      FuzzInput                  input,
                      FuzzCuts                  *cuts,
                      gsize                      capacity)
{
  g_autoptr (WsDeflater) deflater = ws_deflater_new (parameters, WS_ROLE_CLIENT, (int) (capacity % 10));
  g_autoptr (WsInflater) inflater = ws_inflater_new (parameters, WS_ROLE_SERVER);

  input.length = MIN (input.length, LIMIT_BYTES / 2);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GByteArray) compressed = g_byte_array_new ();
      Inflated inflated;

      compress_message (deflater, input, cuts, compressed);
      inflated = inflate_message (inflater, compressed->data, compressed->len, cuts, capacity);
      g_assert_cmpint (inflated.result, ==, WS_INFLATE_DRAINED);
      g_assert_cmpmem (inflated.output->data, inflated.output->len, input.data, input.length);
      g_byte_array_unref (inflated.output);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  FuzzInput                 input = { data, size };
  const guint               choice = fuzz_take_byte (&input);
  const gsize               capacity = 1 + (gsize) fuzz_take_byte (&input) * 4;
  const guint8              window_bits = (choice & 0x1) != 0 ? (guint8) (8 + (choice >> 4) % 8) : 15;
  const WsDeflateParameters parameters = { .client_no_context_takeover = (choice & 0x2) != 0,
                                           .server_max_window_bits = 15,
                                           .client_max_window_bits = window_bits };
  FuzzCuts                  cuts;

  fuzz_take_cuts (&input, &cuts);

  if ((choice & 0x4) != 0)
    check_there_and_back (&parameters, input, &cuts, capacity);
  else
    check_inflate (&parameters, input, &cuts, capacity);

  return 0;
}
