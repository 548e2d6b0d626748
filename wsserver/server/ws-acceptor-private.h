/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/io/ws-peer-address-private.h"
#include "wsserver/io/ws-poller-private.h"
#include "wsserver/server/ws-listen-socket-private.h"

G_BEGIN_DECLS

/* The listening sockets of a server. */
typedef struct _WsAcceptor WsAcceptor;

typedef struct
{
  /* Takes the descriptor. */
  void (*accepted) (gpointer owner, int fd, const WsPeerAddress *peer);
  /* No descriptor is free. TRUE: the owner has closed a client, so that one may be. */
  gboolean (*make_room) (gpointer owner);
  /* Accepting fails. It stops until ws_acceptor_resume(), or for a second. Takes the error. */
  void (*failed) (gpointer owner, GError *error);
} WsAcceptorFuncs;

WsAcceptor *ws_acceptor_new (WsPoller              *poller,
                             const WsAcceptorFuncs *funcs,
                             gpointer               owner);

/* Closes the sockets and drops the owner's reference. May be called inside the owner's callbacks. */
void ws_acceptor_stop (WsAcceptor *self);

/* Binds and listens. *bound has to be empty. FALSE: nothing may listen; stop the acceptor. */
gboolean ws_acceptor_listen (WsAcceptor            *self,
                             const WsListenRequest *request,
                             WsBoundAddress        *bound,
                             GError               **error);

/* Listens on a socket that another part of the program, or another process, has bound and that listens
 * already. *bound becomes the address of the last one. */
gboolean ws_acceptor_adopt (WsAcceptor       *self,
                            GSocket          *socket,
                            const WsSettings *settings,
                            WsBoundAddress   *bound,
                            GError          **error);

/* Whether only clients of this machine can reach the sockets: those of loopback addresses and Unix paths. */
gboolean ws_acceptor_is_local (WsAcceptor *self);

/* Accepts the clients that are waiting already; closing the sockets would reset them. */
void ws_acceptor_drain (WsAcceptor *self);

/* Sets the socket options, which the sockets accepted afterwards inherit. */
void ws_acceptor_apply_settings (WsAcceptor       *self,
                                 const WsSettings *settings);

/* Accepts again after a failure: a descriptor may be free now. */
void ws_acceptor_resume (WsAcceptor *self);

G_END_DECLS
