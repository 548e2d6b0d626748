/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-broker.h"
#include "ws-test-wait.h"

#include <wsserver-engines/wsserver-engines.h>

#include <signal.h>
#include <string.h>

#define PASSWORD "pass,w0rd"

static WsTestBroker *
make_redis (const char *more)
{
  const guint16    port = ws_test_find_port ();
  char            *folder = g_dir_make_tmp ("ws-redis-XXXXXX", NULL);
  g_autofree char *line = NULL;
  char           **arguments = NULL;

  g_assert_nonnull (folder);
  line = g_strdup_printf ("redis-server --port %u --bind 127.0.0.1 --save '' --appendonly no --dir %s %s",
                          port, folder,
                          more);
  g_assert_true (g_shell_parse_argv (line, NULL, &arguments, NULL));
  return ws_test_broker_new (port, folder, arguments);
}

static WsTestRecord *
make_engine (guint16 port)
{
  g_autofree char *uri = g_strdup_printf ("redis://127.0.0.1:%u", port);
  WsRedisEngine   *engine = ws_redis_engine_new (uri);

  g_object_set (engine, "max-retry-delay", 100, NULL);
  return ws_test_record_new (engine);
}

static void
publish (WsTestRecord *record,
         const char   *topic,
         const char   *text)
{
  g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  ws_engine_publish (WS_ENGINE (record->engine), topic, WS_DATA_FORMAT_TEXT, data, &error);
  g_assert_no_error (error);
}

static void
subscribe (WsTestRecord *record,
           const char   *topic)
{
  g_autoptr (GError) error = NULL;

  ws_engine_subscribe (WS_ENGINE (record->engine), topic, &error);
  g_assert_no_error (error);
}

static gboolean
has (WsTestRecord *record,
     const char   *text)
{
  return strstr (record->seen->str, text) != NULL;
}

static gboolean
is_in (WsTestRecord *record,
       WsEngineState state)
{
  return ws_engine_get_state (WS_ENGINE (record->engine)) == state;
}

static void
start (WsTestRecord *record)
{
  ws_engine_start (WS_ENGINE (record->engine));
}

static void
stop (WsTestRecord *record)
{
  ws_engine_stop (WS_ENGINE (record->engine));
}

static guint64
count_dropped (WsTestRecord *record)
{
  guint64 n;

  g_object_get (record->engine, "n-dropped", &n, NULL);
  return n;
}

/* What redis-cli answers, without the line's end. */
static char *
run_cli (WsTestBroker *redis,
         const char   *command)
{
  g_autofree char *line = g_strdup_printf ("redis-cli -p %u %s", redis->port, command);
  g_autoptr (GError) error = NULL;
  char *answer = NULL;

  g_spawn_command_line_sync (line, &answer, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_strchomp (answer);
}

static void
test_messages (void)
{
  g_autoptr (WsTestBroker) redis = NULL;
  g_autoptr (WsTestRecord) record = NULL;
  g_autofree char *large = g_strnfill (1024 * 1024, 'x');
  g_autofree char *answer = NULL;
  g_autoptr (GString) expected = g_string_new ("state 1\nstate 2\nsubscribed news\n");

  g_test_summary ("Messages come back in order, those of other programs too; empty and large ones as well.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("");
  ws_test_broker_start (redis);
  record = make_engine (redis->port);
  start (record);
  ws_test_wait_until (is_in (record, WS_ENGINE_STATE_READY));

  /* Published in the same turn: the message waits for the subscription. */
  subscribe (record, "news");
  publish (record, "news", "first");
  publish (record, "other", "nobody wants it");
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      publish (record, "news", text);
      g_string_append_printf (expected,
                              i == 0 ? "message news first\nmessage news %u\n" : "message news %u\n", i);
    }
  publish (record, "news", "");
  ws_test_wait_until (record->n_messages == 1002);
  g_string_append (expected, "message news \n");
  g_assert_cmpstr (record->seen->str, ==, expected->str);

  g_string_truncate (record->seen, 0);
  publish (record, "news", large);
  ws_test_wait_until (record->n_messages == 1003);
  g_assert_cmpstr (record->seen->str, ==, "message news 1048576 b561f87202d04959e37588ee05cf5b10\n");
  answer = run_cli (redis, "PUBLISH ws.news hello");
  g_assert_cmpstr (answer, ==, "1");
  ws_test_wait_until (has (record, "message news hello\n"));
  stop (record);
  g_assert_cmpuint (count_dropped (record), ==, 0);
  g_assert_cmpuint (record->n_errors + record->n_gaps, ==, 0);
}

static void
test_unsubscribing (void)
{
  g_autoptr (WsTestBroker) redis = NULL;
  g_autoptr (WsTestRecord) record = NULL;
  g_autofree char *one = NULL;
  gboolean         gone = FALSE;

  g_test_summary ("A topic is subscribed to once, lingers, and is given up when nobody wants it any more.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("");
  ws_test_broker_start (redis);
  record = make_engine (redis->port);
  start (record);
  subscribe (record, "news");
  subscribe (record, "news");
  ws_test_wait_until (record->n_subscribed == 1);
  one = run_cli (redis, "PUBSUB NUMSUB ws.news");
  g_assert_cmpstr (one, ==, "ws.news\n1");

  ws_engine_unsubscribe (WS_ENGINE (record->engine), "news");
  ws_engine_unsubscribe (WS_ENGINE (record->engine), "news");
  g_free (run_cli (redis, "PUBLISH ws.news unwanted"));
  subscribe (record, "news");
  ws_test_wait_until (record->n_subscribed == 2);
  publish (record, "news", "wanted");
  ws_test_wait_until (has (record, "message news wanted\n"));

  ws_engine_unsubscribe (WS_ENGINE (record->engine), "news");
  while (!gone)
    {
      g_autofree char *answer = run_cli (redis, "PUBSUB NUMSUB ws.news");

      gone = g_str_equal (answer, "ws.news\n0");
      ws_test_run_ms (50);
    }
  subscribe (record, "news");
  ws_test_wait_until (record->n_subscribed == 3);
  stop (record);
}

static void
test_absent (void)
{
  g_autoptr (WsTestBroker) redis = NULL;
  g_autoptr (WsTestRecord) record = NULL;

  g_test_summary ("Without a server the engine is CONNECTING and queues; when the server comes, "
                  "all arrives in order.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("");
  record = make_engine (redis->port);
  start (record);
  subscribe (record, "news");
  publish (record, "news", "a");
  publish (record, "news", "b");
  ws_test_run_ms (100);
  g_assert_true (is_in (record, WS_ENGINE_STATE_CONNECTING));
  ws_test_broker_start (redis);
  ws_test_wait_until (record->n_messages == 2);
  g_assert_cmpstr (record->seen->str, ==,
                   "state 1\nsubscribed news\nstate 2\nmessage news a\nmessage news b\n");
  stop (record);
}

static void
test_killed (void)
{
  g_autoptr (WsTestBroker) redis = NULL;
  g_autoptr (WsTestRecord) record = NULL;
  g_autofree char *answer = NULL;

  g_test_summary ("A server that is killed and comes back: a gap is told, and 1,000 topics are there again.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("");
  ws_test_broker_start (redis);
  record = make_engine (redis->port);
  start (record);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *topic = g_strdup_printf ("topic.%u", i);

      subscribe (record, topic);
    }
  ws_test_wait_until (is_in (record, WS_ENGINE_STATE_READY));
  g_assert_cmpuint (record->n_subscribed, ==, 1000);

  for (guint round = 1; round <= 3; round++)
    {
      ws_test_broker_kill (redis);
      ws_test_wait_until (is_in (record, WS_ENGINE_STATE_CONNECTING));
      publish (record, "topic.999", "queued");
      ws_test_broker_start (redis);
      ws_test_wait_until (record->n_messages == round);
      g_assert_cmpuint (record->n_gaps, ==, round);
      g_assert_cmpuint (record->n_subscribed, ==, 1000 * (round + 1));
    }
  answer = run_cli (redis, "PUBSUB CHANNELS ws.topic.5*");
  g_assert_cmpuint (strlen (answer), >, 100);
  stop (record);
}

static void
test_hung (void)
{
  g_autoptr (WsTestBroker) redis = NULL;
  g_autoptr (WsTestRecord) record = NULL;
  g_autoptr (GBytes) data = g_bytes_new_static ("0123456789", 10);
  WsTestGapWatch watch;
  gint64         begin;
  gint64         lost;
  guint          n_taken = 0;

  g_test_summary ("A server that hangs is noticed; the loop goes on, the queue is limited, "
                  "and all works when it goes on.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("");
  ws_test_broker_start (redis);
  record = make_engine (redis->port);
  g_object_set (record->engine, "ping-interval", 1000, "publish-queue-bytes", 13800, NULL);
  start (record);
  subscribe (record, "news");
  ws_test_wait_until (is_in (record, WS_ENGINE_STATE_READY));
  ws_test_run_ms (1500);
  g_assert_true (is_in (record, WS_ENGINE_STATE_READY));

  ws_test_gap_watch_begin (&watch);
  ws_test_broker_signal (redis, SIGSTOP);
  begin = g_get_monotonic_time ();
  ws_test_wait_until (is_in (record, WS_ENGINE_STATE_CONNECTING));
  lost = g_get_monotonic_time () - begin;
  /* The system accepts connections for a server that hangs. */
  for (guint i = 0; i < 30; i++)
    {
      while (ws_engine_publish (WS_ENGINE (record->engine), "news", WS_DATA_FORMAT_TEXT, data, NULL))
        n_taken++;
      ws_test_run_ms (50);
      g_assert_false (is_in (record, WS_ENGINE_STATE_READY));
    }
  ws_test_gap_watch_end (&watch);
  g_test_message ("noticed after %d ms; longest turn of the loop %d us", (int) (lost / 1000),
                  (int) watch.longest_us);
  g_assert_cmpint (lost, <, 5 * G_USEC_PER_SEC);
  g_assert_cmpint (watch.longest_us, <, G_USEC_PER_SEC);
  /* Each counts 10 bytes and 128 more. */
  g_assert_cmpuint (n_taken, ==, 100);
  g_assert_cmpuint (count_dropped (record), ==, 30);

  ws_test_broker_signal (redis, SIGCONT);
  ws_test_wait_until (record->n_messages == 100);
  g_assert_cmpuint (record->n_gaps, ==, 1);
  stop (record);
}

static void
test_password (void)
{
  g_autoptr (WsTestBroker) redis = NULL;
  g_autoptr (WsTestRecord) record = NULL;
  g_autofree char *shown = NULL;

  g_test_summary ("A password that is refused is an error without the password; once it is right, "
                  "the engine is ready.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("--requirepass another");
  ws_test_broker_start (redis);
  record = make_engine (redis->port);
  g_object_set (record->engine, "password", PASSWORD, NULL);
  start (record);
  subscribe (record, "news");
  ws_test_wait_until (is_in (record, WS_ENGINE_STATE_FAILED));
  ws_test_run_ms (300);
  g_assert_true (is_in (record, WS_ENGINE_STATE_FAILED));
  g_assert_cmpstr (record->seen->str, ==, "state 1\nstate 3\nerror 10013\n");
  g_assert_nonnull (strstr (record->texts->str, "WRONGPASS"));
  g_assert_null (strstr (record->texts->str, PASSWORD));

  g_free (run_cli (redis, "-a another --no-auth-warning CONFIG SET requirepass " PASSWORD));
  ws_test_wait_until (is_in (record, WS_ENGINE_STATE_READY));
  stop (record);

  g_object_set (record->engine, "password", NULL, "uri", "redis://me:secret@h,rediss://:p%2Cq@h", NULL);
  g_object_get (record->engine, "uri", &shown, NULL);
  g_assert_cmpstr (shown, ==, "redis://me@h,rediss://@h");
}

static void
test_uris (void)
{
  static const char *const wrong[] = {
    "",
    "redis",
    "http://127.0.0.1",
    "redis://",
    "redis://127.0.0.1:0",
    "redis://127.0.0.1:99999",
    "redis://127.0.0.1/x",
    "redis://:secret@127.0.0.1/-1",
    "redis://127.0.0.1,",
    "redis://127.0.0.1?db=secret",
    "unix:relative",
    "redis://:sec/ret@127.0.0.1",
  };

  g_test_summary ("A URI that is not accepted is an error that says what is wrong without repeating it.");

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (WsTestRecord) record = ws_test_record_new (ws_redis_engine_new (wrong[i]));

      start (record);
      g_assert_cmpstr (record->seen->str, ==, "state 3\nerror 10022\n");
      g_assert_null (strstr (record->texts->str, "sec"));
      subscribe (record, "news");
      publish (record, "news", "x");
      stop (record);
    }
}

static void
test_several_servers (void)
{
  g_autoptr (WsTestBroker) redis = NULL;
  g_autoptr (WsTestRecord) record = NULL;
  g_autofree char *uri = NULL;

  g_test_summary ("Of several servers, the first one that is there is used; a Unix socket can be one.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("--unixsocket redis.sock");
  ws_test_broker_start (redis);
  uri = g_strdup_printf ("redis://127.0.0.1:%u,unix:%s/redis.sock", ws_test_find_port (), redis->folder);
  record = ws_test_record_new (ws_redis_engine_new (uri));
  g_object_set (record->engine, "prefix", "", "database", 3, NULL);
  start (record);
  subscribe (record, "news");
  ws_test_wait_until (is_in (record, WS_ENGINE_STATE_READY));
  g_free (run_cli (redis, "PUBLISH news hello"));
  ws_test_wait_until (has (record, "message news hello\n"));
  stop (record);
}

static void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_publishing_async (void)
{
  g_autoptr (WsTestBroker) redis = NULL;
  g_autoptr (WsTestRecord) record = NULL;
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *results[2] = { NULL };
  g_autoptr (GError) error = NULL;
  WsEngine *engine;

  g_test_summary ("publish_async ends when Redis has the message, or when it is cancelled in the queue.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("");
  record = make_engine (redis->port);
  engine = WS_ENGINE (record->engine);
  start (record);
  subscribe (record, "news");
  ws_engine_publish_async (engine, "news", WS_DATA_FORMAT_TEXT, data, cancellable, keep_result_cb,
                           &results[0]);
  ws_engine_publish_async (engine, "news", WS_DATA_FORMAT_TEXT, data, NULL, keep_result_cb, &results[1]);
  g_cancellable_cancel (cancellable);
  ws_test_wait_until (results[0] != NULL);
  g_assert_false (ws_engine_publish_finish (engine, results[0], NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (results[1]);

  ws_test_broker_start (redis);
  ws_test_wait_until (results[1] != NULL);
  g_assert_true (ws_engine_publish_finish (engine, results[1], NULL, &error));
  g_assert_no_error (error);
  ws_test_wait_until (record->n_messages == 1);
  ws_test_run_ms (20);
  g_assert_cmpuint (record->n_messages, ==, 1);
  g_object_unref (results[0]);
  g_object_unref (results[1]);
  stop (record);
}

static void
test_queue_age (void)
{
  g_autoptr (WsTestRecord) record = make_engine (ws_test_find_port ());

  g_test_summary ("What has waited too long is dropped, counted and told.");

  g_object_set (record->engine, "publish-queue-seconds", 1, NULL);
  start (record);
  publish (record, "news", "x");
  publish (record, "news", "y");
  ws_test_wait_until (count_dropped (record) == 2);
  g_assert_cmpuint (record->n_errors, ==, 1);
  stop (record);
}

/* How often a message has to come back through the other engine. */
static void
test_two_processes (void)
{
  g_autoptr (WsTestBroker) redis = NULL;
  g_autoptr (WsTestRecord) one = NULL;
  g_autoptr (WsTestRecord) other = NULL;

  g_test_summary ("What one engine publishes reaches the other, "
                  "also what was published just before it is stopped.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("");
  ws_test_broker_start (redis);
  one = make_engine (redis->port);
  other = make_engine (redis->port);
  start (one);
  start (other);
  subscribe (other, "news");
  ws_test_wait_until (is_in (one, WS_ENGINE_STATE_READY) && is_in (other, WS_ENGINE_STATE_READY));
  for (guint i = 0; i < 500; i++)
    publish (one, "news", "x");
  stop (one);
  ws_test_wait_until (other->n_messages == 500);
  stop (other);
}

static void
stop_cb (WsEngine *engine,
         ...)
{
  ws_engine_stop (engine);
}

static void
test_handlers (void)
{
  g_autoptr (WsTestBroker) redis = NULL;

  g_test_summary ("A handler of any signal may stop the engine.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("");
  ws_test_broker_start (redis);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const signals[] = { "message", "subscribed", "notify::state" };
      g_autoptr (WsTestRecord) record = make_engine (redis->port);

      start (record);
      subscribe (record, "news");
      publish (record, "news", "x");
      publish (record, "news", "y");
      if (i == 2)
        ws_test_wait_until (is_in (record, WS_ENGINE_STATE_READY));
      g_signal_connect (record->engine, signals[i], G_CALLBACK (stop_cb), NULL);
      if (i == 2)
        {
          publish (record, "news", "z");
          ws_test_broker_kill (redis);
          g_signal_handlers_disconnect_matched (record->engine, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, stop_cb,
                                                NULL);
          g_signal_connect_swapped (record->engine, "error", G_CALLBACK (ws_engine_stop), record->engine);
          ws_test_wait_until (!is_in (record, WS_ENGINE_STATE_READY));
          if (!is_in (record, WS_ENGINE_STATE_OFFLINE))
            stop (record);
        }
      ws_test_wait_until (is_in (record, WS_ENGINE_STATE_OFFLINE));
    }
}

static void
test_slow (void)
{
  g_autoptr (WsTestBroker) redis = NULL;
  g_autoptr (WsTestRecord) record = NULL;
  g_autofree char *script = NULL;

  g_test_summary ("Redis closes a connection that does not keep up: the engine tells a gap and goes on.");
  if (!ws_test_broker_is_there ("redis-server"))
    return;

  redis = make_redis ("--client-output-buffer-limit 'pubsub 1mb 1mb 1'");
  ws_test_broker_start (redis);
  record = make_engine (redis->port);
  start (record);
  subscribe (record, "news");
  ws_test_wait_until (is_in (record, WS_ENGINE_STATE_READY));
  /* This process does not read meanwhile. */
  script = run_cli (redis, "EVAL \"local x = string.rep('x', 100000) for i = 1, 300 do redis.call('PUBLISH', "
                           "'ws.news', x) end\" 0");
  ws_test_wait_until (record->n_gaps == 1);
  publish (record, "news", "later");
  ws_test_wait_until (has (record, "message news later\n"));
  stop (record);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engines/redis-engine/messages", test_messages);
  g_test_add_func ("/engines/redis-engine/unsubscribing", test_unsubscribing);
  g_test_add_func ("/engines/redis-engine/absent", test_absent);
  g_test_add_func ("/engines/redis-engine/killed", test_killed);
  g_test_add_func ("/engines/redis-engine/hung", test_hung);
  g_test_add_func ("/engines/redis-engine/password", test_password);
  g_test_add_func ("/engines/redis-engine/uris", test_uris);
  g_test_add_func ("/engines/redis-engine/several-servers", test_several_servers);
  g_test_add_func ("/engines/redis-engine/publishing-async", test_publishing_async);
  g_test_add_func ("/engines/redis-engine/queue-age", test_queue_age);
  g_test_add_func ("/engines/redis-engine/two-processes", test_two_processes);
  g_test_add_func ("/engines/redis-engine/handlers", test_handlers);
  g_test_add_func ("/engines/redis-engine/slow", test_slow);

  return g_test_run ();
}
