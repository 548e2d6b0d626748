/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-mask-private.h"

#include <string.h>

/* The compiler turns this into whatever vector registers the machine has. */
typedef guint64 MaskVector __attribute__ ((vector_size (32)));

#define KEY_LENGTH 4

/* One load, one exclusive or, one store; memcpy says that data may be unaligned. */
#define MASK_STEP(type, data, key)     \
 G_STMT_START                          \
 {                                     \
  type word;                           \
                                       \
  memcpy (&word, (data), sizeof word); \
  word ^= (key);                       \
  memcpy ((data), &word, sizeof word); \
 }                                     \
 G_STMT_END

void
ws_mask (guint8      *data,
         gsize        length,
         const guint8 masking_key[4],
         gsize        offset)
{
  guint8  key[KEY_LENGTH];
  guint32 key32;
  guint64 key64;

  /* The key as it falls on data[0]. Steps below are multiples of its length, so it stays so, and
   * copying bytes keeps the byte order out of it. */
  for (gsize i = 0; i < KEY_LENGTH; i++)
    key[i] = masking_key[(offset + i) % KEY_LENGTH];

  memcpy (&key32, key, sizeof key32);
  key64 = (guint64) key32 << 32 | key32;

  if (length >= sizeof (MaskVector))
    {
      const MaskVector key256 = { key64, key64, key64, key64 };

      for (; length >= sizeof key256; data += sizeof key256, length -= sizeof key256)
        MASK_STEP (MaskVector, data, key256);
    }

  for (; length >= sizeof key64; data += sizeof key64, length -= sizeof key64)
    MASK_STEP (guint64, data, key64);

  if (length >= sizeof key32)
    {
      MASK_STEP (guint32, data, key32);
      data += sizeof key32;
      length -= sizeof key32;
    }

  for (gsize i = 0; i < length; i++)
    data[i] ^= key[i];
}
