/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/gnutls.h>

#include "wsserver/certificate/ws-certificate.h"

G_BEGIN_DECLS

/* Adds chain and key to the credentials of a server. The certificate must outlive them, since it keeps
 * the PIN of a key on a token.
 *
 * ca_certs are certificates in PEM that complete the chain (SSLCACerts), NULL or "" for none. Those
 * that the chain already has or does not need are left out.
 *
 * Errors: WS_ERROR_SERVER_CERT_NOT_FOUND if no certificate is selected, with the reason;
 * WS_ERROR_CREDENTIALS if it has no key or GnuTLS refuses it; WS_ERROR_CERT_STORE for ca_certs. */
gboolean ws_certificate_load_credentials (WsCertificate                   *self,
                                          const char                      *ca_certs,
                                          gnutls_certificate_credentials_t credentials,
                                          GError                         **error);

/* Whether ca_certs can be used as above; "" can. Errors: WS_ERROR_CERT_STORE. */
gboolean ws_certificate_check_chain (const char *ca_certs,
                                     GError    **error);

G_END_DECLS
