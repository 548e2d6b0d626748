/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-page-opener-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wsserver/protocol/ws-http-path-private.h"

#define INDEX_FILE "index.html"

/* With O_NONBLOCK nothing waits for a writer, should the file be a pipe by now. Regular files ignore it. */
#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW)

struct _WsPageOpener
{
  gatomicrefcount ref_count;
  char           *folder; /* NULL: the path is one of the file system */
  char           *path;
  gboolean        dot_files;

  GMutex mutex;
  GCond  finished;
  /* Guarded by the mutex, until is_finished is set. */
  gboolean      is_finished;
  WsPageFile    file;
  GSource      *notification; /* to be attached … */
  GMainContext *context;      /* … here */
};

WsPageOpener *
ws_page_opener_ref (WsPageOpener *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ws_page_opener_unref (WsPageOpener *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->file.fd >= 0)
    close (self->file.fd);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->finished);
  g_free (self->file.etag);
  g_free (self->folder);
  g_free (self->path);
  g_free (self);
}

/* --- in the thread --------------------------------------------------------------------------- */

/* What is at the path is looked at before it is opened. */
static int
open_regular_at (int         folder_fd,
                 const char *name)
{
  struct stat status;

  if (fstatat (folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return -1;

  if (!S_ISREG (status.st_mode))
    {
      errno = S_ISDIR (status.st_mode) ? EISDIR : ENOENT;
      return -1;
    }

  return openat (folder_fd, name, OPEN_FLAGS);
}

/* Opens a path that has no symbolic links any more, element by element. One that was put there meanwhile is
 * not followed. Takes folder_fd. */
static int
open_beneath (int         folder_fd,
              const char *path)
{
  const char *slash;
  int         fd;
  int         error_number;

  while (folder_fd >= 0 && (slash = strchr (path, '/')) != NULL)
    {
      g_autofree char *name = g_strndup (path, (gsize) (slash - path));
      int              next_fd = openat (folder_fd, name, OPEN_FLAGS | O_DIRECTORY);

      error_number = errno;
      close (folder_fd);
      errno = error_number;
      folder_fd = next_fd;
      path = slash + 1;
    }

  if (folder_fd < 0)
    return -1;

  fd = open_regular_at (folder_fd, path);
  error_number = errno;
  close (folder_fd);
  errno = error_number;
  return fd;
}

/* Returns the part of the resolved path below the resolved folder, or NULL. */
static const char *
get_part_beneath (const char *folder,
                  const char *path)
{
  const gsize length = strcmp (folder, "/") == 0 ? 0 : strlen (folder);

  return strncmp (path, folder, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

static int
open_in_folder (WsPageOpener *self)
{
  const gboolean   is_index = g_str_has_suffix (self->path, "/");
  g_autofree char *path = g_strconcat (self->folder, "/", self->path, is_index ? INDEX_FILE : NULL, NULL);
  /* Memory of realpath() is freed with free(). */
  char       *real_folder = realpath (self->folder, NULL);
  char       *real_path = real_folder != NULL ? realpath (path, NULL) : NULL;
  const char *part = real_path != NULL ? get_part_beneath (real_folder, real_path) : NULL;
  int         fd = -1;
  int         error_number;

  if (real_path != NULL && strcmp (real_path, real_folder) == 0)
    errno = EISDIR;
  else if (real_path != NULL && (part == NULL || (!self->dot_files && ws_http_path_has_dot_file (part))))
    errno = ENOENT;
  else if (part != NULL)
    fd = open_beneath (open (real_folder, OPEN_FLAGS | O_DIRECTORY), part);

  error_number = errno;
  free (real_folder);
  free (real_path);
  errno = error_number;
  return fd;
}

static int
open_path (WsPageOpener *self)
{
  char *real_path = realpath (self->path, NULL);
  int   fd = real_path != NULL ? open_regular_at (AT_FDCWD, real_path) : -1;
  int   error_number = errno;

  free (real_path);
  errno = error_number;
  return fd;
}

static void
find_file (WsPageOpener *self,
           WsPageFile   *file)
{
  struct stat status;

  file->fd = self->folder != NULL ? open_in_folder (self) : open_path (self);
  if (file->fd < 0 || fstat (file->fd, &status) != 0)
    {
      file->error_number = errno;
      file->is_folder = errno == EISDIR;
      return;
    }

  if (!S_ISREG (status.st_mode))
    {
      file->error_number = ENOENT;
      return;
    }

  file->length = (guint64) status.st_size;
  file->modified_s = status.st_mtim.tv_sec;
  file->etag = g_strdup_printf ("\"%" G_GINT64_MODIFIER "x-%lx-%" G_GINT64_MODIFIER "x\"",
                                (guint64) status.st_mtim.tv_sec, (unsigned long) status.st_mtim.tv_nsec,
                                (guint64) status.st_size);
}

static gpointer
find_in_thread (gpointer user_data)
{
  WsPageOpener *self = user_data;
  WsPageFile    file = { .fd = -1 };
  GSource      *notification;
  GMainContext *context;

  find_file (self, &file);

  g_mutex_lock (&self->mutex);
  self->file = file;
  self->is_finished = TRUE;
  notification = g_steal_pointer (&self->notification);
  context = g_steal_pointer (&self->context);
  g_cond_signal (&self->finished);
  g_mutex_unlock (&self->mutex);

  /* Its function may run, and drop the opener, as soon as it is attached. */
  if (notification != NULL)
    {
      g_source_attach (notification, context);
      g_source_unref (notification);
      g_main_context_unref (context);
    }

  ws_page_opener_unref (self);
  return NULL;
}

/* --- in the thread of the server ------------------------------------------------------------- */

WsPageOpener *
ws_page_opener_new (const char *folder,
                    const char *path,
                    gboolean    dot_files)
{
  WsPageOpener *self = g_new0 (WsPageOpener, 1);
  GThread      *thread;

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->finished);
  self->folder = g_strdup (folder);
  self->path = g_strdup (path);
  self->dot_files = dot_files;
  self->file.fd = -1;

  thread = g_thread_try_new ("ws-page-open", find_in_thread, ws_page_opener_ref (self), NULL);
  if (thread != NULL)
    {
      g_thread_unref (thread);
    }
  else
    {
      self->file.error_number = EAGAIN;
      self->is_finished = TRUE;
      ws_page_opener_unref (self);
    }

  return self;
}

gboolean
ws_page_opener_wait (WsPageOpener *self)
{
  gint64   deadline = g_get_monotonic_time () + WS_PAGE_OPENER_WAIT_MS * G_TIME_SPAN_MILLISECOND;
  gboolean is_finished;

  g_mutex_lock (&self->mutex);
  while (!self->is_finished && g_cond_wait_until (&self->finished, &self->mutex, deadline))
    ;
  is_finished = self->is_finished;
  g_mutex_unlock (&self->mutex);
  return is_finished;
}

void
ws_page_opener_notify (WsPageOpener  *self,
                       GMainContext  *context,
                       GSourceFunc    func,
                       gpointer       user_data,
                       GDestroyNotify destroy)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, user_data, destroy);

  g_mutex_lock (&self->mutex);
  if (!self->is_finished)
    {
      self->notification = g_steal_pointer (&source);
      self->context = g_main_context_ref (context);
    }
  g_mutex_unlock (&self->mutex);

  if (source != NULL)
    {
      g_source_attach (source, context);
      g_source_unref (source);
    }
}

const WsPageFile *
ws_page_opener_get_file (WsPageOpener *self)
{
  return &self->file;
}

GInputStream *
ws_page_opener_steal_stream (WsPageOpener *self,
                             guint64       offset)
{
  int fd = self->file.fd;

  g_assert (fd >= 0);
  self->file.fd = -1;
  lseek (fd, (off_t) offset, SEEK_SET);
  return g_unix_input_stream_new (fd, TRUE);
}
