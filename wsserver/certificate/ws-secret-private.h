/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Frees a string whose content is to be gone; NULL is allowed. */
void ws_secret_free (char *secret);

/* Bytes that are wiped when the last reference goes; takes data, which g_free() frees. */
GBytes *ws_secret_bytes_new_take (guint8 *data,
                                  gsize   length);

/* A decoder for the forms of Base64 that key files use: with or without padding and white space;
 * url: the alphabet of RFC 4648 §5. NULL for anything else, and for no bytes at all. */
GBytes *ws_secret_decode_base64 (const char *text,
                                 gsize       length,
                                 gboolean    url);

typedef char WsSecret;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsSecret, ws_secret_free)

G_END_DECLS
