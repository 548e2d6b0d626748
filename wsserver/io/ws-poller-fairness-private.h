/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Leaves time for the other sources of a main context.
 *
 * A GMainContext dispatches only the highest priority that is ready. A flood of clients would therefore
 * block all sources of lower priority, and GTK draws in one of these. After 4 ms of continuous readiness the
 * poller skips three iterations: one for sources of equal priority, one for lower priorities such as
 * drawing, and one for idle sources. Meanwhile a fallback source of low priority is ready. It resumes the
 * poller early if nothing else was ready, so that no time is lost. */
typedef struct
{
  GMainContext *context;
  void (*resume) (gpointer poller); /* called by the fallback source */
  gpointer poller;

  gint64   wait_begin_us;   /* start of the last wait of the context without work for the poller */
  gint64   busy_since_us;   /* ready in each iteration since then; 0: not in the last one */
  guint    skip_iterations; /* iterations left to skip */
  GSource *fallback_source; /* a reference; NULL unless iterations are skipped */
} WsPollerFairness;

void ws_poller_fairness_init (WsPollerFairness *self,
                              GMainContext     *context,
                              void (*resume) (gpointer poller),
                              gpointer poller);
void ws_poller_fairness_clear (WsPollerFairness *self);

/* For the prepare and the check function of the poller's source: TRUE to skip this iteration. */
gboolean ws_poller_fairness_skips_prepare (WsPollerFairness *self);
gboolean ws_poller_fairness_skips_check (WsPollerFairness *self);

/* In this order: the context is about to wait; it has waited until now_us; it has waited and nothing is
 * ready. */
void ws_poller_fairness_begin_wait (WsPollerFairness *self,
                                    gint64            now_us);
void ws_poller_fairness_end_wait (WsPollerFairness *self,
                                  gint64            now_us);
void ws_poller_fairness_set_idle (WsPollerFairness *self);

/* The poller has finished a dispatch that began at start_us. */
void ws_poller_fairness_end_dispatch (WsPollerFairness *self,
                                      gint64            start_us);

G_END_DECLS
