/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/**
 * WsDataFormat:
 * @WS_DATA_FORMAT_AUTOMATIC: when sending, text if the bytes are valid UTF-8 and binary otherwise;
 *   when receiving, a continuation of the message or a part of a line
 * @WS_DATA_FORMAT_TEXT: a text message, UTF-8
 * @WS_DATA_FORMAT_BINARY: a binary message
 * @WS_DATA_FORMAT_PING: a ping control frame
 * @WS_DATA_FORMAT_PONG: a pong control frame
 *
 * What a message carries.
 *
 * The numbers of the last four are the opcodes of RFC 6455 §5.2.
 *
 * Since: 0.1
 */
typedef enum
{
  WS_DATA_FORMAT_AUTOMATIC = 0,
  WS_DATA_FORMAT_TEXT = 1,
  WS_DATA_FORMAT_BINARY = 2,
  WS_DATA_FORMAT_PING = 9,
  WS_DATA_FORMAT_PONG = 10,
} WsDataFormat;

G_END_DECLS
