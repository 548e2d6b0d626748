/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/request/ws-decision-private.h"
#include "wsserver/request/ws-open-request-private.h"

/* The decision on an open request, and what its owner has learned of it. */
typedef struct
{
  WsHttpHead       *head;
  WsOpenRequest    *request;
  WsDecision       *decision;
  guint             n_outcomes;
  WsDecisionOutcome outcome;
  guint             n_cancelled;
} Fixture;

static void
decided_cb (gpointer          owner,
            WsDecisionOutcome outcome)
{
  Fixture *self = owner;

  self->n_outcomes++;
  self->outcome = outcome;
}

static void
cancelled_cb (WsOpenRequest *request,
              GParamSpec    *pspec,
              Fixture       *self)
{
  self->n_cancelled++;
  g_assert_true (ws_open_request_is_cancelled (request));
  g_assert_false (ws_open_request_complete (request));
}

static void
fixture_set_up (Fixture      *self,
                gconstpointer user_data)
{
  static const char head[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  guint             status;
  const char       *fault;

  self->head = ws_http_head_parse ((const guint8 *) head, sizeof head - 1, &status, &fault);
  g_assert_nonnull (self->head);
  self->request = ws_open_request_new (self->head, decided_cb, self);
  self->decision = ws_open_request_get_decision (self->request);
  g_signal_connect (self->request, "notify::cancelled", G_CALLBACK (cancelled_cb), self);
}

static void
fixture_tear_down (Fixture      *self,
                   gconstpointer user_data)
{
  if (self->request != NULL)
    g_assert_finalize_object (self->request);
  ws_http_head_unref (self->head);
}

static void
test_at_once (Fixture      *self,
              gconstpointer user_data)
{
  g_test_summary ("A request that is not deferred is never pending, and settling it calls nobody.");

  g_assert_false (ws_decision_is_pending (self->decision));
  ws_decision_settle (self->decision);
  g_assert_cmpuint (self->n_outcomes, ==, 0);
  g_assert_false (ws_open_request_complete (self->request));
}

static void
test_complete (Fixture      *self,
               gconstpointer user_data)
{
  g_test_summary ("Completing a deferred request informs the owner once and keeps the request alive.");

  ws_open_request_defer (self->request);
  g_assert_true (ws_decision_is_pending (self->decision));
  g_assert_true (ws_open_request_complete (self->request));
  g_assert_false (ws_open_request_complete (self->request));
  g_assert_false (ws_decision_is_pending (self->decision));
  g_assert_cmpuint (self->n_outcomes, ==, 1);
  g_assert_cmpint (self->outcome, ==, WS_DECISION_COMPLETED);

  /* The application drops its reference; the owner still reads the request, then lets go. */
  g_object_unref (self->request);
  g_assert_cmpuint (ws_open_request_get_status_code (self->request), ==, 101);
  g_object_add_weak_pointer (G_OBJECT (self->request), (gpointer *) &self->request);
  ws_decision_settle (self->decision);
  g_assert_null (self->request);
  g_assert_cmpuint (self->n_outcomes, ==, 1);
}

static void
test_drop (Fixture      *self,
           gconstpointer user_data)
{
  g_test_summary ("Dropping the last reference to a deferred request informs the owner.");

  ws_open_request_defer (self->request);
  g_clear_object (&self->request);
  g_assert_cmpuint (self->n_outcomes, ==, 1);
  g_assert_cmpint (self->outcome, ==, WS_DECISION_DROPPED);
}

static void
test_cancel (Fixture      *self,
             gconstpointer user_data)
{
  g_test_summary (
      "Cancelling a pending request notifies the application, which cannot complete it any more.");

  ws_open_request_defer (self->request);
  ws_decision_cancel (self->decision);
  ws_decision_cancel (self->decision);
  g_assert_cmpuint (self->n_cancelled, ==, 1);
  g_assert_false (ws_open_request_complete (self->request));
  g_assert_cmpuint (self->n_outcomes, ==, 0);
}

static void
test_cancel_completed (Fixture      *self,
                       gconstpointer user_data)
{
  g_test_summary ("Cancelling a completed request notifies nothing and releases the kept reference.");

  ws_open_request_defer (self->request);
  g_assert_true (ws_open_request_complete (self->request));
  ws_decision_cancel (self->decision);
  g_assert_cmpuint (self->n_cancelled, ==, 0);
  g_assert_false (ws_open_request_is_cancelled (self->request));
}

#define ADD(path, test) \
 g_test_add ("/unit/request/decision/" path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("at-once", test_at_once);
  ADD ("complete", test_complete);
  ADD ("drop", test_drop);
  ADD ("cancel", test_cancel);
  ADD ("cancel-completed", test_cancel_completed);

  return g_test_run ();
}
