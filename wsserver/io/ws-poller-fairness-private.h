/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Leaves the other sources of a main context their time.
 *
 * A GMainContext dispatches only the highest priority that is ready, so a flood of clients would keep all
 * sources of lower priority waiting: GTK draws in one of these. After 4 ms of continuous readiness the poller
 * sits out three iterations: one for sources of equal priority, one for lower priorities such as drawing, and
 * one for idle sources. A fallback source of low priority is ready meanwhile. It resumes the poller early if
 * nothing else was ready, so that no time is lost. */
typedef struct
{
  GMainContext *context;
  void (*resume) (gpointer poller); /* called by the fallback source */
  gpointer poller;

  gint64   wait_begin_us;   /* when the context last began to wait, with no work for the poller */
  gint64   busy_since_us;   /* the poller was ready in each iteration since; 0: not in the last one */
  guint    skip_iterations; /* to sit out */
  GSource *fallback_source; /* a reference; NULL unless iterations are sat out */
} WsPollerFairness;

void ws_poller_fairness_init (WsPollerFairness *self,
                              GMainContext     *context,
                              void (*resume) (gpointer poller),
                              gpointer poller);
void ws_poller_fairness_clear (WsPollerFairness *self);

/* In the prepare and the check function of the poller's source: TRUE to sit out this iteration. */
gboolean ws_poller_fairness_skips_prepare (WsPollerFairness *self);
gboolean ws_poller_fairness_skips_check (WsPollerFairness *self);

/* The context is about to wait; it has waited until now_us; it has waited, and nothing is ready. */
void ws_poller_fairness_begin_wait (WsPollerFairness *self,
                                    gint64            now_us);
void ws_poller_fairness_end_wait (WsPollerFairness *self,
                                  gint64            now_us);
void ws_poller_fairness_set_idle (WsPollerFairness *self);

/* The poller has finished a dispatch that began at start_us. */
void ws_poller_fairness_end_dispatch (WsPollerFairness *self,
                                      gint64            start_us);

G_END_DECLS
