/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTP responses that a test client receives. */
#include "ws-test-client.h"

#include <string.h>

static gsize
find_head_end (const GByteArray *input)
{
  for (gsize i = 4; i <= input->len; i++)
    if (memcmp (input->data + i - 4, "\r\n\r\n", 4) == 0)
      return i;

  return 0;
}

/* Takes "HTTP/1.1 101 Switching Protocols CRLF Name: value CRLF ..." apart, strictly. */
static void
parse_head (WsTestResponse *response,
            const char     *head)
{
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", -1);

  if (!g_str_has_prefix (lines[0], "HTTP/1.1 ") || strlen (lines[0]) < 13 || lines[0][12] != ' ')
    g_error ("not a status line: %s", lines[0]);

  response->status = (guint) g_ascii_strtoull (lines[0] + 9, NULL, 10);
  response->phrase = g_strdup (lines[0] + 13);

  for (char **line = lines + 1; *line != NULL && **line != '\0'; line++)
    {
      const char      *colon = strstr (*line, ": ");
      g_autofree char *name = NULL;
      const char      *before;

      if (colon == NULL)
        g_error ("not a header field: %s", *line);

      name = g_ascii_strdown (*line, colon - *line);
      before = g_hash_table_lookup (response->headers, name);
      g_hash_table_insert (response->headers, g_strdup (name),
                           before != NULL ? g_strconcat (before, ", ", colon + 2, NULL)
                                          : g_strdup (colon + 2));
    }
}

static gsize
get_content_length (WsTestResponse *response)
{
  const char *length = ws_test_response_get (response, "content-length");

  return length != NULL ? (gsize) g_ascii_strtoull (length, NULL, 10) : 0;
}

WsTestResponse *
ws_test_client_read_response (WsTestClient *self)
{
  WsTestResponse  *response = g_new0 (WsTestResponse, 1);
  gsize            head_length;
  gsize            body_length;
  g_autofree char *head = NULL;

  ws_test_wait_until (find_head_end (self->input) > 0 || self->eof);
  head_length = find_head_end (self->input);
  if (head_length == 0)
    g_error ("connection ended (%s) after %u bytes without a response",
             g_strerror (self->error_number), self->input->len);

  head = g_strndup ((const char *) self->input->data, head_length);
  response->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  parse_head (response, head);

  body_length = get_content_length (response);
  ws_test_wait_until (self->input->len >= head_length + body_length || self->eof);
  /* The answer to a HEAD request announces a body and has none. */
  body_length = MIN (body_length, self->input->len - head_length);
  response->body = g_bytes_new (self->input->data + head_length, body_length);
  g_byte_array_remove_range (self->input, 0, (guint) (head_length + body_length));

  return response;
}

const char *
ws_test_response_get (WsTestResponse *response,
                      const char     *lower_case_name)
{
  return g_hash_table_lookup (response->headers, lower_case_name);
}

void
ws_test_response_free (WsTestResponse *response)
{
  g_hash_table_unref (response->headers);
  g_bytes_unref (response->body);
  g_free (response->phrase);
  g_free (response);
}
