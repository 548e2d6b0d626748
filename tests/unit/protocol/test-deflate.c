/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-deflate-private.h"

#include "wsserver/protocol/ws-deflate-cache-private.h"

#include <string.h>

static const WsDeflateParameters takeover = { FALSE, FALSE, 15, 15 };
static const WsDeflateParameters no_takeover = { TRUE, TRUE, 15, 15 };

/* --- payloads -------------------------------------------------------------------------------- */

typedef enum
{
  ZEROS,
  TEXT,
  RANDOM,
  DISTANT, /* repeats itself at every distance within any window, and beyond */
  N_KINDS
} PayloadKind;

static guint8 *
make_payload (PayloadKind kind,
              gsize       length)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7692);
  guint8 *payload = g_malloc0 (MAX (length, 1));

  for (gsize i = 0; i < length; i++)
    switch (kind)
      {
      case TEXT:
        payload[i] = (guint8) "the quick brown fox jumps over the lazy dog "[(i + i / 100) % 44];
        break;

      case RANDOM:
        payload[i] = (guint8) g_rand_int (rand);
        break;

      case DISTANT:
        if (i % 40000 < 200 || i % 300 < 20)
          payload[i] = (guint8) (i % 300);
        else
          payload[i] = (guint8) g_rand_int (rand);
        break;

      case ZEROS:
      default:
        break;
      }

  return payload;
}

/* --- plain zlib, to compare with ------------------------------------------------------------- */

/* The largest output that is read one byte at a time. */
#define SLOW_BYTES 65535

/* Up to SLOW_BYTES this refuses a distance beyond the window: with one byte of output at a time, zlib can
 * look only into its window. */
static void
check_by_zlib (z_stream         *stream,
               const GByteArray *compressed,
               const guint8     *payload,
               gsize             length)
{
  static const guint8 tail[] = { 0x00, 0x00, 0xff, 0xff };
  g_autoptr (GByteArray) input = g_byte_array_new ();
  const gsize        room = length > SLOW_BYTES ? SLOW_BYTES : 1;
  g_autofree guint8 *output = g_malloc (room);
  gsize              done = 0;
  int                state = 0;

  g_byte_array_append (input, compressed->data, compressed->len);
  g_byte_array_append (input, tail, sizeof tail);
  stream->next_in = input->data;
  stream->avail_in = input->len;

  for (;;)
    {
      gsize produced;
      int   code;

      stream->next_out = output;
      stream->avail_out = (uInt) room;
      code = inflate (stream, Z_SYNC_FLUSH);
      produced = room - stream->avail_out;

      if (code == Z_BUF_ERROR)
        break;

      g_assert_cmpint (code, ==, Z_OK);
      g_assert_cmpuint (produced, <=, length - done);
      g_assert_true (memcmp (output, payload + done, produced) == 0);
      done += produced;
      state = stream->data_type;
    }

  g_assert_cmpuint (stream->avail_in, ==, 0);
  g_assert_cmpuint (done, ==, length);

  /* On a byte boundary between two blocks. */
  g_assert_cmpint (state, ==, 0x80);
}

static GByteArray *
compress_by_zlib (z_stream     *stream,
                  const guint8 *payload,
                  gsize         length)
{
  GByteArray *out = g_byte_array_new ();
  const gsize room = length + length / 8 + 64;

  if (length == 0)
    {
      g_byte_array_append (out, (const guint8 *) "", 1);
      return out;
    }

  g_byte_array_set_size (out, (guint) room);
  stream->next_in = (Bytef *) payload;
  stream->avail_in = (uInt) length;
  stream->next_out = out->data;
  stream->avail_out = (uInt) room;
  g_assert_cmpint (deflate (stream, Z_SYNC_FLUSH), ==, Z_OK);
  g_assert_cmpuint (stream->avail_out, >, 0);
  g_byte_array_set_size (out, (guint) (room - stream->avail_out - 4));

  return out;
}

/* --- both directions under test -------------------------------------------------------------- */

static GByteArray *
compress_message (WsDeflater   *deflater,
                  const guint8 *payload,
                  gsize         length,
                  gsize         piece_length,
                  WsDeflateEnd  end)
{
  GByteArray *out = g_byte_array_new ();

  for (; length > piece_length; payload += piece_length, length -= piece_length)
    ws_deflater_compress (deflater, payload, piece_length, end, out);

  ws_deflater_compress (deflater, payload, length, WS_DEFLATE_MESSAGE_END, out);

  return out;
}

/* Decompresses a message in pieces of input and output of these sizes. NULL if it fails. */
static GByteArray *
decompress (WsInflater   *inflater,
            const guint8 *data,
            gsize         length,
            gsize         piece_length,
            gsize         capacity)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint8 *output = g_malloc (capacity);
  WsInflateResult    result;
  gsize              used = 0;

  do
    {
      /* In memory of exactly its size. */
      const gsize        taken = MIN (piece_length, length - used);
      g_autofree guint8 *piece = g_malloc (MAX (taken, 1));
      const char        *fault;
      gsize              consumed;
      gsize              produced;

      memcpy (piece, data + used, taken);
      result = ws_inflater_decompress (inflater, piece, taken, used + taken == length, &consumed,
                                       output, capacity, &produced, &fault);
      g_assert_cmpuint (consumed, <=, taken);
      g_assert_cmpuint (produced, <=, capacity);
      g_assert_true ((result == WS_INFLATE_FAILED) == (fault != NULL));
      g_assert_true (result != WS_INFLATE_DRAINED || consumed == taken);
      g_byte_array_append (out, output, (guint) produced);
      used += consumed;
    }
  while (result == WS_INFLATE_FULL || (result == WS_INFLATE_DRAINED && used < length));

  return result == WS_INFLATE_DRAINED ? g_steal_pointer (&out) : NULL;
}

static void
check_decompress (WsInflater   *inflater,
                  const guint8 *data,
                  gsize         length,
                  gsize         piece_length,
                  gsize         capacity,
                  const guint8 *payload,
                  gsize         payload_length)
{
  g_autoptr (GByteArray) out = decompress (inflater, data, length, piece_length, capacity);

  g_assert_nonnull (out);
  g_assert_cmpuint (out->len, ==, payload_length);
  g_assert_true (payload_length == 0 || memcmp (out->data, payload, payload_length) == 0);
}

/* --- examples -------------------------------------------------------------------------------- */

typedef struct
{
  const char *data;
  gsize       length;
  const char *payload; /* NULL: fails */
} InflateCase;

/* clang-format off */
#define CASE(data, payload) { data, sizeof (data) - 1, payload }

static const InflateCase inflate_cases[] = {
  /* RFC 7692 §7.2.3.1, .3, .4, .5, .6 in this order. */
  CASE ("\xf2\x48\xcd\xc9\xc9\x07\x00", "Hello"),
  CASE ("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", "Hello"),
  CASE ("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", "Hello"),
  CASE ("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", "Hello"),
  CASE ("\x00", ""),

  /* A final block, followed by more of the message. */
  CASE ("\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00", "HelloHello"),
  CASE ("\xf3\x48\xcd\xc9\xc9\x07\x00\xf3\x48\xcd\xc9\xc9\x07\x00\x00", "HelloHello"),
  CASE ("\x01\x05\x00\xfa\xff" "Hello\x00", "Hello"),
  /* The next block refers to earlier data. */
  CASE ("\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x00\x11\x00\x00", "HelloHello"),
  /* Final empty blocks, several times. */
  CASE ("\x03\x00\x03\x00\x03\x00\x03\x00\x00", ""),
  CASE ("\x01\x00\x00\xff\xff\x01\x00\x00\xff\xff\x00", ""),
  /* Empty blocks. */
  CASE ("\x00\x00\x00\xff\xff\x00\x00\x00\xff\xff\x00", ""),
  CASE ("\x02\x00", ""),

  /* Complete, although the sender left out the beginning of an empty block, or wrote all of it. */
  CASE ("\xf3\x48\xcd\xc9\xc9\x07\x00", "Hello"),
  CASE ("\xf2\x48\xcd\xc9\xc9\x07\x00\x00\x00\xff\xff", "Hello"),
  CASE ("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f", "Hello"),
  CASE ("", ""),

  /* Ends too early. */
  CASE ("\xf2\x48\xcd\xc9\xc9\x07", NULL),
  CASE ("\xf2\x48\xcd\xc9\xc9", NULL),
  CASE ("\xf2\x48\xcd", NULL),
  CASE ("\xf2", NULL),
  CASE ("\x00\x05", NULL),
  CASE ("\x00\x05\x00\xfa\xff" "Hell", NULL),
  CASE ("\x00\x05\x00\xfa\xff", NULL),
  CASE ("\x00\x00", NULL),
  CASE ("\x00\x00\x00\xff", NULL),
  CASE ("\xf2\x48\xcd\xc9\xc9\x07\x00\x00", NULL),
  CASE ("\x04", NULL),

  /* Invalid: an undefined block type, a wrong length, a distance to before the start. */
  CASE ("\x06", NULL),
  CASE ("\x07\x00", NULL),
  CASE ("\x00\x05\x00\xfa\xfe" "Hello\x00", NULL),
  CASE ("\xf2\x00\x11\x00\x00", NULL),
  CASE ("Hello", NULL),
  CASE ("\x78\x9c\xf3\x48\xcd\xc9\xc9\x07\x00\x05\x8c\x01\xf5", NULL),
  CASE ("\xff\xff\xff\xff\xff\xff", NULL),
};
/* clang-format on */

static void
test_inflate_cases (void)
{
  static const WsDeflateParameters *const parameters[] = { &takeover, &no_takeover };

  g_test_summary ("The examples of RFC 7692 §7.2.3 and invalid data give the same result at every cut.");

  for (gsize i = 0; i < G_N_ELEMENTS (inflate_cases); i++)
    for (gsize k = 0; k < 2 * G_N_ELEMENTS (parameters); k++)
      for (gsize piece = 1; piece <= inflate_cases[i].length + 1; piece++)
        {
          g_autoptr (WsInflater) inflater = ws_inflater_new (parameters[k / 2], WS_ROLE_SERVER);
          const guint8 *data = (const guint8 *) inflate_cases[i].data;
          g_autoptr (GByteArray) out = decompress (inflater, data, inflate_cases[i].length, piece,
                                                   k % 2 == 0 ? 1 : 100);

          if ((out != NULL) != (inflate_cases[i].payload != NULL))
            g_test_message ("case %" G_GSIZE_FORMAT, i);

          g_assert_true ((out != NULL) == (inflate_cases[i].payload != NULL));

          if (out == NULL)
            g_assert_null (decompress (inflater, data, 0, 1, 1));
          else
            {
              g_assert_cmpmem (out->data, out->len, inflate_cases[i].payload,
                               strlen (inflate_cases[i].payload));
              check_decompress (inflater, (const guint8 *) "\xf2\x48\xcd\xc9\xc9\x07\x00", 7, 3, 2,
                                (const guint8 *) "Hello", 5);
            }
        }
}

static void
test_shared_window (void)
{
  const guint8 *hello = (const guint8 *) "Hello";

  g_test_summary ("With takeover, a second Hello refers to the first: RFC 7692 §7.2.3.2.");

  for (guint i = 0; i < 2; i++)
    {
      const gboolean             shared = i == 0;
      const WsDeflateParameters *parameters = shared ? &takeover : &no_takeover;
      const char                *second =
          shared ? "\xf2\x00\x11\x00\x00" : "\xf2\x48\xcd\xc9\xc9\x07\x00";
      const gsize second_length = shared ? 5 : 7;
      g_autoptr (WsDeflater) deflater = ws_deflater_new (parameters, WS_ROLE_SERVER, 6);
      g_autoptr (WsInflater) inflater = ws_inflater_new (parameters, WS_ROLE_CLIENT);
      g_autoptr (GByteArray) one = compress_message (deflater, hello, 5, 5, WS_DEFLATE_PART);
      g_autoptr (GByteArray) two = compress_message (deflater, hello, 5, 5, WS_DEFLATE_PART);

      g_assert_cmpmem (one->data, one->len, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
      g_assert_cmpmem (two->data, two->len, second, second_length);
      check_decompress (inflater, one->data, one->len, 2, 2, hello, 5);
      check_decompress (inflater, two->data, two->len, 2, 2, hello, 5);

      /* A context that the peer agreed not to keep cannot be referred to. */
      if (!shared)
        g_assert_null (decompress (inflater, (const guint8 *) "\xf2\x00\x11\x00\x00", 5, 5, 100));
    }
}

static void
test_roles (void)
{
  const WsDeflateParameters parameters = { TRUE, FALSE, 9, 15 };

  g_test_summary ("Each role compresses with its own parameters and decompresses with the peer's.");

  for (guint i = 0; i < 2; i++)
    {
      const WsRole role = i == 0 ? WS_ROLE_SERVER : WS_ROLE_CLIENT;
      g_autoptr (WsDeflater) deflater = ws_deflater_new (&parameters, role, 6);
      g_autoptr (WsInflater) inflater = ws_inflater_new (&parameters, role);
      g_autoptr (GByteArray) out =
          compress_message (deflater, (const guint8 *) "x", 1, 1, WS_DEFLATE_PART);

      check_decompress (inflater, out->data, out->len, 100, 100, (const guint8 *) "x", 1);
      g_assert_true ((deflater->stream != NULL) == (role == WS_ROLE_CLIENT));
      g_assert_true ((inflater->stream != NULL) == (role == WS_ROLE_SERVER));
    }
}

/* --- compression ----------------------------------------------------------------------------- */

static void
test_empty (void)
{
  g_test_summary ("An empty message takes one byte and needs no zlib stream: RFC 7692 §7.2.3.6.");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (WsDeflater) deflater =
          ws_deflater_new (i == 0 ? &takeover : &no_takeover, WS_ROLE_SERVER, 6);
      g_autoptr (GByteArray) out = g_byte_array_new ();

      for (guint n = 0; n < 3; n++)
        {
          ws_deflater_compress (deflater, NULL, 0, WS_DEFLATE_PART, out);
          ws_deflater_compress (deflater, NULL, 0, WS_DEFLATE_FLUSH, out);
          ws_deflater_compress (deflater, NULL, 0, WS_DEFLATE_MESSAGE_END, out);
        }

      g_assert_cmpmem (out->data, out->len, "\0\0\0", 3);
      g_assert_null (deflater->stream);
    }
}

static void
test_flush (void)
{
  g_autoptr (WsDeflater) deflater = ws_deflater_new (&takeover, WS_ROLE_SERVER, 6);
  g_autoptr (WsInflater) inflater = ws_inflater_new (&takeover, WS_ROLE_CLIENT);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8      output[100];
  gsize       consumed;
  gsize       produced;
  const char *fault;

  g_test_summary ("After a flush, all data so far can be read; a message may end right after it.");

  ws_deflater_compress (deflater, (const guint8 *) "Hel", 3, WS_DEFLATE_PART, out);
  ws_deflater_compress (deflater, (const guint8 *) "lo", 2, WS_DEFLATE_FLUSH, out);
  ws_deflater_compress (deflater, NULL, 0, WS_DEFLATE_FLUSH, out);
  g_assert_cmpmem (out->data, out->len, "\xf2\x48\xcd\xc9\xc9\x07\x00\x00\x00\xff\xff", 11);
  g_assert_cmpint (ws_inflater_decompress (inflater, out->data, out->len, FALSE, &consumed, output,
                                           sizeof output, &produced, &fault),
                   ==, WS_INFLATE_DRAINED);
  g_assert_cmpmem (output, produced, "Hello", 5);

  g_byte_array_set_size (out, 0);
  ws_deflater_compress (deflater, NULL, 0, WS_DEFLATE_MESSAGE_END, out);
  g_assert_cmpmem (out->data, out->len, "\0", 1);
  check_decompress (inflater, out->data, out->len, 1, 1, (const guint8 *) "", 0);

  g_byte_array_set_size (out, 0);
  ws_deflater_compress (deflater, (const guint8 *) "Hello", 5, WS_DEFLATE_MESSAGE_END, out);
  check_decompress (inflater, out->data, out->len, 1, 1, (const guint8 *) "Hello", 5);
}

static void
test_appends (void)
{
  g_autoptr (WsDeflater) deflater = ws_deflater_new (&takeover, WS_ROLE_SERVER, 6);
  g_autoptr (GByteArray) out = g_byte_array_new ();

  g_test_summary ("Bytes that are already in the array stay before the appended ones.");

  g_byte_array_append (out, (const guint8 *) "head", 4);
  ws_deflater_compress (deflater, (const guint8 *) "Hello", 5, WS_DEFLATE_MESSAGE_END, out);
  g_assert_cmpmem (out->data, out->len, "head\xf2\x48\xcd\xc9\xc9\x07\x00", 11);
}

/* --- round trips ----------------------------------------------------------------------------- */

static const gsize sizes[] = { 0, 1, 2, 125, 126, 255, 256, 257, 65535, 65536, 1 << 20 };

static gboolean
is_outermost (guint window_bits)
{
  return window_bits == 8 || window_bits == 15;
}

/* The two largest sizes are tested only with the smallest and the largest window. */
static gsize
count_sizes (guint window_bits)
{
  return G_N_ELEMENTS (sizes) - (is_outermost (window_bits) ? 0 : 2);
}

static void
check_to_zlib (guint    window_bits,
               int      level,
               gboolean is_shared)
{
  const WsDeflateParameters parameters = {
    .server_no_context_takeover = !is_shared,
    .server_max_window_bits = (guint8) window_bits,
  };
  g_autoptr (WsDeflater) deflater = ws_deflater_new (&parameters, WS_ROLE_SERVER, level);
  z_stream stream = { 0 };

  g_assert_cmpint (inflateInit2 (&stream, -(int) window_bits), ==, Z_OK);

  for (gsize i = 0; i < count_sizes (window_bits); i++)
    for (guint kind = 0; kind < N_KINDS; kind++)
      {
        const gsize        length = sizes[i];
        g_autofree guint8 *payload = make_payload (kind, length);
        g_autoptr (GByteArray) out =
            compress_message (deflater, payload, length, kind == TEXT ? 1000 : 1 << 20,
                              i % 2 == 0 ? WS_DEFLATE_PART : WS_DEFLATE_FLUSH);

        if (!is_shared)
          inflateReset (&stream);

        check_by_zlib (&stream, out, payload, length);
        g_assert_true (is_shared || deflater->stream == NULL);
      }

  inflateEnd (&stream);
}

static void
test_to_zlib (void)
{
  static const int levels[] = { 6, -1, 0, 1, 9 };

  g_test_summary ("Plain zlib with exactly the agreed window decompresses the output.");

  for (guint bits = 8; bits <= 15; bits++)
    for (gsize i = 0; i < (is_outermost (bits) ? G_N_ELEMENTS (levels) : 1); i++)
      {
        check_to_zlib (bits, levels[i], TRUE);

        if (i == 0)
          check_to_zlib (bits, levels[i], FALSE);
      }
}

typedef struct
{
  gsize piece_length;
  gsize capacity;
} Pieces;

static void
check_from_zlib (guint    window_bits,
                 gboolean is_shared)
{
  const WsDeflateParameters parameters = {
    .client_no_context_takeover = !is_shared,
    .client_max_window_bits = (guint8) window_bits,
  };
  static const Pieces pieces[] = {
    { 1 << 21, 1 << 21 },
    { 1000, 999 },
    { 33, 4000 },
    { 1, 1 << 16 },
    { 1 << 21, 1 },
    { 1, 1 },
  };
  const gsize n_large = is_outermost (window_bits) ? 3 : 2;
  g_autoptr (WsInflater) inflater = ws_inflater_new (&parameters, WS_ROLE_SERVER);
  z_stream stream = { 0 };

  /* Plain zlib turns window bits 8 into 9, as the zlib of peers does. */
  g_assert_cmpint (deflateInit2 (&stream, 6, Z_DEFLATED, -(int) MAX (window_bits, 9), 8,
                                 Z_DEFAULT_STRATEGY),
                   ==, Z_OK);

  for (gsize i = 0; i < count_sizes (window_bits); i++)
    for (guint kind = 0; kind < N_KINDS; kind++)
      {
        g_autofree guint8 *payload = make_payload (kind, sizes[i]);

        for (gsize k = 0; k < (sizes[i] > 1000 ? n_large : G_N_ELEMENTS (pieces)); k++)
          {
            g_autoptr (GByteArray) in = compress_by_zlib (&stream, payload, sizes[i]);

            check_decompress (inflater, in->data, in->len, pieces[k].piece_length,
                              pieces[k].capacity, payload, sizes[i]);
            g_assert_true (is_shared || inflater->stream == NULL);

            if (!is_shared)
              deflateReset (&stream);
          }
      }

  deflateEnd (&stream);
}

static void
test_from_zlib (void)
{
  g_test_summary ("The output of plain zlib with the agreed window is decompressed at every cut.");

  for (guint bits = 8; bits <= 15; bits++)
    {
      check_from_zlib (bits, TRUE);
      check_from_zlib (bits, FALSE);
    }
}

static void
test_smallest_window (void)
{
  const WsDeflateParameters parameters = { .server_max_window_bits = 8 };
  g_autoptr (WsDeflater) deflater = ws_deflater_new (&parameters, WS_ROLE_SERVER, 9);
  g_autofree guint8 *payload = make_payload (ZEROS, 4096);
  g_autoptr (GByteArray) out = compress_message (deflater, payload, 4096, 4096, WS_DEFLATE_PART);

  g_test_summary ("With a window of 256 bytes nothing refers back: each byte takes at least one bit.");

  g_assert_cmpuint (out->len, >=, 4096 / 8);
  g_assert_cmpuint (out->len, <, 4096 / 4);
}

/* --- faults ---------------------------------------------------------------------------------- */

static void
test_truncated (void)
{
  g_autofree guint8 *payload = make_payload (TEXT, 3000);
  g_autoptr (WsDeflater) deflater = ws_deflater_new (&no_takeover, WS_ROLE_SERVER, 6);
  g_autoptr (GByteArray) whole = compress_message (deflater, payload, 3000, 3000, WS_DEFLATE_PART);

  g_test_summary ("A message that is cut short at any byte fails.");

  for (gsize length = 1; length < whole->len; length++)
    {
      g_autoptr (WsInflater) inflater = ws_inflater_new (&no_takeover, WS_ROLE_SERVER);

      g_assert_null (decompress (inflater, whole->data, length, 1000, 10000));
      g_assert_null (inflater->stream);
    }
}

/* All output of a message, and whether it failed. It must be the same at every cut. */
static guint
digest (const guint8 *data,
        gsize         length,
        gsize         piece_length,
        gsize         capacity)
{
  g_autoptr (WsInflater) inflater = ws_inflater_new (&takeover, WS_ROLE_SERVER);
  g_autoptr (GByteArray) out = decompress (inflater, data, length, piece_length, capacity);
  guint sum = out == NULL ? 1 : 2;

  for (guint i = 0; out != NULL && i < out->len; i++)
    sum = sum * 31 + out->data[i];

  return sum;
}

static void
test_garbage (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1951);
  g_autofree guint8 *payload = make_payload (TEXT, 300);

  g_test_summary ("Random data, and valid data with one changed byte, give the same result at every cut.");

  for (guint i = 0; i < (g_test_quick () ? 3000 : 100000); i++)
    {
      g_autoptr (GByteArray) data = g_byte_array_new ();
      guint expected;

      if (i % 2 == 0)
        {
          g_autoptr (WsDeflater) deflater = ws_deflater_new (&takeover, WS_ROLE_SERVER, 6);

          ws_deflater_compress (deflater, payload, 300, WS_DEFLATE_MESSAGE_END, data);
          data->data[g_rand_int_range (rand, 0, (gint32) data->len)] = (guint8) g_rand_int (rand);
        }
      else
        for (gint32 n = g_rand_int_range (rand, 1, 60); n > 0; n--)
          {
            const guint8 byte = (guint8) g_rand_int (rand);

            g_byte_array_append (data, &byte, 1);
          }

      expected = digest (data->data, data->len, data->len, 1 << 16);
      g_assert_cmpuint (digest (data->data, data->len, 1, 1 << 16), ==, expected);
      g_assert_cmpuint (digest (data->data, data->len, 3, 1), ==, expected);
      g_assert_cmpuint (digest (data->data, data->len, data->len, 7), ==, expected);
    }
}

static void
test_bomb (void)
{
  g_autofree guint8 *payload = make_payload (ZEROS, 1 << 20);
  g_autoptr (WsDeflater) deflater = ws_deflater_new (&no_takeover, WS_ROLE_SERVER, 9);
  g_autoptr (GByteArray) bomb =
      compress_message (deflater, payload, 1 << 20, 1 << 20, WS_DEFLATE_PART);
  g_autoptr (WsInflater) inflater = ws_inflater_new (&no_takeover, WS_ROLE_SERVER);
  guint8      output[100];
  const char *fault;
  gsize       consumed;
  gsize       produced;

  g_test_summary ("A compressed megabyte of zeros is decompressed only as far as the output has space.");

  g_assert_cmpuint (bomb->len, <, 1100);
  g_assert_cmpint (ws_inflater_decompress (inflater, bomb->data, bomb->len, TRUE, &consumed, output,
                                           sizeof output, &produced, &fault),
                   ==, WS_INFLATE_FULL);
  g_assert_cmpuint (produced, ==, sizeof output);
  g_assert_cmpuint (consumed, <, 50);
}

/* --- streams --------------------------------------------------------------------------------- */

static void
test_lifetime (void)
{
  g_autoptr (WsDeflater) own = ws_deflater_new (&takeover, WS_ROLE_SERVER, 6);
  g_autoptr (WsDeflater) borrower = ws_deflater_new (&no_takeover, WS_ROLE_SERVER, 6);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  const guint8 *hello = (const guint8 *) "Hello";

  g_test_summary ("A stream is taken for the first byte; it is kept, or returned when the message ends.");

  g_assert_false (own->stream != NULL || borrower->stream != NULL);
  ws_deflater_compress (own, hello, 5, WS_DEFLATE_FLUSH, out);
  ws_deflater_compress (borrower, hello, 5, WS_DEFLATE_FLUSH, out);
  g_assert_true (own->stream != NULL && borrower->stream != NULL);
  ws_deflater_compress (own, NULL, 0, WS_DEFLATE_MESSAGE_END, out);
  ws_deflater_compress (borrower, NULL, 0, WS_DEFLATE_MESSAGE_END, out);
  g_assert_nonnull (own->stream);
  g_assert_null (borrower->stream);

  /* Dropped in the middle, then started again. */
  ws_deflater_compress (borrower, hello, 3, WS_DEFLATE_PART, out);
  ws_deflater_reset (borrower);
  g_assert_null (borrower->stream);
  g_byte_array_set_size (out, 0);
  ws_deflater_compress (borrower, hello, 5, WS_DEFLATE_MESSAGE_END, out);
  g_assert_cmpmem (out->data, out->len, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
}

/* --- one message for several receivers ------------------------------------------------------- */

static void
test_alone_kinds (void)
{
  static const gsize lengths[] = { 0, 250, 251, 762, 763, 40000 };
  static const guint expected[][G_N_ELEMENTS (lengths)] = {
    { 8, 8, 8, 8, 8, 8 }, { 9, 9, 9, 9, 9, 9 }, { 9, 9, 10, 10, 10, 10 }, { 9, 9, 10, 10, 11, 15 }
  };
  static const guint windows[] = { 8, 9, 10, 15 };

  g_test_summary ("The window of a short message is no larger than the message; the smallest is special.");

  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      WsDeflateParameters parameters = { FALSE, FALSE, windows[i], 15 };
      g_autoptr (WsDeflater) deflater = ws_deflater_new (&parameters, WS_ROLE_SERVER, 6);

      for (guint k = 0; k < G_N_ELEMENTS (lengths); k++)
        {
          g_assert_cmpuint (ws_deflater_get_kind (deflater, lengths[k]).window_bits, ==, expected[i][k]);
          g_assert_cmpint (ws_deflater_get_kind (deflater, lengths[k]).level, ==, 6);
        }
    }
}

static void
assert_inflates (WsInflater   *inflater,
                 GByteArray   *message,
                 const guint8 *data,
                 gsize         length)
{
  g_autofree guint8 *output = g_malloc (length + 1);
  const char        *fault = NULL;
  gsize              consumed;
  gsize              produced;

  g_assert_cmpint (ws_inflater_decompress (inflater, message->data, message->len, TRUE, &consumed, output,
                                           length + 1, &produced, &fault),
                   ==, WS_INFLATE_DRAINED);
  g_assert_cmpuint (consumed, ==, message->len);
  g_assert_cmpmem (output, produced, data, length);
  g_byte_array_set_size (message, 0);
}

static void
test_alone_between (void)
{
  enum
  {
    LENGTH = 3000
  };
  g_autofree guint8 *data = make_payload (TEXT, LENGTH);
  g_autoptr (GByteArray) message = g_byte_array_new ();

  g_test_summary ("A standalone message fits every window between messages of a deflater that is reset.");

  for (guint bits = WS_DEFLATE_MIN_WINDOW_BITS; bits <= WS_DEFLATE_MAX_WINDOW_BITS; bits++)
    {
      WsDeflateParameters parameters = { FALSE, FALSE, bits, 15 };
      g_autoptr (WsDeflater) deflater = ws_deflater_new (&parameters, WS_ROLE_SERVER, 6);
      g_autoptr (WsInflater) inflater = ws_inflater_new (&parameters, WS_ROLE_CLIENT);

      for (gsize length = 1; length <= LENGTH; length = length * 3 + 1)
        {
          ws_deflater_compress (deflater, data, LENGTH, WS_DEFLATE_MESSAGE_END, message);
          assert_inflates (inflater, message, data, LENGTH);
          ws_deflate_alone (ws_deflater_get_kind (deflater, length), data + LENGTH - length, length, message);
          ws_deflater_reset (deflater);
          assert_inflates (inflater, message, data + LENGTH - length, length);
        }
    }

  ws_deflate_clear_thread_cache ();
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/protocol/deflate/inflater/cases", test_inflate_cases);
  g_test_add_func ("/unit/protocol/deflate/inflater/from-zlib", test_from_zlib);
  g_test_add_func ("/unit/protocol/deflate/inflater/truncated", test_truncated);
  g_test_add_func ("/unit/protocol/deflate/inflater/garbage", test_garbage);
  g_test_add_func ("/unit/protocol/deflate/inflater/bomb", test_bomb);
  g_test_add_func ("/unit/protocol/deflate/deflater/shared-window", test_shared_window);
  g_test_add_func ("/unit/protocol/deflate/deflater/roles", test_roles);
  g_test_add_func ("/unit/protocol/deflate/deflater/empty", test_empty);
  g_test_add_func ("/unit/protocol/deflate/deflater/flush", test_flush);
  g_test_add_func ("/unit/protocol/deflate/deflater/appends", test_appends);
  g_test_add_func ("/unit/protocol/deflate/deflater/to-zlib", test_to_zlib);
  g_test_add_func ("/unit/protocol/deflate/deflater/smallest-window", test_smallest_window);
  g_test_add_func ("/unit/protocol/deflate/deflater/lifetime", test_lifetime);
  g_test_add_func ("/unit/protocol/deflate/alone/kinds", test_alone_kinds);
  g_test_add_func ("/unit/protocol/deflate/alone/between", test_alone_between);

  status = g_test_run ();
  ws_deflate_clear_thread_cache ();

  return status;
}
