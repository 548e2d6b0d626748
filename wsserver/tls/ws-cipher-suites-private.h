/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The cipher suites that GnuTLS, OpenSSL and the settings know, by their numbers and names in IANA's
 * registry of TLS parameters. GnuTLS spells them otherwise, so suites are compared by number only. */

#define WS_CIPHER_SUITE_EMPTY_RENEGOTIATION_INFO_SCSV 0x00ff /* a signal, no suite. RFC 5746 §3.3 */
#define WS_CIPHER_SUITE_FALLBACK_SCSV 0x5600                 /* likewise. RFC 7507 §2 */

/* The registered name, or NULL. */
const char *ws_cipher_suite_get_name (guint16 id);

/* Key bits of the bulk cipher: 0 for NULL and unknown ones, 112 for 3DES. */
guint ws_cipher_suite_get_bits (guint16 id);

/* By the registered name or by its SSL_ spelling, ignoring case. */
gboolean ws_cipher_suite_find (const char *name,
                               guint16    *id);

static inline gboolean
ws_cipher_suite_is_signal (guint16 id)
{
  return id == WS_CIPHER_SUITE_EMPTY_RENEGOTIATION_INFO_SCSV || id == WS_CIPHER_SUITE_FALLBACK_SCSV;
}

/* RFC 8701 §2: 0x0a0a, 0x1a1a … 0xfafa, sent so that peers learn to ignore what they do not know. */
static inline gboolean
ws_tls_is_grease (guint16 value)
{
  return (value & 0x0f0f) == 0x0a0a && (value >> 8) == (value & 0xff);
}

/* Reads a value of SSLEnabledCipherSuites: "*" gives NULL in suites, otherwise names separated by
 * semicolons (or commas) give their numbers (guint16) in order, each once, without signals. Names
 * that are not known go to unknown (NULL if there are none). Fails, with 273, only if there is no
 * known name at all; the out parameters are then untouched. */
gboolean ws_cipher_suites_parse (const char *text,
                                 GArray    **suites,
                                 GStrv      *unknown,
                                 GError    **error);

G_END_DECLS
