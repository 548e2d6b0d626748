/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Close payloads: read, against RFC 6455 §5.5.1 and §7.4, and written. */
#include "fuzz.h"

#include "wsserver/protocol/ws-close-private.h"

#include <string.h>

static gboolean
is_wire_code (guint code)
{
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

/* What close code the payload fails with, or 0. */
static guint
get_failure (const guint8 *data,
             gsize         length)
{
  if (length == 0)
    return 0;

  if (length == 1 || !is_wire_code ((guint) data[0] << 8 | data[1]))
    return WS_CLOSE_CODE_PROTOCOL_ERROR;

  return fuzz_utf8_whole_length (data + 2, length - 2) == length - 2 ? 0
                                                                     : WS_CLOSE_CODE_INVALID_PAYLOAD;
}

static void
check_parse (const guint8 *data,
             gsize         length)
{
  g_autofree guint8 *payload = fuzz_copy (data, length);
  const guint        expected = get_failure (data, length);
  const char        *reason = NULL;
  const char        *fault = NULL;
  gsize              reason_length = 0;
  guint              code = 0;
  guint              failure = 0;

  if (!ws_close_payload_parse (payload, length, &code, &reason, &reason_length, &failure, &fault))
    {
      g_assert_cmpuint (failure, ==, expected);
      g_assert_true (fault != NULL && *fault != '\0');
      return;
    }

  g_assert_cmpuint (expected, ==, 0);

  if (length == 0)
    {
      g_assert_cmpuint (code, ==, WS_CLOSE_CODE_NO_STATUS);
      g_assert_cmpuint (reason_length, ==, 0);
      return;
    }

  g_assert_cmpuint (code, ==, (guint) data[0] << 8 | data[1]);
  g_assert_true (ws_close_code_may_be_sent (code));
  g_assert_cmpmem (reason, reason_length, data + 2, length - 2);
}

/* Any text as a reason makes a payload that the other end takes, and a prefix of the text. */
static void
check_write (const guint8 *data,
             gsize         length)
{
  g_autofree char   *reason = fuzz_copy_string (data, length);
  g_autofree guint8 *buffer = g_malloc (WS_CONTROL_PAYLOAD_MAX_LENGTH);
  const gsize        written = ws_close_payload_write (buffer, WS_CLOSE_CODE_GOING_AWAY, reason);

  g_assert_cmpuint (written, >=, 2);
  g_assert_cmpuint (written, <=, WS_CONTROL_PAYLOAD_MAX_LENGTH);
  g_assert_true (strncmp ((const char *) buffer + 2, reason, written - 2) == 0);
  g_assert_cmpuint (get_failure (buffer, written), ==, 0);
  check_parse (buffer, written);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  check_parse (data, size);
  check_parse (data, MIN (size, WS_CONTROL_PAYLOAD_MAX_LENGTH));
  check_write (data, size);

  return 0;
}
