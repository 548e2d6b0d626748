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

/* The first byte. */
#define WS_FRAME_FIN 0x80
#define WS_FRAME_RSV1 0x40
#define WS_FRAME_RSV2 0x20
#define WS_FRAME_RSV3 0x10
#define WS_FRAME_RESERVED (WS_FRAME_RSV1 | WS_FRAME_RSV2 | WS_FRAME_RSV3)
#define WS_FRAME_OPCODE 0x0f

/* The second byte. Two values of the 7-bit length mean that a longer length follows in the next bytes. */
#define WS_FRAME_MASKED 0x80
#define WS_FRAME_LENGTH 0x7f
#define WS_FRAME_LENGTH_16 126
#define WS_FRAME_LENGTH_64 127

#define WS_FRAME_MASKING_KEY_LENGTH 4

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

/* Parses one frame header. NEED_MORE consumes nothing and writes nothing. FAILED always means close code
 * 1002 and sets the static sentence *fault: reserved opcode, length not in minimal encoding, most
 * significant bit of a 64-bit length set, fragmented control frame, control frame over 125 bytes. It fails
 * as early as the bytes allow. The caller checks the reserved bits and the mask bit. RFC 6455 §5.2, §5.5. */
WsParseResult ws_frame_header_parse (WsFrameHeader *header,
                                     const guint8  *data,
                                     gsize          length,
                                     gsize         *consumed,
                                     const char   **fault);

/* The short path of ws_frame_header_parse(). It reads the header of a whole text or binary message of less
 * than 64 KiB whose mask bit is as expected. It returns the size of that header, or 0 for any other header,
 * including an incomplete or wrong one. */
static inline gsize
ws_frame_header_parse_short (const guint8 *data,
                             gsize         length,
                             gboolean      masked,
                             gsize        *payload_length)
{
  const guint8 mask_bit = masked ? WS_FRAME_MASKED : 0;
  gsize        size = masked ? 2 + WS_FRAME_MASKING_KEY_LENGTH : 2;

  if (length < size || (data[1] & WS_FRAME_MASKED) != mask_bit ||
      (data[0] != (WS_FRAME_FIN | WS_OPCODE_TEXT) && data[0] != (WS_FRAME_FIN | WS_OPCODE_BINARY)))
    return 0;

  *payload_length = data[1] & WS_FRAME_LENGTH;

  if (*payload_length < WS_FRAME_LENGTH_16)
    return size;

  size += 2;
  if (*payload_length == WS_FRAME_LENGTH_64 || length < size)
    return 0;

  *payload_length = (gsize) data[2] << 8 | data[3];

  return *payload_length < WS_FRAME_LENGTH_16 ? 0 : size;
}

/* Writes the header in minimal encoding, followed by the masking key if the frame is masked. Returns the
 * length, 2 to 14. */
gsize ws_frame_header_write (const WsFrameHeader *header,
                             guint8               buffer[WS_FRAME_HEADER_MAX_LENGTH]);

G_END_DECLS
