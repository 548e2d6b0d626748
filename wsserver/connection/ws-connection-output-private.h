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
/* Which part of its message something is. */
typedef enum
{
  WS_PART_MIDDLE = 0,
  WS_PART_FIRST = 1 << 0,
  WS_PART_LAST = 1 << 1,
  WS_PART_WHOLE = WS_PART_FIRST | WS_PART_LAST,
} WsPart;

/* A part of a message that is sent as it comes. With the first part *compressed is decided. */
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
/* A whole message in as many frames as MaxFrameSize makes of it, compressed already or not. */
void ws_connection_queue_frames (WsConnection *self,
                                 WsOpcode      opcode,
                                 guint         flags,
                                 const guint8 *data,
                                 gsize         length,
                                 GBytes       *owner);
/* A frame with its header, the same for others; opcode, flags and length tell of it. */
void ws_connection_queue_wire (WsConnection *self,
                               GBytes       *wire,
                               WsOpcode      opcode,
                               guint         flags,
                               gsize         length);
/* A short message, sent while the outbox gathers, that needs no look at anything else. FALSE, with
 * nothing done, when it does. */
gboolean ws_connection_gather_message (WsConnection *self,
                                       WsOpcode      opcode,
                                       const guint8 *data,
                                       gsize         length);
/* What every message that is queued has to do with the connection. */
void ws_connection_note_message (WsConnection *self);
/* Whether the next message of length would be compressed. */
gboolean ws_connection_will_compress (WsConnection *self,
                                      gsize         length);
void     ws_connection_queue_pong (WsConnection *self,
                                   const guint8 *payload,
                                   gsize         length);
void     ws_connection_flush (WsConnection *self);
/* Whether the client has acknowledged bytes since the last call and more are on their way. Such a
 * client is alive, and its pong or close frame may be far behind what it is still to read. */
gboolean ws_connection_is_peer_acknowledging (WsConnection *self);
/* What a message of length may take in the queue. */
gsize ws_connection_get_frames_size (WsConnection *self,
                                     gsize         length);
/* The pong that a full outbox kept back, if any. */
void     ws_connection_queue_owed_pong (WsConnection *self);
gboolean ws_connection_has_room (WsConnection *self,
                                 gsize         length,
                                 GError      **error);

G_END_DECLS
