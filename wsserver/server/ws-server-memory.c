/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* MaxTotalMemory: what the server does when its clients together hold much memory, and when they have freed
 * it.
 *
 * Above three quarters of the limit memory is short: the clients that hold much are neither read nor sent to,
 * and the others are served on. If that does not help within a second, or at the limit, those that hold most
 * are closed. */
#include "wsserver/server/ws-server-memory-private.h"

#include "wsserver/base/ws-container-private.h"
#include "wsserver/connection/ws-connection-closing-private.h"
#include "wsserver/connection/ws-connection-memory-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-watch-private.h"
#include "wsserver/io/ws-block-cache-private.h"
#include "wsserver/server/ws-server-signals-private.h"

#ifdef __GLIBC__
# include <malloc.h>
#endif

#define LOOK_INTERVAL_MS 1000
#define TRIM_DELAY_MS 500

static guint64
get_limit (WsServer *self)
{
  return self->settings->max_total_memory_bytes;
}

static GSource *
start_timer (WsServer   *self,
             guint       interval_ms,
             GSourceFunc func)
{
  GSource *timer = g_timeout_source_new (interval_ms);

  g_source_set_callback (timer, func, self, NULL);
  g_source_attach (timer, ws_poller_get_context (self->poller));
  return timer;
}

static void
stop_timer (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

/* --- memory that was freed ------------------------------------------------------------------- */

/* The allocator keeps most of what is freed between blocks that are in use. */
static gboolean
trim_cb (gpointer user_data)
{
  WsServer *self = user_data;

  stop_timer (&self->trim_timer);
  self->context.memory_peak_bytes = self->context.memory_bytes;
  ws_block_cache_clear ();
#ifdef __GLIBC__
  malloc_trim (0);
#endif
  return G_SOURCE_REMOVE;
}

static void
look_at_freed (WsServer *self)
{
  const WsConnectionContext *context = &self->context;

  if (context->memory_peak_bytes - context->memory_bytes > WS_MEMORY_FREED_BYTES && self->trim_timer == NULL)
    self->trim_timer = start_timer (self, TRIM_DELAY_MS, trim_cb);
}

/* --- memory that is short -------------------------------------------------------------------- */

static int
compare_holders (gconstpointer a,
                 gconstpointer b)
{
  const WsConnection *one = *(WsConnection *const *) a;
  const WsConnection *other = *(WsConnection *const *) b;

  return (one->counted_bytes < other->counted_bytes) - (one->counted_bytes > other->counted_bytes);
}

/* Closes those that hold most, until the sum will be below the target: the memory of one whose handler is
 * running is freed later. Each call frees so much that sorting all clients is rare. */
static void
close_holders (WsServer *self,
               guint64   target)
{
  g_autoptr (GPtrArray) all = ws_connection_map_snapshot (self->connections);
  guint64 left = self->context.memory_bytes;

  g_ptr_array_sort (all, compare_holders);
  for (guint i = 0; i < all->len && self->poller != NULL && left > target; i++)
    {
      WsConnection *connection = all->pdata[i];

      left -= connection->counted_bytes;
      ws_connection_end_for_memory (connection);
    }
}

static void
leave_short_memory (WsServer *self)
{
  g_autoptr (GPtrArray) all = ws_connection_map_snapshot (self->connections);

  self->context.memory_is_short = FALSE;
  stop_timer (&self->memory_timer);
  for (guint i = 0; i < all->len; i++)
    {
      WsConnection *connection = all->pdata[i];

      ws_connection_resume_reading (connection);
      if (!connection->ready_to_send && connection->state == WS_STATE_OPEN)
        ws_connection_schedule (connection, WS_PENDING_READY_TO_SEND);
    }
}

static gboolean
look_again_cb (gpointer user_data)
{
  WsServer *self = user_data;
  guint64   before = self->memory_at_last_look;

  self->memory_at_last_look = self->context.memory_bytes;
  if (get_limit (self) == 0)
    {
      leave_short_memory (self);
      return G_SOURCE_REMOVE;
    }
  if (self->context.memory_bytes < before)
    return G_SOURCE_CONTINUE;

  g_object_ref (self);
  close_holders (self, get_limit (self) / 2);
  g_object_unref (self);
  return G_SOURCE_CONTINUE;
}

static void
enter_short_memory (WsServer *self)
{
  g_autoptr (GPtrArray) all = ws_connection_map_snapshot (self->connections);

  self->context.memory_is_short = TRUE;
  for (guint i = 0; i < all->len; i++)
    {
      ws_connection_note_queue (all->pdata[i]);
      ws_connection_update_watch (all->pdata[i]);
    }
  self->memory_at_last_look = self->context.memory_bytes;
  self->memory_timer = start_timer (self, LOOK_INTERVAL_MS, look_again_cb);
  ws_server_log (self, WS_LOG_INFO, "Error",
                 "Memory is short: all clients together take %" G_GUINT64_FORMAT
                 " bytes, and MaxTotalMemory is %" G_GUINT64_FORMAT "; those that take much have to wait",
                 self->context.memory_bytes, get_limit (self));
}

static void
memory_call_cb (WsIdleCall *call)
{
  WsServer *self = g_object_ref (WS_CONTAINER_OF (call, WsServer, memory_call));
  guint64   max = get_limit (self);

  look_at_freed (self);
  if (max > 0 && self->context.memory_bytes > max)
    close_holders (self, max / 4 * 3);
  if (self->poller != NULL && self->context.memory_is_short &&
      (max == 0 || self->context.memory_bytes < max / 2))
    leave_short_memory (self);
  else if (self->poller != NULL && !self->context.memory_is_short && max > 0 &&
           self->context.memory_bytes > max / 4 * 3)
    enter_short_memory (self);
  g_object_unref (self);
}

/* --- construction ---------------------------------------------------------------------------- */

void
ws_server_init_memory (WsServer *self)
{
  self->memory_call.func = memory_call_cb;
}

void
ws_server_note_memory (WsServer *self)
{
  if (self->poller != NULL)
    ws_poller_call_later (self->poller, &self->memory_call);
}

void
ws_server_clear_memory (WsServer *self)
{
  stop_timer (&self->memory_timer);
  stop_timer (&self->trim_timer);
  ws_poller_cancel_call (self->poller, &self->memory_call);
  self->context.memory_is_short = FALSE;
}
