/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-poller-fairness-private.h"

#define BUSY_MAX_US 4000
#define SKIPPED_ITERATIONS 3
#define FALLBACK_PRIORITY G_PRIORITY_LOW

/* A shorter wait means that another source was ready at once. */
#define WAITED_MIN_US 1000

typedef struct
{
  GSource           source;
  WsPollerFairness *fairness; /* destroys the source before it is freed */
} FallbackSource;

static void
remove_fallback (WsPollerFairness *self)
{
  if (self->fallback_source == NULL)
    return;

  g_source_destroy (self->fallback_source);
  g_clear_pointer (&self->fallback_source, g_source_unref);
}

/* No other source was ready. */
static gboolean
fallback_source_dispatch (GSource    *source,
                          GSourceFunc callback,
                          gpointer    user_data)
{
  WsPollerFairness *self = ((FallbackSource *) source)->fairness;

  self->skip_iterations = 0;
  remove_fallback (self);
  self->resume (self->poller);

  return G_SOURCE_REMOVE;
}

static GSourceFuncs fallback_source_funcs = { .dispatch = fallback_source_dispatch };

static void
add_fallback (WsPollerFairness *self)
{
  remove_fallback (self);
  self->fallback_source = g_source_new (&fallback_source_funcs, sizeof (FallbackSource));
  ((FallbackSource *) self->fallback_source)->fairness = self;
  g_source_set_name (self->fallback_source, "WsPoller, fallback");
  g_source_set_priority (self->fallback_source, FALLBACK_PRIORITY);
  g_source_set_ready_time (self->fallback_source, 0);
  g_source_attach (self->fallback_source, self->context);
}

void
ws_poller_fairness_init (WsPollerFairness *self,
                         GMainContext     *context,
                         void (*resume) (gpointer poller),
                         gpointer poller)
{
  *self = (WsPollerFairness){ .context = context, .resume = resume, .poller = poller };
}

void
ws_poller_fairness_clear (WsPollerFairness *self)
{
  remove_fallback (self);
}

gboolean
ws_poller_fairness_skips_prepare (WsPollerFairness *self)
{
  if (self->skip_iterations > 0)
    return TRUE;

  remove_fallback (self);
  return FALSE;
}

gboolean
ws_poller_fairness_skips_check (WsPollerFairness *self)
{
  if (self->skip_iterations == 0)
    return FALSE;

  self->skip_iterations--;
  return TRUE;
}

void
ws_poller_fairness_begin_wait (WsPollerFairness *self,
                               gint64            now_us)
{
  self->wait_begin_us = now_us;
}

void
ws_poller_fairness_end_wait (WsPollerFairness *self,
                             gint64            now_us)
{
  if (now_us - self->wait_begin_us >= WAITED_MIN_US)
    self->busy_since_us = 0;
}

void
ws_poller_fairness_set_idle (WsPollerFairness *self)
{
  self->busy_since_us = 0;
}

/* Iterations of a loop that a handler runs are skipped as well, because the handler may run it for as long
 * as a dialog is open. */
void
ws_poller_fairness_end_dispatch (WsPollerFairness *self,
                                 gint64            start_us)
{
  if (self->busy_since_us == 0)
    self->busy_since_us = start_us;
  if (g_get_monotonic_time () - self->busy_since_us < BUSY_MAX_US)
    return;

  self->busy_since_us = 0;
  self->skip_iterations = SKIPPED_ITERATIONS;
  add_fallback (self);
}
