/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include <glib.h>

G_BEGIN_DECLS

#define WS_CERT_KEY_ID_BYTES 32

/* A private key. */
typedef struct
{
  gnutls_privkey_t key;
  /* Hash of the public key, by which a certificate finds its key. */
  guint8 id[WS_CERT_KEY_ID_BYTES];
  char  *uri; /* of a key on a token, else NULL */
  char  *pin; /* of that token: GnuTLS asks for it at each login, so it lives with the key */
} WsCertKey;

/* Both constructors return NULL on failure and set code to the code of GnuTLS. */
WsCertKey *ws_cert_key_new_take (gnutls_x509_privkey_t take_key,
                                 int                  *code);
/* A key on a token. Its id is not set: only the certificate beside it knows it. */
WsCertKey *ws_cert_key_new_for_uri (const char *uri,
                                    const char *pin,
                                    int        *code);
void       ws_cert_key_free (WsCertKey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsCertKey, ws_cert_key_free)

/* A handle of its own for a new owner. A key on a token must outlive its copies, since it keeps the
 * PIN. Returns the code of GnuTLS. */
int ws_cert_key_copy (const WsCertKey  *self,
                      gnutls_privkey_t *copy);

/* Exports the key as PKCS #8 without encryption. FALSE if it cannot be exported, as from a token.
 * The caller wipes the data and frees it with gnutls_free(). */
gboolean ws_cert_key_export (const WsCertKey      *self,
                             gnutls_x509_crt_fmt_t format,
                             gnutls_datum_t       *data);

G_END_DECLS
