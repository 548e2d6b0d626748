/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-owner-private.h"
#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

/* The signals' part of class_init, after the properties are installed. */
void ws_connection_class_init_signals (GObjectClass *klass);
void ws_connection_notify_connected (WsConnection *self);
void ws_connection_set_ready_to_send (WsConnection *self,
                                      gboolean      ready_to_send);
void ws_connection_emit_data_in (WsConnection *self,
                                 WsDataFormat  format,
                                 GBytes       *data,
                                 gboolean      eom,
                                 gboolean      eol);
void ws_connection_emit_ping (WsConnection *self,
                              const guint8 *payload,
                              gsize         length,
                              gboolean      response);
void ws_connection_emit_error (WsConnection *self,
                               int           code,
                               const char   *description);
void ws_connection_emit_disconnected (WsConnection *self,
                                      guint         code,
                                      const char   *description);

G_END_DECLS
