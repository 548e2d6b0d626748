/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Passwords and private keys: their memory is wiped before it is freed. */

/* Wipes and frees a string; NULL is allowed. */
void ws_secret_free (char *secret);

/* Bytes that are wiped when the last reference is dropped. Takes data, which comes from g_malloc(). */
GBytes *ws_secret_new_bytes_take (guint8 *data,
                                  gsize   length);

/* Decodes Base64 (RFC 4648 §4) as key files use it: padding may be missing, white space is skipped.
 * Returns NULL if the text is not Base64 or has no bytes. */
GBytes *ws_secret_decode_base64 (const char *text,
                                 gsize       length);
/* The same with the alphabet of RFC 4648 §5, which is safe in URLs. */
GBytes *ws_secret_decode_base64url (const char *text,
                                    gsize       length);

/* Reads a whole regular file of at most max_bytes. Returns NULL on failure and sets fault to the
 * reason, which does not name the file. */
GBytes *ws_secret_read_file (const char *filename,
                             gsize       max_bytes,
                             char      **fault);

typedef char WsSecret;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsSecret, ws_secret_free)

G_END_DECLS
