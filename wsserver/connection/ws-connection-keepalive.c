/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pings of the library, the round-trip time, and clients that have gone quiet. RFC 6455 §5.5.2, §5.5.3. */
#include "wsserver/connection/ws-connection-keepalive-private.h"

#include <string.h>

#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/io/ws-socket-private.h"

#define PING_PAYLOAD_LENGTH 8 /* a sequence number, which an unsolicited pong does not have */

static gint64
get_time (WsConnection *self)
{
  return ws_poller_get_time (self->context->poller);
}

void
ws_connection_start_keepalive (WsConnection *self)
{
  ws_timer_arm (&self->idle_timer, &self->context->idle_timers, get_time (self));
  ws_timer_arm (&self->ping_timer, &self->context->ping_timers, get_time (self));
}

void
ws_connection_restart_keepalive (WsConnection *self)
{
  if (self->state != WS_STATE_OPEN)
    return;

  if (!ws_timer_is_armed (&self->idle_timer))
    ws_timer_arm (&self->idle_timer, &self->context->idle_timers, get_time (self));
  if (!ws_timer_is_armed (&self->ping_timer))
    ws_timer_arm (&self->ping_timer, &self->context->ping_timers, get_time (self));
}

/* All that the client sends shows that it is alive, so a pong may be late behind a long message. */
void
ws_connection_note_activity (WsConnection *self)
{
  if (ws_timer_is_armed (&self->ping_timer))
    ws_timer_arm (&self->ping_timer, self->ping_timer.queue, get_time (self));
}

guint64
ws_connection_queue_ping (WsConnection *self)
{
  WsConnectionExtra *extra = ws_connection_ensure_extra (self);
  guint64            sequence = ++extra->ping_sequence;
  guint64            payload = GUINT64_TO_BE (sequence);

  extra->ping_sent_us = g_get_monotonic_time ();
  ws_connection_queue_control (self, WS_OPCODE_PING, (const guint8 *) &payload, PING_PAYLOAD_LENGTH);
  return sequence;
}

void
ws_connection_receive_pong (WsConnection          *self,
                            const WsProtocolEvent *event)
{
  WsConnectionExtra *extra = self->extra;
  gint64             now = g_get_monotonic_time ();
  guint64            sequence;

  if (extra == NULL || event->length != PING_PAYLOAD_LENGTH)
    return;

  memcpy (&sequence, event->data, sizeof sequence);
  sequence = GUINT64_FROM_BE (sequence);
  if (sequence == 0 || sequence > extra->ping_sequence)
    return;

  if (sequence == extra->ping_sequence)
    {
      self->round_trip_us = now - extra->ping_sent_us;
      if (self->awaiting_pong)
        {
          self->awaiting_pong = FALSE;
          ws_timer_arm (&self->ping_timer, &self->context->ping_timers, get_time (self));
        }
    }

  /* A pong answers the latest ping and so all before it. */
  for (WsSendJob *job = g_queue_peek_head (&extra->pings); job != NULL && job->sequence <= sequence;
       job = g_queue_peek_head (&extra->pings))
    {
      job->result = now - job->sent_us;
      ws_connection_take_job_end (self, job, NULL);
    }
}

void
ws_connection_handle_ping_due (WsConnection *self)
{
  if (self->state != WS_STATE_OPEN)
    return;

  self->awaiting_pong = TRUE;
  ws_timer_arm (&self->ping_timer, &self->context->pong_timers, get_time (self));
  ws_connection_queue_ping (self);
}

/* A peer whose input is not being read cannot be blamed. But if the queue is the reason, and the peer's
 * system does not acknowledge what was sent, then it has gone. */
static gboolean
may_have_answered (WsConnection *self)
{
  return self->delivery == WS_DELIVERY_PAUSED ||
         (self->reading_paused && self->transport != NULL && !ws_socket_is_in_flight (self->transport->fd));
}

void
ws_connection_handle_pong_timeout (WsConnection *self)
{
  if (may_have_answered (self) || ws_connection_is_peer_acknowledging (self))
    ws_timer_arm (&self->ping_timer, &self->context->pong_timers, get_time (self));
  else if (self->state == WS_STATE_OPEN)
    ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, "no pong came within PongTimeout");
}
