/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/x509.h>

#include "wsserver/certificate/ws-certificate.h"

G_BEGIN_DECLS

/* The chain, leaf first, of gnutls_x509_crt_t; NULL if no certificate is selected. */
GPtrArray *ws_certificate_get_chain (WsCertificate *self);

/* A new certificate from the same store by the same search, for renewal. */
WsCertificate *ws_certificate_reopen (WsCertificate *self,
                                      GError       **error);
/* The absolute name of the store's file, or NULL if the store is not a file. */
char *ws_certificate_dup_filename (WsCertificate *self);
/* That of the file with the key, or NULL if the key is in the store. */
const char *ws_certificate_get_key_filename (WsCertificate *self);

/* The certificates that a peer has sent, leaf first, in DER. NULL if the leaf cannot be read. */
WsCertificate *ws_certificate_new_for_peers (const gnutls_datum_t *certificates,
                                             guint                 n_certificates);

G_END_DECLS
