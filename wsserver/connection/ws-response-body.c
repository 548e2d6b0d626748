/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/connection/ws-response-body-private.h"

WsResponseBody *
ws_response_body_new (WsConnection *connection,
                      GInputStream *stream,
                      guint64       length)
{
  WsResponseBody *self = g_new0 (WsResponseBody, 1);

  self->ref_count = 1;
  self->connection = connection;
  self->stream = stream;
  self->remaining_bytes = length;
  return self;
}

WsResponseBody *
ws_response_body_ref (WsResponseBody *self)
{
  self->ref_count++;
  return self;
}

void
ws_response_body_unref (WsResponseBody *self)
{
  if (--self->ref_count > 0)
    return;

  g_object_unref (self->stream);
  g_free (self);
}

void
ws_response_body_abandon (WsResponseBody *self)
{
  self->connection = NULL;
  ws_response_body_unref (self);
}
