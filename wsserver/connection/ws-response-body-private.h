/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"

G_BEGIN_DECLS

/* The body of a response that is read from a file while it is sent. A read in flight holds a reference. */
typedef struct
{
  guint         ref_count;
  WsConnection *connection; /* not a reference; NULL when it needs the body no more */
  GInputStream *stream;
  guint64       remaining_bytes; /* not read yet, never 0 before the end */
  gboolean      reading;         /* an asynchronous read is in flight */
} WsResponseBody;

/* Takes the stream. */
WsResponseBody *ws_response_body_new (WsConnection *connection,
                                      GInputStream *stream,
                                      guint64       length);
WsResponseBody *ws_response_body_ref (WsResponseBody *self);
void            ws_response_body_unref (WsResponseBody *self);
/* Drops the connection's reference. */
void ws_response_body_abandon (WsResponseBody *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsResponseBody, ws_response_body_unref)

G_END_DECLS
