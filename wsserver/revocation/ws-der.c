/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-der-private.h"

#include <string.h>

#define MAX_LENGTH_BYTES 4
#define DER_MAX_DEPTH 32

/* Reads tag and length. Returns 0 if they are not DER, or if the length exceeds the input. */
static gsize
read_der_header (const WsDer *der,
                 gsize       *content_length)
{
  gsize header_length = 2;
  gsize length;

  if (der->length < 2 || (der->data[0] & 0x1f) == 0x1f)
    return 0;

  length = der->data[1];
  if (length >= 0x80)
    {
      gsize n_bytes = length & 0x7f;

      if (n_bytes == 0 || n_bytes > MAX_LENGTH_BYTES || der->length - 2 < n_bytes || der->data[2] == 0)
        return 0;

      length = 0;
      for (gsize i = 0; i < n_bytes; i++)
        length = length << 8 | der->data[2 + i];
      if (length < 0x80)
        return 0;
      header_length += n_bytes;
    }

  if (length > der->length - header_length)
    return 0;

  *content_length = length;

  return header_length;
}

gboolean
ws_der_take (WsDer  *self,
             guint8 *tag,
             WsDer  *content,
             WsDer  *whole)
{
  gsize length = 0;
  gsize header_length = read_der_header (self, &length);

  if (header_length == 0)
    return FALSE;

  *tag = self->data[0];
  *content = (WsDer){ self->data + header_length, length };
  if (whole != NULL)
    *whole = (WsDer){ self->data, header_length + length };
  self->data += header_length + length;
  self->length -= header_length + length;

  return TRUE;
}

gboolean
ws_der_has (const WsDer *self,
            guint8       tag)
{
  return self->length > 0 && self->data[0] == tag;
}

gboolean
ws_der_take_tagged (WsDer *self,
                    guint8 tag,
                    WsDer *content)
{
  guint8 found;

  return ws_der_has (self, tag) && ws_der_take (self, &found, content, NULL);
}

gboolean
ws_der_equals (const WsDer *left,
               const WsDer *right)
{
  return left->length == right->length &&
         (left->length == 0 || memcmp (left->data, right->data, left->length) == 0);
}

static int
read_two_digits (const guint8 *text)
{
  return (text[0] - '0') * 10 + (text[1] - '0');
}

gboolean
ws_der_take_time (WsDer  *self,
                  gint64 *seconds)
{
  WsDer  rest = *self;
  WsDer  text;
  guint8 tag;
  gsize  year_digits;
  int    year;
  g_autoptr (GDateTime) time = NULL;

  if (!ws_der_take (&rest, &tag, &text, NULL) || (tag != WS_DER_UTC_TIME && tag != WS_DER_GENERALIZED_TIME))
    return FALSE;

  year_digits = tag == WS_DER_UTC_TIME ? 2 : 4;
  if (text.length != year_digits + 11 || text.data[text.length - 1] != 'Z')
    return FALSE;
  for (gsize i = 0; i < text.length - 1; i++)
    if (!g_ascii_isdigit (text.data[i]))
      return FALSE;

  year = read_two_digits (text.data);
  if (tag == WS_DER_UTC_TIME)
    year += year < 50 ? 2000 : 1900;
  else
    year = year * 100 + read_two_digits (text.data + 2);

  text.data += year_digits;
  time = g_date_time_new_utc (year, read_two_digits (text.data), read_two_digits (text.data + 2),
                              read_two_digits (text.data + 4), read_two_digits (text.data + 6),
                              read_two_digits (text.data + 8));
  if (time == NULL)
    return FALSE;

  *seconds = g_date_time_to_unix (time);
  *self = rest;

  return TRUE;
}

gboolean
ws_der_take_extension (WsDer    *self,
                       WsDer    *object_id,
                       gboolean *critical,
                       WsDer    *value)
{
  WsDer extension;
  WsDer flag = { NULL, 0 };

  if (!ws_der_take_tagged (self, WS_DER_SEQUENCE, &extension) ||
      !ws_der_take_tagged (&extension, WS_DER_OBJECT_ID, object_id))
    return FALSE;
  if (ws_der_has (&extension, WS_DER_BOOLEAN) &&
      (!ws_der_take_tagged (&extension, WS_DER_BOOLEAN, &flag) || flag.length != 1))
    return FALSE;
  *critical = flag.length == 1 && flag.data[0] != 0;

  return ws_der_take_tagged (&extension, WS_DER_OCTET_STRING, value) && extension.length == 0;
}

static gboolean
count_elements (WsDer  der,
                guint *budget,
                guint  depth)
{
  guint8 tag;
  WsDer  content;

  while (der.length > 0)
    {
      if (*budget == 0 || depth == DER_MAX_DEPTH || !ws_der_take (&der, &tag, &content, NULL))
        return FALSE;
      (*budget)--;
      if ((tag & 0x20) != 0 && !count_elements (content, budget, depth + 1))
        return FALSE;
    }

  return TRUE;
}

gboolean
ws_der_is_small (WsDer  der,
                 guint *budget)
{
  return count_elements (der, budget, 0);
}
