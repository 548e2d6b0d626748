/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>

#include "ws-test-fixture.h"
#include "ws-test-stream.h"

/* Files and streams as one message: what arrives, and what is held meanwhile. */

#define MIB (1024 * 1024)

typedef struct
{
  WsTestFixture base;
  char         *folder;
  char         *path; /* a name in it that is free */
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  ws_test_fixture_set_up (&fixture->base, user_data);
  fixture->folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "sent", NULL);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  ws_test_fixture_tear_down (&fixture->base, user_data);
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
make_file (Fixture *fixture,
           gsize    length)
{
  g_autofree char *pattern = ws_test_pattern (length);

  g_assert_true (g_file_set_contents (fixture->path, pattern, (gssize) length, NULL));
}

static void
assert_message (WsTestClient *client,
                WsOpcode      expected,
                gsize         length)
{
  WsOpcode         opcode = WS_OPCODE_CONTINUATION;
  g_autofree char *pattern = ws_test_pattern (length);
  g_autoptr (GBytes) message = ws_test_client_read_message (client, &opcode);

  g_assert_cmpint (opcode, ==, expected);
  g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), pattern, length);
}

static void
assert_goes_on (Fixture *fixture)
{
  g_assert_true (ws_connection_send_text (fixture->base.connection, "after", NULL));
  ws_test_client_assert_text (fixture->base.client, "after");
}

typedef gboolean (*SendFunc) (Fixture *fixture,
                              gsize    length,
                              GError **error);

static gboolean
send_file (Fixture *fixture,
           gsize    length,
           GError **error)
{
  return ws_connection_send_file (fixture->base.connection, fixture->path, error);
}

static gboolean
send_file_async (Fixture *fixture,
                 gsize    length,
                 GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);
  g_autoptr (GAsyncResult) result = NULL;

  ws_connection_send_file_async (fixture->base.connection, file, NULL, NULL, NULL, NULL,
                                 ws_test_keep_result_cb, &result);
  ws_test_wait_until (result != NULL);
  return ws_connection_send_file_finish (fixture->base.connection, result, error);
}

static gboolean
set_upload_stream (Fixture *fixture,
                   gsize    length,
                   GError **error)
{
  g_autoptr (GInputStream) stream = ws_test_stream_new (length, 50000, FALSE);

  return ws_connection_set_upload_stream (fixture->base.connection, stream, error);
}

static gboolean
send_stream_async (Fixture *fixture,
                   gsize    length,
                   GError **error)
{
  g_autoptr (GInputStream) stream = ws_test_stream_new (length, G_MAXSIZE, FALSE);
  g_autoptr (GAsyncResult) result = NULL;

  ws_connection_send_stream_async (fixture->base.connection, stream, NULL, ws_test_keep_result_cb, &result);
  ws_test_wait_until (result != NULL);
  return ws_connection_send_stream_finish (fixture->base.connection, result, error);
}

static const SendFunc send_funcs[] = { send_file, send_file_async, set_upload_stream, send_stream_async };

static void
test_sizes (Fixture      *fixture,
            gconstpointer user_data)
{
  static const gsize lengths[] = { 0, 1, 125, 126, 65535, 65536, 131071, 131072, 131073, 300000 };

  g_test_summary ("Every size arrives whole, by every call, waiting or not, as text or binary.");

  for (gsize i = 0; i < G_N_ELEMENTS (lengths) * 4; i++)
    {
      gsize    length = lengths[i / 4];
      gboolean text = i % 4 >= 2;

      make_file (fixture, length);
      ws_connection_set_timeout (fixture->base.connection, i % 2 == 1 ? 10 : 0);
      ws_connection_set_data_format (fixture->base.connection,
                                     text ? WS_DATA_FORMAT_TEXT : WS_DATA_FORMAT_AUTOMATIC);
      for (gsize j = 0; j < G_N_ELEMENTS (send_funcs); j++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_true (send_funcs[j](fixture, length, &error));
          g_assert_no_error (error);
          assert_message (fixture->base.client, text ? WS_OPCODE_TEXT : WS_OPCODE_BINARY, length);
        }
    }
  g_assert_cmpuint (ws_connection_get_messages_sent (fixture->base.connection), ==,
                    G_N_ELEMENTS (lengths) * 4 * 4);
}

static void
test_slow_reader (Fixture      *fixture,
                  gconstpointer user_data)
{
  const gsize length = 20 * MIB;
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);
  g_autoptr (GAsyncResult) result = NULL;
  guint64 received = fixture->base.client->n_received_bytes;

  g_test_summary ("20 MiB for a client that reads slowly are never held in memory as a whole.");

  make_file (fixture, length);
  ws_test_client_set_reading (fixture->base.client, FALSE);
  ws_connection_send_file_async (fixture->base.connection, file, NULL, NULL, NULL, NULL,
                                 ws_test_keep_result_cb, &result);
  for (guint64 target = received + MIB; fixture->base.client->n_received_bytes < received + length;
       target += MIB)
    {
      ws_test_settle ();
      g_assert_cmpuint (ws_connection_get_send_queue_length (fixture->base.connection), <, 2 * MIB);
      ws_test_client_set_reading (fixture->base.client, TRUE);
      ws_test_wait_until (fixture->base.client->n_received_bytes >= MIN (target, received + length));
      ws_test_client_set_reading (fixture->base.client, FALSE);
    }
  ws_test_client_set_reading (fixture->base.client, TRUE);
  assert_message (fixture->base.client, WS_OPCODE_BINARY, length);
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_send_file_finish (fixture->base.connection, result, NULL));
}

static void
test_told_when_written (Fixture      *fixture,
                        gconstpointer user_data)
{
  g_test_summary ("A stream is done when its last byte has been handed to the system, not before.");

  /* Whatever the system's buffers hold, one of these ends with bytes still waiting. */
  ws_test_client_set_reading (fixture->base.client, FALSE);
  for (guint i = 0; ws_connection_get_send_queue_length (fixture->base.connection) == 0; i++)
    {
      g_autoptr (GInputStream) stream = ws_test_stream_new (100000, G_MAXSIZE, FALSE);
      GAsyncResult *result = NULL;
      gboolean      waits;

      g_assert_cmpuint (i, <, 1000);
      ws_connection_send_stream_async (fixture->base.connection, stream, NULL, ws_test_keep_result_cb,
                                       &result);
      ws_test_wait_until (result != NULL ||
                          (ws_test_stream_get_n_given (stream) == 100000 &&
                           ws_connection_get_messages_sent (fixture->base.connection) == i + 1));
      ws_test_settle ();
      waits = ws_connection_get_send_queue_length (fixture->base.connection) > 0;
      g_assert_cmpint (result == NULL, ==, waits);
      ws_test_client_set_reading (fixture->base.client, waits);
      ws_test_wait_until (result != NULL);
      g_assert_true (ws_connection_send_stream_finish (fixture->base.connection, result, NULL));
      g_object_unref (result);
      if (waits)
        break;
    }
}

static void
test_fifo (Fixture      *fixture,
           gconstpointer user_data)
{
  int writer;

  g_test_summary ("A pipe is sent as it is written, each piece at once, until its writer closes it.");

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  writer = open (fixture->path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (writer, >=, 0);
  g_assert_true (ws_connection_send_file (fixture->base.connection, fixture->path, NULL));
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (WsTestFrame) frame = NULL;

      g_assert_cmpint (write (writer, "piece", 5), ==, 5);
      frame = ws_test_client_read_frame (fixture->base.client);
      g_assert_false (frame->fin);
      g_assert_cmpint (frame->opcode, ==, i == 0 ? WS_OPCODE_BINARY : WS_OPCODE_CONTINUATION);
      g_assert_cmpmem (g_bytes_get_data (frame->payload, NULL), g_bytes_get_size (frame->payload), "piece",
                       5);
    }
  g_assert_true (g_close (writer, NULL));
  ws_test_client_assert_frame (fixture->base.client, WS_OPCODE_CONTINUATION, "", 0);
  assert_goes_on (fixture);
}

typedef struct
{
  goffset last;
  goffset total;
  guint   n_calls;
  guint   n_destroyed;
} Progress;

static void
progress_cb (goffset  current,
             goffset  total,
             gpointer user_data)
{
  Progress *progress = user_data;

  g_assert_cmpint (current, >=, progress->last);
  g_assert_true (total == -1 || current <= total);
  g_assert_true (progress->n_calls == 0 || total == progress->total);
  g_assert_cmpuint (progress->n_destroyed, ==, 0);
  progress->last = current;
  progress->total = total;
  progress->n_calls++;
}

static void
progress_destroyed (gpointer user_data)
{
  ((Progress *) user_data)->n_destroyed++;
}

static void
test_progress (Fixture      *fixture,
               gconstpointer user_data)
{
  const gsize length = 3 * 131072 + 1;
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);
  g_autoptr (GAsyncResult) result = NULL;
  Progress progress = { 0 };

  g_test_summary ("Progress rises up to the size of the file; its data is freed once.");

  make_file (fixture, length);
  ws_connection_send_file_async (fixture->base.connection, file, NULL, progress_cb, &progress,
                                 progress_destroyed, ws_test_keep_result_cb, &result);
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_send_file_finish (fixture->base.connection, result, NULL));
  g_clear_object (&result);
  g_assert_cmpint (progress.last, ==, (goffset) length);
  g_assert_cmpint (progress.total, ==, (goffset) length);
  g_assert_cmpuint (progress.n_calls, >=, 4);
  g_assert_cmpuint (progress.n_destroyed, ==, 1);
  assert_message (fixture->base.client, WS_OPCODE_BINARY, length);
}

static void
test_fifo_without_writer (Fixture      *fixture,
                          gconstpointer data)
{
  g_autoptr (WsTestClient) other = ws_test_server_open (fixture->base.server);
  g_autoptr (GError) error = NULL;
  gint64 start;
  int    fd;

  g_test_summary ("Sending a pipe that nobody writes to blocks nobody, and waits for its writer.");

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  start = g_get_monotonic_time ();
  g_assert_true (ws_connection_send_file (fixture->base.connection, fixture->path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);

  /* Others are served meanwhile; the message has not ended as an empty one. */
  ws_test_client_send_ping (other, "others");
  ws_test_client_assert_frame (other, WS_OPCODE_PONG, "others", 6);
  ws_test_client_send_ping (fixture->base.client, "here");
  ws_test_client_assert_frame (fixture->base.client, WS_OPCODE_PONG, "here", 4);

  fd = g_open (fixture->path, O_WRONLY, 0);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, "late", 4), ==, 4);
  close (fd);
  {
    WsOpcode opcode;
    g_autoptr (GBytes) message = ws_test_client_read_message (fixture->base.client, &opcode);

    g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), "late", 4);
  }
}

static void
test_progress_of_pipe (Fixture      *fixture,
                       gconstpointer user_data)
{
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);
  g_autoptr (GAsyncResult) result = NULL;
  Progress progress = { 0 };
  int      writer;

  g_test_summary ("The size of a pipe is not known: -1.");

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  writer = open (fixture->path, O_RDWR | O_CLOEXEC);
  ws_connection_send_file_async (fixture->base.connection, file, NULL, progress_cb, &progress,
                                 progress_destroyed, ws_test_keep_result_cb, &result);
  g_assert_cmpint (write (writer, "abc", 3), ==, 3);
  ws_test_wait_until (progress.n_calls == 1);
  g_assert_cmpint (progress.last, ==, 3);
  g_assert_cmpint (progress.total, ==, -1);
  g_assert_true (g_close (writer, NULL));
  ws_test_wait_until (result != NULL);
  g_assert_true (ws_connection_send_file_finish (fixture->base.connection, result, NULL));
}

static void
test_bad_files (Fixture      *fixture,
                gconstpointer user_data)
{
  const char *paths[] = { "/nonexistent/file", fixture->folder, "/proc/self/mem" };

  g_test_summary ("A missing file, a folder and a file that cannot be read fail by name; nothing goes out.");

  for (gsize i = 0; i < G_N_ELEMENTS (paths) * 2; i++)
    {
      g_autofree char *path = g_strdup (paths[i / 2]);
      g_autoptr (GError) error = NULL;
      gboolean blocking = i % 2 == 1;
      char    *own = fixture->path;

      fixture->path = path;
      ws_connection_set_timeout (fixture->base.connection, 10);
      g_assert_false (blocking ? send_file (fixture, 0, &error) : send_file_async (fixture, 0, &error));
      fixture->path = own;
      g_assert_nonnull (error);
      g_assert_true (error->domain == WS_ERROR);
      if (i / 2 < 2) /* the third fails when it is read */
        g_assert_nonnull (strstr (error->message, path));
      ws_connection_set_timeout (fixture->base.connection, 0);
      assert_goes_on (fixture);
    }
}

static void
test_unreadable (Fixture      *fixture,
                 gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  gboolean is_root = geteuid () == 0;

  g_test_summary ("A file without permission to read is refused with 10013.");

  make_file (fixture, 1);
  g_assert_cmpint (g_chmod (fixture->path, 0), ==, 0);
  if (is_root) /* who may read every file: for a moment nobody */
    g_assert_cmpint (seteuid (65534), ==, 0);
  g_assert_false (ws_connection_send_file (fixture->base.connection, fixture->path, &error));
  if (is_root)
    g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_error (error, WS_ERROR, WS_ERROR_ACCESS_DENIED);
  assert_goes_on (fixture);
}

static void
test_failing_stream (Fixture      *fixture,
                     gconstpointer user_data)
{
  const gsize lengths[] = { 0, 1, 200000 };

  g_test_summary (
      "A failing stream finishes its call once; its message ends, and the next message is whole.");

  for (gsize i = 0; i < G_N_ELEMENTS (lengths) * 3; i++)
    {
      gsize length = lengths[i / 3];
      g_autoptr (GInputStream) stream = ws_test_stream_new (length, G_MAXSIZE, TRUE);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      ws_connection_set_timeout (fixture->base.connection, i % 3 == 1 ? 10 : 0);
      if (i % 3 == 0)
        {
          ws_connection_send_stream_async (fixture->base.connection, stream, NULL, ws_test_keep_result_cb,
                                           &result);
          ws_test_wait_until (result != NULL);
          g_assert_false (ws_connection_send_stream_finish (fixture->base.connection, result, &error));
        }
      else if (i % 3 == 1)
        {
          g_assert_false (ws_connection_set_upload_stream (fixture->base.connection, stream, &error));
        }
      else
        {
          g_assert_true (ws_connection_set_upload_stream (fixture->base.connection, stream, &error));
          ws_test_server_wait_for (fixture->base.server, "error #1 ");
        }
      if (i % 3 < 2)
        {
          g_assert_nonnull (strstr (error->message, "the test's stream fails here"));
          g_assert_true (error->domain == WS_ERROR);
        }
      ws_test_settle ();
      g_assert_cmpuint (ws_test_server_count (fixture->base.server, "error"), ==, i % 3 == 2);
      g_assert_cmpuint (ws_test_stream_get_n_closed (stream), ==, 1);
      ws_test_server_forget (fixture->base.server);
      ws_connection_set_timeout (fixture->base.connection, 0);
      if (length > 0)
        assert_message (fixture->base.client, WS_OPCODE_BINARY, length);
      assert_goes_on (fixture);
    }
}

static void
test_close_stream (Fixture      *fixture,
                   gconstpointer user_data)
{
  gboolean closes = user_data == NULL;
  g_autoptr (GInputStream) stream = ws_test_stream_new (1000, 100, FALSE);
  g_autoptr (GAsyncResult) result = NULL;

  g_test_summary ("CloseStreamAfterTransfer decides whether a stream is closed; never twice.");

  ws_connection_send_stream_async (fixture->base.connection, stream, NULL, ws_test_keep_result_cb, &result);
  assert_message (fixture->base.client, WS_OPCODE_BINARY, 1000);
  ws_test_wait_until (result != NULL);
  g_assert_cmpuint (ws_test_stream_get_n_closed (stream), ==, closes);
  g_assert_cmpint (g_input_stream_is_closed (stream), ==, closes);
  g_clear_object (&result);

  /* The same stream, at its end or closed: an empty message, or an error. */
  ws_connection_send_stream_async (fixture->base.connection, stream, NULL, ws_test_keep_result_cb, &result);
  ws_test_wait_until (result != NULL);
  g_assert_cmpint (ws_connection_send_stream_finish (fixture->base.connection, result, NULL), ==, !closes);
  if (!closes)
    assert_message (fixture->base.client, WS_OPCODE_BINARY, 0);
  g_assert_cmpuint (ws_test_stream_get_n_closed (stream), ==, closes);
  assert_goes_on (fixture);
}

static void
test_cancel_before (Fixture      *fixture,
                    gconstpointer user_data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GInputStream) stream = ws_test_stream_new (1000, 100, FALSE);
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);
  g_autoptr (GAsyncResult) stream_result = NULL;
  g_autoptr (GAsyncResult) file_result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A call that is cancelled before it begins sends nothing.");

  make_file (fixture, 1000);
  g_cancellable_cancel (cancellable);
  ws_connection_send_stream_async (fixture->base.connection, stream, cancellable, ws_test_keep_result_cb,
                                   &stream_result);
  ws_connection_send_file_async (fixture->base.connection, file, cancellable, NULL, NULL, NULL,
                                 ws_test_keep_result_cb, &file_result);
  ws_test_wait_until (stream_result != NULL && file_result != NULL);
  g_assert_false (ws_connection_send_stream_finish (fixture->base.connection, stream_result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (ws_connection_send_file_finish (fixture->base.connection, file_result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_goes_on (fixture);
}

#define N_PIPES 60

static void
test_pipes_without_writer (Fixture      *fixture,
                           gconstpointer user_data)
{
  g_autofree char *path = g_strconcat (fixture->path, "-pipe", NULL);
  g_autoptr (GFile) pipe = g_file_new_for_path (path);
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autofree char *contents = NULL;
  GAsyncResult    *results[N_PIPES] = { NULL };
  gint64           before_us;

  g_test_summary ("Pipes without a writer block neither the main loop nor the threads that GIO shares.");

  make_file (fixture, 1000);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  before_us = g_get_monotonic_time ();
  for (guint i = 0; i < N_PIPES; i++)
    ws_connection_send_file_async (fixture->base.connection, pipe, cancellable, NULL, NULL, NULL,
                                   ws_test_keep_result_cb, &results[i]);
  g_file_load_contents_async (file, NULL, ws_test_keep_result_cb, &loaded);
  ws_test_wait_until (loaded != NULL);
  g_assert_cmpint (g_get_monotonic_time () - before_us, <, 3 * G_USEC_PER_SEC);
  g_assert_true (g_file_load_contents_finish (file, loaded, &contents, NULL, NULL, NULL));

  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < N_PIPES; i++)
    {
      g_autoptr (GError) error = NULL;

      ws_test_wait_until (results[i] != NULL);
      g_assert_false (ws_connection_send_file_finish (fixture->base.connection, results[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_object_unref (results[i]);
    }
  assert_goes_on (fixture);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
test_cancel_in_the_middle (Fixture      *fixture,
                           gconstpointer user_data)
{
  gboolean begun = user_data == NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  int ends[2];

  g_test_summary ("A stream that is cancelled ends its message if it has begun; the next one follows.");

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  stream = g_unix_input_stream_new (ends[0], TRUE);
  ws_connection_send_stream_async (fixture->base.connection, stream, cancellable, ws_test_keep_result_cb,
                                   &result);
  if (begun)
    {
      g_autoptr (WsTestFrame) frame = NULL;

      g_assert_cmpint (write (ends[1], "begun", 5), ==, 5);
      frame = ws_test_client_read_frame (fixture->base.client);
      g_assert_false (frame->fin);
    }
  ws_connection_send_text (fixture->base.connection, "behind", NULL);
  g_cancellable_cancel (cancellable);
  ws_test_wait_until (result != NULL);
  g_assert_false (ws_connection_send_stream_finish (fixture->base.connection, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (begun)
    ws_test_client_assert_frame (fixture->base.client, WS_OPCODE_CONTINUATION, "", 0);
  ws_test_client_assert_text (fixture->base.client, "behind");
  ws_test_wait_until (g_input_stream_is_closed (stream));
  g_assert_true (g_close (ends[1], NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ws_test_add ("/integration/streams/sizes", NULL, test_sizes);
  ws_test_add ("/integration/streams/slow-reader", NULL, test_slow_reader);
  ws_test_add ("/integration/streams/told-when-written", "OutBufferSize=65536", test_told_when_written);
  ws_test_add ("/integration/streams/fifo", NULL, test_fifo);
  ws_test_add ("/integration/streams/progress/file", NULL, test_progress);
  ws_test_add ("/integration/streams/fifo-without-writer", NULL, test_fifo_without_writer);
  ws_test_add ("/integration/streams/progress/pipe", NULL, test_progress_of_pipe);
  ws_test_add ("/integration/streams/bad-files", NULL, test_bad_files);
  ws_test_add ("/integration/streams/unreadable", NULL, test_unreadable);
  ws_test_add ("/integration/streams/failing", NULL, test_failing_stream);
  ws_test_add ("/integration/streams/close/yes", NULL, test_close_stream);
  ws_test_add ("/integration/streams/close/no", "CloseStreamAfterTransfer=False", test_close_stream);
  ws_test_add ("/integration/streams/cancel/before", NULL, test_cancel_before);
  ws_test_add ("/integration/streams/pipes-without-writer", NULL, test_pipes_without_writer);
  ws_test_add ("/integration/streams/cancel/begun", NULL, test_cancel_in_the_middle);
  ws_test_add ("/integration/streams/cancel/waiting", "LogLevel=1", test_cancel_in_the_middle);

  return g_test_run ();
}
