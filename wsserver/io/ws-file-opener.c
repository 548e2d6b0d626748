/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/io/ws-file-opener-private.h"

/* One call of open(), which no flag keeps from waiting for a file system that does not answer. It runs in
 * a thread that may outlive the caller's patience. */
typedef struct
{
  gatomicrefcount ref_count;
  char           *filename;

  GMutex mutex;
  GCond  finished;
  /* Guarded by the mutex. */
  gboolean is_finished;
  gboolean is_abandoned; /* the caller has stopped waiting: the descriptor is the thread's to close */
  int      fd;
  int      error_number;
  goffset  size;
} OpenCall;

static void
open_call_unref (OpenCall *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->finished);
  g_free (self->filename);
  g_free (self);
}

static OpenCall *
open_call_new (const char *filename)
{
  OpenCall *self = g_new0 (OpenCall, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->finished);
  self->filename = g_strdup (filename);
  self->fd = -1;
  return self;
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

static gpointer
open_in_thread (gpointer user_data)
{
  OpenCall *self = user_data;
  goffset   size;
  int       error_number;
  int       fd = open_for_reading (self->filename, &size, &error_number);

  g_mutex_lock (&self->mutex);
  if (self->is_abandoned && fd >= 0)
    close (fd);
  self->fd = fd;
  self->size = size;
  self->error_number = error_number;
  self->is_finished = TRUE;
  g_cond_signal (&self->finished);
  g_mutex_unlock (&self->mutex);

  open_call_unref (self);
  return NULL;
}

/* FALSE if the call has not returned in time; it is then left to the thread. */
static gboolean
wait_for_call (OpenCall *self)
{
  gint64   deadline = g_get_monotonic_time () + WS_FILE_OPEN_WAIT_MS * G_TIME_SPAN_MILLISECOND;
  gboolean is_finished;

  g_mutex_lock (&self->mutex);
  while (!self->is_finished && g_cond_wait_until (&self->finished, &self->mutex, deadline))
    ;
  is_finished = self->is_finished;
  self->is_abandoned = !is_finished;
  g_mutex_unlock (&self->mutex);
  return is_finished;
}

WsFileOpenResult
ws_file_open (const char    *filename,
              GInputStream **stream,
              goffset       *size,
              GError       **error)
{
  OpenCall        *call = open_call_new (filename);
  WsFileOpenResult result = WS_FILE_PENDING;

  g_atomic_ref_count_inc (&call->ref_count);
  g_thread_unref (g_thread_new ("ws-file-open", open_in_thread, call));

  if (wait_for_call (call))
    {
      result = call->fd >= 0 ? WS_FILE_OPENED : WS_FILE_FAILED;
      if (call->fd >= 0)
        *stream = g_unix_input_stream_new (call->fd, TRUE);
      else
        ws_set_error_from_errno (error, call->error_number, filename);
      *size = call->size;
    }

  open_call_unref (call);
  return result;
}
