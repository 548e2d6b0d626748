/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-key-numbers-private.h"

#include <string.h>

#define MIN_RSA_BITS 512
#define MAX_RSA_BITS 16384
#define MIN_DSA_BITS 512
#define MAX_DSA_BITS 8192
/* Prime factors are at least this long. */
#define MIN_FACTOR_BITS 128

/* Skips leading zeros. */
static gnutls_datum_t
strip_leading_zeros (const gnutls_datum_t *number)
{
  gnutls_datum_t stripped = *number;

  while (stripped.size > 0 && stripped.data[0] == 0)
    {
      stripped.data++;
      stripped.size--;
    }
  return stripped;
}

static guint
count_bits (const gnutls_datum_t *number)
{
  gnutls_datum_t stripped = strip_leading_zeros (number);

  /* Over every limit; this avoids an overflow below. */
  if (stripped.size > MAX_RSA_BITS)
    return G_MAXINT;
  return stripped.size == 0 ? 0 : (stripped.size - 1) * 8 + g_bit_storage (stripped.data[0]);
}

static gboolean
is_odd (const gnutls_datum_t *number)
{
  return number->size > 0 && (number->data[number->size - 1] & 1) != 0;
}

static gboolean
is_within (const gnutls_datum_t *number,
           guint                 min_bits,
           guint                 max_bits)
{
  guint bits = count_bits (number);

  return bits >= min_bits && bits <= max_bits;
}

static gboolean
has_failed (int          code,
            const char **fault)
{
  if (code < 0)
    *fault = gnutls_strerror (code);
  return code < 0;
}

/* --- RSA --- */

static gboolean
check_rsa_public (const WsRsaNumbers *numbers,
                  const char        **fault)
{
  if (!is_within (&numbers->n, MIN_RSA_BITS, MAX_RSA_BITS) || !is_odd (&numbers->n))
    *fault = "the RSA modulus is out of range";
  else if (!is_within (&numbers->e, 2, count_bits (&numbers->n)) || !is_odd (&numbers->e))
    *fault = "the RSA exponent is out of range";
  else
    return TRUE;
  return FALSE;
}

gnutls_pubkey_t
ws_key_numbers_make_rsa_public (const WsRsaNumbers *numbers,
                                const char        **fault)
{
  gnutls_pubkey_t key = NULL;

  if (!check_rsa_public (numbers, fault))
    return NULL;
  if (has_failed (gnutls_pubkey_init (&key), fault))
    return NULL;
  if (!has_failed (gnutls_pubkey_import_rsa_raw (key, &numbers->n, &numbers->e), fault))
    return key;

  gnutls_pubkey_deinit (key);
  return NULL;
}

static gboolean
check_rsa_private (const WsRsaNumbers *numbers,
                   const char        **fault)
{
  guint bits;

  if (!check_rsa_public (numbers, fault))
    return FALSE;
  bits = count_bits (&numbers->n);
  if (numbers->p.size == 0 || numbers->q.size == 0)
    *fault = "the RSA key has no prime factors p and q, which are needed";
  else if (!is_within (&numbers->p, MIN_FACTOR_BITS, bits - MIN_FACTOR_BITS + 1) || !is_odd (&numbers->p) ||
           !is_within (&numbers->q, MIN_FACTOR_BITS, bits - MIN_FACTOR_BITS + 1) || !is_odd (&numbers->q))
    *fault = "a prime factor of the RSA key is out of range";
  else if (!is_within (&numbers->d, 2, bits) || !is_odd (&numbers->d))
    *fault = "the private exponent of the RSA key is out of range";
  else
    return TRUE;
  return FALSE;
}

/* Returns the key if its numbers belong together. */
static gnutls_x509_privkey_t
verify_key (gnutls_x509_privkey_t key,
            int                   import_code,
            const char          **fault)
{
  if (!has_failed (import_code, fault))
    {
      if (gnutls_x509_privkey_verify_params (key) >= 0)
        return key;
      *fault = "the numbers of the private key do not belong together";
    }
  gnutls_x509_privkey_deinit (key);
  return NULL;
}

gnutls_x509_privkey_t
ws_key_numbers_make_rsa_private (const WsRsaNumbers *numbers,
                                 const char        **fault)
{
  gnutls_x509_privkey_t key = NULL;

  if (!check_rsa_private (numbers, fault) || has_failed (gnutls_x509_privkey_init (&key), fault))
    return NULL;
  return verify_key (key,
                     gnutls_x509_privkey_import_rsa_raw2 (key, &numbers->n, &numbers->e, &numbers->d,
                                                          &numbers->p, &numbers->q, NULL, NULL, NULL),
                     fault);
}

/* --- DSA --- */

static gboolean
check_dsa_public (const WsDsaNumbers *numbers,
                  const char        **fault)
{
  guint bits = count_bits (&numbers->p);

  if (bits < MIN_DSA_BITS || bits > MAX_DSA_BITS || !is_odd (&numbers->p))
    *fault = "the prime p of the DSA key is out of range";
  else if (!is_within (&numbers->q, MIN_FACTOR_BITS, MIN_DSA_BITS) || !is_odd (&numbers->q))
    *fault = "the prime q of the DSA key is out of range";
  else if (!is_within (&numbers->g, 2, bits) || !is_within (&numbers->y, 2, bits))
    *fault = "a public number of the DSA key is out of range";
  else
    return TRUE;
  return FALSE;
}

gnutls_pubkey_t
ws_key_numbers_make_dsa_public (const WsDsaNumbers *numbers,
                                const char        **fault)
{
  gnutls_pubkey_t key = NULL;

  if (!check_dsa_public (numbers, fault) || has_failed (gnutls_pubkey_init (&key), fault))
    return NULL;
  if (!has_failed (gnutls_pubkey_import_dsa_raw (key, &numbers->p, &numbers->q, &numbers->g, &numbers->y),
                   fault))
    return key;

  gnutls_pubkey_deinit (key);
  return NULL;
}

gnutls_x509_privkey_t
ws_key_numbers_make_dsa_private (const WsDsaNumbers *numbers,
                                 const char        **fault)
{
  gnutls_x509_privkey_t key = NULL;

  if (!check_dsa_public (numbers, fault))
    return NULL;
  if (!is_within (&numbers->x, 2, count_bits (&numbers->q)))
    {
      *fault = "the private number of the DSA key is out of range";
      return NULL;
    }
  if (has_failed (gnutls_x509_privkey_init (&key), fault))
    return NULL;
  return verify_key (key,
                     gnutls_x509_privkey_import_dsa_raw (key, &numbers->p, &numbers->q, &numbers->g,
                                                         &numbers->y, &numbers->x),
                     fault);
}

/* --- Elliptic curves --- */

static gboolean
is_edwards (gnutls_ecc_curve_t curve)
{
  return curve == GNUTLS_ECC_CURVE_ED25519 || curve == GNUTLS_ECC_CURVE_ED448;
}

static guint
get_number_bytes (gnutls_ecc_curve_t curve)
{
  return (guint) gnutls_ecc_curve_get_size (curve);
}

static gboolean
check_ecc_public (const WsEccNumbers *numbers,
                  const char        **fault)
{
  guint bytes = get_number_bytes (numbers->curve);

  if (bytes == 0 || numbers->curve == GNUTLS_ECC_CURVE_X25519 || numbers->curve == GNUTLS_ECC_CURVE_X448)
    {
      *fault = "the curve is not one for signatures that is supported";
      return FALSE;
    }
  if (is_edwards (numbers->curve)
          ? numbers->x.size == bytes && numbers->y.size == 0
          : is_within (&numbers->x, 1, bytes * 8) && is_within (&numbers->y, 1, bytes * 8))
    return TRUE;

  *fault = "the public point of the key does not fit its curve";
  return FALSE;
}

static const gnutls_datum_t *
if_present (const gnutls_datum_t *number)
{
  return number->size > 0 ? number : NULL;
}

gnutls_pubkey_t
ws_key_numbers_make_ecc_public (const WsEccNumbers *numbers,
                                const char        **fault)
{
  gnutls_pubkey_t key = NULL;

  if (!check_ecc_public (numbers, fault) || has_failed (gnutls_pubkey_init (&key), fault))
    return NULL;
  if (!has_failed (gnutls_pubkey_import_ecc_raw (key, numbers->curve, &numbers->x, if_present (&numbers->y)),
                   fault))
    return key;

  gnutls_pubkey_deinit (key);
  return NULL;
}

gnutls_x509_privkey_t
ws_key_numbers_make_ecc_private (const WsEccNumbers *numbers,
                                 const char        **fault)
{
  gnutls_x509_privkey_t key = NULL;
  guint                 bytes = get_number_bytes (numbers->curve);

  if (!check_ecc_public (numbers, fault))
    return NULL;
  if (is_edwards (numbers->curve) ? numbers->k.size != bytes : !is_within (&numbers->k, 1, bytes * 8))
    {
      *fault = "the private number of the key does not fit its curve";
      return NULL;
    }
  if (has_failed (gnutls_x509_privkey_init (&key), fault))
    return NULL;
  return verify_key (key,
                     gnutls_x509_privkey_import_ecc_raw (key, numbers->curve, &numbers->x,
                                                         if_present (&numbers->y), &numbers->k),
                     fault);
}

gboolean
ws_key_numbers_split_point (WsEccNumbers         *numbers,
                            const gnutls_datum_t *point)
{
  guint bytes = get_number_bytes (numbers->curve);

  if (bytes == 0 || point->size != 1 + 2 * bytes || point->data[0] != 4)
    return FALSE;

  numbers->x = (gnutls_datum_t){ point->data + 1, bytes };
  numbers->y = (gnutls_datum_t){ point->data + 1 + bytes, bytes };
  return TRUE;
}
