/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Masks or unmasks length bytes in place. offset is the position of data[0] in the payload. The function
 * touches no byte outside the span. TRUE means that all bytes are now ASCII, so a text needs no further
 * check. RFC 6455 §5.3. */
gboolean ws_mask (guint8      *data,
                  gsize        length,
                  const guint8 masking_key[4],
                  gsize        offset);

G_END_DECLS
