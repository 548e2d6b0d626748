/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/* OCSP stapling (RFC 6066 §8, RFC 8446 §4.4.2.1): the server hands out what its authority says of
 * the server's certificate, to clients that ask for it.
 *
 * Only a response that says "good" of this certificate now is taken. GnuTLS leaves it out of
 * handshakes once it has expired: a client that gets an expired one goes away, while one that gets
 * none goes on. To renew it, make new credentials. */

/* DER or PEM, for the certificate of this index (as gnutls_certificate_get_x509_crt() counts).
 * Fails with 271, the text ending with name: where the response comes from. */
gboolean ws_tls_credentials_staple (gnutls_certificate_credentials_t credentials,
                                    guint                            index,
                                    GBytes                          *response,
                                    const char                      *name,
                                    GError                         **error);
/* The response itself in PEM, or the name of a file with it; staples it to the certificate that it is
 * about. */
gboolean ws_tls_credentials_staple_named (gnutls_certificate_credentials_t credentials,
                                          const char                      *pem_or_path,
                                          GError                         **error);
gboolean ws_tls_staple_is_pem (const char *pem_or_path);

G_END_DECLS
