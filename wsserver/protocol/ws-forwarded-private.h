/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-http-head-private.h"

G_BEGIN_DECLS

/* The client's address as proxies report it, in Forwarded (RFC 7239) or in X-Forwarded-For and its related
 * fields. The caller makes sure that the peer itself is a trusted proxy. */

/* TRUE if the address, in the system's spelling, belongs to a trusted proxy. */
typedef gboolean (*WsForwardedTrustFunc) (const char *address,
                                          gpointer    user_data);

typedef enum
{
  WS_FORWARDED_NONE,   /* the proxy names no client, or gives no address of it */
  WS_FORWARDED_CLIENT, /* *address and *port are set */
  WS_FORWARDED_FAULT,  /* both kinds of fields are present and name different clients */
} WsForwardedResult;

/* Reads the hops from right to left, because each proxy has appended the peer that it saw. The first hop
 * that is not trusted is the client. If all hops are trusted, the leftmost one is. A hop that is not an
 * address stops the search.
 *
 * A proxy appends to one kind of field and passes the other kind on as the client sent it. The two kinds
 * must therefore agree.
 *
 * address is in the system's spelling, as IPv4 if it is mapped into IPv6 (free with g_free()). port is 0 if
 * the proxy does not give it. */
WsForwardedResult ws_forwarded_find_client (const WsHttpHead    *head,
                                            WsForwardedTrustFunc is_trusted,
                                            gpointer             user_data,
                                            char               **address,
                                            guint16             *port);

/* Returns the host and port that the client requested from the proxy, or NULL if the proxy does not report
 * them. Free with g_free(). */
char *ws_forwarded_dup_host (const WsHttpHead *head);

G_END_DECLS
