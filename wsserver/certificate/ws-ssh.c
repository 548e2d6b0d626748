/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-ssh-private.h"

#include <string.h>

static const struct
{
  const char           *name;
  gnutls_pk_algorithm_t algorithm;
  gnutls_ecc_curve_t    curve;
  const char           *curve_name; /* NULL where the blob does not repeat it */
} ssh_types[] = {
  { "ssh-rsa", GNUTLS_PK_RSA, GNUTLS_ECC_CURVE_INVALID, NULL },
  { "ssh-dss", GNUTLS_PK_DSA, GNUTLS_ECC_CURVE_INVALID, NULL },
  { "ecdsa-sha2-nistp256", GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP256R1, "nistp256" },
  { "ecdsa-sha2-nistp384", GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP384R1, "nistp384" },
  { "ecdsa-sha2-nistp521", GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP521R1, "nistp521" },
  { "ssh-ed25519", GNUTLS_PK_EDDSA_ED25519, GNUTLS_ECC_CURVE_ED25519, NULL },
  { "ssh-ed448", GNUTLS_PK_EDDSA_ED448, GNUTLS_ECC_CURVE_ED448, NULL },
};

static int
find_ssh_type (const void *name,
               gsize       length)
{
  for (guint i = 0; i < G_N_ELEMENTS (ssh_types); i++)
    if (strlen (ssh_types[i].name) == length && memcmp (ssh_types[i].name, name, length) == 0)
      return (int) i;
  return -1;
}

gboolean
ws_ssh_is_key_type (const char *name,
                    gsize       length)
{
  return find_ssh_type (name, length) >= 0;
}

gboolean
ws_ssh_take_string (gnutls_datum_t *rest,
                    gnutls_datum_t *string)
{
  guint32 length;

  if (rest->size < sizeof length)
    return FALSE;
  memcpy (&length, rest->data, sizeof length);
  length = GUINT32_FROM_BE (length);
  if (length > rest->size - sizeof length)
    return FALSE;

  string->data = rest->data + sizeof length;
  string->size = length;
  rest->data += sizeof length + length;
  rest->size -= (guint) sizeof length + length;
  return TRUE;
}

static gboolean
read_ssh_point (WsEccNumbers   *numbers,
                gnutls_datum_t *rest,
                guint           type)
{
  gnutls_datum_t string;

  numbers->curve = ssh_types[type].curve;
  if (ssh_types[type].curve_name == NULL)
    return ws_ssh_take_string (rest, &numbers->x);

  return ws_ssh_take_string (rest, &string) && string.size == strlen (ssh_types[type].curve_name) &&
         memcmp (string.data, ssh_types[type].curve_name, string.size) == 0 &&
         ws_ssh_take_string (rest, &string) && ws_key_numbers_split_point (numbers, &string);
}

gboolean
ws_ssh_read_public (WsSshNumbers         *numbers,
                    const gnutls_datum_t *blob,
                    const char          **fault)
{
  gnutls_datum_t rest = *blob;
  gnutls_datum_t name;
  gboolean       complete;
  int            type;

  *numbers = (WsSshNumbers){ 0 };
  *fault = "the SSH public key is cut short or malformed";
  if (!ws_ssh_take_string (&rest, &name))
    return FALSE;
  type = find_ssh_type (name.data, name.size);
  if (type < 0)
    {
      *fault = "the type of the SSH key is not supported";
      return FALSE;
    }

  numbers->algorithm = ssh_types[type].algorithm;
  if (numbers->algorithm == GNUTLS_PK_RSA)
    complete = ws_ssh_take_string (&rest, &numbers->rsa.e) && ws_ssh_take_string (&rest, &numbers->rsa.n);
  else if (numbers->algorithm == GNUTLS_PK_DSA)
    complete = ws_ssh_take_string (&rest, &numbers->dsa.p) && ws_ssh_take_string (&rest, &numbers->dsa.q) &&
               ws_ssh_take_string (&rest, &numbers->dsa.g) && ws_ssh_take_string (&rest, &numbers->dsa.y);
  else
    complete = read_ssh_point (&numbers->ecc, &rest, (guint) type);
  return complete && rest.size == 0;
}

static void
append_ssh_string (GByteArray   *blob,
                   const guint8 *data,
                   gsize         length)
{
  guint32 prefix = GUINT32_TO_BE ((guint32) length);

  g_byte_array_append (blob, (const guint8 *) &prefix, sizeof prefix);
  if (length > 0)
    g_byte_array_append (blob, data, (guint) length);
}

/* GnuTLS exports numbers as SSH encodes them, with a leading zero if the first bit is set. */
static void
append_ssh_number (GByteArray     *blob,
                   gnutls_datum_t *number)
{
  append_ssh_string (blob, number->data, number->size);
  gnutls_free (number->data);
}

static gboolean
append_ssh_rsa (GByteArray     *blob,
                gnutls_pubkey_t key)
{
  gnutls_datum_t n, e;

  if (gnutls_pubkey_export_rsa_raw (key, &n, &e) < 0)
    return FALSE;
  append_ssh_string (blob, (const guint8 *) "ssh-rsa", strlen ("ssh-rsa"));
  append_ssh_number (blob, &e);
  append_ssh_number (blob, &n);
  return TRUE;
}

static gboolean
append_ssh_dsa (GByteArray     *blob,
                gnutls_pubkey_t key)
{
  gnutls_datum_t p, q, g, y;

  if (gnutls_pubkey_export_dsa_raw (key, &p, &q, &g, &y) < 0)
    return FALSE;
  append_ssh_string (blob, (const guint8 *) "ssh-dss", strlen ("ssh-dss"));
  append_ssh_number (blob, &p);
  append_ssh_number (blob, &q);
  append_ssh_number (blob, &g);
  append_ssh_number (blob, &y);
  return TRUE;
}

/* 04 || x || y, each of the length that the curve has. */
static void
append_ssh_point (GByteArray           *blob,
                  gsize                 bytes,
                  const gnutls_datum_t *x,
                  const gnutls_datum_t *y)
{
  const gnutls_datum_t *numbers[] = { x, y };
  g_autofree guint8    *point = g_malloc0 (1 + 2 * bytes);

  point[0] = 4;
  for (guint i = 0; i < 2; i++)
    {
      gsize skipped = numbers[i]->size > bytes ? numbers[i]->size - bytes : 0;
      gsize length = numbers[i]->size - skipped;

      memcpy (point + 1 + (i + 1) * bytes - length, numbers[i]->data + skipped, length);
    }
  append_ssh_string (blob, point, 1 + 2 * bytes);
}

static gboolean
append_ssh_ecc (GByteArray     *blob,
                gnutls_pubkey_t key)
{
  gnutls_ecc_curve_t curve;
  gnutls_datum_t     x, y = { NULL, 0 };
  guint              type = 0;

  if (gnutls_pubkey_export_ecc_raw (key, &curve, &x, &y) < 0)
    return FALSE;
  while (type < G_N_ELEMENTS (ssh_types) && ssh_types[type].curve != curve)
    type++;
  if (type < G_N_ELEMENTS (ssh_types))
    {
      const char *name = ssh_types[type].curve_name;

      append_ssh_string (blob, (const guint8 *) ssh_types[type].name, strlen (ssh_types[type].name));
      if (name == NULL)
        append_ssh_string (blob, x.data, x.size);
      else
        {
          append_ssh_string (blob, (const guint8 *) name, strlen (name));
          append_ssh_point (blob, (gsize) gnutls_ecc_curve_get_size (curve), &x, &y);
        }
    }
  gnutls_free (x.data);
  gnutls_free (y.data);
  return type < G_N_ELEMENTS (ssh_types);
}

GByteArray *
ws_ssh_write_public (gnutls_pubkey_t key)
{
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  gboolean written;

  switch (gnutls_pubkey_get_pk_algorithm (key, NULL))
    {
    case GNUTLS_PK_RSA:
      written = append_ssh_rsa (blob, key);
      break;
    case GNUTLS_PK_DSA:
      written = append_ssh_dsa (blob, key);
      break;
    case GNUTLS_PK_ECDSA:
    case GNUTLS_PK_EDDSA_ED25519:
    case GNUTLS_PK_EDDSA_ED448:
      written = append_ssh_ecc (blob, key);
      break;
    default:
      written = FALSE;
    }
  return written ? g_steal_pointer (&blob) : NULL;
}
