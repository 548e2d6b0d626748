/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/base/ws-text-private.h"

#include <string.h>

static gboolean
is_harmless (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
      return FALSE;
    default:
      return TRUE;
    }
}

/* The end of the part from text on that needs no escape. */
static const char *
find_harmful (const char *text,
              const char *end)
{
  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);

      if (c == (gunichar) -1 || c == (gunichar) -2 || !is_harmless (c))
        break;
      text = g_utf8_next_char (text);
    }

  return text;
}

/* Escapes the character at text; returns the next one. */
static const char *
append_escape (GString    *line,
               const char *text,
               const char *end)
{
  gunichar c = g_utf8_get_char_validated (text, end - text);

  if (c < 0x80 || c == (gunichar) -1 || c == (gunichar) -2)
    g_string_append_printf (line, "\\x%02x", (guint8) *text);
  else
    g_string_append_printf (line, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);

  return c == (gunichar) -1 || c == (gunichar) -2 ? text + 1 : g_utf8_next_char (text);
}

char *
ws_text_take_line (char *text)
{
  const char *end = text + strlen (text);
  const char *harmful = find_harmful (text, end);
  const char *start = text;
  GString    *line;

  if (harmful == end)
    return text;

  line = g_string_new (NULL);
  while (start < end)
    {
      g_string_append_len (line, start, harmful - start);
      start = harmful < end ? append_escape (line, harmful, end) : end;
      harmful = find_harmful (start, end);
    }
  g_free (text);

  return g_string_free (line, FALSE);
}

char *
ws_text_dup_line (const char *text)
{
  return ws_text_take_line (g_strdup (text));
}
