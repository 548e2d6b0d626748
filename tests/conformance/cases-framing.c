/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

/* Frame headers: lengths and their encodings, opcodes, reserved bits. RFC 6455 §5.2. */

#define GROUP "framing"

static const char *const data_opcodes[] = { "text", "binary" };

static const ConformanceCase cases[] = {
  { "example/hello", "The standard's own masked \"Hello\"", "6455 5.7", "bytes<818537fa213d7f9f4d5158>",
    "text'Hello'" },
  { "example/hello-fragmented", "The standard's \"Hello\" in two fragments", "6455 5.7",
    "text+'Hel' cont'lo'", "text'Hello'" },
  { "example/ping", "The standard's ping with \"Hello\"", "6455 5.7", "bytes<898537fa213d7f9f4d5158>",
    "pong'Hello'" },
  { "sequence/two", "Two messages that arrive together", "6455 5.2", "text'one' binary<0002>",
    "text'one' binary<0002>" },
  { "sequence/hundred", "A hundred messages that arrive together", "6455 5.2", "100*(text'x')",
    "100*(text'x')" },
  { "sequence/alternating", "Messages of each type take turns with pings", "6455 5.2",
    "20*(text'a' ping'b' binary'c')", "20*(text'a' pong'b' binary'c')" },
  { "sequence/every-length-form", "One frame with each form of the length, one behind the other", "6455 5.2",
    "binary*125 binary*126 binary*65536 text'end'", "binary*125 binary*126 binary*65536 text'end'" },
  { "sequence/before-fault", "Messages before a bad frame are answered, those behind it are not",
    "6455 7.1.7", "text'good' op3 text'late'", "text'good' close=1002" },
  { "incomplete/one-byte", "Half a header is waited for", "6455 5.2", "bytes<81>", "open" },
  { "incomplete/no-key", "A header without its masking key is waited for", "6455 5.2", "bytes<8185>",
    "open" },
  { "incomplete/16-bit", "Half a 16-bit length is waited for", "6455 5.2", "bytes<81fe01>", "open" },
  { "incomplete/64-bit", "Part of a 64-bit length is waited for", "6455 5.2", "bytes<81ff00000000>", "open" },
  { "incomplete/payload", "A payload that is one byte short is waited for", "6455 5.2",
    "text.claims:6'Hello'", "open" },
  { "msb/binary", "A 64-bit length with its first bit set", "6455 5.2",
    "binary.len:64.claims:9223372036854775808", "close=1002",
    "1002 rather than 1009: such a length is no length. RFC 6455 5.2 says the bit MUST be 0" },
  { "msb/text", "The same in a text frame", "6455 5.2", "text.len:64.claims:9223372036854775808",
    "close=1002", "As msb/binary" },
  { "msb/one-more", "2^63 + 1", "6455 5.2", "binary.len:64.claims:9223372036854775809", "close=1002",
    "As msb/binary" },
  { "msb/all-ones", "2^64 - 1", "6455 5.2", "binary.len:64.claims:18446744073709551615", "close=1002",
    "As msb/binary" },
  { "msb/continuation", "In a continuation frame", "6455 5.2",
    "binary+'a' cont.len:64.claims:18446744073709551615", "close=1002", "As msb/binary" },
  { "msb/first-byte-only", "Nothing behind the bit is waited for", "6455 5.2", "bytes<82ff80>", "close=1002",
    "Failed at the first byte that shows it; the standard does not say when" },
  { "early/opcode", "A reserved opcode alone is enough", "6455 5.2", "bytes<83>", "close=1002",
    "Failed at the first byte that shows it; the standard does not say when" },
  { "early/reserved-bit", "A reserved bit alone is enough", "6455 5.2", "bytes<c1>", "close=1002",
    "As early/opcode" },
  { "early/unmasked", "A mask bit that is missing is enough", "6455 5.1", "bytes<8105>", "close=1002",
    "As early/opcode" },
  { "early/control-length", "The 7-bit length of a control frame is enough", "6455 5.5", "bytes<89fe>",
    "close=1002", "As early/opcode" },
  { "early/non-minimal-16", "A 16-bit length below 126 is enough", "6455 5.2", "bytes<81fe007d>",
    "close=1002", "As early/opcode" },
  { "early/non-minimal-64", "Six zero bytes of a 64-bit length are enough", "6455 5.2",
    "bytes<81ff000000000000>", "close=1002", "As early/opcode" },
};

static void
add_lengths (void)
{
  static const guint lengths[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 124, 125, 126, 127,
                                   128, 129, 255, 256, 257, 1000, 4095, 4096, 4097, 16383, 16384, 32767,
                                   32768, 65534, 65535, 65536, 65537, 131071, 131072, 131073 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (data_opcodes); j++)
      conformance_add_taken (GROUP, "6455 5.2",
                             g_strdup_printf ("length/%u/%s", lengths[i], data_opcodes[j]),
                             g_strdup_printf ("Echo of %u bytes of %s", lengths[i], data_opcodes[j]),
                             g_strdup_printf ("%s*%u", data_opcodes[j], lengths[i]),
                             g_strdup_printf ("%s*%u", data_opcodes[j], lengths[i]));
}

static void
add_non_minimal (void)
{
  static const struct
  {
    guint form;
    guint length;
  } lengths[] = {
    { 16, 0 },
    { 16, 1 },
    { 16, 2 },
    { 16, 124 },
    { 16, 125 },
    { 64, 0 },
    { 64, 1 },
    { 64, 125 },
    { 64, 126 },
    { 64, 127 },
    { 64, 128 },
    { 64, 65534 },
    { 64, 65535 },
  };
  static const char *const opcodes[] = { "text", "binary", "cont" };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (opcodes); j++)
      conformance_add_taken (
          GROUP, "6455 5.2",
          g_strdup_printf ("non-minimal/%u-bit/%u/%s", lengths[i].form, lengths[i].length, opcodes[j]),
          g_strdup_printf ("%u bytes announced in %u bits", lengths[i].length, lengths[i].form),
          g_strdup_printf ("%s%s.len:%u*%u", j == 2 ? "text+'a' " : "", opcodes[j], lengths[i].form,
                           lengths[i].length),
          g_strdup ("close=1002"));
}

static void
add_reserved_opcodes (void)
{
  static const struct
  {
    const char *name;
    const char *title;
    const char *input;
  } forms[] = {
    { "empty", "without payload", "op%x" },
    { "payload", "with payload", "op%x'payload'" },
    { "not-final", "not final", "op%x+" },
    { "long", "with a 16-bit length", "op%x*126" },
    { "inside", "between two fragments", "text+'a' op%x cont'b'" },
    { "unmasked", "not masked either", "op%x.bare" },
  };

  for (guint opcode = 3; opcode <= 15; opcode++)
    for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
      {
        g_auto (GStrv) parts = g_strsplit (forms[i].input, "op%x", 2);
        g_autofree char *word = g_strdup_printf ("op%x", opcode);

        if (opcode >= 8 && opcode <= 10)
          continue;
        conformance_add_taken (GROUP, "6455 5.2",
                               g_strdup_printf ("opcode/0x%x/%s", opcode, forms[i].name),
                               g_strdup_printf ("Reserved opcode 0x%x %s", opcode, forms[i].title),
                               g_strconcat (parts[0], word, parts[1], NULL),
                               g_strdup ("close=1002"));
      }
}

/* Without an extension no reserved bit means anything. */
static void
add_reserved_bits (void)
{
  static const struct
  {
    const char *name;
    const char *before;
    const char *word;
    const char *payload;
  } frames[] = {
    { "text", "", "text", "'a'" },
    { "binary", "", "binary", "'a'" },
    { "continuation", "text+'a' ", "cont", "'b'" },
    { "close", "", "close", "=1000" },
    { "ping", "", "ping", "'a'" },
    { "pong", "", "pong", "'a'" },
    { "text-not-final", "", "text+", "'a'" },
    { "text-second", "text'a' ", "text", "" },
  };

  for (guint bits = 1; bits <= 7; bits++)
    for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
      conformance_add_taken (
          GROUP, "6455 5.2",
          g_strdup_printf ("reserved/%u%u%u/%s", bits >> 2, bits >> 1 & 1, bits & 1, frames[i].name),
          g_strdup_printf ("Reserved bits %u%u%u on %s", bits >> 2, bits >> 1 & 1, bits & 1, frames[i].name),
          g_strdup_printf ("%s%s.rsv:%u%s", frames[i].before, frames[i].word, bits, frames[i].payload),
          g_strdup_printf ("%sclose=1002", frames[i].payload[0] == '\0' ? "text'a' " : ""));
}

void
conformance_add_cases (void)
{
  conformance_add (GROUP, cases, G_N_ELEMENTS (cases));
  add_lengths ();
  add_non_minimal ();
  add_reserved_opcodes ();
  add_reserved_bits ();
}
