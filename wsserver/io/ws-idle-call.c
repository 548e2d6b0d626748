/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-idle-call-private.h"

/* Not inline: gcc takes the mark of a run for a dangling pointer, although the run always unlinks it. */
G_NO_INLINE static void
append_call (WsIdleCallQueue *self,
             WsIdleCall      *call)
{
  call->queued = TRUE;
  call->next = NULL;
  call->prev = self->tail;

  if (self->tail != NULL)
    self->tail->next = call;
  else
    self->head = call;

  self->tail = call;

  if (call->func != NULL)
    self->n_calls++;
}

static void
unlink_call (WsIdleCallQueue *self,
             WsIdleCall      *call)
{
  if (call->prev != NULL)
    call->prev->next = call->next;
  else
    self->head = call->next;

  if (call->next != NULL)
    call->next->prev = call->prev;
  else
    self->tail = call->prev;

  call->prev = NULL;
  call->next = NULL;
  call->queued = FALSE;

  if (call->func != NULL)
    self->n_calls--;
}

void
ws_idle_call_queue_add (WsIdleCallQueue *self,
                        WsIdleCall      *call)
{
  g_assert (call->func != NULL);

  if (!call->queued)
    append_call (self, call);
}

void
ws_idle_call_queue_remove (WsIdleCallQueue *self,
                           WsIdleCall      *call)
{
  if (call->queued)
    unlink_call (self, call);
}

void
ws_idle_call_queue_clear (WsIdleCallQueue *self)
{
  while (self->head != NULL)
    unlink_call (self, self->head);
}

/* A call may queue others and remove any call. So a mark, a call without a function, ends the calls queued
 * so far. If a nested run reaches the mark, it has made all calls before it, and it removes the mark. */
void
ws_idle_call_queue_run (WsIdleCallQueue *self,
                        gint64           end_us)
{
  WsIdleCall mark = { 0 };

  if (self->n_calls == 0)
    return;

  append_call (self, &mark);

  while (mark.queued)
    {
      WsIdleCall *call = self->head;

      unlink_call (self, call);
      if (call->func != NULL)
        call->func (call);
      if (mark.queued && self->head != &mark && g_get_monotonic_time () >= end_us)
        break;
    }

  if (mark.queued)
    unlink_call (self, &mark);
}
