/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-topic-ring-private.h"

/* What an entry takes beside its payload: itself, its link, its position, the GBytes. */
#define ENTRY_BYTES 160
/* What a ring without entries takes, with its topic. */
#define RING_BYTES 320

static guint64
make_epoch (void)
{
  return ((guint64) g_random_int () << 32) | g_random_int ();
}

WsTopicRing *
ws_topic_ring_new (void)
{
  WsTopicRing *self = g_new0 (WsTopicRing, 1);

  self->epoch = make_epoch ();
  self->bytes = RING_BYTES;
  self->used_us = g_get_monotonic_time ();
  return self;
}

static gsize
get_entry_size (const WsTopicEntry *entry)
{
  return g_bytes_get_size (entry->data) + ENTRY_BYTES;
}

static void
entry_free (gpointer data)
{
  WsTopicEntry *entry = data;

  g_bytes_unref (entry->data);
  g_free (entry->position);
  g_free (entry);
}

static void
drop_oldest (WsTopicRing *self)
{
  WsTopicEntry *entry = g_queue_pop_head (&self->entries);

  self->bytes -= get_entry_size (entry);
  entry_free (entry);
}

void
ws_topic_ring_free (WsTopicRing *self)
{
  g_queue_clear_full (&self->entries, entry_free);
  g_free (self);
}

guint
ws_topic_policy_get_kept (const WsTopicPolicy *policy)
{
  return MAX (policy->history_messages, policy->keep_latest ? 1 : 0);
}

static char *
format_position (guint64 epoch,
                 guint64 number)
{
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x:%" G_GUINT64_FORMAT, epoch, number);
}

char *
ws_topic_ring_get_position (const WsTopicRing *self)
{
  return format_position (self->epoch, self->last);
}

char *
ws_topic_ring_get_next_position (const WsTopicRing *self)
{
  return format_position (self->epoch, self->last + 1);
}

void
ws_topic_ring_trim (WsTopicRing         *self,
                    const WsTopicPolicy *policy,
                    gint64               now_us)
{
  guint  max = ws_topic_policy_get_kept (policy);
  gint64 oldest_us = now_us - (gint64) policy->history_seconds * G_USEC_PER_SEC;

  while (self->entries.length > max)
    drop_oldest (self);
  while (policy->history_bytes > 0 && self->bytes > policy->history_bytes && self->entries.length > 1)
    drop_oldest (self);
  while (policy->history_seconds > 0 && self->entries.length > 0 &&
         ((WsTopicEntry *) self->entries.head->data)->time_us < oldest_us)
    drop_oldest (self);
}

void
ws_topic_ring_add (WsTopicRing         *self,
                   WsOpcode             opcode,
                   GBytes              *data,
                   const WsTopicPolicy *policy,
                   gint64               now_us)
{
  WsTopicEntry *entry = g_new (WsTopicEntry, 1);

  entry->opcode = opcode;
  entry->data = g_bytes_ref (data);
  entry->position = ws_topic_ring_get_next_position (self);
  entry->time_us = now_us;
  self->last++;
  self->used_us = now_us;
  g_queue_push_tail (&self->entries, entry);
  self->bytes += get_entry_size (entry);
  ws_topic_ring_trim (self, policy, now_us);
}

void
ws_topic_ring_restart (WsTopicRing *self)
{
  g_queue_clear_full (&self->entries, entry_free);
  self->bytes = RING_BYTES;
  self->last = 0;
  self->epoch = make_epoch ();
}

/* Two numbers, as format_position() writes them. */
static gboolean
parse_position (const char *position,
                guint64    *epoch,
                guint64    *number)
{
  g_auto (GStrv) parts = g_strsplit (position, ":", 3);

  return g_strv_length (parts) == 2 &&
         g_ascii_string_to_unsigned (parts[0], 16, 0, G_MAXUINT64, epoch, NULL) &&
         g_ascii_string_to_unsigned (parts[1], 10, 0, G_MAXUINT64, number, NULL);
}

gboolean
ws_topic_ring_find (WsTopicRing *self,
                    const char  *position,
                    GList      **first)
{
  guint64 epoch;
  guint64 number;

  *first = NULL;
  if (!parse_position (position, &epoch, &number) || epoch != self->epoch || number > self->last ||
      self->last - number > self->entries.length)
    return FALSE;

  *first = number == self->last
               ? NULL
               : g_queue_peek_nth_link (&self->entries, self->entries.length - (guint) (self->last - number));
  return TRUE;
}
