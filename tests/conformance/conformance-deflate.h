/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The client's end of permessage-deflate, by zlib alone. RFC 7692 §7.2. */
typedef struct _ConformanceDeflate ConformanceDeflate;

/* answer: the value of the response's Sec-WebSocket-Extensions. */
ConformanceDeflate *conformance_deflate_new (const char *answer);
void                conformance_deflate_free (ConformanceDeflate *self);

/* Compresses one message; level is zlib's, -1 for its default. */
GByteArray *conformance_deflate_compress (ConformanceDeflate *self,
                                          const GByteArray   *payload,
                                          int                 level);

/* Decompresses one message in place; NULL, or what is wrong with it. */
const char *conformance_deflate_decompress (ConformanceDeflate *self,
                                            GByteArray         *payload);

G_END_DECLS
