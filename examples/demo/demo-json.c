/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demo-json.h"

#include <string.h>

/* The longest number that is accepted; a double needs at most 24 characters. */
#define MAX_SCALAR_BYTES 32

#define REPLACEMENT_CHARACTER 0xfffd

/* The rest of the text. Each parse function moves `at` behind what it has parsed. When it returns
 * FALSE, `at` may be anywhere, because the whole text is refused then. RFC 8259. */
typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static void
skip_space (Cursor *cursor)
{
  while (cursor->at < cursor->end && *cursor->at != '\0' && strchr (" \t\r\n", *cursor->at) != NULL)
    cursor->at++;
}

static gboolean
skip_character (Cursor *cursor,
                char    character)
{
  if (cursor->at == cursor->end || *cursor->at != character)
    return FALSE;

  cursor->at++;
  return TRUE;
}

static gboolean
parse_code_unit (Cursor   *cursor,
                 gunichar *code_unit)
{
  gunichar value = 0;

  if (cursor->end - cursor->at < 4)
    return FALSE;

  for (int i = 0; i < 4; i++, cursor->at++)
    {
      if (!g_ascii_isxdigit (*cursor->at))
        return FALSE;

      value = value * 16 + (gunichar) g_ascii_xdigit_value (*cursor->at);
    }

  *code_unit = value;
  return TRUE;
}

/* The digits after "\u". A pair of surrogates is one character. A lone surrogate becomes U+FFFD, and so
 * does NUL, which a C string cannot hold. RFC 8259 §7. */
static gboolean
parse_unicode_escape (Cursor  *cursor,
                      GString *out)
{
  gunichar high;
  gunichar low;

  if (!parse_code_unit (cursor, &high))
    return FALSE;

  if (high >= 0xd800 && high <= 0xdbff && cursor->end - cursor->at >= 2 &&
      cursor->at[0] == '\\' && cursor->at[1] == 'u')
    {
      Cursor second = { cursor->at + 2, cursor->end };

      if (!parse_code_unit (&second, &low))
        return FALSE;

      if (low >= 0xdc00 && low <= 0xdfff)
        {
          cursor->at = second.at;
          high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        }
    }

  if (high == 0 || (high >= 0xd800 && high <= 0xdfff))
    high = REPLACEMENT_CHARACTER;

  g_string_append_unichar (out, high);
  return TRUE;
}

static gboolean
parse_escape (Cursor  *cursor,
              GString *out)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  const char       *found;

  if (cursor->at == cursor->end || *cursor->at == '\0')
    return FALSE;

  if (*cursor->at == 'u')
    {
      cursor->at++;
      return parse_unicode_escape (cursor, out);
    }

  found = strchr (names, *cursor->at);
  if (found == NULL)
    return FALSE;

  g_string_append_c (out, values[found - names]);
  cursor->at++;
  return TRUE;
}

static char *
parse_string (Cursor *cursor)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!skip_character (cursor, '"'))
    return NULL;

  while (cursor->at < cursor->end)
    {
      char character = *cursor->at++;

      if (character == '"')
        return g_string_free (g_steal_pointer (&out), FALSE);

      if ((guchar) character < 0x20)
        return NULL;

      if (character != '\\')
        g_string_append_c (out, character);
      else if (!parse_escape (cursor, out))
        return NULL;
    }

  return NULL;
}

/* A number, true, false or null, as it is written in the text. */
static char *
parse_scalar (Cursor *cursor)
{
  static const char grammar[] =
      "^(true|false|null|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?)$";
  const char      *start = cursor->at;
  g_autofree char *scalar = NULL;

  while (cursor->at < cursor->end && cursor->at - start < MAX_SCALAR_BYTES &&
         (g_ascii_isalnum (*cursor->at) || (*cursor->at >= '+' && *cursor->at <= '.')))
    cursor->at++;

  scalar = g_strndup (start, (gsize) (cursor->at - start));
  if (!g_regex_match_simple (grammar, scalar, G_REGEX_DOLLAR_ENDONLY, 0))
    return NULL;

  return g_steal_pointer (&scalar);
}

static gboolean
parse_member (Cursor     *cursor,
              GHashTable *members)
{
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  skip_space (cursor);
  name = parse_string (cursor);
  if (name == NULL)
    return FALSE;

  skip_space (cursor);
  if (!skip_character (cursor, ':'))
    return FALSE;

  skip_space (cursor);
  if (cursor->at < cursor->end && *cursor->at == '"')
    value = parse_string (cursor);
  else
    value = parse_scalar (cursor);

  if (value == NULL)
    return FALSE;

  skip_space (cursor);
  g_hash_table_replace (members, g_steal_pointer (&name), g_steal_pointer (&value));
  return TRUE;
}

/* Reads one JSON object whose values are strings, numbers, true, false or null from text, which is
 * valid UTF-8. Returns a table from name to value, both as text, or NULL for any other text. */
GHashTable *
demo_json_parse_object (const char *text,
                        gsize       length)
{
  g_autoptr (GHashTable) members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Cursor cursor = { text, text + length };

  skip_space (&cursor);
  if (!skip_character (&cursor, '{'))
    return NULL;

  skip_space (&cursor);
  if (!skip_character (&cursor, '}'))
    {
      do
        {
          if (!parse_member (&cursor, members))
            return NULL;
        }
      while (skip_character (&cursor, ','));

      if (!skip_character (&cursor, '}'))
        return NULL;
    }

  skip_space (&cursor);
  return cursor.at == cursor.end ? g_steal_pointer (&members) : NULL;
}

/* Appends value, which is valid UTF-8, as a JSON string with its quotes. */
void
demo_json_append_string (GString    *json,
                         const char *value)
{
  g_string_append_c (json, '"');
  for (const char *at = value; *at != '\0'; at++)
    {
      if (*at == '"' || *at == '\\')
        g_string_append_printf (json, "\\%c", *at);
      else if ((guchar) *at < 0x20)
        g_string_append_printf (json, "\\u%04x", (guint) *at);
      else
        g_string_append_c (json, *at);
    }
  g_string_append_c (json, '"');
}

/* Starts a member: a comma unless it is the first of its object, then the name. */
static void
append_name (GString    *json,
             const char *name)
{
  if (json->len > 0 && json->str[json->len - 1] != '{')
    g_string_append_c (json, ',');

  demo_json_append_string (json, name);
  g_string_append_c (json, ':');
}

void
demo_json_append_member (GString    *json,
                         const char *name,
                         const char *value)
{
  append_name (json, name);
  demo_json_append_string (json, value);
}

void
demo_json_append_number (GString    *json,
                         const char *name,
                         gint64      value)
{
  append_name (json, name);
  g_string_append_printf (json, "%" G_GINT64_FORMAT, value);
}
