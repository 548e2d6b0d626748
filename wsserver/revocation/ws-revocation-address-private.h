/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a request may go whose URL a stranger's certificate names. */

/* Whether the address is one of the public internet. Neither loopback, link-local, private, shared, reserved
 * and multicast addresses are, nor IPv6 addresses that embed one of these. */
gboolean ws_revocation_address_is_public (GInetAddress *address);

/* A host and port to connect to, of which only public addresses are used. The addresses are checked as the
 * resolver returns them, and these are the ones that are connected to, so that no second answer of the
 * resolver can lead elsewhere. If none is left, connecting fails with G_IO_ERROR_PERMISSION_DENIED.
 *
 * It is a GNetworkAddress, because TLS takes the name to verify from one. A proxy of the system is used as
 * for other addresses: then the proxy resolves names, but is not asked for an address that is not public. */
GSocketConnectable *ws_revocation_address_new (const char *scheme,
                                               const char *host,
                                               guint16     port);

G_END_DECLS
