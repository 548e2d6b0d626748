/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"
#include "wsserver/io/ws-peer-address-private.h"
#include "wsserver/request/ws-client-authentication.h"
#include "wsserver/request/ws-http-request.h"
#include "wsserver/request/ws-open-request.h"
#include "wsserver/request/ws-ssl-connection-request.h"
#include "wsserver/tls/ws-tls-context-private.h"

G_BEGIN_DECLS

/* The levels of the log signal. */
typedef enum
{
  WS_LOG_INFO = 1,
  WS_LOG_VERBOSE = 2,
  WS_LOG_DEBUG = 3,
} WsLogLevel;

/* What a connection reports to its owner (the server), which emits signals for it. */
typedef struct
{
  /* TLS, before anything else is read from a client */
  gboolean (*wants_ssl_connection_request) (gpointer owner);
  void (*ssl_connection_request) (gpointer owner, WsConnection *connection, WsSslConnectionRequest *request);
  /* For a certificate that was chosen for one client; the owner keeps the context. */
  WsTlsContext *(*get_tls_context) (gpointer owner, WsCertificate *certificate, GError **error);
  gboolean (*wants_ssl_client_authentication) (gpointer owner);
  void (*ssl_client_authentication) (gpointer                owner,
                                     WsConnection           *connection,
                                     WsClientAuthentication *authentication);
  gboolean (*wants_ssl_status) (gpointer owner);
  void (*ssl_status) (gpointer owner, WsConnection *connection, const char *message);

  /* Whether an address belongs to one of TrustedProxies. */
  gboolean (*trusts_proxy) (gpointer owner, const char *address);
  /* The request has told who the client behind a proxy is. */
  void (*move_client) (gpointer owner, const WsPeerAddress *from, const WsPeerAddress *to);
  /* Returns NULL, or why a trusted proxy, or a client that it has named, is refused. */
  const char *(*judge_client) (gpointer owner, const WsPeerAddress *client, gboolean is_proxy);

  gboolean (*wants_open_request) (gpointer owner);
  void (*open_request) (gpointer owner, WsConnection *connection, WsOpenRequest *request);
  gboolean (*wants_http_request) (gpointer owner);
  void (*http_request) (gpointer owner, WsConnection *connection, WsHttpRequest *request);
  /* Answers a request that the application has not answered, if there is a page for it. */
  void (*serve_page) (gpointer owner, WsHttpRequest *request);
  /* The WebSocket is open: it joins the list of connections, then connected and ready-to-send. */
  void (*list) (gpointer owner, WsConnection *connection);
  void (*connected) (gpointer owner, WsConnection *connection);
  void (*ready_to_send) (gpointer owner, WsConnection *connection);
  void (*data_in) (gpointer      owner,
                   WsConnection *connection,
                   WsDataFormat  format,
                   GBytes       *data,
                   gboolean      eom,
                   gboolean      eol);
  gboolean (*wants_ping) (gpointer owner);
  void (*ping) (gpointer owner, WsConnection *connection, GBytes *payload, gboolean response);
  void (*error) (gpointer owner, WsConnection *connection, int code, const char *description);
  gboolean (*wants_log) (gpointer owner, WsLogLevel level);
  void (*log) (
      gpointer owner, WsConnection *connection, WsLogLevel level, const char *message, const char *type);
  /* The sum of the memory that connections hold asks for something to be done, but not inside this call. */
  void (*memory_changed) (gpointer owner);
  /* The last call for a connection: it leaves the list, and, if it was connected, disconnected. */
  void (*ended) (
      gpointer owner, WsConnection *connection, gboolean was_connected, guint code, const char *description);
} WsConnectionOwnerFuncs;

G_END_DECLS
