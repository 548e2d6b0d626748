/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-topics-publications-private.h"

#include "wsserver/base/ws-container-private.h"
#include "wsserver/topics/ws-publish-result-private.h"

/* An engine brings a message back in the order in which it was published, or never. Those that it does not
 * bring back are forgotten when there are more, or more bytes. */
#define MAX_PUBLICATIONS 1024
#define MAX_PUBLICATION_BYTES (8 * 1024 * 1024)

static void
publication_free (WsPublication *self)
{
  g_clear_object (&self->count.except);
  g_clear_object (&self->task);
  g_clear_error (&self->error);
  g_bytes_unref (self->data);
  g_free (self->position);
  g_free (self->topic);
  g_free (self);
}

static void
unlink_publication (WsTopics      *self,
                    WsPublication *publication)
{
  if (publication->link.data == NULL)
    return;

  g_queue_unlink (&self->publications, &publication->link);
  self->publication_bytes -= g_bytes_get_size (publication->data);
  publication->link.data = NULL;
}

/* Nothing will ask for it any more. */
static void
free_if_done (WsPublication *self)
{
  if (self->n_open == 0 && self->link.data == NULL)
    publication_free (self);
}

static void
forget_oldest (WsTopics *self)
{
  WsPublication *oldest = g_queue_peek_head (&self->publications);

  unlink_publication (self, oldest);
  free_if_done (oldest);
}

WsPublication *
ws_topics_add_publication (WsTopics     *self,
                           const char   *topic,
                           GBytes       *data,
                           WsConnection *except,
                           GTask        *task)
{
  WsPublication *publication = g_new0 (WsPublication, 1);

  g_set_object (&publication->count.except, except);
  publication->topic = g_strdup (topic);
  publication->data = g_bytes_ref (data);
  publication->topics = g_object_ref (self);
  g_set_object (&publication->task, task);
  publication->n_open = 1;
  publication->link.data = publication;
  g_queue_push_tail_link (&self->publications, &publication->link);
  self->publication_bytes += g_bytes_get_size (data);
  while (self->publications.length > 1 &&
         (self->publications.length > MAX_PUBLICATIONS || self->publication_bytes > MAX_PUBLICATION_BYTES))
    forget_oldest (self);
  return publication;
}

WsPublication *
ws_topics_take_publication (WsTopics   *self,
                            const char *topic,
                            GBytes     *data)
{
  for (GList *link = self->publications.head; link != NULL; link = link->next)
    {
      WsPublication *publication = link->data;

      if (!g_str_equal (publication->topic, topic) || !g_bytes_equal (publication->data, data))
        continue;

      unlink_publication (self, publication);
      publication->n_open++;
      return publication;
    }

  return NULL;
}

static void
return_result (WsPublication *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (task == NULL)
    return;

  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_pointer (task,
                           ws_publish_result_new (g_steal_pointer (&self->position), self->count.n_local,
                                                  self->count.n_skipped, self->outcome),
                           (GDestroyNotify) ws_publish_result_unref);
}

static void
close_one (WsPublication *self)
{
  if (--self->n_open > 0)
    return;

  return_result (self);
  free_if_done (self);
}

void
ws_publication_answered (WsPublication *self,
                         char          *position,
                         GError        *error)
{
  g_autoptr (WsTopics) topics = g_steal_pointer (&self->topics);

  if (position != NULL)
    {
      g_free (self->position);
      self->position = position;
    }
  if (error != NULL)
    {
      self->error = error;
      unlink_publication (topics, self);
    }
  close_one (self);
}

void
ws_publication_delivered (WsDeliveryCount *count)
{
  close_one (WS_CONTAINER_OF (count, WsPublication, count));
}

void
ws_topics_clear_publications (WsTopics *self)
{
  while (self->publications.length > 0)
    forget_oldest (self);
}
