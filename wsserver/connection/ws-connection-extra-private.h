/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/config/ws-config-private.h"
#include "wsserver/connection/ws-connection.h"
#include "wsserver/connection/ws-response-body-private.h"
#include "wsserver/io/ws-byte-buffer-private.h"
#include "wsserver/protocol/ws-frame-private.h"
#include "wsserver/protocol/ws-http-body-private.h"
#include "wsserver/protocol/ws-http-head-private.h"
#include "wsserver/protocol/ws-utf8-private.h"
#include "wsserver/request/ws-http-request.h"
#include "wsserver/request/ws-open-request.h"

G_BEGIN_DECLS

/* State that only a few connections need at a time. It is allocated on demand; an idle client has none. */
typedef struct
{
  WsConnectionSettings settings;

  /* Receiving. */
  WsByteBuffer message;    /* of the message (BufferMessage) or the frame being assembled */
  WsByteBuffer held;       /* read, but not delivered yet: paused, before the 101, the next request or turn */
  gsize        held_start; /* what is before was processed */
  WsByteBuffer line;       /* line mode: bytes not yet delivered as lines, from line_start on */
  gsize        line_start;
  gsize        line_searched;    /* bytes from line_start on known to hold no line end */
  gboolean     line_message_end; /* the line's last byte is the last of a message */

  /* The opening request. */
  WsByteBuffer      head; /* that came in pieces */
  WsHttpHeadScanner scanner;
  WsOpenRequest    *open_request; /* awaits the decision; not a reference, see WsDecision */

  /* A request that asks for no WebSocket. */
  WsHttpBody      body;          /* of the request */
  GByteArray     *payload;       /* of it, so far */
  WsHttpRequest  *http_request;  /* awaits the decision, as open_request */
  WsResponseBody *response_body; /* a file that is being sent, or NULL */

  /* A message that several calls send, announced by MessageLength. */
  WsOpcode        message_opcode;
  gboolean        message_compressed;
  WsUtf8Validator message_utf8;
  guint64         message_left; /* bytes still to be sent */

  /* Sends that are waited for. All hold WsSendJob. */
  GQueue   jobs;          /* queued behind a stream, or waiting to be written */
  GQueue   pings;         /* waiting for their pong */
  GQueue   closers;       /* waiting for the end */
  GQueue   finished;      /* to be reported */
  GList   *next_job;      /* the first in jobs that is not queued as a whole, or NULL */
  guint64  waiting_bytes; /* payload of the jobs not started */
  guint    n_waits;       /* blocking calls in progress */
  gboolean running_jobs;  /* guards ws_connection_run_jobs() against itself */

  /* Keep-alive. */
  guint64  acknowledged; /* bytes the client had acknowledged at the last look */
  guint64  ping_sequence;
  gint64   ping_sent_us;                        /* of ping_sequence */
  guint8   pong[WS_CONTROL_PAYLOAD_MAX_LENGTH]; /* latest pong owed while the outbox is full */
  guint8   pong_length;
  gboolean pong_owed;
  gint64   control_second_us; /* MaxControlFrameRate: when the current second began … */
  guint    n_control_frames;  /* … and the control frames received in it */
} WsConnectionExtra;

/* Allocates it on the first call. */
WsConnectionExtra *ws_connection_ensure_extra (WsConnection *self);
void               ws_connection_extra_free (WsConnectionExtra *self);

G_END_DECLS
