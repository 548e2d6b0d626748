/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-extension-header-private.h"

#include "wsserver/protocol/ws-http-head-private.h"

#include <string.h>

#define BLANKS " \t"

void
ws_extension_reader_init (WsExtensionReader *self,
                          char              *value)
{
  *self = (WsExtensionReader){ .position = value, .delimiter = ',' };
}

static WsExtensionItem
fail_extension (WsExtensionReader *self,
                const char        *fault)
{
  self->fault = fault;

  return (WsExtensionItem){ .type = WS_EXTENSION_ITEM_MALFORMED, .fault = fault };
}

static void
skip (WsExtensionReader *self,
      const char        *bytes)
{
  self->position += strspn (self->position, bytes);
}

/* Moves position to the end of the token there and returns that end. NULL if there is no token. */
static char *
read_token (WsExtensionReader *self)
{
  const gsize length = ws_http_get_token_length (self->position);

  if (length == 0)
    return NULL;

  self->position += length;

  return self->position;
}

/* Unquotes the string at position and moves position past it. Returns the end of the content. NULL if the
 * string has no end or does not contain a token. RFC 9110 §5.6.4. */
static char *
read_quoted_token (WsExtensionReader *self)
{
  char *start = self->position + 1;
  char *from = start;
  char *to = start;

  for (; *from != '"'; from++)
    {
      if (*from == '\\')
        from++;

      /* NUL is not a token character either. */
      if (!ws_http_is_token_span (from, 1))
        return NULL;

      *to++ = *from;
    }

  self->position = from + 1;

  return to > start ? to : NULL;
}

/* Reads the value after a "=". FALSE if there is none. */
static gboolean
read_value (WsExtensionReader *self,
            WsExtensionItem   *item,
            char             **end)
{
  self->position++;
  skip (self, BLANKS);

  if (*self->position == '"')
    {
      item->value = self->position + 1;
      *end = read_quoted_token (self);
    }
  else
    {
      item->value = self->position;
      *end = read_token (self);
    }

  return *end != NULL;
}

/* Reads a name, its value if there is one, and the delimiter. */
static WsExtensionItem
read_item (WsExtensionReader  *self,
           WsExtensionItemType type)
{
  WsExtensionItem item = { .type = type, .name = self->position };
  char           *name_end = read_token (self);
  char           *value_end = NULL;

  if (name_end == NULL)
    return fail_extension (self, "extension or parameter without a name in Sec-WebSocket-Extensions");

  if (++self->n_items > WS_EXTENSION_MAX_ITEMS)
    return fail_extension (self, "too many extensions in Sec-WebSocket-Extensions");

  skip (self, BLANKS);

  if (type == WS_EXTENSION_ITEM_PARAMETER && *self->position == '=')
    {
      if (!read_value (self, &item, &value_end))
        return fail_extension (self, "parameter value that is no token in Sec-WebSocket-Extensions");

      skip (self, BLANKS);
    }

  self->delimiter = *self->position;

  if (self->delimiter != ',' && self->delimiter != ';' && self->delimiter != '\0')
    return fail_extension (self, "unexpected character in Sec-WebSocket-Extensions");

  if (self->delimiter != '\0')
    self->position++;

  /* The NUL may overwrite the delimiter, so it is written last. */
  *name_end = '\0';

  if (value_end != NULL)
    *value_end = '\0';

  return item;
}

WsExtensionItem
ws_extension_reader_next (WsExtensionReader *self)
{
  if (self->fault != NULL)
    return fail_extension (self, self->fault);

  if (self->delimiter == ';')
    {
      skip (self, BLANKS);
      return read_item (self, WS_EXTENSION_ITEM_PARAMETER);
    }

  /* Empty elements of a list are ignored, RFC 9110 §5.6.1.2. */
  if (self->delimiter == ',')
    skip (self, BLANKS ",");

  if (*self->position != '\0')
    return read_item (self, WS_EXTENSION_ITEM_NAME);

  return (WsExtensionItem){ .type = WS_EXTENSION_ITEM_END };
}
