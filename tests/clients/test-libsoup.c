/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <libsoup/soup.h>

/* The WebSocket client of libsoup against the echo servers. Their addresses come from environment
 * variables, WS_TEST_URL and the like, which run-client.py sets. */

#define DEADLINE_SECONDS 60
#define MIB (1024 * 1024)
#define BLOCK_BYTES 65536
#define N_BLOCKS 128 /* 8 MiB */
#define STANDSTILL_US (G_USEC_PER_SEC / 2)

typedef struct
{
  SoupSession             *session;
  SoupWebsocketConnection *connection;
  GBytes                  *message; /* last received */
  SoupWebsocketDataType    type;
  guint                    n_pongs;
  gboolean                 closed;
  GChecksum               *checksum; /* of the blocks that come; NULL: messages are for `message` */
  guint                    n_blocks;
} Fixture;

/* The server a test talks to, and whether the client offers compression to it. */
typedef struct
{
  const char *variable;
  gboolean    offers;
  const char *extensions; /* expected, with all parameters */
} Setting;

static const Setting default_setting = {
  "WS_TEST_URL", TRUE, "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12"
};
static const Setting silent_setting = { "WS_TEST_URL", FALSE, "" };
static const Setting plain_setting = { "WS_TEST_URL_PLAIN", TRUE, "" };
static const Setting wide_setting = { "WS_TEST_URL_WIDE", TRUE, "permessage-deflate" };
static const Setting fresh_setting = {
  "WS_TEST_URL_FRESH", TRUE,
  "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
  "server_max_window_bits=9; client_max_window_bits=9"
};
static const Setting narrow_setting = { "WS_TEST_URL_NARROW", TRUE, NULL };
static const Setting narrow_silent_setting = { "WS_TEST_URL_NARROW", FALSE, NULL };

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("%s: nothing came within %d s", g_test_get_path (), DEADLINE_SECONDS);
  return G_SOURCE_REMOVE;
}

#define wait_until(expression)                                                   \
 G_STMT_START                                                                    \
 {                                                                               \
  guint deadline_ = g_timeout_add_seconds (DEADLINE_SECONDS, deadline_cb, NULL); \
                                                                                 \
  while (!(expression))                                                          \
   g_main_context_iteration (NULL, TRUE);                                        \
  g_source_remove (deadline_);                                                   \
 }                                                                               \
 G_STMT_END

static void
take_block (Fixture *fixture,
            GBytes  *block)
{
  guint32 number;

  g_assert_cmpuint (g_bytes_get_size (block), ==, BLOCK_BYTES);
  memcpy (&number, g_bytes_get_data (block, NULL), sizeof number);
  g_assert_cmpuint (GUINT32_FROM_BE (number), ==, fixture->n_blocks);
  g_checksum_update (fixture->checksum, g_bytes_get_data (block, NULL), BLOCK_BYTES);
  fixture->n_blocks++;
}

static void
message_cb (SoupWebsocketConnection *connection,
            int                      type,
            GBytes                  *message,
            gpointer                 user_data)
{
  Fixture *fixture = user_data;

  if (fixture->checksum != NULL && type == SOUP_WEBSOCKET_DATA_BINARY)
    {
      take_block (fixture, message);
      return;
    }

  g_assert_null (fixture->message);
  fixture->message = g_bytes_ref (message);
  fixture->type = (SoupWebsocketDataType) type;
}

static void
pong_cb (SoupWebsocketConnection *connection,
         GBytes                  *message,
         gpointer                 user_data)
{
  ((Fixture *) user_data)->n_pongs++;
}

static void
closed_cb (SoupWebsocketConnection *connection,
           gpointer                 user_data)
{
  ((Fixture *) user_data)->closed = TRUE;
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  fixture->connection = soup_session_websocket_connect_finish (fixture->session, result, &error);
  g_assert_no_error (error);
}

/* The server has made its certificate itself. */
static gboolean
accept_certificate_cb (SoupMessage         *message,
                       GTlsCertificate     *certificate,
                       GTlsCertificateFlags errors,
                       gpointer             user_data)
{
  return TRUE;
}

static SoupMessage *
new_message (const char *address)
{
  SoupMessage *message = soup_message_new (SOUP_METHOD_GET, address);

  g_assert_nonnull (message);
  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_certificate_cb), NULL);
  return message;
}

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  const Setting *setting = user_data;
  g_autoptr (SoupMessage) message = NULL;

  message = new_message (g_getenv (setting->variable));
  fixture->session = soup_session_new ();
  if (setting->offers)
    soup_session_add_feature_by_type (fixture->session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  else
    soup_message_disable_feature (message, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  soup_session_websocket_connect_async (fixture->session, message, NULL, NULL,
                                        G_PRIORITY_DEFAULT, NULL, connected_cb, fixture);
  wait_until (fixture->connection != NULL);
  soup_websocket_connection_set_max_incoming_payload_size (fixture->connection, 0);
  g_signal_connect (fixture->connection, "message", G_CALLBACK (message_cb), fixture);
  g_signal_connect (fixture->connection, "pong", G_CALLBACK (pong_cb), fixture);
  g_signal_connect (fixture->connection, "closed", G_CALLBACK (closed_cb), fixture);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  if (!fixture->closed)
    soup_websocket_connection_close (fixture->connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  wait_until (fixture->closed);
  g_clear_object (&fixture->connection);
  g_clear_object (&fixture->session);
  g_clear_pointer (&fixture->checksum, g_checksum_free);
}

static void
check_echo (Fixture              *fixture,
            SoupWebsocketDataType type,
            const char           *payload,
            gsize                 length)
{
  g_autoptr (GBytes) message = g_bytes_new (payload, length);

  soup_websocket_connection_send_message (fixture->connection, type, message);
  wait_until (fixture->message != NULL);
  g_assert_cmpint (fixture->type, ==, type);
  g_assert_true (g_bytes_equal (fixture->message, message));
  g_clear_pointer (&fixture->message, g_bytes_unref);
}

static void
test_echo (Fixture      *fixture,
           gconstpointer user_data)
{
  const gsize lengths[] = { 0, 1, 125, 126, 65535, 65536, 1024 * 1024 };

  g_test_summary ("Text and binary messages of every length form come back unchanged.");

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *payload = g_strnfill (lengths[i], 'x');

      check_echo (fixture, SOUP_WEBSOCKET_DATA_TEXT, payload, lengths[i]);
      if (lengths[i] > 0)
        payload[lengths[i] - 1] = (char) 0xff;
      check_echo (fixture, SOUP_WEBSOCKET_DATA_BINARY, payload, lengths[i]);
    }
  check_echo (fixture, SOUP_WEBSOCKET_DATA_TEXT, "gr\xc3\xbc\xc3\x9f \xe2\x82\xac", 10);
}

static void
test_ping (Fixture      *fixture,
           gconstpointer user_data)
{
  g_test_summary ("The client's keep-alive ping is answered.");

  soup_websocket_connection_set_keepalive_interval (fixture->connection, 1);
  wait_until (fixture->n_pongs > 0);
}

static void
test_close (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("A close with a code and a reason is answered with the code.");

  soup_websocket_connection_close (fixture->connection, 4001, "done");
  wait_until (fixture->closed);
  g_assert_cmpuint (soup_websocket_connection_get_close_code (fixture->connection), ==, 4001);
}

/* The answer to a command, which is a text. */
static char *
ask (Fixture    *fixture,
     const char *command)
{
  char *answer;

  soup_websocket_connection_send_text (fixture->connection, command);
  wait_until (fixture->message != NULL);
  g_assert_cmpint (fixture->type, ==, SOUP_WEBSOCKET_DATA_TEXT);
  answer = g_strndup (g_bytes_get_data (fixture->message, NULL), g_bytes_get_size (fixture->message));
  g_clear_pointer (&fixture->message, g_bytes_unref);
  return answer;
}

/* Text is of 64 letters when random. */
static char *
make_payload (gsize                 length,
              SoupWebsocketDataType type,
              gboolean              is_random)
{
  const gboolean is_text = type == SOUP_WEBSOCKET_DATA_TEXT;
  g_autoptr (GRand) rand = g_rand_new_with_seed (6455);
  char *payload = g_malloc (length);

  if (!is_random)
    memset (payload, is_text ? 'x' : 0xff, length);
  for (gsize i = 0; is_random && i < length; i++)
    payload[i] = (char) (is_text ? '0' + (g_rand_int (rand) & 63) : g_rand_int (rand) & 255);

  return payload;
}

static void
check_large_echo (Fixture              *fixture,
                  gsize                 length,
                  SoupWebsocketDataType type,
                  gboolean              is_random)
{
  g_autofree char *payload = make_payload (length, type, is_random);

  check_echo (fixture, type, payload, length);
}

static void
check_extensions (Fixture       *fixture,
                  const Setting *setting)
{
  const gboolean   is_compressed = setting->extensions[0] != '\0';
  GList           *extensions = soup_websocket_connection_get_extensions (fixture->connection);
  g_autofree char *answer = ask (fixture, "!extensions");
  g_auto (GStrv) words = g_strsplit (answer, " ", 2);
  const double ratio = g_ascii_strtod (words[0], NULL);

  g_assert_cmpuint (g_list_length (extensions), ==, is_compressed ? 1 : 0);
  g_assert_true (!is_compressed || SOUP_IS_WEBSOCKET_EXTENSION_DEFLATE (extensions->data));
  g_assert_cmpstr (words[1], ==, setting->extensions);
  if (is_compressed)
    {
      g_assert_cmpfloat (ratio, >, 0);
      g_assert_cmpfloat (ratio, <, 1);
    }
  else
    g_assert_cmpfloat (ratio, ==, 1);
}

static void
test_extensions (Fixture      *fixture,
                 gconstpointer user_data)
{
  g_test_summary ("Both sides report the extension in use, and messages shrink if there is one.");

  for (guint i = 0; i < 3; i++)
    {
      check_large_echo (fixture, 100000, SOUP_WEBSOCKET_DATA_TEXT, FALSE);
      check_large_echo (fixture, 100000, SOUP_WEBSOCKET_DATA_BINARY, TRUE);
    }
  check_extensions (fixture, user_data);
}

static void
test_large (Fixture      *fixture,
            gconstpointer user_data)
{
  const SoupWebsocketDataType text = SOUP_WEBSOCKET_DATA_TEXT, binary = SOUP_WEBSOCKET_DATA_BINARY;
  const gsize                 lengths[] = { MIB, 5 * MIB };

  g_test_summary ("Messages of up to 16 MiB come back unchanged, whether they shrink or not.");

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (guint is_random = 0; is_random < 2; is_random++)
      {
        check_large_echo (fixture, lengths[i], text, is_random);
        check_large_echo (fixture, lengths[i], binary, is_random);
      }
  check_large_echo (fixture, 16 * MIB, text, FALSE);
  check_large_echo (fixture, 16 * MIB, binary, TRUE);
  check_extensions (fixture, user_data);
}

/* Sends a command about this connection beside it and waits for the answer, while nothing is read
 * from the connection: the main context does not run. */
static void
request (Fixture       *fixture,
         const Setting *setting,
         const char    *command,
         guint          answer[3])
{
  g_autofree char *id = ask (fixture, "!id");
  g_autofree char *url = NULL;
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;

  url = g_strdup_printf ("http%s%s/%s/%d", g_getenv (setting->variable) + strlen ("ws"), command, id,
                         N_BLOCKS);
  message = new_message (url);
  body = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  words = g_strsplit (text, " ", -1);
  g_assert_cmpuint (g_strv_length (words), ==, 3);
  for (guint i = 0; i < 3; i++)
    answer[i] = (guint) g_ascii_strtoull (words[i], NULL, 10);
}

/* Reads up to the end of what echo-flow.h says; sets how often the server was refused. */
static void
receive_flow (Fixture *fixture,
              guint   *n_refusals)
{
  g_autofree char *end = NULL;
  g_auto (GStrv) words = NULL;

  wait_until (fixture->message != NULL);
  end = g_strndup (g_bytes_get_data (fixture->message, NULL), g_bytes_get_size (fixture->message));
  g_clear_pointer (&fixture->message, g_bytes_unref);
  words = g_strsplit (end, " ", -1);
  g_assert_cmpuint (g_strv_length (words), ==, 5);
  g_assert_cmpuint (g_ascii_strtoull (words[1], NULL, 10), ==, fixture->n_blocks);
  g_assert_cmpstr (words[2], ==, words[3]); /* each refusal has its ready-to-send */
  g_assert_cmpstr (words[4], ==, g_checksum_get_string (fixture->checksum));
  *n_refusals = (guint) g_ascii_strtoull (words[2], NULL, 10);
  check_echo (fixture, SOUP_WEBSOCKET_DATA_TEXT, "after it", 8);
}

static void
test_slow_reading (Fixture      *fixture,
                   gconstpointer user_data)
{
  guint answer[3], n_refusals;

  g_test_summary ("8 MiB arrive whole and in order, although the client does not read at first.");

  fixture->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  request (fixture, user_data, "send", answer);
  g_assert_cmpuint (answer[0], ==, N_BLOCKS);
  g_usleep (STANDSTILL_US);
  g_assert_cmpuint (fixture->n_blocks, ==, 0);
  receive_flow (fixture, &n_refusals);
  g_assert_cmpuint (fixture->n_blocks, ==, N_BLOCKS);
  g_assert_cmpuint (n_refusals, ==, 0);
}

static void
test_overflow (Fixture      *fixture,
               gconstpointer user_data)
{
  guint answer[3], n_refusals;

  g_test_summary ("Over MaxSendQueue sends fail with 10035, and the server sends the rest later.");

  fixture->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  request (fixture, user_data, "flood", answer);
  g_assert_cmpuint (answer[1], ==, 1);
  g_assert_cmpuint (answer[2], >, 0);
  g_assert_cmpuint (answer[2], <=, 2 * MIB);
  receive_flow (fixture, &n_refusals);
  g_assert_cmpuint (fixture->n_blocks, ==, answer[0] + N_BLOCKS);
  g_assert_cmpuint (n_refusals, >=, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (g_getenv ("WS_TEST_URL"));

#define ADD(name, setting, function) \
 g_test_add (name, Fixture, &setting##_setting, fixture_set_up, function, fixture_tear_down)

  ADD ("/clients/libsoup/echo", default, test_echo);
  ADD ("/clients/libsoup/ping", default, test_ping);
  ADD ("/clients/libsoup/close", default, test_close);
  ADD ("/clients/libsoup/extensions/default", default, test_extensions);
  ADD ("/clients/libsoup/extensions/not-offered", silent, test_extensions);
  ADD ("/clients/libsoup/extensions/switched-off", plain, test_extensions);
  ADD ("/clients/libsoup/extensions/window-bits-15", wide, test_extensions);
  ADD ("/clients/libsoup/extensions/no-context-takeover", fresh, test_extensions);
  ADD ("/clients/libsoup/large/compressed", default, test_large);
  ADD ("/clients/libsoup/large/plain", plain, test_large);
  ADD ("/clients/libsoup/slow-reading/compressed", default, test_slow_reading);
  ADD ("/clients/libsoup/slow-reading/plain", silent, test_slow_reading);
  ADD ("/clients/libsoup/overflow/compressed", narrow, test_overflow);
  ADD ("/clients/libsoup/overflow/plain", narrow_silent, test_overflow);

  return g_test_run ();
}
