/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-session-cache-private.h"

#include <string.h>

struct _WsTlsSessionCache
{
  GMutex      mutex;
  GHashTable *sessions; /* GBytes, the session id, to StoredSession */
  GQueue      ids;      /* the keys, the oldest first */
};

typedef struct
{
  GList *link; /* in ids */
  gsize  length;
  guint8 data[];
} StoredSession;

/* It holds the master secret. */
static void
stored_session_free (gpointer data)
{
  StoredSession *stored = data;

  gnutls_memset (stored->data, 0, stored->length);
  g_free (stored);
}

WsTlsSessionCache *
ws_tls_session_cache_new (void)
{
  WsTlsSessionCache *self = g_new0 (WsTlsSessionCache, 1);

  g_mutex_init (&self->mutex);
  self->sessions = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                                          stored_session_free);
  g_queue_init (&self->ids);
  return self;
}

void
ws_tls_session_cache_free (WsTlsSessionCache *self)
{
  g_queue_clear (&self->ids);
  g_hash_table_unref (self->sessions);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* The lock is held. */
static void
forget_session (WsTlsSessionCache *self,
                GBytes            *id)
{
  StoredSession *stored = g_hash_table_lookup (self->sessions, id);

  if (stored == NULL)
    return;

  g_queue_delete_link (&self->ids, stored->link);
  g_hash_table_remove (self->sessions, id);
}

static int
store_session (void          *pointer,
               gnutls_datum_t key,
               gnutls_datum_t data)
{
  WsTlsSessionCache *self = pointer;
  GBytes            *id;
  StoredSession     *stored;

  if (data.size > WS_TLS_SESSION_CACHE_MAX_BYTES)
    return GNUTLS_E_DB_ERROR;

  id = g_bytes_new (key.data, key.size);
  stored = g_malloc (sizeof *stored + data.size);
  stored->length = data.size;
  memcpy (stored->data, data.data, data.size);

  g_mutex_lock (&self->mutex);
  forget_session (self, id);
  if (self->ids.length >= WS_TLS_SESSION_CACHE_MAX_SESSIONS)
    forget_session (self, self->ids.head->data);
  g_queue_push_tail (&self->ids, id);
  stored->link = self->ids.tail;
  g_hash_table_insert (self->sessions, id, stored);
  g_mutex_unlock (&self->mutex);
  return 0;
}

static gnutls_datum_t
retrieve_session (void          *pointer,
                  gnutls_datum_t key)
{
  WsTlsSessionCache *self = pointer;
  g_autoptr (GBytes) id = g_bytes_new (key.data, key.size);
  gnutls_datum_t       found = { NULL, 0 };
  const StoredSession *stored;

  g_mutex_lock (&self->mutex);
  stored = g_hash_table_lookup (self->sessions, id);
  if (stored != NULL)
    {
      found.data = gnutls_malloc (stored->length);
      found.size = (unsigned int) stored->length;
      if (found.data != NULL)
        memcpy (found.data, stored->data, stored->length);
    }
  g_mutex_unlock (&self->mutex);
  return found;
}

static int
remove_session (void          *pointer,
                gnutls_datum_t key)
{
  WsTlsSessionCache *self = pointer;
  g_autoptr (GBytes) id = g_bytes_new (key.data, key.size);

  g_mutex_lock (&self->mutex);
  forget_session (self, id);
  g_mutex_unlock (&self->mutex);
  return 0;
}

void
ws_tls_session_cache_enable (WsTlsSessionCache *self,
                             gnutls_session_t   session)
{
  gnutls_db_set_ptr (session, self);
  gnutls_db_set_store_function (session, store_session);
  gnutls_db_set_retrieve_function (session, retrieve_session);
  gnutls_db_set_remove_function (session, remove_session);
}
