/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WS_RECEIVE_BUFFER_BYTES (128 * 1024)

/* Memory that holds received bytes during their delivery. It is on the C stack of the function that delivers
 * them. */
typedef struct _WsReceived WsReceived;

struct _WsReceived
{
  WsReceived *outer;
  guint8     *data;
  gsize       size;
  GBytes     *bytes; /* owns data; NULL until the memory is shared */
};

/* The memory into which all connections of one poller read. One block serves them all: it is taken before
 * each read and released after it. A nested dispatch finds it taken and gets a block of its own. */
typedef struct
{
  guint8     *block;     /* NULL if it is taken or not allocated yet */
  WsReceived *innermost; /* the current delivery */
} WsReceiveBuffer;

void ws_receive_buffer_clear (WsReceiveBuffer *self);

/* Takes a block of WS_RECEIVE_BUFFER_BYTES. */
void ws_receive_buffer_take (WsReceiveBuffer *self,
                             WsReceived      *received);
/* Adds bytes that have memory of their own. received holds a reference until it is released. */
void ws_receive_buffer_lend (WsReceiveBuffer *self,
                             WsReceived      *received,
                             GBytes          *bytes);
/* Ends a take or a lend, the innermost first. */
void ws_receive_buffer_release (WsReceiveBuffer *self,
                                WsReceived      *received);

/* Returns a reference to the bytes at data instead of a copy, or NULL if a copy is better. The reference
 * keeps the whole block alive, so only a large part of a block is shared. */
GBytes *ws_receive_buffer_share (WsReceiveBuffer *self,
                                 const guint8    *data,
                                 gsize            length);

G_END_DECLS
