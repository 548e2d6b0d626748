/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-secret-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
free_secret_block_cb (gpointer user_data)
{
  SecretBlock *block = user_data;

  if (block->length > 0)
    gnutls_memset (block->data, 0, block->length);
  g_free (block->data);
  g_free (block);
}

GBytes *
ws_secret_new_bytes_take (guint8 *data,
                          gsize   length)
{
  SecretBlock *block = g_new (SecretBlock, 1);

  block->data = data;
  block->length = length;
  return g_bytes_new_with_free_func (data, length, free_secret_block_cb, block);
}

/* Value of a character, or -1. The last two characters of the alphabet differ between its variants. */
static int
get_sextet (char        character,
            const char *last_two)
{
  if (character >= 'A' && character <= 'Z')
    return character - 'A';
  if (character >= 'a' && character <= 'z')
    return character - 'a' + 26;
  if (character >= '0' && character <= '9')
    return character - '0' + 52;
  if (character == last_two[0])
    return 62;
  if (character == last_two[1])
    return 63;
  return -1;
}

static GBytes *
decode_with_alphabet (const char *text,
                      gsize       length,
                      const char *last_two)
{
  g_autoptr (GBytes) bytes = NULL;
  guint8 *data = g_malloc (length / 4 * 3 + 3);
  guint   bits = 0;
  guint   n_bits = 0;
  gsize   written = 0;
  gsize   i;

  for (i = 0; i < length; i++)
    {
      int value = get_sextet (text[i], last_two);

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
  bytes = ws_secret_new_bytes_take (data, written);

  /* Only padding may follow. A single character in the last group is less than a byte. */
  for (; i < length; i++)
    if (text[i] != '=' && !g_ascii_isspace (text[i]))
      return NULL;
  return written > 0 && n_bits < 6 ? g_steal_pointer (&bytes) : NULL;
}

GBytes *
ws_secret_decode_base64 (const char *text,
                         gsize       length)
{
  return decode_with_alphabet (text, length, "+/");
}

GBytes *
ws_secret_decode_base64url (const char *text,
                            gsize       length)
{
  return decode_with_alphabet (text, length, "-_");
}

/* Opens a regular file that is not too long. Returns -1 and sets fault otherwise. */
static int
open_regular_file (const char *filename,
                   gsize       max_bytes,
                   gsize      *length,
                   char      **fault)
{
  /* A pipe without a writer must not block. */
  int         fd = open (filename, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;

  if (fd < 0 || fstat (fd, &status) < 0)
    *fault = g_strdup (g_strerror (errno));
  else if (S_ISDIR (status.st_mode))
    *fault = g_strdup (g_strerror (EISDIR));
  else if (!S_ISREG (status.st_mode))
    *fault = g_strdup ("it is not a regular file");
  else if ((guint64) status.st_size > max_bytes)
    *fault = g_strdup_printf ("it is longer than %" G_GSIZE_FORMAT " bytes", max_bytes);
  else
    {
      *length = (gsize) status.st_size;
      return fd;
    }
  if (fd >= 0)
    close (fd);
  return -1;
}

GBytes *
ws_secret_read_file (const char *filename,
                     gsize       max_bytes,
                     char      **fault)
{
  g_autoptr (GBytes) bytes = NULL;
  guint8 *data;
  gsize   capacity = 0;
  gsize   length = 0;
  gssize  n = 0;
  int     fd = open_regular_file (filename, max_bytes, &capacity, fault);

  if (fd < 0)
    return NULL;

  data = g_malloc (capacity + 1);
  while (length < capacity)
    {
      n = read (fd, data + length, capacity - length);
      if (n > 0)
        length += (gsize) n;
      else if (n == 0 || errno != EINTR)
        break;
    }
  if (n < 0)
    *fault = g_strdup (g_strerror (errno));
  close (fd);
  bytes = ws_secret_new_bytes_take (data, length);
  return n < 0 ? NULL : g_steal_pointer (&bytes);
}
