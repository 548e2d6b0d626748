/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-frame-private.h"

G_BEGIN_DECLS

/* RFC 6455 §7.4.1 and the IANA registry. */
typedef enum
{
  WS_CLOSE_CODE_NORMAL = 1000,
  WS_CLOSE_CODE_GOING_AWAY = 1001,
  WS_CLOSE_CODE_PROTOCOL_ERROR = 1002,
  WS_CLOSE_CODE_UNSUPPORTED_DATA = 1003,
  WS_CLOSE_CODE_NO_STATUS = 1005, /* never on the wire */
  WS_CLOSE_CODE_ABNORMAL = 1006,  /* never on the wire */
  WS_CLOSE_CODE_INVALID_PAYLOAD = 1007,
  WS_CLOSE_CODE_POLICY_VIOLATION = 1008,
  WS_CLOSE_CODE_MESSAGE_TOO_BIG = 1009,
  WS_CLOSE_CODE_MANDATORY_EXTENSION = 1010,
  WS_CLOSE_CODE_INTERNAL_ERROR = 1011,
  WS_CLOSE_CODE_SERVICE_RESTART = 1012,
  WS_CLOSE_CODE_TRY_AGAIN_LATER = 1013,
  WS_CLOSE_CODE_BAD_GATEWAY = 1014,
  WS_CLOSE_CODE_TLS_HANDSHAKE = 1015, /* never on the wire */
} WsCloseCode;

/* TRUE for the codes that a close frame may carry: 1000-1003, 1007-1014, 3000-4999. */
gboolean ws_close_code_may_be_sent (guint code);

/* Returns the static default text of a standard code, or "" for any other code. */
const char *ws_close_code_get_description (guint code);

/* Parses the payload of a received close frame. TRUE sets code and reason; the reason is a span of payload.
 * An empty payload means code 1005 and an empty reason. FALSE sets *failure_code and the static sentence
 * *fault. The failure code is 1002 for a payload of one byte or a code that may not be sent. It is 1007 for
 * a reason that is not UTF-8. RFC 6455 §5.5.1, §7.4. */
gboolean ws_close_payload_parse (const guint8 *payload,
                                 gsize         length,
                                 guint        *code,
                                 const char  **reason,
                                 gsize        *reason_length,
                                 guint        *failure_code,
                                 const char  **fault);

/* Writes code and reason and returns the length of the payload. A reason that is too long is cut at a
 * character boundary. The reason may be NULL. Code 1005 writes an empty payload. */
gsize ws_close_payload_write (guint8      buffer[WS_CONTROL_PAYLOAD_MAX_LENGTH],
                              guint       code,
                              const char *reason);

G_END_DECLS
