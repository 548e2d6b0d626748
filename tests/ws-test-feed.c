/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ws-test-feed.h"

#include "wsserver/protocol/ws-frame-private.h"
#include "wsserver/protocol/ws-mask-private.h"

#include <string.h>

#define MAX_EVERY_CUT_BYTES 2048

/* How thoroughly an input is cut. */
typedef struct
{
  gsize   edge_bytes; /* of a long input: every cut within them at either end … */
  gsize   step_bytes; /* … and one in so many between */
  guint32 n_random_runs;
} Effort;

static const Effort usual_effort = { 512, 61, 50 };

/* Under valgrind a long input takes minutes; it looks at memory, and that is the same everywhere in
 * a long payload. */
static const Effort valgrind_effort = { 64, 1009, 5 };

static const Effort *
get_effort (gsize length)
{
  return length > MAX_EVERY_CUT_BYTES && g_getenv ("WS_TEST_VALGRIND") != NULL ? &valgrind_effort
                                                                               : &usual_effort;
}

static void
feed_piece (const WsTestParser *parser,
            gpointer            state,
            const guint8       *input,
            gsize               length,
            GString            *log)
{
  /* A block of its own for each piece: memory checkers then see a read past its end, and a span
   * that outlives it. */
  g_autofree guint8 *piece = g_malloc (MAX (length, 1));

  memcpy (piece, input, length);
  parser->feed (state, piece, length, log);
}

/* The log of a run with cuts at the offsets given, which ascend. */
static char *
run (const WsTestParser *parser,
     gconstpointer       user_data,
     const guint8       *input,
     gsize               length,
     const gsize        *cuts,
     gsize               n_cuts)
{
  GString *log = g_string_new (NULL);
  gpointer state = parser->start (user_data);
  gsize    start = 0;

  for (gsize i = 0; i < n_cuts; i++)
    {
      feed_piece (parser, state, input + start, cuts[i] - start, log);
      start = cuts[i];
    }

  feed_piece (parser, state, input + start, length - start, log);
  parser->finish (state, log);

  return g_string_free (log, FALSE);
}

static void
check_run (const WsTestParser *parser,
           gconstpointer       user_data,
           const guint8       *input,
           gsize               length,
           const gsize        *cuts,
           gsize               n_cuts,
           const char         *expected)
{
  g_autofree char *log = run (parser, user_data, input, length, cuts, n_cuts);

  if (strcmp (log, expected) == 0)
    return;

  g_test_message ("with %" G_GSIZE_FORMAT " cuts, the first at %" G_GSIZE_FORMAT, n_cuts,
                  n_cuts > 0 ? cuts[0] : 0);
  g_assert_cmpstr (log, ==, expected);
}

static gsize
next_cut (const Effort *effort,
          gsize         cut,
          gsize         length)
{
  if (length > MAX_EVERY_CUT_BYTES && cut >= effort->edge_bytes &&
      cut + effort->step_bytes < length - effort->edge_bytes)
    return cut + effort->step_bytes;

  return cut + 1;
}

static void
check_random_cuts (const WsTestParser *parser,
                   gconstpointer       user_data,
                   const guint8       *input,
                   gsize               length,
                   const char         *expected,
                   guint32             seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (gsize));
  const gint32 longest = g_rand_int_range (rand, 2, 40);

  /* Pieces of no bytes are among them. */
  for (gsize cut = 0; (cut += (gsize) g_rand_int_range (rand, 0, longest)) < length;)
    g_array_append_val (cuts, cut);

  check_run (parser, user_data, input, length, (gsize *) (gpointer) cuts->data, cuts->len,
             expected);
}

char *
ws_test_feed_whole (const WsTestParser *parser,
                    gconstpointer       user_data,
                    const guint8       *input,
                    gsize               length)
{
  return run (parser, user_data, input, length, NULL, 0);
}

void
ws_test_feed_every_cut (const WsTestParser *parser,
                        gconstpointer       user_data,
                        const guint8       *input,
                        gsize               length,
                        const char         *expected)
{
  g_autofree char  *whole = ws_test_feed_whole (parser, user_data, input, length);
  g_autofree gsize *each = g_new (gsize, length + 1);
  const Effort     *effort = get_effort (length);

  if (expected != NULL)
    g_assert_cmpstr (whole, ==, expected);

  for (gsize cut = 0; cut <= length; cut = next_cut (effort, cut, length))
    check_run (parser, user_data, input, length, &cut, 1, whole);

  for (gsize i = 0; i < length; i++)
    each[i] = i;

  check_run (parser, user_data, input, length, each, length, whole);

  for (guint32 seed = 0; seed < effort->n_random_runs; seed++)
    check_random_cuts (parser, user_data, input, length, whole, seed);
}

void
ws_test_append_bytes (GString      *log,
                      const guint8 *data,
                      gsize         length)
{
  if (length > 64)
    {
      g_autofree char *checksum = g_compute_checksum_for_data (G_CHECKSUM_MD5, data, length);

      g_string_append_printf (log, "<%" G_GSIZE_FORMAT ":%s>", length, checksum);
      return;
    }

  g_string_append_c (log, '<');

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (log, "%02x", data[i]);

  g_string_append_c (log, '>');
}

void
ws_test_append_frame (GByteArray   *stream,
                      guint8        first_byte,
                      const guint8 *payload,
                      gsize         length,
                      const guint8 *masking_key)
{
  WsFrameHeader header = {
    .payload_length = length,
    .opcode = first_byte & 0x0f,
    .reserved_bits = first_byte & 0x70,
    .fin = (first_byte & 0x80) != 0,
    .masked = masking_key != NULL,
  };
  guint8 bytes[WS_FRAME_HEADER_MAX_LENGTH];
  guint  start;

  if (masking_key != NULL)
    memcpy (header.masking_key, masking_key, sizeof header.masking_key);

  g_byte_array_append (stream, bytes, ws_frame_header_write (&header, bytes));
  start = stream->len;
  g_byte_array_append (stream, payload, length);

  if (masking_key != NULL)
    ws_mask (stream->data + start, length, masking_key, 0);
}

guint8 *
ws_test_make_payload (gsize length)
{
  guint8 *payload = g_malloc (MAX (length, 1));

  for (gsize i = 0; i < length; i++)
    payload[i] = (guint8) ('a' + i % 26);

  return payload;
}
