/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the poller calls: readiness, deferred work, and the order in which things are told. */
#include "wsserver/connection/ws-connection-closing-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-input-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-loop-private.h"
#include "wsserver/connection/ws-connection-opening-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/io/ws-byte-buffer-private.h"
#include "wsserver/base/ws-error.h"
#include "wsserver/connection/ws-connection-private.h"

/* How often one dispatch reads again while the transport holds decrypted bytes that the descriptor
 * does not show; more waits for the next turn, so that others get theirs. */
#define MAX_READS_PER_DISPATCH 8

void
ws_connection_schedule (WsConnection *self,
                        WsPending     pending)
{
  self->pending |= (guint16) pending;
  if (self->dispatching == 0 && self->context != NULL)
    ws_poller_call_later (self->context->poller, &self->idle_call);
}

/* One step of the end a call: each tells at most one thing, so that the next one finds what is left
 * to tell even if a handler has disposed of the server meanwhile. */
static void
tell_end (WsConnection *self)
{
  WsConnectionContext *context = self->context;
  g_autoptr (GError) fault = g_steal_pointer (&self->fault);

  if (self->was_connected && !self->paused && !self->discarding && ws_connection_deliver_rest_of_line (self))
    {
      self->fault = g_steal_pointer (&fault);
      return;
    }
  if (fault != NULL)
    ws_connection_log_error (self, "%s", fault->message);

  /* A client that resets the connection is no error of this side; disconnected tells of it. */
  if (fault != NULL && (self->was_connected || self->tell_fault) &&
      fault->code != WS_ERROR_CONNECTION_RESET && self->context != NULL)
    {
      ws_connection_emit_error (self, fault->code, fault->message);
      return;
    }

  if (self->close_code != 0)
    ws_connection_log (self, WS_LOG_INFO, "Closed: %u %s", self->close_code, self->description);
  else
    ws_connection_log (self, WS_LOG_INFO, "Closed: %s", self->description);
  if (self->context == NULL) /* a handler of the log has disposed of the server, which told the rest */
    return;

  self->pending = 0;
  ws_poller_cancel_call (context->poller, &self->idle_call);
  self->context = NULL;
  context->funcs->ended (context->owner, self, self->was_connected, self->close_code, self->description);
}

/* Every step may run the application's code, which may do anything; so each looks anew at what is
 * still to be done. */
void
ws_connection_run_pending (WsConnection *self)
{
  while (self->pending != 0 && self->context != NULL)
    {
      guint pending = self->pending;

      if (pending & WS_PENDING_ANSWER)
        {
          self->pending &= (guint16) ~WS_PENDING_ANSWER;
          ws_connection_answer_open_request (self);
        }
      else if (pending & WS_PENDING_CERTIFICATE)
        {
          self->pending &= (guint16) ~WS_PENDING_CERTIFICATE;
          ws_connection_answer_ssl_request (self);
        }
      else if (pending & WS_PENDING_INPUT)
        {
          self->pending &= (guint16) ~WS_PENDING_INPUT;
          if (self->transport != NULL)
            ws_poller_deliver (self->context->poller, &self->watch);
        }
      else if (pending & WS_PENDING_COMPLETIONS)
        {
          self->pending &= (guint16) ~WS_PENDING_COMPLETIONS;
          ws_connection_tell_finished_jobs (self);
        }
      else if (pending & WS_PENDING_READY_TO_SEND)
        {
          self->pending &= (guint16) ~WS_PENDING_READY_TO_SEND;
          if (self->state == WS_STATE_OPEN && !self->ready_to_send)
            {
              ws_connection_set_ready_to_send (self, TRUE);
              if (self->state == WS_STATE_OPEN)
                self->context->funcs->ready_to_send (self->context->owner, self);
            }
        }
      else
        {
          tell_end (self);
        }
    }
}

void
ws_connection_finish_timer (WsConnection *self)
{
  if (self->pending != 0)
    ws_connection_run_pending (self);
  g_object_unref (self);
}

void
ws_connection_idle_call_cb (WsIdleCall *call)
{
  WsConnection *self = (WsConnection *) ((guint8 *) call - G_STRUCT_OFFSET (WsConnection, idle_call));

  g_object_ref (self);
  if (self->more_input)
    {
      self->more_input = FALSE;
      self->pending |= WS_PENDING_INPUT;
    }
  ws_connection_run_pending (self);
  g_object_unref (self);
}

static guint
get_wanted_events (WsConnection *self)
{
  guint events = 0;

  if (self->outbox.length > 0 && (!self->corked || (self->watch.events & WS_POLL_OUT) != 0))
    events = WS_POLL_OUT;

  switch ((WsConnectionState) self->state)
    {
    case WS_STATE_SECURING:
      return ws_connection_get_tls_events (self);

    case WS_STATE_HEAD:
    case WS_STATE_LINGERING:
      return events | WS_POLL_IN;

    case WS_STATE_OPEN:
    case WS_STATE_CLOSING:
      return self->paused ? events : events | WS_POLL_IN;

    case WS_STATE_VETTING:
    case WS_STATE_DECIDING: /* a peer that leaves meanwhile is noticed without reading */
      return events | WS_POLL_READ_HANG_UP;

    case WS_STATE_ANSWERING:
    case WS_STATE_ENDING:
    case WS_STATE_CLOSED:
    default:
      return events;
    }
}

static gboolean
wants_input (WsConnection *self)
{
  switch ((WsConnectionState) self->state)
    {
    case WS_STATE_HEAD:
    case WS_STATE_LINGERING:
      return TRUE;
    case WS_STATE_OPEN:
    case WS_STATE_CLOSING:
      return !self->paused;
    case WS_STATE_SECURING:
    case WS_STATE_VETTING:
    case WS_STATE_DECIDING:
    case WS_STATE_ANSWERING:
    case WS_STATE_ENDING:
    case WS_STATE_CLOSED:
    default:
      return FALSE;
    }
}

/* Where there is only input to wait for, each state of it is told once. */
guint
ws_connection_add_edge (WsConnection *self,
                        guint         events)
{
  return self->has_edges && events == WS_POLL_IN
             ? events | WS_POLL_EDGE | WS_POLL_READ_HANG_UP | WS_POLL_URGENT
             : events;
}

void
ws_connection_update_watch (WsConnection *self)
{
  guint events;

  if (self->transport == NULL || self->watch.poller == NULL)
    return;

  events = ws_transport_get_events (self->transport, get_wanted_events (self));
  /* A client that renegotiates has to be read before it can be written to. Where it is not to be read,
   * what it sends would only wake us again and again. */
  if (self->state != WS_STATE_SECURING && !wants_input (self))
    events &= ~(guint) WS_POLL_IN;
  events = ws_connection_add_edge (self, events);
  if (events != self->watch.events)
    ws_poller_modify_watch (self->watch.poller, &self->watch, events);
}

void
ws_connection_hold_input (WsConnection *self)
{
  if (self->input_length == 0)
    return;

  ws_byte_buffer_append (&ws_connection_get_extra (self)->held, self->input, self->input_length);
  self->input_length = 0;
}

void
ws_connection_process_input (WsConnection *self)
{
  while (self->input_length > 0)
    switch ((WsConnectionState) self->state)
      {
      case WS_STATE_HEAD:
        ws_connection_receive_head (self);
        break;

      case WS_STATE_OPEN:
      case WS_STATE_CLOSING:
        if (self->paused)
          return;
        ws_connection_receive_frames (self);
        break;

      case WS_STATE_DECIDING:
        ws_connection_hold_input (self);
        break;

      case WS_STATE_SECURING:
      case WS_STATE_VETTING:
      case WS_STATE_ANSWERING:
      case WS_STATE_ENDING:
      case WS_STATE_LINGERING:
      case WS_STATE_CLOSED:
      default:
        self->input_length = 0;
        break;
      }
}

/* Bytes that were kept back come before anything new from the socket. */
static void
process_held_input (WsConnection *self)
{
  WsByteBuffer held = self->extra->held;

  self->extra->held = (WsByteBuffer){ NULL, 0, 0 };
  self->input = held.data;
  self->input_length = held.length;
  ws_connection_process_input (self);
  ws_connection_hold_input (self);
  ws_byte_buffer_clear (&held);
}

static gboolean
has_held_input (WsConnection *self)
{
  return self->extra != NULL && self->extra->held.length > 0;
}

/* Whether a read that brought n_read of the size asked for can have left something. A short one takes all
 * there is, says epoll(7), save for what note_edge() has seen. */
static gboolean
may_have_more (WsConnection *self,
               gsize         n_read,
               gsize         size)
{
  return self->readable && (n_read == size || self->hung_up);
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
      self->readable = may_have_more (self, n_read, size);
      self->input = target;
      self->input_length = n_read;
      ws_connection_process_input (self);
      ws_connection_hold_input (self);
      break;
    case WS_IO_CLOSED:
      self->readable = FALSE;
      ws_connection_peer_finished (self);
      break;
    case WS_IO_FAILED:
      self->readable = FALSE;
      ws_connection_lost (self, g_steal_pointer (&error));
      break;
    case WS_IO_WOULD_BLOCK:
    default:
      self->readable = FALSE;
      break;
    }

  if (received.data != NULL)
    ws_receive_buffer_release (buffer, &received);

  return status == WS_IO_OK && self->transport != NULL &&
         ((self->readable && self->hung_up) || ws_transport_has_pending (self->transport));
}

static void
receive (WsConnection *self)
{
  /* A nested dispatch goes on with what the outer one has read. */
  ws_connection_process_input (self);
  if (self->input_length > 0)
    return;

  if (wants_input (self))
    ws_connection_resume_lines (self);
  if (has_held_input (self) && wants_input (self))
    process_held_input (self);

  for (guint i = 0; i < MAX_READS_PER_DISPATCH && wants_input (self) && !has_held_input (self); i++)
    if (!read_once (self))
      return;

  /* What is left may be in the transport only, where no poll sees it. */
  if (wants_input (self) && !has_held_input (self) && ws_transport_has_pending (self->transport))
    {
      self->more_input = TRUE;
      ws_poller_call_later (self->context->poller, &self->idle_call);
    }
}

static void
handle_hang_up (WsConnection *self,
                WsPollEvents  events)
{
  if (self->state == WS_STATE_DECIDING || self->state == WS_STATE_VETTING ||
      ws_connection_is_deciding_tls (self))
    ws_connection_peer_finished (self);
  else if (!wants_input (self) && (events & (WS_POLL_ERROR | WS_POLL_HANG_UP)) != 0)
    ws_connection_lost (self, NULL);
}

/* What is told once only has to be taken note of before any handler runs. The end, or an error, comes after
 * all input, and a byte out of band amid it, where a read stops short (tcp(7)): then only reading until there
 * is nothing shows that there is nothing. */
static void
note_edge (WsConnection *self,
           WsPollEvents  events)
{
  if ((self->watch.events & WS_POLL_EDGE) == 0)
    return;

  self->readable = TRUE;
  if ((events & ~WS_POLL_IN) != 0)
    self->hung_up = TRUE;
}

/* More than one read's worth waits its turn behind the other clients. */
static void
rearm_edge (WsConnection *self)
{
  self->readable = FALSE;
  if (self->transport != NULL && (self->watch.events & WS_POLL_EDGE) != 0)
    ws_poller_rearm_watch (self->watch.poller, &self->watch);
}

static void
connection_ready (WsWatch     *watch,
                  WsPollEvents events)
{
  WsConnection *self = (WsConnection *) ((guint8 *) watch - G_STRUCT_OFFSET (WsConnection, watch));
  gboolean      was_corked = self->corked;
  gboolean      was_securing = self->state == WS_STATE_SECURING;

  g_object_ref (self);
  self->dispatching++;
  if (events != 0)
    note_edge (self, events);

  /* In a nested dispatch the handler below may wait for an answer to what it has sent. */
  self->corked = FALSE;
  if (was_securing)
    ws_connection_continue_tls (self);
  else if ((events & WS_POLL_OUT) != 0 || was_corked)
    ws_connection_flush (self);

  self->corked = TRUE;
  if ((events & (WS_POLL_ERROR | WS_POLL_HANG_UP | WS_POLL_READ_HANG_UP)) != 0)
    handle_hang_up (self, events);
  if ((events & ~WS_POLL_OUT) != 0 || events == 0 || was_securing)
    receive (self);
  self->corked = FALSE;
  ws_connection_flush (self);
  self->corked = was_corked;
  self->dispatching--;
  if (self->pending != 0)
    ws_connection_run_pending (self);
  ws_connection_update_watch (self);
  if (self->readable)
    rearm_edge (self);
  g_object_unref (self);
}

static gboolean
connection_has_backlog (WsWatch *watch)
{
  WsConnection *self = (WsConnection *) ((guint8 *) watch - G_STRUCT_OFFSET (WsConnection, watch));

  if (self->state == WS_STATE_CLOSED)
    return self->pending != 0;

  /* What is in the transport only, no poll shows to a loop that a handler runs. */
  return (self->input_length > 0 && !self->paused) || self->pending != 0 ||
         (wants_input (self) && !has_held_input (self) &&
          (self->readable || ws_transport_has_pending (self->transport))) ||
         (self->corked && self->outbox.length > 0 && (self->watch.events & WS_POLL_OUT) == 0);
}

const WsWatchFuncs ws_connection_watch_funcs = {
  .ready = connection_ready,
  .has_backlog = connection_has_backlog,
};
