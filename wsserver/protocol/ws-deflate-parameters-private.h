/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WS_DEFLATE_MIN_WINDOW_BITS 8
#define WS_DEFLATE_MAX_WINDOW_BITS 15

/* What was agreed for permessage-deflate. RFC 7692 §7.1. */
typedef struct
{
  gboolean server_no_context_takeover;
  gboolean client_no_context_takeover;
  guint8   server_max_window_bits; /* 8 to 15: what the server compresses with */
  guint8   client_max_window_bits; /* 8 to 15: what the client compresses with */
} WsDeflateParameters;

/* What this server wishes, from its settings. */
typedef struct
{
  gboolean no_context_takeover; /* in both directions */
  guint    max_window_bits;     /* 9 to 15: for our window, and the client's if it may be set */
} WsDeflatePolicy;

typedef enum
{
  WS_DEFLATE_DECLINED, /* no acceptable offer: the connection opens without compression */
  WS_DEFLATE_ACCEPTED,
  WS_DEFLATE_MALFORMED, /* the field breaks its grammar: answer 400. RFC 6455 §9.1 */
} WsDeflateVerdict;

/* Judges the value of Sec-WebSocket-Extensions (all its fields joined by ", "; NULL when there are
 * none) and takes the first acceptable offer of permessage-deflate. Names are case-sensitive.
 *
 * An offer is declined, and the next one looked at, for an unknown or repeated parameter, a value
 * where none belongs, none where one belongs, or a window size that is not 8 to 15 in digits
 * without leading zeros. RFC 7692 §7.1.
 *
 * ACCEPTED fills *parameters and *answer, the value of the response's Sec-WebSocket-Extensions
 * (free with g_free()): our window is the smaller of what we wish and what the client asks for; its
 * window is the smaller of what it says it uses and, if it said that we may choose, what we wish;
 * no context takeover is agreed where either side wants it. MALFORMED sets *fault, a static
 * sentence. Otherwise the out parameters stay untouched. */
WsDeflateVerdict ws_deflate_negotiate (const char            *offers,
                                       const WsDeflatePolicy *policy,
                                       WsDeflateParameters   *parameters,
                                       char                 **answer,
                                       const char           **fault);

G_END_DECLS
