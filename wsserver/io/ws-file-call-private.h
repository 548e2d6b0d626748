/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A call of the file system in a thread of its own, because no flag keeps open() from waiting for a file
 * system that does not answer. The thread may outlive the caller's patience. Embedded as the first member of
 * what holds the arguments and the results, and reference counted with it. */
typedef struct _WsFileCall WsFileCall;

typedef void (*WsFileCallFunc) (WsFileCall *call);

struct _WsFileCall
{
  gatomicrefcount ref_count;
  WsFileCallFunc  run;  /* in the thread: makes the results */
  WsFileCallFunc  free; /* in any thread: frees everything but the members here, and the structure */

  GMutex mutex;
  GCond  finished;
  /* Guarded by the mutex. */
  gboolean      is_finished;  /* from here on the results may be read */
  GSource      *notification; /* to be attached … */
  GMainContext *context;      /* … here */
};

/* How long ws_file_call_wait() waits. */
#define WS_FILE_CALL_WAIT_MS 10

void ws_file_call_init (WsFileCall    *self,
                        WsFileCallFunc run,
                        WsFileCallFunc free);
void ws_file_call_ref (WsFileCall *self);
void ws_file_call_unref (WsFileCall *self);

/* FALSE if there is no thread for it; the call has finished then, and its results are as they were. */
gboolean ws_file_call_start (WsFileCall *self);

/* FALSE if the call has not finished in time. */
gboolean ws_file_call_wait (WsFileCall *self);

/* Calls the function once in the context, as soon as the call has finished. */
void ws_file_call_notify (WsFileCall    *self,
                          GMainContext  *context,
                          GSourceFunc    func,
                          gpointer       user_data,
                          GDestroyNotify destroy);

G_END_DECLS
