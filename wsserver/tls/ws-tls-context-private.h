/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls/ws-tls-policy-private.h"

G_BEGIN_DECLS

/* What the connections of one server share when GnuTLS serves them: the policy, certificates, the key
 * of the session tickets, the sessions of clients without tickets, the key log. Reference counted
 * (atomically), and immutable but for these sessions: a new certificate means a new context, while open
 * connections keep theirs.
 *
 * Each context has a ticket key and sessions of its own. A ticket proves what was checked when it was
 * given, so it must not outlive a change of certificates or of client authentication. */
typedef struct _WsTlsContext WsTlsContext;

/* Takes the credentials in any case; they must not be changed afterwards. certificates are what they
 * were made of, in their order, and ca_certs what completed their chains; both may be NULL. Fails as
 * ws_tls_policy_new() does, with 282 without a certificate, with 271 for an OCSP response that cannot
 * be used, and with the system's code for a key log that cannot be opened. */
WsTlsContext *ws_tls_context_new (const WsTlsOptions              *options,
                                  gnutls_certificate_credentials_t credentials,
                                  GPtrArray                       *certificates,
                                  const char                      *ca_certs,
                                  GError                         **error);
WsTlsContext *ws_tls_context_ref (WsTlsContext *self);
void          ws_tls_context_unref (WsTlsContext *self);

WsTlsPolicy *ws_tls_context_get_policy (const WsTlsContext *self);
gboolean     ws_tls_context_serves_renegotiation (const WsTlsContext *self);

/* Those for a client that wants to reach this host, or NULL. See ws_named_credentials_find(). */
gnutls_certificate_credentials_t ws_tls_context_get_credentials (WsTlsContext  *self,
                                                                 const char    *server_name,
                                                                 WsTlsKeyKinds *keys);

/* Lets the session resume others of this context, and be resumed. */
void ws_tls_context_enable_resumption (const WsTlsContext *self,
                                       gnutls_session_t    session);

gboolean ws_tls_context_has_key_log (const WsTlsContext *self);
/* Appends one line to the key log, in the form that Wireshark and browsers share. */
void ws_tls_context_log_key (const WsTlsContext   *self,
                             const char           *label,
                             const gnutls_datum_t *client_random,
                             const gnutls_datum_t *secret);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTlsContext, ws_tls_context_unref)

G_END_DECLS
