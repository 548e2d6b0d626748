/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-page-opener-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *outer;
  char *folder;
} Fixture;

static void
write_file (const char *folder,
            const char *name,
            const char *content)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static void
fixture_set_up (Fixture                *fixture,
                gconstpointer user_data G_GNUC_UNUSED)
{
  g_autofree char *pipe_path = NULL;
  g_autofree char *link_path = NULL;

  fixture->outer = g_dir_make_tmp ("ws-test-XXXXXX", NULL);
  fixture->folder = g_build_filename (fixture->outer, "folder", NULL);
  pipe_path = g_build_filename (fixture->folder, "pipe", NULL);
  link_path = g_build_filename (fixture->folder, "link", NULL);
  g_assert_cmpint (g_mkdir (fixture->folder, 0700), ==, 0);
  write_file (fixture->outer, "secret", "secret");
  write_file (fixture->folder, "file", "0123456789");
  write_file (fixture->folder, ".dot", "dot");
  g_assert_cmpint (symlink ("../secret", link_path), ==, 0);
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
}

static void
fixture_tear_down (Fixture                *fixture,
                   gconstpointer user_data G_GNUC_UNUSED)
{
  static const char *const names[] = { "file", ".dot", "link", "pipe", "../secret" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->outer), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->outer);
}

static gboolean
finished_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_REMOVE;
}

/* Waits for the notification, as a server does. */
static void
await (WsPageOpener *opener)
{
  guint n_calls = 0;

  ws_page_opener_notify (opener, g_main_context_default (), finished_cb, &n_calls, NULL);
  while (n_calls == 0)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_calls, ==, 1);
}

static void
assert_error (const char *folder,
              const char *path,
              gboolean    dot_files,
              int         error_number)
{
  g_autoptr (WsPageOpener) opener = ws_page_opener_new (folder, path, dot_files);

  await (opener);
  g_assert_cmpint (ws_page_opener_get_file (opener)->error_number, ==, error_number);
  g_assert_cmpint (ws_page_opener_get_file (opener)->is_folder, ==, error_number == EISDIR);
  g_assert_cmpint (ws_page_opener_get_file (opener)->fd, ==, -1);
}

static void
test_errors (Fixture                *fixture,
             gconstpointer user_data G_GNUC_UNUSED)
{
  g_autofree char *no_folder = g_build_filename (fixture->outer, "none", NULL);
  g_autofree char *pipe_path = g_build_filename (fixture->folder, "pipe", NULL);

  g_test_summary ("What is no regular file of the folder is not opened, and the error says why.");

  assert_error (fixture->folder, "/none", FALSE, ENOENT);
  assert_error (fixture->folder, "/file/", FALSE, ENOTDIR);
  assert_error (fixture->folder, "/", FALSE, ENOENT); /* no index.html */
  assert_error (fixture->folder, "/link", FALSE, ENOENT);
  assert_error (fixture->folder, "/pipe", FALSE, ENOENT);
  assert_error (fixture->folder, "/.dot", FALSE, ENOENT);
  assert_error (fixture->outer, "/folder", FALSE, EISDIR);
  assert_error (no_folder, "/file", FALSE, ENOENT);
  assert_error (NULL, pipe_path, TRUE, ENOENT);
  assert_error (NULL, fixture->folder, TRUE, EISDIR);
}

static void
test_content (Fixture                *fixture,
              gconstpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (WsPageOpener) opener = ws_page_opener_new (fixture->folder, "/file", FALSE);
  const WsPageFile *file = ws_page_opener_get_file (opener);
  g_autoptr (GInputStream) stream = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "file", NULL);
  struct stat      status;
  char             bytes[16];
  gsize            n_read = 0;

  g_test_summary ("An open file has its length, its time and a tag, and is read from any offset.");

  await (opener);
  g_assert_cmpint (file->error_number, ==, 0);
  g_assert_cmpuint (file->length, ==, 10);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (file->modified_s, ==, status.st_mtim.tv_sec);
  g_assert_true (file->etag[0] == '"' && g_str_has_suffix (file->etag, "\""));

  stream = ws_page_opener_steal_stream (opener, 7);
  g_assert_true (g_input_stream_read_all (stream, bytes, sizeof bytes, &n_read, NULL, NULL));
  g_assert_cmpmem (bytes, n_read, "789", 3);
}

static void
test_late_notification (Fixture                *fixture,
                        gconstpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (WsPageOpener) opener = ws_page_opener_new (fixture->folder, "/.dot", TRUE);

  g_test_summary ("An opener that has finished notifies as well, each time it is asked.");

  await (opener);
  await (opener);
  g_assert_true (ws_page_opener_wait (opener));
  g_assert_cmpint (ws_page_opener_get_file (opener)->error_number, ==, 0);
}

static void
test_dropped (Fixture                *fixture,
              gconstpointer user_data G_GNUC_UNUSED)
{
  g_test_summary ("An opener may be dropped while it works.");

  for (guint i = 0; i < 50; i++)
    ws_page_opener_unref (ws_page_opener_new (fixture->folder, "/file", FALSE));
}

#define ADD(path, test) \
 g_test_add ("/unit/io/page-opener/" path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("errors", test_errors);
  ADD ("content", test_content);
  ADD ("late-notification", test_late_notification);
  ADD ("dropped", test_dropped);

  return g_test_run ();
}
