/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

/* Watches the end of the certificates that the server serves, while it listens over TLS. Emits log 14, 7, 3
 * and 1 days before the end, and error when it has passed. To be called after any change of the certificates;
 * emits nothing at once. */
void ws_server_watch_expiry (WsServer *self);

G_END_DECLS
