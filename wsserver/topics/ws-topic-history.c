/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-topic-history.h"

/**
 * WsTopicHistory:
 *
 * Messages of one topic that an engine has kept, oldest first, each with its position.
 *
 * An engine makes it to answer [method@Ws.Engine.history_async].
 *
 * Since: 1.2
 */
typedef struct
{
  WsDataFormat format;
  GBytes      *data;
  char        *position;
} Entry;

struct _WsTopicHistory
{
  grefcount ref_count;
  gboolean  recovered;
  GArray   *entries;
};

G_DEFINE_BOXED_TYPE (WsTopicHistory, ws_topic_history, ws_topic_history_ref, ws_topic_history_unref)

static void
clear_history_entry (gpointer data)
{
  Entry *entry = data;

  g_bytes_unref (entry->data);
  g_free (entry->position);
}

/**
 * ws_topic_history_new:
 * @recovered: whether the messages that will be added are all that followed the position asked for
 *
 * Makes a history without messages.
 *
 * Returns: (transfer full): a new history
 *
 * Since: 1.2
 */
WsTopicHistory *
ws_topic_history_new (gboolean recovered)
{
  WsTopicHistory *self = g_new0 (WsTopicHistory, 1);

  g_ref_count_init (&self->ref_count);
  self->recovered = !!recovered;
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, clear_history_entry);
  return self;
}

/**
 * ws_topic_history_ref: (skip)
 * @self: a history
 *
 * Adds a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.2
 */
WsTopicHistory *
ws_topic_history_ref (WsTopicHistory *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * ws_topic_history_unref: (skip)
 * @self: (transfer full): a history
 *
 * Drops a reference.
 *
 * Since: 1.2
 */
void
ws_topic_history_unref (WsTopicHistory *self)
{
  g_return_if_fail (self != NULL);

  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_array_unref (self->entries);
  g_free (self);
}

/**
 * ws_topic_history_add:
 * @self: a history
 * @format: `WS_DATA_FORMAT_AUTOMATIC`, `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY`
 * @data: the message; referenced, not copied
 * @position: the position of this message
 *
 * Adds a message behind those that are there.
 *
 * Since: 1.2
 */
void
ws_topic_history_add (WsTopicHistory *self,
                      WsDataFormat    format,
                      GBytes         *data,
                      const char     *position)
{
  Entry entry = { .format = format };

  g_return_if_fail (self != NULL);
  g_return_if_fail (format <= WS_DATA_FORMAT_BINARY);
  g_return_if_fail (data != NULL);
  g_return_if_fail (position != NULL);

  entry.data = g_bytes_ref (data);
  entry.position = g_strdup (position);
  g_array_append_val (self->entries, entry);
}

/**
 * ws_topic_history_get_recovered:
 * @self: a history
 *
 * Gets whether the messages are all that followed the position asked for.
 *
 * Returns: %FALSE if the engine no longer has all of them, or does not know the position
 *
 * Since: 1.2
 */
gboolean
ws_topic_history_get_recovered (WsTopicHistory *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->recovered;
}

/**
 * ws_topic_history_get_n_messages:
 * @self: a history
 *
 * Gets how many messages there are.
 *
 * Returns: the number
 *
 * Since: 1.2
 */
guint
ws_topic_history_get_n_messages (WsTopicHistory *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->entries->len;
}

/**
 * ws_topic_history_get_format:
 * @self: a history
 * @index: which message, from 0
 *
 * Gets the format of a message.
 *
 * Returns: the format, as it was added
 *
 * Since: 1.2
 */
WsDataFormat
ws_topic_history_get_format (WsTopicHistory *self,
                             guint           index)
{
  g_return_val_if_fail (self != NULL, WS_DATA_FORMAT_AUTOMATIC);
  g_return_val_if_fail (index < self->entries->len, WS_DATA_FORMAT_AUTOMATIC);

  return g_array_index (self->entries, Entry, index).format;
}

/**
 * ws_topic_history_get_data:
 * @self: a history
 * @index: which message, from 0
 *
 * Gets the bytes of a message.
 *
 * Returns: (transfer none): the bytes
 *
 * Since: 1.2
 */
GBytes *
ws_topic_history_get_data (WsTopicHistory *self,
                           guint           index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->entries->len, NULL);

  return g_array_index (self->entries, Entry, index).data;
}

/**
 * ws_topic_history_get_position:
 * @self: a history
 * @index: which message, from 0
 *
 * Gets the position of a message.
 *
 * Returns: (transfer none): the position
 *
 * Since: 1.2
 */
const char *
ws_topic_history_get_position (WsTopicHistory *self,
                               guint           index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->entries->len, NULL);

  return g_array_index (self->entries, Entry, index).position;
}
