/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate-private.h"

#include <string.h>

#include "wsserver/certificate/ws-cert-fields-private.h"
#include "wsserver/certificate/ws-secret-private.h"

/* What the last search could not open may open now. */
static void
search_again (WsCertificate *self)
{
  if (self->pending)
    ws_certificate_search (self);
}

/**
 * ws_certificate_get_encoded_b: (get-property encoded-b)
 * @self: a certificate
 *
 * Gets the certificate as bytes.
 *
 * Returns: (transfer full): the certificate in PEM, or no bytes
 *
 * Since: 1.0
 */
GBytes *
ws_certificate_get_encoded_b (WsCertificate *self)
{
  const char *pem;

  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  pem = ws_certificate_get_text (self, WS_CERT_TEXT_ENCODED);
  return g_bytes_new (pem, strlen (pem));
}

/**
 * ws_certificate_get_key_password: (get-property key-password)
 * @self: a certificate
 *
 * Gets the password of the private key.
 *
 * Returns: the password; that of the store if none was set
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_key_password (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return self->key_password != NULL ? self->key_password : self->store_password;
}

/**
 * ws_certificate_get_private_key: (get-property private-key)
 * @self: a certificate
 *
 * Gets the private key. Wipe the string when you have used it.
 *
 * Returns: (transfer full): the key in PEM, or an empty string
 *
 * Since: 1.0
 */
char *
ws_certificate_get_private_key (WsCertificate *self)
{
  gnutls_x509_privkey_t plain;
  gnutls_datum_t        pem = { NULL, 0 };
  char                 *text = NULL;

  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  if (self->entry.key == NULL || gnutls_privkey_export_x509 (self->entry.key->key, &plain) < 0)
    return g_strdup ("");
  if (gnutls_x509_privkey_export2_pkcs8 (plain, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem) >= 0)
    {
      text = g_strndup ((const char *) pem.data, pem.size);
      gnutls_memset (pem.data, 0, pem.size);
      gnutls_free (pem.data);
    }
  gnutls_x509_privkey_deinit (plain);
  return text != NULL ? text : g_strdup ("");
}

/**
 * ws_certificate_get_private_key_available: (get-property private-key-available)
 * @self: a certificate
 *
 * Gets whether there is a private key.
 *
 * Returns: %TRUE if there is one
 *
 * Since: 1.0
 */
gboolean
ws_certificate_get_private_key_available (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), FALSE);

  return self->entry.key != NULL;
}

/**
 * ws_certificate_get_public_key_length: (get-property public-key-length)
 * @self: a certificate
 *
 * Gets the length of the public key.
 *
 * Returns: bits, or 0
 *
 * Since: 1.0
 */
int
ws_certificate_get_public_key_length (WsCertificate *self)
{
  guint bits = 0;

  g_return_val_if_fail (WS_IS_CERTIFICATE (self), 0);

  if (self->entry.public_key != NULL)
    gnutls_pubkey_get_pk_algorithm (self->entry.public_key, &bits);
  return (int) bits;
}

/**
 * ws_certificate_get_store: (get-property store)
 * @self: a certificate
 *
 * Gets the store as text.
 *
 * Returns: name, URI or content; an empty string if the content is binary
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_store (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return self->store_text;
}

/**
 * ws_certificate_get_store_b: (get-property store-b)
 * @self: a certificate
 *
 * Gets the store as bytes.
 *
 * Returns: (transfer none): name, URI or content
 *
 * Since: 1.0
 */
GBytes *
ws_certificate_get_store_b (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return self->store;
}

/**
 * ws_certificate_get_store_password: (get-property store-password)
 * @self: a certificate
 *
 * Gets the password of the store.
 *
 * Returns: the password
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_store_password (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return self->store_password;
}

/**
 * ws_certificate_get_store_type: (get-property store-type)
 * @self: a certificate
 *
 * Gets what the store is.
 *
 * Returns: the type
 *
 * Since: 1.0
 */
WsCertStoreType
ws_certificate_get_store_type (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), WS_CERT_STORE_TYPE_USER);

  return self->store_type;
}

/**
 * ws_certificate_get_usage_flags: (get-property usage-flags)
 * @self: a certificate
 *
 * Gets what the key may be used for.
 *
 * Returns: the sum of the flags, or 0
 *
 * Since: 1.0
 */
guint
ws_certificate_get_usage_flags (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), 0);

  return self->entry.chain != NULL ? ws_cert_get_usage_flags (ws_certificate_get_leaf (self)) : 0;
}

static GDateTime *
make_time (time_t seconds)
{
  return seconds != (time_t) -1 ? g_date_time_new_from_unix_utc (seconds) : NULL;
}

/**
 * ws_certificate_get_effective_time: (get-property effective-time)
 * @self: a certificate
 *
 * Gets when it becomes valid.
 *
 * Returns: (nullable) (transfer full): the time in UTC, or %NULL
 *
 * Since: 1.0
 */
GDateTime *
ws_certificate_get_effective_time (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  if (self->entry.chain == NULL)
    return NULL;
  return make_time (gnutls_x509_crt_get_activation_time (ws_certificate_get_leaf (self)));
}

/**
 * ws_certificate_get_expiration_time: (get-property expiration-time)
 * @self: a certificate
 *
 * Gets when it ceases to be valid.
 *
 * Returns: (nullable) (transfer full): the time in UTC, or %NULL
 *
 * Since: 1.0
 */
GDateTime *
ws_certificate_get_expiration_time (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  if (self->entry.chain == NULL)
    return NULL;
  return make_time (gnutls_x509_crt_get_expiration_time (ws_certificate_get_leaf (self)));
}

static void
set_wanted (WsCertificate *self,
            const char    *subject,
            GBytes        *encoded)
{
  char *old_subject = self->wanted_subject;

  self->wanted_subject = g_strdup (subject);
  g_free (old_subject);
  g_clear_pointer (&self->wanted_encoded, g_bytes_unref);
  if (encoded != NULL)
    self->wanted_encoded = g_bytes_ref (encoded);

  if (subject != NULL || encoded != NULL)
    {
      ws_certificate_search (self);
      return;
    }
  self->pending = FALSE;
  g_clear_error (&self->load_error);
  ws_certificate_clear (self);
  ws_certificate_notify_loaded (self);
}

/**
 * ws_certificate_set_subject: (set-property subject)
 * @self: a certificate
 * @subject: (nullable): what to search for, see [property@Ws.Certificate:subject]; %NULL or an empty
 *   string selects no certificate
 *
 * Searches the store for a certificate, blocking while the store is read.
 *
 * [method@Ws.Certificate.get_subject] tells whether one was found. A search whose store does not
 * open is done again when the properties of the store change.
 *
 * Since: 1.0
 */
void
ws_certificate_set_subject (WsCertificate *self,
                            const char    *subject)
{
  g_return_if_fail (WS_IS_CERTIFICATE (self));

  set_wanted (self, subject != NULL && subject[0] != '\0' ? subject : NULL, NULL);
}

/**
 * ws_certificate_set_encoded: (set-property encoded)
 * @self: a certificate
 * @encoded: (nullable): a certificate in PEM or Base64; %NULL or an empty string selects none
 *
 * Selects a certificate and searches the store for its private key, blocking while it is read.
 *
 * Since: 1.0
 */
void
ws_certificate_set_encoded (WsCertificate *self,
                            const char    *encoded)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_if_fail (WS_IS_CERTIFICATE (self));

  if (encoded != NULL)
    bytes = g_bytes_new (encoded, strlen (encoded));
  ws_certificate_set_encoded_b (self, bytes);
}

/**
 * ws_certificate_set_encoded_b: (set-property encoded-b)
 * @self: a certificate
 * @encoded: (nullable): a certificate in PEM, DER or Base64; %NULL or no bytes select none
 *
 * Selects a certificate and searches the store for its private key, blocking while it is read.
 *
 * Since: 1.0
 */
void
ws_certificate_set_encoded_b (WsCertificate *self,
                              GBytes        *encoded)
{
  g_return_if_fail (WS_IS_CERTIFICATE (self));

  set_wanted (self, NULL, encoded != NULL && g_bytes_get_size (encoded) > 0 ? encoded : NULL);
}

/**
 * ws_certificate_set_key_password: (set-property key-password)
 * @self: a certificate
 * @key_password: (nullable): a password, which may be empty; %NULL for that of the store
 *
 * Sets the password of the private key.
 *
 * Since: 1.0
 */
void
ws_certificate_set_key_password (WsCertificate *self,
                                 const char    *key_password)
{
  g_return_if_fail (WS_IS_CERTIFICATE (self));

  if (g_strcmp0 (self->key_password, key_password) == 0)
    return;

  ws_secret_free (self->key_password);
  self->key_password = g_strdup (key_password);
  g_object_notify (G_OBJECT (self), "key-password");
  search_again (self);
}

/**
 * ws_certificate_set_store: (set-property store)
 * @self: a certificate
 * @store: (nullable): name of a file, PKCS #11 URI or content
 *
 * Sets the store.
 *
 * Since: 1.0
 */
void
ws_certificate_set_store (WsCertificate *self,
                          const char    *store)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_if_fail (WS_IS_CERTIFICATE (self));

  if (store != NULL)
    bytes = g_bytes_new (store, strlen (store));
  ws_certificate_set_store_b (self, bytes);
}

/**
 * ws_certificate_set_store_b: (set-property store-b)
 * @self: a certificate
 * @store: (nullable): name of a file, PKCS #11 URI or content
 *
 * Sets the store.
 *
 * Since: 1.0
 */
void
ws_certificate_set_store_b (WsCertificate *self,
                            GBytes        *store)
{
  g_autoptr (GBytes) bytes = store != NULL ? g_bytes_ref (store) : g_bytes_new_static ("", 0);
  gsize       length;
  const char *data = g_bytes_get_data (bytes, &length);

  g_return_if_fail (WS_IS_CERTIFICATE (self));

  if (g_bytes_equal (self->store, bytes))
    return;

  g_free (self->store_text);
  self->store_text = g_utf8_validate_len (data, length, NULL) ? g_strndup (data, length) : g_strdup ("");
  g_bytes_unref (self->store);
  self->store = g_steal_pointer (&bytes);
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify (G_OBJECT (self), "store");
  g_object_notify (G_OBJECT (self), "store-b");
  g_object_thaw_notify (G_OBJECT (self));
  search_again (self);
}

/**
 * ws_certificate_set_store_password: (set-property store-password)
 * @self: a certificate
 * @store_password: (nullable): a password
 *
 * Sets the password of the store.
 *
 * Since: 1.0
 */
void
ws_certificate_set_store_password (WsCertificate *self,
                                   const char    *store_password)
{
  g_return_if_fail (WS_IS_CERTIFICATE (self));

  if (store_password == NULL)
    store_password = "";
  if (g_str_equal (self->store_password, store_password))
    return;

  ws_secret_free (self->store_password);
  self->store_password = g_strdup (store_password);
  g_object_notify (G_OBJECT (self), "store-password");
  search_again (self);
}

/**
 * ws_certificate_set_store_type: (set-property store-type)
 * @self: a certificate
 * @store_type: a type
 *
 * Sets what the store is.
 *
 * Since: 1.0
 */
void
ws_certificate_set_store_type (WsCertificate  *self,
                               WsCertStoreType store_type)
{
  g_return_if_fail (WS_IS_CERTIFICATE (self));

  if (self->store_type == store_type)
    return;

  self->store_type = store_type;
  g_object_notify (G_OBJECT (self), "store-type");
  search_again (self);
}
