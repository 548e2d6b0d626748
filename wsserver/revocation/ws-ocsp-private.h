/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/x509.h>

#include "wsserver/revocation/ws-revocation-answer-private.h"

G_BEGIN_DECLS

/* OCSP requests and responses (RFC 6960) as bytes, without a network or a clock of their own. Errors:
 * WS_ERROR_CERT_NOT_VERIFIED. */

/* A request about one certificate, and the nonce in it. */
GBytes *ws_ocsp_build_request (gnutls_x509_crt_t certificate,
                               gnutls_x509_crt_t issuer,
                               GBytes          **nonce,
                               GError          **error);

/* Fails unless this is a response about the certificate that its issuer signed, or a responder that
 * the issuer has authorised. The signature is not verified if issuer is NULL. nonce may be NULL. A
 * response need not repeat the nonce but must not have another one. */
gboolean ws_ocsp_check_response (GBytes             *der,
                                 gnutls_x509_crt_t   certificate,
                                 gnutls_x509_crt_t   issuer,
                                 GBytes             *nonce,
                                 gint64              now_s,
                                 WsRevocationAnswer *answer,
                                 GError            **error);

/* Whether this is an error response (RFC 6960 §2.3). These are not signed, so anybody can send one:
 * the responder counts as unreachable. */
gboolean ws_ocsp_is_error (GBytes *der);

G_END_DECLS
