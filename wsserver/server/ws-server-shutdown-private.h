/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

/* Begins to close all connections. */
void ws_server_close_connections (WsServer *self);

/* Returns the task when the last connection has ended. After the deadline, unless it is 0, connections are
 * dropped. */
void ws_server_await_end (WsServer *self,
                          GTask    *task,
                          guint     deadline_s);

/* Returns the tasks that wait, if no connection is left. To be called after the last disconnected, so that a
 * program may quit in the callback. */
void ws_server_finish_shutdowns (WsServer *self);

G_END_DECLS
