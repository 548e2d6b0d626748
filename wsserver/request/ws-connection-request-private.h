/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/request/ws-connection-request.h"

WsConnectionRequest *ws_connection_request_new (const char *address,
                                                guint       port,
                                                gboolean    accept);
