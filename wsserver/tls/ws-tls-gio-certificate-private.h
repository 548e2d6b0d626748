/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/* Between GIO's certificates and GnuTLS. */

/* New credentials with the certificate, its issuers and its key, which must be exportable or have a
 * PKCS#11 URI. Fails with 273. */
gnutls_certificate_credentials_t ws_tls_credentials_new_for_certificate (GTlsCertificate *certificate,
                                                                         GError         **error);

/* GIO's certificate for a chain in DER, the leaf first; NULL without a TLS backend. */
GTlsCertificate *ws_tls_gio_certificate_new (const gnutls_datum_t *chain,
                                             guint                 n_chain);

/* Flags of gnutls_certificate_status_t as GIO has them. */
GTlsCertificateFlags ws_tls_gio_certificate_flags (guint status);

G_END_DECLS
