/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-http-head-private.h"

G_BEGIN_DECLS

/* What proxies report about a client, in Forwarded (RFC 7239) or in X-Forwarded-For and its related fields.
 * The caller makes sure that the peer itself is a trusted proxy. */

/* TRUE if the address, in the system's spelling, belongs to a trusted proxy. */
typedef gboolean (*WsForwardedTrustFunc) (const char *address,
                                          gpointer    user_data);

typedef struct
{
  /* The client, in the system's spelling, as IPv4 if it is mapped into IPv6. NULL if the nearest proxy does
   * not give an address. */
  char   *address;
  guint16 port;   /* 0 if the proxy does not give it */
  char   *host;   /* host and port that the client requested; NULL if the proxy does not give them */
  char   *scheme; /* "http" or "https", by which the client reached the proxy; NULL if it is not given */
} WsForwarded;

void ws_forwarded_clear (WsForwarded *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WsForwarded, ws_forwarded_clear)

/* Fills an empty structure. Reads the hops from right to left, because each proxy has appended the peer that
 * it saw. The first hop that is not trusted is the client. If all hops are trusted, the leftmost one is. A
 * hop that is not an address stops the search.
 *
 * A proxy appends to one kind of field and passes the other kind on as the client sent it. The two kinds
 * must therefore agree. FALSE if they name different clients. */
gboolean ws_forwarded_parse (const WsHttpHead    *head,
                             WsForwardedTrustFunc is_trusted,
                             gpointer             user_data,
                             WsForwarded         *forwarded);

G_END_DECLS
