/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sending half: messages become frames, frames go to the outbox, the outbox to the transport. */
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-log-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-memory-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection-watch-private.h"
#include "wsserver/io/ws-socket-private.h"

/* Sends that are made while events are delivered are gathered up to this length. */
#define CORK_BYTES (64 * 1024)
/* The same where the bytes are only referenced, so that a long message in several frames is one write. */
#define CORK_REFERENCED_BYTES (512 * 1024)

/* Header and payload of a frame of at most this length are joined before they are written. */
#define SHORT_FRAME_MAX_BYTES 256

static gboolean
is_below_half (WsConnection *self)
{
  return !ws_connection_is_held_back (self) &&
         ws_connection_get_queue_memory (self) <= self->context->settings->max_send_queue_bytes / 2;
}

gboolean
ws_connection_is_peer_acknowledging (WsConnection *self)
{
  WsConnectionExtra *extra = ws_connection_ensure_extra (self);
  int                unacknowledged = -1;
  guint64            taken;

  if (self->transport != NULL)
    unacknowledged = ws_socket_count_unacknowledged (self->transport->fd);
  if (unacknowledged < 0)
    return FALSE;

  taken = self->outbox.written - MIN (self->outbox.written, (guint64) unacknowledged);
  if (taken <= extra->acknowledged)
    return FALSE;

  extra->acknowledged = taken;
  return unacknowledged > 0 || self->outbox.length > 0;
}

void
ws_connection_queue_owed_pong (WsConnection *self)
{
  if (self->extra == NULL || !self->extra->pong_owed || self->state != WS_STATE_OPEN)
    return;

  self->extra->pong_owed = FALSE;
  ws_connection_queue_control (self, WS_OPCODE_PONG, self->extra->pong, self->extra->pong_length);
}

/* FALSE: the transport still has sealed records that wait for the socket. */
static gboolean
is_transport_empty (WsConnection *self)
{
  return self->tls == NULL || ws_transport_flush (self->transport, NULL) != WS_IO_WOULD_BLOCK;
}

static gboolean
is_ending_with_output (WsConnection *self)
{
  return self->state == WS_STATE_FLUSHING || self->state == WS_STATE_FLUSHING_TO_LINGER ||
         (self->state == WS_STATE_RESPONDING && (self->extra == NULL || self->extra->response_body == NULL));
}

static inline void
after_write (WsConnection *self,
             WsIOStatus    status,
             GError       *error)
{
  if (status == WS_IO_FAILED)
    {
      ws_connection_take_io_error (self, error);
      return;
    }

  if (self->extra != NULL && self->context != NULL)
    self->context->bytes_written (self);
  if (!self->ready_to_send && self->state == WS_STATE_OPEN && is_below_half (self))
    ws_connection_schedule (self, WS_PENDING_READY_TO_SEND);
  if (self->outbox.length > 0)
    ws_connection_count_memory (self);
  if (G_UNLIKELY (self->reading_paused))
    ws_connection_resume_reading (self);
  if (self->outbox.length == 0)
    ws_connection_queue_owed_pong (self);
  if (self->outbox.length == 0 && is_ending_with_output (self) && is_transport_empty (self))
    ws_connection_handle_flushed (self);
  ws_connection_update_watch (self);
}

static inline void
flush (WsConnection *self)
{
  GError    *error = NULL;
  gsize      n_written = 0;
  WsIOStatus status = WS_IO_OK;

  if (self->outbox.length > 0)
    status = ws_outbox_flush (&self->outbox, self->transport, &n_written, &error);
  else if (self->tls != NULL && (self->watch.events & WS_POLL_OUT) != 0)
    status = ws_transport_flush (self->transport, &error);
  else if (self->state == WS_STATE_OPEN && self->extra == NULL)
    return;

  after_write (self, status, error);
}

void
ws_connection_flush (WsConnection *self)
{
  gboolean calls_back;

  if (self->transport == NULL || self->corked)
    return;

  /* What is written is freed, by a function of the application, which may drop everything. */
  calls_back = self->outbox.length > 0 && ws_outbox_has_references (&self->outbox);
  if (G_UNLIKELY (calls_back))
    g_object_ref (self);
  flush (self);
  if (G_UNLIKELY (calls_back))
    g_object_unref (self);
}

/* Header and payload, of which one may be empty; the owner is the payload's. */
static void
write_pieces (WsConnection *self,
              const guint8 *header,
              gsize         header_length,
              const guint8 *data,
              gsize         length,
              GBytes       *owner)
{
  GError    *error = NULL;
  gsize      n_written = 0;
  WsIOStatus status;

  if (!self->corked)
    {
      status = ws_outbox_write (&self->outbox, self->transport, header, header_length, data, length, owner,
                                &n_written, &error);
      after_write (self, status, error);
      return;
    }

  ws_outbox_append (&self->outbox, header, header_length, NULL);
  ws_outbox_append (&self->outbox, data, length, owner);
  if (self->outbox.length >= (owner != NULL ? CORK_REFERENCED_BYTES : CORK_BYTES) &&
      (self->watch.events & WS_POLL_OUT) == 0)
    {
      self->corked = FALSE;
      ws_connection_flush (self);
      self->corked = TRUE;
    }
}

static void
write_frame (WsConnection *self,
             WsOpcode      opcode,
             guint         flags,
             const guint8 *data,
             gsize         length,
             GBytes       *owner)
{
  WsFrameHeader header = {
    .payload_length = length,
    .opcode = opcode,
    .fin = (flags & WS_FRAME_FIN) != 0,
    .reserved_bits = (guint8) (flags & WS_FRAME_RSV1),
  };
  guint8 bytes[SHORT_FRAME_MAX_BYTES];
  gsize  header_length = ws_frame_header_write (&header, bytes);

  /* Copying is cheaper than passing two pieces to the kernel. */
  if (length > 0 && length <= sizeof bytes - header_length)
    {
      memcpy (bytes + header_length, data, length);
      header_length += length;
      length = 0;
    }
  write_pieces (self, bytes, header_length, data, length, owner);
}

static void
log_sent (WsConnection *self,
          gsize         n_frames,
          WsOpcode      opcode,
          guint         flags,
          gsize         length)
{
  if (G_UNLIKELY (ws_connection_logs_frames (self)))
    ws_connection_log_late (self, WS_LOG_DEBUG, "Sent opcode %u in %" G_GSIZE_FORMAT " frame(s), %" G_GSIZE_FORMAT " bytes%s",
                            opcode, n_frames, length, (flags & WS_FRAME_FIN) != 0 ? "" : ", to be continued");
}

/* One frame as it is to be on the wire; flags are WS_FRAME_FIN and WS_FRAME_RSV1. */
static void
queue_frame (WsConnection *self,
             WsOpcode      opcode,
             guint         flags,
             const guint8 *data,
             gsize         length,
             GBytes       *owner)
{
  if (self->transport == NULL)
    return;

  write_frame (self, opcode, flags, data, length, owner);
  log_sent (self, 1, opcode, flags, length);
}

static void
queue_fragments (WsConnection *self,
                 WsOpcode      opcode,
                 guint         flags,
                 const guint8 *data,
                 gsize         length,
                 GBytes       *owner)
{
  gsize    max_frame_bytes = self->context->settings->max_frame_bytes;
  gboolean was_corked = self->corked;
  gsize    n_frames = 0;
  gsize    offset = 0;

  self->corked = TRUE;
  while (self->transport != NULL && offset < length)
    {
      gsize part = MIN (length - offset, max_frame_bytes);

      guint part_flags = (offset == 0 ? flags & WS_FRAME_RSV1 : 0) |
                         (offset + part == length ? flags & WS_FRAME_FIN : 0);

      write_frame (self, offset == 0 ? opcode : WS_OPCODE_CONTINUATION, part_flags, data + offset, part,
                   owner);
      offset += part;
      n_frames++;
    }
  self->corked = was_corked;
  ws_connection_flush (self);
  log_sent (self, n_frames, opcode, flags, length);
}

void
ws_connection_queue_wire (WsConnection *self,
                          GBytes       *wire,
                          WsOpcode      opcode,
                          guint         flags,
                          gsize         length)
{
  gsize         size;
  const guint8 *bytes = g_bytes_get_data (wire, &size);

  if (self->transport == NULL)
    return;

  write_pieces (self, NULL, 0, bytes, size, wire);
  log_sent (self, 1, opcode, flags, length);
}

/* A message that is longer than MaxFrameSize is sent in several frames. RFC 6455 §5.4. */
void
ws_connection_queue_frames (WsConnection *self,
                            WsOpcode      opcode,
                            guint         flags,
                            const guint8 *data,
                            gsize         length,
                            GBytes       *owner)
{
  if (length <= self->context->settings->max_frame_bytes)
    queue_frame (self, opcode, flags, data, length, owner);
  else
    queue_fragments (self, opcode, flags, data, length, owner);
}

/* One array serves all connections for short output of the deflater; a long one is given away. It is taken
 * out while it is in use, since queueing a frame may start the next message. */
static GByteArray *
take_scratch (WsConnection *self)
{
  GByteArray *scratch = g_steal_pointer (&self->context->scratch);

  return scratch != NULL ? scratch : g_byte_array_new ();
}

static void
give_scratch (WsConnection *self,
              GByteArray   *scratch)
{
  if (self->context == NULL || self->context->scratch != NULL)
    {
      g_byte_array_unref (scratch);
      return;
    }

  g_byte_array_set_size (scratch, 0);
  self->context->scratch = scratch;
}

static void
queue_compressed (WsConnection *self,
                  WsOpcode      opcode,
                  WsPart        part,
                  const guint8 *data,
                  gsize         length)
{
  GByteArray *output = take_scratch (self);
  gboolean    is_last = (part & WS_PART_LAST) != 0;
  guint       flags = ((part & WS_PART_FIRST) != 0 ? WS_FRAME_RSV1 : 0) | (is_last ? WS_FRAME_FIN : 0);
  gsize       left = length;
  g_autoptr (GBytes) owner = NULL;

  while (left > 0 || (length == 0 && is_last))
    {
      gsize piece = MIN (left, WS_DEFLATE_MAX_INPUT_BYTES);

      left -= piece;
      ws_deflater_compress (self->deflater, data, piece,
                            left == 0 && is_last ? WS_DEFLATE_MESSAGE_END : WS_DEFLATE_FLUSH, output);
      if (left == 0)
        break; /* data may be NULL: the end of a message without a payload */
      data += piece;
    }

  self->uncompressed_bytes += length;
  self->compressed_bytes += output->len;
  if (output->len > WS_OUTBOX_COPY_MAX_BYTES)
    {
      owner = g_byte_array_free_to_bytes (output);
      data = g_bytes_get_data (owner, &length);
      ws_connection_queue_frames (self, opcode, flags, data, length, owner);
    }
  else
    {
      ws_connection_queue_frames (self, opcode, flags, output->data, output->len, NULL);
      give_scratch (self, output);
    }
}

static void
restart_idle_timer (WsConnection *self)
{
  if (self->context->idle_timers.duration_us > 0 && self->state == WS_STATE_OPEN)
    ws_timer_arm (&self->idle_timer, &self->context->idle_timers, ws_poller_get_time (self->context->poller));
}

static gboolean
may_compress (WsConnection *self)
{
  return self->deflater != NULL && self->compress && self->context->settings->deflate_level > 0;
}

gboolean
ws_connection_will_compress (WsConnection *self,
                             gsize         length)
{
  return may_compress (self) && length >= self->context->settings->deflate_threshold_bytes;
}

void
ws_connection_note_message (WsConnection *self)
{
  self->messages_sent++;
  restart_idle_timer (self);
}

void
ws_connection_queue_message (WsConnection *self,
                             WsOpcode      opcode,
                             const guint8 *data,
                             gsize         length,
                             GBytes       *owner)
{
  ws_connection_note_message (self);

  if (ws_connection_will_compress (self, length))
    queue_compressed (self, opcode, WS_PART_WHOLE, data, length);
  else
    ws_connection_queue_frames (self, opcode, WS_FRAME_FIN, data, length, owner);
}

gboolean
ws_connection_gather_message (WsConnection *self,
                              WsOpcode      opcode,
                              const guint8 *data,
                              gsize         length)
{
  const WsConnectionContext *context = self->context;
  const WsSettings          *settings = context->settings;
  const guint8               short_header[4] = { WS_FRAME_FIN | opcode, (guint8) length };
  const guint8               long_header[4] = { WS_FRAME_FIN | opcode, WS_FRAME_LENGTH_16,
                                                (guint8) (length >> 8), (guint8) length };

  if (!self->corked || length > MIN (WS_OUTBOX_COPY_MAX_BYTES, settings->max_frame_bytes) ||
      may_compress (self) || context->idle_timers.duration_us > 0 || ws_connection_logs_frames (self) ||
      self->outbox.length + 2 * WS_OUTBOX_COPY_MAX_BYTES > MIN (CORK_BYTES, settings->max_send_queue_bytes))
    return FALSE;

  if (length < WS_FRAME_LENGTH_16)
    ws_outbox_append_short (&self->outbox, short_header, 2, data, length);
  else
    ws_outbox_append_short (&self->outbox, long_header, 4, data, length);
  self->messages_sent++;
  return TRUE;
}

void
ws_connection_queue_part (WsConnection *self,
                          WsOpcode      opcode,
                          WsPart        part,
                          gboolean     *compressed,
                          const guint8 *data,
                          gsize         length,
                          GBytes       *owner)
{
  if ((part & WS_PART_FIRST) != 0)
    *compressed = may_compress (self);
  else
    opcode = WS_OPCODE_CONTINUATION;
  if ((part & WS_PART_LAST) != 0)
    self->messages_sent++;
  restart_idle_timer (self);

  if (*compressed)
    queue_compressed (self, opcode, part, data, length);
  else
    ws_connection_queue_frames (self, opcode, (part & WS_PART_LAST) != 0 ? WS_FRAME_FIN : 0, data, length,
                                owner);
}

gsize
ws_connection_get_frames_size (WsConnection *self,
                               gsize         length)
{
  gsize n_frames = length / self->context->settings->max_frame_bytes + 1;
  gsize size = length + n_frames * WS_FRAME_HEADER_MAX_LENGTH;

  /* Data that does not compress grows a little: by 5 bytes for each stored block of at least 4 KiB. */
  return self->deflater != NULL ? size + length / 512 + 64 : size;
}

/* Control frames may stand between the fragments of a message. RFC 6455 §5.4. */
void
ws_connection_queue_control (WsConnection *self,
                             WsOpcode      opcode,
                             const guint8 *payload,
                             gsize         length)
{
  queue_frame (self, opcode, WS_FRAME_FIN, payload, length, NULL);
}

/* While earlier bytes wait for a peer that does not read, only the latest ping is answered. RFC 6455 §5.5.3
 * allows that, and a flood of pings costs 125 bytes. */
void
ws_connection_queue_pong (WsConnection *self,
                          const guint8 *payload,
                          gsize         length)
{
  /* Nothing follows a close frame. RFC 6455 §5.5.1. */
  if (self->state != WS_STATE_OPEN)
    return;

  if ((self->watch.events & WS_POLL_OUT) != 0)
    {
      WsConnectionExtra *extra = ws_connection_ensure_extra (self);

      memcpy (extra->pong, payload, length);
      extra->pong_length = (guint8) length;
      extra->pong_owed = TRUE;
      return;
    }

  /* Not logged; its ping is. The ping signal is emitted after this, and its payload would not survive a
   * handler of the log that runs the main loop. */
  write_frame (self, WS_OPCODE_PONG, WS_FRAME_FIN, payload, length, NULL);
}

static gboolean
fits (WsConnection *self,
      gsize         length)
{
  guint64 max = self->context->settings->max_send_queue_bytes;
  guint64 queued = ws_connection_get_queue_memory (self);

  return queued <= max && length <= max - queued;
}

/* Whether a message of this length may be queued as a whole. */
gboolean
ws_connection_has_room (WsConnection *self,
                        gsize         length,
                        GError      **error)
{
  guint64 max = self->context->settings->max_send_queue_bytes;

  if (ws_connection_is_held_back (self))
    {
      ws_connection_set_ready_to_send (self, FALSE);
      ws_set_error (error, WS_ERROR_WOULD_BLOCK,
                    "Operation would block: all clients together take nearly MaxTotalMemory (%" G_GUINT64_FORMAT
                    " bytes), and this one holds %" G_GUINT64_FORMAT,
                    self->context->settings->max_total_memory_bytes, self->counted_bytes);
      return FALSE;
    }

  if (fits (self, length))
    return TRUE;

  if (self->corked && (self->watch.events & WS_POLL_OUT) == 0)
    {
      self->corked = FALSE;
      ws_connection_flush (self);
      self->corked = TRUE;
      if (!ws_connection_check_open (self, error))
        return FALSE;
      if (fits (self, length))
        return TRUE;
    }

  /* ready-to-send announces when to try again, unless the message can never fit. */
  if (length > max)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK,
                   "[%d] Operation would block: a message that takes up to %" G_GSIZE_FORMAT " bytes with its frames never fits into MaxSendQueue (%" G_GUINT64_FORMAT " bytes); raise it, or send a stream",
                   WS_ERROR_WOULD_BLOCK, length, max);
      return FALSE;
    }

  ws_connection_set_ready_to_send (self, FALSE);
  g_set_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK,
               "[%d] Operation would block: %" G_GUINT64_FORMAT " bytes wait to be sent, and %" G_GSIZE_FORMAT
               " more would exceed MaxSendQueue (%" G_GUINT64_FORMAT " bytes)",
               WS_ERROR_WOULD_BLOCK, ws_connection_get_queue_memory (self), length, max);
  return FALSE;
}
