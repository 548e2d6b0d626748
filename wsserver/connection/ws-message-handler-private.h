/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"

G_BEGIN_DECLS

/* A WsMessageFunc with its data, kept alive while it runs: it may set another one, or end the
 * server that has it. Belongs to one thread, so the count is a plain number. */
typedef struct
{
  WsMessageFunc  func;
  gpointer       data;
  GDestroyNotify destroy;
  guint          ref_count;
} WsMessageHandler;

WsMessageHandler *ws_message_handler_new (WsMessageFunc  func,
                                          gpointer       data,
                                          GDestroyNotify destroy);
void              ws_message_handler_free (WsMessageHandler *self);

static inline void
ws_message_handler_unref (WsMessageHandler *self)
{
  if (--self->ref_count == 0)
    ws_message_handler_free (self);
}

static inline void
ws_message_handler_call (WsMessageHandler *self,
                         WsConnection     *connection,
                         WsDataFormat      format,
                         const guint8     *data,
                         gsize             length)
{
  self->ref_count++;
  self->func (connection, format, data, length, self->data);
  ws_message_handler_unref (self);
}

G_END_DECLS
