/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-protocol-private.h"

#include "wsserver/protocol/ws-deflate-cache-private.h"
#include "wsserver/protocol/ws-mask-private.h"

#include <string.h>

/* The amount of compressed payload that is unmasked at once. The bytes that zlib does not consume are masked
 * again. */
#define INFLATE_CHUNK_BYTES (16 * 1024)

/* A masked control frame is the longest item that is ever kept. Its header has no extended length, and 6 +
 * 125 bytes are more than any header. */
#define PARTIAL_LENGTH (2 + WS_FRAME_MASKING_KEY_LENGTH + WS_CONTROL_PAYLOAD_MAX_LENGTH)

G_STATIC_ASSERT (PARTIAL_LENGTH >= WS_FRAME_HEADER_MAX_LENGTH);
G_STATIC_ASSERT (PARTIAL_LENGTH <= G_MAXUINT8);

void
ws_protocol_init (WsProtocol     *self,
                  WsRole          role,
                  const WsLimits *limits)
{
  memset (self, 0, sizeof *self);
  self->role = role;
  self->max_message_bytes = limits->max_message_bytes;
  self->max_fragments = limits->max_fragments;
}

void
ws_protocol_set_deflate (WsProtocol                *self,
                         const WsDeflateParameters *parameters)
{
  self->deflate = TRUE;
  self->parameters = *parameters;
}

static void
clear_partial (WsProtocol *self)
{
  g_clear_pointer (&self->partial, g_free);
  self->partial_length = 0;
}

static void
clear_event_memory (WsProtocol *self)
{
  self->event_memory = FALSE;

  if (self->output != NULL)
    ws_deflate_cache_give_buffer (g_steal_pointer (&self->output));
  else
    clear_partial (self);
}

void
ws_protocol_release_event (WsProtocol *self)
{
  if (self->event_memory)
    clear_event_memory (self);
}

void
ws_protocol_clear (WsProtocol *self)
{
  ws_protocol_release_event (self);
  clear_partial (self);
  g_clear_pointer (&self->inflater, ws_inflater_free);
}

guint64
ws_protocol_get_frame_remaining (const WsProtocol *self)
{
  return self->compressed ? 0 : self->frame_remaining;
}

/* --- failure --------------------------------------------------------------------------------- */

static WsParseResult
repeat_failure (const WsProtocol *self,
                WsProtocolEvent  *event)
{
  *event = (WsProtocolEvent){ .close_code = self->failure_code, .fault = self->fault };

  return WS_PARSE_FAILED;
}

/* RFC 6455 §7.1.7: all later input from the peer is ignored. */
static WsParseResult
fail_connection (WsProtocol      *self,
                 WsProtocolEvent *event,
                 guint            close_code,
                 const char      *fault)
{
  self->failure_code = (guint16) close_code;
  self->fault = fault;
  self->frame_remaining = 0;
  ws_protocol_clear (self);

  return repeat_failure (self, event);
}

/* --- header ---------------------------------------------------------------------------------- */

/* Checks what the frame parser leaves to its caller, as far as the bytes have arrived. NULL if there is no
 * fault so far. */
static const char *
find_own_fault (const WsProtocol *self,
                const guint8     *data,
                gsize             length)
{
  const guint    opcode = data[0] & WS_FRAME_OPCODE;
  const gboolean begins_message = opcode == WS_OPCODE_TEXT || opcode == WS_OPCODE_BINARY;
  const gboolean has_message = self->message_opcode != WS_OPCODE_CONTINUATION;
  const guint    allowed_bits = self->deflate && begins_message ? WS_FRAME_RSV1 : 0;

  /* RFC 6455 §5.2: no extension uses these bits, except RSV1 in the first frame of a message. RFC 7692 §6. */
  if ((data[0] & WS_FRAME_RESERVED & ~allowed_bits) != 0)
    return "reserved bit set";

  /* RFC 6455 §5.4: only control frames may come between the fragments of a message. */
  if (opcode == WS_OPCODE_CONTINUATION && !has_message)
    return "continuation frame without a message";

  if (begins_message && has_message)
    return "new message inside a fragmented one";

  /* RFC 6455 §5.1. */
  if (length > 1 && self->role == WS_ROLE_SERVER && (data[1] & WS_FRAME_MASKED) == 0)
    return "frame from a client is not masked";

  if (length > 1 && self->role == WS_ROLE_CLIENT && (data[1] & WS_FRAME_MASKED) != 0)
    return "frame from a server is masked";

  return NULL;
}

static WsParseResult
try_header (const WsProtocol *self,
            WsFrameHeader    *header,
            const guint8     *data,
            gsize             length,
            gsize            *size,
            const char      **fault)
{
  const WsParseResult result = ws_frame_header_parse (header, data, length, size, fault);
  const char         *own_fault;

  if (result == WS_PARSE_FAILED || length == 0)
    return result;

  own_fault = find_own_fault (self, data, length);

  if (own_fault == NULL)
    return result;

  *fault = own_fault;

  return WS_PARSE_FAILED;
}

/* Parses and checks a header. A bad header is checked again byte by byte. So if there are several faults,
 * the one in the earliest byte is reported, however the input was split. */
static WsParseResult
inspect_header (const WsProtocol *self,
                WsFrameHeader    *header,
                const guint8     *data,
                gsize             length,
                gsize            *size,
                const char      **fault)
{
  const WsParseResult result = try_header (self, header, data, length, size, fault);

  if (result == WS_PARSE_FAILED)
    for (gsize n = 1; n < length; n++)
      if (try_header (self, header, data, n, size, fault) == WS_PARSE_FAILED)
        break;

  return result;
}

/* --- control frames -------------------------------------------------------------------------- */

static WsParseResult
report_close (WsProtocol      *self,
              WsProtocolEvent *event,
              guint8          *payload,
              gsize            length)
{
  const char *reason;
  const char *fault;
  guint       failure_code;
  guint       code;
  gsize       reason_length;

  if (!ws_close_payload_parse (payload, length, &code, &reason, &reason_length, &failure_code,
                               &fault))
    return fail_connection (self, event, failure_code, fault);

  self->closed = TRUE;
  g_clear_pointer (&self->inflater, ws_inflater_free);

  *event = (WsProtocolEvent){
    .type = WS_PROTOCOL_EVENT_CLOSE,
    .data = payload + (length - reason_length),
    .length = reason_length,
    .close_code = code,
  };

  return WS_PARSE_DONE;
}

/* Reports a control frame whose payload is complete. RFC 6455 §5.5. */
static WsParseResult
report_control_frame (WsProtocol          *self,
                      WsProtocolEvent     *event,
                      const WsFrameHeader *header,
                      guint8              *payload)
{
  const gsize length = (gsize) header->payload_length;

  if (header->masked)
    ws_mask (payload, length, header->masking_key, 0);

  if (header->opcode == WS_OPCODE_CLOSE)
    return report_close (self, event, payload, length);

  *event = (WsProtocolEvent){
    .type = header->opcode == WS_OPCODE_PING ? WS_PROTOCOL_EVENT_PING : WS_PROTOCOL_EVENT_PONG,
    .data = payload,
    .length = length,
  };

  return WS_PARSE_DONE;
}

/* --- data frames ----------------------------------------------------------------------------- */

/* TRUE if the announced payload of a data frame fits the message. For a compressed frame only the output
 * counts, but compression never makes data much longer. */
static gboolean
fits_message (const WsProtocol *self,
              guint64           payload_length)
{
  const guint64 max_bytes = self->max_message_bytes;

  if (!self->compressed)
    return payload_length <= max_bytes - self->message_bytes;

  return payload_length <= max_bytes || payload_length - max_bytes <= max_bytes / 8 + 1024;
}

static gboolean
has_too_many_fragments (const WsProtocol *self)
{
  return self->max_fragments > 0 && self->n_fragments > self->max_fragments;
}

/* Processes the header of a data frame. FALSE if it does not fit the message. The announced length decides,
 * before any payload is kept. */
static gboolean
begin_data_frame (WsProtocol          *self,
                  const WsFrameHeader *header)
{
  if (header->opcode != WS_OPCODE_CONTINUATION)
    {
      self->message_opcode = (guint8) header->opcode;
      self->message_started = FALSE;
      self->n_fragments = 1;
      self->compressed = (header->reserved_bits & WS_FRAME_RSV1) != 0;
      self->utf8 = (WsUtf8Validator){ 0 };
    }
  else
    {
      self->n_fragments++;
      if (has_too_many_fragments (self))
        return FALSE;
    }

  if (!fits_message (self, header->payload_length))
    return FALSE;

  /* A compressed payload counts when it is decompressed. */
  if (!self->compressed)
    self->message_bytes += header->payload_length;

  self->frame_remaining = header->payload_length;
  self->frame_fin = header->fin;
  self->frame_started = FALSE;
  self->in_frame = TRUE;
  self->mask_offset = 0;
  memcpy (self->masking_key, header->masking_key, sizeof self->masking_key);

  return TRUE;
}

/* Records the end of the open frame, and of its message if this was the last frame. */
static void
end_data_frame (WsProtocol *self)
{
  self->in_frame = FALSE;

  if (!self->frame_fin)
    return;

  self->message_opcode = WS_OPCODE_CONTINUATION;
  self->message_bytes = 0;
  self->compressed = FALSE;
}

/* Reports a part of the open frame. The part consumed part_length bytes of the frame's payload. */
static WsParseResult
report_data (WsProtocol      *self,
             WsProtocolEvent *event,
             guint8          *data,
             gsize            length,
             gsize            part_length)
{
  gboolean frame_end;

  self->frame_remaining -= part_length;
  self->mask_offset = (self->mask_offset + part_length) % WS_FRAME_MASKING_KEY_LENGTH;
  frame_end = self->frame_remaining == 0;

  *event = (WsProtocolEvent){
    .type = WS_PROTOCOL_EVENT_DATA,
    .data = data,
    .length = length,
    .opcode = self->message_opcode,
    .message_begin = !self->message_started,
    .message_end = frame_end && self->frame_fin,
    .frame_begin = !self->frame_started,
    .frame_end = frame_end,
    .compressed = self->compressed,
    .frame_remaining = self->frame_remaining,
  };

  self->message_started = TRUE;
  self->frame_started = TRUE;

  if (frame_end)
    end_data_frame (self);

  return WS_PARSE_DONE;
}

static WsParseResult
fail_over_limit (WsProtocol      *self,
                 WsProtocolEvent *event)
{
  if (has_too_many_fragments (self))
    return fail_connection (self, event, WS_CLOSE_CODE_POLICY_VIOLATION, "message in too many fragments");

  return fail_connection (self, event, WS_CLOSE_CODE_MESSAGE_TOO_BIG, "message over its limit");
}

/* RFC 6455 §8.1. A character may be split between frames, but not at the end of the message. */
static gboolean
accept_text (WsProtocol   *self,
             const guint8 *data,
             gsize         length,
             gboolean      message_end)
{
  if (self->message_opcode != WS_OPCODE_TEXT)
    return TRUE;

  return ws_utf8_validator_feed (&self->utf8, data, length) &&
         (!message_end || ws_utf8_validator_is_complete (&self->utf8));
}

static WsParseResult
fail_invalid_text (WsProtocol      *self,
                   WsProtocolEvent *event)
{
  return fail_connection (self, event, WS_CLOSE_CODE_INVALID_PAYLOAD, "text is not valid UTF-8");
}

/* --- compressed payload ---------------------------------------------------------------------- */

/* The output of one part of a compressed frame's payload. */
typedef struct
{
  WsInflateResult result;
  gsize           used;
  gsize           produced;
  const char     *fault;
} Inflated;

static void
mask_chunk (const WsProtocol *self,
            guint8           *data,
            gsize             start,
            gsize             end)
{
  if (self->role == WS_ROLE_SERVER)
    ws_mask (data + start, end - start, self->masking_key, self->mask_offset + start);
}

/* Decompresses a part of the open frame's payload into output. It stops after room bytes of output or at the
 * end of the part. */
static Inflated
inflate_part (WsProtocol *self,
              guint8     *data,
              gsize       length,
              gsize       room)
{
  Inflated part = { .used = self->byte_held ? 1 : 0 };

  do
    {
      const gsize    chunk_length = MIN (length - part.used, INFLATE_CHUNK_BYTES);
      const gsize    chunk_end = part.used + chunk_length;
      const gboolean message_end = self->frame_fin && chunk_end == self->frame_remaining;
      gsize          consumed;
      gsize          produced;

      mask_chunk (self, data, part.used, chunk_end);
      part.result = ws_inflater_decompress (self->inflater, data + part.used, chunk_length,
                                            message_end, &consumed, self->output + part.produced,
                                            room - part.produced, &produced, &part.fault);
      part.used += consumed;
      part.produced += produced;
      mask_chunk (self, data, part.used, chunk_end);
    }
  while (part.result == WS_INFLATE_DRAINED && part.used < length && part.produced < room);

  return part;
}

/* Leaves the last byte of a part unconsumed if more output of the part is pending. The caller then knows
 * that another call is needed. FALSE if there is no such byte: after an empty last frame only the tail that
 * the sender removed is left, and its output is never that long. */
static gboolean
hold_last_byte (WsProtocol *self,
                Inflated   *part,
                gsize       length)
{
  self->byte_held = part->result == WS_INFLATE_FULL && part->used == length;

  if (!self->byte_held)
    return TRUE;

  if (length == 0)
    return FALSE;

  part->used--;

  return TRUE;
}

/* As receive_payload(), for a compressed frame. */
static WsParseResult
receive_compressed (WsProtocol      *self,
                    guint8          *data,
                    gsize            length,
                    gsize           *used,
                    WsProtocolEvent *event)
{
  const guint64 allowed = self->max_message_bytes - self->message_bytes;
  const gsize   room = (gsize) MIN (allowed, WS_INFLATE_BUFFER_BYTES - 1) + 1;
  const gsize   part_length = (gsize) MIN (self->frame_remaining, length);
  Inflated      part;
  gboolean      message_end;

  if (part_length == 0 && self->frame_remaining > 0)
    return WS_PARSE_NEED_MORE;

  if (self->inflater == NULL)
    self->inflater = ws_inflater_new (&self->parameters, self->role);

  self->output = ws_deflate_cache_take_buffer ();
  self->event_memory = TRUE;
  part = inflate_part (self, data, part_length, room);

  /* The checks follow the order of the output bytes, so the fault does not depend on how the input was
   * split. */
  if (!accept_text (self, self->output, (gsize) MIN (part.produced, allowed), FALSE))
    return fail_invalid_text (self, event);

  if (part.produced > allowed)
    return fail_over_limit (self, event);

  if (part.result == WS_INFLATE_FAILED)
    return fail_connection (self, event, WS_CLOSE_CODE_INVALID_PAYLOAD, part.fault);

  if (!hold_last_byte (self, &part, part_length))
    return fail_connection (self, event, WS_CLOSE_CODE_INVALID_PAYLOAD, "compressed data is not valid");

  message_end = self->frame_fin && part.used == self->frame_remaining;

  if (message_end && !accept_text (self, NULL, 0, TRUE))
    return fail_invalid_text (self, event);

  self->message_bytes += part.produced;
  *used += part.used;

  if (part.produced > 0 || part.used == self->frame_remaining)
    return report_data (self, event, self->output, part.produced, part.used);

  self->frame_remaining -= part.used;
  self->mask_offset = (self->mask_offset + part.used) % WS_FRAME_MASKING_KEY_LENGTH;
  ws_protocol_release_event (self);

  return WS_PARSE_NEED_MORE;
}

/* --- payload --------------------------------------------------------------------------------- */

/* Reports the payload of the open frame at the start of data. *used grows by its length. */
static WsParseResult
receive_payload (WsProtocol      *self,
                 guint8          *data,
                 gsize            length,
                 gsize           *used,
                 WsProtocolEvent *event)
{
  const gsize    part_length = (gsize) MIN (self->frame_remaining, length);
  const gboolean frame_end = part_length == self->frame_remaining;
  gboolean       is_ascii = FALSE;

  if (self->compressed)
    return receive_compressed (self, data, length, used, event);

  if (part_length == 0 && !frame_end)
    return WS_PARSE_NEED_MORE;

  if (self->role == WS_ROLE_SERVER)
    is_ascii = ws_mask (data, part_length, self->masking_key, self->mask_offset);

  /* ASCII is valid unless it comes in the middle of a character. */
  if (!(is_ascii && ws_utf8_validator_is_complete (&self->utf8)) &&
      !accept_text (self, data, part_length, frame_end && self->frame_fin))
    return fail_invalid_text (self, event);

  *used += part_length;

  return report_data (self, event, data, part_length, part_length);
}

/* --- frames ---------------------------------------------------------------------------------- */

/* Keeps the beginning of a frame until the rest has arrived. */
static WsParseResult
keep_partial (WsProtocol   *self,
              const guint8 *data,
              gsize         length,
              gsize        *used)
{
  if (length == 0)
    return WS_PARSE_NEED_MORE;

  g_assert (length < PARTIAL_LENGTH);

  self->partial = g_malloc (PARTIAL_LENGTH);
  memcpy (self->partial, data, length);
  self->partial_length = (guint8) length;
  *used = length;

  return WS_PARSE_NEED_MORE;
}

/* Continues a frame whose beginning was kept. */
static WsParseResult
receive_into_partial (WsProtocol      *self,
                      guint8          *data,
                      gsize            length,
                      gsize           *used,
                      WsProtocolEvent *event)
{
  const gsize   kept = self->partial_length;
  const gsize   taken = MIN (length, PARTIAL_LENGTH - kept);
  const gsize   available = kept + taken;
  const char   *fault;
  WsFrameHeader header;
  gsize         size;

  if (taken > 0)
    memcpy (self->partial + kept, data, taken);

  switch (inspect_header (self, &header, self->partial, available, &size, &fault))
    {
    case WS_PARSE_FAILED:
      return fail_connection (self, event, WS_CLOSE_CODE_PROTOCOL_ERROR, fault);

    case WS_PARSE_DONE:
      if (!ws_opcode_is_control (header.opcode))
        {
          /* The kept bytes are fewer than the header, else they would not have been kept. */
          *used = size - kept;
          clear_partial (self);

          if (!begin_data_frame (self, &header))
            return fail_over_limit (self, event);

          return receive_payload (self, data + *used, length - *used, used, event);
        }

      if (header.payload_length <= available - size)
        {
          *used = size + (gsize) header.payload_length - kept;
          self->event_memory = TRUE;
          return report_control_frame (self, event, &header, self->partial + size);
        }

      break;

    case WS_PARSE_NEED_MORE:
      break;
    }

  /* A frame that is still incomplete is shorter than the memory for it, so all bytes were taken. */
  self->partial_length = (guint8) available;
  *used = taken;

  return WS_PARSE_NEED_MORE;
}

/* Processes the frame at the start of data. */
static WsParseResult
receive_frame (WsProtocol      *self,
               guint8          *data,
               gsize            length,
               gsize           *used,
               WsProtocolEvent *event)
{
  const char   *fault;
  WsFrameHeader header;
  gsize         size;

  switch (inspect_header (self, &header, data, length, &size, &fault))
    {
    case WS_PARSE_FAILED:
      return fail_connection (self, event, WS_CLOSE_CODE_PROTOCOL_ERROR, fault);

    case WS_PARSE_NEED_MORE:
      return keep_partial (self, data, length, used);

    case WS_PARSE_DONE:
    default:
      break;
    }

  if (ws_opcode_is_control (header.opcode))
    {
      if (header.payload_length > length - size)
        return keep_partial (self, data, length, used);

      *used = size + (gsize) header.payload_length;

      return report_control_frame (self, event, &header, data + size);
    }

  if (!begin_data_frame (self, &header))
    return fail_over_limit (self, event);

  *used = size;

  return receive_payload (self, data + size, length - size, used, event);
}

/* The short path for the most common input: a whole message of less than 64 KiB in one frame. Returns
 * NEED_MORE and writes nothing if data does not begin with such a message, or if its header is wrong. */
static inline WsParseResult
receive_short_message (WsProtocol      *self,
                       guint8          *data,
                       gsize            length,
                       gsize           *used,
                       WsProtocolEvent *event)
{
  const gboolean masked = self->role == WS_ROLE_SERVER;
  gboolean       is_ascii = FALSE;
  guint8        *payload;
  gsize          payload_length;
  const gsize    size = ws_frame_header_parse_short (data, length, masked, &payload_length);

  if (size == 0 || payload_length > length - size || payload_length > self->max_message_bytes)
    return WS_PARSE_NEED_MORE;

  payload = data + size;

  if (masked)
    is_ascii = ws_mask (payload, payload_length, payload - WS_FRAME_MASKING_KEY_LENGTH, 0);

  if (data[0] == (WS_FRAME_FIN | WS_OPCODE_TEXT) && !is_ascii && !ws_utf8_is_valid (payload, payload_length))
    return fail_invalid_text (self, event);

  *event = (WsProtocolEvent){
    .type = WS_PROTOCOL_EVENT_DATA,
    .data = payload,
    .length = payload_length,
    .opcode = data[0] & WS_FRAME_OPCODE,
    .message_begin = TRUE,
    .message_end = TRUE,
    .frame_begin = TRUE,
    .frame_end = TRUE,
  };
  *used = size + payload_length;

  return WS_PARSE_DONE;
}

static WsParseResult
receive_any (WsProtocol      *self,
             guint8          *data,
             gsize            length,
             gsize           *used,
             WsProtocolEvent *event)
{
  WsParseResult result = WS_PARSE_NEED_MORE;

  if (self->in_frame)
    return receive_payload (self, data, length, used, event);

  if (self->partial != NULL)
    return receive_into_partial (self, data, length, used, event);

  if (self->message_opcode == WS_OPCODE_CONTINUATION)
    result = receive_short_message (self, data, length, used, event);

  if (result != WS_PARSE_NEED_MORE)
    return result;

  return receive_frame (self, data, length, used, event);
}

WsParseResult
ws_protocol_receive (WsProtocol      *self,
                     guint8          *data,
                     gsize            length,
                     gsize           *consumed,
                     WsProtocolEvent *event)
{
  gsize         used = 0;
  WsParseResult result;

  if (G_UNLIKELY (self->event_memory))
    clear_event_memory (self);

  if (G_UNLIKELY (self->fault != NULL))
    result = repeat_failure (self, event);
  else if (G_UNLIKELY (self->closed))
    result = WS_PARSE_NEED_MORE;
  else
    result = receive_any (self, data, length, &used, event);

  *consumed = result == WS_PARSE_DONE ? used : length;

  return result;
}
