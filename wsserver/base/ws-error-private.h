/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/base/ws-error.h"

G_BEGIN_DECLS

/* A new error of WS_ERROR whose text is "[code] " and the formatted words. Every error that leaves the
 * library is made by one of these functions; a reason that becomes part of such a text has no code. */
GError *ws_error_new (WsError     code,
                      const char *format,
                      ...) G_GNUC_PRINTF (2, 3) G_GNUC_WARN_UNUSED_RESULT;

/* Sets such an error, if error is not NULL. */
void ws_set_error (GError    **error,
                   WsError     code,
                   const char *format,
                   ...) G_GNUC_PRINTF (3, 4);

/* The one place where an errno becomes a WsError. Unknown numbers become WS_ERROR_SENDING. */
WsError ws_error_from_errno (int error_number);

/* Sets "[10048] Address already in use: 127.0.0.1:8080": the code, the system's own text, and
 * the subject (address, file) concerned, which may be NULL. */
void ws_set_error_from_errno (GError    **error,
                              int         error_number,
                              const char *subject);

/* Turns an error of GIO (G_IO_ERROR, G_RESOLVER_ERROR, G_FILE_ERROR) into one of WS_ERROR with
 * the subject added. Takes ownership of gio_error. */
void ws_propagate_gio_error (GError    **error,
                             GError     *gio_error,
                             const char *subject);

/* The one place where a code of GnuTLS (negative) becomes a WsError. What is no fault of a
 * certificate or of the data is a failed handshake. */
WsError ws_error_from_gnutls (int result);

/* Sets "[276] No supported cipher suites have been found: subject", as above. */
void ws_set_error_from_gnutls (GError    **error,
                               int         result,
                               const char *subject);

G_END_DECLS
