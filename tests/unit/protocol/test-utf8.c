/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-utf8-private.h"

#include "tests/ws-test-feed.h"

#include <string.h>

typedef struct
{
  const char *path;
  const char *bytes;
  gsize       length;
  gssize      bad_at; /* offset of the first invalid byte; -1 if there is none */
  gboolean    complete;
} Utf8Case;

/* clang-format off */
#define CASE(path, bytes, bad_at, complete)                                                        \
  {                                                                                                \
    path, bytes, sizeof (bytes) - 1, bad_at, complete                                              \
  }
#define VALID(path, bytes) CASE (path, bytes, -1, TRUE)
#define CUT(path, bytes) CASE (path, bytes, -1, FALSE)
#define INVALID(path, bytes, bad_at) CASE (path, bytes, bad_at, FALSE)

static const Utf8Case cases[] = {
  VALID ("empty", ""),
  VALID ("ascii", "Hello"),
  VALID ("ascii-long", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef-"),
  VALID ("nul", "a\0b"),
  VALID ("two-bytes-first", "\xc2\x80"),
  VALID ("two-bytes-last", "\xdf\xbf"),
  VALID ("three-bytes-first", "\xe0\xa0\x80"),
  VALID ("before-surrogates", "\xed\x9f\xbf"),
  VALID ("after-surrogates", "\xee\x80\x80"),
  VALID ("noncharacter-ffff", "\xef\xbf\xbf"),
  VALID ("replacement", "\xef\xbf\xbd"),
  VALID ("byte-order-mark", "\xef\xbb\xbf"),
  VALID ("four-bytes-first", "\xf0\x90\x80\x80"),
  VALID ("four-bytes-last", "\xf4\x8f\xbf\xbf"),
  VALID ("greek", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"),
  VALID ("japanese", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"),
  VALID ("mixed", "plain text \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 and on and on and on"),

  CUT ("cut-two", "abc\xc3"),
  CUT ("cut-three-1", "\xe2"),
  CUT ("cut-three-2", "\xe2\x82"),
  CUT ("cut-four-1", "\xf0"),
  CUT ("cut-four-2", "\xf0\x9f"),
  CUT ("cut-four-3", "0123456789abcdef\xf0\x9f\x98"),

  INVALID ("lone-continuation", "\x80", 0),
  INVALID ("lone-continuation-bf", "abcdefgh\xbf", 8),
  INVALID ("continuation-after-character", "\xc3\xa9\xa9", 2),
  INVALID ("overlong-two-c0", "\xc0\x80", 0),
  INVALID ("overlong-two-c1", "\xc1\xbf", 0),
  INVALID ("overlong-three", "\xe0\x80\x80", 1),
  INVALID ("overlong-three-last", "\xe0\x9f\xbf", 1),
  INVALID ("overlong-three-in-word", "abcd\xe0\x9f\xbfxxxxxxxxxxxxxxxx", 5),
  INVALID ("overlong-four", "\xf0\x80\x80\x80", 1),
  INVALID ("overlong-four-last", "\xf0\x8f\xbf\xbf", 1),
  INVALID ("overlong-five", "\xf8\x88\x80\x80\x80", 0),
  INVALID ("overlong-six", "\xfc\x84\x80\x80\x80\x80", 0),
  INVALID ("surrogate-first", "\xed\xa0\x80", 1),
  INVALID ("surrogate-last", "\xed\xbf\xbf", 1),
  INVALID ("surrogate-pair", "\xed\xa0\xbd\xed\xb8\x80", 1),
  INVALID ("surrogate-in-word", "\xed\xa0\x80xxxxxxxxxxxxxxxx", 1),
  INVALID ("over-10ffff", "\xf4\x90\x80\x80", 1),
  INVALID ("f5", "\xf5\x80\x80\x80", 0),
  INVALID ("f7", "\xf7\xbf\xbf\xbf", 0),
  INVALID ("fe", "\xfe", 0),
  INVALID ("ff", "0123456789abcdef0123456789abcdef0123456789\xff", 42),
  INVALID ("latin-1", "caf\xe9 au lait", 4),
  INVALID ("three-then-ascii", "\xe2\x82" "A", 2),
  INVALID ("four-then-ascii", "\xf0\x9f\x98" "A", 3),
  INVALID ("two-then-lead", "\xc3\xc3\xa9", 1),
  INVALID ("autobahn-6.4.1", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80"
                             "edited",
           12),
};
/* clang-format on */

static gpointer
start_cb (gconstpointer user_data G_GNUC_UNUSED)
{
  return g_new0 (WsUtf8Validator, 1);
}

static void
feed_cb (gpointer parser,
         guint8  *piece,
         gsize    length,
         GString *log)
{
  WsUtf8Validator *validator = parser;

  if (!ws_utf8_validator_feed (validator, piece, length))
    g_string_assign (log, "invalid");
  else
    g_assert_cmpstr (log->str, ==, "");
}

static void
finish_cb (gpointer parser,
           GString *log)
{
  WsUtf8Validator *validator = parser;

  if (log->len == 0)
    g_string_append (log, ws_utf8_validator_is_complete (validator) ? "complete" : "cut");

  g_free (validator);
}

static const WsTestParser utf8_parser = { start_cb, feed_cb, finish_cb };

/* Returns the number of bytes that a validator accepts one by one before it fails, or length. */
static gsize
count_taken (const guint8 *data,
             gsize         length)
{
  WsUtf8Validator validator = { 0 };

  for (gsize i = 0; i < length; i++)
    if (!ws_utf8_validator_feed (&validator, data + i, 1))
      return i;

  return length;
}

static void
test_case (gconstpointer user_data)
{
  const Utf8Case *utf8_case = user_data;
  const guint8   *data = (const guint8 *) utf8_case->bytes;
  const gsize     good = utf8_case->bad_at < 0 ? utf8_case->length : (gsize) utf8_case->bad_at;
  const char     *log = utf8_case->bad_at >= 0 ? "invalid" : utf8_case->complete ? "complete"
                                                                                 : "cut";

  g_test_summary ("Text gives the same result at every cut and fails at its first invalid byte.");

  ws_test_feed_every_cut (&utf8_parser, NULL, data, utf8_case->length, log);
  g_assert_cmpuint (count_taken (data, utf8_case->length), ==, good);
  g_assert_true (ws_utf8_is_valid (data, utf8_case->length) == utf8_case->complete);

  /* The same at every position of a longer text, so that each fast path sees it. */
  for (gsize before = 0; before < 40; before++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      for (gsize i = 0; i < before; i++)
        g_string_append_c (text, 'x');

      g_string_append_len (text, utf8_case->bytes, (gssize) utf8_case->length);
      g_assert_true (ws_utf8_is_valid ((guint8 *) text->str, text->len) == utf8_case->complete);
      g_assert_cmpuint (count_taken ((guint8 *) text->str, text->len), ==, before + good);
    }
}

/* GLib's result. GLib refuses NUL, which is a valid character. */
static gboolean
is_valid_for_glib (const guint8 *data,
                   gsize         length)
{
  while (length > 0)
    {
      const guint8 *nul = memchr (data, '\0', length);
      const gsize   part = nul != NULL ? (gsize) (nul - data) : length;

      if (!g_utf8_validate_len ((const char *) data, part, NULL))
        return FALSE;

      data += part + (nul != NULL ? 1 : 0);
      length -= part + (nul != NULL ? 1 : 0);
    }

  return TRUE;
}

static void
check_against_glib (const guint8 *data,
                    gsize         length)
{
  g_assert_true (ws_utf8_is_valid (data, length) == is_valid_for_glib (data, length));
}

static void
test_all_short (void)
{
  guint8 padded[24];

  g_test_summary ("All sequences of three bytes, alone and inside a word, agree with GLib.");

  memset (padded, 'x', sizeof padded);

  for (guint32 value = 0; value < 0x1000000; value += g_test_quick () ? 7 : 1)
    {
      const guint8 bytes[3] = { value >> 16, value >> 8 & 0xff, value & 0xff };

      check_against_glib (bytes, sizeof bytes);
      memcpy (padded + 3, bytes, sizeof bytes);
      check_against_glib (padded, sizeof padded);
    }
}

static void
test_all_two (void)
{
  g_test_summary ("All sequences of one and two bytes agree with GLib, at every cut.");

  for (guint32 value = 0; value < 0x10000; value++)
    {
      const guint8    bytes[2] = { value >> 8, value & 0xff };
      WsUtf8Validator validator = { 0 };
      const gboolean  in_pieces = ws_utf8_validator_feed (&validator, bytes, 1) &&
                                 ws_utf8_validator_feed (&validator, bytes + 1, 1) &&
                                 ws_utf8_validator_is_complete (&validator);

      check_against_glib (bytes, 1);
      check_against_glib (bytes, 2);
      g_assert_true (in_pieces == ws_utf8_is_valid (bytes, 2));
    }
}

static void
test_all_characters (void)
{
  g_test_summary ("Every character from U+0001 to U+10FFFF is valid, except the surrogates.");

  for (gunichar character = 1; character <= 0x10ffff; character++)
    {
      char           bytes[6];
      const gint     length = g_unichar_to_utf8 (character, bytes);
      const gboolean is_surrogate = character >= 0xd800 && character <= 0xdfff;

      g_assert_true (ws_utf8_is_valid ((const guint8 *) bytes, (gsize) length) == !is_surrogate);
    }
}

static void
append_random_character (GString *text,
                         GRand   *rand)
{
  static const gunichar ends[] = { 0x80, 0x80, 0x80, 0x800, 0xd800, 0x110000 };
  static const gunichar starts[] = { 0, 0, 0, 0x80, 0x800, 0x10000 };
  const gint            kind = g_rand_int_range (rand, 0, G_N_ELEMENTS (ends));

  g_string_append_unichar (
      text, (gunichar) g_rand_int_range (rand, (gint) starts[kind], (gint) ends[kind]));
}

static void
test_corpus (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6455);

  g_test_summary ("Generated texts, valid or with one changed byte, agree with GLib at every cut.");

  for (gint i = 0; i < 4000; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      const gint n_characters = g_rand_int_range (rand, 0, 60);

      for (gint k = 0; k < n_characters; k++)
        append_random_character (text, rand);

      g_assert_true (ws_utf8_is_valid ((guint8 *) text->str, text->len));

      if (text->len > 0)
        text->str[g_rand_int_range (rand, 0, (gint) text->len)] = (char) g_rand_int (rand);

      check_against_glib ((guint8 *) text->str, text->len);

      for (gsize cut = 0; cut <= text->len; cut++)
        {
          WsUtf8Validator validator = { 0 };
          const gboolean  valid =
              ws_utf8_validator_feed (&validator, (guint8 *) text->str, cut) &&
              ws_utf8_validator_feed (&validator, (guint8 *) text->str + cut, text->len - cut) &&
              ws_utf8_validator_is_complete (&validator);

          g_assert_true (valid == is_valid_for_glib ((guint8 *) text->str, text->len));
        }
    }
}

static void
test_sticky (void)
{
  WsUtf8Validator validator = { 0 };

  g_test_summary ("A validator that has failed keeps failing.");

  g_assert_false (ws_utf8_validator_feed (&validator, (const guint8 *) "\xff", 1));

  for (guint byte = 0; byte < 256; byte++)
    {
      const guint8 next = (guint8) byte;

      g_assert_false (ws_utf8_validator_feed (&validator, &next, 1));
    }

  g_assert_false (ws_utf8_validator_feed (&validator, NULL, 0));
  g_assert_false (ws_utf8_validator_is_complete (&validator));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/utf8/validator-feed/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }

  g_test_add_func ("/unit/protocol/utf8/validator-feed/sticky", test_sticky);
  g_test_add_func ("/unit/protocol/utf8/is-valid/all-two-bytes", test_all_two);
  g_test_add_func ("/unit/protocol/utf8/is-valid/all-three-bytes", test_all_short);
  g_test_add_func ("/unit/protocol/utf8/is-valid/all-characters", test_all_characters);
  g_test_add_func ("/unit/protocol/utf8/is-valid/corpus", test_corpus);

  return g_test_run ();
}
