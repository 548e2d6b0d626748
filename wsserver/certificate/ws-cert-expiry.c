/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-expiry-private.h"

#define DAY_S (24 * 60 * 60)

/* How many seconds before the end each stage begins. */
static const gint64 beginnings[] = {
  [WS_EXPIRY_FAR] = G_MAXINT64,
  [WS_EXPIRY_IN_14_DAYS] = 14 * DAY_S,
  [WS_EXPIRY_IN_7_DAYS] = 7 * DAY_S,
  [WS_EXPIRY_IN_3_DAYS] = 3 * DAY_S,
  [WS_EXPIRY_IN_1_DAY] = DAY_S,
  [WS_EXPIRY_PASSED] = -1, /* the last second is valid: RFC 5280 §4.1.2.5 */
};

WsExpiryStage
ws_cert_expiry_get_stage (gint64 seconds_left)
{
  WsExpiryStage stage = WS_EXPIRY_FAR;

  while (stage < WS_EXPIRY_PASSED && seconds_left <= beginnings[stage + 1])
    stage++;

  return stage;
}

gint64
ws_cert_expiry_get_seconds_to_next_stage (gint64 seconds_left)
{
  const WsExpiryStage stage = ws_cert_expiry_get_stage (seconds_left);

  return stage == WS_EXPIRY_PASSED ? -1 : seconds_left - beginnings[stage + 1];
}

char *
ws_cert_expiry_describe (gint64 seconds_left)
{
  const gint64 days = seconds_left / DAY_S;

  if (days < 1)
    return g_strdup ("in less than a day");

  return days == 1 ? g_strdup ("in 1 day") : g_strdup_printf ("in %" G_GINT64_FORMAT " days", days);
}
