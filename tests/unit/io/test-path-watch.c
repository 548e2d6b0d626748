/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-path-watch-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* A folder of its own, and a watch of folder/PATH. */
typedef struct
{
  char        *folder;
  WsPathWatch *watch;
  guint        n_changes;
} Fixture;

static char *
in_folder (Fixture    *self,
           const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

static void
write_file (Fixture    *self,
            const char *name,
            const char *content)
{
  g_autofree char *path = in_folder (self, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, content, -1, &error);
  g_assert_no_error (error);
}

static void
make_folder (Fixture    *self,
             const char *name)
{
  g_autofree char *path = in_folder (self, name);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
}

static void
make_link (Fixture    *self,
           const char *target,
           const char *name)
{
  g_autofree char *path = in_folder (self, name);

  g_assert_cmpint (symlink (target, path), ==, 0);
}

static void
move (Fixture    *self,
      const char *from,
      const char *to)
{
  g_autofree char *from_path = in_folder (self, from);
  g_autofree char *to_path = in_folder (self, to);

  g_assert_cmpint (g_rename (from_path, to_path), ==, 0);
}

static void
changed_cb (gpointer user_data)
{
  ((Fixture *) user_data)->n_changes++;
}

static gboolean
end_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_for (guint    milliseconds,
         Fixture *self,
         gboolean until_changed)
{
  gboolean is_over = FALSE;
  guint    id = g_timeout_add (milliseconds, end_cb, &is_over);

  while (!is_over && !(until_changed && self->n_changes > 0))
    g_main_context_iteration (NULL, TRUE);
  if (!is_over)
    g_source_remove (id);
}

/* Starts the watch and waits for the end of the first check. */
static void
watch (Fixture    *self,
       const char *name)
{
  g_autofree char *path = in_folder (self, name);

  self->watch = ws_path_watch_new (path, g_main_context_default (), changed_cb, self);
  run_for (50, self, FALSE);
  self->n_changes = 0;
}

static void
expect_change (Fixture *self)
{
  run_for (20000, self, TRUE);
  g_assert_cmpuint (self->n_changes, >, 0);
  run_for (50, self, FALSE);
  self->n_changes = 0;
}

static void
path_set_up (Fixture      *self,
             gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("ws-path-watch-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_folder (below);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
path_tear_down (Fixture      *self,
                gconstpointer user_data)
{
  ws_path_watch_free (self->watch);
  run_for (20, self, FALSE);
  remove_folder (self->folder);
  g_free (self->folder);
}

static void
test_written (Fixture      *self,
              gconstpointer user_data)
{
  g_test_summary ("Writing the file and replacing it by a rename are reported; other files are not.");

  write_file (self, "a.pem", "1");
  watch (self, "a.pem");
  write_file (self, "a.pem", "2");
  expect_change (self);
  write_file (self, "new.pem", "3");
  run_for (100, self, FALSE);
  g_assert_cmpuint (self->n_changes, ==, 0);
  move (self, "new.pem", "a.pem");
  expect_change (self);
}

static void
test_kubernetes (Fixture      *self,
                 gconstpointer user_data)
{
  g_test_summary ("The file is a link through ..data, which a renewal swaps, more than once.");

  make_folder (self, "..v1");
  write_file (self, "..v1/a.pem", "1");
  make_link (self, "..v1", "..data");
  make_link (self, "..data/a.pem", "a.pem");
  watch (self, "a.pem");

  for (guint i = 2; i < 4; i++)
    {
      g_autofree char *version = g_strdup_printf ("..v%u", i);
      g_autofree char *file = g_strconcat (version, "/a.pem", NULL);

      make_folder (self, version);
      write_file (self, file, version);
      make_link (self, version, "..data_tmp");
      move (self, "..data_tmp", "..data");
      expect_change (self);
    }

  write_file (self, "..v3/a.pem", "written in place");
  expect_change (self);
}

static void
test_directory_replaced (Fixture      *self,
                         gconstpointer user_data)
{
  g_test_summary ("A directory in the path is replaced as a whole, and the new one is watched.");

  make_folder (self, "live");
  write_file (self, "live/a.pem", "1");
  watch (self, "live/a.pem");
  make_folder (self, "next");
  write_file (self, "next/a.pem", "2");
  move (self, "live", "old");
  move (self, "next", "live");
  expect_change (self);
  write_file (self, "live/a.pem", "3");
  expect_change (self);
}

static void
test_appears_later (Fixture      *self,
                    gconstpointer user_data)
{
  g_test_summary ("The directory and the file appear after the watch was started.");

  watch (self, "later/a.pem");
  make_folder (self, "later");
  expect_change (self);
  write_file (self, "later/a.pem", "1");
  expect_change (self);
}

static void
test_link_loop (Fixture      *self,
                gconstpointer user_data)
{
  g_test_summary ("A loop of links ends, and a file that replaces it is reported.");

  make_link (self, "b", "a");
  make_link (self, "a", "b");
  watch (self, "a");
  write_file (self, "new", "1");
  move (self, "new", "a");
  expect_change (self);
}

static void
test_parent (Fixture      *self,
             gconstpointer user_data)
{
  g_test_summary ("A link that leads up by .. is followed as the kernel does.");

  make_folder (self, "live");
  make_folder (self, "archive");
  write_file (self, "archive/a1.pem", "1");
  write_file (self, "archive/a2.pem", "2");
  make_link (self, "../archive/a1.pem", "live/a.pem");
  watch (self, "live/a.pem");
  write_file (self, "archive/a1.pem", "1b");
  expect_change (self);
  make_link (self, "../archive/a2.pem", "live/next.pem");
  move (self, "live/next.pem", "live/a.pem");
  expect_change (self);
}

#define ADD(path, test) \
 g_test_add ("/unit/io/path-watch/" path, Fixture, NULL, path_set_up, test, path_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("written", test_written);
  ADD ("kubernetes", test_kubernetes);
  ADD ("directory-replaced", test_directory_replaced);
  ADD ("appears-later", test_appears_later);
  ADD ("link-loop", test_link_loop);
  ADD ("parent", test_parent);

  return g_test_run ();
}
