/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

/* permessage-deflate with every parameter, over message sizes, fragment cuts and levels; then its
 * limits. RFC 7692 §6, §7. */

#define GROUP "compression-matrix"

#define PMD "permessage-deflate"
#define SETTINGS "DeflateThreshold=0 DeflateWindowBits=15"
#define LIMIT_NOTE "1009 as soon as more than MaxMessageSize has come out, however little went in"

typedef struct
{
  const char *name;
  const char *offer; /* and answer */
} Agreement;

static const Agreement agreements[] = {
  { "takeover", PMD },
  { "server-no-takeover", PMD "; server_no_context_takeover" },
  { "client-no-takeover", PMD "; client_no_context_takeover" },
  { "no-takeover", PMD "; server_no_context_takeover; client_no_context_takeover" },
  { "window-8", PMD "; server_max_window_bits=8; client_max_window_bits=8" },
  { "window-9", PMD "; server_max_window_bits=9; client_max_window_bits=9" },
  { "window-9-no-takeover",
    PMD "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9" },
  { "window-12", PMD "; server_max_window_bits=12; client_max_window_bits=12" },
};

static void
add_row (char       *id,
         char       *title,
         char       *input,
         char       *expected,
         const char *settings,
         const char *offer,
         const char *answer,
         const char *note)
{
  const ConformanceCase row = {
    .id = id,
    .title = title,
    .rfc = "7692 7",
    .input = input,
    .expected = expected,
    .note = note,
    .settings = settings,
    .offer = offer,
    .answer = answer,
  };

  conformance_add (GROUP, &row, 1);
  g_free (id);
  g_free (title);
  g_free (input);
  g_free (expected);
}

/* The same message three times, so that the context counts, and a ping between. */
static void
add_cell (const Agreement *agreement,
          guint            length,
          guint            cut,
          const char      *kind)
{
  const char      *opcode = *kind == '*' ? "text" : "binary";
  g_autofree char *modifier = cut > 0 ? g_strdup_printf (".cut:%u", cut) : g_strdup ("");
  g_autofree char *word = g_strdup_printf ("%s.z%s%s%u", opcode, modifier, kind, length);
  g_autofree char *answer = g_strdup_printf ("%s.z%s%u", opcode, kind, length);

  add_row (
      g_strdup_printf ("%s/%u-%s/%s%u", agreement->name, length, opcode, cut > 0 ? "cut-" : "whole-", cut),
      g_strdup_printf ("Three times %u bytes, %s", length, agreement->name),
      g_strdup_printf ("%s %s ping'p' %s", word, word, word),
      g_strdup_printf ("%s %s pong'p' %s", answer, answer, answer), SETTINGS, agreement->offer,
      agreement->offer, NULL);
}

/* Text that shrinks to little, and noise that does not shrink. */
static void
add_matrix (void)
{
  static const guint lengths[] = { 0, 1, 5, 125, 126, 1000, 65535, 65536, 131073 };
  static const guint cuts[] = { 0, 1, 64, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (agreements); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (lengths); j++)
      for (gsize k = 0; k < G_N_ELEMENTS (cuts); k++)
        {
          if (lengths[j] > 100000 && cuts[k] > 0)
            continue;
          add_cell (&agreements[i], lengths[j], cuts[k], "*");
          if ((i + j + k) % 3 == 0 && (cuts[k] != 1 || lengths[j] <= 1000))
            add_cell (&agreements[i], lengths[j], cuts[k], "~");
        }
}

static void
add_levels (void)
{
  for (guint level = 0; level <= 9; level++)
    {
      g_autofree char *settings = g_strdup_printf (SETTINGS " DeflateLevel=%u", level);
      const char      *flag = level > 0 ? ".z" : "";

      add_row (g_strdup_printf ("level/client-%u", level),
               g_strdup_printf ("The client's zlib at level %u", level),
               g_strdup_printf ("text.z:%u*5000 text.z:%u*70000", level, level),
               g_strdup ("text.z*5000 text.z*70000"), SETTINGS, PMD, PMD, NULL);
      add_row (g_strdup_printf ("level/server-%u", level), g_strdup_printf ("DeflateLevel %u", level),
               g_strdup ("text.z*5000 binary.z~5000"),
               g_strdup_printf ("text%s*5000 binary%s~5000", flag, flag), settings, PMD, PMD,
               level == 0 ? "Level 0 agrees to compression and uses it for receiving only" : NULL);
    }
}

static void
add_thresholds (void)
{
  static const guint thresholds[] = { 1, 64, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (thresholds); i++)
    for (guint length = thresholds[i] - 1; length <= thresholds[i] + 1; length++)
      {
        g_autofree char *settings = g_strdup_printf ("DeflateWindowBits=15 DeflateThreshold=%u",
                                                     thresholds[i]);

        add_row (g_strdup_printf ("threshold/%u/%u", thresholds[i], length),
                 g_strdup_printf ("%u bytes, DeflateThreshold %u", length, thresholds[i]),
                 g_strdup_printf ("text.z*%u", length),
                 g_strdup_printf ("text%s*%u", length >= thresholds[i] ? ".z" : "", length), settings, PMD,
                 PMD,
                 "A sender may compress or not, message by message: RFC 7692 6. Below the threshold ours "
                 "does not");
      }
  add_row (g_strdup ("threshold/default/63"), g_strdup ("63 bytes by default"), g_strdup ("text.z*63"),
           g_strdup ("text*63"), NULL, PMD, PMD "; server_max_window_bits=12", "The default is 64");
  add_row (g_strdup ("threshold/default/64"), g_strdup ("64 bytes by default"), g_strdup ("text.z*64"),
           g_strdup ("text.z*64"), NULL, PMD, PMD "; server_max_window_bits=12", "The default is 64");
}

/* Compressed messages leave in frames of MaxFrameSize too. */
static void
add_frame_sizes (void)
{
  static const guint sizes[] = { 1, 125, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *settings = g_strdup_printf (SETTINGS " MaxFrameSize=%u", sizes[i]);

      add_row (g_strdup_printf ("max-frame-size/%u", sizes[i]), g_strdup ("Compressed messages in short frames"),
               g_strdup ("binary.z~5000 text.z*5000 ping'p' text.z"), g_strdup ("binary.z~5000 text.z*5000 pong'p' text.z"),
               settings, PMD, PMD, NULL);
    }
}

static void
add_limits (void)
{
  static const char settings[] = SETTINGS " MaxMessageSize=1000";
  static const struct
  {
    const char *name;
    const char *title;
    const char *input;
    const char *expected;
  } rows[] = {
    { "at", "Exactly the limit", "text.z*1000", "text.z*1000" },
    { "one-over", "One byte more", "text.z*1001", "close=1009" },
    { "at-noise", "Exactly the limit, in more bytes than that", "binary.z~1000", "binary.z~1000" },
    { "one-over-noise", "One byte more of noise", "binary.z~1001", "close=1009" },
    { "at-cut-1", "The limit, a byte a fragment", "text.z.cut:1*1000", "text.z*1000" },
    { "one-over-cut-1", "A byte more, a byte a fragment", "text.z.cut:1*1001", "close=1009" },
    { "one-over-cut-10", "A byte more, ten bytes a fragment", "text.z.cut:10*1001", "close=1009" },
    { "at-stored", "The limit in a stored block", "text.z:0*1000", "text.z*1000" },
    { "one-over-stored", "A byte more in a stored block", "text.z:0*1001", "close=1009" },
    { "bomb", "A bomb", "text.z:9*4000000", "close=1009" },
    { "bomb-cut", "A bomb in fragments", "text.z:9.cut:100*4000000", "close=1009" },
    { "bomb-after-good", "A bomb behind a good message", "text.z'good' text.z:9*4000000", "text.z'good' close=1009" },
    { "reset", "The limit is each message's own", "5*(text.z*1000)", "5*(text.z*1000)" },
    { "plain-at", "A message that is not compressed", "text*1000", "text.z*1000" },
    { "plain-one-over", "A byte more", "text*1001", "close=1009" },
    { "claims", "A compressed frame that claims far more than the limit", "text.rsv:4.claims:1000000", "close=1009" },
    { "claims-huge", "A compressed frame that claims 2^63 - 1", "text.rsv:4.claims:9223372036854775807", "close=1009" },
    { "claims-2-63", "A compressed frame that claims 2^63", "text.rsv:4.claims:9223372036854775808", "close=1002" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint streamed = 0; streamed <= 1; streamed++)
      {
        g_autofree char *own_settings = g_strconcat (settings, streamed ? " BufferMessage=False" : "", NULL);

        add_row (g_strdup_printf ("limit%s/%s", streamed ? "-streamed" : "", rows[i].name),
                 g_strdup (rows[i].title), g_strdup (rows[i].input), g_strdup (rows[i].expected),
                 own_settings, PMD, PMD, LIMIT_NOTE);
      }
}

static void
add_large (void)
{
  static const guint lengths[] = { 1 << 20, 4 << 20, 16 << 20 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    add_row (g_strdup_printf ("large/%u-mib", lengths[i] >> 20),
             g_strdup_printf ("%u MiB compressed", lengths[i] >> 20),
             g_strdup_printf ("text.z*%u", lengths[i]), g_strdup_printf ("text.z*%u", lengths[i]), SETTINGS,
             PMD, PMD, NULL);
  add_row (g_strdup ("large/noise-1-mib"), g_strdup ("1 MiB that does not compress, in fragments of 4 KiB"),
           g_strdup ("binary.z.cut:4096~1048576"), g_strdup ("binary.z~1048576"), SETTINGS, PMD, PMD, NULL);
}

void
conformance_add_cases (void)
{
  add_matrix ();
  add_levels ();
  add_thresholds ();
  add_frame_sizes ();
  add_limits ();
  add_large ();
}
