/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/* OCSP stapling (RFC 6066 §8, RFC 8446 §4.4.2.1): the server sends its authority's OCSP response about
 * the server's certificate to clients that ask for it.
 *
 * A response is accepted only if it is valid now and its status is "good". Once it has expired, GnuTLS
 * leaves it out of handshakes: clients refuse an expired response but accept none. To renew it, make
 * new credentials. */

/* Staples a response in DER or PEM to the certificate with this index (that of
 * gnutls_certificate_get_x509_crt()). Errors: WS_ERROR_CERT_STORE; the message ends with name, which
 * says where the response comes from. */
gboolean ws_ocsp_staple_set (gnutls_certificate_credentials_t credentials,
                             guint                            index,
                             GBytes                          *response,
                             const char                      *name,
                             GError                         **error);
/* The same for a response in PEM or the name of its file, and for the certificate that it is about. */
gboolean ws_ocsp_staple_set_named (gnutls_certificate_credentials_t credentials,
                                   const char                      *pem_or_path,
                                   GError                         **error);
gboolean ws_ocsp_staple_is_pem (const char *pem_or_path);

G_END_DECLS
