/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls/ws-tls-priority-private.h"

G_BEGIN_DECLS

/* A cache of credentials by host name, for a server with more than one certificate.
 *
 * GnuTLS compares names byte by byte: it knows no wildcard, and takes letters of another case for
 * another name. So the certificates that have the name are picked here, and GnuTLS picks among them
 * the one that the client can verify. RFC 6066 §3, RFC 6125 §6.4. */
typedef struct _WsNamedCredentials WsNamedCredentials;

/* ca_certs completes the chains; ocsp_response is stapled. Both may be NULL. */
WsNamedCredentials *ws_named_credentials_new (GPtrArray  *certificates,
                                              const char *ca_certs,
                                              const char *ocsp_response,
                                              guint       dh_group_bits);
void                ws_named_credentials_free (WsNamedCredentials *self);

/* Those with the certificates that have this name. If none has it, or it is NULL: with the first
 * certificate and those that share a name with it. NULL if they cannot be made. */
gnutls_certificate_credentials_t ws_named_credentials_find (WsNamedCredentials *self,
                                                            const char         *server_name,
                                                            WsTlsKeyKinds      *keys);

G_END_DECLS
