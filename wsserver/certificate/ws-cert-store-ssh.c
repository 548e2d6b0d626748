/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-loaders-private.h"
#include "wsserver/certificate/ws-secret-private.h"
#include "wsserver/certificate/ws-ssh-private.h"

#include <string.h>

#define SSH2_BEGIN "---- BEGIN SSH2 PUBLIC KEY ----"
#define SSH2_END "---- END SSH2 PUBLIC KEY ----"

static gboolean
add_ssh_key (WsCertStore *store,
             const char  *text,
             gsize        length,
             GError     **error)
{
  g_autoptr (GBytes) blob = ws_secret_decode_base64 (text, length);
  const char     *fault = NULL;
  gnutls_pubkey_t key = NULL;
  WsSshNumbers    numbers;
  gnutls_datum_t  datum;
  gsize           size;

  if (blob == NULL)
    return ws_cert_store_fail (store, error, "the SSH public key is not in Base64");

  datum.data = (guint8 *) g_bytes_get_data (blob, &size);
  datum.size = (guint) size;
  if (ws_ssh_read_public (&numbers, &datum, &fault))
    {
      if (numbers.algorithm == GNUTLS_PK_RSA)
        key = ws_key_numbers_make_rsa_public (&numbers.rsa, &fault);
      else if (numbers.algorithm == GNUTLS_PK_DSA)
        key = ws_key_numbers_make_dsa_public (&numbers.dsa, &fault);
      else
        key = ws_key_numbers_make_ecc_public (&numbers.ecc, &fault);
    }
  if (key == NULL)
    return ws_cert_store_fail (store, error, "%s", fault);

  g_ptr_array_add (store->public_keys, key);
  return TRUE;
}

/* RFC 4716: header lines "Name: value", continued after a backslash, then Base64. */
static gboolean
load_ssh2_block (WsCertStore *store,
                 const char  *text,
                 GError     **error)
{
  const char *line = text + strlen (SSH2_BEGIN);
  const char *end = strstr (text, SSH2_END);
  gboolean    continued = FALSE;

  if (end == NULL)
    return ws_cert_store_fail (store, error, "the SSH public key has no end line");

  line += strspn (line, "\r\n");
  for (; line < end; line += strspn (line, "\r\n"))
    {
      const char *line_end = line + strcspn (line, "\r\n");

      if (!continued && memchr (line, ':', (gsize) (line_end - line)) == NULL)
        break;
      continued = line_end > line && line_end[-1] == '\\';
      line = line_end;
    }
  return line < end ? add_ssh_key (store, line, (gsize) (end - line), error)
                    : ws_cert_store_fail (store, error, "the SSH public key is empty");
}

/* One line of the form "[options] type Base64 [comment]", as in authorized_keys. */
static gboolean
load_ssh_line (WsCertStore *store,
               const char  *line,
               GError     **error)
{
  const char *word = line + strspn (line, " \t\r");

  if (*word == '\0' || *word == '#')
    return TRUE;

  while (*word != '\0')
    {
      gsize length = strcspn (word, " \t\r");

      if (ws_ssh_is_key_type (word, length))
        {
          word += length;
          word += strspn (word, " \t");
          return add_ssh_key (store, word, strcspn (word, " \t\r"), error);
        }
      word += length;
      word += strspn (word, " \t\r");
    }
  return ws_cert_store_fail (store, error, "there is no SSH public key of a supported type in it");
}

gboolean
ws_cert_store_load_ssh (WsCertStore  *store,
                        const guint8 *data,
                        gsize         length,
                        GError      **error)
{
  g_autofree char *text = g_strndup ((const char *) data, length);
  g_auto (GStrv) lines = NULL;
  const char *block = strstr (text, SSH2_BEGIN);

  if (strlen (text) != length)
    return ws_cert_store_fail (store, error, "it is not text");
  if (block != NULL)
    return load_ssh2_block (store, block, error);

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!load_ssh_line (store, lines[i], error))
      return FALSE;
  return TRUE;
}
