/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-extension-header-private.h"

#include <string.h>

typedef struct
{
  const char *value;
  const char *log; /* NULL: malformed */
} HeaderCase;

static const HeaderCase cases[] = {
  { "a", "a " },
  { "a, b", "a b " },
  { "a,b,c", "a b c " },
  { " a \t,\t b ", "a b " },
  { ",,a,,b, ,", "a b " },
  { "a;b", "a(b) " },
  { "a; b; c", "a(b)(c) " },
  { "a ; b ; c = d , e", "a(b)(c=d) e " },
  { "a;b=c", "a(b=c) " },
  { "a;b=\"c\"", "a(b=c) " },
  { "a;b=\"c\" ; d", "a(b=c)(d) " },
  { "a;b= \"c\",d", "a(b=c) d " },
  { "a;b=\"\\1\\0\"", "a(b=10) " },
  { "a;b=\"1\\5\", c;d=\"e\"", "a(b=15) c(d=e) " },
  { "a;b;b;b=1", "a(b)(b)(b=1) " },
  { "permessage-deflate; client_max_window_bits", "permessage-deflate(client_max_window_bits) " },
  { "permessage-deflate; server_max_window_bits=10, permessage-deflate",
    "permessage-deflate(server_max_window_bits=10) permessage-deflate " },
  { "__proto__;constructor=toString, hasOwnProperty",
    "__proto__(constructor=toString) hasOwnProperty " },
  { "!#$%&'*+-.^_`|~09azAZ;!=~", "!#$%&'*+-.^_`|~09azAZ(!=~) " },

  { "", " " },
  { " \t", " " },
  { ",", " " },
  { ", ,,", " " },
  { ";", NULL },
  { ";a", NULL },
  { "a;", NULL },
  { "a;,b", NULL },
  { "a;;b", NULL },
  { "a; ;b", NULL },
  { "a b", NULL },
  { "a=b", NULL },
  { "a;b c", NULL },
  { "a;=c", NULL },
  { "a;b=", NULL },
  { "a;b=,c", NULL },
  { "a;b=;c", NULL },
  { "a;b==c", NULL },
  { "a;b=c d", NULL },
  { "a;b=c=d", NULL },
  { "a;b=\"", NULL },
  { "a;b=\"\"", NULL },
  { "a;b=\"c", NULL },
  { "a;b=\"c\\", NULL },
  { "a;b=\"c\\\"", NULL },
  { "a;b=\"c d\"", NULL },
  { "a;b=\"c,d\"", NULL },
  { "a;b=\"\\\"\"", NULL },
  { "a;b=\"c\"d", NULL },
  { "a;b=\"c\"\"d\"", NULL },
  { "a;b='c d'", NULL },
  { "a;\"b\"", NULL },
  { "\"a\"", NULL },
  { "a, b\x80", NULL },
  { "a\x7f", NULL },
  { "a, b; c=d, e/f", NULL },
  { "a{}", NULL },
};

/* Returns the items that the reader finds, or NULL if the field is malformed. */
static char *
read_all (const char *value)
{
  g_autofree char *copy = g_strdup (value);
  g_autoptr (GString) log = g_string_new (NULL);
  WsExtensionReader reader;
  const char       *separator = "";

  ws_extension_reader_init (&reader, copy);

  for (;;)
    {
      const WsExtensionItem item = ws_extension_reader_next (&reader);

      switch (item.type)
        {
        case WS_EXTENSION_ITEM_NAME:
          g_string_append_printf (log, "%s%s", separator, item.name);
          separator = " ";
          break;

        case WS_EXTENSION_ITEM_PARAMETER:
          g_string_append_printf (log, "(%s%s%s)", item.name, item.value != NULL ? "=" : "",
                                  item.value != NULL ? item.value : "");
          break;

        case WS_EXTENSION_ITEM_END:
          g_string_append_c (log, ' ');
          g_assert_cmpint (ws_extension_reader_next (&reader).type, ==, WS_EXTENSION_ITEM_END);
          return g_strdup (log->str);

        case WS_EXTENSION_ITEM_MALFORMED:
        default:
          g_assert_cmpstr (item.fault, !=, "");
          g_assert_true (ws_extension_reader_next (&reader).fault == item.fault);
          return NULL;
        }
    }
}

static void
test_cases (void)
{
  g_test_summary ("Names, parameters and unquoted values are returned; a broken field is malformed.");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *log = read_all (cases[i].value);
      g_autofree char *printable = g_strescape (cases[i].value, NULL);

      g_test_message ("%s", printable);
      g_assert_cmpstr (log, ==, cases[i].log);
    }
}

static void
test_every_byte (void)
{
  g_test_summary ("Each byte at each position is part of a token, a delimiter, or malformed.");

  for (guint byte = 1; byte < 256; byte++)
    {
      const gboolean is_token = g_ascii_isalnum ((char) byte) ||
                                (byte < 0x80 && strchr ("!#$%&'*+-.^_`|~", (int) byte) != NULL);
      const char       name[] = { 'a', (char) byte, 'b', '\0' };
      const char       quoted[] = { 'a', ';', 'b', '=', '"', (char) byte, '"', '\0' };
      const char       escaped[] = { 'a', ';', 'b', '=', '"', '\\', (char) byte, '"', '\0' };
      g_autofree char *name_log = read_all (name);
      g_autofree char *quoted_log = read_all (quoted);
      g_autofree char *escaped_log = read_all (escaped);

      g_assert_true ((name_log != NULL) == (is_token || byte == ',' || byte == ';'));
      g_assert_true ((quoted_log != NULL) == is_token);
      g_assert_true ((escaped_log != NULL) == is_token);
    }
}

static void
test_count (void)
{
  g_test_summary ("The number of items is limited; empty elements and long names do not count.");

  for (guint n = WS_EXTENSION_MAX_ITEMS - 1; n <= WS_EXTENSION_MAX_ITEMS + 1; n++)
    {
      g_autoptr (GString) names = g_string_new ("a");
      g_autoptr (GString) parameters = g_string_new ("a");
      g_autofree char *names_log = NULL;
      g_autofree char *parameters_log = NULL;

      for (guint i = 1; i < n; i++)
        {
          g_string_append (names, ",,a");
          g_string_append (parameters, ";b=\"c\"");
        }

      names_log = read_all (names->str);
      parameters_log = read_all (parameters->str);
      g_assert_true ((names_log != NULL) == (n <= WS_EXTENSION_MAX_ITEMS));
      g_assert_true ((parameters_log != NULL) == (n <= WS_EXTENSION_MAX_ITEMS));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/protocol/extension-header/reader/cases", test_cases);
  g_test_add_func ("/unit/protocol/extension-header/reader/every-byte", test_every_byte);
  g_test_add_func ("/unit/protocol/extension-header/reader/count", test_count);

  return g_test_run ();
}
