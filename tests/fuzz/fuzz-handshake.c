/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Request heads: the search for the end at any cut, the parser, and the judge of the handshake.
 * Header lines of an application take the same way. */
#include "fuzz.h"

#include "wsserver/protocol/ws-forwarded-private.h"
#include "wsserver/protocol/ws-handshake-private.h"

#include <string.h>

typedef struct
{
  WsParseResult result;
  gsize         head_length;
  guint         status;
  const char   *fault;
} Outcome;

#define UNTOUCHED 0x5a5a

/* --- scanning -------------------------------------------------------------------------------- */

static Outcome
scan (WsHttpHeadScanner *scanner,
      const WsLimits    *limits,
      const guint8      *data,
      gsize              length)
{
  g_autofree guint8 *arrived = fuzz_copy (data, length);
  Outcome            outcome = { .head_length = UNTOUCHED, .status = UNTOUCHED };

  outcome.result = ws_http_head_scan (scanner, limits, arrived, length, &outcome.head_length,
                                      &outcome.status, &outcome.fault);
  g_assert_cmpuint (scanner->scanned, <=, length);

  switch (outcome.result)
    {
    case WS_PARSE_NEED_MORE:
      g_assert_cmpuint (outcome.head_length, ==, UNTOUCHED);
      g_assert_cmpuint (outcome.status, ==, UNTOUCHED);
      g_assert_null (outcome.fault);
      g_assert_cmpuint (length, <=, limits->max_head_bytes);
      break;

    case WS_PARSE_DONE:
      g_assert_cmpuint (outcome.head_length, <=, MIN (length, limits->max_head_bytes));
      g_assert_cmpmem (arrived + outcome.head_length - 4, 4, "\r\n\r\n", 4);
      break;

    case WS_PARSE_FAILED:
    default:
      g_assert_true (outcome.status == 400 || outcome.status == 414 || outcome.status == 431);
      g_assert_true (outcome.fault != NULL && *outcome.fault != '\0');
      break;
    }

  return outcome;
}

static Outcome
scan_cut (const WsLimits *limits,
          const guint8   *data,
          gsize           length,
          FuzzCuts       *cuts)
{
  WsHttpHeadScanner scanner = { 0 };
  Outcome           outcome = scan (&scanner, limits, data, 0);
  gsize             arrived = 0;

  while (outcome.result == WS_PARSE_NEED_MORE && arrived < length)
    {
      arrived += fuzz_next_cut (cuts, length - arrived);
      outcome = scan (&scanner, limits, data, arrived);
    }

  return outcome;
}

/* --- parsing --------------------------------------------------------------------------------- */

/* What the head says of itself, put together again, is what came, without an empty line at the start and
 * with a question mark for each byte that is not UTF-8. */
static void
check_text (const WsHttpHead *head,
            const guint8     *data,
            gsize             length)
{
  const gsize        skipped = data[0] == '\r' ? 2 : 0;
  g_autofree guint8 *expected = fuzz_copy (data, length);
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = fuzz_utf8_whole_length (data, length); i < length;
       i += fuzz_utf8_whole_length (data + i, length - i))
    expected[i++] = '?';

  g_string_printf (text, "%s %s HTTP/1.%u\r\n%s\r\n", ws_http_head_get_method (head),
                   ws_http_head_get_target (head), ws_http_head_get_minor_version (head),
                   ws_http_head_get_header_text (head));
  g_assert_cmpmem (text->str, text->len, expected + skipped, length - skipped);
}

static void
check_field (const WsHttpHead *head,
             const char       *name)
{
  const guint      count = ws_http_head_count (head, name);
  const char      *value = ws_http_head_get (head, name);
  g_autofree char *combined = ws_http_head_get_combined (head, name);

  g_assert_true ((count > 0) == (value != NULL));
  g_assert_true ((count > 0) == (combined != NULL));

  if (count == 0)
    return;

  g_assert_true (g_utf8_validate (combined, -1, NULL));
  g_assert_true (g_str_has_prefix (combined, value));
  g_assert_true (count > 1 || strcmp (combined, value) == 0);
}

static void
check_upgrade (const WsHttpHead *head)
{
  const char      *key = ws_http_head_get (head, "Sec-WebSocket-Key");
  g_autofree char *list = ws_http_head_get_combined (head, "Sec-WebSocket-Protocol");
  g_autoptr (GString) answer = NULL;
  g_autofree guint8 *nonce = NULL;
  gsize              nonce_length;

  g_assert_cmpstr (ws_http_head_get_method (head), ==, "GET");
  g_assert_cmpuint (ws_http_head_get_minor_version (head), >=, 1);
  g_assert_cmpuint (ws_http_head_count (head, "Host"), ==, 1);
  g_assert_true (ws_http_head_has_token (head, "Connection", "upgrade"));
  g_assert_true (ws_http_head_has_token (head, "Upgrade", "websocket"));
  g_assert_cmpstr (ws_http_head_get (head, "Sec-WebSocket-Version"), ==, "13");
  g_assert_cmpuint (ws_http_head_count (head, "Transfer-Encoding"), ==, 0);
  g_assert_null (strchr (ws_http_head_get_target (head), '#'));
  g_assert_cmpuint (ws_http_head_count (head, "Sec-WebSocket-Key"), ==, 1);
  nonce = g_base64_decode (key, &nonce_length);
  g_assert_cmpuint (nonce_length, ==, 16);

  (void) ws_handshake_offers_subprotocol (list, "chat");
  answer = ws_handshake_build_accept (key, NULL, NULL, NULL);
  g_assert_true (g_str_has_prefix (answer->str, "HTTP/1.1 101 "));
  g_assert_true (g_str_has_suffix (answer->str, "\r\n\r\n"));
}

static void
check_verdict (const WsHttpHead *head)
{
  const WsHandshakeVerdict verdict = ws_handshake_judge (head);

  switch (verdict.kind)
    {
    case WS_HANDSHAKE_UPGRADE:
      g_assert_cmpuint (verdict.status, ==, 101);
      g_assert_cmpstr (verdict.fault, ==, "");
      check_upgrade (head);
      break;

    case WS_HANDSHAKE_PLAIN:
      g_assert_cmpuint (verdict.status, ==, 426);
      g_assert_false (ws_http_head_has_token (head, "Upgrade", "websocket"));
      break;

    case WS_HANDSHAKE_REFUSED:
    default:
      g_assert_true (verdict.status == 400 || verdict.status == 405 || verdict.status == 426);
      g_assert_true (verdict.fault != NULL && *verdict.fault != '\0');
      break;
    }
}

static gboolean
is_loopback_cb (const char *address,
                gpointer    user_data)
{
  return g_str_has_prefix (address, "127.");
}

/* A client is an address, whatever the fields say. */
static void
check_forwarded (WsHttpHead *head)
{
  g_auto (WsForwarded) forwarded = { NULL };

  if (!ws_forwarded_parse (head, is_loopback_cb, NULL, &forwarded))
    g_assert_null (forwarded.host);
  g_assert_true (forwarded.address == NULL || g_hostname_is_ip_address (forwarded.address));
  g_assert_true (forwarded.host == NULL || *forwarded.host != '\0');
}

static void
check_parse (const guint8 *data,
             gsize         length)
{
  static const char *const names[] = { "host", "upgrade", "connection", "origin",
                                       "sec-websocket-key", "sec-websocket-protocol",
                                       "sec-websocket-extensions", "content-length" };
  g_autofree guint8       *copy = fuzz_copy (data, length);
  const char              *fault = NULL;
  guint                    status = 0;
  g_autoptr (WsHttpHead) head = ws_http_head_parse (copy, length, &status, &fault);

  if (head == NULL)
    {
      g_assert_cmpuint (status, ==, 400);
      g_assert_true (fault != NULL && *fault != '\0');
      return;
    }

  g_assert_true (ws_http_is_token (ws_http_head_get_method (head)));
  check_text (head, data, length);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    check_field (head, names[i]);
  check_verdict (head);
  check_forwarded (head);
}

/* Lines that were cleaned are lines with CRLF ends, none of them empty, and clean. */
static void
check_clean_headers (const guint8 *data,
                     gsize         length)
{
  g_autofree char *lines = fuzz_copy_string (data, length);
  g_autofree char *cleaned = NULL;
  g_autofree char *again = NULL;
  g_autofree char *fault = NULL;

  cleaned = ws_handshake_clean_headers (lines, &fault);

  if (cleaned == NULL)
    {
      g_assert_true (fault != NULL && *fault != '\0');
      return;
    }

  g_assert_true (*cleaned == '\0' || g_str_has_suffix (cleaned, "\r\n"));
  g_assert_false (g_str_has_prefix (cleaned, "\r\n"));
  g_assert_null (strstr (cleaned, "\r\n\r\n"));
  again = ws_handshake_clean_headers (cleaned, &fault);
  g_assert_cmpstr (again, ==, cleaned);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static const guint32 max_head_bytes[] = { WS_DEFAULT_MAX_HEAD_BYTES, 256, 300, 1024 };
  FuzzInput            input = { data, size };
  const guint          choice = fuzz_take_byte (&input);
  const WsLimits       limits = {
          .max_head_bytes = max_head_bytes[choice % G_N_ELEMENTS (max_head_bytes)],
          .max_head_fields = WS_DEFAULT_MAX_HEAD_FIELDS,
  };
  FuzzCuts          cuts;
  FuzzCuts          whole = { .lengths = { G_MAXUINT8, G_MAXUINT8, G_MAXUINT8, G_MAXUINT8 } };
  Outcome           cut_outcome;
  Outcome           outcome;
  WsHttpHeadScanner scanner = { 0 };

  fuzz_take_cuts (&input, &cuts);
  outcome = scan (&scanner, &limits, input.data, input.length);
  cut_outcome = scan_cut (&limits, input.data, input.length, (choice & 0x10) != 0 ? &whole : &cuts);
  g_assert_cmpint (cut_outcome.result, ==, outcome.result);
  g_assert_cmpuint (cut_outcome.head_length, ==, outcome.head_length);
  g_assert_cmpuint (cut_outcome.status, ==, outcome.status);
  g_assert_cmpstr (cut_outcome.fault, ==, outcome.fault);

  if (outcome.result == WS_PARSE_DONE)
    check_parse (input.data, outcome.head_length);

  check_parse (input.data, input.length);
  check_clean_headers (input.data, input.length);

  return 0;
}
