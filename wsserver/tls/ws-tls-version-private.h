/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/* Versions of TLS by their numbers in the protocol: 0x0303 is TLS 1.2. 0 is none. */

/* "TLSv1.2", or NULL. */
const char *ws_tls_version_get_name (guint16 version);
/* Bits of SSLEnabledProtocols, or 0. */
guint               ws_tls_version_get_protocol_bits (guint16 version);
guint16             ws_tls_version_from_gnutls (gnutls_protocol_t version);
guint16             ws_tls_version_from_gio (GTlsProtocolVersion version);
GTlsProtocolVersion ws_tls_version_to_gio (guint16 version);

G_END_DECLS
