/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

void ws_connection_receive_frames (WsConnection *self);
/* Memory into which payload may be read directly, or NULL. *size is how much of it belongs there. */
guint8 *ws_connection_get_read_target (WsConnection *self,
                                       gsize        *size);

G_END_DECLS
