/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/base/ws-error-private.h"

#include <gnutls/gnutls.h>

static const struct
{
  int     result;
  WsError code;
} gnutls_codes[] = {
  { GNUTLS_E_MEMORY_ERROR, WS_ERROR_NO_BUFFERS },
  { GNUTLS_E_AGAIN, WS_ERROR_WOULD_BLOCK },
  { GNUTLS_E_INTERRUPTED, WS_ERROR_INTERRUPTED },
  { GNUTLS_E_PUSH_ERROR, WS_ERROR_CONNECTION_RESET },
  { GNUTLS_E_PULL_ERROR, WS_ERROR_CONNECTION_RESET },
  { GNUTLS_E_PREMATURE_TERMINATION, WS_ERROR_CONNECTION_RESET },
  { GNUTLS_E_SESSION_EOF, WS_ERROR_CONNECTION_RESET },
  { GNUTLS_E_INVALID_SESSION, WS_ERROR_CONNECTION_RESET },
  { GNUTLS_E_TIMEDOUT, WS_ERROR_TIMED_OUT },
  { GNUTLS_E_DECRYPTION_FAILED, WS_ERROR_DECRYPT },
  { GNUTLS_E_UNEXPECTED_PACKET_LENGTH, WS_ERROR_DECRYPT },
  { GNUTLS_E_RECORD_OVERFLOW, WS_ERROR_DECRYPT },
  { GNUTLS_E_ENCRYPTION_FAILED, WS_ERROR_ENCRYPT },
  { GNUTLS_E_NO_CERTIFICATE_FOUND, WS_ERROR_CLIENT_CERT_NOT_FOUND },
  { GNUTLS_E_CERTIFICATE_REQUIRED, WS_ERROR_CLIENT_CERT_NOT_FOUND },
  { GNUTLS_E_CERTIFICATE_ERROR, WS_ERROR_CERT_NOT_VERIFIED },
  { GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR, WS_ERROR_CERT_NOT_VERIFIED },
  { GNUTLS_E_INSUFFICIENT_CREDENTIALS, WS_ERROR_CREDENTIALS },
  { GNUTLS_E_CERTIFICATE_KEY_MISMATCH, WS_ERROR_CREDENTIALS },
  { GNUTLS_E_NO_PRIORITIES_WERE_SET, WS_ERROR_CREDENTIALS },
};

WsError
ws_error_from_gnutls (int result)
{
  for (gsize i = 0; i < G_N_ELEMENTS (gnutls_codes); i++)
    if (gnutls_codes[i].result == result)
      return gnutls_codes[i].code;

  return WS_ERROR_HANDSHAKE;
}

void
ws_set_error_from_gnutls (GError    **error,
                          int         result,
                          const char *subject)
{
  WsError code = ws_error_from_gnutls (result);

  if (subject != NULL)
    ws_set_error (error, code, "%s: %s", gnutls_strerror (result), subject);
  else
    ws_set_error (error, code, "%s", gnutls_strerror (result));
}
