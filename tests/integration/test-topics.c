/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-fixture.h"

/* Subscribing, publishing, patterns, and handlers that do anything. */

#define N_CLIENTS 3

typedef struct
{
  WsTestServer *server;
  WsTestClient *clients[N_CLIENTS];
  WsConnection *connections[N_CLIENTS]; /* borrowed */
  WsTopics     *topics;
  GString      *seen; /* what the signals have told */
} Fixture;

static void
note (Fixture      *fixture,
      const char   *what,
      WsConnection *connection,
      const char   *topic)
{
  g_string_append_printf (fixture->seen, "%s %s %s\n", what,
                          connection != NULL ? ws_connection_get_connection_id (connection) : "-", topic);
}

static void
subscribed_cb (WsTopics     *topics,
               WsConnection *connection,
               const char   *topic,
               gpointer      fixture)
{
  note (fixture, "subscribed", connection, topic);
}

static void
unsubscribed_cb (WsTopics     *topics,
                 WsConnection *connection,
                 const char   *topic,
                 gpointer      fixture)
{
  note (fixture, "unsubscribed", connection, topic);
}

static void
message_cb (WsTopics    *topics,
            const char  *topic,
            WsDataFormat format,
            GBytes      *data,
            const char  *position,
            gpointer     user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (position);
  g_string_append_printf (fixture->seen, "message %s %d %.*s\n", topic, format, (int) g_bytes_get_size (data),
                          (const char *) g_bytes_get_data (data, NULL));
}

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  fixture->server = ws_test_server_new_listening (user_data, NULL);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      fixture->clients[i] = ws_test_server_open (fixture->server);
      fixture->connections[i] = ws_test_server_get (fixture->server, i + 1);
    }
  fixture->seen = g_string_new (NULL);
  fixture->topics = ws_topics_new (fixture->server->server, NULL);
  g_signal_connect (fixture->topics, "subscribed", G_CALLBACK (subscribed_cb), fixture);
  g_signal_connect (fixture->topics, "unsubscribed", G_CALLBACK (unsubscribed_cb), fixture);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  if (fixture->topics != NULL)
    g_assert_finalize_object (fixture->topics);
  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_client_free (fixture->clients[i]);
  ws_test_server_free (fixture->server);
  g_string_free (fixture->seen, TRUE);
}

static void
publish (Fixture    *fixture,
         const char *topic,
         const char *text)
{
  g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  gboolean published = ws_topics_publish (fixture->topics, topic, WS_DATA_FORMAT_TEXT, data, &error);

  g_assert_no_error (error);
  g_assert_true (published);
}

static void
subscribe (Fixture    *fixture,
           guint       client,
           const char *topic)
{
  g_autoptr (GError) error = NULL;
  gboolean subscribed = ws_topics_subscribe (fixture->topics, fixture->connections[client], topic, &error);

  g_assert_no_error (error);
  g_assert_true (subscribed);
}

static void
subscribe_pattern (Fixture    *fixture,
                   guint       client,
                   const char *pattern)
{
  g_autoptr (GError) error = NULL;
  gboolean subscribed =
      ws_topics_subscribe_pattern (fixture->topics, fixture->connections[client], pattern, &error);

  g_assert_no_error (error);
  g_assert_true (subscribed);
}

static void
assert_seen (Fixture    *fixture,
             const char *seen)
{
  g_assert_cmpstr (fixture->seen->str, ==, seen);
  g_string_truncate (fixture->seen, 0);
}

/* The next that each client gets, separated by "|"; "-" is something sent to it alone, which nothing
 * precedes. */
static void
assert_next (Fixture    *fixture,
             const char *texts)
{
  g_auto (GStrv) parts = g_strsplit (texts, "|", -1);

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      if (g_str_equal (parts[i], "-"))
        g_assert_true (ws_connection_send_text (fixture->connections[i], "-", NULL));
      ws_test_client_assert_text (fixture->clients[i], parts[i]);
    }
}

static void
test_basics (Fixture      *fixture,
             gconstpointer user_data)
{
  g_test_summary ("Who has subscribed gets what is published, once, and nobody else does.");

  publish (fixture, "news", "to nobody");
  subscribe (fixture, 0, "news");
  subscribe (fixture, 1, "news");
  subscribe (fixture, 1, "news");
  subscribe (fixture, 1, "other");
  assert_seen (fixture, "subscribed 1 news\nsubscribed 2 news\nsubscribed 2 other\n");
  g_assert_cmpuint (ws_topics_count (fixture->topics, "news"), ==, 2);
  g_assert_cmpuint (ws_topics_get_n_subscriptions (fixture->topics), ==, 3);
  g_assert_cmpint (ws_topics_get_state (fixture->topics), ==, WS_ENGINE_STATE_READY);

  publish (fixture, "news", "one");
  assert_next (fixture, "one|one|-");
  publish (fixture, "other", "two");
  assert_next (fixture, "-|two|-");

  g_assert_true (ws_topics_unsubscribe (fixture->topics, fixture->connections[0], "news"));
  g_assert_false (ws_topics_unsubscribe (fixture->topics, fixture->connections[0], "news"));
  g_assert_false (ws_topics_unsubscribe (fixture->topics, fixture->connections[0], "nothing"));
  assert_seen (fixture, "unsubscribed 1 news\n");
  publish (fixture, "news", "three");
  assert_next (fixture, "-|three|-");

  g_assert_cmpuint (ws_topics_unsubscribe_all (fixture->topics, fixture->connections[1]), ==, 2);
  assert_seen (fixture, "unsubscribed 2 other\nunsubscribed 2 news\n");
  g_assert_cmpuint (ws_topics_get_n_subscriptions (fixture->topics), ==, 0);
  publish (fixture, "news", "four");
  assert_next (fixture, "-|-|-");
}

static void
test_lists (Fixture      *fixture,
            gconstpointer user_data)
{
  g_auto (GStrv) of_client = NULL;
  g_auto (GStrv) all = NULL;
  g_autoptr (GListModel) subscribers = NULL;
  g_autoptr (WsConnection) first = NULL;

  g_test_summary ("What a client and what all have subscribed to is listed.");

  subscribe (fixture, 0, "b");
  subscribe_pattern (fixture, 0, "a.*");
  subscribe (fixture, 1, "c");
  of_client = ws_topics_list_topics (fixture->topics, fixture->connections[0]);
  all = ws_topics_list_topics (fixture->topics, NULL);
  subscribers = ws_topics_get_subscribers (fixture->topics, "c");
  first = g_list_model_get_item (subscribers, 0);

  g_assert_cmpstrv (of_client, ((const char *[]){ "a.*", "b", NULL }));
  g_assert_cmpstrv (all, ((const char *[]){ "a.*", "b", "c", NULL }));
  g_assert_cmpuint (g_list_model_get_n_items (subscribers), ==, 1);
  g_assert_true (first == fixture->connections[1]);
}

static void
assert_refused (Fixture    *fixture,
                const char *topic)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);

  g_assert_false (ws_topics_subscribe (fixture->topics, fixture->connections[0], topic, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (ws_topics_publish (fixture->topics, topic, WS_DATA_FORMAT_TEXT, data, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
}

static void
test_names (Fixture      *fixture,
            gconstpointer user_data)
{
  static const char *const bad_patterns[] = { "", "a", "a*", "*a", "**.a", "a..*", ".*", "a.***", "> *" };
  g_autofree char         *longest = g_strnfill (255, 'a');
  g_autofree char         *too_long = g_strnfill (256, 'a');

  g_test_summary ("Names that are not accepted are refused by an error.");

  subscribe (fixture, 0, longest);
  subscribe (fixture, 0, "gr\xc3\xbc\xc3\x9f"
                         "e.x-y_z:$1/2");
  assert_refused (fixture, "");
  assert_refused (fixture, too_long);
  assert_refused (fixture, "a b");
  assert_refused (fixture, "a.*");
  assert_refused (fixture, "a>");
  assert_refused (fixture, "a\tb");
  assert_refused (fixture, "a\xc2\x85");
  assert_refused (fixture, "a\x7f");
  assert_refused (fixture, "a\xff");
  assert_refused (fixture, "a..b");
  assert_refused (fixture, ".a");
  assert_refused (fixture, "a.");
  for (guint i = 0; i < G_N_ELEMENTS (bad_patterns); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad_patterns[i]);
      g_assert_false (ws_topics_subscribe_pattern (fixture->topics, fixture->connections[0], bad_patterns[i],
                                                   &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_data (Fixture      *fixture,
           gconstpointer user_data)
{
  g_autoptr (GBytes) bad = g_bytes_new_static ("\xff", 1);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Text is checked; bytes that are no text go out as binary where nobody asks for text.");

  subscribe (fixture, 0, "t");
  g_assert_false (ws_topics_publish (fixture->topics, "t", WS_DATA_FORMAT_TEXT, bad, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_assert_true (ws_topics_publish (fixture->topics, "t", WS_DATA_FORMAT_AUTOMATIC, bad, NULL));
  ws_test_client_assert_frame (fixture->clients[0], WS_OPCODE_BINARY, "\xff", 1);
  g_assert_true (ws_topics_publish (fixture->topics, "t", WS_DATA_FORMAT_AUTOMATIC, empty, NULL));
  ws_test_client_assert_text (fixture->clients[0], "");
  ws_engine_emit_message (ws_topics_get_engine (fixture->topics), "t", WS_DATA_FORMAT_TEXT, bad, NULL);
  ws_test_client_assert_frame (fixture->clients[0], WS_OPCODE_BINARY, "\xff", 1);
  ws_engine_emit_message (ws_topics_get_engine (fixture->topics), "not a name", WS_DATA_FORMAT_TEXT, bad,
                          NULL);
}

static void
test_not_open (Fixture      *fixture,
               gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A client that is closing gets nothing; who has ended has left everything.");

  subscribe (fixture, 0, "t");
  subscribe (fixture, 1, "t");
  g_assert_true (ws_connection_close (fixture->connections[0], 1000, NULL, NULL));
  g_assert_false (ws_topics_subscribe (fixture->topics, fixture->connections[0], "u", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_NOT_CONNECTED);
  publish (fixture, "t", "one");
  ws_test_client_assert_close (fixture->clients[0], 1000, NULL);
  ws_test_client_assert_text (fixture->clients[1], "one");
  ws_test_client_send_close (fixture->clients[0], 1000, "");
  ws_test_server_wait_for (fixture->server, "disconnected #1");
  g_assert_cmpuint (ws_topics_count (fixture->topics, "t"), ==, 1);
  g_assert_cmpuint (ws_topics_get_n_subscriptions (fixture->topics), ==, 1);
  assert_seen (fixture, "subscribed 1 t\nsubscribed 2 t\n");
}

static void
disconnected_cb (WsServer     *server,
                 WsConnection *connection,
                 int           code,
                 const char   *description,
                 Fixture      *fixture)
{
  g_auto (GStrv) topics = ws_topics_list_topics (fixture->topics, connection);

  g_assert_cmpuint (g_strv_length (topics), ==, 0);
  note (fixture, "disconnected", connection, "");
}

static void
test_disconnected (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_test_summary ("A client has left its topics when disconnected is told; a reset is no different.");

  g_signal_connect (fixture->server->server, "disconnected", G_CALLBACK (disconnected_cb), fixture);
  subscribe (fixture, 0, "t");
  subscribe_pattern (fixture, 0, "t.*");
  g_string_truncate (fixture->seen, 0);
  ws_test_client_reset (fixture->clients[0]);
  ws_test_wait_until (fixture->seen->len > 0);
  assert_seen (fixture, "disconnected 1 \n");
  g_assert_cmpuint (ws_topics_get_n_subscriptions (fixture->topics), ==, 0);
  g_signal_handlers_disconnect_by_data (fixture->server->server, fixture);
}

static void
test_limit (Fixture      *fixture,
            gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A client may subscribe to as many topics as max-topics-per-client says.");

  ws_topics_set_max_topics_per_client (fixture->topics, 2);
  subscribe (fixture, 0, "a");
  subscribe_pattern (fixture, 0, "a.*");
  g_assert_false (ws_topics_subscribe (fixture->topics, fixture->connections[0], "b", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_TOO_MANY_REFERENCES);
  g_clear_error (&error);
  g_assert_false (ws_topics_subscribe_pattern (fixture->topics, fixture->connections[0], "b.*", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_TOO_MANY_REFERENCES);
  subscribe (fixture, 0, "a");
  g_assert_true (ws_topics_unsubscribe_pattern (fixture->topics, fixture->connections[0], "a.*"));
  subscribe (fixture, 0, "b");
}

static void
test_patterns (Fixture      *fixture,
               gconstpointer user_data)
{
  g_test_summary ("Patterns match whole parts, and who fits several times gets one copy.");

  subscribe_pattern (fixture, 0, "a.*");
  subscribe_pattern (fixture, 1, "a.**");
  subscribe_pattern (fixture, 2, "*.b");
  subscribe (fixture, 1, "a.b");
  publish (fixture, "a.b", "1");
  assert_next (fixture, "1|1|1");
  publish (fixture, "a.b.c", "2");
  assert_next (fixture, "-|2|-");
  publish (fixture, "a", "3");
  assert_next (fixture, "-|-|-");
  publish (fixture, "x.b", "4");
  assert_next (fixture, "-|-|4");
  publish (fixture, "ab.b.c", "5");
  assert_next (fixture, "-|-|-");

  g_assert_true (ws_topics_unsubscribe_pattern (fixture->topics, fixture->connections[0], "a.*"));
  g_assert_false (ws_topics_unsubscribe_pattern (fixture->topics, fixture->connections[0], "a.*"));
  subscribe_pattern (fixture, 2, "a.**");
  publish (fixture, "a.b", "6");
  assert_next (fixture, "-|6|6");
  g_assert_true (ws_topics_unsubscribe (fixture->topics, fixture->connections[1], "a.b"));
  publish (fixture, "a.b", "7");
  assert_next (fixture, "-|7|7");
}

static void
test_order (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("Messages of topics and others to the same client arrive in the order of the calls.");

  subscribe (fixture, 0, "t");
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      publish (fixture, "t", text);
      g_assert_true (ws_connection_send_text (fixture->connections[0], text, NULL));
    }
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      ws_test_client_assert_text (fixture->clients[0], text);
      ws_test_client_assert_text (fixture->clients[0], text);
    }
}

static void
test_message (Fixture      *fixture,
              gconstpointer user_data)
{
  g_test_summary ("The program hears messages, of all topics or of one.");

  g_signal_connect (fixture->topics, "message", G_CALLBACK (message_cb), fixture);
  g_signal_connect (fixture->topics, "message::news", G_CALLBACK (message_cb), fixture);
  publish (fixture, "news", "one");
  publish (fixture, "other", "two");
  assert_seen (fixture, "message news 1 one\nmessage news 1 one\nmessage other 1 two\n");

  g_assert_true (ws_topics_subscribe (fixture->topics, NULL, "news", NULL));
  g_assert_true (ws_topics_subscribe (fixture->topics, NULL, "news", NULL));
  g_assert_cmpuint (ws_topics_count (fixture->topics, "news"), ==, 0);
  g_assert_cmpuint (ws_topics_get_n_subscriptions (fixture->topics), ==, 1);
  g_assert_true (ws_topics_unsubscribe (fixture->topics, NULL, "news"));
  g_assert_false (ws_topics_unsubscribe (fixture->topics, NULL, "news"));
  assert_seen (fixture, "subscribed - news\nunsubscribed - news\n");
}

static GBytes *
encode_cb (WsTopics    *topics,
           const char  *topic,
           WsDataFormat format,
           GBytes      *data,
           const char  *position,
           gpointer     user_data)
{
  char *text = g_strdup_printf ("{\"topic\":\"%s\",\"data\":\"%.*s\"}", topic, (int) g_bytes_get_size (data),
                                (const char *) g_bytes_get_data (data, NULL));

  ++*(guint *) user_data;
  return g_bytes_new_take (text, strlen (text));
}

static void
test_encode (Fixture      *fixture,
             gconstpointer user_data)
{
  guint n_calls = 0;

  g_test_summary ("What clients get is made once for a message; the program hears the message itself.");

  g_signal_connect (fixture->topics, "encode::news", G_CALLBACK (encode_cb), &n_calls);
  g_signal_connect (fixture->topics, "message", G_CALLBACK (message_cb), fixture);
  for (guint i = 0; i < N_CLIENTS; i++)
    subscribe (fixture, i, "news");
  subscribe (fixture, 0, "other");
  g_string_truncate (fixture->seen, 0);
  publish (fixture, "news", "one");
  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_client_assert_text (fixture->clients[i], "{\"topic\":\"news\",\"data\":\"one\"}");
  g_assert_cmpuint (n_calls, ==, 1);
  publish (fixture, "other", "two");
  ws_test_client_assert_text (fixture->clients[0], "two");
  assert_seen (fixture, "message news 1 one\nmessage other 1 two\n");
}

/* --- handlers that do anything --------------------------------------------------------------- */

static void
count_down_cb (WsTopics    *topics,
               const char  *topic,
               WsDataFormat format,
               GBytes      *data,
               const char  *position,
               Fixture     *fixture)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (data, NULL), g_bytes_get_size (data));
  int              number = atoi (text);

  if (number > 0)
    {
      g_autofree char *next = g_strdup_printf ("%d", number - 1);

      publish (fixture, topic, next);
    }
}

static void
test_nested (Fixture      *fixture,
             gconstpointer user_data)
{
  g_test_summary ("A handler publishes again; all clients get the messages in the same order.");

  for (guint i = 0; i < N_CLIENTS; i++)
    subscribe (fixture, i, "t");
  g_signal_connect (fixture->topics, "message", G_CALLBACK (count_down_cb), fixture);
  publish (fixture, "t", "32");
  for (guint i = 0; i < N_CLIENTS; i++)
    for (int number = 32; number >= 0; number--)
      {
        g_autofree char *text = g_strdup_printf ("%d", number);

        ws_test_client_assert_text (fixture->clients[i], text);
      }
}

static void
close_all_cb (WsTopics     *topics,
              WsConnection *connection,
              const char   *topic,
              Fixture      *fixture)
{
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      ws_topics_unsubscribe_all (topics, fixture->connections[i]);
      ws_connection_close (fixture->connections[i], 1000, "", NULL);
    }
}

static void
test_close_in_handler (Fixture      *fixture,
                       gconstpointer user_data)
{
  g_test_summary ("A handler of subscribed makes everybody leave and closes all.");

  subscribe (fixture, 0, "a");
  subscribe (fixture, 1, "b");
  g_signal_connect (fixture->topics, "subscribed", G_CALLBACK (close_all_cb), fixture);
  subscribe (fixture, 2, "c");
  g_assert_cmpuint (ws_topics_get_n_subscriptions (fixture->topics), ==, 0);
  for (guint i = 0; i < N_CLIENTS; i++)
    ws_test_client_assert_close (fixture->clients[i], 1000, "");
}

static void
drop_cb (WsTopics     *topics,
         WsConnection *connection,
         const char   *topic,
         Fixture      *fixture)
{
  g_clear_object (&fixture->topics);
}

static void
drop_in_message_cb (WsTopics    *topics,
                    const char  *topic,
                    WsDataFormat format,
                    GBytes      *data,
                    const char  *position,
                    Fixture     *fixture)
{
  g_clear_object (&fixture->topics);
}

static GBytes *
drop_in_encode_cb (WsTopics    *topics,
                   const char  *topic,
                   WsDataFormat format,
                   GBytes      *data,
                   const char  *position,
                   Fixture     *fixture)
{
  g_clear_object (&fixture->topics);
  return NULL;
}

static void
drop_by (Fixture    *fixture,
         const char *signal,
         GCallback   callback)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);
  WsTopics *topics = ws_topics_new (fixture->server->server, NULL);

  g_clear_object (&fixture->topics);
  fixture->topics = topics;
  g_object_add_weak_pointer (G_OBJECT (topics), (gpointer *) &topics);
  g_signal_connect (topics, signal, callback, fixture);
  ws_topics_subscribe (topics, fixture->connections[0], "t", NULL);
  if (topics != NULL)
    ws_topics_subscribe_pattern (topics, fixture->connections[0], "t.*", NULL);
  if (topics != NULL)
    ws_topics_publish (topics, "t", WS_DATA_FORMAT_TEXT, data, NULL);
  if (topics != NULL)
    ws_topics_unsubscribe_all (topics, fixture->connections[0]);
  g_assert_null (topics);
}

static void
test_drop_in_handler (Fixture      *fixture,
                      gconstpointer user_data)
{
  g_test_summary ("Handlers drop the last reference to the topics.");

  drop_by (fixture, "subscribed", G_CALLBACK (drop_cb));
  drop_by (fixture, "unsubscribed", G_CALLBACK (drop_cb));
  drop_by (fixture, "message", G_CALLBACK (drop_in_message_cb));
  drop_by (fixture, "encode", G_CALLBACK (drop_in_encode_cb));
}

static void
test_end_of_server (Fixture      *fixture,
                    gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);
  WsServer *server = ws_server_new ();
  WsTopics *topics = ws_topics_new (server, NULL);

  g_test_summary ("Topics outlive their server, and keep neither it nor a connection alive.");

  g_assert_finalize_object (server);
  g_assert_null (ws_topics_get_server (topics));
  g_assert_false (ws_topics_subscribe (topics, fixture->connections[0], "t", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_NOT_CONNECTED);
  g_assert_true (ws_topics_publish (topics, "t", WS_DATA_FORMAT_TEXT, data, NULL));
  g_assert_finalize_object (topics);
}

static void
test_other_server (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (WsTopics) topics = ws_topics_new (server, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A client of another server is refused.");

  g_assert_false (ws_topics_subscribe (topics, fixture->connections[0], "t", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
}

static void
test_shared_engine (Fixture      *fixture,
                    gconstpointer user_data)
{
  WsTopics *second = ws_topics_new (fixture->server->server, ws_topics_get_engine (fixture->topics));

  g_test_summary ("Two that share an engine share its messages; a client is in both.");

  subscribe (fixture, 0, "t");
  g_assert_true (ws_topics_subscribe (second, fixture->connections[0], "t", NULL));
  g_assert_true (ws_topics_subscribe (second, fixture->connections[1], "t", NULL));
  publish (fixture, "t", "one");
  assert_next (fixture, "one|one|-");
  ws_test_client_assert_text (fixture->clients[0], "one");
  g_assert_finalize_object (second);
  publish (fixture, "t", "two");
  assert_next (fixture, "two|-|-");
}

/* --- against a model ------------------------------------------------------------------------- */

#define N_TOPICS 10

static void
assert_as_model (Fixture *fixture,
                 gboolean model[N_CLIENTS][N_TOPICS])
{
  guint n_subscriptions = 0;

  for (guint t = 0; t < N_TOPICS; t++)
    {
      const char name[] = { (char) ('a' + t), '\0' };
      guint      n = 0;

      for (guint c = 0; c < N_CLIENTS; c++)
        n += model[c][t] ? 1 : 0;
      g_assert_cmpuint (ws_topics_count (fixture->topics, name), ==, n);
      n_subscriptions += n;
    }
  g_assert_cmpuint (ws_topics_get_n_subscriptions (fixture->topics), ==, n_subscriptions);
}

static void
test_model (Fixture      *fixture,
            gconstpointer user_data)
{
  gboolean model[N_CLIENTS][N_TOPICS] = { { FALSE } };

  g_test_summary ("Clients join and leave in random order, as a model does.");

  for (guint step = 0; step < 3000; step++)
    {
      guint      client = (guint) g_test_rand_int_range (0, N_CLIENTS);
      guint      topic = (guint) g_test_rand_int_range (0, N_TOPICS);
      const char name[] = { (char) ('a' + topic), '\0' };

      if (g_test_rand_bit ())
        {
          subscribe (fixture, client, name);
          model[client][topic] = TRUE;
        }
      else
        {
          g_assert_true (ws_topics_unsubscribe (fixture->topics, fixture->connections[client], name) ==
                         model[client][topic]);
          model[client][topic] = FALSE;
        }
      if (step % 100 != 0)
        continue;

      assert_as_model (fixture, model);
      publish (fixture, name, "x");
      for (guint c = 0; c < N_CLIENTS; c++)
        {
          g_assert_true (ws_connection_send_text (fixture->connections[c], "-", NULL));
          if (model[c][topic])
            ws_test_client_assert_text (fixture->clients[c], "x");
          ws_test_client_assert_text (fixture->clients[c], "-");
        }
    }
}

#define ADD(name, function) ws_test_add ("/integration/topics/" name, NULL, function)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("basics", test_basics);
  ADD ("lists", test_lists);
  ADD ("names", test_names);
  ADD ("data", test_data);
  ADD ("not-open", test_not_open);
  ADD ("disconnected", test_disconnected);
  ADD ("limit", test_limit);
  ADD ("patterns", test_patterns);
  ADD ("order", test_order);
  ADD ("message", test_message);
  ADD ("encode", test_encode);
  ADD ("nested", test_nested);
  ADD ("close-in-handler", test_close_in_handler);
  ADD ("drop-in-handler", test_drop_in_handler);
  ADD ("end-of-server", test_end_of_server);
  ADD ("other-server", test_other_server);
  ADD ("shared-engine", test_shared_engine);
  ADD ("model", test_model);

  return g_test_run ();
}
