/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include <glib.h>

G_BEGIN_DECLS

/* Keys given by their numbers, as SSH, PuTTY, XML and JSON do. Each number is capped and checked for
 * what GnuTLS and GMP take for granted (they divide by p - 1, and dereference p and q) before they
 * see it. Numbers are big-endian; leading zeros are allowed; size 0 stands for a missing one. */

typedef struct
{
  gnutls_datum_t n, e;    /* public */
  gnutls_datum_t d, p, q; /* private; the rest is computed from them */
} WsRsaNumbers;

typedef struct
{
  gnutls_datum_t p, q, g, y; /* public */
  gnutls_datum_t x;          /* private */
} WsDsaNumbers;

typedef struct
{
  gnutls_ecc_curve_t curve;
  gnutls_datum_t     x, y; /* public; of Ed25519 and Ed448 only x, which is the encoded point */
  gnutls_datum_t     k;    /* private */
} WsEccNumbers;

/* NULL with a fault (a constant) when the numbers are no key. */
gnutls_pubkey_t ws_cert_rsa_public_new (const WsRsaNumbers *numbers,
                                        const char        **fault);
gnutls_pubkey_t ws_cert_dsa_public_new (const WsDsaNumbers *numbers,
                                        const char        **fault);
gnutls_pubkey_t ws_cert_ecc_public_new (const WsEccNumbers *numbers,
                                        const char        **fault);

gnutls_x509_privkey_t ws_cert_rsa_private_new (const WsRsaNumbers *numbers,
                                               const char        **fault);
gnutls_x509_privkey_t ws_cert_dsa_private_new (const WsDsaNumbers *numbers,
                                               const char        **fault);
gnutls_x509_privkey_t ws_cert_ecc_private_new (const WsEccNumbers *numbers,
                                               const char        **fault);

/* Splits an uncompressed point 04 || x || y of the numbers' curve into x and y. */
gboolean ws_cert_ecc_split_point (WsEccNumbers         *numbers,
                                  const gnutls_datum_t *point);

/* The numbers of an SSH public key (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4). They point into
 * the blob. Which of the three is filled, algorithm says. */
typedef struct
{
  gnutls_pk_algorithm_t algorithm;
  WsRsaNumbers          rsa;
  WsDsaNumbers          dsa;
  WsEccNumbers          ecc;
} WsSshNumbers;

/* Takes one length-prefixed string (RFC 4251 §5) from the front of rest. */
gboolean ws_ssh_take_string (gnutls_datum_t *rest,
                             gnutls_datum_t *string);
gboolean ws_ssh_read_public (WsSshNumbers         *numbers,
                             const gnutls_datum_t *blob,
                             const char          **fault);
gboolean ws_ssh_is_key_type (const char *name,
                             gsize       length);

/* The same blob for a key, for fingerprints; NULL if SSH has no such keys. */
GByteArray *ws_ssh_write_public (gnutls_pubkey_t key);

G_END_DECLS
