/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/request/ws-page-type-private.h"

#include <gio/gio.h>

/* What a page consists of, for systems without the database of media types. With nosniff, a browser runs no
 * script and applies no style of another type. */
static const struct
{
  const char *suffix;
  const char *type;
} web_types[] = {
  { ".css", "text/css" },
  { ".gif", "image/gif" },
  { ".htm", "text/html" },
  { ".html", "text/html" },
  { ".ico", "image/x-icon" },
  { ".jpg", "image/jpeg" },
  { ".js", "text/javascript" },
  { ".json", "application/json" },
  { ".mjs", "text/javascript" },
  { ".png", "image/png" },
  { ".svg", "image/svg+xml" },
  { ".txt", "text/plain" },
  { ".wasm", "application/wasm" },
  { ".webp", "image/webp" },
  { ".woff2", "font/woff2" },
};

static char *
find_type (const char *name)
{
  g_autofree char *lower_name = g_ascii_strdown (name, -1);
  g_autofree char *content_type = NULL;
  char            *type;

  /* The same on every system, and the type that RFC 9239 names for scripts. */
  for (guint i = 0; i < G_N_ELEMENTS (web_types); i++)
    if (g_str_has_suffix (lower_name, web_types[i].suffix))
      return g_strdup (web_types[i].type);

  content_type = g_content_type_guess (name, NULL, 0, NULL);
  type = g_content_type_get_mime_type (content_type);
  return type != NULL ? type : g_strdup ("application/octet-stream");
}

char *
ws_page_type_guess (const char *name)
{
  g_autofree char *type = find_type (name);

  if (g_str_has_prefix (type, "text/"))
    return g_strconcat (type, "; charset=utf-8", NULL);

  return g_steal_pointer (&type);
}
