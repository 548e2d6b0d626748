/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

/* One message for many connections. It is compressed once for all that compress alike. A short one is framed
 * once; of a long one only the header is written for each connection. */
typedef struct
{
  WsOpcode   opcode;
  GBytes    *data;     /* a reference */
  GPtrArray *variants; /* of the forms it has been brought into so far */
} WsBroadcast;

void ws_broadcast_init (WsBroadcast *self,
                        WsOpcode     opcode,
                        GBytes      *data);
void ws_broadcast_clear (WsBroadcast *self);

/* Queues it on one connection, never waiting; FALSE if the connection is not open or has no room. */
gboolean ws_broadcast_send (WsBroadcast  *self,
                            WsConnection *connection);

G_END_DECLS
