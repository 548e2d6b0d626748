/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Incremental UTF-8 validation (RFC 3629). A zero-initialised validator is ready to use. */
typedef struct
{
  guint32 state;
} WsUtf8Validator;

/* Checks the next bytes of the text. FALSE as soon as one byte cannot belong to valid UTF-8. */
gboolean ws_utf8_validator_feed (WsUtf8Validator *self,
                                 const guint8    *data,
                                 gsize            length);

/* TRUE if the text may end here, that is, not inside a character. */
gboolean ws_utf8_validator_is_complete (const WsUtf8Validator *self);

/* Checks a whole text: feed and is_complete in one call. */
gboolean ws_utf8_is_valid (const guint8 *data,
                           gsize         length);

G_END_DECLS
