/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-frame-private.h"

#include <string.h>

static gboolean
is_reserved_opcode (guint opcode)
{
  return (opcode > WS_OPCODE_BINARY && opcode < WS_OPCODE_CLOSE) || opcode > WS_OPCODE_PONG;
}

/* Returns the fault of the first one or two bytes, or NULL. */
static const char *
find_first_fault (const guint8 *data,
                  gsize         length)
{
  const guint opcode = data[0] & WS_FRAME_OPCODE;

  if (is_reserved_opcode (opcode))
    return "reserved opcode";

  if (!ws_opcode_is_control (opcode))
    return NULL;

  /* RFC 6455 §5.5: control frames are short and not fragmented. */
  if ((data[0] & WS_FRAME_FIN) == 0)
    return "fragmented control frame";

  if (length > 1 && (data[1] & WS_FRAME_LENGTH) > WS_CONTROL_PAYLOAD_MAX_LENGTH)
    return "control frame payload over 125 bytes";

  return NULL;
}

/* Reads the extended payload length, which starts at data[2]. RFC 6455 §5.2: only the shortest encoding is
 * valid, and the most significant bit is 0. */
static WsParseResult
parse_extended_length (guint64      *payload_length,
                       const guint8 *data,
                       gsize         length,
                       const char  **fault)
{
  const gsize size = (data[1] & WS_FRAME_LENGTH) == WS_FRAME_LENGTH_16 ? 2 : 8;
  const gsize available = MIN (length - 2, size);
  guint64     value = 0;

  if (size == 8 && available > 0 && (data[2] & 0x80) != 0)
    {
      *fault = "most significant bit of the payload length is set";
      return WS_PARSE_FAILED;
    }

  for (gsize i = 0; i < available; i++)
    value = value << 8 | data[2 + i];

  /* If the first six bytes of eight are 0, the value is at most 2^16 - 1, whatever the other two are. */
  if ((size == 2 && available == 2 && value < WS_FRAME_LENGTH_16) ||
      (size == 8 && available >= 6 && value >> (8 * (available - 6)) == 0))
    {
      *fault = "payload length is not in its minimal encoding";
      return WS_PARSE_FAILED;
    }

  if (available < size)
    return WS_PARSE_NEED_MORE;

  *payload_length = value;

  return WS_PARSE_DONE;
}

WsParseResult
ws_frame_header_parse (WsFrameHeader *header,
                       const guint8  *data,
                       gsize          length,
                       gsize         *consumed,
                       const char   **fault)
{
  const char *first_fault;
  guint64     payload_length;
  gsize       size = 2;
  gboolean    masked;

  if (length == 0)
    return WS_PARSE_NEED_MORE;

  first_fault = find_first_fault (data, length);

  if (first_fault != NULL)
    {
      *fault = first_fault;
      return WS_PARSE_FAILED;
    }

  if (length < 2)
    return WS_PARSE_NEED_MORE;

  masked = (data[1] & WS_FRAME_MASKED) != 0;
  payload_length = data[1] & WS_FRAME_LENGTH;

  if (payload_length >= WS_FRAME_LENGTH_16)
    {
      size += payload_length == WS_FRAME_LENGTH_16 ? 2 : 8;

      const WsParseResult result = parse_extended_length (&payload_length, data, length, fault);

      if (result != WS_PARSE_DONE)
        return result;
    }

  if (masked && length - size < sizeof header->masking_key)
    return WS_PARSE_NEED_MORE;

  header->payload_length = payload_length;
  header->opcode = data[0] & WS_FRAME_OPCODE;
  header->reserved_bits = data[0] & WS_FRAME_RESERVED;
  header->fin = (data[0] & WS_FRAME_FIN) != 0;
  header->masked = masked;
  memset (header->masking_key, 0, sizeof header->masking_key);

  if (masked)
    {
      memcpy (header->masking_key, data + size, sizeof header->masking_key);
      size += sizeof header->masking_key;
    }

  *consumed = size;

  return WS_PARSE_DONE;
}

gsize
ws_frame_header_write (const WsFrameHeader *header,
                       guint8               buffer[WS_FRAME_HEADER_MAX_LENGTH])
{
  const guint64 payload_length = header->payload_length;
  const guint8  mask_bit = header->masked ? WS_FRAME_MASKED : 0;
  gsize         size = 2;

  g_assert (payload_length <= G_MAXINT64);

  buffer[0] = (header->fin ? WS_FRAME_FIN : 0) | header->reserved_bits | header->opcode;

  if (payload_length < WS_FRAME_LENGTH_16)
    {
      buffer[1] = mask_bit | (guint8) payload_length;
    }
  else if (payload_length <= G_MAXUINT16)
    {
      const guint16 value = GUINT16_TO_BE ((guint16) payload_length);

      buffer[1] = mask_bit | WS_FRAME_LENGTH_16;
      memcpy (buffer + size, &value, sizeof value);
      size += sizeof value;
    }
  else
    {
      const guint64 value = GUINT64_TO_BE (payload_length);

      buffer[1] = mask_bit | WS_FRAME_LENGTH_64;
      memcpy (buffer + size, &value, sizeof value);
      size += sizeof value;
    }

  if (header->masked)
    {
      memcpy (buffer + size, header->masking_key, sizeof header->masking_key);
      size += sizeof header->masking_key;
    }

  return size;
}
