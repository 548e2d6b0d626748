/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/base/ws-error.h"

G_BEGIN_DECLS

/* Returns a new WS_ERROR whose text is "[code] " and the formatted text. Every error that leaves the library
 * comes from one of these functions. A reason that is inserted into such a text has no code. */
GError *ws_error_new (WsError     code,
                      const char *format,
                      ...) G_GNUC_PRINTF (2, 3) G_GNUC_WARN_UNUSED_RESULT;

/* Sets such an error unless error is NULL. */
void ws_set_error (GError    **error,
                   WsError     code,
                   const char *format,
                   ...) G_GNUC_PRINTF (3, 4);

/* The text of an error without the number in front, to be part of another text. */
const char *ws_error_get_reason (const GError *error);

/* The only mapping from errno to WsError. Unknown numbers become WS_ERROR_SENDING. */
WsError ws_error_from_errno (int error_number);

/* Sets an error such as "[10048] Address already in use: 127.0.0.1:8080": the code, the system's text, and
 * the subject. The subject is the address or file concerned. It may be NULL. */
void ws_set_error_from_errno (GError    **error,
                              int         error_number,
                              const char *subject);

/* Converts an error of GIO (G_IO_ERROR, G_RESOLVER_ERROR, G_FILE_ERROR) to a WS_ERROR and adds the subject.
 * Takes ownership of gio_error. */
void ws_propagate_gio_error (GError    **error,
                             GError     *gio_error,
                             const char *subject);

/* The only mapping from a code of GnuTLS (negative) to WsError. A code that does not concern a certificate
 * or the data is a failed handshake. */
WsError ws_error_from_gnutls (int result);

/* Sets an error such as "[276] No supported cipher suites have been found: subject". */
void ws_set_error_from_gnutls (GError    **error,
                               int         result,
                               const char *subject);

G_END_DECLS
