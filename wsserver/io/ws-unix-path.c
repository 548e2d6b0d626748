/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-unix-path-private.h"

#include "wsserver/base/ws-path-private.h"
#include "wsserver/base/ws-process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The lock is held for a bind() and a listen(). Whoever holds it for a second is no server that starts. */
#define LOCK_INTERVAL_US 1000
#define MAX_LOCK_ATTEMPTS 1000

gboolean
ws_unix_path_is_too_long (const char *path)
{
  return strlen (path) >= sizeof (((struct sockaddr_un *) NULL)->sun_path);
}

gboolean
ws_unix_path_lock (const char *path,
                   int        *fd)
{
  g_autofree char *directory = g_path_get_dirname (path);

  *fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (guint n = 1; *fd >= 0 && flock (*fd, LOCK_EX | LOCK_NB) != 0; n++)
    {
      if (errno != EWOULDBLOCK && errno != EINTR) /* a file system without locks */
        return TRUE;
      if (n == MAX_LOCK_ATTEMPTS)
        return FALSE;
      g_usleep (LOCK_INTERVAL_US);
    }

  return TRUE;
}

void
ws_unix_path_unlock (int fd)
{
  if (fd >= 0)
    (void) close (fd);
}

gboolean
ws_unix_path_is_stale (const char *path)
{
  struct stat info;

  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) probe = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GError) error = NULL;

  if (probe == NULL || lstat (path, &info) != 0 || !S_ISSOCK (info.st_mode))
    return FALSE;

  g_socket_set_blocking (probe, FALSE);
  return !g_socket_connect (probe, address, NULL, &error) &&
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

void
ws_unix_path_remember (WsUnixPath *self,
                       const char *path)
{
  struct stat info;

  if (lstat (path, &info) != 0)
    return;

  ws_process_watch_forks ();
  self->process_generation = ws_process_generation;
  self->path = ws_path_make_absolute (path);
  self->device = info.st_dev;
  self->inode = info.st_ino;
}

void
ws_unix_path_remove (WsUnixPath *self)
{
  struct stat info;

  if (self->path != NULL && !ws_process_is_foreign (self->process_generation) &&
      lstat (self->path, &info) == 0 && info.st_dev == self->device &&
      info.st_ino == self->inode)
    g_unlink (self->path);
  g_clear_pointer (&self->path, g_free);
}
