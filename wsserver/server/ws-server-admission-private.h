/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

/* For the acceptor of a server, whose owner is the server. */
extern const WsAcceptorFuncs ws_server_acceptor_funcs;

/* A connection counts for another address from now on. */
void ws_server_move_client (WsServer            *self,
                            const WsPeerAddress *from,
                            const WsPeerAddress *to);

/* Judges a client by AllowedClients, BlockedClients and, unless it is a trusted proxy itself,
 * MaxConnectionsPerAddress. Returns NULL, or the reason to refuse it. */
const char *ws_server_judge_client (WsServer            *self,
                                    const WsPeerAddress *client,
                                    gboolean             is_proxy);

/* Whether an address is one of TrustedProxies. */
gboolean ws_server_trusts_proxy (WsServer   *self,
                                 const char *address);

/* Removes a client that has ended. */
void ws_server_connection_ended (WsServer     *self,
                                 WsConnection *connection);

G_END_DECLS
