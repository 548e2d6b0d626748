/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wsserver/wsserver.h>

/* The chat room. Messages are JSON objects in text messages; "type" says which.
 *
 * From a client:  join {name}, say {text}, rename {name}, ping {id}
 * To a client:    welcome {id, name, room, people: [{id, name}], recent: [message…]},
 *                 joined {id, name, time}, left {id, name, time}, renamed {id, name, old, time},
 *                 message {id, name, text, time, serial}, pong {id}, error {text}
 *
 * A time is in milliseconds since 1970. The serial grows by one for each message. With the room and the
 * serial, a client that reconnects can skip the messages that it has already shown. */
typedef struct _DemoRoom DemoRoom;

/* The subprotocol of /chat; a client may omit it. */
#define DEMO_ROOM_SUB_PROTOCOL "ws-demo-chat"

DemoRoom *demo_room_new (void);
void      demo_room_free (DemoRoom *self);

void demo_room_serve (DemoRoom     *self,
                      WsConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoRoom, demo_room_free)
