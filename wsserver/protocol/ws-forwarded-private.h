/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-http-head-private.h"

G_BEGIN_DECLS

/* What proxies in front say of the client, in Forwarded (RFC 7239) or in X-Forwarded-For and its kin. To
 * be asked only where the peer itself is a trusted proxy. */

/* Whether the address, in the system's spelling, is a trusted proxy's. */
typedef gboolean (*WsForwardedTrustFunc) (const char *address,
                                          gpointer    user_data);

typedef enum
{
  WS_FORWARDED_NONE,   /* the proxy names no client, or none by an address */
  WS_FORWARDED_CLIENT, /* *address and *port are set */
  WS_FORWARDED_FAULT,  /* both kinds of fields are there and name different clients */
} WsForwardedResult;

/* Reads the hops from the right, as each proxy has appended the peer that it saw: the first that is not
 * trusted is the client, or the last one if all are. A hop that is no address ends the reading.
 *
 * A proxy appends to one kind of field and passes the other one as the client has sent it, so the two
 * must agree. address: to be freed with g_free(), in the system's spelling, IPv4 where it is mapped into
 * IPv6. port: 0 if the proxy does not say. */
WsForwardedResult ws_forwarded_find_client (const WsHttpHead    *head,
                                            WsForwardedTrustFunc is_trusted,
                                            gpointer             user_data,
                                            char               **address,
                                            guint16             *port);

/* The host and port that the client asked the proxy for, or NULL if the proxy does not say; free it with
 * g_free(). */
char *ws_forwarded_dup_host (const WsHttpHead *head);

G_END_DECLS
