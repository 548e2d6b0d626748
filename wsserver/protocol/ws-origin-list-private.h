/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The origins that may open a WebSocket, from a comma-separated list (the setting AllowedOrigins).
 *
 * An entry is one of:
 *
 * - "*": every origin
 * - "null": pages without an origin, such as local files and sandboxed frames
 * - "self": the host and port that the request itself is for
 * - SCHEME://HOST or SCHEME://HOST:PORT, where * matches any run of characters
 * - "file://", which some web views send
 *
 * Entries are normalised to the form that browsers send (RFC 6454 §6.2): lower case, no default port, http
 * for ws, and the ASCII form of names that are not ASCII. */
typedef struct _WsOriginList WsOriginList;

/* NULL sets *fault to a sentence about the entry that no browser's Origin could match. Free it with
 * g_free(). */
WsOriginList *ws_origin_list_new (const char *text,
                                  char      **fault);
void          ws_origin_list_free (WsOriginList *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsOriginList, ws_origin_list_free)

/* origin is the value of the Origin field. host is the host and port that the request is for, or NULL. scheme
 * is "http" or "https", or NULL if it is unknown how the client has sent the request. */
gboolean ws_origin_list_matches (const WsOriginList *self,
                                 const char         *origin,
                                 const char         *host,
                                 const char         *scheme);

G_END_DECLS
