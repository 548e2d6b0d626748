/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/base/ws-path-private.h"

char *
ws_path_make_absolute (const char *path)
{
  g_autofree char *folder = g_path_is_absolute (path) ? NULL : g_get_current_dir ();

  return folder != NULL ? g_build_filename (folder, path, NULL) : g_strdup (path);
}
