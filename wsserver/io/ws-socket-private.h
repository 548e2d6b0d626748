/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/io/ws-peer-address-private.h"

G_BEGIN_DECLS

/* Socket functions beyond GSocket. Some are the system's own calls, because those keep errno. The others
 * hide differences between systems. If a system lacks a feature, the function does nothing, and its comment
 * says so. */

/* Returns a stream socket that children do not inherit, or -1 with errno set. */
int ws_socket_open (int family);

/* Returns 0 or an errno. Sets SO_REUSEADDR, except on a Unix socket. */
int ws_socket_bind (GSocket        *socket,
                    GSocketAddress *address);

/* Lets several sockets listen on one port. */
void ws_socket_share_port (GSocket *socket);

/* Returns a non-blocking socket that children do not inherit, or -1 with errno set. */
int ws_socket_accept (int            fd,
                      WsPeerAddress *peer);

/* Closes a connected socket, at once for the peer as well. The socket is shut down first, because a forked
 * child may hold a copy that would keep the connection open. If process_generation is not that of this
 * process (see ws-process-private.h), this descriptor is such a copy, and it is only closed. */
void ws_socket_close (int   fd,
                      guint process_generation);

/* The system ignores later connection requests to this listening socket. Connections that it has already
 * established can still be accepted; behind them, accept() may fail with EINVAL. Does nothing on systems
 * other than Linux. */
void ws_socket_ignore_new_connections (GSocket *socket);

/* Returns the number of written bytes that the peer has not acknowledged, or -1 if the system cannot report
 * it. */
int ws_socket_count_unacknowledged (int fd);
/* TRUE if bytes were sent that the peer has not acknowledged. It acknowledges them even if its program reads
 * nothing; then the others are not sent. */
gboolean ws_socket_is_in_flight (int fd);

G_END_DECLS
