/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-close-private.h"

#include "wsserver/protocol/ws-utf8-private.h"

#include <string.h>

#define CODE_LENGTH 2
#define REASON_MAX_LENGTH (WS_CONTROL_PAYLOAD_MAX_LENGTH - CODE_LENGTH)

gboolean
ws_close_code_may_be_sent (guint code)
{
  /* 1004 was never defined. 1005, 1006 and 1015 never appear in a frame. The other codes up to 2999 are
   * reserved for the protocol. 3000-3999 are registered codes, 4000-4999 private ones. RFC 6455 §7.4. */
  if (code >= 3000)
    return code <= 4999;

  return (code >= WS_CLOSE_CODE_NORMAL && code <= WS_CLOSE_CODE_UNSUPPORTED_DATA) ||
         (code >= WS_CLOSE_CODE_INVALID_PAYLOAD && code <= WS_CLOSE_CODE_BAD_GATEWAY);
}

const char *
ws_close_code_get_description (guint code)
{
  switch (code)
    {
    case WS_CLOSE_CODE_NORMAL:
      return "normal closure";
    case WS_CLOSE_CODE_GOING_AWAY:
      return "going away";
    case WS_CLOSE_CODE_PROTOCOL_ERROR:
      return "protocol error";
    case WS_CLOSE_CODE_UNSUPPORTED_DATA:
      return "unsupported data";
    case WS_CLOSE_CODE_NO_STATUS:
      return "no close code received";
    case WS_CLOSE_CODE_ABNORMAL:
      return "connection lost without a closing handshake";
    case WS_CLOSE_CODE_INVALID_PAYLOAD:
      return "invalid payload data";
    case WS_CLOSE_CODE_POLICY_VIOLATION:
      return "policy violation";
    case WS_CLOSE_CODE_MESSAGE_TOO_BIG:
      return "message too big";
    case WS_CLOSE_CODE_MANDATORY_EXTENSION:
      return "mandatory extension missing";
    case WS_CLOSE_CODE_INTERNAL_ERROR:
      return "internal error";
    case WS_CLOSE_CODE_SERVICE_RESTART:
      return "service restart";
    case WS_CLOSE_CODE_TRY_AGAIN_LATER:
      return "try again later";
    case WS_CLOSE_CODE_BAD_GATEWAY:
      return "bad gateway";
    case WS_CLOSE_CODE_TLS_HANDSHAKE:
      return "TLS handshake failed";
    default:
      return "";
    }
}

gboolean
ws_close_payload_parse (const guint8 *payload,
                        gsize         length,
                        guint        *code,
                        const char  **reason,
                        gsize        *reason_length,
                        guint        *failure_code,
                        const char  **fault)
{
  guint received_code;

  if (length == 0)
    {
      *code = WS_CLOSE_CODE_NO_STATUS;
      *reason = "";
      *reason_length = 0;
      return TRUE;
    }

  if (length < CODE_LENGTH)
    {
      *failure_code = WS_CLOSE_CODE_PROTOCOL_ERROR;
      *fault = "close frame payload of one byte";
      return FALSE;
    }

  received_code = (guint) payload[0] << 8 | payload[1];

  if (!ws_close_code_may_be_sent (received_code))
    {
      *failure_code = WS_CLOSE_CODE_PROTOCOL_ERROR;
      *fault = "close code that may not be sent";
      return FALSE;
    }

  if (!ws_utf8_is_valid (payload + CODE_LENGTH, length - CODE_LENGTH))
    {
      *failure_code = WS_CLOSE_CODE_INVALID_PAYLOAD;
      *fault = "close reason is not valid UTF-8";
      return FALSE;
    }

  *code = received_code;
  *reason = (const char *) payload + CODE_LENGTH;
  *reason_length = length - CODE_LENGTH;

  return TRUE;
}

gsize
ws_close_payload_write (guint8      buffer[WS_CONTROL_PAYLOAD_MAX_LENGTH],
                        guint       code,
                        const char *reason)
{
  const char *end = reason;
  gsize       reason_length = 0;

  if (code == WS_CLOSE_CODE_NO_STATUS)
    return 0;

  /* Takes the longest valid prefix that fits. The cut falls between two characters. The result is valid
   * UTF-8 even if the caller's text is not: the peer would have to fail the connection otherwise. The
   * terminating NUL ends the text as well. */
  if (reason != NULL)
    {
      (void) g_utf8_validate_len (reason, REASON_MAX_LENGTH, &end);
      reason_length = (gsize) (end - reason);
    }

  buffer[0] = (guint8) (code >> 8);
  buffer[1] = (guint8) code;

  if (reason_length > 0)
    memcpy (buffer + CODE_LENGTH, reason, reason_length);

  return CODE_LENGTH + reason_length;
}
