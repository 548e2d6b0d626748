/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-revocation-cache-private.h"

#include <gnutls/crypto.h>

/* Either a list or an answer. */
typedef struct
{
  GList              link; /* in the queue of its cache; data is the entry */
  char              *key;
  WsCrl             *crl;
  WsRevocationAnswer answer;
  gint64             expires_at_s;
} Entry;

typedef struct
{
  GHashTable *entries; /* key -> Entry, which it owns; NULL before the first entry */
  GQueue      order;   /* most recently used first */
  gsize       bytes;   /* of all lists */
} Cache;

static GMutex lock; /* protects both caches */
static Cache  crls = { NULL, G_QUEUE_INIT, 0 };
static Cache  answers = { NULL, G_QUEUE_INIT, 0 };

static void
cache_entry_free (Entry *entry)
{
  g_clear_pointer (&entry->crl, ws_crl_unref);
  g_free (entry->key);
  g_free (entry);
}

static void
remove_entry (Cache *cache,
              Entry *entry)
{
  if (entry->crl != NULL)
    cache->bytes -= ws_crl_get_size (entry->crl);
  g_queue_unlink (&cache->order, &entry->link);
  g_hash_table_remove (cache->entries, entry->key);
}

/* Returns NULL if there is no such entry or if it has expired. */
static Entry *
find_entry (Cache      *cache,
            const char *key,
            gint64      now_s)
{
  Entry *entry = cache->entries != NULL ? g_hash_table_lookup (cache->entries, key) : NULL;

  if (entry == NULL)
    return NULL;
  if (entry->expires_at_s <= now_s)
    {
      remove_entry (cache, entry);
      return NULL;
    }

  g_queue_unlink (&cache->order, &entry->link);
  g_queue_push_head_link (&cache->order, &entry->link);

  return entry;
}

static void
add_cache_entry (Cache *cache,
                 Entry *entry,
                 guint  max_entries)
{
  Entry *old;

  if (cache->entries == NULL)
    cache->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) cache_entry_free);

  old = g_hash_table_lookup (cache->entries, entry->key);
  if (old != NULL)
    remove_entry (cache, old);

  entry->link.data = entry;
  g_queue_push_head_link (&cache->order, &entry->link);
  g_hash_table_insert (cache->entries, entry->key, entry);
  if (entry->crl != NULL)
    cache->bytes += ws_crl_get_size (entry->crl);

  while (cache->order.length > max_entries || cache->bytes > WS_REVOCATION_MAX_CRL_BYTES)
    remove_entry (cache, g_queue_peek_tail (&cache->order));
}

static void
append_digest (GString      *text,
               const guint8 *data,
               gsize         length)
{
  guint8 digest[32];

  gnutls_hash_fast (GNUTLS_DIG_SHA256, data, length, digest);
  for (guint i = 0; i < sizeof digest; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  g_string_append_c (text, ' ');
}

char *
ws_revocation_cache_key (const char       *url,
                         gnutls_x509_crt_t certificate,
                         gnutls_x509_crt_t issuer)
{
  GString                *key = g_string_new (NULL);
  gnutls_x509_crt_t const both[] = { issuer, certificate };

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      gnutls_datum_t der = { NULL, 0 };

      if (both[i] != NULL && gnutls_x509_crt_export2 (both[i], GNUTLS_X509_FMT_DER, &der) >= 0)
        append_digest (key, der.data, der.size);
      gnutls_free (der.data);
    }
  if (url != NULL)
    g_string_append (key, url);

  return g_string_free (key, FALSE);
}

WsCrl *
ws_revocation_cache_get_crl (const char *key,
                             gint64      now_s)
{
  WsCrl *crl = NULL;
  Entry *entry;

  g_mutex_lock (&lock);
  entry = find_entry (&crls, key, now_s);
  if (entry != NULL)
    crl = ws_crl_ref (entry->crl);
  g_mutex_unlock (&lock);

  return crl;
}

gboolean
ws_revocation_cache_get_answer (const char         *key,
                                gint64              now_s,
                                WsRevocationAnswer *answer)
{
  Entry *entry;

  g_mutex_lock (&lock);
  entry = find_entry (&answers, key, now_s);
  if (entry != NULL)
    *answer = entry->answer;
  g_mutex_unlock (&lock);

  return entry != NULL;
}

static Entry *
cache_entry_new (const char *key,
                 gint64      expires_at_s,
                 gint64      now_s)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->key = g_strdup (key);
  entry->expires_at_s = MIN (expires_at_s, now_s + WS_REVOCATION_MAX_KEEP_S);

  return entry;
}

void
ws_revocation_cache_add_crl (const char *key,
                             WsCrl      *crl,
                             gint64      now_s)
{
  Entry *entry;

  if (ws_crl_get_next_update (crl) <= now_s || ws_crl_get_size (crl) > WS_REVOCATION_MAX_CRL_BYTES)
    return;

  entry = cache_entry_new (key, ws_crl_get_next_update (crl), now_s);
  entry->crl = ws_crl_ref (crl);
  g_mutex_lock (&lock);
  add_cache_entry (&crls, entry, WS_REVOCATION_MAX_CRLS);
  g_mutex_unlock (&lock);
}

void
ws_revocation_cache_add_answer (const char               *key,
                                const WsRevocationAnswer *answer,
                                gint64                    now_s)
{
  Entry *entry;

  if (answer->expires_at_s <= now_s)
    return;

  entry = cache_entry_new (key, answer->expires_at_s, now_s);
  entry->answer = *answer;
  g_mutex_lock (&lock);
  add_cache_entry (&answers, entry, WS_REVOCATION_MAX_ANSWERS);
  g_mutex_unlock (&lock);
}
