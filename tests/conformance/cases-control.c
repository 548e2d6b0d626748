/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

/* Pings and pongs. RFC 6455 §5.5. */

#define GROUP "control"

static const ConformanceCase cases[] = {
  { "ping/binary-payload", "A ping's payload is bytes, not text", "6455 5.5.2", "ping<00fffe8081c0afedb0bf>",
    "pong<00fffe8081c0afedb0bf>" },
  { "ping/ten", "Ten pings get ten pongs, in order", "6455 5.5.3",
    "ping'0' ping'1' ping'2' ping'3' ping'4' ping'5' ping'6' ping'7' ping'8' ping'9'",
    "pong'0' pong'1' pong'2' pong'3' pong'4' pong'5' pong'6' pong'7' pong'8' pong'9'",
    "Each is answered as long as the client reads; RFC 6455 5.5.3 would allow the last one alone" },
  { "ping/hundred-longest", "A hundred of the longest pings", "6455 5.5.3", "100*(ping*125)",
    "100*(pong*125)", "As ping/ten" },
  { "ping/between-messages", "Pings between messages are answered in their place", "6455 5.5.2",
    "text'a' ping'1' text'b' ping'2'", "text'a' pong'1' text'b' pong'2'" },
  { "ping/after-close", "A ping behind the close frame is not answered", "6455 5.5.1",
    "close=1000 ping'late'", "close=1000''" },
  { "ping/by-server", "A ping by the server, and its pong", "6455 5.5.2", "server:ping'srv' pong'srv'",
    "ping'srv'" },
  { "ping/by-server-wrong-pong", "A pong that does not match the ping", "6455 5.5.3",
    "server:ping'srv' pong'other'", "ping'srv'",
    "An unexpected pong is told to the application and otherwise ignored: the standard gives it no other "
    "meaning" },
  { "ping/by-server-no-pong", "A ping by the server that is never answered", "6455 5.5.2", "server:ping'srv'",
    "ping'srv'" },
  { "ping/both-ways", "A ping each way", "6455 5.5.2", "server:ping'srv' ping'cli' pong'srv'",
    "ping'srv' pong'cli'" },
  { "pong/by-server", "An unsolicited pong by the server", "6455 5.5.3", "server:pong'srv'", "pong'srv'" },
  { "pong/then-ping", "An unsolicited pong, then a ping", "6455 5.5.3", "pong'a' ping'b'", "pong'b'" },
  { "pong/ten", "Ten unsolicited pongs", "6455 5.5.3", "10*(pong'a') text'end'", "text'end'" },
  { "pong/binary-payload", "A pong's payload is bytes", "6455 5.5.3", "pong<fffe00> text'end'", "text'end'" },
  { "incomplete/ping", "A ping that is one byte short is waited for", "6455 5.5.2", "ping.claims:5'1234'",
    "open" },
  { "incomplete/close", "A close frame without its payload is waited for", "6455 5.5.1", "close.claims:2",
    "open" },
};

static void
add_lengths (void)
{
  for (guint length = 0; length <= 125; length++)
    conformance_add_taken (GROUP, "6455 5.5.2",
                           g_strdup_printf ("ping/length/%u", length),
                           g_strdup_printf ("A ping of %u bytes comes back as a pong", length),
                           g_strdup_printf ("ping*%u", length), g_strdup_printf ("pong*%u", length));

  for (guint length = 0; length <= 125; length += 25)
    conformance_add_taken (GROUP, "6455 5.5.3",
                           g_strdup_printf ("pong/length/%u", length),
                           g_strdup_printf ("An unsolicited pong of %u bytes is ignored", length),
                           g_strdup_printf ("pong*%u text'end'", length), g_strdup ("text'end'"));
}

static void
add_refused (void)
{
  static const char *const opcodes[] = { "close", "ping", "pong" };
  static const struct
  {
    const char *name;
    const char *modifiers;
  } forms[] = {
    { "126", "*126" },
    { "127", "*127" },
    { "255", "*255" },
    { "65535", "*65535" },
    { "65536", "*65536" },
    { "126-unsent", ".claims:126" },
    { "2-32-unsent", ".claims:4294967296" },
    { "2-63-unsent", ".len:64.claims:9223372036854775808" },
    { "short-in-16-bit", ".len:16'a'" },
    { "short-in-64-bit", ".len:64'a'" },
    { "not-final", "+'a'" },
    { "not-final-empty", "+" },
    { "not-final-126", "+*126" },
    { "fragmented", "+'a' cont'b'" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (opcodes); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (forms); j++)
      {
        conformance_add_taken (GROUP, "6455 5.5",
                               g_strdup_printf ("refused/%s/%s", opcodes[i], forms[j].name),
                               g_strdup_printf ("A %s frame, %s", opcodes[i], forms[j].name),
                               g_strconcat (opcodes[i], forms[j].modifiers, NULL), g_strdup ("close=1002"));
        conformance_add_taken (
            GROUP, "6455 5.5", g_strdup_printf ("refused-inside/%s/%s", opcodes[i], forms[j].name),
            g_strdup_printf ("A %s frame, %s, inside a message", opcodes[i], forms[j].name),
            g_strconcat ("binary+'x' ", opcodes[i], forms[j].modifiers, NULL), g_strdup ("close=1002"));
      }
}

void
conformance_add_cases (void)
{
  conformance_add (GROUP, cases, G_N_ELEMENTS (cases));
  add_lengths ();
  add_refused ();
}
