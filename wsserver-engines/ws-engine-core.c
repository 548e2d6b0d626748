/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver-engines/ws-engine-core-private.h"

#include <string.h>

/* How long a topic stays subscribed to when nobody wants it any more: a page that is loaded again costs
 * nothing. A random part of up to half of it is added by the turn of the timer that looks. */
#define LINGER_US (1 * G_USEC_PER_SEC)

/* The first delay before an attempt; each one doubles it. It begins anew after a connection that was ready
   for RETRY_RESET_US,
       not earlier: a server that accepts and then refuses would get an attempt every 50 ms. */
#define MIN_RETRY_MS 50
#define RETRY_RESET_US (5 * G_USEC_PER_SEC)

/* What a message in the queue takes beside its bytes. */
#define MESSAGE_OVERHEAD 128

/* Drops are told at most that often; n-dropped has all of them. */
#define TELL_DROPS_US (1 * G_USEC_PER_SEC)

GError *
ws_engine_error_new (WsError     code,
                     const char *format,
                     ...)
{
  g_autofree char *text = NULL;
  va_list          arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return g_error_new (WS_ERROR, code, "[%d] %s", code, text);
}

static void
free_topic (gpointer data)
{
  WsEngineTopic *topic = data;

  g_free (topic->name);
  g_free (topic);
}

void
ws_engine_core_init (WsEngineCore *self,
                     WsEngine     *engine)
{
  self->engine = engine;
  ws_engine_core_init_properties (self);
  self->topics = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_topic);
  g_queue_init (&self->to_send);
  g_queue_init (&self->announced);
  g_queue_init (&self->messages);
}

void
ws_engine_core_clear (WsEngineCore *self)
{
  ws_engine_clear_source (&self->announce_source);
  g_queue_clear_full (&self->announced, g_free);
  g_clear_pointer (&self->topics, g_hash_table_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->last_error, g_free);
  g_clear_pointer (&self->prefix, g_free);
  g_clear_pointer (&self->gap_reason, g_free);
}

GSource *
ws_engine_core_add_timeout (WsEngineCore *self,
                            guint         ms,
                            GSourceFunc   function,
                            gpointer      data)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, function, data, NULL);
  g_source_attach (source, self->context);
  return source;
}

void
ws_engine_clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
ws_engine_core_set_state (WsEngineCore *self,
                          WsEngineState state,
                          WsError       code,
                          const char   *reason)
{
  g_autofree char *told = g_strdup (reason);
  const gboolean   changed = self->state != state;

  if (reason != NULL && g_strcmp0 (reason, self->last_error) != 0)
    {
      g_free (self->last_error);
      self->last_error = g_strdup (reason);
      g_object_notify (G_OBJECT (self->engine), "last-error");
    }
  if (changed)
    {
      self->state = state;
      g_object_notify (G_OBJECT (self->engine), "state");
    }
  if (changed && state == WS_ENGINE_STATE_FAILED)
    ws_engine_emit_error (self->engine, code, told);
}

const char *
ws_engine_core_get_topic (WsEngineCore *self,
                          const char   *name)
{
  return g_str_has_prefix (name, self->prefix) ? name + strlen (self->prefix) : NULL;
}

static gboolean
announce_cb (gpointer user_data)
{
  WsEngineCore *self = user_data;
  g_autoptr (WsEngine) keep = g_object_ref (self->engine);
  GQueue names = self->announced;
  char  *name;

  ws_engine_clear_source (&self->announce_source);
  g_queue_init (&self->announced);
  while ((name = g_queue_pop_head (&names)) != NULL)
    {
      const WsEngineTopic *topic = g_hash_table_lookup (self->topics, name);

      if (topic != NULL && topic->acked && topic->n_wishes > 0)
        ws_engine_emit_subscribed (self->engine, ws_engine_core_get_topic (self, name));
      g_free (name);
    }
  return G_SOURCE_REMOVE;
}

gboolean
ws_engine_core_subscribe (WsEngineCore *self,
                          const char   *topic)
{
  g_autofree char *name = g_strconcat (self->prefix, topic, NULL);
  WsEngineTopic   *known = g_hash_table_lookup (self->topics, name);

  if (known != NULL)
    {
      self->n_unwanted -= known->n_wishes == 0;
      known->n_wishes++;
      if (!known->acked)
        return FALSE;
      g_queue_push_tail (&self->announced, g_steal_pointer (&name));
      if (self->announce_source == NULL)
        self->announce_source = ws_engine_core_add_timeout (self, 0, announce_cb, self);
      return FALSE;
    }

  known = g_new0 (WsEngineTopic, 1);
  known->name = g_steal_pointer (&name);
  known->n_wishes = 1;
  known->link.data = known;
  g_hash_table_insert (self->topics, known->name, known);
  g_queue_push_tail_link (&self->to_send, &known->link);
  self->n_unacked++;
  return TRUE;
}

static void
forget_topic (WsEngineCore  *self,
              WsEngineTopic *topic)
{
  if (!topic->sent)
    g_queue_unlink (&self->to_send, &topic->link);
  if (!topic->acked)
    self->n_unacked--;
  g_hash_table_remove (self->topics, topic->name);
}

void
ws_engine_core_unsubscribe (WsEngineCore *self,
                            const char   *topic)
{
  g_autofree char *name = g_strconcat (self->prefix, topic, NULL);
  WsEngineTopic   *known = g_hash_table_lookup (self->topics, name);

  if (known == NULL || known->n_wishes == 0 || --known->n_wishes > 0)
    return;

  known->unwanted_since = g_get_monotonic_time ();
  if (!known->sent)
    forget_topic (self, known);
  else
    self->n_unwanted++;
}

WsEngineTopic *
ws_engine_core_next_to_send (WsEngineCore *self)
{
  GList         *link = g_queue_pop_head_link (&self->to_send);
  WsEngineTopic *topic = link != NULL ? link->data : NULL;

  if (topic != NULL)
    topic->sent = TRUE;
  return topic;
}

void
ws_engine_core_acknowledge (WsEngineCore *self,
                            const char   *name)
{
  WsEngineTopic *topic = g_hash_table_lookup (self->topics, name);

  if (topic == NULL || topic->acked || !topic->sent)
    return;

  topic->acked = TRUE;
  self->n_unacked--;
  if (topic->n_wishes > 0)
    {
      g_autofree char *bare = g_strdup (ws_engine_core_get_topic (self, name));

      ws_engine_emit_subscribed (self->engine, bare);
    }
}

GPtrArray *
ws_engine_core_take_unwanted (WsEngineCore *self)
{
  GPtrArray     *names = g_ptr_array_new_with_free_func (g_free);
  const gint64   limit = g_get_monotonic_time () - LINGER_US;
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->topics);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      WsEngineTopic *topic = value;

      /* One that is not acknowledged stays, so that a later acknowledgement is not taken for this one. */
      if (topic->n_wishes > 0 || !topic->acked || topic->unwanted_since > limit)
        continue;
      g_ptr_array_add (names, g_strdup (topic->name));
      self->n_unwanted--;
      g_hash_table_iter_remove (&iter);
    }
  return names;
}

void
ws_engine_core_ask_again (WsEngineCore *self)
{
  GHashTableIter iter;
  gpointer       value;

  g_queue_init (&self->to_send);
  self->n_unacked = 0;
  self->n_unwanted = 0;
  g_hash_table_iter_init (&iter, self->topics);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      WsEngineTopic *topic = value;

      if (topic->n_wishes == 0)
        {
          g_hash_table_iter_remove (&iter);
          continue;
        }
      topic->sent = FALSE;
      topic->acked = FALSE;
      topic->link.prev = topic->link.next = NULL;
      g_queue_push_tail_link (&self->to_send, &topic->link);
      self->n_unacked++;
    }
}

void
ws_engine_core_forget_topics (WsEngineCore *self)
{
  ws_engine_clear_source (&self->announce_source);
  g_queue_clear_full (&self->announced, g_free);
  g_queue_init (&self->to_send);
  g_hash_table_remove_all (self->topics);
  self->n_unacked = 0;
  self->n_unwanted = 0;
}

void
ws_engine_core_deliver (WsEngineCore *self,
                        const char   *name,
                        WsDataFormat  format,
                        GBytes       *data)
{
  const WsEngineTopic *topic = g_hash_table_lookup (self->topics, name);

  if (topic != NULL && topic->n_wishes > 0)
    ws_engine_emit_message (self->engine, ws_engine_core_get_topic (self, name), format, data, NULL);
}

static void
free_message (WsEngineMessage *message)
{
  ws_engine_clear_source (&message->cancelled);
  g_clear_object (&message->task);
  g_clear_pointer (&message->data, g_bytes_unref);
  g_free (message->name);
  g_free (message);
}

void
ws_engine_message_done (WsEngineMessage *message)
{
  g_autoptr (GTask) task = g_steal_pointer (&message->task);

  free_message (message);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

void
ws_engine_core_drop (WsEngineCore    *self,
                     WsEngineMessage *message,
                     const char      *reason)
{
  const gint64 now = g_get_monotonic_time ();
  g_autoptr (GTask) task = g_steal_pointer (&message->task);

  free_message (message);
  self->n_dropped++;
  if (task != NULL)
    g_task_return_error (task, ws_engine_error_new (WS_ERROR_ENGINE_UNAVAILABLE, "%s", reason));
  if (self->n_starts == 0 || (self->drop_told_at != 0 && now - self->drop_told_at < TELL_DROPS_US))
    return;

  self->drop_told_at = now;
  ws_engine_emit_error (self->engine, WS_ERROR_ENGINE_UNAVAILABLE, reason);
}

/* Nobody waits for the message any more; if it has not left yet, it never does. */
static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  WsEngineMessage *message = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&message->task);

  ws_engine_clear_source (&message->cancelled);
  message->since = G_MININT64;
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static GError *
find_refusal (WsEngineCore *self,
              gsize         size,
              gsize         more_bytes)
{
  const gsize waiting = self->queue_bytes + more_bytes;
  const gsize counted = size + MESSAGE_OVERHEAD;

  if (self->n_starts == 0)
    return ws_engine_error_new (WS_ERROR_ENGINE_UNAVAILABLE, "the engine is not started");
  if (size > self->max_message_bytes)
    return ws_engine_error_new (WS_ERROR_MESSAGE_SIZE, "a message of %" G_GSIZE_FORMAT " bytes is too long: "
                                                       "max-message-bytes is %" G_GSIZE_FORMAT,
                                size, self->max_message_bytes);

  /* An engine that is ready takes one message, however large. */
  if (self->state == WS_ENGINE_STATE_READY && waiting == 0)
    return NULL;
  if (counted > self->max_queue_bytes || waiting > self->max_queue_bytes - counted)
    return ws_engine_error_new (WS_ERROR_ENGINE_UNAVAILABLE,
                                "the queue of the engine is full: publish-queue-bytes "
                                "is %" G_GSIZE_FORMAT,
                                self->max_queue_bytes);
  return NULL;
}

static void
watch_cancellable (WsEngineCore    *self,
                   WsEngineMessage *message)
{
  GCancellable *cancellable = message->task != NULL ? g_task_get_cancellable (message->task) : NULL;

  if (cancellable == NULL)
    return;
  message->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (message->cancelled, G_SOURCE_FUNC (cancelled_cb), message, NULL);
  g_source_attach (message->cancelled, self->context);
}

gboolean
ws_engine_core_publish (WsEngineCore *self,
                        const char   *topic,
                        GBytes       *data,
                        gsize         more_bytes,
                        GTask        *task,
                        GError      **error)
{
  const gsize      size = g_bytes_get_size (data);
  GError          *refusal = find_refusal (self, size, more_bytes);
  WsEngineMessage *message;

  if (refusal != NULL)
    {
      self->n_dropped++;
      if (task != NULL)
        g_task_return_error (task, g_steal_pointer (&refusal));
      else
        g_propagate_error (error, refusal);
      g_clear_object (&task);
      return FALSE;
    }

  message = g_new0 (WsEngineMessage, 1);
  message->name = g_strconcat (self->prefix, topic, NULL);
  message->data = g_bytes_ref (data);
  message->task = task;
  message->since = g_get_monotonic_time ();
  message->n_bytes = size + MESSAGE_OVERHEAD;
  watch_cancellable (self, message);
  self->queue_bytes += message->n_bytes;
  g_queue_push_tail (&self->messages, message);
  return TRUE;
}

WsEngineMessage *
ws_engine_core_pop (WsEngineCore *self)
{
  WsEngineMessage *message = g_queue_pop_head (&self->messages);

  if (message != NULL)
    self->queue_bytes -= message->n_bytes;
  return message;
}

WsEngineMessage *
ws_engine_core_peek (WsEngineCore *self)
{
  WsEngineMessage     *message;
  const WsEngineTopic *topic;

  /* Those that were cancelled have nobody to tell. */
  while ((message = g_queue_peek_head (&self->messages)) != NULL && message->since == G_MININT64)
    free_message (ws_engine_core_pop (self));
  if (message == NULL)
    return NULL;

  topic = g_hash_table_lookup (self->topics, message->name);
  return topic != NULL && topic->n_wishes > 0 && !topic->acked ? NULL : message;
}

void
ws_engine_core_drop_old (WsEngineCore *self)
{
  const gint64     limit = g_get_monotonic_time () - self->max_queue_seconds * G_USEC_PER_SEC;
  WsEngineMessage *message;

  while ((message = g_queue_peek_head (&self->messages)) != NULL && message->since <= limit)
    {
      ws_engine_core_pop (self);
      if (message->since == G_MININT64)
        free_message (message);
      else
        ws_engine_core_drop (self, message, "a message has waited longer than publish-queue-seconds");
    }
}

void
ws_engine_core_drop_all (WsEngineCore *self,
                         const char   *reason)
{
  WsEngineMessage *message;

  while ((message = ws_engine_core_pop (self)) != NULL)
    ws_engine_core_drop (self, message, reason);
}

void
ws_engine_core_note_gap (WsEngineCore *self,
                         const char   *reason)
{
  if (self->gap_reason == NULL)
    self->gap_reason = g_strdup (reason);
}

void
ws_engine_core_enter_ready (WsEngineCore *self)
{
  g_autofree char *reason = g_steal_pointer (&self->gap_reason);

  self->ready_since = g_get_monotonic_time ();
  ws_engine_core_set_state (self, WS_ENGINE_STATE_READY, 0, NULL);
  if (reason != NULL)
    ws_engine_emit_gap (self->engine, NULL, reason);
}

guint
ws_engine_core_take_delay_ms (WsEngineCore *self,
                              gboolean      refused)
{
  guint delay_ms;

  if (self->ready_since != 0 && g_get_monotonic_time () - self->ready_since >= RETRY_RESET_US)
    self->retry_ms = 0;
  self->ready_since = 0;

  self->retry_ms = self->retry_ms == 0 ? MIN_RETRY_MS : self->retry_ms * 2;
  if (refused || self->retry_ms > self->max_retry_ms)
    self->retry_ms = self->max_retry_ms;
  delay_ms = self->retry_ms;
  /* Not all processes come at the same moment. */
  return delay_ms / 2 + g_random_int_range (0, delay_ms + 1);
}
