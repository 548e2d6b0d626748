/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-topic-policy.h"

G_DEFINE_BOXED_TYPE (WsTopicPolicy, ws_topic_policy, ws_topic_policy_copy, ws_topic_policy_free)

/**
 * ws_topic_policy_new:
 *
 * Makes the policy that topics have unless another is set: messages for which a slow client has no room are
 * skipped, a gap is told by the signal, nothing is kept, and all processes get the messages.
 *
 * Returns: (transfer full): a new policy
 *
 * Since: 1.2
 */
WsTopicPolicy *
ws_topic_policy_new (void)
{
  return g_new0 (WsTopicPolicy, 1);
}

/**
 * ws_topic_policy_copy:
 * @self: a policy
 *
 * Copies a policy.
 *
 * Returns: (transfer full): the copy
 *
 * Since: 1.2
 */
WsTopicPolicy *
ws_topic_policy_copy (const WsTopicPolicy *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_memdup2 (self, sizeof *self);
}

/**
 * ws_topic_policy_free:
 * @self: (transfer full): a policy
 *
 * Frees a policy.
 *
 * Since: 1.2
 */
void
ws_topic_policy_free (WsTopicPolicy *self)
{
  g_return_if_fail (self != NULL);

  g_free (self);
}
