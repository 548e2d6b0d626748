/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-http-head-private.h"
#include "wsserver/protocol/ws-parse-private.h"

G_BEGIN_DECLS

typedef enum
{
  WS_HTTP_BODY_NONE,
  WS_HTTP_BODY_LENGTH,  /* as long as Content-Length says, never 0 */
  WS_HTTP_BODY_CHUNKED, /* RFC 9112 §7.1 */
} WsHttpBodyKind;

/* Where a request ends, and what becomes of the connection behind it. */
typedef struct
{
  WsHttpBodyKind kind;
  guint64        length;           /* of the body, with WS_HTTP_BODY_LENGTH */
  gboolean       keep_alive;       /* RFC 9112 §9.3 */
  gboolean       expects_continue; /* RFC 9110 §10.1.1 */
} WsHttpFraming;

/* RFC 9112 §6.3. FALSE sets *status and the static sentence *fault. Two recipients must not read a request
 * differently, so these are refused with 400: Content-Length beside Transfer-Encoding, a repeated
 * Content-Length, a Content-Length that is not a number, a Transfer-Encoding other than "chunked", and one in
 * HTTP/1.0. A length that no integer holds is 413, an expectation other than "100-continue" 417. */
gboolean ws_http_framing_judge (const WsHttpHead *head,
                                WsHttpFraming    *framing,
                                guint            *status,
                                const char      **fault);

#define WS_MAX_CHUNK_EXTENSION_BYTES 4096 /* of all chunks of a body; over it: 400 */
#define WS_MAX_TRAILER_BYTES 8192         /* over it: 431 */

/* The body of one request. Embedded in its owner. Its fields are private to ws-http-body.c. */
typedef struct
{
  guint64 max_bytes;
  guint64 total_bytes;     /* announced, never over the limit */
  guint64 remaining_bytes; /* of the body, or of the chunk */
  gsize   n_extension_bytes;
  gsize   n_trailer_bytes;
  guint   n_digits; /* of the chunk size */
  guint8  state;
} WsHttpBody;

/* The framing has a body. One with a length is not longer than max_bytes. */
void ws_http_body_init (WsHttpBody          *self,
                        const WsHttpFraming *framing,
                        guint64              max_bytes);

/* Takes bytes and appends what is payload to the array.
 *
 * DONE: the body is complete. *consumed bytes belong to it; behind them begins the next request.
 *
 * NEED_MORE: all bytes are consumed.
 *
 * FAILED: *status and the static sentence *fault are set: 400 for malformed chunks, 413 for more payload than
 * the limit, 431 for trailer fields over their limit. The size of a chunk is judged before its payload.
 * Trailer fields are checked and dropped. */
WsParseResult ws_http_body_receive (WsHttpBody   *self,
                                    const guint8 *data,
                                    gsize         length,
                                    gsize        *consumed,
                                    GByteArray   *payload,
                                    guint        *status,
                                    const char  **fault);

G_END_DECLS
