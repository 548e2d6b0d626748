/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns the name with the working directory before it, so that it means the same file after the process has
 * changed its directory. An absolute name is copied. The result is not canonical: what ".." means behind a link
 * is for the system to say. */
char *ws_path_make_absolute (const char *path);

G_END_DECLS
