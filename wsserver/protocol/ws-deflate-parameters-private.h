/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WS_DEFLATE_MIN_WINDOW_BITS 8
#define WS_DEFLATE_MAX_WINDOW_BITS 15

/* The negotiated parameters of permessage-deflate. RFC 7692 §7.1. */
typedef struct
{
  gboolean server_no_context_takeover;
  gboolean client_no_context_takeover;
  guint8   server_max_window_bits; /* 8 to 15: window of the server's compressor */
  guint8   client_max_window_bits; /* 8 to 15: window of the client's compressor */
} WsDeflateParameters;

/* The parameters that this server asks for, from its settings. */
typedef struct
{
  gboolean no_context_takeover; /* in both directions */
  guint    max_window_bits;     /* 9 to 15: for the server's window, and the client's if it can be limited */
} WsDeflatePolicy;

typedef enum
{
  WS_DEFLATE_DECLINED, /* no acceptable offer: the connection opens without compression */
  WS_DEFLATE_ACCEPTED,
  WS_DEFLATE_MALFORMED, /* the field is not well formed: respond with 400. RFC 6455 §9.1 */
} WsDeflateVerdict;

/* Parses the value of Sec-WebSocket-Extensions and accepts the first acceptable offer of permessage-deflate.
 * The value is that of all such fields, joined by ", ". It is NULL without such a field. Names are
 * case-sensitive.
 *
 * An offer is declined, and the next one considered, in these cases: a parameter is unknown or repeated, a
 * value is present where none is allowed or missing where one is required, or a window size is not 8 to 15
 * in digits without leading zeros. RFC 7692 §7.1.
 *
 * ACCEPTED sets *parameters and *answer, the value of the response's Sec-WebSocket-Extensions (free with
 * g_free()). The server's window is the smaller of the policy's and the one that the client asks for. The
 * client's window is the smaller of the one that it states and, if it lets the server choose, the policy's.
 * No context takeover applies if either side asks for it. MALFORMED sets the static sentence *fault. Other
 * out parameters are not touched. */
WsDeflateVerdict ws_deflate_negotiate (const char            *offers,
                                       const WsDeflatePolicy *policy,
                                       WsDeflateParameters   *parameters,
                                       char                 **answer,
                                       const char           **fault);

G_END_DECLS
