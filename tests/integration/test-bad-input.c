/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* Bytes that break the protocol: the standard's close code with words that name the fault, a log
 * line, and nothing else. RFC 6455 §5, §7.4.1, §8.1. */

#define BYTES(literal) literal, sizeof literal - 1

typedef struct
{
  const char *name;
  const char *wire; /* after the opening handshake */
  gsize       length;
  guint       code;
} BadFrame;

/* The masking key is zero where it does not matter. */
#define KEY0 "\0\0\0\0"

static const BadFrame bad_frames[] = {
  { "unmasked", BYTES ("\x81\x02hi"), 1002 },
  { "unmasked-empty", BYTES ("\x81\x00"), 1002 },
  { "unmasked-close", BYTES ("\x88\x02\x03\xe8"), 1002 },
  { "unmasked-ping", BYTES ("\x89\x00"), 1002 },
  { "rsv1", BYTES ("\xc1\x80" KEY0), 1002 },
  { "rsv2", BYTES ("\xa1\x80" KEY0), 1002 },
  { "rsv3", BYTES ("\x91\x80" KEY0), 1002 },
  { "rsv1-on-ping", BYTES ("\xc9\x80" KEY0), 1002 },
  { "opcode-3", BYTES ("\x83\x80" KEY0), 1002 },
  { "opcode-7", BYTES ("\x87\x80" KEY0), 1002 },
  { "opcode-11", BYTES ("\x8b\x80" KEY0), 1002 },
  { "opcode-15", BYTES ("\x8f\x80" KEY0), 1002 },
  { "16-bit-length-0", BYTES ("\x81\xfe\x00\x00" KEY0), 1002 },
  { "16-bit-length-125", BYTES ("\x81\xfe\x00\x7d" KEY0), 1002 },
  { "64-bit-length-0", BYTES ("\x81\xff\0\0\0\0\0\0\0\0" KEY0), 1002 },
  { "64-bit-length-65535", BYTES ("\x81\xff\0\0\0\0\0\0\xff\xff" KEY0), 1002 },
  { "64-bit-length-2-63", BYTES ("\x82\xff\x80\0\0\0\0\0\0\0" KEY0), 1002 },
  { "64-bit-length-all-ones", BYTES ("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff" KEY0), 1002 },
  { "64-bit-length-all-ones-unmasked", BYTES ("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"), 1002 },
  { "64-bit-length-2-63-less-1", BYTES ("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff" KEY0), 1009 },
  { "64-bit-length-2-32", BYTES ("\x82\xff\0\0\0\x01\0\0\0\0" KEY0), 1009 },
  { "64-bit-length-2-31", BYTES ("\x82\xff\0\0\0\0\x80\0\0\0" KEY0), 1009 },
  { "lengths-that-wrap", BYTES ("\x02\x81" KEY0 "a\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xff" KEY0), 1009 },
  { "continuation-alone", BYTES ("\x80\x80" KEY0), 1002 },
  { "continuation-alone-not-final", BYTES ("\x00\x80" KEY0), 1002 },
  { "continuation-after-end", BYTES ("\x81\x80" KEY0 "\x80\x80" KEY0), 1002 },
  { "message-in-message", BYTES ("\x01\x80" KEY0 "\x81\x80" KEY0), 1002 },
  { "binary-in-text", BYTES ("\x01\x80" KEY0 "\x82\x80" KEY0), 1002 },
  { "ping-fragmented", BYTES ("\x09\x80" KEY0), 1002 },
  { "pong-fragmented", BYTES ("\x0a\x80" KEY0), 1002 },
  { "close-fragmented", BYTES ("\x08\x80" KEY0), 1002 },
  { "ping-126", BYTES ("\x89\xfe\x00\x7e" KEY0), 1002 },
  { "close-126", BYTES ("\x88\xfe\x00\x7e" KEY0), 1002 },
  { "ping-64-bit-length", BYTES ("\x89\xff\0\0\0\0\0\x01\0\0" KEY0), 1002 },
  { "close-1-byte", BYTES ("\x88\x81" KEY0 "\x03"), 1002 },
  { "close-code-0", BYTES ("\x88\x82" KEY0 "\x00\x00"), 1002 },
  { "close-code-999", BYTES ("\x88\x82" KEY0 "\x03\xe7"), 1002 },
  { "close-code-1004", BYTES ("\x88\x82" KEY0 "\x03\xec"), 1002 },
  { "close-code-1005", BYTES ("\x88\x82" KEY0 "\x03\xed"), 1002 },
  { "close-code-1006", BYTES ("\x88\x82" KEY0 "\x03\xee"), 1002 },
  { "close-code-1015", BYTES ("\x88\x82" KEY0 "\x03\xf7"), 1002 },
  { "close-code-1016", BYTES ("\x88\x82" KEY0 "\x03\xf8"), 1002 },
  { "close-code-2999", BYTES ("\x88\x82" KEY0 "\x0b\xb7"), 1002 },
  { "close-code-5000", BYTES ("\x88\x82" KEY0 "\x13\x88"), 1002 },
  { "close-code-65535", BYTES ("\x88\x82" KEY0 "\xff\xff"), 1002 },
  { "close-reason-not-utf8", BYTES ("\x88\x84" KEY0 "\x03\xe8\xff\xff"), 1007 },
  { "close-reason-cut-utf8", BYTES ("\x88\x84" KEY0 "\x03\xe8\xe2\x82"), 1007 },
  { "text-ff", BYTES ("\x81\x81" KEY0 "\xff"), 1007 },
  { "text-overlong", BYTES ("\x81\x82" KEY0 "\xc0\xaf"), 1007 },
  { "text-overlong-3", BYTES ("\x81\x83" KEY0 "\xe0\x80\xaf"), 1007 },
  { "text-surrogate", BYTES ("\x81\x83" KEY0 "\xed\xa0\x80"), 1007 },
  { "text-above-10ffff", BYTES ("\x81\x84" KEY0 "\xf4\x90\x80\x80"), 1007 },
  { "text-cut", BYTES ("\x81\x82" KEY0 "\xe2\x82"), 1007 },
  { "text-cut-in-last-fragment", BYTES ("\x01\x81" KEY0 "a\x80\x81" KEY0 "\xe2"), 1007 },
  { "text-bad-at-first-byte", BYTES ("\x01\x81" KEY0 "\xff"), 1007 },
  { "text-bad-in-long-frame", BYTES ("\x81\xfe\xff\xff" KEY0 "abc\xff"), 1007 },
};

/* The server, which has said all, waits a second for a client that keeps its socket open. */
static void
assert_eof_and_close (WsTestClient *client)
{
  ws_test_client_assert_eof (client);
  ws_test_client_close (client);
}

static void
assert_failed (WsTestServer *server,
               WsTestClient *client,
               guint         number,
               guint         code)
{
  g_autofree char *event = g_strdup_printf ("disconnected #%u %u \"", number, code);
  g_autofree char *empty = g_strdup_printf ("disconnected #%u %u \"\"", number, code);
  g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (client);
  const guint8 *payload = g_bytes_get_data (frame->payload, NULL);

  g_assert_cmpint (frame->opcode, ==, WS_OPCODE_CLOSE);
  g_assert_cmpuint (g_bytes_get_size (frame->payload), >, 4);
  g_assert_cmpuint ((guint) payload[0] << 8 | payload[1], ==, code);
  g_test_message ("reason: %.*s", (int) g_bytes_get_size (frame->payload) - 2, payload + 2);
  assert_eof_and_close (client);

  ws_test_server_wait_for (server, event);
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, empty), ==, 0);
}

static void
assert_unharmed (WsTestServer *server,
                 WsTestClient *client)
{
  server->echo = TRUE;
  ws_test_client_send_text (client, "unharmed");
  ws_test_client_assert_text (client, "unharmed");
}

static void
test_bad_frame (gconstpointer user_data)
{
  const BadFrame *bad_frame = user_data;
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) other = NULL;
  g_autoptr (WsTestClient) client = NULL;
  guint n_logs;

  g_test_summary ("These bytes fail this connection, and no other, with this close code.");

  server = ws_test_server_new_listening ("BufferMessage=True", NULL);
  other = ws_test_server_open (server);
  client = ws_test_server_open (server);
  n_logs = server->logs->len;

  ws_test_client_send (client, bad_frame->wire, bad_frame->length);
  assert_failed (server, client, 2, bad_frame->code);
  g_assert_cmpuint (server->logs->len, >, n_logs);
  assert_unharmed (server, other);
}

static void
test_bad_frame_slowly (gconstpointer user_data)
{
  const BadFrame *bad_frame = user_data;
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("The same bytes one by one fail the connection in the same way.");

  server = ws_test_server_new_listening ("BufferMessage=True", NULL);
  client = ws_test_server_open (server);
  for (gsize i = 0; i < bad_frame->length && !client->eof; i++)
    {
      ws_test_client_send (client, bad_frame->wire + i, 1);
      ws_test_settle ();
    }
  assert_failed (server, client, 1, bad_frame->code);
}

static void
test_messages_before_fault (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray) bytes = NULL;

  g_test_summary ("Messages before the fault, in the same piece, are delivered; those after not.");

  bytes = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "good", 4);
  g_byte_array_append (bytes, (const guint8 *) "\x83\x80" KEY0, 6);
  g_byte_array_append (bytes, (const guint8 *) "\x81\x81" KEY0 "x", 7);
  ws_test_client_send (client, bytes->data, bytes->len);
  ws_test_client_assert_close (client, 1002, NULL);
  assert_eof_and_close (client);
  ws_test_server_wait_for (server, "disconnected");
  g_assert_cmpuint (server->events->len, ==, 2);
  g_assert_cmpstr (server->events->pdata[0], ==, "data-in #1 text \"good\" eom");
}

static void
test_fault_then_flood (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  const gsize      length = 1024 * 1024;
  g_autofree char *noise = ws_test_pattern (length);

  g_test_summary ("A client that goes on sending after its fault still receives the close frame.");

  ws_test_client_send (client, "\x83\x80" KEY0, 6);
  ws_test_client_send (client, noise, length);
  ws_test_client_assert_close (client, 1002, NULL);
  ws_test_wait_until (client->eof);
  ws_test_client_close (client);
  ws_test_server_wait_for (server, "disconnected #1 1002");
}

static void
test_client_keeps_socket (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("A client that keeps its socket open after its fault is disconnected.");

  ws_test_client_send (client, "\x83\x80" KEY0, 6);
  ws_test_client_assert_close (client, 1002, NULL);
  ws_test_client_assert_eof (client);
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 0);
  ws_test_server_wait_for (server, "disconnected #1 1002");
}

static void
test_huge_length_allocates_nothing (void)
{
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("A header that announces 1 TiB, within the limit, takes no memory for it.");

  server = ws_test_server_new_listening ("MaxMessageSize=1099511627776", "BufferMessage=True",
                                         NULL);
  client = ws_test_server_open (server);
  ws_test_client_send (client, BYTES ("\x82\xff\0\0\x01\0\0\0\0\0" KEY0 "abc"));
  ws_test_settle ();
  /* Announced, within the limit, and nothing of it is there: the connection just goes on. */
  ws_test_client_reset (client);
  ws_test_server_wait_for (server, "disconnected #1");
  g_assert_cmpuint (ws_test_server_count (server, "data-in"), ==, 0);
}

static void
test_garbage (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) other = ws_test_server_open (server);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("Bytes that are not HTTP are answered with 400.");

  ws_test_client_send (client, BYTES ("\x00\x01\x02\x03garbage\r\n\r\n"));
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 400);
  ws_test_client_assert_eof (client);
  assert_unharmed (server, other);
}

static void
test_tls_hello (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A TLS ClientHello to the plain port is answered 400 at once.");

  ws_test_client_send (client, BYTES ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"));
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 400);
  ws_test_client_assert_eof (client);
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 0);
}

static void
test_random_streams (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("BufferMessage=True", NULL);
  g_autoptr (WsTestClient) other = ws_test_server_open (server);

  g_test_summary ("Random bytes after the handshake end each connection in order, and other clients are served.");

  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_open (server);
      guint8 noise[64];

      for (gsize i = 0; i < sizeof noise; i++)
        noise[i] = (guint8) g_test_rand_int_range (0, 256);
      ws_test_client_send (client, noise, sizeof noise);
      ws_test_settle ();
      ws_test_client_close (client);
      ws_test_server_wait_for (server, "disconnected");
      ws_test_settle ();
      g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 1);
    }
  assert_unharmed (server, other);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (bad_frames); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/bad-input/whole/", bad_frames[i].name, NULL);
      g_autofree char *slow_path = g_strconcat ("/integration/bad-input/slowly/", bad_frames[i].name, NULL);

      g_test_add_data_func (path, &bad_frames[i], test_bad_frame);
      g_test_add_data_func (slow_path, &bad_frames[i], test_bad_frame_slowly);
    }
  g_test_add_func ("/integration/bad-input/messages-before-fault", test_messages_before_fault);
  g_test_add_func ("/integration/bad-input/fault-then-flood", test_fault_then_flood);
  g_test_add_func ("/integration/bad-input/client-keeps-socket", test_client_keeps_socket);
  g_test_add_func ("/integration/bad-input/huge-length", test_huge_length_allocates_nothing);
  g_test_add_func ("/integration/bad-input/garbage", test_garbage);
  g_test_add_func ("/integration/bad-input/tls-hello", test_tls_hello);
  g_test_add_func ("/integration/bad-input/random-streams", test_random_streams);

  return g_test_run ();
}
