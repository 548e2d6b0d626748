/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cases of the opening handshake: a request, and the strict outcome of each way to send it. */
#include "conformance.h"

#include <string.h>

#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define SHA1_LENGTH 20
#define PAD_FIELD "X-Pad: "

/* A request being edited; the escapes in it are still as written. */
typedef struct
{
  GPtrArray  *lines; /* char: the request line, then the fields */
  const char *line_end;
  const char *body;
  const char *raw;         /* all of the request, or NULL */
  gsize       head_length; /* to be filled up to; 0: as it is */
} Request;

/* --- the request ----------------------------------------------------------------------------- */

/* The index of the field with the name that line begins with, or 0. */
static guint
find_field (const Request *request,
            const char    *line)
{
  gsize length = strcspn (line, ":");

  for (guint i = 1; i < request->lines->len; i++)
    {
      const char *other = request->lines->pdata[i];

      if (strcspn (other, ":") == length && g_ascii_strncasecmp (line, other, length) == 0)
        return i;
    }

  return 0;
}

static void
replace_line (Request *request,
              guint    index,
              char    *line)
{
  g_free (request->lines->pdata[index]);
  request->lines->pdata[index] = line;
}

/* Fills the target up until the request line has this length. */
static void
fill_request_line (Request *request,
                   gsize    length)
{
  const char      *line = request->lines->pdata[0];
  g_autofree char *fill = g_strnfill (length - strlen (line), 'a');

  replace_line (request, 0, g_strconcat ("GET /", fill, " HTTP/1.1", NULL));
}

static void
add_fields_until (Request *request,
                  guint    n_fields)
{
  while (request->lines->len < n_fields + 1)
    g_ptr_array_add (request->lines, g_strdup_printf ("X-Field-%u: v", request->lines->len));
}

static void
edit_field (Request    *request,
            const char *edit)
{
  guint index = find_field (request, edit);

  if (index != 0)
    replace_line (request, index, g_strdup (edit));
  else
    g_ptr_array_add (request->lines, g_strdup (edit));
}

static gsize
number_in (const char *edit)
{
  return (gsize) g_ascii_strtoull (strchr (edit, ':') + 1, NULL, 10);
}

static void
apply_edit (Request    *request,
            const char *edit)
{
  if (*edit == '>')
    replace_line (request, 0, g_strdup (edit + 1));
  else if (*edit == '+')
    g_ptr_array_add (request->lines, g_strdup (edit + 1));
  else if (*edit == '^')
    g_ptr_array_insert (request->lines, 1, g_strdup (edit + 1));
  else if (*edit == '-')
    g_ptr_array_remove_index (request->lines, find_field (request, edit + 1));
  else if (g_str_has_prefix (edit, "eol:"))
    request->line_end = edit + strlen ("eol:");
  else if (g_str_has_prefix (edit, "body:"))
    request->body = edit + strlen ("body:");
  else if (g_str_has_prefix (edit, "raw:"))
    request->raw = edit + strlen ("raw:");
  else if (g_str_has_prefix (edit, "line:"))
    fill_request_line (request, number_in (edit));
  else if (g_str_has_prefix (edit, "head:"))
    request->head_length = number_in (edit);
  else if (g_str_has_prefix (edit, "fields:"))
    add_fields_until (request, (guint) number_in (edit));
  else if (*edit != '\0')
    edit_field (request, edit);
}

static void
append_escaped (GByteArray *bytes,
                const char *text)
{
  g_autoptr (GByteArray) unescaped = conformance_unescape (text, strlen (text));

  if (unescaped->len > 0)
    g_byte_array_append (bytes, unescaped->data, unescaped->len);
}

static GByteArray *
assemble (const Request *request)
{
  GByteArray *bytes = g_byte_array_new ();

  if (request->raw != NULL)
    {
      append_escaped (bytes, request->raw);
      return bytes;
    }

  for (guint i = 0; i < request->lines->len; i++)
    {
      append_escaped (bytes, request->lines->pdata[i]);
      append_escaped (bytes, request->line_end);
    }
  if (request->head_length > 0)
    {
      gsize            used = bytes->len + strlen (PAD_FIELD "\r\n\r\n");
      g_autofree char *fill = g_strnfill (request->head_length - used, 'p');

      append_escaped (bytes, PAD_FIELD);
      append_escaped (bytes, fill);
      append_escaped (bytes, request->line_end);
    }
  append_escaped (bytes, request->line_end);
  append_escaped (bytes, request->body);

  return bytes;
}

static void
request_init (Request *request,
              char   **edits)
{
  static const char *const lines[] = {
    "GET / HTTP/1.1",
    "Host: localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: " WS_TEST_KEY,
    "Sec-WebSocket-Version: 13",
  };

  *request = (Request){ .line_end = "%0D%0A", .body = "" };
  request->lines = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    g_ptr_array_add (request->lines, g_strdup (lines[i]));
  for (char **edit = edits; *edit != NULL; edit++)
    apply_edit (request, *edit);
}

/* --- the response ---------------------------------------------------------------------------- */

/* What has to stand in Sec-WebSocket-Accept. RFC 6455 §4.2.2. */
static char *
compute_accept (const Request *request)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint            index = find_field (request, "Sec-WebSocket-Key");
  const char      *field = request->lines->pdata[index];
  g_autofree char *key = g_strstrip (g_strdup (strchr (field, ':') + 1));
  guint8           digest[SHA1_LENGTH];
  gsize            length = sizeof digest;

  g_checksum_update (checksum, (const guint8 *) key, -1);
  g_checksum_update (checksum, (const guint8 *) ACCEPT_GUID, -1);
  g_checksum_get_digest (checksum, digest, &length);
  return g_base64_encode (digest, length);
}

static void
check_field (ConformanceRun *run,
             WsTestResponse *response,
             const char     *name,
             const char     *expected)
{
  const char *value = ws_test_response_get (response, name);

  if (g_strcmp0 (value, expected) != 0)
    conformance_fail (run, "%s: expected \"%s\", got \"%s\"", name,
                      expected != NULL ? expected : "(none)", value != NULL ? value : "(none)");
}

/* "name: value", or "!name" for a field that may not be there. */
static void
check_fields (ConformanceRun *run,
              WsTestResponse *response,
              char          **checks)
{
  for (char **check = checks; *check != NULL; check++)
    {
      char *colon = strstr (*check, ": ");

      if (**check == '!')
        check_field (run, response, *check + 1, NULL);
      else if (colon != NULL && !g_str_has_prefix (*check, "frames "))
        {
          *colon = '\0';
          check_field (run, response, *check, colon + 2);
        }
    }
}

/* What every refusal has: nothing may be left to guess. */
static void
check_refusal (ConformanceRun *run,
               const Request  *request,
               WsTestResponse *response)
{
  WsTestServer    *server = run->server->server;
  gboolean         is_head = g_str_has_prefix (request->lines->pdata[0], "HEAD ");
  g_autofree char *length = NULL;
  gsize            body_length;
  const char      *body = g_bytes_get_data (response->body, &body_length);

  length = g_strdup_printf ("%" G_GSIZE_FORMAT, body_length);
  check_field (run, response, "connection", response->status == 426 ? "close, Upgrade" : "close");
  check_field (run, response, "content-type", "text/plain; charset=utf-8");
  if (!is_head)
    check_field (run, response, "content-length", length);
  if (is_head ? body_length > 0 : body_length < 5 || body[body_length - 1] != '\n')
    conformance_fail (run, "the body has %" G_GSIZE_FORMAT " bytes", body_length);
  if (response->status == 426)
    check_field (run, response, "sec-websocket-version", "13");
  if (response->status == 405)
    check_field (run, response, "allow", "GET, HEAD");

  if (!conformance_peer_wait (run->peer, 0, TRUE) || run->peer->client->input->len > 0)
    conformance_fail (run, "the connection does not end behind the response");
  ws_test_settle ();
  if (ws_test_server_count (server, "connected") + ws_test_server_count (server, "disconnected") +
          ws_test_server_count (server, "web-socket-open-request") >
      0)
    conformance_fail (run, "the application was told of a connection");
}

static void
check_opened (ConformanceRun *run,
              const Request  *request,
              WsTestResponse *response,
              char          **checks)
{
  g_autofree char *accept = compute_accept (request);
  const char      *frames = NULL;

  check_field (run, response, "upgrade", "websocket");
  check_field (run, response, "connection", "Upgrade");
  check_field (run, response, "sec-websocket-accept", accept);
  for (char **check = checks; *check != NULL; check++)
    if (g_str_has_prefix (*check, "frames "))
      frames = *check + strlen ("frames ");

  if (frames != NULL)
    conformance_run_frames (run, "", frames);
  else
    conformance_run_frames (run, "text'open'", "text'open'");
}

void
conformance_run_handshake (ConformanceRun *run)
{
  g_auto (GStrv) edits = g_strsplit (run->row->input, "|", -1);
  g_auto (GStrv) checks = g_strsplit (run->row->expected, "|", -1);
  guint status = (guint) g_ascii_strtoull (checks[0], NULL, 10);
  g_autoptr (WsTestResponse) response = NULL;
  g_autoptr (GByteArray) bytes = NULL;
  Request request;

  request_init (&request, edits);
  bytes = assemble (&request);
  conformance_send (run, bytes->data, bytes->len);
  response = conformance_peer_wait_response (run->peer);

  if (response == NULL)
    conformance_fail (run, "no response");
  else if (response->status != status)
    conformance_fail (run, "expected %u, got %u: %.*s", status, response->status,
                      (int) g_bytes_get_size (response->body),
                      (const char *) g_bytes_get_data (response->body, NULL));
  else
    {
      check_fields (run, response, checks + 1);
      if (status == 101)
        check_opened (run, &request, response, checks + 1);
      else
        check_refusal (run, &request, response);
    }

  g_ptr_array_unref (request.lines);
}
