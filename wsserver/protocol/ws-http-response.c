/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-response-private.h"

#include "wsserver/protocol/ws-http-head-private.h"
#include "wsserver/protocol/ws-http-status-private.h"

#include <string.h>

typedef struct
{
  guint       status;
  const char *phrase;
} StatusPhrase;

/* RFC 9110 §15, RFC 6585 for 428, 429, 431 and 511. */
static const StatusPhrase status_phrases[] = {
  { 100, "Continue" },
  { 101, "Switching Protocols" },
  { 200, "OK" },
  { 201, "Created" },
  { 202, "Accepted" },
  { 203, "Non-Authoritative Information" },
  { 204, "No Content" },
  { 205, "Reset Content" },
  { 206, "Partial Content" },
  { 300, "Multiple Choices" },
  { 301, "Moved Permanently" },
  { 302, "Found" },
  { 303, "See Other" },
  { 304, "Not Modified" },
  { 305, "Use Proxy" },
  { 307, "Temporary Redirect" },
  { 308, "Permanent Redirect" },
  { 400, "Bad Request" },
  { 401, "Unauthorized" },
  { 402, "Payment Required" },
  { 403, "Forbidden" },
  { 404, "Not Found" },
  { 405, "Method Not Allowed" },
  { 406, "Not Acceptable" },
  { 407, "Proxy Authentication Required" },
  { 408, "Request Timeout" },
  { 409, "Conflict" },
  { 410, "Gone" },
  { 411, "Length Required" },
  { 412, "Precondition Failed" },
  { 413, "Content Too Large" },
  { 414, "URI Too Long" },
  { 415, "Unsupported Media Type" },
  { 416, "Range Not Satisfiable" },
  { 417, "Expectation Failed" },
  { 421, "Misdirected Request" },
  { 422, "Unprocessable Content" },
  { 425, "Too Early" },
  { 426, "Upgrade Required" },
  { 428, "Precondition Required" },
  { 429, "Too Many Requests" },
  { 431, "Request Header Fields Too Large" },
  { 451, "Unavailable For Legal Reasons" },
  { 500, "Internal Server Error" },
  { 501, "Not Implemented" },
  { 502, "Bad Gateway" },
  { 503, "Service Unavailable" },
  { 504, "Gateway Timeout" },
  { 505, "HTTP Version Not Supported" },
  { 511, "Network Authentication Required" },
};

const char *
ws_http_status_get_phrase (guint status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (status_phrases); i++)
    if (status_phrases[i].status == status)
      return status_phrases[i].phrase;

  return "Status";
}

gboolean
ws_http_status_has_body (guint status)
{
  return status >= WS_HTTP_OK && status != WS_HTTP_NO_CONTENT && status != WS_HTTP_NOT_MODIFIED;
}

gboolean
ws_http_lines_have_field (const char *lines,
                          const char *name)
{
  const gsize name_length = strlen (name);

  while (lines != NULL && *lines != '\0')
    {
      if (g_ascii_strncasecmp (lines, name, name_length) == 0 && lines[name_length] == ':')
        return TRUE;

      lines = strchr (lines, '\n');

      if (lines != NULL)
        lines++;
    }

  return FALSE;
}

/* RFC 9110 §7.8: a sender of Upgrade also names it in Connection. §15.5.22 and RFC 6455 §4.4 ask for both
 * fields in a 426. */
static void
append_connection (GString              *head,
                   const WsHttpResponse *response)
{
  static const char *const options[] = { "close", NULL, "keep-alive" };
  const char              *option = options[response->connection];
  const gboolean           is_upgrade_required = response->status == WS_HTTP_UPGRADE_REQUIRED;

  if (option != NULL || is_upgrade_required)
    g_string_append_printf (head, "Connection: %s%s%s\r\n", option != NULL ? option : "",
                            option != NULL && is_upgrade_required ? ", " : "",
                            is_upgrade_required ? "Upgrade" : "");

  if (is_upgrade_required)
    g_string_append (head, "Upgrade: websocket\r\n"
                           "Sec-WebSocket-Version: 13\r\n");
}

GString *
ws_http_response_build_head (const WsHttpResponse *response)
{
  GString       *head = g_string_new (NULL);
  const guint    status = response->status;
  const gboolean has_body = ws_http_status_has_body (status);

  g_string_append_printf (head, "HTTP/1.1 %u %s\r\n", status, ws_http_status_get_phrase (status));
  append_connection (head, response);

  if (status == WS_HTTP_METHOD_NOT_ALLOWED && !ws_http_lines_have_field (response->extra_headers, "Allow"))
    g_string_append (head, "Allow: GET, HEAD\r\n");

  /* RFC 9110 §6.4.1 and §8.6: some responses have no body, and a Content-Length would announce one. */
  if (has_body)
    g_string_append_printf (head, "Content-Length: %" G_GUINT64_FORMAT "\r\n", response->content_length);

  if (has_body && response->content_type != NULL &&
      !ws_http_lines_have_field (response->extra_headers, "Content-Type"))
    g_string_append_printf (head, "Content-Type: %s\r\n", response->content_type);

  if (response->extra_headers != NULL)
    g_string_append (head, response->extra_headers);

  g_string_append (head, "\r\n");

  return head;
}

GString *
ws_handshake_build_response (guint         status,
                             const char   *extra_headers,
                             const char   *content_type,
                             const guint8 *body,
                             gsize         body_length,
                             gboolean      head_only)
{
  const WsHttpResponse response = { status, WS_HTTP_CONNECTION_CLOSE, extra_headers, content_type,
                                    body_length };
  GString             *text = ws_http_response_build_head (&response);

  if (ws_http_status_has_body (status) && !head_only && body_length > 0)
    g_string_append_len (text, (const char *) body, (gssize) body_length);

  return text;
}

/* These fields decide where a message ends or what the connection becomes. A second copy of one makes
 * response splitting possible. */
static gboolean
is_own_field (const char *name,
              gsize       length)
{
  static const char *const names[] = { "Connection", "Upgrade", "Content-Length",
                                       "Transfer-Encoding" };
  static const char        prefix[] = "Sec-WebSocket-";

  if (length >= strlen (prefix) && g_ascii_strncasecmp (name, prefix, strlen (prefix)) == 0)
    return TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i]) == length && g_ascii_strncasecmp (name, names[i], length) == 0)
      return TRUE;

  return FALSE;
}

/* Returns the fault of one line, given without its line end, or NULL. */
static char *
check_line (const char *line,
            gsize       length)
{
  const char *colon = memchr (line, ':', length);

  if (colon == NULL || !ws_http_is_token_span (line, (gsize) (colon - line)))
    return g_strdup ("header line is not \"Name: value\"");

  if (is_own_field (line, (gsize) (colon - line)))
    return g_strdup_printf ("header field \"%.*s\" is written by the server itself", (int) (colon - line),
                            line);

  for (const char *p = colon + 1; p < line + length; p++)
    if (g_ascii_iscntrl (*p) && *p != '\t')
      return g_strdup_printf ("value of header field \"%.*s\" holds a control byte", (int) (colon - line),
                              line);

  return NULL;
}

char *
ws_handshake_clean_headers (const char *lines,
                            char      **fault)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  while (lines != NULL && *lines != '\0')
    {
      const char *end = lines + strcspn (lines, "\n");
      const char *next = *end == '\n' ? end + 1 : end;
      char       *line_fault;

      if (*end == '\n' && end > lines && end[-1] == '\r')
        end--;

      line_fault = check_line (lines, (gsize) (end - lines));

      if (line_fault != NULL)
        {
          *fault = line_fault;
          return NULL;
        }

      g_string_append_len (clean, lines, end - lines);
      g_string_append (clean, "\r\n");
      lines = next;
    }

  return g_string_free (g_steal_pointer (&clean), FALSE);
}
