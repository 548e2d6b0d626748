/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state machine: which transitions there are, and how long a connection may stay in a state. */
#include "wsserver/connection/ws-connection-state-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/base/ws-process-private.h"
#include "wsserver/connection/ws-connection-private.h"

#define TO(state) (1u << WS_STATE_##state)

/* What entering a state does to the phase timer. */
typedef enum
{
  PHASE_STOPS,                /* the state has no time limit, or one of its own */
  PHASE_STARTS,               /* the time of the state begins */
  PHASE_STARTS_UNLESS_RUNNING /* the same, unless the timer runs in that queue already */
} PhaseTimer;

typedef struct
{
  guint      next;  /* a set of TO () */
  PhaseTimer timer; /* on entering it … */
  gsize      queue; /* … of the WsConnectionContext, with a limit */
} StateRow;

#define QUEUE(name) G_STRUCT_OFFSET (WsConnectionContext, name)

/* tests/house/check-states compares this table with docs/connection-states.dot. */
static const StateRow states[] = {
  [WS_STATE_ACCEPTED] = { TO (TLS_HANDSHAKE) | TO (READING_REQUEST) | TO (CLOSED), PHASE_STOPS, 0 },
  [WS_STATE_TLS_HANDSHAKE] = { TO (CHECKING_REVOCATION) | TO (READING_REQUEST) | TO (CLOSED), PHASE_STARTS,
                               QUEUE (handshake_timers) },
  /* The check has a deadline of its own. */
  [WS_STATE_CHECKING_REVOCATION] = { TO (READING_REQUEST) | TO (CLOSED), PHASE_STOPS, 0 },
  [WS_STATE_READING_REQUEST] = { TO (AWAITING_DECISION) | TO (CLOSED), PHASE_STARTS_UNLESS_RUNNING,
                                 QUEUE (handshake_timers) },
  [WS_STATE_READING_BODY] = { TO (AWAITING_DECISION) | TO (CLOSED), PHASE_STARTS, QUEUE (handshake_timers) },
  [WS_STATE_AWAITING_DECISION] = { TO (READING_BODY) | TO (RESPONDING) | TO (OPEN) | TO (CLOSED),
                                   PHASE_STARTS, QUEUE (decision_timers) },
  [WS_STATE_RESPONDING] = { TO (READING_REQUEST) | TO (LINGERING) | TO (CLOSED), PHASE_STARTS,
                            QUEUE (handshake_timers) },
  [WS_STATE_OPEN] = { TO (CLOSING) | TO (FLUSHING) | TO (FLUSHING_TO_LINGER) | TO (CLOSED), PHASE_STOPS, 0 },
  [WS_STATE_CLOSING] = { TO (FLUSHING) | TO (FLUSHING_TO_LINGER) | TO (CLOSED), PHASE_STARTS,
                         QUEUE (close_timers) },
  [WS_STATE_FLUSHING] = { TO (CLOSED), PHASE_STARTS_UNLESS_RUNNING, QUEUE (close_timers) },
  [WS_STATE_FLUSHING_TO_LINGER] = { TO (LINGERING) | TO (CLOSED), PHASE_STARTS_UNLESS_RUNNING,
                                    QUEUE (close_timers) },
  [WS_STATE_LINGERING] = { TO (CLOSED), PHASE_STARTS, QUEUE (linger_timers) },
  [WS_STATE_CLOSED] = { 0, PHASE_STOPS, 0 },
};

static WsTimerQueue *
get_phase_queue (WsConnection *self)
{
  return (WsTimerQueue *) ((guint8 *) self->context + states[self->state].queue);
}

void
ws_connection_restart_phase_timer (WsConnection *self)
{
  /* By the clock, not by the time at which a long dispatch began. */
  ws_timer_arm (&self->phase_timer, get_phase_queue (self), g_get_monotonic_time ());
}

void
ws_connection_await_application (WsConnection *self)
{
  ws_timer_arm (&self->phase_timer, &self->context->decision_timers, g_get_monotonic_time ());
}

static void
update_phase_timer (WsConnection *self)
{
  switch (states[self->state].timer)
    {
    case PHASE_STOPS:
      ws_timer_disarm (&self->phase_timer);
      break;
    case PHASE_STARTS:
      ws_connection_restart_phase_timer (self);
      break;
    case PHASE_STARTS_UNLESS_RUNNING:
      if (self->phase_timer.queue != get_phase_queue (self))
        ws_connection_restart_phase_timer (self);
      break;
    }
}

static void
count_transition (WsConnection     *self,
                  WsConnectionState state)
{
  WsConnectionContext *context = self->context;

  if (state == WS_STATE_OPEN || (state == WS_STATE_CLOSED && !self->was_open))
    context->n_pending--;
  if (state == WS_STATE_OPEN)
    context->n_open++;
  else if (state == WS_STATE_CLOSED && self->was_open)
    context->n_open--;
}

void
ws_connection_enter_state (WsConnection     *self,
                           WsConnectionState state)
{
  g_assert ((states[self->state].next & (1u << state)) != 0);

  count_transition (self, state);
  self->state = state;
  update_phase_timer (self);
  if (state == WS_STATE_OPEN)
    self->was_open = TRUE;
}

void
ws_connection_schedule (WsConnection *self,
                        WsPending     pending)
{
  self->pending |= (guint16) pending;
  if (self->dispatching == 0 && self->context != NULL)
    ws_poller_call_later (self->context->poller, &self->idle_call);
}

/* --- what a state allows --------------------------------------------------------------------- */

static const char *
describe_state (WsConnectionState state)
{
  switch (state)
    {
    case WS_STATE_ACCEPTED:
    case WS_STATE_TLS_HANDSHAKE:
    case WS_STATE_CHECKING_REVOCATION:
    case WS_STATE_READING_REQUEST:
    case WS_STATE_READING_BODY:
    case WS_STATE_AWAITING_DECISION:
    case WS_STATE_RESPONDING:
      return "not open yet";
    case WS_STATE_OPEN:
      return "open";
    case WS_STATE_CLOSING:
    case WS_STATE_FLUSHING:
    case WS_STATE_FLUSHING_TO_LINGER:
    case WS_STATE_LINGERING:
      return "closing";
    case WS_STATE_CLOSED:
      return "closed";
    }

  g_assert_not_reached ();
}

gboolean
ws_connection_check_process (WsConnection *self,
                             GError      **error)
{
  if (!ws_process_is_foreign (self->transport->process_generation))
    return TRUE;

  ws_set_error (error, WS_ERROR_ACCESS_DENIED,
                "Permission denied: connection %" G_GUINT64_FORMAT " belongs to the parent of this process, which was forked from it",
                self->id);
  return FALSE;
}

gboolean
ws_connection_check_open (WsConnection *self,
                          GError      **error)
{
  if (G_LIKELY (self->state == WS_STATE_OPEN))
    return ws_connection_check_process (self, error);

  g_set_error (error, WS_ERROR, WS_ERROR_SENDING, "Connection %" G_GUINT64_FORMAT " is %s", self->id,
               describe_state (self->state));
  return FALSE;
}

gboolean
ws_connection_check_not_closed (WsConnection *self,
                                GError      **error)
{
  if (self->state != WS_STATE_CLOSED)
    return ws_connection_check_process (self, error);

  return ws_connection_check_open (self, error);
}

gboolean
ws_connection_check_can_start_message (WsConnection *self,
                                       GError      **error)
{
  if (!ws_connection_check_open (self, error))
    return FALSE;
  if (self->extra == NULL || self->extra->message_left == 0)
    return TRUE;

  g_set_error (error, WS_ERROR, WS_ERROR_IN_PROGRESS,
               "[%d] Operation now in progress: %" G_GUINT64_FORMAT " bytes of the message announced by MessageLength are missing",
               WS_ERROR_IN_PROGRESS, self->extra->message_left);
  return FALSE;
}
