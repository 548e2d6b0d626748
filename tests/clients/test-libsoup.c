/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <libsoup/soup.h>

/* The WebSocket client of libsoup against the echo server. Its address comes from the environment
 * variable WS_TEST_URL, which run-client.py sets. */

#define DEADLINE_SECONDS 20

typedef struct
{
  SoupSession             *session;
  SoupWebsocketConnection *connection;
  GBytes                  *message; /* last received */
  SoupWebsocketDataType    type;
  guint                    n_pongs;
  gboolean                 closed;
} Fixture;

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("%s: nothing came within %d s", g_test_get_path (), DEADLINE_SECONDS);
  return G_SOURCE_REMOVE;
}

#define wait_until(expression)                                                      \
  G_STMT_START                                                                      \
  {                                                                                 \
    guint deadline_ = g_timeout_add_seconds (DEADLINE_SECONDS, deadline_cb, NULL);  \
                                                                                    \
    while (!(expression))                                                           \
      g_main_context_iteration (NULL, TRUE);                                        \
    g_source_remove (deadline_);                                                    \
  }                                                                                 \
  G_STMT_END

static void
message_cb (SoupWebsocketConnection *connection,
            int                      type,
            GBytes                  *message,
            gpointer                 user_data)
{
  Fixture *fixture = user_data;

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
  Fixture           *fixture = user_data;
  g_autoptr (GError) error = NULL;

  fixture->connection = soup_session_websocket_connect_finish (fixture->session, result, &error);
  g_assert_no_error (error);
}

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  g_autoptr (SoupMessage) message = NULL;

  message = soup_message_new (SOUP_METHOD_GET, g_getenv ("WS_TEST_URL"));
  g_assert_nonnull (message);
  fixture->session = soup_session_new ();
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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (g_getenv ("WS_TEST_URL"));

#define ADD(name, function) \
  g_test_add (name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

  ADD ("/libsoup/echo", test_echo);
  ADD ("/libsoup/ping", test_ping);
  ADD ("/libsoup/close", test_close);

  return g_test_run ();
}
