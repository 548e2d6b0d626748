/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-receive-buffer-private.h"

#include <string.h>

static void
test_take (void)
{
  WsReceiveBuffer memory = { NULL };
  WsReceived      first;
  WsReceived      second;
  guint8         *data;

  g_test_summary ("One block serves all reads; a read that finds it taken gets another block.");

  ws_receive_buffer_take (&memory, &first);
  ws_receive_buffer_take (&memory, &second);
  g_assert_true (first.data != second.data);
  g_assert_cmpuint (first.size, ==, WS_RECEIVE_BUFFER_BYTES);
  memset (first.data, 1, first.size);
  memset (second.data, 2, second.size);
  g_assert_cmpuint (first.data[first.size - 1], ==, 1);

  data = second.data;
  ws_receive_buffer_release (&memory, &second);
  ws_receive_buffer_take (&memory, &second);
  g_assert_true (second.data == data);
  ws_receive_buffer_release (&memory, &second);
  ws_receive_buffer_release (&memory, &first);
  ws_receive_buffer_clear (&memory);
}

static void
test_share (void)
{
  const gsize       half = WS_RECEIVE_BUFFER_BYTES / 2;
  static const char lent_data[1024] = "lent";
  g_autoptr (GBytes) lent = g_bytes_new_static (lent_data, sizeof lent_data);
  g_autoptr (GBytes) part = NULL;
  g_autoptr (GBytes) other_part = NULL;
  g_autoptr (GBytes) lent_part = NULL;
  WsReceiveBuffer memory = { NULL };
  WsReceived      buffer;
  WsReceived      inner;
  WsReceived      next;

  g_test_summary ("A large part of a block is shared and outlives its release.");

  ws_receive_buffer_take (&memory, &buffer);
  memset (buffer.data, '1', half);
  memset (buffer.data + half, '2', half);
  ws_receive_buffer_lend (&memory, &inner, lent);
  part = ws_receive_buffer_share (&memory, buffer.data, half);
  other_part = ws_receive_buffer_share (&memory, buffer.data + half, half);
  lent_part = ws_receive_buffer_share (&memory, inner.data + 1, sizeof lent_data - 1);
  g_assert_null (ws_receive_buffer_share (&memory, inner.data, 300)); /* cheaper to copy */
  g_assert_null (ws_receive_buffer_share (&memory, (const guint8 *) "elsewhere", 9));
  g_assert_null (ws_receive_buffer_share (&memory, buffer.data + 1, buffer.size));
  g_assert_null (ws_receive_buffer_share (&memory, buffer.data + half + 1, half));
  g_assert_null (ws_receive_buffer_share (&memory, buffer.data, 5));
  ws_receive_buffer_release (&memory, &inner);
  ws_receive_buffer_release (&memory, &buffer);
  g_assert_null (ws_receive_buffer_share (&memory, buffer.data, half));

  ws_receive_buffer_take (&memory, &next);
  g_assert_true (next.data != buffer.data);
  memset (next.data, 0, next.size);
  ws_receive_buffer_release (&memory, &next);
  g_assert_cmpuint (g_bytes_get_size (part), ==, half);
  g_assert_cmpint (((const char *) g_bytes_get_data (part, NULL))[half - 1], ==, '1');
  g_assert_cmpuint (g_bytes_get_size (other_part), ==, half);
  g_assert_cmpint (((const char *) g_bytes_get_data (other_part, NULL))[half - 1], ==, '2');
  g_assert_cmpmem (g_bytes_get_data (lent_part, NULL), g_bytes_get_size (lent_part), lent_data + 1,
                   sizeof lent_data - 1);
  ws_receive_buffer_clear (&memory);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/io/receive-buffer/take", test_take);
  g_test_add_func ("/unit/io/receive-buffer/share", test_share);

  return g_test_run ();
}
