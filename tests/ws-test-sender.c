/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-sender.h"

#include <stdio.h>
#include <string.h>

void
ws_test_sender_count (WsTestSender *sender,
                      GError       *error)
{
  if (error == NULL)
    sender->n_sent++;
  else if (g_error_matches (error, WS_ERROR, WS_ERROR_SENDING))
    sender->n_closed++;
  else if (g_error_matches (error, WS_ERROR, WS_ERROR_WOULD_BLOCK))
    sender->n_full++;
  else
    sender->n_others++;
}

static void
sender_sent_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  WsTestSender *sender = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_thread_self () == sender->self);
  g_assert_true (ws_connection_send_finish (WS_CONNECTION (object), result, &error) == (error == NULL));
  ws_test_sender_count (sender, error);
}

static void
sender_send (WsTestSender *sender,
             guint         sequence)
{
  for (guint i = 0; i < sender->n_connections; i++)
    {
      char *text = g_strdup_printf ("%u %u", sender->number, sequence);
      g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

      ws_connection_send_async (sender->connections[i], WS_DATA_FORMAT_TEXT, bytes, NULL,
                                sender->asks ? sender_sent_cb : NULL, sender);
    }
}

guint
ws_test_sender_get_n_told (WsTestSender *sender)
{
  return sender->n_sent + sender->n_closed + sender->n_full + sender->n_others;
}

static gpointer
sender_run (gpointer user_data)
{
  WsTestSender *sender = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  guint n = 0;

  sender->self = g_thread_self ();
  if (sender->asks)
    g_main_context_push_thread_default (context);

  while (sender->n_messages > 0 ? n < sender->n_messages : sender->n_closed < sender->n_connections)
    {
      sender_send (sender, n++);
      g_atomic_int_set (&sender->started, 1);
      if (sender->n_messages == 0)
        while (ws_test_sender_get_n_told (sender) < n * sender->n_connections)
          g_main_context_iteration (context, TRUE);
    }

  if (sender->asks)
    {
      while (ws_test_sender_get_n_told (sender) < n * sender->n_connections)
        g_main_context_iteration (context, TRUE);
      g_main_context_pop_thread_default (context);
    }
  for (guint i = 0; i < sender->n_connections; i++)
    g_object_unref (sender->connections[i]);
  return NULL;
}

void
ws_test_sender_start (WsTestSender  *sender,
                      guint          number,
                      WsConnection **connections,
                      guint          n_connections,
                      guint          n_messages,
                      gboolean       asks)
{
  *sender = (WsTestSender){
    .number = number, .n_messages = n_messages, .asks = asks, .n_connections = n_connections
  };
  sender->connections = g_new (WsConnection *, n_connections);
  for (guint i = 0; i < n_connections; i++)
    sender->connections[i] = g_object_ref (connections[i]);
  sender->thread = g_thread_new ("sender", sender_run, sender);
}

void
ws_test_sender_join (WsTestSender *sender)
{
  g_thread_join (sender->thread);
  g_clear_pointer (&sender->connections, g_free);
}

void
ws_test_senders_assert_order (WsTestClient *client,
                              guint         n_senders,
                              guint         n_messages)
{
  g_autofree guint *next = g_new0 (guint, n_senders);

  for (guint n = 0; n < n_senders * n_messages; n++)
    {
      g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (client);
      gsize            length;
      const char      *data = g_bytes_get_data (frame->payload, &length);
      g_autofree char *text = g_strndup (data, length);
      guint            number;
      guint            sequence;

      g_assert_cmpint (frame->opcode, ==, WS_OPCODE_TEXT);
      g_assert_cmpint (sscanf (text, "%u %u", &number, &sequence), ==, 2);
      g_assert_cmpuint (number, <, n_senders);
      g_assert_cmpuint (sequence, ==, next[number]);
      next[number]++;
    }
}
