/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The role of this side of the connection. */
typedef enum
{
  WS_ROLE_SERVER, /* every received frame must be masked, no sent frame is. RFC 6455 §5.1 */
  WS_ROLE_CLIENT,
} WsRole;
