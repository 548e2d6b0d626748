/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-revocation-share-private.h"

#include "wsserver/revocation/ws-revocation-fetch-private.h"

/* Who comes later starts a request of its own: this one may be stuck. */
#define JOIN_US (10 * G_USEC_PER_SEC)

typedef struct
{
  char         *key;
  GQueue        waiters; /* Waiter */
  GCancellable *cancellable;
  gint64        started_us;
} SharedFetch;

typedef struct
{
  SharedFetch *fetch;
  GTask       *task;
  GSource     *cancelled; /* NULL without a cancellable */
} Waiter;

static GMutex      lock;    /* protects fetches; a fetch itself belongs to its main context */
static GHashTable *fetches; /* key -> SharedFetch, which it does not own; NULL while there is none */

/* A request that others have replaced is not in the table any more. */
static void
remove_shared (SharedFetch *fetch)
{
  g_mutex_lock (&lock);
  if (fetches != NULL && g_hash_table_lookup (fetches, fetch->key) == fetch)
    g_hash_table_remove (fetches, fetch->key);
  if (fetches != NULL && g_hash_table_size (fetches) == 0)
    g_clear_pointer (&fetches, g_hash_table_unref);
  g_mutex_unlock (&lock);
}

static SharedFetch *
find_shared (const char *key)
{
  SharedFetch *fetch = NULL;

  g_mutex_lock (&lock);
  if (fetches != NULL)
    fetch = g_hash_table_lookup (fetches, key);
  g_mutex_unlock (&lock);

  return fetch != NULL && g_get_monotonic_time () - fetch->started_us <= JOIN_US ? fetch : NULL;
}

static SharedFetch *
add_shared (const char *key)
{
  SharedFetch *fetch = g_new0 (SharedFetch, 1);

  fetch->key = g_strdup (key);
  fetch->cancellable = g_cancellable_new ();
  fetch->started_us = g_get_monotonic_time ();
  g_mutex_lock (&lock);
  if (fetches == NULL)
    fetches = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_replace (fetches, fetch->key, fetch);
  g_mutex_unlock (&lock);

  return fetch;
}

static void
shared_free (SharedFetch *fetch)
{
  g_object_unref (fetch->cancellable);
  g_free (fetch->key);
  g_free (fetch);
}

/* Returns the task, which the caller owns. */
static GTask *
waiter_free (Waiter *waiter)
{
  GTask *task = waiter->task;

  if (waiter->cancelled != NULL)
    g_source_destroy (waiter->cancelled);
  g_clear_pointer (&waiter->cancelled, g_source_unref);
  g_free (waiter);

  return task;
}

/* The task's callback may run the main loop, in which others who wait are cancelled. */
static void
list_fetched_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  SharedFetch *fetch = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = ws_revocation_fetch_finish (result, &error);

  remove_shared (fetch);
  while (!g_queue_is_empty (&fetch->waiters))
    {
      g_autoptr (GTask) task = waiter_free (g_queue_pop_head (&fetch->waiters));

      if (bytes != NULL)
        g_task_return_pointer (task, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
      else
        g_task_return_error (task, g_error_copy (error));
    }

  shared_free (fetch);
}

/* A source, because a handler of GCancellable::cancelled may not end what it is called for. */
static gboolean
waiter_cancelled_cb (GCancellable *cancellable,
                     gpointer      user_data)
{
  Waiter      *waiter = user_data;
  SharedFetch *fetch = waiter->fetch;
  g_autoptr (GTask) task = NULL;

  g_queue_remove (&fetch->waiters, waiter);
  task = waiter_free (waiter);
  if (g_queue_is_empty (&fetch->waiters))
    {
      remove_shared (fetch);
      g_cancellable_cancel (fetch->cancellable);
    }

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
add_waiter (SharedFetch *fetch,
            GTask       *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Waiter       *waiter = g_new0 (Waiter, 1);

  waiter->fetch = fetch;
  waiter->task = task;
  g_queue_push_tail (&fetch->waiters, waiter);
  if (cancellable == NULL)
    return;

  waiter->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (waiter->cancelled, G_SOURCE_FUNC (waiter_cancelled_cb), waiter, NULL);
  g_source_set_static_name (waiter->cancelled, "WsServer revocation list");
  g_source_attach (waiter->cancelled, g_task_get_context (task));
}

void
ws_revocation_share_async (const char         *url,
                           gsize               max_bytes,
                           gboolean            may_be_private,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask           *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *key = g_strdup_printf ("%p %d %s", (void *) g_task_get_context (task), may_be_private, url);
  SharedFetch     *fetch = find_shared (key);

  g_task_set_source_tag (task, ws_revocation_share_async);
  if (fetch == NULL)
    {
      fetch = add_shared (key);
      ws_revocation_fetch_async (url, NULL, NULL, max_bytes, may_be_private, fetch->cancellable,
                                 list_fetched_cb, fetch);
    }
  add_waiter (fetch, task);
}

GBytes *
ws_revocation_share_finish (GAsyncResult *result,
                            GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
