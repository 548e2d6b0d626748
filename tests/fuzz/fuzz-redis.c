/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a Redis server sends: the same values at every cut, and within the limits whatever it announces. */
#include "fuzz.h"

#include "wsserver-engines/ws-redis-reader-private.h"

#include <string.h>

#define LARGE_BYTES (1024 * 1024)
#define SMALL_BYTES 16

static void
append_value (GString            *text,
              const WsRedisValue *value)
{
  g_string_append_printf (text, "%d %" G_GINT64_FORMAT " %" G_GSIZE_FORMAT ";", value->kind, value->integer,
                          value->n_items);
  if (value->bytes != NULL)
    {
      const char *bytes = g_bytes_get_data (value->bytes, NULL);

      g_assert_cmpint (bytes[g_bytes_get_size (value->bytes)], ==, '\0');
      g_string_append_len (text, bytes, (gssize) g_bytes_get_size (value->bytes));
    }
  for (gsize i = 0; i < value->n_items; i++)
    append_value (text, value->items[i]);
}

/* cuts: NULL for one piece. */
static GString *
read_all (const uint8_t *data,
          size_t         length,
          gsize          max_bytes,
          FuzzCuts      *cuts)
{
  g_autoptr (WsRedisReader) reader = ws_redis_reader_new (max_bytes);
  GString *text = g_string_new (NULL);
  gboolean good = TRUE;

  while (length > 0 && good)
    {
      const gsize        n = cuts != NULL ? fuzz_next_cut (cuts, length) : length;
      g_autofree guint8 *exact = fuzz_copy (data, n);
      g_autoptr (WsRedisValue) value = NULL;

      good = ws_redis_reader_feed (reader, exact, n);
      while (good && (good = ws_redis_reader_next (reader, &value)) && value != NULL)
        {
          append_value (text, value);
          g_clear_pointer (&value, ws_redis_value_free);
        }
      data += n;
      length -= n;
    }
  g_assert_true (good == (ws_redis_reader_get_fault (reader) == NULL));
  g_string_append (text, good ? "" : "fault");
  return text;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         length)
{
  FuzzInput input = { data, length };
  FuzzCuts  cuts;
  g_autoptr (GString) whole = NULL;
  g_autoptr (GString) cut = NULL;
  g_autoptr (GString) limited = NULL;

  fuzz_take_cuts (&input, &cuts);
  whole = read_all (input.data, input.length, LARGE_BYTES, NULL);
  cut = read_all (input.data, input.length, LARGE_BYTES, &cuts);
  g_assert_true (g_string_equal (whole, cut));
  limited = read_all (input.data, input.length, SMALL_BYTES, &cuts);
  return 0;
}
