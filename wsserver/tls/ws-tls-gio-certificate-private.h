/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/* Between GIO's certificates and those of GnuTLS. */

/* GIO's certificate for a chain in DER, the leaf first; NULL without a TLS backend. */
GTlsCertificate *ws_tls_gio_certificate_new (const gnutls_datum_t *chain,
                                             guint                 n_chain);

/* The certificate and its issuers in DER: an array of gnutls_datum_t. */
GArray *ws_tls_gio_certificate_dup_chain (GTlsCertificate *certificate);

/* Flags of gnutls_certificate_status_t as GIO has them. */
GTlsCertificateFlags ws_tls_gio_certificate_flags (guint status);

G_END_DECLS
