/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

typedef enum
{
  WS_SERVER_SIGNAL_CONNECTED,
  WS_SERVER_SIGNAL_CONNECTION_REQUEST,
  WS_SERVER_SIGNAL_DATA_IN,
  WS_SERVER_SIGNAL_DISCONNECTED,
  WS_SERVER_SIGNAL_ERROR,
  WS_SERVER_SIGNAL_LOG,
  WS_SERVER_SIGNAL_PING,
  WS_SERVER_SIGNAL_READY_TO_SEND,
  WS_SERVER_SIGNAL_SSL_CLIENT_AUTHENTICATION,
  WS_SERVER_SIGNAL_SSL_CONNECTION_REQUEST,
  WS_SERVER_SIGNAL_SSL_STATUS,
  WS_SERVER_SIGNAL_WEB_SOCKET_OPEN_REQUEST,
  WS_SERVER_SIGNAL_HTTP_REQUEST,
  WS_SERVER_N_SIGNALS
} WsServerSignal;

extern guint ws_server_signals[WS_SERVER_N_SIGNALS];

/* The signals' part of class_init. */
void ws_server_signals_class_init (GType type);

/* Whether a handler is connected. */
gboolean ws_server_wants (WsServer      *self,
                          WsServerSignal signal);

/* connection: NULL if no client is concerned */
void ws_server_emit_error (WsServer     *self,
                           WsConnection *connection,
                           int           code,
                           const char   *description);

/* Emits error without a client. Takes the error; NULL emits nothing. */
void ws_server_emit_gerror (WsServer *self,
                            GError   *error);

/* Whether a line of this level is to be logged. */
gboolean ws_server_wants_log (WsServer  *self,
                              WsLogLevel level);
void     ws_server_emit_log (WsServer     *self,
                             WsConnection *connection,
                             WsLogLevel    level,
                             const char   *message,
                             const char   *type);

/* Logs a line that concerns no client. */
void ws_server_log (WsServer   *self,
                    WsLogLevel  level,
                    const char *type,
                    const char *format,
                    ...) G_GNUC_PRINTF (4, 5);

G_END_DECLS
