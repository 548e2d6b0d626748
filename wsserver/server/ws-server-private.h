/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-map-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/server/ws-access-list-private.h"
#include "wsserver/server/ws-acceptor-private.h"
#include "wsserver/server/ws-server.h"

G_BEGIN_DECLS

struct _WsServer
{
  GObject parent_instance;

  /* Settings and properties */
  WsSettings   *settings;
  WsAccessList *allowed_clients;
  WsAccessList *blocked_clients;
  char         *local_host;
  char         *bound_host; /* while listening */
  guint         local_port;
  int           connection_backlog;
  int           default_timeout_s;

  WsMessageHandler *message_handler; /* NULL: messages are told by signals */

  WsConnectionMap *connections;
  guint64          last_id;
  gboolean         logging; /* a handler of the log is running */
  guint            n_over_capacity; /* clients being told that there is no room */

  /* Made by the first start_listening(), in the context that was current then. */
  WsPoller           *poller;
  WsConnectionContext context;
  WsAcceptor         *acceptor; /* while listening */

  GQueue  shutdowns; /* GTask: waiting for the last connection to end */
  GSource *shutdown_deadline;
};

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
  WS_SERVER_SIGNAL_WEB_SOCKET_OPEN_REQUEST,
  WS_SERVER_SIGNAL_HTTP_REQUEST,
  WS_SERVER_N_SIGNALS
} WsServerSignal;

extern guint                        ws_server_signals[WS_SERVER_N_SIGNALS];
extern const WsConnectionOwnerFuncs ws_server_owner_funcs;

gboolean ws_server_wants    (WsServer      *self,
                             WsServerSignal signal);
void     ws_server_emit_error (WsServer     *self,
                               WsConnection *connection,
                               int           code,
                               const char   *description);
void     ws_server_log      (WsServer      *self,
                             WsLogLevel     level,
                             const char    *type,
                             const char    *format,
                             ...) G_GNUC_PRINTF (4, 5);

/* ws-server-message-func.c: takes the reference; NULL for none */
void ws_server_take_message_handler (WsServer         *self,
                                     WsMessageHandler *handler);

/* ws-server-listening.c */
void ws_server_connection_ended (WsServer     *self,
                                 WsConnection *connection);
void ws_server_finish_shutdowns (WsServer     *self);
/* Ends every connection at once. */
void ws_server_end_all          (WsServer     *self,
                                 guint         code,
                                 const char   *description);
void ws_server_dispose_network  (WsServer     *self);

G_END_DECLS
