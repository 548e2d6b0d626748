/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/io/ws-file-call-private.h"
#include "wsserver/io/ws-file-opener-private.h"

typedef struct
{
  WsFileCall call;
  char      *filename;
  int        fd; /* -1 if it was not opened, or has been taken */
  int        error_number;
  goffset    size;
} OpenCall;

/* Of a call that nobody waits for any more, the descriptor is closed here. */
static void
open_call_free (WsFileCall *call)
{
  OpenCall *self = (OpenCall *) call;

  if (self->fd >= 0)
    close (self->fd);
  g_free (self->filename);
  g_free (self);
}

/* The size of anything but a regular file means nothing. */
static int
open_for_reading (const char *filename,
                  goffset    *size,
                  int        *error_number)
{
  /* With O_NONBLOCK a pipe opens without a writer. Regular files ignore it. */
  int         fd = open (filename, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  struct stat status;

  *error_number = errno;
  *size = -1;
  if (fd < 0)
    return -1;

  if (fstat (fd, &status) != 0)
    return fd;

  if (S_ISDIR (status.st_mode))
    {
      *error_number = EISDIR;
      close (fd);
      return -1;
    }

  if (S_ISREG (status.st_mode))
    *size = status.st_size;
  return fd;
}

static void
open_in_thread (WsFileCall *call)
{
  OpenCall *self = (OpenCall *) call;

  self->fd = open_for_reading (self->filename, &self->size, &self->error_number);
}

static OpenCall *
open_call_new (const char *filename)
{
  OpenCall *self = g_new0 (OpenCall, 1);

  ws_file_call_init (&self->call, open_in_thread, open_call_free);
  self->filename = g_strdup (filename);
  self->fd = -1;
  self->error_number = EAGAIN; /* without a thread */
  return self;
}

WsFileOpenResult
ws_file_open (const char    *filename,
              GInputStream **stream,
              goffset       *size,
              GError       **error)
{
  OpenCall        *call = open_call_new (filename);
  WsFileOpenResult result = WS_FILE_PENDING;

  ws_file_call_start (&call->call);
  if (ws_file_call_wait (&call->call))
    {
      result = call->fd >= 0 ? WS_FILE_OPENED : WS_FILE_FAILED;
      if (call->fd >= 0)
        *stream = g_unix_input_stream_new (call->fd, TRUE);
      else
        ws_set_error_from_errno (error, call->error_number, filename);
      *size = call->size;
      call->fd = -1;
    }

  ws_file_call_unref (&call->call);
  return result;
}
