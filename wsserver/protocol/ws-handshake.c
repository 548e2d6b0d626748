/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-handshake-private.h"

#include "wsserver/protocol/ws-http-status-private.h"

#include <string.h>

/* RFC 6455 §1.3. */
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

#define SHA1_LENGTH 20

/* Base64 of 16 bytes: 22 digits, then two padding characters. RFC 6455 §4.2.1 item 5. */
#define KEY_LENGTH 24
#define KEY_DIGITS 22

typedef struct
{
  const char *start;
  gsize       length;
} Span;

/* A check returns NULL, or the fault as a static sentence. */
typedef const char *(*Check) (const WsHttpHead *head);

/* --- checks ---------------------------------------------------------------------------------- */

static const char *
check_version (const WsHttpHead *head)
{
  return ws_http_head_get_minor_version (head) >= 1 ? NULL : "HTTP version is below HTTP/1.1";
}

/* RFC 3986 §3.2.2: the characters of a name. The comma is left out, because it could form a list of hosts. */
static gboolean
is_name_character (char byte)
{
  return g_ascii_isalnum (byte) || (byte != '\0' && strchr ("-._~!$&'()*+;=%", byte) != NULL);
}

/* TRUE if the whole text is [ ":" port ]. RFC 3986 §3.2.3. */
static gboolean
is_port_or_end (const char *text)
{
  guint64 port;

  if (*text == '\0' || strcmp (text, ":") == 0)
    return TRUE;

  return *text == ':' && g_ascii_string_to_unsigned (text + 1, 10, 0, G_MAXUINT16, &port, NULL);
}

/* TRUE if the whole text is host [ ":" port ]. Nothing in it can be read as a second host, a user or a path.
 * RFC 3986 §3.2.2. */
static gboolean
is_host_and_port (const char *text)
{
  const char *end = text;

  if (*text == '[')
    {
      const char      *close = strchr (text, ']');
      g_autofree char *address = close != NULL ? g_strndup (text + 1, (gsize) (close - text) - 1) : NULL;

      return address != NULL && strchr (address, ':') != NULL && g_hostname_is_ip_address (address) &&
             is_port_or_end (close + 1);
    }

  while (is_name_character (*end))
    end++;

  return end > text && is_port_or_end (end);
}

/* RFC 9112 §3.2, RFC 6455 §4.2.1 item 2. */
static const char *
check_host (const WsHttpHead *head)
{
  const guint count = ws_http_head_count (head, "Host");
  const char *host;

  if (count == 0)
    return ws_http_head_get_minor_version (head) >= 1 ? "Host is missing" : NULL;

  if (count > 1)
    return "Host is repeated";

  host = ws_http_head_get (head, "Host");

  if (*host == '\0')
    return "Host is empty";

  return is_host_and_port (host) ? NULL : "Host is not a host name or address with an optional port";
}

static const char *
check_connection (const WsHttpHead *head)
{
  return ws_http_head_has_token (head, "Connection", "upgrade")
             ? NULL
             : "Connection has no \"upgrade\" token";
}

static const char *
check_key (const WsHttpHead *head)
{
  const guint count = ws_http_head_count (head, "Sec-WebSocket-Key");
  const char *key;

  if (count != 1)
    return count == 0 ? "Sec-WebSocket-Key is missing" : "Sec-WebSocket-Key is repeated";

  key = ws_http_head_get (head, "Sec-WebSocket-Key");

  if (strlen (key) != KEY_LENGTH || strcmp (key + KEY_DIGITS, "==") != 0)
    return "Sec-WebSocket-Key is not base64 of 16 bytes";

  for (gsize i = 0; i < KEY_DIGITS; i++)
    if (!g_ascii_isalnum (key[i]) && key[i] != '+' && key[i] != '/')
      return "Sec-WebSocket-Key is not base64 of 16 bytes";

  return NULL;
}

static const char *
check_websocket_version_count (const WsHttpHead *head)
{
  const guint count = ws_http_head_count (head, "Sec-WebSocket-Version");

  if (count == 1)
    return NULL;

  return count == 0 ? "Sec-WebSocket-Version is missing" : "Sec-WebSocket-Version is repeated";
}

/* The server would read a body as frames, and a proxy might read it as the next request. */
static const char *
check_body (const WsHttpHead *head)
{
  const char *content_length = ws_http_head_get (head, "Content-Length");

  if (ws_http_head_count (head, "Transfer-Encoding") > 0)
    return "Transfer-Encoding announces a body";

  if (ws_http_head_count (head, "Content-Length") > 1)
    return "Content-Length is repeated";

  if (content_length != NULL && strcmp (content_length, "0") != 0)
    return "Content-Length announces a body";

  return NULL;
}

static gint
compare_spans (gconstpointer a,
               gconstpointer b)
{
  const Span *left = a;
  const Span *right = b;
  const int   order = memcmp (left->start, right->start, MIN (left->length, right->length));

  if (order != 0)
    return order;

  return left->length < right->length ? -1 : left->length > right->length;
}

/* RFC 6455 §4.1 item 10: tokens, all different. The tokens are sorted, not hashed or compared in pairs,
 * because the peer chooses them. */
static const char *
check_subprotocols (const WsHttpHead *head)
{
  g_autofree char *combined = ws_http_head_get_combined (head, "Sec-WebSocket-Protocol");
  g_autoptr (GArray) spans = NULL;
  const char *list = combined;
  Span        span;

  if (combined == NULL)
    return NULL;

  spans = g_array_new (FALSE, FALSE, sizeof (Span));

  while (ws_http_list_next (&list, &span.start, &span.length))
    {
      /* Some clients send an empty field for an empty list. RFC 9110 §5.6.1.2. */
      if (span.length == 0)
        continue;

      if (!ws_http_is_token_span (span.start, span.length))
        return "Sec-WebSocket-Protocol is not a list of tokens";

      g_array_append_val (spans, span);
    }

  g_array_sort (spans, compare_spans);

  for (guint i = 1; i < spans->len; i++)
    if (compare_spans (&g_array_index (spans, Span, i - 1), &g_array_index (spans, Span, i)) == 0)
      return "Sec-WebSocket-Protocol names a subprotocol twice";

  return NULL;
}

static const char *
check_origin (const WsHttpHead *head)
{
  return ws_http_head_count (head, "Origin") <= 1 ? NULL : "Origin is repeated";
}

/* RFC 6455 §4.2.1 item 1, RFC 9112 §3.2: a path, or a full URI with a scheme of this server. The other two
 * forms belong to CONNECT and OPTIONS. */
static const char *
check_target (const WsHttpHead *head)
{
  static const char *const prefixes[] = { "ws://", "wss://", "http://", "https://" };
  const char              *target = ws_http_head_get_target (head);

  if (strchr (target, '#') != NULL)
    return "request target has a fragment";

  if (target[0] == '/')
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_ascii_strncasecmp (target, prefixes[i], strlen (prefixes[i])) == 0)
      return is_host_and_port (ws_http_head_get_host (head)) ? NULL : "request target names no valid host";

  return "request target is neither a path nor a WebSocket or HTTP URI";
}

/* --- verdict --------------------------------------------------------------------------------- */

static WsHandshakeVerdict
give_verdict (WsHandshakeKind kind,
              guint           status,
              const char     *fault)
{
  return (WsHandshakeVerdict){ .kind = kind, .status = status, .fault = fault };
}

/* Returns the first fault that the checks find, or NULL. */
static const char *
run_checks (const WsHttpHead *head,
            const Check      *checks,
            gsize             n_checks)
{
  const char *fault = NULL;

  for (gsize i = 0; i < n_checks && fault == NULL; i++)
    fault = checks[i](head);

  return fault;
}

/* RFC 9112 §3.2.4. */
static const char *
check_plain_target (const WsHttpHead *head)
{
  if (strcmp (ws_http_head_get_target (head), "*") == 0 && strcmp (ws_http_head_get_method (head), "OPTIONS") == 0)
    return NULL;

  return check_target (head);
}

static WsHandshakeVerdict
judge_plain (const WsHttpHead *head)
{
  static const Check checks[] = { check_host, check_plain_target };
  const char        *fault;

  if (strcmp (ws_http_head_get_method (head), "CONNECT") == 0)
    return give_verdict (WS_HANDSHAKE_REFUSED, WS_HTTP_METHOD_NOT_ALLOWED, "CONNECT asks for a proxy");

  fault = run_checks (head, checks, G_N_ELEMENTS (checks));

  if (fault != NULL)
    return give_verdict (WS_HANDSHAKE_REFUSED, WS_HTTP_BAD_REQUEST, fault);

  return give_verdict (WS_HANDSHAKE_PLAIN, WS_HTTP_UPGRADE_REQUIRED,
                       "Upgrade has no \"websocket\" token");
}

static WsHandshakeVerdict
judge_upgrade (const WsHttpHead *head)
{
  static const Check checks[] = {
    check_version,
    check_host,
    check_connection,
    check_key,
    check_websocket_version_count,
    check_body,
    check_origin,
    check_target,
    check_subprotocols,
  };
  const char *fault;

  if (strcmp (ws_http_head_get_method (head), "GET") != 0)
    return give_verdict (WS_HANDSHAKE_REFUSED, WS_HTTP_METHOD_NOT_ALLOWED,
                         "method of a WebSocket upgrade is not GET");

  fault = run_checks (head, checks, G_N_ELEMENTS (checks));

  if (fault != NULL)
    return give_verdict (WS_HANDSHAKE_REFUSED, WS_HTTP_BAD_REQUEST, fault);

  /* RFC 6455 §4.4: the response names the version that the server supports. */
  if (strcmp (ws_http_head_get (head, "Sec-WebSocket-Version"), "13") != 0)
    return give_verdict (WS_HANDSHAKE_REFUSED, WS_HTTP_UPGRADE_REQUIRED,
                         "Sec-WebSocket-Version is not 13");

  return give_verdict (WS_HANDSHAKE_UPGRADE, WS_HTTP_SWITCHING_PROTOCOLS, "");
}

WsHandshakeVerdict
ws_handshake_judge (const WsHttpHead *head)
{
  if (ws_http_head_has_token (head, "Upgrade", "websocket"))
    return judge_upgrade (head);

  return judge_plain (head);
}

/* --- response -------------------------------------------------------------------------------- */

void
ws_handshake_compute_accept (const char *key,
                             char        accept[WS_ACCEPT_KEY_LENGTH + 1])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char *encoded = NULL;
  guint8           digest[SHA1_LENGTH];
  gsize            digest_length = sizeof digest;

  g_checksum_update (checksum, (const guint8 *) key, (gssize) strlen (key));
  g_checksum_update (checksum, (const guint8 *) ACCEPT_GUID, (gssize) strlen (ACCEPT_GUID));
  g_checksum_get_digest (checksum, digest, &digest_length);

  encoded = g_base64_encode (digest, digest_length);
  g_strlcpy (accept, encoded, WS_ACCEPT_KEY_LENGTH + 1);
}

gboolean
ws_handshake_offers_subprotocol (const char *list,
                                 const char *subprotocol)
{
  const gsize subprotocol_length = strlen (subprotocol);
  const char *element;
  gsize       length;

  while (ws_http_list_next (&list, &element, &length))
    if (length == subprotocol_length && length > 0 && memcmp (element, subprotocol, length) == 0)
      return TRUE;

  return FALSE;
}

GString *
ws_handshake_build_accept (const char *key,
                           const char *subprotocol,
                           const char *extensions,
                           const char *extra_headers)
{
  GString *response = g_string_new ("HTTP/1.1 101 Switching Protocols\r\n"
                                    "Upgrade: websocket\r\n"
                                    "Connection: Upgrade\r\n");
  char     accept[WS_ACCEPT_KEY_LENGTH + 1];

  ws_handshake_compute_accept (key, accept);
  g_string_append_printf (response, "Sec-WebSocket-Accept: %s\r\n", accept);

  if (subprotocol != NULL)
    g_string_append_printf (response, "Sec-WebSocket-Protocol: %s\r\n", subprotocol);

  if (extensions != NULL)
    g_string_append_printf (response, "Sec-WebSocket-Extensions: %s\r\n", extensions);

  if (extra_headers != NULL)
    g_string_append (response, extra_headers);

  g_string_append (response, "\r\n");

  return response;
}
