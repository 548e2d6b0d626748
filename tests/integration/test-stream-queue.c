/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>

#include "ws-test-fixture.h"
#include "ws-test-stream.h"

/* What else happens while a stream is sent: other messages, other clients, ends of every kind, and
 * calls that wait. */

#define MIB (1024 * 1024)

typedef struct
{
  WsTestFixture base;
  WsTestClient *other;
  GInputStream *pipe;
  int           writer;
  guint         n_nested;
  guint         n_failed;
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  int ends[2];

  ws_test_fixture_set_up (&fixture->base, user_data);
  fixture->other = ws_test_server_open (fixture->base.server);
  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  fixture->pipe = g_unix_input_stream_new (ends[0], TRUE);
  fixture->writer = ends[1];
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  ws_test_client_free (fixture->other);
  ws_test_fixture_tear_down (&fixture->base, user_data);
  g_object_unref (fixture->pipe);
  if (fixture->writer >= 0)
    g_close (fixture->writer, NULL);
}

/* Begins to send the pipe and has "begun" arrive. */
static void
begin_pipe (Fixture       *fixture,
            GAsyncResult **result)
{
  g_autoptr (WsTestFrame) frame = NULL;

  ws_connection_send_stream_async (fixture->base.connection, fixture->pipe, NULL, ws_test_keep_result_cb,
                                   result);
  g_assert_cmpint (write (fixture->writer, "begun", 5), ==, 5);
  frame = ws_test_client_read_frame (fixture->base.client);
  g_assert_false (frame->fin);
  g_assert_cmpint (frame->opcode, ==, WS_OPCODE_BINARY);
}

static void
end_pipe (Fixture *fixture)
{
  g_assert_true (g_close (fixture->writer, NULL));
  fixture->writer = -1;
}

static void
send_text_async (Fixture       *fixture,
                 const char    *text,
                 GCancellable  *cancellable,
                 GAsyncResult **result)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  ws_connection_send_async (fixture->base.connection, WS_DATA_FORMAT_TEXT, bytes, cancellable,
                            ws_test_keep_result_cb, result);
}

static void
assert_pattern (WsTestClient *client,
                gsize         length)
{
  WsOpcode         opcode = WS_OPCODE_CONTINUATION;
  g_autofree char *pattern = ws_test_pattern (length);
  g_autoptr (GBytes) message = ws_test_client_read_message (client, &opcode);

  g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), pattern, length);
}

static void
test_order (Fixture      *fixture,
            gconstpointer user_data)
{
  g_autoptr (GInputStream) second = ws_test_stream_new (300000, 1000, FALSE);
  g_autoptr (GBytes) ping = g_bytes_new_static ("ping", 4);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *results[4] = { NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Messages and a second stream wait behind a stream, in order; control frames do not.");

  begin_pipe (fixture, &results[0]);
  g_assert_true (ws_connection_send_text (fixture->base.connection, "one", NULL));
  send_text_async (fixture, "two", NULL, &results[1]);
  send_text_async (fixture, "taken back", cancellable, &results[3]);
  ws_connection_send_stream_async (fixture->base.connection, second, NULL, ws_test_keep_result_cb,
                                   &results[2]);
  g_assert_true (ws_connection_send_text (fixture->base.connection, "three", NULL));
  ws_connection_set_data_format (fixture->base.connection, WS_DATA_FORMAT_PING);
  g_assert_true (ws_connection_send (fixture->base.connection, ping, NULL));
  ws_test_client_assert_frame (fixture->base.client, WS_OPCODE_PING, "ping", 4);
  ws_test_client_send_ping (fixture->base.client, "pong");
  ws_test_client_assert_frame (fixture->base.client, WS_OPCODE_PONG, "pong", 4);
  g_cancellable_cancel (cancellable);
  ws_test_wait_until (results[3] != NULL);
  g_assert_false (ws_connection_send_finish (fixture->base.connection, results[3], &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ws_test_settle ();
  g_assert_cmpuint (fixture->base.client->input->len, ==, 0);
  g_assert_true (results[0] == NULL && results[1] == NULL && results[2] == NULL);

  end_pipe (fixture);
  ws_test_client_assert_frame (fixture->base.client, WS_OPCODE_CONTINUATION, "", 0);
  ws_test_client_assert_text (fixture->base.client, "one");
  ws_test_client_assert_text (fixture->base.client, "two");
  assert_pattern (fixture->base.client, 300000);
  ws_test_client_assert_text (fixture->base.client, "three");
  ws_test_wait_until (results[0] != NULL && results[1] != NULL && results[2] != NULL);
  g_assert_true (ws_connection_send_stream_finish (fixture->base.connection, results[0], NULL));
  g_assert_true (ws_connection_send_finish (fixture->base.connection, results[1], NULL));
  g_assert_true (ws_connection_send_stream_finish (fixture->base.connection, results[2], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    g_object_unref (results[i]);
}

static void
test_queue_limit (Fixture      *fixture,
                  gconstpointer user_data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *pattern = ws_test_pattern (1000);
  guint            n_sent = 0;

  g_test_summary ("Messages that wait behind a stream count towards MaxSendQueue, and go out later.");

  begin_pipe (fixture, &result);
  while (ws_connection_send_text (fixture->base.connection, pattern, &error))
    g_assert_cmpuint (++n_sent, <, 100);
  g_assert_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK);
  g_assert_cmpuint (n_sent, >, 60); /* a message that waits counts 512 bytes beside its payload */
  g_assert_cmpuint (ws_connection_get_send_queue_length (fixture->base.connection), <=, 100000);
  g_assert_false (ws_connection_get_ready_to_send (fixture->base.connection));
  end_pipe (fixture);
  ws_test_server_wait_for (fixture->base.server, "ready-to-send #1");
  ws_test_client_assert_frame (fixture->base.client, WS_OPCODE_CONTINUATION, "", 0);
  for (guint i = 0; i < n_sent; i++)
    ws_test_client_assert_text (fixture->base.client, pattern);
  ws_test_wait_until (result != NULL);
}

static void
test_pong_in_between (Fixture      *fixture,
                      gconstpointer user_data)
{
  g_autoptr (GInputStream) stream = ws_test_stream_new (30 * MIB, G_MAXSIZE, FALSE);
  g_autoptr (GAsyncResult) result = NULL;
  gsize     n_before = 0;
  gboolean  answered = FALSE;
  const int small = 65536;

  g_test_summary ("A slow reader's ping is answered between the parts of a long stream, not behind it.");

  g_assert_cmpint (setsockopt (fixture->base.client->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), ==, 0);
  ws_test_client_set_reading (fixture->base.client, FALSE);
  ws_connection_send_stream_async (fixture->base.connection, stream, NULL, ws_test_keep_result_cb, &result);
  ws_test_wait_until (ws_connection_get_send_queue_length (fixture->base.connection) > 256 * 1024);
  ws_test_client_send_ping (fixture->base.client, "alive?");
  ws_test_server_wait_for (fixture->base.server, "ping #1");
  while (!answered)
    {
      g_autoptr (WsTestFrame) frame = NULL;
      guint64 received = fixture->base.client->n_received_bytes;

      /* As slow as can be: the queue is full again before each read. */
      ws_test_wait_until (ws_connection_get_send_queue_length (fixture->base.connection) > 256 * 1024 ||
                          result != NULL);
      ws_test_client_set_reading (fixture->base.client, TRUE);
      ws_test_wait_until (fixture->base.client->n_received_bytes > received);
      ws_test_client_set_reading (fixture->base.client, FALSE);
      while (!answered && (frame = ws_test_client_take_frame (fixture->base.client)) != NULL)
        {
          answered = frame->opcode == WS_OPCODE_PONG;
          n_before += g_bytes_get_size (frame->payload);
          g_clear_pointer (&frame, ws_test_frame_free);
        }
      g_assert_cmpuint (n_before, <, 2 * MIB);
    }
  ws_test_client_set_reading (fixture->base.client, TRUE);
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_send_stream_finish (fixture->base.connection, result, NULL));
}

/* Sends more of the pipe, until it waits for the client. */
static void
fill_queue (Fixture *fixture)
{
  const int        small = 4096;
  g_autofree char *pattern = ws_test_pattern (16384);
  int              n_left;

  g_assert_cmpint (setsockopt (fixture->base.client->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), ==, 0);
  ws_test_client_set_reading (fixture->base.client, FALSE);
  while (ws_connection_get_send_queue_length (fixture->base.connection) == 0)
    {
      g_assert_cmpint (write (fixture->writer, pattern, 16384), ==, 16384);
      ws_test_wait_until (ioctl (g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (fixture->pipe)), FIONREAD,
                                 &n_left) == 0 &&
                          n_left == 0);
      ws_test_settle ();
    }
}

static void
test_pong_before_end (Fixture      *fixture,
                      gconstpointer user_data)
{
  g_autoptr (GAsyncResult) result = NULL;
  gboolean fin = FALSE;

  g_test_summary ("A pong that is owed when a stream ends lets no message in before the last fragment.");

  begin_pipe (fixture, &result);
  fill_queue (fixture);
  ws_test_client_send_ping (fixture->base.client, "alive?");
  ws_test_server_wait_for (fixture->base.server, "ping #1");
  g_assert_true (ws_connection_send_text (fixture->base.connection, "behind", NULL));
  end_pipe (fixture);
  ws_test_settle ();
  ws_test_client_set_reading (fixture->base.client, TRUE);
  while (!fin)
    {
      g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (fixture->base.client);

      if (frame->opcode == WS_OPCODE_PONG)
        continue;
      g_assert_cmpint (frame->opcode, ==, WS_OPCODE_CONTINUATION);
      fin = frame->fin;
    }
  ws_test_client_assert_text (fixture->base.client, "behind");
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_send_stream_finish (fixture->base.connection, result, NULL));
}

static void
test_broken_text (Fixture      *fixture,
                  gconstpointer user_data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (WsTestFrame) frame = NULL;

  g_test_summary ("Behind a text that is broken off, because it is none, comes the close frame and no message.");

  ws_connection_set_data_format (fixture->base.connection, WS_DATA_FORMAT_TEXT);
  ws_connection_send_stream_async (fixture->base.connection, fixture->pipe, NULL, ws_test_keep_result_cb,
                                   &result);
  g_assert_cmpint (write (fixture->writer, "begun", 5), ==, 5);
  frame = ws_test_client_read_frame (fixture->base.client);
  g_assert_false (frame->fin);
  g_assert_true (ws_connection_send_text (fixture->base.connection, "behind", NULL));
  g_assert_cmpint (write (fixture->writer, "\xff", 1), ==, 1);
  ws_test_client_assert_close (fixture->base.client, 1011, NULL);
  ws_test_wait_until (result != NULL);
  g_assert_false (ws_connection_send_stream_finish (fixture->base.connection, result, NULL));
}

/* --- ends ------------------------------------------------------------------------------------ */

typedef enum
{
  END_CLOSE,
  END_INTERRUPT,
  END_PEER_RESETS,
  END_PEER_CLOSES,
  END_PEER_FAULT,
  END_SHUTDOWN,
  END_DROP,
} End;

static void
bring_about (Fixture *fixture,
             End      end)
{
  switch (end)
    {
    case END_CLOSE:
      g_assert_true (ws_connection_close (fixture->base.connection, 1000, NULL, NULL));
      break;
    case END_INTERRUPT:
      g_assert_true (ws_connection_interrupt (fixture->base.connection, NULL));
      break;
    case END_PEER_RESETS:
      ws_test_client_reset (fixture->base.client);
      break;
    case END_PEER_CLOSES:
      ws_test_client_send_close (fixture->base.client, 1000, "");
      break;
    case END_PEER_FAULT:
      ws_test_client_send_frame (fixture->base.client, (WsTestFrameSpec){ .opcode = 3 }, "", 0);
      break;
    case END_SHUTDOWN:
      ws_server_shutdown (fixture->base.server->server);
      break;
    case END_DROP:
    default:
      g_clear_object (&fixture->base.server->server);
      break;
    }
}

static void
assert_ended (Fixture *fixture,
              End      end)
{
  ws_test_settle ();
  if (end == END_INTERRUPT)
    {
      ws_test_client_assert_frame (fixture->base.client, WS_OPCODE_CONTINUATION, "", 0);
      ws_test_client_assert_text (fixture->base.client, "behind");
      g_assert_true (ws_connection_get_connected (fixture->base.connection));
      return;
    }

  if (end == END_CLOSE || end == END_SHUTDOWN)
    {
      /* No last fragment before it: what has come is not to be taken for the whole message. */
      ws_test_client_assert_close (fixture->base.client, end == END_CLOSE ? 1000 : 1001, NULL);
      ws_test_client_send_close (fixture->base.client, 1000, "");
    }
  else if (end == END_PEER_CLOSES || end == END_PEER_FAULT)
    {
      ws_test_client_assert_close (fixture->base.client, end == END_PEER_CLOSES ? 1000 : 1002, NULL);
    }
  if (end == END_PEER_FAULT)
    ws_test_client_close (fixture->base.client);
  if (end == END_SHUTDOWN)
    ws_test_client_send_close (fixture->other, 1001, "");
  ws_test_server_wait_for (fixture->base.server, "disconnected #1");
}

static void
test_end (Fixture      *fixture,
          gconstpointer user_data)
{
  End end = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (fixture->pipe), "end"));
  g_autoptr (GInputStream) second = ws_test_stream_new (1000, 100, FALSE);
  GAsyncResult *results[3] = { NULL };
  gboolean      interrupted = end == END_INTERRUPT;

  g_test_summary ("Each call finishes exactly once however a stream ends, and the stream is closed.");

  begin_pipe (fixture, &results[0]);
  ws_connection_send_stream_async (fixture->base.connection, second, NULL, ws_test_keep_result_cb,
                                   &results[1]);
  send_text_async (fixture, "behind", NULL, &results[2]);
  bring_about (fixture, end);
  ws_test_wait_until (results[0] != NULL && results[1] != NULL && results[2] != NULL);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean sent = i < 2 ? ws_connection_send_stream_finish (fixture->base.connection, results[i], &error)
                            : ws_connection_send_finish (fixture->base.connection, results[i], &error);

      g_assert_cmpint (sent, ==, interrupted && i == 2);
      if (!sent)
        g_assert_error (error, WS_ERROR, (int) (interrupted ? WS_ERROR_INTERRUPTED : WS_ERROR_SENDING));
      g_object_unref (results[i]);
    }
  assert_ended (fixture, end);
  ws_test_wait_until (ws_test_stream_get_n_closed (second) == 1);

  /* The read under way ends with what is written; only then can the stream be closed. */
  end_pipe (fixture);
  ws_test_wait_until (g_input_stream_is_closed (fixture->pipe));
}

#define END_SET_UP(name, end)                                                 \
 static void                                                                  \
     set_up_##name (Fixture *fixture, gconstpointer user_data)                \
 {                                                                            \
  fixture_set_up (fixture, user_data);                                        \
  g_object_set_data (G_OBJECT (fixture->pipe), "end", GINT_TO_POINTER (end)); \
 }

END_SET_UP (close, END_CLOSE)
END_SET_UP (interrupt, END_INTERRUPT)
END_SET_UP (peer_resets, END_PEER_RESETS)
END_SET_UP (peer_closes, END_PEER_CLOSES)
END_SET_UP (peer_fault, END_PEER_FAULT)
END_SET_UP (shutdown, END_SHUTDOWN)
END_SET_UP (drop, END_DROP)

static void
test_cancel_after_queued (Fixture      *fixture,
                          gconstpointer user_data)
{
  const gsize      length = 12 * MIB;
  g_autofree char *pattern = ws_test_pattern (length);
  g_autoptr (GBytes) bytes = g_bytes_new (pattern, length);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A message whose frames are queued cannot be cancelled: it arrives, and the call reports success.");

  ws_test_client_set_reading (fixture->base.client, FALSE);
  ws_connection_send_async (fixture->base.connection, WS_DATA_FORMAT_TEXT, bytes, cancellable,
                            ws_test_keep_result_cb, &result);
  ws_test_settle ();
  g_assert_cmpuint (ws_connection_get_send_queue_length (fixture->base.connection), >, 0);
  g_cancellable_cancel (cancellable);
  ws_test_settle ();
  g_assert_null (result);
  ws_test_client_set_reading (fixture->base.client, TRUE);
  assert_pattern (fixture->base.client, length);
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_send_finish (fixture->base.connection, result, &error));
  g_assert_no_error (error);
}

/* --- waiting --------------------------------------------------------------------------------- */

/* Each of these runs inside data-in of the other client while a call waits for the first one. */
static void
connect_other (Fixture  *fixture,
               GCallback callback)
{
  g_signal_connect (ws_test_server_get (fixture->base.server, 2), "data-in", callback, fixture);
  ws_test_client_send_text (fixture->other, "now");
  ws_test_client_set_reading (fixture->base.client, FALSE);
  ws_connection_set_timeout (fixture->base.connection, 10);
}

static gboolean
send_long_stream (Fixture *fixture,
                  GError **error)
{
  g_autoptr (GInputStream) stream = ws_test_stream_new (12 * MIB, G_MAXSIZE, FALSE);

  return ws_connection_set_upload_stream (fixture->base.connection, stream, error);
}

static void
let_read_cb (WsConnection *connection,
             WsDataFormat  format,
             GBytes       *data,
             gboolean      eom,
             gboolean      eol,
             Fixture      *fixture)
{
  fixture->n_nested++;
  ws_test_client_set_reading (fixture->base.client, TRUE);
}

static void
test_others_are_served (Fixture      *fixture,
                        gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("While a call waits for a stream, other clients are served.");

  fixture->base.server->echo = TRUE;
  connect_other (fixture, G_CALLBACK (let_read_cb));
  g_assert_true (send_long_stream (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->n_nested, ==, 1);
  g_assert_cmpuint (ws_connection_get_send_queue_length (fixture->base.connection), ==, 0);
  g_assert_cmpuint (fixture->other->input->len, ==, 2 + 3); /* the echo is there already */
  assert_pattern (fixture->base.client, 12 * MIB);
}

static void
send_inside_cb (WsConnection *connection,
                WsDataFormat  format,
                GBytes       *data,
                gboolean      eom,
                gboolean      eol,
                Fixture      *fixture)
{
  ws_test_client_set_reading (fixture->base.client, TRUE);
  g_assert_true (ws_connection_send_text (fixture->base.connection, "from inside", NULL));
  fixture->n_nested++;
}

static void
test_send_inside (Fixture      *fixture,
                  gconstpointer user_data)
{
  g_test_summary ("A handler that runs during the wait may send, and wait, on the same connection.");

  connect_other (fixture, G_CALLBACK (send_inside_cb));
  g_assert_true (send_long_stream (fixture, NULL));
  g_assert_true (ws_connection_send_text (fixture->base.connection, "after", NULL));
  assert_pattern (fixture->base.client, 12 * MIB);
  ws_test_client_assert_text (fixture->base.client, "from inside");
  ws_test_client_assert_text (fixture->base.client, "after");
  g_assert_cmpuint (fixture->n_nested, ==, 1);
}

static void
end_inside_cb (WsConnection *connection,
               WsDataFormat  format,
               GBytes       *data,
               gboolean      eom,
               gboolean      eol,
               Fixture      *fixture)
{
  fixture->n_nested++;
  bring_about (fixture, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (fixture->pipe), "end")));
}

static void
test_end_inside (Fixture      *fixture,
                 gconstpointer user_data)
{
  End end = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (fixture->pipe), "end"));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A call that waits for a stream returns the error that ended the stream.");

  connect_other (fixture, G_CALLBACK (end_inside_cb));
  g_assert_false (send_long_stream (fixture, &error));
  g_assert_error (error, WS_ERROR, (int) (end == END_INTERRUPT ? WS_ERROR_INTERRUPTED : WS_ERROR_SENDING));
  g_assert_cmpuint (fixture->n_nested, ==, 1);
  if (end != END_DROP)
    g_assert_cmpint (ws_connection_get_connected (fixture->base.connection), ==, end == END_INTERRUPT);
  ws_test_client_close (fixture->base.client);
  if (end == END_SHUTDOWN)
    ws_test_client_close (fixture->other);
}

static void
nest_cb (WsConnection *connection,
         WsDataFormat  format,
         GBytes       *data,
         gboolean      eom,
         gboolean      eol,
         Fixture      *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *number = g_strdup_printf ("%u", fixture->n_nested++);

  if (ws_connection_send_text (fixture->base.connection, number, &error))
    return;

  g_assert_error (error, WS_ERROR, WS_ERROR_IN_PROGRESS);
  fixture->n_failed++;
  ws_test_client_set_reading (fixture->base.client, TRUE);
}

static void
test_nesting (Fixture      *fixture,
              gconstpointer user_data)
{
  const guint n_messages = 40;
  guint       n_arrived = 0;

  g_test_summary (
      "Calls that wait inside handlers of calls that wait fail with 10036 before the stack ends.");

  for (guint i = 1; i < n_messages; i++)
    ws_test_client_send_text (fixture->other, "next");
  connect_other (fixture, G_CALLBACK (nest_cb));
  g_assert_true (send_long_stream (fixture, NULL));
  ws_test_wait_until (fixture->n_nested == n_messages);
  g_assert_cmpuint (fixture->n_failed, >=, 1);
  g_assert_cmpuint (fixture->n_failed, <, 20);

  assert_pattern (fixture->base.client, 12 * MIB);
  while (n_arrived + fixture->n_failed < n_messages)
    {
      g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (fixture->base.client);

      g_assert_cmpint (frame->opcode, ==, WS_OPCODE_TEXT);
      n_arrived++;
    }
}

static void
test_timeout (Fixture      *fixture,
              gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A call to a client that reads nothing fails with 10060; the connection stays.");

  ws_test_client_set_reading (fixture->base.client, FALSE);
  ws_connection_set_timeout (fixture->base.connection, 1);
  g_assert_false (send_long_stream (fixture, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_TIMED_OUT);
  g_assert_true (ws_connection_get_connected (fixture->base.connection));
  ws_test_client_set_reading (fixture->base.client, TRUE);
  ws_connection_set_timeout (fixture->base.connection, 10);
  g_assert_true (ws_connection_send_text (fixture->base.connection, "after", NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ws_test_add ("/integration/stream-queue/order", NULL, test_order);
  ws_test_add ("/integration/stream-queue/limit", "MaxSendQueue=100000", test_queue_limit);
  ws_test_add ("/integration/stream-queue/pong-in-between", "OutBufferSize=65536", test_pong_in_between);
  ws_test_add ("/integration/stream-queue/pong-before-end", "OutBufferSize=4608", test_pong_before_end);
  ws_test_add ("/integration/stream-queue/broken-text", NULL, test_broken_text);
  ws_test_add ("/integration/stream-queue/cancel-after-queued", NULL, test_cancel_after_queued);
  ws_test_add ("/integration/stream-queue/others-are-served", NULL, test_others_are_served);
  ws_test_add ("/integration/stream-queue/send-inside", NULL, test_send_inside);
  ws_test_add ("/integration/stream-queue/nesting", NULL, test_nesting);
  ws_test_add ("/integration/stream-queue/timeout", NULL, test_timeout);

#define ADD_END(name, set_up)                                                                            \
 g_test_add ("/integration/stream-queue/end/" name, Fixture, NULL, set_up, test_end, fixture_tear_down); \
 g_test_add ("/integration/stream-queue/end-inside/" name, Fixture, NULL, set_up, test_end_inside,       \
             fixture_tear_down)

  ADD_END ("close", set_up_close);
  ADD_END ("interrupt", set_up_interrupt);
  ADD_END ("peer-resets", set_up_peer_resets);
  ADD_END ("peer-closes", set_up_peer_closes);
  ADD_END ("peer-fault", set_up_peer_fault);
  ADD_END ("shutdown", set_up_shutdown);
  ADD_END ("drop", set_up_drop);

  return g_test_run ();
}
