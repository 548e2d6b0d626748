/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"

G_BEGIN_DECLS

/* docs/connection-states.dot is a picture of these states and of the transitions between them. */
typedef enum
{
  WS_STATE_ACCEPTED,            /* not started yet */
  WS_STATE_TLS_HANDSHAKE,       /* also while the application decides on the ClientHello */
  WS_STATE_CHECKING_REVOCATION, /* of the client's certificate */
  WS_STATE_READING_REQUEST,     /* its head */
  WS_STATE_READING_BODY,
  WS_STATE_AWAITING_DECISION, /* the request is complete; the application may be deciding on it */
  /* a response other than 101 is being written; LINGERING follows, or READING_REQUEST if another request may
   * follow */
  WS_STATE_RESPONDING,
  WS_STATE_OPEN,
  WS_STATE_CLOSING,            /* our close frame is queued or sent; the peer's is awaited */
  WS_STATE_FLUSHING,           /* the last bytes are being written; then the socket is closed */
  WS_STATE_FLUSHING_TO_LINGER, /* the same, but the peer has sent more than was read; LINGERING follows */
  WS_STATE_LINGERING,          /* our side is shut down; reading on, so that the peer gets the last bytes */
  WS_STATE_CLOSED,
} WsConnectionState;

/* What becomes of the data that a client sends. */
typedef enum
{
  WS_DELIVERY_ON,
  WS_DELIVERY_PAUSED,
  WS_DELIVERY_DISCARD, /* closed while paused: data is dropped until the client's close frame */
} WsDelivery;

/* Work for the conductor. It is done from the main loop, never inside a call of the application. */
typedef enum
{
  WS_PENDING_OPEN_DECISION = 1 << 0, /* a deferred open request was completed */
  WS_PENDING_INPUT = 1 << 1,         /* reading was resumed: held bytes to process */
  WS_PENDING_READY_TO_SEND = 1 << 2, /* the queue fell below half after a failed send */
  WS_PENDING_COMPLETIONS = 1 << 3,   /* sends that have finished or failed */
  WS_PENDING_END = 1 << 4,
  WS_PENDING_TLS_DECISION = 1 << 5,  /* a deferred request of the TLS handshake was completed */
  WS_PENDING_LINES = 1 << 6,         /* of the log */
  WS_PENDING_HTTP_DECISION = 1 << 7, /* a deferred HTTP request was completed, or its file is open */
} WsPending;

/* Makes every transition. It must be one of the table in ws-connection-state.c, which also says what becomes
 * of the phase timer. */
void ws_connection_enter_state (WsConnection     *self,
                                WsConnectionState state);
/* Gives the phase that has begun its whole time once more. */
void ws_connection_restart_phase_timer (WsConnection *self);
/* The same, while the application decides: the client has kept its time. */
void ws_connection_await_application (WsConnection *self);

/* Remembers work and has the conductor do it. */
void ws_connection_schedule (WsConnection *self,
                             WsPending     pending);

/* A forked child may not use its parent's connections. */
gboolean ws_connection_check_process (WsConnection *self,
                                      GError      **error);
gboolean ws_connection_check_open (WsConnection *self,
                                   GError      **error);
gboolean ws_connection_check_not_closed (WsConnection *self,
                                         GError      **error);
/* As check_open; and no message announced by MessageLength is incomplete. */
gboolean ws_connection_check_can_start_message (WsConnection *self,
                                                GError      **error);

G_END_DECLS
