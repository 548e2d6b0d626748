/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-connection-map-private.h"
#include "wsserver/connection/ws-connection-context-private.h"
#include "wsserver/server/ws-access-list-private.h"
#include "wsserver/server/ws-acceptor-private.h"
#include "wsserver/server/ws-address-counts-private.h"
#include "wsserver/server/ws-page-set-private.h"
#include "wsserver/server/ws-proxy-stage-private.h"
#include "wsserver/server/ws-server.h"
#include "wsserver/tls-gio/ws-gio-tls-context-private.h"

G_BEGIN_DECLS

/* The state of a server. The functions of each part are declared in the part's own header.
 *
 * The parts form an order; each calls only those above it in this list, and reports by what it returns:
 *
 * - access list, listen socket, acceptor, PROXY headers, activation sockets, page set: know no server
 * - signals, properties: emit and notify
 * - TLS: the contexts that connections share
 * - expiry: tells when certificates are about to end
 * - renewal: reads certificates again when their files change
 * - TLS changes: certificates and other properties of TLS change
 * - memory: what clients hold together
 * - admission: clients come and go; shutdown: waits until the last has gone
 * - events: what connections report becomes signals
 * - network: the poller, listening or not
 * - the class (ws-server.c), then the public functions that need its type */
struct _WsServer
{
  GObject parent_instance;

  /* Settings and properties */
  WsSettings   *settings;
  WsAccessList *allowed_clients;
  WsAccessList *blocked_clients;
  WsAccessList *trusted_proxies;
  char         *local_host;
  char         *bound_host; /* while listening */
  guint         local_port;
  int           connection_backlog;
  int           default_timeout_s;

  WsMessageHandler *message_handler; /* NULL: signals deliver messages */
  WsPageSet        *pages;           /* what answers HTTP requests that the application leaves */

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
  GHashTable      *told_expiries;   /* WsCertificate to the WsExpiryStage of the latest notice */
  GSource         *expiry_check;    /* NULL: nothing to wait for */

  WsConnectionMap *connections;
  guint64          last_id;
  gboolean         logging;    /* a handler of the log is running */
  WsAddressCounts *addresses;  /* of the connections */
  guint            n_dropped;  /* to make room, since the latest line about it */
  gint64           dropped_us; /* when that line was logged; 0: never */

  /* Made by the first start_listening(), in the context that is the default of its thread. */
  WsPoller           *poller;
  WsConnectionContext context;
  WsAcceptor         *acceptor;    /* while listening */
  WsProxyStage       *proxy_stage; /* made by the first client of a proxy that sends PROXY headers */

  WsIdleCall memory_call;         /* looks at the sum of the memory */
  GSource   *memory_timer;        /* while memory is short */
  GSource   *trim_timer;          /* memory is about to be given back */
  guint64    memory_at_last_look; /* by the memory timer */

  GQueue   shutdowns; /* GTask: waiting for the last connection to end */
  GSource *shutdown_deadline;
};

G_END_DECLS
