/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  WS_FILE_OPENED,
  WS_FILE_PENDING, /* opening takes longer than the loop may wait: a mount that hangs, for example */
  WS_FILE_FAILED,
} WsFileOpenResult;

/* Opens a file for reading, and waits for at most WS_FILE_CALL_WAIT_MS. A pipe is opened whether it has a
 * writer or not; reading then waits for one without blocking.
 *
 * OPENED sets *stream, and *size to the length of a regular file, else to -1. FAILED sets *error with the
 * file's name. */
WsFileOpenResult ws_file_open (const char    *filename,
                               GInputStream **stream,
                               goffset       *size,
                               GError       **error);

/* The same, without waiting: calls the callback in the thread's default context. A file that takes long to
 * open holds a thread of its own, and none of those that GIO shares. */
void          ws_file_open_async (const char         *filename,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
GInputStream *ws_file_open_finish (GAsyncResult *result,
                                   goffset      *size,
                                   GError      **error);

G_END_DECLS
