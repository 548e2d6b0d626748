/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-handshake-slot-private.h"

static GMutex lock;
static GQueue waiting = G_QUEUE_INIT; /* of WsTlsSeat */
static guint  n_inside;

static gboolean
grant_cb (gpointer user_data)
{
  WsTlsSeat *seat = user_data;

  g_mutex_lock (&lock);
  g_clear_pointer (&seat->grant, g_source_unref);
  g_mutex_unlock (&lock);

  seat->granted (seat);

  return G_SOURCE_REMOVE;
}

/* The first of those who wait may be in another thread, so it is told by its own context. */
static void
admit_waiting (void)
{
  while (n_inside < WS_TLS_GATE_MAX_INSIDE && !g_queue_is_empty (&waiting))
    {
      WsTlsSeat *seat = g_queue_pop_head_link (&waiting)->data;

      n_inside++;
      seat->state = WS_TLS_SEAT_INSIDE;
      seat->grant = g_idle_source_new ();
      g_source_set_priority (seat->grant, G_PRIORITY_DEFAULT);
      g_source_set_callback (seat->grant, grant_cb, seat, NULL);
      g_source_attach (seat->grant, seat->context);
    }
}

gboolean
ws_tls_gate_enter (WsTlsSeat *seat)
{
  gboolean inside;

  g_mutex_lock (&lock);

  g_assert (seat->state == WS_TLS_SEAT_OUTSIDE);
  inside = n_inside < WS_TLS_GATE_MAX_INSIDE && g_queue_is_empty (&waiting);
  if (inside)
    {
      n_inside++;
      seat->state = WS_TLS_SEAT_INSIDE;
    }
  else
    {
      seat->link = (GList){ .data = seat };
      seat->state = WS_TLS_SEAT_WAITING;
      g_queue_push_tail_link (&waiting, &seat->link);
    }

  g_mutex_unlock (&lock);

  return inside;
}

void
ws_tls_gate_leave (WsTlsSeat *seat)
{
  g_mutex_lock (&lock);

  if (seat->state == WS_TLS_SEAT_WAITING)
    g_queue_unlink (&waiting, &seat->link);
  else if (seat->state == WS_TLS_SEAT_INSIDE)
    n_inside--;
  seat->state = WS_TLS_SEAT_OUTSIDE;

  if (seat->grant != NULL)
    {
      g_source_destroy (seat->grant);
      g_clear_pointer (&seat->grant, g_source_unref);
    }
  admit_waiting ();

  g_mutex_unlock (&lock);
}

guint
ws_tls_gate_count_inside (void)
{
  guint n;

  g_mutex_lock (&lock);
  n = n_inside;
  g_mutex_unlock (&lock);

  return n;
}
