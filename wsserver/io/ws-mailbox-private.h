/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What other threads want done by the one that runs a poller: letters to addressees, delivered in the
 * order in which they were posted to each. However many are posted, the main context is woken once, and the
 * poller delivers them in its own turns, so that they keep others waiting no longer than clients do.
 *
 * The only part of io/ that may be used from any thread. It outlives its poller: whoever may post
 * holds a reference, and finds the mailbox closed when the poller is gone. */
typedef struct _WsMailbox WsMailbox;

/* Embedded in what it carries, which keeps the addressee alive. */
typedef struct _WsLetter WsLetter;

struct _WsLetter
{
  WsLetter *next;
  gsize     size_bytes; /* that it counts for */
};

/* Called where the poller runs: letters wait. Takes up to n_max of them with ws_mailbox_take(). */
typedef void (*WsMailFunc) (gpointer addressee,
                            guint    n_max);

typedef enum
{
  WS_MAIL_POSTED,
  WS_MAIL_FULL,   /* more waits for this addressee than the limit allows */
  WS_MAIL_CLOSED, /* the poller is gone */
} WsMailStatus;

typedef struct _WsMailSlot WsMailSlot;

struct _WsMailbox
{
  gatomicrefcount ref_count;
  GMainContext   *context;   /* a reference */
  gsize           thread;    /* number of the one that has run the poller last; atomic */
  guint           n_waiting; /* addressees for whom letters wait; atomic */

  GMutex      mutex; /* of what follows */
  gboolean    closed;
  guint64     limit_bytes;
  GHashTable *slots; /* addressee to WsMailSlot: those for whom letters wait */
  GQueue      queue; /* of the same, in order of their turns */
};

WsMailbox *ws_mailbox_new (GMainContext *context);
WsMailbox *ws_mailbox_ref (WsMailbox *self);
void       ws_mailbox_unref (WsMailbox *self);

/* How much may wait for one addressee. The first letter always may. */
void ws_mailbox_set_limit (WsMailbox *self,
                           guint64    limit_bytes);

/* By the poller, in each dispatch. */
void ws_mailbox_note_thread (WsMailbox *self);

/* Whether this thread may touch what belongs to the poller: it owns the context, or has run it last
 * and nobody runs it now. Until ws_mailbox_leave(), which has to follow TRUE, nobody else can. */
gboolean ws_mailbox_enter (WsMailbox *self);
void     ws_mailbox_leave (WsMailbox *self);

/* By the poller: whether there is something to deliver, and delivering it, for a bounded time. */
static inline gboolean
ws_mailbox_has_letters (WsMailbox *self)
{
  return g_atomic_int_get (&self->n_waiting) > 0;
}

void ws_mailbox_deliver (WsMailbox *self);

/* In any thread. The letter is taken when the result is POSTED; func must be the same for all
 * letters to an addressee. */
WsMailStatus ws_mailbox_post (WsMailbox *self,
                              gpointer   addressee,
                              WsMailFunc func,
                              WsLetter  *letter);

/* The next letter, or NULL. Only where the poller runs. */
WsLetter *ws_mailbox_take (WsMailbox *self,
                           gpointer   addressee);

/* By the poller, when it goes: nothing is taken any more, and what waits is delivered. */
void ws_mailbox_close (WsMailbox *self);

G_END_DECLS
