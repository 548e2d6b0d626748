/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-broadcast-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-send-job-private.h"

#include <string.h>

#include "wsserver/base/ws-error-private.h"

/* One form of the message: uncompressed, or compressed in one way. */
typedef struct
{
  gboolean      compressed;
  WsDeflateKind kind;    /* when compressed */
  GBytes       *payload; /* NULL: compression does not make it shorter, so it is sent uncompressed */
  GBytes       *wire;    /* header and payload; NULL if the payload is too long to be copied */
} Variant;

static void
variant_free (gpointer data)
{
  Variant *variant = data;

  g_clear_pointer (&variant->payload, g_bytes_unref);
  g_clear_pointer (&variant->wire, g_bytes_unref);
  g_free (variant);
}

void
ws_broadcast_init (WsBroadcast *self,
                   WsOpcode     opcode,
                   GBytes      *data)
{
  self->opcode = opcode;
  self->data = g_bytes_ref (data);
  self->variants = g_ptr_array_new_with_free_func (variant_free);
}

void
ws_broadcast_clear (WsBroadcast *self)
{
  g_ptr_array_unref (self->variants);
  g_bytes_unref (self->data);
}

static guint
get_flags (const Variant *variant)
{
  return WS_FRAME_FIN | (variant->compressed ? WS_FRAME_RSV1 : 0);
}

/* A short message is copied once behind its header and sent in one piece. A long one is only referenced. */
static void
build_wire (WsBroadcast *self,
            Variant     *variant)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (variant->payload, &length);
  WsFrameHeader header = { .payload_length = length, .opcode = self->opcode, .fin = TRUE };
  guint8        bytes[WS_FRAME_HEADER_MAX_LENGTH + WS_OUTBOX_COPY_MAX_BYTES];
  gsize         header_length;

  if (length > WS_OUTBOX_COPY_MAX_BYTES)
    return;

  header.reserved_bits = (guint8) (get_flags (variant) & WS_FRAME_RSV1);
  header_length = ws_frame_header_write (&header, bytes);
  if (length > 0)
    memcpy (bytes + header_length, data, length);
  variant->wire = g_bytes_new (bytes, header_length + length);
}

static GBytes *
compress (WsBroadcast  *self,
          WsDeflateKind kind)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (self->data, &length);
  GByteArray   *output = g_byte_array_new ();

  ws_deflate_alone (kind, data, length, output);
  if (output->len < length)
    return g_byte_array_free_to_bytes (output);

  g_byte_array_unref (output);
  return NULL;
}

static Variant *
find_variant (WsBroadcast   *self,
              gboolean       compressed,
              WsDeflateKind *kind)
{
  Variant *variant;

  for (guint i = 0; i < self->variants->len; i++)
    {
      variant = self->variants->pdata[i];
      if (variant->compressed == compressed &&
          (!compressed ||
           (variant->kind.window_bits == kind->window_bits && variant->kind.level == kind->level)))
        return variant;
    }

  variant = g_new0 (Variant, 1);
  variant->compressed = compressed;
  if (compressed)
    variant->kind = *kind;
  variant->payload = compressed ? compress (self, *kind) : g_bytes_ref (self->data);
  if (variant->payload != NULL)
    build_wire (self, variant);
  g_ptr_array_add (self->variants, variant);
  return variant;
}

static Variant *
choose_variant (WsBroadcast  *self,
                WsConnection *connection)
{
  gsize length = g_bytes_get_size (self->data);

  if (ws_connection_will_compress (connection, length) && length <= WS_DEFLATE_MAX_INPUT_BYTES)
    {
      WsDeflateKind kind = ws_deflater_get_kind (connection->deflater, length);
      Variant      *variant = find_variant (self, TRUE, &kind);

      if (variant->payload != NULL)
        return variant;
    }

  return find_variant (self, FALSE, NULL);
}

static void
queue_variant (WsBroadcast  *self,
               WsConnection *connection,
               Variant      *variant)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (variant->payload, &length);

  ws_connection_note_message (connection);
  if (variant->compressed)
    {
      /* With context takeover the window of the client now contains this message, and ours does not. The next
       * message may not refer to anything before it. RFC 7692 §7.2.3.2. */
      ws_deflater_reset (connection->deflater);
      connection->uncompressed_bytes += g_bytes_get_size (self->data);
      connection->compressed_bytes += length;
    }

  connection->outbox.sharing = TRUE;
  if (variant->wire != NULL && length <= connection->context->settings->max_frame_bytes)
    ws_connection_queue_wire (connection, variant->wire, self->opcode, get_flags (variant), length);
  else
    ws_connection_queue_frames (connection, self->opcode, get_flags (variant), data, length,
                                variant->payload);
  connection->outbox.sharing = FALSE;
}

/* Behind a stream the message waits like every other, and is compressed when it is sent. */
static void
queue_behind_stream (WsBroadcast  *self,
                     WsConnection *connection)
{
  g_autoptr (WsSendJob) job = ws_send_job_new (WS_JOB_MESSAGE, NULL);

  job->opcode = self->opcode;
  job->data = g_bytes_ref (self->data);
  ws_connection_add_job (connection, job);
  ws_connection_run_jobs (connection);
}

gboolean
ws_broadcast_resolve_opcode (WsDataFormat format,
                             GBytes      *data,
                             WsOpcode    *opcode,
                             GError     **error)
{
  gsize         length;
  const guint8 *bytes = g_bytes_get_data (data, &length);
  gboolean      is_text = format != WS_DATA_FORMAT_BINARY && ws_utf8_is_valid (bytes, length);

  *opcode = is_text ? WS_OPCODE_TEXT : WS_OPCODE_BINARY;
  if (format != WS_DATA_FORMAT_TEXT || is_text)
    return TRUE;

  ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                "Invalid argument: the text is not UTF-8; send it as binary");
  return FALSE;
}

WsBroadcastResult
ws_broadcast_send (WsBroadcast  *self,
                   WsConnection *connection)
{
  gsize length = g_bytes_get_size (self->data);

  if (connection->state != WS_STATE_OPEN)
    return WS_BROADCAST_NOT_OPEN;
  if (!ws_connection_check_can_start_message (connection, NULL))
    return WS_BROADCAST_BUSY;
  if (!ws_connection_has_room (connection, ws_connection_get_frames_size (connection, length), NULL))
    return WS_BROADCAST_NO_ROOM;

  /* Making room may have run handlers of the application. */
  if (connection->state != WS_STATE_OPEN)
    return WS_BROADCAST_NOT_OPEN;

  if (ws_connection_is_streaming (connection))
    queue_behind_stream (self, connection);
  else
    queue_variant (self, connection, choose_variant (self, connection));
  return WS_BROADCAST_SENT;
}
