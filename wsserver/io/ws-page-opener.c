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

#include "wsserver/io/ws-file-call-private.h"
#include "wsserver/protocol/ws-http-path-private.h"

/* With O_NONBLOCK nothing waits for a writer, should the file be a pipe by now. Regular files ignore it. */
#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW)

struct _WsPageOpener
{
  WsFileCall call;
  char      *folder; /* NULL: the path is one of the file system */
  char      *path;
  gboolean   dot_files;
  WsPageFile file;
};

WsPageOpener *
ws_page_opener_ref (WsPageOpener *self)
{
  ws_file_call_ref (&self->call);
  return self;
}

void
ws_page_opener_unref (WsPageOpener *self)
{
  ws_file_call_unref (&self->call);
}

static void
page_opener_free (WsFileCall *call)
{
  WsPageOpener *self = (WsPageOpener *) call;

  if (self->file.fd >= 0)
    close (self->file.fd);
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
  const char      *index = g_str_has_suffix (self->path, "/") ? WS_HTTP_INDEX_FILE : NULL;
  g_autofree char *path = g_strconcat (self->folder, "/", self->path, index, NULL);
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

static void
find_in_thread (WsFileCall *call)
{
  WsPageOpener *self = (WsPageOpener *) call;

  find_file (self, &self->file);
}

/* --- in the thread of the server ------------------------------------------------------------- */

WsPageOpener *
ws_page_opener_new (const char *folder,
                    const char *path,
                    gboolean    dot_files)
{
  WsPageOpener *self = g_new0 (WsPageOpener, 1);

  ws_file_call_init (&self->call, find_in_thread, page_opener_free);
  self->folder = g_strdup (folder);
  self->path = g_strdup (path);
  self->dot_files = dot_files;
  self->file.fd = -1;
  if (!ws_file_call_start (&self->call))
    self->file.error_number = EAGAIN;

  return self;
}

gboolean
ws_page_opener_wait (WsPageOpener *self)
{
  return ws_file_call_wait (&self->call);
}

void
ws_page_opener_notify (WsPageOpener  *self,
                       GMainContext  *context,
                       GSourceFunc    func,
                       gpointer       user_data,
                       GDestroyNotify destroy)
{
  ws_file_call_notify (&self->call, context, func, user_data, destroy);
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
