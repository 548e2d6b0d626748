/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/certificate/ws-cert-store-private.h"

G_BEGIN_DECLS

/* What was selected from a store: a certificate, its issuers and its key, or a key alone. */
typedef struct
{
  GPtrArray      *chain; /* of gnutls_x509_crt_t, leaf first, or NULL for a key alone */
  WsCertKey      *key;   /* or NULL */
  gnutls_pubkey_t public_key;
  char           *locked; /* why the key in the store could not be opened, or NULL */
} WsCertEntry;

/* Moves the certificate that the subject names, its issuers and its key from the store into the entry.
 * Errors: WS_ERROR_CERT_NOT_FOUND. */
gboolean ws_cert_entry_select (WsCertEntry *self,
                               WsCertStore *store,
                               const char  *subject,
                               GError     **error);
/* The same for the first certificate; the store must have one. */
void ws_cert_entry_select_first (WsCertEntry *self,
                                 WsCertStore *store);
/* The same for a certificate from elsewhere: its issuers and its key are searched for in the store.
 * Errors: WS_ERROR_CERT_NOT_FOUND if the store does not have the key. */
gboolean ws_cert_entry_select_key (WsCertEntry      *self,
                                   WsCertStore      *store,
                                   gnutls_x509_crt_t take_certificate,
                                   GError          **error);
void     ws_cert_entry_clear (WsCertEntry *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WsCertEntry, ws_cert_entry_clear)

G_END_DECLS
