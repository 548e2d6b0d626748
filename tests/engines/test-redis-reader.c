/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver-engines/ws-redis-reader-private.h"

#include <string.h>

#define MAX_BYTES 1000

/* A value as text: integers and strings as they are, arrays in brackets. */
static void
append_value (GString            *text,
              const WsRedisValue *value)
{
  switch (value->kind)
    {
    case WS_REDIS_NIL:
      g_string_append (text, "nil");
      break;
    case WS_REDIS_INTEGER:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, value->integer);
      break;
    case WS_REDIS_STRING:
    case WS_REDIS_ERROR:
      g_string_append_printf (text, "%s\"%s\"", value->kind == WS_REDIS_ERROR ? "!" : "",
                              ws_redis_value_get_text (value));
      break;
    case WS_REDIS_ARRAY:
      g_string_append_c (text, '[');
      for (gsize i = 0; i < value->n_items; i++)
        {
          append_value (text, value->items[i]);
          g_string_append_c (text, ' ');
        }
      g_string_append_c (text, ']');
      break;
    }
}

/* Reads two parts; the text ends with the fault if there is one. */
static char *
read_parts (const char *bytes,
            gsize       length,
            gsize       cut)
{
  g_autoptr (WsRedisReader) reader = ws_redis_reader_new (MAX_BYTES);
  GString    *text = g_string_new (NULL);
  const gsize ends[] = { cut, length };
  gsize       start = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree guint8 *exact = g_memdup2 (bytes + start, ends[i] - start);
      gboolean           more = ws_redis_reader_feed (reader, exact, ends[i] - start);

      while (more)
        {
          g_autoptr (WsRedisValue) value = NULL;

          more = ws_redis_reader_next (reader, &value) && value != NULL;
          if (more)
            {
              append_value (text, value);
              g_string_append_c (text, ';');
            }
        }
      start = ends[i];
    }
  if (ws_redis_reader_get_fault (reader) != NULL)
    g_string_append (text, ws_redis_reader_get_fault (reader));
  return g_string_free (text, FALSE);
}

static void
test_values (void)
{
  static const char bytes[] = "+OK\r\n-ERR no\r\n:-12\r\n$5\r\nhello\r\n$0\r\n\r\n$-1\r\n*3\r\n$7\r\nmessage\r\n"
                              "$4\r\nnews\r\n$3\r\na\r\n\r\n*-1\r\n*2\r\n*0\r\n*1\r\n:1\r\n";

  g_test_summary ("Values are the same wherever the bytes are cut.");

  for (gsize cut = 0; cut < sizeof bytes; cut++)
    {
      g_autofree char *text = read_parts (bytes, sizeof bytes - 1, cut);

      g_assert_cmpstr (text, ==,
                       "\"OK\";!\"ERR no\";-12;\"hello\";\"\";nil;[\"message\" \"news\" \"a\r\n\" ];nil;[[] [1 ] ];");
    }
}

static void
test_faults (void)
{
  static const char *const wrong[] = {
    "HTTP/1.1 400 Bad Request\r\n",
    "\r\n",
    "*100000000\r\n",
    "*1025\r\n",
    "*4294967297\r\n",
    "*-2\r\n",
    "$-2\r\n",
    "*99999999999999999999\r\n",
    "$99999999999999999999\r\n",
    "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
    ":x\r\n",
    "%1\r\n+a\r\n+b\r\n",
  };

  g_test_summary ("What is not the protocol, or announces too much, is a fault and takes no memory.");

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    for (gsize cut = 0; cut <= strlen (wrong[i]); cut++)
      {
        g_autofree char *text = read_parts (wrong[i], strlen (wrong[i]), cut);

        g_assert_true (g_str_has_suffix (text, "elements") || g_str_has_suffix (text, "of Redis"));
        g_assert_null (strstr (text, "]"));
      }
}

static void
test_limits (void)
{
  g_autoptr (WsRedisReader) reader = ws_redis_reader_new (MAX_BYTES);
  g_autoptr (GString) many = g_string_new ("*1000\r\n");
  g_autofree char *text = NULL;
  guint8           bytes[1000];
  guint            n_fed = 0;

  g_test_summary ("A long string is a fault before all of it is there, "
                  "and so are many short ones in one value.");

  memset (bytes, 'x', sizeof bytes);
  g_assert_true (ws_redis_reader_feed (reader, (const guint8 *) "$536870912\r\n", 12));
  for (; ws_redis_reader_feed (reader, bytes, sizeof bytes); n_fed++)
    {
      WsRedisValue *value;

      g_assert_true (ws_redis_reader_next (reader, &value));
      g_assert_null (value);
    }
  g_assert_cmpuint (n_fed, <, 10);

  for (guint i = 0; i < 1000; i++)
    g_string_append (many, "$10\r\n0123456789\r\n");
  text = read_parts (many->str, many->len, 0);
  g_assert_cmpstr (text, ==, "a value is too long");

  g_string_assign (many, "*1024\r\n");
  for (guint i = 0; i < 1024; i++)
    g_string_append (many, "*4\r\n:1\r\n:1\r\n:1\r\n:1\r\n");
  g_free (text);
  text = read_parts (many->str, many->len, 0);
  g_assert_cmpstr (text, ==, "a value has too many elements");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engines/redis-reader/values", test_values);
  g_test_add_func ("/engines/redis-reader/faults", test_faults);
  g_test_add_func ("/engines/redis-reader/limits", test_limits);

  return g_test_run ();
}
