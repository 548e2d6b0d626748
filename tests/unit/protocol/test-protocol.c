/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol-fixture.h"

/* "Hello" as in RFC 6455 §5.7. */
#define MASKED_HELLO "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"

static const Setup server = { WS_ROLE_SERVER, 1024 };
static const Setup client = { WS_ROLE_CLIENT, 1024 };
static const Setup server_5 = { WS_ROLE_SERVER, 5 };
static const Setup server_0 = { WS_ROLE_SERVER, 0 };
static const Setup server_endless = { WS_ROLE_SERVER, G_MAXUINT64 };

/* clang-format off */
#define CASE(path, setup, bytes, log) { path, &setup, bytes, sizeof (bytes) - 1, log }

static const ProtocolCase cases[] = {
  CASE ("nothing", server, "", ""),
  CASE ("hello", server, MASKED_HELLO, "text 1<48656c6c6f> "),
  CASE ("hello-hello", server, MASKED_HELLO MASKED_HELLO,
        "text 1<48656c6c6f> text 1<48656c6c6f> "),
  CASE ("text-empty", server, "\x81\x80" K0, "text 1<> "),
  CASE ("binary-empty", server, "\x82\x80" K0, "binary 1<> "),
  CASE ("binary", server, "\x82\x83" K0 "\x00\xff\x80", "binary 1<00ff80> "),
  CASE ("hello-in-fragments", server,
        "\x01\x83\x37\xfa\x21\x3d\x7f\x9f\x4d" "\x80\x82\x3d\x37\xfa\x21\x51\x58",
        "text 2<48656c6c6f> "),
  CASE ("three-fragments", server, "\x02\x81" K0 "a\x00\x81" K0 "b\x80\x81" K0 "c",
        "binary 3<616263> "),
  CASE ("empty-fragments", server, "\x01\x80" K0 "\x00\x80" K0 "\x80\x80" K0, "text 3<> "),
  CASE ("empty-first", server, "\x01\x80" K0 "\x80\x82" K0 "ab", "text 2<6162> "),
  CASE ("empty-last", server, "\x01\x82" K0 "ab\x80\x80" K0, "text 2<6162> "),
  CASE ("ping", server, "\x89\x80" K0, "ping<> "),
  CASE ("ping-payload", server, "\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
        "ping<48656c6c6f> "),
  CASE ("pong", server, "\x8a\x81" K0 "x", "pong<78> "),
  CASE ("pings", server, "\x89\x81" K0 "1\x89\x81" K0 "2\x8a\x81" K0 "3",
        "ping<31> ping<32> pong<33> "),
  CASE ("control-between-fragments", server,
        "\x01\x81" K0 "a\x89\x81" K0 "p\x00\x81" K0 "b\x8a\x80" K0 "\x80\x81" K0 "c",
        "ping<70> pong<> text 3<616263> "),
  CASE ("close-between-fragments", server, "\x01\x81" K0 "a\x88\x82" K0 "\x03\xe8",
        "close 1000<> "),
  CASE ("close-empty", server, "\x88\x80" K0, "close 1005<> "),
  CASE ("close-code", server, "\x88\x82" K0 "\x03\xe9", "close 1001<> "),
  CASE ("close-reason", server, "\x88\x85" K0 "\x03\xe8" "bye", "close 1000<627965> "),
  CASE ("close-reason-masked", server, "\x88\x85\x37\xfa\x21\x3d\x34\x12\x43\x44\x52",
        "close 1000<627965> "),
  CASE ("after-close", server, "\x88\x80" K0 MASKED_HELLO "\xff\xff\xff\xff\x88\x80" K0,
        "close 1005<> "),

  CASE ("client-hello", client, "\x81\x05Hello", "text 1<48656c6c6f> "),
  CASE ("client-fragments", client, "\x01\x03Hel\x89\x01x\x80\x02lo",
        "ping<78> text 2<48656c6c6f> "),
  CASE ("client-close", client, "\x88\x02\x03\xe8", "close 1000<> "),
  CASE ("client-masked", client, MASKED_HELLO, "failed 1002 "),
  CASE ("client-masked-first-two", client, "\x81\x80", "failed 1002 "),
  CASE ("client-masked-ping", client, "\x89\x80" K0, "failed 1002 "),
  CASE ("client-2^63", client, "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", "failed 1002 "),
  CASE ("client-2^63-1", client, "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", "failed 1009 "),

  CASE ("unmasked", server, "\x81\x05Hello", "failed 1002 "),
  CASE ("unmasked-empty", server, "\x81\x00", "failed 1002 "),
  CASE ("unmasked-ping", server, "\x89\x00", "failed 1002 "),
  CASE ("unmasked-close", server, "\x88\x00", "failed 1002 "),
  CASE ("unmasked-second", server, MASKED_HELLO "\x81\x05Hello",
        "text 1<48656c6c6f> failed 1002 "),
  CASE ("rsv1", server, "\xc1\x80" K0, "failed 1002 "),
  CASE ("rsv2", server, "\xa1\x80" K0, "failed 1002 "),
  CASE ("rsv3", server, "\x91\x80" K0, "failed 1002 "),
  CASE ("rsv1-continuation", server, "\x01\x80" K0 "\xc0\x80" K0, "failed 1002 "),
  CASE ("rsv1-ping", server, "\xc9\x80" K0, "failed 1002 "),
  CASE ("rsv-all-binary", server, "\xf2\x81" K0 "x", "failed 1002 "),
  CASE ("all-wrong", server, "\xf3\x7f\x80\x00\x00\x00\x00\x00\x00\x00", "failed 1002 "),
  CASE ("ping-fragmented", server, "\x09\x80" K0, "failed 1002 "),
  CASE ("close-fragmented", server, "\x08\x80" K0, "failed 1002 "),
  CASE ("ping-126", server, "\x89\xfe\x00\x7e" K0, "failed 1002 "),
  CASE ("close-126", server, "\x88\xfe\x00\x7e" K0, "failed 1002 "),
  CASE ("pong-2^63-1", server, "\x8a\xff\x7f\xff\xff\xff\xff\xff\xff\xff" K0, "failed 1002 "),
  CASE ("lone-continuation", server, "\x00\x81" K0 "x", "failed 1002 "),
  CASE ("lone-last-continuation", server, "\x80\x81" K0 "x", "failed 1002 "),
  CASE ("continuation-after-message", server, MASKED_HELLO "\x80\x81" K0 "x",
        "text 1<48656c6c6f> failed 1002 "),
  CASE ("continuation-after-fragments", server, "\x01\x80" K0 "\x80\x80" K0 "\x00\x80" K0,
        "text 2<> failed 1002 "),
  CASE ("text-in-text", server, "\x01\x81" K0 "a\x81\x81" K0 "b", "failed 1002 "),
  CASE ("binary-in-text", server, "\x01\x81" K0 "a\x82\x81" K0 "b", "failed 1002 "),
  CASE ("fragment-in-fragment", server, "\x02\x81" K0 "a\x02\x81" K0 "b", "failed 1002 "),
  CASE ("16-bit-125", server, "\x82\xfe\x00\x7d" K0, "failed 1002 "),
  CASE ("64-bit-65535", server_endless, "\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff" K0,
        "failed 1002 "),
  CASE ("2^63", server_endless, "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00" K0, "failed 1002 "),
  CASE ("2^64-1", server_endless, "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff" K0, "failed 1002 "),
  CASE ("2^63-unmasked", server_endless, "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00",
        "failed 1002 "),

  CASE ("limit-1025", server, "\x82\xfe\x04\x01" K0, "failed 1009 "),
  CASE ("limit-65536", server, "\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00" K0, "failed 1009 "),
  CASE ("limit-2^31", server, "\x82\xff\x00\x00\x00\x00\x80\x00\x00\x00" K0, "failed 1009 "),
  CASE ("limit-2^32", server, "\x82\xff\x00\x00\x00\x01\x00\x00\x00\x00" K0, "failed 1009 "),
  CASE ("limit-2^63-1", server, "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff" K0, "failed 1009 "),
  CASE ("limit-exact", server_5, MASKED_HELLO, "text 1<48656c6c6f> "),
  CASE ("limit-exact-fragments", server_5, "\x02\x83" K0 "abc\x80\x82" K0 "de",
        "binary 2<6162636465> "),
  CASE ("limit-each-message", server_5, MASKED_HELLO MASKED_HELLO,
        "text 1<48656c6c6f> text 1<48656c6c6f> "),
  CASE ("limit-each-fragmented-message", server_5,
        "\x02\x83" K0 "abc\x80\x82" K0 "de\x02\x83" K0 "abc\x80\x82" K0 "de",
        "binary 2<6162636465> binary 2<6162636465> "),
  CASE ("limit-one-over", server_5, "\x82\x86" K0 "abcdef", "failed 1009 "),
  CASE ("limit-one-over-text", server_5, "\x81\x86" K0 "abcdef", "failed 1009 "),
  CASE ("limit-over-in-fragments", server_5, "\x02\x83" K0 "abc\x80\x83" K0 "def",
        "failed 1009 "),
  CASE ("limit-over-with-2^63-1", server_5,
        "\x02\x83" K0 "abc\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xff" K0, "failed 1009 "),
  CASE ("limit-control-does-not-count", server_5,
        "\x02\x83" K0 "abc\x89\x86" K0 "123456\x80\x82" K0 "de",
        "ping<313233343536> binary 2<6162636465> "),
  CASE ("limit-0-empty", server_0, "\x81\x80" K0, "text 1<> "),
  CASE ("limit-0-one", server_0, "\x81\x81" K0 "a", "failed 1009 "),
  CASE ("limit-0-control", server_0, "\x89\x81" K0 "a", "ping<61> "),
  CASE ("limit-none-sum-wraps", server_endless,
        "\x02\xff\x7f\xff\xff\xff\xff\xff\xff\xff" K0 "abc", "pending 3 "),

  CASE ("utf8-euro", server, "\x81\x83" K0 "\xe2\x82\xac", "text 1<e282ac> "),
  CASE ("utf8-euro-in-fragments", server, "\x01\x81" K0 "\xe2\x80\x82" K0 "\x82\xac",
        "text 2<e282ac> "),
  CASE ("utf8-emoji-in-fragments", server,
        "\x01\x81" K0 "\xf0\x00\x81" K0 "\x9f\x89\x80" K0 "\x00\x80" K0 "\x80\x82" K0 "\x98\x80",
        "ping<> text 4<f09f9880> "),
  CASE ("utf8-bad", server, "\x81\x82" K0 "a\xff", "failed 1007 "),
  CASE ("utf8-cut", server, "\x81\x82" K0 "\xe2\x82", "failed 1007 "),
  CASE ("utf8-cut-then-empty-last", server, "\x01\x82" K0 "\xe2\x82\x80\x80" K0, "failed 1007 "),
  CASE ("utf8-cut-long", server,
        "\x81\xfe\x00\x7e" K0
        "0123456789012345678901234567890123456789012345678901234567890123456789"
        "0123456789012345678901234567890123456789012345678901234\xc3",
        "failed 1007 "),
  CASE ("utf8-surrogate", server, "\x81\x83" K0 "\xed\xa0\x80", "failed 1007 "),
  CASE ("utf8-overlong", server, "\x81\x82" K0 "\xc0\x80", "failed 1007 "),
  CASE ("utf8-over-10ffff", server, "\x81\x84" K0 "\xf4\x90\x80\x80", "failed 1007 "),
  CASE ("utf8-bad-in-second-fragment", server, "\x01\x81" K0 "\xc3\x80\x81" K0 "a",
        "failed 1007 "),
  CASE ("utf8-bad-before-end", server, "\x81\x8a" K0 "\xff", "failed 1007 "),
  CASE ("utf8-starts-anew", server, "\x81\x81" K0 "a\x81\x81" K0 "\x80",
        "text 1<61> failed 1007 "),
  CASE ("utf8-not-for-binary", server, "\x82\x82" K0 "\xc0\xff", "binary 1<c0ff> "),
  CASE ("utf8-not-for-binary-fragments", server, "\x02\x81" K0 "\xc0\x80\x81" K0 "\xff",
        "binary 2<c0ff> "),
  CASE ("utf8-nul", server, "\x81\x81" K0 "\0", "text 1<00> "),
  CASE ("utf8-before-over-limit", server_5, "\x01\x81" K0 "\xff\x80\xfe\x00\x7e" K0,
        "failed 1007 "),

  CASE ("close-one-byte", server, "\x88\x81" K0 "\x03", "failed 1002 "),
  CASE ("close-999", server, "\x88\x82" K0 "\x03\xe7", "failed 1002 "),
  CASE ("close-1004", server, "\x88\x82" K0 "\x03\xec", "failed 1002 "),
  CASE ("close-1005", server, "\x88\x82" K0 "\x03\xed", "failed 1002 "),
  CASE ("close-1006", server, "\x88\x82" K0 "\x03\xee", "failed 1002 "),
  CASE ("close-1015", server, "\x88\x82" K0 "\x03\xf7", "failed 1002 "),
  CASE ("close-5000", server, "\x88\x82" K0 "\x13\x88", "failed 1002 "),
  CASE ("close-bad-utf8", server, "\x88\x83" K0 "\x03\xe8\xff", "failed 1007 "),
  CASE ("close-cut-utf8", server, "\x88\x84" K0 "\x03\xe8\xe2\x82", "failed 1007 "),

  CASE ("pending-payload", server, "\x82\x85" K0 "abc", "pending 3 "),
  CASE ("pending-fragment", server, "\x02\x83" K0 "abc", "pending 3 "),
  CASE ("pending-header", server, "\x82\xfe\x01", ""),
  CASE ("pending-ping", server, "\x89\x85" K0 "abc", ""),
};
/* clang-format on */

/* --- the parser under test ------------------------------------------------------------------- */

typedef struct
{
  WsProtocol  protocol;
  GByteArray *message;  /* of the current message */
  guint       n_frames; /* its complete frames */
  gboolean    in_message;
  gboolean    in_frame;
  guint64     frame_remaining;
  gboolean    over;
  guint       close_code; /* of the failure that must be repeated; 0 before the first */
  const char *fault;
} Receiver;

static gpointer
start_cb (gconstpointer user_data)
{
  const Setup   *setup = user_data;
  const WsLimits limits = { .max_message_bytes = setup->max_message_bytes };
  Receiver      *receiver = g_new0 (Receiver, 1);

  ws_protocol_init (&receiver->protocol, setup->role, &limits);
  receiver->message = g_byte_array_new ();

  return receiver;
}

static void
take_data (Receiver              *receiver,
           const WsProtocolEvent *event,
           GString               *log)
{
  g_assert_true (event->opcode == WS_OPCODE_TEXT || event->opcode == WS_OPCODE_BINARY);
  g_assert_true (event->message_begin == !receiver->in_message);
  g_assert_true (event->frame_begin == !receiver->in_frame);
  g_assert_true (!event->message_end || event->frame_end);
  g_assert_true (event->frame_end == (event->frame_remaining == 0));
  g_assert_cmpuint (event->frame_remaining, ==,
                    ws_protocol_get_frame_remaining (&receiver->protocol));

  /* Only an empty frame has an empty part. */
  g_assert_true (event->length > 0 || (event->frame_begin && event->frame_end));

  if (!event->frame_begin)
    g_assert_cmpuint (event->frame_remaining + event->length, ==, receiver->frame_remaining);

  g_byte_array_append (receiver->message, event->data, event->length);
  receiver->frame_remaining = event->frame_remaining;
  receiver->in_frame = !event->frame_end;
  receiver->in_message = !event->message_end;
  receiver->n_frames += event->frame_end ? 1 : 0;

  if (!event->message_end)
    return;

  g_string_append_printf (log, "%s %u", event->opcode == WS_OPCODE_TEXT ? "text" : "binary",
                          receiver->n_frames);
  ws_test_append_bytes (log, receiver->message->data, receiver->message->len);
  g_string_append_c (log, ' ');
  g_byte_array_set_size (receiver->message, 0);
  receiver->n_frames = 0;
}

static void
take_event (Receiver              *receiver,
            const WsProtocolEvent *event,
            GString               *log)
{
  g_assert_false (receiver->over);
  g_assert_true (event->data != NULL || event->length == 0);

  switch (event->type)
    {
    case WS_PROTOCOL_EVENT_DATA:
      take_data (receiver, event, log);
      return;

    case WS_PROTOCOL_EVENT_PING:
      g_string_append (log, "ping");
      break;

    case WS_PROTOCOL_EVENT_PONG:
      g_string_append (log, "pong");
      break;

    case WS_PROTOCOL_EVENT_CLOSE:
      g_string_append_printf (log, "close %u", event->close_code);
      receiver->over = TRUE;
      break;

    default:
      g_assert_not_reached ();
    }

  ws_test_append_bytes (log, event->data, event->length);
  g_string_append_c (log, ' ');
}

static void
take_failure (Receiver              *receiver,
              const WsProtocolEvent *event,
              GString               *log)
{
  g_assert_false (receiver->over);
  g_assert_nonnull (event->fault);
  g_assert_cmpstr (event->fault, !=, "");
  g_assert_true (ws_close_code_may_be_sent (event->close_code));
  g_assert_cmpuint (ws_protocol_get_frame_remaining (&receiver->protocol), ==, 0);

  if (receiver->close_code != 0)
    {
      g_assert_cmpuint (event->close_code, ==, receiver->close_code);
      g_assert_true (event->fault == receiver->fault);
      return;
    }

  receiver->close_code = event->close_code;
  receiver->fault = event->fault;
  g_string_append_printf (log, "failed %u %s", event->close_code, event->fault);
}

static void
feed_cb (gpointer user_data,
         guint8  *piece,
         gsize    length,
         GString *log)
{
  Receiver *receiver = user_data;

  for (;;)
    {
      WsProtocolEvent     event;
      gsize               consumed = G_MAXSIZE;
      const WsParseResult result =
          ws_protocol_receive (&receiver->protocol, piece, length, &consumed, &event);

      g_assert_cmpuint (consumed, <=, length);
      g_assert_true (receiver->close_code == 0 || result == WS_PARSE_FAILED);

      if (result != WS_PARSE_DONE)
        {
          g_assert_cmpuint (consumed, ==, length);

          if (result == WS_PARSE_FAILED)
            take_failure (receiver, &event, log);

          return;
        }

      take_event (receiver, &event, log);
      piece += consumed;
      length -= consumed;
    }
}

static void
finish_cb (gpointer user_data,
           GString *log)
{
  Receiver *receiver = user_data;

  if (receiver->message->len > 0 && !receiver->over && receiver->close_code == 0)
    g_string_append_printf (log, "pending %u ", receiver->message->len);

  ws_protocol_clear (&receiver->protocol);
  g_byte_array_unref (receiver->message);
  g_free (receiver);
}

static const WsTestParser protocol_parser = { start_cb, feed_cb, finish_cb };

/* --- lengths --------------------------------------------------------------------------------- */

static void
check_length (const Setup *setup,
              gsize        length,
              guint8       first_byte)
{
  static const guint8 masking_key[4] = { 0x9a, 0x01, 0xfe, 0x55 };
  g_autofree guint8  *payload = ws_test_make_payload (length);
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GString) log = g_string_new (NULL);

  ws_test_append_frame (stream, first_byte, payload, length,
                        setup->role == WS_ROLE_SERVER ? masking_key : NULL);
  g_string_append (log, first_byte == 0x81 ? "text 1" : "binary 1");
  ws_test_append_bytes (log, payload, length);
  g_string_append_c (log, ' ');
  check_log (setup, stream->data, stream->len, log->str);
}

static void
test_lengths (void)
{
  static const Setup setups[] = {
    { WS_ROLE_SERVER, 70000 },
    { WS_ROLE_CLIENT, 70000 },
  };
  static const gsize lengths[] = { 0, 1, 2, 3, 4, 5, 7, 8, 20,
                                   124, 125, 126, 127, 128, 65534, 65535, 65536 };

  g_test_summary ("Payloads of all lengths near the boundaries arrive, masked and unmasked.");

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (setups); k++)
      {
        check_length (&setups[k], lengths[i], 0x81);
        check_length (&setups[k], lengths[i], 0x82);
      }
}

static void
test_reserved (void)
{
  static const guint8 opcodes[] = { 0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf };

  g_test_summary ("Every reserved opcode, first or after a message, is 1002 at every cut.");

  for (gsize i = 0; i < G_N_ELEMENTS (opcodes); i++)
    {
      guint8 stream[] = MASKED_HELLO "\x80\x80" K0;

      stream[11] = 0x80 | opcodes[i];
      check_log (&server, stream, 17, "text 1<48656c6c6f> failed 1002 ");
      check_log (&server, stream + 11, 6, "failed 1002 ");
    }
}

static void
test_first_bytes (void)
{
  g_test_summary ("The valid ones of all 65536 pairs of first bytes continue; the others are 1002.");

  for (guint pair = 0; pair < 65536; pair++)
    {
      guint8         data[2] = { pair >> 8, pair & 0xff };
      const guint    opcode = data[0] & 0x0f;
      const guint    length = data[1] & 0x7f;
      const gboolean is_fin = (data[0] & 0x80) != 0;
      const gboolean is_data = opcode == 0x1 || opcode == 0x2;
      const gboolean is_control = opcode >= 0x8 && opcode <= 0xa && is_fin && length <= 125;
      const gboolean is_good =
          (data[0] & 0x70) == 0 && (data[1] & 0x80) != 0 && (is_data || is_control);
      const WsLimits  limits = { .max_message_bytes = 1024 };
      WsProtocol      protocol;
      WsProtocolEvent event = { .close_code = 0 };
      gsize           consumed;

      ws_protocol_init (&protocol, WS_ROLE_SERVER, &limits);
      g_assert_cmpint (ws_protocol_receive (&protocol, data, 2, &consumed, &event), ==,
                       is_good ? WS_PARSE_NEED_MORE : WS_PARSE_FAILED);
      g_assert_cmpuint (event.close_code, ==, is_good ? 0 : 1002);
      ws_protocol_clear (&protocol);
    }
}

/* --- failure --------------------------------------------------------------------------------- */

typedef struct
{
  const char *bytes;
  gsize       length;
  gsize       failed_at; /* number of bytes until the failure */
  guint       close_code;
} EarlyCase;

/* clang-format off */
#define EARLY(bytes, failed_at, close_code) { bytes, sizeof (bytes) - 1, failed_at, close_code }

static const EarlyCase early_cases[] = {
  EARLY ("\xc1\x80" K0, 1, 1002),
  EARLY ("\x83\x80" K0, 1, 1002),
  EARLY ("\x80\x80" K0, 1, 1002),
  EARLY ("\x09\x80" K0, 1, 1002),
  EARLY ("\x81\x05Hello", 2, 1002),
  EARLY ("\x89\xfe\x00\x7e" K0, 2, 1002),
  EARLY ("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00" K0, 3, 1002),
  EARLY ("\x82\xfe\x00\x7d" K0, 4, 1002),
  EARLY ("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff" K0, 8, 1002),
  EARLY ("\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00" K0, 14, 1009),
  EARLY ("\x01\x81" K0 "a\x82\x81" K0 "b", 8, 1002),
  EARLY ("\x81\x85" K0 "ab\xe2\x28\xa1", 10, 1007),
  EARLY ("\x81\x84" K0 "\xf4\x90\x80\x80", 8, 1007),
  EARLY ("\x81\x82" K0 "\xe2\x82", 8, 1007),
  EARLY ("\x01\x82" K0 "\xe2\x82\x80\x80" K0, 14, 1007),
  EARLY ("\x88\x82" K0 "\x03\xed", 8, 1002),
};
/* clang-format on */

static void
test_early (void)
{
  g_test_summary ("Bytes that arrive one by one fail at the first byte that shows the fault.");

  for (gsize i = 0; i < G_N_ELEMENTS (early_cases); i++)
    {
      const WsLimits  limits = { .max_message_bytes = 1024 };
      WsProtocolEvent event;
      WsProtocol      protocol;
      gsize           n = 0;

      ws_protocol_init (&protocol, WS_ROLE_SERVER, &limits);

      for (gboolean failed = FALSE; !failed; n++)
        {
          guint8 byte;
          gsize  consumed;

          g_assert_cmpuint (n, <, early_cases[i].length);
          byte = (guint8) early_cases[i].bytes[n];
          failed = ws_protocol_receive (&protocol, &byte, 1, &consumed, &event) == WS_PARSE_FAILED;
        }

      g_assert_cmpuint (n, ==, early_cases[i].failed_at);
      g_assert_cmpuint (event.close_code, ==, early_cases[i].close_code);
      ws_protocol_clear (&protocol);
    }
}

static void
test_sticky (void)
{
  const WsLimits  limits = { .max_message_bytes = 1024 };
  guint8          bad[] = { 0x81, 0x00 };
  guint8          good[] = { 0x81, 0x80, 0, 0, 0, 0 };
  WsProtocol      protocol;
  WsProtocolEvent event;
  WsProtocolEvent again;
  gsize           consumed;

  g_test_summary ("After a failure every call fails in the same way and consumes all input.");

  ws_protocol_init (&protocol, WS_ROLE_SERVER, &limits);
  g_assert_cmpint (ws_protocol_receive (&protocol, bad, sizeof bad, &consumed, &event), ==,
                   WS_PARSE_FAILED);

  for (gsize length = 0; length <= sizeof good; length++)
    {
      g_assert_cmpint (ws_protocol_receive (&protocol, good, length, &consumed, &again), ==,
                       WS_PARSE_FAILED);
      g_assert_cmpuint (consumed, ==, length);
      g_assert_cmpuint (again.close_code, ==, 1002);
      g_assert_true (again.fault == event.fault);
    }

  g_assert_cmpuint (good[1], ==, 0x80);
  ws_protocol_clear (&protocol);
}

/* --- parts and memory ------------------------------------------------------------------------ */

static void
test_in_place (void)
{
  const WsLimits limits = { .max_message_bytes = 1024 };
  guint8 stream[] = MASKED_HELLO MASKED_HELLO;
  WsProtocol                     protocol;
  WsProtocolEvent                event;
  gsize                          consumed;

  g_test_summary ("A whole frame is unmasked in the caller's memory, and only that frame.");

  ws_protocol_init (&protocol, WS_ROLE_SERVER, &limits);
  g_assert_cmpint (ws_protocol_receive (&protocol, stream, 22, &consumed, &event), ==,
                   WS_PARSE_DONE);
  g_assert_cmpuint (consumed, ==, 11);
  g_assert_true (event.data == stream + 6);
  g_assert_cmpmem (event.data, event.length, "Hello", 5);
  g_assert_cmpmem (stream + 11, 11, MASKED_HELLO, 11);
  g_assert_null (protocol.partial);
}

static void
test_parts (void)
{
  const WsLimits  limits = { .max_message_bytes = 1024 };
  guint8          header[] = { 0x82, 0x8a, 1, 2, 3, 4 };
  guint8          payload[] = { 1, 2, 3, 4, 1, 2, 3, 4, 1, 2 };
  WsProtocol      protocol;
  WsProtocolEvent event;
  gsize           consumed;

  g_test_summary ("Payload is reported as it arrives, with the length of the rest of the frame.");

  ws_protocol_init (&protocol, WS_ROLE_SERVER, &limits);
  g_assert_cmpuint (ws_protocol_get_frame_remaining (&protocol), ==, 0);
  g_assert_cmpint (ws_protocol_receive (&protocol, header, 6, &consumed, &event), ==,
                   WS_PARSE_NEED_MORE);
  g_assert_cmpuint (consumed, ==, 6);
  g_assert_cmpuint (ws_protocol_get_frame_remaining (&protocol), ==, 10);

  g_assert_cmpint (ws_protocol_receive (&protocol, payload, 3, &consumed, &event), ==,
                   WS_PARSE_DONE);
  g_assert_true (event.data == payload);
  g_assert_cmpmem (event.data, event.length, "\0\0\0", 3);
  g_assert_true (event.message_begin && event.frame_begin);
  g_assert_false (event.message_end || event.frame_end);
  g_assert_cmpuint (event.frame_remaining, ==, 7);
  g_assert_cmpuint (ws_protocol_get_frame_remaining (&protocol), ==, 7);

  g_assert_cmpint (ws_protocol_receive (&protocol, NULL, 0, &consumed, &event), ==,
                   WS_PARSE_NEED_MORE);
  g_assert_cmpint (ws_protocol_receive (&protocol, payload + 3, 7, &consumed, &event), ==,
                   WS_PARSE_DONE);
  g_assert_cmpmem (event.data, event.length, "\0\0\0\0\0\0\0", 7);
  g_assert_false (event.message_begin || event.frame_begin);
  g_assert_true (event.message_end && event.frame_end);
  g_assert_cmpuint (ws_protocol_get_frame_remaining (&protocol), ==, 0);
  g_assert_null (protocol.partial);
}

static void
test_memory (void)
{
  const WsLimits  limits = { .max_message_bytes = 1024 };
  guint8          ping[] = { 0x89, 0x82, 0, 0, 0, 0, 'h', 'i' };
  guint8          hello[] = MASKED_HELLO;
  WsProtocol      protocol;
  WsProtocolEvent event;
  gsize           consumed;

  g_test_summary ("An incomplete frame takes memory, and the call after its end frees it.");

  ws_protocol_init (&protocol, WS_ROLE_SERVER, &limits);
  g_assert_cmpint (ws_protocol_receive (&protocol, NULL, 0, &consumed, &event), ==,
                   WS_PARSE_NEED_MORE);
  g_assert_null (protocol.partial);

  ws_protocol_receive (&protocol, ping, 7, &consumed, &event);
  g_assert_nonnull (protocol.partial);
  g_assert_cmpint (ws_protocol_receive (&protocol, ping + 7, 1, &consumed, &event), ==,
                   WS_PARSE_DONE);
  g_assert_cmpmem (event.data, event.length, "hi", 2);
  g_assert_cmpint (ws_protocol_receive (&protocol, NULL, 0, &consumed, &event), ==,
                   WS_PARSE_NEED_MORE);
  g_assert_null (protocol.partial);

  ws_protocol_receive (&protocol, hello, 3, &consumed, &event);
  g_assert_nonnull (protocol.partial);
  g_assert_cmpint (ws_protocol_receive (&protocol, hello + 3, 8, &consumed, &event), ==,
                   WS_PARSE_DONE);
  g_assert_null (protocol.partial);

  /* Cleared twice, and in the middle of a frame. */
  ws_protocol_receive (&protocol, ping, 3, &consumed, &event);
  ws_protocol_clear (&protocol);
  ws_protocol_clear (&protocol);
  g_assert_null (protocol.partial);
}

/* --- many fragments, generated streams ------------------------------------------------------- */

#define N_FRAGMENTS 100000

/* Returns one message of n fragments, each of length bytes. */
static GByteArray *
make_fragments (gsize length)
{
  static const guint8 masking_key[4] = { 0x11, 0x22, 0x33, 0x44 };
  GByteArray         *stream = g_byte_array_new ();

  for (guint i = 0; i < N_FRAGMENTS; i++)
    ws_test_append_frame (stream, (i == 0 ? 0x01 : 0x00) | (i == N_FRAGMENTS - 1 ? 0x80 : 0x00),
                          (const guint8 *) "x", length, masking_key);

  return stream;
}

static void
test_tiny_fragments (void)
{
  g_test_summary ("A hundred thousand fragments of zero bytes or one byte arrive and are counted.");

  for (gsize length = 0; length <= 1; length++)
    {
      const Setup      setup = { WS_ROLE_SERVER, N_FRAGMENTS * length };
      const Setup      too_small = { WS_ROLE_SERVER, MAX (N_FRAGMENTS * length, 1) - 1 };
      g_autofree char *over = NULL;
      g_autoptr (GByteArray) stream = make_fragments (length);
      g_autofree guint8 *payload = g_malloc (N_FRAGMENTS);
      g_autoptr (GString) expected = g_string_new (NULL);
      g_autofree char *whole = NULL;
      gpointer         receiver = start_cb (&setup);
      g_autoptr (GString) log = g_string_new (NULL);

      memset (payload, 'x', N_FRAGMENTS);
      g_string_append_printf (expected, "text %u", N_FRAGMENTS);
      ws_test_append_bytes (expected, payload, N_FRAGMENTS * length);
      g_string_append_c (expected, ' ');

      for (guint i = 0; i < stream->len; i++)
        {
          guint8 byte = stream->data[i];

          feed_cb (receiver, &byte, 1, log);
        }

      finish_cb (receiver, log);
      g_assert_cmpstr (log->str, ==, expected->str);

      whole = ws_test_feed_whole (&protocol_parser, &setup, stream->data, stream->len);
      g_assert_cmpstr (whole, ==, expected->str);

      over = ws_test_feed_whole (&protocol_parser, &too_small, stream->data, stream->len);
      g_assert_true (length == 0 || g_str_has_prefix (over, "failed 1009 "));
    }
}

static void
append_random_frames (GByteArray *stream,
                      GRand      *rand)
{
  const guint  n_fragments = (guint) g_rand_int_range (rand, 1, 4);
  const guint8 opcode = g_rand_boolean (rand) ? 0x1 : 0x2;
  guint8       masking_key[4];

  for (guint i = 0; i < n_fragments; i++)
    {
      const gsize        length = (gsize) g_rand_int_range (rand, 0, i == 0 ? 300 : 30);
      g_autofree guint8 *payload = ws_test_make_payload (length);
      const guint32      key = g_rand_int (rand);

      memcpy (masking_key, &key, sizeof masking_key);

      if (g_rand_int_range (rand, 0, 3) == 0)
        ws_test_append_frame (stream, i == 0 ? 0x89 : 0x8a, payload, MIN (length, 125),
                              masking_key);

      ws_test_append_frame (stream, (i == 0 ? opcode : 0) | (i == n_fragments - 1 ? 0x80 : 0),
                            payload, length, masking_key);
    }
}

static void
test_random_streams (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6455);
  const Setup setup = { WS_ROLE_SERVER, 4096 };

  g_test_summary ("Generated streams, valid or with one changed byte, give the same result at every cut.");

  for (guint i = 0; i < (g_test_quick () ? 60 : 600); i++)
    {
      g_autoptr (GByteArray) stream = g_byte_array_new ();

      for (guint k = 0; k < 4; k++)
        append_random_frames (stream, rand);

      if (i % 2 == 1)
        stream->data[g_rand_int_range (rand, 0, (gint32) stream->len)] = (guint8) g_rand_int (rand);

      ws_test_feed_every_cut (&protocol_parser, &setup, stream->data, stream->len, NULL);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/protocol/receive/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }

  g_test_add_func ("/unit/protocol/protocol/receive/lengths", test_lengths);
  g_test_add_func ("/unit/protocol/protocol/receive/reserved-opcodes", test_reserved);
  g_test_add_func ("/unit/protocol/protocol/receive/first-bytes", test_first_bytes);
  g_test_add_func ("/unit/protocol/protocol/receive/early", test_early);
  g_test_add_func ("/unit/protocol/protocol/receive/sticky", test_sticky);
  g_test_add_func ("/unit/protocol/protocol/receive/in-place", test_in_place);
  g_test_add_func ("/unit/protocol/protocol/receive/memory", test_memory);
  g_test_add_func ("/unit/protocol/protocol/receive/tiny-fragments", test_tiny_fragments);
  g_test_add_func ("/unit/protocol/protocol/receive/random-streams", test_random_streams);
  g_test_add_func ("/unit/protocol/protocol/get-frame-remaining/parts", test_parts);

  return g_test_run ();
}
