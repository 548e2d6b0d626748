/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

/* The token of ws_server_secure_for_loopback(). */

/* Whether the request may be answered: it has the token, or the server asks for none. */
gboolean ws_connection_has_token (WsConnection *self);

/* Takes the header fields of a response to a page, and adds the cookie if the request has the token in its
 * query: the page's own requests then have it in the cookie. */
char *ws_connection_add_token_cookie (WsConnection *self,
                                      char         *headers);

/* The token, if the client offers it as a subprotocol, else NULL. A browser fails the connection if a server
 * takes none of those that were offered. */
const char *ws_connection_get_token_sub_protocol (WsConnection *self);

G_END_DECLS
