/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

/* Starts listening: on local-host and local-port, or on sockets that listen already (GSocket; NULL for none).
 * The server must not be listening. */
gboolean ws_server_start_accepting (WsServer  *self,
                                    GPtrArray *sockets,
                                    GError   **error);

/* Stops listening, if it does. Clients that wait are reset, see ws_acceptor_drain(). */
void ws_server_stop_accepting (WsServer *self);

/* Stops listening, ends all connections and drops the poller. */
void ws_server_dispose_network (WsServer *self);

G_END_DECLS
