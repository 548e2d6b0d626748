/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

/* Revocation lists and OCSP responses: bytes in, answers out. No network, no clock of their own.
 * What is wrong with them is told as WS_ERROR 280. */

/* How far the clocks of this machine and of the authority may differ. */
#define WS_REVOCATION_CLOCK_SKEW_S (5 * 60)

typedef enum
{
  WS_REVOCATION_GOOD,
  WS_REVOCATION_REVOKED,
  WS_REVOCATION_UNKNOWN, /* the responder has not heard of the certificate */
} WsRevocationStatus;

typedef struct
{
  WsRevocationStatus status;
  gint64             revoked_at_s; /* since 1970; of WS_REVOCATION_REVOKED */
  int                reason;       /* CRLReason, RFC 5280 §5.3.1; -1: not told */
  gint64             expires_at_s; /* what is told is told until then; 0: for now only */
} WsRevocationAnswer;

/* "keyCompromise", or NULL for what has no name. */
const char *ws_revocation_get_reason_name (int reason);

/* A revocation list whose signature has been verified. Immutable and reference counted
 * (atomically). It keeps the bytes it was made of and nothing more. */
typedef struct _WsCrl WsCrl;

/* Fails for what is no list, or one that this issuer did not sign, or that is not of this time. */
WsCrl *ws_crl_new (GBytes           *der,
                   gnutls_x509_crt_t issuer,
                   gint64            now_s,
                   GError          **error);
WsCrl *ws_crl_ref (WsCrl *self);
void   ws_crl_unref (WsCrl *self);
gint64 ws_crl_get_next_update (WsCrl *self);
gsize  ws_crl_get_size (WsCrl *self);

/* Looks a certificate up. The list must be for it: urls are the places that the certificate names,
 * and a list that is one of several parts names its own. */
gboolean ws_crl_check (WsCrl              *self,
                       gnutls_x509_crt_t   certificate,
                       GPtrArray          *urls,
                       WsRevocationAnswer *answer,
                       GError            **error);

/* A request about one certificate, and the nonce in it. */
GBytes *ws_ocsp_build_request (gnutls_x509_crt_t certificate,
                               gnutls_x509_crt_t issuer,
                               GBytes          **nonce,
                               GError          **error);
/* Fails for what is no response about this certificate, signed by its issuer or by who has its
 * authority (not verified if issuer is NULL). nonce may be NULL; a response need not repeat it, but
 * must not have another one. */
gboolean ws_ocsp_check_response (GBytes             *der,
                                 gnutls_x509_crt_t   certificate,
                                 gnutls_x509_crt_t   issuer,
                                 GBytes             *nonce,
                                 gint64              now_s,
                                 WsRevocationAnswer *answer,
                                 GError            **error);

/* Whether this is one of the errors a responder tells without a signature (RFC 6960 §2.3), which
 * anybody can: it was not reached, in effect. */
gboolean ws_ocsp_is_error (GBytes *der);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsCrl, ws_crl_unref)

G_END_DECLS
