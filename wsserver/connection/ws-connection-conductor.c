/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The conductor: what the poller calls, and the order in which the parts of a connection work and report. */
#include "wsserver/connection/ws-connection-conductor-private.h"

#include "wsserver/base/ws-container-private.h"
#include "wsserver/base/ws-error.h"
#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-http-private.h"
#include "wsserver/connection/ws-connection-input-private.h"
#include "wsserver/connection/ws-connection-lines-private.h"
#include "wsserver/connection/ws-connection-log-private.h"
#include "wsserver/connection/ws-connection-memory-private.h"
#include "wsserver/connection/ws-connection-opening-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/connection/ws-connection-turn-private.h"
#include "wsserver/connection/ws-connection-watch-private.h"
#include "wsserver/io/ws-byte-buffer-private.h"

/* How often one dispatch reads again while the transport holds decrypted bytes that the descriptor
 * does not show. More waits for the next iteration, so that other clients are served. */
#define MAX_READS_PER_DISPATCH 8

/* Each call performs one step of the end and emits at most one signal, so that the next call finds what is
 * left to do even if a handler has disposed of the server meanwhile. */
static void
report_end (WsConnection *self)
{
  WsConnectionContext *context = self->context;
  g_autoptr (GError) fault = g_steal_pointer (&self->fault);

  if (self->was_open && self->delivery == WS_DELIVERY_ON && ws_connection_deliver_rest_of_line (self))
    {
      self->fault = g_steal_pointer (&fault);
      return;
    }
  if (fault != NULL)
    ws_connection_log_error (self, "%s", fault->message);

  /* A client that resets the connection is no error of this side; disconnected reports it. */
  if (fault != NULL && (self->was_open || self->report_fault) &&
      fault->code != WS_ERROR_CONNECTION_RESET && self->context != NULL)
    {
      ws_connection_emit_error (self, fault->code, fault->message);
      return;
    }

  if (self->close_code != 0)
    ws_connection_log (self, WS_LOG_INFO, "Closed: %u %s", self->close_code, self->description);
  else
    ws_connection_log (self, WS_LOG_INFO, "Closed: %s", self->description);
  if (self->context == NULL) /* a handler of the log has disposed of the server, which did the rest */
    return;

  /* Bytes that wait for the client are freed, by a function of the application. */
  ws_subscribers_end (&self->subscribers);
  if (self->context == NULL)
    return;

  self->pending = 0;
  ws_connection_count_memory (self);
  ws_poller_cancel_call (context->poller, &self->idle_call);
  self->context = NULL;
  context->funcs->ended (context->owner, self, self->was_open, self->close_code, self->description);
}

/* What can be done now: nothing that emits a signal before connected. */
static guint
get_pending (WsConnection *self)
{
  const guint later = WS_PENDING_INPUT | WS_PENDING_READY_TO_SEND | WS_PENDING_END;

  return self->announcing ? self->pending & ~later : self->pending;
}

/* It is the turn of before: a handler that pauses and resumes gains no time. */
static void
take_up_input (WsConnection *self)
{
  if (self->transport == NULL)
    return;

  if (self->turn_over)
    {
      ws_connection_defer_input (self);
      return;
    }

  self->continues_turn = TRUE;
  ws_poller_deliver (self->context->poller, &self->watch);
}

/* Every step may run the application's code, which may do anything. So each looks anew at what is still to
 * be done. */
void
ws_connection_run_pending (WsConnection *self)
{
  guint pending;

  while ((pending = get_pending (self)) != 0 && self->context != NULL)
    {
      if (pending & WS_PENDING_LINES)
        {
          self->pending &= (guint16) ~WS_PENDING_LINES;
          ws_connection_report_lines (self);
        }
      else if (pending & WS_PENDING_OPEN_DECISION)
        {
          self->pending &= (guint16) ~WS_PENDING_OPEN_DECISION;
          ws_connection_respond_to_open_request (self);
        }
      else if (pending & WS_PENDING_HTTP_DECISION)
        {
          self->pending &= (guint16) ~WS_PENDING_HTTP_DECISION;
          ws_connection_respond_to_http_request (self);
        }
      else if (pending & WS_PENDING_TLS_DECISION)
        {
          self->pending &= (guint16) ~WS_PENDING_TLS_DECISION;
          ws_connection_apply_tls_decision (self);
        }
      else if (pending & WS_PENDING_INPUT)
        {
          self->pending &= (guint16) ~WS_PENDING_INPUT;
          take_up_input (self);
        }
      else if (pending & WS_PENDING_COMPLETIONS)
        {
          self->pending &= (guint16) ~WS_PENDING_COMPLETIONS;
          ws_connection_report_completed_jobs (self);
          ws_connection_resume_reading (self);
        }
      else if (pending & WS_PENDING_READY_TO_SEND)
        {
          self->pending &= (guint16) ~WS_PENDING_READY_TO_SEND;
          if (self->state == WS_STATE_OPEN && !self->ready_to_send)
            {
              ws_connection_set_ready_to_send (self, TRUE);
              ws_subscribers_have_room (&self->subscribers);
              if (self->state == WS_STATE_OPEN && self->ready_to_send)
                self->context->funcs->ready_to_send (self->context->owner, self);
            }
        }
      else
        {
          report_end (self);
        }
    }
}

void
ws_connection_idle_call_cb (WsIdleCall *call)
{
  WsConnection *self = WS_CONTAINER_OF (call, WsConnection, idle_call);

  g_object_ref (self);
  ws_connection_begin_turn (self);
  if (ws_connection_has_lines (self))
    self->pending |= WS_PENDING_LINES;
  ws_connection_run_pending (self);
  g_object_unref (self);
}

void
ws_connection_turn_call_cb (WsIdleCall *call)
{
  WsConnection *self = WS_CONTAINER_OF (call, WsConnection, turn_call);

  ws_poller_deliver (self->context->poller, &self->watch);
}

/* Moves undelivered input into the memory of the connection. */
static void
hold_input (WsConnection *self)
{
  if (self->input_length == 0)
    return;

  ws_byte_buffer_append (&ws_connection_ensure_extra (self)->held, self->input, self->input_length);
  self->input_length = 0;
}

/* Processes self->input according to the state. */
static void
process_input (WsConnection *self)
{
  while (self->input_length > 0)
    switch (self->state)
      {
      case WS_STATE_READING_REQUEST:
        ws_connection_receive_head (self);
        break;

      case WS_STATE_READING_BODY:
        ws_connection_receive_body (self);
        break;

      case WS_STATE_OPEN:
      case WS_STATE_CLOSING:
        if (!ws_connection_may_deliver (self) || self->turn_over)
          return;
        ws_connection_receive_frames (self);
        break;

      case WS_STATE_AWAITING_DECISION:
        hold_input (self);
        break;

      case WS_STATE_RESPONDING:
        if (self->keep_alive) /* the next request */
          hold_input (self);
        self->input_length = 0;
        break;

      case WS_STATE_ACCEPTED:
      case WS_STATE_TLS_HANDSHAKE:
      case WS_STATE_CHECKING_REVOCATION:
      case WS_STATE_FLUSHING:
      case WS_STATE_FLUSHING_TO_LINGER:
      case WS_STATE_LINGERING:
      case WS_STATE_CLOSED:
        self->input_length = 0;
        break;
      }
}

/* Bytes that were kept back come before anything new from the socket. The rest stays in place: it is not
 * copied for each message, if the application pauses after each. */
static void
process_held_input (WsConnection *self)
{
  WsByteBuffer held = self->extra->held;

  self->input = held.data + self->extra->held_start;
  self->input_length = held.length - self->extra->held_start;
  self->extra->held = (WsByteBuffer){ NULL, 0, 0 };
  self->extra->held_start = 0;
  process_input (self);

  if (self->input_length == 0)
    {
      ws_byte_buffer_clear (&held);
      return;
    }

  g_assert (self->extra->held.length == 0);
  self->extra->held = held;
  self->extra->held_start = held.length - self->input_length;
  self->input_length = 0;
}

static gboolean
has_held_input (WsConnection *self)
{
  return self->extra != NULL && self->extra->held.length > 0;
}

/* Whether new bytes may be read: what was kept back comes first. */
static gboolean
may_read (WsConnection *self)
{
  return ws_connection_wants_input (self) && !has_held_input (self);
}

/* One read and what it brings; FALSE when there is nothing more to read now. */
static gboolean
read_once (WsConnection *self)
{
  WsReceiveBuffer *buffer = ws_poller_get_receive_buffer (self->context->poller);
  g_autoptr (GError) error = NULL;
  gsize      size;
  gsize      n_read = 0;
  guint8    *target = ws_connection_get_read_target (self, &size);
  WsReceived received = { NULL };
  WsIOStatus status;

  if (target == NULL)
    {
      ws_receive_buffer_take (buffer, &received);
      target = received.data;
      size = received.size;
    }

  status = ws_transport_read (self->transport, target, size, &n_read, &error);
  switch (status)
    {
    case WS_IO_OK:
      ws_connection_note_read (self, n_read, size);
      self->input = target;
      self->input_length = n_read;
      if (ws_connection_has_lines (self))
        ws_connection_report_lines (self);
      process_input (self);
      hold_input (self);
      break;
    case WS_IO_CLOSED:
      ws_connection_note_read_to_end (self);
      ws_connection_handle_eof (self);
      break;
    case WS_IO_FAILED:
      ws_connection_note_read_to_end (self);
      ws_connection_take_io_error (self, g_steal_pointer (&error));
      break;
    case WS_IO_WOULD_BLOCK:
      ws_connection_note_read_to_end (self);
      break;
    }

  if (received.data != NULL)
    ws_receive_buffer_release (buffer, &received);

  return status == WS_IO_OK && self->transport != NULL && ws_connection_has_unreported_input (self);
}

/* Input that no poll shows: what is left may be in the transport or in the connection only. */
static gboolean
has_unpolled_input (WsConnection *self)
{
  if (!ws_connection_wants_input (self))
    return FALSE;
  if (self->turn_over && self->extra != NULL &&
      (self->extra->held.length > 0 || self->extra->line.length > 0))
    return TRUE;

  return may_read (self) && ws_transport_has_pending (self->transport);
}

static void
receive_input (WsConnection *self)
{
  /* A nested dispatch goes on with what the outer one has read. */
  process_input (self);
  if (self->input_length > 0)
    {
      if (self->turn_over)
        ws_connection_defer_input (self);
      return;
    }

  if (ws_connection_wants_input (self))
    ws_connection_resume_lines (self);
  if (has_held_input (self) && ws_connection_wants_input (self) && !self->turn_over)
    process_held_input (self);

  for (guint i = 0; i < MAX_READS_PER_DISPATCH && may_read (self) && !self->turn_over; i++)
    if (!read_once (self) && !self->turn_over)
      return;

  if (has_unpolled_input (self))
    ws_connection_defer_input (self);
}

static void
handle_hang_up (WsConnection *self,
                WsPollEvents  events)
{
  if (self->state == WS_STATE_AWAITING_DECISION || self->state == WS_STATE_CHECKING_REVOCATION ||
      ws_connection_is_deciding_tls (self))
    ws_connection_handle_eof (self);
  else if (!ws_connection_wants_input (self) && (events & (WS_POLL_ERROR | WS_POLL_HANG_UP)) != 0)
    ws_connection_take_io_error (self, NULL);
}

/* TRUE if the input is left to the turn call. Clients that are open come first: a step of the TLS handshake
 * computes for a millisecond or more, a request calls handlers, and anybody can begin either at any rate. */
static gboolean
defer_event (WsConnection *self,
             WsPollEvents  events)
{
  const gboolean in_handshake = self->state == WS_STATE_TLS_HANDSHAKE;
  const gboolean has_gone = (events & (WS_POLL_ERROR | WS_POLL_HANG_UP)) != 0;

  if (events == 0)
    return FALSE;

  if (in_handshake || self->state == WS_STATE_READING_REQUEST)
    {
      /* Little is left to do, and its watch would not be silent. */
      if (has_gone)
        return FALSE;
      if (in_handshake || (events & ~WS_POLL_OUT) != 0)
        ws_connection_defer_input (self);
    }

  return self->turn_call.queued;
}

static void
connection_ready (WsWatch     *watch,
                  WsPollEvents events)
{
  WsConnection *self = WS_CONTAINER_OF (watch, WsConnection, watch);
  gboolean      was_corked = self->corked;
  gboolean      was_in_handshake = self->state == WS_STATE_TLS_HANDSHAKE;
  gboolean      is_deferred;

  g_object_ref (self);
  self->dispatching++;
  if (!self->continues_turn)
    ws_connection_begin_turn (self);
  self->continues_turn = FALSE;
  is_deferred = defer_event (self, events);
  if (events != 0)
    ws_connection_note_edge (self, events);

  /* In a nested dispatch the handler below may wait for an answer to what it has sent. */
  self->corked = FALSE;
  if (was_in_handshake && !is_deferred)
    {
      ws_connection_continue_tls (self);
      ws_connection_report_lines (self);
    }
  else if ((events & WS_POLL_OUT) != 0 || was_corked)
    ws_connection_flush (self);

  self->corked = TRUE;
  if ((events & (WS_POLL_ERROR | WS_POLL_HANG_UP | WS_POLL_READ_HANG_UP)) != 0)
    handle_hang_up (self, events);
  if (((events & ~WS_POLL_OUT) != 0 || events == 0 || was_in_handshake) && !is_deferred)
    receive_input (self);
  self->corked = FALSE;
  ws_connection_flush (self);
  self->corked = was_corked;
  if (G_UNLIKELY (ws_connection_may_hold_memory (self)))
    {
      ws_connection_count_memory (self);
      ws_connection_note_queue (self);
    }
  self->dispatching--;
  if (self->pending != 0)
    ws_connection_run_pending (self);
  ws_connection_update_watch (self);
  ws_connection_rearm_edge (self);
  g_object_unref (self);
}

static gboolean
connection_has_backlog (WsWatch *watch)
{
  WsConnection *self = WS_CONTAINER_OF (watch, WsConnection, watch);

  if (self->state == WS_STATE_CLOSED)
    return get_pending (self) != 0;

  /* What is in the transport only, no poll shows to a loop that a handler runs. */
  return (self->input_length > 0 && ws_connection_may_deliver (self)) || get_pending (self) != 0 ||
         (may_read (self) &&
          (self->input_edge.readable || ws_transport_has_pending (self->transport))) ||
         (self->corked && self->outbox.length > 0 && (self->watch.events & WS_POLL_OUT) == 0);
}

const WsWatchFuncs ws_connection_watch_funcs = {
  .ready = connection_ready,
  .has_backlog = connection_has_backlog,
};
