/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

void ws_connection_queue_message (WsConnection *self,
                                  WsOpcode      opcode,
                                  const guint8 *data,
                                  gsize         length,
                                  GBytes       *owner);
/* The place of a part in its message. */
typedef enum
{
  WS_PART_MIDDLE = 0,
  WS_PART_FIRST = 1 << 0,
  WS_PART_LAST = 1 << 1,
  WS_PART_WHOLE = WS_PART_FIRST | WS_PART_LAST,
} WsPart;

/* Queues a part of a message that is sent as it comes. The first part decides *compressed. */
void ws_connection_queue_part (WsConnection *self,
                               WsOpcode      opcode,
                               WsPart        part,
                               gboolean     *compressed,
                               const guint8 *data,
                               gsize         length,
                               GBytes       *owner);
void ws_connection_queue_control (WsConnection *self,
                                  WsOpcode      opcode,
                                  const guint8 *payload,
                                  gsize         length);
/* Queues a whole message, compressed already or not, in as many frames as MaxFrameSize requires. */
void ws_connection_queue_frames (WsConnection *self,
                                 WsOpcode      opcode,
                                 guint         flags,
                                 const guint8 *data,
                                 gsize         length,
                                 GBytes       *owner);
/* Queues a frame with its header, which other connections share; opcode, flags and length describe it. */
void ws_connection_queue_wire (WsConnection *self,
                               GBytes       *wire,
                               WsOpcode      opcode,
                               guint         flags,
                               gsize         length);
/* Queues a short message while the outbox gathers. FALSE, with nothing done, if anything else has to be
 * considered. */
gboolean ws_connection_gather_message (WsConnection *self,
                                       WsOpcode      opcode,
                                       const guint8 *data,
                                       gsize         length);
/* Counts a message that was queued. */
void ws_connection_note_message (WsConnection *self);
/* Whether the next message of this length would be compressed. */
gboolean ws_connection_will_compress (WsConnection *self,
                                      gsize         length);
void     ws_connection_queue_pong (WsConnection *self,
                                   const guint8 *payload,
                                   gsize         length);
void     ws_connection_flush (WsConnection *self);
/* Whether the client has acknowledged bytes since the last call, and more are in flight. Such a client is
 * alive, and its pong or close frame may come long after what it still has to read. */
gboolean ws_connection_is_peer_acknowledging (WsConnection *self);
/* How much room a message of this length may need in the queue. */
gsize ws_connection_get_frames_size (WsConnection *self,
                                     gsize         length);
/* Queues the pong that a full outbox has held back, if there is one. */
void     ws_connection_queue_owed_pong (WsConnection *self);
gboolean ws_connection_has_room (WsConnection *self,
                                 gsize         length,
                                 GError      **error);

G_END_DECLS
