/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole streams of frames, in both roles, with and without compression: what is reported does not
 * depend on how the stream is cut, and never goes over the limit. */
#include "fuzz.h"

#include "wsserver/protocol/ws-protocol-private.h"

#include <string.h>

typedef struct
{
  WsRole              role;
  gboolean            deflate;
  WsDeflateParameters parameters;
  WsLimits            limits;
} Settings;

/* What a run came to. */
typedef struct
{
  const Settings *settings;
  GString        *frames; /* a line for each control frame and each whole data frame */
  GByteArray     *frame;  /* payload of the data frame under way */
  GByteArray     *message;
  WsProtocolEvent begin; /* first event of the frame under way */
  gboolean        in_frame;
  gboolean        in_message;
  gboolean        closed;
  guint           failure_code; /* 0: none */
  const char     *fault;
} Record;

/* --- recording ------------------------------------------------------------------------------- */

static void
record_init (Record         *record,
             const Settings *settings)
{
  *record = (Record){
    .settings = settings,
    .frames = g_string_new (NULL),
    .frame = g_byte_array_new (),
    .message = g_byte_array_new (),
  };
}

static void
record_clear (Record *record)
{
  g_string_free (record->frames, TRUE);
  g_byte_array_unref (record->frame);
  g_byte_array_unref (record->message);
}

static void
append_bytes (GString      *text,
              const guint8 *data,
              gsize         length)
{
  g_autofree char *checksum = g_compute_checksum_for_data (G_CHECKSUM_MD5, data, length);

  g_string_append_printf (text, " %" G_GSIZE_FORMAT " %s\n", length, checksum);
}

static void
end_frame (Record                *record,
           const WsProtocolEvent *event)
{
  g_string_append_printf (record->frames, "data %u%s%s%s", event->opcode,
                          record->begin.message_begin ? " begin" : "",
                          event->message_end ? " end" : "", event->compressed ? " compressed" : "");
  append_bytes (record->frames, record->frame->data, record->frame->len);
  g_byte_array_set_size (record->frame, 0);
  record->in_frame = FALSE;

  if (!event->message_end)
    return;

  if (event->opcode == WS_OPCODE_TEXT)
    g_assert_cmpuint (fuzz_utf8_whole_length (record->message->data, record->message->len), ==,
                      record->message->len);
  g_byte_array_set_size (record->message, 0);
  record->in_message = FALSE;
}

static void
record_data (Record                *record,
             const WsProtocolEvent *event)
{
  g_assert_true (event->opcode == WS_OPCODE_TEXT || event->opcode == WS_OPCODE_BINARY);
  g_assert_true (event->message_begin == !record->in_message);
  g_assert_true (event->frame_begin == !record->in_frame);
  g_assert_true (event->frame_end == (event->frame_remaining == 0));
  g_assert_true (event->frame_end || !event->message_end);
  g_assert_true (record->settings->deflate || !event->compressed);

  if (event->frame_begin)
    record->begin = *event;
  else
    g_assert_true (event->opcode == record->begin.opcode && event->compressed == record->begin.compressed);

  record->in_frame = record->in_message = TRUE;
  if (event->length > 0)
    {
      g_byte_array_append (record->frame, event->data, (guint) event->length);
      g_byte_array_append (record->message, event->data, (guint) event->length);
    }
  g_assert_cmpuint (record->message->len, <=, record->settings->limits.max_message_bytes);

  if (event->opcode == WS_OPCODE_TEXT)
    g_assert_true (fuzz_utf8_may_go_on (record->message->data, record->message->len));
  if (event->frame_end)
    end_frame (record, event);
}

static void
record_control (Record                *record,
                const WsProtocolEvent *event)
{
  static const char *const names[] = { "", "ping", "pong", "close" };

  g_assert_false (record->in_frame);
  g_assert_cmpuint (event->length, <=, WS_CONTROL_PAYLOAD_MAX_LENGTH);
  g_string_append_printf (record->frames, "%s %u", names[event->type], event->close_code);
  append_bytes (record->frames, event->data, event->length);

  if (event->type != WS_PROTOCOL_EVENT_CLOSE)
    return;

  g_assert_true (event->close_code == WS_CLOSE_CODE_NO_STATUS ||
                 ws_close_code_may_be_sent (event->close_code));
  g_assert_cmpuint (fuzz_utf8_whole_length (event->data, event->length), ==, event->length);
  record->closed = TRUE;
}

static void
record_failure (Record                *record,
                const WsProtocolEvent *event)
{
  g_assert_true (event->fault != NULL && *event->fault != '\0');
  g_assert_true (event->close_code == WS_CLOSE_CODE_PROTOCOL_ERROR ||
                 event->close_code == WS_CLOSE_CODE_INVALID_PAYLOAD ||
                 event->close_code == WS_CLOSE_CODE_MESSAGE_TOO_BIG);

  if (record->failure_code != 0)
    {
      g_assert_cmpuint (event->close_code, ==, record->failure_code);
      g_assert_cmpstr (event->fault, ==, record->fault);
    }

  record->failure_code = event->close_code;
  record->fault = event->fault;
}

/* --- feeding --------------------------------------------------------------------------------- */

static WsParseResult
receive_once (WsProtocol *protocol,
              Record     *record,
              guint8     *data,
              gsize       length,
              gsize      *consumed)
{
  WsProtocolEvent     event;
  const WsParseResult result = ws_protocol_receive (protocol, data, length, consumed, &event);

  g_assert_cmpuint (*consumed, <=, length);

  switch (result)
    {
    case WS_PARSE_NEED_MORE:
      g_assert_cmpuint (*consumed, ==, length);
      g_assert_cmpuint (record->failure_code, ==, 0);
      break;

    case WS_PARSE_FAILED:
      g_assert_cmpuint (*consumed, ==, length);
      g_assert_false (record->closed);
      record_failure (record, &event);
      break;

    case WS_PARSE_DONE:
    default:
      g_assert_cmpuint (record->failure_code, ==, 0);
      g_assert_false (record->closed);

      if (event.type == WS_PROTOCOL_EVENT_DATA)
        {
          record_data (record, &event);
          g_assert_cmpuint (ws_protocol_get_frame_remaining (protocol), ==,
                            event.compressed ? 0 : event.frame_remaining);
          g_assert_true (*consumed > 0 || event.length > 0);
        }
      else
        {
          g_assert_cmpuint (ws_protocol_get_frame_remaining (protocol), ==, 0);
          record_control (record, &event);
        }
      break;
    }

  return result;
}

/* Gives one piece until nothing is left of it, each time in memory of its own as it is then. */
static void
receive_piece (WsProtocol   *protocol,
               Record       *record,
               const guint8 *data,
               gsize         length)
{
  g_autofree guint8 *rest = fuzz_copy (data, length);
  WsParseResult      result;
  gsize              consumed;

  for (;;)
    {
      g_autofree guint8 *next = NULL;

      result = receive_once (protocol, record, rest, length, &consumed);
      next = fuzz_copy (rest + consumed, length - consumed);
      length -= consumed;
      g_free (rest);
      rest = g_steal_pointer (&next);

      if (result != WS_PARSE_DONE)
        return;

      if (length == 0)
        break;
    }

  /* All of it was used: there is nothing more to report. */
  g_assert_cmpint (receive_once (protocol, record, rest, 0, &consumed), ==, WS_PARSE_NEED_MORE);
}

static void
receive_stream (Record          *record,
                const FuzzInput *input,
                FuzzCuts        *cuts)
{
  const Settings *settings = record->settings;
  WsProtocol      protocol;
  gsize           fed = 0;

  ws_protocol_init (&protocol, settings->role, &settings->limits);
  if (settings->deflate)
    ws_protocol_set_deflate (&protocol, &settings->parameters);

  while (fed < input->length)
    {
      const gsize cut = cuts != NULL ? fuzz_next_cut (cuts, input->length - fed) : input->length;

      receive_piece (&protocol, record, input->data + fed, cut);
      fed += cut;
    }

  ws_protocol_clear (&protocol);
}

/* A frame that fails is reported as far as it was good; how far depends on the cut. */
static void
compare (const Record *whole,
         const Record *cut)
{
  const gsize common = MIN (whole->frame->len, cut->frame->len);

  g_assert_cmpuint (whole->failure_code, ==, cut->failure_code);
  g_assert_cmpstr (whole->fault, ==, cut->fault);
  g_assert_cmpstr (whole->frames->str, ==, cut->frames->str);
  g_assert_true (whole->closed == cut->closed);

  if (common > 0)
    g_assert_cmpmem (whole->frame->data, common, cut->frame->data, common);

  if (whole->failure_code == 0)
    g_assert_cmpuint (whole->frame->len, ==, cut->frame->len);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static const guint64 max_message_bytes[] = { 100000, 1000, 200, 16 };
  FuzzInput            input = { data, size };
  const guint          choice = fuzz_take_byte (&input);
  const gboolean       no_context_takeover = (choice & 0x4) != 0;
  FuzzCuts             cuts;
  FuzzCuts             bytewise = { .lengths = { 1, 1, 1, 1 } };
  Record               whole;
  Record               cut;
  const Settings       settings = {
          .role = (choice & 0x1) != 0 ? WS_ROLE_CLIENT : WS_ROLE_SERVER,
          .deflate = (choice & 0x2) != 0,
          .parameters = { no_context_takeover, no_context_takeover, 15, 15 },
          .limits = { .max_message_bytes = max_message_bytes[choice >> 4 & 0x3] },
  };

  fuzz_take_cuts (&input, &cuts);
  record_init (&whole, &settings);
  record_init (&cut, &settings);
  receive_stream (&whole, &input, NULL);
  receive_stream (&cut, &input, (choice & 0x8) != 0 ? &bytewise : &cuts);
  compare (&whole, &cut);
  record_clear (&whole);
  record_clear (&cut);

  return 0;
}
