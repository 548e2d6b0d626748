/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server beside a program that runs no main loop. */
#include "wsserver/server/ws-server-private.h"

/* How long do_events() waits for an event. */
#define DO_EVENTS_WAIT_MS 50

static gboolean
do_events_timeout_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/**
 * ws_server_do_events:
 * @self: a server
 *
 * Runs one iteration of the server's main context: handles the events that are pending, or waits for
 * one for up to 50 milliseconds.
 *
 * A program that runs a main loop does not need it. A program without one calls it in a loop.
 *
 * ```c
 * while (ws_server_get_listening (server))
 *   ws_server_do_events (server);
 * ```
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), DoEvents.
 *
 * Since: 1.0
 */
void
ws_server_do_events (WsServer *self)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GSource) timeout = NULL;
  gboolean timed_out = FALSE;

  g_return_if_fail (WS_IS_SERVER (self));

  context = self->poller != NULL ? g_main_context_ref (ws_poller_get_context (self->poller))
                                 : g_main_context_ref_thread_default ();
  timeout = g_timeout_source_new (DO_EVENTS_WAIT_MS);
  g_source_set_callback (timeout, do_events_timeout_cb, &timed_out, NULL);
  g_source_attach (timeout, context);
  g_object_ref (self);
  g_main_context_iteration (context, TRUE);
  g_source_destroy (timeout);
  g_object_unref (self);
}
