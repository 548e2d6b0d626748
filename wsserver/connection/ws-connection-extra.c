/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/connection/ws-connection-extra-private.h"

#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-send-job-private.h"
#include "wsserver/io/ws-byte-buffer-private.h"

WsConnectionExtra *
ws_connection_ensure_extra (WsConnection *self)
{
  self->may_hold_memory = TRUE;
  if (self->extra == NULL)
    {
      self->extra = g_new0 (WsConnectionExtra, 1);
      ws_config_apply_defaults (&self->extra->settings, WS_SETTING_PER_CONNECTION);
    }

  return self->extra;
}

void
ws_connection_extra_free (WsConnectionExtra *self)
{
  GList *link;

  g_assert (self->jobs.length == 0 && self->pings.length == 0 && self->closers.length == 0);

  g_assert (self->payload == NULL && self->response_body == NULL);

  ws_byte_buffer_clear (&self->message);
  ws_byte_buffer_clear (&self->held);
  ws_byte_buffer_clear (&self->line);
  ws_byte_buffer_clear (&self->head);
  while ((link = g_queue_pop_head_link (&self->finished)) != NULL)
    ws_send_job_unref (link->data);
  g_free (self);
}
