/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-file-call-private.h"

void
ws_file_call_init (WsFileCall    *self,
                   WsFileCallFunc run,
                   WsFileCallFunc free)
{
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->finished);
  self->run = run;
  self->free = free;
}

void
ws_file_call_ref (WsFileCall *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
}

void
ws_file_call_unref (WsFileCall *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->finished);
  self->free (self);
}

static void
attach_notification (GSource      *source,
                     GMainContext *context)
{
  g_source_attach (source, context);
  g_source_unref (source);
}

static gpointer
run_in_thread (gpointer user_data)
{
  WsFileCall   *self = user_data;
  GSource      *notification;
  GMainContext *context;

  self->run (self);

  g_mutex_lock (&self->mutex);
  self->is_finished = TRUE;
  notification = g_steal_pointer (&self->notification);
  context = g_steal_pointer (&self->context);
  g_cond_signal (&self->finished);
  g_mutex_unlock (&self->mutex);

  /* Its function may run, and drop the call, as soon as it is attached. */
  if (notification != NULL)
    {
      attach_notification (notification, context);
      g_main_context_unref (context);
    }

  ws_file_call_unref (self);
  return NULL;
}

gboolean
ws_file_call_start (WsFileCall *self)
{
  GThread *thread;

  ws_file_call_ref (self);
  thread = g_thread_try_new ("ws-file-call", run_in_thread, self, NULL);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return TRUE;
    }

  self->is_finished = TRUE;
  ws_file_call_unref (self);
  return FALSE;
}

gboolean
ws_file_call_wait (WsFileCall *self)
{
  gint64   deadline = g_get_monotonic_time () + WS_FILE_CALL_WAIT_MS * G_TIME_SPAN_MILLISECOND;
  gboolean is_finished;

  g_mutex_lock (&self->mutex);
  while (!self->is_finished && g_cond_wait_until (&self->finished, &self->mutex, deadline))
    ;
  is_finished = self->is_finished;
  g_mutex_unlock (&self->mutex);
  return is_finished;
}

void
ws_file_call_notify (WsFileCall    *self,
                     GMainContext  *context,
                     GSourceFunc    func,
                     gpointer       user_data,
                     GDestroyNotify destroy)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, user_data, destroy);

  g_mutex_lock (&self->mutex);
  if (!self->is_finished)
    {
      self->notification = g_steal_pointer (&source);
      self->context = g_main_context_ref (context);
    }
  g_mutex_unlock (&self->mutex);

  if (source != NULL)
    attach_notification (source, context);
}
