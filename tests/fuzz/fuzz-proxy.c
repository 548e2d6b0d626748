/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* PROXY headers of both versions: the answer does not depend on the cut, and spans lie in the input. */
#include "fuzz.h"

#include "wsserver/protocol/ws-proxy-header-private.h"

#include <string.h>

static void
check_span (const guint8 *span,
            gsize         span_length,
            const guint8 *data,
            gsize         consumed)
{
  if (span == NULL)
    g_assert_cmpuint (span_length, ==, 0);
  else
    g_assert_true (span >= data && span + span_length <= data + consumed);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         length)
{
  const gsize limit = MIN (length, WS_PROXY_HEADER_MAX_BYTES + 16);
  gboolean    decided = FALSE;

  for (gsize cut = 0; cut <= limit && !decided; cut++)
    {
      g_autofree guint8  *exact = fuzz_copy (data, cut);
      WsProxyHeader       header = { .family = 77 };
      gsize               consumed = G_MAXSIZE;
      const char         *fault = NULL;
      const WsParseResult result = ws_proxy_header_parse (&header, exact, cut, &consumed, &fault);

      g_assert_true ((result == WS_PARSE_FAILED) == (fault != NULL));
      g_assert_true ((result == WS_PARSE_DONE) == (consumed != G_MAXSIZE));
      g_assert_true ((result == WS_PARSE_DONE) == (header.family != 77));
      decided = result != WS_PARSE_NEED_MORE;
      if (result != WS_PARSE_DONE)
        continue;

      /* The header is complete at the first cut that is long enough. */
      g_assert_cmpuint (consumed, ==, cut);
      check_span (header.alpn, header.alpn_length, exact, consumed);
      check_span (header.authority, header.authority_length, exact, consumed);
    }

  return 0;
}
