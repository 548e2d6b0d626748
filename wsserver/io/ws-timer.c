/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-timer-private.h"

void
ws_timer_queue_init (WsTimerQueue *self,
                     gint64        duration_us,
                     void (*expired) (WsTimer *timer))
{
  g_assert (duration_us >= 0);
  g_assert (expired != NULL);

  *self = (WsTimerQueue){ .duration_us = duration_us, .expired = expired };
}

static void
unlink_timer (WsTimerQueue *self,
              WsTimer      *timer)
{
  if (timer->prev != NULL)
    timer->prev->next = timer->next;
  else
    self->head = timer->next;

  if (timer->next != NULL)
    timer->next->prev = timer->prev;
  else
    self->tail = timer->prev;

  timer->prev = NULL;
  timer->next = NULL;
  timer->queue = NULL;
}

static void
append_timer (WsTimerQueue *self,
              WsTimer      *timer,
              gint64        deadline_us)
{
  /* The list stays sorted even if the caller's time is slightly old. */
  if (self->tail != NULL)
    deadline_us = MAX (deadline_us, self->tail->deadline_us);

  timer->queue = self;
  timer->deadline_us = deadline_us;
  timer->next = NULL;
  timer->prev = self->tail;

  if (self->tail != NULL)
    self->tail->next = timer;
  else
    self->head = timer;

  self->tail = timer;
}

void
ws_timer_queue_set_duration (WsTimerQueue *self,
                             gint64        duration_us)
{
  gint64 longer_us = duration_us - self->duration_us;

  g_assert (duration_us >= 0);

  self->duration_us = duration_us;

  if (duration_us == 0)
    {
      while (self->head != NULL)
        unlink_timer (self, self->head);
      return;
    }

  for (WsTimer *timer = self->head; timer != NULL; timer = timer->next)
    timer->deadline_us += longer_us;
}

void
ws_timer_arm (WsTimer      *timer,
              WsTimerQueue *queue,
              gint64        now_us)
{
  ws_timer_disarm (timer);

  if (queue->duration_us > 0)
    append_timer (queue, timer, now_us + queue->duration_us);
}

void
ws_timer_disarm (WsTimer *timer)
{
  if (timer->queue != NULL)
    unlink_timer (timer->queue, timer);
}

gboolean
ws_timer_queue_expire (WsTimerQueue *self,
                       gint64        now_us,
                       guint         max)
{
  for (guint n_expired = 0; n_expired < max; n_expired++)
    {
      WsTimer *timer = self->head;

      if (timer == NULL || timer->deadline_us > now_us)
        return FALSE;

      unlink_timer (self, timer);
      self->expired (timer);
    }

  /* The last call may have freed the owner and the queue with it, so nothing more is accessed. */
  return TRUE;
}

gint64
ws_timer_queue_get_deadline (const WsTimerQueue *self)
{
  return self->head != NULL ? self->head->deadline_us : G_MAXINT64;
}

gint64
ws_timer_queue_get_start (const WsTimerQueue *self)
{
  return self->head != NULL ? self->head->deadline_us - self->duration_us : G_MAXINT64;
}
