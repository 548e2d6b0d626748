/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WS_HTTP_CONNECTION_CLOSE,
  WS_HTTP_CONNECTION_PERSISTS,   /* no field: what HTTP/1.1 expects */
  WS_HTTP_CONNECTION_KEEP_ALIVE, /* for a client of HTTP/1.0 that has asked for it */
} WsHttpConnectionField;

typedef struct
{
  guint                 status;
  WsHttpConnectionField connection;
  const char           *extra_headers; /* lines, each with CRLF, or NULL */
  const char           *content_type;  /* or NULL; one in extra_headers takes precedence */
  guint64               content_length;
} WsHttpResponse;

/* Returns the head of a response: status line, Connection, Content-Length and the other fields. A 426 gets
 * Upgrade: websocket and Sec-WebSocket-Version: 13. A 405 gets Allow: GET, HEAD, if extra_headers has no such
 * field. */
GString *ws_http_response_build_head (const WsHttpResponse *response);

/* TRUE if a body follows the head of a response with this status. */
gboolean ws_http_status_has_body (guint status);

/* TRUE if one of the lines, each ended by CRLF, has this field name. The lines may be NULL. */
gboolean ws_http_lines_have_field (const char *lines,
                                   const char *name);

/* Returns a whole response, after which the connection is closed: the head, and the body unless head_only. */
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
