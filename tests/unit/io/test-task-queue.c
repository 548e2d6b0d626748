/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-poller-private.h"

/* A target records the text of each of its tasks; the text '+' makes it iterate the context. */
typedef struct
{
  WsTaskQueue *queue;
  GString     *received; /* of both targets */
} Target;

typedef struct
{
  WsTask task;
  char   text;
} Note;

typedef struct
{
  GMainContext *context;
  WsPoller     *poller;
  WsTaskQueue  *queue;
  GString      *received;
  Target        one;
  Target        two;
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  fixture->context = g_main_context_new ();
  fixture->poller = ws_poller_new (fixture->context);
  fixture->queue = ws_task_queue_ref (ws_poller_get_task_queue (fixture->poller));
  fixture->received = g_string_new (NULL);
  fixture->one = fixture->two = (Target){ fixture->queue, fixture->received };
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_clear_pointer (&fixture->poller, ws_poller_unref);
  ws_task_queue_unref (fixture->queue);
  g_main_context_unref (fixture->context);
  g_string_free (fixture->received, TRUE);
}

static void
receive (gpointer target,
         guint    n_max)
{
  Target *self = target;

  for (guint n = 0; n < n_max; n++)
    {
      Note *note = (Note *) ws_task_queue_take (self->queue, self);

      if (note == NULL)
        return;
      g_string_append_c (self->received, note->text);
      if (note->text == '+')
        g_main_context_iteration (self->queue->context, FALSE);
      g_free (note);
    }
}

static WsTaskStatus
post (Target *target,
      char    text)
{
  Note        *note = g_new0 (Note, 1);
  WsTaskStatus status;

  note->task.size_bytes = 10;
  note->text = text;
  status = ws_task_queue_post (target->queue, target, receive, &note->task);
  if (status != WS_TASK_POSTED)
    g_free (note);
  return status;
}

static void
post_all (Target     *target,
          const char *texts)
{
  for (; *texts != '\0'; texts++)
    g_assert_cmpint (post (target, *texts), ==, WS_TASK_POSTED);
}

/* A dispatch is limited in time, so a slow machine needs several. */
static void
run_all (Fixture *fixture)
{
  g_assert_true (g_main_context_iteration (fixture->context, FALSE));
  while (g_main_context_iteration (fixture->context, FALSE))
    continue;
}

static void
test_order (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("The tasks of a target run in order, and the poller is ready only while tasks wait.");

  g_assert_false (g_main_context_pending (fixture->context));
  post_all (&fixture->one, "ab");
  post_all (&fixture->two, "AB");
  post_all (&fixture->one, "c");
  g_assert_true (g_main_context_pending (fixture->context));
  run_all (fixture);
  g_assert_cmpstr (fixture->received->str, ==, "abcAB");
  g_assert_false (g_main_context_pending (fixture->context));

  post_all (&fixture->two, "C");
  run_all (fixture);
  g_assert_cmpstr (fixture->received->str, ==, "abcABC");
}

static void
test_alternate (Fixture      *fixture,
                gconstpointer user_data)
{
  g_autofree char *many = g_strnfill (100, 'a');

  g_test_summary ("A target with many tasks alternates with the others.");

  post_all (&fixture->one, many);
  post_all (&fixture->two, "A");
  run_all (fixture);
  g_assert_cmpuint (fixture->received->len, ==, 101);
  g_assert_cmpint (fixture->received->str[64], ==, 'A');
}

static void
test_nested (Fixture      *fixture,
             gconstpointer user_data)
{
  g_test_summary ("A task that iterates the context lets the next one run.");

  post_all (&fixture->one, "a+bc");
  post_all (&fixture->two, "A+B");
  run_all (fixture);
  g_assert_cmpstr (fixture->received->str, ==, "a+A+bcB");
  g_assert_false (g_main_context_pending (fixture->context));
}

static void
test_limit (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("The limit holds for each target; a first task is always accepted.");

  ws_task_queue_set_limit (fixture->queue, 25);
  post_all (&fixture->one, "ab");
  g_assert_cmpint (post (&fixture->one, 'c'), ==, WS_TASK_FULL);
  post_all (&fixture->two, "A");
  ws_task_queue_set_limit (fixture->queue, 5);
  g_assert_cmpint (post (&fixture->two, 'B'), ==, WS_TASK_FULL);
  run_all (fixture);
  post_all (&fixture->one, "c");
  run_all (fixture);
  g_assert_cmpstr (fixture->received->str, ==, "abAc");
}

static void
test_close (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("Closing runs the tasks that wait; later ones are refused.");

  post_all (&fixture->one, "a+b");
  g_clear_pointer (&fixture->poller, ws_poller_unref);
  g_assert_cmpstr (fixture->received->str, ==, "a+b");
  g_assert_cmpint (post (&fixture->one, 'c'), ==, WS_TASK_CLOSED);
  g_assert_false (g_main_context_pending (fixture->context));
  ws_task_queue_close (fixture->queue);
}

static gpointer
try_to_enter (gpointer user_data)
{
  gboolean entered = ws_task_queue_enter (user_data);

  if (entered)
    ws_task_queue_leave (user_data);
  return GINT_TO_POINTER (entered);
}

static gboolean
enters_elsewhere (WsTaskQueue *queue)
{
  return GPOINTER_TO_INT (g_thread_join (g_thread_new ("other", try_to_enter, queue)));
}

static gpointer
run_and_enter (gpointer user_data)
{
  ws_task_queue_note_thread (user_data);
  return try_to_enter (user_data);
}

static void
test_enter (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("The last thread that ran the poller and the owner of the context may enter.");

  g_assert_true (ws_task_queue_enter (fixture->queue));
  g_assert_true (ws_task_queue_enter (fixture->queue));
  g_assert_false (enters_elsewhere (fixture->queue));
  ws_task_queue_leave (fixture->queue);
  ws_task_queue_leave (fixture->queue);
  g_assert_false (enters_elsewhere (fixture->queue));

  g_assert_true (GPOINTER_TO_INT (g_thread_join (g_thread_new ("new", run_and_enter, fixture->queue))));
  g_assert_false (ws_task_queue_enter (fixture->queue));
  g_assert_true (g_main_context_acquire (fixture->context));
  g_assert_true (ws_task_queue_enter (fixture->queue));
  ws_task_queue_leave (fixture->queue);
  g_main_context_release (fixture->context);
}

static void
test_enter_after_end (Fixture      *fixture,
                      gconstpointer user_data)
{
  g_test_summary ("When the thread that ran the poller last has ended, no new thread may enter.");

  g_assert_true (GPOINTER_TO_INT (g_thread_join (g_thread_new ("first", run_and_enter, fixture->queue))));
  for (guint i = 0; i < 10; i++)
    g_assert_false (enters_elsewhere (fixture->queue));
}

#define ADD(path, function) \
 g_test_add ("/unit/io/task-queue/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("order", test_order);
  ADD ("alternate", test_alternate);
  ADD ("nested", test_nested);
  ADD ("limit", test_limit);
  ADD ("close", test_close);
  ADD ("enter", test_enter);
  ADD ("enter-after-end", test_enter_after_end);

  return g_test_run ();
}
