/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "wsserver/certificate/ws-cert-key-private.h"

G_BEGIN_DECLS

/* Rounds of a key derivation that a file may ask for: some seconds of work. A store has several parts, each
 * with a derivation of its own; all of them together must not ask for more than the second number. */
#define WS_CERT_STORE_MAX_KDF_ROUNDS 5000000
#define WS_CERT_STORE_MAX_ALL_KDF_ROUNDS (4 * WS_CERT_STORE_MAX_KDF_ROUNDS)

/* What was read from a store. The arrays own their elements; an element that was selected is NULL
 * afterwards. */
typedef struct
{
  char       *label;        /* the store's name in messages */
  const char *password;     /* never NULL; belongs to the caller */
  const char *key_password; /* never NULL; belongs to the caller */
  GPtrArray  *certificates; /* of gnutls_x509_crt_t */
  GPtrArray  *keys;         /* of WsCertKey */
  GPtrArray  *public_keys;  /* of gnutls_pubkey_t, those without a certificate and a private key */
  /* Why a private key in the store could not be opened, or NULL. */
  char *locked;
  guint n_kdf_rounds; /* derived so far, never over WS_CERT_STORE_MAX_ALL_KDF_ROUNDS */
} WsCertStore;

/* An empty store without passwords. */
WsCertStore *ws_cert_store_new (const char *label);
void         ws_cert_store_free (WsCertStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsCertStore, ws_cert_store_free)

/* Sets "[271] Cannot open certificate store LABEL: fault" and returns FALSE. */
gboolean ws_cert_store_fail (WsCertStore *self,
                             GError     **error,
                             const char  *format,
                             ...) G_GNUC_PRINTF (3, 4);

/* What loaders add. Errors: WS_ERROR_CERT_STORE. */

/* Drops the keys of the store, and moves those of another one into it. */
void     ws_cert_store_take_keys (WsCertStore *self,
                                  WsCertStore *keys);
void     ws_cert_store_take_certificate (WsCertStore      *self,
                                         gnutls_x509_crt_t take_certificate);
gboolean ws_cert_store_take_key (WsCertStore          *self,
                                 gnutls_x509_privkey_t take_key,
                                 GError              **error);
gboolean ws_cert_store_add_der_certificate (WsCertStore          *self,
                                            const gnutls_datum_t *der,
                                            GError              **error);
/* Adds the key of the first certificate, which is on a token. */
void ws_cert_store_add_key_uri (WsCertStore *self,
                                const char  *uri);
/* Opens PKCS #8 in DER with the key's password, then with the store's. If both are wrong, the store
 * is marked as locked and TRUE is returned. */
gboolean ws_cert_store_add_pkcs8 (WsCertStore          *self,
                                  const gnutls_datum_t *der,
                                  GError              **error);
/* To be called before each key derivation. FALSE if it takes too many rounds, or all together do. */
gboolean ws_cert_store_spend_rounds (WsCertStore *self,
                                     guint        rounds);
/* Notes that the store has a key which the passwords do not open. */
void ws_cert_store_lock (WsCertStore *self,
                         int          gnutls_code);

G_END_DECLS
