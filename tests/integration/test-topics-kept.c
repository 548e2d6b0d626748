/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-fixture.h"

/* What is kept for clients that come, come back or are slow; engines with another end. */

#define PIECE_LENGTH 65536

typedef struct
{
  WsTestFixture base;
  WsTopics     *topics;
  GString      *seen;
} Fixture;

static void
skipped_cb (WsTopics     *topics,
            WsConnection *connection,
            const char   *topic,
            guint         n_messages,
            Fixture      *fixture)
{
  g_string_append_printf (fixture->seen, "skipped %s %s %u\n",
                          ws_connection_get_connection_id (connection), topic,
                          n_messages);
}

static void
gap_cb (WsTopics   *topics,
        const char *topic,
        const char *reason,
        Fixture    *fixture)
{
  g_string_append_printf (fixture->seen, "gap %s %s\n", topic != NULL ? topic : "-", reason);
}

static void
watch (Fixture *fixture)
{
  g_signal_connect (fixture->topics, "skipped", G_CALLBACK (skipped_cb), fixture);
  g_signal_connect (fixture->topics, "gap", G_CALLBACK (gap_cb), fixture);
}

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  ws_test_fixture_set_up (&fixture->base, user_data);
  fixture->topics = ws_topics_new (fixture->base.server->server, NULL);
  fixture->seen = g_string_new (NULL);
  watch (fixture);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_assert_finalize_object (fixture->topics);
  ws_test_fixture_tear_down (&fixture->base, user_data);
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
publish_numbers (Fixture    *fixture,
                 const char *topic,
                 guint       first,
                 guint       last)
{
  for (guint i = first; i <= last; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      publish (fixture, topic, text);
    }
}

static void
assert_numbers (WsTestClient *client,
                guint         first,
                guint         last)
{
  for (guint i = first; i <= last; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      ws_test_client_assert_text (client, text);
    }
}

/* Asserts that nothing else was sent to the client before. */
static void
assert_nothing (WsTestClient *client,
                WsConnection *connection)
{
  g_assert_true (ws_connection_send_text (connection, "-", NULL));
  ws_test_client_assert_text (client, "-");
}

static void
set_policy (Fixture      *fixture,
            const char   *prefix,
            WsTopicPolicy policy)
{
  ws_topics_set_policy (fixture->topics, prefix, &policy);
}

static void
subscribe (Fixture    *fixture,
           const char *topic)
{
  g_autoptr (GError) error = NULL;
  gboolean subscribed = ws_topics_subscribe (fixture->topics, fixture->base.connection, topic, &error);

  g_assert_no_error (error);
  g_assert_true (subscribed);
}

/* Returns whether all was recovered, and the position. */
static gboolean
subscribe_from (Fixture    *fixture,
                const char *topic,
                const char *since,
                char      **position)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean recovered = FALSE;

  ws_topics_subscribe_from_async (fixture->topics, fixture->base.connection, topic, since, NULL,
                                  ws_test_keep_result_cb, &result);
  ws_test_wait_until (result != NULL);
  ws_topics_subscribe_from_finish (fixture->topics, result, &recovered, position, &error);
  g_assert_no_error (error);
  g_clear_object (&result);
  ws_test_settle ();
  return recovered;
}

static void
test_latest (Fixture      *fixture,
             gconstpointer user_data)
{
  g_test_summary ("Who comes gets the newest message first, and once.");

  set_policy (fixture, "a.", (WsTopicPolicy){ .keep_latest = TRUE });
  publish_numbers (fixture, "a.x", 1, 3);
  publish_numbers (fixture, "b", 1, 3);
  subscribe (fixture, "a.x");
  subscribe (fixture, "b");
  publish (fixture, "a.x", "4");
  assert_numbers (fixture->base.client, 3, 4);
  subscribe (fixture, "a.x");
  assert_nothing (fixture->base.client, fixture->base.connection);
}

static void
test_longest_prefix (Fixture      *fixture,
                     gconstpointer user_data)
{
  g_test_summary ("The longest prefix counts, and a policy can be taken back.");

  set_policy (fixture, "a.b", (WsTopicPolicy){ .keep_latest = FALSE });
  set_policy (fixture, "", (WsTopicPolicy){ .keep_latest = TRUE });
  publish (fixture, "a.b.c", "1");
  publish (fixture, "a.c", "2");
  subscribe (fixture, "a.b.c");
  subscribe (fixture, "a.c");
  ws_test_client_assert_text (fixture->base.client, "2");
  ws_topics_set_policy (fixture->topics, "", NULL);
  publish (fixture, "x", "3");
  subscribe (fixture, "x");
  assert_nothing (fixture->base.client, fixture->base.connection);
}

static void
leave_and_miss (Fixture *fixture)
{
  g_assert_true (ws_topics_unsubscribe (fixture->topics, fixture->base.connection, "t"));
  publish_numbers (fixture, "t", 1, 50);
}

static void
test_recovery (Fixture      *fixture,
               gconstpointer user_data)
{
  g_autofree char *position = NULL;
  g_autofree char *newest = NULL;
  g_autofree char *again = NULL;

  g_test_summary ("Who comes back gets exactly what it has missed, then what follows, none twice.");

  set_policy (fixture, "t", (WsTopicPolicy){ .history_messages = 50 });
  g_assert_true (subscribe_from (fixture, "t", NULL, &position));
  leave_and_miss (fixture);
  g_assert_true (subscribe_from (fixture, "t", position, &newest));
  publish_numbers (fixture, "t", 51, 52);
  assert_numbers (fixture->base.client, 1, 52);
  assert_nothing (fixture->base.client, fixture->base.connection);
  g_assert_cmpstr (newest, !=, position);

  g_assert_true (ws_topics_unsubscribe (fixture->topics, fixture->base.connection, "t"));
  again = ws_topics_get_position (fixture->topics, "t");
  g_clear_pointer (&newest, g_free);
  g_assert_true (subscribe_from (fixture, "t", again, &newest));
  g_assert_cmpstr (again, ==, newest);
  assert_nothing (fixture->base.client, fixture->base.connection);
}

static void
assert_not_recovered (Fixture    *fixture,
                      const char *position)
{
  g_autofree char *newest = NULL;

  g_test_message ("%s", position);
  g_assert_false (subscribe_from (fixture, "t", position, &newest));
  assert_nothing (fixture->base.client, fixture->base.connection);
  g_assert_true (ws_topics_unsubscribe (fixture->topics, fixture->base.connection, "t"));
}

static void
test_not_recovered (Fixture      *fixture,
                    gconstpointer user_data)
{
  static const char *const wrong[] = { "", "x", ":", "0:0", "0123456789abcdef:50", "1:2:3", "-1:-1", "é" };
  g_autofree char         *position = NULL;
  g_autofree char         *newest = NULL;
  g_autofree char         *beyond = NULL;

  g_test_summary ("Outside of what is kept nothing is sent, and it is told.");

  set_policy (fixture, "t", (WsTopicPolicy){ .history_messages = 49 });
  g_assert_true (subscribe_from (fixture, "t", NULL, &position));
  leave_and_miss (fixture);
  assert_not_recovered (fixture, position);
  newest = ws_topics_get_position (fixture->topics, "t");
  beyond = g_strconcat (newest, "9", NULL);
  assert_not_recovered (fixture, beyond);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    assert_not_recovered (fixture, wrong[i]);

  ws_engine_emit_gap (ws_topics_get_engine (fixture->topics), "t", "test");
  assert_not_recovered (fixture, newest);
  g_assert_cmpstr (fixture->seen->str, ==, "gap t test\n");
}

static void
test_history_bytes (Fixture      *fixture,
                    gconstpointer user_data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *pattern = ws_test_pattern (PIECE_LENGTH);

  g_test_summary ("All topics together keep max-history-bytes; those that are silent lose theirs first.");

  set_policy (fixture, "", (WsTopicPolicy){ .history_messages = 10 });
  ws_topics_set_max_history_bytes (fixture->topics, 3 * PIECE_LENGTH);
  first = ws_topics_get_position (fixture->topics, "t");
  publish (fixture, "t", "1");
  second = ws_topics_get_position (fixture->topics, "u");
  for (guint i = 0; i < 3; i++)
    publish (fixture, "u", pattern);
  g_assert_cmpuint (ws_topics_get_n_topics (fixture->topics), ==, 0);
  assert_not_recovered (fixture, first);
}

static void
test_refused (Fixture      *fixture,
              gconstpointer user_data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who has subscribed cannot subscribe from a position.");

  subscribe (fixture, "t");
  ws_topics_subscribe_from_async (fixture->topics, fixture->base.connection, "t", NULL, NULL,
                                  ws_test_keep_result_cb,
                                  &result);
  ws_test_wait_until (result != NULL);
  g_assert_false (ws_topics_subscribe_from_finish (fixture->topics, result, NULL, NULL, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_ALREADY);
  g_clear_object (&result);
  ws_test_settle ();
}

/* --- slow clients ---------------------------------------------------------------------------- */

/* Publishes until n messages did not fit; returns how many did. The number stands at the start of each. */
static guint
fill (Fixture *fixture,
      guint    n_skipped)
{
  g_autofree char *pattern = ws_test_pattern (PIECE_LENGTH);
  guint            n_published = 0;
  guint64          queued;
  guint            n = 0;

  ws_test_client_set_reading (fixture->base.client, FALSE);
  for (n = 0; n < n_skipped; n_published++)
    {
      memcpy (pattern,
              (char[]){ (char) ('0' + n_published / 100 % 10), (char) ('0' + n_published / 10 % 10),
                        (char) ('0' + n_published % 10) },
              3);
      queued = ws_connection_get_messages_sent (fixture->base.connection);
      publish (fixture, "t", pattern);
      if (ws_connection_get_messages_sent (fixture->base.connection) == queued)
        n++;
    }
  return n_published - n_skipped;
}

static void
assert_piece (WsTestClient *client,
              guint         number)
{
  WsOpcode opcode = WS_OPCODE_CONTINUATION;
  g_autoptr (GBytes) message = ws_test_client_read_message (client, &opcode);
  g_autofree char *text = g_strndup (g_bytes_get_data (message, NULL), 3);

  g_assert_cmpuint (g_ascii_strtoull (text, NULL, 10), ==, number);
}

static void
test_skip (Fixture      *fixture,
           gconstpointer user_data)
{
  guint n;

  g_test_summary ("A client that does not read misses messages, and is told how many, once.");

  subscribe (fixture, "t");
  n = fill (fixture, 5);
  g_assert_cmpstr (fixture->seen->str, ==, "");
  ws_test_client_set_reading (fixture->base.client, TRUE);
  for (guint i = 0; i < n; i++)
    assert_piece (fixture->base.client, i);
  ws_test_wait_until (fixture->seen->len > 0);
  g_assert_cmpstr (fixture->seen->str, ==, "skipped 1 t 5\n");
  g_assert_cmpuint (ws_topics_get_n_skipped (fixture->topics), ==, 5);
  publish (fixture, "t", "next");
  ws_test_client_assert_text (fixture->base.client, "next");
  g_assert_cmpstr (fixture->seen->str, ==, "skipped 1 t 5\n");
}

static void
test_slow_latest (Fixture      *fixture,
                  gconstpointer user_data)
{
  guint n;

  g_test_summary ("With LATEST it gets the newest when there is room, and the others are counted.");

  set_policy (fixture, "t", (WsTopicPolicy){ .slow = WS_TOPIC_SLOW_LATEST });
  subscribe (fixture, "t");
  n = fill (fixture, 5);
  ws_test_client_set_reading (fixture->base.client, TRUE);
  for (guint i = 0; i < n; i++)
    assert_piece (fixture->base.client, i);
  assert_piece (fixture->base.client, n + 4);
  ws_test_wait_until (fixture->seen->len > 0);
  g_assert_cmpstr (fixture->seen->str, ==, "skipped 1 t 4\n");
  assert_nothing (fixture->base.client, fixture->base.connection);
}

static void
test_slow_close (Fixture      *fixture,
                 gconstpointer user_data)
{
  g_autoptr (WsTestClient) other = ws_test_server_open (fixture->base.server);
  WsConnection *second;
  guint         n;

  g_test_summary ("With CLOSE the connection is closed with 1013, and others get everything.");

  set_policy (fixture, "t", (WsTopicPolicy){ .slow = WS_TOPIC_SLOW_CLOSE });
  subscribe (fixture, "t");
  n = fill (fixture, 1);
  second = ws_test_server_get (fixture->base.server, 2);
  g_assert_true (ws_topics_subscribe (fixture->topics, second, "t", NULL));
  publish (fixture, "t", "more");
  ws_test_client_assert_text (other, "more");
  ws_test_client_set_reading (fixture->base.client, TRUE);
  for (guint i = 0; i < n; i++)
    assert_piece (fixture->base.client, i);
  ws_test_client_assert_close (fixture->base.client, 1013, NULL);
}

static void
drop_topics_cb (WsTopics     *topics,
                WsConnection *connection,
                const char   *topic,
                guint         n_messages,
                Fixture      *fixture)
{
  ws_topics_unsubscribe_all (topics, connection);
  ws_connection_close (connection, 1000, "", NULL);
  g_string_append (fixture->seen, "closed\n");
}

static void
test_slow_handler (Fixture      *fixture,
                   gconstpointer user_data)
{
  guint n;

  g_test_summary ("A handler of skipped unsubscribes and closes.");

  set_policy (fixture, "t", (WsTopicPolicy){ .slow = WS_TOPIC_SLOW_LATEST });
  subscribe (fixture, "t");
  g_signal_connect (fixture->topics, "skipped", G_CALLBACK (drop_topics_cb), fixture);
  n = fill (fixture, 3);
  ws_test_client_set_reading (fixture->base.client, TRUE);
  for (guint i = 0; i < n; i++)
    assert_piece (fixture->base.client, i);
  assert_piece (fixture->base.client, n + 2);
  ws_test_client_assert_close (fixture->base.client, 1000, "");
  g_assert_cmpstr (fixture->seen->str, ==, "skipped 1 t 2\nclosed\n");
}

static void
test_slow_end (Fixture      *fixture,
               gconstpointer user_data)
{
  g_test_summary ("A client that is slow and goes leaves nothing behind.");

  set_policy (fixture, "t", (WsTopicPolicy){ .slow = WS_TOPIC_SLOW_LATEST });
  subscribe (fixture, "t");
  fill (fixture, 3);
  ws_test_client_reset (fixture->base.client);
  ws_test_server_wait_for (fixture->base.server, "disconnected #1");
  g_assert_cmpuint (ws_topics_get_n_subscriptions (fixture->topics), ==, 0);
}

/* --- an engine with another end -------------------------------------------------------------- */

#define TEST_TYPE_ENGINE (test_engine_get_type ())
G_DECLARE_FINAL_TYPE (TestEngine, test_engine, TEST, ENGINE, GObject)

/* Brings nothing back, and takes what calls say it takes. */
struct _TestEngine
{
  GObject       parent_instance;
  WsEngineState state;
  GString      *calls;
  gboolean      refuses;
};

enum
{
  PROP_STATE = 1,
};

static void test_engine_interface_init (WsEngineInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestEngine,
                               test_engine,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (WS_TYPE_ENGINE, test_engine_interface_init))

static void
set_state (TestEngine   *self,
           WsEngineState state)
{
  self->state = state;
  g_object_notify (G_OBJECT (self), "state");
}

static void
start_test (WsEngine *engine)
{
  g_string_append (TEST_ENGINE (engine)->calls, "start\n");
  set_state (TEST_ENGINE (engine), WS_ENGINE_STATE_CONNECTING);
}

static void
stop_test (WsEngine *engine)
{
  g_string_append (TEST_ENGINE (engine)->calls, "stop\n");
}

static gboolean
take_call (TestEngine *self,
           const char *what,
           const char *topic,
           GError    **error)
{
  if (self->refuses)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_ENGINE_UNAVAILABLE, "refused");
      return FALSE;
    }

  g_string_append_printf (self->calls, "%s %s\n", what, topic);
  return TRUE;
}

static gboolean
subscribe_test (WsEngine   *engine,
                const char *topic,
                GError    **error)
{
  return take_call (TEST_ENGINE (engine), "subscribe", topic, error);
}

static void
unsubscribe_test (WsEngine   *engine,
                  const char *topic)
{
  g_string_append_printf (TEST_ENGINE (engine)->calls, "unsubscribe %s\n", topic);
}

static gboolean
publish_test (WsEngine    *engine,
              const char  *topic,
              WsDataFormat format,
              GBytes      *data,
              GError     **error)
{
  return take_call (TEST_ENGINE (engine), "publish", topic, error);
}

static void
test_engine_interface_init (WsEngineInterface *iface)
{
  iface->start = start_test;
  iface->stop = stop_test;
  iface->subscribe = subscribe_test;
  iface->unsubscribe = unsubscribe_test;
  iface->publish = publish_test;
}

static void
test_engine_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  g_value_set_enum (value, TEST_ENGINE (object)->state);
}

static void
test_engine_finalize (GObject *object)
{
  g_string_free (TEST_ENGINE (object)->calls, TRUE);
  G_OBJECT_CLASS (test_engine_parent_class)->finalize (object);
}

static void
test_engine_class_init (TestEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_engine_get_property;
  object_class->finalize = test_engine_finalize;
  g_object_class_override_property (object_class, PROP_STATE, "state");
}

static void
test_engine_init (TestEngine *self)
{
  self->calls = g_string_new (NULL);
}

static TestEngine *
use_test_engine (Fixture *fixture)
{
  g_autoptr (TestEngine) engine = g_object_new (TEST_TYPE_ENGINE, NULL);

  g_assert_finalize_object (fixture->topics);
  fixture->topics = ws_topics_new (fixture->base.server->server, WS_ENGINE (engine));
  watch (fixture);
  return engine;
}

static void
assert_calls (TestEngine *engine,
              const char *calls)
{
  g_assert_cmpstr (engine->calls->str, ==, calls);
  g_string_truncate (engine->calls, 0);
}

static void
test_wishes (Fixture      *fixture,
             gconstpointer user_data)
{
  TestEngine *engine = use_test_engine (fixture);
  g_autoptr (WsTestClient) other = ws_test_server_open (fixture->base.server);
  WsConnection *second = ws_test_server_get (fixture->base.server, 2);

  g_test_summary ("The engine is asked once for a topic, and told a little after the last client has left.");

  assert_calls (engine, "start\n");
  subscribe (fixture, "t");
  g_assert_true (ws_topics_subscribe (fixture->topics, second, "t", NULL));
  g_assert_true (ws_topics_subscribe_pattern (fixture->topics, second, "t.*", NULL));
  ws_topics_unsubscribe_all (fixture->topics, fixture->base.connection);
  ws_topics_unsubscribe_all (fixture->topics, second);
  subscribe (fixture, "t");
  ws_topics_unsubscribe_all (fixture->topics, fixture->base.connection);
  assert_calls (engine, "subscribe t\n");
  ws_test_wait_until (engine->calls->len > 0);
  assert_calls (engine, "unsubscribe t\n");
  g_assert_cmpuint (ws_topics_get_n_topics (fixture->topics), ==, 0);
}

static void
test_without_echo (Fixture      *fixture,
                   gconstpointer user_data)
{
  TestEngine *engine = use_test_engine (fixture);
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What an engine does not bring back is delivered here once it has taken it.");

  subscribe (fixture, "t");
  publish (fixture, "t", "one");
  ws_test_client_assert_text (fixture->base.client, "one");
  set_policy (fixture, "local", (WsTopicPolicy){ .local_only = TRUE });
  subscribe (fixture, "local.t");
  publish (fixture, "local.t", "two");
  ws_test_client_assert_text (fixture->base.client, "two");
  assert_calls (engine, "start\nsubscribe t\npublish t\n");

  engine->refuses = TRUE;
  g_assert_false (ws_topics_publish (fixture->topics, "t", WS_DATA_FORMAT_TEXT, data, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_ENGINE_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (ws_topics_subscribe (fixture->topics, fixture->base.connection, "u", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_ENGINE_UNAVAILABLE);
  g_assert_cmpuint (ws_topics_count (fixture->topics, "u"), ==, 0);
  assert_nothing (fixture->base.client, fixture->base.connection);
}

static void
notify_cb (WsTopics   *topics,
           GParamSpec *pspec,
           gpointer    user_data)
{
  *(WsEngineState *) user_data = ws_topics_get_state (topics);
}

static void
test_state_and_gap (Fixture      *fixture,
                    gconstpointer user_data)
{
  TestEngine   *engine = use_test_engine (fixture);
  WsEngineState state = WS_ENGINE_STATE_OFFLINE;

  g_test_summary ("The state is the engine's; with CLOSE the clients of a topic connect again after a gap.");

  g_assert_cmpint (ws_topics_get_state (fixture->topics), ==, WS_ENGINE_STATE_CONNECTING);
  g_signal_connect (fixture->topics, "notify::state", G_CALLBACK (notify_cb), &state);
  set_state (engine, WS_ENGINE_STATE_READY);
  g_assert_cmpint (state, ==, WS_ENGINE_STATE_READY);

  set_policy (fixture, "strict", (WsTopicPolicy){ .gap = WS_TOPIC_GAP_CLOSE });
  subscribe (fixture, "t");
  subscribe (fixture, "strict");
  ws_engine_emit_gap (WS_ENGINE (engine), "t", "one");
  assert_nothing (fixture->base.client, fixture->base.connection);
  ws_engine_emit_gap (WS_ENGINE (engine), NULL, "restarted");
  ws_test_client_assert_close (fixture->base.client, 1012, NULL);
  g_assert_cmpstr (fixture->seen->str, ==, "gap t one\ngap - restarted\n");
}

/* --- many clients ---------------------------------------------------------------------------- */

#define N_MANY 1200
#define N_ROUNDS 5

static gboolean
count_cb (gpointer n_ticks)
{
  ++*(guint *) n_ticks;
  return G_SOURCE_CONTINUE;
}

static void
test_slices (Fixture      *fixture,
             gconstpointer user_data)
{
  WsTestClient *clients[N_MANY];
  WsConnection *connection;
  guint         n_ticks = 0;
  guint         ticker;

  g_test_summary ("A delivery to many goes on from the main loop, in order.");

  for (guint i = 0; i < N_MANY; i++)
    {
      clients[i] = ws_test_server_open (fixture->base.server);
      connection = ws_test_server_get (fixture->base.server, i + 2);
      g_assert_true (ws_topics_subscribe (fixture->topics, connection, "t", NULL));
    }
  ticker = g_timeout_add (1, count_cb, &n_ticks);
  publish_numbers (fixture, "t", 1, N_ROUNDS);
  subscribe (fixture, "t");
  ws_topics_unsubscribe_all (fixture->topics, ws_test_server_get (fixture->base.server, N_MANY + 1));
  publish_numbers (fixture, "t", N_ROUNDS + 1, N_ROUNDS + 1);
  for (guint i = 0; i < N_MANY - 1; i++)
    assert_numbers (clients[i], 1, N_ROUNDS + 1);
  assert_numbers (fixture->base.client, N_ROUNDS + 1, N_ROUNDS + 1);
  g_assert_cmpuint (n_ticks, >, 0);
  g_assert_cmpuint (ws_topics_count (fixture->topics, "t"), ==, N_MANY);
  g_source_remove (ticker);
  for (guint i = 0; i < N_MANY; i++)
    ws_test_client_free (clients[i]);
}

#define ADD(name, settings, function) ws_test_add ("/integration/topics-kept/" name, settings, function)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("latest", NULL, test_latest);
  ADD ("longest-prefix", NULL, test_longest_prefix);
  ADD ("recovery", NULL, test_recovery);
  ADD ("not-recovered", NULL, test_not_recovered);
  ADD ("history-bytes", NULL, test_history_bytes);
  ADD ("refused", NULL, test_refused);
  ADD ("skip", NULL, test_skip);
  ADD ("slow-latest", NULL, test_slow_latest);
  ADD ("slow-close", NULL, test_slow_close);
  ADD ("slow-handler", NULL, test_slow_handler);
  ADD ("slow-end", NULL, test_slow_end);
  ADD ("wishes", NULL, test_wishes);
  ADD ("without-echo", NULL, test_without_echo);
  ADD ("state-and-gap", NULL, test_state_and_gap);
  ADD ("slices", "MaxConnections=2000", test_slices);

  return g_test_run ();
}
