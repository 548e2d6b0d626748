/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/x509.h>

#include <glib.h>

G_BEGIN_DECLS

/* Longest chain of a server or client, the leaf included. With GnuTLS a longer chain of a client is rejected;
 * of what GIO hands over, only this many certificates are looked at. */
#define WS_CERT_MAX_CHAIN 16

/* Index of the candidate that issued the last certificate of a chain. Returns -1 if there is none, if
 * the last certificate is a root, or if the chain is full. Both are arrays of gnutls_x509_crt_t;
 * candidates that are NULL are skipped. */
int ws_cert_chain_find_issuer (GPtrArray *chain,
                               GPtrArray *candidates);

G_END_DECLS
