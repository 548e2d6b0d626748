/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance-peer.h"

#include <string.h>

#define FIN_BIT 0x80
#define MASK_BIT 0x80
#define RSV1_BIT 0x40
#define RSV_BITS 0x70
#define OPCODE_BITS 0x0f
#define CONTROL_BIT 0x08

typedef struct
{
  const guint8 *payload;
  guint64       length;
  gsize         size; /* header and payload */
  guint         opcode;
  guint         reserved_bits;
  gboolean      fin;
} Frame;

ConformancePeer *
conformance_peer_new (WsTestClient *client,
                      gsize         max_frame_bytes)
{
  ConformancePeer *self = g_new0 (ConformancePeer, 1);

  self->client = client;
  self->max_frame_bytes = max_frame_bytes;
  self->fault = g_string_new (NULL);
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) conformance_message_free);
  return self;
}

void
conformance_peer_free (ConformancePeer *self)
{
  ws_test_client_free (self->client);
  g_clear_pointer (&self->partial, conformance_message_free);
  conformance_deflate_free (self->deflate);
  g_ptr_array_unref (self->messages);
  g_string_free (self->fault, TRUE);
  g_free (self);
}

static void G_GNUC_PRINTF (2, 3)
    note_fault (ConformancePeer *self,
                const char      *format,
                ...)
{
  va_list arguments;

  if (self->fault->len > 0)
    return;

  va_start (arguments, format);
  g_string_append_vprintf (self->fault, format, arguments);
  va_end (arguments);
}

/* --- frames ---------------------------------------------------------------------------------- */

/* FALSE while the frame is not here as a whole. */
static gboolean
find_frame (ConformancePeer *self,
            gsize            offset,
            Frame           *frame)
{
  const guint8 *data = self->client->input->data + offset;
  gsize         available = self->client->input->len - offset;
  guint         form;
  gsize         header = 2;

  if (available < header)
    return FALSE;

  form = data[1] & 0x7f;
  header += form == 126 ? 2 : form == 127 ? 8
                                          : 0;
  if (available < header)
    return FALSE;

  frame->length = form < 126 ? form : 0;
  for (gsize i = 2; i < header; i++)
    frame->length = frame->length << 8 | data[i];
  if ((data[1] & MASK_BIT) != 0)
    note_fault (self, "a masked frame");
  if ((form == 126 && frame->length < 126) || (form == 127 && frame->length <= G_MAXUINT16))
    note_fault (self, "a length that is not minimal");
  if (frame->length > available - header)
    return FALSE;

  frame->payload = data + header;
  frame->size = header + (gsize) frame->length;
  frame->opcode = data[0] & OPCODE_BITS;
  frame->reserved_bits = data[0] & RSV_BITS;
  frame->fin = (data[0] & FIN_BIT) != 0;
  return TRUE;
}

static void
check_frame (ConformancePeer *self,
             const Frame     *frame)
{
  const gboolean is_control = (frame->opcode & CONTROL_BIT) != 0;
  const gboolean may_be_compressed =
      self->deflate != NULL && !is_control && frame->opcode != WS_OPCODE_CONTINUATION;

  if (self->close_seen)
    note_fault (self, "a frame behind the close frame");
  if ((frame->reserved_bits & (may_be_compressed ? ~RSV1_BIT : RSV_BITS)) != 0)
    note_fault (self, "reserved bits 0x%02x on opcode %u", frame->reserved_bits, frame->opcode);
  if ((frame->opcode & ~CONTROL_BIT) > WS_OPCODE_BINARY)
    note_fault (self, "reserved opcode %u", frame->opcode);
  if (is_control && (!frame->fin || frame->length > 125))
    note_fault (self, "a control frame that is long or fragmented");
  if (!is_control && (frame->opcode == WS_OPCODE_CONTINUATION) != (self->partial != NULL))
    note_fault (self, "opcode %u %s a message", frame->opcode,
                self->partial != NULL ? "inside" : "outside");
  if (is_control)
    return;

  /* MaxFrameSize: as long as it allows, save the last one, which is not empty. */
  if (frame->length > self->max_frame_bytes)
    note_fault (self, "a frame of %" G_GUINT64_FORMAT " bytes", frame->length);
  if (self->deflate == NULL && !frame->fin && frame->length != self->max_frame_bytes)
    note_fault (self, "a fragment of %" G_GUINT64_FORMAT " bytes", frame->length);
  if (self->deflate == NULL && frame->fin && self->partial != NULL && frame->length == 0)
    note_fault (self, "an empty last fragment");
}

static void
take_frame (ConformancePeer *self,
            const Frame     *frame)
{
  ConformanceMessage *message = self->partial;
  const char         *fault;

  if (message == NULL || (frame->opcode & CONTROL_BIT) != 0)
    {
      message = conformance_message_new (frame->opcode);
      message->compressed = (frame->reserved_bits & RSV1_BIT) != 0;
    }
  if (frame->length > 0)
    g_byte_array_append (message->payload, frame->payload, (guint) frame->length);
  if (frame->opcode == WS_OPCODE_CLOSE)
    self->close_seen = TRUE;

  if (!frame->fin)
    {
      self->partial = message;
      return;
    }

  if (message == self->partial)
    self->partial = NULL;
  if (message->compressed && self->deflate != NULL)
    {
      fault = conformance_deflate_decompress (self->deflate, message->payload);
      if (fault != NULL)
        note_fault (self, "%s", fault);
    }
  g_ptr_array_add (self->messages, message);
}

void
conformance_peer_collect (ConformancePeer *self)
{
  Frame frame;
  gsize used = 0;

  while (self->is_open && self->fault->len == 0 && find_frame (self, used, &frame))
    {
      check_frame (self, &frame);
      if (self->fault->len > 0)
        break;
      take_frame (self, &frame);
      used += frame.size;
    }
  if (used > 0)
    g_byte_array_remove_range (self->client->input, 0, (guint) used);
}

static gboolean
has_come (ConformancePeer *self,
          guint            n_messages,
          gboolean         until_eof)
{
  conformance_peer_collect (self);
  return self->client->eof || self->fault->len > 0 ||
         (!until_eof && self->messages->len >= n_messages);
}

gboolean
conformance_peer_wait (ConformancePeer *self,
                       guint            n_messages,
                       gboolean         until_eof)
{
  conformance_wait_for (has_come (self, n_messages, until_eof));
  return has_come (self, n_messages, until_eof);
}

/* --- the response ---------------------------------------------------------------------------- */

static gboolean
has_head (WsTestClient *client)
{
  const char *input = (const char *) client->input->data;

  return client->eof ||
         (client->input->len > 0 && g_strstr_len (input, client->input->len, "\r\n\r\n") != NULL);
}

WsTestResponse *
conformance_peer_wait_response (ConformancePeer *self)
{
  WsTestResponse *response;

  conformance_wait_for (has_head (self->client));
  if (self->client->input->len == 0 || !has_head (self->client))
    return NULL;

  response = ws_test_client_read_response (self->client);
  self->is_open = response->status == 101;
  return response;
}
