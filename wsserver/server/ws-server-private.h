/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-map-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/server/ws-access-list-private.h"
#include "wsserver/server/ws-acceptor-private.h"
#include "wsserver/server/ws-server.h"
#include "wsserver/tls-gio/ws-gio-tls-context-private.h"

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

  /* TLS */
  gboolean         use_ssl;
  gboolean         ssl_authenticate_clients;
  WsSslProvider    ssl_provider;
  WsCertificate   *ssl_cert;
  GPtrArray       *more_ssl_certs;  /* WsCertificate: for other host names or other keys */
  WsTlsContext    *tls_context;     /* while listening with use_ssl, provider INTERNAL */
  WsGioTlsContext *gio_tls_context; /* in its place with provider PLATFORM */
  GHashTable      *chosen_contexts; /* WsCertificate to WsTlsContext: chosen by the application */
  GPtrArray       *watched_files;   /* SSLReloadCert; NULL: none */

  WsConnectionMap *connections;
  guint64          last_id;
  gboolean         logging;         /* a handler of the log is running */
  guint            n_over_capacity; /* clients being told that there is no room */

  /* Made by the first start_listening(), in the context that was current then. */
  WsPoller           *poller;
  WsConnectionContext context;
  WsAcceptor         *acceptor; /* while listening */

  GQueue   shutdowns; /* GTask: waiting for the last connection to end */
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
  WS_SERVER_SIGNAL_SSL_CLIENT_AUTHENTICATION,
  WS_SERVER_SIGNAL_SSL_CONNECTION_REQUEST,
  WS_SERVER_SIGNAL_SSL_STATUS,
  WS_SERVER_SIGNAL_WEB_SOCKET_OPEN_REQUEST,
  WS_SERVER_SIGNAL_HTTP_REQUEST,
  WS_SERVER_N_SIGNALS
} WsServerSignal;

extern guint                        ws_server_signals[WS_SERVER_N_SIGNALS];
extern const WsConnectionOwnerFuncs ws_server_owner_funcs;

/* ws-server-signals.c */
void ws_server_signals_class_init (void);

/* ws-server-events.c */
gboolean ws_server_wants (WsServer      *self,
                          WsServerSignal signal);
void     ws_server_emit_error (WsServer     *self,
                               WsConnection *connection,
                               int           code,
                               const char   *description);
void     ws_server_log (WsServer   *self,
                        WsLogLevel  level,
                        const char *type,
                        const char *format,
                        ...) G_GNUC_PRINTF (4, 5);

/* ws-server-message-func.c: takes the reference; NULL for none */
void ws_server_take_message_handler (WsServer         *self,
                                     WsMessageHandler *handler);

/* ws-server-tls.c */
void ws_server_init_tls (WsServer *self);
void ws_server_clear_tls (WsServer *self);
/* Makes anew what connections over TLS share. On failure what there is stays in service. */
gboolean ws_server_update_tls (WsServer *self,
                               GError  **error);
/* The same where it is in use: while listening over TLS. */
gboolean ws_server_tls_changed (WsServer *self,
                                GError  **error);
/* Whether the stored value of a setting of versions, suites, groups or algorithms makes sense alone. */
gboolean ws_server_check_tls_priority (const WsSetting  *setting,
                                       const WsSettings *settings,
                                       GError          **error);
/* For a certificate that the application has chosen for a client; owned by the server. */
WsTlsContext *ws_server_get_chosen_context (WsServer      *self,
                                            WsCertificate *certificate,
                                            GError       **error);
/* Takes the descriptor. */
WsTransport *ws_server_new_transport (WsServer *self,
                                      int       fd);

/* ws-server-renewal.c: after a change of what is to be watched */
void ws_server_watch_files (WsServer *self);

/* ws-server-listening.c */
void ws_server_connection_ended (WsServer     *self,
                                 WsConnection *connection);
void ws_server_finish_shutdowns (WsServer *self);
/* Ends every connection at once. */
void ws_server_end_all (WsServer   *self,
                        guint       code,
                        const char *description);
void ws_server_dispose_network (WsServer *self);

G_END_DECLS
