/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-wait.h"

/* Long enough for a loaded machine and valgrind; a test that passes never waits for it. */
#define DEADLINE_SECONDS 10
#define MAX_SETTLE_ITERATIONS 20000

static gboolean
deadline_cb (gpointer user_data)
{
  WsTestDeadline *deadline = user_data;

  deadline->passed = TRUE;
  return G_SOURCE_REMOVE;
}

static guint
get_deadline_seconds (void)
{
  const char *seconds = g_getenv ("WS_TEST_DEADLINE_SECONDS");

  return seconds != NULL ? (guint) g_ascii_strtoull (seconds, NULL, 10) : DEADLINE_SECONDS;
}

void
ws_test_deadline_begin (WsTestDeadline *deadline,
                        const char     *what,
                        const char     *file,
                        int             line,
                        const char     *function)
{
  deadline->what = what;
  deadline->file = file;
  deadline->line = line;
  deadline->function = function;
  deadline->passed = FALSE;
  deadline->source = g_timeout_source_new_seconds (get_deadline_seconds ());
  g_source_set_callback (deadline->source, deadline_cb, deadline, NULL);
  g_source_attach (deadline->source, g_main_context_get_thread_default ());
}

void
ws_test_deadline_iterate (WsTestDeadline *deadline)
{
  if (deadline->passed)
    {
      g_autofree char *message = NULL;

      message = g_strdup_printf ("%s: still waiting at the deadline for: %s",
                                 g_test_get_path (), deadline->what);
      g_assertion_message (G_LOG_DOMAIN, deadline->file, deadline->line, deadline->function,
                           message);
    }

  g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

void
ws_test_deadline_end (WsTestDeadline *deadline)
{
  g_source_destroy (deadline->source);
  g_clear_pointer (&deadline->source, g_source_unref);
}

guint
ws_test_settle (void)
{
  guint n_iterations = 0;

  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    if (++n_iterations > MAX_SETTLE_ITERATIONS)
      g_error ("%s: the main context spins: %u iterations and always something ready",
               g_test_get_path (), n_iterations);

  return n_iterations;
}
