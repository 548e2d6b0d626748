/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

/* For the connections of a server, whose owner is the server. */
extern const WsConnectionOwnerFuncs ws_server_owner_funcs;

G_END_DECLS
