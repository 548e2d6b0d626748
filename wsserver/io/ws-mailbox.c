/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-mailbox-private.h"

/* An addressee's turn, and the time of one delivery: the other sources of the context get theirs. */
#define LETTERS_PER_TURN 64
#define DELIVERY_MAX_US 4000

struct _WsMailSlot
{
  gpointer   addressee;
  WsMailFunc func;
  WsLetter  *head; /* never NULL while the slot is in a mailbox */
  WsLetter  *tail;
  guint64    size_bytes; /* of all */
  GList      link;       /* in the queue */
};

/* Of this thread, and never of another: what pthread_self() returns, a thread that begins later may get when
 * this one has ended. */
static gsize
get_thread_number (void)
{
  static gsize          last_number;
  static __thread gsize number;

  if (G_UNLIKELY (number == 0))
    number = __atomic_add_fetch (&last_number, 1, __ATOMIC_RELAXED);
  return number;
}

void
ws_mailbox_note_thread (WsMailbox *self)
{
  __atomic_store_n (&self->thread, get_thread_number (), __ATOMIC_RELAXED);
}

WsMailbox *
ws_mailbox_new (GMainContext *context)
{
  WsMailbox *self = g_new0 (WsMailbox, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->context = g_main_context_ref (context);
  self->limit_bytes = G_MAXUINT64;
  g_mutex_init (&self->mutex);
  self->slots = g_hash_table_new (NULL, NULL);
  ws_mailbox_note_thread (self);
  return self;
}

WsMailbox *
ws_mailbox_ref (WsMailbox *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ws_mailbox_unref (WsMailbox *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->queue.length == 0);

  g_hash_table_unref (self->slots);
  g_mutex_clear (&self->mutex);
  g_main_context_unref (self->context);
  g_free (self);
}

void
ws_mailbox_set_limit (WsMailbox *self,
                      guint64    limit_bytes)
{
  g_mutex_lock (&self->mutex);
  self->limit_bytes = limit_bytes;
  g_mutex_unlock (&self->mutex);
}

/* Between two iterations nobody owns the context, and its thread is known only from the last one; that
 * no other has taken over since is what acquiring makes sure of. */
gboolean
ws_mailbox_enter (WsMailbox *self)
{
  gsize thread = __atomic_load_n (&self->thread, __ATOMIC_RELAXED);

  return (thread == get_thread_number () || g_main_context_is_owner (self->context)) &&
         g_main_context_acquire (self->context);
}

void
ws_mailbox_leave (WsMailbox *self)
{
  g_main_context_release (self->context);
}

/* --- delivering ------------------------------------------------------------------------------ */

/* The slot whose turn it is goes to the end of the queue, and stays in it for as long as it holds
 * letters: a loop that is run while one is delivered goes on with the next. */
static gboolean
begin_turn (WsMailbox  *self,
            gpointer   *addressee,
            WsMailFunc *func)
{
  GList *link;

  g_mutex_lock (&self->mutex);
  link = g_queue_pop_head_link (&self->queue);
  if (link != NULL)
    {
      WsMailSlot *slot = link->data;

      g_queue_push_tail_link (&self->queue, link);
      *addressee = slot->addressee;
      *func = slot->func;
    }
  g_mutex_unlock (&self->mutex);

  return link != NULL;
}

WsLetter *
ws_mailbox_take (WsMailbox *self,
                 gpointer   addressee)
{
  WsMailSlot *slot;
  WsLetter   *letter = NULL;

  g_mutex_lock (&self->mutex);
  slot = g_hash_table_lookup (self->slots, addressee);
  if (slot != NULL)
    {
      letter = slot->head;
      slot->head = letter->next;
      slot->size_bytes -= letter->size_bytes;
      if (slot->head == NULL)
        {
          g_hash_table_remove (self->slots, addressee);
          g_queue_unlink (&self->queue, &slot->link);
          g_atomic_int_set (&self->n_waiting, self->queue.length);
          g_free (slot);
        }
    }
  g_mutex_unlock (&self->mutex);

  return letter;
}

void
ws_mailbox_deliver (WsMailbox *self)
{
  gint64     end_us;
  gpointer   addressee;
  WsMailFunc func;

  if (!ws_mailbox_has_letters (self))
    return;

  end_us = g_get_monotonic_time () + DELIVERY_MAX_US;
  while (begin_turn (self, &addressee, &func))
    {
      func (addressee, LETTERS_PER_TURN);
      if (g_get_monotonic_time () >= end_us)
        return;
    }
}

void
ws_mailbox_close (WsMailbox *self)
{
  gpointer   addressee;
  WsMailFunc func;

  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_mutex_unlock (&self->mutex);

  while (begin_turn (self, &addressee, &func))
    func (addressee, G_MAXUINT);
}

/* --- posting --------------------------------------------------------------------------------- */

static void
append_letter (WsMailbox *self,
               gpointer   addressee,
               WsMailFunc func,
               WsLetter  *letter)
{
  WsMailSlot *slot = g_hash_table_lookup (self->slots, addressee);

  letter->next = NULL;
  if (slot == NULL)
    {
      slot = g_new0 (WsMailSlot, 1);
      slot->addressee = addressee;
      slot->func = func;
      slot->head = letter;
      slot->link.data = slot;
      g_hash_table_insert (self->slots, addressee, slot);
      g_queue_push_tail_link (&self->queue, &slot->link);
      g_atomic_int_set (&self->n_waiting, self->queue.length);
    }
  else
    {
      slot->tail->next = letter;
    }
  slot->tail = letter;
  slot->size_bytes += letter->size_bytes;
}

/* All or nothing, as in a queue of what is to be sent. */
static gboolean
has_room (WsMailbox *self,
          gpointer   addressee,
          gsize      size_bytes)
{
  const WsMailSlot *slot = g_hash_table_lookup (self->slots, addressee);

  return slot == NULL ||
         (slot->size_bytes <= self->limit_bytes && size_bytes <= self->limit_bytes - slot->size_bytes);
}

WsMailStatus
ws_mailbox_post (WsMailbox *self,
                 gpointer   addressee,
                 WsMailFunc func,
                 WsLetter  *letter)
{
  WsMailStatus status = WS_MAIL_POSTED;
  gboolean     is_first = FALSE;

  g_mutex_lock (&self->mutex);
  if (self->closed)
    {
      status = WS_MAIL_CLOSED;
    }
  else if (!has_room (self, addressee, letter->size_bytes))
    {
      status = WS_MAIL_FULL;
    }
  else
    {
      is_first = self->queue.length == 0;
      append_letter (self, addressee, func, letter);
    }
  g_mutex_unlock (&self->mutex);

  /* The poller sees the letters behind it by itself. */
  if (is_first)
    g_main_context_wakeup (self->context);

  return status;
}
