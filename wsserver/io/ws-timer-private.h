/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All timers of a queue have the same duration, so a FIFO list is always sorted. Arming, re-arming and
 * disarming are O(1), and the head expires next. */
typedef struct _WsTimer      WsTimer;
typedef struct _WsTimerQueue WsTimerQueue;

/* Embedded in its owner. A zero-initialised timer is disarmed. */
struct _WsTimer
{
  WsTimer      *prev;
  WsTimer      *next;
  WsTimerQueue *queue; /* NULL if disarmed */
  gint64        deadline_us;
};

struct _WsTimerQueue
{
  WsTimer *head;
  WsTimer *tail;
  gint64   duration_us;             /* 0: switched off, arming only disarms */
  void (*expired) (WsTimer *timer); /* called with the timer disarmed; may arm it again */
  WsTimerQueue *next;               /* the poller's list */
};

void ws_timer_queue_init (WsTimerQueue *self,
                          gint64        duration_us,
                          void (*expired) (WsTimer *timer));

/* Changes the duration. Armed timers continue as if they had been armed with the new duration. Switching off
 * disarms all of them. */
void ws_timer_queue_set_duration (WsTimerQueue *self,
                                  gint64        duration_us);

/* Arms, or re-arms with the full duration. A timer that is armed on another queue moves to this one. */
void ws_timer_arm (WsTimer      *timer,
                   WsTimerQueue *queue,
                   gint64        now_us);
void ws_timer_disarm (WsTimer *timer);

static inline gboolean
ws_timer_is_armed (const WsTimer *timer)
{
  return timer->queue != NULL;
}

/* Calls expired for timers that are due, at most max of them. TRUE if it stopped at max, so that more may be
 * due. It does not access the queue after the last of max calls, because that call may free it. */
gboolean ws_timer_queue_expire (WsTimerQueue *self,
                                gint64        now_us,
                                guint         max);

/* Returns the deadline of the head, or G_MAXINT64. */
gint64 ws_timer_queue_get_deadline (const WsTimerQueue *self);

/* Returns since when the head is armed, or G_MAXINT64. */
gint64 ws_timer_queue_get_start (const WsTimerQueue *self);

G_END_DECLS
