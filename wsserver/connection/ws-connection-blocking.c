/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that wait: they iterate the main context until their send is finished. */
#include "wsserver/connection/ws-connection-blocking-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-state-private.h"

/* A handler may block, the handlers that run meanwhile may block again, and so on: the stack is finite. */
#define MAX_NESTING 32

static gboolean
wait_timeout_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE; /* it only has to wake the context */
}

/* Asked before anything is queued, so that a refused call leaves nothing behind. */
gboolean
ws_connection_check_can_block (WsConnection *self,
                               GError      **error)
{
  if (self->timeout_s == 0 || ws_poller_get_depth (self->context->poller) < MAX_NESTING)
    return TRUE;

  g_set_error (error, WS_ERROR, WS_ERROR_IN_PROGRESS,
               "[%d] Operation now in progress: blocking calls are nested %d deep in signal handlers",
               WS_ERROR_IN_PROGRESS, MAX_NESTING);
  return FALSE;
}

/* Grows with whatever goes out or comes in. */
static guint64
get_traffic (WsConnection *self)
{
  return self->outbox.written + self->bytes_received;
}

/* Iterates the context until the job is finished or nothing has moved for the timeout: any data sent
 * or received extends it. */
static void
iterate_until_finished (WsConnection *self,
                        WsSendJob    *job)
{
  g_autoptr (GMainContext) context = g_main_context_ref (ws_poller_get_context (self->context->poller));
  gint64  timeout_us = self->timeout_s * (gint64) G_USEC_PER_SEC;
  gint64  deadline = g_get_monotonic_time () + timeout_us;
  guint64 traffic = get_traffic (self);
  g_autoptr (GSource) wake = g_timeout_source_new (G_MAXUINT);

  g_source_set_callback (wake, wait_timeout_cb, NULL, NULL);
  g_source_attach (wake, context);
  while (!job->finished && g_get_monotonic_time () < deadline)
    {
      g_source_set_ready_time (wake, deadline);
      g_main_context_iteration (context, TRUE);
      if (get_traffic (self) != traffic && job->kind != WS_JOB_PING) /* a ping waits for its pong only */
        {
          traffic = get_traffic (self);
          deadline = g_get_monotonic_time () + timeout_us;
        }
    }
  g_source_destroy (wake);
}

gboolean
ws_connection_wait_for_job (WsConnection *self,
                            WsSendJob    *job,
                            GError      **error)
{
  gboolean was_corked = self->corked;

  g_object_ref (self);
  job->waited_for = TRUE;
  ws_connection_ensure_extra (self)->n_waits++;
  ws_connection_resume_reading (self); /* whatever comes in starts the timeout anew */
  self->corked = FALSE;
  ws_connection_flush (self);
  if (!job->finished)
    iterate_until_finished (self, job);
  self->corked = was_corked;
  self->extra->n_waits--;

  if (!job->finished)
    ws_connection_take_job_end (
        self, job,
        g_error_new (WS_ERROR, WS_ERROR_TIMED_OUT,
                     "[%d] Connection timed out: nothing moved on connection %s for %d seconds",
                     WS_ERROR_TIMED_OUT, ws_connection_get_connection_id (self), self->timeout_s));
  g_object_unref (self);

  if (job->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&job->error));
      return FALSE;
    }

  return TRUE;
}

/**
 * ws_connection_interrupt:
 * @self: a connection
 * @error: return location for an error, or %NULL
 *
 * Breaks off what is being sent on this connection: a blocking call that waits, a file, a stream.
 *
 * The call or operation fails with `WS_ERROR_INTERRUPTED`; the connection stays open. A file or
 * stream of which a part has gone out ends its message there. Messages whose frames are queued still
 * go out. Without anything under way nothing happens.
 *
 * Sets @error to `WS_ERROR_SENDING` if the connection is not open.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Interrupt.
 *
 * Returns: %TRUE unless @error is set
 *
 * Since: 1.0
 */
gboolean
ws_connection_interrupt (WsConnection *self,
                         GError      **error)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ws_connection_check_open (self, error))
    return FALSE;
  if (self->extra == NULL)
    return TRUE;

  GQueue *queues[] = { &self->extra->jobs, &self->extra->pings };

  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    for (GList *link = queues[i]->head, *next; link != NULL; link = next)
      {
        WsSendJob *job = link->data;

        next = link->next;
        if (job->waited_for || job->kind == WS_JOB_STREAM)
          {
            ws_connection_take_job_end (self, job,
                                        g_error_new (WS_ERROR, WS_ERROR_INTERRUPTED,
                                                     "[%d] Interrupted: connection %s", WS_ERROR_INTERRUPTED,
                                                     ws_connection_get_connection_id (self)));
            next = queues[i]->head;
          }
      }

  return TRUE;
}
