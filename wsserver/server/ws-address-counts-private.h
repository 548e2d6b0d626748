/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-peer-address-private.h"

G_BEGIN_DECLS

/* How many clients each address has. Whoever has one IPv6 address has its network of 64 bits, so that counts
 * as one address (RFC 4291 §2.5.4). An IPv4 address counts as the same if it is mapped into IPv6. Clients of
 * Unix sockets have no address and are not counted. */
typedef struct _WsAddressCounts WsAddressCounts;

WsAddressCounts *ws_address_counts_new (void);
void             ws_address_counts_free (WsAddressCounts *self);

void  ws_address_counts_add (WsAddressCounts     *self,
                             const WsPeerAddress *peer);
void  ws_address_counts_remove (WsAddressCounts     *self,
                                const WsPeerAddress *peer);
guint ws_address_counts_get (WsAddressCounts     *self,
                             const WsPeerAddress *peer);

G_END_DECLS
