/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-byte-buffer-private.h"

#include <string.h>

static void
append (WsByteBuffer *bytes,
        const char   *text)
{
  ws_byte_buffer_append (bytes, (const guint8 *) text, strlen (text));
}

static void
assert_empty (const WsByteBuffer *bytes)
{
  g_assert_null (bytes->data);
  g_assert_cmpuint (bytes->length, ==, 0);
  g_assert_cmpuint (bytes->capacity, ==, 0);
}

static void
test_append (void)
{
  g_auto (GStrv) words = g_strsplit ("one two  three", " ", -1);
  WsByteBuffer bytes = { NULL, 0, 0 };

  g_test_summary ("Appended bytes follow each other; an empty buffer takes no memory.");

  append (&bytes, "");
  assert_empty (&bytes);
  for (guint i = 0; words[i] != NULL; i++)
    append (&bytes, words[i]);
  g_assert_cmpmem (bytes.data, bytes.length, "onetwothree", 11);
  g_assert_cmpuint (bytes.capacity, >=, bytes.length);

  ws_byte_buffer_clear (&bytes);
  assert_empty (&bytes);
  ws_byte_buffer_clear (&bytes);
  assert_empty (&bytes);
}

static void
test_grows_by_steps (void)
{
  WsByteBuffer bytes = { NULL, 0, 0 };
  gsize        capacity = 0;
  guint        n_steps = 0;

  g_test_summary ("A mebibyte appended byte by byte takes few allocations, and never twice the memory.");

  for (guint i = 0; i < 1024 * 1024; i++)
    {
      guint8 byte = (guint8) (i % 251);

      ws_byte_buffer_append (&bytes, &byte, 1);
      if (bytes.capacity != capacity)
        n_steps++;
      capacity = bytes.capacity;
    }

  g_assert_cmpuint (n_steps, <, 50);
  g_assert_cmpuint (bytes.capacity, <=, 2 * bytes.length);
  for (guint i = 0; i < 1024 * 1024; i++)
    g_assert_cmpuint (bytes.data[i], ==, i % 251);
  ws_byte_buffer_clear (&bytes);
}

static void
test_reserve (void)
{
  WsByteBuffer bytes = { NULL, 0, 0 };
  guint8      *place;

  g_test_summary ("The reserved bytes come after the content, which does not change.");

  append (&bytes, "abc");
  place = ws_byte_buffer_reserve (&bytes, 100000);
  g_assert_true (place == bytes.data + 3);
  g_assert_cmpuint (bytes.capacity, >=, 100003);
  g_assert_cmpuint (bytes.length, ==, 3);
  memset (place, 'x', 100000);
  bytes.length += 100000;
  g_assert_cmpmem (bytes.data, 4, "abcx", 4);

  place = bytes.data;
  g_assert_true (ws_byte_buffer_reserve (&bytes, 0) == place + bytes.length);
  ws_byte_buffer_clear (&bytes);
}

static void
test_expect (void)
{
  WsByteBuffer  bytes = { NULL, 0, 0 };
  const guint8 *data;

  g_test_summary ("Expected bytes get exactly their memory and arrive without a move of it.");

  append (&bytes, "abc");
  ws_byte_buffer_expect (&bytes, 1000);
  g_assert_cmpuint (bytes.capacity, ==, 1003);
  data = bytes.data;
  for (guint i = 0; i < 1000; i++)
    append (&bytes, "x");
  g_assert_true (bytes.data == data);
  g_assert_cmpuint (bytes.capacity, ==, 1003);

  ws_byte_buffer_expect (&bytes, 0);
  g_assert_true (bytes.data == data);
  ws_byte_buffer_clear (&bytes);
}

static void
test_remove_head (void)
{
  g_test_summary ("Any number of bytes can be removed at the head; an empty buffer frees its memory.");

  for (gsize length = 0; length <= 6; length++)
    {
      WsByteBuffer bytes = { NULL, 0, 0 };

      append (&bytes, "abcdef");
      ws_byte_buffer_remove_head (&bytes, length);
      if (length < 6)
        g_assert_cmpmem (bytes.data, bytes.length, "abcdef" + length, 6 - length);
      else
        assert_empty (&bytes);
      ws_byte_buffer_clear (&bytes);
    }
}

static void
test_take (void)
{
  const gsize lengths[] = { 0, 1, 255, 256, 257, 100000 };

  g_test_summary ("The bytes are handed over whole, and the buffer is empty afterwards.");

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (guint expected = 0; expected < 2; expected++)
      {
        WsByteBuffer       bytes = { NULL, 0, 0 };
        g_autofree guint8 *pattern = g_malloc (lengths[i] + 1);
        g_autoptr (GBytes) taken = NULL;

        memset (pattern, 0x5a, lengths[i] + 1);
        if (expected)
          ws_byte_buffer_expect (&bytes, lengths[i]);
        ws_byte_buffer_append (&bytes, pattern, lengths[i]);
        taken = ws_byte_buffer_take (&bytes);
        assert_empty (&bytes);
        g_assert_cmpmem (g_bytes_get_data (taken, NULL), g_bytes_get_size (taken), pattern, lengths[i]);

        append (&bytes, "again");
        g_assert_cmpmem (bytes.data, bytes.length, "again", 5);
        ws_byte_buffer_clear (&bytes);
      }
}

static void
test_take_reserved (void)
{
  WsByteBuffer bytes = { NULL, 0, 0 };
  g_autoptr (GBytes) taken = NULL;

  g_test_summary ("Reserved memory that was not used is released before the bytes are handed over.");

  ws_byte_buffer_reserve (&bytes, 1024 * 1024);
  taken = ws_byte_buffer_take (&bytes);
  g_assert_cmpuint (g_bytes_get_size (taken), ==, 0);
  assert_empty (&bytes);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/io/byte-buffer/append", test_append);
  g_test_add_func ("/unit/io/byte-buffer/grows-by-steps", test_grows_by_steps);
  g_test_add_func ("/unit/io/byte-buffer/reserve", test_reserve);
  g_test_add_func ("/unit/io/byte-buffer/expect", test_expect);
  g_test_add_func ("/unit/io/byte-buffer/remove-head", test_remove_head);
  g_test_add_func ("/unit/io/byte-buffer/take/whole", test_take);
  g_test_add_func ("/unit/io/byte-buffer/take/reserved", test_take_reserved);

  return g_test_run ();
}
