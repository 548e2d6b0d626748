/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The origins that may open a WebSocket, from a list separated by commas (the setting AllowedOrigins).
 *
 * An entry is one of:
 *
 * - "*": every origin
 * - "null": pages without an origin, such as local files and sandboxed frames
 * - "self": the host and port that the request itself is for
 * - SCHEME://HOST or SCHEME://HOST:PORT, where * stands for any run of characters
 * - "file://", the one that some web views send
 *
 * Entries are normalised to what browsers send (RFC 6454 §6.2): lower case, no default port, http in place
 * of ws, names that are not ASCII in their ASCII form. */
typedef struct _WsOriginList WsOriginList;

/* NULL sets *fault to a sentence about the entry that no browser's Origin could match; free it with
 * g_free(). */
WsOriginList *ws_origin_list_new (const char *text,
                                  char      **fault);
void          ws_origin_list_free (WsOriginList *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsOriginList, ws_origin_list_free)

/* origin: the value of the Origin field; host: the host and port that the request is for, or NULL. */
gboolean ws_origin_list_matches (const WsOriginList *self,
                                 const char         *origin,
                                 const char         *host);

G_END_DECLS
