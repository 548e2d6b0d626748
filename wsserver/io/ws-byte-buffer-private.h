/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that grow: a message or frame being assembled, a line, input held back. */
typedef struct
{
  guint8 *data;
  gsize   length;
  gsize   capacity;
} WsByteBuffer;

void ws_byte_buffer_append (WsByteBuffer *self,
                            const guint8 *data,
                            gsize         length);
/* Makes room for exactly length more bytes, where it is known how many will come. */
void ws_byte_buffer_expect (WsByteBuffer *self,
                            gsize         length);
/* The same where that costs nothing, in memory that is there already; else nothing happens. */
void ws_byte_buffer_expect_cached (WsByteBuffer *self,
                                   gsize         length);
/* Makes room for at least length more bytes and returns the place. */
guint8 *ws_byte_buffer_reserve (WsByteBuffer *self,
                                gsize         length);
void    ws_byte_buffer_remove_head (WsByteBuffer *self,
                                    gsize         length);
GBytes *ws_byte_buffer_take (WsByteBuffer *self);
void    ws_byte_buffer_clear (WsByteBuffer *self);

G_END_DECLS
