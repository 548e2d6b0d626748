/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-body-private.h"

#include <string.h>

#include "wsserver/protocol/ws-http-status-private.h"

/* A chunk size of more digits can only be meant to overflow something. */
#define MAX_CHUNK_SIZE_DIGITS 16

enum
{
  STATE_LENGTH, /* the payload of a body with Content-Length */
  STATE_SIZE,
  STATE_EXTENSION,
  STATE_SIZE_LF,
  STATE_CHUNK,
  STATE_CHUNK_CR,
  STATE_CHUNK_LF,
  STATE_TRAILER_START,
  STATE_TRAILER_NAME,
  STATE_TRAILER_VALUE,
  STATE_TRAILER_LF,
  STATE_END_LF,
  STATE_DONE,
};

/* --- framing --------------------------------------------------------------------------------- */

static gboolean
refuse_framing (guint       *status,
                const char **fault,
                guint        refusal_status,
                const char  *refusal_fault)
{
  *status = refusal_status;
  *fault = refusal_fault;

  return FALSE;
}

static gboolean
judge_transfer_encoding (const WsHttpHead *head,
                         WsHttpFraming    *framing,
                         guint            *status,
                         const char      **fault)
{
  const char *coding = ws_http_head_get (head, "Transfer-Encoding");

  if (ws_http_head_count (head, "Content-Length") > 0)
    return refuse_framing (status, fault, WS_HTTP_BAD_REQUEST, "Content-Length beside Transfer-Encoding");

  if (ws_http_head_get_minor_version (head) < 1)
    return refuse_framing (status, fault, WS_HTTP_BAD_REQUEST, "Transfer-Encoding in HTTP/1.0");

  if (ws_http_head_count (head, "Transfer-Encoding") > 1 || g_ascii_strcasecmp (coding, "chunked") != 0)
    return refuse_framing (status, fault, WS_HTTP_BAD_REQUEST, "Transfer-Encoding is not \"chunked\"");

  framing->kind = WS_HTTP_BODY_CHUNKED;

  return TRUE;
}

static gboolean
judge_content_length (const WsHttpHead *head,
                      WsHttpFraming    *framing,
                      guint            *status,
                      const char      **fault)
{
  const char *value = ws_http_head_get (head, "Content-Length");
  guint64     length;

  if (ws_http_head_count (head, "Content-Length") > 1)
    return refuse_framing (status, fault, WS_HTTP_BAD_REQUEST, "Content-Length is repeated");

  if (*value == '\0' || value[strspn (value, "0123456789")] != '\0')
    return refuse_framing (status, fault, WS_HTTP_BAD_REQUEST, "Content-Length is not a number");

  if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, &length, NULL))
    return refuse_framing (status, fault, WS_HTTP_CONTENT_TOO_LARGE, "Content-Length is over any limit");

  framing->kind = length > 0 ? WS_HTTP_BODY_LENGTH : WS_HTTP_BODY_NONE;
  framing->length = length;

  return TRUE;
}

gboolean
ws_http_framing_judge (const WsHttpHead *head,
                       WsHttpFraming    *framing,
                       guint            *status,
                       const char      **fault)
{
  const gboolean is_new = ws_http_head_get_minor_version (head) >= 1;
  const char    *expectation = ws_http_head_get (head, "Expect");
  WsHttpFraming  judged = { WS_HTTP_BODY_NONE, 0, FALSE, FALSE };

  if (ws_http_head_count (head, "Transfer-Encoding") > 0)
    {
      if (!judge_transfer_encoding (head, &judged, status, fault))
        return FALSE;
    }
  else if (ws_http_head_count (head, "Content-Length") > 0)
    {
      if (!judge_content_length (head, &judged, status, fault))
        return FALSE;
    }

  /* A client of HTTP/1.0 cannot read an interim response, and sends its body anyway. */
  if (expectation != NULL && is_new)
    {
      if (ws_http_head_count (head, "Expect") > 1 || g_ascii_strcasecmp (expectation, "100-continue") != 0)
        return refuse_framing (status, fault, WS_HTTP_EXPECTATION_FAILED, "Expect is not \"100-continue\"");

      judged.expects_continue = judged.kind != WS_HTTP_BODY_NONE;
    }

  judged.keep_alive = !ws_http_head_has_token (head, "Connection", "close") &&
                      (is_new || ws_http_head_has_token (head, "Connection", "keep-alive"));
  *framing = judged;

  return TRUE;
}

/* --- the body -------------------------------------------------------------------------------- */

void
ws_http_body_init (WsHttpBody          *self,
                   const WsHttpFraming *framing,
                   guint64              max_bytes)
{
  *self = (WsHttpBody){ .max_bytes = max_bytes, .state = STATE_SIZE };

  if (framing->kind == WS_HTTP_BODY_LENGTH)
    {
      g_assert (framing->length <= max_bytes);
      self->remaining_bytes = framing->length;
      self->state = STATE_LENGTH;
    }
}

static inline gboolean
is_text (guint8 byte)
{
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

static const char *
receive_size_byte (WsHttpBody *self,
                   guint8      byte)
{
  const int digit = g_ascii_xdigit_value ((char) byte);

  if (digit >= 0)
    {
      if (++self->n_digits > MAX_CHUNK_SIZE_DIGITS)
        return "chunk size has too many digits";

      self->remaining_bytes = self->remaining_bytes << 4 | (guint64) digit;
      return NULL;
    }

  if (self->n_digits == 0)
    return "chunk size is missing";

  if (byte != ';' && byte != '\r')
    return "chunk size is not a number";

  self->state = byte == ';' ? STATE_EXTENSION : STATE_SIZE_LF;
  return NULL;
}

static const char *
receive_extension_byte (WsHttpBody *self,
                        guint8      byte)
{
  if (byte == '\r')
    {
      self->state = STATE_SIZE_LF;
      return NULL;
    }

  if (!is_text (byte))
    return "control byte in a chunk extension";

  return ++self->n_extension_bytes <= WS_MAX_CHUNK_EXTENSION_BYTES ? NULL : "chunk extensions over their limit";
}

static const char *
receive_size_end (WsHttpBody *self,
                  guint8      byte,
                  guint      *status)
{
  if (byte != '\n')
    return "CR without LF behind a chunk size";

  self->n_digits = 0;
  if (self->remaining_bytes == 0)
    {
      self->state = STATE_TRAILER_START;
      return NULL;
    }

  if (self->remaining_bytes > self->max_bytes - self->total_bytes)
    {
      *status = WS_HTTP_CONTENT_TOO_LARGE;
      return "the body is longer than MaxHttpBodySize";
    }

  self->total_bytes += self->remaining_bytes;
  self->state = STATE_CHUNK;
  return NULL;
}

/* RFC 9112 §7.1.2. A line that begins with white space would continue the one before, as obsolete folding. */
static const char *
receive_trailer_byte (WsHttpBody *self,
                      guint8      byte,
                      guint      *status)
{
  const char character = (char) byte;

  if (++self->n_trailer_bytes > WS_MAX_TRAILER_BYTES)
    {
      *status = WS_HTTP_FIELDS_TOO_LARGE;
      return "trailer fields over their limit";
    }

  if (self->state == STATE_TRAILER_START && byte == '\r')
    self->state = STATE_END_LF;
  else if (self->state == STATE_TRAILER_VALUE && byte == '\r')
    self->state = STATE_TRAILER_LF;
  else if (self->state == STATE_TRAILER_NAME && byte == ':')
    self->state = STATE_TRAILER_VALUE;
  else if (self->state == STATE_TRAILER_VALUE)
    return is_text (byte) ? NULL : "control byte in a trailer field";
  else if (ws_http_is_token_span (&character, 1))
    self->state = STATE_TRAILER_NAME;
  else
    return "trailer field is not \"Name: value\"";

  return NULL;
}

/* LF, in a state that accepts nothing else. */
static const char *
receive_line_end (WsHttpBody *self,
                  guint8      byte)
{
  if (byte != '\n')
    return "CR without LF in a chunked body";

  if (self->state == STATE_CHUNK_LF)
    self->state = STATE_SIZE;
  else
    self->state = self->state == STATE_END_LF ? STATE_DONE : STATE_TRAILER_START;

  return NULL;
}

/* One byte that is not payload. Returns the fault, or NULL. */
static const char *
receive_byte (WsHttpBody *self,
              guint8      byte,
              guint      *status)
{
  switch (self->state)
    {
    case STATE_SIZE:
      return receive_size_byte (self, byte);

    case STATE_EXTENSION:
      return receive_extension_byte (self, byte);

    case STATE_SIZE_LF:
      return receive_size_end (self, byte, status);

    case STATE_CHUNK_CR:
      self->state = STATE_CHUNK_LF;
      return byte == '\r' ? NULL : "chunk is longer than its size";

    case STATE_CHUNK_LF:
    case STATE_TRAILER_LF:
    case STATE_END_LF:
      return receive_line_end (self, byte);

    default:
      return receive_trailer_byte (self, byte, status);
    }
}

static gsize
append_payload (WsHttpBody   *self,
                const guint8 *data,
                gsize         length,
                GByteArray   *payload)
{
  const gsize n_bytes = (gsize) MIN (self->remaining_bytes, length);

  g_byte_array_append (payload, data, (guint) n_bytes);
  self->remaining_bytes -= n_bytes;
  if (self->remaining_bytes == 0)
    self->state = self->state == STATE_LENGTH ? STATE_DONE : STATE_CHUNK_CR;

  return n_bytes;
}

WsParseResult
ws_http_body_receive (WsHttpBody   *self,
                      const guint8 *data,
                      gsize         length,
                      gsize        *consumed,
                      GByteArray   *payload,
                      guint        *status,
                      const char  **fault)
{
  gsize i = 0;

  while (i < length && self->state != STATE_DONE)
    {
      guint       byte_status = WS_HTTP_BAD_REQUEST;
      const char *byte_fault;

      if (self->state == STATE_LENGTH || self->state == STATE_CHUNK)
        {
          i += append_payload (self, data + i, length - i, payload);
          continue;
        }

      byte_fault = receive_byte (self, data[i++], &byte_status);
      if (byte_fault != NULL)
        {
          *status = byte_status;
          *fault = byte_fault;
          return WS_PARSE_FAILED;
        }
    }

  *consumed = i;

  return self->state == STATE_DONE ? WS_PARSE_DONE : WS_PARSE_NEED_MORE;
}
