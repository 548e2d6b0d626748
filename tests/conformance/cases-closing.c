/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

/* The closing handshake: codes, reasons, and every order of events. RFC 6455 §5.5.1, §7. */

#define GROUP "closing"

#define ECHO_NOTE "The answer repeats the code without the reason: RFC 6455 5.5.1 asks for the status code alone"
#define AFTER_NOTE "Nothing at all is sent behind our close frame, also no pong: RFC 6455 5.5.1 forbids data, " \
                   "and 5.5.2 would still ask for a pong"

static const ConformanceCase cases[] = {
  { "client/empty", "A close frame without a code is answered by one without", "6455 5.5.1", "close", "close",
    "An empty answer; the application is told 1005" },
  { "client/one-byte", "A payload of one byte is no code", "6455 5.5.1", "close<03>", "close=1002" },
  { "client/after-message", "A close behind a message", "6455 7.1.2", "text'a' close=1000",
    "text'a' close=1000''" },
  { "client/reason", "The reason is not sent back", "6455 5.5.1", "close=1000'bye'", "close=1000''",
    ECHO_NOTE },
  { "client/reason-utf8", "A reason beyond ASCII", "6455 5.5.1", "close=1000<cebacebb>", "close=1000''",
    ECHO_NOTE },
  { "client/inside-message", "A close inside a message", "6455 5.4", "text+'a' close=1000", "close=1000''" },
  { "client/inside-character", "A close inside a character", "6455 5.4", "text+<e282> close=1000",
    "close=1000''" },
  { "late/text", "A message behind the close frame is ignored", "6455 5.5.1", "close=1000 text'late'",
    "close=1000''" },
  { "late/ping", "A ping behind it is ignored", "6455 5.5.1", "close=1000 ping'late'", "close=1000''" },
  { "late/close", "A second close frame is ignored", "6455 5.5.1", "close=1000 close=1001", "close=1000''" },
  { "late/bad-frame", "A bad frame behind it is ignored", "6455 1.4", "close=1000 op3'late'", "close=1000''",
    "The connection is over: nothing behind the close frame is parsed" },
  { "late/bad-close", "A bad close frame behind it is ignored", "6455 1.4", "close=1000 close=1005",
    "close=1000''", "As late/bad-frame" },
  { "late/noise", "Bytes that are no frames are ignored", "6455 1.4", "close=1000 bytes*1000", "close=1000''",
    "As late/bad-frame" },
  { "late/half-close", "A client that ends its side at once", "6455 7.1.1", "close=1000 half-close",
    "close=1000''" },
  { "server/answered", "The server closes, the client answers", "6455 7.1.2",
    "server:close=1000'bye' close=1000", "close=1000'bye'" },
  { "server/answered-with-reason", "The client answers with a reason", "6455 7.1.5",
    "server:close=1001'bye' close=1001'so long'", "close=1001'bye'" },
  { "server/answered-empty", "The client answers without a code: ours stays", "6455 7.1.5",
    "server:close=4000'bye' close", "close=4000'bye' told:4000",
    "RFC 6455 7.1.5 names the code received; an empty answer holds none, so ours is told instead of 1005" },
  { "server/answered-otherwise", "The client answers with another code", "6455 7.1.5",
    "server:close=4000'bye' close=4001", "close=4000'bye' told:4001",
    "Told is the code received, not the one sent. RFC 6455 7.1.5" },
  { "server/answered-badly", "The client answers with a code that may not be sent", "6455 7.1.7",
    "server:close=1000'bye' close=1005", "close=1000'bye' told:1002",
    "No second close frame; the application is told of the fault" },
  { "server/answered-bad-text", "The client answers with a bad reason", "6455 7.1.7",
    "server:close=1000'bye' close=1000<ff>", "close=1000'bye' told:1007", "As server/answered-badly" },
  { "server/message-first", "What the client sent before its answer is still taken", "6455 5.5.1",
    "server:close=1000'bye' text'in time' close=1000", "close=1000'bye'",
    "It is delivered, but an echo can no longer be sent" },
  { "server/ping-first", "A ping before the client's answer", "6455 5.5.2",
    "server:close=1000'bye' ping'p' close=1000", "close=1000'bye'", AFTER_NOTE },
  { "server/fault-first", "A bad frame before the client's answer", "6455 7.1.7",
    "server:close=1000'bye' op3", "close=1000'bye' told:1002", "As server/answered-badly" },
  { "server/bad-utf8-first", "Bad text before the client's answer", "6455 7.1.7",
    "server:close=1000'bye' text<ff>", "close=1000'bye' told:1007", "As server/answered-badly" },
  { "server/end-first", "The client ends the connection without an answer", "6455 7.1.5",
    "server:close=1000'bye' half-close", "close=1000'bye' told:1006", "1006: no close frame was received" },
  { "server/after-message", "What was sent before the close arrives before it", "6455 5.5.1",
    "server:text'first' server:close=1000'bye' close=1000", "text'first' close=1000'bye'" },
  { "server/inside-client-message", "The server closes inside the client's message", "6455 5.5.1",
    "text+'a' server:close=1000'bye' cont'b' close=1000", "close=1000'bye'" },
  { "server/longest-reason", "The longest reason", "6455 5.5.1", "server:close=1000*123 close=1000",
    "close=1000*123" },
  { "server/no-reason", "An empty reason", "6455 5.5.1", "server:close=1000'' close=1000", "close=1000''" },
  { "end/idle", "The client ends the connection without a close frame", "6455 7.1.5", "half-close", "eof",
    "No close frame is sent to who ends its side without one: RFC 6455 7.1.5 calls that 1006" },
  { "end/in-header", "An end inside a header", "6455 7.1.5", "bytes<81> half-close", "eof", "As end/idle" },
  { "end/in-length", "An end inside a length", "6455 7.1.5", "bytes<81fe01> half-close", "eof",
    "As end/idle" },
  { "end/in-payload", "An end inside a payload", "6455 7.1.5", "text.claims:9'part' half-close", "eof",
    "As end/idle" },
  { "end/in-ping", "An end inside a ping", "6455 7.1.5", "ping.claims:9'part' half-close", "eof",
    "As end/idle" },
  { "end/in-close", "An end inside a close frame", "6455 7.1.5", "close.claims:9=1000 half-close", "eof",
    "As end/idle" },
  { "end/between-fragments", "An end between fragments", "6455 7.1.5", "text+'a' half-close", "eof",
    "As end/idle" },
  { "end/after-message", "An end behind a message whose echo still arrives", "6455 7.1.5",
    "text'a' half-close", "text'a' eof", "As end/idle" },
};

static gboolean
may_be_sent (guint code)
{
  if (code >= 3000)
    return code <= 4999;

  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

/* 1012 to 1014 are registered with IANA since; 1004 to 1006 and 1015 never stand in a frame. */
static void
add_codes (void)
{
  static const guint sampled[] = { 0, 1, 2, 16, 99, 100, 255, 256, 500, 998,
                                   999, 1016, 1017, 1100, 1999, 2000, 2001, 2500, 2998, 2999,
                                   3000, 3001, 3500, 3998, 3999, 4000, 4001, 4500, 4998, 4999,
                                   5000, 5001, 9999, 32767, 32768, 59392, 65534, 65535 };
  const gsize        n_sampled = G_N_ELEMENTS (sampled);

  for (gsize i = 0; i < n_sampled + 16; i++)
    {
      guint       code = i < n_sampled ? sampled[i] : 1000 + (guint) (i - n_sampled);
      gboolean    valid = may_be_sent (code);
      const char *what = valid ? "is answered" : "is refused";

      conformance_add_taken (GROUP, "6455 7.4", g_strdup_printf ("code/%u", code),
                             g_strdup_printf ("Code %u %s", code, what),
                             g_strdup_printf ("close=%u", code),
                             valid ? g_strdup_printf ("close=%u''", code) : g_strdup ("close=1002"));
      conformance_add_taken (GROUP, "6455 7.4", g_strdup_printf ("code-with-reason/%u", code),
                             g_strdup_printf ("Code %u with a reason %s", code, what),
                             g_strdup_printf ("close=%u'reason'", code),
                             valid ? g_strdup_printf ("close=%u''", code) : g_strdup ("close=1002"));
    }
}

static void
add_server_codes (void)
{
  static const guint codes[] = {
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999
  };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    conformance_add_taken (GROUP, "6455 7.4", g_strdup_printf ("server-code/%u", codes[i]),
                           g_strdup_printf ("The server closes with %u", codes[i]),
                           g_strdup_printf ("server:close=%u'reason' close=%u", codes[i], codes[i]),
                           g_strdup_printf ("close=%u'reason'", codes[i]));
}

static void
add_reason_lengths (void)
{
  for (guint length = 0; length <= 130; length++)
    conformance_add_taken (GROUP, "6455 5.5.1", g_strdup_printf ("reason-length/%u", length),
                           g_strdup_printf ("A reason of %u bytes", length),
                           g_strdup_printf ("close=1000*%u", length),
                           g_strdup (length <= 123 ? "close=1000''" : "close=1002"));
}

void
conformance_add_cases (void)
{
  conformance_add (GROUP, cases, G_N_ELEMENTS (cases));
  add_codes ();
  add_server_codes ();
  add_reason_lengths ();
}
