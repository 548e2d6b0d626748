/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/request/ws-decision-private.h"

void
ws_decision_init (WsDecision    *self,
                  gpointer       request,
                  GParamSpec    *cancelled_pspec,
                  WsDecisionFunc func,
                  gpointer       owner)
{
  self->request = request;
  self->cancelled_pspec = cancelled_pspec;
  self->func = func;
  self->owner = owner;
}

void
ws_decision_defer (WsDecision *self)
{
  self->deferred = TRUE;
}

gboolean
ws_decision_complete (WsDecision *self)
{
  if (self->owner == NULL || self->completed)
    return FALSE;

  /* The application may drop its reference now, and the owner reads the request later. */
  self->completed = TRUE;
  g_object_ref (self->request);
  self->func (self->owner, WS_DECISION_COMPLETED);
  return TRUE;
}

void
ws_decision_reconsider (WsDecision *self)
{
  if (self->owner == NULL)
    return;

  /* Nothing else may hold the request until the owner has read it. */
  if (!self->deferred && !self->completed)
    ws_decision_complete (self);
  else
    self->func (self->owner, WS_DECISION_COMPLETED);
}

/* Without this call the owner would wait until its timer expires. */
void
ws_decision_drop (WsDecision *self)
{
  gpointer owner = g_steal_pointer (&self->owner);

  if (owner != NULL)
    self->func (owner, WS_DECISION_DROPPED);
}

gboolean
ws_decision_is_pending (const WsDecision *self)
{
  return self->deferred && !self->completed;
}

void
ws_decision_settle (WsDecision *self)
{
  if (g_steal_pointer (&self->owner) != NULL && self->completed)
    g_object_unref (self->request);
}

void
ws_decision_cancel (WsDecision *self)
{
  g_autoptr (GObject) request = NULL;

  if (self->owner == NULL)
    return;

  request = g_object_ref (self->request);
  self->cancelled = ws_decision_is_pending (self);
  ws_decision_settle (self);
  if (self->cancelled)
    g_object_notify_by_pspec (request, self->cancelled_pspec);
}
