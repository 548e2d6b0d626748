/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls/ws-tls-priority-private.h"

G_BEGIN_DECLS

/* The keys of all certificates of some credentials; 0 without a certificate. */
WsTlsKeyKinds ws_tls_credentials_get_key_kinds (gnutls_certificate_credentials_t credentials);

/* Groups for clients that do not name those of RFC 7919; none has less than 2048 bits. */
void ws_tls_credentials_set_dh_group (gnutls_certificate_credentials_t credentials,
                                      guint                            bits);

G_END_DECLS
