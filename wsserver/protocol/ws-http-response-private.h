/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns any other response: status line, Connection: close, Content-Length, extra headers, and the body
 * unless head_only. A 426 gets Upgrade: websocket and Sec-WebSocket-Version: 13. A 405 gets Allow: GET,
 * HEAD. A Content-Type in extra_headers takes precedence over content_type, which may be NULL. */
GString *ws_handshake_build_response (guint         status,
                                      const char   *extra_headers,
                                      const char   *content_type,
                                      const guint8 *body,
                                      gsize         body_length,
                                      gboolean      head_only);

/* Returns the reason phrase, such as "Not Found" for 404. It is "Status" for an unknown code. */
const char *ws_http_status_get_phrase (guint status);

/* Checks header lines of the application and returns them with CRLF line ends. The lines may end with LF or
 * CRLF, and the last line end is optional. "" and NULL give "".
 *
 * NULL sets *fault (transfer full): a line is not "Name: value", a value contains a control byte, or the
 * server itself writes the field (Connection, Upgrade, Content-Length, Transfer-Encoding,
 * Sec-WebSocket-*). */
char *ws_handshake_clean_headers (const char *lines,
                                  char      **fault);

G_END_DECLS
