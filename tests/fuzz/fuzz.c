/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void
trap_cb (int number)
{
  abort ();
}

int
LLVMFuzzerInitialize (int    *argc,
                      char ***argv)
{
  signal (SIGTRAP, trap_cb);
  return 0;
}

guint8 *
fuzz_copy (const guint8 *data,
           gsize         length)
{
  guint8 *copy = g_malloc (MAX (length, 1));

  if (length > 0)
    memcpy (copy, data, length);

  return copy;
}

char *
fuzz_copy_string (const guint8 *data,
                  gsize         length)
{
  return length > 0 ? g_strndup ((const char *) data, length) : g_strdup ("");
}

guint8
fuzz_take_byte (FuzzInput *input)
{
  if (input->length == 0)
    return 0;

  input->length--;

  return *input->data++;
}

void
fuzz_take_cuts (FuzzInput *input,
                FuzzCuts  *cuts)
{
  guint sum = 0;

  for (guint i = 0; i < G_N_ELEMENTS (cuts->lengths); i++)
    sum += cuts->lengths[i] = fuzz_take_byte (input);

  if (sum == 0)
    cuts->lengths[0] = 1;

  cuts->next = 0;
}

gsize
fuzz_next_cut (FuzzCuts *cuts,
               gsize     left)
{
  const gsize length = cuts->lengths[cuts->next++ % G_N_ELEMENTS (cuts->lengths)];

  return MIN (left, length);
}

/* --- UTF-8 ----------------------------------------------------------------------------------- */

/* A row of RFC 3629 §4: the range of each byte. */
typedef struct
{
  gsize  length;
  guint8 first[4];
  guint8 last[4];
} Utf8Row;

static const Utf8Row utf8_rows[] = {
  { 1, { 0x00 }, { 0x7f } },
  { 2, { 0xc2, 0x80 }, { 0xdf, 0xbf } },
  { 3, { 0xe0, 0xa0, 0x80 }, { 0xe0, 0xbf, 0xbf } },
  { 3, { 0xe1, 0x80, 0x80 }, { 0xec, 0xbf, 0xbf } },
  { 3, { 0xed, 0x80, 0x80 }, { 0xed, 0x9f, 0xbf } },
  { 3, { 0xee, 0x80, 0x80 }, { 0xef, 0xbf, 0xbf } },
  { 4, { 0xf0, 0x90, 0x80, 0x80 }, { 0xf0, 0xbf, 0xbf, 0xbf } },
  { 4, { 0xf1, 0x80, 0x80, 0x80 }, { 0xf3, 0xbf, 0xbf, 0xbf } },
  { 4, { 0xf4, 0x80, 0x80, 0x80 }, { 0xf4, 0x8f, 0xbf, 0xbf } },
};

/* Whether the first n bytes of data are the first n of a character of the row. */
static gboolean
matches_row (const Utf8Row *row,
             const guint8  *data,
             gsize          n)
{
  if (n > row->length)
    return FALSE;

  for (gsize i = 0; i < n; i++)
    if (data[i] < row->first[i] || data[i] > row->last[i])
      return FALSE;

  return TRUE;
}

/* The length of the character that data begins with, or 0. */
static gsize
character_length (const guint8 *data,
                  gsize         length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (utf8_rows); i++)
    if (utf8_rows[i].length <= length && matches_row (&utf8_rows[i], data, utf8_rows[i].length))
      return utf8_rows[i].length;

  return 0;
}

gsize
fuzz_utf8_whole_length (const guint8 *data,
                        gsize         length)
{
  gsize whole = 0;
  gsize step;

  while (whole < length && (step = character_length (data + whole, length - whole)) > 0)
    whole += step;

  return whole;
}

gboolean
fuzz_utf8_may_go_on (const guint8 *data,
                     gsize         length)
{
  const gsize whole = fuzz_utf8_whole_length (data, length);

  if (whole == length)
    return TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (utf8_rows); i++)
    if (matches_row (&utf8_rows[i], data + whole, length - whole))
      return TRUE;

  return FALSE;
}
