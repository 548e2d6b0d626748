/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-deflate-cache-private.h"

#include "tests/ws-test-feed.h"
#include "wsserver/protocol/ws-deflate-private.h"

#include <string.h>

static const WsDeflateParameters no_takeover = { TRUE, TRUE, 15, 15 };

#define N_INTERLEAVED 5

/* Messages of several connections, one piece of each at a time, all without context takeover. */
static void
interleave (void)
{
  WsDeflater *deflaters[N_INTERLEAVED];
  WsInflater *inflaters[N_INTERLEAVED];
  GByteArray *out[N_INTERLEAVED];

  for (guint i = 0; i < N_INTERLEAVED; i++)
    {
      deflaters[i] = ws_deflater_new (&no_takeover, WS_ROLE_SERVER, i % 2 == 0 ? 6 : 1);
      inflaters[i] = ws_inflater_new (&no_takeover, WS_ROLE_CLIENT);
      out[i] = g_byte_array_new ();
    }

  for (guint round = 0; round < 3; round++)
    for (guint piece = 0; piece < 10; piece++)
      for (guint i = 0; i < N_INTERLEAVED; i++)
        {
          const gsize        length = 500 + 100 * i;
          const gboolean     is_last = piece == 9;
          g_autofree guint8 *payload = ws_test_make_payload (length * 10);
          g_autofree guint8 *output = g_malloc (length + 1);
          const char        *fault;
          gsize              used;
          gsize              produced;

          g_byte_array_set_size (out[i], 0);
          ws_deflater_compress (deflaters[i], payload + piece * length, length,
                                is_last ? WS_DEFLATE_MESSAGE_END : WS_DEFLATE_FLUSH, out[i]);
          g_assert_cmpint (ws_inflater_decompress (inflaters[i], out[i]->data, out[i]->len, is_last,
                                                   &used, output, length + 1, &produced, &fault),
                           ==, WS_INFLATE_DRAINED);
          g_assert_cmpmem (output, produced, payload + piece * length, length);
        }

  for (guint i = 0; i < N_INTERLEAVED; i++)
    {
      ws_deflater_free (deflaters[i]);
      ws_inflater_free (inflaters[i]);
      g_byte_array_unref (out[i]);
    }
}

static void
test_interleaved (void)
{
  g_test_summary ("Messages that overlap in time have a stream each, although no connection owns one.");

  interleave ();
  ws_deflate_clear_thread_cache ();
  ws_deflate_clear_thread_cache ();
  interleave ();
}

static gpointer
interleave_cb (gpointer user_data)
{
  interleave ();

  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4];

  g_test_summary ("Threads share no cache, and a cache is freed when its thread ends.");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("deflate", interleave_cb, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_buffers (void)
{
  guint8 *buffers[5];

  g_test_summary ("Each call takes a different buffer, and the buffer returned last is taken first.");

  for (guint i = 0; i < G_N_ELEMENTS (buffers); i++)
    {
      buffers[i] = ws_deflate_cache_take_buffer ();
      memset (buffers[i], (int) i, WS_INFLATE_BUFFER_BYTES);
    }

  for (guint i = 0; i < G_N_ELEMENTS (buffers); i++)
    g_assert_cmpuint (buffers[i][WS_INFLATE_BUFFER_BYTES - 1], ==, i);

  ws_deflate_cache_give_buffer (buffers[0]);
  g_assert_true (ws_deflate_cache_take_buffer () == buffers[0]);

  for (guint i = 0; i < G_N_ELEMENTS (buffers); i++)
    ws_deflate_cache_give_buffer (buffers[i]);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/protocol/deflate-cache/interleaved", test_interleaved);
  g_test_add_func ("/unit/protocol/deflate-cache/threads", test_threads);
  g_test_add_func ("/unit/protocol/deflate-cache/buffers", test_buffers);

  status = g_test_run ();
  ws_deflate_clear_thread_cache ();

  return status;
}
