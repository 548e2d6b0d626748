/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/config/ws-settings-private.h"
#include "wsserver/io/ws-listen-address-private.h"
#include "wsserver/io/ws-socket-options-private.h"

G_BEGIN_DECLS

/* Where to listen. */
typedef struct
{
  const char       *host; /* "", an IP address, a host name, or the path of a Unix socket */
  guint             port; /* 0: the system picks one */
  int               backlog;
  const WsSettings *settings;
} WsListenRequest;

/* A socket that listens, and the options that settings have replaced. */
typedef struct
{
  GSocket                *socket;
  WsReplacedSocketOptions replaced;
} WsListenSocket;

/* Binds and listens on all addresses of the request: an array of WsListenSocket, or NULL with the error
 * set. *bound has to be empty; it becomes the first address. */
GPtrArray *ws_listen_sockets_open (const WsListenRequest *request,
                                   WsBoundAddress        *bound,
                                   GError               **error);

/* A socket that another part of the program, or another process, has bound and that listens already. */
WsListenSocket *ws_listen_socket_adopt (GSocket          *socket,
                                        const WsSettings *settings,
                                        WsBoundAddress   *bound,
                                        GError          **error);

/* Closes the socket. */
void ws_listen_socket_free (WsListenSocket *self);

/* Sets the options that sockets accepted afterwards inherit. */
void ws_listen_socket_apply_settings (WsListenSocket   *self,
                                      const WsSettings *settings);

G_END_DECLS
