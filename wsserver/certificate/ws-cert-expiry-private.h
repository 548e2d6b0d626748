/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How near the end of a certificate is. There is one notice for each stage. */
typedef enum
{
  WS_EXPIRY_FAR,
  WS_EXPIRY_IN_14_DAYS,
  WS_EXPIRY_IN_7_DAYS,
  WS_EXPIRY_IN_3_DAYS,
  WS_EXPIRY_IN_1_DAY,
  WS_EXPIRY_PASSED,
} WsExpiryStage;

/* For a certificate that is valid for so many more seconds; they are negative afterwards. */
WsExpiryStage ws_cert_expiry_get_stage (gint64 seconds_left);

/* Returns the seconds until the next stage, or -1 if there is none. */
gint64 ws_cert_expiry_get_seconds_to_next_stage (gint64 seconds_left);

/* Returns "in 3 days", "in 1 day" or "in less than a day". Free with g_free(). */
char *ws_cert_expiry_describe (gint64 seconds_left);

G_END_DECLS
