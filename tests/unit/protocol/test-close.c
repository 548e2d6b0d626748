/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-close-private.h"

#include <string.h>

typedef struct
{
  const char *path;
  const char *bytes;
  gsize       length;
  guint       code;         /* 0 for an invalid payload */
  const char *reason;       /* NULL for an invalid payload */
  guint       failure_code; /* 0 for a valid payload */
} PayloadCase;

/* clang-format off */
#define GOOD(path, bytes, code, reason) { path, bytes, sizeof (bytes) - 1, code, reason, 0 }
#define BAD(path, bytes, failure_code) { path, bytes, sizeof (bytes) - 1, 0, NULL, failure_code }

static const PayloadCase cases[] = {
  GOOD ("empty", "", 1005, ""),
  GOOD ("normal", "\x03\xe8", 1000, ""),
  GOOD ("normal-bye", "\x03\xe8" "bye", 1000, "bye"),
  GOOD ("going-away", "\x03\xe9", 1001, ""),
  GOOD ("internal-error", "\x03\xf3" "x", 1011, "x"),
  GOOD ("bad-gateway", "\x03\xf6", 1014, ""),
  GOOD ("registered-first", "\x0b\xb8", 3000, ""),
  GOOD ("private-last", "\x13\x87", 4999, ""),
  GOOD ("reason-utf8", "\x03\xe8\xe2\x82\xac", 1000, "\xe2\x82\xac"),
  BAD ("one-byte", "\x03", 1002),
  BAD ("code-0", "\x00\x00", 1002),
  BAD ("code-999", "\x03\xe7", 1002),
  BAD ("code-1004", "\x03\xec", 1002),
  BAD ("code-1005", "\x03\xed", 1002),
  BAD ("code-1006", "\x03\xee", 1002),
  BAD ("code-1015", "\x03\xf7", 1002),
  BAD ("code-1016", "\x03\xf8", 1002),
  BAD ("code-2999", "\x0b\xb7", 1002),
  BAD ("code-5000", "\x13\x88", 1002),
  BAD ("code-65535", "\xff\xff", 1002),
  BAD ("reason-latin1", "\x03\xe8" "caf\xe9", 1007),
  BAD ("reason-cut", "\x03\xe8\xe2\x82", 1007),
  BAD ("reason-surrogate", "\x03\xe8\xed\xa0\x80", 1007),
  BAD ("bad-code-and-reason", "\x00\x00\xff", 1002),
};
/* clang-format on */

static void
test_parse_case (gconstpointer user_data)
{
  const PayloadCase *payload_case = user_data;
  g_autofree guint8 *payload = g_memdup2 (payload_case->bytes, MAX (payload_case->length, 1));
  const char        *reason = "untouched";
  const char        *fault = NULL;
  gsize              reason_length = 12345;
  guint              code = 0;
  guint              failure_code = 0;
  gboolean           good;

  g_test_summary ("The payload of a received close frame gives its code and reason, or a failure code.");

  good = ws_close_payload_parse (payload, payload_case->length, &code, &reason, &reason_length,
                                 &failure_code, &fault);

  g_assert_true (good == (payload_case->reason != NULL));
  g_assert_cmpuint (code, ==, payload_case->code);
  g_assert_cmpuint (failure_code, ==, payload_case->failure_code);

  if (good)
    {
      g_assert_cmpmem (reason, reason_length, payload_case->reason, strlen (payload_case->reason));
      g_assert_null (fault);
      return;
    }

  g_assert_cmpstr (reason, ==, "untouched");
  g_assert_cmpuint (reason_length, ==, 12345);
  g_assert_nonnull (fault);
  g_assert_cmpstr (fault, !=, "");
}

static void
test_may_be_sent (void)
{
  g_test_summary ("A close frame may carry exactly the codes 1000-1003, 1007-1014 and 3000-4999.");

  for (guint code = 0; code <= 70000; code++)
    g_assert_true (ws_close_code_may_be_sent (code) ==
                   ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                    (code >= 3000 && code <= 4999)));

  g_assert_false (ws_close_code_may_be_sent (G_MAXUINT));
}

static void
test_description (void)
{
  g_test_summary ("The codes of RFC 6455 §7.4.1 have a text; other codes have an empty one.");

  for (guint code = 1000; code <= 1015; code++)
    {
      if (code == 1004)
        g_assert_cmpstr (ws_close_code_get_description (code), ==, "");
      else
        g_assert_cmpstr (ws_close_code_get_description (code), !=, "");
    }

  g_assert_cmpstr (ws_close_code_get_description (1000), ==, "normal closure");
  g_assert_cmpstr (ws_close_code_get_description (0), ==, "");
  g_assert_cmpstr (ws_close_code_get_description (999), ==, "");
  g_assert_cmpstr (ws_close_code_get_description (1016), ==, "");
  g_assert_cmpstr (ws_close_code_get_description (3000), ==, "");
  g_assert_cmpstr (ws_close_code_get_description (G_MAXUINT), ==, "");
}

static void
test_write_short (void)
{
  guint8 buffer[WS_CONTROL_PAYLOAD_MAX_LENGTH];
  gsize  length;

  g_test_summary ("The code is written in network byte order, followed by the reason; 1005 writes nothing.");

  length = ws_close_payload_write (buffer, 1000, "bye");
  g_assert_cmpmem (buffer, length, "\x03\xe8"
                                   "bye",
                   5);

  length = ws_close_payload_write (buffer, 4999, NULL);
  g_assert_cmpmem (buffer, length, "\x13\x87", 2);

  length = ws_close_payload_write (buffer, 1001, "");
  g_assert_cmpmem (buffer, length, "\x03\xe9", 2);

  g_assert_cmpuint (ws_close_payload_write (buffer, 1005, "not sent"), ==, 0);
  g_assert_cmpuint (ws_close_payload_write (buffer, 1005, NULL), ==, 0);
}

static void
test_write_not_utf8 (void)
{
  guint8 buffer[WS_CONTROL_PAYLOAD_MAX_LENGTH];
  gsize  length;

  g_test_summary ("A reason that is not UTF-8 is sent up to its first fault.");

  length = ws_close_payload_write (buffer, 1000, "caf\xe9 au lait");
  g_assert_cmpmem (buffer, length, "\x03\xe8"
                                   "caf",
                   5);
}

/* Writes and parses a reason of n ASCII bytes followed by one character of 1 to 4 bytes. */
static void
check_cut (gsize       n_ascii,
           const char *character)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *reason = NULL;
  guint8           buffer[WS_CONTROL_PAYLOAD_MAX_LENGTH + 8];
  gsize            expected = n_ascii;
  gsize            length;
  gsize            parsed_length;
  const char      *parsed;
  const char      *fault;
  guint            code;
  guint            failure_code;

  for (gsize i = 0; i < n_ascii; i++)
    g_string_append_c (text, 'a');

  g_string_append (text, character);
  g_string_append (text, "tail");
  reason = g_memdup2 (text->str, text->len + 1);

  if (expected >= 123)
    expected = 123;
  else if (expected + strlen (character) <= 123)
    expected = MIN (expected + strlen (character) + 4, 123);

  memset (buffer, 0xa5, sizeof buffer);
  length = ws_close_payload_write (buffer, 1000, reason);
  g_assert_cmpuint (length, ==, 2 + expected);

  for (gsize i = length; i < sizeof buffer; i++)
    g_assert_cmpuint (buffer[i], ==, 0xa5);

  g_assert_true (ws_close_payload_parse (buffer, length, &code, &parsed, &parsed_length,
                                         &failure_code, &fault));
  g_assert_cmpmem (parsed, parsed_length, reason, expected);
}

static void
test_write_cut (void)
{
  static const char *const characters[] = { "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };

  g_test_summary ("A long reason is cut between two characters, at no more than 125 bytes.");

  for (gsize n_ascii = 0; n_ascii <= 300; n_ascii++)
    for (gsize i = 0; i < G_N_ELEMENTS (characters); i++)
      check_cut (n_ascii, characters[i]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/close/payload-parse/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_parse_case);
    }

  g_test_add_func ("/unit/protocol/close/code-may-be-sent/all", test_may_be_sent);
  g_test_add_func ("/unit/protocol/close/code-get-description/all", test_description);
  g_test_add_func ("/unit/protocol/close/payload-write/short", test_write_short);
  g_test_add_func ("/unit/protocol/close/payload-write/not-utf8", test_write_not_utf8);
  g_test_add_func ("/unit/protocol/close/payload-write/cut", test_write_cut);

  return g_test_run ();
}
