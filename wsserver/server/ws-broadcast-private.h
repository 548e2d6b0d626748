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

typedef enum
{
  WS_BROADCAST_SENT,
  WS_BROADCAST_NOT_OPEN,
  WS_BROADCAST_BUSY,    /* in the middle of a message that several calls send */
  WS_BROADCAST_NO_ROOM, /* ready-to-send follows, unless the message can never fit */
} WsBroadcastResult;

/* Queues it on one connection, never waiting. */
WsBroadcastResult ws_broadcast_send (WsBroadcast  *self,
                                     WsConnection *connection);

/* What a message is sent as: text if the bytes are UTF-8 and the format allows it. FALSE if they are not
 * UTF-8 and the format is text; *opcode is binary then. */
gboolean ws_broadcast_resolve_opcode (WsDataFormat format,
                                      GBytes      *data,
                                      WsOpcode    *opcode,
                                      GError     **error);

G_END_DECLS
