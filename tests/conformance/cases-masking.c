/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

/* Masking: keys, alignments, and clients that do not mask. RFC 6455 §5.1, §5.3. */

#define GROUP "masking"

static const ConformanceCase cases[] = {
  { "key/per-frame", "Each fragment has its own key, and each begins it anew", "6455 5.3",
    "text+.key:01020304'abcde' cont+.key:a0b0c0d0'fghij' cont.key:ffffffff'klm'", "text'abcdefghijklm'" },
  { "key/zero-then-other", "A key of zeros, then another", "6455 5.3",
    "text.key:00000000'plain' text.key:9e3779b9'other'", "text'plain' text'other'" },
  { "key/like-payload", "A key equal to the payload masks it to zeros", "6455 5.3",
    "binary.key:deadbeef<deadbeefdeadbeef>", "binary<deadbeefdeadbeef>" },
  { "key/like-header", "A key that looks like a frame header", "6455 5.3",
    "text.key:88808880'hello' text.key:81858185'again'", "text'hello' text'again'" },
  { "key/control-between", "A ping with its own key between two fragments", "6455 5.3",
    "text+.key:01020304'abc' ping.key:f0e0d0c0'ping' cont.key:01020304'def'", "pong'ping' text'abcdef'" },
  { "key/empty-frames", "Frames without payload have a key all the same", "6455 5.3",
    "text+.key:11111111 cont+.key:22222222 cont.key:33333333'a'", "text'a'" },
  { "unmasked/after-message", "A client that stops masking", "6455 5.1",
    "text'masked' text.bare'not'", "text'masked' close=1002" },
  { "unmasked/in-message", "A second fragment that is not masked", "6455 5.1",
    "text+'masked' cont.bare'not'", "close=1002" },
  { "unmasked/ping-in-message", "A ping between fragments that is not masked", "6455 5.1",
    "text+'a' ping.bare'b' cont'c'", "close=1002" },
  { "unmasked/close-with-code", "A close frame that is not masked is no closing handshake", "6455 5.1",
    "close.bare=1000", "close=1002",
    "Failed with 1002 like any other frame; some servers let a close pass. RFC 6455 5.1 has no exception" },
};

static void
add_keys (void)
{
  static const char *const keys[] = { "00000000", "ffffffff", "00000001", "80000000", "37fa213d" };
  static const guint       lengths[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33,
                                         125, 126, 1021, 70001 };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (lengths); j++)
      conformance_add_taken (GROUP, "6455 5.3",
                             g_strdup_printf ("key/%s/%u", keys[i], lengths[j]),
                             g_strdup_printf ("%u bytes masked with %s", lengths[j], keys[i]),
                             g_strdup_printf ("binary.key:%s*%u", keys[i], lengths[j]),
                             g_strdup_printf ("binary*%u", lengths[j]));
}

/* RFC 6455 §5.1: the server closes, and may say 1002. */
static void
add_unmasked (void)
{
  static const char *const opcodes[] = { "text", "binary", "cont", "close", "ping", "pong" };
  static const guint       lengths[] = { 0, 2, 125, 126, 65536 };

  for (gsize i = 0; i < G_N_ELEMENTS (opcodes); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (lengths); j++)
      {
        if (i >= 3 && lengths[j] > 125)
          continue;
        conformance_add_taken (
            GROUP, "6455 5.1", g_strdup_printf ("unmasked/%s/%u", opcodes[i], lengths[j]),
            g_strdup_printf ("A %s frame of %u bytes, not masked", opcodes[i], lengths[j]),
            g_strdup_printf ("%s%s.bare*%u", i == 2 ? "text+'a' " : "", opcodes[i], lengths[j]),
            g_strdup ("close=1002"));
      }
}

void
conformance_add_cases (void)
{
  conformance_add (GROUP, cases, G_N_ELEMENTS (cases));
  add_keys ();
  add_unmasked ();
}
