/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* UTF-8, at any cut, against the table of RFC 3629. */
#include "fuzz.h"

#include "wsserver/protocol/ws-utf8-private.h"

/* Feeds pieces until one is refused; after each, the validator and the table agree. */
static void
check_cut (const guint8 *data,
           gsize         length,
           FuzzCuts     *cuts)
{
  WsUtf8Validator validator = { 0 };
  gsize           fed = 0;
  gboolean        accepted = TRUE;

  while (accepted && fed < length)
    {
      const gsize        cut = fuzz_next_cut (cuts, length - fed);
      g_autofree guint8 *piece = fuzz_copy (data + fed, cut);

      accepted = ws_utf8_validator_feed (&validator, piece, cut);
      fed += cut;
      g_assert_true (accepted == fuzz_utf8_may_go_on (data, fed));

      if (accepted)
        g_assert_true (ws_utf8_validator_is_complete (&validator) ==
                       (fuzz_utf8_whole_length (data, fed) == fed));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  FuzzInput          input = { data, size };
  FuzzCuts           cuts;
  FuzzCuts           bytewise = { .lengths = { 1, 1, 1, 1 } };
  g_autofree guint8 *text = NULL;

  fuzz_take_cuts (&input, &cuts);
  text = fuzz_copy (input.data, input.length);

  g_assert_true (ws_utf8_is_valid (text, input.length) ==
                 (fuzz_utf8_whole_length (text, input.length) == input.length));
  check_cut (text, input.length, &cuts);
  check_cut (text, MIN (input.length, 128), &bytewise);

  return 0;
}
