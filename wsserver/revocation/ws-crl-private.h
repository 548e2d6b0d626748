/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/x509.h>

#include "wsserver/revocation/ws-revocation-answer-private.h"

G_BEGIN_DECLS

/* A certificate revocation list (RFC 5280 §5) whose signature has been verified: bytes in, answers out,
 * without a network or a clock of its own. Immutable, with an atomic reference count. It keeps only the
 * bytes that it was made from. Errors: WS_ERROR_CERT_NOT_VERIFIED. */
typedef struct _WsCrl WsCrl;

/* Fails if the bytes are not a list, if this issuer did not sign it, or if it is not valid now. */
WsCrl *ws_crl_new (GBytes           *der,
                   gnutls_x509_crt_t issuer,
                   gint64            now_s,
                   GError          **error);
WsCrl *ws_crl_ref (WsCrl *self);
void   ws_crl_unref (WsCrl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsCrl, ws_crl_unref)

gint64 ws_crl_get_next_update (WsCrl *self);
gsize  ws_crl_get_size (WsCrl *self);

/* Looks a certificate up. Fails if the list is not the one for this certificate: urls are the
 * distribution points that the certificate names, and a list that is one part of several names its own. */
gboolean ws_crl_check (WsCrl              *self,
                       gnutls_x509_crt_t   certificate,
                       GPtrArray          *urls,
                       WsRevocationAnswer *answer,
                       GError            **error);

G_END_DECLS
