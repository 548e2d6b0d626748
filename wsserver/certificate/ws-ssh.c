/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-key-numbers-private.h"

#include <string.h>

static const struct
{
  const char           *name;
  gnutls_pk_algorithm_t algorithm;
  gnutls_ecc_curve_t    curve;
  const char           *curve_name; /* NULL where the blob does not repeat it */
} key_types[] = {
  { "ssh-rsa", GNUTLS_PK_RSA, GNUTLS_ECC_CURVE_INVALID, NULL },
  { "ssh-dss", GNUTLS_PK_DSA, GNUTLS_ECC_CURVE_INVALID, NULL },
  { "ecdsa-sha2-nistp256", GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP256R1, "nistp256" },
  { "ecdsa-sha2-nistp384", GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP384R1, "nistp384" },
  { "ecdsa-sha2-nistp521", GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP521R1, "nistp521" },
  { "ssh-ed25519", GNUTLS_PK_EDDSA_ED25519, GNUTLS_ECC_CURVE_ED25519, NULL },
  { "ssh-ed448", GNUTLS_PK_EDDSA_ED448, GNUTLS_ECC_CURVE_ED448, NULL },
};

static int
find_key_type (const void *name,
               gsize       length)
{
  for (guint i = 0; i < G_N_ELEMENTS (key_types); i++)
    if (strlen (key_types[i].name) == length && memcmp (key_types[i].name, name, length) == 0)
      return (int) i;
  return -1;
}

gboolean
ws_ssh_is_key_type (const char *name,
                    gsize       length)
{
  return find_key_type (name, length) >= 0;
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
read_point (WsEccNumbers   *numbers,
            gnutls_datum_t *rest,
            guint           type)
{
  gnutls_datum_t string;

  numbers->curve = key_types[type].curve;
  if (key_types[type].curve_name == NULL)
    return ws_ssh_take_string (rest, &numbers->x);

  return ws_ssh_take_string (rest, &string) && string.size == strlen (key_types[type].curve_name) &&
         memcmp (string.data, key_types[type].curve_name, string.size) == 0 &&
         ws_ssh_take_string (rest, &string) && ws_cert_ecc_split_point (numbers, &string);
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
  type = find_key_type (name.data, name.size);
  if (type < 0)
    {
      *fault = "the type of the SSH key is not supported";
      return FALSE;
    }

  numbers->algorithm = key_types[type].algorithm;
  if (numbers->algorithm == GNUTLS_PK_RSA)
    complete = ws_ssh_take_string (&rest, &numbers->rsa.e) && ws_ssh_take_string (&rest, &numbers->rsa.n);
  else if (numbers->algorithm == GNUTLS_PK_DSA)
    complete = ws_ssh_take_string (&rest, &numbers->dsa.p) && ws_ssh_take_string (&rest, &numbers->dsa.q) &&
               ws_ssh_take_string (&rest, &numbers->dsa.g) && ws_ssh_take_string (&rest, &numbers->dsa.y);
  else
    complete = read_point (&numbers->ecc, &rest, (guint) type);
  return complete && rest.size == 0;
}

static void
append_string (GByteArray   *blob,
               const guint8 *data,
               gsize         length)
{
  guint32 prefix = GUINT32_TO_BE ((guint32) length);

  g_byte_array_append (blob, (const guint8 *) &prefix, sizeof prefix);
  if (length > 0)
    g_byte_array_append (blob, data, (guint) length);
}

/* GnuTLS writes the numbers as SSH wants them: with a leading zero if the first bit is set. */
static void
append_number (GByteArray     *blob,
               gnutls_datum_t *number)
{
  append_string (blob, number->data, number->size);
  gnutls_free (number->data);
}

static gboolean
append_rsa (GByteArray     *blob,
            gnutls_pubkey_t key)
{
  gnutls_datum_t n, e;

  if (gnutls_pubkey_export_rsa_raw (key, &n, &e) < 0)
    return FALSE;
  append_string (blob, (const guint8 *) "ssh-rsa", strlen ("ssh-rsa"));
  append_number (blob, &e);
  append_number (blob, &n);
  return TRUE;
}

static gboolean
append_dsa (GByteArray     *blob,
            gnutls_pubkey_t key)
{
  gnutls_datum_t p, q, g, y;

  if (gnutls_pubkey_export_dsa_raw (key, &p, &q, &g, &y) < 0)
    return FALSE;
  append_string (blob, (const guint8 *) "ssh-dss", strlen ("ssh-dss"));
  append_number (blob, &p);
  append_number (blob, &q);
  append_number (blob, &g);
  append_number (blob, &y);
  return TRUE;
}

/* 04 || x || y, each as long as the curve says. */
static void
append_point (GByteArray           *blob,
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
  append_string (blob, point, 1 + 2 * bytes);
}

static gboolean
append_ecc (GByteArray     *blob,
            gnutls_pubkey_t key)
{
  gnutls_ecc_curve_t curve;
  gnutls_datum_t     x, y = { NULL, 0 };
  guint              type = 0;

  if (gnutls_pubkey_export_ecc_raw (key, &curve, &x, &y) < 0)
    return FALSE;
  while (type < G_N_ELEMENTS (key_types) && key_types[type].curve != curve)
    type++;
  if (type < G_N_ELEMENTS (key_types))
    {
      const char *name = key_types[type].curve_name;

      append_string (blob, (const guint8 *) key_types[type].name, strlen (key_types[type].name));
      if (name == NULL)
        append_string (blob, x.data, x.size);
      else
        {
          append_string (blob, (const guint8 *) name, strlen (name));
          append_point (blob, (gsize) gnutls_ecc_curve_get_size (curve), &x, &y);
        }
    }
  gnutls_free (x.data);
  gnutls_free (y.data);
  return type < G_N_ELEMENTS (key_types);
}

GByteArray *
ws_ssh_write_public (gnutls_pubkey_t key)
{
  g_autoptr (GByteArray) blob = g_byte_array_new ();
  gboolean written;

  switch (gnutls_pubkey_get_pk_algorithm (key, NULL))
    {
    case GNUTLS_PK_RSA:
      written = append_rsa (blob, key);
      break;
    case GNUTLS_PK_DSA:
      written = append_dsa (blob, key);
      break;
    case GNUTLS_PK_ECDSA:
    case GNUTLS_PK_EDDSA_ED25519:
    case GNUTLS_PK_EDDSA_ED448:
      written = append_ecc (blob, key);
      break;
    default:
      written = FALSE;
    }
  return written ? g_steal_pointer (&blob) : NULL;
}
