/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-private.h"

#include <gnutls/pkcs12.h>

#include "wsserver/base/ws-error-private.h"

WsCertStore *
ws_cert_store_new (const char *label)
{
  WsCertStore *self = g_new0 (WsCertStore, 1);

  self->label = g_strdup (label);
  self->password = "";
  self->key_password = "";
  self->certificates = g_ptr_array_new_with_free_func ((GDestroyNotify) gnutls_x509_crt_deinit);
  self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_cert_key_free);
  self->public_keys = g_ptr_array_new_with_free_func ((GDestroyNotify) gnutls_pubkey_deinit);
  return self;
}

void
ws_cert_store_free (WsCertStore *self)
{
  g_ptr_array_unref (self->certificates);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->public_keys);
  g_free (self->label);
  g_free (self->locked);
  g_free (self);
}

gboolean
ws_cert_store_fail (WsCertStore *self,
                    GError     **error,
                    const char  *format,
                    ...)
{
  g_autofree char *text = NULL;
  g_autofree char *fault = NULL;
  va_list          arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* Parsers quote what they did not like. */
  fault = g_utf8_make_valid (text, -1);
  ws_set_error (error, WS_ERROR_CERT_STORE, "Cannot open certificate store %s: %s", self->label, fault);
  return FALSE;
}

void
ws_cert_store_take_certificate (WsCertStore      *self,
                                gnutls_x509_crt_t take_certificate)
{
  g_ptr_array_add (self->certificates, take_certificate);
}

void
ws_cert_store_take_keys (WsCertStore *self,
                         WsCertStore *keys)
{
  GPtrArray *dropped = self->keys;

  self->keys = keys->keys;
  keys->keys = dropped;
  g_ptr_array_set_size (dropped, 0);
  g_clear_pointer (&self->locked, g_free);
}

gboolean
ws_cert_store_add_der_certificate (WsCertStore          *self,
                                   const gnutls_datum_t *der,
                                   GError              **error)
{
  gnutls_x509_crt_t certificate;
  int               code = gnutls_x509_crt_init (&certificate);

  if (code < 0)
    return ws_cert_store_fail (self, error, "%s", gnutls_strerror (code));
  code = gnutls_x509_crt_import (certificate, der, GNUTLS_X509_FMT_DER);
  if (code >= 0)
    {
      ws_cert_store_take_certificate (self, certificate);
      return TRUE;
    }
  gnutls_x509_crt_deinit (certificate);
  return ws_cert_store_fail (self, error, "a certificate cannot be read: %s", gnutls_strerror (code));
}

gboolean
ws_cert_store_take_key (WsCertStore          *self,
                        gnutls_x509_privkey_t take_key,
                        GError              **error)
{
  int        code;
  WsCertKey *key = ws_cert_key_new_take (take_key, &code);

  if (key == NULL)
    return ws_cert_store_fail (self, error, "the private key cannot be used: %s", gnutls_strerror (code));

  g_ptr_array_add (self->keys, key);
  return TRUE;
}

void
ws_cert_store_lock (WsCertStore *self,
                    int          gnutls_code)
{
  if (self->locked != NULL)
    return;
  if (self->password[0] == '\0' && self->key_password[0] == '\0')
    self->locked = g_strdup ("the private key needs a password, and there is none");
  else
    self->locked = g_strdup_printf ("the password does not open the private key, or the key is damaged (%s)",
                                    gnutls_strerror (gnutls_code));
}

gboolean
ws_cert_store_spend_rounds (WsCertStore *self,
                            guint        rounds)
{
  if (rounds > WS_CERT_STORE_MAX_KDF_ROUNDS || rounds > WS_CERT_STORE_MAX_ALL_KDF_ROUNDS - self->n_kdf_rounds)
    return FALSE;

  self->n_kdf_rounds += rounds;
  return TRUE;
}

/* Returns a negative code unless this is encrypted PKCS #8. */
static int
read_pkcs8_rounds (const gnutls_datum_t *der,
                   guint                *rounds)
{
  guint  schema = 0;
  guint  cipher = 0;
  guint8 salt[256];
  guint  salt_size = sizeof salt;
  char  *oid = NULL;
  int    code =
      gnutls_pkcs8_info (der, GNUTLS_X509_FMT_DER, &schema, &cipher, salt, &salt_size, rounds, &oid);

  gnutls_free (oid);
  return code;
}

gboolean
ws_cert_store_add_pkcs8 (WsCertStore          *self,
                         const gnutls_datum_t *der,
                         GError              **error)
{
  const char           *passwords[] = { self->key_password, self->password };
  gnutls_x509_privkey_t key;
  guint                 rounds = 0;
  int                   code = read_pkcs8_rounds (der, &rounds);

  if (code < 0)
    return ws_cert_store_fail (self, error, "the encryption of the private key is not supported: %s",
                               gnutls_strerror (code));
  for (guint i = 0; i < G_N_ELEMENTS (passwords); i++)
    {
      if (i > 0 && g_str_equal (passwords[i], passwords[0]))
        break;
      if (!ws_cert_store_spend_rounds (self, rounds))
        return ws_cert_store_fail (self, error, "it asks for too many rounds of key derivation");
      code = gnutls_x509_privkey_init (&key);
      if (code < 0)
        return ws_cert_store_fail (self, error, "%s", gnutls_strerror (code));
      code = gnutls_x509_privkey_import_pkcs8 (key, der, GNUTLS_X509_FMT_DER, passwords[i], 0);
      if (code >= 0)
        return ws_cert_store_take_key (self, key, error);
      gnutls_x509_privkey_deinit (key);
    }
  ws_cert_store_lock (self, code);
  return TRUE;
}

void
ws_cert_store_add_key_uri (WsCertStore *self,
                           const char  *uri)
{
  g_autoptr (WsCertKey) key = NULL;
  gsize size = WS_CERT_KEY_ID_BYTES;
  int   code;

  if (self->certificates->len == 0)
    return;
  key = ws_cert_key_new_for_uri (uri, self->password, &code);
  if (key == NULL)
    return;
  gnutls_x509_crt_get_key_id (g_ptr_array_index (self->certificates, 0), GNUTLS_KEYID_USE_SHA256, key->id,
                              &size);
  g_ptr_array_add (self->keys, g_steal_pointer (&key));
}
