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

  /* Of ws_file_open_async(). */
  gboolean is_reported;
  GSource *cancel_source; /* or NULL; with it there is a reference to the task */
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

/* NULL sets the error. */
static GInputStream *
take_stream (OpenCall *call,
             GError  **error)
{
  if (call->fd >= 0)
    return g_unix_input_stream_new (g_steal_fd (&call->fd), TRUE);

  ws_set_error_from_errno (error, call->error_number, call->filename);
  return NULL;
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
      *stream = take_stream (call, error);
      *size = call->size;
      result = *stream != NULL ? WS_FILE_OPENED : WS_FILE_FAILED;
    }

  ws_file_call_unref (&call->call);
  return result;
}

/* The first to arrive of the result and the cancellation is reported. */
static void
report_opened (GTask *task)
{
  OpenCall     *call = g_task_get_task_data (task);
  GError       *error = NULL;
  GInputStream *stream;

  if (call->is_reported)
    return;

  call->is_reported = TRUE;
  if (call->cancel_source != NULL)
    g_source_destroy (call->cancel_source);
  g_clear_pointer (&call->cancel_source, g_source_unref);
  if (g_task_return_error_if_cancelled (task))
    return;

  stream = take_stream (call, &error);
  if (stream != NULL)
    g_task_return_pointer (task, stream, g_object_unref);
  else
    g_task_return_error (task, error);
}

static gboolean
finished_cb (gpointer user_data)
{
  report_opened (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
open_cancelled_cb (GCancellable *cancellable,
                   gpointer      user_data)
{
  report_opened (user_data);
  return G_SOURCE_REMOVE;
}

void
ws_file_open_async (const char         *filename,
                    GCancellable       *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer            user_data)
{
  OpenCall *call = open_call_new (filename);
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GMainContext *context = g_task_get_context (task);

  g_task_set_source_tag (task, ws_file_open_async);
  g_task_set_task_data (task, &call->call, (GDestroyNotify) ws_file_call_unref);
  if (cancellable != NULL)
    {
      call->cancel_source = g_cancellable_source_new (cancellable);
      g_source_set_callback (call->cancel_source, G_SOURCE_FUNC (open_cancelled_cb), g_object_ref (task),
                             g_object_unref);
      g_source_attach (call->cancel_source, context);
    }
  ws_file_call_start (&call->call);
  ws_file_call_notify (&call->call, context, finished_cb, g_object_ref (task), g_object_unref);
}

GInputStream *
ws_file_open_finish (GAsyncResult *result,
                     goffset      *size,
                     GError      **error)
{
  const OpenCall *call = g_task_get_task_data (G_TASK (result));

  *size = call->size;
  return g_task_propagate_pointer (G_TASK (result), error);
}
