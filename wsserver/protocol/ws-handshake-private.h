/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-http-head-private.h"
#include "wsserver/protocol/ws-http-response-private.h"

G_BEGIN_DECLS

#define WS_ACCEPT_KEY_LENGTH 28 /* base64 of a SHA-1 digest */

typedef enum
{
  WS_HANDSHAKE_UPGRADE, /* a valid WebSocket upgrade: may get a 101 response */
  WS_HANDSHAKE_PLAIN,   /* a well-formed request without a WebSocket upgrade */
  WS_HANDSHAKE_REFUSED, /* respond with status */
} WsHandshakeKind;

typedef struct
{
  WsHandshakeKind kind;
  guint           status; /* 101, 426 for PLAIN, 400, 405 or 426 for REFUSED */
  const char     *fault;  /* static sentence: the field and what is wrong; "" for UPGRADE */
} WsHandshakeVerdict;

/* Checks a request head against RFC 6455 §4.2.1. A request with the token "websocket" in Upgrade is an
 * upgrade. It needs:
 *
 * - method GET (405)
 * - HTTP/1.1 or a later minor version (400)
 * - exactly one Host (400)
 * - Connection with the token "upgrade" (400)
 * - exactly one Sec-WebSocket-Key, base64 of 16 bytes (400)
 * - exactly one Sec-WebSocket-Version (missing or repeated: 400) with the value 13 (426)
 * - no body: no Content-Length other than 0, no Transfer-Encoding (400)
 * - distinct tokens in Sec-WebSocket-Protocol, if it is present (400)
 * - at most one Origin (400)
 * - a target in origin form, or in absolute form without fragment (400)
 *
 * Any other request is PLAIN; ws_http_framing_judge() says how its body ends. A repeated Host, or a missing
 * Host in HTTP/1.1, is a 400. The target may also be "*" if the method is OPTIONS. CONNECT is a 405. In both
 * kinds of request, a Host with a byte that no host can contain is a 400. */
WsHandshakeVerdict ws_handshake_judge (const WsHttpHead *head);

/* RFC 6455 §4.2.2 item 5.4. key is the value as received. */
void ws_handshake_compute_accept (const char *key,
                                  char        accept[WS_ACCEPT_KEY_LENGTH + 1]);

/* TRUE if list contains exactly this subprotocol (case-sensitive). list is the comma-separated offer and may
 * be NULL. */
gboolean ws_handshake_offers_subprotocol (const char *list,
                                          const char *subprotocol);

/* Returns the 101 response. subprotocol, extensions and extra_headers may be NULL. Each line of
 * extra_headers ends with CRLF (see ws_handshake_clean_headers()). */
GString *ws_handshake_build_accept (const char *key,
                                    const char *subprotocol,
                                    const char *extensions,
                                    const char *extra_headers);

G_END_DECLS
