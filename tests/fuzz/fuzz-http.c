/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection that is kept: heads and bodies one behind the other, the same at every cut. What a page needs
 * of a request, conditions, range, path and dates, stays in its bounds. */
#include "fuzz.h"

#include <string.h>

#include "wsserver/protocol/ws-handshake-private.h"
#include "wsserver/protocol/ws-http-body-private.h"
#include "wsserver/protocol/ws-http-date-private.h"
#include "wsserver/protocol/ws-http-path-private.h"
#include "wsserver/protocol/ws-http-select-private.h"

#define MAX_HEAD_BYTES 1024
#define MAX_BODY_BYTES 300

/* A connection without a socket. */
typedef struct
{
  GByteArray       *arrived; /* and not consumed */
  WsHttpHeadScanner scanner;
  WsHttpBody        body;
  GByteArray       *payload; /* NULL between bodies */
  gboolean          has_ended;
  GString          *log;
} Stream;

static void
end_stream (Stream     *stream,
            guint       status,
            const char *fault)
{
  g_assert_true (fault != NULL && *fault != '\0');
  g_string_append_printf (stream->log, "%u %s\n", status, fault);
  stream->has_ended = TRUE;
}

/* --- pages ----------------------------------------------------------------------------------- */

static void
check_path (const char *target)
{
  g_autofree char *path = ws_http_path_decode (target);

  if (path == NULL)
    return;

  g_assert_true (path[0] == '/');
  g_assert_null (strstr (path, "//"));
  g_assert_null (strstr (path, "/../"));
  g_assert_null (strstr (path, "/./"));
  g_assert_null (strchr (path, '\\'));
  g_assert_false (g_str_has_suffix (path, "/.."));
  g_assert_false (g_str_has_suffix (path, "/."));
}

static void
check_date (const WsHttpHead *head,
            const char       *name)
{
  const char      *value = ws_http_head_get (head, name);
  g_autofree char *text = NULL;
  gint64           seconds = 0;
  gint64           again = 0;

  if (value == NULL || !ws_http_date_parse (value, &seconds))
    return;

  text = ws_http_date_format (seconds);
  g_assert_true (ws_http_date_parse (text, &again));
  g_assert_cmpint (again, ==, seconds);
}

static void
check_selection (const WsHttpHead *head,
                 guint64           length)
{
  const WsHttpRepresentation representation = { length, "\"abc\"", 784111777 };
  const WsHttpSelection      selection = ws_http_select (head, &representation);

  switch (selection.status)
    {
    case 200:
      g_assert_cmpuint (selection.offset, ==, 0);
      g_assert_cmpuint (selection.length, ==, length);
      break;

    case 206:
      g_assert_cmpuint (selection.length, >, 0);
      g_assert_cmpuint (selection.offset, <, length);
      g_assert_cmpuint (selection.length, <=, length - selection.offset);
      break;

    default:
      g_assert_true (selection.status == 304 || selection.status == 412 || selection.status == 416);
      g_assert_cmpuint (selection.length, ==, 0);
      break;
    }
}

static void
check_page (const WsHttpHead *head)
{
  check_path (ws_http_head_get_path (head));
  check_date (head, "If-Modified-Since");
  check_date (head, "If-Range");
  check_selection (head, 0);
  check_selection (head, 1);
  check_selection (head, 1000);
  check_selection (head, G_MAXUINT64);
}

/* --- requests -------------------------------------------------------------------------------- */

static void
begin_body (Stream     *stream,
            WsHttpHead *head)
{
  WsHttpFraming framing = { 0 };
  guint         status = 0;
  const char   *fault = NULL;

  if (!ws_http_framing_judge (head, &framing, &status, &fault))
    {
      g_assert_true (status == 400 || status == 413 || status == 417);
      end_stream (stream, status, fault);
      return;
    }

  /* Two readings of the length are impossible. */
  if (framing.kind == WS_HTTP_BODY_CHUNKED)
    g_assert_cmpuint (ws_http_head_count (head, "Content-Length"), ==, 0);
  else
    g_assert_cmpuint (ws_http_head_count (head, "Transfer-Encoding"), ==, 0);
  g_assert_true ((framing.kind == WS_HTTP_BODY_LENGTH) == (framing.length > 0));

  g_string_append_printf (stream->log, "%s %s %d %d\n", ws_http_head_get_method (head),
                          ws_http_head_get_target (head), framing.kind, framing.keep_alive);
  stream->has_ended = !framing.keep_alive;
  if (framing.kind == WS_HTTP_BODY_NONE)
    return;

  if (framing.length > MAX_BODY_BYTES)
    {
      end_stream (stream, 413, "too long");
      return;
    }

  ws_http_body_init (&stream->body, &framing, MAX_BODY_BYTES);
  stream->payload = g_byte_array_new ();
}

static void
receive_request (Stream       *stream,
                 const guint8 *data,
                 gsize         length)
{
  guint       status = 0;
  const char *fault = NULL;
  g_autoptr (WsHttpHead) head = ws_http_head_parse (data, length, &status, &fault);
  WsHandshakeVerdict verdict;

  if (head == NULL)
    {
      end_stream (stream, status, fault);
      return;
    }

  check_page (head);
  verdict = ws_handshake_judge (head);
  if (verdict.kind == WS_HANDSHAKE_PLAIN)
    begin_body (stream, head);
  else
    end_stream (stream, verdict.status, "not plain");
}

static gboolean
receive_head (Stream *stream)
{
  static const WsLimits limits = { .max_head_bytes = MAX_HEAD_BYTES };
  g_autofree guint8    *data = fuzz_copy (stream->arrived->data, stream->arrived->len);
  gsize                 head_length = 0;
  guint                 status = 0;
  const char           *fault = NULL;

  switch (ws_http_head_scan (&stream->scanner, &limits, data, stream->arrived->len, &head_length, &status,
                             &fault))
    {
    case WS_PARSE_NEED_MORE:
      return FALSE;

    case WS_PARSE_DONE:
      stream->scanner = (WsHttpHeadScanner){ 0 };
      receive_request (stream, data, head_length);
      g_byte_array_remove_range (stream->arrived, 0, (guint) head_length);
      return !stream->has_ended || stream->payload != NULL;

    case WS_PARSE_FAILED:
    default:
      end_stream (stream, status, fault);
      return FALSE;
    }
}

static gboolean
receive_body (Stream *stream)
{
  g_autofree guint8  *data = fuzz_copy (stream->arrived->data, stream->arrived->len);
  gsize               consumed = G_MAXSIZE;
  guint               status = 0;
  const char         *fault = NULL;
  const WsParseResult result = ws_http_body_receive (&stream->body, data, stream->arrived->len, &consumed,
                                                     stream->payload, &status, &fault);

  g_assert_cmpuint (stream->payload->len, <=, MAX_BODY_BYTES);
  g_assert_true ((result == WS_PARSE_FAILED) == (fault != NULL));
  g_assert_true ((result == WS_PARSE_FAILED) == (consumed == G_MAXSIZE));
  if (result == WS_PARSE_FAILED)
    {
      g_assert_true (status == 400 || status == 413 || status == 431);
      end_stream (stream, status, fault);
      g_clear_pointer (&stream->payload, g_byte_array_unref);
      return FALSE;
    }

  g_assert_true (consumed <= stream->arrived->len);
  g_assert_true (result == WS_PARSE_DONE || consumed == stream->arrived->len);
  g_byte_array_remove_range (stream->arrived, 0, (guint) consumed);
  if (result == WS_PARSE_NEED_MORE)
    return FALSE;

  g_string_append_len (stream->log, (const char *) stream->payload->data, stream->payload->len);
  g_string_append_c (stream->log, '\n');
  g_clear_pointer (&stream->payload, g_byte_array_unref);
  return !stream->has_ended;
}

/* What a connection makes of the input in these pieces. */
static char *
run (const guint8 *data,
     gsize         length,
     FuzzCuts     *cuts)
{
  Stream stream = { .arrived = g_byte_array_new (), .log = g_string_new (NULL) };
  gsize  offset = 0;

  while (offset < length && (!stream.has_ended || stream.payload != NULL))
    {
      const gsize piece = cuts != NULL ? fuzz_next_cut (cuts, length - offset) : length;

      g_byte_array_append (stream.arrived, data + offset, (guint) piece);
      offset += piece;
      while (stream.payload != NULL ? receive_body (&stream) : receive_head (&stream))
        ;
    }

  if (stream.payload != NULL)
    g_string_append_printf (stream.log, "%u bytes of a body", stream.payload->len);
  g_clear_pointer (&stream.payload, g_byte_array_unref);
  g_byte_array_unref (stream.arrived);
  return g_string_free (stream.log, FALSE);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  FuzzInput        input = { data, size };
  FuzzCuts         cuts;
  FuzzCuts         bytewise = { .lengths = { 1, 1, 1, 1 } };
  g_autofree char *whole = NULL;
  g_autofree char *cut = NULL;
  g_autofree char *bytes = NULL;

  fuzz_take_cuts (&input, &cuts);
  whole = run (input.data, input.length, NULL);
  cut = run (input.data, input.length, &cuts);
  bytes = run (input.data, input.length, &bytewise);
  g_assert_cmpstr (cut, ==, whole);
  g_assert_cmpstr (bytes, ==, whole);

  return 0;
}
