/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How many handshakes of GIO's backend run at once in the process. Each blocks one thread of the
 * pool that all of GIO shares: with more than about ten that stall, files, the resolver and every
 * other asynchronous call of the application would wait for them. */
#define WS_TLS_GATE_MAX_INSIDE 8

typedef enum
{
  WS_TLS_SEAT_OUTSIDE,
  WS_TLS_SEAT_WAITING,
  WS_TLS_SEAT_INSIDE,
} WsTlsSeatState;

typedef struct _WsTlsSeat WsTlsSeat;

/* A place in the queue; embedded in its owner. Zeroed but for granted and context, which must be
 * set. Enter and leave in the thread of the context; the queue itself spans threads. */
struct _WsTlsSeat
{
  /* The wait is over; called from the context. */
  void (*granted) (WsTlsSeat *seat);
  GMainContext *context; /* the owner's reference */

  /* Under the gate's lock. */
  GSource       *grant; /* the call of granted that is due, or NULL */
  GList          link;
  WsTlsSeatState state;
};

/* TRUE: inside at once. FALSE: granted will be called, first come, first served. */
gboolean ws_tls_gate_enter (WsTlsSeat *seat);

/* Gives up the place, or the wait for it. Idempotent. */
void ws_tls_gate_leave (WsTlsSeat *seat);

guint ws_tls_gate_count_inside (void);

G_END_DECLS
