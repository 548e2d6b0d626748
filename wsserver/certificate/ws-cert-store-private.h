/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "wsserver/base/ws-enums.h"
#include "wsserver/base/ws-error-private.h"

G_BEGIN_DECLS

/* A store is read whole; what is longer is refused before it is parsed. */
#define WS_CERT_MAX_STORE_BYTES (4 * 1024 * 1024)
/* Rounds of a key derivation that a file may ask for: some seconds of work. */
#define WS_CERT_MAX_KDF_ITERATIONS 5000000
/* Certificates of one chain, the leaf included. */
#define WS_CERT_MAX_CHAIN 16
#define WS_CERT_KEY_ID_BYTES 32

/* A private key. */
typedef struct
{
  gnutls_privkey_t key;
  /* Hash of the public key, by which certificates find their keys. */
  guint8 id[WS_CERT_KEY_ID_BYTES];
  char  *uri; /* of a key on a token, else NULL */
  char  *pin; /* for that token; GnuTLS asks for it whenever it logs in, so it lives with the key */
} WsCertKey;

/* A handle of a key on a token, which asks for the PIN again later: pin must outlive it. Returns
 * GnuTLS's code. */
int ws_cert_open_uri (const char       *uri,
                      const char       *pin,
                      gnutls_privkey_t *key);
/* A key on a token. NULL with GnuTLS's code when there is none, or the token does not open it. */
WsCertKey *ws_cert_key_new_for_uri (const char *uri,
                                    const char *pin,
                                    int        *code);
void       ws_cert_key_free (WsCertKey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsCertKey, ws_cert_key_free)

/* What has been read from a store. The arrays own their elements; an element that was selected is
 * NULL afterwards. */
typedef struct
{
  char       *label;        /* what messages call the store */
  const char *password;     /* never NULL; the caller's */
  const char *key_password; /* never NULL; the caller's */
  GPtrArray  *certificates; /* of gnutls_x509_crt_t */
  GPtrArray  *keys;         /* of WsCertKey */
  GPtrArray  *public_keys;  /* of gnutls_pubkey_t, of those that come without certificate and key */
  /* Why a private key that is there could not be opened, or NULL. */
  char *locked;
} WsCertStore;

/* What was selected from a store. */
typedef struct
{
  GPtrArray      *chain; /* of gnutls_x509_crt_t, leaf first, or NULL for a key alone */
  WsCertKey      *key;   /* or NULL */
  gnutls_pubkey_t public_key;
  char           *locked; /* why there is no key although the store has one, or NULL */
} WsCertEntry;

/* An empty one, without passwords. */
WsCertStore *ws_cert_store_new (const char *label);
/* The passwords must outlive the store. Errors: WS_ERROR_CERT_STORE. */
WsCertStore *ws_cert_store_open (WsCertStoreType type,
                                 GBytes         *store,
                                 const char     *password,
                                 const char     *key_password,
                                 GError        **error);
void         ws_cert_store_free (WsCertStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsCertStore, ws_cert_store_free)

/* Moves the certificate that the subject names, its issuers and its key from the store into entry.
 * Errors: WS_ERROR_CERT_NOT_FOUND. */
gboolean ws_cert_store_select (WsCertStore *self,
                               const char  *subject,
                               WsCertEntry *entry,
                               GError     **error);
/* Moves the first certificate, of which there is one. */
void ws_cert_store_select_first (WsCertStore *self,
                                 WsCertEntry *entry);
/* The same for the key of a certificate that the caller gives away. Issuers are looked for in the
 * store. Errors: WS_ERROR_CERT_NOT_FOUND when the store has no such key. */
gboolean ws_cert_store_select_key (WsCertStore      *self,
                                   gnutls_x509_crt_t take_certificate,
                                   WsCertEntry      *entry,
                                   GError          **error);
void     ws_cert_entry_clear (WsCertEntry *entry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WsCertEntry, ws_cert_entry_clear)

/* Loaders: each adds what it finds to the store, or sets WS_ERROR_CERT_STORE. */
typedef gboolean (*WsCertLoader) (WsCertStore  *store,
                                  const guint8 *data,
                                  gsize         length,
                                  GError      **error);

#define WS_CERT_DECLARE_LOADER(name)                       \
 gboolean ws_cert_store_load_##name (WsCertStore  *store,  \
                                     const guint8 *data,   \
                                     gsize         length, \
                                     GError      **error)
WS_CERT_DECLARE_LOADER (pem);
WS_CERT_DECLARE_LOADER (public);
WS_CERT_DECLARE_LOADER (pfx);
WS_CERT_DECLARE_LOADER (p7b);
WS_CERT_DECLARE_LOADER (ssh);
WS_CERT_DECLARE_LOADER (ppk);
WS_CERT_DECLARE_LOADER (xml);
WS_CERT_DECLARE_LOADER (jwk);
WS_CERT_DECLARE_LOADER (pkcs11);
#undef WS_CERT_DECLARE_LOADER

/* The format of bytes that are certificate material, or NULL. */
WsCertLoader ws_cert_store_detect (const guint8 *data,
                                   gsize         length);

/* Sets "[271] Cannot open certificate store LABEL: fault" and returns FALSE. */
gboolean ws_cert_store_fail (WsCertStore *self,
                             GError     **error,
                             const char  *format,
                             ...) G_GNUC_PRINTF (3, 4);

/* Adding; each takes what it is given. */
void     ws_cert_store_take_certificate (WsCertStore      *self,
                                         gnutls_x509_crt_t certificate);
gboolean ws_cert_store_take_key (WsCertStore          *self,
                                 gnutls_x509_privkey_t key,
                                 GError              **error);
gboolean ws_cert_store_add_der_certificate (WsCertStore          *self,
                                            const gnutls_datum_t *der,
                                            GError              **error);
/* The key of the first certificate, on a token. */
void ws_cert_store_add_key_uri (WsCertStore *self,
                                const char  *uri);
/* Opens PKCS #8 in DER with the key's password, then with the store's; a wrong password only marks
 * the store as locked. */
gboolean ws_cert_store_add_pkcs8 (WsCertStore          *self,
                                  const gnutls_datum_t *der,
                                  GError              **error);
/* Notes that there is a key that the passwords do not open. */
void ws_cert_store_lock (WsCertStore *self,
                         int          gnutls_code);

G_END_DECLS
