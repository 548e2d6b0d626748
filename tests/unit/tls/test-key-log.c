/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-key-log-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "wsserver/base/ws-error.h"

#define LINE "CLIENT_RANDOM 00112233 44556677\n"

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture      *self,
        gconstpointer data)
{
  self->folder = g_dir_make_tmp ("ws-test-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "keys", NULL);
}

static void
tear_down (Fixture      *self,
           gconstpointer data)
{
  g_unlink (self->path);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->path);
  g_free (self->folder);
}

static void
assert_refused (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ws_key_log_open (path, &error), ==, -1);
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, "is not a regular file"));
}

static void
test_append (Fixture      *self,
             gconstpointer data)
{
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  int first;
  int second;

  g_test_summary ("Lines go behind what is in the file, whoever opened it last.");

  g_assert_true (g_file_set_contents (self->path, "# mine\n", -1, NULL));
  first = ws_key_log_open (self->path, &error);
  g_assert_no_error (error);
  second = ws_key_log_open (self->path, &error);
  g_assert_no_error (error);
  ws_key_log_append (first, "one\n", 4);
  ws_key_log_append (second, "two\n", 4);
  ws_key_log_append (first, "three\n", 6);
  g_close (first, NULL);
  g_close (second, NULL);
  g_assert_true (g_file_get_contents (self->path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "# mine\none\ntwo\nthree\n");
}

static void
test_pipe (Fixture      *self,
           gconstpointer data)
{
  int reader;

  g_test_summary ("A named pipe is refused at once, with and without a reader.");

  g_assert_cmpint (mkfifo (self->path, 0600), ==, 0);
  assert_refused (self->path);
  reader = g_open (self->path, O_RDONLY | O_NONBLOCK, 0);
  g_assert_cmpint (reader, >=, 0);
  assert_refused (self->path);
  g_close (reader, NULL);
}

static void
test_socket (Fixture      *self,
             gconstpointer data)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int                fd = socket (AF_UNIX, SOCK_STREAM, 0);

  g_test_summary ("A socket is refused.");

  g_strlcpy (address.sun_path, self->path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  assert_refused (self->path);
  g_close (fd, NULL);
}

static void
test_others (Fixture      *self,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int fd;

  g_test_summary ("/dev/null is accepted; a folder, and a file in none, are the errors of the system.");

  fd = ws_key_log_open ("/dev/null", &error);
  g_assert_no_error (error);
  ws_key_log_append (fd, LINE, strlen (LINE));
  g_close (fd, NULL);

  g_assert_cmpint (ws_key_log_open (self->folder, &error), ==, -1);
  g_assert_nonnull (strstr (error->message, g_strerror (EISDIR)));
  g_clear_error (&error);
  g_assert_cmpint (ws_key_log_open ("/nonexistent/keys", &error), ==, -1);
  g_assert_nonnull (strstr (error->message, g_strerror (ENOENT)));
}

static void
test_full_disk (Fixture      *self,
                gconstpointer data)
{
  g_test_summary ("Where a line does not fit, nothing of it stays, for each size that is left.");

  signal (SIGXFSZ, SIG_IGN);
  for (gsize room = 2 * strlen (LINE); room < 3 * strlen (LINE); room++)
    {
      g_autofree char *content = NULL;
      g_autoptr (GError) error = NULL;
      struct rlimit before;
      struct rlimit limit;
      int           fd = ws_key_log_open (self->path, &error);

      g_assert_no_error (error);
      g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
      limit = before;
      limit.rlim_cur = room;
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      for (guint i = 0; i < 4; i++)
        ws_key_log_append (fd, LINE, strlen (LINE));
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
      g_close (fd, NULL);

      g_assert_true (g_file_get_contents (self->path, &content, NULL, NULL));
      g_assert_cmpstr (content, ==, LINE LINE);
      g_assert_cmpint (g_unlink (self->path), ==, 0);
    }
  signal (SIGXFSZ, SIG_DFL);
}

#define ADD(name, function) \
 g_test_add ("/unit/tls/key-log/" name, Fixture, NULL, set_up, (function), tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("append", test_append);
  ADD ("pipe", test_pipe);
  ADD ("socket", test_socket);
  ADD ("others", test_others);
  ADD ("full-disk", test_full_disk);

  return g_test_run ();
}
