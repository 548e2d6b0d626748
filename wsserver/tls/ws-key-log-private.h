/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file of the secrets of TLS sessions, to which several processes may append. */

/* Returns a descriptor, or -1 with error set. Never blocks: what is neither a regular file nor a character
 * device such as /dev/null is refused. */
int ws_key_log_open (const char *path,
                     GError    **error);

/* Appends a line as a whole or not at all. */
void ws_key_log_append (int         fd,
                        const char *line,
                        gsize       length);

G_END_DECLS
