/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-utf8-private.h"

#include <string.h>

/* The state is 0 between characters. Inside a character it holds, from the low byte up: the number of
 * missing continuation bytes, then the lowest and the highest value of the next byte. Only the second byte
 * of a character has narrower bounds than 80..BF (RFC 3629 §4). These bounds refuse overlong forms,
 * surrogates and values over U+10FFFF at the first byte that shows the fault. */
#define STATE(missing, lowest, highest) \
 ((guint32) (missing) | (guint32) (lowest) << 8 | (guint32) (highest) << 16)
#define STATE_MISSING(state) ((state) % 0x100)
#define STATE_LOWEST(state) ((state) >> 8 & 0xff)
#define STATE_HIGHEST(state) ((state) >> 16)

#define STATE_INVALID G_MAXUINT32
#define HIGH_BITS G_GUINT64_CONSTANT (0x8080808080808080)

/* A text up to this length is first checked for ASCII as a whole. */
#define SHORT_TEXT_BYTES 128

static inline guint64
load_word (const guint8 *data)
{
  guint64 word;

  memcpy (&word, data, sizeof word);

  return word;
}

/* Returns the number of ASCII bytes at the start of data. The result may be too low, but only if fewer than
 * eight bytes are left or a word contains another byte. */
static inline gsize
skip_ascii_words (const guint8 *data,
                  gsize         length)
{
  gsize i = 0;

  for (; length - i >= 32; i += 32)
    if (((load_word (data + i) | load_word (data + i + 8) | load_word (data + i + 16) |
          load_word (data + i + 24)) &
         HIGH_BITS) != 0)
      break;

  for (; length - i >= 8; i += 8)
    if ((load_word (data + i) & HIGH_BITS) != 0)
      break;

  return i;
}

/* Returns the state after the first byte of a character of two bytes or more. */
static inline guint32
start_character (guint8 byte)
{
  if (byte < 0xc2) /* continuation byte, or C0 and C1, which are always overlong */
    return STATE_INVALID;

  if (byte < 0xe0)
    return STATE (1, 0x80, 0xbf);

  if (byte < 0xf0)
    return STATE (2, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf);

  if (byte < 0xf5)
    return STATE (3, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf);

  return STATE_INVALID;
}

static inline guint32
continue_character (guint32 state,
                    guint8  byte)
{
  if (byte < STATE_LOWEST (state) || byte > STATE_HIGHEST (state))
    return STATE_INVALID;

  if (STATE_MISSING (state) == 1)
    return 0;

  return STATE (STATE_MISSING (state) - 1, 0x80, 0xbf);
}

/* Returns the length of a valid character of two or three bytes at the start of data, which has at least
 * four bytes. Returns 0 for anything else; the state machine then decides. This path only makes the common
 * scripts fast. The first byte is the low byte of the word. */
static inline gsize
match_character (const guint8 *data)
{
  guint32 word;

  memcpy (&word, data, sizeof word);
  word = GUINT32_FROM_LE (word);

  /* 1110xxxx 10xxxxxx 10xxxxxx. The bounds of the second byte depend on these bits. If none is set, the form
   * is overlong; 1101 with 1 is a surrogate. */
  if ((word & 0xc0c0f0) == 0x8080e0)
    return (word & 0x200f) != 0 && (word & 0x200f) != 0x200d ? 3 : 0;

  /* 110xxxxx 10xxxxxx. The form is overlong if the upper four of the first five bits are all 0. */
  if ((word & 0xc0e0) == 0x80c0)
    return (word & 0x1e) != 0 ? 2 : 0;

  return 0;
}

/* Skips whole characters that are quickly found to be valid and returns their length in bytes. */
static inline gsize
skip_characters (const guint8 *data,
                 gsize         length)
{
  gsize i = skip_ascii_words (data, length);

  while (length - i >= sizeof (guint64))
    {
      gsize size = match_character (data + i);

      if (size == 0 && data[i] < 0x80)
        {
          const guint64 others = GUINT64_FROM_LE (load_word (data + i)) & HIGH_BITS;

          size = others != 0 ? (gsize) __builtin_ctzll (others) / 8
                             : skip_ascii_words (data + i, length - i);
        }

      if (size == 0)
        break;

      i += size;
    }

  return i;
}

gboolean
ws_utf8_validator_feed (WsUtf8Validator *self,
                        const guint8    *data,
                        gsize            length)
{
  guint32 state = self->state;
  gsize   i = state == 0 ? skip_characters (data, length) : 0;

  while (i < length && state != STATE_INVALID)
    {
      if (state != 0)
        state = continue_character (state, data[i++]);
      else if (data[i] >= 0x80)
        state = start_character (data[i++]);
      else
        i++;

      if (state == 0 && length - i >= sizeof (guint64))
        i += skip_characters (data + i, length - i);
    }

  self->state = state;

  return state != STATE_INVALID;
}

gboolean
ws_utf8_validator_is_complete (const WsUtf8Validator *self)
{
  return self->state == 0;
}

/* TRUE if all bytes are ASCII. For a short text of at least eight bytes. */
static inline gboolean
is_ascii (const guint8 *data,
          gsize         length)
{
  guint64 bits = load_word (data + length - sizeof bits);

  for (gsize i = 0; i < length - sizeof bits; i += sizeof bits)
    bits |= load_word (data + i);

  return (bits & HIGH_BITS) == 0;
}

gboolean
ws_utf8_is_valid (const guint8 *data,
                  gsize         length)
{
  WsUtf8Validator validator = { 0 };

  if (length >= sizeof (guint64) && length <= SHORT_TEXT_BYTES && is_ascii (data, length))
    return TRUE;

  return ws_utf8_validator_feed (&validator, data, length) &&
         ws_utf8_validator_is_complete (&validator);
}
