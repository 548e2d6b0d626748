/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Header fields of a request behind a proxy: who the client is (Forwarded, X-Forwarded-For), and whether the
 * request has the token of a secured server. */
#include "fuzz.h"

#include <arpa/inet.h>
#include <string.h>

#include "wsserver/protocol/ws-access-token-private.h"
#include "wsserver/protocol/ws-forwarded-private.h"

#define TOKEN "0123456789abcdef"
#define COOKIE "ws-token"

/* What the function for trust was asked, one address a line. */
static gboolean
is_trusted_cb (const char *address,
               gpointer    user_data)
{
  g_string_append_printf (user_data, "%s\n", address);
  return g_str_has_prefix (address, "10.") || g_str_has_prefix (address, "fd00::");
}

/* The address as the system writes it, IPv4 if it is mapped into IPv6. */
static void
check_address (const char *address)
{
  char            text[INET6_ADDRSTRLEN];
  struct in_addr  ipv4;
  struct in6_addr ipv6;

  if (inet_pton (AF_INET, address, &ipv4) == 1)
    g_assert_cmpstr (inet_ntop (AF_INET, &ipv4, text, sizeof text), ==, address);
  else
    {
      g_assert_cmpint (inet_pton (AF_INET6, address, &ipv6), ==, 1);
      g_assert_cmpstr (inet_ntop (AF_INET6, &ipv6, text, sizeof text), ==, address);
      g_assert_false (IN6_IS_ADDR_V4MAPPED (&ipv6));
    }
}

/* What the client itself has written stands to the left of what its proxy has appended, and is not believed.
 */
static void
check_appended (const guint8 *data,
                gsize         length)
{
  static const char appended[] = "X-Forwarded-For: 192.0.2.77\r\n\r\n";
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GString) asked = g_string_new (NULL);
  g_auto (WsForwarded) forwarded = { NULL };
  g_autoptr (WsHttpHead) head = NULL;
  guint       status = 0;
  const char *fault = NULL;

  g_byte_array_append (bytes, data, (guint) (length - 2));
  g_byte_array_append (bytes, (const guint8 *) appended, strlen (appended));
  head = ws_http_head_parse (bytes->data, bytes->len, &status, &fault);
  g_assert_nonnull (head);
  if (ws_http_head_count (head, "Forwarded") > 0 ||
      !ws_forwarded_parse (head, is_trusted_cb, asked, &forwarded))
    return;

  g_assert_cmpstr (forwarded.address, ==, "192.0.2.77");
  g_assert_cmpstr (asked->str, ==, "192.0.2.77\n");
}

static void
check_forwarded (const WsHttpHead *head)
{
  g_autoptr (GString) asked = g_string_new (NULL);
  g_auto (WsForwarded) forwarded = { NULL };

  if (!ws_forwarded_parse (head, is_trusted_cb, asked, &forwarded))
    {
      g_assert_null (forwarded.address);
      g_assert_true (ws_http_head_count (head, "Forwarded") > 0);
      g_assert_true (ws_http_head_count (head, "X-Forwarded-For") > 0);
      return;
    }

  g_assert_true ((forwarded.address == NULL) == (asked->len == 0));
  if (forwarded.address != NULL)
    check_address (forwarded.address);
  g_assert_true (forwarded.scheme == NULL || g_str_equal (forwarded.scheme, "http") ||
                 g_str_equal (forwarded.scheme, "https"));
  g_assert_true (forwarded.host == NULL || forwarded.host[0] != '\0');
}

static void
check_token (const WsHttpHead *head)
{
  const char *text = ws_http_head_get_header_text (head);
  const char *target = ws_http_head_get_target (head);

  switch (ws_access_token_find (head, TOKEN, COOKIE))
    {
    case WS_ACCESS_TOKEN_IN_QUERY:
      g_assert_nonnull (strstr (target, "token=" TOKEN));
      break;
    case WS_ACCESS_TOKEN_IN_COOKIE:
      g_assert_nonnull (strstr (text, COOKIE "=" TOKEN));
      break;
    case WS_ACCESS_TOKEN_IN_SUBPROTOCOL:
      g_assert_nonnull (strstr (text, TOKEN));
      break;
    case WS_ACCESS_TOKEN_MISSING:
      g_assert_false (g_str_has_prefix (target, "/?token=" TOKEN "&"));
      break;
    }
}

/* The input is the target and the fields. Lines end with LF alone, which reads and mutates better. */
static GByteArray *
make_request (const guint8 *data,
              gsize         length)
{
  GByteArray *bytes = g_byte_array_new ();
  gboolean    in_target = TRUE;

  g_byte_array_append (bytes, (const guint8 *) "GET /", 5);
  for (gsize i = 0; i < length; i++)
    {
      if (data[i] == '\n' && in_target)
        g_byte_array_append (bytes, (const guint8 *) " HTTP/1.1", 9);
      if (data[i] == '\n')
        g_byte_array_append (bytes, (const guint8 *) "\r", 1);
      g_byte_array_append (bytes, &data[i], 1);
      in_target = in_target && data[i] != '\n';
    }
  g_byte_array_append (bytes, (const guint8 *) "\r\n\r\n", 4);

  return bytes;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr (GByteArray) bytes = make_request (data, size);
  g_autofree guint8 *exact = fuzz_copy (bytes->data, bytes->len);
  guint              status = 0;
  const char        *fault = NULL;
  g_autoptr (WsHttpHead) head = ws_http_head_parse (exact, bytes->len, &status, &fault);

  if (head == NULL)
    {
      g_assert_true (status >= 400 && fault != NULL && *fault != '\0');
      return 0;
    }

  check_forwarded (head);
  check_appended (exact, bytes->len);
  check_token (head);

  return 0;
}
