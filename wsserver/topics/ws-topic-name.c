/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-topic-name-private.h"

#include <string.h>

#include "wsserver/base/ws-error-private.h"

static gboolean
check_characters (const char *name,
                  gsize       length,
                  const char *what,
                  GError    **error)
{
  if (!g_utf8_validate (name, (gssize) length, NULL))
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT, "Invalid argument: the %s is not UTF-8", what);
      return FALSE;
    }

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == ' ' || c == '>' || g_unichar_iscntrl (c))
        {
          ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                        "Invalid argument: the %s contains U+%04X; spaces, control characters and > are not "
                        "accepted",
                        what, c);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
check (const char *name,
       gsize       max_bytes,
       const char *what,
       GError    **error)
{
  gsize length = strlen (name);

  if (length == 0 || length > max_bytes)
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                    "Invalid argument: the %s has %" G_GSIZE_FORMAT " bytes; 1 to %" G_GSIZE_FORMAT
                    " are accepted",
                    what, length, max_bytes);
      return FALSE;
    }
  if (!check_characters (name, length, what, error))
    return FALSE;

  if (name[0] == '.' || name[length - 1] == '.' || strstr (name, "..") != NULL)
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                    "Invalid argument: the %s \"%s\" has an empty part; full stops separate parts", what,
                    name);
      return FALSE;
    }

  return TRUE;
}

gboolean
ws_topic_name_check (const char *name,
                     gsize       max_bytes,
                     GError    **error)
{
  if (!check (name, max_bytes, "topic", error))
    return FALSE;

  if (strchr (name, '*') != NULL)
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                    "Invalid argument: the topic \"%s\" contains *, which is for patterns", name);
      return FALSE;
    }

  return TRUE;
}

/* The length of the part at the start. */
static gsize
part_length (const char *name)
{
  return strcspn (name, ".");
}

static gboolean
is_wildcard (const char *part,
             gsize       length)
{
  return length == 1 && *part == '*';
}

static gboolean
is_rest (const char *part)
{
  return strcmp (part, "**") == 0;
}

gboolean
ws_topic_pattern_check (const char *pattern,
                        gsize       max_bytes,
                        GError    **error)
{
  gboolean has_wildcard = FALSE;

  if (!check (pattern, max_bytes, "pattern", error))
    return FALSE;

  for (const char *part = pattern;;)
    {
      gsize length = part_length (part);

      if (is_wildcard (part, length) || is_rest (part))
        {
          has_wildcard = TRUE;
        }
      else if (memchr (part, '*', length) != NULL)
        {
          ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                        "Invalid argument: in the pattern \"%s\" a * is neither a whole part nor, as **, the "
                        "last one",
                        pattern);
          return FALSE;
        }
      if (part[length] == '\0')
        break;
      part += length + 1;
    }

  if (!has_wildcard)
    ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                  "Invalid argument: the pattern \"%s\" has no *; subscribe to it as a topic", pattern);
  return has_wildcard;
}

gboolean
ws_topic_pattern_matches (const char *pattern,
                          const char *name)
{
  for (;;)
    {
      gsize pattern_length = part_length (pattern);
      gsize name_length = part_length (name);

      if (is_rest (pattern))
        return TRUE;
      if (!is_wildcard (pattern, pattern_length) &&
          (pattern_length != name_length || memcmp (pattern, name, name_length) != 0))
        return FALSE;

      pattern += pattern_length;
      name += name_length;
      if (*pattern == '\0' || *name == '\0')
        return *pattern == *name;
      pattern++;
      name++;
    }
}
