/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/x509.h>

#include "wsserver/tls/ws-tls-priority-private.h"

G_BEGIN_DECLS

/* What the settings allow, for both providers: versions, cipher suites, application protocols, and the
 * authorities that vouch for clients. Immutable and reference counted (atomically). */
typedef struct _WsTlsPolicy WsTlsPolicy;

/* Whether the authorities of WsTlsOptions can be read. Fails as ws_tls_policy_new() does for them. */
gboolean ws_tls_policy_check_authorities (const char *client_ca_pem,
                                          GError    **error);
/* Fails as ws_tls_priority_new() does, and with 271 for authorities that cannot be read. */
WsTlsPolicy *ws_tls_policy_new (const WsTlsOptions *options,
                                GError            **error);
WsTlsPolicy *ws_tls_policy_ref (WsTlsPolicy *self);
void         ws_tls_policy_unref (WsTlsPolicy *self);

const WsTlsPriority *ws_tls_policy_get_priority (const WsTlsPolicy *self);
/* ALPN; NULL: none. */
const char *const *ws_tls_policy_get_application_protocols (const WsTlsPolicy *self);

gboolean ws_tls_policy_enables_version (const WsTlsPolicy *self,
                                        guint16            version);
/* id is 0 for a suite that is not known. */
gboolean ws_tls_policy_enables_suite (const WsTlsPolicy *self,
                                      guint16            id);

gboolean ws_tls_policy_requests_certificate (const WsTlsPolicy *self);
/* NULL unless client certificates are requested. */
gnutls_x509_trust_list_t ws_tls_policy_get_trust_list (const WsTlsPolicy *self);
/* Whether the authorities vouch for a client's chain in DER, its own certificate first: flags of
 * gnutls_certificate_status_t, 0 if they do. */
guint ws_tls_policy_verify_client (const WsTlsPolicy    *self,
                                   const gnutls_datum_t *chain,
                                   guint                 n_chain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTlsPolicy, ws_tls_policy_unref)

G_END_DECLS
