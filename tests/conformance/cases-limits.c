/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

/* What a client may make the server hold, and how the server cuts what it sends. The standard
 * leaves the sizes to the server: RFC 6455 §5.4, §7.4.1, §10.4. */

#define GROUP "limits"
#define HEADER_NOTE "Refused by the announcement, before any of the payload is held; RFC 6455 10.4 leaves it open"

static const ConformanceCase cases[] = {
  { "1000/reset", "The limit is each message's own", "6455 10.4", "10*(binary*1000)", "10*(binary*1000)",
    NULL, "MaxMessageSize=1000" },
  { "1000/control-not-counted", "Pings between fragments do not count", "6455 10.4",
    "binary+*500 20*(ping*125) cont*500", "20*(pong*125) binary*500*500", NULL, "MaxMessageSize=1000" },
  { "1000/empty-fragment-behind", "An empty fragment behind a full message", "6455 10.4",
    "binary+*1000 cont", "binary*1000", NULL, "MaxMessageSize=1000" },
  { "1000/before-utf8", "Too long and bad text: the length is seen first", "6455 7.4.1",
    "text<ff>*1000", "close=1009", HEADER_NOTE, "MaxMessageSize=1000" },
  { "1000/after-utf8", "Bad text in the first fragment, too long with the second", "6455 7.4.1",
    "text+<ff> cont*1000", "close=1007", HEADER_NOTE, "MaxMessageSize=1000" },
  { "1000/good-before", "Messages before the one that is too long are answered", "6455 7.4.1",
    "text'good' binary*1001 text'late'", "text'good' close=1009", HEADER_NOTE, "MaxMessageSize=1000" },
  { "1000/many-fragments", "A limit passed by the last of a thousand fragments", "6455 10.4",
    "binary+ 1000*(cont+'a') cont'b'", "close=1009", HEADER_NOTE, "MaxMessageSize=1000" },
  { "1000/streamed", "The limit holds for messages handed on in parts", "6455 10.4",
    "binary+*999 cont'ab'", "close=1009", HEADER_NOTE, "MaxMessageSize=1000 BufferMessage=False" },
  { "claim/default-plus-1", "The default of 16 MiB, and one byte more", "6455 10.4",
    "binary.claims:16777217", "close=1009", HEADER_NOTE },
  { "claim/default", "The default of 16 MiB is waited for", "6455 10.4", "binary.claims:16777216", "open" },
  { "claim/default-in-two", "16 MiB and a byte in two frames", "6455 10.4",
    "binary+'a' cont.claims:16777216", "close=1009", HEADER_NOTE },
  { "claim/2-31", "2^31", "6455 10.4", "binary.claims:2147483648", "close=1009", HEADER_NOTE },
  { "claim/2-32-less-1", "2^32 - 1", "6455 10.4", "binary.claims:4294967295", "close=1009", HEADER_NOTE },
  { "claim/2-32", "2^32", "6455 10.4", "binary.claims:4294967296", "close=1009", HEADER_NOTE },
  { "claim/2-32-plus-1", "2^32 + 1, which is 1 in 32 bits", "6455 10.4",
    "binary.claims:4294967297", "close=1009", HEADER_NOTE },
  { "claim/2-63-less-1", "2^63 - 1, the largest there is", "6455 10.4",
    "binary.claims:9223372036854775807", "close=1009", HEADER_NOTE },
  { "claim/2-63", "2^63 is no length", "6455 5.2",
    "binary.claims:9223372036854775808", "close=1002", "1002 rather than 1009: RFC 6455 5.2 says the bit MUST be 0" },
  { "claim/2-63-text", "2^63 - 1 of text", "6455 10.4",
    "text.claims:9223372036854775807", "close=1009", HEADER_NOTE },
  { "claim/wraps", "Lengths whose sum wraps", "6455 10.4",
    "binary+'a' cont.claims:9223372036854775807", "close=1009", HEADER_NOTE },
  { "claim/1-tib-allowed", "A length within a huge limit takes nothing until it arrives", "6455 10.4",
    "binary.claims:1099511627776'part'", "open", NULL, "MaxMessageSize=1099511627776" },
  { "claim/wraps-huge-limit", "A sum that wraps under a huge limit", "6455 10.4",
    "binary+'a' cont.claims:9223372036854775807", "close=1009", HEADER_NOTE, "MaxMessageSize=1099511627776" },
  { "fragments/max", "As many fragments as MaxFragments, control frames between them", "6455 10.4",
    "binary+'a' ping'x' cont+'b' cont'c'", "pong'x' binary'abc'", NULL, "MaxFragments=3 BufferMessage=True" },
  { "fragments/over-max", "A fragment more", "6455 10.4", "binary+'a' cont+'b' cont+'c' cont'd'", "close=1008", NULL,
    "MaxFragments=3 BufferMessage=True" },
  { "fragments/over-max-text", "The fragment too many decides before its payload", "6455 10.4",
    "text+'a' cont<ff>", "close=1008", NULL, "MaxFragments=1 BufferMessage=True" },
  { "fragments/100000-empty", "A hundred thousand empty fragments cost nothing", "6455 5.4",
    "binary+ 100000*(cont+) cont'x'", "binary'x'" },
};

static void
add_row (char       *id,
         const char *title,
         char       *input,
         char       *expected,
         const char *note,
         char       *settings)
{
  const ConformanceCase row = {
    .id = id,
    .title = title,
    .rfc = "6455 10.4",
    .input = input,
    .expected = expected,
    .note = note,
    .settings = settings,
  };

  conformance_add (GROUP, &row, 1);
  g_free (id);
  g_free (input);
  g_free (expected);
  g_free (settings);
}

/* Exactly at the limit and one over it: as one frame, in two, in many, and only announced. */
static void
add_boundaries (guint       limit,
                const char *opcode)
{
  static const char *const names[] = { "one-under", "at", "one-over" };

  for (guint i = 0; i < 3; i++)
    {
      guint            length = limit - 1 + i;
      guint            half = length / 2;
      const char      *note = i == 2 ? HEADER_NOTE : NULL;
      g_autofree char *good = g_strdup_printf ("%s*%u", opcode, length);
      g_autofree char *good_two = g_strdup_printf ("%s*%u*%u", opcode, half, length - half);
      g_autofree char *settings = g_strdup_printf ("MaxMessageSize=%u", limit);
      g_autofree char *prefix = g_strdup_printf ("%u/%s/%s", limit, names[i], opcode);

      add_row (g_strconcat (prefix, "/whole", NULL), "A message around the limit", g_strdup (good),
               g_strdup (i == 2 ? "close=1009" : good), note, g_strdup (settings));
      add_row (g_strconcat (prefix, "/two", NULL), "The same in two fragments",
               g_strdup_printf ("%s+*%u cont*%u", opcode, half, length - half),
               g_strdup (i == 2 ? "close=1009" : good_two), note, g_strdup (settings));
      add_row (g_strconcat (prefix, "/many", NULL), "The same in many fragments",
               g_strdup_printf ("%s.cut:%u*%u", opcode, MAX (limit / 10, 1), length),
               g_strdup (i == 2 ? "close=1009" : good), note, g_strdup (settings));
      add_row (g_strconcat (prefix, "/announced", NULL), "The same, announced but not sent",
               g_strdup_printf ("%s.claims:%u", opcode, length),
               g_strdup (i == 2 ? "close=1009" : length == 0 ? opcode
                                                             : "open"),
               note, g_strdup (settings));
    }
}

/* The other direction: a message longer than MaxFrameSize leaves in full frames and a rest. */
static void
add_frame_sizes (void)
{
  static const guint sizes[] = { 1, 2, 125, 126, 127, 1000, 65535, 65536, 65537 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint factor = 1; factor <= 3; factor++)
      for (guint extra = 0; extra <= 1; extra++)
        {
          guint length = sizes[i] * factor + extra;

          add_row (g_strdup_printf ("max-frame-size/%u/%u-full-and-%u", sizes[i], factor, extra),
                   "An echo in frames of MaxFrameSize", g_strdup_printf ("text*%u ping'p' text'end'", length),
                   g_strdup_printf ("text*%u pong'p' text'end'", length),
                   "Full frames and a rest that is not empty, with no control frame between",
                   g_strdup_printf ("MaxFrameSize=%u", sizes[i]));
        }
}

void
conformance_add_cases (void)
{
  static const guint limits[] = { 1, 125, 126, 1000, 65535, 65536 };

  conformance_add (GROUP, cases, G_N_ELEMENTS (cases));
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      add_boundaries (limits[i], "text");
      add_boundaries (limits[i], "binary");
    }
  add_frame_sizes ();
}
