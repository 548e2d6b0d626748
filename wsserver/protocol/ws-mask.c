/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-mask-private.h"

#include <string.h>

/* The compiler maps this type to the vector registers of the machine. */
typedef guint64 MaskVector __attribute__ ((vector_size (16)));

#define KEY_BITS 32

/* One load, one exclusive or, one store. memcpy allows unaligned data. gathered collects the bits of the
 * stored bytes. */
#define MASK_STEP(type, data, key, gathered) \
 G_STMT_START                                \
 {                                           \
  type word;                                 \
                                             \
  memcpy (&word, (data), sizeof word);       \
  word ^= (key);                             \
  (gathered) |= word;                        \
  memcpy ((data), &word, sizeof word);       \
 }                                           \
 G_STMT_END

/* The key, in memory order, rotated so that it starts at the byte at offset. */
static inline guint32
turn_key (const guint8 masking_key[4],
          gsize        offset)
{
  const guint turn = (guint) (offset % sizeof (guint32)) * 8;
  guint32     key;

  memcpy (&key, masking_key, sizeof key);
  key = GUINT32_FROM_LE (key);

  return GUINT32_TO_LE (key >> turn | key << (KEY_BITS - turn) % KEY_BITS);
}

gboolean
ws_mask (guint8      *data,
         gsize        length,
         const guint8 masking_key[4],
         gsize        offset)
{
  const guint32 key32 = turn_key (masking_key, offset);
  const guint64 key64 = (guint64) key32 << KEY_BITS | key32;
  guint64       gathered = 0;
  guint8        key[sizeof key32];

  if (length >= 2 * sizeof (MaskVector))
    {
      const MaskVector key128 = { key64, key64 };
      MaskVector       gathered128 = { 0 };

      for (; length >= 2 * sizeof key128; data += 2 * sizeof key128, length -= 2 * sizeof key128)
        {
          MASK_STEP (MaskVector, data, key128, gathered128);
          MASK_STEP (MaskVector, data + sizeof key128, key128, gathered128);
        }
      gathered = gathered128[0] | gathered128[1];
    }

  /* Each step is a multiple of the key's length, so the key does not rotate. */
  for (; length >= sizeof key64; data += sizeof key64, length -= sizeof key64)
    MASK_STEP (guint64, data, key64, gathered);

  if (length >= sizeof key32)
    {
      MASK_STEP (guint32, data, key32, gathered);
      data += sizeof key32;
      length -= sizeof key32;
    }

  memcpy (key, &key32, sizeof key);
  for (gsize i = 0; i < length; i++)
    {
      data[i] ^= key[i];
      gathered |= data[i];
    }

  return (gathered & G_GUINT64_CONSTANT (0x8080808080808080)) == 0;
}
