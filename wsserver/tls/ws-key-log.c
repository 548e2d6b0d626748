/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-key-log-private.h"

#include "wsserver/base/ws-error-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
is_file (int fd)
{
  struct stat info;

  return fstat (fd, &info) == 0 && (S_ISREG (info.st_mode) || S_ISCHR (info.st_mode));
}

int
ws_key_log_open (const char *path,
                 GError    **error)
{
  /* To open a pipe without a reader would wait for one. */
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);

  if (fd >= 0 && is_file (fd))
    return fd;
  if (fd < 0 && errno != ENXIO)
    {
      ws_set_error_from_errno (error, errno, path);
      return -1;
    }

  if (fd >= 0)
    (void) close (fd);
  ws_set_error (error, WS_ERROR_INVALID_ARGUMENT, "Invalid argument: %s is not a regular file", path);
  return -1;
}

/* Takes a part of a line back, if nothing has been appended to it meanwhile. */
static void
cut_back (int   fd,
          gsize n_written)
{
  struct stat info;
  off_t       end = lseek (fd, 0, SEEK_CUR);

  if (end >= 0 && fstat (fd, &info) == 0 && info.st_size == end)
    (void) !ftruncate (fd, end - (off_t) n_written);
}

void
ws_key_log_append (int         fd,
                   const char *line,
                   gsize       length)
{
  gssize result;

  /* One write, so that lines of several processes stay whole. */
  do
    result = write (fd, line, length);
  while (result < 0 && errno == EINTR);

  /* The disk is full. */
  if (result > 0 && (gsize) result < length)
    cut_back (fd, (gsize) result);
}
