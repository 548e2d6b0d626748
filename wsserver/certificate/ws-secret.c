/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-secret-private.h"

#include <gnutls/gnutls.h>
#include <string.h>

void
ws_secret_free (char *secret)
{
  if (secret != NULL)
    gnutls_memset (secret, 0, strlen (secret));
  g_free (secret);
}

typedef struct
{
  guint8 *data;
  gsize   length;
} SecretBlock;

static void
free_block_cb (gpointer user_data)
{
  SecretBlock *block = user_data;

  if (block->length > 0)
    gnutls_memset (block->data, 0, block->length);
  g_free (block->data);
  g_free (block);
}

GBytes *
ws_secret_bytes_new_take (guint8 *data,
                          gsize   length)
{
  SecretBlock *block = g_new (SecretBlock, 1);

  block->data = data;
  block->length = length;
  return g_bytes_new_with_free_func (data, length, free_block_cb, block);
}

/* The value of a character, or -1. */
static int
sextet (char     character,
        gboolean url)
{
  if (character >= 'A' && character <= 'Z')
    return character - 'A';
  if (character >= 'a' && character <= 'z')
    return character - 'a' + 26;
  if (character >= '0' && character <= '9')
    return character - '0' + 52;
  if (character == (url ? '-' : '+'))
    return 62;
  if (character == (url ? '_' : '/'))
    return 63;
  return -1;
}

GBytes *
ws_secret_decode_base64 (const char *text,
                         gsize       length,
                         gboolean    url)
{
  g_autoptr (GBytes) bytes = NULL;
  guint8 *data = g_malloc (length / 4 * 3 + 3);
  guint   bits = 0;
  guint   n_bits = 0;
  gsize   written = 0;
  gsize   i;

  for (i = 0; i < length; i++)
    {
      int value = sextet (text[i], url);

      if (g_ascii_isspace (text[i]))
        continue;
      if (value < 0)
        break;
      bits = (bits << 6 | (guint) value) & 0xffff;
      n_bits += 6;
      if (n_bits >= 8)
        {
          n_bits -= 8;
          data[written++] = (guint8) (bits >> n_bits);
        }
    }
  bytes = ws_secret_bytes_new_take (data, written);

  /* Only padding may follow, and one character alone in the last group is half a byte. */
  for (; i < length; i++)
    if (text[i] != '=' && !g_ascii_isspace (text[i]))
      return NULL;
  return written > 0 && n_bits < 6 ? g_steal_pointer (&bytes) : NULL;
}
