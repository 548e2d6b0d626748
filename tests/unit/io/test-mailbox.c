/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-poller-private.h"

/* An addressee writes down what it gets; a letter of '+' makes it run the loop. */
typedef struct
{
  WsMailbox *mailbox;
  GString   *received; /* of all addressees */
} Addressee;

typedef struct
{
  WsLetter letter;
  char     text;
} Letter;

typedef struct
{
  GMainContext *context;
  WsPoller     *poller;
  WsMailbox    *mailbox;
  GString      *received;
  Addressee     one;
  Addressee     two;
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  fixture->context = g_main_context_new ();
  fixture->poller = ws_poller_new (fixture->context);
  fixture->mailbox = ws_mailbox_ref (ws_poller_get_mailbox (fixture->poller));
  fixture->received = g_string_new (NULL);
  fixture->one = fixture->two = (Addressee){ fixture->mailbox, fixture->received };
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_clear_pointer (&fixture->poller, ws_poller_unref);
  ws_mailbox_unref (fixture->mailbox);
  g_main_context_unref (fixture->context);
  g_string_free (fixture->received, TRUE);
}

static void
receive (gpointer addressee,
         guint    n_max)
{
  Addressee *self = addressee;

  for (guint n = 0; n < n_max; n++)
    {
      Letter *letter = (Letter *) ws_mailbox_take (self->mailbox, self);

      if (letter == NULL)
        return;
      g_string_append_c (self->received, letter->text);
      if (letter->text == '+')
        g_main_context_iteration (self->mailbox->context, FALSE);
      g_free (letter);
    }
}

static WsMailStatus
post (Addressee *addressee,
      char       text)
{
  Letter      *letter = g_new0 (Letter, 1);
  WsMailStatus status;

  letter->letter.size_bytes = 10;
  letter->text = text;
  status = ws_mailbox_post (addressee->mailbox, addressee, receive, &letter->letter);
  if (status != WS_MAIL_POSTED)
    g_free (letter);
  return status;
}

static void
post_all (Addressee  *addressee,
          const char *texts)
{
  for (; *texts != '\0'; texts++)
    g_assert_cmpint (post (addressee, *texts), ==, WS_MAIL_POSTED);
}

/* A dispatch ends after a time, so on a slow machine it takes several. */
static void
deliver (Fixture *fixture)
{
  g_assert_true (g_main_context_iteration (fixture->context, FALSE));
  while (g_main_context_iteration (fixture->context, FALSE))
    continue;
}

static void
test_order (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("Each addressee gets its letters in order, and the poller is ready only for them.");

  g_assert_false (g_main_context_pending (fixture->context));
  post_all (&fixture->one, "ab");
  post_all (&fixture->two, "AB");
  post_all (&fixture->one, "c");
  g_assert_true (g_main_context_pending (fixture->context));
  deliver (fixture);
  g_assert_cmpstr (fixture->received->str, ==, "abcAB");
  g_assert_false (g_main_context_pending (fixture->context));

  post_all (&fixture->two, "C");
  deliver (fixture);
  g_assert_cmpstr (fixture->received->str, ==, "abcABC");
}

static void
test_turns (Fixture      *fixture,
            gconstpointer user_data)
{
  g_autofree char *many = g_strnfill (100, 'a');

  g_test_summary ("An addressee with many letters gets them in turns with others.");

  post_all (&fixture->one, many);
  post_all (&fixture->two, "A");
  deliver (fixture);
  g_assert_cmpuint (fixture->received->len, ==, 101);
  g_assert_cmpint (fixture->received->str[64], ==, 'A');
}

static void
test_nested (Fixture      *fixture,
             gconstpointer user_data)
{
  g_test_summary ("A loop that is run while a letter is delivered goes on with the next one.");

  post_all (&fixture->one, "a+bc");
  post_all (&fixture->two, "A+B");
  deliver (fixture);
  g_assert_cmpstr (fixture->received->str, ==, "a+A+bcB");
  g_assert_false (g_main_context_pending (fixture->context));
}

static void
test_limit (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("So much may wait for each addressee; the first letter always may.");

  ws_mailbox_set_limit (fixture->mailbox, 25);
  post_all (&fixture->one, "ab");
  g_assert_cmpint (post (&fixture->one, 'c'), ==, WS_MAIL_FULL);
  post_all (&fixture->two, "A");
  ws_mailbox_set_limit (fixture->mailbox, 5);
  g_assert_cmpint (post (&fixture->two, 'B'), ==, WS_MAIL_FULL);
  deliver (fixture);
  post_all (&fixture->one, "c");
  deliver (fixture);
  g_assert_cmpstr (fixture->received->str, ==, "abAc");
}

static void
test_close (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("Closing delivers what waits; then nothing is taken any more.");

  post_all (&fixture->one, "a+b");
  g_clear_pointer (&fixture->poller, ws_poller_unref);
  g_assert_cmpstr (fixture->received->str, ==, "a+b");
  g_assert_cmpint (post (&fixture->one, 'c'), ==, WS_MAIL_CLOSED);
  g_assert_false (g_main_context_pending (fixture->context));
  ws_mailbox_close (fixture->mailbox);
}

static gpointer
try_to_enter (gpointer user_data)
{
  gboolean entered = ws_mailbox_enter (user_data);

  if (entered)
    ws_mailbox_leave (user_data);
  return GINT_TO_POINTER (entered);
}

static gboolean
enters_elsewhere (WsMailbox *mailbox)
{
  return GPOINTER_TO_INT (g_thread_join (g_thread_new ("other", try_to_enter, mailbox)));
}

static gpointer
run_and_enter (gpointer user_data)
{
  ws_mailbox_note_thread (user_data);
  return try_to_enter (user_data);
}

static void
test_enter (Fixture      *fixture,
            gconstpointer user_data)
{
  g_test_summary ("The thread that has run the poller last may enter, and the one that owns the context.");

  g_assert_true (ws_mailbox_enter (fixture->mailbox));
  g_assert_true (ws_mailbox_enter (fixture->mailbox));
  g_assert_false (enters_elsewhere (fixture->mailbox));
  ws_mailbox_leave (fixture->mailbox);
  ws_mailbox_leave (fixture->mailbox);
  g_assert_false (enters_elsewhere (fixture->mailbox));

  g_assert_true (GPOINTER_TO_INT (g_thread_join (g_thread_new ("new", run_and_enter, fixture->mailbox))));
  g_assert_false (ws_mailbox_enter (fixture->mailbox));
  g_assert_true (g_main_context_acquire (fixture->context));
  g_assert_true (ws_mailbox_enter (fixture->mailbox));
  ws_mailbox_leave (fixture->mailbox);
  g_main_context_release (fixture->context);
}

static void
test_enter_after_end (Fixture      *fixture,
                      gconstpointer user_data)
{
  g_test_summary ("A thread that is like the one that has run the poller last, which has ended, may not enter.");

  g_assert_true (GPOINTER_TO_INT (g_thread_join (g_thread_new ("first", run_and_enter, fixture->mailbox))));
  for (guint i = 0; i < 10; i++)
    g_assert_false (enters_elsewhere (fixture->mailbox));
}

#define ADD(path, function) \
 g_test_add ("/unit/io/mailbox/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("order", test_order);
  ADD ("turns", test_turns);
  ADD ("nested", test_nested);
  ADD ("limit", test_limit);
  ADD ("close", test_close);
  ADD ("enter", test_enter);
  ADD ("enter-after-end", test_enter_after_end);

  return g_test_run ();
}
