/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receiving half of an open connection: frames become messages, parts or lines. */
#include <string.h>

#include "wsserver/connection/ws-connection-closing-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-input-private.h"
#include "wsserver/connection/ws-connection-keepalive-private.h"
#include "wsserver/connection/ws-connection-lines-private.h"
#include "wsserver/connection/ws-connection-log-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-turn-private.h"
#include "wsserver/connection/ws-message-handler-private.h"
#include "wsserver/io/ws-byte-buffer-private.h"

/* A frame of at most this length is delivered in one piece, a longer one in parts as it arrives. */
#define WHOLE_FRAME_BYTES (64 * 1024)

/* A payload of at most this length is delivered in a block that the next message reuses. */
#define SHORT_PAYLOAD_BYTES 64

/* If at least this much of a payload is missing, it is read straight into the memory of the message. */
#define DIRECT_READ_BYTES (16 * 1024)
/* One read takes no more than this, so that other clients are served. */
#define DIRECT_READ_MAX_BYTES (1024 * 1024)

/* For a message of at most this length, the memory that the frame header announces is allocated at once. */
#define EXPECT_BYTES (2 * 1024 * 1024)

static WsDataFormat
get_format (const WsProtocolEvent *event)
{
  return event->opcode == WS_OPCODE_TEXT ? WS_DATA_FORMAT_TEXT : WS_DATA_FORMAT_BINARY;
}

/* Appends the payload of the event to the message being assembled. It may be there already: see
 * ws_connection_get_read_target(). */
static void
assemble (WsConnection          *self,
          const WsProtocolEvent *event)
{
  WsByteBuffer *message = &ws_connection_ensure_extra (self)->message;

  /* Memory that is not written to costs nothing yet. So the header of the first frame is believed up to a
   * bound, and beyond it if an earlier message has left that much memory. Later frames make the buffer grow
   * in steps; otherwise each of a million tiny frames would move it. */
  if (!event->compressed && message->length == 0)
    {
      gsize expected = event->length + (gsize) event->frame_remaining;

      if (expected <= EXPECT_BYTES)
        ws_byte_buffer_expect (message, expected);
      else
        ws_byte_buffer_expect_cached (message, expected);
    }

  if (message->length < message->capacity && event->data == message->data + message->length)
    message->length += event->length;
  else
    ws_byte_buffer_append (message, event->data, event->length);
}

static GBytes *
take_assembled (WsConnection          *self,
                const WsProtocolEvent *event)
{
  if (self->extra == NULL || self->extra->message.data == NULL)
    return g_bytes_new (event->data, event->length);

  assemble (self, event);
  return ws_byte_buffer_take (&self->extra->message);
}

static gboolean
must_wait (WsConnection          *self,
           const WsProtocolEvent *event)
{
  gsize assembled = self->extra != NULL ? self->extra->message.length : 0;

  if (self->context->settings->buffer_message ||
      (self->message_begins && self->context->message_handler != NULL))
    return !event->message_end;
  if (event->frame_end)
    return FALSE;
  if (event->compressed) /* the length after inflation is not known */
    return assembled + event->length <= WHOLE_FRAME_BYTES;

  /* The number comes from the peer: it is compared, and nothing is added to it. */
  return event->frame_remaining <= WHOLE_FRAME_BYTES &&
         assembled + event->length + event->frame_remaining <= WHOLE_FRAME_BYTES;
}

/* If the message function sends the bytes on, they are referenced and not copied. */
static void
call_handler (WsConnection     *self,
              WsMessageHandler *handler,
              WsDataFormat      format,
              GBytes           *bytes)
{
  WsPoller     *poller = ws_poller_ref (self->context->poller);
  WsReceived    received;
  gsize         length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  ws_receive_buffer_lend (ws_poller_get_receive_buffer (poller), &received, bytes);
  ws_message_handler_call (handler, self, format, data != NULL ? data : (const guint8 *) "", length);
  ws_receive_buffer_release (ws_poller_get_receive_buffer (poller), &received);
  ws_poller_unref (poller);
}

/* The message function gets whole messages only. If signals have delivered a part of a message, they deliver
 * the rest as well. */
static void
deliver_message (WsConnection          *self,
                 const WsProtocolEvent *event,
                 gboolean               begins_message)
{
  WsMessageHandler *handler = begins_message ? self->context->message_handler : NULL;
  g_autoptr (GBytes) bytes = NULL;

  bytes = take_assembled (self, event); /* inflated bytes have to be copied as well */
  if (handler != NULL)
    call_handler (self, handler, get_format (event), bytes);
  /* An empty part in the middle of a message is not delivered. */
  else if (g_bytes_get_size (bytes) > 0 || event->message_end || begins_message)
    ws_connection_emit_data_in (self, begins_message ? get_format (event) : WS_DATA_FORMAT_AUTOMATIC, bytes,
                                event->message_end, FALSE);
}

static inline void
note_data (WsConnection          *self,
           const WsProtocolEvent *event)
{
  self->bytes_received += event->length;
  self->messages_received += event->message_end;
  if (self->context->idle_timers.duration_us > 0)
    ws_timer_arm (&self->idle_timer, &self->context->idle_timers, ws_poller_get_time (self->context->poller));
}

static void
receive_data (WsConnection          *self,
              const WsProtocolEvent *event)
{
  gboolean begins;

  if (self->delivery == WS_DELIVERY_DISCARD)
    return;

  note_data (self, event);
  if (self->line_mode)
    {
      self->message_begins = FALSE; /* what is left when line mode ends is not a whole message */
      ws_connection_deliver_lines (self, event->data, event->length, event->message_end);
      return;
    }

  if (event->message_begin)
    self->message_begins = TRUE;
  if (must_wait (self, event))
    {
      assemble (self, event);
      return;
    }

  begins = self->message_begins;
  self->message_begins = FALSE;
  deliver_message (self, event, begins);
}

/* The most frequent event: a message in one piece, of which nothing has to be kept. */
static inline gboolean
is_whole_message (WsConnection          *self,
                  const WsProtocolEvent *event)
{
  return event->type == WS_PROTOCOL_EVENT_DATA && event->message_begin && event->message_end &&
         !event->compressed && !self->line_mode && self->delivery != WS_DELIVERY_DISCARD;
}

/* A long message that arrived in one piece keeps a reference to the receive buffer and is not copied. */
static GBytes *
own_payload (WsConnection          *self,
             const WsProtocolEvent *event)
{
  WsReceiveBuffer *buffer = ws_poller_get_receive_buffer (self->context->poller);
  GBytes          *shared = ws_receive_buffer_share (buffer, event->data, event->length);

  return shared != NULL ? shared : g_bytes_new (event->data, event->length);
}

/* Takes the block back. If a handler has kept the bytes, this is a copy of the block, and it is freed. */
static void
take_back_block (WsConnection *self,
                 GBytes       *bytes,
                 guint8       *block)
{
  gsize   length;
  guint8 *data = g_bytes_unref_to_data (bytes, &length);

  if (data == block && self->context != NULL && self->context->payload_block == NULL)
    self->context->payload_block = data;
  else
    g_free (data);
}

/* Short messages use the same block one after the other. Allocating memory for each would cost more than
 * copying it. */
static void
tell_short_message (WsConnection          *self,
                    const WsProtocolEvent *event)
{
  guint8 *block = g_steal_pointer (&self->context->payload_block);
  GBytes *bytes;

  if (block == NULL)
    block = g_malloc (SHORT_PAYLOAD_BYTES);
  memcpy (block, event->data, event->length);
  bytes = g_bytes_new_take (block, event->length);
  ws_connection_emit_data_in (self, get_format (event), bytes, TRUE, FALSE);
  take_back_block (self, bytes, block);
}

static void
receive_whole_message (WsConnection          *self,
                       const WsProtocolEvent *event)
{
  WsMessageHandler *handler = self->context->message_handler;

  note_data (self, event);
  if (handler != NULL)
    {
      ws_message_handler_call (handler, self, get_format (event), event->data, event->length);
    }
  else if (event->length > 0 && event->length <= SHORT_PAYLOAD_BYTES)
    {
      tell_short_message (self, event);
    }
  else
    {
      g_autoptr (GBytes) bytes = own_payload (self, event);

      ws_connection_emit_data_in (self, get_format (event), bytes, TRUE, FALSE);
    }
}

/* FALSE if the client sends too many, so that the connection fails. */
static gboolean
accept_control_frame (WsConnection *self)
{
  guint              max = self->context->settings->max_control_frame_rate;
  WsConnectionExtra *extra;
  gint64             now;

  if (max == 0)
    return TRUE;

  extra = ws_connection_ensure_extra (self);
  now = ws_poller_get_time (self->context->poller);
  if (now - extra->control_second_us >= G_USEC_PER_SEC)
    {
      extra->control_second_us = now;
      extra->n_control_frames = 0;
    }
  if (++extra->n_control_frames <= max)
    return TRUE;

  ws_connection_fail (self, WS_CLOSE_CODE_POLICY_VIOLATION, "more pings and pongs in a second than MaxControlFrameRate");
  return FALSE;
}

static void
receive_event (WsConnection          *self,
               const WsProtocolEvent *event)
{
  switch (event->type)
    {
    case WS_PROTOCOL_EVENT_DATA:
      receive_data (self, event);
      break;

    case WS_PROTOCOL_EVENT_PING:
      if (!accept_control_frame (self))
        break;
      /* Answered before the signal is emitted, since a handler may close. RFC 6455 §5.5.2. */
      ws_connection_queue_pong (self, event->data, event->length);
      ws_connection_emit_ping (self, event->data, event->length, FALSE);
      break;

    case WS_PROTOCOL_EVENT_PONG:
      if (!accept_control_frame (self))
        break;
      ws_connection_receive_pong (self, event);
      ws_connection_emit_ping (self, event->data, event->length, TRUE);
      break;

    case WS_PROTOCOL_EVENT_CLOSE:
      ws_connection_receive_close (self, event);
      break;

    default:
      g_assert_not_reached ();
    }
}

static void
log_event (WsConnection          *self,
           const WsProtocolEvent *event)
{
  static const char *const names[] = { "data", "ping", "pong", "close" };

  ws_connection_log (self, WS_LOG_DEBUG, "Received %s, %" G_GSIZE_FORMAT " bytes%s", names[event->type],
                     event->length,
                     event->type == WS_PROTOCOL_EVENT_DATA && event->message_end ? ", end of message" : "");
}

void
ws_connection_receive_frames (WsConnection *self)
{
  ws_connection_note_activity (self);

  while (self->input_length > 0 && ws_connection_is_receiving (self) &&
         self->delivery != WS_DELIVERY_PAUSED && !self->turn_over)
    {
      WsProtocolEvent event;
      gsize           consumed = 0;
      WsParseResult   result =
          ws_protocol_receive (&self->protocol, self->input, self->input_length, &consumed,
                               &event);

      self->input += consumed;
      self->input_length -= consumed;
      if (result == WS_PARSE_FAILED)
        ws_connection_fail (self, event.close_code, event.fault);
      else if (result == WS_PARSE_DONE && is_whole_message (self, &event))
        receive_whole_message (self, &event);
      else if (result == WS_PARSE_DONE)
        receive_event (self, &event);

      if (result == WS_PARSE_DONE)
        ws_connection_spend_turn (self, event.length);

      /* Logged after its delivery: a handler of the log may run the main loop, which brings the next event,
       * and then the payload of this one is gone. */
      if (result == WS_PARSE_DONE && G_UNLIKELY (ws_connection_logs_frames (self)))
        log_event (self, &event);
    }

  ws_protocol_release_event (&self->protocol);
  if (!ws_connection_is_receiving (self))
    self->input_length = 0;
}

guint8 *
ws_connection_get_read_target (WsConnection *self,
                               gsize        *size)
{
  WsByteBuffer *message;
  guint64       remaining;
  gsize         room;

  if (self->extra == NULL || self->extra->message.data == NULL || self->line_mode ||
      !ws_connection_is_receiving (self))
    return NULL;

  remaining = ws_protocol_get_frame_remaining (&self->protocol);
  if (remaining < DIRECT_READ_BYTES)
    return NULL;

  /* Existing memory is used. Beyond that the buffer grows with the bytes that have arrived, and not with the
   * length that the header claims. */
  message = &self->extra->message;
  room = CLAMP (message->capacity - message->length, WS_RECEIVE_BUFFER_BYTES, DIRECT_READ_MAX_BYTES);
  *size = (gsize) MIN (remaining, MAX (message->length, room));
  return ws_byte_buffer_reserve (&self->extra->message, *size);
}
