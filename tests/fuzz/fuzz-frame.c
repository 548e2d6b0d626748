/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frame headers: every cut of the input against a plain judge of RFC 6455 §5.2. */
#include "fuzz.h"

#include "wsserver/protocol/ws-frame-private.h"

#include <string.h>

#define FIRST_MULTIPLE_OF_16_BITS 0x10000

/* The header's length as its second byte says. */
static gsize
get_header_length (const guint8 *data)
{
  const guint length = data[1] & 0x7f;

  return 2u + (length == 126 ? 2 : length == 127 ? 8
                                                 : 0) +
         ((data[1] & 0x80) != 0 ? 4 : 0);
}

static guint64
get_payload_length (const guint8 *data)
{
  const guint short_length = data[1] & 0x7f;
  const gsize size = short_length == 126 ? 2 : 8;
  guint64     value = 0;

  if (short_length < 126)
    return short_length;

  for (gsize i = 0; i < size; i++)
    value = value * 256 + data[2 + i];

  return value;
}

/* What a whole header must come to. */
static gboolean
is_good (const guint8 *data)
{
  const guint   opcode = data[0] & 0x0f;
  const guint   short_length = data[1] & 0x7f;
  const guint64 length = get_payload_length (data);

  if ((opcode >= 0x3 && opcode <= 0x7) || opcode >= 0xb)
    return FALSE;

  if (opcode >= 0x8 && ((data[0] & 0x80) == 0 || short_length > 125))
    return FALSE;

  if (short_length == 126)
    return length >= 126;

  if (short_length == 127)
    return length >= FIRST_MULTIPLE_OF_16_BITS && length <= G_MAXINT64;

  return TRUE;
}

/* A header that was taken is the one on the wire, and written again it is the same bytes. */
static void
check_header (const WsFrameHeader *header,
              const guint8        *data,
              gsize                consumed)
{
  guint8 written[WS_FRAME_HEADER_MAX_LENGTH];

  g_assert_cmpuint (consumed, ==, get_header_length (data));
  g_assert_cmpuint (header->payload_length, ==, get_payload_length (data));
  g_assert_cmpuint (header->opcode, ==, data[0] & 0x0f);
  g_assert_cmpuint (header->reserved_bits, ==, data[0] & 0x70);
  g_assert_true (header->fin == ((data[0] & 0x80) != 0));
  g_assert_true (header->masked == ((data[1] & 0x80) != 0));
  g_assert_cmpmem (written, ws_frame_header_write (header, written), data, consumed);
}

static WsParseResult
parse_cut (const guint8 *data,
           gsize         length)
{
  static const char  untouched[] = "untouched";
  g_autofree guint8 *copy = fuzz_copy (data, length);
  const char        *fault = untouched;
  gsize              consumed = G_MAXSIZE;
  WsFrameHeader      header;
  WsFrameHeader      before;
  WsParseResult      result;

  memset (&header, 0x5a, sizeof header);
  memcpy (&before, &header, sizeof header);
  result = ws_frame_header_parse (&header, copy, length, &consumed, &fault);

  switch (result)
    {
    case WS_PARSE_NEED_MORE:
      g_assert_cmpmem (&header, sizeof header, &before, sizeof before);
      g_assert_cmpuint (consumed, ==, G_MAXSIZE);
      g_assert_true (fault == untouched);
      break;

    case WS_PARSE_FAILED:
      g_assert_true (fault != NULL && fault != untouched && *fault != '\0');
      break;

    case WS_PARSE_DONE:
    default:
      g_assert_cmpuint (consumed, <=, length);
      check_header (&header, data, consumed);
      break;
    }

  return result;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  const gsize   end = MIN (size, WS_FRAME_HEADER_MAX_LENGTH + 1);
  WsParseResult last = WS_PARSE_NEED_MORE;

  for (gsize length = 0; length <= end; length++)
    {
      const WsParseResult result = parse_cut (data, length);

      /* An answer stays the answer when more bytes come. */
      if (last != WS_PARSE_NEED_MORE)
        g_assert_cmpint (result, ==, last);

      last = result;
    }

  if (end >= 2 && end >= get_header_length (data))
    g_assert_cmpint (last, ==, is_good (data) ? WS_PARSE_DONE : WS_PARSE_FAILED);

  return 0;
}
