/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/config/ws-settings-private.h"
#include "wsserver/io/ws-peer-address-private.h"
#include "wsserver/io/ws-poller-private.h"

G_BEGIN_DECLS

/* The listening sockets of a server. A GSocketService holds them, but stays stopped: its own loop
 * accepts one client per turn of the main context and, when no file descriptor is free, spins with a
 * warning. Here the poller accepts in batches and stops when descriptors run out. */
typedef struct _WsAcceptor WsAcceptor;

typedef struct
{
  /* Takes the descriptor. */
  void (*accepted) (gpointer owner, int fd, const WsPeerAddress *peer);
  /* Accepting fails; it stops until ws_acceptor_resume() or for a second. Takes the error. */
  void (*failed) (gpointer owner, GError *error);
} WsAcceptorFuncs;

WsAcceptor *ws_acceptor_new (WsPoller              *poller,
                             const WsAcceptorFuncs *funcs,
                             gpointer               owner);

/* Closes the sockets and drops the owner's reference; legal inside its callbacks. */
void ws_acceptor_stop (WsAcceptor *self);

/* Binds and listens. host: "", an address, a host name, or the path of a Unix socket. On success
 * *bound_host and *bound_port tell what it became; on failure nothing listens. */
gboolean ws_acceptor_listen (WsAcceptor       *self,
                             const char       *host,
                             guint             port,
                             int               backlog,
                             const WsSettings *settings,
                             char            **bound_host,
                             guint            *bound_port,
                             GError          **error);

/* Listens on a socket that somebody else has bound and that listens already. */
gboolean ws_acceptor_adopt (WsAcceptor       *self,
                            GSocket          *socket,
                            const WsSettings *settings,
                            char            **bound_host,
                            guint            *bound_port,
                            GError          **error);

/* Accepts whoever waits already: closing the socket would reset them. */
void ws_acceptor_drain (WsAcceptor *self);

/* Options that accepted sockets inherit: TcpNoDelay, buffer sizes, keep-alive. */
void ws_acceptor_apply_settings (WsAcceptor       *self,
                                 const WsSettings *settings);

/* A descriptor may be free again. */
void ws_acceptor_resume (WsAcceptor *self);

G_END_DECLS
