/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/connection/ws-message-handler-private.h"

WsMessageHandler *
ws_message_handler_new (WsMessageFunc  func,
                        gpointer       data,
                        GDestroyNotify destroy)
{
  WsMessageHandler *self = g_new (WsMessageHandler, 1);

  *self = (WsMessageHandler) { .func = func, .data = data, .destroy = destroy, .ref_count = 1 };
  return self;
}

void
ws_message_handler_free (WsMessageHandler *self)
{
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}
