/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How many handshakes of GIO's backend run at once in the process. Each blocks one thread of the
 * pool that all of GIO shares: with more than about ten that stall, files, the resolver and every
 * other asynchronous call of the application would wait for them. */
#define WS_HANDSHAKE_SLOTS 8

typedef enum
{
  WS_HANDSHAKE_SLOT_FREE,
  WS_HANDSHAKE_SLOT_WAITING,
  WS_HANDSHAKE_SLOT_ACQUIRED,
} WsHandshakeSlotState;

typedef struct _WsHandshakeSlot WsHandshakeSlot;

/* One of the handshakes that may run, or that wait for it. Embedded in its owner; zeroed but for
 * acquired and context, which must be set. Acquire and release it in the thread of the context. The
 * queue itself spans threads. */
struct _WsHandshakeSlot
{
  /* The wait is over; called from the context. */
  void (*acquired) (WsHandshakeSlot *slot);
  GMainContext *context; /* the owner's reference */

  /* Under the lock of the queue. */
  GSource             *report; /* the call of acquired that is due, or NULL */
  GList                link;
  WsHandshakeSlotState state;
};

/* TRUE: at once. FALSE: acquired will be called, first come, first served. */
gboolean ws_handshake_slot_acquire (WsHandshakeSlot *slot);

/* Gives up the slot, or the wait for it. Idempotent. */
void ws_handshake_slot_release (WsHandshakeSlot *slot);

G_END_DECLS
