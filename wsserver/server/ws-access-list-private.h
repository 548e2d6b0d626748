/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A comma-separated list of addresses, address patterns ("192.168.*"), networks ("10.0.0.0/8"), host names, and
 * "unix:" for the empty address of clients of a Unix socket. Names are resolved once, when the list is made. */
typedef struct _WsAccessList WsAccessList;

/* NULL sets error 11001 … when a name cannot be resolved: a list without one of its entries must not take
 * effect. */
WsAccessList *ws_access_list_new (const char *text,
                                  GError    **error);
void          ws_access_list_free (WsAccessList *self);

gboolean ws_access_list_matches (const WsAccessList *self,
                                 const char         *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsAccessList, ws_access_list_free)

G_END_DECLS
