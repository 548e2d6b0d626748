/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/io/ws-peer-address-private.h"

G_BEGIN_DECLS

/* What the library asks of sockets beyond GSocket: the system's own calls, because they keep errno, and what
 * differs between systems. On a system that lacks a feature the function does nothing and says so here. */

/* A stream socket that children do not inherit, or -1 with errno set. */
int ws_socket_open (int family);

/* 0, or an errno. SO_REUSEADDR is set, except on a Unix socket. */
int ws_socket_bind (GSocket        *socket,
                    GSocketAddress *address);

/* Lets several sockets listen on one port. */
void ws_socket_share_port (GSocket *socket);

/* A non-blocking socket that children do not inherit, or -1 with errno set. */
int ws_socket_accept (int            fd,
                      WsPeerAddress *peer);

/* Closes a connected socket, at once for the peer too: a forked child may hold a copy, which would keep the
 * connection open, so it is shut down before. Where process_generation is not this process's (see
 * ws-process-private.h), the copy is this one, and only it is closed. */
void ws_socket_close (int   fd,
                      guint process_generation);

/* From now on the system ignores requests for new connections to this listening socket; connections
 * that it has established already can still be accepted. Does nothing on a Unix socket, and nothing on
 * systems other than Linux. */
void ws_socket_ignore_new_connections (GSocket *socket);

/* How many of the bytes written the peer has not acknowledged; -1 if the system cannot tell. */
int ws_socket_count_unacknowledged (int fd);

G_END_DECLS
