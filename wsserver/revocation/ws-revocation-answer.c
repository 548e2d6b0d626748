/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-revocation-answer-private.h"

const char *
ws_revocation_answer_get_reason_name (const WsRevocationAnswer *self)
{
  static const char *const names[] = {
    "unspecified",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    NULL,
    "removeFromCRL",
    "privilegeWithdrawn",
    "aACompromise",
  };

  return self->reason >= 0 && self->reason < (int) G_N_ELEMENTS (names) ? names[self->reason] : NULL;
}
