/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A growing array of bytes: a message or frame that is being assembled, a line, input that is held back. */
typedef struct
{
  guint8 *data;
  gsize   length;
  gsize   capacity;
} WsByteBuffer;

void ws_byte_buffer_append (WsByteBuffer *self,
                            const guint8 *data,
                            gsize         length);
/* Allocates memory for exactly length more bytes, if the number is known in advance. */
void ws_byte_buffer_expect (WsByteBuffer *self,
                            gsize         length);
/* As ws_byte_buffer_expect(), but only if a cached block is available. Otherwise does nothing. */
void ws_byte_buffer_expect_cached (WsByteBuffer *self,
                                   gsize         length);
/* Makes space for at least length more bytes and returns its address. */
guint8 *ws_byte_buffer_reserve (WsByteBuffer *self,
                                gsize         length);
void    ws_byte_buffer_remove_head (WsByteBuffer *self,
                                    gsize         length);
GBytes *ws_byte_buffer_take (WsByteBuffer *self);
void    ws_byte_buffer_clear (WsByteBuffer *self);

G_END_DECLS
