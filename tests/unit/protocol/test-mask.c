/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-mask-private.h"

#include <string.h>

#define MAX_LENGTH 200
#define MAX_ALIGNMENT 16
#define MAX_OFFSET 8
#define GUARD_LENGTH 64
#define GUARD_BYTE 0xa5

static const guint8 masking_key[4] = { 0x37, 0xfa, 0x21, 0x3d };

/* The algorithm of RFC 6455 §5.3, byte by byte. */
static void
mask_slowly (guint8      *data,
             gsize        length,
             const guint8 key[4],
             gsize        offset)
{
  for (gsize i = 0; i < length; i++)
    data[i] ^= key[(offset + i) % 4];
}

static void
check_mask (gsize length,
            gsize alignment,
            gsize offset)
{
  _Alignas(64) guint8 expected[GUARD_LENGTH + MAX_ALIGNMENT + MAX_LENGTH + GUARD_LENGTH];
  _Alignas(64) guint8 actual[sizeof expected];
  const gsize         start = GUARD_LENGTH + alignment;
  guint8              high_bits = 0;
  gboolean            is_ascii;

  memset (expected, GUARD_BYTE, sizeof expected);

  for (gsize i = 0; i < length; i++)
    expected[start + i] = (guint8) (i * 7 + 3);

  memcpy (actual, expected, sizeof actual);
  mask_slowly (expected + start, length, masking_key, offset);
  is_ascii = ws_mask (actual + start, length, masking_key, offset);

  g_assert_cmpmem (actual, sizeof actual, expected, sizeof expected);
  for (gsize i = 0; i < length; i++)
    high_bits |= expected[start + i] & 0x80;
  g_assert_cmpint (is_ascii, ==, high_bits == 0);
}

static void
test_mask_matrix (void)
{
  g_test_summary ("Every length, alignment and offset equals the byte loop; other bytes stay.");

  for (gsize length = 0; length <= MAX_LENGTH; length++)
    for (gsize alignment = 0; alignment < MAX_ALIGNMENT; alignment++)
      for (gsize offset = 0; offset < MAX_OFFSET; offset++)
        check_mask (length, alignment, offset);
}

static void
test_mask_exact_block (void)
{
  g_test_summary ("Nothing is read or written outside a block of exactly the length.");

  for (gsize length = 1; length <= MAX_LENGTH; length++)
    {
      g_autofree guint8 *data = g_malloc0 (length);
      g_autofree guint8 *expected = g_malloc0 (length);

      ws_mask (data, length, masking_key, 1);
      mask_slowly (expected, length, masking_key, 1);
      g_assert_cmpmem (data, length, expected, length);
    }
}

static void
test_mask_literal (void)
{
  guint8              data[] = { 'H', 'e', 'l', 'l', 'o' };
  static const guint8 expected[] = { 0x7f, 0x9f, 0x4d, 0x51, 0x58 };

  g_test_summary ("The masked \"Hello\" of RFC 6455 §5.7.");

  ws_mask (data, sizeof data, masking_key, 0);
  g_assert_cmpmem (data, sizeof data, expected, sizeof expected);
}

static void
test_mask_pieces (void)
{
  g_test_summary ("Masking in two pieces equals masking at once, at every cut.");

  for (gsize cut = 0; cut <= MAX_LENGTH; cut++)
    {
      guint8 data[MAX_LENGTH] = { 0 };
      guint8 expected[MAX_LENGTH] = { 0 };

      ws_mask (expected, sizeof expected, masking_key, 0);
      ws_mask (data, cut, masking_key, 0);
      ws_mask (data + cut, sizeof data - cut, masking_key, cut);
      g_assert_cmpmem (data, sizeof data, expected, sizeof expected);
    }
}

static void
test_mask_large (void)
{
  const gsize        length = 1024 * 1024 + 13;
  g_autofree guint8 *data = g_malloc0 (length);
  g_autofree guint8 *expected = g_malloc0 (length);

  g_test_summary ("A long payload, and an offset near the maximum, are masked correctly.");

  ws_mask (data, length, masking_key, G_MAXSIZE - 2);
  mask_slowly (expected, length, masking_key, 1);
  g_assert_cmpmem (data, length, expected, length);

  ws_mask (data, length, masking_key, 1);
  memset (expected, 0, length);
  g_assert_cmpmem (data, length, expected, length);
}

static void
test_mask_ascii (void)
{
  guint8 data[100];

  g_test_summary ("A single byte that is not ASCII is detected at every position.");

  for (gsize length = 1; length <= sizeof data; length++)
    for (gsize other = 0; other <= length; other++)
      {
        memset (data, 'a', sizeof data);
        if (other < length)
          data[other] = 0x80;
        mask_slowly (data, length, masking_key, 0);
        g_assert_cmpint (ws_mask (data, length, masking_key, 0), ==, other == length);
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/protocol/mask/mask/matrix", test_mask_matrix);
  g_test_add_func ("/unit/protocol/mask/mask/exact-block", test_mask_exact_block);
  g_test_add_func ("/unit/protocol/mask/mask/rfc-example", test_mask_literal);
  g_test_add_func ("/unit/protocol/mask/mask/pieces", test_mask_pieces);
  g_test_add_func ("/unit/protocol/mask/mask/large", test_mask_large);
  g_test_add_func ("/unit/protocol/mask/mask/ascii", test_mask_ascii);

  return g_test_run ();
}
