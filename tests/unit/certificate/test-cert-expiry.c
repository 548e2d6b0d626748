/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-expiry-private.h"

#define DAY (24 * 60 * 60)

static const struct
{
  gint64        seconds_left;
  WsExpiryStage stage;
  gint64        to_next;
} moments[] = {
  { G_MAXINT64, WS_EXPIRY_FAR, G_MAXINT64 - 14 * DAY },
  { 14 * DAY + 1, WS_EXPIRY_FAR, 1 },
  { 14 * DAY, WS_EXPIRY_IN_14_DAYS, 7 * DAY },
  { 7 * DAY + 1, WS_EXPIRY_IN_14_DAYS, 1 },
  { 7 * DAY, WS_EXPIRY_IN_7_DAYS, 4 * DAY },
  { 3 * DAY, WS_EXPIRY_IN_3_DAYS, 2 * DAY },
  { DAY + 1, WS_EXPIRY_IN_3_DAYS, 1 },
  { DAY, WS_EXPIRY_IN_1_DAY, DAY + 1 },
  { 0, WS_EXPIRY_IN_1_DAY, 1 },
  { -1, WS_EXPIRY_PASSED, -1 },
  { -100 * DAY, WS_EXPIRY_PASSED, -1 },
};

static void
test_stages (void)
{
  g_test_summary ("There are notices 14, 7, 3 and 1 days before the end, and after the last valid second.");

  for (gsize i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      const gint64 left = moments[i].seconds_left;

      g_assert_cmpint (ws_cert_expiry_get_stage (left), ==, moments[i].stage);
      g_assert_cmpint (ws_cert_expiry_get_seconds_to_next_stage (left), ==, moments[i].to_next);
      if (moments[i].to_next > 0)
        g_assert_cmpint (ws_cert_expiry_get_stage (left - moments[i].to_next), ==, moments[i].stage + 1);
    }
}

static void
test_texts (void)
{
  static const struct
  {
    gint64      seconds_left;
    const char *text;
  } texts[] = {
    { 14 * DAY, "in 14 days" },
    { 13 * DAY + 5, "in 13 days" },
    { 2 * DAY - 1, "in 1 day" },
    { DAY, "in 1 day" },
    { DAY - 1, "in less than a day" },
  };

  g_test_summary ("The text names whole days.");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = ws_cert_expiry_describe (texts[i].seconds_left);

      g_assert_cmpstr (text, ==, texts[i].text);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unit/certificate/cert-expiry/stages", test_stages);
  g_test_add_func ("/unit/certificate/cert-expiry/texts", test_texts);
  return g_test_run ();
}
