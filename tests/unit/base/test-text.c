/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/base/ws-text-private.h"

#include <string.h>

typedef struct
{
  const char *text;
  const char *line;
} Line;

static const Line lines[] = {
  { "", "" },
  { "plain", "plain" },
  { "Grüße 你好 🙂 \\n", "Grüße 你好 🙂 \\n" },
  { "a\nb", "a\\x0ab" },
  { "\r\n", "\\x0d\\x0a" },
  { "\t\x01\x1b[2J\x7f", "\\x09\\x01\\x1b[2J\\x7f" },
  { "\xc2\x80-\xc2\x85-\xc2\x9b", "\\u0080-\\u0085-\\u009b" },
  { "\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029" },
  { "\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f", "\\u061c\\u200e\\u200f" },
  { "\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae", "\\u202a\\u202b\\u202c\\u202d\\u202e" },
  { "\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9", "\\u2066\\u2067\\u2068\\u2069" },
  { "\xf3\xa0\x80\x81", "\\U000e0001" },
  { "\x9b"
    "31m",
    "\\x9b31m" },
  { "\xc3", "\\xc3" },
  { "\xc3(\xe2\x82", "\\xc3(\\xe2\\x82" },
  { "\xed\xa0\x80", "\\xed\\xa0\\x80" },
  { "\xc0\x8a", "\\xc0\\x8a" },
};

static void
test_lines (void)
{
  g_test_summary ("What could begin a line, command a terminal or reorder text is escaped, and nothing else.");

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *line = ws_text_dup_line (lines[i].text);
      g_autofree char *again = ws_text_dup_line (line);

      g_assert_cmpstr (line, ==, lines[i].line);
      g_assert_cmpstr (again, ==, line);
    }
}

static void
test_every_character (void)
{
  g_test_summary ("Of each character of Unicode, alone and inside a text, no control or format character is left.");

  for (gunichar c = 1; c < 0x110000; c++)
    {
      char             text[16] = "<";
      g_autofree char *line = NULL;
      int              length;

      if (c >= 0xd800 && c < 0xe000)
        continue;
      length = g_unichar_to_utf8 (c, text + 1);
      strcpy (text + 1 + length, ">");
      line = ws_text_dup_line (text);
      g_assert_true (g_utf8_validate (line, -1, NULL));
      if (g_unichar_iscntrl (c) || g_unichar_type (c) == G_UNICODE_FORMAT || c == 0x2028 || c == 0x2029)
        g_assert_true (g_str_is_ascii (line) && g_str_has_prefix (line, "<\\"));
      else
        g_assert_cmpstr (line, ==, text);
    }
}

static void
test_every_byte (void)
{
  g_test_summary ("Each pair of bytes gives valid UTF-8 without control characters.");

  for (guint pair = 0x0101; pair <= 0xffff; pair++)
    {
      const char       text[3] = { (char) (pair >> 8), (char) pair, '\0' };
      g_autofree char *line = ws_text_dup_line (text);

      g_assert_true (g_utf8_validate (line, -1, NULL));
      for (const char *c = line; *c != '\0'; c = g_utf8_next_char (c))
        g_assert_false (g_unichar_iscntrl (g_utf8_get_char (c)));
    }
}

static void
test_take (void)
{
  char            *text = g_strdup ("nothing to escape");
  g_autofree char *line = ws_text_take_line (text);

  g_test_summary ("A harmless text is returned as it is.");

  g_assert_true (line == text);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/base/text/lines", test_lines);
  g_test_add_func ("/unit/base/text/every-character", test_every_character);
  g_test_add_func ("/unit/base/text/every-byte", test_every_byte);
  g_test_add_func ("/unit/base/text/take", test_take);

  return g_test_run ();
}
