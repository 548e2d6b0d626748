/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-handshake-slot-private.h"

static GMutex lock;
static GQueue waiting = G_QUEUE_INIT; /* of WsHandshakeSlot */
static guint  n_acquired;

static gboolean
report_acquired_cb (gpointer user_data)
{
  WsHandshakeSlot *slot = user_data;

  g_mutex_lock (&lock);
  g_clear_pointer (&slot->report, g_source_unref);
  g_mutex_unlock (&lock);

  slot->acquired (slot);

  return G_SOURCE_REMOVE;
}

/* The first that waits may be of another thread, so its own context reports to it. */
static void
admit_waiting (void)
{
  while (n_acquired < WS_HANDSHAKE_SLOTS && !g_queue_is_empty (&waiting))
    {
      WsHandshakeSlot *slot = g_queue_pop_head_link (&waiting)->data;

      n_acquired++;
      slot->state = WS_HANDSHAKE_SLOT_ACQUIRED;
      slot->report = g_idle_source_new ();
      g_source_set_priority (slot->report, G_PRIORITY_DEFAULT);
      g_source_set_callback (slot->report, report_acquired_cb, slot, NULL);
      g_source_attach (slot->report, slot->context);
    }
}

gboolean
ws_handshake_slot_acquire (WsHandshakeSlot *slot)
{
  gboolean acquired;

  g_mutex_lock (&lock);

  g_assert (slot->state == WS_HANDSHAKE_SLOT_FREE);
  acquired = n_acquired < WS_HANDSHAKE_SLOTS && g_queue_is_empty (&waiting);
  if (acquired)
    {
      n_acquired++;
      slot->state = WS_HANDSHAKE_SLOT_ACQUIRED;
    }
  else
    {
      slot->link = (GList){ .data = slot };
      slot->state = WS_HANDSHAKE_SLOT_WAITING;
      g_queue_push_tail_link (&waiting, &slot->link);
    }

  g_mutex_unlock (&lock);

  return acquired;
}

void
ws_handshake_slot_release (WsHandshakeSlot *slot)
{
  g_mutex_lock (&lock);

  if (slot->state == WS_HANDSHAKE_SLOT_WAITING)
    g_queue_unlink (&waiting, &slot->link);
  else if (slot->state == WS_HANDSHAKE_SLOT_ACQUIRED)
    n_acquired--;
  slot->state = WS_HANDSHAKE_SLOT_FREE;

  if (slot->report != NULL)
    {
      g_source_destroy (slot->report);
      g_clear_pointer (&slot->report, g_source_unref);
    }
  admit_waiting ();

  g_mutex_unlock (&lock);
}
