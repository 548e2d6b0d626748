/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include <glib.h>

G_BEGIN_DECLS

/* Keys given by their numbers, as SSH, PuTTY, XML and JSON files do. GnuTLS and GMP trust such numbers:
 * they divide by p - 1 and dereference p and q. So each number is limited in size and checked first.
 * Numbers are big-endian; leading zeros are allowed; a missing number has size 0. */

typedef struct
{
  gnutls_datum_t n, e;    /* public */
  gnutls_datum_t d, p, q; /* private; everything else is computed from them */
} WsRsaNumbers;

typedef struct
{
  gnutls_datum_t p, q, g, y; /* public */
  gnutls_datum_t x;          /* private */
} WsDsaNumbers;

typedef struct
{
  gnutls_ecc_curve_t curve;
  gnutls_datum_t     x, y; /* public; Ed25519 and Ed448 have only x, the encoded point */
  gnutls_datum_t     k;    /* private */
} WsEccNumbers;

/* Each returns NULL and sets fault, a constant string, if the numbers are not a key. */
gnutls_pubkey_t ws_key_numbers_make_rsa_public (const WsRsaNumbers *numbers,
                                                const char        **fault);
gnutls_pubkey_t ws_key_numbers_make_dsa_public (const WsDsaNumbers *numbers,
                                                const char        **fault);
gnutls_pubkey_t ws_key_numbers_make_ecc_public (const WsEccNumbers *numbers,
                                                const char        **fault);

gnutls_x509_privkey_t ws_key_numbers_make_rsa_private (const WsRsaNumbers *numbers,
                                                       const char        **fault);
gnutls_x509_privkey_t ws_key_numbers_make_dsa_private (const WsDsaNumbers *numbers,
                                                       const char        **fault);
gnutls_x509_privkey_t ws_key_numbers_make_ecc_private (const WsEccNumbers *numbers,
                                                       const char        **fault);

/* Splits an uncompressed point 04 || x || y of the numbers' curve into x and y. */
gboolean ws_key_numbers_split_point (WsEccNumbers         *numbers,
                                     const gnutls_datum_t *point);

G_END_DECLS
