/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns the media type of a file by its name, with the charset UTF-8 for text. */
char *ws_page_type_guess (const char *name);

G_END_DECLS
