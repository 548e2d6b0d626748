/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file that stands for its folder. */
#define WS_HTTP_INDEX_FILE "index.html"

/* Returns the decoded path of a request target, up to its query, as "/" or "/a/b" or "/a/b/". NULL if no file
 * may have it: the target does not begin with "/", an escape is malformed or stands for "/" or "\" or a
 * control byte, an element is empty or "." or "..", or it contains a "\". It is decoded once: "%252e" names a
 * file with a "%". */
char *ws_http_path_decode (const char *target);

/* TRUE if an element of the path begins with a dot. */
gboolean ws_http_path_has_dot_file (const char *path);

G_END_DECLS
