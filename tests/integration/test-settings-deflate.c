/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* What the settings of permessage-deflate change on the wire. RFC 7692 §7. */

/* Opens a client that offers compression; the server's answer to it, or NULL. */
static char *
open_offering (WsTestServer *server,
               WsTestClient *client)
{
  g_autoptr (WsTestResponse) response = NULL;

  ws_test_client_send_handshake (client, "/",
                                 "Sec-WebSocket-Extensions: permessage-deflate; "
                                 "client_max_window_bits\r\n");
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 101);
  ws_test_server_wait_for (server, "connected");
  return g_strdup (ws_test_response_get (response, "sec-websocket-extensions"));
}

static WsTestFrame *
send_and_read (WsTestServer *server,
               WsTestClient *client,
               const char   *text)
{
  WsTestFrame *frame = NULL;

  g_assert_true (ws_connection_send_text (ws_test_server_get (server, 1), text, NULL));
  ws_test_wait_until ((frame = ws_test_client_take_frame (client)) != NULL);
  g_assert_cmpint (frame->opcode, ==, WS_OPCODE_TEXT);
  return frame;
}

static gboolean
is_compressed (WsTestServer *server,
               WsTestClient *client,
               const char   *text)
{
  g_autoptr (WsTestFrame) frame = send_and_read (server, client, text);

  if (frame->reserved_bits == 0)
    g_assert_cmpuint (g_bytes_get_size (frame->payload), ==, strlen (text));
  else
    g_assert_cmpint (frame->reserved_bits, ==, WS_FRAME_RSV1);
  return frame->reserved_bits != 0;
}

static gsize
get_sent_length (WsTestServer *server,
                 WsTestClient *client,
                 const char   *text)
{
  g_autoptr (WsTestFrame) frame = send_and_read (server, client, text);

  return g_bytes_get_size (frame->payload);
}

/* Words in an order without a pattern: how well they compress depends on the effort. */
static char *
make_prose (gsize length)
{
  static const char *const words[] = { "opening ", "handshake ", "frame ", "fragment ", "message ",
                                       "opcode ", "payload ", "masking ", "key ", "subprotocol ",
                                       "extension ", "close ", "code ", "control ", "ping ", "pong " };
  GString                 *prose = g_string_new (NULL);
  guint32                  state = 1;

  while (prose->len < length)
    {
      state = state * 1664525 + 1013904223;
      g_string_append (prose, words[state >> 28]);
    }
  g_string_truncate (prose, length);
  return g_string_free (prose, FALSE);
}

/* The length of the frame in which a new client of such a server gets the text. */
static gsize
get_length_with (const char *setting,
                 const char *text)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (setting, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autofree char *answer = open_offering (server, client);

  g_assert_nonnull (answer);
  return get_sent_length (server, client, text);
}

static void
test_enable (gconstpointer user_data)
{
  gboolean enabled = GPOINTER_TO_INT (user_data);
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *prose = make_prose (1000);

  g_test_summary ("With EnablePermessageDeflate the offer is accepted, without it ignored.");

  server = ws_test_server_new_listening (enabled ? "EnablePermessageDeflate=True"
                                                 : "EnablePermessageDeflate=False",
                                         NULL);
  client = ws_test_server_connect (server);
  answer = open_offering (server, client);
  if (enabled)
    g_assert_true (g_str_has_prefix (answer, "permessage-deflate"));
  else
    g_assert_null (answer);
  g_assert_cmpint (is_compressed (server, client, prose), ==, enabled);
}

static void
test_level (void)
{
  g_autofree char *prose = make_prose (50000);
  gsize            none = get_length_with ("DeflateLevel=0", prose);
  gsize            fast = get_length_with ("DeflateLevel=1", prose);
  gsize            small = get_length_with ("DeflateLevel=9", prose);

  g_test_summary ("DeflateLevel 0 does not compress, and 9 makes less of the same text than 1.");

  g_assert_cmpuint (none, ==, 50000);
  g_assert_cmpuint (fast, <, none);
  g_assert_cmpuint (small, <, fast);
}

static void
test_threshold (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("DeflateThreshold=100", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autofree char *answer = open_offering (server, client);
  g_autofree char *prose = make_prose (100);

  g_test_summary ("From DeflateThreshold on messages are compressed, and a change holds at once.");

  g_assert_nonnull (answer);
  g_assert_true (is_compressed (server, client, prose));
  g_assert_false (is_compressed (server, client, prose + 1));
  ws_test_server_config (server, "DeflateThreshold=99");
  g_assert_true (is_compressed (server, client, prose + 1));
  ws_test_server_config (server, "DeflateThreshold=101");
  g_assert_false (is_compressed (server, client, prose));
}

static void
test_no_context_takeover (gconstpointer user_data)
{
  gboolean alone = GPOINTER_TO_INT (user_data);
  g_autoptr (WsTestServer) server = NULL;
  g_autoptr (WsTestClient) client = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *prose = make_prose (500);
  gsize            first;
  gsize            second;

  g_test_summary ("With DeflateNoContextTakeover a repeated message costs as much as the first.");

  server = ws_test_server_new_listening (alone ? "DeflateNoContextTakeover=True"
                                               : "DeflateNoContextTakeover=False",
                                         NULL);
  client = ws_test_server_connect (server);
  answer = open_offering (server, client);
  g_assert_cmpint (strstr (answer, "server_no_context_takeover") != NULL, ==, alone);
  first = get_sent_length (server, client, prose);
  second = get_sent_length (server, client, prose);
  if (alone)
    g_assert_cmpuint (second, ==, first);
  else
    g_assert_cmpuint (second, <, first);
}

static void
test_window_bits (void)
{
  g_autofree char *prose = make_prose (3000);
  g_autofree char *twice = g_strconcat (prose, prose, NULL);

  g_test_summary ("A repetition is found within DeflateWindowBits, and not beyond.");

  g_assert_cmpuint (get_length_with ("DeflateWindowBits=15", twice), <,
                    get_length_with ("DeflateWindowBits=10", twice) * 3 / 4);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/integration/settings-deflate/enable", GINT_TO_POINTER (TRUE), test_enable);
  g_test_add_data_func ("/integration/settings-deflate/disable", GINT_TO_POINTER (FALSE), test_enable);
  g_test_add_func ("/integration/settings-deflate/level", test_level);
  g_test_add_func ("/integration/settings-deflate/threshold", test_threshold);
  g_test_add_data_func ("/integration/settings-deflate/context-takeover", GINT_TO_POINTER (FALSE),
                        test_no_context_takeover);
  g_test_add_data_func ("/integration/settings-deflate/no-context-takeover", GINT_TO_POINTER (TRUE),
                        test_no_context_takeover);
  g_test_add_func ("/integration/settings-deflate/window-bits", test_window_bits);

  return g_test_run ();
}
