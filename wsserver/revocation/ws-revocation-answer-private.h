/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a revocation list or an OCSP response says about one certificate. */

/* How far the clocks of this machine and of the authority may differ. */
#define WS_REVOCATION_CLOCK_SKEW_S (5 * 60)

typedef enum
{
  WS_REVOCATION_GOOD,
  WS_REVOCATION_REVOKED,
  WS_REVOCATION_UNKNOWN, /* the responder does not know the certificate */
} WsRevocationStatus;

typedef struct
{
  WsRevocationStatus status;
  gint64             revoked_at_s; /* since 1970; of WS_REVOCATION_REVOKED */
  int                reason;       /* CRLReason, RFC 5280 §5.3.1; -1: none is given */
  gint64             expires_at_s; /* the answer holds until then; 0: only now */
} WsRevocationAnswer;

/* "keyCompromise", or NULL for a reason without a name. */
const char *ws_revocation_answer_get_reason_name (const WsRevocationAnswer *self);

G_END_DECLS
