/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-clear-answer-private.h"

#include <gnutls/gnutls.h>
#include <string.h>

#define CONTENT_ALERT 21
#define LEVEL_FATAL 2
#define CLEAR_ALERT(alert)                        \
 {                                                \
  CONTENT_ALERT, 3, 3, 0, 2, LEVEL_FATAL, (alert) \
 }

/* For a client that uses http:// where https:// was meant. */
static const char plain_http_answer[] = "HTTP/1.1 400 Bad Request\r\n"
                                        "Content-Type: text/plain; charset=utf-8\r\n"
                                        "Content-Length: 68\r\n"
                                        "Connection: close\r\n"
                                        "\r\n"
                                        "This port speaks TLS: use https:// or wss:// in place of http or ws\n";

static const guint8 protocol_version_alert[] = CLEAR_ALERT (GNUTLS_A_PROTOCOL_VERSION);
static const guint8 decode_error_alert[] = CLEAR_ALERT (GNUTLS_A_DECODE_ERROR);

const guint8 *
ws_tls_clear_answer_get (WsClientHelloFault fault,
                         gsize             *length)
{
  switch (fault)
    {
    case WS_CLIENT_HELLO_FAULT_HTTP:
      *length = sizeof plain_http_answer - 1;
      return (const guint8 *) plain_http_answer;
    case WS_CLIENT_HELLO_FAULT_SSL2:
      *length = sizeof protocol_version_alert;
      return protocol_version_alert;
    case WS_CLIENT_HELLO_FAULT_MALFORMED:
    case WS_CLIENT_HELLO_FAULT_TOO_LONG:
      *length = sizeof decode_error_alert;
      return decode_error_alert;
    case WS_CLIENT_HELLO_FAULT_NO_HELLO:
    case WS_CLIENT_HELLO_FAULT_NOT_TLS:
    case WS_CLIENT_HELLO_FAULT_NONE:
    default:
      *length = 0;
      return NULL;
    }
}

void
ws_tls_clear_answer_write_alert (guint8 record[WS_TLS_CLEAR_ALERT_BYTES],
                                 guint8 alert)
{
  const guint8 bytes[WS_TLS_CLEAR_ALERT_BYTES] = CLEAR_ALERT (alert);

  memcpy (record, bytes, sizeof bytes);
}
