/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-publish-result-private.h"

/**
 * WsPublishResult:
 *
 * What became of a message of [method@Ws.Topics.publish_async].
 *
 * Since: 1.2
 */
struct _WsPublishResult
{
  grefcount        ref_count;
  char            *position;
  guint            n_local;
  guint            n_skipped;
  WsPublishOutcome outcome;
};

G_DEFINE_BOXED_TYPE (WsPublishResult, ws_publish_result, ws_publish_result_ref, ws_publish_result_unref)

WsPublishResult *
ws_publish_result_new (char            *position,
                       guint            n_local,
                       guint            n_skipped,
                       WsPublishOutcome outcome)
{
  WsPublishResult *self = g_new (WsPublishResult, 1);

  g_ref_count_init (&self->ref_count);
  self->position = position;
  self->n_local = n_local;
  self->n_skipped = n_skipped;
  self->outcome = outcome;
  return self;
}

/**
 * ws_publish_result_ref: (skip)
 * @self: a result
 *
 * Adds a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.2
 */
WsPublishResult *
ws_publish_result_ref (WsPublishResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * ws_publish_result_unref: (skip)
 * @self: (transfer full): a result
 *
 * Drops a reference.
 *
 * Since: 1.2
 */
void
ws_publish_result_unref (WsPublishResult *self)
{
  g_return_if_fail (self != NULL);

  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_free (self->position);
  g_free (self);
}

/**
 * ws_publish_result_get_position:
 * @self: a result
 *
 * Gets where the message lies in the history of its topic.
 *
 * Returns: (nullable): the position; %NULL if it was not known when the call ended
 *
 * Since: 1.2
 */
const char *
ws_publish_result_get_position (WsPublishResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->position;
}

/**
 * ws_publish_result_get_n_local:
 * @self: a result
 *
 * Gets how many clients of this process have the message in their send queues. With an engine of several
 * processes, the message may come back to this one after the call has ended; then the number is 0.
 *
 * Returns: the number of clients
 *
 * Since: 1.2
 */
guint
ws_publish_result_get_n_local (WsPublishResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_local;
}

/**
 * ws_publish_result_get_n_skipped:
 * @self: a result
 *
 * Gets how many clients of this process had no room for the message.
 *
 * Returns: the number of clients
 *
 * Since: 1.2
 */
guint
ws_publish_result_get_n_skipped (WsPublishResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_skipped;
}

/**
 * ws_publish_result_get_outcome:
 * @self: a result
 *
 * Gets whether the message has been handed over or waits until the engine is ready.
 *
 * Returns: what became of it
 *
 * Since: 1.2
 */
WsPublishOutcome
ws_publish_result_get_outcome (WsPublishResult *self)
{
  g_return_val_if_fail (self != NULL, WS_PUBLISH_OUTCOME_TAKEN);

  return self->outcome;
}
