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
  WS_HANDSHAKE_UPGRADE, /* a valid WebSocket upgrade: may be answered with 101 */
  WS_HANDSHAKE_PLAIN,   /* a well-formed GET or HEAD that asks for no WebSocket */
  WS_HANDSHAKE_REFUSED, /* answer with status */
} WsHandshakeKind;

typedef struct
{
  WsHandshakeKind kind;
  guint           status; /* 101, 426 for PLAIN, or the refusal's own: 400, 405, 426 */
  const char     *fault;  /* static sentence naming the field and what is wrong; "" for UPGRADE */
} WsHandshakeVerdict;

/* Judges a request head by RFC 6455 §4.2.1. An upgrade is what has the token "websocket" in
 * Upgrade. For it: method GET (405), HTTP/1.1 or later minor (400), exactly one Host (400),
 * Connection with the token "upgrade" (400), exactly one Sec-WebSocket-Key that is base64 of 16
 * bytes (400), exactly one Sec-WebSocket-Version (missing or repeated: 400), which is 13 (426), no
 * body (Content-Length other than 0, or Transfer-Encoding: 400), a Sec-WebSocket-Protocol of
 * distinct tokens if there is one (400), at most one Origin (400), a target in origin form or
 * absolute form without fragment (400).
 * Others: GET and HEAD are PLAIN (a repeated or, in HTTP/1.1, missing Host or a body is 400); any
 * other method is 405. In both a Host with a byte that no host can hold is 400. */
WsHandshakeVerdict ws_handshake_judge (const WsHttpHead *head);

/* RFC 6455 §4.2.2 item 5.4; key as received. */
void ws_handshake_compute_accept (const char *key,
                                  char        accept[WS_ACCEPT_KEY_LENGTH + 1]);

/* Whether list (comma-separated tokens, as offered; may be NULL) has exactly this subprotocol;
 * case-sensitive. */
gboolean ws_handshake_offers_subprotocol (const char *list,
                                          const char *subprotocol);

/* The 101 response. subprotocol, extensions and extra_headers may be NULL; extra_headers is lines
 * each ended by CRLF (see ws_handshake_clean_headers). */
GString *ws_handshake_build_accept (const char *key,
                                    const char *subprotocol,
                                    const char *extensions,
                                    const char *extra_headers);

G_END_DECLS
