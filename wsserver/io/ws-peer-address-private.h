/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <netinet/in.h>

G_BEGIN_DECLS

/* The address of a socket's peer. */
typedef union
{
  struct sockaddr     any;
  struct sockaddr_in  ipv4;
  struct sockaddr_in6 ipv6;
} WsPeerAddress;

char *ws_peer_address_to_string (const WsPeerAddress *self);
guint ws_peer_address_get_port (const WsPeerAddress *self);

G_END_DECLS
