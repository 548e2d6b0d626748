/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* What each fuzzer is. It asserts documented outcomes only and returns 0. */
int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

/* Called by libFuzzer before the first input. GLib ends a program with a trap, which libFuzzer does not take
 * for a fault; it becomes an abort. */
int LLVMFuzzerInitialize (int    *argc,
                          char ***argv);

/* Memory of exactly this length (1 byte when 0), so that AddressSanitizer sees each byte read or
 * written behind it; free with g_free(). */
guint8 *fuzz_copy (const guint8 *data,
                   gsize         length);

/* The same as a string, which ends at the first NUL. */
char *fuzz_copy_string (const guint8 *data,
                        gsize         length);

/* A fuzzer's choices, taken from the first bytes of its input: 0 when there are no more. */
typedef struct
{
  const guint8 *data;
  gsize         length;
} FuzzInput;

guint8 fuzz_take_byte (FuzzInput *input);

/* Where to cut an input: lengths of pieces, over and over the same four. */
typedef struct
{
  guint8 lengths[4];
  guint  next;
} FuzzCuts;

void fuzz_take_cuts (FuzzInput *input,
                     FuzzCuts  *cuts);

/* The length of the next piece, 0 to 255, of what is left; of four at least one is not 0. */
gsize fuzz_next_cut (FuzzCuts *cuts,
                     gsize     left);

/* Valid UTF-8, by the table of RFC 3629 §4 and nothing clever: how many bytes from the start make
 * whole characters. */
gsize fuzz_utf8_whole_length (const guint8 *data,
                              gsize         length);

/* Whether more bytes could make the data valid. */
gboolean fuzz_utf8_may_go_on (const guint8 *data,
                              gsize         length);

G_END_DECLS
