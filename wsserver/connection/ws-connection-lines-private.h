/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"

G_BEGIN_DECLS

/* Appends to the line that has begun and delivers the lines that are complete. */
void ws_connection_deliver_lines (WsConnection *self,
                                  const guint8 *data,
                                  gsize         length,
                                  gboolean      message_end);
/* Goes on with lines that were kept back while paused. */
void ws_connection_resume_lines (WsConnection *self);
/* FALSE if there was none. */
gboolean ws_connection_deliver_rest_of_line (WsConnection *self);

G_END_DECLS
