/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-send-job-private.h"

G_BEGIN_DECLS

void ws_connection_pump_stream (WsConnection *self,
                                WsSendJob    *job);

G_END_DECLS
