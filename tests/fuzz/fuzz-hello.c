/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* ClientHellos: what is read of one does not depend on how it is cut, neither into reads nor into records. */
#include "fuzz.h"

#include <string.h>

#include "wsserver/tls/ws-client-hello-private.h"
#include "wsserver/tls/ws-record-cursor-private.h"

#define RECORD_TYPE 22
#define MESSAGE_TYPE 1
#define SMALLEST_RECORD 32

/* --- what came of it ------------------------------------------------------------------------- */

static void
append_numbers (GString      *text,
                const GArray *numbers)
{
  for (guint i = 0; i < numbers->len; i++)
    g_string_append_printf (text, " %04x", g_array_index (numbers, guint16, i));
  g_string_append_c (text, '\n');
}

static void
check_text (char *take_text)
{
  g_assert_true (g_str_is_ascii (take_text));
  g_free (take_text);
}

static void
check_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  g_assert_cmpstr (name, ==, lower);
  g_assert_cmpuint (strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-_."), ==, strlen (name));
  g_assert_true (name[0] != '.' && name[0] != '\0' && strstr (name, "..") == NULL);
}

static void
append_hello (GString             *text,
              const WsClientHello *hello)
{
  g_string_append_printf (text, "%04x %u %s\n", hello->legacy_version, hello->max_record_bytes,
                          hello->server_name != NULL ? hello->server_name : "");
  append_numbers (text, hello->cipher_suites);
  append_numbers (text, hello->signature_algorithms);
  append_numbers (text, hello->groups);
  append_numbers (text, hello->versions);
  for (guint i = 0; hello->protocols != NULL && hello->protocols[i] != NULL; i++)
    {
      g_assert_true (hello->protocols[i][0] != '\0' && g_str_is_ascii (hello->protocols[i]));
      g_string_append_printf (text, "%s\n", hello->protocols[i]);
    }

  g_assert_cmpuint (hello->max_record_bytes, >=, 63);
  g_assert_cmpuint (hello->max_record_bytes, <=, WS_TLS_MAX_RECORD_BYTES);
  g_assert_cmpuint (ws_client_hello_get_version (hello), <=, 0x0304);
  if (hello->server_name != NULL)
    check_name (hello->server_name);
  if (hello->cipher_suites->len > 0)
    g_assert_true (ws_client_hello_offers_suite (hello, g_array_index (hello->cipher_suites, guint16, 0)));
  check_text (ws_client_hello_dup_cipher_suites (hello));
  check_text (ws_client_hello_dup_signature_algorithms (hello));
}

/* --- feeding --------------------------------------------------------------------------------- */

/* What comes of the input in these pieces: all at once without cuts. */
static char *
run (const guint8 *data,
     gsize         length,
     FuzzCuts     *cuts)
{
  WsClientHelloReader reader;
  WsParseResult       result = WS_PARSE_NEED_MORE;
  GString            *text = g_string_new (NULL);
  gsize               offset = 0;

  ws_client_hello_reader_init (&reader);
  while (offset < length && result == WS_PARSE_NEED_MORE)
    {
      const gsize        piece = cuts != NULL ? fuzz_next_cut (cuts, length - offset) : length;
      g_autofree guint8 *exact = fuzz_copy (data + offset, piece);

      result = ws_client_hello_reader_feed (&reader, exact, piece);
      offset += piece;
      g_assert_true ((result == WS_PARSE_FAILED) == (reader.fault != WS_CLIENT_HELLO_FAULT_NONE));
      g_assert_cmpmem (reader.bytes->data, reader.bytes->len, data, offset);
    }

  g_string_append_printf (text, "%d %s\n", result, ws_client_hello_fault_to_string (reader.fault));
  if (result == WS_PARSE_DONE)
    append_hello (text, &reader.hello);
  ws_client_hello_reader_clear (&reader);
  ws_client_hello_reader_clear (&reader);

  return g_string_free (text, FALSE);
}

static void
check_stream (const guint8 *data,
              gsize         length,
              FuzzCuts     *cuts)
{
  FuzzCuts         bytewise = { .lengths = { 1, 1, 1, 1 } };
  g_autofree char *whole = run (data, length, NULL);
  g_autofree char *cut = run (data, length, cuts);
  g_autofree char *bytes = run (data, length, &bytewise);

  g_assert_cmpstr (cut, ==, whole);
  g_assert_cmpstr (bytes, ==, whole);
}

/* The body of the message becomes records of at most this size. */
static GByteArray *
wrap_body (const guint8 *data,
           gsize         length,
           gsize         record_size)
{
  const guint8 header[] = { MESSAGE_TYPE, (guint8) (length >> 16), (guint8) (length >> 8), (guint8) length };
  g_autoptr (GByteArray) message = g_byte_array_new ();
  GByteArray *stream = g_byte_array_new ();

  g_byte_array_append (message, header, sizeof header);
  g_byte_array_append (message, data, (guint) length);
  for (gsize offset = 0; offset < message->len;)
    {
      const gsize  piece = MIN (record_size, message->len - offset);
      const guint8 record[] = { RECORD_TYPE, 3, 1, (guint8) (piece >> 8), (guint8) piece };

      g_byte_array_append (stream, record, sizeof record);
      g_byte_array_append (stream, message->data + offset, (guint) piece);
      offset += piece;
    }

  return stream;
}

/* The first byte is 0 for a stream as it comes, and otherwise the size of the records around a message. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  FuzzInput    input = { data, size };
  const guint8 records = fuzz_take_byte (&input);
  FuzzCuts     cuts;

  fuzz_take_cuts (&input, &cuts);
  if (records == 0)
    check_stream (input.data, input.length, &cuts);
  else
    {
      g_autoptr (GByteArray) stream = wrap_body (input.data, input.length, SMALLEST_RECORD * records);
      g_autoptr (GByteArray) one = wrap_body (input.data, input.length, WS_TLS_MAX_RECORD_BYTES);
      g_autofree char *in_records = run (stream->data, stream->len, NULL);
      g_autofree char *in_one = run (one->data, one->len, NULL);

      check_stream (stream->data, stream->len, &cuts);
      g_assert_cmpstr (in_records, ==, in_one);
    }

  return 0;
}
