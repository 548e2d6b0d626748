/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/certificate/ws-key-numbers-private.h"

G_BEGIN_DECLS

/* The numbers of an SSH public key (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4). They point into
 * the blob. algorithm says which of the three is set. */
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
/* FALSE with a fault, a constant string, if the blob is not a supported key. */
gboolean ws_ssh_read_public (WsSshNumbers         *numbers,
                             const gnutls_datum_t *blob,
                             const char          **fault);
gboolean ws_ssh_is_key_type (const char *name,
                             gsize       length);

/* Writes a key in the same form, for fingerprints. Returns NULL if SSH has no keys of this kind. */
GByteArray *ws_ssh_write_public (gnutls_pubkey_t key);

G_END_DECLS
