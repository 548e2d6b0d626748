/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting until the last client has gone. */
#include "wsserver/server/ws-server-shutdown-private.h"

#include "wsserver/connection/ws-connection-closing-private.h"
#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/server/ws-connection-map-private.h"
#include "wsserver/connection/ws-connection-private.h"

static void
clear_shutdown_deadline (WsServer *self)
{
  if (self->shutdown_deadline != NULL)
    g_source_destroy (self->shutdown_deadline);
  g_clear_pointer (&self->shutdown_deadline, g_source_unref);
}

void
ws_server_finish_shutdowns (WsServer *self)
{
  GTask *task;

  if (ws_connection_map_count (self->connections) > 0)
    return;

  clear_shutdown_deadline (self); /* it is there even if all who waited have been cancelled */
  while ((task = g_queue_pop_head (&self->shutdowns)) != NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

static gboolean
shutdown_deadline_cb (gpointer user_data)
{
  WsServer *self = user_data;

  g_autoptr (GPtrArray) all = NULL;

  g_clear_pointer (&self->shutdown_deadline, g_source_unref);
  g_object_ref (self);
  all = ws_connection_map_snapshot (self->connections);
  for (guint i = 0; i < all->len; i++)
    ws_connection_end (all->pdata[i], WS_CLOSE_CODE_ABNORMAL, "the server's shutdown has reached its deadline");
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

static void
set_shutdown_deadline (WsServer *self,
                       guint     deadline)
{
  gint64 ready_time = g_get_monotonic_time () + deadline * (gint64) G_USEC_PER_SEC;

  /* The earliest of several deadlines counts. */
  if (self->shutdown_deadline != NULL && g_source_get_ready_time (self->shutdown_deadline) <= ready_time)
    return;

  clear_shutdown_deadline (self);
  self->shutdown_deadline = g_timeout_source_new (G_MAXUINT);
  g_source_set_ready_time (self->shutdown_deadline, ready_time);
  g_source_set_callback (self->shutdown_deadline, shutdown_deadline_cb, self, NULL);
  g_source_attach (self->shutdown_deadline, ws_poller_get_context (self->poller));
}

static gboolean
shutdown_cancelled_cb (GCancellable *cancellable,
                       gpointer      user_data)
{
  GTask    *task = user_data;
  WsServer *self = g_task_get_source_object (task);

  if (g_queue_remove (&self->shutdowns, task))
    {
      g_task_return_error_if_cancelled (task);
      g_object_unref (task);
    }
  return G_SOURCE_REMOVE;
}

static void
destroy_cancellable_source (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
watch_shutdown_cancellable (WsServer *self,
                            GTask    *task)
{
  GSource *source;

  if (g_task_get_cancellable (task) == NULL)
    return;

  source = g_cancellable_source_new (g_task_get_cancellable (task));
  g_source_set_callback (source, G_SOURCE_FUNC (shutdown_cancelled_cb), task, NULL);
  g_source_attach (source, ws_poller_get_context (self->poller));
  g_task_set_task_data (task, source, destroy_cancellable_source);
}

void
ws_server_close_connections (WsServer *self)
{
  g_autoptr (GPtrArray) all = ws_connection_map_snapshot (self->connections);

  g_clear_pointer (&self->proxy_stage, ws_proxy_stage_free); /* their clients have sent nothing yet */
  for (guint i = 0; i < all->len; i++)
    ws_connection_start_close (all->pdata[i], WS_CLOSE_CODE_GOING_AWAY, "the server is shutting down");
}

void
ws_server_await_end (WsServer *self,
                     GTask    *task,
                     guint     deadline_s)
{
  if (ws_connection_map_count (self->connections) == 0)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  if (deadline_s > 0)
    set_shutdown_deadline (self, deadline_s);
  watch_shutdown_cancellable (self, task);
  g_queue_push_tail (&self->shutdowns, g_object_ref (task));
}
