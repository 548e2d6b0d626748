/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* How the owner learns that it need not wait any longer. */
typedef enum
{
  WS_DECISION_COMPLETED, /* the application has completed the deferred request */
  WS_DECISION_DROPPED,   /* the last reference to the request is gone, and it was not completed */
} WsDecisionOutcome;

/* Called at most once, possibly from within a call of the application: only schedule work here. After
 * WS_DECISION_DROPPED the request does not exist any more. */
typedef void (*WsDecisionFunc) (gpointer          owner,
                                WsDecisionOutcome outcome);

/* The part of a request object that the application decides on: at once in the handler of the signal
 * that carries it, or later after deferring. Embedded in the object.
 *
 * The owner waits for the decision. It holds no reference to the request, so that it learns when the
 * application drops it; a completed request is kept alive until the owner has read it. */
typedef struct
{
  GObject       *request;         /* that embeds this */
  GParamSpec    *cancelled_pspec; /* its property "cancelled" */
  WsDecisionFunc func;
  gpointer       owner; /* waits for the decision; NULL once it does not any more */
  gboolean       deferred;
  gboolean       completed; /* and holds a reference to the request until the owner lets go */
  gboolean       cancelled;
} WsDecision;

void ws_decision_init (WsDecision    *self,
                       gpointer       request,
                       GParamSpec    *cancelled_pspec,
                       WsDecisionFunc func,
                       gpointer       owner);

/* For the application's calls. */
void     ws_decision_defer (WsDecision *self);
gboolean ws_decision_complete (WsDecision *self);

/* Has the owner look again at a request that waited for something else than the application. */
void ws_decision_reconsider (WsDecision *self);

/* For finalize of the request. */
void ws_decision_drop (WsDecision *self);

/* For the owner. Deferred, and not completed yet. */
gboolean ws_decision_is_pending (const WsDecision *self);
/* The owner has acted on the decision. May free the request. */
void ws_decision_settle (WsDecision *self);
/* The owner needs no decision any more. Notifies "cancelled" of a pending request. May free the request. */
void ws_decision_cancel (WsDecision *self);

G_END_DECLS
