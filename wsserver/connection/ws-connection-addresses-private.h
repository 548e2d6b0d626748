/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

void ws_connection_load_local_address (WsConnection *self);

G_END_DECLS
