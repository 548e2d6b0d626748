/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/protocol/ws-http-head-private.h"

G_BEGIN_DECLS

/* The token without which a secured server answers nothing (ws_server_secure_for_loopback()). */

/* The field of the query that holds it. */
#define WS_ACCESS_TOKEN_FIELD "token"

/* Where a request has it. */
typedef enum
{
  WS_ACCESS_TOKEN_MISSING,
  WS_ACCESS_TOKEN_IN_COOKIE,
  WS_ACCESS_TOKEN_IN_QUERY,
  WS_ACCESS_TOKEN_IN_SUBPROTOCOL,
} WsAccessTokenPlace;

/* The time does not depend on how much of the token is right. */
WsAccessTokenPlace ws_access_token_find (const WsHttpHead *head,
                                         const char       *token,
                                         const char       *cookie_name);

G_END_DECLS
