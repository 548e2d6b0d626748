/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The conductor, continued: time has passed. */
#include "wsserver/connection/ws-connection-timers-private.h"

#include "wsserver/base/ws-container-private.h"
#include "wsserver/connection/ws-connection-closing-private.h"
#include "wsserver/connection/ws-connection-conductor-private.h"
#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/connection/ws-connection-keepalive-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-response-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"

/* Ends every callback of a timer, which the poller's dispatch calls: what it has brought about is reported
 * right away. Drops the reference that the callback took. */
static void
finish_timer (WsConnection *self)
{
  if (self->pending != 0)
    ws_connection_run_pending (self);
  g_object_unref (self);
}

static WsConnection *
ref_connection_of_phase_timer (WsTimer *timer)
{
  return g_object_ref (WS_CONTAINER_OF (timer, WsConnection, phase_timer));
}

static WsConnection *
ref_connection_of_idle_timer (WsTimer *timer)
{
  return g_object_ref (WS_CONTAINER_OF (timer, WsConnection, idle_timer));
}

static WsConnection *
ref_connection_of_ping_timer (WsTimer *timer)
{
  return g_object_ref (WS_CONTAINER_OF (timer, WsConnection, ping_timer));
}

void
ws_connection_handshake_timer_expired (WsTimer *timer)
{
  WsConnection *self = ref_connection_of_phase_timer (timer);

  switch (self->state)
    {
    case WS_STATE_TLS_HANDSHAKE:
      ws_connection_handle_tls_timeout (self);
      break;

    case WS_STATE_READING_REQUEST:
      /* A 408 could be read as the response to the next request. */
      if (ws_connection_is_between_requests (self))
        ws_connection_end_between_requests (self, "no other request came within HandshakeTimeout");
      else
        ws_connection_refuse (self, 408, "the request did not end within HandshakeTimeout");
      break;

    case WS_STATE_READING_BODY:
      ws_connection_refuse (self, 408, "no more of the body came within HandshakeTimeout");
      break;

    case WS_STATE_AWAITING_DECISION:
      ws_connection_refuse (self, 503, "the decision on the request took longer than HandshakeTimeout");
      break;

    case WS_STATE_RESPONDING:
      if (ws_connection_is_peer_acknowledging (self))
        ws_connection_restart_phase_timer (self);
      else
        ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, "nothing of the response was read within HandshakeTimeout");
      break;

    case WS_STATE_ACCEPTED:
    case WS_STATE_CHECKING_REVOCATION:
    case WS_STATE_OPEN:
    case WS_STATE_CLOSING:
    case WS_STATE_FLUSHING:
    case WS_STATE_FLUSHING_TO_LINGER:
    case WS_STATE_LINGERING:
    case WS_STATE_CLOSED:
      g_assert_not_reached (); /* the timer of another state */
    }
  finish_timer (self);
}

void
ws_connection_close_timer_expired (WsTimer *timer)
{
  WsConnection *self = ref_connection_of_phase_timer (timer);

  if (ws_connection_is_peer_acknowledging (self))
    ws_connection_restart_phase_timer (self);
  else if (self->state == WS_STATE_CLOSING)
    ws_connection_end (self, WS_CLOSE_CODE_ABNORMAL, "no close frame came within CloseTimeout");
  else /* only the last bytes did not go out */
    ws_connection_end_as_settled (self);
  finish_timer (self);
}

void
ws_connection_linger_timer_expired (WsTimer *timer)
{
  WsConnection *self = ref_connection_of_phase_timer (timer);

  if (ws_connection_is_peer_acknowledging (self))
    ws_connection_restart_phase_timer (self);
  else
    ws_connection_end_as_settled (self);
  finish_timer (self);
}

void
ws_connection_silence_timer_expired (WsTimer *timer)
{
  WsConnection *self = ref_connection_of_idle_timer (timer);

  ws_connection_handle_tls_silence (self);
  finish_timer (self);
}

void
ws_connection_idle_timer_expired (WsTimer *timer)
{
  WsConnection *self = ref_connection_of_idle_timer (timer);

  if (self->state == WS_STATE_OPEN && self->reading_paused)
    ws_connection_restart_keepalive (self); /* perhaps it has sent one that was not read */
  else if (self->state == WS_STATE_OPEN)
    ws_connection_start_close (self, WS_CLOSE_CODE_GOING_AWAY, "no message within IdleTimeout");
  finish_timer (self);
}

void
ws_connection_ping_timer_expired (WsTimer *timer)
{
  WsConnection *self = ref_connection_of_ping_timer (timer);

  ws_connection_handle_ping_due (self);
  finish_timer (self);
}

void
ws_connection_pong_timer_expired (WsTimer *timer)
{
  WsConnection *self = ref_connection_of_ping_timer (timer);

  ws_connection_handle_pong_timeout (self);
  finish_timer (self);
}
