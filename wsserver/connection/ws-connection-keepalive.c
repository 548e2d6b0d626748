/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pings of our own, round-trip time, and connections that have gone quiet. RFC 6455 §5.5.2, §5.5.3. */
#include <string.h>

#include "wsserver/connection/ws-connection-closing-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-keepalive-private.h"
#include "wsserver/connection/ws-connection-loop-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-send-private.h"
#include "wsserver/connection/ws-send-job-private.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-private.h"

#define PING_PAYLOAD_LENGTH 8 /* a sequence number, so that a pong can be told from an unsolicited one */

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

/* Whatever the client sends shows that it lives, so a pong may be late behind a long message. */
void
ws_connection_note_activity (WsConnection *self)
{
  if (ws_timer_is_armed (&self->ping_timer))
    ws_timer_arm (&self->ping_timer, self->ping_timer.queue, get_time (self));
}

static guint64
queue_ping (WsConnection *self)
{
  WsConnectionExtra *extra = ws_connection_get_extra (self);
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
      ws_connection_finish_job (self, job, NULL);
    }
}

static WsConnection *
connection_of_ping_timer (WsTimer *timer)
{
  return (WsConnection *) ((guint8 *) timer - G_STRUCT_OFFSET (WsConnection, ping_timer));
}

void
ws_connection_ping_timer_expired (WsTimer *timer)
{
  WsConnection *self = g_object_ref (connection_of_ping_timer (timer));

  if (self->state == WS_STATE_OPEN)
    {
      self->awaiting_pong = TRUE;
      ws_timer_arm (&self->ping_timer, &self->context->pong_timers, get_time (self));
      queue_ping (self);
    }
  ws_connection_finish_timer (self);
}

void
ws_connection_pong_timer_expired (WsTimer *timer)
{
  WsConnection *self = g_object_ref (connection_of_ping_timer (timer));

  /* A peer whose input we have stopped reading cannot be blamed. */
  if (self->paused || ws_connection_is_peer_taking (self))
    ws_timer_arm (&self->ping_timer, &self->context->pong_timers, get_time (self));
  else if (self->state == WS_STATE_OPEN)
    ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, "no pong came within PongTimeout");
  ws_connection_finish_timer (self);
}

void
ws_connection_idle_timer_expired (WsTimer *timer)
{
  WsConnection *self =
      g_object_ref ((WsConnection *) ((guint8 *) timer - G_STRUCT_OFFSET (WsConnection, idle_timer)));

  if (self->state == WS_STATE_OPEN)
    ws_connection_start_close (self, WS_CLOSE_CODE_GOING_AWAY, "no message within IdleTimeout");
  ws_connection_finish_timer (self);
}

static WsSendJob *
start_ping_job (WsConnection *self,
                GTask        *task)
{
  WsSendJob *job = ws_send_job_new (WS_JOB_PING, task);

  ws_connection_add_job (self, job);
  job->sequence = queue_ping (self);
  job->sent_us = self->extra->ping_sent_us;
  return job;
}

/**
 * ws_connection_send_ping:
 * @self: an open connection
 * @error: return location for an error, or %NULL
 *
 * Sends a ping, and with a positive [property@Ws.Connection:timeout] waits for its pong.
 *
 * While it waits the main context runs: other clients are served and signals are emitted. With a
 * timeout of 0 it returns at once. [signal@Ws.Connection::ping] tells of the pong in both cases.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_SENDING` if the connection is not open, or ends meanwhile
 * - `WS_ERROR_TIMED_OUT` if no pong came within the timeout
 * - `WS_ERROR_INTERRUPTED` after [method@Ws.Connection.interrupt]
 *
 * Source: RFC 6455 §5.5.2; [Coming from IPWorks WSServer](coming-from-ipworks.html), Ping.
 *
 * Returns: %TRUE if the ping is on its way, or with a timeout, answered
 *
 * Since: 1.0
 */
gboolean
ws_connection_send_ping (WsConnection *self,
                         GError      **error)
{
  g_autoptr (WsSendJob) job = NULL;

  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_connection_check_open (self, error) || !ws_connection_check_can_block (self, error))
    return FALSE;
  if (self->timeout_s == 0)
    {
      queue_ping (self);
      return TRUE;
    }

  job = start_ping_job (self, NULL);
  return ws_connection_wait_for_job (self, job, error);
}

/**
 * ws_connection_send_ping_async:
 * @self: an open connection
 * @cancellable: (nullable): cancels the waiting
 * @callback: (scope async): called when the pong has come
 * @user_data: data for @callback
 *
 * Sends a ping and measures the time until its pong.
 *
 * ```c
 * static void
 * pong_cb (GObject *connection, GAsyncResult *result, gpointer user_data)
 * {
 *   gint64 microseconds = ws_connection_send_ping_finish (WS_CONNECTION (connection), result, NULL);
 *
 *   if (microseconds >= 0)
 *     g_print ("%" G_GINT64_FORMAT " µs\n", microseconds);
 * }
 *
 * static void
 * measure (WsConnection *connection)
 * {
 *   ws_connection_send_ping_async (connection, NULL, pong_cb, NULL);
 * }
 * ```
 *
 * Source: RFC 6455 §5.5.2.
 *
 * Since: 1.0
 */
void
ws_connection_send_ping_async (WsConnection       *self,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (WsSendJob) job = NULL;
  GError *error = NULL;

  g_return_if_fail (WS_IS_CONNECTION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ws_connection_send_ping_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (!ws_connection_check_open (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  job = start_ping_job (self, task);
}

/**
 * ws_connection_send_ping_finish:
 * @self: a connection
 * @result: the result given to the callback
 * @error: return location for an error, or %NULL
 *
 * Finishes [method@Ws.Connection.send_ping_async].
 *
 * Returns: the round-trip time in microseconds, or -1 with @error set
 *
 * Since: 1.0
 */
gint64
ws_connection_send_ping_finish (WsConnection *self,
                                GAsyncResult *result,
                                GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return (gint64) g_task_propagate_int (G_TASK (result), error);
}
