/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-poller-dispatch-private.h"

#include "wsserver/base/ws-process-private.h"

WsPoller *
ws_poller_ref (WsPoller *self)
{
  self->ref_count++;

  return self;
}

void
ws_poller_unref (WsPoller *self)
{
  g_assert (self->ref_count > 0);

  /* Finalizing runs tasks of the application, which may take references for a while. */
  if (self->ref_count > 1)
    self->ref_count--;
  else
    self->finalize (self);
}

gint64
ws_poller_refresh_time (WsPoller *self)
{
  self->now_us = g_get_monotonic_time ();

  return self->now_us;
}

gint64
ws_poller_get_time (WsPoller *self)
{
  return self->depth > 0 ? self->now_us : g_get_monotonic_time ();
}

guint
ws_poller_get_depth (WsPoller *self)
{
  return self->depth;
}

gboolean
ws_poller_is_foreign (WsPoller *self)
{
  return ws_process_is_foreign (self->process_generation);
}

void
ws_poller_begin_dispatch (WsPoller   *self,
                          WsDispatch *dispatch)
{
  ws_poller_ref (self);
  dispatch->outer = self->dispatch;
  dispatch->watch = NULL;
  self->dispatch = dispatch;
  self->depth++;
  ws_task_queue_note_thread (self->task_queue);
  ws_poller_refresh_time (self);
}

void
ws_poller_end_dispatch (WsPoller   *self,
                        WsDispatch *dispatch)
{
  g_assert (self->dispatch == dispatch);

  self->dispatch = dispatch->outer;
  self->depth--;
  ws_poller_unref (self);
}

void
ws_poller_call_ready (WsPoller    *self,
                      WsWatch     *watch,
                      WsPollEvents events)
{
  WsDispatch *dispatch = self->dispatch;

  dispatch->watch = watch;
  watch->funcs->ready (watch, events);
  dispatch->watch = NULL;
}

void
ws_poller_deliver (WsPoller *self,
                   WsWatch  *watch)
{
  /* The caller may be a source of its own, and a handler may drop the last reference to the poller. */
  ws_poller_ref (self);
  if (self->dispatch != NULL && self->dispatch->watch == NULL)
    ws_poller_call_ready (self, watch, 0);
  else
    watch->funcs->ready (watch, 0);
  ws_poller_unref (self);
}

static gboolean
has_backlog (WsDispatch *dispatch)
{
  WsWatch *watch = dispatch->watch;

  return watch != NULL && watch->funcs->has_backlog != NULL && watch->funcs->has_backlog (watch);
}

gboolean
ws_poller_has_backlog (WsPoller *self)
{
  for (WsDispatch *dispatch = self->dispatch; dispatch != NULL; dispatch = dispatch->outer)
    if (has_backlog (dispatch))
      return TRUE;

  return FALSE;
}

/* The outer dispatches stay on the stack, whatever the calls do. */
void
ws_poller_deliver_backlogs (WsPoller *self)
{
  for (WsDispatch *outer = self->dispatch->outer; outer != NULL && !self->destroyed; outer = outer->outer)
    if (has_backlog (outer))
      ws_poller_call_ready (self, outer->watch, 0);
}

void
ws_poller_forget_watch (WsPoller *self,
                        WsWatch  *watch)
{
  for (WsDispatch *dispatch = self->dispatch; dispatch != NULL; dispatch = dispatch->outer)
    if (dispatch->watch == watch)
      dispatch->watch = NULL;
}
