/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Publishing, from any thread. */
#include "wsserver/topics/ws-topics-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/server/ws-broadcast-private.h"
#include "wsserver/topics/ws-engine.h"
#include "wsserver/topics/ws-topic-name-private.h"
#include "wsserver/topics/ws-topics-messages-private.h"
#include "wsserver/topics/ws-topics-nodes-private.h"
#include "wsserver/topics/ws-topics-publications-private.h"

/* What a message of another thread counts beside its payload. */
#define POSTED_BYTES 512

static gboolean
check_message (WsTopics    *self,
               const char  *topic,
               WsDataFormat format,
               GBytes      *data,
               WsOpcode    *opcode,
               GError     **error)
{
  return ws_topic_name_check (topic, self->max_topic_length, error) &&
         ws_broadcast_resolve_opcode (format, data, opcode, error);
}

static gboolean
check_engine (WsTopics *self,
              GError  **error)
{
  if (self->engine != NULL)
    return TRUE;

  ws_set_error (error, WS_ERROR_ENGINE_UNAVAILABLE, "The topics have ended");
  return FALSE;
}

static gboolean
stays_here (WsTopics   *self,
            const char *topic)
{
  return ws_topics_get_policy (self, ws_topics_find_node (self, topic), topic)->local_only;
}

static gboolean
brings_back (WsTopics *self)
{
  return (ws_engine_get_features (self->engine) & WS_ENGINE_FEATURES_ECHO) != 0;
}

/**
 * ws_topics_publish:
 * @self: topics
 * @topic: the topic
 * @format: `WS_DATA_FORMAT_AUTOMATIC`, `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY`
 * @data: the message; referenced, not copied
 * @error: return location for an error, or %NULL
 *
 * Sends a message to every client that has subscribed to a topic, in all processes that use the same engine.
 *
 * The call never waits. With the engine in memory, the clients have the message in their send queues when it
 * returns, so that it comes before what is sent to them afterwards; if there are 1,000 clients or more, they
 * get it from the main loop, 4 milliseconds at a time, and only messages of topics keep their order. With an
 * engine of several processes, the message goes to the engine, and to the clients of this process when it
 * comes back.
 *
 * Each client gets it at most once, in the order in which the engine gave the messages. Messages of one
 * publisher keep their order. A client without room in its send queue is treated as the policy of the topic
 * says.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_INVALID_ARGUMENT` if the name is not accepted, or text was asked for and @data is not UTF-8
 * - `WS_ERROR_ENGINE_UNAVAILABLE` if the engine is away and its queue is full
 *
 * Returns: %TRUE if the message was taken, even if nobody has subscribed; %FALSE with @error set
 *
 * Since: 1.2
 */
gboolean
ws_topics_publish (WsTopics    *self,
                   const char  *topic,
                   WsDataFormat format,
                   GBytes      *data,
                   GError     **error)
{
  WsOpcode opcode;

  g_return_val_if_fail (WS_IS_TOPICS (self), FALSE);
  g_return_val_if_fail (topic != NULL, FALSE);
  g_return_val_if_fail (format <= WS_DATA_FORMAT_BINARY, FALSE);
  g_return_val_if_fail (data != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_message (self, topic, format, data, &opcode, error) || !check_engine (self, error))
    return FALSE;

  if (stays_here (self, topic))
    {
      ws_topics_take_message (self, topic, opcode, data, NULL);
      return TRUE;
    }
  if (brings_back (self))
    return ws_engine_publish (self->engine, topic, ws_topics_get_format (opcode), data, error);
  if (!ws_engine_publish (self->engine, topic, ws_topics_get_format (opcode), data, error))
    return FALSE;

  ws_topics_take_message (self, topic, opcode, data, NULL);
  return TRUE;
}

/* --- with a result, from any thread ---------------------------------------------------------- */

/* A call of publish_async(), until it reaches the thread of the server. */
typedef struct
{
  WsTopics      *topics; /* a reference */
  char          *topic;
  GBytes        *data;
  WsConnection  *except;
  WsOpcode       opcode;
  WsPublishFlags flags;
  GCancellable  *cancellable;
  GTask         *task; /* NULL: nobody asks for the result */
} Call;

static void
call_free (Call *call)
{
  g_clear_object (&call->task);
  g_clear_object (&call->cancellable);
  g_clear_object (&call->except);
  g_bytes_unref (call->data);
  g_free (call->topic);
  g_object_unref (call->topics);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* Takes the error. */
static void
fail_call (Call   *call,
           GError *error)
{
  if (call->task != NULL)
    g_task_return_error (call->task, error);
  else
    g_error_free (error);
}

static void
published_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  WsPublication *publication = user_data;
  GError        *error = NULL;
  char          *position = NULL;

  ws_engine_publish_finish (WS_ENGINE (source), result, &position, &error);
  ws_publication_answered (publication, position, error);
}

static WsPublication *
add_publication (Call *call)
{
  return ws_topics_add_publication (call->topics, call->topic, call->data, call->except, call->task);
}

static void
publish_here (Call *call)
{
  WsPublication *publication = add_publication (call);

  ws_topics_take_message (call->topics, call->topic, call->opcode, call->data, NULL);
  ws_publication_answered (publication, NULL, NULL);
}

static void
publish_to_engine (Call *call)
{
  WsTopics      *self = call->topics;
  gboolean       echo = brings_back (self);
  WsPublication *publication = add_publication (call);

  if (ws_engine_get_state (self->engine) != WS_ENGINE_STATE_READY)
    publication->outcome = WS_PUBLISH_OUTCOME_QUEUED;
  ws_engine_publish_async (self->engine, call->topic, ws_topics_get_format (call->opcode), call->data,
                           call->cancellable,
                           published_cb, publication);
  if (!echo)
    ws_topics_take_message (self, call->topic, call->opcode, call->data, NULL);
}

/* In the thread of the server. */
static void
run_call (Call *call)
{
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (call->cancellable, &error) ||
      !check_engine (call->topics, &error))
    fail_call (call, error);
  else if ((call->flags & WS_PUBLISH_FLAGS_LOCAL) != 0 || stays_here (call->topics, call->topic))
    publish_here (call);
  else
    publish_to_engine (call);
}

static gsize
get_call_size (const Call *call)
{
  return g_bytes_get_size (call->data) + POSTED_BYTES;
}

static Call *
take_posted (WsTopics *self)
{
  Call *call;

  g_mutex_lock (&self->mutex);
  call = g_queue_pop_head (&self->posted);
  if (call != NULL)
    self->posted_bytes -= get_call_size (call);
  else
    self->wakes = FALSE;
  g_mutex_unlock (&self->mutex);
  return call;
}

/* FALSE: it is over. */
static gboolean
run_posted (WsTopics *self)
{
  g_autoptr (Call) call = take_posted (self);

  if (call == NULL)
    return FALSE;

  run_call (call);
  return TRUE;
}

/* Other threads may post as fast as this one takes. */
static gboolean
take_posted_cb (gpointer data)
{
  gint64 end_us = g_get_monotonic_time () + WS_TOPICS_SLICE_US;

  while (run_posted (data))
    if (g_get_monotonic_time () >= end_us)
      return G_SOURCE_CONTINUE;

  return G_SOURCE_REMOVE;
}

static void
attach_posted (WsTopics *self)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[wsserver] messages of other threads to topics");
  g_source_set_callback (source, take_posted_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

/* Takes the call if there is room for it. */
static gboolean
post (Call *call)
{
  WsTopics *self = call->topics;
  gboolean  wakes = FALSE;
  gboolean  posted;

  g_mutex_lock (&self->mutex);
  posted = self->posted.length == 0 || self->posted_bytes + get_call_size (call) <= self->publish_queue_bytes;
  if (posted)
    {
      g_queue_push_tail (&self->posted, call);
      self->posted_bytes += get_call_size (call);
      wakes = !self->wakes;
      self->wakes = TRUE;
    }
  if (wakes)
    attach_posted (self);
  g_mutex_unlock (&self->mutex);
  return posted;
}

/**
 * ws_topics_publish_async:
 * @self: topics
 * @topic: the topic
 * @format: as in [method@Ws.Topics.publish]
 * @data: the message; referenced, not copied
 * @flags: whether the message stays in this process
 * @except: (nullable): a client of this process that does not get it, for example the one that it is from
 * @cancellable: (nullable): takes back a message that was not published yet
 * @callback: (scope async) (closure user_data): called when the engine has the message
 * @user_data: data for @callback
 *
 * Publishes a message and reports what became of it. May be called in any thread; the result is reported in
 * the main context that is the default of that thread. Messages of one thread keep their order.
 *
 * What other threads have published and the thread of the server has not yet taken is limited by
 * [property@Ws.Topics:publish-queue-bytes].
 *
 * The call fails as [method@Ws.Topics.publish] does, and with `WS_ERROR_WOULD_BLOCK` if too much waits.
 *
 * Since: 1.2
 */
void
ws_topics_publish_async (WsTopics           *self,
                         const char         *topic,
                         WsDataFormat        format,
                         GBytes             *data,
                         WsPublishFlags      flags,
                         WsConnection       *except,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (Call) call = NULL;
  GError *error = NULL;

  g_return_if_fail (WS_IS_TOPICS (self));
  g_return_if_fail (topic != NULL);
  g_return_if_fail (format <= WS_DATA_FORMAT_BINARY);
  g_return_if_fail (data != NULL);
  g_return_if_fail (except == NULL || WS_IS_CONNECTION (except));

  call = g_new0 (Call, 1);
  call->topics = g_object_ref (self);
  call->topic = g_strdup (topic);
  call->data = g_bytes_ref (data);
  call->flags = flags;
  g_set_object (&call->except, except);
  g_set_object (&call->cancellable, cancellable);
  if (callback != NULL)
    {
      call->task = g_task_new (self, cancellable, callback, user_data);
      g_task_set_source_tag (call->task, ws_topics_publish_async);
    }

  if (!check_message (self, topic, format, data, &call->opcode, &error))
    fail_call (call, error);
  else if (g_thread_self () == self->thread)
    run_call (call);
  else if (post (call))
    g_steal_pointer (&call);
  else
    fail_call (call, ws_error_new (WS_ERROR_WOULD_BLOCK,
                                   "Operation would block: more than publish-queue-bytes (%" G_GUINT64_FORMAT
                                   ") wait to be published",
                                   self->publish_queue_bytes));
}

/**
 * ws_topics_publish_finish:
 * @self: topics
 * @result: the result that the callback got
 * @error: return location for an error, or %NULL
 *
 * Gets the result of [method@Ws.Topics.publish_async].
 *
 * Returns: (transfer full): what became of the message; %NULL with @error set
 *
 * Since: 1.2
 */
WsPublishResult *
ws_topics_publish_finish (WsTopics     *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (WS_IS_TOPICS (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
