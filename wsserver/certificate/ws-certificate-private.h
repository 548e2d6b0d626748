/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/gnutls.h>

#include "wsserver/certificate/ws-cert-store-private.h"
#include "wsserver/certificate/ws-certificate.h"

G_BEGIN_DECLS

/* Fields that are read as text, in the order of the properties of the same names. */
typedef enum
{
  WS_CERT_TEXT_EFFECTIVE_DATE,
  WS_CERT_TEXT_EXPIRATION_DATE,
  WS_CERT_TEXT_EXTENDED_KEY_USAGE,
  WS_CERT_TEXT_FINGERPRINT,
  WS_CERT_TEXT_FINGERPRINT_SHA1,
  WS_CERT_TEXT_FINGERPRINT_SHA256,
  WS_CERT_TEXT_ISSUER,
  WS_CERT_TEXT_PRIVATE_KEY_CONTAINER,
  WS_CERT_TEXT_PUBLIC_KEY,
  WS_CERT_TEXT_PUBLIC_KEY_ALGORITHM,
  WS_CERT_TEXT_SERIAL_NUMBER,
  WS_CERT_TEXT_SIGNATURE_ALGORITHM,
  WS_CERT_TEXT_SUBJECT_ALT_NAMES,
  WS_CERT_TEXT_THUMBPRINT_MD5,
  WS_CERT_TEXT_THUMBPRINT_SHA1,
  WS_CERT_TEXT_THUMBPRINT_SHA256,
  WS_CERT_TEXT_USAGE,
  WS_CERT_TEXT_VERSION,
  WS_CERT_TEXT_SUBJECT,
  WS_CERT_TEXT_ENCODED,
  WS_CERT_N_TEXTS
} WsCertText;

struct _WsCertificate
{
  GObject parent_instance;

  WsCertStoreType store_type;
  GBytes         *store;
  char           *store_text; /* the store as a string, "" if it is binary */
  char           *store_password;
  char           *key_password; /* NULL until set: then it is the store's */

  /* The last search: by subject, or by certificate if encoded is not NULL. It is repeated when the
   * store changes as long as it is pending: the store, or a key in it, could not be opened. */
  char    *wanted_subject;
  GBytes  *wanted_encoded;
  gboolean pending;
  GError  *load_error; /* why the last search found nothing, or NULL */

  WsCertEntry entry; /* what is selected */

  /* Made from the entry when asked for. */
  char            *texts[WS_CERT_N_TEXTS];
  GBytes          *encoded_bytes;
  GTlsCertificate *tls_certificate;
};

const char *ws_certificate_get_text (WsCertificate *self,
                                     WsCertText     text);
/* The leaf, or NULL. */
gnutls_x509_crt_t ws_certificate_get_leaf (WsCertificate *self);
/* Forgets what is selected and what was made from it. */
void ws_certificate_clear (WsCertificate *self);
/* Notifies every property that the selected certificate decides. */
void ws_certificate_notify_loaded (WsCertificate *self);
/* Properties that setters of other files notify by name. */
void ws_certificate_notify_name (WsCertificate *self,
                                 const char    *name);

/* Runs the search that wanted_subject or wanted_encoded describe. On failure nothing is selected. */
gboolean ws_certificate_load (WsCertificate *self,
                              GError       **error);
/* The same for setters: the error is kept, a search that could not be done stays pending. */
void ws_certificate_search (WsCertificate *self);

/* --- For the TLS connection --- */

/* The chain, leaf first, of gnutls_x509_crt_t; NULL when no certificate is selected. */
GPtrArray *ws_certificate_get_chain (WsCertificate *self);
/* The private key or NULL; the certificate's. */
gnutls_privkey_t ws_certificate_get_private_handle (WsCertificate *self);

/* Adds chain and key to credentials of a server. The certificate must outlive them, since it keeps
 * the PIN of a key on a token. Sets WS_ERROR_SERVER_CERT_NOT_FOUND when no certificate is selected,
 * saying why, and WS_ERROR_CREDENTIALS when it has no key or GnuTLS refuses it. */
gboolean ws_certificate_load_credentials (WsCertificate                   *self,
                                          gnutls_certificate_credentials_t credentials,
                                          GError                         **error);
/* The same with certificates in PEM that complete the chain (SSLCACerts); NULL or "" for none.
 * Those that the chain has or does not need are left out. */
gboolean ws_certificate_load_credentials_with_chain (WsCertificate                   *self,
                                                     const char                      *ca_certs,
                                                     gnutls_certificate_credentials_t credentials,
                                                     GError                         **error);
/* Whether ca_certs could be such a chain; "" could. Sets WS_ERROR_CERT_STORE. */
gboolean ws_certificate_check_chain (const char *ca_certs,
                                     GError    **error);

/* A new certificate from the same store by the same search, for renewal. */
WsCertificate *ws_certificate_reopen (WsCertificate *self,
                                      GError       **error);
/* Name of the file that the store is, or NULL; free with g_free(). */
char *ws_certificate_dup_filename (WsCertificate *self);

/* The certificates that a peer has shown, leaf first, in DER. NULL if the leaf cannot be read. */
WsCertificate *ws_certificate_new_for_peers (const gnutls_datum_t *certificates,
                                             guint                 n_certificates);

G_END_DECLS
