/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-handshake-private.h"

#include "tests/ws-test-feed.h"

#include <string.h>

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

#define HOST_LINE "Host: server.example.com\r\n"
#define UPGRADE_LINE "Upgrade: websocket\r\n"
#define CONNECTION_LINE "Connection: Upgrade\r\n"
#define KEY_LINE "Sec-WebSocket-Key: " KEY "\r\n"
#define VERSION_LINE "Sec-WebSocket-Version: 13\r\n"

#define GET_LINE "GET /chat HTTP/1.1\r\n"
#define GOOD_LINES HOST_LINE UPGRADE_LINE CONNECTION_LINE KEY_LINE VERSION_LINE

/* A valid request except for one of its lines. */
#define WITH_HOST(lines) GET_LINE lines UPGRADE_LINE CONNECTION_LINE KEY_LINE VERSION_LINE "\r\n"
#define WITH_UPGRADE(lines) GET_LINE HOST_LINE lines CONNECTION_LINE KEY_LINE VERSION_LINE "\r\n"
#define WITH_CONNECTION(lines) GET_LINE HOST_LINE UPGRADE_LINE lines KEY_LINE VERSION_LINE "\r\n"
#define WITH_KEY(lines) GET_LINE HOST_LINE UPGRADE_LINE CONNECTION_LINE lines VERSION_LINE "\r\n"
#define WITH_VERSION(lines) GET_LINE HOST_LINE UPGRADE_LINE CONNECTION_LINE KEY_LINE lines "\r\n"
#define WITH_MORE(lines) GET_LINE GOOD_LINES lines "\r\n"
#define WITH_REQUEST_LINE(line) line "\r\n" GOOD_LINES "\r\n"

typedef struct
{
  const char *path;
  const char *text;
  const char *verdict; /* the beginning of the log of the head */
} JudgeCase;

/* clang-format off */
static const JudgeCase cases[] = {
  { "good", WITH_MORE (""), "upgrade 101" },
  { "good-lower-case", "GET / HTTP/1.1\r\nhost: a\r\nupgrade: WEBSOCKET\r\nconnection: UPGRADE\r\n"
                       "sec-websocket-key: " KEY "\r\nsec-websocket-version: 13\r\n\r\n",
    "upgrade 101" },
  { "good-http-1.2", WITH_REQUEST_LINE ("GET / HTTP/1.2"), "upgrade 101" },
  { "good-bytes-behind", WITH_MORE ("") "\x81\x80" "abcd", "upgrade 101" },
  { "good-firefox-connection", WITH_CONNECTION ("Connection: keep-alive, Upgrade\r\n"),
    "upgrade 101" },
  { "good-two-connection-lines",
    WITH_CONNECTION ("Connection: keep-alive\r\nConnection: Upgrade\r\n"), "upgrade 101" },
  { "good-upgrade-list", WITH_UPGRADE ("Upgrade: h2c, websocket\r\n"), "upgrade 101" },
  { "good-origin", WITH_MORE ("Origin: http://example.com\r\n"), "upgrade 101" },
  { "good-origin-null", WITH_MORE ("Origin: null\r\n"), "upgrade 101" },
  { "good-subprotocol", WITH_MORE ("Sec-WebSocket-Protocol: chat\r\n"), "upgrade 101" },
  { "good-subprotocols", WITH_MORE ("Sec-WebSocket-Protocol: chat, superchat,v1.x\r\n"),
    "upgrade 101" },
  { "good-subprotocol-lines",
    WITH_MORE ("Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: other\r\n"),
    "upgrade 101" },
  { "good-subprotocols-differ-in-case", WITH_MORE ("Sec-WebSocket-Protocol: chat, Chat\r\n"),
    "upgrade 101" },
  { "good-subprotocols-prefix", WITH_MORE ("Sec-WebSocket-Protocol: chat2, chat\r\n"),
    "upgrade 101" },
  { "good-content-length-0", WITH_MORE ("Content-Length: 0\r\n"), "upgrade 101" },
  { "good-extensions", WITH_MORE ("Sec-WebSocket-Extensions: permessage-deflate\r\n"),
    "upgrade 101" },
  { "good-subprotocol-empty", WITH_MORE ("Sec-WebSocket-Protocol:\r\n"), "upgrade 101" },
  { "good-subprotocol-comma", WITH_MORE ("Sec-WebSocket-Protocol: chat,\r\n"), "upgrade 101" },
  { "good-subprotocol-empty-elements", WITH_MORE ("Sec-WebSocket-Protocol: , chat,, a\r\n"), "upgrade 101" },
  { "good-host-name", WITH_HOST ("Host: my_server-1.example\r\n"), "upgrade 101" },
  { "good-host-empty-port", WITH_HOST ("Host: a:\r\n"), "upgrade 101" },
  { "good-target-ipv6", WITH_REQUEST_LINE ("GET ws://[::1]:80/ HTTP/1.1"), "upgrade 101" },
  { "good-query", WITH_REQUEST_LINE ("GET /a?b=c&d HTTP/1.1"), "upgrade 101" },
  { "good-target-ws", WITH_REQUEST_LINE ("GET ws://server.example.com/chat HTTP/1.1"),
    "upgrade 101" },
  { "good-target-https", WITH_REQUEST_LINE ("GET HTTPS://server.example.com HTTP/1.1"),
    "upgrade 101" },
  { "good-host-port", WITH_HOST ("Host: [::1]:8080\r\n"), "upgrade 101" },
  { "good-key-slash-plus", WITH_KEY ("Sec-WebSocket-Key: ++//AAAAAAAAAAAAAAAAAA==\r\n"),
    "upgrade 101" },
  { "good-key-spaces", WITH_KEY ("Sec-WebSocket-Key:   " KEY " \t\r\n"), "upgrade 101" },

  { "post", WITH_REQUEST_LINE ("POST / HTTP/1.1"), "refused 405" },
  { "head", WITH_REQUEST_LINE ("HEAD / HTTP/1.1"), "refused 405" },
  { "options", WITH_REQUEST_LINE ("OPTIONS * HTTP/1.1"), "refused 405" },
  { "connect", WITH_REQUEST_LINE ("CONNECT a:80 HTTP/1.1"), "refused 405" },
  { "get-lower-case", WITH_REQUEST_LINE ("get / HTTP/1.1"), "refused 405" },
  { "http-1.0", WITH_REQUEST_LINE ("GET / HTTP/1.0"), "refused 400 HTTP" },
  { "target-star", WITH_REQUEST_LINE ("GET * HTTP/1.1"), "refused 400 request target" },
  { "target-bare", WITH_REQUEST_LINE ("GET chat HTTP/1.1"), "refused 400 request target" },
  { "target-authority", WITH_REQUEST_LINE ("GET a:80 HTTP/1.1"), "refused 400 request target" },
  { "target-ftp", WITH_REQUEST_LINE ("GET ftp://a/ HTTP/1.1"), "refused 400 request target" },
  { "target-no-authority", WITH_REQUEST_LINE ("GET ws:///a HTTP/1.1"),
    "refused 400 request target" },
  { "target-only-scheme", WITH_REQUEST_LINE ("GET ws:// HTTP/1.1"), "refused 400 request target" },
  { "target-fragment", WITH_REQUEST_LINE ("GET /a#b HTTP/1.1"), "refused 400 request target" },
  { "target-absolute-fragment", WITH_REQUEST_LINE ("GET ws://a/#b HTTP/1.1"),
    "refused 400 request target" },
  { "host-missing", WITH_HOST (""), "refused 400 Host" },
  { "host-repeated", WITH_HOST ("Host: a\r\nHost: b\r\n"), "refused 400 Host" },
  { "host-repeated-same", WITH_HOST ("Host: a\r\nhost: a\r\n"), "refused 400 Host" },
  { "host-list", WITH_HOST ("Host: a, b\r\n"), "refused 400 Host" },
  { "host-empty", WITH_HOST ("Host:\r\n"), "refused 400 Host is empty" },
  { "host-only-port", WITH_HOST ("Host: :80\r\n"), "refused 400 Host" },
  { "host-port-too-large", WITH_HOST ("Host: a:65536\r\n"), "refused 400 Host" },
  { "host-port-signed", WITH_HOST ("Host: a:+80\r\n"), "refused 400 Host" },
  { "host-port-name", WITH_HOST ("Host: a:http\r\n"), "refused 400 Host" },
  { "host-two-ports", WITH_HOST ("Host: a:80:80\r\n"), "refused 400 Host" },
  { "host-ipv6-bare", WITH_HOST ("Host: ::1\r\n"), "refused 400 Host" },
  { "host-ipv6-open", WITH_HOST ("Host: [::1\r\n"), "refused 400 Host" },
  { "host-ipv6-behind", WITH_HOST ("Host: [::1]a\r\n"), "refused 400 Host" },
  { "host-ipv4-in-brackets", WITH_HOST ("Host: [127.0.0.1]\r\n"), "refused 400 Host" },
  { "host-path", WITH_HOST ("Host: a/b\r\n"), "refused 400 Host" },
  { "host-user", WITH_HOST ("Host: good@evil\r\n"), "refused 400 Host" },
  { "host-high-byte", WITH_HOST ("Host: \xc3\xa9\r\n"), "refused 400 Host" },
  { "connection-missing", WITH_CONNECTION (""), "refused 400 Connection" },
  { "connection-close", WITH_CONNECTION ("Connection: close\r\n"), "refused 400 Connection" },
  { "connection-part", WITH_CONNECTION ("Connection: upgraded\r\n"), "refused 400 Connection" },
  { "connection-quoted", WITH_CONNECTION ("Connection: \"upgrade\"\r\n"),
    "refused 400 Connection" },
  { "key-missing", WITH_KEY (""), "refused 400 Sec-WebSocket-Key" },
  { "key-repeated", WITH_KEY (KEY_LINE KEY_LINE), "refused 400 Sec-WebSocket-Key" },
  { "key-empty", WITH_KEY ("Sec-WebSocket-Key:\r\n"), "refused 400 Sec-WebSocket-Key" },
  { "key-short", WITH_KEY ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n"),
    "refused 400 Sec-WebSocket-Key" },
  { "key-17-bytes", WITH_KEY ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZXM=\r\n"),
    "refused 400 Sec-WebSocket-Key" },
  { "key-18-bytes", WITH_KEY ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZXMh\r\n"),
    "refused 400 Sec-WebSocket-Key" },
  { "key-long", WITH_KEY ("Sec-WebSocket-Key: " KEY KEY "\r\n"), "refused 400 Sec-WebSocket-Key" },
  { "key-fill-inside", WITH_KEY ("Sec-WebSocket-Key: dGhlIHNhbXB=ZSBub25jZQ==\r\n"),
    "refused 400 Sec-WebSocket-Key" },
  { "key-url-alphabet", WITH_KEY ("Sec-WebSocket-Key: dGhl-HNhbXBsZSBub25jZQ==\r\n"),
    "refused 400 Sec-WebSocket-Key" },
  { "key-list", WITH_KEY ("Sec-WebSocket-Key: " KEY ", " KEY "\r\n"),
    "refused 400 Sec-WebSocket-Key" },
  { "version-missing", WITH_VERSION (""), "refused 400 Sec-WebSocket-Version" },
  { "version-repeated", WITH_VERSION (VERSION_LINE VERSION_LINE),
    "refused 400 Sec-WebSocket-Version" },
  { "version-8", WITH_VERSION ("Sec-WebSocket-Version: 8\r\n"),
    "refused 426 Sec-WebSocket-Version" },
  { "version-0", WITH_VERSION ("Sec-WebSocket-Version: 0\r\n"),
    "refused 426 Sec-WebSocket-Version" },
  { "version-14", WITH_VERSION ("Sec-WebSocket-Version: 14\r\n"),
    "refused 426 Sec-WebSocket-Version" },
  { "version-013", WITH_VERSION ("Sec-WebSocket-Version: 013\r\n"),
    "refused 426 Sec-WebSocket-Version" },
  { "version-13.0", WITH_VERSION ("Sec-WebSocket-Version: 13.0\r\n"),
    "refused 426 Sec-WebSocket-Version" },
  { "version-list", WITH_VERSION ("Sec-WebSocket-Version: 13, 8\r\n"),
    "refused 426 Sec-WebSocket-Version" },
  { "version-empty", WITH_VERSION ("Sec-WebSocket-Version:\r\n"),
    "refused 426 Sec-WebSocket-Version" },
  { "body-length", WITH_MORE ("Content-Length: 5\r\n") "abcde", "refused 400 Content-Length" },
  { "body-length-repeated", WITH_MORE ("Content-Length: 0\r\nContent-Length: 0\r\n"),
    "refused 400 Content-Length" },
  { "body-length-signed", WITH_MORE ("Content-Length: +0\r\n"), "refused 400 Content-Length" },
  { "body-length-negative", WITH_MORE ("Content-Length: -1\r\n"), "refused 400 Content-Length" },
  { "body-length-empty", WITH_MORE ("Content-Length:\r\n"), "refused 400 Content-Length" },
  { "body-chunked", WITH_MORE ("Transfer-Encoding: chunked\r\n"),
    "refused 400 Transfer-Encoding" },
  { "body-both", WITH_MORE ("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"),
    "refused 400 Transfer-Encoding" },
  { "body-identity", WITH_MORE ("Transfer-Encoding: identity\r\n"),
    "refused 400 Transfer-Encoding" },
  { "subprotocol-space", WITH_MORE ("Sec-WebSocket-Protocol: my chat\r\n"),
    "refused 400 Sec-WebSocket-Protocol" },
  { "subprotocol-separator", WITH_MORE ("Sec-WebSocket-Protocol: a/b\r\n"),
    "refused 400 Sec-WebSocket-Protocol" },
  { "subprotocol-twice", WITH_MORE ("Sec-WebSocket-Protocol: chat, a, chat\r\n"),
    "refused 400 Sec-WebSocket-Protocol" },
  { "subprotocol-twice-in-lines",
    WITH_MORE ("Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: a, chat\r\n"),
    "refused 400 Sec-WebSocket-Protocol" },
  { "origin-repeated", WITH_MORE ("Origin: http://a\r\nOrigin: http://b\r\n"),
    "refused 400 Origin" },

  { "plain-get", GET_LINE HOST_LINE "\r\n", "plain 426" },
  { "plain-head", "HEAD / HTTP/1.1\r\n" HOST_LINE "\r\n", "plain 426" },
  { "plain-http-1.0", "GET / HTTP/1.0\r\n\r\n", "plain 426" },
  { "plain-http-1.0-host", "GET / HTTP/1.0\r\n" HOST_LINE "\r\n", "plain 426" },
  { "plain-no-upgrade", WITH_UPGRADE (""), "plain 426" },
  { "plain-other-upgrade", WITH_UPGRADE ("Upgrade: h2c\r\n"), "plain 426" },
  { "plain-part-upgrade", WITH_UPGRADE ("Upgrade: websockets\r\n"), "plain 426" },
  { "plain-upgrade-version", WITH_UPGRADE ("Upgrade: websocket/13\r\n"), "plain 426" },
  { "plain-content-length-0", GET_LINE HOST_LINE "Content-Length: 0\r\n\r\n", "plain 426" },
  { "plain-post", "POST / HTTP/1.1\r\n" HOST_LINE "Content-Length: 3\r\n\r\nabc", "plain 426" },
  { "plain-put", "PUT / HTTP/1.1\r\n" HOST_LINE "\r\n", "plain 426" },
  { "plain-connect", "CONNECT a:80 HTTP/1.1\r\n" HOST_LINE "\r\n", "refused 405" },
  { "plain-options-asterisk", "OPTIONS * HTTP/1.1\r\n" HOST_LINE "\r\n", "plain 426" },
  { "plain-empty-host", GET_LINE "Host:\r\n\r\n", "refused 400 Host" },
  { "plain-asterisk", "GET * HTTP/1.1\r\n" HOST_LINE "\r\n", "refused 400 request target" },
  { "plain-authority", "GET a:80 HTTP/1.1\r\n" HOST_LINE "\r\n", "refused 400 request target" },
  { "plain-absolute", "GET http://a/b HTTP/1.1\r\n" HOST_LINE "\r\n", "plain 426" },
  { "target-user", WITH_REQUEST_LINE ("GET ws://u@a/ HTTP/1.1"), "refused 400 request target" },
  { "target-port", WITH_REQUEST_LINE ("GET ws://a:x/ HTTP/1.1"), "refused 400 request target" },
  { "target-no-host", WITH_REQUEST_LINE ("GET ws:///a HTTP/1.1"), "refused 400 request target" },
  { "plain-no-host", GET_LINE "\r\n", "refused 400 Host" },
  { "plain-two-hosts", GET_LINE HOST_LINE HOST_LINE "\r\n", "refused 400 Host" },
  { "plain-1.0-two-hosts", "GET / HTTP/1.0\r\n" HOST_LINE HOST_LINE "\r\n", "refused 400 Host" },
  { "plain-body", GET_LINE HOST_LINE "Content-Length: 3\r\n\r\nabc", "plain 426" },
  { "plain-chunked", GET_LINE HOST_LINE "Transfer-Encoding: chunked\r\n\r\n", "plain 426" },
};
/* clang-format on */

static const WsLimits limits = {
  .max_message_bytes = WS_DEFAULT_MAX_MESSAGE_BYTES,
  .max_head_bytes = WS_DEFAULT_MAX_HEAD_BYTES,
  .max_head_fields = WS_DEFAULT_MAX_HEAD_FIELDS,
};

typedef struct
{
  WsHttpHeadScanner scanner;
  GByteArray       *arrived;
} HandshakeParser;

static gpointer
start_cb (gconstpointer user_data G_GNUC_UNUSED)
{
  HandshakeParser *parser = g_new0 (HandshakeParser, 1);

  parser->arrived = g_byte_array_new ();

  return parser;
}

static void
append_verdict (GString          *log,
                const WsHttpHead *head)
{
  static const char *const kinds[] = { "upgrade", "plain", "refused" };
  const WsHandshakeVerdict verdict = ws_handshake_judge (head);

  g_assert_nonnull (verdict.fault);
  g_assert_true ((verdict.fault[0] == '\0') == (verdict.kind == WS_HANDSHAKE_UPGRADE));
  g_string_append_printf (log, "%s %u %s", kinds[verdict.kind], verdict.status, verdict.fault);
}

static void
feed_cb (gpointer user_data,
         guint8  *piece,
         gsize    length,
         GString *log)
{
  HandshakeParser *parser = user_data;
  g_autoptr (WsHttpHead) head = NULL;
  const char *fault;
  gsize       head_length;
  guint       status;

  if (log->len > 0)
    return;

  g_byte_array_append (parser->arrived, piece, length);

  if (ws_http_head_scan (&parser->scanner, &limits, parser->arrived->data, parser->arrived->len,
                         &head_length, &status, &fault) != WS_PARSE_DONE)
    return;

  head = ws_http_head_parse (parser->arrived->data, head_length, &status, &fault);
  g_assert_nonnull (head);
  append_verdict (log, head);
}

static void
finish_cb (gpointer     user_data,
           GString *log G_GNUC_UNUSED)
{
  HandshakeParser *parser = user_data;

  g_byte_array_unref (parser->arrived);
  g_free (parser);
}

static const WsTestParser handshake_parser = { start_cb, feed_cb, finish_cb };

static void
test_judge_case (gconstpointer user_data)
{
  const JudgeCase *judge_case = user_data;
  const guint8    *text = (const guint8 *) judge_case->text;
  const gsize      length = strlen (judge_case->text);
  g_autofree char *log = ws_test_feed_whole (&handshake_parser, NULL, text, length);

  g_test_summary ("A request is judged by RFC 6455 §4.2.1, with the same fault at every cut.");

  if (!g_str_has_prefix (log, judge_case->verdict))
    g_assert_cmpstr (log, ==, judge_case->verdict);

  ws_test_feed_every_cut (&handshake_parser, NULL, text, length, log);
}

static WsHandshakeVerdict
judge_text (const GString *text)
{
  const char *fault;
  guint       status;
  g_autoptr (WsHttpHead) head =
      ws_http_head_parse ((const guint8 *) text->str, text->len, &status, &fault);

  g_assert_nonnull (head);

  return ws_handshake_judge (head);
}

static void
test_judge_many_subprotocols (void)
{
  g_autoptr (GString) text = g_string_new (GET_LINE GOOD_LINES "Sec-WebSocket-Protocol: a");

  g_test_summary ("A hundred thousand subprotocols are judged without comparing all pairs.");

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (text, ",p%u", i);

  g_string_append (text, "\r\n\r\n");
  g_assert_cmpint (judge_text (text).kind, ==, WS_HANDSHAKE_UPGRADE);

  g_string_insert (text, (gssize) text->len - 4, ",p77777");
  g_assert_cmpuint (judge_text (text).status, ==, 400);
}

static void
test_compute_accept (void)
{
  char accept[WS_ACCEPT_KEY_LENGTH + 1];

  g_test_summary ("The example of RFC 6455 §1.3 and another key give the right accept value.");

  ws_handshake_compute_accept (KEY, accept);
  g_assert_cmpstr (accept, ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

  ws_handshake_compute_accept ("x3JJHMbDL1EzLkh9GBhXDw==", accept);
  g_assert_cmpstr (accept, ==, "HSmrc0sMlYUkAGmm5OPpG2HaGWk=");
}

static void
test_offers_subprotocol (void)
{
  g_test_summary ("A subprotocol is offered if it is one whole token of the list.");

  g_assert_true (ws_handshake_offers_subprotocol ("chat", "chat"));
  g_assert_true (ws_handshake_offers_subprotocol ("a, chat", "chat"));
  g_assert_true (ws_handshake_offers_subprotocol ("chat\t,a", "chat"));
  g_assert_false (ws_handshake_offers_subprotocol ("Chat", "chat"));
  g_assert_false (ws_handshake_offers_subprotocol ("superchat, chats", "chat"));
  g_assert_false (ws_handshake_offers_subprotocol ("a,b", "a,b"));
  g_assert_false (ws_handshake_offers_subprotocol ("", "chat"));
  g_assert_false (ws_handshake_offers_subprotocol ("a,,b", ""));
  g_assert_false (ws_handshake_offers_subprotocol (NULL, "chat"));
}

static void
assert_takes_string (GString    *response,
                     const char *expected)
{
  g_autofree char *text = g_string_free (response, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_build_accept (void)
{
  g_test_summary ("The 101 response has the right bytes, without and with all optional fields.");

  assert_takes_string (ws_handshake_build_accept (KEY, NULL, NULL, NULL),
                       "HTTP/1.1 101 Switching Protocols\r\n"
                       "Upgrade: websocket\r\n"
                       "Connection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                       "\r\n");
  assert_takes_string (ws_handshake_build_accept (KEY, "chat", "permessage-deflate", "A: b\r\n"),
                       "HTTP/1.1 101 Switching Protocols\r\n"
                       "Upgrade: websocket\r\n"
                       "Connection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                       "Sec-WebSocket-Protocol: chat\r\n"
                       "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                       "A: b\r\n"
                       "\r\n");
}

static void
test_build_response (void)
{
  const guint8 *body = (const guint8 *) "gone\n";

  g_test_summary ("Responses other than 101 have the right bytes.");

  assert_takes_string (ws_handshake_build_response (404, NULL, "text/plain", body, 5, FALSE),
                       "HTTP/1.1 404 Not Found\r\n"
                       "Connection: close\r\n"
                       "Content-Length: 5\r\n"
                       "Content-Type: text/plain\r\n"
                       "\r\n"
                       "gone\n");
  assert_takes_string (ws_handshake_build_response (404, "A: b\r\n", NULL, body, 5, TRUE),
                       "HTTP/1.1 404 Not Found\r\n"
                       "Connection: close\r\n"
                       "Content-Length: 5\r\n"
                       "A: b\r\n"
                       "\r\n");
  assert_takes_string (ws_handshake_build_response (426, NULL, NULL, NULL, 0, FALSE),
                       "HTTP/1.1 426 Upgrade Required\r\n"
                       "Connection: close, Upgrade\r\n"
                       "Upgrade: websocket\r\n"
                       "Sec-WebSocket-Version: 13\r\n"
                       "Content-Length: 0\r\n"
                       "\r\n");
  assert_takes_string (ws_handshake_build_response (405, NULL, NULL, NULL, 0, FALSE),
                       "HTTP/1.1 405 Method Not Allowed\r\n"
                       "Connection: close\r\n"
                       "Allow: GET, HEAD\r\n"
                       "Content-Length: 0\r\n"
                       "\r\n");
}

static void
test_build_response_extra_headers (void)
{
  const guint8 *body = (const guint8 *) "{}";

  g_test_summary ("Header lines of the application override Content-Type and Allow.");

  assert_takes_string (
      ws_handshake_build_response (200, "X: y\r\ncontent-type: application/json\r\n", "text/plain",
                                   body, 2, FALSE),
      "HTTP/1.1 200 OK\r\n"
      "Connection: close\r\n"
      "Content-Length: 2\r\n"
      "X: y\r\n"
      "content-type: application/json\r\n"
      "\r\n"
      "{}");
  assert_takes_string (
      ws_handshake_build_response (405, "Allow: POST\r\n", "text/plain", body, 2, FALSE),
      "HTTP/1.1 405 Method Not Allowed\r\n"
      "Connection: close\r\n"
      "Content-Length: 2\r\n"
      "Content-Type: text/plain\r\n"
      "Allow: POST\r\n"
      "\r\n"
      "{}");
}

static void
test_build_response_no_body (void)
{
  const guint8 *body = (const guint8 *) "x";

  g_test_summary ("A 204 and a 304 have neither body nor length; the bytes of a body are not changed.");

  assert_takes_string (ws_handshake_build_response (204, NULL, "text/plain", body, 1, FALSE),
                       "HTTP/1.1 204 No Content\r\n"
                       "Connection: close\r\n"
                       "\r\n");
  assert_takes_string (ws_handshake_build_response (304, "ETag: \"a\"\r\n", NULL, body, 1, FALSE),
                       "HTTP/1.1 304 Not Modified\r\n"
                       "Connection: close\r\n"
                       "ETag: \"a\"\r\n"
                       "\r\n");
}

static void
test_build_response_binary (void)
{
  static const guint8 body[] = { 0x00, 0xff, 0x00 };
  g_autoptr (GString) response =
      ws_handshake_build_response (200, NULL, NULL, body, sizeof body, FALSE);

  g_test_summary ("A body with NUL bytes is sent whole.");

  g_assert_cmpuint (response->len, >, sizeof body);
  g_assert_cmpmem (response->str + response->len - sizeof body, sizeof body, body, sizeof body);
}

static void
test_status_phrase (void)
{
  g_test_summary ("Known status codes have a reason phrase; other codes have a substitute.");

  g_assert_cmpstr (ws_http_status_get_phrase (101), ==, "Switching Protocols");
  g_assert_cmpstr (ws_http_status_get_phrase (200), ==, "OK");
  g_assert_cmpstr (ws_http_status_get_phrase (403), ==, "Forbidden");
  g_assert_cmpstr (ws_http_status_get_phrase (414), ==, "URI Too Long");
  g_assert_cmpstr (ws_http_status_get_phrase (431), ==, "Request Header Fields Too Large");
  g_assert_cmpstr (ws_http_status_get_phrase (503), ==, "Service Unavailable");
  g_assert_cmpstr (ws_http_status_get_phrase (505), ==, "HTTP Version Not Supported");
  g_assert_cmpstr (ws_http_status_get_phrase (0), ==, "Status");
  g_assert_cmpstr (ws_http_status_get_phrase (299), ==, "Status");
  g_assert_cmpstr (ws_http_status_get_phrase (G_MAXUINT), ==, "Status");
}

static void
test_clean_headers_good (void)
{
  static const struct
  {
    const char *lines;
    const char *clean;
  } good[] = {
    { NULL, "" },
    { "", "" },
    { "A: b", "A: b\r\n" },
    { "A: b\n", "A: b\r\n" },
    { "A: b\r\n", "A: b\r\n" },
    { "A: b\nC:d", "A: b\r\nC:d\r\n" },
    { "A: b\r\nC: d\nE: f\r\n", "A: b\r\nC: d\r\nE: f\r\n" },
    { "A:", "A:\r\n" },
    { "A: b\tc: d\n", "A: b\tc: d\r\n" },
    { "A: \xc3\xa9\n", "A: \xc3\xa9\r\n" },
    { "Set-Cookie: a=b\nSet-Cookie: c=d\n", "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n" },
    { "Connections: x\nUpgrade-Insecure-Requests: 1\n",
      "Connections: x\r\nUpgrade-Insecure-Requests: 1\r\n" },
  };

  g_test_summary ("Header lines of the application are returned with CRLF line ends.");

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *fault = NULL;
      g_autofree char *clean = ws_handshake_clean_headers (good[i].lines, &fault);

      g_assert_cmpstr (clean, ==, good[i].clean);
      g_assert_null (fault);
    }
}

static void
test_clean_headers_bad (void)
{
  static const char *const bad[] = {
    "A",
    "\n",
    "A: b\n\n",
    "A: b\n\nC: d",
    "A: b\r\n\r\nbody",
    ": b",
    " A: b",
    "A : b",
    "A: b\n c",
    "A B: c",
    "A\xc3: b",
    "A: b\rC: d",
    "A: b\r",
    "A: b\r\r\n",
    "A: \x01",
    "A: \x7f",
    "Connection: keep-alive",
    "A: b\nUPGRADE: x",
    "content-length: 5",
    "Transfer-Encoding: chunked",
    "Sec-WebSocket-Accept: x",
    "sec-websocket-protocol: x",
    "Sec-WebSocket-: x",
  };

  g_test_summary ("Lines that would split or contradict the response are refused with a reason.");

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *fault = NULL;

      g_assert_null (ws_handshake_clean_headers (bad[i], &fault));
      g_assert_nonnull (fault);
      g_assert_cmpstr (fault, !=, "");
    }
}

static void
test_clean_headers_named (void)
{
  g_autofree char *fault = NULL;

  g_test_summary ("The reason names the field.");

  g_assert_null (ws_handshake_clean_headers ("A: b\ncontent-Length: 5\nC: d", &fault));
  g_assert_cmpstr (fault, ==, "header field \"content-Length\" is written by the server itself");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/handshake/judge/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_judge_case);
    }

  g_test_add_func ("/unit/protocol/handshake/judge/many-subprotocols", test_judge_many_subprotocols);
  g_test_add_func ("/unit/protocol/handshake/compute-accept/examples", test_compute_accept);
  g_test_add_func ("/unit/protocol/handshake/offers-subprotocol/all", test_offers_subprotocol);
  g_test_add_func ("/unit/protocol/handshake/build-accept/all", test_build_accept);
  g_test_add_func ("/unit/protocol/handshake/build-response/plain", test_build_response);
  g_test_add_func ("/unit/protocol/handshake/build-response/extra-headers",
                   test_build_response_extra_headers);
  g_test_add_func ("/unit/protocol/handshake/build-response/no-body", test_build_response_no_body);
  g_test_add_func ("/unit/protocol/handshake/build-response/binary", test_build_response_binary);
  g_test_add_func ("/unit/protocol/handshake/status-get-phrase/all", test_status_phrase);
  g_test_add_func ("/unit/protocol/handshake/clean-headers/good", test_clean_headers_good);
  g_test_add_func ("/unit/protocol/handshake/clean-headers/bad", test_clean_headers_bad);
  g_test_add_func ("/unit/protocol/handshake/clean-headers/named", test_clean_headers_named);

  return g_test_run ();
}
