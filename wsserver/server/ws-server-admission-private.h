/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

/* For the acceptor of a server, whose owner is the server. */
extern const WsAcceptorFuncs ws_server_acceptor_funcs;

/* Removes a client that has ended. */
void ws_server_connection_ended (WsServer     *self,
                                 WsConnection *connection);

G_END_DECLS
