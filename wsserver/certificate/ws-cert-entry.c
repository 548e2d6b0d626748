/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-entry-private.h"

#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/certificate/ws-cert-chain-private.h"
#include "wsserver/certificate/ws-cert-fields-private.h"

#define THUMBPRINT "Thumbprint="

/* How well a certificate matches, the best match last. */
typedef enum
{
  MATCH_NONE,
  MATCH_PART,
  MATCH_TEXT,
  MATCH_EXACT,
} SubjectMatch;

void
ws_cert_entry_clear (WsCertEntry *self)
{
  g_clear_pointer (&self->chain, g_ptr_array_unref);
  g_clear_pointer (&self->key, ws_cert_key_free);
  g_clear_pointer (&self->public_key, gnutls_pubkey_deinit);
  g_clear_pointer (&self->locked, g_free);
}

static int
find_key (WsCertStore      *store,
          gnutls_x509_crt_t certificate)
{
  guint8 id[WS_CERT_KEY_ID_BYTES];
  gsize  size = sizeof id;

  if (gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA256, id, &size) < 0)
    return -1;
  for (guint i = 0; i < store->keys->len; i++)
    {
      WsCertKey *key = g_ptr_array_index (store->keys, i);

      if (memcmp (key->id, id, sizeof id) == 0)
        return (int) i;
    }
  return -1;
}

static gboolean
has_thumbprint (gnutls_x509_crt_t certificate,
                const char       *wanted)
{
  static const gnutls_digest_algorithm_t algorithms[] = { GNUTLS_DIG_MD5, GNUTLS_DIG_SHA1,
                                                          GNUTLS_DIG_SHA256 };
  g_autoptr (GString) plain = g_string_new (NULL);

  for (; *wanted != '\0'; wanted++)
    if (*wanted != ':' && !g_ascii_isspace (*wanted))
      g_string_append_c (plain, g_ascii_toupper (*wanted));
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      g_autofree char *thumbprint = ws_cert_fields_format_thumbprint (certificate, algorithms[i]);

      if (plain->len > 0 && g_str_equal (thumbprint, plain->str))
        return TRUE;
    }
  return FALSE;
}

static SubjectMatch
compare_subject (gnutls_x509_crt_t certificate,
                 const char       *wanted)
{
  g_autofree char *subject = NULL;
  g_autofree char *folded_subject = NULL;
  g_autofree char *folded_wanted = NULL;

  if (g_ascii_strncasecmp (wanted, THUMBPRINT, strlen (THUMBPRINT)) == 0)
    return has_thumbprint (certificate, wanted + strlen (THUMBPRINT)) ? MATCH_EXACT : MATCH_NONE;
  if (g_str_equal (wanted, "*"))
    return MATCH_EXACT;

  subject = ws_cert_fields_format_subject (certificate);
  if (ws_cert_fields_equal_names (subject, wanted))
    return MATCH_EXACT;
  folded_subject = g_utf8_casefold (subject, -1);
  folded_wanted = g_utf8_casefold (wanted, -1);
  if (g_str_equal (folded_subject, folded_wanted))
    return MATCH_TEXT;
  return wanted[0] != '\0' && strstr (folded_subject, folded_wanted) != NULL ? MATCH_PART : MATCH_NONE;
}

/* The best match; among equal ones the first that has a key, else the first. */
static int
find_certificate (WsCertStore *store,
                  const char  *wanted)
{
  int   best = -1;
  guint best_score = 0;

  for (guint i = 0; i < store->certificates->len; i++)
    {
      gnutls_x509_crt_t certificate = g_ptr_array_index (store->certificates, i);
      SubjectMatch      match = compare_subject (certificate, wanted);
      guint             score = 2 * (guint) match + (find_key (store, certificate) >= 0 ? 1 : 0);

      if (match != MATCH_NONE && score > best_score)
        {
          best = (int) i;
          best_score = score;
        }
    }
  return best;
}

/* Appends issuers to the chain as far as the store has them. */
static void
complete_chain (WsCertEntry *self,
                WsCertStore *store)
{
  int index;

  while ((index = ws_cert_chain_find_issuer (self->chain, store->certificates)) >= 0)
    g_ptr_array_add (self->chain, g_steal_pointer (&g_ptr_array_index (store->certificates, index)));
}

static void
note_locked_store (WsCertEntry *self,
                   WsCertStore *store)
{
  if (store->locked != NULL)
    self->locked = g_strdup_printf ("%s: %s", store->label, store->locked);
}

static void
take_leaf (WsCertEntry      *self,
           WsCertStore      *store,
           gnutls_x509_crt_t take_certificate)
{
  int key = find_key (store, take_certificate);

  self->chain = g_ptr_array_new_with_free_func ((GDestroyNotify) gnutls_x509_crt_deinit);
  g_ptr_array_add (self->chain, take_certificate);
  complete_chain (self, store);
  if (key >= 0)
    self->key = g_steal_pointer (&g_ptr_array_index (store->keys, key));
  else
    note_locked_store (self, store);
  if (gnutls_pubkey_init (&self->public_key) >= 0 &&
      gnutls_pubkey_import_x509 (self->public_key, take_certificate, 0) < 0)
    g_clear_pointer (&self->public_key, gnutls_pubkey_deinit);
}

void
ws_cert_entry_select_first (WsCertEntry *self,
                            WsCertStore *store)
{
  take_leaf (self, store, g_steal_pointer (&g_ptr_array_index (store->certificates, 0)));
}

/* From a store without certificates. Keys have no subject. */
static void
take_key_alone (WsCertEntry *self,
                WsCertStore *store)
{
  if (store->keys->len == 0)
    {
      self->public_key = g_steal_pointer (&g_ptr_array_index (store->public_keys, 0));
      note_locked_store (self, store);
      return;
    }

  self->key = g_steal_pointer (&g_ptr_array_index (store->keys, 0));
  if (gnutls_pubkey_init (&self->public_key) >= 0 &&
      gnutls_pubkey_import_privkey (self->public_key, self->key->key, 0, 0) < 0)
    g_clear_pointer (&self->public_key, gnutls_pubkey_deinit);
}

gboolean
ws_cert_entry_select (WsCertEntry *self,
                      WsCertStore *store,
                      const char  *subject,
                      GError     **error)
{
  int index = find_certificate (store, subject);

  if (index >= 0)
    {
      take_leaf (self, store, g_steal_pointer (&g_ptr_array_index (store->certificates, index)));
      return TRUE;
    }
  if (g_str_equal (subject, "*") && store->keys->len + store->public_keys->len > 0)
    {
      take_key_alone (self, store);
      return TRUE;
    }

  ws_set_error (error, WS_ERROR_CERT_NOT_FOUND, "Cannot find a certificate for %s in %s, which has %u", subject, store->label, store->certificates->len);
  return FALSE;
}

gboolean
ws_cert_entry_select_key (WsCertEntry      *self,
                          WsCertStore      *store,
                          gnutls_x509_crt_t take_certificate,
                          GError          **error)
{
  take_leaf (self, store, take_certificate);
  if (self->key != NULL)
    return TRUE;

  if (store->locked != NULL)
    ws_cert_store_fail (store, error, "%s", store->locked);
  else
    ws_set_error (error, WS_ERROR_CERT_NOT_FOUND,
                  "Cannot find the private key of the certificate in %s",
                  store->label);
  ws_cert_entry_clear (self);
  return FALSE;
}
