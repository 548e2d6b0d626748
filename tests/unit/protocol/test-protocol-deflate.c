/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compressed messages through ws_protocol_receive(). test-protocol.c has the other tests of it. */
#include "protocol-fixture.h"

#include "wsserver/protocol/ws-deflate-cache-private.h"

/* "Hello" as in RFC 7692 §7.2.3.1, and again with the window of the first, §7.2.3.2. */
#define HELLO "\xf2\x48\xcd\xc9\xc9\x07\x00"
#define HELLO_AGAIN "\xf2\x00\x11\x00\x00"
#define HELLO_LOG "text 1<48656c6c6f> "

static const Setup server = { WS_ROLE_SERVER, 1024, TRUE, { FALSE, FALSE, 15, 15 } };
static const Setup server_alone = { WS_ROLE_SERVER, 1024, TRUE, { FALSE, TRUE, 15, 15 } };
static const Setup server_5 = { WS_ROLE_SERVER, 5, TRUE, { FALSE, FALSE, 15, 15 } };
static const Setup server_4 = { WS_ROLE_SERVER, 4, TRUE, { FALSE, FALSE, 15, 15 } };
static const Setup server_0 = { WS_ROLE_SERVER, 0, TRUE, { FALSE, FALSE, 15, 15 } };
static const Setup server_endless = { WS_ROLE_SERVER, G_MAXUINT64, TRUE, { FALSE, FALSE, 15, 15 } };
static const Setup server_plain = { WS_ROLE_SERVER, 1024, FALSE, { FALSE, FALSE, 0, 0 } };
static const Setup client = { WS_ROLE_CLIENT, 1024, TRUE, { FALSE, TRUE, 15, 15 } };
static const Setup client_alone = { WS_ROLE_CLIENT, 1024, TRUE, { TRUE, FALSE, 15, 15 } };

/* clang-format off */
#define CASE(path, setup, bytes, log) { path, &setup, bytes, sizeof (bytes) - 1, log }

static const ProtocolCase cases[] = {
  CASE ("hello", server, "\xc1\x87" K0 HELLO, HELLO_LOG),
  CASE ("hello-masked", server, "\xc1\x87\x01\x02\x03\x04\xf3\x4a\xce\xcd\xc8\x05\x03", HELLO_LOG),
  CASE ("hello-binary", server, "\xc2\x87" K0 HELLO, "binary 1<48656c6c6f> "),
  CASE ("hello-shared-window", server, "\xc1\x87" K0 HELLO "\xc1\x85" K0 HELLO_AGAIN,
        HELLO_LOG HELLO_LOG),
  CASE ("hello-alone", server_alone, "\xc1\x87" K0 HELLO "\xc1\x87" K0 HELLO, HELLO_LOG HELLO_LOG),
  CASE ("hello-alone-refers-back", server_alone, "\xc1\x87" K0 HELLO "\xc1\x85" K0 HELLO_AGAIN,
        HELLO_LOG "failed 1007 "),
  CASE ("hello-stored", server, "\xc1\x8b" K0 "\x00\x05\x00\xfa\xffHello\x00", HELLO_LOG),
  CASE ("hello-final", server, "\xc1\x88" K0 "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", HELLO_LOG),
  CASE ("hello-final-and-on", server,
        "\xc1\x88" K0 "\xf3\x48\xcd\xc9\xc9\x07\x00\x00" "\xc1\x85" K0 HELLO_AGAIN,
        HELLO_LOG HELLO_LOG),
  CASE ("hello-two-blocks", server,
        "\xc1\x8d" K0 "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", HELLO_LOG),
  CASE ("hello-fragments", server, "\x41\x83" K0 "\xf2\x48\xcd\x80\x84" K0 "\xc9\xc9\x07\x00",
        "text 2<48656c6c6f> "),
  CASE ("hello-every-byte", server,
        "\x41\x81" K0 "\xf2\x00\x81" K0 "\x48\x00\x81" K0 "\xcd\x00\x80" K0 "\x00\x81" K0 "\xc9"
        "\x00\x81" K0 "\xc9\x00\x81" K0 "\x07\x80\x81" K0 "\x00", "text 8<48656c6c6f> "),
  CASE ("hello-empty-last", server, "\x41\x87" K0 HELLO "\x80\x80" K0, "text 2<48656c6c6f> "),
  CASE ("hello-empty-first", server, "\x41\x80" K0 "\x80\x87" K0 HELLO, "text 2<48656c6c6f> "),
  CASE ("hello-control-between", server,
        "\x41\x83" K0 "\xf2\x48\xcd\x89\x81" K0 "p\x8a\x80" K0 "\x80\x84" K0 "\xc9\xc9\x07\x00",
        "ping<70> pong<> text 2<48656c6c6f> "),
  CASE ("hello-close-between", server, "\x41\x83" K0 "\xf2\x48\xcd\x88\x82" K0 "\x03\xe8",
        "close 1000<> "),
  CASE ("empty", server, "\xc1\x81" K0 "\x00", "text 1<> "),
  CASE ("empty-no-payload", server, "\xc1\x80" K0 "\xc1\x87" K0 HELLO, "text 1<> " HELLO_LOG),
  CASE ("empty-fragments", server, "\x42\x80" K0 "\x00\x81" K0 "\x00\x80\x80" K0, "binary 3<> "),
  CASE ("mixed", server,
        "\xc1\x87" K0 HELLO "\x81\x85" K0 "Hello\xc1\x85" K0 HELLO_AGAIN "\x01\x82" K0 "He"
        "\x80\x83" K0 "llo",
        HELLO_LOG HELLO_LOG HELLO_LOG "text 2<48656c6c6f> "),
  CASE ("client", client, "\xc1\x07" HELLO "\x81\x05Hello\xc1\x05" HELLO_AGAIN,
        HELLO_LOG HELLO_LOG HELLO_LOG),
  CASE ("client-fragments", client_alone, "\x41\x03\xf2\x48\xcd\x89\x00\x80\x04\xc9\xc9\x07\x00",
        "ping<> text 2<48656c6c6f> "),
  CASE ("client-alone-refers-back", client_alone, "\xc1\x07" HELLO "\xc1\x05" HELLO_AGAIN,
        HELLO_LOG "failed 1007 "),
  CASE ("pending", server, "\x42\x87" K0 HELLO, "pending 5 "),

  CASE ("rsv1-not-agreed", server_plain, "\xc1\x87" K0 HELLO, "failed 1002 "),
  CASE ("rsv1-continuation", server, "\x41\x83" K0 "\xf2\x48\xcd\xc0\x84" K0 "\xc9\xc9\x07\x00",
        "failed 1002 "),
  CASE ("rsv1-continuation-of-plain", server, "\x01\x81" K0 "a\xc0\x81" K0 "b", "failed 1002 "),
  CASE ("rsv1-lone-continuation", server, "\xc0\x80" K0, "failed 1002 "),
  CASE ("rsv1-ping", server, "\xc9\x80" K0, "failed 1002 "),
  CASE ("rsv1-pong", server, "\xca\x80" K0, "failed 1002 "),
  CASE ("rsv1-close", server, "\xc8\x80" K0, "failed 1002 "),
  CASE ("rsv1-reserved-opcode", server, "\xc3\x80" K0, "failed 1002 "),
  CASE ("rsv1-in-message", server, "\x41\x80" K0 "\xc1\x87" K0 HELLO, "failed 1002 "),
  CASE ("rsv2", server, "\xa1\x80" K0, "failed 1002 "),
  CASE ("rsv3", server, "\x91\x80" K0, "failed 1002 "),
  CASE ("rsv1-rsv2", server, "\xe1\x87" K0 HELLO, "failed 1002 "),
  CASE ("rsv1-rsv3", server, "\xd1\x87" K0 HELLO, "failed 1002 "),
  CASE ("unmasked", server, "\xc1\x07" HELLO, "failed 1002 "),
  CASE ("client-masked", client, "\xc1\x87" K0 HELLO, "failed 1002 "),

  CASE ("bad-block-type", server, "\xc1\x82" K0 "\x07\x00", "failed 1007 "),
  CASE ("bad-distance", server, "\xc1\x85" K0 HELLO_AGAIN, "failed 1007 "),
  CASE ("bad-not-compressed", server, "\xc1\x85" K0 "Hello", "failed 1007 "),
  CASE ("bad-zlib-header", server,
        "\xc2\x8d" K0 "\x78\x9c" "\xf3\x48\xcd\xc9\xc9\x07\x00\x05\x8c\x01\xf5",
        "failed 1007 "),
  CASE ("truncated", server, "\xc1\x86" K0 "\xf2\x48\xcd\xc9\xc9\x07", "failed 1007 "),
  CASE ("truncated-empty-last", server,
        "\x41\x84" K0 "\xf2\x48\xcd\xc9\x80\x80" K0, "failed 1007 "),
  CASE ("truncated-stored", server, "\xc1\x89" K0 "\x00\x05\x00\xfa\xffHell", "failed 1007 "),

  CASE ("utf8-bad", server, "\xc1\x88" K0 "\x00\x02\x00\xfd\xff" "a\xff\x00", "failed 1007 "),
  CASE ("utf8-cut-at-end", server,
        "\xc1\x88" K0 "\x00\x02\x00\xfd\xff\xe2\x82\x00", "failed 1007 "),
  CASE ("utf8-cut-by-fragments", server,
        "\x41\x86" K0 "\x00\x03\x00\xfc\xff\xe2\x80\x83" K0 "\x82\xac\x00", "text 2<e282ac> "),
  CASE ("utf8-not-for-binary", server, "\xc2\x88" K0 "\x00\x02\x00\xfd\xff" "a\xff\x00",
        "binary 1<61ff> "),
  CASE ("utf8-bad-before-bad-block", server, "\xc1\x88" K0 "\x00\x02\x00\xfd\xff" "a\xff\x07",
        "failed 1007 "),
  CASE ("utf8-bad-before-limit", server_5, "\xc1\x8c" K0 "\x00\x06\x00\xf9\xff\xff" "abcde\x00",
        "failed 1007 "),
  CASE ("utf8-bad-behind-limit", server_5, "\xc1\x8c" K0 "\x00\x06\x00\xf9\xff" "abcde\xff\x00",
        "failed 1009 "),

  CASE ("limit-exact", server_5,
        "\xc1\x87" K0 HELLO "\xc1\x85" K0 HELLO_AGAIN, HELLO_LOG HELLO_LOG),
  CASE ("limit-over", server_4, "\xc1\x87" K0 HELLO, "failed 1009 "),
  CASE ("limit-over-in-fragments", server_4,
        "\x41\x83" K0 "\xf2\x48\xcd\x80\x84" K0 "\xc9\xc9\x07\x00",
        "failed 1009 "),
  CASE ("limit-over-then-bad", server_4, "\xc1\x8c" K0 "\x00\x05\x00\xfa\xffHello\x07\x00",
        "failed 1009 "),
  CASE ("limit-bad-first", server_5, "\xc1\x8a" K0 "\x00\x04\x00\xfb\xffHell\x07", "failed 1007 "),
  CASE ("limit-0-empty", server_0, "\xc1\x81" K0 "\x00", "text 1<> "),
  CASE ("limit-0-one", server_0, "\xc1\x87" K0 "\x00\x01\x00\xfe\xff" "a\x00", "failed 1009 "),
  CASE ("limit-plain-too", server_5, "\x81\x86" K0 "abcdef", "failed 1009 "),
  CASE ("limit-announced", server, "\xc2\xfe\x08\x81" K0, "failed 1009 "),
  CASE ("limit-announced-fits", server, "\xc2\xfe\x08\x80" K0, ""),
  CASE ("limit-announced-2^63-1", server,
        "\xc2\xff\x7f\xff\xff\xff\xff\xff\xff\xff" K0, "failed 1009 "),
  CASE ("limit-announced-continuation", server,
        "\x42\x80" K0 "\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xff" K0, "failed 1009 "),
  CASE ("limit-none", server_endless,
        "\xc2\xff\x7f\xff\xff\xff\xff\xff\xff\xff" K0 HELLO, "pending 5 "),
};
/* clang-format on */

/* --- the parser under test ------------------------------------------------------------------- */

typedef struct
{
  WsProtocol  protocol;
  GByteArray *message;
  guint       n_frames;
  gboolean    in_message;
  gboolean    in_frame;
  gboolean    over;
  gsize       longest_part;
  const char *fault;
} Receiver;

static gpointer
start_cb (gconstpointer user_data)
{
  const Setup   *setup = user_data;
  const WsLimits limits = { .max_message_bytes = setup->max_message_bytes };
  Receiver      *receiver = g_new0 (Receiver, 1);

  ws_protocol_init (&receiver->protocol, setup->role, &limits);

  if (setup->has_deflate)
    ws_protocol_set_deflate (&receiver->protocol, &setup->parameters);

  receiver->message = g_byte_array_new ();

  return receiver;
}

static void
take_data (Receiver              *receiver,
           const WsProtocolEvent *event,
           GString               *log)
{
  g_assert_true (event->message_begin == !receiver->in_message);
  g_assert_true (event->frame_begin == !receiver->in_frame);
  g_assert_true (!event->message_end || event->frame_end);
  g_assert_true (event->frame_end == (event->frame_remaining == 0));
  g_assert_true (event->length > 0 || event->frame_end);
  g_assert_cmpuint (ws_protocol_get_frame_remaining (&receiver->protocol), ==,
                    event->compressed ? 0 : event->frame_remaining);

  receiver->longest_part = MAX (receiver->longest_part, event->length);
  g_byte_array_append (receiver->message, event->data, (guint) event->length);
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

  if (event->type == WS_PROTOCOL_EVENT_DATA)
    {
      take_data (receiver, event, log);
      return;
    }

  if (event->type == WS_PROTOCOL_EVENT_CLOSE)
    {
      g_string_append_printf (log, "close %u", event->close_code);
      receiver->over = TRUE;
    }
  else
    g_string_append (log, event->type == WS_PROTOCOL_EVENT_PING ? "ping" : "pong");

  ws_test_append_bytes (log, event->data, event->length);
  g_string_append_c (log, ' ');
}

static void
take_failure (Receiver              *receiver,
              const WsProtocolEvent *event,
              GString               *log)
{
  if (receiver->fault == NULL)
    g_string_append_printf (log, "failed %u %s", event->close_code, event->fault);
  else
    g_assert_true (receiver->fault == event->fault);

  receiver->fault = event->fault;
  g_assert_null (receiver->protocol.inflater);
  g_assert_null (receiver->protocol.output);
}

/* Calls as a connection does: only while there is input. */
static void
feed_cb (gpointer user_data,
         guint8  *piece,
         gsize    length,
         GString *log)
{
  Receiver       *receiver = user_data;
  WsProtocolEvent event;
  gsize           consumed;

  while (length > 0)
    {
      const WsParseResult result =
          ws_protocol_receive (&receiver->protocol, piece, length, &consumed, &event);

      g_assert_cmpuint (consumed, <=, length);
      g_assert_true (result == WS_PARSE_DONE || consumed == length);
      g_assert_true (receiver->fault == NULL || result == WS_PARSE_FAILED);
      piece += consumed;
      length -= consumed;

      if (result == WS_PARSE_FAILED)
        take_failure (receiver, &event, log);
      else if (result == WS_PARSE_DONE)
        take_event (receiver, &event, log);
    }

  ws_protocol_release_event (&receiver->protocol);
  g_assert_null (receiver->protocol.output);

  /* All events have been reported. */
  g_assert_cmpint (ws_protocol_receive (&receiver->protocol, piece, 0, &consumed, &event), ==,
                   receiver->fault != NULL ? WS_PARSE_FAILED : WS_PARSE_NEED_MORE);
}

static void
finish_cb (gpointer user_data,
           GString *log)
{
  Receiver *receiver = user_data;

  if (receiver->message->len > 0 && !receiver->over && receiver->fault == NULL)
    g_string_append_printf (log, "pending %u ", receiver->message->len);

  ws_protocol_clear (&receiver->protocol);
  g_byte_array_unref (receiver->message);
  g_free (receiver);
}

static const WsTestParser protocol_parser = { start_cb, feed_cb, finish_cb };

/* --- sizes, fragments, roles ----------------------------------------------------------------- */

static const guint8 masking_key[4] = { 0x9a, 0x01, 0xfe, 0x55 };

/* Appends the payload as one message, in fragments of a given size before compression, with a ping before
 * each continuation frame. */
static void
append_message (GByteArray   *stream,
                const Setup  *setup,
                WsDeflater   *deflater,
                const guint8 *payload,
                gsize         length,
                gsize         fragment_length)
{
  const guint8 *key = setup->role == WS_ROLE_SERVER ? masking_key : NULL;
  guint8        first_byte = 0x42;
  gboolean      is_last = FALSE;

  while (!is_last)
    {
      const gsize taken = MIN (length, fragment_length);
      g_autoptr (GByteArray) out = g_byte_array_new ();

      is_last = taken == length;
      ws_deflater_compress (deflater, payload, taken,
                            is_last ? WS_DEFLATE_MESSAGE_END : WS_DEFLATE_PART, out);

      if (first_byte == 0)
        ws_test_append_frame (stream, 0x89, NULL, 0, key);

      ws_test_append_frame (stream, first_byte | (is_last ? 0x80 : 0), out->data, out->len, key);
      first_byte = 0;
      payload += taken;
      length -= taken;
    }
}

static void
check_size (const Setup  *setup,
            const guint8 *payload,
            gsize         length,
            gsize         fragment_length)
{
  const WsRole peer = setup->role == WS_ROLE_SERVER ? WS_ROLE_CLIENT : WS_ROLE_SERVER;
  const gsize  n_frames = length == 0 ? 1 : (length + fragment_length - 1) / fragment_length;
  g_autoptr (WsDeflater) deflater = ws_deflater_new (&setup->parameters, peer, 6);
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GString) log = g_string_new (NULL);

  /* Twice, so that the second may refer to the first. */
  for (guint n = 0; n < 2; n++)
    {
      append_message (stream, setup, deflater, payload, length, fragment_length);

      for (gsize i = 1; i < n_frames; i++)
        g_string_append (log, "ping<> ");

      g_string_append_printf (log, "binary %" G_GSIZE_FORMAT, n_frames);
      ws_test_append_bytes (log, payload, length);
      g_string_append_c (log, ' ');
    }

  /* Every cut of a long stream takes too long. */
  if (length < 1000)
    check_log (setup, stream->data, stream->len, log->str);
  else
    {
      g_autofree char *whole =
          ws_test_feed_whole (&protocol_parser, setup, stream->data, stream->len);
      gpointer receiver = start_cb (setup);
      g_autoptr (GString) cut_log = g_string_new (NULL);

      for (gsize start = 0; start < stream->len; start += 61)
        feed_cb (receiver, stream->data + start, MIN (61, stream->len - start), cut_log);

      finish_cb (receiver, cut_log);
      g_assert_cmpstr (whole, ==, log->str);
      g_assert_cmpstr (cut_log->str, ==, log->str);
    }
}

static void
test_sizes (void)
{
  static const gsize               sizes[] = { 0, 1, 2, 125, 126, 65535, 65536, 1 << 20 };
  static const WsDeflateParameters parameters[] = {
    { FALSE, FALSE, 15, 15 },
    { TRUE, TRUE, 15, 15 },
    { FALSE, TRUE, 8, 9 },
    { TRUE, FALSE, 12, 8 },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7692);
  g_autofree guint8 *zeros = g_malloc0 (1 << 20);
  g_autofree guint8 *text = ws_test_make_payload (1 << 20);
  g_autofree guint8 *noise = g_malloc (1 << 20);
  const guint8      *payloads[] = { zeros, text, noise };

  g_test_summary ("Messages of all sizes arrive, whole and in fragments, with and without takeover.");

  for (gsize i = 0; i < 1 << 20; i++)
    noise[i] = (guint8) g_rand_int (rand);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (gsize k = 0; k < (sizes[i] < 1 << 20 ? 2 * G_N_ELEMENTS (parameters) : 3); k++)
      for (gsize n = 0; n < G_N_ELEMENTS (payloads); n++)
        {
          const Setup setup = {
            .role = k % 2 == 0 ? WS_ROLE_SERVER : WS_ROLE_CLIENT,
            .max_message_bytes = sizes[i],
            .has_deflate = TRUE,
            .parameters = parameters[k / 2],
          };

          check_size (&setup, payloads[n], sizes[i], 1 << 20);
          check_size (&setup, payloads[n], sizes[i], sizes[i] < 200 ? 3 : 10000);
        }
}

/* --- limits ---------------------------------------------------------------------------------- */

#define BOMB_BYTES (4 << 20)

static void
test_bomb (void)
{
  g_autofree guint8 *zeros = g_malloc0 (BOMB_BYTES);
  const Setup        exact = { WS_ROLE_SERVER, BOMB_BYTES, TRUE, { FALSE, FALSE, 15, 15 } };

  g_test_summary ("A bomb that grows a thousandfold is 1009 exactly at the limit, at every cut.");

  for (gsize fragment_length = BOMB_BYTES; fragment_length > 1000; fragment_length /= 7)
    for (guint over = 0; over <= 1; over++)
      for (gsize piece = 1; piece < 100000; piece *= 30)
        {
          const Setup setup = { WS_ROLE_SERVER, BOMB_BYTES - over, TRUE, exact.parameters };
          g_autoptr (WsDeflater) deflater =
              ws_deflater_new (&setup.parameters, WS_ROLE_CLIENT, 9);
          g_autoptr (GByteArray) stream = g_byte_array_new ();
          g_autoptr (GString) log = g_string_new (NULL);
          Receiver *receiver = start_cb (&setup);

          append_message (stream, &setup, deflater, zeros, BOMB_BYTES, fragment_length);

          for (gsize start = 0; start < stream->len; start += piece)
            feed_cb (receiver, stream->data + start, MIN (piece, stream->len - start), log);

          g_assert_true ((strstr (log->str, "failed 1009 ") != NULL) == (over == 1));
          g_assert_true ((strstr (log->str, "binary ") != NULL) == (over == 0));
          g_assert_cmpuint (receiver->longest_part, <=, WS_INFLATE_BUFFER_BYTES);
          finish_cb (receiver, log);
        }
}

static void
test_small_limit (void)
{
  static const gsize limits[] = { 0, 1, 65535, 65536, 65537, 100000, 131072 };
  g_autofree guint8 *zeros = g_malloc0 (1 << 20);

  g_test_summary ("With a limit near a buffer's length, no byte over the limit is reported.");

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      const Setup setup = { WS_ROLE_SERVER, limits[i], TRUE, { FALSE, FALSE, 15, 15 } };
      g_autoptr (WsDeflater) deflater = ws_deflater_new (&setup.parameters, WS_ROLE_CLIENT, 6);
      g_autoptr (GByteArray) stream = g_byte_array_new ();
      g_autoptr (GByteArray) exact = g_byte_array_new ();
      g_autoptr (GString) log = g_string_new (NULL);
      g_autofree char *exact_log = NULL;
      Receiver        *receiver = start_cb (&setup);

      append_message (exact, &setup, deflater, zeros, limits[i], 1 << 20);
      exact_log = ws_test_feed_whole (&protocol_parser, &setup, exact->data, exact->len);
      g_assert_true (g_str_has_prefix (exact_log, "binary 1<"));

      append_message (stream, &setup, deflater, zeros, 1 << 20, 1 << 20);
      feed_cb (receiver, exact->data, exact->len, log);
      feed_cb (receiver, stream->data, stream->len, log);
      g_assert_nonnull (strstr (log->str, "failed 1009 "));
      g_assert_cmpuint (receiver->message->len, <=, limits[i]);
      finish_cb (receiver, log);
      ws_test_feed_every_cut (&protocol_parser, &setup, stream->data, stream->len, NULL);
    }
}

static void
test_empty_blocks (void)
{
  static const guint8 empty[] = { 0x00, 0x00, 0x00, 0xff, 0xff, 0x03, 0x00 };
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Receiver *receiver = start_cb (&server);

  g_test_summary ("Endless empty blocks and empty fragments give no data and take no memory.");

  for (guint i = 0; i < 50000; i++)
    ws_test_append_frame (stream, i == 0 ? 0x42 : 0x00, empty, i % 3 == 0 ? 0 : i % 3 == 1 ? 5
                                                                                           : 7,
                          masking_key);

  feed_cb (receiver, stream->data, stream->len, log);
  g_assert_cmpstr (log->str, ==, "");
  g_assert_cmpuint (receiver->message->len, ==, 0);
  g_assert_cmpuint (receiver->n_frames, ==, 50000);
  finish_cb (receiver, log);
}

/* --- parts and memory ------------------------------------------------------------------------ */

/* Returns the payload as one compressed frame. */
static GByteArray *
make_long_frame (const Setup  *setup,
                 const guint8 *payload,
                 gsize         length)
{
  g_autoptr (WsDeflater) deflater = ws_deflater_new (&setup->parameters, WS_ROLE_CLIENT, 6);
  GByteArray *stream = g_byte_array_new ();

  append_message (stream, setup, deflater, payload, length, length);

  return stream;
}

static void
check_parts (gsize length)
{
  const Setup        setup = { WS_ROLE_SERVER, 1 << 20, TRUE, { FALSE, FALSE, 15, 15 } };
  g_autofree guint8 *payload = ws_test_make_payload (length);
  g_autoptr (GByteArray) stream = make_long_frame (&setup, payload, length);
  g_autoptr (GByteArray) message = g_byte_array_new ();
  Receiver       *receiver = start_cb (&setup);
  WsProtocolEvent event = { .message_end = FALSE };

  while (!event.message_end)
    {
      g_autofree guint8 *moved = g_malloc (stream->len);
      gsize              consumed;

      /* There is always a reason for another call. */
      g_assert_cmpuint (stream->len, >, 0);
      memcpy (moved, stream->data, stream->len);
      g_assert_cmpint (ws_protocol_receive (&receiver->protocol, moved, stream->len, &consumed,
                                            &event),
                       ==, WS_PARSE_DONE);
      g_assert_true (event.compressed);
      g_assert_cmpuint (event.length, ==, MIN (WS_INFLATE_BUFFER_BYTES, length - message->len));
      g_assert_cmpuint (ws_protocol_get_frame_remaining (&receiver->protocol), ==, 0);
      g_assert_cmpuint (event.frame_remaining, ==, stream->len - consumed);
      g_byte_array_append (message, event.data, (guint) event.length);

      memcpy (stream->data, moved, stream->len);
      g_byte_array_remove_range (stream, 0, (guint) consumed);
    }

  g_assert_cmpmem (message->data, message->len, payload, length);
  g_assert_cmpuint (stream->len, ==, 0);
  ws_protocol_clear (&receiver->protocol);
  g_byte_array_unref (receiver->message);
  g_free (receiver);
}

static void
test_parts (void)
{
  g_test_summary ("One input gives several parts; the rest of the input may move in between.");

  /* Lengths near a full buffer, so that all input is consumed while output is pending. */
  for (gsize length = 2 * WS_INFLATE_BUFFER_BYTES - 300; length < 2 * WS_INFLATE_BUFFER_BYTES + 300;
       length++)
    check_parts (length);

  check_parts (300000);
}

static void
test_nested (void)
{
  const Setup        setup = { WS_ROLE_SERVER, 1 << 20, TRUE, { FALSE, TRUE, 15, 15 } };
  g_autofree guint8 *payload = ws_test_make_payload (200000);
  g_autoptr (GByteArray) stream = make_long_frame (&setup, payload, 200000);
  Receiver *receivers[6];
  guint8   *parts[6];

  g_test_summary ("The data of an event stays valid while other protocols receive, also nested.");

  for (guint i = 0; i < G_N_ELEMENTS (receivers); i++)
    {
      g_autofree guint8 *copy = g_malloc (stream->len);
      WsProtocolEvent    event;
      gsize              consumed;

      memcpy (copy, stream->data, stream->len);
      receivers[i] = start_cb (&setup);
      g_assert_cmpint (ws_protocol_receive (&receivers[i]->protocol, copy, stream->len, &consumed,
                                            &event),
                       ==, WS_PARSE_DONE);
      g_assert_cmpmem (event.data, event.length, payload, WS_INFLATE_BUFFER_BYTES);
      parts[i] = event.data;

      /* Marks which protocol had it. */
      parts[i][0] = (guint8) i;
    }

  for (guint i = 0; i < G_N_ELEMENTS (receivers); i++)
    {
      g_assert_cmpuint (parts[i][0], ==, i);
      g_assert_true (memcmp (parts[i] + 1, payload + 1, WS_INFLATE_BUFFER_BYTES - 1) == 0);

      if (i % 2 == 0)
        ws_protocol_release_event (&receivers[i]->protocol);

      ws_protocol_clear (&receivers[i]->protocol);
      g_byte_array_unref (receivers[i]->message);
      g_free (receivers[i]);
    }
}

static void
test_memory (void)
{
  static const Setup *const setups[] = { &server, &server_alone };

  g_test_summary ("Between messages only the window of context takeover takes memory.");

  for (guint i = 0; i < G_N_ELEMENTS (setups); i++)
    {
      guint8 hello[] = "\xc1\x87" K0 HELLO;
      guint8                         begin[] = "\x41\x83" K0 "\xf2\x48\xcd";
      guint8                         end[] = "\x80\x84" K0 "\xc9\xc9\x07\x00";
      Receiver                      *receiver = start_cb (setups[i]);
      WsProtocol                    *protocol = &receiver->protocol;
      WsProtocolEvent                event;
      gsize                          consumed;

      g_assert_null (protocol->inflater);
      ws_protocol_receive (protocol, hello, sizeof hello - 1, &consumed, &event);
      g_assert_cmpmem (event.data, event.length, "Hello", 5);
      g_assert_nonnull (protocol->output);
      ws_protocol_release_event (protocol);
      ws_protocol_release_event (protocol);
      g_assert_null (protocol->output);
      g_assert_true ((protocol->inflater->stream != NULL) == (i == 0));

      ws_protocol_receive (protocol, begin, sizeof begin - 1, &consumed, &event);
      g_assert_nonnull (protocol->inflater->stream);
      ws_protocol_receive (protocol, end, sizeof end - 1, &consumed, &event);
      g_assert_true (event.message_end);
      g_assert_true ((protocol->inflater->stream != NULL) == (i == 0));

      ws_protocol_clear (protocol);
      ws_protocol_clear (protocol);
      g_assert_true (protocol->inflater == NULL && protocol->output == NULL);
      g_byte_array_unref (receiver->message);
      g_free (receiver);
    }
}

/* --- generated streams ----------------------------------------------------------------------- */

static void
test_random_streams (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7692);
  const Setup setup = { WS_ROLE_SERVER, 4096, TRUE, { FALSE, FALSE, 15, 15 } };

  g_test_summary ("Generated streams, valid or with one changed byte, give the same result at every cut.");

  for (guint i = 0; i < (g_test_quick () ? 40 : 600); i++)
    {
      g_autoptr (GByteArray) stream = g_byte_array_new ();
      g_autoptr (WsDeflater) deflater = ws_deflater_new (&setup.parameters, WS_ROLE_CLIENT, 6);

      for (guint k = 0; k < 4; k++)
        {
          const gsize        length = (gsize) g_rand_int_range (rand, 0, 3000);
          g_autofree guint8 *payload = ws_test_make_payload (length);

          for (gint32 n = g_rand_int_range (rand, 0, 100); n > 0 && length > 0; n--)
            payload[g_rand_int_range (rand, 0, (gint32) length)] = (guint8) g_rand_int (rand);

          append_message (stream, &setup, deflater, payload, length,
                          (gsize) g_rand_int_range (rand, 50, 5000));
        }

      if (i % 2 == 1)
        stream->data[g_rand_int_range (rand, 0, (gint32) stream->len)] = (guint8) g_rand_int (rand);

      ws_test_feed_every_cut (&protocol_parser, &setup, stream->data, stream->len, NULL);
    }
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/protocol-deflate/receive/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }

  g_test_add_func ("/unit/protocol/protocol-deflate/receive/sizes", test_sizes);
  g_test_add_func ("/unit/protocol/protocol-deflate/receive/bomb", test_bomb);
  g_test_add_func ("/unit/protocol/protocol-deflate/receive/small-limit", test_small_limit);
  g_test_add_func ("/unit/protocol/protocol-deflate/receive/empty-blocks", test_empty_blocks);
  g_test_add_func ("/unit/protocol/protocol-deflate/receive/parts", test_parts);
  g_test_add_func ("/unit/protocol/protocol-deflate/receive/nested", test_nested);
  g_test_add_func ("/unit/protocol/protocol-deflate/receive/memory", test_memory);
  g_test_add_func ("/unit/protocol/protocol-deflate/receive/random-streams", test_random_streams);

  status = g_test_run ();
  ws_deflate_clear_thread_cache ();

  return status;
}
