/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

#include <string.h>

/* Text is UTF-8, and what cannot become UTF-8 fails the connection at the byte that shows it, before
 * its message ends. RFC 6455 §8.1, RFC 3629. */

#define GROUP "utf8"
#define RFC_TEXT "6455 8.1"
#define FAIL_FAST_NOTE "RFC 6455 8.1 lets a server wait for the end of the message; failing at once wastes nothing"

typedef struct
{
  const char *name;
  const char *hex;
  gsize       n_good; /* bytes that may still begin valid text: the next one is the fault */
} Invalid;

/* Every class of ill-formed sequence. */
static const Invalid invalid[] = {
  { "lone-continuation/first", "80", 0 },
  { "lone-continuation/middle", "a0", 0 },
  { "lone-continuation/last", "bf", 0 },
  { "lone-continuation/two", "80bf", 0 },
  { "lone-continuation/three", "80bf80", 0 },
  { "lone-continuation/after-ascii", "6180", 1 },
  { "lone-continuation/after-2", "c38080", 2 },
  { "lone-continuation/after-3", "e2828080", 3 },
  { "lone-continuation/after-4", "f09f988080", 4 },
  { "lone-start/2-bytes", "c320", 1 },
  { "lone-start/3-bytes", "e220", 1 },
  { "lone-start/3-bytes-second", "e28220", 2 },
  { "lone-start/4-bytes", "f020", 1 },
  { "lone-start/4-bytes-second", "f09f20", 2 },
  { "lone-start/4-bytes-third", "f09f9820", 3 },
  { "lone-start/twice", "c3c3", 1 },
  { "lone-start/before-3", "c3e282ac", 1 },
  { "lone-start/3-before-2", "e282c3a9", 2 },
  { "lone-start/4-before-4", "f09f98f09f9880", 3 },
  { "impossible/c0", "c0", 0 },
  { "impossible/c1", "c1", 0 },
  { "impossible/f5", "f5", 0 },
  { "impossible/f6", "f6", 0 },
  { "impossible/f7", "f7", 0 },
  { "impossible/f8", "f8", 0 },
  { "impossible/fb", "fb", 0 },
  { "impossible/fc", "fc", 0 },
  { "impossible/fd", "fd", 0 },
  { "impossible/fe", "fe", 0 },
  { "impossible/ff", "ff", 0 },
  { "impossible/fe-ff", "fefeffff", 0 },
  { "overlong/slash-2", "c0af", 0 },
  { "overlong/slash-3", "e080af", 1 },
  { "overlong/slash-4", "f08080af", 1 },
  { "overlong/slash-5", "f8808080af", 0 },
  { "overlong/slash-6", "fc80808080af", 0 },
  { "overlong/nul-2", "c080", 0 },
  { "overlong/nul-3", "e08080", 1 },
  { "overlong/nul-4", "f0808080", 1 },
  { "overlong/nul-5", "f880808080", 0 },
  { "overlong/nul-6", "fc8080808080", 0 },
  { "overlong/largest-2", "c1bf", 0 },
  { "overlong/largest-3", "e09fbf", 1 },
  { "overlong/largest-4", "f08fbfbf", 1 },
  { "overlong/largest-5", "f887bfbfbf", 0 },
  { "overlong/largest-6", "fc83bfbfbfbf", 0 },
  { "long-form/5-first", "f888808080", 0 },
  { "long-form/5-last", "fbbfbfbfbf", 0 },
  { "long-form/6-first", "fc8480808080", 0 },
  { "long-form/6-last", "fdbfbfbfbfbf", 0 },
  { "surrogate/d800", "eda080", 1 },
  { "surrogate/db7f", "edadbf", 1 },
  { "surrogate/db80", "edae80", 1 },
  { "surrogate/dbff", "edafbf", 1 },
  { "surrogate/dc00", "edb080", 1 },
  { "surrogate/df80", "edbe80", 1 },
  { "surrogate/dfff", "edbfbf", 1 },
  { "surrogate/pair-first", "eda080edb080", 1 },
  { "surrogate/pair-last", "edafbfedbfbf", 1 },
  { "surrogate/reversed", "edb080eda080", 1 },
  { "surrogate/after-text", "cebaedbfbf", 3 },
  { "too-large/110000", "f4908080", 1 },
  { "too-large/13ffff", "f48fbfbff4bfbfbf", 5 },
  { "too-large/140000", "f5808080", 0 },
  { "too-large/1fffff", "f7bfbfbf", 0 },
  { "too-large/after-text", "68656c6c6ff4a0", 6 },
  { "other/latin-1", "636166e920", 4 },
  { "other/latin-1-middle", "e974e9", 1 },
  { "other/utf-16", "fffe6100", 0 },
  { "other/word", "cebae1bdb9cf83cebcceb5eda080656469746564", 12 },
};

/* Characters that are well formed. */
static const struct
{
  const char *name;
  const char *hex;
} valid[] = {
  { "ascii", "48656c6c6f" },
  { "kosme", "cebae1bdb9cf83cebcceb5" },
  { "german", "c3a4c3b6c3bcc39f" },
  { "japanese", "e697a5e69cace8aa9e" },
  { "emoji", "f09f9880f09f918df09f8fbd" },
  { "joined", "f09f91a8e2808df09f91a9" },
  { "combining", "65cc81" },
  { "byte-order-mark", "efbbbf" },
  { "byte-order-mark-inside", "61efbbbf62" },
  { "controls", "01020308090a0d1b1f7f" },
  { "nul", "610062" },
  { "first-1/0000", "00" },
  { "last-1/007f", "7f" },
  { "first-2/0080", "c280" },
  { "last-2/07ff", "dfbf" },
  { "first-3/0800", "e0a080" },
  { "last-3/ffff", "efbfbf" },
  { "first-4/10000", "f0908080" },
  { "last-4/10ffff", "f48fbfbf" },
  { "before-surrogates/d7ff", "ed9fbf" },
  { "after-surrogates/e000", "ee8080" },
  { "replacement/fffd", "efbfbd" },
  { "each-length", "61c3a9e282acf09f9880" },
  { "private/f8ff", "efa3bf" },
  { "line-separators", "c285e280a8e280a9" },
};

static void
add_valid (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (valid); i++)
    conformance_add_taken (GROUP, RFC_TEXT, g_strdup_printf ("valid/%s", valid[i].name),
                           g_strdup_printf ("Well-formed: %s", valid[i].name),
                           g_strdup_printf ("text<%s>", valid[i].hex),
                           g_strdup_printf ("text<%s>", valid[i].hex));
}

/* No characters, but code points like any other: RFC 3629 excludes the surrogates alone. */
static void
add_noncharacters (void)
{
  for (gunichar plane = 0; plane <= 16; plane++)
    for (gunichar last = 0xfffe; last <= 0xffff; last++)
      {
        guint8           bytes[6];
        gsize            length = (gsize) g_unichar_to_utf8 (plane << 16 | last, (char *) bytes);
        g_autofree char *hex = conformance_hex (bytes, length);

        conformance_add_taken (GROUP, "3629 3", g_strdup_printf ("noncharacter/%x", plane << 16 | last),
                               g_strdup_printf ("U+%04X is well formed", plane << 16 | last),
                               g_strconcat ("text", hex, NULL), g_strconcat ("text", hex, NULL));
      }
  for (gunichar c = 0xfdd0; c <= 0xfdef; c += 0x1f)
    {
      guint8           bytes[6];
      gsize            length = (gsize) g_unichar_to_utf8 (c, (char *) bytes);
      g_autofree char *hex = conformance_hex (bytes, length);

      conformance_add_taken (GROUP, "3629 3", g_strdup_printf ("noncharacter/%x", c),
                             g_strdup_printf ("U+%04X is well formed", c), g_strconcat ("text", hex, NULL),
                             g_strconcat ("text", hex, NULL));
    }
}

/* Each class as a message, inside a longer one, as a later fragment, as bytes, and as a reason. */
static void
add_invalid (void)
{
  static const struct
  {
    const char *name;
    const char *before;
    const char *after;
    const char *expected;
  } places[] = {
    { "whole", "text<", ">", "close=1007" },
    { "inside", "text'before'<", ">'after'", "close=1007" },
    { "fragment", "text+'before' cont<", "> text'late'", "close=1007" },
    { "reason", "close=1000<", ">", "close=1007" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (invalid); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (places); j++)
      conformance_add_taken (GROUP, RFC_TEXT,
                             g_strdup_printf ("invalid/%s/%s", invalid[i].name, places[j].name),
                             g_strdup_printf ("Ill-formed text (%s)", places[j].name),
                             g_strconcat (places[j].before, invalid[i].hex, places[j].after, NULL),
                             g_strdup (places[j].expected));

  for (gsize i = 0; i < G_N_ELEMENTS (invalid); i += 3)
    conformance_add_taken (GROUP, "6455 5.6", g_strdup_printf ("invalid/%s/binary", invalid[i].name),
                           g_strdup ("Binary messages and pings are not text"),
                           g_strdup_printf ("binary<%s> ping<%s>", invalid[i].hex, invalid[i].hex),
                           g_strdup_printf ("binary<%s> pong<%s>", invalid[i].hex, invalid[i].hex));
}

static void
add_fail_fast_row (const Invalid *sequence,
                   const char    *name,
                   const char    *frame,
                   gboolean       with_fault)
{
  gsize                 length = 2 * (sequence->n_good + (with_fault ? 1 : 0));
  g_autofree char      *hex = g_strndup (sequence->hex, length);
  g_autofree char      *id = NULL;
  g_autofree char      *input = g_strdup_printf ("%s<%s>", frame, hex);
  const ConformanceCase row = {
    .id = id = g_strdup_printf ("fail-fast/%s/%s", sequence->name, name),
    .title = with_fault ? "The faulty byte fails the connection though the message goes on"
                        : "Up to the faulty byte nothing happens",
    .rfc = RFC_TEXT,
    .input = input,
    .expected = with_fault ? "close=1007" : "open",
    .note = FAIL_FAST_NOTE,
  };

  conformance_add (GROUP, &row, 1);
}

static void
add_fail_fast (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      add_fail_fast_row (&invalid[i], "in-frame", "text.claims:1000", TRUE);
      add_fail_fast_row (&invalid[i], "in-fragment", "text+'a' cont+", TRUE);
      if (invalid[i].n_good > 0 && strlen (invalid[i].hex) / 2 > invalid[i].n_good)
        add_fail_fast_row (&invalid[i], "not-before", "text.claims:1000", FALSE);
    }
}

/* The end of a message may not cut a character, the end of a fragment may. */
static void
add_truncated (void)
{
  static const char *const characters[] = {
    "c280", "dfbf", "e0a080", "e282ac", "efbfbf", "f0908080", "f09f9880", "f48fbfbf"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (characters); i++)
    for (gsize length = 1; length < strlen (characters[i]) / 2; length++)
      {
        g_autofree char *hex = g_strndup (characters[i], 2 * length);
        const char      *rest = characters[i] + 2 * length;

        conformance_add_taken (GROUP, RFC_TEXT,
                               g_strdup_printf ("truncated/%s/%" G_GSIZE_FORMAT, characters[i], length),
                               g_strdup ("A message that ends inside a character"),
                               g_strdup_printf ("text'a'<%s>", hex), g_strdup ("close=1007"));
        conformance_add_taken (
            GROUP, RFC_TEXT,
            g_strdup_printf ("truncated/%s/%" G_GSIZE_FORMAT "-empty-last", characters[i], length),
            g_strdup ("The same, shown by an empty last fragment"),
            g_strdup_printf ("text+'a'<%s> cont", hex), g_strdup ("close=1007"));
        conformance_add_taken (
            GROUP, RFC_TEXT,
            g_strdup_printf ("truncated/%s/%" G_GSIZE_FORMAT "-reason", characters[i], length),
            g_strdup ("A reason that ends inside a character"), g_strdup_printf ("close=1000'a'<%s>", hex),
            g_strdup ("close=1007"));
        conformance_add_taken (
            GROUP, "6455 5.6",
            g_strdup_printf ("truncated/%s/%" G_GSIZE_FORMAT "-continued", characters[i], length),
            g_strdup ("A fragment may end inside a character"),
            g_strdup_printf ("text+<%s> cont+ cont<%s>", hex, rest),
            g_strdup_printf ("text<%s>", characters[i]));
        conformance_add_taken (
            GROUP, RFC_TEXT,
            g_strdup_printf ("truncated/%s/%" G_GSIZE_FORMAT "-next-message", characters[i], length),
            g_strdup ("The rest of a character does not come in the next message"),
            g_strdup_printf ("text<%s> text<%s>", hex, rest), g_strdup ("close=1007"));
      }
}

/* One text cut in two at each byte, with and without a ping there, and into equal pieces. */
static void
add_splits (void)
{
  static const char text[] = "61c3a9e282acf09f9880ed9fbfee8080efbfbff48fbfbf7a";
  const gsize       length = strlen (text) / 2;

  for (gsize cut = 0; cut <= length; cut++)
    {
      g_autofree char *head = g_strndup (text, 2 * cut);

      conformance_add_taken (GROUP, "6455 5.6", g_strdup_printf ("split/at-%" G_GSIZE_FORMAT, cut),
                             g_strdup ("Characters of each length, cut in two"),
                             g_strdup_printf ("text+<%s> cont<%s>", head, text + 2 * cut),
                             g_strdup_printf ("text<%s>", text));
      conformance_add_taken (GROUP, "6455 5.6", g_strdup_printf ("split/at-%" G_GSIZE_FORMAT "-ping", cut),
                             g_strdup ("The same with a ping at the cut"),
                             g_strdup_printf ("text+<%s> ping<e282> cont<%s>", head, text + 2 * cut),
                             g_strdup_printf ("pong<e282> text<%s>", text));
    }
  for (gsize cut = 1; cut <= 8; cut++)
    conformance_add_taken (GROUP, "6455 5.6", g_strdup_printf ("split/every-%" G_GSIZE_FORMAT, cut),
                           g_strdup ("Characters of each length in equal fragments"),
                           g_strdup_printf ("text.cut:%" G_GSIZE_FORMAT "<%s>", cut, text),
                           g_strdup_printf ("text<%s>", text));
}

void
conformance_add_cases (void)
{
  add_valid ();
  add_noncharacters ();
  add_invalid ();
  add_fail_fast ();
  add_truncated ();
  add_splits ();
}
