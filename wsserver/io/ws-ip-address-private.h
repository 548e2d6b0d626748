/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* An IP address in any spelling that the system's own tools take: in brackets or not, in upper or lower case,
 * with the zone of a link-local address as its interface's name or number (RFC 4007 §11), IPv4 mapped into
 * IPv6, which becomes IPv4. NULL for any other text. *scope_id: 0 without a zone. */
GInetAddress *ws_ip_address_parse (const char *text,
                                   guint32    *scope_id);

/* ADDRESS, or ADDRESS%ZONE with a scope. */
char *ws_ip_address_format (GInetAddress *address,
                            guint32       scope_id);

G_END_DECLS
