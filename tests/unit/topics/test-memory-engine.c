/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-memory-engine.h"

#include "wsserver/base/ws-error.h"
#include "wsserver/topics/ws-engine.h"

#include <string.h>

/* What an engine has emitted, as text. */
typedef struct
{
  WsEngine *engine;
  GString  *seen;
} Fixture;

static void
note_message_cb (WsEngine    *engine,
                 const char  *topic,
                 WsDataFormat format,
                 GBytes      *data,
                 const char  *position,
                 gpointer     user_data)
{
  g_string_append_printf (user_data, "%s %d %.*s %s\n", topic, format, (int) g_bytes_get_size (data),
                          (const char *) g_bytes_get_data (data, NULL), position != NULL ? position : "-");
}

static void
note_state_cb (WsEngine   *engine,
               GParamSpec *pspec,
               gpointer    user_data)
{
  g_string_append_printf (user_data, "state %d\n", ws_engine_get_state (engine));
}

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  fixture->engine = WS_ENGINE (ws_memory_engine_new ());
  fixture->seen = g_string_new (NULL);
  g_signal_connect (fixture->engine, "message", G_CALLBACK (note_message_cb), fixture->seen);
  g_signal_connect (fixture->engine, "notify::state", G_CALLBACK (note_state_cb), fixture->seen);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_assert_finalize_object (fixture->engine);
  g_string_free (fixture->seen, TRUE);
}

static void
publish (WsEngine   *engine,
         const char *topic,
         const char *text)
{
  g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  g_assert_true (ws_engine_publish (engine, topic, WS_DATA_FORMAT_TEXT, data, &error));
  g_assert_no_error (error);
}

static void
test_state (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("The engine is ready while at least one user has started it.");

  g_assert_cmpint (ws_engine_get_state (fixture->engine), ==, WS_ENGINE_STATE_OFFLINE);
  ws_engine_start (fixture->engine);
  ws_engine_start (fixture->engine);
  ws_engine_stop (fixture->engine);
  g_assert_cmpint (ws_engine_get_state (fixture->engine), ==, WS_ENGINE_STATE_READY);
  ws_engine_stop (fixture->engine);
  g_assert_cmpstr (fixture->seen->str, ==, "state 2\nstate 0\n");
}

static void
test_echo (Fixture      *fixture,
           gconstpointer user_data)
{
  g_test_summary ("Each message comes back, whether anybody has subscribed to its topic or not.");

  g_assert_cmpint (ws_engine_get_features (fixture->engine), ==, WS_ENGINE_FEATURES_ECHO);
  publish (fixture->engine, "news", "one");
  g_assert_true (ws_engine_subscribe (fixture->engine, "news", NULL));
  publish (fixture->engine, "news", "two");
  ws_engine_unsubscribe (fixture->engine, "news");
  publish (fixture->engine, "other", "");
  g_assert_cmpstr (fixture->seen->str, ==, "news 1 one -\nnews 1 two -\nother 1  -\n");
}

/* Answers the messages 3, 2 and 1 with one that counts down. */
static void
count_down_cb (WsEngine    *engine,
               const char  *topic,
               WsDataFormat format,
               GBytes      *data,
               const char  *position,
               gpointer     user_data)
{
  const char *text = g_bytes_get_data (data, NULL);
  char        next[] = { (char) (text[0] - 1), '\0' };

  if (text[0] > '0')
    publish (engine, topic, next);
}

static void
test_nested (void)
{
  Fixture fixture;

  g_test_summary ("A message that a handler publishes comes after the one that it handles, for all handlers.");

  fixture.engine = WS_ENGINE (ws_memory_engine_new ());
  fixture.seen = g_string_new (NULL);
  g_signal_connect (fixture.engine, "message", G_CALLBACK (count_down_cb), NULL);
  g_signal_connect (fixture.engine, "message", G_CALLBACK (note_message_cb), fixture.seen);

  publish (fixture.engine, "t", "3");
  g_assert_cmpstr (fixture.seen->str, ==, "t 1 3 -\nt 1 2 -\nt 1 1 -\nt 1 0 -\n");
  fixture_tear_down (&fixture, NULL);
}

static void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_async (Fixture      *fixture,
            gconstpointer user_data)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("later", 5);
  g_autoptr (GAsyncResult) published = NULL;
  g_autoptr (GAsyncResult) asked = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *position = g_strdup ("unset");

  g_test_summary ("An engine without calls of its own for it publishes with a callback, and says that it keeps nothing.");

  ws_engine_publish_async (fixture->engine, "news", WS_DATA_FORMAT_TEXT, data, NULL, keep_result_cb, &published);
  ws_engine_set_history (fixture->engine, "", 10, 0);
  ws_engine_history_async (fixture->engine, "news", NULL, 10, NULL, keep_result_cb, &asked);
  while (published == NULL || asked == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_clear_pointer (&position, g_free);
  g_assert_true (ws_engine_publish_finish (fixture->engine, published, &position, &error));
  g_assert_no_error (error);
  g_assert_null (position);
  g_assert_null (ws_engine_history_finish (fixture->engine, asked, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_OPERATION_NOT_SUPPORTED);
  g_assert_cmpstr (fixture->seen->str, ==, "news 1 later -\n");
}

static void
test_history (void)
{
  g_autoptr (WsTopicHistory) history = ws_topic_history_new (TRUE);
  g_autoptr (GBytes) data = g_bytes_new_static ("a", 1);

  g_test_summary ("A history gives back what was added to it.");

  g_assert_true (ws_topic_history_get_recovered (history));
  ws_topic_history_add (history, WS_DATA_FORMAT_TEXT, data, "e:1");
  ws_topic_history_add (history, WS_DATA_FORMAT_BINARY, data, "e:2");
  g_assert_cmpuint (ws_topic_history_get_n_messages (history), ==, 2);
  g_assert_cmpint (ws_topic_history_get_format (history, 1), ==, WS_DATA_FORMAT_BINARY);
  g_assert_true (ws_topic_history_get_data (history, 0) == data);
  g_assert_cmpstr (ws_topic_history_get_position (history, 0), ==, "e:1");
}

/* The other signals are for engines with another end; anybody may emit them. */
static void
note_text_cb (WsEngine   *engine,
              const char *topic,
              gpointer    user_data)
{
  g_string_append_printf (user_data, "subscribed %s\n", topic);
}

static void
note_gap_cb (WsEngine   *engine,
             const char *topic,
             const char *reason,
             gpointer    user_data)
{
  g_string_append_printf (user_data, "gap %s %s\n", topic != NULL ? topic : "-", reason);
}

static void
note_error_cb (WsEngine   *engine,
               int         code,
               const char *description,
               gpointer    user_data)
{
  g_string_append_printf (user_data, "error %d %s\n", code, description);
}

static void
test_signals (Fixture      *fixture,
              gconstpointer user_data)
{
  g_test_summary ("The functions that emit signals pass their arguments on.");

  g_signal_connect (fixture->engine, "subscribed", G_CALLBACK (note_text_cb), fixture->seen);
  g_signal_connect (fixture->engine, "gap", G_CALLBACK (note_gap_cb), fixture->seen);
  g_signal_connect (fixture->engine, "error", G_CALLBACK (note_error_cb), fixture->seen);
  ws_engine_emit_subscribed (fixture->engine, "news");
  ws_engine_emit_gap (fixture->engine, NULL, "restarted");
  ws_engine_emit_gap (fixture->engine, "news", "trimmed");
  ws_engine_emit_error (fixture->engine, WS_ERROR_ENGINE_UNAVAILABLE, "refused");
  g_assert_cmpstr (fixture->seen->str, ==,
                   "subscribed news\ngap - restarted\ngap news trimmed\nerror 20001 refused\n");
}

#define ADD(name, function)                                                     \
 g_test_add ("/unit/topics/memory-engine/" name, Fixture, NULL, fixture_set_up, \
             function, fixture_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("state", test_state);
  ADD ("echo", test_echo);
  ADD ("async", test_async);
  ADD ("signals", test_signals);
  g_test_add_func ("/unit/topics/memory-engine/nested", test_nested);
  g_test_add_func ("/unit/topics/memory-engine/history", test_history);

  return g_test_run ();
}
