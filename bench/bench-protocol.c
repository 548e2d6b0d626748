/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Work for callgrind: the protocol room alone, bytes in, events and headers out. See
 * bench-instructions.c.
 *
 *   bench-protocol LENGTH ROUNDS */
#include <stdlib.h>
#include <string.h>

#include "wsserver/protocol/ws-protocol-private.h"

#define N_FRAMES 32
#define MASKING_KEY 0x51

static guint64 n_messages;

static guint8 *
build_frames (gsize  length,
              gsize *size)
{
  guint8 *frames = g_malloc (N_FRAMES * (length + WS_FRAME_HEADER_MAX_LENGTH));

  *size = 0;
  for (guint i = 0; i < N_FRAMES; i++)
    {
      WsFrameHeader header = {
        .payload_length = length, .opcode = WS_OPCODE_TEXT, .fin = TRUE, .masked = TRUE
      };

      memset (header.masking_key, MASKING_KEY, sizeof header.masking_key);
      *size += ws_frame_header_write (&header, frames + *size);
      for (gsize k = 0; k < length; k++)
        frames[(*size)++] = (guint8) ('a' + k % 26) ^ MASKING_KEY;
    }

  return frames;
}

G_GNUC_NO_INLINE static void
measured_receive (WsProtocol *protocol,
                  guint8     *data,
                  gsize       length)
{
  WsProtocolEvent event;
  gsize           consumed = 0;
  guint8          buffer[WS_FRAME_HEADER_MAX_LENGTH];

  while (length > 0 && ws_protocol_receive (protocol, data, length, &consumed, &event) == WS_PARSE_DONE)
    {
      WsFrameHeader header = { .payload_length = event.length, .opcode = event.opcode, .fin = TRUE };

      data += consumed;
      length -= consumed;
      ws_frame_header_write (&header, buffer);
      n_messages += event.message_end;
    }
}

int
main (int    argc,
      char **argv)
{
  const gsize        message_length = argc > 1 ? (gsize) atoi (argv[1]) : 20;
  const guint        n_rounds = argc > 2 ? (guint) atoi (argv[2]) : 1;
  const WsLimits     limits = { .max_message_bytes = 1 << 20 };
  gsize              size;
  g_autofree guint8 *frames = build_frames (message_length, &size);
  g_autofree guint8 *input = g_malloc (size);
  WsProtocol         protocol;

  ws_protocol_init (&protocol, WS_ROLE_SERVER, &limits);
  for (guint round = 0; round < n_rounds; round++)
    {
      memcpy (input, frames, size);
      measured_receive (&protocol, input, size);
    }
  ws_protocol_clear (&protocol);
  g_print ("%" G_GUINT64_FORMAT "\n", n_messages);
  return n_messages == (guint64) n_rounds * N_FRAMES ? 0 : 1;
}
