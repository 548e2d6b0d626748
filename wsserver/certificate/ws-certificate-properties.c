/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate-search-private.h"

/* Public getters and setters of the properties that are not texts. */

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
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_state_get_encoded (self);
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

  return ws_certificate_search_get_key_password (self);
}

/**
 * ws_certificate_get_key_store: (get-property key-store)
 * @self: a certificate
 *
 * Gets the name of the file with the private key.
 *
 * Returns: the name as it was set; an empty string if the key is in the store
 *
 * Since: 1.2
 */
const char *
ws_certificate_get_key_store (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return self->key_store;
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
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_state_get_private_key (self);
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
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), 0);

  return (int) ws_certificate_state_get_public_key_bits (self);
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

  return ws_certificate_state_get_usage_flags (self);
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

  return ws_certificate_state_get_effective_time (self);
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

  return ws_certificate_state_get_expiration_time (self);
}

/**
 * ws_certificate_get_tls_certificate: (get-property tls-certificate)
 * @self: a certificate
 *
 * Gets the certificate for use with the rest of GIO, with its key and chain.
 *
 * Returns: (nullable) (transfer none): a certificate of GIO's TLS backend; %NULL if none is selected
 *   or there is no backend
 *
 * Since: 1.0
 */
GTlsCertificate *
ws_certificate_get_tls_certificate (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_state_get_tls_certificate (self);
}

/**
 * ws_certificate_set_subject: (set-property subject)
 * @self: a certificate
 * @subject: (nullable): what to search for, see [property@Ws.Certificate:subject]; %NULL or an empty
 *   string selects no certificate
 *
 * Searches the store for a certificate, blocking while the store is read.
 *
 * [method@Ws.Certificate.get_subject] is empty if none was found. If the store could not be opened, the
 * search is repeated when the properties of the store change.
 *
 * Since: 1.0
 */
void
ws_certificate_set_subject (WsCertificate *self,
                            const char    *subject)
{
  g_return_if_fail (WS_IS_CERTIFICATE (self));

  ws_certificate_search_for_subject (self, subject);
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
  g_return_if_fail (WS_IS_CERTIFICATE (self));

  ws_certificate_search_for_encoded_text (self, encoded);
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

  ws_certificate_search_for_encoded (self, encoded);
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

  ws_certificate_search_set_key_password (self, key_password);
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
  g_return_if_fail (WS_IS_CERTIFICATE (self));

  ws_certificate_search_set_store_text (self, store);
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
  g_return_if_fail (WS_IS_CERTIFICATE (self));

  ws_certificate_search_set_store (self, store);
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

  ws_certificate_search_set_store_password (self, store_password);
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

  ws_certificate_search_set_store_type (self, store_type);
}

/**
 * ws_certificate_set_key_store: (set-property key-store)
 * @self: a certificate
 * @key_store: (nullable): name of a file; %NULL or empty if the key is in the store
 *
 * Sets the name of the file with the private key.
 *
 * Since: 1.2
 */
void
ws_certificate_set_key_store (WsCertificate *self,
                              const char    *key_store)
{
  g_return_if_fail (WS_IS_CERTIFICATE (self));

  ws_certificate_search_set_key_store (self, key_store);
}
