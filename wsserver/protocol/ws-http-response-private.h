/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Any other response: status line, Connection: close, Content-Length, extra headers, body (unless
 * head_only). A 426 gets Upgrade: websocket and Sec-WebSocket-Version: 13, a 405 gets Allow: GET,
 * HEAD. A Content-Type in extra_headers wins over content_type, which may be NULL. */
GString *ws_handshake_build_response (guint         status,
                                      const char   *extra_headers,
                                      const char   *content_type,
                                      const guint8 *body,
                                      gsize         body_length,
                                      gboolean      head_only);

/* "Not Found" for 404 and so on; "Status" for a number without a name. */
const char *ws_http_status_get_phrase (guint status);

/* Checks header lines given by an application (lines ended by LF or CRLF, the last end optional)
 * and returns them with CRLF ends, or NULL with *fault set (transfer full): not "Name: value", a control byte
 * in a value, or a field the server itself writes (Connection, Upgrade, Content-Length, Transfer-Encoding,
 * Sec-WebSocket-*). "" and NULL give "". */
char *ws_handshake_clean_headers (const char *lines,
                                  char      **fault);

G_END_DECLS
