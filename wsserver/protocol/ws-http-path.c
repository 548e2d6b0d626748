/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-path-private.h"

#include <string.h>

/* Appends the byte that begins at text, and returns how many characters describe it; 0 if no file name may
 * contain it. */
static gsize
decode_byte (const char *text,
             GString    *path)
{
  int high;
  int low;
  int byte;

  if (*text != '%')
    {
      if (*text == '\\' || g_ascii_iscntrl (*text))
        return 0;

      g_string_append_c (path, *text);
      return 1;
    }

  high = g_ascii_xdigit_value (text[1]);
  low = high >= 0 ? g_ascii_xdigit_value (text[2]) : -1;
  byte = 16 * high + low;
  if (low < 0 || byte == '/' || byte == '\\' || byte < 0x20 || byte == 0x7f)
    return 0;

  g_string_append_c (path, (char) byte);
  return 3;
}

static gboolean
is_plain_element (const char *element,
                  gsize       length)
{
  return length > 0 && !(length == 1 && element[0] == '.') &&
         !(length == 2 && element[0] == '.' && element[1] == '.');
}

/* The last element may be empty: the path of a folder ends with "/". */
static gboolean
has_plain_elements (const char *path)
{
  while (path[0] == '/' && path[1] != '\0')
    {
      const gsize length = strcspn (path + 1, "/");

      if (!is_plain_element (path + 1, length))
        return FALSE;

      path += 1 + length;
    }

  return TRUE;
}

char *
ws_http_path_decode (const char *target)
{
  g_autoptr (GString) path = g_string_new (NULL);

  if (*target != '/')
    return NULL;

  while (*target != '\0' && *target != '?')
    {
      const gsize n_characters = decode_byte (target, path);

      if (n_characters == 0)
        return NULL;

      target += n_characters;
    }

  if (!has_plain_elements (path->str))
    return NULL;

  return g_string_free (g_steal_pointer (&path), FALSE);
}

gboolean
ws_http_path_has_dot_file (const char *path)
{
  return *path == '.' || strstr (path, "/.") != NULL;
}
