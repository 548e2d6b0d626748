/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/connection/ws-connection-context-private.h"

#include "wsserver/connection/ws-connection-response-private.h"
#include "wsserver/connection/ws-connection-timers-private.h"
#include "wsserver/protocol/ws-deflate-cache-private.h"

#define USEC_PER_S ((gint64) G_USEC_PER_SEC) /* GLib's is an int: 2148 seconds would overflow */

void
ws_connection_context_init (WsConnectionContext          *self,
                            const WsConnectionOwnerFuncs *funcs,
                            gpointer                      owner,
                            WsPoller                     *poller,
                            WsSettings                   *settings)
{
  self->funcs = funcs;
  self->owner = owner;
  self->poller = ws_poller_ref (poller);
  self->trace = !g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN);
  self->settings = ws_settings_ref (settings);
  self->bytes_written = ws_connection_continue_output;
  self->memory_bytes = 0;
  self->memory_peak_bytes = 0;
  self->memory_is_short = FALSE;
  ws_timer_queue_init (&self->handshake_timers, 0, ws_connection_handshake_timer_expired);
  ws_timer_queue_init (&self->decision_timers, 0, ws_connection_handshake_timer_expired);
  ws_timer_queue_init (&self->close_timers, 0, ws_connection_close_timer_expired);
  ws_timer_queue_init (&self->linger_timers, G_USEC_PER_SEC, ws_connection_linger_timer_expired);
  ws_timer_queue_init (&self->silence_timers, 0, ws_connection_silence_timer_expired);
  ws_timer_queue_init (&self->idle_timers, 0, ws_connection_idle_timer_expired);
  ws_timer_queue_init (&self->ping_timers, 0, ws_connection_ping_timer_expired);
  ws_timer_queue_init (&self->pong_timers, 0, ws_connection_pong_timer_expired);
  ws_connection_context_update (self);

  ws_poller_add_timer_queue (poller, &self->handshake_timers);
  ws_poller_add_timer_queue (poller, &self->decision_timers);
  ws_poller_add_timer_queue (poller, &self->close_timers);
  ws_poller_add_timer_queue (poller, &self->linger_timers);
  ws_poller_add_timer_queue (poller, &self->silence_timers);
  ws_poller_add_timer_queue (poller, &self->idle_timers);
  ws_poller_add_timer_queue (poller, &self->ping_timers);
  ws_poller_add_timer_queue (poller, &self->pong_timers);
}

gboolean
ws_connection_context_update (WsConnectionContext *self)
{
  const WsSettings *settings = self->settings;
  gboolean          switched_on = (settings->idle_timeout_s > 0 && self->idle_timers.duration_us == 0) ||
                         (settings->ping_interval_s > 0 && self->ping_timers.duration_us == 0);

  ws_timer_queue_set_duration (&self->handshake_timers, settings->handshake_timeout_s * USEC_PER_S);
  ws_timer_queue_set_duration (&self->decision_timers, settings->handshake_timeout_s * USEC_PER_S);
  ws_timer_queue_set_duration (&self->close_timers, settings->close_timeout_s * USEC_PER_S);
  ws_timer_queue_set_duration (&self->silence_timers, settings->default_connection_timeout_s * USEC_PER_S);
  ws_timer_queue_set_duration (&self->idle_timers, settings->idle_timeout_s * USEC_PER_S);
  ws_timer_queue_set_duration (&self->ping_timers, settings->ping_interval_s * USEC_PER_S);
  ws_timer_queue_set_duration (&self->pong_timers, settings->pong_timeout_s * USEC_PER_S);
  ws_task_queue_set_limit (ws_poller_get_task_queue (self->poller), settings->max_send_queue_bytes);
  return switched_on;
}

void
ws_connection_context_clear (WsConnectionContext *self)
{
  ws_poller_remove_timer_queue (self->poller, &self->handshake_timers);
  ws_poller_remove_timer_queue (self->poller, &self->decision_timers);
  ws_poller_remove_timer_queue (self->poller, &self->close_timers);
  ws_poller_remove_timer_queue (self->poller, &self->linger_timers);
  ws_poller_remove_timer_queue (self->poller, &self->silence_timers);
  ws_poller_remove_timer_queue (self->poller, &self->idle_timers);
  ws_poller_remove_timer_queue (self->poller, &self->ping_timers);
  ws_poller_remove_timer_queue (self->poller, &self->pong_timers);
  g_clear_pointer (&self->scratch, g_byte_array_unref);
  g_clear_pointer (&self->payload_block, g_free);
  ws_deflate_clear_thread_cache ();
  g_clear_pointer (&self->poller, ws_poller_unref);
  g_clear_pointer (&self->settings, ws_settings_unref);
}
