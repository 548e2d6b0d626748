/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance-script.h"

#include <string.h>

#include "ws-test-client.h"

#define FIN_BIT 0x80
#define MASK_BIT 0x80
#define RSV1_BIT 0x40
#define RSV_SHIFT 4

/* One frame, or message with ".cut", as it is written. */
typedef struct
{
  GByteArray *payload;
  guint64     claimed_length;
  gsize       cut_bytes; /* 0: one frame */
  guint       opcode;
  guint       length_form; /* 7, 16 or 64 bits; 0: minimal */
  int         level;
  guint8      reserved_bits;
  guint8      masking_key[4];
  gboolean    more;
  gboolean    bare;
  gboolean    claims;
  gboolean    compressed;
} FrameWord;

typedef struct
{
  const char         *script;
  const char         *at;
  GPtrArray          *steps; /* of an input script, else NULL */
  ConformanceDeflate *deflate;
} Parser;

static void G_GNUC_NORETURN
refuse (const Parser *parser,
        const char   *what)
{
  g_error ("bad script \"%s\" at \"%s\": %s", parser->script, parser->at, what);
}

static gboolean
take (Parser     *parser,
      const char *word)
{
  if (!g_str_has_prefix (parser->at, word))
    return FALSE;

  parser->at += strlen (word);
  return TRUE;
}

static guint64
take_number (Parser *parser)
{
  char   *end;
  guint64 number = g_ascii_strtoull (parser->at, &end, 10);

  if (end == parser->at)
    refuse (parser, "a number belongs here");

  parser->at = end;
  return number;
}

static void
append_hex (Parser     *parser,
            GByteArray *bytes)
{
  while (g_ascii_isxdigit (parser->at[0]) && g_ascii_isxdigit (parser->at[1]))
    {
      guint8 octet = (guint8) (g_ascii_xdigit_value (parser->at[0]) << 4 |
                               g_ascii_xdigit_value (parser->at[1]));

      g_byte_array_append (bytes, &octet, 1);
      parser->at += 2;
    }
}

GByteArray *
conformance_unescape (const char *text,
                      gsize       length)
{
  GByteArray *bytes = g_byte_array_new ();

  for (gsize i = 0; i < length; i++)
    {
      guint8 octet = (guint8) text[i];

      if (octet == '%' && i + 2 < length && g_ascii_isxdigit (text[i + 1]))
        {
          octet = (guint8) (g_ascii_xdigit_value (text[i + 1]) << 4 |
                            g_ascii_xdigit_value (text[i + 2]));
          i += 2;
        }
      g_byte_array_append (bytes, &octet, 1);
    }

  return bytes;
}

/* --- payload --------------------------------------------------------------------------------- */

static void
append_text (Parser     *parser,
             GByteArray *bytes)
{
  const char *end = strchr (parser->at, '\'');
  g_autoptr (GByteArray) text = NULL;

  if (end == NULL)
    refuse (parser, "no end of the text");

  text = conformance_unescape (parser->at, (gsize) (end - parser->at));
  g_byte_array_append (bytes, text->data, text->len);
  parser->at = end + 1;
}

static void
append_pattern (Parser     *parser,
                GByteArray *bytes)
{
  gsize            length = (gsize) take_number (parser);
  g_autofree char *pattern = ws_test_pattern (length);

  g_byte_array_append (bytes, (const guint8 *) pattern, (guint) length);
}

/* Always the same noise: what repeats it can refer back to it. */
static void
append_noise (Parser     *parser,
              GByteArray *bytes)
{
  gsize   length = (gsize) take_number (parser);
  guint64 state = 1;

  for (gsize i = 0; i < length; i++)
    {
      guint8 octet;

      state = state * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
      octet = (guint8) (state >> 56);
      g_byte_array_append (bytes, &octet, 1);
    }
}

static void
append_code (Parser     *parser,
             GByteArray *bytes)
{
  guint  code = (guint) take_number (parser);
  guint8 octets[2] = { (guint8) (code >> 8), (guint8) code };

  g_byte_array_append (bytes, octets, sizeof octets);
}

/* 'text' <hex> *length ~length =code, one after another. Returns whether there was any text, even empty. */
static gboolean
take_payload (Parser     *parser,
              GByteArray *payload)
{
  gboolean has_text = FALSE;

  for (;;)
    {
      if (take (parser, "'"))
        {
          append_text (parser, payload);
          has_text = TRUE;
        }
      else if (take (parser, "<"))
        {
          append_hex (parser, payload);
          if (!take (parser, ">"))
            refuse (parser, "not hexadecimal");
          has_text = TRUE;
        }
      else if (take (parser, "*"))
        {
          append_pattern (parser, payload);
          has_text = TRUE;
        }
      else if (take (parser, "~"))
        {
          append_noise (parser, payload);
          has_text = TRUE;
        }
      else if (take (parser, "="))
        append_code (parser, payload);
      else
        return has_text;
    }
}

/* --- frames ---------------------------------------------------------------------------------- */

static gboolean
take_opcode (Parser *parser,
             guint  *opcode)
{
  static const struct
  {
    const char *name;
    guint       opcode;
  } names[] = {
    { "text", WS_OPCODE_TEXT },
    { "binary", WS_OPCODE_BINARY },
    { "cont", WS_OPCODE_CONTINUATION },
    { "ping", WS_OPCODE_PING },
    { "pong", WS_OPCODE_PONG },
    { "close", WS_OPCODE_CLOSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (take (parser, names[i].name))
      {
        *opcode = names[i].opcode;
        return TRUE;
      }

  if (!take (parser, "op"))
    return FALSE;

  *opcode = (guint) g_ascii_xdigit_value (*parser->at++);
  return TRUE;
}

static void
take_masking_key (Parser *parser,
                  guint8  key[4])
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  append_hex (parser, bytes);
  if (bytes->len != 4)
    refuse (parser, "a masking key is four bytes");
  memcpy (key, bytes->data, bytes->len);
}

static gboolean
take_modifier (Parser    *parser,
               FrameWord *word)
{
  if (take (parser, "+"))
    word->more = TRUE;
  else if (take (parser, ".bare"))
    word->bare = TRUE;
  else if (take (parser, ".rsv:"))
    word->reserved_bits = (guint8) (take_number (parser) << RSV_SHIFT);
  else if (take (parser, ".len:"))
    word->length_form = (guint) take_number (parser);
  else if (take (parser, ".key:"))
    take_masking_key (parser, word->masking_key);
  else if (take (parser, ".cut:"))
    word->cut_bytes = (gsize) take_number (parser);
  else if (take (parser, ".claims:"))
    {
      word->claims = TRUE;
      word->claimed_length = take_number (parser);
    }
  else if (take (parser, ".z"))
    {
      word->compressed = TRUE;
      word->level = take (parser, ":") ? (int) take_number (parser) : -1;
    }
  else
    return FALSE;

  return TRUE;
}

/* Returns whether the payload has any text. */
static gboolean
take_frame_word (Parser    *parser,
                 FrameWord *word)
{
  static const guint8 masking_key[4] = { 0x37, 0xfa, 0x21, 0x3d };

  *word = (FrameWord){ .payload = g_byte_array_new () };
  memcpy (word->masking_key, masking_key, sizeof masking_key);

  if (!take_opcode (parser, &word->opcode))
    refuse (parser, "no such word");
  while (take_modifier (parser, word))
    ;

  return take_payload (parser, word->payload);
}

/* Appends the header, which may contradict length. */
static void
append_header (GByteArray      *stream,
               const FrameWord *word,
               guint8           first_byte,
               gsize            length)
{
  guint64 claimed = word->claims ? word->claimed_length : length;
  guint   form = word->length_form;
  guint8  mask_bit = word->bare ? 0 : MASK_BIT;
  guint8  header[2] = { first_byte, mask_bit };

  if (form == 0)
    form = claimed < 126 ? 7 : claimed <= G_MAXUINT16 ? 16
                                                      : 64;
  header[1] |= (guint8) (form == 7 ? claimed : form == 16 ? 126
                                                          : 127);
  g_byte_array_append (stream, header, sizeof header);

  for (int shift = form == 7 ? -1 : (int) form - 8; shift >= 0; shift -= 8)
    {
      guint8 octet = (guint8) (claimed >> shift);

      g_byte_array_append (stream, &octet, 1);
    }
  if (!word->bare)
    g_byte_array_append (stream, word->masking_key, sizeof word->masking_key);
}

static void
append_frame (GByteArray      *stream,
              const FrameWord *word,
              guint8           first_byte,
              const guint8    *payload,
              gsize            length)
{
  gsize start;

  append_header (stream, word, first_byte, length);
  start = stream->len;
  if (length > 0)
    g_byte_array_append (stream, payload, (guint) length);
  if (!word->bare)
    for (gsize i = 0; i < length; i++)
      stream->data[start + i] ^= word->masking_key[i % 4];
}

/* A long message is appended without being moved about. */
static void
reserve (GByteArray *stream,
         gsize       length)
{
  guint before = stream->len;

  g_byte_array_set_size (stream, before + (guint) length);
  g_byte_array_set_size (stream, before);
}

/* One frame, or as many as ".cut" asks for. */
static void
append_message (GByteArray         *stream,
                FrameWord          *word,
                ConformanceDeflate *deflate)
{
  gsize offset = 0;

  if (word->compressed)
    {
      GByteArray *compressed = conformance_deflate_compress (deflate, word->payload, word->level);

      g_byte_array_unref (word->payload);
      word->payload = compressed;
      word->reserved_bits |= RSV1_BIT;
    }

  reserve (stream, word->payload->len + 14);
  do
    {
      gsize    rest = word->payload->len - offset;
      gsize    part = word->cut_bytes > 0 ? MIN (rest, word->cut_bytes) : rest;
      gboolean fin = part == rest && !word->more;
      guint8   first_byte = offset == 0 ? (guint8) (word->opcode | word->reserved_bits) : 0;

      append_frame (stream, word, fin ? first_byte | FIN_BIT : first_byte,
                    word->payload->data + offset, part);
      offset += part;
    }
  while (offset < word->payload->len);
}

/* --- input ----------------------------------------------------------------------------------- */

static void
free_step (gpointer data)
{
  ConformanceStep *step = data;

  g_clear_pointer (&step->bytes, g_byte_array_unref);
  g_free (step);
}

static ConformanceStep *
add_step (Parser             *parser,
          ConformanceStepType type)
{
  ConformanceStep *step = g_new0 (ConformanceStep, 1);

  step->type = type;
  g_ptr_array_add (parser->steps, step);
  return step;
}

/* What the client sends next, behind what it sends already. */
static GByteArray *
get_stream (Parser *parser)
{
  ConformanceStep *last = NULL;

  if (parser->steps->len > 0)
    last = g_ptr_array_index (parser->steps, parser->steps->len - 1);
  if (last == NULL || last->type != CONFORMANCE_STEP_BYTES)
    {
      last = add_step (parser, CONFORMANCE_STEP_BYTES);
      last->bytes = g_byte_array_new ();
    }

  return last->bytes;
}

static void
add_server_step (Parser *parser)
{
  FrameWord        word;
  ConformanceStep *step;

  take_frame_word (parser, &word);
  step = add_step (parser, word.opcode == WS_OPCODE_CLOSE ? CONFORMANCE_STEP_SERVER_CLOSE
                                                          : CONFORMANCE_STEP_SERVER_SEND);
  step->opcode = word.opcode;
  step->bytes = word.payload;
  if (word.opcode == WS_OPCODE_CLOSE)
    {
      step->code = (guint) word.payload->data[0] << 8 | word.payload->data[1];
      g_byte_array_remove_range (word.payload, 0, 2);
      g_byte_array_append (word.payload, (const guint8 *) "", 1);
    }
}

static void
parse_steps (Parser *parser)
{
  for (;;)
    {
      while (take (parser, " "))
        ;
      if (*parser->at == '\0' || *parser->at == ')')
        return;

      if (g_ascii_isdigit (*parser->at))
        {
          guint64     n_times = take_number (parser);
          const char *start = parser->at + 2;

          if (!take (parser, "*("))
            refuse (parser, "a number is followed by *( )");
          for (guint64 i = 0; i < n_times; i++)
            {
              parser->at = start;
              parse_steps (parser);
            }
          if (!take (parser, ")"))
            refuse (parser, "no closing parenthesis");
        }
      else if (take (parser, "server:"))
        add_server_step (parser);
      else if (take (parser, "half-close"))
        add_step (parser, CONFORMANCE_STEP_HALF_CLOSE);
      else if (take (parser, "bytes"))
        take_payload (parser, get_stream (parser));
      else
        {
          FrameWord word;

          take_frame_word (parser, &word);
          append_message (get_stream (parser), &word, parser->deflate);
          g_byte_array_unref (word.payload);
        }
    }
}

GPtrArray *
conformance_script_parse_input (const char         *script,
                                ConformanceDeflate *deflate)
{
  Parser parser = { .script = script, .at = script, .deflate = deflate };

  parser.steps = g_ptr_array_new_with_free_func (free_step);
  parse_steps (&parser);
  if (*parser.at != '\0')
    refuse (&parser, "something is left over");

  return parser.steps;
}

/* --- expectations ---------------------------------------------------------------------------- */

ConformanceMessage *
conformance_message_new (guint opcode)
{
  ConformanceMessage *message = g_new0 (ConformanceMessage, 1);

  message->opcode = opcode;
  message->payload = g_byte_array_new ();
  return message;
}

void
conformance_message_free (ConformanceMessage *message)
{
  g_byte_array_unref (message->payload);
  g_free (message);
}

static void
expect_message (Parser                 *parser,
                ConformanceExpectation *expectation)
{
  FrameWord           word;
  ConformanceMessage *message;
  gboolean            has_text = take_frame_word (parser, &word);

  message = conformance_message_new (word.opcode);
  g_byte_array_unref (message->payload);
  message->payload = word.payload;
  message->compressed = word.compressed;
  g_ptr_array_add (expectation->messages, message);

  if (word.opcode != WS_OPCODE_CLOSE)
    return;

  message->any_reason = word.payload->len == 2 && !has_text;
  expectation->end = CONFORMANCE_END_BY_CLOSE;
  expectation->close_code = WS_CLOSE_CODE_NO_STATUS;
  if (word.payload->len >= 2)
    expectation->close_code = (guint) word.payload->data[0] << 8 | word.payload->data[1];
}

static void
parse_expected (Parser                 *parser,
                ConformanceExpectation *expectation)
{
  for (;;)
    {
      while (take (parser, " "))
        ;
      if (*parser->at == '\0' || *parser->at == ')')
        return;

      if (g_ascii_isdigit (*parser->at))
        {
          guint64     n_times = take_number (parser);
          const char *start = parser->at + 2;

          for (guint64 i = 0; i < n_times; i++)
            {
              parser->at = start;
              parse_expected (parser, expectation);
            }
          if (!take (parser, ")"))
            refuse (parser, "no closing parenthesis");
        }
      else if (take (parser, "told:"))
        expectation->close_code = (guint) take_number (parser);
      else if (take (parser, "eof") || take (parser, "open"))
        {
          expectation->end = parser->at[-1] == 'f' ? CONFORMANCE_END_BY_EOF : CONFORMANCE_END_OPEN;
          expectation->close_code = WS_CLOSE_CODE_ABNORMAL;
        }
      else
        expect_message (parser, expectation);
    }
}

ConformanceExpectation *
conformance_script_parse_expected (const char *script)
{
  ConformanceExpectation *expectation = g_new0 (ConformanceExpectation, 1);
  Parser                  parser = { .script = script, .at = script };

  expectation->messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) conformance_message_free);
  expectation->close_code = WS_CLOSE_CODE_NORMAL;
  parse_expected (&parser, expectation);

  return expectation;
}

void
conformance_expectation_free (ConformanceExpectation *expectation)
{
  g_ptr_array_unref (expectation->messages);
  g_free (expectation);
}
