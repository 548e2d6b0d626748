/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Names of the settings in the form of GnuTLS's priority strings, each with ":+" before it; NULL
 * for those not known. */
const char *ws_tls_translate_group (const char *name);
const char *ws_tls_translate_tls12_signature (const char *name);
/* The same with RSASSA-PSS beside RSA, as a server of TLS 1.3 offers it to older clients too.
 * RFC 8446 §4.2.3 */
const char *ws_tls_translate_tls12_signature_pss (const char *name);
const char *ws_tls_translate_tls13_signature (const char *name);

/* Appends the Diffie-Hellman groups of RFC 7919 with at least this many bits, smallest first; the
 * largest if there is none. */
void ws_tls_append_dh_groups (GString *string,
                              guint    bits);

G_END_DECLS
