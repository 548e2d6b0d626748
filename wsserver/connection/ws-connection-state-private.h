/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WS_STATE_SECURING,  /* the TLS handshake */
  WS_STATE_VETTING,   /* asking whether the client's certificate has been revoked */
  WS_STATE_HEAD,      /* reading the request head */
  WS_STATE_DECIDING,  /* the head is complete; the application may be deciding on it */
  WS_STATE_ANSWERING, /* an answer other than 101 is on its way out */
  WS_STATE_OPEN,
  WS_STATE_CLOSING,   /* our close frame is queued or sent; the peer's is awaited */
  WS_STATE_ENDING,    /* the last bytes are on their way out; then the socket is closed */
  WS_STATE_LINGERING, /* our side is shut down; reading on so that the peer gets the last bytes */
  WS_STATE_CLOSED,
} WsConnectionState;

/* Things to tell the application from the loop, never from inside one of its own calls. */
typedef enum
{
  WS_PENDING_ANSWER = 1 << 0,        /* a deferred open request was completed */
  WS_PENDING_INPUT = 1 << 1,         /* reading was resumed: held bytes to work off */
  WS_PENDING_READY_TO_SEND = 1 << 2, /* the queue fell below half after a failed send */
  WS_PENDING_COMPLETIONS = 1 << 3,   /* sends that have finished or failed */
  WS_PENDING_END = 1 << 4,
  WS_PENDING_CERTIFICATE = 1 << 5, /* a deferred request of the TLS handshake was completed */
} WsPending;

G_END_DECLS
