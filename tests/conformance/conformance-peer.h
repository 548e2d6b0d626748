/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance-script.h"
#include "ws-test-client.h"

G_BEGIN_DECLS

/* The client's ear: reads what the server sends with a parser of its own, and holds it to the
 * rules of RFC 6455 §5 and to MaxFrameSize. */
typedef struct
{
  WsTestClient       *client;
  GPtrArray          *messages; /* ConformanceMessage: each control frame and whole message */
  ConformanceMessage *partial;  /* of which more fragments are due, or NULL */
  ConformanceDeflate *deflate;  /* NULL unless permessage-deflate was agreed */
  GString            *fault;    /* the first broken rule; empty when there is none */
  gsize               max_frame_bytes;
  gboolean            is_open; /* 101 was received: what comes are frames */
  gboolean            close_seen;
} ConformancePeer;

/* Takes the client over. */
ConformancePeer *conformance_peer_new (WsTestClient *client,
                                       gsize         max_frame_bytes);
void             conformance_peer_free (ConformancePeer *self);

/* Takes what is here. */
void conformance_peer_collect (ConformancePeer *self);

/* Waits for so many messages, or, with until_eof, for the end; FALSE when that does not come. */
gboolean conformance_peer_wait (ConformancePeer *self,
                                guint            n_messages,
                                gboolean         until_eof);

/* Waits for a response and takes it with its body; NULL when none comes. */
WsTestResponse *conformance_peer_wait_response (ConformancePeer *self);

/* Waits until the expression holds, or the deadline has passed. */
#define conformance_wait_for(expression)                                       \
 G_STMT_START                                                                  \
 {                                                                             \
  WsTestDeadline wait_;                                                        \
                                                                               \
  ws_test_deadline_begin (&wait_, #expression, __FILE__, __LINE__, G_STRFUNC); \
  while (!(expression) && !wait_.passed)                                       \
   g_main_context_iteration (NULL, TRUE);                                      \
  ws_test_deadline_end (&wait_);                                               \
 }                                                                             \
 G_STMT_END

G_END_DECLS
