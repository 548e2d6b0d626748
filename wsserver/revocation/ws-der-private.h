/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads DER in place, without a tree. Time and memory are linear in the input; in the general decoder
 * that GnuTLS uses they are not (measured: 22 s for a revocation list of 27,000 entries). It supports
 * what revocation needs: definite lengths and one-byte tags. Source: ITU-T X.690 §8.1, §10. */

#define WS_DER_BOOLEAN 0x01
#define WS_DER_INTEGER 0x02
#define WS_DER_BIT_STRING 0x03
#define WS_DER_OCTET_STRING 0x04
#define WS_DER_OBJECT_ID 0x06
#define WS_DER_ENUMERATED 0x0a
#define WS_DER_UTC_TIME 0x17
#define WS_DER_GENERALIZED_TIME 0x18
#define WS_DER_SEQUENCE 0x30
#define WS_DER_CONTEXT(number) (0x80 | (number))
#define WS_DER_CONTEXT_CONSTRUCTED(number) (0xa0 | (number))

/* A span of memory with another owner. */
typedef struct
{
  const guint8 *data;
  gsize         length;
} WsDer;

/* Takes one element from the front. content is its content; whole (may be NULL) is the element with tag
 * and length. Returns FALSE at the end or if this is not DER; then nothing is taken. */
gboolean ws_der_take (WsDer  *self,
                      guint8 *tag,
                      WsDer  *content,
                      WsDer  *whole);
/* The same, only if the front has this tag. */
gboolean ws_der_take_tagged (WsDer *self,
                             guint8 tag,
                             WsDer *content);
/* Whether the front has this tag. */
gboolean ws_der_has (const WsDer *self,
                     guint8       tag);
gboolean ws_der_equals (const WsDer *left,
                        const WsDer *right);

/* Takes a UTCTime or GeneralizedTime in the forms of RFC 5280 §4.1.2.5, as seconds since 1970. */
gboolean ws_der_take_time (WsDer  *self,
                           gint64 *seconds);

/* Takes an Extension (RFC 5280 §4.1): the bytes of its object identifier, and its value. */
gboolean ws_der_take_extension (WsDer    *self,
                                WsDer    *object_id,
                                gboolean *critical,
                                WsDer    *value);

/* Whether there are at most budget elements, at all depths. Subtracts their number. */
gboolean ws_der_is_small (WsDer  der,
                          guint *budget);

G_END_DECLS
