/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/config/ws-settings-private.h"
#include "wsserver/connection/ws-connection-owner-private.h"
#include "wsserver/connection/ws-message-handler-private.h"
#include "wsserver/io/ws-poller-private.h"
#include "wsserver/io/ws-timer-private.h"

G_BEGIN_DECLS

/* What all connections of one server share. The server owns it. A connection drops its pointer when it
 * ends. */
typedef struct
{
  const WsConnectionOwnerFuncs *funcs;
  gpointer                      owner;
  WsPoller                     *poller;
  WsSettings                   *settings;
  WsMessageHandler             *message_handler; /* the owner's; NULL: signals deliver messages */
  GByteArray                   *scratch;         /* for output of the deflater; NULL while it is in use */
  /* for a short payload that is being delivered; NULL while it is in use */
  guint8  *payload_block;
  guint64  memory_bytes;      /* that all connections hold */
  guint64  memory_peak_bytes; /* since memory was given back to the system */
  gboolean memory_is_short;   /* set by the owner */
  gboolean trace;             /* G_MESSAGES_DEBUG selects this library */
  /* The conductor's: output of the connection was written, so that the jobs behind it may go on. */
  void (*bytes_written) (WsConnection *connection);

  /* ws_connection_enter_state() counts, up to WS_STATE_CLOSED. */
  guint n_open;    /* clients whose WebSocket is open, or was */
  guint n_pending; /* all others */

  /* One queue for each kind, see ws-timer-private.h. */
  /* The client is awaited: from accepting to the end of the request, for its body, while it reads a response.
   * The head is the one that has made no progress for the longest time. */
  WsTimerQueue handshake_timers;
  WsTimerQueue decision_timers; /* the application's decision is awaited; HandshakeTimeout, too */
  WsTimerQueue close_timers;    /* CloseTimeout: CLOSING, FLUSHING and FLUSHING_TO_LINGER */
  WsTimerQueue linger_timers;   /* our side is shut down, the peer's not yet */
  /* DefaultConnectionTimeout: between the client's parts of the TLS handshake */
  WsTimerQueue silence_timers;
  WsTimerQueue idle_timers;
  WsTimerQueue ping_timers;
  WsTimerQueue pong_timers;
} WsConnectionContext;

void ws_connection_context_init (WsConnectionContext          *self,
                                 const WsConnectionOwnerFuncs *funcs,
                                 gpointer                      owner,
                                 WsPoller                     *poller,
                                 WsSettings                   *settings);
void ws_connection_context_clear (WsConnectionContext *self);
/* Applies changed durations and limits of the settings. TRUE if keep-alive timers were switched on. */
gboolean ws_connection_context_update (WsConnectionContext *self);

G_END_DECLS
