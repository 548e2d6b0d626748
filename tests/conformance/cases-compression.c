/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

/* permessage-deflate: negotiation, the standard's examples, faults and limits. RFC 7692. */

#define GROUP "compression"

#define PMD "permessage-deflate"
#define ANY "DeflateThreshold=0 DeflateWindowBits=15"
#define ECHO "text.z'Hello' text'World'", "text.z'Hello' text.z'World'"
#define PLAIN "text'Hello'", "text'Hello'"
#define DECLINED "Such an offer is declined, which leaves the connection uncompressed. RFC 7692 7.1"
#define SMALLER "The smaller of what is offered and of DeflateWindowBits"

static const ConformanceCase negotiations[] = {
  { "offer/plain", "An offer without parameters", "7692 7.1", ECHO, NULL, ANY, PMD, PMD },
  { "offer/default", "The default window is named though nobody asked", "7692 7.1.2.1", ECHO,
    "DeflateWindowBits is 12 unless set: a window of 4 KiB", "DeflateThreshold=0", PMD,
    PMD "; server_max_window_bits=12" },
  { "offer/none", "Without an offer there is no answer", "7692 5", PLAIN, NULL, ANY },
  { "offer/switched-off", "EnablePermessageDeflate False", "7692 5", PLAIN, NULL,
    "EnablePermessageDeflate=False", PMD },
  { "offer/unknown-extension", "Another extension", "6455 9.1", PLAIN, NULL, ANY, "x-webkit-deflate-frame" },
  { "offer/unknown-then-known", "Another extension first", "6455 9.1", ECHO, NULL, ANY,
    "bbf-usp-protocol, " PMD, PMD },
  { "offer/known-then-unknown", "Another extension behind", "6455 9.1", ECHO, NULL, ANY, PMD ", foo; bar=1",
    PMD },
  { "offer/longer-name", "A longer name", "7692 7", PLAIN, NULL, ANY, "permessage-deflate2" },
  { "offer/upper-case", "Names of extensions are taken as they are", "6455 9.1", PLAIN, DECLINED, ANY,
    "Permessage-Deflate" },
  { "offer/empty-elements", "Empty elements of the list", "9110 5.6.1", ECHO, NULL, ANY, ", " PMD " ,,",
    PMD },
  { "offer/spaces", "White space wherever it may be", "6455 9.1", ECHO, NULL, ANY,
    PMD " ;  client_max_window_bits = 10 ", PMD "; client_max_window_bits=10" },
  { "offer/no-spaces", "No white space at all", "6455 9.1", ECHO, NULL, ANY,
    PMD ";server_max_window_bits=10;client_max_window_bits", PMD "; server_max_window_bits=10" },
  { "offer/chrome", "As browsers offer", "7692 7.1", ECHO, NULL, ANY, PMD "; client_max_window_bits", PMD },
  { "offer/chrome-default", "As browsers offer, to the default", "7692 7.1.2.2", ECHO, SMALLER,
    "DeflateThreshold=0", PMD "; client_max_window_bits",
    PMD "; server_max_window_bits=12; client_max_window_bits=12" },
  { "offer/two-same", "Two equal offers: the first is taken", "7692 7.1", ECHO, NULL, ANY, PMD ", " PMD,
    PMD },
  { "offer/first-of-two", "The first acceptable offer is taken", "7692 5.1", ECHO, NULL, ANY,
    PMD "; server_max_window_bits=10, " PMD, PMD "; server_max_window_bits=10" },
  { "offer/second-of-two", "The second, where the first is not acceptable", "7692 5.1", ECHO, NULL, ANY,
    PMD "; server_max_window_bits=16, " PMD "; client_max_window_bits=9", PMD "; client_max_window_bits=9" },
  { "offer/unknown-parameter-then-plain", "The second, where the first has a parameter of the future",
    "7692 5.1", ECHO, NULL, ANY, PMD "; turbo, " PMD, PMD },
  { "takeover/server", "server_no_context_takeover", "7692 7.1.1.1", ECHO, NULL, ANY,
    PMD "; server_no_context_takeover", PMD "; server_no_context_takeover" },
  { "takeover/client", "client_no_context_takeover", "7692 7.1.1.2", ECHO,
    "Agreed to: the client has said that it will not, which saves us a window", ANY,
    PMD "; client_no_context_takeover", PMD "; client_no_context_takeover" },
  { "takeover/both", "Both", "7692 7.1.1", ECHO, NULL, ANY,
    PMD "; client_no_context_takeover; server_no_context_takeover",
    PMD "; server_no_context_takeover; client_no_context_takeover" },
  { "takeover/setting", "DeflateNoContextTakeover asks for it", "7692 7.1.1", ECHO,
    "The server may name both without being asked",
    "DeflateThreshold=0 DeflateWindowBits=15 DeflateNoContextTakeover=True", PMD,
    PMD "; server_no_context_takeover; client_no_context_takeover" },
  { "takeover/server-value", "server_no_context_takeover with a value", "7692 7.1.1.1", PLAIN, DECLINED, ANY,
    PMD "; server_no_context_takeover=1" },
  { "takeover/client-value", "client_no_context_takeover with a value", "7692 7.1.1.2", PLAIN, DECLINED, ANY,
    PMD "; client_no_context_takeover=true" },
  { "takeover/repeated", "A parameter twice", "7692 7.1", PLAIN, DECLINED, ANY,
    PMD "; server_no_context_takeover; server_no_context_takeover" },
  { "window/server-no-value", "server_max_window_bits without a value", "7692 7.1.2.1", PLAIN, DECLINED, ANY,
    PMD "; server_max_window_bits" },
  { "window/server-quoted", "A quoted value", "6455 9.1", ECHO, NULL, ANY,
    PMD "; server_max_window_bits=\"10\"", PMD "; server_max_window_bits=10" },
  { "window/client-quoted", "A quoted value", "6455 9.1", ECHO, NULL, ANY,
    PMD "; client_max_window_bits=\"10\"", PMD "; client_max_window_bits=10" },
  { "window/quoted-pair", "A quoted value with a backslash", "9110 5.6.4", ECHO, NULL, ANY,
    PMD "; client_max_window_bits=\"1\\0\"", PMD "; client_max_window_bits=10" },
  { "window/repeated", "A window twice", "7692 7.1", PLAIN, DECLINED, ANY,
    PMD "; server_max_window_bits=10; server_max_window_bits=10" },
  { "window/repeated-client", "A client window twice", "7692 7.1", PLAIN, DECLINED, ANY,
    PMD "; client_max_window_bits; client_max_window_bits=10" },
  { "window/server-larger", "A larger window than ours", "7692 7.1.2.1", ECHO, SMALLER,
    "DeflateThreshold=0 DeflateWindowBits=10", PMD "; server_max_window_bits=15",
    PMD "; server_max_window_bits=10" },
  { "window/client-larger", "A larger client window than ours", "7692 7.1.2.2", ECHO, SMALLER,
    "DeflateThreshold=0 DeflateWindowBits=10", PMD "; client_max_window_bits=15",
    PMD "; server_max_window_bits=10; client_max_window_bits=10" },
  { "window/client-not-offered", "A client that does not offer its window is not told one", "7692 7.1.2.2",
    ECHO, NULL, "DeflateThreshold=0 DeflateWindowBits=9", PMD, PMD "; server_max_window_bits=9" },
  { "parameter/unknown", "An unknown parameter", "7692 7.1", PLAIN, DECLINED, ANY, PMD "; turbo" },
  { "parameter/unknown-value", "An unknown parameter with a value", "7692 7.1", PLAIN, DECLINED, ANY,
    PMD "; level=9" },
  { "parameter/upper-case", "Names of parameters are taken as they are", "7692 7.1", PLAIN, DECLINED, ANY,
    PMD "; Server_No_Context_Takeover" },
  { "parameter/object-prototype", "A name that is a member of every object in some language", "7692 7.1",
    PLAIN, DECLINED, ANY, PMD "; constructor; __proto__=1" },
};

/* RFC 7692 §7.2.3, and what else a compressor may do. */
static const ConformanceCase examples[] = {
  { "example/one-block", "One block", "7692 7.2.3.1", "text.rsv:4<f248cdc9c90700>", "text.z'Hello'" },
  { "example/fragmented", "One block in two fragments", "7692 7.2.3.1", "text+.rsv:4<f248cd> cont<c9c90700>",
    "text.z'Hello'" },
  { "example/shared-window", "A second message that refers to the first", "7692 7.2.3.2",
    "text.rsv:4<f248cdc9c90700> text.rsv:4<f200110000>", "text.z'Hello' text.z'Hello'" },
  { "example/stored", "A block without compression", "7692 7.2.3.3", "text.rsv:4<000500faff48656c6c6f00>",
    "text.z'Hello'" },
  { "example/final", "A final block", "7692 7.2.3.4", "text.rsv:4<f348cdc9c9070000>", "text.z'Hello'" },
  { "example/after-final", "A message behind one with a final block, which it refers to", "7692 7.2.3.4",
    "text.rsv:4<f348cdc9c9070000> text.rsv:4<f200110000>", "text.z'Hello' text.z'Hello'",
    "A final block is not the end of the window: RFC 7692 7.2.3.4 allows it like any other" },
  { "example/final-alone", "A final block without the empty one behind it", "7692 7.2.3.4",
    "text.rsv:4<f348cdc9c90700>", "text.z'Hello'",
    "Taken: nothing is missing, though 7.2.3.4 asks for one more byte" },
  { "example/two-blocks", "Two blocks", "7692 7.2.3.5", "text.rsv:4<f24805000000ffffcac9c90700>",
    "text.z'Hello'" },
  { "example/empty", "An empty message", "7692 7.2.3.6", "text.rsv:4<00>", "text.z" },
  { "example/empty-final", "An empty message by a final block", "7692 7.2.3.6", "text.rsv:4<030000>",
    "text.z" },
  { "example/no-payload", "A compressed message without a byte", "7692 7.2.2", "text.rsv:4", "text.z",
    "Taken as empty: it ends where a block does, though 7.2.3.6 asks for one byte" },
  { "example/byte-by-byte", "A byte a fragment", "7692 6.1", "text.rsv:4.cut:1<f248cdc9c90700>",
    "text.z'Hello'" },
  { "example/empty-fragments", "Empty fragments everywhere", "7692 6.1",
    "text+.rsv:4 cont+<f248cd> cont+ cont+<c9c90700> cont", "text.z'Hello'" },
  { "example/ping-between", "Pings between compressed fragments", "7692 6.1",
    "text+.rsv:4<f248cd> ping'p' cont+<c9> ping'q' cont<c90700>", "pong'p' pong'q' text.z'Hello'" },
  { "example/uncompressed", "A message that is not compressed", "7692 6", "text'Hello'", "text.z'Hello'" },
  { "example/uncompressed-between", "One between two compressed ones is not in the window", "7692 7.2.1",
    "text.rsv:4<f248cdc9c90700> text'other' text.rsv:4<f200110000>",
    "text.z'Hello' text.z'other' text.z'Hello'" },
  { "example/ping-uncompressed", "Control frames are never compressed", "7692 6.1", "ping*125 text.z'a'",
    "pong*125 text.z'a'" },
  { "example/close-inside", "A close inside a compressed message", "7692 6.1",
    "text+.rsv:4<f248cd> close=1000", "close=1000''" },
  { "example/end-inside", "An end inside a compressed message", "7692 6.1", "text+.rsv:4<f248cd> half-close",
    "eof" },
  { "example/levels", "The client changes its level from message to message", "7692 7.2.1",
    "text.z:0*500 text.z:1*500 text.z:9*500", "3*(text.z*500)" },
  { "fault/continuation", "RSV1 on a continuation", "7692 6.1", "text+.rsv:4<f248cd> cont.rsv:4<c9c90700>",
    "close=1002" },
  { "fault/continuation-of-plain", "RSV1 on the continuation of a message that is not compressed", "7692 6.1",
    "text+'a' cont.rsv:4<00>", "close=1002" },
  { "fault/ping", "RSV1 on a ping", "7692 6.1", "ping.rsv:4", "close=1002" },
  { "fault/pong", "RSV1 on a pong", "7692 6.1", "pong.rsv:4", "close=1002" },
  { "fault/close", "RSV1 on a close", "7692 6.1", "close.rsv:4=1000", "close=1002" },
  { "fault/rsv2", "RSV2 means nothing still", "6455 5.2", "text.rsv:2'a'", "close=1002" },
  { "fault/rsv3", "RSV3 means nothing still", "6455 5.2", "text.rsv:1'a'", "close=1002" },
  { "fault/rsv1-and-2", "RSV1 and RSV2", "6455 5.2", "text.rsv:6<00>", "close=1002" },
  { "fault/rsv1-and-3", "RSV1 and RSV3", "6455 5.2", "text.rsv:5<00>", "close=1002" },
  { "fault/opcode", "RSV1 on a reserved opcode", "6455 5.2", "op3.rsv:4<00>", "close=1002" },
  { "fault/block-type", "A block of the reserved type", "7692 7.2.2", "binary.rsv:4<06>", "close=1007",
    "1007 for data that does not decompress; the standard names no code" },
  { "fault/stored-length", "A stored block whose lengths disagree", "7692 7.2.2",
    "binary.rsv:4<000500000048>", "close=1007", "As fault/block-type" },
  { "fault/noise", "Noise", "7692 7.2.2", "binary.rsv:4<ffffffffffffffffffff>", "close=1007",
    "As fault/block-type" },
  { "fault/text-as-compressed", "Plain text with RSV1", "7692 7.2.2",
    "text.rsv:4'Hello, this is not compressed'", "close=1007", "As fault/block-type" },
  { "fault/too-far", "A reference to before the first message", "7692 7.2.2", "text.rsv:4<f200110000>",
    "close=1007", "As fault/block-type" },
  { "fault/cut-block", "A message that ends inside a block", "7692 7.2.2", "text.rsv:4<f248cd>", "close=1007",
    "As fault/block-type" },
  { "fault/cut-stored", "A message that ends inside a stored block", "7692 7.2.2",
    "text.rsv:4<000500faff4865>", "close=1007", "As fault/block-type" },
  { "fault/cut-in-fragments", "The same, shown by an empty last fragment", "7692 7.2.2",
    "text+.rsv:4<f248cd> cont", "close=1007", "As fault/block-type" },
  { "fault/utf8", "Bad text", "7692 6.2", "text.z'before'<ff>'after'", "close=1007" },
  { "fault/utf8-cut", "Text that ends inside a character", "7692 6.2", "text.z'a'<e282>", "close=1007" },
  { "fault/utf8-early", "Bad text fails before the message ends", "7692 6.2",
    "text+.rsv:4.claims:100<000500faff6162ff>", "close=1007", "As soon as it comes out of the window" },
  { "fault/utf8-second-fragment", "Bad text in the second fragment", "7692 6.2",
    "text+.rsv:4<000100feff61> cont+<000100feffff>", "close=1007" },
  { "fault/binary-utf8", "Bytes of a binary message are no text", "7692 6.2", "binary.z<ff80fe>",
    "binary.z<ff80fe>" },
  { "fault/unmasked", "A compressed frame that is not masked", "6455 5.1", "text.bare.rsv:4<00>",
    "close=1002" },
};

static void
add_examples (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      ConformanceCase row = examples[i];

      row.settings = ANY;
      row.offer = PMD;
      row.answer = PMD;
      conformance_add (GROUP, &row, 1);
    }
}

/* Offers that break the grammar of the field: RFC 6455 §9.1 lets a server fail the handshake. */
static void
add_malformed (void)
{
  static const char *const values[] = { ";", "; server_no_context_takeover", PMD ";", PMD "; ;", PMD "; =10",
                                        PMD "; client_max_window_bits=", PMD "; client_max_window_bits=\"10",
                                        PMD "; client_max_window_bits=\"\"", PMD "; client_max_window_bits=\"1 0\"",
                                        PMD "; client_max_window_bits=1 0", PMD " client_max_window_bits",
                                        PMD "; client_max_window_bits==10", "\"" PMD "\"", PMD "/1", PMD ", %C3%A9",
                                        PMD ", foo; bar=a/b" };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char      *id = g_strdup_printf ("malformed/%02" G_GSIZE_FORMAT, i + 1);
      g_autofree char      *input = g_strconcat ("Sec-WebSocket-Extensions: ", values[i], NULL);
      const ConformanceCase row = {
        .id = id,
        .title = "An offer that breaks the grammar",
        .rfc = "6455 9.1",
        .input = input,
        .expected = "400",
        .note = "400 rather than no extension: RFC 6455 9.1 says invalid syntax MUST fail the connection",
      };

      conformance_add_handshakes (GROUP, &row, 1);
    }
}

/* Noise that repeats itself further away than a small window reaches, in a message and across. */
#define WINDOW_TEST "binary.z~200 binary.z~3000~3000 binary.z~3000 binary.z*20000"

static void
add_window (const char *parameter,
            const char *value,
            gboolean    valid)
{
  g_autofree char      *id = g_strdup_printf ("window/%s/%s", parameter, *value != '\0' ? value : "empty");
  g_autofree char      *offer = g_strdup_printf (PMD "; %s=%s", parameter, value);
  gboolean              is_default = valid && g_str_equal (value, "15") && *parameter == 'c';
  const ConformanceCase row = {
    .id = id,
    .title = valid ? "A window size that is agreed to" : "A window size that is none",
    .rfc = "7692 7.1.2",
    .input = valid ? WINDOW_TEST : "text'Hello'",
    .expected = valid ? WINDOW_TEST : "text'Hello'",
    .note = valid ? NULL : DECLINED,
    .settings = ANY,
    .offer = offer,
    .answer = is_default ? PMD : valid ? offer
                                       : NULL,
  };

  conformance_add (GROUP, &row, 1);
}

static void
add_windows (void)
{
  static const char *const parameters[] = { "server_max_window_bits", "client_max_window_bits" };
  static const char *const invalid[] = { "0", "1", "7", "16", "17", "100", "08", "010", "+10", "-9", "10.0", "0x0a", "1e1",
                                         "ten", "256", "4294967306", "18446744073709551626" };

  for (gsize i = 0; i < G_N_ELEMENTS (parameters); i++)
    {
      for (guint bits = 8; bits <= 15; bits++)
        {
          g_autofree char *value = g_strdup_printf ("%u", bits);

          add_window (parameters[i], value, TRUE);
        }
      for (gsize j = 0; j < G_N_ELEMENTS (invalid); j++)
        add_window (parameters[i], invalid[j], FALSE);
    }
}

void
conformance_add_cases (void)
{
  conformance_add (GROUP, negotiations, G_N_ELEMENTS (negotiations));
  add_malformed ();
  add_windows ();
  add_examples ();
}
