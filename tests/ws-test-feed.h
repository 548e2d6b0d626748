/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A parser under test, as the feeder sees it. Each run begins with start() and ends with finish();
 * feed() gets one piece in memory of exactly its size, which may be changed and is gone afterwards.
 * Both write what came out to log, in words that do not depend on how the input was cut. */
typedef struct
{
  gpointer (*start) (gconstpointer user_data);
  void (*feed) (gpointer parser,
                guint8  *piece,
                gsize    length,
                GString *log);
  void (*finish) (gpointer parser,
                  GString *log);
} WsTestParser;

/* The log of a run with the whole input in one piece; free with g_free(). */
char *ws_test_feed_whole (const WsTestParser *parser,
                          gconstpointer       user_data,
                          const guint8       *input,
                          gsize               length);

/* Feeds the input whole, byte by byte, in every two pieces and in 50 random sets of pieces (the
 * seeds are fixed), and asserts that each log is the expected one. NULL expects what the whole
 * input gives. Of an input over 2048 bytes only the two-piece cuts in the first and last 512 bytes
 * are tried, and every 61st between; under valgrind fewer. */
void ws_test_feed_every_cut (const WsTestParser *parser,
                             gconstpointer       user_data,
                             const guint8       *input,
                             gsize               length,
                             const char         *expected);

/* Appends the bytes in hexadecimal, or length and checksum of more than 64. */
void ws_test_append_bytes (GString      *log,
                           const guint8 *data,
                           gsize         length);

/* Appends a frame, masked unless masking_key is NULL. */
void ws_test_append_frame (GByteArray   *stream,
                           guint8        first_byte,
                           const guint8 *payload,
                           gsize         length,
                           const guint8 *masking_key);

/* The alphabet over and over; free with g_free(). */
guint8 *ws_test_make_payload (gsize length);

G_END_DECLS
