/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/tls/ws-tls-policy-private.h"
#include "wsserver/tls/ws-tls-transport-private.h"

G_BEGIN_DECLS

/* SSLProvider Platform: TLS by GIO's default backend, which is glib-networking's. The backend decides
 * by itself about versions, suites, groups and signature algorithms. So the policy is checked where it
 * can be: versions before the handshake begins, versions and suites after it. The backend neither
 * resumes sessions nor writes a key log.
 *
 * Used as it comes, it would be open to attack. See WsGioTlsSocket for writing, closing and
 * renegotiation, WsHandshakeSlot for the threads. The database that it is given copies no list of
 * authorities into each connection.
 *
 * A context is what the connections of one server share. Immutable and reference counted
 * (atomically). */
typedef struct _WsGioTlsContext WsGioTlsContext;

/* Fails with 270 without a backend or an enabled version, with 282 without a certificate, with 273
 * for a certificate or suites that cannot be used, with 271 for authorities that cannot be read.
 * ca_certs completes the chain (SSLCACerts); NULL or "" for none. */
WsGioTlsContext *ws_gio_tls_context_new (const WsTlsOptions *options,
                                         WsCertificate      *certificate,
                                         const char         *ca_certs,
                                         GError            **error);
WsGioTlsContext *ws_gio_tls_context_ref (WsGioTlsContext *self);
void             ws_gio_tls_context_unref (WsGioTlsContext *self);

WsTlsPolicy     *ws_gio_tls_context_get_policy (const WsGioTlsContext *self);
GTlsCertificate *ws_gio_tls_context_get_certificate (const WsGioTlsContext *self);
/* NULL if the backend refuses. */
GTlsConnection *ws_gio_tls_context_create_connection (WsGioTlsContext *self,
                                                      GIOStream       *base,
                                                      GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsGioTlsContext, ws_gio_tls_context_unref)

G_END_DECLS
