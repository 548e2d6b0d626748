/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-fixture.h"

/* Publishing with a result, and from other threads. */

typedef struct
{
  WsTestFixture base;
  WsTopics     *topics;
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  ws_test_fixture_set_up (&fixture->base, user_data);
  fixture->topics = ws_topics_new (fixture->base.server->server, NULL);
  g_assert_true (ws_topics_subscribe (fixture->topics, fixture->base.connection, "t", NULL));
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_assert_finalize_object (fixture->topics);
  ws_test_fixture_tear_down (&fixture->base, user_data);
}

static void
test_async (Fixture      *fixture,
            gconstpointer user_data)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("one", 3);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (WsPublishResult) published = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (WsTestClient) second = ws_test_server_open (fixture->base.server);
  WsConnection *other = ws_test_server_get (fixture->base.server, 2);

  g_test_summary ("The result says how many clients took the message; the one it is from is left out.");

  g_assert_true (ws_topics_subscribe (fixture->topics, other, "t", NULL));
  ws_topics_publish_async (fixture->topics, "t", WS_DATA_FORMAT_TEXT, data, WS_PUBLISH_FLAGS_NONE,
                           other, NULL, ws_test_keep_result_cb, &result);
  ws_test_wait_until (result != NULL);
  published = ws_topics_publish_finish (fixture->topics, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ws_publish_result_get_n_local (published), ==, 1);
  g_assert_cmpuint (ws_publish_result_get_n_skipped (published), ==, 0);
  g_assert_cmpint (ws_publish_result_get_outcome (published), ==, WS_PUBLISH_OUTCOME_TAKEN);
  g_assert_null (ws_publish_result_get_position (published));
  ws_test_client_assert_text (fixture->base.client, "one");
  g_assert_true (ws_connection_send_text (other, "-", NULL));
  ws_test_client_assert_text (second, "-");
  g_clear_object (&result);
  ws_test_settle ();
}

static void
test_async_refused (Fixture      *fixture,
                    gconstpointer user_data)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("one", 3);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) bad = NULL;
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A bad name and a call that was cancelled fail.");

  g_cancellable_cancel (cancellable);
  ws_topics_publish_async (fixture->topics, "a b", WS_DATA_FORMAT_TEXT, data, WS_PUBLISH_FLAGS_NONE, NULL,
                           NULL,
                           ws_test_keep_result_cb, &bad);
  ws_topics_publish_async (fixture->topics, "t", WS_DATA_FORMAT_TEXT, data, WS_PUBLISH_FLAGS_LOCAL, NULL,
                           cancellable,
                           ws_test_keep_result_cb, &cancelled);
  ws_test_wait_until (bad != NULL && cancelled != NULL);
  g_assert_null (ws_topics_publish_finish (fixture->topics, bad, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (ws_topics_publish_finish (fixture->topics, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&bad);
  g_clear_object (&cancelled);
  ws_test_settle ();
}

#define N_POSTED 500

static gpointer
publish_in_thread (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < N_POSTED; i++)
    {
      char *text = g_strdup_printf ("%u", i);
      g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

      ws_topics_publish_async (fixture->topics, "t", WS_DATA_FORMAT_TEXT, bytes, WS_PUBLISH_FLAGS_NONE, NULL,
                               NULL,
                               NULL, NULL);
    }
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_threads (Fixture      *fixture,
              gconstpointer user_data)
{
  GThread *thread;

  g_test_summary ("Another thread publishes, and its messages keep their order.");

  thread = g_thread_new ("publisher", publish_in_thread, fixture);
  for (guint i = 0; i < N_POSTED; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      ws_test_client_assert_text (fixture->base.client, text);
    }
  g_thread_join (thread);
  ws_test_settle ();
}

#define ADD(name, function) ws_test_add ("/integration/topics-async/" name, NULL, function)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("result", test_async);
  ADD ("refused", test_async_refused);
  ADD ("threads", test_threads);

  return g_test_run ();
}
