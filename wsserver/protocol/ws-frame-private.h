/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-parse-private.h"

G_BEGIN_DECLS

/* RFC 6455 §5.2. Numbers not listed are reserved. */
typedef enum
{
  WS_OPCODE_CONTINUATION = 0x0,
  WS_OPCODE_TEXT = 0x1,
  WS_OPCODE_BINARY = 0x2,
  WS_OPCODE_CLOSE = 0x8,
  WS_OPCODE_PING = 0x9,
  WS_OPCODE_PONG = 0xa,
} WsOpcode;

#define WS_FRAME_HEADER_MAX_LENGTH 14
#define WS_CONTROL_PAYLOAD_MAX_LENGTH 125

#define WS_FRAME_FIN 0x80
#define WS_FRAME_RSV1 0x40
#define WS_FRAME_RSV2 0x20
#define WS_FRAME_RSV3 0x10

typedef struct
{
  guint64  payload_length; /* at most 2^63 - 1 after a successful parse */
  WsOpcode opcode;
  guint8   reserved_bits; /* WS_FRAME_RSV1 | 2 | 3 as on the wire */
  guint8   masking_key[4];
  gboolean fin;
  gboolean masked;
} WsFrameHeader;

static inline gboolean
ws_opcode_is_control (WsOpcode opcode)
{
  return (opcode & 0x8) != 0;
}

/* Parses one frame header. NEED_MORE consumes nothing and touches nothing. FAILED (always close
 * code 1002) sets *fault to a static sentence: reserved opcode, length not in minimal encoding,
 * most significant bit of a 64-bit length set, fragmented control frame, control frame over 125
 * bytes. Fails as early as the bytes allow. Reserved bits and the mask bit are the caller's to
 * judge. RFC 6455 §5.2, §5.5. */
WsParseResult ws_frame_header_parse (WsFrameHeader *header,
                                     const guint8  *data,
                                     gsize          length,
                                     gsize         *consumed,
                                     const char   **fault);

/* Writes the header in minimal encoding (with the masking key when masked) and returns its
 * length, 2 to 14. */
gsize ws_frame_header_write (const WsFrameHeader *header,
                             guint8               buffer[WS_FRAME_HEADER_MAX_LENGTH]);

G_END_DECLS
