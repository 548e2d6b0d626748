/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

/* Fragments of a message, and what may stand between them. RFC 6455 §5.4. */

#define GROUP "fragmentation"

static const ConformanceCase cases[] = {
  { "empty/first", "An empty first fragment", "6455 5.4", "text+ cont'a'", "text'a'" },
  { "empty/middle", "An empty fragment in the middle", "6455 5.4", "text+'a' cont+ cont'b'", "text'ab'" },
  { "empty/last", "An empty last fragment", "6455 5.4", "text+'a' cont", "text'a'" },
  { "empty/all-text", "A text message of empty fragments is an empty message", "6455 5.4", "text+ cont+ cont",
    "text" },
  { "empty/all-binary", "A binary message of empty fragments is an empty message", "6455 5.4",
    "binary+ cont+ cont+ cont", "binary" },
  { "empty/thousand", "A thousand empty fragments", "6455 5.4", "binary+ 1000*(cont+) cont'x'", "binary'x'" },
  { "first-only/waits", "A first fragment alone is waited on", "6455 5.4", "text+'a'", "open" },
  { "first-only/ping", "Pings are answered while a message waits for its end", "6455 5.4", "text+'a' ping'p'",
    "pong'p' open" },
  { "order/cont-alone", "A final continuation without a message", "6455 5.4", "cont'a'", "close=1002" },
  { "order/cont-alone-not-final", "A continuation without a message, not final", "6455 5.4", "cont+'a'",
    "close=1002" },
  { "order/cont-alone-empty", "An empty continuation without a message", "6455 5.4", "cont", "close=1002" },
  { "order/cont-after-unfragmented", "A continuation behind a whole message", "6455 5.4", "text'a' cont'b'",
    "text'a' close=1002" },
  { "order/cont-after-fragmented", "A continuation behind the last fragment", "6455 5.4",
    "text+'a' cont'b' cont'c'", "text'ab' close=1002" },
  { "order/cont-after-ping", "A ping begins no message", "6455 5.4", "ping'a' cont'b'",
    "pong'a' close=1002" },
  { "order/text-in-text", "A text frame inside a text message", "6455 5.4", "text+'a' text'b'",
    "close=1002" },
  { "order/text-in-binary", "A text frame inside a binary message", "6455 5.4", "binary+'a' text'b'",
    "close=1002" },
  { "order/binary-in-text", "A binary frame inside a text message", "6455 5.4", "text+'a' binary'b'",
    "close=1002" },
  { "order/binary-in-binary", "A binary frame inside a binary message", "6455 5.4", "binary+'a' binary'b'",
    "close=1002" },
  { "order/first-twice", "Two first fragments", "6455 5.4", "text+'a' text+'b' cont'c'", "close=1002" },
  { "order/text-after-middle", "A text frame behind a middle fragment", "6455 5.4",
    "text+'a' cont+'b' text'c'", "close=1002" },
  { "order/text-for-each", "Each fragment with the opcode of the first", "6455 5.4",
    "text+'a' text+'b' text'c'", "close=1002" },
  { "order/two-messages", "Two fragmented messages, one behind the other", "6455 5.4",
    "text+'a' cont'b' binary+'c' cont'd'", "text'ab' binary'cd'" },
  { "order/kinds-do-not-mix", "The type is the first fragment's", "6455 5.4",
    "binary+<ff> cont<fe> text+'a' cont'b'", "binary<fffe> text'ab'" },
  { "control/several-between", "Ten pings and pongs between two fragments", "6455 5.4",
    "text+'a' 10*(ping'p' pong'q') cont'b'", "10*(pong'p') text'ab'" },
  { "control/ping-125-between", "The longest ping between two fragments", "6455 5.4",
    "text+'a' ping*125 cont'b'", "pong*125 text'ab'" },
  { "control/between-characters", "A ping inside a character that two fragments share", "6455 5.4",
    "text+<e282> ping'p' cont<ac>", "pong'p' text<e282ac>" },
  { "control/close-between", "A close frame between two fragments closes; the message is dropped", "6455 5.4",
    "text+'a' close=1000 cont'b'", "close=1000''" },
  { "control/bad-between", "A ping that is too long between two fragments", "6455 5.5",
    "text+'a' ping*126 cont'b'", "close=1002" },
  { "length/form-differs", "Fragments with each form of the length", "6455 5.4",
    "binary+*125 cont+*126 cont*65536", "binary*125*126*65536" },
};

static void
add_cuts (void)
{
  static const guint cuts[] = { 1, 2, 3, 7, 64, 125, 126, 127, 999, 1000 };
  static const guint lengths[] = { 2, 125, 126, 1000, 1001, 5000 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (cuts); j++)
      {
        const char *opcode = (i + j) % 2 == 0 ? "text" : "binary";

        if (cuts[j] > lengths[i])
          continue;
        conformance_add_taken (GROUP, "6455 5.4",
                               g_strdup_printf ("cut/%u-of-%u", cuts[j], lengths[i]),
                               g_strdup_printf ("%u bytes in fragments of %u", lengths[i], cuts[j]),
                               g_strdup_printf ("%s.cut:%u*%u", opcode, cuts[j], lengths[i]),
                               g_strdup_printf ("%s*%u", opcode, lengths[i]));
      }
}

/* A message of five fragments with control frames at one place, or at each. */
static void
add_control_places (void)
{
  static const char *const fragments[] = { "text+'one '", "cont+'two '", "cont+", "cont+'four '",
                                           "cont'five'" };
  static const struct
  {
    const char *name;
    const char *input;
    const char *answer;
  } controls[] = {
    { "ping", "ping'p'", "pong'p' " },
    { "empty-ping", "ping", "pong " },
    { "pong", "pong'p'", "" },
    { "ping-and-pong", "ping'p' pong'q' ping'r'", "pong'p' pong'r' " },
    { "longest-ping", "ping*125", "pong*125 " },
  };
  const gsize n_fragments = G_N_ELEMENTS (fragments);

  for (gsize i = 0; i < G_N_ELEMENTS (controls); i++)
    for (gsize place = 0; place <= n_fragments + 1; place++)
      {
        GString *input = g_string_new (NULL);
        GString *expected = g_string_new (NULL);

        for (gsize j = 0; j <= n_fragments; j++)
          {
            gboolean here = j == place || place > n_fragments;

            if (j == n_fragments)
              g_string_append (expected, "text'one two four five' ");
            if (here)
              g_string_append_printf (input, "%s ", controls[i].input);
            if (here)
              g_string_append (expected, controls[i].answer);
            if (j < n_fragments)
              g_string_append_printf (input, "%s ", fragments[j]);
          }
        conformance_add_taken (
            GROUP, "6455 5.4",
            place > n_fragments
                ? g_strdup_printf ("control/%s/everywhere", controls[i].name)
                : g_strdup_printf ("control/%s/place-%" G_GSIZE_FORMAT, controls[i].name, place),
            g_strdup_printf ("Control frames (%s) between fragments", controls[i].name),
            g_string_free (input, FALSE), g_string_free (expected, FALSE));
      }
}

/* The same messages handed to the application in parts as they come. */
static void
add_streamed (void)
{
  static const ConformanceCase streamed[] = {
    { "streamed/one-frame", "A short frame", "6455 5.4", "text'hello'", "text'hello'" },
    { "streamed/empty", "An empty message has one, empty part", "6455 5.4", "text binary", "text binary" },
    { "streamed/fragments", "Fragments, some of them empty", "6455 5.4",
      "text+ cont+'a' cont+ cont'b' text+'c' cont", "text'ab' text'c'" },
    { "streamed/65536", "The longest frame that is handed on whole", "6455 5.4", "binary*65536",
      "binary*65536" },
    { "streamed/65537", "The shortest that is not", "6455 5.4", "binary*65537", "binary*65537" },
    { "streamed/300000", "A long frame", "6455 5.4", "text*300000", "text*300000" },
    { "streamed/long-fragments", "Long fragments with pings between", "6455 5.4",
      "binary+*70000 ping'a' cont+*70000 ping'b' cont*70000", "pong'a' pong'b' binary*70000*70000*70000" },
    { "streamed/tiny-fragments", "Many tiny fragments", "6455 5.4", "text.cut:1*3000", "text*3000" },
    { "streamed/bad-utf8", "Bad text in a later part", "6455 8.1", "text+*70000 cont+<ff>", "close=1007" },
    { "streamed/close-inside", "A close inside a message", "6455 5.4", "text+'a' close=1001",
      "close=1001''" },
    { "streamed/drop-inside", "An end inside a message", "6455 7.1.7", "text+'a' half-close", "eof" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (streamed); i++)
    {
      ConformanceCase row = streamed[i];

      row.settings = "BufferMessage=False";
      conformance_add (GROUP, &row, 1);
    }
}

void
conformance_add_cases (void)
{
  conformance_add (GROUP, cases, G_N_ELEMENTS (cases));
  add_cuts ();
  add_control_places ();
  add_streamed ();
}
