/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sending half: messages become frames, frames go to the outbox, the outbox to the transport. */
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-private.h"

/* Sends made while events are delivered are gathered up to this. */
#define CORK_BYTES (64 * 1024)

guint64
ws_connection_get_queued_bytes (WsConnection *self)
{
  return self->outbox.length + (self->extra != NULL ? self->extra->waiting_bytes : 0);
}

static gboolean
is_below_half (WsConnection *self)
{
  return ws_connection_get_queued_bytes (self) <= self->context->settings->max_send_queue_bytes / 2;
}

static void
after_write (WsConnection *self,
             WsIOStatus    status,
             GError       *error)
{
  if (status == WS_IO_FAILED)
    {
      ws_connection_lost (self, error);
      return;
    }

  if (self->extra != NULL)
    ws_connection_run_jobs (self);
  if (!self->ready_to_send && self->state == WS_STATE_OPEN && is_below_half (self))
    ws_connection_schedule (self, WS_PENDING_READY_TO_SEND);
  if (self->extra != NULL && self->extra->pong_owed && self->outbox.length == 0 && self->state == WS_STATE_OPEN)
    {
      self->extra->pong_owed = FALSE;
      ws_connection_queue_control (self, WS_OPCODE_PONG, self->extra->pong, self->extra->pong_length);
    }
  if (self->outbox.length == 0 && (self->state == WS_STATE_ENDING || self->state == WS_STATE_ANSWERING))
    ws_connection_drained (self);
  ws_connection_update_watch (self);
}

void
ws_connection_flush (WsConnection *self)
{
  GError    *error = NULL;
  gsize      n_written = 0;
  WsIOStatus status = WS_IO_OK;

  if (self->transport == NULL || self->corked)
    return;

  if (self->outbox.length > 0)
    status = ws_outbox_flush (&self->outbox, self->transport, &n_written, &error);
  else if (self->state == WS_STATE_OPEN && self->extra == NULL)
    return;

  self->written += n_written;
  after_write (self, status, error);
}

static void
write_frame (WsConnection *self,
             WsOpcode      opcode,
             gboolean      fin,
             const guint8 *data,
             gsize         length,
             GBytes       *owner)
{
  WsFrameHeader header = { .payload_length = length, .opcode = opcode, .fin = fin };
  guint8        bytes[WS_FRAME_HEADER_MAX_LENGTH];
  gsize         header_length = ws_frame_header_write (&header, bytes);
  GError       *error = NULL;
  gsize         n_written = 0;
  WsIOStatus    status;

  if (!self->corked)
    {
      status = ws_outbox_write (&self->outbox, self->transport, bytes, header_length, data, length, owner, &n_written, &error);
      self->written += n_written;
      after_write (self, status, error);
      return;
    }

  ws_outbox_append (&self->outbox, bytes, header_length, NULL);
  ws_outbox_append (&self->outbox, data, length, owner);
  if (self->outbox.length >= CORK_BYTES && (self->watch.events & WS_POLL_OUT) == 0)
    {
      self->corked = FALSE;
      ws_connection_flush (self);
      self->corked = TRUE;
    }
}

void
ws_connection_queue_frame (WsConnection *self,
                           WsOpcode      opcode,
                           gboolean      fin,
                           const guint8 *data,
                           gsize         length,
                           GBytes       *owner)
{
  if (self->transport == NULL)
    return;

  write_frame (self, opcode, fin, data, length, owner);
  if (G_UNLIKELY (ws_connection_logs_frames (self)))
    ws_connection_log (self, WS_LOG_DEBUG, "Sent a frame with opcode %u, %" G_GSIZE_FORMAT " bytes%s", opcode, length,
                       fin ? "" : ", to be continued");
}

static void
queue_fragments (WsConnection *self,
                 WsOpcode      opcode,
                 const guint8 *data,
                 gsize         length,
                 gsize         max_frame_bytes,
                 GBytes       *owner)
{
  gboolean was_corked = self->corked;
  gsize    offset = 0;

  self->corked = TRUE;
  while (self->transport != NULL && offset < length)
    {
      gsize part = MIN (length - offset, max_frame_bytes);

      ws_connection_queue_frame (self, offset == 0 ? opcode : WS_OPCODE_CONTINUATION, offset + part == length,
                                 data + offset, part, owner);
      offset += part;
    }
  self->corked = was_corked;
  ws_connection_flush (self);
}

/* A message longer than MaxFrameSize is one message in several frames. RFC 6455 §5.4. */
void
ws_connection_queue_message (WsConnection *self,
                             WsOpcode      opcode,
                             const guint8 *data,
                             gsize         length,
                             GBytes       *owner)
{
  gsize max_frame_bytes = self->context->settings->max_frame_bytes;

  self->messages_sent++;
  if (self->context->idle_timers.duration_us > 0)
    ws_timer_arm (&self->idle_timer, &self->context->idle_timers, ws_poller_get_time (self->context->poller));

  if (length <= max_frame_bytes)
    ws_connection_queue_frame (self, opcode, TRUE, data, length, owner);
  else
    queue_fragments (self, opcode, data, length, max_frame_bytes, owner);
}

/* Control frames may stand between the fragments of a message. RFC 6455 §5.4. */
void
ws_connection_queue_control (WsConnection *self,
                             WsOpcode      opcode,
                             const guint8 *payload,
                             gsize         length)
{
  ws_connection_queue_frame (self, opcode, TRUE, payload, length, NULL);
}

/* While earlier bytes wait for a peer that does not read, only the latest ping is answered, which
 * RFC 6455 §5.5.3 allows: a flood of pings costs 125 bytes. */
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
      WsConnectionExtra *extra = ws_connection_get_extra (self);

      memcpy (extra->pong, payload, length);
      extra->pong_length = (guint8) length;
      extra->pong_owed = TRUE;
      return;
    }

  ws_connection_queue_control (self, WS_OPCODE_PONG, payload, length);
}

static gboolean
fits (WsConnection *self,
      gsize         length)
{
  guint64 max = self->context->settings->max_send_queue_bytes;
  guint64 queued = ws_connection_get_queued_bytes (self);

  return queued <= max && length <= max - queued;
}

/* Whether a message of length may be queued: all or nothing. */
gboolean
ws_connection_has_room (WsConnection *self,
                        gsize         length,
                        GError      **error)
{
  guint64 max = self->context->settings->max_send_queue_bytes;

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

  /* ready-to-send will tell when to try again, save where waiting cannot help. */
  if (length > max)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK,
                   "[%d] Operation would block: a message of %" G_GSIZE_FORMAT " bytes never fits into MaxSendQueue (%"
                   G_GUINT64_FORMAT " bytes); raise it, or send a stream",
                   WS_ERROR_WOULD_BLOCK, length, max);
      return FALSE;
    }

  ws_connection_set_ready_to_send (self, FALSE);
  g_set_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK,
               "[%d] Operation would block: %" G_GUINT64_FORMAT " bytes wait to be sent, and %" G_GSIZE_FORMAT
               " more would exceed MaxSendQueue (%" G_GUINT64_FORMAT " bytes)",
               WS_ERROR_WOULD_BLOCK, ws_connection_get_queued_bytes (self), length, max);
  return FALSE;
}
