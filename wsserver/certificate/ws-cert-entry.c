/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-private.h"

#include <string.h>

#include "wsserver/certificate/ws-cert-fields-private.h"

#define THUMBPRINT "Thumbprint="

/* How well a certificate fits, the best last. */
typedef enum
{
  FIT_NONE,
  FIT_PART,
  FIT_TEXT,
  FIT_EXACT,
} SubjectFit;

void
ws_cert_entry_clear (WsCertEntry *entry)
{
  g_clear_pointer (&entry->chain, g_ptr_array_unref);
  g_clear_pointer (&entry->key, ws_cert_key_free);
  g_clear_pointer (&entry->public_key, gnutls_pubkey_deinit);
  g_clear_pointer (&entry->locked, g_free);
}

static int
find_key (WsCertStore      *self,
          gnutls_x509_crt_t certificate)
{
  guint8 id[WS_CERT_KEY_ID_BYTES];
  gsize  size = sizeof id;

  if (gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA256, id, &size) < 0)
    return -1;
  for (guint i = 0; i < self->keys->len; i++)
    {
      WsCertKey *key = g_ptr_array_index (self->keys, i);

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
      g_autofree char *thumbprint = ws_cert_format_thumbprint (certificate, algorithms[i]);

      if (plain->len > 0 && g_str_equal (thumbprint, plain->str))
        return TRUE;
    }
  return FALSE;
}

static SubjectFit
compare (gnutls_x509_crt_t certificate,
         const char       *wanted)
{
  g_autofree char *subject = NULL;
  g_autofree char *folded_subject = NULL;
  g_autofree char *folded_wanted = NULL;

  if (g_ascii_strncasecmp (wanted, THUMBPRINT, strlen (THUMBPRINT)) == 0)
    return has_thumbprint (certificate, wanted + strlen (THUMBPRINT)) ? FIT_EXACT : FIT_NONE;
  if (g_str_equal (wanted, "*"))
    return FIT_EXACT;

  subject = ws_cert_format_subject (certificate);
  if (ws_cert_names_equal (subject, wanted))
    return FIT_EXACT;
  folded_subject = g_utf8_casefold (subject, -1);
  folded_wanted = g_utf8_casefold (wanted, -1);
  if (g_str_equal (folded_subject, folded_wanted))
    return FIT_TEXT;
  return wanted[0] != '\0' && strstr (folded_subject, folded_wanted) != NULL ? FIT_PART : FIT_NONE;
}

/* The best fit; among equals one that has a key, then the first. */
static int
find_certificate (WsCertStore *self,
                  const char  *wanted)
{
  int   best = -1;
  guint best_score = 0;

  for (guint i = 0; i < self->certificates->len; i++)
    {
      gnutls_x509_crt_t certificate = g_ptr_array_index (self->certificates, i);
      SubjectFit        fit = compare (certificate, wanted);
      guint             score = 2 * (guint) fit + (find_key (self, certificate) >= 0 ? 1 : 0);

      if (fit != FIT_NONE && score > best_score)
        {
          best = (int) i;
          best_score = score;
        }
    }
  return best;
}

/* Follows the issuers from the last of the chain as far as the store has them. */
static void
complete_chain (WsCertStore *self,
                GPtrArray   *chain)
{
  for (guint i = 0; i < self->certificates->len && chain->len < WS_CERT_MAX_CHAIN;)
    {
      gnutls_x509_crt_t last = g_ptr_array_index (chain, chain->len - 1);
      gnutls_x509_crt_t candidate = g_ptr_array_index (self->certificates, i);

      if (gnutls_x509_crt_check_issuer (last, last) != 0)
        return;
      if (candidate != NULL && gnutls_x509_crt_check_issuer (last, candidate) != 0)
        {
          g_ptr_array_add (chain, g_steal_pointer (&g_ptr_array_index (self->certificates, i)));
          i = 0;
        }
      else
        i++;
    }
}

static void
take_leaf (WsCertStore      *self,
           gnutls_x509_crt_t take_certificate,
           WsCertEntry      *entry)
{
  int key = find_key (self, take_certificate);

  entry->chain = g_ptr_array_new_with_free_func ((GDestroyNotify) gnutls_x509_crt_deinit);
  g_ptr_array_add (entry->chain, take_certificate);
  complete_chain (self, entry->chain);
  if (key >= 0)
    entry->key = g_steal_pointer (&g_ptr_array_index (self->keys, key));
  else if (self->locked != NULL)
    entry->locked = g_strdup_printf ("%s: %s", self->label, self->locked);
  if (gnutls_pubkey_init (&entry->public_key) >= 0 &&
      gnutls_pubkey_import_x509 (entry->public_key, take_certificate, 0) < 0)
    g_clear_pointer (&entry->public_key, gnutls_pubkey_deinit);
}

void
ws_cert_store_select_first (WsCertStore *self,
                            WsCertEntry *entry)
{
  take_leaf (self, g_steal_pointer (&g_ptr_array_index (self->certificates, 0)), entry);
}

/* A store without certificates has keys to offer, which have no subject. */
static gboolean
take_key_alone (WsCertStore *self,
                WsCertEntry *entry)
{
  if (self->keys->len == 0)
    {
      entry->public_key = g_steal_pointer (&g_ptr_array_index (self->public_keys, 0));
      if (self->locked != NULL)
        entry->locked = g_strdup_printf ("%s: %s", self->label, self->locked);
      return TRUE;
    }

  entry->key = g_steal_pointer (&g_ptr_array_index (self->keys, 0));
  if (gnutls_pubkey_init (&entry->public_key) >= 0 &&
      gnutls_pubkey_import_privkey (entry->public_key, entry->key->key, 0, 0) < 0)
    g_clear_pointer (&entry->public_key, gnutls_pubkey_deinit);
  return TRUE;
}

gboolean
ws_cert_store_select (WsCertStore *self,
                      const char  *subject,
                      WsCertEntry *entry,
                      GError     **error)
{
  int index = find_certificate (self, subject);

  if (index >= 0)
    {
      take_leaf (self, g_steal_pointer (&g_ptr_array_index (self->certificates, index)), entry);
      return TRUE;
    }
  if (g_str_equal (subject, "*") && self->keys->len + self->public_keys->len > 0)
    return take_key_alone (self, entry);

  g_set_error (error, WS_ERROR, WS_ERROR_CERT_NOT_FOUND, "[%d] Cannot find a certificate for %s in %s, which has %u",
               WS_ERROR_CERT_NOT_FOUND, subject, self->label, self->certificates->len);
  return FALSE;
}

gboolean
ws_cert_store_select_key (WsCertStore      *self,
                          gnutls_x509_crt_t take_certificate,
                          WsCertEntry      *entry,
                          GError          **error)
{
  take_leaf (self, take_certificate, entry);
  if (entry->key != NULL)
    return TRUE;

  if (self->locked != NULL)
    ws_cert_store_fail (self, error, "%s", self->locked);
  else
    g_set_error (error, WS_ERROR, WS_ERROR_CERT_NOT_FOUND,
                 "[%d] Cannot find the private key of the certificate in %s", WS_ERROR_CERT_NOT_FOUND,
                 self->label);
  ws_cert_entry_clear (entry);
  return FALSE;
}
