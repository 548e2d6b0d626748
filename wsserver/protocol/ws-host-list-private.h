/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Hosts, from a comma-separated list (the settings AllowedHosts and SSLRevocationHosts).
 *
 * An entry is HOST or HOST:PORT. HOST is a name, an IPv4 address or an IPv6 address in brackets, and *
 * matches any run of characters. Without a port, the entry is for all ports.
 *
 * Both sides are compared as browsers write them: in lower case, names in ASCII, IPv6 addresses in the short
 * form, names without the dot of the root, and the default port where none is named. */
typedef struct _WsHostList WsHostList;

/* NULL sets *fault to a sentence about the entry that no request could match. Free it with g_free(). */
WsHostList *ws_host_list_new (const char *text,
                              char      **fault);
void        ws_host_list_free (WsHostList *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsHostList, ws_host_list_free)

gboolean ws_host_list_is_empty (const WsHostList *self);

/* authority is the host, with or without a port, that a request is for; NULL matches nothing. scheme is
 * "http" or "https"; NULL if it is unknown, and then the default ports of both match. */
gboolean ws_host_list_matches (const WsHostList *self,
                               const char       *authority,
                               const char       *scheme);

G_END_DECLS
